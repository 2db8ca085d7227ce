//! Devices that show a code and wait to be allowed from another device (RFC 8628).
//!
//! What waits is kept in memory: it lives ten minutes, and a device whose code is gone asks for another.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::Core;
use super::admit::{Admitted, Proof, Proven, admit};
use super::asking::Asking;
use super::caller::Manager;
use super::limits::network_of;
use super::profiles;
use crate::error::{Error, Result};
use crate::model::{
    AccountId, DeclaredDevice, DeviceTraits, Place, Profile, Secret, SecretHash, SessionId, Timestamp,
};
use crate::random::Random;
use crate::wire::{CodeAnswer, CodeDecision, PendingCode};

/// How long a code is good for.
pub const LIFETIME: Duration = Duration::from_mins(10);

/// How often a device may ask whether it was allowed (RFC 8628 section 3.2).
pub const INTERVAL: Duration = Duration::from_secs(5);

/// How long a token from a code lasts before it must be refreshed.
pub const TOKEN_LIFETIME: Duration = Duration::from_hours(1);

/// Most devices that wait at the same time, and most of one network: a household has a handful.
const MOST_WAITING: usize = 1000;
const MOST_OF_A_NETWORK: usize = 20;

/// Letters of a code: no vowels, so that no words come out, and none that look alike (RFC 8628 section 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// Devices that show a code and wait.
#[derive(Default)]
pub struct Codes(Mutex<HashMap<String, Waiting>>);

impl fmt::Debug for Codes {
    /// Without the codes: whoever has one is let in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Codes({} waiting)", self.lock().len())
    }
}

#[derive(Debug)]
struct Waiting {
    device_code: SecretHash,
    /// Who asked for the code. What a person was shown is what signs in, whatever the device says later.
    asking: Asking,
    traits: DeviceTraits,
    place: Place,
    expires_at: Timestamp,
    interval: Duration,
    asked_at: Option<Timestamp>,
    decision: Decision,
}

#[derive(Clone, Debug)]
enum Decision {
    Pending,
    Allowed(Allowed),
    Denied,
}

/// Who let a device in, and to what.
#[derive(Clone, Debug)]
struct Allowed {
    account_id: AccountId,
    by: SessionId,
    profile: Option<Profile>,
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
    core.limits.device_code(asking.address)?;
    let now = core.now();
    let asking = Asking { declared: asking.declared.as_ref().map(DeclaredDevice::cut), ..asking.clone() };
    let started =
        Started { device_code: Secret::new(&*core.random), user_code: new_user_code(&*core.random) };
    let waiting = Waiting {
        device_code: started.device_code.hash(),
        traits: asking.traits(core),
        place: asking.place(core),
        asking,
        expires_at: now.after(LIFETIME),
        interval: INTERVAL,
        asked_at: None,
        decision: Decision::Pending,
    };
    let mut codes = core.codes.lock();
    codes.retain(|_, waiting| waiting.expires_at > now);
    let network = network_of(waiting.asking.address);
    let neighbours = codes.values().filter(|other| network_of(other.asking.address) == network).count();
    if codes.len() >= MOST_WAITING || neighbours >= MOST_OF_A_NETWORK {
        return Err(Error::Busy);
    }
    codes.insert(normal(&started.user_code), waiting);
    Ok(started)
}

/// The device that shows a code, for whoever is about to decide.
pub fn pending(core: &Core, manager: &Manager, user_code: &str) -> Result<PendingCode> {
    core.limits.user_code(manager.session_id())?;
    let codes = core.codes.lock();
    let waiting = codes.get(&normal(user_code)).ok_or(Error::CodeNotValid)?;
    if waiting.expires_at <= core.now() || !matches!(waiting.decision, Decision::Pending) {
        return Err(Error::CodeNotValid);
    }
    Ok(PendingCode {
        user_code: shown(&normal(user_code)),
        device_name: waiting.traits.name.clone(),
        device_kind: waiting.traits.kind,
        place: waiting.place.clone(),
        expires_at: waiting.expires_at,
    })
}

