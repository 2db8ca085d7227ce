//! Profiles: listing, making, changing and deleting them, and choosing one.

use super::Core;
use super::caller::{Caller, Manager};
use super::live::LiveProfile;
use crate::error::{Error, Result};
use crate::model::{AccountId, HistoryEntry, HistoryKind, Pin, Profile, ProfileId, ProfileKind, ProfileName};
use crate::wire::{self, EventKind, NewProfile, ProfileChange, ProfileChoice, ProfileList};

/// Most profiles an account may have.
const MOST_PROFILES: usize = 12;

/// Colours the interface has for a profile's picture.
const COLORS: u8 = 8;

/// The account's profiles.
pub async fn list(core: &Core, caller: &Caller) -> Result<ProfileList> {
    let profiles = core.store.profiles(caller.account_id()).await?;
    Ok(ProfileList { profiles: profiles.iter().map(Into::into).collect() })
}

/// Says who is using the caller's device from now on. A profile with a PIN asks for it.
pub async fn choose(core: &Core, caller: &Caller, choice: ProfileChoice) -> Result<()> {
    let profile = find(core, caller.account_id(), choice.profile_id).await?;
    if let Some(hash) = core.store.pin_hash(profile.id).await? {
        let pin = Pin::parse(choice.pin.as_deref().ok_or(Error::PinRequired)?)?;
        core.limits.pin(profile.id)?;
        if !core.passwords.verify(pin.as_bytes().to_vec(), Some(hash)).await? {
            return Err(Error::WrongPin);
        }
    }
    if !core.store.choose_profile(caller.session.id, profile.id).await? {
        return Err(Error::SessionEnded);
    }
    let device_id = caller.session.device_id;
    caller.session.set_profile(Some(live(&profile)));
    core.announcer.announce(&*core.clock, caller.account_id(), EventKind::DeviceChanged { device_id });
    Ok(())
}

/// The profile that a manager gives to a device they let in. One with a PIN is chosen on the device itself,
/// where its PIN is asked for; one's own needs no PIN twice.
pub(super) async fn to_hand_over(core: &Core, manager: &Manager, id: ProfileId) -> Result<Profile> {
    let profile = find(core, manager.account_id(), id).await?;
    let is_own = manager.caller().session.profile().is_some_and(|own| own.id == id);
    if profile.has_pin && !is_own {
        let how = format!("{} has a PIN. Choose on the device, where it is asked for.", profile.name.as_str());
        return Err(Error::invalid("profile_id", how));
    }
    Ok(profile)
}

/// Makes a profile.
pub async fn create(core: &Core, manager: &Manager, new: NewProfile) -> Result<wire::Profile> {
    let existing = core.store.profiles(manager.account_id()).await?;
    if existing.len() >= MOST_PROFILES {
        return Err(Error::invalid("profiles", "An account has at most 12 profiles."));
    }
    let color = new.color.unwrap_or_else(|| free_color(existing.iter().map(|profile| profile.color)));
    let (profile, pin_hash) = to_profile(core, manager.account_id(), new, color).await?;
    let line = line(core, manager, &profile, "created");
    core.store.create_profile(&profile, pin_hash.as_deref(), &line).await?;
    changed(core, manager.account_id());
    Ok((&profile).into())
}

/// Changes a profile; every session that uses it knows at once.
pub async fn change(
    core: &Core,
    manager: &Manager,
    id: ProfileId,
    change: ProfileChange,
) -> Result<wire::Profile> {
    let mut profile = find(core, manager.account_id(), id).await?;
    if let Some(name) = &change.name {
        profile.name = ProfileName::parse(name)?;
    }
    profile.kind = change.kind.unwrap_or(profile.kind);
    profile.color = change.color.map_or(profile.color, |color| color % COLORS);
    let pin_hash = match change.pin.as_deref() {
        None => None,
        Some("") => Some(None),
        Some(pin) => Some(Some(hash_pin(core, pin).await?)),
    };
    if let Some(pin_hash) = &pin_hash {
        profile.has_pin = pin_hash.is_some();
    }
    let line = line(core, manager, &profile, "changed");
    core.store.change_profile(&profile, pin_hash.as_ref().map(Option::as_deref), &line).await?;
    core.live.each_of(manager.account_id(), |session| {
        if session.profile().is_some_and(|used| used.id == id) {
            session.set_profile(Some(live(&profile)));
        }
    });
    changed(core, manager.account_id());
    Ok((&profile).into())
}

