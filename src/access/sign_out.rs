//! Ending sessions. When a call here has answered, no request of those sessions is ever accepted again. Those at watched services are
//! asked for in the same change, and end when the service has.

use std::collections::{HashMap, HashSet};
use std::future;
use std::sync::Arc;

use super::Core;
use super::caller::{Caller, Manager};
use super::chosen::{Chosen, Done, What, Which, choose};
use super::fresh::Drawn;
use super::{taking_over, vouching};
use crate::error::{Error, Result};
use crate::model::{
    AccountId, DeviceId, DeviceListing, EndedReason, HistoryDetail, HistoryEntry, HistoryKind, SessionId,
    SessionListing,
};
use crate::store::{AskEnd, EndSession, Ended, EndedKey, FreshTokens, Turn};
use crate::wire::{EventKind, Fresh, SignOutEffect, SignOutMany, SignOutReport, SignOutResult};

/// Signs the caller's own device out here. What it holds at watched services is its own.
pub async fn here(core: &Arc<Core>, caller: &Caller) -> Result<()> {
    let (core, caller) = (Arc::clone(core), caller.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(&caller).await?;
        let devices = core.store.device(caller.account_id(), caller.session.device_id).await?;
        let (id, device_id) = (caller.session.id, caller.session.device_id);
        let devices = devices.into_iter().map(|listing| (device_id, listing)).collect();
        let ends = ends_of(&core, &caller, &[(id, device_id)], &devices, EndedReason::SignedOutHere);
        end(&core, &turn, &caller, vouching::is_familiar(&core, &caller), (&ends, &[]), None).await?;
        Ok(())
    })
    .await
    .map_err(Error::of_sign_out)
}

/// Signs one device of the account out. Another account's device is not found.
pub async fn device(core: &Arc<Core>, manager: &Manager, id: DeviceId) -> Result<SignOutResult> {
    let request = SignOutMany { ids: Some(vec![id]), ..SignOutMany::default() };
    let report = many(core, manager, request).await?.answer;
    match report.results.into_iter().next() {
        Some(result) if result.effect != SignOutEffect::NotFound => Ok(result),
        _ => Err(Error::NotFound("device")),
    }
}

/// Signs several devices of the account out, or sessions, or all; answers a line for each device. Of all but this one, this one
/// gets a fresh token with it: a copy of the one it has is signed out, too.
pub async fn many(core: &Arc<Core>, manager: &Manager, request: SignOutMany) -> Result<Fresh<SignOutReport>> {
    let which = Which::read(request)?;
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        // What is signed out is chosen in this turn: a session made between would outlive "all". And a thief
        // who was signed out while waiting for it must not sign the household out.
        let turn = core.in_turn(manager.caller()).await?;
        many_alone(&core, &turn, &manager, which).await
    })
    .await
    .map_err(Error::of_sign_out)
}

async fn many_alone(
    core: &Core,
    turn: &Turn<'_>,
    manager: &Manager,
    which: Which,
) -> Result<Fresh<SignOutReport>> {
    let keeps_this = matches!(which, Which::All { include_current: false });
    let fresh = keeps_this.then(|| Drawn::of(core, turn, manager.caller())).transpose()?;
    let written = fresh.as_ref().map(Drawn::written);
    // Both at once: either waits for a thread of the database most of its time.
    let (chosen, is_familiar) =
        tokio::try_join!(choose(core, manager, which), vouching::is_familiar(core, manager.caller()),)?;
    let Chosen { rows, devices } = &chosen;
    let (mut targets, mut asks) = (Vec::with_capacity(rows.len()), Vec::new());
    let by = Some(manager.session_id());
    for row in rows {
        let listing = devices.get(&row.device_id);
        for pick in &row.picks {
            match (pick.what, &pick.listed) {
                (What::End, _) => targets.push((pick.id, row.device_id)),
                (What::Ask(_), Some(listed)) => {
                    asks.extend(ask(core, (row.device_id, listing), listed, by));
                }
                _ => {}
            }
        }
    }
    let ends = ends_of(core, manager.caller(), &targets, devices, EndedReason::SignedOutRemotely);
    let is_familiar = future::ready(Ok(is_familiar));
    let ended = end(core, turn, manager.caller(), is_familiar, (&ends, &asks), written).await?;
    let times: HashMap<_, _> = ends.iter().map(|end| (end.id, end.history.at)).collect();
    let at = |id: SessionId| Some((id, *times.get(&id)?));
    let done = Done {
        ended: ended.keys.iter().filter_map(|key| at(key.session_id)).collect(),
        asked: ended.asked.into_iter().collect(),
    };
    let report = SignOutReport { results: rows.iter().map(|row| row.result(&done)).collect() };
    Ok(match fresh {
        Some(fresh) => fresh.count(core, turn, &manager.caller().session, report),
        None => Fresh::unchanged(report),
    })
}

/// The ends of all sessions of this home of the account but the caller's, for a larger change. What lives at watched services goes on.
pub(super) async fn ends_of_everything_else(
    core: &Core,
    _turn: &Turn<'_>,
    caller: &Caller,
    reason: EndedReason,
) -> Result<Vec<EndSession>> {
    let mut targets = core.store.live_sessions(caller.account_id()).await?;
    targets.retain(|(id, _)| *id != caller.session.id);
    let ids: Vec<_> = targets.iter().map(|(_, device_id)| *device_id).collect();
    let devices = core.store.devices_of_ids(caller.account_id(), &ids).await?;
    Ok(ends_of(core, caller, &targets, &devices, reason))
}

