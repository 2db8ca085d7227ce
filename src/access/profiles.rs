//! Profiles: listing, making, changing and deleting them, and choosing one.

use std::sync::Arc;

use super::Core;
use super::caller::{Caller, Manager};
use super::fresh::Drawn;
use super::live::Known;
use super::proof::{self, Brought};
use super::vouching::{self, About};
use super::waiting::Asker;
use crate::error::{Error, Result};
use crate::model::{
    AccountId, HistoryDetail, HistoryEntry, HistoryKind, Pin, Profile, ProfileDeed, ProfileId, ProfileKind,
    ProfileName,
};
use crate::store::Turn;
use crate::wire::{self, EventKind, Fresh, NewProfile, ProfileChange, ProfileChoice, ProfileList};

/// Most profiles an account may have.
const MOST_PROFILES: usize = 12;

/// Colours the interface has for a profile's picture.
const COLORS: u8 = 8;

/// The account's profiles.
pub async fn list(core: &Core, caller: &Caller) -> Result<ProfileList> {
    let profiles = core.store.profiles(caller.account_id()).await?;
    Ok(ProfileList { profiles: profiles.iter().map(Into::into).collect() })
}

/// Says who is using the caller's device from now on. A profile with a PIN asks for it, or for the account's password:
/// whoever has forgotten it gets by with that. The session gets a fresh token
/// with it: what it may do is another thing now.
pub async fn choose(core: &Arc<Core>, caller: &Caller, choice: ProfileChoice) -> Result<Fresh<()>> {
    let (account_id, id) = (caller.account_id(), choice.profile_id);
    let profile = find(core, account_id, id).await?;
    let checked = core.store.pin_hash(id).await?;
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let shown = match (given(&choice.password), given(&choice.pin), checked.clone()) {
        (Some(password), ..) => Some(proof::check_password(core, caller, &password).await?),
        (None, pin, Some(hash)) => {
            let pin = pin.ok_or(Error::PinRequired)?;
            Some(proof::check_pin(core, caller, &profile, &pin, Some(hash)).await?)
        }
        (None, _, None) => None,
    };
    let (core, caller) = (Arc::clone(core), caller.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(&caller).await?;
        // The profile as it is now: it may have become a child's, or been given another PIN, since.
        let profile = find(&core, account_id, id).await?;
        let is_still_good = match &shown {
            Some(shown) => shown.is_still_good(&core, &turn, account_id).await?,
            None => true,
        };
        if core.store.pin_hash(id).await? != checked || !is_still_good {
            return Err(Error::PinRequired);
        }
        let fresh = Drawn::of(&core, &turn, &caller)?;
        if !core.store.choose_profile(&turn, id, fresh.written()).await? {
            return Err(Error::SessionEnded);
        }
        caller.session.set_profile(&turn, Some((&profile).into()));
        if profile.kind == ProfileKind::Kids {
            // Whoever proved something has handed the device to a child.
            caller.session.forget_proofs();
        } else if let Some(shown) = &shown {
            proof::note(&core, &turn, &caller, shown.known());
        }
        let fresh = fresh.count(&core, &turn, &caller.session, ());
        let device_id = caller.session.device_id;
        core.announcer.announce(&*core.clock, account_id, EventKind::DeviceChanged { device_id });
        Ok(fresh)
    })
    .await
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

/// Makes a profile. One with a PIN takes a proof, as a PIN does that is set later, and whoever makes it gets a fresh token.
pub async fn create(core: &Arc<Core>, manager: &Manager, new: NewProfile) -> Result<Fresh<wire::Profile>> {
    let guards = new.pin.as_deref().is_some_and(|pin| !pin.is_empty());
    let shown = if guards {
        let brought = Brought { pin: new.current_pin.as_deref(), password: new.password.as_deref() };
        proof::look(core, manager, None, brought).await?
    } else {
        None
    };
    // A look before the work; what counts is the look in the turn.
    room_for_another(core, manager).await?;
    let (mut profile, pin_hash, color) = to_profile(core, manager.account_id(), new).await?;
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        // Hashing the PIN took a while.
        let turn = core.in_turn(manager.caller()).await?;
        if guards {
            proof::require(&core, &turn, &manager, None, shown.as_ref()).await?;
            vouching::may_vouch(&core, &turn, &manager, About::Profiles).await?;
        }
        let existing = room_for_another(&core, &manager).await?;
        profile.color = color.unwrap_or_else(|| free_color(existing.iter().map(|profile| profile.color)));
        let entry = entry(&core, &manager, &profile, ProfileDeed::Created);
        let fresh = guards.then(|| Drawn::of(&core, &turn, manager.caller())).transpose()?;
        let written = fresh.as_ref().map(Drawn::written);
        core.store.create_profile(&turn, &profile, pin_hash.as_deref(), &entry, written).await?;
        guard(&core, &turn, manager.account_id()).await?;
        changed(&core, manager.account_id());
        Ok(counted(fresh, &core, &turn, &manager, (&profile).into()))
    })
    .await
}

