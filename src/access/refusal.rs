//! Why a token is refused that is good for nothing, and the entry in the history of a signed-out session's first refusal.
//!
//! Those entries are written many at a time, beside whatever else is changed: a thousand devices that come back after all
//! were signed out must not keep the next sign-out waiting.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Core;
use super::asking::Asking;
use super::live::Ended;
use crate::error::{Error, Result, causes};
use crate::model::{HistoryEntry, HistoryKind, SecretHash};
use crate::store::EndedKey;
use crate::wire::EventKind;

/// Most that one change writes: whoever changes something else waits for no longer than that takes.
const MOST_AT_ONCE: usize = 100;

/// How long it waits when they could not be written.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Where first refusals go. Unbounded, and yet bounded: each ended session that is remembered has one.
pub type Refusals = mpsc::UnboundedSender<Refusal>;

/// A first refused request.
#[derive(Debug)]
pub struct Refusal {
    key: EndedKey,
    entry: HistoryEntry,
}

/// Those that are not written yet.
#[derive(Debug)]
pub struct Unwritten {
    taken: Vec<Refusal>,
    coming: mpsc::UnboundedReceiver<Refusal>,
}

/// None yet, and where they go.
pub fn channel() -> (Refusals, Unwritten) {
    let (refusals, coming) = mpsc::unbounded_channel();
    (refusals, Unwritten { taken: Vec::new(), coming })
}

/// Why a token that is not alive is refused. The first refusal of a signed-out session is noted.
pub(super) fn refuse(core: &Core, token: &SecretHash, asking: &Asking) -> Error {
    let Some(ended) = core.live.find_ended(token) else { return Error::NotSignedIn };
    if ended.is_first_refusal() {
        note(core, &ended, asking);
    }
    Error::SessionEnded
}

fn note(core: &Core, ended: &Ended, asking: &Asking) {
    let key = ended.key;
    let entry = HistoryEntry {
        device_id: Some(key.device_id),
        session_id: Some(key.session_id),
        address: asking.address.map(|address| address.to_string()),
        place: Some(asking.place(core)),
        ..core.entry(key.account_id, HistoryKind::Refused)
    };
    // Nobody listens when the home has stopped; then no request comes either.
    let _ = core.refusals.send(Refusal { key, entry });
}

/// Writes refusals as they come, until the home stops; answers with those that are left.
pub async fn write_until(core: Arc<Core>, mut unwritten: Unwritten, stop: CancellationToken) -> Unwritten {
    loop {
        if unwritten.taken.is_empty() {
            tokio::select! {
                () = stop.cancelled() => return unwritten,
                next = unwritten.coming.recv() => match next {
                    Some(refusal) => unwritten.taken.push(refusal),
                    None => return unwritten,
                },
            }
        }
        if let Err(error) = write_some(&core, &mut unwritten).await {
            if !matches!(error, Error::Storage { .. } | Error::Failing(_)) {
                // Trying again would not help, and keep those that come from being written.
                let lost = unwritten.taken.drain(..).count();
                tracing::warn!(error = %causes(&error), lost, "refused requests could not be noted");
                continue;
            }
            // The store says by itself what is wrong, once.
            tokio::select! {
                () = stop.cancelled() => return unwritten,
                () = tokio::time::sleep(RETRY_AFTER) => {}
            }
        }
    }
}

/// Writes all that are left.
///
/// # Errors
///
/// As the store has them; then some are still left.
pub async fn write_all(core: &Core, mut unwritten: Unwritten) -> Result<()> {
    loop {
        write_some(core, &mut unwritten).await.inspect_err(|error| {
            let left = unwritten.taken.len() + unwritten.coming.len();
            tracing::warn!(error = %causes(error), left, "refused requests could not be noted");
        })?;
        if unwritten.coming.is_empty() {
            return Ok(());
        }
    }
}

/// Writes as many as there are, up to some, in one change, and tells of them.
async fn write_some(core: &Core, unwritten: &mut Unwritten) -> Result<()> {
    while unwritten.taken.len() < MOST_AT_ONCE {
        let Ok(refusal) = unwritten.coming.try_recv() else { break };
        unwritten.taken.push(refusal);
    }
    let entries: Vec<_> =
        unwritten.taken.iter().map(|refusal| (refusal.key.session_id, &refusal.entry)).collect();
    let first = core.store.mark_refused(&entries).await?;
    for Refusal { key, .. } in
        unwritten.taken.drain(..).filter(|refusal| first.contains(&refusal.key.session_id))
    {
        let refused = EventKind::Refused { device_id: key.device_id, session_id: key.session_id };
        core.announcer.announce(&*core.clock, key.account_id, refused);
    }
    Ok(())
}
