//! A session's token is renewed while it is used, so that a copy of it grows old. Whichever of two holders takes the
//! newer token, the other one comes back with a spent one: then it is known that there are two.
//!
//! For browsers, whose token is a cookie that any answer may replace. Devices that signed in by code renew theirs by
//! their refresh token ([`super::tokens`]), and programs that keep a token without end do not. The idea is that of
//! refresh token rotation (RFC 9700 section 4.14.2). See `docs/decisions/0009-tokens-are-renewed-while-they-are-used.md`.

use std::sync::Arc;

use super::Core;
use super::asking::Asking;
use super::check::refuse;
use super::going_on;
use super::live::{LiveSession, Offer, Other, UNDER_WAY};
use crate::error::{Error, Result};
use crate::model::{Secret, SecretHash, Timestamp};
use crate::store::OtherToken;

/// Whether a request brings a token that should be renewed. Looks at memory only.
pub fn is_due(core: &Core, token: &SecretHash) -> bool {
    core.live.find(token).is_some_and(|session| may_renew(&session, core.now()))
}

fn may_renew(session: &LiveSession, now: Timestamp) -> bool {
    !session.has_ended() && !session.is_held() && session.with_tokens(|tokens| tokens.is_due(now))
}

/// A newer token for the holder of one that is due; `None` when there is none to be had now. The one in use stays good until
/// the newer one is used: an answer may get lost.
///
/// Only on a line that was judged. Some answers are for everybody, and a thief must not be given a token by those.
pub async fn offer(core: &Arc<Core>, token: SecretHash, asking: &Asking) -> Result<Option<Secret>> {
    let Some(session) = core.live.find(&token) else { return Ok(None) };
    let (core, line) = (Arc::clone(core), core.live.line(asking));
    Core::carry_through(async move {
        let _lives = core.lives.lock().await;
        let now = core.now();
        let is_in_use = core.live.token_of(session.id) == Some(token);
        if !is_in_use || !may_renew(&session, now) || !session.is_judged_on(line) {
            return Ok(None);
        }
        if let Some(secret) = session.with_tokens(|tokens| tokens.made_just_now(line, now)) {
            return Ok(Some(secret));
        }
        let (may_offer, forgotten) =
            session.with_tokens(|tokens| (tokens.may_offer(line, now), tokens.next_to_forget()));
        if !may_offer {
            return Ok(None);
        }
        let secret = Secret::new(&*core.random);
        core.store.offer_token(session.id, secret.hash(), forgotten, now).await?;
        core.live.insert_other(OtherToken { token: secret.hash(), session_id: session.id, spent_at: None });
        let made = Offer { secret: secret.clone(), at: now, line };
        session.with_tokens(|tokens| tokens.note_offer(made));
        Ok(Some(secret))
    })
    .await
}

/// A session that a token is of which is not the one in use.
pub(super) enum Found {
    /// The token is good; it is the one in use from now on.
    InUse(Arc<LiveSession>),
    /// A newer one was taken a moment ago, while this request was under way.
    UnderWay(Arc<LiveSession>),
}

/// The live session of a token that is not the one in use: one that was offered and is taken by this, or a spent one.
///
/// # Errors
///
/// [`Error::SessionHeld`] when a spent token comes from elsewhere than the newer one: there are two copies. Where the
/// household does not have such a session held, the holder of the spent one has to sign in: [`Error::NotSignedIn`].
pub(super) async fn by_other(core: &Arc<Core>, token: SecretHash, asking: &Asking) -> Result<Found> {
    let Some(session) = core.live.find_any(&token) else { return Err(refuse(core, &token, asking)) };
    let (core, asking) = (Arc::clone(core), asking.clone());
    Core::carry_through(async move {
        let _lives = core.lives.lock().await;
        going_on::goes_on(&session)?;
        // Of requests that came together one was first.
        if core.live.token_of(session.id) == Some(token) {
            return Ok(Found::InUse(session));
        }
        let (_, what) = core.live.find_other(&token).ok_or(Error::NotSignedIn)?;
        match what {
            Other::Offered => return take_if_possible(&core, session, token).await,
            Other::Spent(at) if is_under_way(&core, &session, at, &asking) => {
                return Ok(Found::UnderWay(session));
            }
            // A browser that lost the newer one, as after a crash: the one it has counts again.
            Other::Spent(_) => going_on::came_back(&core, &session, &asking).await?,
        }
        take(&core, &session, token).await?;
        Ok(Found::InUse(session))
    })
    .await
}

/// Whether a spent token may be one of a request that was sent before the newer one was taken: soon after it, from a
/// line of the session.
fn is_under_way(core: &Core, session: &LiveSession, at: Timestamp, asking: &Asking) -> bool {
    let is_its_line = asking.address.is_none() || session.is_judged_on(core.live.line(asking));
    is_its_line && core.now() < at.after(UNDER_WAY)
}

/// Whether a token is spent, and no request that brings it can be under way any more.
pub(super) fn is_old(core: &Core, token: &SecretHash) -> bool {
    matches!(core.live.find_other(token), Some((_, Other::Spent(at))) if core.now() >= at.after(UNDER_WAY))
}

/// Takes a token that was offered. It is good all the same when that cannot be written now, on a full disk say.
async fn take_if_possible(core: &Core, session: Arc<LiveSession>, token: SecretHash) -> Result<Found> {
    match take(core, &session, token).await {
        Err(Error::SessionEnded) => Err(Error::SessionEnded),
        Err(error) => {
            tracing::warn!(%error, "a newer token could not be written down");
            Ok(Found::InUse(session))
        }
        Ok(()) => Ok(Found::InUse(session)),
    }
}

/// Makes a token the one in use. Only under `Core::lives`.
async fn take(core: &Core, session: &Arc<LiveSession>, token: SecretHash) -> Result<()> {
    let in_use = core.live.token_of(session.id).ok_or(Error::SessionEnded)?;
    let now = core.now();
    if !core.store.take_token(session.id, token, in_use, now).await? {
        return Err(Error::SessionEnded);
    }
    core.live.take_token(session, token, now);
    Ok(())
}
