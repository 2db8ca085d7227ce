//! Refresh tokens: the newest of a session, the one before as long as the newest pair was not used, and those that are good
//! for nothing, which show who brings them. What they are for is in [`crate::access::tokens`].

use sqlx::sqlite::SqliteRow;

use super::Store;
use super::rows::{Columns, hash};
use super::sessions::NewTokens;
use super::tokens::{forget_old_refresh, remember, tokens_of};
use super::turn::Turn;
use crate::error::Result;
use crate::model::{AccountId, DeviceId, SecretHash, SessionId, Timestamp};

/// What a refresh token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshState {
    /// The newest.
    Newest,
    /// A newer pair was made for it at that moment, of which neither token was used yet.
    Before(Timestamp),
    /// A newer one was used.
    Spent,
    /// A newer one took its place at that moment, with a change of what the session may do.
    Replaced(Timestamp),
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
    /// What the refresh token is to it.
    pub state: RefreshState,
}

impl Store {
    /// The session of a refresh token, whatever that is to it.
    pub async fn session_by_refresh(&self, refresh: SecretHash) -> Result<Option<RefreshFound>> {
        let row = sqlx::query(
            "SELECT id, device_id, account_id, token_hash, ended_at, refresh_since, refresh_hash = $1 AS is_newest
             FROM sessions WHERE (refresh_hash = $1 OR previous_refresh_hash = $1) AND service_id IS NULL",
        )
        .bind(refresh.as_bytes().as_slice())
        .fetch_optional(&self.reader)
        .await?;
        if let Some(row) = row {
            let state = match row.moment_if_any("refresh_since")? {
                Some(since) if !row.raw::<bool>("is_newest")? => RefreshState::Before(since),
                _ => RefreshState::Newest,
            };
            return refresh_found(&row, state).map(Some);
        }
        let row = sqlx::query(
            "SELECT s.id, s.device_id, s.account_id, s.token_hash, s.ended_at, o.state, o.since FROM other_tokens o
             JOIN sessions s ON s.id = o.session_id
             WHERE o.token_hash = $1 AND o.state IN ('spent_refresh', 'replaced_refresh')",
        )
        .bind(refresh.as_bytes().as_slice())
        .fetch_optional(&self.reader)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let state = match row.raw::<&str>("state")? {
            "replaced_refresh" => RefreshState::Replaced(row.moment("since")?),
            _ => RefreshState::Spent,
        };
        refresh_found(&row, state).map(Some)
    }

    /// Writes a newer pair of tokens for `presented`, which waits for its first use: until then `presented` is the one
    /// before. A pair that waited already is dropped. Says whether the session was still there.
    pub async fn refresh_tokens(
        &self,
        _turn: &Turn<'_>,
        id: SessionId,
        presented: SecretHash,
        new: NewTokens,
        at: Timestamp,
    ) -> Result<bool> {
        let mut change = self.begin().await?;
        let Some(now) = tokens_of(&mut change, id).await? else { return Ok(false) };
        sqlx::query(
            "UPDATE sessions SET token_hash = $2, token_expires_at = $3, refresh_hash = $4,
             previous_refresh_hash = $5, refresh_since = $6, token_since = $6 WHERE id = $1",
        )
        .bind(id.to_string())
        .bind(new.token.as_bytes().as_slice())
        .bind(new.expires_at.map(Timestamp::as_millis))
        .bind(new.refresh.as_ref().map(|hash| hash.as_bytes().as_slice()))
        .bind(presented.as_bytes().as_slice())
        .bind(at.as_millis())
        .execute(&mut *change)
        .await?;
        for spent in [now.refresh, now.previous].into_iter().flatten().filter(|token| *token != presented) {
            remember(&mut change, id, spent, "spent_refresh", at).await?;
        }
        forget_old_refresh(&mut change, id).await?;
        change.commit().await?;
        Ok(true)
    }

    /// Writes that a pair of tokens that waited for its first use was used: the refresh token before is spent.
    pub async fn pair_used(&self, _turn: &Turn<'_>, id: SessionId, at: Timestamp) -> Result<()> {
        let mut change = self.begin().await?;
        let previous = tokens_of(&mut change, id).await?.and_then(|now| now.previous);
        sqlx::query(
            "UPDATE sessions SET previous_refresh_hash = NULL, refresh_since = NULL
             WHERE id = $1 AND ended_at IS NULL",
        )
        .bind(id.to_string())
        .execute(&mut *change)
        .await?;
        if let Some(previous) = previous {
            remember(&mut change, id, previous, "spent_refresh", at).await?;
            forget_old_refresh(&mut change, id).await?;
        }
        change.commit().await
    }
}

fn refresh_found(row: &SqliteRow, state: RefreshState) -> Result<RefreshFound> {
    Ok(RefreshFound {
        session_id: row.word("id")?,
        device_id: row.word("device_id")?,
        account_id: row.word("account_id")?,
        token: hash(row, "token_hash")?,
        ended: row.moment_if_any("ended_at")?.is_some(),
        state,
    })
}
