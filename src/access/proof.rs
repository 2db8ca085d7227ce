//! Proof that whoever asks knows the PIN or the password, now: what a PIN stands for is not changed by whoever happens to
//! hold the device (step-up; NIST SP 800-63B section 7.2 calls it reauthentication). One that comes with a call is good for that
//! call; one given ahead for five minutes, with the fresh token that it brings and in the network where it was given.
//!
//! See `docs/decisions/0014-a-pin-protects-what-it-stands-for.md`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::caller::{Caller, Manager};
use super::fresh::Drawn;
use super::live::{GOOD_FOR, Known};
use super::passwords::Recognised;
use super::waiting::Asker;
use super::{Core, vouching};
use crate::error::{Error, Result};
use crate::model::{
    AccountId, AlertKind, Deeds, DeviceId, Guess, GuessedAt, HistoryDetail, HistoryKind, Password, Pin,
    Profile, ProfileId, ProfileKind, Reason,
};
use crate::store::{Deed, Turn};
use crate::wire::{self, Fresh};

/// Wrong ones in a row that are told.
const TOLD_AT: u32 = 5;

/// Wrong PINs and passwords in a row, of each device by itself: a right one on another device says nothing of this one.
#[derive(Debug, Default)]
pub struct Guesses(Mutex<HashMap<(DeviceId, Guessed), Row>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Guessed {
    Pin(ProfileId),
    Password,
}

/// Wrong ones in a row, and how many of them were told.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    times: u32,
    told: u32,
}

impl Guesses {
    /// One more; how many in a row that makes, where it is time to tell.
    fn wrong(&self, by: DeviceId, what: Guessed) -> Option<u32> {
        let mut guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let row = guesses.entry((by, what)).or_default();
        row.times = row.times.saturating_add(1);
        (row.times.saturating_sub(row.told) >= TOLD_AT).then_some(row.times)
    }

    /// So many were told. What could not be told is told with the next one.
    fn told(&self, by: DeviceId, what: Guessed, times: u32) {
        let mut guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(row) = guesses.get_mut(&(by, what)) {
            row.told = row.told.max(times);
        }
    }

    fn right(&self, by: DeviceId, what: Guessed) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&(by, what));
    }
}

/// What somebody brings to prove it with.
#[derive(Clone, Copy)]
pub(super) struct Brought<'a> {
    /// A PIN.
    pub pin: Option<&'a str>,
    /// The account's password.
    pub password: Option<&'a str>,
}

impl<'a> From<&'a wire::Proof> for Brought<'a> {
    fn from(proof: &'a wire::Proof) -> Self {
        let given = |text: &'a Option<String>| text.as_deref().filter(|text| !text.is_empty());
        Self { pin: given(&proof.pin), password: given(&proof.password) }
    }
}

/// What was brought and right, with the hash it was checked against: that may be another one by the time it counts. It is
/// good for the call that brought it. What is to be good for later is noted with a fresh token ([`note`]).
#[derive(Clone)]
pub(super) struct Shown {
    known: Known,
    checked: Option<String>,
}

impl Shown {
    /// What was proven.
    pub const fn known(&self) -> Known {
        self.known
    }

    /// Whether it is the password, or the PIN, as that is now.
    pub async fn is_still_good(&self, core: &Core, _turn: &Turn<'_>, account_id: AccountId) -> Result<bool> {
        let now = match self.known {
            Known::Password => core.store.credentials(account_id).await?.map(|kept| kept.password_hash),
            Known::Pin(id) => core.store.pin_hash(id).await?,
        };
        Ok(now.is_some() && now == self.checked)
    }
}