/// The answer to a change, with fresh tokens where there are any.
fn counted(
    fresh: Option<Drawn>,
    core: &Core,
    turn: &Turn<'_>,
    manager: &Manager,
    answer: wire::Profile,
) -> Fresh<wire::Profile> {
    match fresh {
        Some(fresh) => fresh.count(core, turn, &manager.caller().session, answer),
        None => Fresh::unchanged(answer),
    }
}

/// The profiles there are, when there may be one more.
async fn room_for_another(core: &Core, manager: &Manager) -> Result<Vec<Profile>> {
    let existing = core.store.profiles(manager.account_id()).await?;
    if existing.len() >= MOST_PROFILES {
        return Err(Error::invalid("profiles", "An account has at most 12 profiles."));
    }
    Ok(existing)
}

/// Changes a profile; every session that uses it knows at once. Its PIN and its kind take a proof, and with another PIN whoever
/// used an adult's profile elsewhere chooses anew. Whoever changes its PIN or its kind gets a fresh token.
pub async fn change(
    core: &Arc<Core>,
    manager: &Manager,
    id: ProfileId,
    change: ProfileChange,
) -> Result<Fresh<wire::Profile>> {
    let profile = find(core, manager.account_id(), id).await?;
    let shown = if is_guarded(&change, &profile) {
        let brought = Brought { pin: change.current_pin.as_deref(), password: change.password.as_deref() };
        proof::look(core, manager, Some(&profile), brought).await?
    } else {
        None
    };
    let name = change.name.as_deref().map(ProfileName::parse).transpose()?;
    let pin_hash = match change.pin.as_deref() {
        None => None,
        Some("") => Some(None),
        Some(pin) => Some(Some(hash_pin(core, pin).await?)),
    };
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        // Read again: two people who change different things of it must not undo each other, and what takes no proof of one
        // without a PIN, or of that kind, may take one by now.
        let mut profile = find(&core, manager.account_id(), id).await?;
        if is_guarded(&change, &profile) {
            proof::require(&core, &turn, &manager, Some(&profile), shown.as_ref()).await?;
            vouching::may_vouch(&core, &turn, &manager, About::Profiles).await?;
        }
        let was = profile.kind;
        profile.name = name.unwrap_or(profile.name);
        profile.kind = change.kind.unwrap_or(profile.kind);
        profile.color = change.color.map_or(profile.color, |color| color % COLORS);
        profile.has_pin = pin_hash.as_ref().map_or(profile.has_pin, Option::is_some);
        // Whoever uses it elsewhere did not give this PIN, or not for this.
        let chooses_anew = profile.kind == ProfileKind::Adult
            && profile.has_pin
            && (pin_hash.is_some() || was != ProfileKind::Adult);
        let entry = entry(&core, &manager, &profile, ProfileDeed::Changed);
        let changes_rights = change.kind.is_some() || pin_hash.is_some();
        let fresh = changes_rights.then(|| Drawn::of(&core, &turn, manager.caller())).transpose()?;
        let written = fresh.as_ref().map(Drawn::written);
        core.store
            .change_profile(
                &turn,
                &profile,
                pin_hash.as_ref().map(Option::as_deref),
                chooses_anew,
                &entry,
                written,
            )
            .await?;
        core.live.each_of(manager.account_id(), |session| {
            if pin_hash.is_some() {
                session.forget_proof(Known::Pin(id));
            }
            if session.profile().is_some_and(|used| used.id == id) {
                let stays = !chooses_anew || session.id == manager.session_id();
                session.set_profile(&turn, stays.then(|| (&profile).into()));
            }
        });
        guard(&core, &turn, manager.account_id()).await?;
        changed(&core, manager.account_id());
        Ok(counted(fresh, &core, &turn, &manager, (&profile).into()))
    })
    .await
}

