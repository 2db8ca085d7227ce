//! The networks from which live sessions were used lately. Whoever comes from one of them is likelier of the household:
//! they have places and shares of their own, so that a flood from elsewhere takes nothing from them. It proves nothing and
//! opens nothing.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use ipnet::IpNet;

use super::Core;
use super::asking::Asking;
use super::limits::Lane;
use crate::clock::Clock;
use crate::familiarity::network::prefix_of;
use crate::model::{DeviceId, PlaceScope};

/// Networks that are remembered. Up to as many again are kept until the next look at who was used longest ago.
const MOST: usize = 1024;

/// How long one is remembered.
const LATELY: Duration = Duration::from_hours(24 * 30);

/// Noted again only after so long: every request comes from one.
const NOTE_EVERY: Duration = Duration::from_hours(1);

/// The networks from which live sessions were used lately.
#[derive(Debug)]
pub struct KnownNetworks {
    clock: Arc<dyn Clock>,
    /// Each with the time it is remembered until.
    until: RwLock<HashMap<IpNet, Duration>>,
}

impl KnownNetworks {
    /// None yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, until: RwLock::default() }
    }

    /// Notes that a live session is used from there.
    pub fn note(&self, address: IpAddr) {
        self.note_earlier(address, Duration::ZERO);
    }

    /// Notes that a live session was used from there so long ago.
    pub fn note_earlier(&self, address: IpAddr, ago: Duration) {
        let (net, now) = (prefix_of(address), self.clock.elapsed());
        let new = now + LATELY.saturating_sub(ago);
        let is_noted = |until: &Duration| new < *until + NOTE_EVERY;
        if new <= now
            || self.until.read().unwrap_or_else(PoisonError::into_inner).get(&net).is_some_and(is_noted)
        {
            return;
        }
        let mut until = self.until.write().unwrap_or_else(PoisonError::into_inner);
        until.insert(net, new);
        if until.len() > 2 * MOST {
            let mut all: Vec<_> = until.values().copied().collect();
            let (_, least, _) = all.select_nth_unstable_by(MOST, |one, other| other.cmp(one));
            let least = *least;
            until.retain(|_, until| *until > least);
        }
    }

    /// Whether one was.
    pub fn know(&self, address: IpAddr) -> bool {
        let until = self.until.read().unwrap_or_else(PoisonError::into_inner);
        until.get(&prefix_of(address)).is_some_and(|until| self.clock.elapsed() < *until)
    }
}

/// Who asks for something that costs the home, before they have proven anything but which device they are.
pub(super) fn lane(core: &Core, asking: &Asking, device: Option<DeviceId>) -> Lane {
    if device.is_some() {
        return Lane::Known(device);
    }
    let is_at_home = matches!(asking.place(core).scope, PlaceScope::ThisComputer | PlaceScope::HomeNetwork);
    if is_at_home || asking.address.is_some_and(|address| core.known_networks.know(address)) {
        Lane::Home
    } else {
        Lane::Stranger
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::model::Timestamp;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_network_is_known_for_a_month_after_it_was_used_last() {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_790_000_000_000)));
        let networks = KnownNetworks::new(Arc::<ManualClock>::clone(&clock));
        networks.note(ip("2001:db8:1:2::7"));
        assert!(networks.know(ip("2001:db8:1:2:ffff::1")), "privacy addresses change");
        assert!(!networks.know(ip("2001:db8:1:3::7")));
        clock.advance(LATELY);
        assert!(!networks.know(ip("2001:db8:1:2::7")));
    }

    #[test]
    fn of_too_many_those_that_were_used_longest_ago_are_forgotten() {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_790_000_000_000)));
        let networks = KnownNetworks::new(Arc::<ManualClock>::clone(&clock));
        let net = |number: usize| ip(&format!("203.{}.{}.7", number / 250, number % 250));
        for number in 0..=2 * MOST {
            networks.note(net(number));
            clock.advance(Duration::from_secs(1));
        }
        assert!(!networks.know(net(0)) && !networks.know(net(MOST)));
        assert!(networks.know(net(MOST + 1)) && networks.know(net(2 * MOST)));
    }

    #[test]
    fn what_was_used_earlier_is_forgotten_earlier() {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_790_000_000_000)));
        let networks = KnownNetworks::new(Arc::<ManualClock>::clone(&clock));
        networks.note_earlier(ip("203.0.113.7"), LATELY / 2);
        networks.note_earlier(ip("198.51.100.7"), LATELY);
        assert!(networks.know(ip("203.0.113.9")) && !networks.know(ip("198.51.100.7")));
        clock.advance(LATELY / 2);
        assert!(!networks.know(ip("203.0.113.9")));
    }
}
