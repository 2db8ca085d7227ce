//! What buttons outside may do, as it is kept when they are made.

use super::writer::Change;
use crate::error::Result;
use crate::model::{Answer, Job, JobWork, SecretHash, Timestamp};

/// Keeps what a button may do, within the change that begins the job which sends it.
pub async fn insert_action(
    change: &mut Change,
    job: &Job,
    token: SecretHash,
    answer: Answer,
    now: Timestamp,
) -> Result<()> {
    let JobWork::Tell { channel_id, alert_id } = job.work else { return Ok(()) };
    sqlx::query(
        "INSERT INTO actions (token_hash, account_id, alert_id, channel_id, answer, made_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(token.as_bytes().as_slice())
    .bind(job.account_id.to_string())
    .bind(alert_id.to_string())
    .bind(channel_id.to_string())
    .bind(answer.as_str())
    .bind(now.as_millis())
    .execute(&mut **change)
    .await?;
    Ok(())
}
