//! The tokens of a session: replacing the one in use, and those besides it, offered and not yet taken, or spent.

use sqlx::SqliteTransaction;

use super::Store;
use super::rows::Columns;
use super::sessions::{NewTokens, hash};
use crate::error::{Error, Result};
use crate::model::{AccountId, DeviceId, SecretHash, SessionId, Timestamp};

/// Spent refresh tokens that are remembered of a session: one an hour of use.
const MOST_REFRESH: u32 = 512;

/// A token of a session that is not the one in use.
#[derive(Clone, Copy, Debug)]
pub struct OtherToken {
    /// Its hash.
    pub token: SecretHash,
    /// The session.
    pub session_id: SessionId,
    /// Since when it was spent; `None` for one that was offered and not yet taken.
    pub spent_at: Option<Timestamp>,
}

/// The session a refresh token belongs to.
#[derive(Clone, Copy, Debug)]
pub struct RefreshFound {
    /// The session.
    pub session_id: SessionId,
    /// Its device.
    pub device_id: DeviceId,
    /// Its account.
    pub account_id: AccountId,
    /// Hash of the token in use.
    pub token: SecretHash,
    /// Whether it has ended.
    pub ended: bool,
}

impl Store {
    /// The session of a refresh token, the one in use or the one before it.
    pub async fn session_by_refresh(&self, refresh: SecretHash) -> Result<Option<RefreshFound>> {
        sqlx::query(
            "SELECT id, device_id, account_id, token_hash, ended_at FROM sessions
             WHERE refresh_hash = $1 OR previous_refresh_hash = $1",
        )
        .bind(refresh.as_bytes().as_slice())
        .fetch_optional(&self.reader)
        .await?
        .map(|row| {
            Ok(RefreshFound {
                session_id: row.word("id")?,
                device_id: row.word("device_id")?,
                account_id: row.word("account_id")?,
                token: hash(&row, "token_hash")?,
                ended: row.moment_if_any("ended_at")?.is_some(),
            })
        })
        .transpose()
    }

    /// Replaces a live session's tokens; `presented` is the refresh token that asked for it and stays good
    /// until the new one is used; another one is spent. Says whether the session was still there.
    pub async fn replace_tokens(
        &self,
        id: SessionId,
        presented: SecretHash,
        new: NewTokens,
        at: Timestamp,
    ) -> Result<bool> {
        let mut change = self.begin().await?;
        let spent = spent_by(&mut change, id, presented).await?;
        let replaced = sqlx::query(
            "UPDATE sessions SET token_hash = $2, token_expires_at = $3, refresh_hash = $4,
             previous_refresh_hash = $5 WHERE id = $1 AND ended_at IS NULL",
        )
        .bind(id.to_string())
        .bind(new.token.as_bytes().as_slice())
        .bind(new.expires_at.map(Timestamp::as_millis))
        .bind(new.refresh.as_ref().map(|hash| hash.as_bytes().as_slice()))
        .bind(presented.as_bytes().as_slice())
        .execute(&mut *change)
        .await?;
        let is_there = replaced.rows_affected() > 0;
        if let Some(spent) = spent.filter(|_| is_there) {
            remember(&mut change, id, spent, "spent_refresh", at).await?;
            sqlx::query(
                "DELETE FROM other_tokens WHERE session_id = $1 AND token_hash NOT IN
                 (SELECT token_hash FROM other_tokens WHERE session_id = $1 ORDER BY since DESC LIMIT $2)",
            )
            .bind(id.to_string())
            .bind(i64::from(MOST_REFRESH))
            .execute(&mut *change)
            .await?;
        }
        change.commit().await?;
        Ok(is_there)
    }

    /// Writes that a session was offered a new token, and that another one is forgotten for it.
    pub async fn offer_token(
        &self,
        id: SessionId,
        token: SecretHash,
        forgotten: Option<SecretHash>,
        at: Timestamp,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        remember(&mut change, id, token, "offered", at).await?;
        forget(&mut change, forgotten).await?;
        Ok(change.commit().await?)
    }

