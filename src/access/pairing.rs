//! Pairing a phone: a screen that is signed in shows a code, the phone brings it, both show the same two digits, and a person who
//! sees both lets the phone in. The mirror of [`codes`](super::codes), where the device shows the code and waits.
//!
//! The code is good once and for two minutes. Brought a second time it lets nobody in: of two who hold it, one photographed it or
//! stands in between, and which of them is not known. What is shown to phones is kept in memory: after a restart, show another.
//!
//! What the phone is answered with at the end may be lost on the way, and with it the keys of a device that is in the list by then.
//! So whoever brings the claim again is given the same keys again, until they were used, and forgotten with that: no phone is half in.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Core;
use super::admit::Admitted;
use super::allowing::{Allowed, decide, let_in};
use super::asking::Asking;
use super::caller::Manager;
use super::live::LiveSession;
use super::nearness::nearness;
use super::user_code::{new_user_code, normal, shown};
use crate::error::{Error, Result, causes};
use crate::model::{
    DeclaredDevice, DeviceId, DeviceTraits, HistoryKind, PairingId, Place, Secret, SecretHash, SessionId,
    Timestamp, quotable,
};
use crate::random::Random;
use crate::wire::{
    CodeDecision, NewClaim, NoAddress, Pairing, PairingAnswer, PairingClaim, PairingFinish, PairingPhone,
    PairingState,
};

/// How long a code is good for; how long the phone that brought it is waited for to be answered; and how long it may then take
/// to come.
pub const LIFETIME: Duration = Duration::from_mins(2);

/// How long the screen that showed a code may ask what became of it, after that.
const REMEMBERED: Duration = Duration::from_mins(10);

/// How often a phone may ask whether it was let in.
const INTERVAL: Duration = Duration::from_secs(1);

/// Most codes that are shown or remembered at one time. A session has one.
const MOST: usize = 200;

/// Codes that are shown to phones, and the phones that brought them.
#[derive(Default)]
pub struct Pairings(Mutex<Room>);

#[derive(Default)]
struct Room(Vec<Shown>);

impl fmt::Debug for Pairings {
    /// Without the codes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pairings({})", self.lock().0.len())
    }
}

/// A code that a session shows.
struct Shown {
    id: PairingId,
    /// The session that shows it, and alone hears what becomes of it.
    by: SessionId,
    /// As it is compared.
    code: String,
    /// Where a phone can open the home, as it was when the code was made.
    origins: Result<Vec<String>, NoAddress>,
    /// When it stops being good: for people, and by the clock's elapsed time.
    expires_at: Timestamp,
    until: Duration,
    stage: Stage,
    /// The phone that brought it first.
    phone: Option<Phone>,
}

enum Stage {
    /// Nobody has answered. Whether a phone has come is said by the phone.
    Open,
    Allowed(Allowed),
    /// Allowed, and being let in.
    LettingIn,
    /// It is in; with what it was answered, until that was used.
    LetIn(DeviceId, Option<Box<Admitted>>),
    Denied,
    Spoiled,
}

/// What a phone that waits is told.
enum Waited {
    /// It may come in now.
    Over(Box<(PairingId, Allowed, Asking)>),
    /// It was let in, and the answer lost.
    Again(Box<Admitted>),
}

/// A phone that brought a code. What a person was shown of it is what signs in, whatever it says later.
struct Phone {
    claim: SecretHash,
    digits: String,
    asking: Asking,
    traits: DeviceTraits,
    place: Place,
    asked_at: Option<Duration>,
}

/// Shows a code. The one that this session showed before is good no more.
pub fn start(core: &Core, manager: &Manager) -> Result<Pairing> {
    core.limits.pairing(manager.session_id())?;
    let now = core.clock.elapsed();
    let shown = Shown {
        id: PairingId::new(&*core.clock, &*core.random),
        by: manager.session_id(),
        code: normal(&new_user_code(&*core.random)),
        origins: core.reach.origins(&core.home_network),
        expires_at: core.now().after(LIFETIME),
        until: now + LIFETIME,
        stage: Stage::Open,
        phone: None,
    };
    let told = shown.told(core, manager);
    let mut room = core.pairings.lock();
    room.0.retain(|other| other.by != shown.by && now < other.until + REMEMBERED);
    if room.0.len() >= MOST {
        // What is only remembered makes room for what may still let somebody in.
        room.0.retain(|other| !other.is_over(now));
    }
    if room.0.len() >= MOST {
        return Err(Error::Busy);
    }
    room.0.push(shown);
    Ok(told)
}