/// Deletes a profile. A device that a child used must not end up with more rights than before, so every
/// device that used it keeps the rights it had until somebody chooses anew.
pub async fn delete(core: &Core, manager: &Manager, id: ProfileId) -> Result<()> {
    let profile = find(core, manager.account_id(), id).await?;
    let line = line(core, manager, &profile, "deleted");
    core.store.delete_profile(&profile, &line).await?;
    changed(core, manager.account_id());
    Ok(())
}

/// The profiles of a new account, with the hashes of their PINs; at least one is an adult's.
pub async fn check_new_profiles(
    core: &Core,
    account_id: AccountId,
    new: Vec<NewProfile>,
) -> Result<Vec<(Profile, Option<String>)>> {
    if new.len() > MOST_PROFILES {
        return Err(Error::invalid("profiles", "An account has at most 12 profiles."));
    }
    if !new.iter().any(|profile| profile.kind == ProfileKind::Adult) {
        return Err(Error::invalid(
            "profiles",
            "Add at least one adult profile: somebody must manage the account.",
        ));
    }
    let mut profiles = Vec::with_capacity(new.len());
    for profile in new {
        let taken = profiles.iter().map(|(profile, _): &(Profile, _)| profile.color);
        let color = profile.color.unwrap_or_else(|| free_color(taken));
        profiles.push(to_profile(core, account_id, profile, color).await?);
    }
    Ok(profiles)
}

/// A profile of the account; another account's is not found.
pub async fn find(core: &Core, account_id: AccountId, id: ProfileId) -> Result<Profile> {
    let profiles = core.store.profiles(account_id).await?;
    profiles.into_iter().find(|profile| profile.id == id).ok_or(Error::NotFound("profile"))
}

async fn to_profile(
    core: &Core,
    account_id: AccountId,
    new: NewProfile,
    color: u8,
) -> Result<(Profile, Option<String>)> {
    let pin_hash = match new.pin.as_deref().filter(|pin| !pin.is_empty()) {
        Some(pin) => Some(hash_pin(core, pin).await?),
        None => None,
    };
    let profile = Profile {
        id: ProfileId::new(&*core.clock, &*core.random),
        account_id,
        name: ProfileName::parse(&new.name)?,
        kind: new.kind,
        color: color % COLORS,
        has_pin: pin_hash.is_some(),
    };
    Ok((profile, pin_hash))
}

async fn hash_pin(core: &Core, pin: &str) -> Result<String> {
    let pin = Pin::parse(pin)?;
    core.passwords.hash(&*core.random, pin.as_bytes().to_vec()).await
}

fn free_color(taken: impl Iterator<Item = u8>) -> u8 {
    let taken: Vec<u8> = taken.collect();
    (0..COLORS).find(|color| !taken.contains(color)).unwrap_or_default()
}

fn live(profile: &Profile) -> LiveProfile {
    LiveProfile { id: profile.id, name: profile.name.as_str().to_owned(), kind: profile.kind }
}

fn line(core: &Core, manager: &Manager, profile: &Profile, what: &str) -> HistoryEntry {
    let mut line = core.line(manager.account_id(), HistoryKind::ProfileChanged);
    line.profile_name = Some(profile.name.as_str().to_owned());
    line.detail = Some(what.to_owned());
    line.by_session_id = Some(manager.session_id());
    line
}

fn changed(core: &Core, account_id: AccountId) {
    core.announcer.announce(&*core.clock, account_id, EventKind::ProfilesChanged);
}