    /// Makes another token of a live session the one in use; the one that was is spent from now on, and so is what was
    /// offered besides. Says whether the session was still there.
    pub async fn take_token(
        &self,
        id: SessionId,
        taken: SecretHash,
        spent: SecretHash,
        at: Timestamp,
    ) -> Result<bool> {
        let mut change = self.begin().await?;
        let is_there = sqlx::query(
            "UPDATE sessions SET token_hash = $2, token_since = $3 WHERE id = $1 AND ended_at IS NULL",
        )
        .bind(id.to_string())
        .bind(taken.as_bytes().as_slice())
        .bind(at.as_millis())
        .execute(&mut *change)
        .await?
        .rows_affected()
            > 0;
        if is_there {
            sqlx::query(
                "UPDATE other_tokens SET state = 'spent', since = $2 WHERE session_id = $1 AND state = 'offered'",
            )
            .bind(id.to_string())
            .bind(at.as_millis())
            .execute(&mut *change)
            .await?;
            remember(&mut change, id, spent, "spent", at).await?;
            forget(&mut change, Some(taken)).await?;
        }
        change.commit().await?;
        Ok(is_there)
    }

    /// Hands every such token of a session that has not ended to `each`, the earliest spent first.
    pub async fn each_other_token(&self, mut each: impl FnMut(OtherToken)) -> Result<()> {
        let rows = sqlx::query(
            "SELECT o.token_hash, o.session_id, o.state, o.since FROM other_tokens o
             JOIN sessions s ON s.id = o.session_id
             WHERE s.ended_at IS NULL AND o.state <> 'spent_refresh' ORDER BY o.since",
        )
        .fetch_all(&self.reader)
        .await?;
        for row in rows {
            let is_spent = row.raw::<&str>("state")? == "spent";
            each(OtherToken {
                token: hash(&row, "token_hash")?,
                session_id: row.word("session_id")?,
                spent_at: is_spent.then_some(row.moment("since")?),
            });
        }
        Ok(())
    }

    /// The session that a refresh token was of, which is spent.
    pub async fn session_by_spent_refresh(&self, refresh: SecretHash) -> Result<Option<SessionId>> {
        sqlx::query("SELECT session_id FROM other_tokens WHERE token_hash = $1 AND state = 'spent_refresh'")
            .bind(refresh.as_bytes().as_slice())
            .fetch_optional(&self.reader)
            .await?
            .map(|row| row.word("session_id"))
            .transpose()
    }
}

/// The refresh token that is spent when `presented` gets a new one: the one before it, or the one after it, which was
/// never used.
async fn spent_by(
    change: &mut SqliteTransaction<'_>,
    id: SessionId,
    presented: SecretHash,
) -> Result<Option<SecretHash>> {
    let row = sqlx::query("SELECT refresh_hash, previous_refresh_hash FROM sessions WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(&mut **change)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let of = |column| Ok::<_, Error>(row.raw::<Option<&[u8]>>(column)?.and_then(SecretHash::from_bytes));
    let (newest, before) = (of("refresh_hash")?, of("previous_refresh_hash")?);
    Ok(if before == Some(presented) { newest } else { before })
}

/// Forgets all tokens of a session that has ended, within a larger change.
pub(super) async fn forget_all(change: &mut SqliteTransaction<'_>, id: SessionId) -> Result<()> {
    sqlx::query("DELETE FROM other_tokens WHERE session_id = $1")
        .bind(id.to_string())
        .execute(&mut **change)
        .await?;
    Ok(())
}

async fn remember(
    change: &mut SqliteTransaction<'_>,
    id: SessionId,
    token: SecretHash,
    state: &'static str,
    at: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO other_tokens (token_hash, session_id, state, since) VALUES ($1, $2, $3, $4)
         ON CONFLICT (token_hash) DO UPDATE SET state = excluded.state, since = excluded.since",
    )
    .bind(token.as_bytes().as_slice())
    .bind(id.to_string())
    .bind(state)
    .bind(at.as_millis())
    .execute(&mut **change)
    .await?;
    Ok(())
}

async fn forget(change: &mut SqliteTransaction<'_>, token: Option<SecretHash>) -> Result<()> {
    let Some(token) = token else { return Ok(()) };
    sqlx::query("DELETE FROM other_tokens WHERE token_hash = $1")
        .bind(token.as_bytes().as_slice())
        .execute(&mut **change)
        .await?;
    Ok(())
}