/// What has become of a code, for the session that shows it. Any other's is not found.
pub fn look(core: &Core, manager: &Manager, id: PairingId) -> Result<Pairing> {
    Ok(core.pairings.lock().own(manager, id)?.told(core, manager))
}

/// A phone brings a code. It is given what it waits with, and the digits that both screens show.
///
/// # Errors
///
/// [`Error::PairingNotValid`] for a code that is not shown, ran out or was used, all alike; [`Error::PairingSpoiled`] when another
/// device brought it before and was not let in yet: neither is then.
pub async fn claim(core: &Core, asking: &Asking, request: &NewClaim) -> Result<PairingClaim> {
    match bring(core, asking, request)? {
        Claimed::First(claim) => Ok(claim),
        Claimed::Again(second) => {
            tracing::warn!("two devices used the same code to be let in, so neither was");
            if let Err(error) = note(core, *second).await {
                tracing::error!(error = %causes(&error), "that a code was spoiled is not in the history");
            }
            Err(Error::PairingSpoiled)
        }
    }
}

/// What a code that was brought is.
enum Claimed {
    /// One that nobody had brought.
    First(PairingClaim),
    /// One that another device had: it is spoiled.
    Again(Box<Second>),
}

/// The second device that brought a code.
struct Second {
    /// The session that shows the code.
    shown_by: Arc<LiveSession>,
    address: Option<IpAddr>,
    place: Place,
}

/// Writes down that a code was spoiled, with where the second device is: the first was shown to whoever waits for one.
async fn note(core: &Core, second: Second) -> Result<()> {
    let Second { shown_by, address, place } = second;
    let account_id = shown_by.account_id();
    let device = core.store.device(account_id, shown_by.device_id).await?;
    let mut entry = core.entry(account_id, HistoryKind::PairingSpoiled);
    entry.device_id = Some(shown_by.device_id);
    entry.device_name = device.map(|listing| listing.device.name().to_owned());
    entry.session_id = Some(shown_by.id);
    entry.address = address.map(|address| address.to_string());
    entry.place = Some(place);
    core.store.add_history(&[entry]).await
}

/// A phone brings a code, or spoils it.
fn bring(core: &Core, asking: &Asking, request: &NewClaim) -> Result<Claimed> {
    let attempt = core.limits.pairing_code(&asking.networks())?;
    let declared = request.device.as_ref().or(asking.declared.as_ref()).map(DeclaredDevice::cut);
    // Without its keys: those it brings when it is signed in are the ones that count.
    let asking = Asking {
        declared,
        address: asking.address,
        user_agent: asking.user_agent.clone(),
        hints: asking.hints.clone(),
        ..Asking::default()
    };
    let claim = Secret::new(&*core.random);
    let phone = Phone {
        claim: claim.hash(),
        digits: two_digits(&*core.random),
        traits: asking.traits(core),
        place: asking.place(core),
        asking,
        asked_at: None,
    };
    let now = core.clock.elapsed();
    let mut room = core.pairings.lock();
    let shown = room.shown(&normal(&request.code), now).ok_or(Error::PairingNotValid)?;
    // Whoever was signed out lets nobody in.
    let at_screen = core.live.by_id(shown.by).filter(|session| !session.has_ended() && !session.is_held());
    let shown_by = at_screen.ok_or(Error::PairingNotValid)?;
    if shown.phone.is_some() {
        shown.stage = Stage::Spoiled;
        let Phone { asking, place, .. } = phone;
        return Ok(Claimed::Again(Box::new(Second { shown_by, address: asking.address, place })));
    }
    attempt.forgive();
    let digits = phone.digits.clone();
    shown.phone = Some(phone);
    shown.prolong(core);
    let claim = claim.reveal().to_owned();
    Ok(Claimed::First(PairingClaim { claim, digits, expires_at: shown.expires_at }))
}

