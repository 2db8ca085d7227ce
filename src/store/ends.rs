//! Jobs that end sessions at watched services: which are due, of services that may be asked.

use sqlx::{QueryBuilder, Sqlite};

use super::Store;
use super::jobs::to_job;
use super::rows::readable;
use crate::error::Result;
use crate::model::{Job, JobId, ServiceId, Timestamp};

/// Of jobs, only those that may be carried out: a service that refuses its key, is another one, or is left alone for now is not asked.
const THAT_MAY_BE_ASKED: &str =
    " FROM jobs WHERE kind = 'end' AND state = 'waiting' AND EXISTS (SELECT 1 FROM services v
     WHERE v.id = jobs.target_id AND v.removed_at IS NULL AND v.paused_at IS NULL
     AND v.state IN ('ok', 'unreachable', 'busy', 'unreadable'))";

/// Such jobs, but for those of some services.
fn but_for(what: &'static str, others: &[ServiceId]) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(what);
    query.push(THAT_MAY_BE_ASKED).push(" AND target_id NOT IN (");
    let mut list = query.separated(", ");
    for id in others {
        list.push_bind(id.to_string());
    }
    list.push_unseparated(")");
    query
}

impl Store {
    /// Ends to carry out, the one due longest first; not at services that are being asked already, so that one of which many are wanted
    /// keeps nobody else waiting.
    pub async fn due_ends(&self, now: Timestamp, most: u32, but_at: &[ServiceId]) -> Result<Vec<Job>> {
        let mut query = but_for(
            "SELECT id, account_id, kind, target_id, about_id, revision, begun, done, state, attempts, due_at",
            but_at,
        );
        query.push(" AND due_at <= ").push_bind(now.as_millis());
        query.push(" ORDER BY due_at LIMIT ").push_bind(i64::from(most));
        readable(&query.build().persistent(false).fetch_all(&self.reader).await?, to_job)
    }

    /// When the next is due, if one waits; not at services that are being asked: they are looked at again when that is over.
    pub async fn next_end_at(&self, but_at: &[ServiceId]) -> Result<Option<Timestamp>> {
        let mut query = but_for("SELECT MIN(due_at)", but_at);
        let (due,): (Option<i64>,) = query.build_query_as().persistent(false).fetch_one(&self.reader).await?;
        Ok(due.map(Timestamp::from_millis))
    }

    /// Notes that ends are begun, before anything is asked. Answers with those that still stood as they were looked at.
    pub async fn begin_ends(&self, jobs: &[&Job], now: Timestamp) -> Result<Vec<JobId>> {
        if jobs.is_empty() {
            return Ok(Vec::new());
        }
        let mut change = self.begin().await?;
        let mut ids = Vec::with_capacity(jobs.len());
        for job in jobs {
            let begun = sqlx::query(
                "UPDATE jobs SET state = 'under_way', attempts = attempts + 1, begun = $2, changed_at = $3
                 WHERE id = $1 AND revision = $2 AND state = 'waiting'",
            )
            .bind(job.id.as_str())
            .bind(job.revision)
            .bind(now.as_millis())
            .execute(&mut *change)
            .await?;
            if begun.rows_affected() == 1 {
                ids.push(job.id.clone());
            }
        }
        change.commit().await?;
        Ok(ids)
    }

    /// Puts off what waits to be asked of a service that cannot be asked now: each by itself would only hear the same.
    pub async fn put_off_ends(&self, id: ServiceId, until: Timestamp) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query(
            "UPDATE jobs SET due_at = $2 WHERE kind = 'end' AND target_id = $1 AND state = 'waiting' AND due_at < $2",
        )
        .bind(id.to_string())
        .bind(until.as_millis())
        .execute(&mut *change)
        .await?;
        change.commit().await
    }

    /// Has what waits to be asked of a service asked at once: it has a new key, say.
    pub async fn hurry_ends(&self, id: ServiceId, now: Timestamp) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query(
            "UPDATE jobs SET due_at = $2, attempts = 0 WHERE kind = 'end' AND target_id = $1 AND state = 'waiting'",
        )
        .bind(id.to_string())
        .bind(now.as_millis())
        .execute(&mut *change)
        .await?;
        change.commit().await
    }
}
