//! A session's token is renewed while it is used, so that a copy of it grows old. Whichever of two holders takes the
//! newer token, the other one comes back with a spent one: then it is known that there are two.
//!
//! For browsers, whose token is a cookie that any answer may replace. Devices that signed in by code renew theirs by
//! their refresh token ([`super::tokens`]), and programs that keep a token without end do not. The idea is that of
//! refresh token rotation (RFC 9700 section 4.14.2). See `docs/decisions/0009-tokens-are-renewed-while-they-are-used.md`.

use std::sync::Arc;

use super::Core;
use super::asking::Asking;
use super::going_on::{self, OnTheft};
use super::live::{LiveSession, Offer, Other, UNDER_WAY};
use super::refusal::refuse;
use crate::error::{Error, Result, causes};
use crate::familiarity::Identity;
use crate::model::{Secret, SecretHash, Timestamp};
use crate::store::{OtherToken, TokenState, Turn};

/// Whether a request brings a token that should be renewed. Looks at memory only.
pub fn is_due(core: &Core, token: &SecretHash) -> bool {
    core.live.find(token).is_some_and(|session| may_renew(&session, core.now()))
}

fn may_renew(session: &LiveSession, now: Timestamp) -> bool {
    !session.has_ended() && !session.is_held() && session.is_due(now)
}

