//! The networks around an address: what limits count by. Whoever has one IPv6 address has 2^64 more, and some have whole
//! networks of those.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The networks around an address, the narrowest first. Of an IPv6 address the /64 (one network of a house), the /56 (what
/// providers give to a house) and the /48 (the most that one customer gets, RFC 6177); of an IPv4 address itself, again
/// itself, and its /24.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Networks([IpNet; 3]);

impl Networks {
    /// Those around an address. All that comes without one is of one network.
    pub fn around(address: Option<IpAddr>) -> Self {
        match address.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(address)) => {
                let net = |bits| IpNet::V4(Ipv4Net::new_assert(address, bits).trunc());
                Self([net(32), net(32), net(24)])
            }
            Some(IpAddr::V6(address)) => {
                let net = |bits| IpNet::V6(Ipv6Net::new_assert(address, bits).trunc());
                Self([net(64), net(56), net(48)])
            }
            None => Self([IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 128)); 3]),
        }
    }

    /// From the narrowest to the widest.
    pub const fn levels(&self) -> [IpNet; 3] {
        self.0
    }

    /// The one that is a house: everybody in it knows each other.
    pub const fn house(&self) -> IpNet {
        self.0[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(address: &str) -> [String; 3] {
        Networks::around(Some(address.parse().expect("an address"))).levels().map(|net| net.to_string())
    }

    #[test]
    fn an_address_is_counted_with_the_networks_around_it() {
        assert_eq!(
            around("2001:db8:1:abcd:1:2:3:4"),
            ["2001:db8:1:abcd::/64", "2001:db8:1:ab00::/56", "2001:db8:1::/48"]
        );
        assert_eq!(around("203.0.113.7"), ["203.0.113.7/32", "203.0.113.7/32", "203.0.113.0/24"]);
        assert_eq!(around("::ffff:203.0.113.7"), around("203.0.113.7"));
    }

    #[test]
    fn without_an_address_everybody_is_of_one_network_and_it_is_nobody_elses() {
        let nowhere = Networks::around(None);
        assert_eq!(nowhere, Networks::around(None));
        assert_ne!(nowhere.house(), Networks::around(Some(Ipv6Addr::UNSPECIFIED.into())).house());
    }
}
