//! Networks: which addresses count as one, and what a network's kind is worth.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The addresses that count as one line: the /24 of an IPv4 address, the /64 of an IPv6 one. Never the exact address:
/// privacy extensions change an IPv6 address daily (RFC 8981), and providers hand out IPv4 ones anew.
pub fn prefix_of(address: IpAddr) -> IpNet {
    around(address, 24, 64)
}

/// The addresses that one provider hands to one neighbourhood: the /16 of an IPv4 address, the /48 of an IPv6 one
/// (RFC 6177: a site gets between a /56 and a /48).
pub fn site_of(address: IpAddr) -> IpNet {
    around(address, 16, 48)
}

/// Whether two prefixes belong to one neighbourhood.
pub fn is_same_site(one: IpNet, other: IpNet) -> bool {
    site_of(one.network()) == site_of(other.network())
}

fn around(address: IpAddr, v4: u8, v6: u8) -> IpNet {
    match address.to_canonical() {
        IpAddr::V4(address) => IpNet::V4(Ipv4Net::new_assert(address, v4).trunc()),
        IpAddr::V6(address) => IpNet::V6(Ipv6Net::new_assert(address, v6).trunc()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(address: &str) -> String {
        prefix_of(address.parse().expect("an address")).to_string()
    }

    #[test]
    fn a_changing_ipv6_privacy_address_is_one_line() {
        assert_eq!(prefix("2001:db8:1:2:aaaa::1"), "2001:db8:1:2::/64");
        assert_eq!(prefix("2001:db8:1:2:aaaa::1"), prefix("2001:db8:1:2:ffff:1:2:3"));
        assert_ne!(prefix("2001:db8:1:2::1"), prefix("2001:db8:1:3::1"));
    }

    #[test]
    fn an_ipv4_address_written_as_ipv6_is_an_ipv4_address() {
        assert_eq!(prefix("::ffff:203.0.113.7"), "203.0.113.0/24");
    }

    #[test]
    fn two_delegations_of_one_site_are_neighbours() {
        let net = |text: &str| prefix_of(text.parse().expect("an address"));
        assert!(is_same_site(net("2001:db8:1:2::1"), net("2001:db8:1:ff00::1")));
        assert!(!is_same_site(net("2001:db8:1:2::1"), net("2001:db8:2:2::1")));
        assert!(is_same_site(net("203.0.113.7"), net("203.0.1.9")));
    }
}
