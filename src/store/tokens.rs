//! The tokens of a session: replacing the one in use, and those besides it, which are offered and not yet taken, spent,
//! displaced or replaced. What each is for is in [`crate::access::renewal`]. Refresh tokens are in [`super::refresh`].

use sqlx::sqlite::SqliteRow;

use super::Store;
use super::rows::{Columns, hash, only_if_readable};
use super::turn::Turn;
use super::writer::Change;
use crate::error::{Error, Result};
use crate::model::{SecretHash, SessionId, Timestamp};

/// Refresh tokens that are remembered of a session once they are good for nothing: one an hour of use.
const MOST_REFRESH: u32 = 512;

/// What a token of a session is that is not the one in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenState {
    /// It was offered, and not yet used.
    Offered,
    /// A newer one took its place by being used.
    Spent,
    /// An older one took its place again, which came back.
    Displaced,
    /// A newer one took its place with a change of what the session may do: it is good for nothing from that moment.
    Replaced,
}

impl TokenState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Spent => "spent",
            Self::Displaced => "displaced",
            Self::Replaced => "replaced",
        }
    }
}

impl std::str::FromStr for TokenState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Offered, Self::Spent, Self::Displaced, Self::Replaced]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(())
    }
}

/// A token of a session that is not the one in use.
#[derive(Clone, Copy, Debug)]
pub struct OtherToken {
    /// Its hash.
    pub token: SecretHash,
    /// The session.
    pub session_id: SessionId,
    /// What it is.
    pub state: TokenState,
    /// Since when.
    pub since: Timestamp,
}

/// New tokens for a session, written with the change they are for: those before are good for nothing from then on.
#[derive(Clone, Copy, Debug)]
pub struct FreshTokens {
    /// The session.
    pub session_id: SessionId,
    /// Hash of the token.
    pub token: SecretHash,
    /// When it runs out, if it does.
    pub expires_at: Option<Timestamp>,
    /// Hash of the token it is refreshed with, if it is.
    pub refresh: Option<SecretHash>,
    /// One that is forgotten for the one that is replaced.
    pub forgotten: Option<SecretHash>,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// Writes that a session was offered a new token, and that another one is forgotten for it.
    pub async fn offer_token(
        &self,
        _turn: &Turn<'_>,
        id: SessionId,
        token: SecretHash,
        forgotten: Option<SecretHash>,
        at: Timestamp,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        remember(&mut change, id, token, TokenState::Offered.as_str(), at).await?;
        forget(&mut change, forgotten).await?;
        change.commit().await
    }

    /// Makes another token of a live session the one in use; what was offered besides is spent from now on, and the one that
    /// was in use becomes what `before` says. Says whether the session was still there.
    pub async fn take_token(
        &self,
        _turn: &Turn<'_>,
        id: SessionId,
        taken: SecretHash,
        before: (SecretHash, TokenState),
        at: Timestamp,
    ) -> Result<bool> {
        let mut change = self.begin().await?;
        let is_there = sqlx::query(
            "UPDATE sessions SET token_hash = $2, token_since = $3
             WHERE id = $1 AND ended_at IS NULL AND service_id IS NULL",
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
            let (before, becomes) = before;
            remember(&mut change, id, before, becomes.as_str(), at).await?;
            forget(&mut change, Some(taken)).await?;
        }
        change.commit().await?;
        Ok(is_there)
    }

    /// Gives a live session fresh tokens; those before are good for nothing any more. Says whether the session was still there.
    pub async fn replace_tokens(&self, _turn: &Turn<'_>, fresh: &FreshTokens) -> Result<bool> {
        let mut change = self.begin().await?;
        let is_there = write_fresh(&mut change, fresh).await?;
        change.commit().await?;
        Ok(is_there)
    }

    /// Hands every such token of a session that has not ended to `each`, the earliest first; refresh tokens are not among
    /// them.
    pub async fn each_other_token(&self, mut each: impl FnMut(OtherToken)) -> Result<()> {
        let rows = sqlx::query(
            "SELECT o.token_hash, o.session_id, o.state, o.since FROM other_tokens o
             JOIN sessions s ON s.id = o.session_id
             WHERE s.ended_at IS NULL AND s.service_id IS NULL AND o.state NOT IN ('spent_refresh', 'replaced_refresh') ORDER BY o.since",
        )
        .fetch_all(&self.reader)
        .await?;
        for row in rows {
            if let Some(other) = only_if_readable(&row, to_other(&row))? {
                each(other);
            }
        }
        Ok(())
    }
}

