//! Fire drills: what is about a made-up stranger is marked by its device, and goes all at once.

use super::Store;
use super::ending::{EndSession, EndedKey, end_sessions, to_ended_key};
use super::jobs::tell_again;
use super::turn::Turn;
use crate::error::Result;
use crate::model::{AccountId, AlertId, AlertState};

/// With the account, or `NULL` for all of them, as `$1`.
macro_rules! of_drills {
    ($column:literal) => {
        concat!("(SELECT ", $column, " FROM devices WHERE drill <> 0 AND ($1 IS NULL OR account_id = $1))")
    };
}

/// What is removed, the dependent first. A made-up stranger signs in once: its device's last session is its only one.
const REMOVALS: [&str; 9] = [
    concat!(
        "DELETE FROM actions WHERE alert_id IN (SELECT id FROM alerts WHERE device_id IN ",
        of_drills!("id"),
        ")"
    ),
    concat!(
        "DELETE FROM jobs WHERE about_id IN (SELECT id FROM alerts WHERE device_id IN ",
        of_drills!("id"),
        ")"
    ),
    concat!("DELETE FROM alerts WHERE device_id IN ", of_drills!("id")),
    concat!("DELETE FROM history WHERE (account_id, device_id) IN ", of_drills!("account_id, id")),
    concat!("DELETE FROM activity WHERE session_id IN ", of_drills!("last_session_id")),
    concat!("DELETE FROM other_tokens WHERE session_id IN ", of_drills!("last_session_id")),
    concat!("DELETE FROM waits WHERE session_id IN ", of_drills!("last_session_id")),
    concat!("DELETE FROM sessions WHERE id IN ", of_drills!("last_session_id")),
    "DELETE FROM devices WHERE drill <> 0 AND ($1 IS NULL OR account_id = $1)",
];

impl Store {
    /// Ends a drill that nobody answered: its session ends and its alert waits no more, so that whoever heard of it hears the end
    /// and whoever did not hears nothing. Returns the keys of the sessions it ended.
    pub async fn end_drill(
        &self,
        _turn: &Turn<'_>,
        alert_id: AlertId,
        end: &EndSession,
    ) -> Result<Vec<EndedKey>> {
        let mut change = self.begin().await?;
        let ended = end_sessions(&mut change, std::slice::from_ref(end)).await?;
        sqlx::query("UPDATE alerts SET state = $2, answered_at = $3 WHERE id = $1")
            .bind(alert_id.to_string())
            .bind(AlertState::NotMe.as_str())
            .bind(end.history.at.as_millis())
            .execute(&mut *change)
            .await?;
        tell_again(&mut change, alert_id, end.history.at).await?;
        change.commit().await?;
        Ok(ended)
    }

    /// Removes all that is about made-up strangers, of one account or of all, in one change. Returns the keys of those sessions that
    /// had not ended.
    pub async fn remove_drills(
        &self,
        _turn: &Turn<'_>,
        account_id: Option<AccountId>,
    ) -> Result<Vec<EndedKey>> {
        let account_id = account_id.map(|id| id.to_string());
        let mut change = self.begin().await?;
        let alive = sqlx::query(concat!(
            "SELECT token_hash, id, device_id, account_id FROM sessions WHERE ended_at IS NULL AND id IN ",
            of_drills!("last_session_id")
        ))
        .bind(account_id.as_deref())
        .fetch_all(&mut *change)
        .await?;
        let alive = alive.iter().map(to_ended_key).collect::<Result<Vec<_>>>()?;
        for removal in REMOVALS {
            sqlx::query(removal).bind(account_id.as_deref()).execute(&mut *change).await?;
        }
        change.commit().await?;
        Ok(alive)
    }

    /// Whether somebody is still to hear how an alert stands.
    pub async fn is_being_told(&self, alert_id: AlertId) -> Result<bool> {
        let (is_told,): (bool,) = sqlx::query_as(
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE about_id = $1 AND state IN ('waiting', 'under_way'))",
        )
        .bind(alert_id.to_string())
        .fetch_one(&self.reader)
        .await?;
        Ok(is_told)
    }
}
