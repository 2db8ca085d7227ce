//! Devices that show a code and wait to be allowed from another device (RFC 8628).
//!
//! What waits is kept in memory: it lives ten minutes, and a device whose code is gone asks for another.
//!
//! A device code works once (RFC 8628 section 3.5). The answer that brings the tokens may be lost on the way, and with it the keys of a
//! device that is in the list by then: so the same device code is given the same tokens again, for two minutes of its time at most and
//! until a request came with them, and they are forgotten with that. As with a phone's claim ([`pairing`](super::pairing)).

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Core;
use super::admit::Admitted;
use super::allowing::{Allowed, decide, let_in};
use super::asking::Asking;
use super::caller::Manager;
use super::crowd::{Crowd, MemberId, MostOfNetworks};
pub use super::fresh::TOKEN_LIFETIME;
use super::known_networks::lane;
use super::limits::Lane;
use super::nearness::nearness;
use super::user_code::{new_user_code, normal, shown};
use crate::error::{Error, Result};
use crate::model::{DeclaredDevice, DeviceTraits, Networks, Place, Secret, SecretHash, Timestamp, quotable};
use crate::wire::{CodeAnswer, PendingCode};

/// How long a code is good for.
pub const LIFETIME: Duration = Duration::from_mins(10);

/// How often a device may ask whether it was allowed (RFC 8628 section 3.2).
pub const INTERVAL: Duration = Duration::from_secs(5);

/// How long the tokens are given again of which the answer was lost: as long as a phone's claim is good.
const AGAIN: Duration = Duration::from_mins(2);

/// Most devices of strangers' networks that wait at the same time, and most of one network: a household has a handful.
const MOST_STRANGERS: usize = 1000;
const MOST_OF_NETWORKS: MostOfNetworks = [20, 40, 60];

/// The same for networks of the household, which have places of their own.
const MOST_AT_HOME: usize = 200;
const MOST_OF_NETWORKS_AT_HOME: MostOfNetworks = [100, 100, 100];

/// Devices that show a code and wait.
#[derive(Default)]
pub struct Codes(Mutex<Room>);

/// Who waits, by the code that is shown; and the same by network.
#[derive(Default)]
struct Room {
    waiting: HashMap<String, Waiting>,
    at_home: Crowd<String>,
    strangers: Crowd<String>,
    /// Devices that are in, and may not have heard of it. Somebody has let each of them in, so that these are few.
    let_in: Vec<LetIn>,
}

/// A device that is in, with what it was answered.
struct LetIn {
    device_code: SecretHash,
    until: Duration,
    answered: Box<Admitted>,
}

/// What a device that waits is told.
enum Waited {
    /// It may come in now, by the code that it shows.
    Over(Box<(String, Allowed, Asking)>),
    /// It is in, and may not have heard of it.
    Again(Box<Admitted>),
}

impl fmt::Debug for Codes {
    /// Without the codes: whoever has one is let in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Codes({} waiting)", self.lock().waiting.len())
    }
}

#[derive(Debug)]
struct Waiting {
    device_code: SecretHash,
    /// Who asked for the code. What a person was shown is what signs in, whatever the device says later.
    asking: Asking,
    traits: DeviceTraits,
    place: Place,
    /// When the code runs out: for people, and by the clock's elapsed time.
    expires_at: Timestamp,
    until: Duration,
    interval: Duration,
    asked_at: Option<Duration>,
    decision: Decision,
    /// Its place in the room.
    lane: Lane,
    member: MemberId,
}

impl Waiting {
    fn is_pending(&self) -> bool {
        matches!(self.decision, Decision::Pending)
    }
}

#[derive(Clone, Debug)]
enum Decision {
    Pending,
    Allowed(Allowed),
    /// Allowed, and being let in.
    LettingIn,
    Denied,
}

/// The codes a device gets.
pub struct Started {
    /// The device keeps it and asks with it.
    pub device_code: Secret,
    /// The device shows it: `XXXX-XXXX`.
    pub user_code: String,
}

