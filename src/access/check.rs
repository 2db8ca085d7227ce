//! May this request pass? The verb behind every other one, and behind the guard.

use std::sync::Arc;

use super::Core;
use super::asking::Asking;
use super::caller::Caller;
use super::going_on;
use super::live::Ended;
use super::renewal::{self, Found};
use crate::error::{Error, Result};
use crate::model::{HistoryKind, SecretHash};
use crate::wire::EventKind;

/// Finds the live session of a request and notes its activity. Looks at memory only, unless the request comes from a
/// line or a program that the session was not judged on, or brings another token than the one in use.
pub async fn check(core: &Arc<Core>, asking: &Asking) -> Result<Caller> {
    let token = asking.token.as_ref().ok_or(Error::NotSignedIn)?.hash();
    let session = match core.live.find(&token) {
        Some(session) => session,
        // Apart on the heap, like a judgement: the room for it is not carried by every request.
        None => match Box::pin(renewal::by_other(core, token, asking)).await? {
            Found::InUse(session) => session,
            // Noted is what the newer token does.
            Found::UnderWay(session) => return Caller { session }.admitted(),
        },
    };
    if session.has_expired(core.now()) {
        return Err(Error::TokenExpired);
    }
    going_on::seen(core, &session, asking).await?;
    Caller { session }.admitted()
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

/// Why a token that is not alive is refused. The first refusal of a signed-out session is noted.
pub(super) fn refuse(core: &Arc<Core>, token: &SecretHash, asking: &Asking) -> Error {
    let Some(ended) = core.live.find_ended(token) else { return Error::NotSignedIn };
    if ended.is_first_refusal() {
        let (core, asking) = (Arc::clone(core), asking.clone());
        tokio::spawn(async move {
            if let Err(error) = note_refusal(&core, &ended, &asking).await {
                tracing::warn!(%error, session = %ended.key.session_id, "could not note a refused request");
            }
        });
    }
    Error::SessionEnded
}

async fn note_refusal(core: &Core, ended: &Ended, asking: &Asking) -> Result<()> {
    let key = ended.key;
    let listing = core.store.device(key.account_id, key.device_id).await?;
    let mut line = core.line(key.account_id, HistoryKind::Refused);
    line.device_id = Some(key.device_id);
    line.device_name = listing.map(|listing| listing.device.name().to_owned());
    line.session_id = Some(key.session_id);
    line.address = asking.address.map(|address| address.to_string());
    line.place = Some(asking.place(core));
    if core.store.mark_refused(key.session_id, &line).await? {
        let refused = EventKind::Refused { device_id: key.device_id, session_id: key.session_id };
        core.announcer.announce(&*core.clock, key.account_id, refused);
    }
    Ok(())
}
