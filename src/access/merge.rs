//! Two devices that are one: an app installed anew or a browser whose cookies were cleared comes as a new device, until
//! somebody says which one it is. It can be taken back.

use std::sync::Arc;

use super::Core;
use super::caller::Manager;
use super::devices::listed;
use super::sign_out;
use super::vouching::{About, may_vouch};
use crate::error::{Error, Result};
use crate::model::{
    AccountId, BeforeMerge, Device, DeviceId, DeviceListing, EndedReason, HistoryDetail, HistoryEntry,
    HistoryKind, SessionId,
};
use crate::store::{EndSession, Merge, Parted, Turn};
use crate::wire::{self, EventKind};

/// Most devices that one may take the place of: a phone at every service of a house.
const MOST: usize = 32;

/// Says that the device `id` is the one that the account knows as `earlier`: it takes over that one's name and first
/// sign-in, and that one leaves the list. A session it still held here ends: its token went with the cookies.
///
/// Where only one of them ever came to this home itself, the other is known by its services only. They are one then without anything
/// ending, and it is the one that was here which stays in the list.
pub async fn merge(
    core: &Arc<Core>,
    manager: &Manager,
    id: DeviceId,
    earlier: DeviceId,
) -> Result<wire::Device> {
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        let account_id = manager.account_id();
        if [id, earlier].into_iter().any(|id| core.drills.has_device(id)) {
            return Err(Error::invalid(
                "with",
                "The made-up stranger of a fire drill is no device of yours.",
            ));
        }
        // Whoever it is would hide a device of the household behind their own.
        may_vouch(&core, &turn, &manager, About::Merge { id, earlier }).await?;
        let find = |id| core.store.device(account_id, id);
        let now = find(id).await?.ok_or(Error::NotFound("device"))?;
        let before = find(earlier).await?.ok_or(Error::NotFound("device"))?;
        let is_of_services = now.at_home().is_none() || before.at_home().is_none();
        let (stays, goes) = if is_of_services && now.at_home().is_none() && before.at_home().is_some() {
            (before, now)
        } else {
            (now, before)
        };
        check(&manager, &stays.device, &goes.device, is_of_services)?;
        let mut entry = entry(&core, HistoryKind::DevicesMerged, &stays, manager.session_id());
        entry.detail = Some(HistoryDetail::Replaces { name: goes.device.name().to_owned() });
        let kept = BeforeMerge {
            continues: goes.device.id,
            given_name: stays.device.given_name.clone(),
            first_seen_at: stays.device.first_seen_at,
            earlier: stays.device.before_merge.clone().map(Box::new),
        };
        // What it holds at watched services goes on, and is listed with the device that took its place.
        let end = if let Some(held) = goes.held_at_home().filter(|_| !is_of_services) {
            let (session, by) = (held.session.id, manager.session_id());
            let history = sign_out::entry_of(
                &core,
                account_id,
                goes.device.id,
                session,
                EndedReason::Replaced,
                Some(by),
            )
            .await?;
            Some(EndSession { id: session, reason: EndedReason::Replaced, by: Some(by), history })
        } else {
            None
        };
        let (id, earlier) = (stays.device.id, goes.device.id);
        let ended = core
            .store
            .merge_devices(
                &turn,
                &Merge {
                    id,
                    earlier,
                    given_name: stays.device.given_name.or(goes.device.given_name).as_deref(),
                    first_seen_at: stays.device.first_seen_at.min(goes.device.first_seen_at),
                    before: &kept,
                    end: end.as_ref(),
                    history: &entry,
                },
            )
            .await?;
        sign_out::retire(&core, &turn, ended.as_slice());
        announce(&core, account_id, [id, earlier]);
        listed(&core, &manager, id).await
    })
    .await
}

/// Takes the latest of that back: both are in the list again, under the names they had. A session that ended stays so.
pub async fn separate(core: &Arc<Core>, manager: &Manager, id: DeviceId) -> Result<wire::Device> {
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        let found = core.store.device(manager.account_id(), id).await?.ok_or(Error::NotFound("device"))?;
        let latest = found.device.before_merge.as_ref().map(|before| before.continues);
        let latest = latest.ok_or_else(took_no_place)?;
        separate_alone(&core, &turn, &found, latest, manager.session_id()).await?;
        listed(&core, &manager, id).await
    })
    .await
}

/// Takes it back by itself when the earlier device turns up with its own secret: they are two after all.
pub(super) async fn separate_returned(
    core: &Core,
    turn: &Turn<'_>,
    returned: &Device,
    by: SessionId,
) -> Result<()> {
    let Some(id) = returned.continued_by else { return Ok(()) };
    match core.store.device(returned.account_id, id).await? {
        Some(found) => separate_alone(core, turn, &found, returned.id, by).await,
        None => Ok(()),
    }
}

async fn separate_alone(
    core: &Core,
    turn: &Turn<'_>,
    found: &DeviceListing,
    other: DeviceId,
    by: SessionId,
) -> Result<()> {
    let device = &found.device;
    let before = device.before_merge.as_ref().ok_or_else(took_no_place)?;
    let entry = entry(core, HistoryKind::DevicesSeparated, found, by);
    // With the latest go the name and the date that came of it; of an earlier one nothing is left to take back.
    let (given_name, first_seen_at) = if before.continues == other {
        (before.given_name.as_deref(), before.first_seen_at)
    } else {
        (device.given_name.as_deref(), device.first_seen_at)
    };
    let left = before.clone().without(other);
    let parted =
        Parted { id: device.id, other, given_name, first_seen_at, left: left.as_ref(), history: &entry };
    core.store.separate_devices(turn, &parted).await?;
    announce(core, device.account_id, [device.id, other]);
    Ok(())
}

fn took_no_place() -> Error {
    Error::invalid("id", "This device did not take another one's place.")
}

fn check(manager: &Manager, stays: &Device, goes: &Device, is_of_services: bool) -> Result<()> {
    let is_full = stays.before_merge.as_ref().is_some_and(|before| before.depth() >= MOST);
    let is_taken = stays.before_merge.is_some() && !is_of_services;
    if stays.id == goes.id
        || is_taken
        || is_full
        || goes.continued_by.is_some()
        || stays.continued_by.is_some()
    {
        return Err(Error::invalid("with", "Choose another device, and take an earlier choice back first."));
    }
    if goes.id == manager.device_id() {
        return Err(Error::invalid("with", "That is the device you are using now."));
    }
    // What a service says of a device is often no kind at all.
    if stays.traits.kind != goes.traits.kind && !is_of_services {
        return Err(Error::invalid("with", "Those are two different kinds of device."));
    }
    Ok(())
}

fn entry(core: &Core, kind: HistoryKind, about: &DeviceListing, by: SessionId) -> HistoryEntry {
    HistoryEntry {
        device_id: Some(about.device.id),
        device_name: Some(about.device.name().to_owned()),
        session_id: Some(about.session.id),
        by_session_id: Some(by),
        ..core.entry(about.device.account_id, kind)
    }
}

fn announce(core: &Core, account_id: AccountId, ids: [DeviceId; 2]) {
    for device_id in ids {
        core.announcer.announce(&*core.clock, account_id, EventKind::DeviceChanged { device_id });
    }
}
