//! What sessions did, written down in batches.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::Core;
use super::caller::Caller;
use super::live::{Active, Notes};
use crate::error::Result;
use crate::model::{Timestamp, clean_text};
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

/// Writes down what sessions did since the last time, in one change. Called once a second: what a crash may lose is that
/// second.
///
/// Of a session that goes on as before only the moment is written, until screens are to hear of it again.
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
    let (mut news, mut only_active, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    for session in &sessions {
        let at = session.last_active_at();
        let Some(said) = session.with_notes(|notes| take_news(notes, now)) else {
            only_active.push((session.id, at));
            continue;
        };
        changed.push((session.account_id, session.device_id));
        news.push(Touch {
            session_id: session.id,
            device_id: session.device_id,
            at,
            title: said.title,
            service: said.service,
            // Another address on a line that was judged: only where it is changes.
            moved: said.moved.map(|address| (address, core.locator.locate(Some(address)))),
        });
    }
    if let Err(error) = core.store.write_activity(&news, &only_active).await {
        for session in &sessions {
            core.live.wait_to_be_written(session);
        }
        for touch in news {
            if let Some(session) = core.live.by_id(touch.session_id) {
                session.with_notes(|notes| take_back(notes, touch));
            }
        }
        return Err(error);
    }
    for (account_id, device_id) in changed {
        core.announcer.announce(&*core.clock, account_id, EventKind::DeviceChanged { device_id });
    }
    Ok(())
}

/// What a session has to say for itself.
struct News {
    title: Option<String>,
    service: Option<String>,
    moved: Option<IpAddr>,
}

/// What screens are to hear of; nothing when the session only goes on as before.
fn take_news(notes: &mut Notes, now: Timestamp) -> Option<News> {
    // Or the clock was set back.
    let is_due = notes.announced_at.is_none_or(|at| at.after(ANNOUNCE_EVERY) <= now || now < at);
    if !is_due && notes.title.is_none() && notes.service.is_none() && !notes.moved {
        return None;
    }
    notes.announced_at = Some(now);
    let moved = std::mem::take(&mut notes.moved);
    let (title, service) = (notes.title.take(), notes.service.take());
    Some(News { title, service, moved: notes.address.filter(|_| moved) })
}

/// What could not be written is news still, but for what was said since.
fn take_back(notes: &mut Notes, touch: Touch) {
    notes.announced_at = None;
    notes.moved |= touch.moved.is_some();
    notes.title = notes.title.take().or(touch.title);
    notes.service = notes.service.take().or(touch.service);
}
