//! What sessions did, written down in batches.

use std::sync::Arc;
use std::time::Duration;

use super::Core;
use super::caller::Caller;
use super::live::{Active, Notes};
use crate::error::Result;
use crate::model::clean_text;
use crate::store::Touch;
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

/// Writes down what sessions did since the last time, in one change. Called once a second. What a crash may lose is that
/// second of news, and the last few of a session that was only active.
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
            // Another address on a line that was judged: only where it is changes.
            moved: notes
                .address
                .filter(|_| notes.moved)
                .map(|address| (address, core.locator.locate(Some(address)))),
        });
        if announce {
            changed.push((session.account_id, session.device_id));
        }
    }
    if let Err(error) = core.store.touch(&touches).await {
        for (session, touch) in sessions.iter().zip(&touches) {
            session.with_notes(|notes| notes.moved |= touch.moved.is_some());
            core.live.wait_to_be_written(session);
        }
        return Err(error);
    }
    for (session, touch) in sessions.iter().zip(&touches) {
        session.note_written(touch.at);
    }
    for (account_id, device_id) in changed {
        core.announcer.announce(&*core.clock, account_id, EventKind::DeviceChanged { device_id });
    }
    Ok(())
}
