//! Alerts and their answers.

use sqlx::SqliteTransaction;
use sqlx::sqlite::SqliteRow;

use super::Store;
use super::familiarity::write_known;
use super::history::insert_history;
use super::rows::{Columns, to_json};
use super::sessions::{EndSession, EndedKey, end_session};
use crate::error::Result;
use crate::model::{
    AccountId, Alert, AlertId, AlertListing, AlertState, Familiarity, HistoryEntry, SessionId,
};

macro_rules! alerts {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.account_id, a.device_id, a.session_id, a.at, a.place, a.familiarity, a.telling,
             a.sign_in, a.state, a.answered_at, COALESCE(d.given_name, d.name) AS device_name, d.kind AS device_kind,
             s.held_at, s.ended_at, s.refused_at, o.login
             FROM alerts a JOIN devices d ON d.id = a.device_id JOIN sessions s ON s.id = a.session_id
             JOIN accounts o ON o.id = a.account_id ",
            $rest
        )
    };
}

impl Store {
    /// Alerts of the account, newest first, older than `before`.
    pub async fn alerts(
        &self,
        account_id: AccountId,
        state: Option<AlertState>,
        before: Option<AlertId>,
        limit: u32,
    ) -> Result<Vec<AlertListing>> {
        sqlx::query(alerts!(
            "WHERE a.account_id = $1 AND a.id < $2 AND ($3 IS NULL OR a.state = $3)
             ORDER BY a.id DESC LIMIT $4"
        ))
        .bind(account_id.to_string())
        // Ids sort by time; every id is below this one.
        .bind(before.map_or_else(|| "g".to_owned(), |id| id.to_string()))
        .bind(state.map(AlertState::as_str))
        .bind(i64::from(limit))
        .fetch_all(&self.reader)
        .await?
        .iter()
        .map(to_alert)
        .collect()
    }

    /// One alert of the account.
    pub async fn alert(&self, account_id: AccountId, id: AlertId) -> Result<Option<AlertListing>> {
        sqlx::query(alerts!("WHERE a.id = $1 AND a.account_id = $2"))
            .bind(id.to_string())
            .bind(account_id.to_string())
            .fetch_optional(&self.reader)
            .await?
            .as_ref()
            .map(to_alert)
            .transpose()
    }

    /// How many alerts wait for an answer.
    pub async fn open_alerts(&self, account_id: AccountId) -> Result<u32> {
        let (count,): (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM alerts WHERE account_id = $1 AND state = 'open'")
                .bind(account_id.to_string())
                .fetch_one(&self.reader)
                .await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Writes an answer with what follows from it, in one change. Returns the key of the session it ended, if it ended
    /// one.
    pub async fn answer_alert(&self, alert: &Alert, answer: &AnswerChange<'_>) -> Result<Option<EndedKey>> {
        let mut change = self.begin().await?;
        let history = answer.history;
        sqlx::query("UPDATE alerts SET state = $2, answered_at = $3, answered_by = $4 WHERE id = $1")
            .bind(alert.id.to_string())
            .bind(answer.state.as_str())
            .bind(history.at.as_millis())
            .bind(history.by_session_id.map(|id| id.to_string()))
            .execute(&mut *change)
            .await?;
        insert_history(&mut change, history).await?;
        if let Some(known) = answer.known {
            write_known(&mut change, alert.account_id, known).await?;
        }
        if let Some(familiarity) = answer.familiarity {
            sqlx::query("UPDATE sessions SET familiarity = $2, held_at = NULL WHERE id = $1")
                .bind(alert.session_id.to_string())
                .bind(to_json(familiarity)?)
                .execute(&mut *change)
                .await?;
        }
        let ended = match answer.end {
            Some(end) => end_session(&mut change, end).await?,
            None => None,
        };
        change.commit().await?;
        Ok(ended)
    }
}

/// What an answer writes.
#[derive(Debug)]
pub struct AnswerChange<'a> {
    /// How the alert stands from now on.
    pub state: AlertState,
    /// Its line of history.
    pub history: &'a HistoryEntry,
    /// What is known of the account from now on, where the answer teaches something.
    pub known: Option<&'a str>,
    /// How familiar the session is from now on; it is not held any more then.
    pub familiarity: Option<&'a Familiarity>,
    /// The session it ends.
    pub end: Option<&'a EndSession>,
}

/// Has the alerts that wait about a session be about the one that replaced it: "not me" ends what is there, not what
/// was.
pub async fn follow_session(
    change: &mut SqliteTransaction<'_>,
    replaced: SessionId,
    session_id: SessionId,
) -> Result<()> {
    sqlx::query("UPDATE alerts SET session_id = $2 WHERE session_id = $1 AND state IN ('open', 'unsure')")
        .bind(replaced.to_string())
        .bind(session_id.to_string())
        .execute(&mut **change)
        .await?;
    Ok(())
}

pub async fn insert_alert(change: &mut SqliteTransaction<'_>, alert: &Alert) -> Result<()> {
    sqlx::query(
        "INSERT INTO alerts (id, account_id, device_id, session_id, at, place, place_key, familiarity, state,
         telling, sign_in) VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8, $9, $10)",
    )
    .bind(alert.id.to_string())
    .bind(alert.account_id.to_string())
    .bind(alert.device_id.to_string())
    .bind(alert.session_id.to_string())
    .bind(alert.at.as_millis())
    .bind(to_json(&alert.place)?)
    .bind(to_json(&alert.familiarity)?)
    .bind(alert.state.as_str())
    .bind(alert.telling.as_str())
    .bind(alert.sign_in.as_deref())
    .execute(&mut **change)
    .await?;
    Ok(())
}

fn to_alert(row: &SqliteRow) -> Result<AlertListing> {
    Ok(AlertListing {
        alert: Alert {
            id: row.word("id")?,
            account_id: row.word("account_id")?,
            device_id: row.word("device_id")?,
            session_id: row.word("session_id")?,
            at: row.moment("at")?,
            place: row.json("place")?,
            familiarity: row.json("familiarity")?,
            telling: row.word("telling")?,
            sign_in: row.raw("sign_in")?,
            state: row.word("state")?,
            answered_at: row.moment_if_any("answered_at")?,
        },
        account: row.raw("login")?,
        device_name: row.raw("device_name")?,
        device_kind: row.word("device_kind")?,
        held_at: row.moment_if_any("held_at")?,
        ended_at: row.moment_if_any("ended_at")?,
        refused_at: row.moment_if_any("refused_at")?,
    })
}