/// Checks what was brought, and refuses a caller who has neither brought nor proven lately what [`require`] asks for. A look
/// before the work; what counts is the look in the turn.
///
/// # Errors
///
/// As [`require`]; and [`Error::WrongPin`] and [`Error::WrongPassword`].
pub(super) async fn look(
    core: &Arc<Core>,
    manager: &Manager,
    whose: Option<&Profile>,
    brought: Brought<'_>,
) -> Result<Option<Shown>> {
    let caller = manager.caller();
    let profile = whose_pin(core, caller, whose).await?;
    let shown = match (brought, &profile) {
        (Brought { password: Some(password), .. }, _) => Some(check_password(core, caller, password).await?),
        (Brought { pin: Some(pin), .. }, Some(profile)) => {
            let hash = core.store.pin_hash(profile.id).await?;
            Some(check_pin(core, caller, profile, pin, hash).await?)
        }
        _ => None,
    };
    if shown.is_none() && !was_proven(core, caller, profile.as_ref()) {
        return Err(Error::ProofRequired { profile: profile.map(|profile| profile.id) });
    }
    Ok(shown)
}

/// Refuses a caller who does not know the account's password or, where `whose` is an adult's with one, that profile's PIN. For
/// what stands for no such profile, the PIN of the caller's own counts. A child's PIN opens the child's profile, and proves
/// nothing of the management: whoever makes one up would prove anything with it.
///
/// # Errors
///
/// [`Error::ProofRequired`] when nothing was brought and nothing was proven lately with the token that asks, or another PIN or
/// password counts by now.
pub(super) async fn require(
    core: &Core,
    turn: &Turn<'_>,
    manager: &Manager,
    whose: Option<&Profile>,
    shown: Option<&Shown>,
) -> Result<()> {
    let caller = manager.caller();
    let profile = whose_pin(core, caller, whose).await?;
    if let Some(shown) = shown {
        let would_do = match shown.known {
            Known::Password => true,
            Known::Pin(id) => profile.as_ref().is_some_and(|profile| profile.id == id),
        };
        if would_do && shown.is_still_good(core, turn, caller.account_id()).await? {
            return Ok(());
        }
    }
    if was_proven(core, caller, profile.as_ref()) {
        Ok(())
    } else if caller.token.is_some_and(|brought| core.live.token_of(caller.session.id) != Some(brought)) {
        // What was proven went on with the newer token.
        Err(Error::TokenReplaced)
    } else {
        Err(Error::ProofRequired { profile: profile.map(|profile| profile.id) })
    }
}

/// The profile whose PIN does, besides the password.
async fn whose_pin(core: &Core, caller: &Caller, whose: Option<&Profile>) -> Result<Option<Profile>> {
    match whose.filter(|profile| proves(profile)) {
        Some(profile) => Ok(Some(profile.clone())),
        None => own_with_pin(core, caller).await,
    }
}

/// Whether a profile's PIN proves anything.
fn proves(profile: &Profile) -> bool {
    profile.has_pin && profile.kind == ProfileKind::Adult
}

fn was_proven(core: &Core, caller: &Caller, profile: Option<&Profile>) -> bool {
    let now = core.clock.elapsed();
    caller.session.with_proofs(|proofs| {
        let has = |what| proofs.has(what, now, caller.token, caller.address);
        has(Known::Password) || profile.is_some_and(|profile| has(Known::Pin(profile.id)))
    })
}

/// Whether a call would ask for a proof, and whose PIN would do besides the password.
pub async fn is_wanted(core: &Arc<Core>, manager: &Manager) -> Result<Option<Option<ProfileId>>> {
    match look(core, manager, None, Brought { pin: None, password: None }).await {
        Ok(_) => Ok(None),
        Err(Error::ProofRequired { profile }) => Ok(Some(profile)),
        Err(error) => Err(error),
    }
}