/// A newer token for the holder of one that is due; `None` when there is none to be had now. The one in use stays good until
/// the newer one is used: an answer may get lost.
///
/// Only on a line that was judged. Some answers are for everybody, and a thief must not be given a token by those.
pub async fn offer(core: &Arc<Core>, token: SecretHash, asking: &Asking) -> Result<Option<Secret>> {
    let Some(session) = core.live.find(&token) else { return Ok(None) };
    let (core, line) = (Arc::clone(core), core.live.line(asking));
    Core::carry_through(async move {
        let turn = core.store.turn().await;
        let (now, elapsed) = (core.now(), core.clock.elapsed());
        let is_in_use = core.live.token_of(session.id) == Some(token);
        if !is_in_use || !may_renew(&session, now) || !session.is_judged_on(line) {
            return Ok(None);
        }
        if let Some(secret) = session.with_tokens(|tokens| tokens.made_just_now(line, elapsed)) {
            return Ok(Some(secret));
        }
        let (may_offer, forgotten) =
            session.with_tokens(|tokens| (tokens.may_offer(line, elapsed), tokens.next_to_forget()));
        if !may_offer {
            return Ok(None);
        }
        let secret = Secret::new(&*core.random);
        core.store.offer_token(&turn, session.id, secret.hash(), forgotten, now).await?;
        let state = TokenState::Offered;
        let offered = OtherToken { token: secret.hash(), session_id: session.id, state, since: now };
        core.live.insert_other(&turn, offered);
        let made = Offer { secret: secret.clone(), at: elapsed, line };
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

/// The live session of a token that is not the one in use: one that was offered and is taken by this, one that is used for
/// the first time, or one that is good no more.
///
/// Two hold copies of one sign-in when a spent token comes back from another line than the newer one, or from another
/// program; and when a *displaced* one comes back at all. A browser that lost the newer token, in a crash or to a backup, is
/// the same program on the same line: its older one counts again, and the newer one, which it lost, is displaced. Nobody has
/// that any more, unless somebody else had it all the time.
///
/// # Errors
///
/// [`Error::SessionHeld`] when there are two copies. Where the household does not have such a session held, the holder of the
/// older one has to sign in: [`Error::NotSignedIn`]. [`Error::TokenReplaced`] when the session's token changed with what it
/// may do.
pub(super) async fn by_other(core: &Arc<Core>, token: SecretHash, asking: &Asking) -> Result<Found> {
    let Some(session) = core.live.find_any(&token) else { return Err(refuse(core, &token, asking)) };
    let (core, asking) = (Arc::clone(core), asking.clone());
    Core::carry_through(async move {
        let turn = core.store.turn().await;
        going_on::goes_on(&session)?;
        let Some((_, what)) = core.live.find_other(&token) else {
            // Of requests that came together one was first.
            let is_in_use = core.live.token_of(session.id) == Some(token);
            return if is_in_use { Ok(Found::InUse(session)) } else { Err(Error::NotSignedIn) };
        };
        match what {
            Other::Waiting | Other::Offered => return taken_up(&core, &turn, session, token, what).await,
            Other::Spent(at) if is_under_way(&core, &session, at, &asking) => {
                return Ok(Found::UnderWay(session));
            }
            Other::Replaced(at) if is_under_way(&core, &session, at, &asking) => {
                return Err(Error::TokenReplaced);
            }
            Other::Spent(_) | Other::Replaced(_) | Other::Displaced => {
                let identity = bearer(&core, &session, what, &asking);
                going_on::came_back(&core, &turn, &session, &asking, identity, OnTheft::Hold).await?;
            }
        }
        match what {
            // A browser that lost the newer one: the one it has counts again.
            Other::Spent(_) => take(&core, &turn, &session, token, TokenState::Displaced).await?,
            Other::Replaced(_) => return Err(Error::TokenReplaced),
            _ => return Err(Error::NotSignedIn),
        }
        Ok(Found::InUse(session))
    })
    .await
}

/// Who brings a token that is good no more, as the rule judges them.
pub(super) fn bearer(core: &Core, session: &LiveSession, what: Other, asking: &Asking) -> Identity {
    let is_other_program =
        session.with_notes(|notes| notes.program()).is_some_and(|in_use| in_use != core.live.program(asking));
    // An app that was given a newer one need not have told its player yet, which is a program of the session as well.
    let is_its_own = matches!(what, Other::Replaced(_)) && session.is_judged_on(core.live.line(asking));
    if (is_other_program && !is_its_own) || what == Other::Displaced {
        Identity::Replayed(session.device_id)
    } else {
        Identity::Spent(session.device_id)
    }
}

/// Whether a token may be one of a request that was sent before the newer one was taken: soon after it, from a line of the
/// session.
pub(super) fn is_under_way(core: &Core, session: &LiveSession, at: Timestamp, asking: &Asking) -> bool {
    // Of an unknown address, too: that line is nobody's, but of one program.
    session.is_judged_on(core.live.line(asking)) && core.now().is_within(UNDER_WAY, at)
}

/// Whether a token that is not the one in use would be let in at its next request, wherever that comes from.
pub(super) fn may_be_let_in(core: &Core, what: Other) -> bool {
    match what {
        Other::Offered | Other::Waiting => true,
        Other::Spent(at) => core.now().is_within(UNDER_WAY, at),
        Other::Displaced | Other::Replaced(_) => false,
    }
}

/// Takes a token up that is used for the first time: from now on it is the one in use, and nothing before it is good. It is
/// good all the same when that cannot be written now, on a full disk say.
pub(super) async fn taken_up(
    core: &Core,
    turn: &Turn<'_>,
    session: Arc<LiveSession>,
    token: SecretHash,
    what: Other,
) -> Result<Found> {
    let written = if what == Other::Waiting {
        let written = core.store.pair_used(turn, session.id, core.now()).await;
        core.live.pair_used(turn, &session);
        written
    } else {
        take(core, turn, &session, token, TokenState::Spent).await
    };
    match written {
        Err(Error::SessionEnded) => Err(Error::SessionEnded),
        Err(error) => {
            // That nothing can be kept is said once, by the store, and not at every request.
            if matches!(error, Error::Storage { .. } | Error::Failing(_)) {
                tracing::debug!(error = %causes(&error), "a newer token could not be written down");
            } else {
                tracing::warn!(error = %causes(&error), "a newer token could not be written down");
            }
            Ok(Found::InUse(session))
        }
        Ok(()) => Ok(Found::InUse(session)),
    }
}

/// Makes a token the one in use; the one that was is from now on what `becomes` says.
async fn take(
    core: &Core,
    turn: &Turn<'_>,
    session: &Arc<LiveSession>,
    token: SecretHash,
    becomes: TokenState,
) -> Result<()> {
    let in_use = core.live.token_of(session.id).ok_or(Error::SessionEnded)?;
    let now = core.now();
    if !core.store.take_token(turn, session.id, token, (in_use, becomes), now).await? {
        return Err(Error::SessionEnded);
    }
    core.live.take_token(turn, session, token, becomes, now);
    Ok(())
}
