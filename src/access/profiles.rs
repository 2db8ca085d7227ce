//! Profiles: listing, making, changing and deleting them, and choosing one.

use std::sync::Arc;

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
pub async fn choose(core: &Arc<Core>, caller: &Caller, choice: ProfileChoice) -> Result<()> {
    let (account_id, id) = (caller.account_id(), choice.profile_id);
    let profile = find(core, account_id, id).await?;
    let checked = core.store.pin_hash(id).await?;
    if let Some(hash) = checked.clone() {
        let pin = Pin::parse(choice.pin.as_deref().ok_or(Error::PinRequired)?)?;
        core.limits.pin(caller.session.id, id)?;
        if !core.passwords.verify(pin.as_bytes().to_vec(), Some(hash)).await? {
            note_wrong_pin(core, caller, &profile).await?;
            return Err(Error::WrongPin);
        }
    }
    let (core, caller) = (Arc::clone(core), caller.clone());
    Core::carry_through(async move {
        let _turn = core.in_turn(&caller).await?;
        // The profile as it is now: it may have become a child's, or been given another PIN, since.
        let profile = find(&core, account_id, id).await?;
        if core.store.pin_hash(id).await? != checked {
            return Err(Error::PinRequired);
        }
        if !core.store.choose_profile(caller.session.id, id).await? {
            return Err(Error::SessionEnded);
        }
        caller.session.set_profile(Some(live(&profile)));
        let device_id = caller.session.device_id;
        core.announcer.announce(&*core.clock, account_id, EventKind::DeviceChanged { device_id });
        Ok(())
    })
    .await
}

async fn note_wrong_pin(core: &Core, caller: &Caller, profile: &Profile) -> Result<()> {
    let device_id = caller.session.device_id;
    let listing = core.store.device(caller.account_id(), device_id).await?;
    let mut line = core.line(caller.account_id(), HistoryKind::WrongPin);
    line.device_id = Some(device_id);
    line.device_name = listing.map(|listing| listing.device.name().to_owned());
    line.session_id = Some(caller.session.id);
    line.profile_name = Some(profile.name.as_str().to_owned());
    core.store.add_history(&[line]).await
}

/// The profile that a manager gives to a device they let in. One with a PIN is chosen on the device itself,
/// where its PIN is asked for; one's own needs no PIN twice.
pub(super) async fn to_hand_over(core: &Core, manager: &Manager, id: ProfileId) -> Result<Profile> {
    let profile = find(core, manager.account_id(), id).await?;
    let is_own = manager.caller().session.profile().is_some_and(|own| own.id == id);
    if profile.has_pin && !is_own {
        let how =
            format!("{} has a PIN. Choose on the device, where it is asked for.", profile.name.as_str());
        return Err(Error::invalid("profile_id", how));
    }
    Ok(profile)
}

/// Makes a profile.
pub async fn create(core: &Arc<Core>, manager: &Manager, new: NewProfile) -> Result<wire::Profile> {
    let existing = core.store.profiles(manager.account_id()).await?;
    if existing.len() >= MOST_PROFILES {
        return Err(Error::invalid("profiles", "An account has at most 12 profiles."));
    }
    let color = new.color.unwrap_or_else(|| free_color(existing.iter().map(|profile| profile.color)));
    let (profile, pin_hash) = to_profile(core, manager.account_id(), new, color).await?;
    let line = line(core, manager, &profile, "created");
    // Hashing the PIN took a while.
    let _turn = core.in_turn(manager.caller()).await?;
    core.store.create_profile(&profile, pin_hash.as_deref(), &line).await?;
    changed(core, manager.account_id());
    Ok((&profile).into())
}

/// Changes a profile; every session that uses it knows at once.
pub async fn change(
    core: &Arc<Core>,
    manager: &Manager,
    id: ProfileId,
    change: ProfileChange,
) -> Result<wire::Profile> {
    find(core, manager.account_id(), id).await?;
    let name = change.name.as_deref().map(ProfileName::parse).transpose()?;
    let pin_hash = match change.pin.as_deref() {
        None => None,
        Some("") => Some(None),
        Some(pin) => Some(Some(hash_pin(core, pin).await?)),
    };
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let _turn = core.in_turn(manager.caller()).await?;
        // Read again: two people who change different things of it must not undo each other.
        let mut profile = find(&core, manager.account_id(), id).await?;
        profile.name = name.unwrap_or(profile.name);
        profile.kind = change.kind.unwrap_or(profile.kind);
        profile.color = change.color.map_or(profile.color, |color| color % COLORS);
        profile.has_pin = pin_hash.as_ref().map_or(profile.has_pin, Option::is_some);
        let line = line(&core, &manager, &profile, "changed");
        core.store.change_profile(&profile, pin_hash.as_ref().map(Option::as_deref), &line).await?;
        core.live.each_of(manager.account_id(), |session| {
            if session.profile().is_some_and(|used| used.id == id) {
                session.set_profile(Some(live(&profile)));
            }
        });
        changed(&core, manager.account_id());
        Ok((&profile).into())
    })
    .await
}

/// Deletes a profile. A device that a child used must not end up with more rights than before, so every
/// device that used it keeps the rights it had until somebody chooses anew.
pub async fn delete(core: &Core, manager: &Manager, id: ProfileId) -> Result<()> {
    let profile = find(core, manager.account_id(), id).await?;
    let line = line(core, manager, &profile, "deleted");
    let _turn = core.in_turn(manager.caller()).await?;
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