/// Notes a proof ahead of what needs it. It goes with a fresh token, and with that alone: a copy of the one before has nothing
/// of it.
pub async fn prove(
    core: &Arc<Core>,
    manager: &Manager,
    proof: &wire::SessionProof,
) -> Result<Fresh<wire::Proven>> {
    let account_id = manager.account_id();
    let profile = match proof.profile_id {
        Some(id) => {
            let profiles = core.store.profiles(account_id).await?;
            let found = profiles.into_iter().find(|profile| profile.id == id);
            Some(found.ok_or(Error::NotFound("profile"))?)
        }
        None => None,
    };
    let brought = match Brought::from(&proof.proof) {
        Brought { pin: None, password: None } => {
            return Err(Error::invalid("password", "Give the password, or a PIN."));
        }
        Brought { pin: Some(_), password: None }
            if profile.as_ref().is_some_and(|profile| !proves(profile)) =>
        {
            return Err(Error::invalid("pin", "Give the PIN of an adult who has one, or the password."));
        }
        brought => brought,
    };
    let shown = look(core, manager, profile.as_ref(), brought).await?;
    // A PIN was brought, and whoever asks has none.
    let Some(shown) = shown else {
        return Err(Error::invalid("pin", "Give the PIN of an adult who has one, or the password."));
    };
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let caller = manager.caller();
        let turn = core.in_turn(caller).await?;
        require(&core, &turn, &manager, profile.as_ref(), Some(&shown)).await?;
        let fresh = Drawn::of(&core, &turn, caller)?;
        if !core.store.replace_tokens(&turn, fresh.written()).await? {
            return Err(Error::SessionEnded);
        }
        note(&core, &turn, caller, shown.known);
        let good_for_s = u32::try_from(GOOD_FOR.as_secs()).unwrap_or(u32::MAX);
        Ok(fresh.count(&core, &turn, &caller.session, wire::Proven { good_for_s }))
    })
    .await
}

/// Checks the account's password. Goes on when whoever asked hangs up: a wrong one counts all the same.
pub(super) async fn check_password(core: &Arc<Core>, caller: &Caller, password: &str) -> Result<Shown> {
    let password = Password::received(password.to_owned())?;
    let (core, caller) = (Arc::clone(core), caller.clone());
    Core::carry_through(async move {
        let attempt = core.limits.password_change(caller.session.id)?;
        let kept = core.store.credentials(caller.account_id()).await?.ok_or(Error::NotFound("account"))?;
        let asker = Asker::with_session();
        match core.passwords.recognise(asker, &password, Some(&kept.password_hash)).await {
            Ok(Recognised::Yes | Recognised::AsTyped) => attempt.forgive(),
            Ok(Recognised::No) => {
                note_wrong(&core, &caller, Guessed::Password, None).await?;
                return Err(Error::WrongPassword);
            }
            Err(error) => {
                attempt.forgive();
                return Err(error);
            }
        }
        core.guesses.right(caller.session.device_id, Guessed::Password);
        Ok(Shown { known: Known::Password, checked: Some(kept.password_hash) })
    })
    .await
}

/// Checks a profile's PIN by its hash. Goes on when whoever asked hangs up: a wrong one counts all the same.
pub(super) async fn check_pin(
    core: &Arc<Core>,
    caller: &Caller,
    profile: &Profile,
    pin: &str,
    hash: Option<String>,
) -> Result<Shown> {
    let pin = Pin::parse(pin)?;
    let (core, caller, profile) = (Arc::clone(core), caller.clone(), profile.clone());
    Core::carry_through(async move {
        let attempt = core.limits.pin(caller.session.id, profile.id)?;
        let guessed = Guessed::Pin(profile.id);
        let (checked, bytes) = (hash.clone(), pin.as_bytes().to_vec());
        match core.passwords.verify(Asker::with_session(), bytes, hash).await {
            Ok(true) => attempt.forgive(),
            Ok(false) => {
                note_wrong(&core, &caller, guessed, Some(&profile)).await?;
                return Err(Error::WrongPin);
            }
            Err(error) => {
                attempt.forgive();
                return Err(error);
            }
        }
        core.guesses.right(caller.session.device_id, guessed);
        Ok(Shown { known: Known::Pin(profile.id), checked })
    })
    .await
}

/// Notes that a session has just proven something. In the turn in which it gets a fresh token, and before that counts: the
/// proof goes over to it.
pub(super) fn note(core: &Core, _turn: &Turn<'_>, caller: &Caller, what: Known) {
    let now = core.clock.elapsed();
    caller.session.with_proofs(|proofs| proofs.note(what, now, caller.token, caller.address));
}