/// Lets the phone in that brought a code, or not. Whoever says other digits than it was given sees another phone than the one that
/// waits, so that nobody is let in.
///
/// # Errors
///
/// [`Error::PairingNotValid`] when no phone waits; and what a proof, or a profile that cannot be handed over, is refused with.
pub async fn answer(
    core: &Arc<Core>,
    manager: &Manager,
    id: PairingId,
    answer: PairingAnswer,
) -> Result<Pairing> {
    let PairingAnswer { decision, digits, profile_id, proof } = answer;
    // What is not theirs takes no proof either.
    core.pairings.lock().own(manager, id)?;
    let (_turn, allowed) = decide(core, manager, decision, profile_id, &proof).await?;
    let mut room = core.pairings.lock();
    let shown = room.own(manager, id)?;
    match (&shown.stage, &shown.phone) {
        // It was a moment ago; what is answered says so.
        (Stage::Spoiled, _) => {}
        (Stage::Open, Some(phone)) if core.clock.elapsed() < shown.until => {
            let is_same = phone.digits == digits.trim();
            shown.stage = match allowed {
                Some(allowed) if is_same => Stage::Allowed(allowed),
                Some(_) => Stage::Spoiled,
                None => Stage::Denied,
            };
            if decision == CodeDecision::Allow {
                shown.prolong(core);
            }
        }
        _ => return Err(Error::PairingNotValid),
    }
    Ok(shown.told(core, manager))
}

/// Signs the phone in that brought a code, when that was allowed. It works once, and not when whoever allowed it has been signed out
/// since. What could not be written, on a full disk say, leaves it as it was; and asked again before its keys were used, it answers
/// with the same.
///
/// # Errors
///
/// [`Error::PairingWaits`] until somebody answers; then [`Error::PairingDenied`] or [`Error::PairingSpoiled`], if so; and
/// [`Error::PairingNotValid`] for what ran out, was used, or never was.
pub async fn finish(core: &Arc<Core>, asking: Asking, request: PairingFinish) -> Result<Admitted> {
    let claim = Secret::received(request.claim).hash();
    let (id, allowed, shown) = match core.pairings.take(&claim, core.clock.elapsed())? {
        Waited::Over(over) => *over,
        Waited::Again(admitted) => return Ok(*admitted),
    };
    let asking = Asking {
        user_agent: shown.user_agent,
        hints: shown.hints,
        declared: shown.declared,
        device_secret: request.device_secret.map(Secret::received).or(asking.device_secret),
        ..asking
    };
    let core = Arc::clone(core);
    let outcome = Core::carry_through(async move {
        let admitted = let_in(&core, asking, allowed.clone(), None).await;
        core.pairings.settle(id, allowed, &admitted);
        admitted
    });
    outcome.await.map_err(|error| match error {
        Error::SessionEnded => Error::PairingDenied,
        error => error,
    })
}

impl Pairings {
    fn lock(&self) -> MutexGuard<'_, Room> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The phone that waits with this claim, when it was allowed: it is being let in from then on, until [`Pairings::settle`].
    fn take(&self, claim: &SecretHash, now: Duration) -> Result<Waited> {
        let mut room = self.lock();
        let waiting = room.0.iter_mut().find_map(|shown| {
            let Shown { id, until, stage, phone, .. } = shown;
            phone.as_mut().filter(|phone| phone.claim == *claim).map(|phone| (*id, *until, stage, phone))
        });
        let (id, until, stage, phone) = waiting.ok_or(Error::PairingNotValid)?;
        match stage {
            Stage::Denied => Err(Error::PairingDenied),
            Stage::Spoiled => Err(Error::PairingSpoiled),
            Stage::LetIn(_, answered) => {
                forget_used(answered, until, now);
                answered.clone().map(Waited::Again).ok_or(Error::PairingNotValid)
            }
            Stage::Open | Stage::Allowed(_) if until <= now => Err(Error::PairingNotValid),
            Stage::Open | Stage::LettingIn => {
                let too_early = phone.asked_at.is_some_and(|asked_at| now < asked_at + INTERVAL);
                if too_early {
                    return Err(Error::TooManyAttempts { retry_after_s: INTERVAL.as_secs() });
                }
                phone.asked_at = Some(now);
                Err(Error::PairingWaits)
            }
            Stage::Allowed(allowed) => {
                let allowed = allowed.clone();
                *stage = Stage::LettingIn;
                Ok(Waited::Over(Box::new((id, allowed, phone.asking.clone()))))
            }
        }
    }

