//! What sessions did, written down in batches.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::Core;
use super::caller::Caller;
use super::live::{Active, LiveSession, Notes};
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
            notes.said().announced_at = None;
        }
        if let Some(title) = title.filter(|title| !title.is_empty()) {
            notes.said().title = Some(title);
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
    // Where one has moved to is read and written in turn: a request that is judged meanwhile writes where it is, which must
    // not be followed by where it was before.
    let has_moved = sessions.iter().any(|session| session.with_notes(|notes| notes.moved));
    let turn = if has_moved { Some(core.store.turn().await) } else { None };
    let now = core.clock.elapsed();
    let (mut news, mut only_active, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    for session in &sessions {
        let at = session.last_active_at();
        let Some(said) = session.with_notes(|notes| take_news(notes, now, turn.is_some())) else {
            only_active.push((session.id, at));
            continue;
        };
        if let Some(address) = said.address.filter(|_| !session.is_held()) {
            core.known_networks.note(address);
        }
        changed.push((session.account_id(), session.device_id));
        news.push(Touch {
            session_id: session.id,
            device_id: session.device_id,
            at,
            title: said.title,
            site: said.site,
            // Another address on a line that was judged: only where it is changes.
            moved: said.moved.then(|| (said.address, core.locator.locate(said.address))),
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
    drop(turn);
    for (account_id, device_id) in changed {
        core.announcer.announce(&*core.clock, account_id, EventKind::DeviceChanged { device_id });
    }
    write_lines(core, &sessions).await
}

/// Writes the lines that sessions were judged on out of turn.
async fn write_lines(core: &Core, sessions: &[Arc<LiveSession>]) -> Result<()> {
    if !sessions.iter().any(|session| session.has_new_lines()) {
        return Ok(());
    }
    // In turn: what forgets lines must not be followed by what was read before it.
    let turn = core.store.turn().await;
    let lines: Vec<_> =
        sessions.iter().filter_map(|session| Some((session.id, session.take_new_lines(&turn)?))).collect();
    let written = core.store.write_lines(&turn, &lines).await;
    if written.is_err() {
        for session in sessions.iter().filter(|session| lines.iter().any(|(id, _)| *id == session.id)) {
            session.keep_new_lines();
            core.live.wait_to_be_written(session);
        }
    }
    written
}

/// What a session has to say for itself.
struct News {
    title: Option<String>,
    site: Option<String>,
    /// Whether it moved, and where it is.
    moved: bool,
    address: Option<IpAddr>,
}

/// What screens are to hear of; nothing when the session only goes on as before. That it moved waits for the next time,
/// unless this is a turn.
fn take_news(notes: &mut Notes, now: Duration, in_turn: bool) -> Option<News> {
    let (moved, address) = (notes.moved && in_turn, notes.address);
    let said = notes.said();
    let is_due = said.announced_at.is_none_or(|at| at + ANNOUNCE_EVERY <= now);
    if !is_due && said.title.is_none() && said.site.is_none() && !moved {
        return None;
    }
    said.announced_at = Some(now);
    let (title, site) = (said.title.take(), said.site.take());
    notes.moved &= !in_turn;
    Some(News { title, site, moved, address })
}

/// What could not be written is news still, but for what was said since.
fn take_back(notes: &mut Notes, touch: Touch) {
    notes.moved |= touch.moved.is_some();
    let said = notes.said();
    said.announced_at = None;
    said.title = said.title.take().or(touch.title);
    said.site = said.site.take().or(touch.site);
}
