//! May this request pass? The verb behind every other one, and behind the guard.

use std::sync::Arc;

use super::Core;
use super::asking::Asking;
use super::caller::Caller;
use super::going_on;
use super::live::LiveSession;
use super::renewal::{self, Found};
use crate::error::{Error, Result};
use crate::model::SignInMethod;

/// Finds the live session of a request and notes its activity. Looks at memory only, unless the request comes from a
/// line or a program that the session was not judged on, or brings another token than the one in use.
///
/// The made-up stranger of a fire drill never passes here: it is nobody, and its token is nobody's.
pub async fn check(core: &Arc<Core>, asking: &Asking) -> Result<Caller> {
    let caller = check_anybody(core, asking).await?;
    if caller.session.method == SignInMethod::Drill { Err(Error::SessionEnded) } else { Ok(caller) }
}

/// The same, of anybody: what a fire drill asks as its stranger.
pub(super) async fn check_anybody(core: &Arc<Core>, asking: &Asking) -> Result<Caller> {
    // Another home may have signed out what is alive here.
    core.store.unless_lost()?;
    let token = asking.token.as_ref().ok_or(Error::NotSignedIn)?.hash();
    let session = match core.live.find(&token) {
        Some(session) => session,
        // Apart on the heap, like a judgement: the room for it is not carried by every request.
        None => match Box::pin(renewal::by_other(core, token, asking)).await? {
            Found::InUse(session) => session,
            // Noted is what the newer token does.
            Found::UnderWay(session) => {
                let caller = Caller::of(session, asking.address);
                return Caller { token: Some(token), ..caller }.admitted();
            }
        },
    };
    let caller = let_in(core, session, asking).await?;
    Ok(Caller { token: Some(token), ..caller })
}

/// Lets a request of a session in, whichever key it brought, unless somebody has to judge first and finds that it must not.
pub(super) async fn let_in(core: &Arc<Core>, session: Arc<LiveSession>, asking: &Asking) -> Result<Caller> {
    if session.has_expired(core.now()) {
        return Err(Error::TokenExpired);
    }
    going_on::seen(core, &session, asking).await?;
    // Again: judging may have taken a while.
    core.store.unless_lost()?;
    Caller::of(session, asking.address).admitted()
}

impl Caller {
    /// The last look before a request is let in.
    fn admitted(self) -> Result<Self> {
        if self.session.has_ended() {
            Err(Error::SessionEnded)
        } else if self.session.is_held() {
            Err(Error::SessionHeld)
        } else {
            Ok(self)
        }
    }
}
