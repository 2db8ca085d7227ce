//! What a session has proven lately: that whoever holds it knew the password, or a PIN.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

use crate::familiarity::network::prefix_of;
use crate::model::{ProfileId, SecretHash};

/// How long a proof is good for.
pub const GOOD_FOR: Duration = Duration::from_mins(5);

/// What was proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// The account's password.
    Password,
    /// The PIN of a profile.
    Pin(ProfileId),
}

/// What a session has proven lately.
#[derive(Clone, Debug, Default)]
pub struct Proofs(Vec<Given>);

#[derive(Clone, Copy, Debug)]
struct Given {
    what: Known,
    /// By the monotonic clock: a clock on the wall that is put back makes none good for longer.
    at: Duration,
    /// The token it goes with: whoever has a copy of an earlier one of the session has nothing of it. `None` for the home
    /// itself, which acts for a session without one.
    token: Option<SecretHash>,
    network: Option<IpNet>,
}

impl Proofs {
    /// Notes one; it takes the place of an earlier one of the same.
    pub fn note(&mut self, what: Known, at: Duration, token: Option<SecretHash>, address: Option<IpAddr>) {
        self.0.retain(|given| given.what != what && given.is_good(at));
        self.0.push(Given { what, at, token, network: address.map(prefix_of) });
    }

    /// Whether one is there and good. Where nobody vouches for an address the token alone tells.
    pub fn has(
        &self,
        what: Known,
        now: Duration,
        token: Option<SecretHash>,
        address: Option<IpAddr>,
    ) -> bool {
        let network = address.map(prefix_of);
        self.0.iter().any(|given| {
            given.what == what && given.token == token && given.network == network && given.is_good(now)
        })
    }

    /// Has those that go with one token go with the one that takes its place.
    pub fn follow(&mut self, before: SecretHash, fresh: SecretHash) {
        for given in self.0.iter_mut().filter(|given| given.token == Some(before)) {
            given.token = Some(fresh);
        }
    }

    /// Forgets those of one sort.
    pub fn forget(&mut self, what: Known) {
        self.0.retain(|given| given.what != what);
    }
}

impl Given {
    fn is_good(&self, now: Duration) -> bool {
        now.saturating_sub(self.at) < GOOD_FOR
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    const NOW: Duration = Duration::from_hours(1);

    fn address(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    fn token(text: &str) -> SecretHash {
        Secret::received(text.to_owned()).hash()
    }

    #[test]
    fn a_proof_is_good_for_five_minutes_in_the_network_where_it_was_given() {
        let mut proofs = Proofs::default();
        let own = Some(token("own"));
        proofs.note(Known::Password, NOW, own, address("192.0.2.10"));
        let has = |at, from| proofs.has(Known::Password, at, own, address(from));
        assert!(has(NOW, "192.0.2.10"));
        assert!(has(NOW + Duration::from_secs(299), "192.0.2.99"));
        assert!(!has(NOW + Duration::from_mins(5), "192.0.2.10"));
        assert!(!has(NOW, "203.0.113.7"), "a copy of the session is elsewhere");
        assert!(!proofs.has(Known::Password, NOW, own, None));
    }

    #[test]
    fn a_proof_goes_with_its_token_and_with_the_one_that_takes_its_place() {
        for from in [address("192.0.2.10"), None] {
            let mut proofs = Proofs::default();
            proofs.note(Known::Password, NOW, Some(token("own")), from);
            let has = |proofs: &Proofs, with| proofs.has(Known::Password, NOW, with, from);
            assert!(has(&proofs, Some(token("own"))));
            assert!(!has(&proofs, Some(token("copy"))) && !has(&proofs, None), "{from:?}");
            proofs.follow(token("own"), token("fresh"));
            assert!(has(&proofs, Some(token("fresh"))) && !has(&proofs, Some(token("own"))));
        }
    }
}
