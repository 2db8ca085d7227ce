//! Removing what is old, a batch at a time. What is still open, or referred to by what stays, stays; what a batch did not remove it has
//! looked at, and the next goes on after it.

use sqlx::{QueryBuilder, Sqlite};

use super::Store;
use super::rows::Columns;
use super::turn::Turn;
use super::writer::Change;
use crate::error::Result;
use crate::model::{AccountId, HistoryKind, Timestamp};

/// Rows that are looked at and removed in one change: it takes a few milliseconds, and whoever writes something else waits for no
/// longer than that.
const BATCH: usize = 250;

/// How much of a list of an account stays.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// Whatever is newer than that.
    pub since: Timestamp,
    /// So many of the newest, however old they are: a clock that jumps ahead must not empty a list.
    pub at_least: u32,
    /// Of the history: beyond so many, failed sign-ins go however new they are, as strangers can make as many as they are let. They
    /// must not push out what they did.
    pub at_most: Option<u32>,
}

/// The part of an account's list that may go, as far as it was not looked at.
#[derive(Debug)]
pub struct Old {
    account_id: AccountId,
    since: Timestamp,
    /// The newest that may go, and the newest that goes in any case if it is a failed sign-in.
    may_go: String,
    must_go: Option<String>,
    after: String,
}

/// Sessions that ended long ago, as far as they were not looked at.
#[derive(Debug)]
pub struct OldSessions {
    until: i64,
    after: (i64, String),
}

/// One so many places from the newest, by the order of ids.
const LINE: &str = "SELECT id FROM history WHERE account_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2";
const ALERT: &str = "SELECT id FROM alerts WHERE account_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2";
const ENDED: &str = "SELECT ended_at FROM sessions WHERE ended_at IS NOT NULL
    ORDER BY ended_at DESC, id DESC LIMIT 1 OFFSET $1";

/// The next batch, the oldest first.
const OLDEST_LINES: &str =
    "SELECT id, at, kind FROM history WHERE account_id = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4";
const OLDEST_ALERTS: &str = "SELECT id, COALESCE(answered_at, at), state FROM alerts
    WHERE account_id = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4";
const OLDEST_SESSIONS: &str = "SELECT ended_at, id FROM sessions
    WHERE ended_at IS NOT NULL AND ended_at < $1 AND (ended_at, id) > ($2, $3) ORDER BY ended_at, id LIMIT $4";

