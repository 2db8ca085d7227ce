//! Alerts and their answers.

use sqlx::sqlite::SqliteRow;

use super::Store;
use super::actions::write_acted_by;
use super::asking_ends::{AskEnd, ask_ends};
use super::channels::remove_channels_of;
use super::ending::{EndSession, Ended, end_sessions};
use super::familiarity::write_known;
use super::history::insert_history;
use super::jobs::{tell, tell_again};
use super::relayed::{Relayed, write_relayed};
use super::rows::{Columns, familiarity, only_if_readable, readable, to_json};
use super::turn::Turn;
use super::writer::Change;
use crate::error::Result;
use crate::model::{
    AccountId, ActedBy, Alert, AlertId, AlertListing, AlertState, DeviceId, DeviceKind, Familiarity,
    HistoryEntry, Place, SessionId, Telling,
};

macro_rules! alerts {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.account_id, a.device_id, a.session_id, a.kind, a.did, a.at, a.place, a.familiarity, a.telling,
             a.sign_in, a.state, a.answered_at, a.acted_by, COALESCE(d.given_name, d.name) AS device_name, d.kind AS device_kind,
             s.held_at, s.asked_at, s.ended_at, s.refused_at, o.login
             FROM alerts a JOIN devices d ON d.id = a.device_id JOIN sessions s ON s.id = a.session_id
             JOIN accounts o ON o.id = a.account_id ",
            $rest
        )
    };
}

/// Each walks along an index of its own, as those of the history do.
const ALL: &str = alerts!("WHERE a.account_id = $1 AND a.id < $2 ORDER BY a.id DESC LIMIT $3");
const IN_STATE: &str =
    alerts!("WHERE a.state = $1 AND a.account_id = $2 AND a.id < $3 ORDER BY a.id DESC LIMIT $4");

/// What waits for an answer, but for devices that the household has signed out, or has asked a service to: of them nothing is
/// left to do, and only a question. Who may have been a stranger settles nothing by it, neither by signing itself out nor by
/// signing out another one; and what a device did stays done when it is gone.
const WAITING: &str = "SELECT COUNT(*) FROM alerts a JOIN sessions s ON s.id = a.session_id
    LEFT JOIN sessions e ON e.id = COALESCE(s.ended_by, s.asked_by)
    WHERE a.account_id = $1 AND a.state = 'open' AND NOT (
        a.kind <> 'takes_over' AND (s.ended_at IS NOT NULL OR s.asked_at IS NOT NULL) AND (
            a.acted_by IS NOT NULL OR s.ended_reason IS 'service_removed' OR (
                e.id IS NOT NULL AND e.device_id <> a.device_id AND NOT EXISTS (
                    SELECT 1 FROM alerts w
                    WHERE w.device_id = e.device_id AND w.state IN ('open', 'unsure') AND w.kind <> 'wrong_pins'))))";

impl Store {
    /// Alerts of the account, newest first, older than `before`.
    pub async fn alerts(
        &self,
        account_id: AccountId,
        state: Option<AlertState>,
        before: Option<AlertId>,
        limit: u32,
    ) -> Result<Vec<AlertListing>> {
        let query = match state {
            None => sqlx::query(ALL),
            Some(state) => sqlx::query(IN_STATE).bind(state.as_str()),
        };
        // Ids sort by time; every id is below this one.
        let before = before.map_or_else(|| "g".to_owned(), |id| id.to_string());
        let query = query.bind(account_id.to_string()).bind(before).bind(i64::from(limit));
        let rows = query.fetch_all(&self.lists).await?;
        readable(&rows, to_alert)
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

    /// How many alerts wait for an answer, but for those whose devices the household has signed out already.
    pub async fn open_alerts(&self, account_id: AccountId) -> Result<u32> {
        let (count,): (i64,) =
            sqlx::query_as(WAITING).bind(account_id.to_string()).fetch_one(&self.reader).await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Writes an answer with what follows from it, in one change. Returns the sessions it ended, or had their services asked to.
    pub async fn answer_alert(
        &self,
        _turn: &Turn<'_>,
        alert: &Alert,
        answer: &AnswerChange<'_>,
    ) -> Result<Ended> {
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
            sqlx::query(
                "UPDATE sessions SET familiarity = $2, held_at = NULL, judged_lines = NULL WHERE id = $1",
            )
            .bind(alert.session_id.to_string())
            .bind(to_json(familiarity)?)
            .execute(&mut *change)
            .await?;
        }
        if let Some(device_id) = answer.ends_wait_of {
            end_wait_of(&mut change, device_id, answer.state).await?;
        }
        if answer.forgets_lines {
            sqlx::query(
                "UPDATE sessions SET judged_lines = NULL
                 WHERE account_id = $1 AND ended_at IS NULL AND judged_lines IS NOT NULL",
            )
            .bind(alert.account_id.to_string())
            .execute(&mut *change)
            .await?;
        }
        write_acted_by(&mut change, alert.id, answer.by).await?;
        if let Some(relayed) = answer.relayed {
            write_relayed(&mut change, relayed).await?;
        }
        if answer.state == AlertState::NotMe {
            remove_channels_of(&mut change, alert.device_id).await?;
        }
        let asked = ask_ends(&mut change, answer.asks).await?;
        let keys = end_sessions(&mut change, answer.ends).await?;
        tell_again(&mut change, alert.id, history.at).await?;
        change.commit().await?;
        Ok(Ended { keys, asked })
    }
}

/// What an answer writes.
#[derive(Debug)]
pub struct AnswerChange<'a> {
    /// How the alert stands from now on.
    pub state: AlertState,
    /// Who gave it.
    pub by: &'a ActedBy,
    /// How it came, where that was by a relay.
    pub relayed: Option<&'a Relayed>,
    /// Its entry in the history.
    pub history: &'a HistoryEntry,
    /// What is known of the account from now on, where the answer teaches something.
    pub known: Option<&'a str>,
    /// How familiar the session is from now on; it is not held any more then, and judged again where its next request comes
    /// from.
    pub familiarity: Option<&'a Familiarity>,
    /// Whether all sessions of the account are judged again, wherever their next requests come from.
    pub forgets_lines: bool,
    /// The sessions it ends.
    pub ends: &'a [EndSession],
    /// Those at watched services whose end it has asked for.
    pub asks: &'a [AskEnd],
    /// The device that it is about, when that need not wait any more to speak for the household.
    pub ends_wait_of: Option<DeviceId>,
}

