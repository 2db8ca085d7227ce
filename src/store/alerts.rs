//! Alerts and their answers.

use sqlx::SqliteTransaction;
use sqlx::sqlite::SqliteRow;

use super::Store;
use super::history::insert_history;
use super::places::{learn_place, place_key};
use super::rows::{Columns, to_json};
use super::sessions::{EndSession, EndedKey, end_session};
use crate::error::Result;
use crate::model::{
    AccountId, Alert, AlertId, AlertListing, AlertState, DeviceId, Familiarity, HistoryEntry, Place,
    SessionId,
};

macro_rules! alerts {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.account_id, a.device_id, a.session_id, a.at, a.place, a.familiarity, a.state,
             a.answered_at, COALESCE(d.given_name, d.name) AS device_name, d.kind AS device_kind,
             s.ended_at, s.refused_at
             FROM alerts a JOIN devices d ON d.id = a.device_id JOIN sessions s ON s.id = a.session_id ",
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

    /// Whether an alert about that device at that place waits already, so that one cause makes one alert.
    pub async fn is_alerted(
        &self,
        device_id: DeviceId,
        session_id: SessionId,
        place: &Place,
    ) -> Result<bool> {
        let row: Option<(String,)> = sqlx::query_as(
            "SELECT id FROM alerts WHERE device_id = $1 AND session_id = $2 AND place_key = $3
             AND state IN ('open', 'unsure') LIMIT 1",
        )
        .bind(device_id.to_string())
        .bind(session_id.to_string())
        .bind(place_key(place))
        .fetch_optional(&self.reader)
        .await?;
        Ok(row.is_some())
    }

    /// Writes an answer, and in the same change the end of the session, or the place learnt from it and how
    /// familiar the session is from now on.
    /// Returns the key of the session it ended, if it ended one.
    pub async fn answer_alert(
        &self,
        alert: &Alert,
        state: AlertState,
        history: &HistoryEntry,
        familiarity: Option<&Familiarity>,
        end: Option<&EndSession>,
    ) -> Result<Option<EndedKey>> {
        let mut change = self.begin().await?;
        sqlx::query("UPDATE alerts SET state = $2, answered_at = $3, answered_by = $4 WHERE id = $1")
            .bind(alert.id.to_string())
            .bind(state.as_str())
            .bind(history.at.as_millis())
            .bind(history.by_session_id.map(|id| id.to_string()))
            .execute(&mut *change)
            .await?;
        insert_history(&mut change, history).await?;
        if state == AlertState::Me {
            learn_place(&mut change, alert.account_id, &alert.place, history.at).await?;
        }
        if let Some(familiarity) = familiarity {
            sqlx::query("UPDATE sessions SET familiarity = $2 WHERE id = $1")
                .bind(alert.session_id.to_string())
                .bind(to_json(familiarity)?)
                .execute(&mut *change)
                .await?;
        }
        let ended = match end {
            Some(end) => end_session(&mut change, end).await?,
            None => None,
        };
        change.commit().await?;
        Ok(ended)
    }
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
        "INSERT INTO alerts (id, account_id, device_id, session_id, at, place, place_key, familiarity, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(alert.id.to_string())
    .bind(alert.account_id.to_string())
    .bind(alert.device_id.to_string())
    .bind(alert.session_id.to_string())
    .bind(alert.at.as_millis())
    .bind(to_json(&alert.place)?)
    .bind(place_key(&alert.place))
    .bind(to_json(&alert.familiarity)?)
    .bind(alert.state.as_str())
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
            state: row.word("state")?,
            answered_at: row.moment_if_any("answered_at")?,
        },
        device_name: row.raw("device_name")?,
        device_kind: row.word("device_kind")?,
        ended_at: row.moment_if_any("ended_at")?,
        refused_at: row.moment_if_any("refused_at")?,
    })
}