    /// Forgets the keys that no phone is given again, as nobody may ask any more. To be called now and then.
    pub(crate) fn forget_keys(&self, now: Duration) {
        for Shown { until, stage, .. } in &mut self.lock().0 {
            if let Stage::LetIn(_, answered) = stage {
                forget_used(answered, *until, now);
            }
        }
    }

    /// What became of a phone that was being let in: it is, or is not for good, or may ask again.
    fn settle(&self, id: PairingId, allowed: Allowed, admitted: &Result<Admitted>) {
        let mut room = self.lock();
        // It may have been replaced by a newer one meanwhile.
        let Some(shown) = room.0.iter_mut().find(|shown| shown.id == id) else { return };
        shown.stage = match admitted {
            Ok(admitted) => Stage::LetIn(admitted.answer.device_id, Some(Box::new(admitted.clone()))),
            Err(Error::SessionEnded) => Stage::Denied,
            Err(_) => Stage::Allowed(allowed),
        };
    }
}

impl Room {
    /// One that this session shows.
    fn own(&mut self, manager: &Manager, id: PairingId) -> Result<&mut Shown> {
        let own = self.0.iter_mut().find(|shown| shown.id == id && shown.by == manager.session_id());
        own.ok_or(Error::NotFound("pairing"))
    }

    /// The code that a phone may bring, or spoil by bringing it again.
    fn shown(&mut self, code: &str, now: Duration) -> Option<&mut Shown> {
        let is_good = |shown: &Shown| !matches!(shown.stage, Stage::LettingIn) && !shown.is_over(now);
        self.0.iter_mut().find(|shown| shown.code == code && is_good(shown))
    }
}

impl Shown {
    /// Another step was taken with it, which leaves time for the next.
    fn prolong(&mut self, core: &Core) {
        self.expires_at = core.now().after(LIFETIME);
        self.until = core.clock.elapsed() + LIFETIME;
    }

    /// Whether nothing more becomes of it.
    fn is_over(&self, now: Duration) -> bool {
        match self.stage {
            Stage::Open | Stage::Allowed(_) => self.until <= now,
            Stage::LettingIn => false,
            Stage::LetIn(..) | Stage::Denied | Stage::Spoiled => true,
        }
    }

    fn told(&self, core: &Core, manager: &Manager) -> Pairing {
        let typed = shown(&self.code);
        // For apps; a browser asks as it is told, and reads on.
        let pin = core.reach.is_known_by_its_key().then(|| core.certificates.pin());
        let known_by = pin.map(|pin| format!("?pin={pin}")).unwrap_or_default();
        Pairing {
            id: self.id,
            addresses: self
                .origins
                .iter()
                .flatten()
                .map(|origin| format!("{origin}/#/pair/{typed}{known_by}"))
                .collect(),
            no_address: self.origins.as_ref().err().copied(),
            code: typed,
            fingerprint: pin.map(|pin| pin.letters()),
            expires_at: self.expires_at,
            state: self.state(core, manager),
        }
    }

