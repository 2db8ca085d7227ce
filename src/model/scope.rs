//! What sort of address it is, before any database is asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::PlaceScope;

/// The scope of an address, `Located` when it is a public one that a database may know.
///
/// Addresses of a carrier's translation (100.64.0.0/10, RFC 6598) are somebody's network but not the
/// household's, and no database knows where they are: unknown. So is what no sender can have.
pub fn scope_of(address: IpAddr) -> PlaceScope {
    // An IPv4-mapped IPv6 one (`::ffff:192.0.2.1`) is what a listener for both families sees of the former.
    match address.to_canonical() {
        IpAddr::V4(v4) => scope_of_v4(v4),
        IpAddr::V6(v6) => scope_of_v6(v6),
    }
}

/// Whether an address is of the household's own network, or this computer.
pub fn is_of_the_house(address: IpAddr) -> bool {
    matches!(scope_of(address), PlaceScope::HomeNetwork | PlaceScope::ThisComputer)
}

fn scope_of_v4(address: Ipv4Addr) -> PlaceScope {
    let is_carrier = matches!(address.octets(), [100, 64..=127, _, _]);
    // 240.0.0.0/4 is reserved (RFC 1112), 0.0.0.0/8 is "this network" (RFC 791).
    let is_nobody = matches!(address.octets(), [0 | 240.., _, _, _]);
    if address.is_loopback() {
        PlaceScope::ThisComputer
    } else if address.is_private() || address.is_link_local() {
        PlaceScope::HomeNetwork
    } else if is_carrier || is_nobody || address.is_multicast() {
        PlaceScope::Unknown
    } else {
        PlaceScope::Located
    }
}

fn scope_of_v6(address: Ipv6Addr) -> PlaceScope {
    if address.is_loopback() {
        PlaceScope::ThisComputer
    } else if address.is_unique_local() || address.is_unicast_link_local() {
        PlaceScope::HomeNetwork
    } else if matches!(address.segments(), [0x2000..=0x3fff, ..]) {
        // 2000::/3 is all that has been given out (IANA, "IPv6 Global Unicast Address Assignments").
        PlaceScope::Located
    } else {
        PlaceScope::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sort_of_address_has_its_words() {
        for (address, expected) in [
            ("127.0.0.1", PlaceScope::ThisComputer),
            ("127.8.9.1", PlaceScope::ThisComputer),
            ("::1", PlaceScope::ThisComputer),
            ("::ffff:127.0.0.1", PlaceScope::ThisComputer),
            ("10.0.0.1", PlaceScope::HomeNetwork),
            ("172.16.0.1", PlaceScope::HomeNetwork),
            ("172.31.255.255", PlaceScope::HomeNetwork),
            ("192.168.178.20", PlaceScope::HomeNetwork),
            ("169.254.3.4", PlaceScope::HomeNetwork),
            ("::ffff:192.168.1.1", PlaceScope::HomeNetwork),
            ("fd12:3456::1", PlaceScope::HomeNetwork),
            ("fc00::1", PlaceScope::HomeNetwork),
            ("fe80::1", PlaceScope::HomeNetwork),
            ("172.32.0.1", PlaceScope::Located),
            ("100.63.255.255", PlaceScope::Located),
            ("100.64.0.1", PlaceScope::Unknown),
            ("100.127.255.255", PlaceScope::Unknown),
            ("100.128.0.1", PlaceScope::Located),
            ("0.0.0.0", PlaceScope::Unknown),
            ("224.0.0.1", PlaceScope::Unknown),
            ("203.0.113.9", PlaceScope::Located),
            ("255.255.255.255", PlaceScope::Unknown),
            ("81.2.69.142", PlaceScope::Located),
            ("::ffff:81.2.69.142", PlaceScope::Located),
            ("2a02:8388::1", PlaceScope::Located),
            ("2001:db8::1", PlaceScope::Located),
            ("3fff::1", PlaceScope::Located),
            ("ff02::1", PlaceScope::Unknown),
            ("::", PlaceScope::Unknown),
        ] {
            assert_eq!(scope_of(address.parse().expect("an address")), expected, "{address}");
        }
    }
}
