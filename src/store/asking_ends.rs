//! Asking for the end of sessions that live at watched services: it is noted at the session, written in the history and becomes a job,
//! within whatever larger change it is of. What comes of it is read back from the service, and never taken from its word.

use std::collections::HashSet;

use sqlx::{QueryBuilder, Sqlite};

use super::history::insert_all_history;
use super::rows::Columns;
use super::writer::Change;
use crate::error::Result;
use crate::model::{HistoryEntry, JobId, JobWork, ServiceId, SessionId};

/// Sessions that one statement asks for: well below the number of values that one may have, eight each.
const MOST_AT_ONCE: usize = 250;

/// A session whose end is to be asked for at its service.
#[derive(Debug)]
pub struct AskEnd {
    /// Which.
    pub id: SessionId,
    /// Where it lives.
    pub service_id: ServiceId,
    /// Who asks; `None` where it is a button outside.
    pub by: Option<SessionId>,
    /// Its entry in the history; its time is when it is asked for.
    pub history: HistoryEntry,
}

impl AskEnd {
    /// Whether one statement asks for both.
    fn is_like(&self, other: &Self) -> bool {
        (self.by, self.history.at) == (other.by, other.history.at)
    }
}

/// Asks within a larger change. Answers with those that it was not asked for before: the others are on their way, or have ended. What
/// the service refused is asked for once more.
pub async fn ask_ends(change: &mut Change, asks: &[AskEnd]) -> Result<Vec<SessionId>> {
    let mut asked = Vec::with_capacity(asks.len());
    for alike in asks.chunk_by(AskEnd::is_like).flat_map(|alike| alike.chunks(MOST_AT_ONCE)) {
        let anew = note(change, alike).await?;
        let are_new: Vec<_> = alike.iter().filter(|ask| anew.contains(&ask.id)).collect();
        if are_new.is_empty() {
            continue;
        }
        add_jobs(change, &are_new).await?;
        insert_all_history(change, &are_new.iter().map(|ask| &ask.history).collect::<Vec<_>>()).await?;
        asked.extend(are_new.iter().map(|ask| ask.id));
    }
    Ok(asked)
}

/// Notes it at the sessions.
async fn note(change: &mut Change, asks: &[AskEnd]) -> Result<HashSet<SessionId>> {
    let Some(first) = asks.first() else { return Ok(HashSet::new()) };
    let mut query = QueryBuilder::<Sqlite>::new("UPDATE sessions SET refusal = NULL, asked_at = ");
    query
        .push_bind(first.history.at.as_millis())
        .push(", asked_by = ")
        .push_bind(first.by.map(|id| id.to_string()))
        .push(
            " WHERE ended_at IS NULL AND service_id IS NOT NULL AND (asked_at IS NULL OR refusal IS NOT NULL)
             AND id IN (",
        );
    let mut list = query.separated(", ");
    for ask in asks {
        list.push_bind(ask.id.to_string());
    }
    list.push_unseparated(") RETURNING id");
    let rows = query.build().persistent(asks.len() == 1).fetch_all(&mut **change).await?;
    rows.iter().map(|row| row.word("id")).collect()
}

/// Has each be carried out as soon as its service can be reached.
async fn add_jobs(change: &mut Change, asks: &[&AskEnd]) -> Result<()> {
    let mut query = QueryBuilder::<Sqlite>::new(
        "INSERT INTO jobs (id, account_id, kind, target_id, about_id, due_at, changed_at, revision, begun, done,
         state, attempts) ",
    );
    query.push_values(asks, |mut row, ask| {
        let work = JobWork::End { service_id: ask.service_id, session_id: ask.id };
        row.push_bind(JobId::of(work).to_string())
            .push_bind(ask.history.account_id.to_string())
            .push_bind(work.as_str())
            .push_bind(ask.service_id.to_string())
            .push_bind(ask.id.to_string())
            .push_bind(ask.history.at.as_millis())
            .push_bind(ask.history.at.as_millis())
            .push("1, 0, 0, 'waiting', 0");
    });
    query.push(
        " ON CONFLICT (id) DO UPDATE SET revision = jobs.revision + 1, attempts = 0, due_at = excluded.due_at,
         changed_at = excluded.changed_at,
         state = CASE WHEN jobs.state = 'under_way' THEN 'under_way' ELSE 'waiting' END",
    );
    query.build().persistent(asks.len() == 1).execute(&mut **change).await?;
    Ok(())
}