    fn state(&self, core: &Core, manager: &Manager) -> PairingState {
        let is_over = self.is_over(core.clock.elapsed());
        match (&self.stage, &self.phone) {
            (Stage::LetIn(device_id, _), _) => PairingState::LetIn { device_id: *device_id },
            (Stage::Denied, _) => PairingState::Denied,
            (Stage::Spoiled, _) => PairingState::Spoiled,
            (Stage::Open | Stage::Allowed(_), _) if is_over => PairingState::Expired,
            (Stage::Allowed(_) | Stage::LettingIn, _) => PairingState::Allowed,
            (Stage::Open, None) => PairingState::Waiting,
            (Stage::Open, Some(phone)) => PairingState::Claimed(Box::new(PairingPhone {
                digits: phone.digits.clone(),
                device_name: quotable(&phone.traits.name),
                device_kind: phone.traits.kind,
                place: phone.place.clone().into(),
                nearness: nearness(core, manager.caller().address, phone.asking.address, &phone.place),
            })),
        }
    }
}

/// Forgets what a phone was answered with, once it has used that, or may not ask for it again.
fn forget_used(answered: &mut Option<Box<Admitted>>, until: Duration, now: Duration) {
    if answered.as_ref().is_some_and(|answered| until <= now || answered.is_used()) {
        *answered = None;
    }
}

/// Two digits by chance, from "00" to "99".
fn two_digits(random: &dyn Random) -> String {
    let mut byte = [u8::MAX];
    // 200 is the largest multiple of 100 in a byte; what is above would favour the first of them.
    while byte[0] >= 200 {
        random.fill(&mut byte);
    }
    format!("{:02}", byte[0] % 100)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::access::{check, set_up};
    use crate::app::{self, Parts};
    use crate::clock::ManualClock;
    use crate::config::Config;
    use crate::model::ProfileKind;
    use crate::random::SeededRandom;
    use crate::wire::{NewProfile, SetupRequest};

    #[test]
    fn digits_are_always_two_and_all_of_them_come() {
        let random = SeededRandom::new(5);
        let drawn: BTreeSet<_> = (0..5000).map(|_| two_digits(&random)).collect();
        assert!(drawn.iter().all(|digits| digits.len() == 2 && digits.parse::<u8>().is_ok()), "{drawn:?}");
        assert_eq!(drawn.len(), 100);
    }

    #[tokio::test]
    async fn keys_stay_in_memory_until_they_were_used_or_nobody_may_ask_for_them_any_more() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config::in_folder(folder.path());
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_790_000_000_000)));
        let parts = Parts { clock: Arc::<ManualClock>::clone(&clock), ..Parts::default() };
        let (core, ..) = app::open(&config, config.listen, parts).await.expect("opens");
        let request = SetupRequest {
            code: core.setup_code.reveal(&*core.clock, &*core.random).expect("a code"),
            login: "ana".into(),
            password: "correct horse".into(),
            profiles: vec![NewProfile::of("Ana", ProfileKind::Adult)],
            device: None,
        };
        let asking = Asking { address: Some([192, 168, 1, 20].into()), ..Asking::default() };
        let admitted = set_up::set_up(&core, asking.clone(), request).await.expect("sets up");
        let let_in = |until| {
            let answered = Some(Box::new(admitted.clone()));
            let shown = Shown {
                id: PairingId::new(&*core.clock, &*core.random),
                by: admitted.session.id,
                code: String::new(),
                origins: Ok(Vec::new()),
                expires_at: core.now(),
                until,
                stage: Stage::LetIn(admitted.session.device_id, answered),
                phone: None,
            };
            core.pairings.lock().0.push(shown);
        };
        let kept = || {
            core.pairings.forget_keys(core.clock.elapsed());
            let room = core.pairings.lock();
            room.0.iter().filter(|shown| matches!(shown.stage, Stage::LetIn(_, Some(_)))).count()
        };
        let now = core.clock.elapsed();
        let_in(now + LIFETIME);
        let_in(now);
        assert_eq!(kept(), 1, "nobody may ask for the others any more");
        let token = Some(Secret::received(admitted.answer.token.clone()));
        check::check(&core, &Asking { token, ..asking }).await.expect("is in");
        assert_eq!(kept(), 0, "they were used");
        core.store.close().await;
    }
}
