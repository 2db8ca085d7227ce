//! Jobs: work for the world outside, kept until it is done.

use sqlx::sqlite::SqliteRow;

use super::Store;
use super::buttons::insert_action;
use super::relayed;
use super::rows::{Columns, readable};
use super::writer::Change;
use crate::error::{Error, Result};
use crate::model::{
    Alert, AlertId, Answer, ChannelState, Job, JobId, JobState, JobWork, SecretHash, Timestamp,
};

/// A job that is begun, with the buttons that what is sent carries.
#[derive(Debug)]
pub struct BegunJob<'a> {
    /// Which, as it was looked at.
    pub job: &'a Job,
    /// What its buttons may do.
    pub actions: Vec<(SecretHash, Answer)>,
    /// Whether the device at its channel's end is handed the token of the relay.
    pub hands_relay_token: bool,
}

/// What came of a job.
#[derive(Clone, Debug)]
pub struct EndedJob {
    /// Which, as it was begun.
    pub job: Job,
    /// How it stands, unless its cause changed meanwhile: then it waits once more.
    pub state: JobState,
    /// When it is due again, if it waits.
    pub due_at: Timestamp,
    /// How its channel does; `None` when nothing was sent.
    pub channel: Option<ChannelState>,
    /// Why it does not do better.
    pub detail: Option<String>,
}

impl Store {
    /// What is to be told, the one due longest first: due at `now`, or put off past `latest`, which no job ever is but by a clock
    /// that was set back.
    pub async fn due_jobs(&self, now: Timestamp, latest: Timestamp, most: u32) -> Result<Vec<Job>> {
        let rows = sqlx::query(
            "SELECT id, account_id, kind, target_id, about_id, revision, begun, done, state, attempts, due_at FROM jobs
             WHERE state = 'waiting' AND kind <> 'end' AND (due_at <= $1 OR due_at > $2) ORDER BY due_at LIMIT $3",
        )
        .bind(now.as_millis())
        .bind(latest.as_millis())
        .bind(i64::from(most))
        .fetch_all(&self.reader)
        .await?;
        readable(&rows, to_job)
    }

    /// When the next that is to be told is due, if one waits.
    pub async fn next_job_at(&self) -> Result<Option<Timestamp>> {
        let (due,): (Option<i64>,) =
            sqlx::query_as("SELECT MIN(due_at) FROM jobs WHERE state = 'waiting' AND kind <> 'end'")
                .fetch_one(&self.reader)
                .await?;
        Ok(due.map(Timestamp::from_millis))
    }

    /// Notes that jobs are begun, before anything of them is sent. Answers with those that still stood as they were looked at.
    pub async fn begin_jobs(&self, begun: &[BegunJob<'_>], now: Timestamp) -> Result<Vec<JobId>> {
        let mut change = self.begin().await?;
        let mut ids = Vec::with_capacity(begun.len());
        for BegunJob { job, actions, hands_relay_token } in begun {
            let is_as_it_was = sqlx::query(
                "UPDATE jobs SET state = 'under_way', attempts = attempts + 1, begun = $2, changed_at = $3
                 WHERE id = $1 AND revision = $2 AND state = 'waiting'",
            )
            .bind(job.id.as_str())
            .bind(job.revision)
            .bind(now.as_millis())
            .execute(&mut *change)
            .await?
            .rows_affected()
                == 1;
            if is_as_it_was {
                for (token, answer) in actions {
                    insert_action(&mut change, job, *token, *answer, now).await?;
                }
                if let Some(channel_id) = job.work.channel_id().filter(|_| *hands_relay_token) {
                    relayed::note_token(&mut change, channel_id, now).await?;
                }
                ids.push(job.id.clone());
            }
        }
        change.commit().await?;
        Ok(ids)
    }

    /// Notes what came of jobs, and how their channels do.
    pub async fn end_jobs(&self, ended: &[EndedJob], now: Timestamp) -> Result<()> {
        let mut change = self.begin().await?;
        for EndedJob { job, state, due_at, channel, detail } in ended {
            let is_done = *state == JobState::Done;
            sqlx::query(
                "UPDATE jobs SET state = CASE WHEN revision = $2 THEN $3 ELSE 'waiting' END,
                 attempts = CASE WHEN revision = $2 THEN attempts ELSE 0 END,
                 due_at = CASE WHEN revision = $2 THEN $4 ELSE $5 END,
                 done = CASE WHEN $6 = 1 THEN $2 ELSE done END, changed_at = $5, detail = $7 WHERE id = $1",
            )
            .bind(job.id.as_str())
            .bind(job.revision)
            .bind(state.as_str())
            .bind(due_at.as_millis())
            .bind(now.as_millis())
            .bind(i64::from(is_done))
            .bind(detail.as_deref())
            .execute(&mut *change)
            .await?;
            let (Some(channel), Some(channel_id)) = (channel, job.work.channel_id()) else { continue };
            sqlx::query(
                "UPDATE channels SET state = $2, detail = $3,
                 last_delivery_at = CASE WHEN $2 = 'ok' THEN $4 ELSE last_delivery_at END WHERE id = $1",
            )
            .bind(channel_id.to_string())
            .bind(channel.as_str())
            .bind(detail.as_deref())
            .bind(now.as_millis())
            .execute(&mut *change)
            .await?;
            if *channel == ChannelState::Gone {
                sqlx::query("UPDATE jobs SET state = 'given_up' WHERE target_id = $1 AND state = 'waiting'")
                    .bind(channel_id.to_string())
                    .execute(&mut *change)
                    .await?;
            }
        }
        change.commit().await
    }

    /// Takes up what was under way when the home ended.
    pub async fn resume_jobs(&self, now: Timestamp) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query("UPDATE jobs SET state = 'waiting', due_at = $1 WHERE state = 'under_way'")
            .bind(now.as_millis())
            .execute(&mut *change)
            .await?;
        change.commit().await
    }