/// Why a device that waits gets no token yet (RFC 8628 section 3.5).
#[derive(Debug)]
pub enum NotYet {
    /// Nobody has decided.
    Pending,
    /// It asks too often; five seconds more between requests from now on.
    SlowDown,
    /// Somebody said no.
    Denied,
    /// The code ran out, or never was.
    Expired,
    /// Something failed.
    Failed(Error),
}

/// Gives a device its codes.
pub fn start(core: &Core, asking: &Asking) -> Result<Started> {
    let (lane, networks) = (lane(core, asking, None), asking.networks());
    core.limits.device_code(&networks, lane)?;
    let asking = Asking { declared: asking.declared.as_ref().map(DeclaredDevice::cut), ..asking.clone() };
    let started =
        Started { device_code: Secret::new(&*core.random), user_code: new_user_code(&*core.random) };
    let now = core.clock.elapsed();
    let mut waiting = Waiting {
        device_code: started.device_code.hash(),
        traits: asking.traits(core),
        place: asking.place(core),
        asking,
        expires_at: core.now().after(LIFETIME),
        until: now + LIFETIME,
        interval: INTERVAL,
        asked_at: None,
        decision: Decision::Pending,
        lane,
        member: 0,
    };
    let mut room = core.codes.lock();
    room.forget_old(now);
    let user_code = normal(&started.user_code);
    waiting.member = room.enter(lane, networks, user_code.clone())?;
    room.waiting.insert(user_code, waiting);
    Ok(started)
}

/// The device that shows a code, for whoever is about to decide.
pub fn pending(core: &Core, manager: &Manager, user_code: &str) -> Result<PendingCode> {
    let attempt = core.limits.user_code(manager.session_id())?;
    let mut room = core.codes.lock();
    let waiting = room.pending(&normal(user_code), core.clock.elapsed())?;
    attempt.forgive();
    Ok(PendingCode {
        user_code: shown(&normal(user_code)),
        device_name: quotable(&waiting.traits.name),
        device_kind: waiting.traits.kind,
        place: waiting.place.clone().into(),
        nearness: nearness(core, manager.caller().address, waiting.asking.address, &waiting.place),
        expires_at: waiting.expires_at,
    })
}

/// Lets a waiting device in, or not.
pub async fn answer(core: &Arc<Core>, manager: &Manager, answer: CodeAnswer) -> Result<()> {
    let attempt = core.limits.user_code(manager.session_id())?;
    // Before the device is looked for: that it takes a proof says nothing of the code.
    let (_turn, allowed) = decide(core, manager, answer.decision, answer.profile_id, &answer.proof).await?;
    let mut room = core.codes.lock();
    let waiting = room.pending(&normal(&answer.user_code), core.clock.elapsed())?;
    attempt.forgive();
    waiting.decision = allowed.map_or(Decision::Denied, Decision::Allowed);
    Ok(())
}

/// Asks, for a device that waits, whether it was allowed; if so signs it in. A code works once, and not when
/// whoever allowed it has been signed out since.
///
/// What could not be written, on a full disk say, leaves the code as it was: it is used up by being let in. Asked again before its
/// tokens were used, it answers with the same.
pub async fn poll(core: &Arc<Core>, asking: Asking, device_code: &Secret) -> Result<Admitted, NotYet> {
    let (user_code, allowed, shown) = match core.codes.decide(&device_code.hash(), core.clock.elapsed())? {
        Waited::Over(over) => *over,
        Waited::Again(admitted) => return Ok(*admitted),
    };
    let asking =
        Asking { user_agent: shown.user_agent, hints: shown.hints, declared: shown.declared, ..asking };
    let core = Arc::clone(core);
    let outcome = Core::carry_through(async move {
        let admitted = let_in(&core, asking, allowed.clone(), Some(TOKEN_LIFETIME)).await;
        core.codes.settle(&user_code, allowed, &admitted, core.clock.elapsed());
        admitted
    });
    outcome.await.map_err(|error| match error {
        Error::SessionEnded => NotYet::Denied,
        error => NotYet::Failed(error),
    })
}