/// Whether a change takes a proof.
fn is_guarded(change: &ProfileChange, profile: &Profile) -> bool {
    change.pin.is_some() || change.kind.is_some_and(|kind| kind != profile.kind)
}

/// Deletes a profile. A device that a child used must not end up with more rights than before, so every
/// device that used it keeps the rights it had until somebody chooses anew. One with a PIN takes a proof.
pub async fn delete(core: &Arc<Core>, manager: &Manager, id: ProfileId) -> Result<()> {
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        let profile = find(&core, manager.account_id(), id).await?;
        if profile.has_pin {
            proof::require(&core, &turn, &manager, Some(&profile), None).await?;
        }
        let entry = entry(&core, &manager, &profile, ProfileDeed::Deleted);
        core.store.delete_profile(&turn, &profile, &entry).await?;
        guard(&core, &turn, manager.account_id()).await?;
        changed(&core, manager.account_id());
        Ok(())
    })
    .await
}

/// Notes whether an adult of the account has a PIN, now that its profiles have changed.
pub(super) async fn guard(core: &Core, turn: &Turn<'_>, account_id: AccountId) -> Result<()> {
    let profiles = core.store.profiles(account_id).await?;
    let is_guarded = profiles.iter().any(|profile| profile.kind == ProfileKind::Adult && profile.has_pin);
    core.live.guard(turn, account_id, is_guarded);
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
        let (mut profile, pin_hash, color) = to_profile(core, account_id, profile).await?;
        let taken = profiles.iter().map(|(profile, _): &(Profile, _)| profile.color);
        profile.color = color.unwrap_or_else(|| free_color(taken));
        profiles.push((profile, pin_hash));
    }
    Ok(profiles)
}

/// A profile of the account; another account's is not found.
pub async fn find(core: &Core, account_id: AccountId, id: ProfileId) -> Result<Profile> {
    let profiles = core.store.profiles(account_id).await?;
    profiles.into_iter().find(|profile| profile.id == id).ok_or(Error::NotFound("profile"))
}

/// A profile with the hash of its PIN, and the colour that was asked for, if one was.
async fn to_profile(
    core: &Core,
    account_id: AccountId,
    new: NewProfile,
) -> Result<(Profile, Option<String>, Option<u8>)> {
    let pin_hash = match new.pin.as_deref().filter(|pin| !pin.is_empty()) {
        Some(pin) => Some(hash_pin(core, pin).await?),
        None => None,
    };
    let profile = Profile {
        id: ProfileId::new(&*core.clock, &*core.random),
        account_id,
        name: ProfileName::parse(&new.name)?,
        kind: new.kind,
        color: 0,
        has_pin: pin_hash.is_some(),
    };
    Ok((profile, pin_hash, new.color.map(|color| color % COLORS)))
}

async fn hash_pin(core: &Core, pin: &str) -> Result<String> {
    let pin = Pin::parse(pin)?;
    core.passwords.hash(Asker::with_session(), &*core.random, pin.as_bytes().to_vec()).await
}

fn free_color(taken: impl Iterator<Item = u8>) -> u8 {
    let taken: Vec<u8> = taken.collect();
    (0..COLORS).find(|color| !taken.contains(color)).unwrap_or_default()
}

fn entry(core: &Core, manager: &Manager, profile: &Profile, change: ProfileDeed) -> HistoryEntry {
    let mut entry = core.entry(manager.account_id(), HistoryKind::ProfileChanged);
    entry.profile_name = Some(profile.name.as_str().to_owned());
    entry.detail = Some(HistoryDetail::Profile { change });
    entry.by_session_id = Some(manager.session_id());
    entry
}

fn changed(core: &Core, account_id: AccountId) {
    core.announcer.announce(&*core.clock, account_id, EventKind::ProfilesChanged);
}
