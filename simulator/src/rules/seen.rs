//! Two rules in use elsewhere: alert when the address was not seen before, exactly or by its range.

use std::collections::HashSet;
use std::net::IpAddr;

/// How much of an address is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// All of it.
    Exact,
    /// The first 16 bits of an IPv4 address, 64 of an IPv6 one.
    Range,
}

impl Grain {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Exact => "exact IP seen before",
            Self::Range => "/16 and /64 seen before",
        }
    }
}

/// The addresses of an account.
#[derive(Clone, Debug)]
pub struct Seen {
    grain: Grain,
    addresses: HashSet<u128>,
}

impl Seen {
    /// Nothing yet.
    pub fn new(grain: Grain) -> Self {
        Self { grain, addresses: HashSet::new() }
    }

    /// Whether it alerts: not at the very first address, for there is nothing to compare it with.
    pub fn alerts(&self, address: IpAddr) -> bool {
        !self.addresses.is_empty() && !self.addresses.contains(&self.key(address))
    }

    /// Learns an address.
    pub fn learn(&mut self, address: IpAddr) {
        self.addresses.insert(self.key(address));
    }

    fn key(&self, address: IpAddr) -> u128 {
        match (self.grain, address.to_canonical()) {
            (Grain::Exact, IpAddr::V4(address)) => u128::from(address.to_bits()),
            (Grain::Range, IpAddr::V4(address)) => u128::from(address.to_bits() >> 16),
            (Grain::Exact, IpAddr::V6(address)) => address.to_bits(),
            (Grain::Range, IpAddr::V6(address)) => address.to_bits() >> 64 << 64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_new_once_and_its_range_sooner_known() {
        let at = |text: &str| text.parse().expect("an address");
        let (mut exact, mut range) = (Seen::new(Grain::Exact), Seen::new(Grain::Range));
        assert!(!exact.alerts(at("198.51.100.7")), "the first is not compared");
        for rule in [&mut exact, &mut range] {
            rule.learn(at("198.51.100.7"));
            rule.learn(at("2001:db8:1:2::1"));
            assert!(!rule.alerts(at("198.51.100.7")));
            assert!(rule.alerts(at("203.0.113.7")));
            assert!(rule.alerts(at("2001:db8:1:3::1")));
        }
        assert!(exact.alerts(at("198.51.1.1")) && !range.alerts(at("198.51.1.1")));
        assert!(exact.alerts(at("2001:db8:1:2::2")) && !range.alerts(at("2001:db8:1:2::2")));
    }
}
