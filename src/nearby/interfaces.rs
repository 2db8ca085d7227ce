//! The networks that this computer is on.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use if_addrs::IfAddr;
use ipnet::IpNet;

use super::mdns::Mdns;
use super::virtual_interfaces::is_virtual;

/// How often the system is asked for its addresses: it tells nobody when they change, not in one way on all systems.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// The longest prefix of an IPv6 network, in bits: a lease may be of a single address, and the next one is on the same network.
const NARROWEST_V6: u8 = 64;

/// What is known of the networks that a computer is on.
pub trait Interfaces: fmt::Debug + Send + Sync {
    /// Its addresses. None where they cannot be read.
    fn read(&self) -> Vec<Own>;

    /// Whether an address is one that households have within: somebody there may be of the household, nobody else can be.
    fn is_of_a_household(&self, address: IpAddr) -> bool;

    /// Waits until its addresses may be others.
    fn changed(&self) -> BoxFuture<'static, ()>;

    /// How multicast DNS is spoken on them.
    fn mdns(&self) -> Mdns;
}

/// An address of this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// The name of the interface that has it.
    pub interface: String,
    /// The address.
    pub address: IpAddr,
    /// The network that it is of.
    pub network: IpNet,
}

impl Own {
    /// An address of a network that is so many bits long; `None` for more than an address has.
    pub fn new(interface: impl Into<String>, address: IpAddr, prefix: u8) -> Option<Self> {
        let prefix = if address.is_ipv6() { prefix.min(NARROWEST_V6) } else { prefix };
        let network = IpNet::new(address, prefix).ok()?.trunc();
        Some(Self { interface: interface.into(), address, network })
    }

    /// Whether its interface leads to containers, virtual machines or a tunnel.
    pub fn is_virtual(&self) -> bool {
        is_virtual(&self.interface)
    }
}

/// The interfaces of the system that this runs on.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemInterfaces;

impl Interfaces for SystemInterfaces {
    fn read(&self) -> Vec<Own> {
        // Interfaces that cannot be read are not known.
        let all = if_addrs::get_if_addrs().unwrap_or_default();
        let own = all.into_iter().filter_map(|one| {
            let (address, prefix) = match one.addr {
                IfAddr::V4(v4) => (IpAddr::V4(v4.ip), v4.prefixlen),
                IfAddr::V6(v6) => (IpAddr::V6(v6.ip), v6.prefixlen),
            };
            Own::new(one.name, address, prefix)
        });
        own.collect()
    }

    fn is_of_a_household(&self, address: IpAddr) -> bool {
        is_private(address)
    }

    fn changed(&self) -> BoxFuture<'static, ()> {
        tokio::time::sleep(LOOK_EVERY).boxed()
    }

    fn mdns(&self) -> Mdns {
        Mdns::default()
    }
}

/// Whether an address is private (RFC 1918, RFC 4193). A link-local one is good on one cable only, and which one is not said.
pub fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_private(),
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn private_addresses_are_of_a_household_and_no_others() {
        let system = SystemInterfaces;
        for inside in ["192.168.1.5", "10.0.0.9", "172.31.0.1", "fd00::5", "::ffff:192.168.1.5"] {
            assert!(system.is_of_a_household(ip(inside)), "{inside}");
        }
        for outside in [
            "127.0.0.1",
            "::1",
            "::ffff:127.0.0.1",
            "0.0.0.0",
            "169.254.1.1",
            "fe80::1",
            "100.64.0.9",
            "172.32.0.1",
            "203.0.113.7",
            "2001:db8::1",
            "::ffff:203.0.113.7",
            "224.0.0.251",
        ] {
            assert!(!system.is_of_a_household(ip(outside)), "{outside}");
        }
    }

    #[test]
    fn an_address_knows_its_network_and_where_its_interface_leads() {
        let network =
            |address: &str, prefix| Own::new("eth0", ip(address), prefix).map(|own| own.network.to_string());
        assert_eq!(network("192.168.1.5", 24).as_deref(), Some("192.168.1.0/24"));
        assert_eq!(network("fd00::1:2:3:4", 64).as_deref(), Some("fd00::/64"));
        assert_eq!(network("fd00::1:2:3:4", 128).as_deref(), Some("fd00::/64"));
        assert_eq!(network("192.168.1.5", 33), None);
        assert!(Own::new("docker0", ip("172.17.0.1"), 16).is_some_and(|own| own.is_virtual()));
    }

    #[test]
    fn this_computer_has_an_address_at_least() {
        assert!(SystemInterfaces.read().iter().any(|own| own.address.is_loopback()));
    }
}
