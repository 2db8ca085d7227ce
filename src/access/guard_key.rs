//! The guard key: what the sites of a shared domain see of a session (in the field's words, an audience-restricted
//! credential). It is good at the guard and nowhere else, so that a site which somebody broke into holds no key to the
//! home. See `docs/decisions/0011-sites-see-a-key-of-their-own.md`.
//!
//! A session has one at most, and only when `--cookie-domain` is set. A browser that lost its key, or never had one,
//! fetches it on the way: the guard sends it to the sign-in page, and that page, where its own cookie is good, sends it
//! straight back with a new one.

use std::sync::Arc;

use super::Core;
use super::asking::Asking;
use super::caller::Caller;
use super::check::{check, let_in};
use super::live::LiveSession;
use super::refusal::refuse;
use super::several::{Standing, is_good};
use crate::error::Result;
use crate::model::Secret;

/// Finds the live session of a request to a guarded site: by one of the guard keys it brings, or, as everywhere else, by
/// its token. Of several the one that is good counts.
pub async fn check_at_guard(core: &Arc<Core>, asking: &Asking, keys: &[Secret]) -> Result<Caller> {
    core.store.unless_lost()?;
    if keys.is_empty() {
        return check(core, asking).await;
    }
    let mut not_good = None;
    for key in keys {
        match core.live.find_by_guard_key(&key.hash()) {
            Some(session) if is_good(core, &session) => return let_in(core, session, asking).await,
            found => not_good = not_good.or(found),
        }
    }
    let standing = asking.token.as_ref().map_or(Standing::Unknown, |token| Standing::of(core, token));
    if standing == Standing::Good {
        return check(core, asking).await;
    }
    if let Some(session) = not_good {
        return let_in(core, session, asking).await;
    }
    if standing == Standing::Unknown
        && let Some(key) = keys.iter().find(|key| core.live.find_ended(&key.hash()).is_some())
    {
        return Err(refuse(core, &key.hash(), asking));
    }
    check(core, asking).await
}

/// Whether a request that comes to the home already holds the key of this session, so that it needs no other.
pub fn is_with(session: &LiveSession, keys: &[Secret]) -> bool {
    session
        .with_tokens(|tokens| tokens.guard_key())
        .is_some_and(|held| keys.iter().any(|key| key.hash() == held))
}

/// A guard key for the holder of a live session, in place of the one it had; `None` when the session has ended or is held
/// meanwhile. Requests that come together are given the same, so that it does not matter which answer a browser reads last.
pub async fn give(core: &Arc<Core>, session: &Arc<LiveSession>) -> Result<Option<Secret>> {
    let (core, session) = (Arc::clone(core), Arc::clone(session));
    Core::carry_through(async move {
        let turn = core.store.turn().await;
        if !is_good(&core, &session) {
            return Ok(None);
        }
        let elapsed = core.clock.elapsed();
        let given = session.with_tokens(|tokens| tokens.guard_key_given_just_now(elapsed));
        if given.is_some() {
            return Ok(given);
        }
        let key = Secret::new(&*core.random);
        if !core.store.set_guard_key(&turn, session.id, Some(key.hash())).await? {
            return Ok(None);
        }
        core.live.set_guard_key(&turn, &session, &key, elapsed);
        Ok(Some(key))
    })
    .await
}
