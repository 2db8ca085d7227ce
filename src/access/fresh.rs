//! Fresh tokens: with every change of what a session may do, or of what proves who uses it, its token changes too, and the
//! one before is good for nothing from that moment. Whoever had a copy of that has nothing of the new rights (session
//! fixation; NIST SP 800-63B section 7.1, OWASP ASVS 5.0 section 7.2).
//!
//! The change and the tokens are one change in the store, so that neither is there without the other. There is no grace for
//! requests under way with the older token: they hear [`Error::TokenReplaced`] and may ask again.

use std::sync::Arc;
use std::time::Duration;

use super::Core;
use super::caller::Caller;
use super::live::LiveSession;
use crate::error::{Error, Result};
use crate::model::Secret;
use crate::store::{FreshTokens, Turn};
use crate::wire::Fresh;

/// How long a token that can be refreshed lasts before it must be.
pub const TOKEN_LIFETIME: Duration = Duration::from_hours(1);

/// Fresh tokens of a session, until they are on disk and count.
pub(super) struct Drawn {
    token: Secret,
    refresh: Option<Secret>,
    written: FreshTokens,
}

impl Drawn {
    /// Draws fresh tokens for whoever asks, of the sort they have. In the turn of the change they are for.
    ///
    /// # Errors
    ///
    /// [`Error::TokenReplaced`] when the token that was brought is not the one in use: of two changes at once one comes first,
    /// and the answer to the other would bring a token that is good for nothing to a browser that keeps the last it reads.
    pub fn of(core: &Core, _turn: &Turn<'_>, caller: &Caller) -> Result<Self> {
        let session = &caller.session;
        if caller.token.is_some_and(|brought| core.live.token_of(session.id) != Some(brought)) {
            return Err(Error::TokenReplaced);
        }
        let at = core.now();
        let runs_out = session.expires_at().is_some();
        let token = Secret::new(&*core.random);
        let refresh = runs_out.then(|| Secret::new(&*core.random));
        let written = FreshTokens {
            session_id: session.id,
            token: token.hash(),
            expires_at: runs_out.then(|| at.after(TOKEN_LIFETIME)),
            refresh: refresh.as_ref().map(Secret::hash),
            forgotten: session.with_tokens(|tokens| tokens.next_to_forget()),
            at,
        };
        Ok(Self { token, refresh, written })
    }

    /// What the store writes with the change.
    pub fn written(&self) -> &FreshTokens {
        &self.written
    }

    /// Has them count from now on, and puts them into the answer. After they are on disk.
    pub fn count<T>(self, core: &Core, turn: &Turn<'_>, session: &Arc<LiveSession>, answer: T) -> Fresh<T> {
        core.live.replace_token(turn, session, &self.written);
        Fresh {
            answer,
            token: Some(self.token.reveal().to_owned()),
            refresh_token: self.refresh.map(|refresh| refresh.reveal().to_owned()),
        }
    }
}
