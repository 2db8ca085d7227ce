//! The session that asks, as the interface needs it, and the New badge by the menu entry.

use super::Core;
use super::caller::{Caller, Manager};
use crate::error::{Error, Result};
use crate::model::Account;
use crate::wire::{CurrentSession, Profile};

/// Who asks, who may be chosen, and whether the entry carries the New badge.
pub async fn session(core: &Core, caller: &Caller) -> Result<CurrentSession> {
    Ok(Kept::read(core, caller).await?.seen_by(caller))
}

/// What of that is on disk. Whoever changes the session reads it first: what was changed is answered, whatever the disk does.
pub struct Kept {
    account: Account,
    device_name: String,
    profiles: Vec<Profile>,
    open_alerts: u32,
}

impl Kept {
    /// What is kept about the session that asks.
    pub async fn read(core: &Core, caller: &Caller) -> Result<Self> {
        let account_id = caller.account_id();
        let account = core.store.credentials(account_id).await?.ok_or(Error::NotFound("account"))?.account;
        let listing = core.store.device(account_id, caller.session.device_id).await?;
        let listing = listing.ok_or(Error::NotFound("device"))?;
        Ok(Self {
            account,
            device_name: listing.device.name().to_owned(),
            profiles: core.store.profiles(account_id).await?.iter().map(Into::into).collect(),
            open_alerts: core.store.open_alerts(account_id).await?,
        })
    }

    /// The session as it is at this moment.
    pub fn seen_by(self, caller: &Caller) -> CurrentSession {
        let live = &caller.session;
        let chosen = live.profile().map(|profile| profile.id);
        let may_manage = caller.manager().is_ok();
        CurrentSession {
            session_id: live.id,
            device_id: live.device_id,
            device_name: self.device_name,
            login: self.account.login.as_str().to_owned(),
            method: live.method,
            profile: self.profiles.iter().find(|profile| Some(profile.id) == chosen).cloned(),
            profiles: self.profiles,
            may_manage,
            new_badge: may_manage && self.account.badge_seen_at.is_none(),
            open_alerts: if may_manage { self.open_alerts } else { 0 },
        }
    }
}

/// Notes that "Manage access and devices" was opened: the New badge is gone, on every device.
pub async fn mark_seen(core: &Core, manager: &Manager) -> Result<()> {
    let turn = core.in_turn(manager.caller()).await?;
    core.store.mark_badge_seen(&turn, manager.account_id(), core.now()).await
}
