//! What sessions did, written down in batches; and noticing that one goes on from somewhere else.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::Core;
use super::admit::alert_if_unfamiliar;
use super::caller::Caller;
use super::live::{Active, LiveSession, Notes};
use crate::error::Result;
use crate::familiarity::{Known, judge};
use crate::model::{HistoryEntry, HistoryKind, Verdict, clean_text};
use crate::store::{Move, Touch};
use crate::wire::{ActivityReport, EventKind};

/// Longest title kept, in characters.
const MOST_TITLE: usize = 120;

/// Screens hear of an active device this often at most, unless something on them changes.
const ANNOUNCE_EVERY: Duration = Duration::from_secs(30);

/// Notes what an app says it is doing.
pub fn report(core: &Core, caller: &Caller, report: &ActivityReport) {
    let title = report.title.as_deref().map(|title| clean_text(title, MOST_TITLE));
    let playing = report.state.as_deref().map(|state| state == "playing");
    caller.session.with_notes(|notes| {
        if let Some(playing) = playing.filter(|playing| *playing != notes.playing) {
            notes.playing = playing;
            // Screens hear of it with the next batch, however lately they heard of anything.
            notes.announced_at = None;
        }
        if let Some(title) = title.filter(|title| !title.is_empty()) {
            notes.title = Some(title);
        }
    });
    core.live.wait_to_be_written(&caller.session);
}

/// Writes down what sessions did since the last time, in one change. Called once a second: so much may be
/// lost in a crash.
pub async fn write_down(core: &Arc<Core>, active: &mut Active) -> Result<()> {
    let mut sessions = Vec::new();
    while let Ok(session) = active.try_recv() {
        session.take_up();
        if !session.has_ended() {
            sessions.push(session);
        }
    }
    if sessions.is_empty() {
        return Ok(());
    }
    let now = core.now();
    let mut touches = Vec::with_capacity(sessions.len());
    let mut moves = Vec::new();
    let mut changed = Vec::new();
    for session in &sessions {
        let (notes, announce) = session.with_notes(|notes| {
            let taken = Notes {
                title: notes.title.take(),
                service: notes.service.take(),
                moved: std::mem::take(&mut notes.moved),
                ..notes.clone()
            };
            let due = notes.announced_at.is_none_or(|at| at.after(ANNOUNCE_EVERY) <= now);
            let announce = due || taken.title.is_some() || taken.moved || taken.service.is_some();
            if announce {
                notes.announced_at = Some(now);
            }
            (taken, announce)
        });
        touches.push(Touch {
            session_id: session.id,
            device_id: session.device_id,
            at: session.last_active_at(),
            title: notes.title,
            service: notes.service,
        });
        if announce {
            changed.push((session.account_id, session.device_id));
        }
        if let (true, Some(address)) = (notes.moved, notes.address) {
            moves.push((session, address));
        }
    }
    if let Err(error) = core.store.touch(&touches).await {
        for session in &sessions {
            core.live.wait_to_be_written(session);
        }
        for (session, _) in moves {
            session.with_notes(|notes| notes.moved = true);
        }
        return Err(error);
    }
    for (session, address) in moves {
        moved(core, session, address).await?;
    }
    for (account_id, device_id) in changed {
        core.announcer.announce(&*core.clock, account_id, EventKind::DeviceChanged { device_id });
    }
    Ok(())
}

/// A session goes on from another address: judges where that is.
async fn moved(core: &Arc<Core>, live: &LiveSession, address: IpAddr) -> Result<()> {
    let Some(listing) = core.store.device(live.account_id, live.device_id).await? else { return Ok(()) };
    let session = &listing.session;
    if session.id != live.id || session.ending.is_some() {
        return Ok(());
    }
    let place = core.locator.locate(Some(address));
    let known = Known {
        times_device_seen: core.store.times_signed_in(live.device_id).await?,
        vouched_for: session.familiarity.verdict != Verdict::NewDevice,
        any_device: true,
        places: core.store.known_places(live.account_id).await?,
    };
    let judged = judge(&known, &place);
    let is_new_place = judged.verdict == Verdict::NewPlace;
    // One alert a cause: this place waits for its answer already, or the whole device does.
    let waits = core.store.is_alerted(live.device_id, live.id, &place).await?;
    let alert = if waits { None } else { alert_if_unfamiliar(core, session, &judged, &place) };
    let mut history = Vec::new();
    if alert.is_some() {
        for kind in [HistoryKind::NewPlace, HistoryKind::Alert] {
            history.push(HistoryEntry {
                device_id: Some(live.device_id),
                device_name: Some(listing.device.name().to_owned()),
                session_id: Some(live.id),
                profile_name: listing.profile.as_ref().map(|profile| profile.name.as_str().to_owned()),
                address: Some(address.to_string()),
                place: Some(place.clone()),
                detail: Some(judged.verdict.as_str().to_owned()),
                ..core.line(live.account_id, kind)
            });
        }
    }
    // A session that is itself under suspicion teaches nothing about where the household is at home.
    let learn_place = !is_new_place && session.familiarity.verdict == Verdict::Familiar;
    core.store
        .move_session(&Move {
            session_id: live.id,
            account_id: live.account_id,
            at: core.now(),
            address,
            place: &place,
            familiarity: is_new_place.then_some(&judged),
            alert: alert.as_ref(),
            learn_place,
            history: &history,
        })
        .await?;
    if let Some(alert) = alert {
        let raised = EventKind::AlertRaised { alert_id: alert.id, device_id: alert.device_id };
        core.announcer.announce(&*core.clock, alert.account_id, raised);
    }
    Ok(())
}