fn to_other(row: &SqliteRow) -> Result<OtherToken> {
    Ok(OtherToken {
        token: hash(row, "token_hash")?,
        session_id: row.word("session_id")?,
        state: row.word("state")?,
        since: row.moment("since")?,
    })
}

/// Gives a live session fresh tokens within a larger change: those before are good for nothing any more. Says whether the
/// session was still there.
pub(super) async fn write_fresh(change: &mut Change, fresh: &FreshTokens) -> Result<bool> {
    let (id, at) = (fresh.session_id, fresh.at);
    let Some(before) = tokens_of(change, id).await? else { return Ok(false) };
    sqlx::query(
        "UPDATE sessions SET token_hash = $2, token_since = $3, token_expires_at = $4, refresh_hash = $5,
         previous_refresh_hash = NULL, refresh_since = NULL, guard_hash = NULL WHERE id = $1",
    )
    .bind(id.to_string())
    .bind(fresh.token.as_bytes().as_slice())
    .bind(at.as_millis())
    .bind(fresh.expires_at.map(Timestamp::as_millis))
    .bind(fresh.refresh.as_ref().map(|hash| hash.as_bytes().as_slice()))
    .execute(&mut **change)
    .await?;
    sqlx::query(
        "UPDATE other_tokens SET state = 'replaced', since = $2
         WHERE session_id = $1 AND state IN ('offered', 'spent', 'displaced')",
    )
    .bind(id.to_string())
    .bind(at.as_millis())
    .execute(&mut **change)
    .await?;
    remember(change, id, before.token, TokenState::Replaced.as_str(), at).await?;
    for refresh in [before.refresh, before.previous].into_iter().flatten() {
        remember(change, id, refresh, "replaced_refresh", at).await?;
    }
    forget(change, fresh.forgotten).await?;
    forget_old_refresh(change, id).await?;
    Ok(true)
}

/// The tokens of a session.
pub(super) struct TokensNow {
    /// The one that requests carry.
    pub token: SecretHash,
    /// The newest it is refreshed with.
    pub refresh: Option<SecretHash>,
    /// The one before that, as long as the newest pair was not used.
    pub previous: Option<SecretHash>,
}

/// The tokens of a session of this home that has not ended.
pub(super) async fn tokens_of(change: &mut Change, id: SessionId) -> Result<Option<TokensNow>> {
    let row = sqlx::query(
        "SELECT token_hash, refresh_hash, previous_refresh_hash FROM sessions
         WHERE id = $1 AND ended_at IS NULL AND service_id IS NULL",
    )
    .bind(id.to_string())
    .fetch_optional(&mut **change)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let of = |column| Ok::<_, Error>(row.raw::<Option<&[u8]>>(column)?.and_then(SecretHash::from_bytes));
    Ok(Some(TokensNow {
        token: hash(&row, "token_hash")?,
        refresh: of("refresh_hash")?,
        previous: of("previous_refresh_hash")?,
    }))
}

/// Forgets the refresh tokens that are too many.
pub(super) async fn forget_old_refresh(change: &mut Change, id: SessionId) -> Result<()> {
    sqlx::query(
        "DELETE FROM other_tokens WHERE session_id = $1 AND state IN ('spent_refresh', 'replaced_refresh')
         AND token_hash NOT IN (SELECT token_hash FROM other_tokens
         WHERE session_id = $1 AND state IN ('spent_refresh', 'replaced_refresh') ORDER BY since DESC LIMIT $2)",
    )
    .bind(id.to_string())
    .bind(i64::from(MOST_REFRESH))
    .execute(&mut **change)
    .await?;
    Ok(())
}

/// Forgets all tokens of a session that has ended, within a larger change.
pub(super) async fn forget_all(change: &mut Change, id: SessionId) -> Result<()> {
    sqlx::query("DELETE FROM other_tokens WHERE session_id = $1")
        .bind(id.to_string())
        .execute(&mut **change)
        .await?;
    Ok(())
}

pub(super) async fn remember(
    change: &mut Change,
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

async fn forget(change: &mut Change, token: Option<SecretHash>) -> Result<()> {
    let Some(token) = token else { return Ok(()) };
    sqlx::query("DELETE FROM other_tokens WHERE token_hash = $1")
        .bind(token.as_bytes().as_slice())
        .execute(&mut **change)
        .await?;
    Ok(())
}