    /// Has a channel say that it works. One that is being tried is tried once more.
    pub async fn try_channel(&self, job: &Job) -> Result<()> {
        let Some(channel_id) = job.work.channel_id() else { return Ok(()) };
        let mut change = self.begin().await?;
        sqlx::query(
            "INSERT INTO jobs (id, account_id, kind, target_id, revision, begun, done, state, attempts, due_at,
             changed_at) VALUES ($1, $2, 'try', $3, 1, 0, 0, 'waiting', 0, $4, $4)
             ON CONFLICT (id) DO UPDATE SET revision = jobs.revision + 1, attempts = 0, due_at = excluded.due_at,
             state = CASE WHEN jobs.state = 'under_way' THEN 'under_way' ELSE 'waiting' END",
        )
        .bind(job.id.as_str())
        .bind(job.account_id.to_string())
        .bind(channel_id.to_string())
        .bind(job.due_at.as_millis())
        .execute(&mut *change)
        .await?;
        change.commit().await
    }
}

/// Has every channel of the account tell of a new alert, within the change that writes it; not the channel on the very device
/// that it is about: whoever holds that one must not be the one who is asked.
pub async fn tell(change: &mut Change, alert: &Alert) -> Result<()> {
    sqlx::query(
        "INSERT INTO jobs (id, account_id, kind, target_id, about_id, revision, begun, done, state, attempts, due_at,
         changed_at) SELECT 'tell ' || id || ' ' || $1, account_id, 'tell', id, $1, 1, 0, 0, 'waiting', 0, $2, $2
         FROM channels WHERE account_id = $3 AND device_id <> $4 AND state <> 'gone'",
    )
    .bind(alert.id.to_string())
    .bind(alert.at.as_millis())
    .bind(alert.account_id.to_string())
    .bind(alert.device_id.to_string())
    .execute(&mut **change)
    .await?;
    Ok(())
}

const AGAIN: &str = "UPDATE jobs SET revision = revision + 1, attempts = 0, due_at = $2,
    state = CASE WHEN state = 'under_way' THEN 'under_way' ELSE 'waiting' END WHERE about_id = $1";

/// Has whoever was told of an alert hear how it stands now, within the change that makes it so.
pub async fn tell_again(change: &mut Change, alert_id: AlertId, now: Timestamp) -> Result<()> {
    sqlx::query(AGAIN).bind(alert_id.to_string()).bind(now.as_millis()).execute(&mut **change).await?;
    Ok(())
}

/// The end of a statement that does the same for every alert that waits about one of the sessions that follow, `IN (`.
pub const AGAIN_ABOUT_SESSIONS: [&str; 2] = [
    "; UPDATE jobs SET revision = revision + 1, attempts = 0, due_at = ",
    ", state = CASE WHEN state = 'under_way' THEN 'under_way' ELSE 'waiting' END WHERE about_id IN
     (SELECT id FROM alerts WHERE state IN ('open', 'unsure') AND session_id IN (",
];

/// A job out of its row.
pub(super) fn to_job(row: &SqliteRow) -> Result<Job> {
    let kind: &str = row.raw("kind")?;
    let work = match kind {
        "tell" => JobWork::Tell { channel_id: row.word("target_id")?, alert_id: row.word("about_id")? },
        "try" => JobWork::Try { channel_id: row.word("target_id")? },
        "end" => JobWork::End { service_id: row.word("target_id")?, session_id: row.word("about_id")? },
        _ => return Err(Error::corrupt("kind", "it is no work that is known")),
    };
    Ok(Job {
        id: JobId::of(work),
        account_id: row.word("account_id")?,
        work,
        revision: row.raw("revision")?,
        begun: row.raw("begun")?,
        done: row.raw("done")?,
        state: row.word("state")?,
        attempts: u32::try_from(row.raw::<i64>("attempts")?).unwrap_or(u32::MAX),
        due_at: row.moment("due_at")?,
    })
}