impl Codes {
    fn lock(&self) -> MutexGuard<'_, Room> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was decided about a device. One that was allowed is being let in from then on, until [`Codes::settle`].
    fn decide(&self, device_code: &SecretHash, now: Duration) -> Result<Waited, NotYet> {
        let mut room = self.lock();
        room.forget_keys(now);
        if let Some(is_in) = room.let_in.iter().find(|is_in| is_in.device_code == *device_code) {
            return Ok(Waited::Again(is_in.answered.clone()));
        }
        let (user_code, waiting) = room
            .waiting
            .iter_mut()
            .find(|(_, waiting)| waiting.device_code == *device_code)
            .ok_or(NotYet::Expired)?;
        if waiting.until <= now {
            return Err(NotYet::Expired);
        }
        let too_early = waiting.asked_at.is_some_and(|asked_at| asked_at + waiting.interval > now);
        waiting.asked_at = Some(now);
        let user_code = user_code.clone();
        match waiting.decision.clone() {
            Decision::Pending | Decision::LettingIn if too_early => {
                waiting.interval += INTERVAL;
                Err(NotYet::SlowDown)
            }
            Decision::Pending | Decision::LettingIn => Err(NotYet::Pending),
            Decision::Allowed(allowed) => {
                waiting.decision = Decision::LettingIn;
                Ok(Waited::Over(Box::new((user_code, allowed, waiting.asking.clone()))))
            }
            Decision::Denied => {
                room.leave(&user_code);
                Err(NotYet::Denied)
            }
        }
    }

    /// Forgets the tokens that no device is given again. To be called now and then.
    pub(crate) fn forget_keys(&self, now: Duration) {
        self.lock().forget_keys(now);
    }

    /// What became of a device that was being let in: it is, or is not for good, or may ask again.
    fn settle(&self, user_code: &str, allowed: Allowed, admitted: &Result<Admitted>, now: Duration) {
        let mut room = self.lock();
        match admitted {
            Ok(admitted) => {
                if let Some(Waiting { device_code, until, .. }) = room.leave(user_code) {
                    let (until, answered) = (until.min(now + AGAIN), Box::new(admitted.clone()));
                    room.let_in.push(LetIn { device_code, until, answered });
                }
            }
            Err(Error::SessionEnded) => {
                room.leave(user_code);
            }
            Err(_) => {
                let waiting = room.waiting.get_mut(user_code);
                if let Some(waiting) =
                    waiting.filter(|waiting| matches!(waiting.decision, Decision::LettingIn))
                {
                    waiting.decision = Decision::Allowed(allowed);
                }
            }
        }
    }
}

impl Room {
    /// A place for one more. When there is none left, the fullest network loses the newest code that nobody has answered.
    fn enter(&mut self, lane: Lane, networks: Networks, user_code: String) -> Result<MemberId> {
        let (crowd, most, of_networks) = match lane {
            Lane::Stranger => (&mut self.strangers, MOST_STRANGERS, MOST_OF_NETWORKS),
            Lane::Known(_) | Lane::Home => (&mut self.at_home, MOST_AT_HOME, MOST_OF_NETWORKS_AT_HOME),
        };
        if crowd.full_network(&networks, of_networks).is_some() {
            return Err(Error::Busy);
        }
        if crowd.len() >= most {
            let waiting = &self.waiting;
            let newest = |code: &String| {
                waiting.get(code).filter(|waiting| waiting.is_pending()).map(|waiting| waiting.member)
            };
            match crowd.first_to_go(&networks, 1, newest) {
                Some((loser, true)) => {
                    if let Some(code) = crowd.leave(loser) {
                        self.waiting.remove(&code);
                    }
                }
                _ => return Err(Error::Busy),
            }
        }
        Ok(crowd.enter(networks, user_code))
    }