/// Of some alerts, those of which nobody is still to hear; the ids follow.
const TOLD: &str = "SELECT id FROM alerts WHERE state IN ('me', 'not_me') AND NOT EXISTS (SELECT 1 FROM jobs
    WHERE jobs.about_id = alerts.id AND jobs.state IN ('waiting', 'under_way')) AND id IN (";

/// Of some sessions, removes those that nothing refers to; the ids follow. A device's latest session says where it was last, an
/// alert's which it is about, and of who let whom in all of it stays: signing the one out offers the other.
const UNREFERRED: &str = "DELETE FROM sessions WHERE ended_at IS NOT NULL AND let_in_by IS NULL AND let_in_by_device IS NULL
    AND NOT EXISTS (SELECT 1 FROM devices d WHERE d.id = sessions.device_id AND d.last_session_id = sessions.id)
    AND NOT EXISTS (SELECT 1 FROM alerts a WHERE a.session_id = sessions.id)
    AND NOT EXISTS (SELECT 1 FROM sessions l WHERE l.let_in_by = sessions.id)
    AND NOT EXISTS (SELECT 1 FROM other_tokens o WHERE o.session_id = sessions.id)
    AND NOT EXISTS (SELECT 1 FROM waits w WHERE w.session_id = sessions.id) AND id IN (";

/// Of what was asked about some sessions, removes what is about those that are gone; their ids follow.
const ENDS_OF_NOTHING: &str = "DELETE FROM jobs WHERE kind = 'end'
    AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = jobs.about_id) AND about_id IN (";

impl Store {
    /// The accounts.
    pub async fn accounts(&self) -> Result<Vec<AccountId>> {
        sqlx::query("SELECT id FROM accounts ORDER BY id")
            .fetch_all(&self.reader)
            .await?
            .iter()
            .map(|row| row.word("id"))
            .collect()
    }

    /// The lines of an account's history that may go; `None` where all stay.
    pub async fn old_history(&self, account_id: AccountId, keep: Keep) -> Result<Option<Old>> {
        self.old(LINE, account_id, keep).await
    }

    /// The alerts of an account that may go; `None` where all stay.
    pub async fn old_alerts(&self, account_id: AccountId, keep: Keep) -> Result<Option<Old>> {
        self.old(ALERT, account_id, keep).await
    }

    /// The sessions that ended before a moment, without so many that ended last; `None` where all stay.
    pub async fn old_sessions(&self, before: Timestamp, at_least: u32) -> Result<Option<OldSessions>> {
        let found: Option<(i64,)> =
            sqlx::query_as(ENDED).bind(i64::from(at_least)).fetch_optional(&self.reader).await?;
        Ok(found.map(|(ended_at,)| OldSessions {
            until: ended_at.min(before.as_millis()),
            after: (i64::MIN, String::new()),
        }))
    }

    async fn old(&self, list: &'static str, account_id: AccountId, keep: Keep) -> Result<Option<Old>> {
        let Keep { since, at_least, at_most } = keep;
        let Some(may_go) = self.nth_newest(list, account_id, at_least).await? else { return Ok(None) };
        let must_go = match at_most {
            Some(at_most) => self.nth_newest(list, account_id, at_most).await?,
            None => None,
        };
        Ok(Some(Old { account_id, since, may_go, must_go, after: String::new() }))
    }

    async fn nth_newest(&self, list: &'static str, account_id: AccountId, n: u32) -> Result<Option<String>> {
        let found: Option<(String,)> = sqlx::query_as(list)
            .bind(account_id.to_string())
            .bind(i64::from(n))
            .fetch_optional(&self.reader)
            .await?;
        Ok(found.map(|(id,)| id))
    }

    /// Removes a batch of old lines of the history. Says whether there may be more.
    pub async fn prune_history(&self, old: &mut Old) -> Result<bool> {
        let rows: Vec<(String, i64, String)> = sqlx::query_as(OLDEST_LINES)
            .bind(old.account_id.to_string())
            .bind(&old.after)
            .bind(&old.may_go)
            .bind(batch())
            .fetch_all(&self.reader)
            .await?;
        let is_too_many = |id: &String| old.must_go.as_ref().is_some_and(|newest| id <= newest);
        let goes = |(id, at, kind): &(String, i64, String)| {
            *at < old.since.as_millis() || kind == HistoryKind::SignInFailed.as_str() && is_too_many(id)
        };
        let gone: Vec<_> = rows.iter().filter(|row| goes(row)).map(|(id, ..)| id.clone()).collect();
        if !gone.is_empty() {
            let mut change = self.begin().await?;
            run(&mut change, "DELETE FROM history WHERE id IN (", &gone).await?;
            change.commit().await?;
        }
        let Some((last, ..)) = rows.last() else { return Ok(false) };
        // They are in the order in which they happened: after a batch of which none is old, none is.
        let has_more = rows.len() == BATCH && (!gone.is_empty() || is_too_many(last));
        old.after.clone_from(last);
        Ok(has_more)
    }

    /// Removes a batch of alerts that were answered long ago, with what was to be told and could be pressed about them. Says whether
    /// there may be more.
    pub async fn prune_alerts(&self, _turn: &Turn<'_>, old: &mut Old) -> Result<bool> {
        let rows: Vec<(String, i64, String)> = sqlx::query_as(OLDEST_ALERTS)
            .bind(old.account_id.to_string())
            .bind(&old.after)
            .bind(&old.may_go)
            .bind(batch())
            .fetch_all(&self.reader)
            .await?;
        let is_over = |state: &str| matches!(state, "me" | "not_me");
        let over = rows.iter().filter(|(_, at, state)| *at < old.since.as_millis() && is_over(state));
        let over: Vec<_> = over.map(|(id, ..)| id.clone()).collect();
        if !over.is_empty() {
            let mut change = self.begin().await?;
            let gone: Vec<(String,)> =
                among(TOLD, &over).build_query_as().persistent(false).fetch_all(&mut *change).await?;
            let gone: Vec<_> = gone.into_iter().map(|(id,)| id).collect();
            if !gone.is_empty() {
                for statement in [
                    "DELETE FROM actions WHERE alert_id IN (",
                    "DELETE FROM jobs WHERE about_id IN (",
                    "DELETE FROM alerts WHERE id IN (",
                ] {
                    run(&mut change, statement, &gone).await?;
                }
            }
            change.commit().await?;
        }
        if let Some((last, ..)) = rows.last() {
            old.after.clone_from(last);
        }
        Ok(rows.len() == BATCH)
    }

    /// Removes a batch of sessions that ended long ago, where nothing refers to them. Says whether there may be more.
    pub async fn prune_sessions(&self, _turn: &Turn<'_>, old: &mut OldSessions) -> Result<bool> {
        let (ended_at, id) = &old.after;
        let rows: Vec<(i64, String)> = sqlx::query_as(OLDEST_SESSIONS)
            .bind(old.until)
            .bind(ended_at)
            .bind(id)
            .bind(batch())
            .fetch_all(&self.reader)
            .await?;
        let Some(last) = rows.last().cloned() else { return Ok(false) };
        let has_more = rows.len() == BATCH;
        let ids: Vec<_> = rows.into_iter().map(|(_, id)| id).collect();
        let mut change = self.begin().await?;
        run(&mut change, UNREFERRED, &ids).await?;
        run(&mut change, ENDS_OF_NOTHING, &ids).await?;
        change.commit().await?;
        old.after = last;
        Ok(has_more)
    }
}

fn batch() -> i64 {
    i64::try_from(BATCH).unwrap_or(i64::MAX)
}

/// Runs a statement that ends in `IN (` for these ids.
async fn run(change: &mut Change, statement: &'static str, ids: &[String]) -> Result<()> {
    among(statement, ids).build().persistent(false).execute(&mut **change).await?;
    Ok(())
}

/// The same, to be run; there is one id at least.
fn among(statement: &'static str, ids: &[String]) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(statement);
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(id.clone());
    }
    list.push_unseparated(")");
    query
}

#[cfg(test)]
#[path = "pruning_tests.rs"]
mod tests;