const OF_SESSION: &str =
    "UPDATE alerts SET session_id = $2 WHERE session_id = $1 AND state IN ('open', 'unsure')";

/// There is a wait an account at most, and so by it: a device may have had a thousand sessions.
const WAIT_OF_DEVICE: &str = "DELETE FROM waits WHERE EXISTS (SELECT 1 FROM sessions s WHERE s.id = waits.session_id AND s.device_id = $1)";

/// Has the alerts that wait about a session be about the one that replaced it: "not me" ends what is there, not what
/// was.
pub async fn follow_session(change: &mut Change, replaced: SessionId, session_id: SessionId) -> Result<()> {
    sqlx::query(OF_SESSION)
        .bind(replaced.to_string())
        .bind(session_id.to_string())
        .execute(&mut **change)
        .await?;
    Ok(())
}

pub async fn insert_alert(change: &mut Change, alert: &Alert) -> Result<()> {
    sqlx::query(
        "INSERT INTO alerts (id, account_id, device_id, session_id, at, place, familiarity, state,
         telling, sign_in, kind, did) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
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
    .bind(alert.kind.as_str())
    .bind(to_json(&alert.did)?)
    .execute(&mut **change)
    .await?;
    tell(change, alert).await
}

/// Ends the wait of a device, and answers what told of it.
async fn end_wait_of(change: &mut Change, device_id: DeviceId, state: AlertState) -> Result<()> {
    sqlx::query(WAIT_OF_DEVICE).bind(device_id.to_string()).execute(&mut **change).await?;
    sqlx::query(
        "UPDATE alerts SET state = $2 WHERE device_id = $1 AND kind = 'asks_to_vouch' AND state = 'open'",
    )
    .bind(device_id.to_string())
    .bind(state.as_str())
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
            kind: row.word("kind")?,
            did: row.json("did")?,
            at: row.moment("at")?,
            place: row.json_or("place", Place::unknown),
            familiarity: familiarity(row, "familiarity"),
            telling: row.word_or("telling", Telling::Aloud),
            sign_in: only_if_readable(row, row.raw("sign_in"))?.flatten(),
            state: row.word_or("state", AlertState::Open),
            answered_at: row.moment_if_any("answered_at")?,
            acted_by: row.json_if_any("acted_by"),
        },
        account: row.raw("login")?,
        device_name: row.raw("device_name")?,
        device_kind: row.word_or("device_kind", DeviceKind::Other),
        held_at: row.moment_if_any("held_at")?,
        asked_at: row.moment_if_any("asked_at")?,
        ended_at: row.moment_if_any("ended_at")?,
        refused_at: row.moment_if_any("refused_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::plan_of;
    use super::*;

    #[tokio::test]
    async fn each_filter_walks_along_an_index_and_sorts_nothing() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let store = Store::open(folder.path()).await.expect("opens");
        for (query, index) in [(ALL, "alerts_of_account"), (IN_STATE, "alerts_in_state")] {
            let plan = plan_of(&store.lists, query).await;
            let step = plan.iter().find(|step| step.contains(" a USING"));
            let step = step.unwrap_or_else(|| panic!("{query}: {plan:?}"));
            assert!(step.starts_with(&format!("SEARCH a USING INDEX {index} (")), "{query}: {step}");
            assert!(step.contains("id<?"), "{query}: {step}");
            assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{query}: {plan:?}");
        }
        store.close().await;
    }

    #[tokio::test]
    async fn what_the_badge_counts_is_looked_up_and_not_searched_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).await.expect("a store");
        let steps = plan_of(&store.reader, WAITING).await;
        assert!(steps.iter().any(|step| step.starts_with("SEARCH a USING")), "{steps:?}");
        assert_eq!(steps.iter().find(|step| step.starts_with("SCAN")), None, "{steps:?}");
        store.close().await;
    }

    #[tokio::test]
    async fn what_waits_about_a_session_or_a_device_is_looked_up_and_not_searched_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).await.expect("a store");
        for (query, step) in [
            (OF_SESSION, "SEARCH alerts USING INDEX alerts_of_session (session_id=?"),
            (WAIT_OF_DEVICE, "SEARCH s USING INDEX sqlite_autoindex_sessions_1 (id=?)"),
        ] {
            let steps = plan_of(&store.reader, query).await;
            assert!(steps.iter().any(|taken| taken.starts_with(step)), "{query}: {steps:?}");
            let searches_all = |step: &&String| step.starts_with("SCAN") && *step != "SCAN waits";
            assert_eq!(steps.iter().find(searches_all), None, "{query}: {steps:?}");
        }
        store.close().await;
    }
}
