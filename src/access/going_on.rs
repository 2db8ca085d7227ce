//! A session goes on from a new line or as another program: somebody judges before the request is let in.

use std::sync::Arc;

use super::Core;
use super::asking::Asking;
use super::judging::{self, Lore};
use super::live::{LiveSession, Seen};
use crate::error::{Error, Result};
use crate::familiarity::{Identity, judge};
use crate::model::{DeviceListing, HistoryEntry, HistoryKind, PlaceScope, Verdict};
use crate::store::Move;
use crate::wire::EventKind;

/// Notes a request of a live session; judges it first when it comes from a line it was not judged on.
///
/// # Errors
///
/// [`Error::SessionHeld`] when the session looks stolen and is held, now or since earlier.
pub async fn seen(core: &Arc<Core>, session: &Arc<LiveSession>, asking: &Asking) -> Result<()> {
    if session.is_held() {
        return Err(Error::SessionHeld);
    }
    match core.live.touch(session, core.now(), asking) {
        Seen::Before => Ok(()),
        // Apart on the heap: every request carries the room for what it waits for, and hardly any waits for this.
        Seen::Anew => Box::pin(judge_anew(core, session, asking)).await,
    }
}

/// Judges a request of a live session that brings a spent token: from elsewhere than the newer one it shows that there are
/// two copies. Only under `Core::lives`.
///
/// # Errors
///
/// [`Error::SessionHeld`] when the session is held for it; [`Error::NotSignedIn`] when it looks stolen and is not held: the
/// older copy is good for nothing then.
pub(super) async fn came_back(core: &Core, session: &LiveSession, asking: &Asking) -> Result<()> {
    let looks_stolen = judge_alone(core, session, asking, Identity::Spent(session.device_id)).await?;
    goes_on(session)?;
    if looks_stolen { Err(Error::NotSignedIn) } else { Ok(()) }
}

/// Judges a request of a live session that comes from a line it was not judged on. Only under `Core::lives`.
///
/// # Errors
///
/// [`Error::SessionHeld`] when the session looks stolen and is held.
pub(super) async fn judge_if_new(core: &Core, session: &LiveSession, asking: &Asking) -> Result<()> {
    goes_on(session)?;
    if asking.address.is_some() && !session.is_judged_on(core.live.line(asking)) {
        judge_alone(core, session, asking, Identity::Session(session.device_id)).await?;
    }
    goes_on(session)
}

/// Whether a session is alive and not held.
pub(super) fn goes_on(session: &LiveSession) -> Result<()> {
    if session.has_ended() {
        Err(Error::SessionEnded)
    } else if session.is_held() {
        Err(Error::SessionHeld)
    } else {
        Ok(())
    }
}

async fn judge_anew(core: &Arc<Core>, session: &Arc<LiveSession>, asking: &Asking) -> Result<()> {
    let (core, session, asking) = (Arc::clone(core), Arc::clone(session), asking.clone());
    Core::carry_through(async move {
        let _lives = core.lives.lock().await;
        // Several requests come at once from a new line; one of them may have been judged meanwhile.
        judge_if_new(&core, &session, &asking).await?;
        core.live.touch(&session, core.now(), &asking);
        Ok(())
    })
    .await
}

/// Judges a request, tells who must hear of it, and holds the session when it looks stolen; says whether it does.
async fn judge_alone(
    core: &Core,
    current: &LiveSession,
    asking: &Asking,
    identity: Identity,
) -> Result<bool> {
    let listing = core.store.device(current.account_id, current.device_id).await?;
    let listing = listing.filter(|listing| listing.session.id == current.id).ok_or(Error::SessionEnded)?;
    let session = &listing.session;
    let mut lore = Lore::of(core, current.account_id).await?;
    let last_address = current.with_notes(|notes| notes.address);
    let last_place = core.locator.locate(last_address);
    lore.known.was_active(current.device_id, current.last_active_at(), last_address, &last_place);
    let agent = asking.agent(core);
    let profile = current.profile().map(|profile| profile.id);
    let sign_in = judging::sign_in(core, asking, identity, &agent, &asking.place(core), profile);
    let judged = judge(&lore.known, &sign_in, lore.settings.budget);
    lore.known.learn(&sign_in, &judged);
    let looks_stolen = judged.familiarity.verdict == Verdict::Suspicious;
    let is_spent = matches!(identity, Identity::Spent(_));
    if is_spent && !looks_stolen {
        return Ok(false);
    }
    // The owner must not be locked out of the computer that the home runs on.
    let is_own_desktop =
        [&session.place, &sign_in.place].iter().any(|it| it.scope == PlaceScope::ThisComputer);
    let held_at = (looks_stolen && lore.settings.hold_suspicious && !is_own_desktop).then(|| core.now());
    let alert = judging::alert(core, session, &sign_in, &judged)?;
    // An old copy that is not held is refused again and again; it was told the first time.
    if is_spent && alert.is_none() && held_at.is_none() {
        return Ok(true);
    }
    let mut kinds = Vec::new();
    if alert.is_some() {
        kinds.push(HistoryKind::Alert);
    }
    if judged.familiarity.verdict == Verdict::NewPlace && alert.is_some() {
        kinds.insert(0, HistoryKind::NewPlace);
    }
    if held_at.is_some() {
        kinds.push(HistoryKind::SessionHeld);
    }
    let history: Vec<_> = kinds
        .into_iter()
        .map(|kind| line_of(core, &listing, asking, &sign_in.place, kind, judged.familiarity.verdict))
        .collect();
    core.store
        .move_session(&Move {
            session_id: current.id,
            account_id: current.account_id,
            to: asking.address.filter(|_| !looks_stolen).map(|address| (address, &sign_in.place)),
            familiarity: &judged.familiarity,
            alert: alert.as_ref(),
            held_at,
            known: &lore.to_known()?,
            history: &history,
        })
        .await?;
    if held_at.is_some() {
        current.hold(true);
    } else if !is_spent {
        current.note_line(core.live.line(asking), asking.address);
    }
    let raised = alert.map(|alert| EventKind::AlertRaised { alert_id: alert.id, device_id: alert.device_id });
    let changed = EventKind::DeviceChanged { device_id: current.device_id };
    for event in raised.into_iter().chain([changed]) {
        core.announcer.announce(&*core.clock, current.account_id, event);
    }
    Ok(looks_stolen)
}

fn line_of(
    core: &Core,
    listing: &DeviceListing,
    asking: &Asking,
    place: &crate::model::Place,
    kind: HistoryKind,
    verdict: Verdict,
) -> HistoryEntry {
    HistoryEntry {
        device_id: Some(listing.device.id),
        device_name: Some(listing.device.name().to_owned()),
        session_id: Some(listing.session.id),
        profile_name: listing.profile.as_ref().map(|profile| profile.name.as_str().to_owned()),
        address: asking.address.map(|address| address.to_string()),
        place: Some(place.clone()),
        detail: Some(verdict.as_str().to_owned()),
        ..core.line(listing.device.account_id, kind)
    }
}