/// Ends sessions and asks for the end of others in one change, in the database first and then in memory, and tells everybody.
async fn end(
    core: &Core,
    turn: &Turn<'_>,
    caller: &Caller,
    is_familiar: impl Future<Output = Result<bool>>,
    (ends, asks): (&[EndSession], &[AskEnd]),
    fresh: Option<&FreshTokens>,
) -> Result<Ended> {
    let deed = taking_over::noticed_of(core, caller, is_familiar, (ends, asks), false).await?;
    let ended = core.store.end_sessions(turn, ends, asks, fresh, deed.as_ref()).await?;
    retire(core, turn, &ended.keys);
    tell_asked(core, asks, &ended.asked);
    taking_over::tell(core, deed.as_ref());
    Ok(ended)
}

/// Asking for the end of a session at its service; nothing for one that lives here.
pub(super) fn ask(
    core: &Core,
    (device_id, listing): (DeviceId, Option<&DeviceListing>),
    listed: &SessionListing,
    by: Option<SessionId>,
) -> Option<AskEnd> {
    let session = &listed.session;
    let service_id = session.source.at_service()?.service_id;
    let history = HistoryEntry {
        device_id: Some(device_id),
        session_id: Some(session.id),
        device_name: listing.map(|listing| listing.device.name().to_owned()),
        profile_name: listed.profile.as_ref().map(|profile| profile.name.as_str().to_owned()),
        detail: Some(HistoryDetail::AtService { name: listed.source_name().to_owned() }),
        by_session_id: by,
        ..core.entry(session.account_id, HistoryKind::SignOutAsked)
    };
    Some(AskEnd { id: session.id, service_id, by, history })
}

/// Tells everybody of sessions whose services are asked to end them.
pub(super) fn tell_asked(core: &Core, asks: &[AskEnd], asked: &[SessionId]) {
    let mut seen = HashSet::new();
    for ask in asks.iter().filter(|ask| asked.contains(&ask.id)) {
        if let Some(device_id) = ask.history.device_id.filter(|id| seen.insert(*id)) {
            let changed = EventKind::DeviceChanged { device_id };
            core.announcer.announce(&*core.clock, ask.history.account_id, changed);
        }
    }
    // Wakes whoever asks the services.
    if let Some(ask) = asks.first().filter(|_| !asked.is_empty()) {
        core.announcer.announce(&*core.clock, ask.history.account_id, EventKind::ServicesChanged);
    }
}

/// The ends of sessions, by a caller; with what is known of their devices.
fn ends_of(
    core: &Core,
    caller: &Caller,
    targets: &[(SessionId, DeviceId)],
    devices: &HashMap<DeviceId, DeviceListing>,
    reason: EndedReason,
) -> Vec<EndSession> {
    let (at, by) = (core.now(), Some(caller.session.id));
    let end = |(id, device_id): &(SessionId, DeviceId)| {
        let entry = entry(core, caller.account_id(), (*id, *device_id), devices.get(device_id), reason, by);
        EndSession { id: *id, reason, by, history: HistoryEntry { at, ..entry } }
    };
    targets.iter().map(end).collect()
}

/// Takes ended sessions out of memory and tells everybody.
pub(super) fn retire(core: &Core, turn: &Turn<'_>, keys: &[EndedKey]) {
    for key in keys {
        core.live.retire(turn, *key);
    }
    for key in keys {
        let ended = EventKind::SignedOut { device_id: key.device_id, session_id: key.session_id };
        core.announcer.announce(&*core.clock, key.account_id, ended);
    }
}

/// The entry in the history of a session's end.
pub(super) async fn entry_of(
    core: &Core,
    account_id: AccountId,
    device_id: DeviceId,
    session_id: SessionId,
    reason: EndedReason,
    by: Option<SessionId>,
) -> Result<HistoryEntry> {
    let listing = core.store.device(account_id, device_id).await?;
    Ok(entry(core, account_id, (session_id, device_id), listing.as_ref(), reason, by))
}

fn entry(
    core: &Core,
    account_id: AccountId,
    (session_id, device_id): (SessionId, DeviceId),
    listing: Option<&DeviceListing>,
    reason: EndedReason,
    by: Option<SessionId>,
) -> HistoryEntry {
    let listed = listing.and_then(|listing| listing.session_of(session_id));
    let profile = listed.and_then(|listed| listed.profile.as_ref());
    HistoryEntry {
        device_id: Some(device_id),
        session_id: Some(session_id),
        device_name: listing.map(|listing| listing.device.name().to_owned()),
        profile_name: profile.map(|profile| profile.name.as_str().to_owned()),
        address: listed.and_then(|listed| listed.session.address).map(|address| address.to_string()),
        place: listed.map(|listed| listed.session.place.clone()),
        detail: Some(HistoryDetail::Ended { reason }),
        by_session_id: by,
        ..core.entry(account_id, HistoryKind::SignOut)
    }
}
