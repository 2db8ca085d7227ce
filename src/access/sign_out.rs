//! Ending sessions. When a call here has answered, no request of those sessions is ever accepted again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::future;
use std::sync::Arc;

use super::Core;
use super::caller::{Caller, Manager};
use super::fresh::Drawn;
use super::{let_in, taking_over, vouching};
use crate::error::{Error, Result};
use crate::model::{
    AccountId, DeviceId, DeviceListing, EndedReason, HistoryDetail, HistoryEntry, HistoryKind, SessionId,
    Timestamp,
};
use crate::store::{EndSession, EndedKey, FreshTokens, Turn};
use crate::wire::{EventKind, Fresh, SignOutEffect, SignOutMany, SignOutReport, SignOutResult};

/// Most devices that one request may name.
const MOST_IDS: usize = 1000;

/// Signs the caller's own device out.
pub async fn here(core: &Arc<Core>, caller: &Caller) -> Result<()> {
    let (core, caller) = (Arc::clone(core), caller.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(&caller).await?;
        let devices = core.store.device(caller.account_id(), caller.session.device_id).await?;
        let (id, device_id) = (caller.session.id, caller.session.device_id);
        let devices = devices.into_iter().map(|listing| (device_id, listing)).collect();
        let ends = ends_of(&core, &caller, &[(id, device_id)], &devices, EndedReason::SignedOutHere);
        end(&core, &turn, &caller, vouching::is_familiar(&core, &caller), &ends, None).await?;
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

/// Signs several devices of the account out, or all; answers a line for each. Of all but this one, this one gets a fresh
/// token with it: a copy of the one it has is signed out, too.
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
    // By their devices, where it is the sessions that were asked for.
    let mut sessions = BTreeMap::new();
    let ids: Vec<_> = match which {
        Which::These { ids, with_let_in: false } => ids,
        Which::These { mut ids, with_let_in: true } => {
            ids.extend(
                let_in::by(core, manager.account_id(), Some(manager.device_id()), ids.clone())
                    .await?
                    .into_iter()
                    .map(|(_, device_id)| device_id),
            );
            ids
        }
        Which::All { include_current } => {
            let live = core.store.live_sessions(manager.account_id()).await?;
            let live = live.into_iter().filter(|(_, id)| include_current || *id != manager.device_id());
            sessions = live.map(|(session, device)| (device, session)).collect();
            sessions.keys().copied().collect()
        }
    };
    // Both at once: either waits for a thread of the database most of its time.
    let (devices, is_familiar) = tokio::try_join!(
        core.store.devices_of_ids(manager.account_id(), &ids),
        vouching::is_familiar(core, manager.caller()),
    )?;
    let mut targets = Vec::with_capacity(ids.len());
    for id in &ids {
        let alive = |listing: &DeviceListing| listing.session.ending.is_none().then_some(listing.session.id);
        match devices.get(id) {
            Some(listing) => targets.extend(alive(listing).map(|session| (session, *id))),
            // One that is there and cannot be read must not be answered for as one that is not.
            None => match sessions.get(id) {
                Some(session) => targets.push((*session, *id)),
                None => drop(core.store.device(manager.account_id(), *id).await?),
            },
        }
    }
    let ends = ends_of(core, manager.caller(), &targets, &devices, EndedReason::SignedOutRemotely);
    let is_familiar = future::ready(Ok(is_familiar));
    let ended = end(core, turn, manager.caller(), is_familiar, &ends, written).await?;
    let results = ids.into_iter().map(|id| match (ended.get(&id), devices.get(&id)) {
        (Some(at), _) => {
            SignOutResult { device_id: id, effect: SignOutEffect::SignedOut, ended_at: Some(*at) }
        }
        (None, None) => SignOutResult { device_id: id, effect: SignOutEffect::NotFound, ended_at: None },
        (None, Some(listing)) => SignOutResult {
            device_id: id,
            effect: SignOutEffect::AlreadySignedOut,
            ended_at: listing.session.ending.as_ref().map(|end| end.at),
        },
    });
    let results = results.collect();
    let report = SignOutReport { results };
    Ok(match fresh {
        Some(fresh) => fresh.count(core, turn, &manager.caller().session, report),
        None => Fresh::unchanged(report),
    })
}

/// Which devices a request is about.
enum Which {
    These { ids: Vec<DeviceId>, with_let_in: bool },
    All { include_current: bool },
}

impl Which {
    fn read(request: SignOutMany) -> Result<Self> {
        match (request.ids, request.all) {
            (Some(ids), None | Some(false)) if ids.len() > MOST_IDS => {
                Err(Error::invalid("ids", "Name at most 1,000 devices at a time, or all."))
            }
            (Some(ids), None | Some(false)) => {
                let mut seen = HashSet::new();
                let ids = ids.into_iter().filter(|id| seen.insert(*id)).collect();
                Ok(Self::These { ids, with_let_in: request.with_let_in == Some(true) })
            }
            (None, Some(true)) => Ok(Self::All { include_current: request.include_current == Some(true) }),
            _ => Err(Error::invalid("ids", "Name the devices to sign out, or all of them.")),
        }
    }
}

/// The ends of all sessions of the account but the caller's, for a larger change.
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

/// Ends sessions in one change, in the database first and then in memory, and tells everybody. Answers with the devices that
/// were signed out by this, and when.
async fn end(
    core: &Core,
    turn: &Turn<'_>,
    caller: &Caller,
    is_familiar: impl Future<Output = Result<bool>>,
    ends: &[EndSession],
    fresh: Option<&FreshTokens>,
) -> Result<HashMap<DeviceId, Timestamp>> {
    let deed = taking_over::noticed_of(core, caller, is_familiar, ends, false).await?;
    let keys = core.store.end_sessions(turn, ends, fresh, deed.as_ref()).await?;
    retire(core, turn, &keys);
    taking_over::tell(core, deed.as_ref());
    let times: HashMap<_, _> = ends.iter().map(|end| (end.id, end.history.at)).collect();
    let ended = keys.into_iter().filter_map(|key| Some((key.device_id, *times.get(&key.session_id)?)));
    Ok(ended.collect())
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
    let profile = listing.and_then(|listing| listing.profile.as_ref());
    HistoryEntry {
        device_id: Some(device_id),
        session_id: Some(session_id),
        device_name: listing.map(|listing| listing.device.name().to_owned()),
        profile_name: profile.map(|profile| profile.name.as_str().to_owned()),
        address: listing.and_then(|listing| listing.session.address).map(|address| address.to_string()),
        place: listing.map(|listing| listing.session.place.clone()),
        detail: Some(HistoryDetail::Ended { reason }),
        by_session_id: by,
        ..core.entry(account_id, HistoryKind::SignOut)
    }
}
