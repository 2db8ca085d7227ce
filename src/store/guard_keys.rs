//! The guard key of a session: what sites behind the guard see in place of its token.

use super::Store;
use super::turn::Turn;
use crate::error::Result;
use crate::model::{SecretHash, SessionId};

impl Store {
    /// Writes a live session's guard key in place of the one it had, or that it has none from now on. Says whether the
    /// session was still there.
    pub async fn set_guard_key(
        &self,
        _turn: &Turn<'_>,
        id: SessionId,
        key: Option<SecretHash>,
    ) -> Result<bool> {
        let mut change = self.begin().await?;
        let written = sqlx::query(
            "UPDATE sessions SET guard_hash = $2 WHERE id = $1 AND ended_at IS NULL AND service_id IS NULL",
        )
        .bind(id.to_string())
        .bind(key.as_ref().map(|key| key.as_bytes().as_slice()))
        .execute(&mut *change)
        .await?;
        change.commit().await?;
        Ok(written.rows_affected() > 0)
    }
}