    fn leave(&mut self, user_code: &str) -> Option<Waiting> {
        let waiting = self.waiting.remove(user_code)?;
        let crowd = if waiting.lane == Lane::Stranger { &mut self.strangers } else { &mut self.at_home };
        crowd.leave(waiting.member);
        Some(waiting)
    }

    fn forget_keys(&mut self, now: Duration) {
        self.let_in.retain(|is_in| now < is_in.until && !is_in.answered.is_used());
    }

    fn forget_old(&mut self, now: Duration) {
        let is_old = |waiting: &Waiting| waiting.until <= now;
        let old: Vec<String> = self
            .waiting
            .iter()
            .filter(|(_, waiting)| is_old(waiting))
            .map(|(code, _)| code.clone())
            .collect();
        for code in old {
            self.leave(&code);
        }
    }

    /// The device that shows a code and waits for an answer.
    fn pending(&mut self, user_code: &str, now: Duration) -> Result<&mut Waiting> {
        let waiting = self.waiting.get_mut(user_code).ok_or(Error::CodeNotValid)?;
        if waiting.until <= now || !waiting.is_pending() {
            return Err(Error::CodeNotValid);
        }
        Ok(waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{check, set_up};
    use crate::app::{self, Parts};
    use crate::clock::ManualClock;
    use crate::config::Config;
    use crate::model::ProfileKind;
    use crate::wire::{NewProfile, SetupRequest};

    #[tokio::test]
    async fn tokens_stay_in_memory_until_they_were_used_or_nobody_may_ask_for_them_any_more() {
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
            let (device_code, answered) = (Secret::new(&*core.random).hash(), Box::new(admitted.clone()));
            core.codes.lock().let_in.push(LetIn { device_code, until, answered });
        };
        let kept = || {
            core.codes.forget_keys(core.clock.elapsed());
            core.codes.lock().let_in.len()
        };
        let now = core.clock.elapsed();
        let_in(now + AGAIN);
        let_in(now);
        assert_eq!(kept(), 1, "nobody may ask for the others any more");
        let token = Some(Secret::received(admitted.answer.token.clone()));
        check::check(&core, &Asking { token, ..asking }).await.expect("is in");
        assert_eq!(kept(), 0, "they were used");
        core.store.close().await;
    }

    #[test]
    fn a_room_full_of_strangers_has_a_place_for_the_next_network_and_for_the_home() {
        let net = |address: String| Networks::around(address.parse().ok());
        let mut room = Room::default();
        let mut entered = 0;
        for number in 0..MOST_STRANGERS * 2 {
            // Twenty customers of a provider, an address of each /64.
            let address = format!("2001:db8:{}:{number:x}::1", number % 20);
            entered += usize::from(room.enter(Lane::Stranger, net(address), number.to_string()).is_ok());
        }
        assert_eq!(entered, MOST_STRANGERS, "50 of each");
        let shown = |code: &str| Waiting {
            device_code: Secret::received(code.to_owned()).hash(),
            asking: Asking::default(),
            traits: DeviceTraits::default(),
            place: Place::unknown(),
            expires_at: Timestamp::from_millis(0),
            until: LIFETIME,
            interval: INTERVAL,
            asked_at: None,
            decision: Decision::Pending,
            lane: Lane::Stranger,
            member: code.parse().expect("a number"),
        };
        for code in (0..MOST_STRANGERS).map(|number| number.to_string()) {
            room.waiting.insert(code.clone(), shown(&code));
        }
        for house in 0..20 {
            let television = net(format!("198.51.{house}.7"));
            room.enter(Lane::Stranger, television, format!("television {house}")).expect("a place");
        }
        assert_eq!(room.strangers.len(), MOST_STRANGERS);
        for number in 0..100 {
            room.enter(Lane::Home, net("192.168.1.9".to_owned()), format!("at home {number}"))
                .expect("a place");
        }
    }
}
