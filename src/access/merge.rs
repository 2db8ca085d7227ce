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
use crate::store::{EndSession, Merge, Turn};
use crate::wire::{self, EventKind};

/// Says that the device `id` is the one that the account knows as `earlier`: it takes over that one's name and first
/// sign-in, and that one leaves the list. A session it still held ends: its token went with the cookies.
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
        check(&manager, &now.device, &before.device)?;
        let mut entry = entry(&core, HistoryKind::DevicesMerged, &now, manager.session_id());
        entry.detail = Some(HistoryDetail::Replaces { name: before.device.name().to_owned() });
        let kept = BeforeMerge {
            continues: earlier,
            given_name: now.device.given_name.clone(),
            first_seen_at: now.device.first_seen_at,
        };
        let end = if before.session.ending.is_none() {
            let (session, by) = (before.session.id, manager.session_id());
            let history =
                sign_out::entry_of(&core, account_id, earlier, session, EndedReason::Replaced, Some(by))
                    .await?;
            Some(EndSession { id: session, reason: EndedReason::Replaced, by: Some(by), history })
        } else {
            None
        };
        let ended = core
            .store
            .merge_devices(
                &turn,
                &Merge {
                    id,
                    earlier,
                    given_name: now.device.given_name.or(before.device.given_name).as_deref(),
                    first_seen_at: now.device.first_seen_at.min(before.device.first_seen_at),
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

/// Takes it back: both are in the list again, under the names they had. A session that ended stays so.
pub async fn separate(core: &Arc<Core>, manager: &Manager, id: DeviceId) -> Result<wire::Device> {
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        let found = core.store.device(manager.account_id(), id).await?.ok_or(Error::NotFound("device"))?;
        separate_alone(&core, &turn, &found, manager.session_id()).await?;
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
        Some(found) => separate_alone(core, turn, &found, by).await,
        None => Ok(()),
    }
}

async fn separate_alone(core: &Core, turn: &Turn<'_>, found: &DeviceListing, by: SessionId) -> Result<()> {
    let device = &found.device;
    let Some(before) = &device.before_merge else {
        return Err(Error::invalid("id", "This device did not take another one's place."));
    };
    let entry = entry(core, HistoryKind::DevicesSeparated, found, by);
    core.store.separate_devices(turn, device.id, before, &entry).await?;
    announce(core, device.account_id, [device.id, before.continues]);
    Ok(())
}

fn check(manager: &Manager, now: &Device, before: &Device) -> Result<()> {
    if now.id == before.id
        || now.before_merge.is_some()
        || before.continued_by.is_some()
        || now.continued_by.is_some()
    {
        return Err(Error::invalid("with", "Choose another device, and take an earlier choice back first."));
    }
    if before.id == manager.device_id() {
        return Err(Error::invalid("with", "That is the device you are using now."));
    }
    if now.traits.kind != before.traits.kind {
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
