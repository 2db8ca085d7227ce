//! The session that asks, as the interface needs it, and the New badge by the menu entry.

use super::Core;
use super::caller::{Caller, Manager};
use crate::error::{Error, Result};
use crate::wire::{CurrentSession, Profile};

/// Who asks, who may be chosen, and whether the entry carries the New badge.
pub async fn session(core: &Core, caller: &Caller) -> Result<CurrentSession> {
    let live = &caller.session;
    let account_id = caller.account_id();
    let account = core.store.credentials(account_id).await?.ok_or(Error::NotFound("account"))?.account;
    let listing = core.store.device(account_id, live.device_id).await?.ok_or(Error::NotFound("device"))?;
    let profiles: Vec<Profile> = core.store.profiles(account_id).await?.iter().map(Into::into).collect();
    let chosen = live.profile().map(|profile| profile.id);
    let may_manage = caller.manager().is_ok();
    Ok(CurrentSession {
        session_id: live.id,
        device_id: live.device_id,
        device_name: listing.device.name().to_owned(),
        login: account.login.as_str().to_owned(),
        method: live.method,
        profile: profiles.iter().find(|profile| Some(profile.id) == chosen).cloned(),
        profiles,
        may_manage,
        new_badge: may_manage && account.badge_seen_at.is_none(),
        open_alerts: if may_manage { core.store.open_alerts(account_id).await? } else { 0 },
    })
}

/// Notes that "Manage access and devices" was opened: the New badge is gone, on every device.
pub async fn mark_seen(core: &Core, manager: &Manager) -> Result<()> {
    let _turn = core.in_turn(manager.caller()).await?;
    core.store.mark_badge_seen(manager.account_id(), core.now()).await
}