/// The caller's own profile, when it has a PIN.
async fn own_with_pin(core: &Core, caller: &Caller) -> Result<Option<Profile>> {
    let Some(own) = caller.session.profile() else { return Ok(None) };
    let profiles = core.store.profiles(caller.account_id()).await?;
    Ok(profiles.into_iter().find(|profile| profile.id == own.id && proves(profile)))
}

/// An entry in the history for every wrong one, and an alert for every five in a row. It counts before anything is written.
async fn note_wrong(core: &Core, caller: &Caller, what: Guessed, profile: Option<&Profile>) -> Result<()> {
    let device_id = caller.session.device_id;
    let to_tell = core.guesses.wrong(device_id, what);
    let profile_name = profile.map(|profile| profile.name.as_str().to_owned());
    let place = core.locator.locate(caller.address);
    let mut entry =
        vouching::entry(core, caller, HistoryKind::WrongPin, &place, AlertKind::WrongPins).await?;
    let guess = if profile.is_some() { Guess::Pin } else { Guess::Password };
    entry.detail = Some(HistoryDetail::Guessed { what: guess });
    entry.profile_name.clone_from(&profile_name);
    core.store.add_history(&[entry]).await?;
    let Some(times) = to_tell else { return Ok(()) };
    let reason = match profile_name.clone() {
        Some(profile_name) => Reason::WrongPins { times, profile_name },
        None => Reason::WrongPasswords { times },
    };
    let did = Deeds { guessed_at: Some(GuessedAt { profile_name, times }), ..Deeds::default() };
    let turn = core.store.turn().await;
    let waiting = core.store.waiting_alert(caller.account_id(), device_id, AlertKind::WrongPins).await?;
    let alert = vouching::alert(core, caller, AlertKind::WrongPins, did, vec![reason]).await?;
    let deed = if let Some(waiting) = waiting {
        let (did, familiarity) = (alert.did, alert.familiarity);
        Deed::More(crate::model::Alert { did, familiarity, ..waiting.alert })
    } else {
        let entry = vouching::entry(core, caller, HistoryKind::Alert, &place, AlertKind::WrongPins).await?;
        Deed::New(alert, entry)
    };
    core.store.raise_alert(&turn, &deed).await?;
    core.guesses.told(device_id, what, times);
    super::taking_over::tell(core, Some(&deed));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::model::Timestamp;
    use crate::random::SeededRandom;

    fn devices() -> (DeviceId, DeviceId) {
        let clock = ManualClock::at(Timestamp::from_millis(1_790_000_000_000));
        let random = SeededRandom::new(1);
        (DeviceId::new(&clock, &random), DeviceId::new(&clock, &random))
    }

    #[test]
    fn a_right_one_ends_the_row_of_its_own_device() {
        let guesses = Guesses::default();
        let (one, other) = devices();
        let wrong = |by| guesses.wrong(by, Guessed::Password);
        assert_eq!((1..=4).filter_map(|_| wrong(one)).collect::<Vec<_>>(), [] as [u32; 0]);
        guesses.right(other, Guessed::Password);
        assert_eq!(wrong(other), None, "each device is counted by itself");
        assert_eq!(wrong(one), Some(5));
        guesses.right(one, Guessed::Password);
        assert_eq!((1..=5).map(|_| wrong(one)).collect::<Vec<_>>(), [None, None, None, None, Some(5)]);
    }

    #[test]
    fn what_could_not_be_told_is_told_with_the_next() {
        let guesses = Guesses::default();
        let (one, _) = devices();
        let wrong = || guesses.wrong(one, Guessed::Password);
        assert_eq!((1..=6).filter_map(|_| wrong()).collect::<Vec<_>>(), [5, 6]);
        guesses.told(one, Guessed::Password, 6);
        assert_eq!((7..=11).filter_map(|_| wrong()).collect::<Vec<_>>(), [11]);
    }
}
