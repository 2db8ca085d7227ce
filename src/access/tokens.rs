//! Tokens as other programs see them: refreshing (RFC 6749 section 6), introspection (RFC 7662) and
//! revocation (RFC 7009).

use std::sync::Arc;

use super::Core;
use super::asking::Asking;
use super::caller::Caller;
use super::check::refuse;
use super::codes::TOKEN_LIFETIME;
use super::live::LiveSession;
use super::sign_out;
use crate::error::{Error, Result};
use crate::model::Secret;
use crate::store::NewTokens;

/// New tokens for a session.
#[derive(Debug)]
pub struct Refreshed {
    /// The token that requests carry.
    pub token: Secret,
    /// The token that gets new ones.
    pub refresh: Secret,
}

/// Replaces a session's tokens. The refresh token that asked stays good until the new one is used, since
/// the answer may get lost on the way; one older than that is refused.
pub async fn refresh(core: &Arc<Core>, asking: Asking, presented: &Secret) -> Result<Refreshed> {
    let (core, presented) = (Arc::clone(core), presented.hash());
    // A look before the lock: a stranger's made-up token does not queue before the household's sign-outs.
    core.store.session_by_refresh(presented).await?.ok_or(Error::NotSignedIn)?;
    Core::carry_through(async move {
        let _lives = core.lives.lock().await;
        let found = core.store.session_by_refresh(presented).await?.ok_or(Error::NotSignedIn)?;
        if found.ended {
            return Err(refuse(&core, &found.token, &asking));
        }
        if let Some(session) = core.live.by_id(found.session_id)
            && session.is_held()
        {
            return Err(Error::SessionHeld);
        }
        let (token, refresh) = (Secret::new(&*core.random), Secret::new(&*core.random));
        let expires_at = Some(core.now().after(TOKEN_LIFETIME));
        let new = NewTokens { token: token.hash(), expires_at, refresh: Some(refresh.hash()) };
        if !core.store.replace_tokens(found.session_id, presented, new).await? {
            return Err(Error::SessionEnded);
        }
        core.live.replace_token(found.session_id, token.hash(), expires_at);
        if let Some(session) = core.live.by_id(found.session_id) {
            // From a line it was not judged on this notes nothing; the first request with the new token is judged.
            core.live.touch(&session, core.now(), &asking);
        }
        Ok(Refreshed { token, refresh })
    })
    .await
}

/// The live session of a token, if the caller may know of it: only of its own account.
pub fn introspect(core: &Core, caller: &Caller, token: &Secret) -> Option<Arc<LiveSession>> {
    core.live
        .find(&token.hash())
        .filter(|session| session.account_id == caller.account_id())
        .filter(|session| !session.has_ended() && !session.is_held() && !session.has_expired(core.now()))
}

/// Ends the session of an access or refresh token; whoever holds the token may. A token that is not good
/// any more is no error (RFC 7009 section 2.2).
pub async fn revoke(core: &Arc<Core>, token: &Secret) -> Result<()> {
    let hash = token.hash();
    let session = match core.live.find(&hash) {
        Some(session) => Some(session),
        None => match core.store.session_by_refresh(hash).await? {
            Some(found) => core.live.by_id(found.session_id),
            None => None,
        },
    };
    match session {
        Some(session) => match sign_out::here(core, &Caller { session }).await {
            Ok(()) | Err(Error::SessionEnded) => Ok(()),
            Err(error) => Err(error),
        },
        None => Ok(()),
    }
}
