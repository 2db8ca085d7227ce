//! Tokens as other programs see them: refreshing (RFC 6749 section 6), introspection (RFC 7662) and
//! revocation (RFC 7009).

use std::sync::Arc;

use super::Core;
use super::asking::Asking;
use super::caller::Caller;
use super::check::refuse;
use super::codes::TOKEN_LIFETIME;
use super::going_on;
use super::live::LiveSession;
use super::renewal;
use super::sign_out;
use crate::error::{Error, Result};
use crate::model::{Secret, SecretHash};
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
    if core.store.session_by_refresh(presented).await?.is_none() {
        return Err(spent(&core, presented, &asking).await?);
    }
    Core::carry_through(async move {
        let _lives = core.lives.lock().await;
        let found = core.store.session_by_refresh(presented).await?.ok_or(Error::NotSignedIn)?;
        if found.ended {
            return Err(refuse(&core, &found.token, &asking));
        }
        // Before anything changes: who is refused must not have spent the token of another.
        let session = core.live.by_id(found.session_id).ok_or(Error::SessionEnded)?;
        going_on::judge_if_new(&core, &session, &asking).await?;
        let (token, refresh) = (Secret::new(&*core.random), Secret::new(&*core.random));
        let expires_at = Some(core.now().after(TOKEN_LIFETIME));
        let new = NewTokens { token: token.hash(), expires_at, refresh: Some(refresh.hash()), renews: false };
        if !core.store.replace_tokens(found.session_id, presented, new, core.now()).await? {
            return Err(Error::SessionEnded);
        }
        core.live.replace_token(found.session_id, token.hash(), expires_at);
        core.live.touch(&session, core.now(), &asking);
        Ok(Refreshed { token, refresh })
    })
    .await
}

/// Why a refresh token that is good for nothing is refused. A spent one that comes back from elsewhere shows that there
/// are two copies (RFC 9700 section 4.14.2).
async fn spent(core: &Arc<Core>, presented: SecretHash, asking: &Asking) -> Result<Error> {
    let Some(id) = core.store.session_by_spent_refresh(presented).await? else {
        return Ok(Error::NotSignedIn);
    };
    let Some(session) = core.live.by_id(id) else { return Ok(Error::NotSignedIn) };
    let (core, asking) = (Arc::clone(core), asking.clone());
    Core::carry_through(async move {
        let _lives = core.lives.lock().await;
        going_on::goes_on(&session)?;
        going_on::came_back(&core, &session, &asking).await?;
        Ok(Error::NotSignedIn)
    })
    .await
}

/// The live session of a token, if the caller may know of it: only of its own account.
pub fn introspect(core: &Core, caller: &Caller, token: &Secret) -> Option<Arc<LiveSession>> {
    core.live
        .find_any(&token.hash())
        .filter(|_| !renewal::is_old(core, &token.hash()))
        .filter(|session| session.account_id == caller.account_id())
        .filter(|session| !session.has_ended() && !session.is_held() && !session.has_expired(core.now()))
}

/// Ends the session of an access or refresh token; whoever holds the token may. A token that is not good
/// any more is no error (RFC 7009 section 2.2).
pub async fn revoke(core: &Arc<Core>, token: &Secret) -> Result<()> {
    let hash = token.hash();
    let session = match core.live.find_any(&hash) {
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
