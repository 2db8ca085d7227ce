//! Tokens as other programs see them: refreshing (RFC 6749 section 6) and introspection (RFC 7662). Giving one back is in
//! [`super::revoke`].
//!
//! The tokens of a session that signed in by code are a family: each refresh makes a newer pair. The refresh token that asked
//! may ask once more for that same pair, for a moment and from the same program, since the answer may get lost on the way.
//! That ends with the first use of either new token. Whoever brings it after that, or anything older, is not the only one who
//! holds it: the family ends, and the household is told (RFC 9700 section 4.14.2). See
//! `docs/decisions/0004-refresh-tokens-rotate-in-families.md`.

use std::sync::Arc;
use std::time::Duration;

use super::Core;
use super::asking::Asking;
use super::caller::Caller;
use super::fresh::TOKEN_LIFETIME;
use super::going_on::{self, OnTheft};
use super::live::{LiveSession, Other, Pair};
use super::refusal::refuse;
use super::renewal;
use crate::error::{Error, Result};
use crate::familiarity::Identity;
use crate::model::{Secret, SecretHash, SignInMethod};
use crate::store::{NewTokens, RefreshState, Turn};

/// How long the same pair is answered again: longer than a program waits for an answer and asks anew. Chosen.
pub const LEEWAY: Duration = Duration::from_secs(30);

/// New tokens for a session.
#[derive(Debug)]
pub struct Refreshed {
    /// The token that requests carry.
    pub token: Secret,
    /// The token that gets new ones.
    pub refresh: Secret,
}

/// Replaces a session's tokens; the access token before is refused from now on.
///
/// # Errors
///
/// [`Error::NotSignedIn`] for a refresh token that is good no more. If two must hold it, the session ends with that.
pub async fn refresh(core: &Arc<Core>, asking: Asking, presented: &Secret) -> Result<Refreshed> {
    let (core, presented) = (Arc::clone(core), presented.hash());
    // A look before the turn: a stranger's made-up token does not queue before the household's sign-outs.
    core.store.session_by_refresh(presented).await?.ok_or(Error::NotSignedIn)?;
    Core::carry_through(async move {
        let turn = core.store.turn().await;
        let found = core.store.session_by_refresh(presented).await?.ok_or(Error::NotSignedIn)?;
        if found.ended {
            return Err(refuse(&core, &found.token, &asking));
        }
        let session = core.live.by_id(found.session_id).ok_or(Error::SessionEnded)?;
        going_on::goes_on(&session)?;
        let again = match found.state {
            RefreshState::Newest => None,
            // Asked for just now, and the change brought a newer one. Whoever asked has that.
            RefreshState::Replaced(at) if renewal::is_under_way(&core, &session, at, &asking) => {
                return Err(Error::TokenReplaced);
            }
            RefreshState::Before(since) => match in_leeway(&core, &session, presented, since, &asking) {
                Some(again) => again,
                None => return Err(replayed(&core, &turn, &session, &asking).await?),
            },
            RefreshState::Spent | RefreshState::Replaced(_) => {
                return Err(replayed(&core, &turn, &session, &asking).await?);
            }
        };
        // Before anything changes: who is refused must not have spent the token of another.
        going_on::judge_if_new(&core, &turn, &session, &asking).await?;
        let pair = match again {
            Some(pair) => pair,
            None => mint(&core, &turn, &session, presented, &asking).await?,
        };
        core.live.touch(&session, core.now(), &asking);
        Ok(Refreshed { token: pair.token, refresh: pair.refresh })
    })
    .await
}

/// Whether the token that a pair was made for may ask for it again, and that pair; `Some(None)` when the home was started
/// anew in between and does not know the pair any more, of which only hashes are on disk.
#[expect(clippy::option_option, reason = "whether it may, and with which pair if that is still known")]
fn in_leeway(
    core: &Core,
    session: &LiveSession,
    presented: SecretHash,
    since: crate::model::Timestamp,
    asking: &Asking,
) -> Option<Option<Pair>> {
    if let Some(pair) = session.with_tokens(|tokens| tokens.pair()) {
        let is_asked_again = pair.presented == presented && pair.program == core.live.program(asking);
        let is_soon = core.clock.elapsed() < pair.at + LEEWAY;
        (is_asked_again && is_soon).then_some(Some(pair))
    } else {
        // Only what is on disk tells when that was. A clock that was set back opens nothing.
        core.now().is_within(LEEWAY, since).then_some(None)
    }
}

async fn mint(
    core: &Core,
    turn: &Turn<'_>,
    session: &Arc<LiveSession>,
    presented: SecretHash,
    asking: &Asking,
) -> Result<Pair> {
    let now = core.now();
    let pair = Pair {
        presented,
        token: Secret::new(&*core.random),
        refresh: Secret::new(&*core.random),
        at: core.clock.elapsed(),
        program: core.live.program(asking),
    };
    let expires_at = Some(now.after(TOKEN_LIFETIME));
    let (token, refresh) = (pair.token.hash(), Some(pair.refresh.hash()));
    let new = NewTokens { token, expires_at, refresh, renews: false };
    if !core.store.refresh_tokens(turn, session.id, presented, new, now).await? {
        return Err(Error::SessionEnded);
    }
    core.live.refresh_token(turn, session, token, expires_at);
    session.with_tokens(|tokens| tokens.keep_pair(Some(pair.clone())));
    Ok(pair)
}

/// Ends the session whose refresh token came back, and tells the household; answers with why the token is refused.
async fn replayed(core: &Core, turn: &Turn<'_>, session: &LiveSession, asking: &Asking) -> Result<Error> {
    tracing::info!(session = %session.id, "a spent refresh token came back; its session ends");
    let identity = Identity::Replayed(session.device_id);
    match going_on::came_back(core, turn, session, asking, identity, OnTheft::End).await {
        Ok(()) => Ok(Error::NotSignedIn),
        Err(error @ (Error::NotSignedIn | Error::SessionEnded)) => Ok(error),
        Err(error) => Err(error),
    }
}

/// The live session of a token, if the caller may know of it: only of its own account. A token that waits for its first use
/// is used by this: whoever asks has it from the one it was given to.
pub async fn introspect(
    core: &Arc<Core>,
    caller: &Caller,
    token: &Secret,
) -> Result<Option<Arc<LiveSession>>> {
    let token = token.hash();
    let Some(session) = core.live.find_any(&token) else { return Ok(None) };
    // Nor is the made-up stranger of a fire drill anybody.
    if session.account_id() != caller.account_id() || session.method == SignInMethod::Drill {
        return Ok(None);
    }
    session.hear_of();
    match core.live.find_other(&token) {
        Some((_, what)) if !renewal::may_be_let_in(core, what) => return Ok(None),
        Some((_, Other::Waiting | Other::Offered)) => take_up(core, &session, token).await?,
        _ => {}
    }
    let is_good = !session.has_ended() && !session.is_held() && !session.has_expired(core.now());
    Ok(Some(session).filter(|_| is_good))
}

async fn take_up(core: &Arc<Core>, session: &Arc<LiveSession>, token: SecretHash) -> Result<()> {
    let (core, session) = (Arc::clone(core), Arc::clone(session));
    Core::carry_through(async move {
        let turn = core.store.turn().await;
        if session.has_ended() {
            return Ok(());
        }
        match core.live.find_other(&token) {
            Some((_, what @ (Other::Waiting | Other::Offered))) => {
                renewal::taken_up(&core, &turn, session, token, what).await.map(drop)
            }
            _ => Ok(()),
        }
    })
    .await
}