/// Lets a waiting device in, or not.
pub async fn answer(core: &Core, manager: &Manager, answer: CodeAnswer) -> Result<()> {
    core.limits.user_code(manager.session_id())?;
    let account_id = manager.account_id();
    let profile = match answer.profile_id {
        Some(id) => Some(profiles::to_hand_over(core, manager, id).await?),
        None => None,
    };
    let _turn = core.in_turn(manager.caller()).await?;
    let mut codes = core.codes.lock();
    let waiting = codes.get_mut(&normal(&answer.user_code)).ok_or(Error::CodeNotValid)?;
    if waiting.expires_at <= core.now() || !matches!(waiting.decision, Decision::Pending) {
        return Err(Error::CodeNotValid);
    }
    waiting.decision = match answer.decision {
        CodeDecision::Allow => Decision::Allowed(Allowed { account_id, by: manager.session_id(), profile }),
        CodeDecision::Deny => Decision::Denied,
    };
    Ok(())
}

/// Asks, for a device that waits, whether it was allowed; if so signs it in. A code works once, and not when
/// whoever allowed it has been signed out since.
pub async fn poll(core: &Arc<Core>, asking: Asking, device_code: &Secret) -> Result<Admitted, NotYet> {
    let (allowed, shown) = core.codes.decide(&device_code.hash(), core.now())?;
    let asking =
        Asking { user_agent: shown.user_agent, hints: shown.hints, declared: shown.declared, ..asking };
    let found = core.store.credentials(allowed.account_id).await.map_err(NotYet::Failed)?;
    let proven = Proven {
        account: found.ok_or(NotYet::Expired)?.account,
        proof: Proof::Code { allowed_by: allowed.by },
        profile: allowed.profile,
        expires_at: Some(core.now().after(TOKEN_LIFETIME)),
    };
    admit(core, asking, proven).await.map_err(|error| match error {
        Error::SessionEnded => NotYet::Denied,
        error => NotYet::Failed(error),
    })
}

impl Codes {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn decide(&self, device_code: &SecretHash, now: Timestamp) -> Result<(Allowed, Asking), NotYet> {
        let mut codes = self.lock();
        let (user_code, waiting) = codes
            .iter_mut()
            .find(|(_, waiting)| waiting.device_code == *device_code)
            .ok_or(NotYet::Expired)?;
        if waiting.expires_at <= now {
            return Err(NotYet::Expired);
        }
        let too_early = waiting.asked_at.is_some_and(|asked_at| asked_at.after(waiting.interval) > now);
        waiting.asked_at = Some(now);
        match waiting.decision.clone() {
            Decision::Pending if too_early => {
                waiting.interval += INTERVAL;
                Err(NotYet::SlowDown)
            }
            Decision::Pending => Err(NotYet::Pending),
            decision => {
                let user_code = user_code.clone();
                let shown = codes.remove(&user_code).map(|waiting| waiting.asking);
                match (decision, shown) {
                    (Decision::Allowed(allowed), Some(shown)) => Ok((allowed, shown)),
                    _ => Err(NotYet::Denied),
                }
            }
        }
    }
}

/// A new code for people to type: `XXXX-XXXX`, 34 bits of chance.
pub fn new_user_code(random: &dyn Random) -> String {
    let mut code = String::with_capacity(9);
    while code.len() < 8 {
        let mut byte = [0];
        random.fill(&mut byte);
        // 240 is the largest multiple of 20 in a byte; what is above would favour the first letters.
        if byte[0] < 240 {
            code.push(char::from(LETTERS[usize::from(byte[0]) % LETTERS.len()]));
        }
    }
    shown(&code)
}

/// A code as it is compared: letters only, upper case (RFC 8628 section 6.1).
fn normal(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).take(16).collect::<String>().to_ascii_uppercase()
}

fn shown(normal: &str) -> String {
    match normal.split_at_checked(4) {
        Some((first, rest)) if !rest.is_empty() => format!("{first}-{rest}"),
        _ => normal.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn a_code_is_eight_letters_that_cannot_be_mistaken() {
        let random = SeededRandom::new(7);
        for _ in 0..200 {
            let code = new_user_code(&random);
            assert_eq!(code.len(), 9);
            assert_eq!(code.as_bytes()[4], b'-');
            assert!(code.bytes().all(|byte| byte == b'-' || LETTERS.contains(&byte)), "{code}");
        }
    }

    #[test]
    fn case_spaces_and_dashes_do_not_matter() {
        assert_eq!(normal(" wdjb-mjht "), normal("WDJB MJHT"));
        assert_eq!(shown("WDJBMJHT"), "WDJB-MJHT");
    }
}
