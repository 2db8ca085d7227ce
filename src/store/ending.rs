//! The end of sessions, within whatever larger change it is of.

use std::collections::HashSet;

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite};

use super::history::push_history;
use super::jobs::AGAIN_ABOUT_SESSIONS;
use super::rows::{Columns, hash};
use super::writer::Change;
use crate::error::Result;
use crate::model::{AccountId, DeviceId, EndedReason, HistoryEntry, SecretHash, SessionId};

/// Sessions that one statement ends: well below the number of values that one may have.
const MOST_AT_ONCE: usize = 250;

/// A session that is to end.
#[derive(Debug)]
pub struct EndSession {
    /// Which.
    pub id: SessionId,
    /// Why.
    pub reason: EndedReason,
    /// Who asked.
    pub by: Option<SessionId>,
    /// Its entry in the history; its time is when the session ends.
    pub history: HistoryEntry,
}

/// A session that has ended, by the token that is refused from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedKey {
    /// Hash of its token.
    pub token: SecretHash,
    /// The session.
    pub session_id: SessionId,
    /// Its device.
    pub device_id: DeviceId,
    /// Its account.
    pub account_id: AccountId,
}

/// What came of asking for the end of sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Those that ended by it.
    pub keys: Vec<EndedKey>,
    /// Those whose end their service is asked for from now on.
    pub asked: Vec<SessionId>,
}

/// Ends sessions within a larger change, a thousand in as few statements as one. Those that had ended before are left out of
/// the answer, and of the history.
pub async fn end_sessions(change: &mut Change, ends: &[EndSession]) -> Result<Vec<EndedKey>> {
    let ended = end_all(change, ends).await?;
    for ended in ended.chunks(MOST_AT_ONCE) {
        let mut finishing = finishing(ended, ends)?;
        finishing.build().persistent(ended.len() == 1).execute(&mut **change).await?;
    }
    Ok(ended)
}

/// The same, as the last of a change, which is kept with it.
pub async fn end_and_commit(mut change: Change, ends: &[EndSession]) -> Result<Vec<EndedKey>> {
    let ended = end_all(&mut change, ends).await?;
    let mut rest = ended.as_slice();
    while let Some((first, behind)) = rest.split_at_checked(MOST_AT_ONCE) {
        let mut finishing = finishing(first, ends)?;
        finishing.build().persistent(false).execute(&mut *change).await?;
        rest = behind;
    }
    if rest.is_empty() {
        change.commit().await?;
    } else {
        change.commit_with(finishing(rest, ends)?, rest.len() == 1).await?;
    }
    Ok(ended)
}

async fn end_all(change: &mut Change, ends: &[EndSession]) -> Result<Vec<EndedKey>> {
    let mut ended = Vec::with_capacity(ends.len());
    for alike in ends.chunk_by(EndSession::is_like).flat_map(|alike| alike.chunks(MOST_AT_ONCE)) {
        ended.extend(end_alike(change, alike).await?);
    }
    Ok(ended)
}

impl EndSession {
    /// Whether one statement ends both.
    fn is_like(&self, other: &Self) -> bool {
        (self.reason, self.by, self.history.at) == (other.reason, other.by, other.history.at)
    }
}

async fn end_alike(change: &mut Change, ends: &[EndSession]) -> Result<Vec<EndedKey>> {
    let Some(first) = ends.first() else { return Ok(Vec::new()) };
    let mut query = QueryBuilder::new("UPDATE sessions SET ended_at = ");
    query
        .push_bind(first.history.at.as_millis())
        .push(", ended_reason = ")
        .push_bind(first.reason.as_str())
        .push(", ended_by = ")
        .push_bind(first.by.map(|id| id.to_string()))
        // What was written beside its row, if that is later.
        .push(
            ", last_active_at = COALESCE((SELECT at FROM activity WHERE session_id = sessions.id
             AND at > sessions.last_active_at), last_active_at) WHERE ended_at IS NULL AND id IN (",
        );
    push_list(&mut query, ends.iter().map(|end| end.id.to_string()));
    query.push(" RETURNING token_hash, id, device_id, account_id");
    let rows = query.build().persistent(ends.len() == 1).fetch_all(&mut **change).await?;
    rows.iter().map(to_ended_key).collect()
}

/// Carries over what was written beside the rows of sessions that have ended, forgets their tokens and adds to the history:
/// several statements that are handed over at once, for a hand-over takes longer than most of them.
fn finishing(ended: &[EndedKey], ends: &[EndSession]) -> Result<QueryBuilder<Sqlite>> {
    let is_of_these: HashSet<_> = ended.iter().map(|key| key.session_id).collect();
    let history: Vec<_> =
        ends.iter().filter(|end| is_of_these.contains(&end.id)).map(|end| &end.history).collect();
    let sessions = || ended.iter().map(|key| key.session_id.to_string());
    let mut query = QueryBuilder::new(
        "UPDATE devices SET last_active_at = s.last_active_at, last_session_id = s.id FROM sessions s
         WHERE devices.id = s.device_id AND devices.last_active_at < s.last_active_at AND s.id IN (",
    );
    push_list(&mut query, sessions());
    query.push("; DELETE FROM activity WHERE session_id IN (");
    push_list(&mut query, sessions());
    query.push("; DELETE FROM other_tokens WHERE session_id IN (");
    push_list(&mut query, sessions());
    // Who was told of them hears that they have ended.
    let at = history.first().map_or(0, |entry| entry.at.as_millis());
    query.push(AGAIN_ABOUT_SESSIONS[0]).push_bind(at).push(AGAIN_ABOUT_SESSIONS[1]);
    push_list(&mut query, sessions());
    query.push("); ");
    push_history(&mut query, &history)?;
    Ok(query)
}

/// The rest of `IN (`.
fn push_list(query: &mut QueryBuilder<Sqlite>, ids: impl Iterator<Item = String>) {
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(id);
    }
    list.push_unseparated(")");
}

/// The key of an ended session, from its own columns.
pub fn to_ended_key(row: &SqliteRow) -> Result<EndedKey> {
    Ok(EndedKey {
        token: hash(row, "token_hash")?,
        session_id: row.word("id")?,
        device_id: row.word("device_id")?,
        account_id: row.word("account_id")?,
    })
}
