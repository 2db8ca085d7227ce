//! Ending sessions. When a call here has answered, no request of those sessions is ever accepted again.

use std::collections::HashSet;
use std::sync::Arc;

use super::Core;
use super::caller::{Caller, Manager};
use crate::error::{Error, Result};
use crate::model::{AccountId, DeviceId, EndedReason, HistoryEntry, HistoryKind, SessionId, Timestamp};
use crate::store::{EndSession, EndedKey};
use crate::wire::{EventKind, SignOutEffect, SignOutMany, SignOutReport, SignOutResult};

/// Most devices that one request may name.
const MOST_IDS: usize = 1000;

/// Signs the caller's own device out.
pub async fn here(core: &Arc<Core>, caller: &Caller) -> Result<()> {
    let (core, caller) = (Arc::clone(core), caller.clone());
    Core::carry_through(async move {
        let _turn = core.in_turn(&caller).await?;
        let target = (caller.session.id, caller.session.device_id);
        end(&core, &caller, &[target], EndedReason::SignedOutHere).await?;
        Ok(())
    })
    .await
}

/// Signs one device of the account out. Another account's device is not found.
pub async fn device(core: &Arc<Core>, manager: &Manager, id: DeviceId) -> Result<SignOutResult> {
    let request = SignOutMany { ids: Some(vec![id]), ..SignOutMany::default() };
    let report = many(core, manager, request).await?;
    match report.results.into_iter().next() {
        Some(result) if result.effect != SignOutEffect::NotFound => Ok(result),
        _ => Err(Error::NotFound("device")),
    }
}

/// Signs several devices of the account out, or all; answers a line for each.
pub async fn many(core: &Arc<Core>, manager: &Manager, request: SignOutMany) -> Result<SignOutReport> {
    let which = Which::read(request)?;
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        // What is signed out is chosen in this turn: a session made between would outlive "all". And a thief
        // who was signed out while waiting for it must not sign the household out.
        let _turn = core.in_turn(manager.caller()).await?;
        many_alone(&core, &manager, which).await
    })
    .await
}

async fn many_alone(core: &Core, manager: &Manager, which: Which) -> Result<SignOutReport> {
    let ids = match which {
        Which::These(ids) => ids,
        Which::All { include_current } => core
            .store
            .live_sessions(manager.account_id())
            .await?
            .into_iter()
            .map(|(_, device_id)| device_id)
            .filter(|id| include_current || *id != manager.device_id())
            .collect(),
    };
    let mut results = Vec::with_capacity(ids.len());
    let mut targets = Vec::new();
    for id in ids {
        let listing = core.store.device(manager.account_id(), id).await?;
        let ended_at = listing.as_ref().and_then(|listing| listing.session.ending.as_ref()).map(|end| end.at);
        let effect = match &listing {
            None => SignOutEffect::NotFound,
            Some(listing) => {
                if ended_at.is_none() {
                    targets.push((listing.session.id, id));
                }
                // What is ended below says so then.
                SignOutEffect::AlreadySignedOut
            }
        };
        results.push(SignOutResult { device_id: id, effect, ended_at });
    }
    for (key, at) in end(core, manager.caller(), &targets, EndedReason::SignedOutRemotely).await? {
        if let Some(result) = results.iter_mut().find(|result| result.device_id == key.device_id) {
            result.effect = SignOutEffect::SignedOut;
            result.ended_at = Some(at);
        }
    }
    Ok(SignOutReport { results })
}

/// Which devices a request is about.
enum Which {
    These(Vec<DeviceId>),
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
                Ok(Self::These(ids.into_iter().filter(|id| seen.insert(*id)).collect()))
            }
            (None, Some(true)) => Ok(Self::All { include_current: request.include_current == Some(true) }),
            _ => Err(Error::invalid("ids", "Name the devices to sign out, or all of them.")),
        }
    }
}

/// The ends of all sessions of the account but the caller's, for a larger change. Only in a turn of [`Core::in_turn`].
pub(super) async fn ends_of_everything_else(
    core: &Core,
    caller: &Caller,
    reason: EndedReason,
) -> Result<Vec<EndSession>> {
    let mut targets = core.store.live_sessions(caller.account_id()).await?;
    targets.retain(|(id, _)| *id != caller.session.id);
    ends_of(core, caller, &targets, reason).await
}

/// Ends sessions in one change, in the database first and then in memory, and tells everybody. Only in
/// a turn of [`Core::in_turn`].
async fn end(
    core: &Core,
    caller: &Caller,
    targets: &[(SessionId, DeviceId)],
    reason: EndedReason,
) -> Result<Vec<(EndedKey, Timestamp)>> {
    let ends = ends_of(core, caller, targets, reason).await?;
    let keys = core.store.end_sessions(&ends).await?;
    retire(core, &keys);
    let at_of = |key: &EndedKey| {
        ends.iter().find(|end| end.id == key.session_id).map_or_else(|| core.now(), |end| end.history.at)
    };
    Ok(keys.into_iter().map(|key| (key, at_of(&key))).collect())
}

async fn ends_of(
    core: &Core,
    caller: &Caller,
    targets: &[(SessionId, DeviceId)],
    reason: EndedReason,
) -> Result<Vec<EndSession>> {
    let at = core.now();
    let mut ends = Vec::with_capacity(targets.len());
    for (id, device_id) in targets {
        let mut history = line(core, caller.account_id(), *device_id, *id, reason, caller.session.id).await?;
        history.at = at;
        ends.push(EndSession { id: *id, reason, by: Some(caller.session.id), history });
    }
    Ok(ends)
}

/// Takes ended sessions out of memory and tells everybody. Only under `Core::lives`.
pub(super) fn retire(core: &Core, keys: &[EndedKey]) {
    for key in keys {
        core.live.retire(*key);
    }
    for key in keys {
        let ended = EventKind::SignedOut { device_id: key.device_id, session_id: key.session_id };
        core.announcer.announce(&*core.clock, key.account_id, ended);
    }
}

/// The line of history of a session's end.
pub(super) async fn line(
    core: &Core,
    account_id: AccountId,
    device_id: DeviceId,
    session_id: SessionId,
    reason: EndedReason,
    by: SessionId,
) -> Result<HistoryEntry> {
    let listing = core.store.device(account_id, device_id).await?;
    let mut line = core.line(account_id, HistoryKind::SignOut);
    line.device_id = Some(device_id);
    line.session_id = Some(session_id);
    if let Some(listing) = listing {
        line.device_name = Some(listing.device.name().to_owned());
        line.profile_name = listing.profile.map(|profile| profile.name.as_str().to_owned());
        line.address = listing.session.address.map(|address| address.to_string());
        line.place = Some(listing.session.place);
    }
    line.detail = Some(reason.as_str().to_owned());
    line.by_session_id = Some(by);
    Ok(line)
}
