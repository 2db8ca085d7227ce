//! Whose address a request has, when proxies may stand between: one that somebody vouches for, or none.
//!
//! What is unknown never counts as trusted. A connection vouches for its other end, unless that end passes on what
//! others ask; a proxy that was configured vouches for what it writes. Whatever is left is nobody's address, and never
//! the nearest one instead: that would be the proxy's own, which is at home.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use super::surroundings::Around;
use crate::wire::ProxyProblem;

/// What a connection and the head of its request say of where it comes from.
#[derive(Clone, Debug)]
pub struct Arrival<L> {
    /// The other end of the connection.
    pub peer: IpAddr,
    /// This end of it, if the system says.
    pub own_end: Option<IpAddr>,
    /// The lines of `X-Forwarded-For`, in their order.
    pub forwarded_for: L,
    /// Whether anything in the head shows that a proxy passed it on.
    pub is_passed_on: bool,
    /// Whether it was made to a name of this computer itself.
    pub is_for_this_computer: bool,
}

/// Where a request comes from, as far as anybody vouches for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whence {
    /// From this address.
    Vouched(IpAddr),
    /// From nobody knows where, through whoever has this address.
    Unknown(IpAddr, ProxyProblem),
}

/// Where a request comes from.
///
/// From a trusted proxy, `X-Forwarded-For` is read from the right, where trusted proxies write, and the first address
/// that is not a trusted proxy's counts. What stands left of it was sent by the client and proves nothing. Anything
/// there that is no address of a client (`unknown`, `_hidden`, nothing, a loopback address) ends the reading with
/// nobody's.
///
/// From anybody else the header is no source, only a sign: who is on this side of the internet and passes on what others
/// ask is a proxy that nobody configured. So is who comes from an address of this computer other than loopback: a program
/// that passes connections on, and whose they are it does not say. This computer's own address takes a request made to a
/// name of this computer, and is nobody's in a container.
/// A public address is what the connection says, whatever its request says, unless it is next door: nobody on the internet
/// makes himself unknown by a header.
pub fn whence<'a>(
    arrival: Arrival<impl DoubleEndedIterator<Item = &'a str>>,
    trusted: &[IpNet],
    around: &Around,
) -> Whence {
    let peer = arrival.peer.to_canonical();
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    if is_trusted(&peer) {
        return match from_the_right(arrival.forwarded_for, is_trusted) {
            Some(client) if is_on_this_side(client) && around.is_gateway(client) => {
                Whence::Unknown(client, ProxyProblem::Gateway)
            }
            Some(client) => Whence::Vouched(client),
            None => Whence::Unknown(peer, ProxyProblem::SaysNothing),
        };
    }
    let is_own = around.is_own(peer) || arrival.own_end.is_some_and(|end| end.to_canonical() == peer);
    if !(is_on_this_side(peer) || is_own || around.is_next_door(peer)) {
        return Whence::Vouched(peer);
    }
    let is_nobody =
        if peer.is_loopback() { !arrival.is_for_this_computer || around.is_container } else { is_own };
    if arrival.is_passed_on || is_nobody {
        return Whence::Unknown(peer, ProxyProblem::NotTrusted);
    }
    // This computer is no gateway of its own.
    let is_gateway = !peer.is_loopback() && around.is_gateway(peer);
    if is_gateway { Whence::Unknown(peer, ProxyProblem::Gateway) } else { Whence::Vouched(peer) }
}

/// The right-most address that is not a trusted proxy's, if what stands there is one a client can have.
fn from_the_right<'a>(
    lines: impl DoubleEndedIterator<Item = &'a str>,
    is_trusted: impl Fn(&IpAddr) -> bool,
) -> Option<IpAddr> {
    for entry in lines.flat_map(|line| line.split(',')).rev() {
        let address = parse(entry.trim())?;
        if !is_trusted(&address) {
            return can_be_a_client(address).then_some(address);
        }
    }
    // Only proxies speak, each for the one before it: whoever asked the first is not named.
    None
}

/// An entry with or without a port, IPv6 with or without brackets.
fn parse(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    let address = bare.parse::<IpAddr>().ok().or_else(|| Some(entry.parse::<SocketAddr>().ok()?.ip()))?;
    Some(address.to_canonical())
}

/// Whether a proxy can have had a connection from there that was not its own computer's. A link-local address is good on
/// one cable only, and which one is not said.
fn can_be_a_client(address: IpAddr) -> bool {
    let is_link_local = match address {
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_broadcast() || v4.octets()[0] == 0,
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    !(address.is_loopback() || address.is_unspecified() || address.is_multicast() || is_link_local)
}

/// Whether an address is of this side of the internet: this computer, the household's network, a carrier's (RFC 6598)
/// or a container's. Others may reach the home through whoever is there.
fn is_on_this_side(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let is_shared = matches!(v4.octets(), [100, 64..=127, _, _]);
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || is_shared
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn trusted() -> Vec<IpNet> {
        vec!["10.0.0.0/8".parse().expect("a network"), "::1/128".parse().expect("a network")]
    }

    /// A computer at 192.168.1.5 and a public address of its house, in a container's network.
    fn around() -> Around {
        Around {
            gateways: Some(vec![ip("172.17.0.1")]),
            own: vec![ip("192.168.1.5"), ip("2001:db8:5::5"), ip("203.0.113.200")],
            on_link: vec!["2001:db8:5::/64".parse().expect("a network")],
            is_container: false,
        }
    }

    /// From a proxy or from nobody's, with these lines of the header.
    fn through(peer: &str, lines: &[&str]) -> Whence {
        let arrival = Arrival {
            peer: ip(peer),
            own_end: Some(ip("127.0.0.1")),
            forwarded_for: lines.iter().copied(),
            is_passed_on: !lines.is_empty(),
            is_for_this_computer: true,
        };
        whence(arrival, &trusted(), &around())
    }

    fn directly(peer: &str, is_for_this_computer: bool) -> Whence {
        let arrival = Arrival {
            peer: ip(peer),
            own_end: Some(ip("127.0.0.1")),
            forwarded_for: std::iter::empty(),
            is_passed_on: false,
            is_for_this_computer,
        };
        whence(arrival, &trusted(), &around())
    }

    fn vouched(address: &str) -> Whence {
        Whence::Vouched(ip(address))
    }

    #[test]
    fn a_public_address_is_what_the_connection_says_whatever_its_header_says() {
        assert_eq!(through("198.51.100.1", &["203.0.113.7"]), vouched("198.51.100.1"));
        assert_eq!(through("198.51.100.1", &["127.0.0.1"]), vouched("198.51.100.1"));
        assert_eq!(through("::ffff:198.51.100.1", &["unknown"]), vouched("198.51.100.1"));
        assert_eq!(through("2001:db8::1", &["192.168.1.5"]), vouched("2001:db8::1"));
    }

    #[test]
    fn who_is_on_this_side_and_passes_on_what_others_ask_is_nobody_at_home() {
        for peer in
            ["127.0.0.1", "127.0.0.9", "172.17.0.5", "192.168.1.2", "fd00::2", "fe80::2", "100.64.0.1"]
        {
            for line in ["203.0.113.7", "127.0.0.1", "192.168.1.20", "unknown", ""] {
                assert_eq!(
                    through(peer, &[line]),
                    Whence::Unknown(ip(peer), ProxyProblem::NotTrusted),
                    "{peer} {line}"
                );
            }
        }
    }

    #[test]
    fn this_computer_takes_a_request_that_was_made_to_this_computer() {
        assert_eq!(directly("127.0.0.1", true), vouched("127.0.0.1"));
        assert_eq!(directly("::ffff:127.0.0.1", true), vouched("127.0.0.1"));
        assert_eq!(directly("127.0.0.1", false), Whence::Unknown(ip("127.0.0.1"), ProxyProblem::NotTrusted));
    }

    #[test]
    fn the_household_is_at_home_where_nobody_stands_between() {
        assert_eq!(directly("192.168.1.20", false), vouched("192.168.1.20"));
        assert_eq!(directly("fd00::20", false), vouched("fd00::20"));
    }

    #[test]
    fn who_comes_from_an_address_of_this_computer_is_somebody_behind_a_program_on_it() {
        for own in ["192.168.1.5", "::ffff:192.168.1.5", "2001:db8:5::5", "203.0.113.200"] {
            let peer = ip(own).to_canonical();
            assert_eq!(directly(own, true), Whence::Unknown(peer, ProxyProblem::NotTrusted), "{own}");
        }
        // Also an address that only the connection shows to be this computer's: a container's, say.
        let arrival = Arrival {
            peer: ip("10.88.0.4"),
            own_end: Some(ip("::ffff:10.88.0.4")),
            forwarded_for: std::iter::empty(),
            is_passed_on: false,
            is_for_this_computer: false,
        };
        let unknown = Whence::Unknown(ip("10.88.0.4"), ProxyProblem::NotTrusted);
        assert_eq!(whence(arrival, &[], &Around::nothing()), unknown);
    }

    #[test]
    fn in_a_container_nobody_is_this_computer() {
        let arrival = Arrival {
            peer: ip("127.0.0.1"),
            own_end: Some(ip("127.0.0.1")),
            forwarded_for: std::iter::empty(),
            is_passed_on: false,
            is_for_this_computer: true,
        };
        let is = |is_container| whence(arrival.clone(), &[], &Around { is_container, ..Around::nothing() });
        assert_eq!(is(false), vouched("127.0.0.1"));
        assert_eq!(is(true), Whence::Unknown(ip("127.0.0.1"), ProxyProblem::NotTrusted));
    }

    #[test]
    fn next_door_is_this_side_also_by_a_public_address() {
        assert_eq!(directly("2001:db8:5::77", false), vouched("2001:db8:5::77"));
        let unknown = Whence::Unknown(ip("2001:db8:5::77"), ProxyProblem::NotTrusted);
        assert_eq!(through("2001:db8:5::77", &["203.0.113.7"]), unknown);
        assert_eq!(through("2001:db8:6::77", &["203.0.113.7"]), vouched("2001:db8:6::77"));
    }

    #[test]
    fn where_gateways_cannot_be_known_everybody_on_this_side_may_be_one() {
        let arrival = |peer| Arrival {
            peer: ip(peer),
            own_end: None,
            forwarded_for: std::iter::empty(),
            is_passed_on: false,
            is_for_this_computer: true,
        };
        let nowhere = Around::default();
        let from = |peer| whence(arrival(peer), &[], &nowhere);
        assert_eq!(from("192.168.1.20"), Whence::Unknown(ip("192.168.1.20"), ProxyProblem::Gateway));
        assert_eq!(from("127.0.0.1"), vouched("127.0.0.1"));
        assert_eq!(from("203.0.113.7"), vouched("203.0.113.7"));
    }

    #[test]
    fn a_gateway_speaks_for_whoever_is_behind_it() {
        let unknown = Whence::Unknown(ip("172.17.0.1"), ProxyProblem::Gateway);
        assert_eq!(directly("172.17.0.1", false), unknown);
        assert_eq!(through("10.0.0.1", &["172.17.0.1"]), unknown, "also for a proxy");
        assert_eq!(
            through("172.17.0.1", &["203.0.113.7"]),
            Whence::Unknown(ip("172.17.0.1"), ProxyProblem::NotTrusted)
        );
    }

    #[test]
    fn the_right_most_address_that_is_no_proxy_counts() {
        assert_eq!(through("10.0.0.1", &["1.1.1.1, 203.0.113.7", "10.9.9.9"]), vouched("203.0.113.7"));
        assert_eq!(through("10.0.0.1", &["127.0.0.1, 192.168.1.20"]), vouched("192.168.1.20"));
    }

    #[test]
    fn ports_brackets_and_mapped_addresses_are_understood() {
        for (entry, address) in [
            ("203.0.113.7:4711", "203.0.113.7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
        ] {
            assert_eq!(through("::1", &[entry]), vouched(address));
        }
    }

    #[test]
    fn a_proxy_that_does_not_say_whom_it_speaks_for_speaks_for_nobody() {
        let unknown = Whence::Unknown(ip("10.0.0.1"), ProxyProblem::SaysNothing);
        assert_eq!(directly("10.0.0.1", true), unknown);
        for line in [
            "",
            " ",
            ",",
            "203.0.113.7,",
            "unknown",
            "203.0.113.7, unknown",
            "203.0.113.7, _hidden",
            "_gazonk",
            "203.0.113.7, 10.2.2.2, unknown",
            "203.0.113.7, unknown, 10.2.2.2",
            "for=203.0.113.7",
            "\"203.0.113.7\"",
            "127.0.0.1",
            "::1, 127.0.0.1",
            "::ffff:127.0.0.1",
            "[::ffff:7f00:1]:80",
            "127.8.8.8:1",
            "0.0.0.0",
            "::",
            "0.1.2.3",
            "169.254.1.1",
            "fe80::1",
            "fe80::1%eth0",
            "224.0.0.1",
            "ff02::1",
            "255.255.255.255",
            "10.1.1.1",
            "10.1.1.1, 10.2.2.2",
            "0x7f.1",
            "127.1",
            "2130706433",
            "localhost",
        ] {
            assert_eq!(through("10.0.0.1", &[line]), unknown, "{line:?}");
        }
        let no_text = String::from_utf8_lossy(b"203.0.113.7, 127.0.0.1\xff");
        assert_eq!(through("10.0.0.1", &[&*no_text]), unknown);
    }

    #[test]
    fn what_is_no_text_ends_the_reading_and_keeps_what_the_proxy_says() {
        let line = String::from_utf8_lossy(b"\xff\xfe, 127.0.0.1\xff, 203.0.113.7");
        assert_eq!(through("10.0.0.1", &[&*line]), vouched("203.0.113.7"));
    }

    fn hops() -> impl Strategy<Value = Vec<IpAddr>> {
        let address = prop_oneof![
            any::<[u8; 3]>().prop_map(|[b, c, d]| IpAddr::from([10, b, c, d])),
            any::<[u8; 4]>().prop_map(IpAddr::from),
        ];
        proptest::collection::vec(address, 0..6)
    }

    fn any_address() -> impl Strategy<Value = IpAddr> {
        prop_oneof![
            any::<[u8; 4]>().prop_map(IpAddr::from),
            any::<[u8; 16]>().prop_map(IpAddr::from),
            any::<[u8; 3]>().prop_map(|[b, c, d]| IpAddr::from([127, b, c, d])),
            any::<[u8; 2]>().prop_map(|[c, d]| IpAddr::from([192, 168, c, d])),
        ]
    }

    proptest! {
        /// Whatever a client writes in front, the answer is what the trusted proxies vouch for.
        #[test]
        fn nothing_a_client_writes_changes_its_address(
            forged in "[ -~]{0,60}",
            client in any::<[u8; 4]>().prop_map(IpAddr::from),
            proxies in hops(),
        ) {
            let trusted = trusted();
            let is_proxy = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
            prop_assume!(!is_proxy(&client) && can_be_a_client(client) && client != ip("172.17.0.1"));
            let mut line = forged;
            for hop in std::iter::once(&client).chain(proxies.iter().filter(|hop| is_proxy(hop))) {
                line = format!("{line}, {hop}");
            }
            prop_assert_eq!(through("10.0.0.1", &[&line]), Whence::Vouched(client));
        }

        /// The right-most entry that is not trusted counts, however long the chain; a proxy's own address never does.
        #[test]
        fn the_answer_is_the_right_most_untrusted_hop(chain in hops()) {
            let trusted = trusted();
            let is_proxy = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
            let line = chain.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let client = chain.iter().rev().find(|hop| !is_proxy(hop)).copied();
            let expected = match client.filter(|client| can_be_a_client(*client) && *client != ip("172.17.0.1")) {
                Some(client) => Whence::Vouched(client),
                None => Whence::Unknown(ip("10.0.0.1"), ProxyProblem::SaysNothing),
            };
            prop_assert_eq!(through("10.0.0.1", &[&line]), expected);
        }

        /// No header of any content makes anybody this computer.
        #[test]
        fn this_computer_is_never_read_out_of_a_header(
            peer in any_address(),
            line in prop_oneof![any_address().prop_map(|address| address.to_string()), "[ -~]{0,40}".boxed()],
            is_for_this_computer: bool,
        ) {
            let arrival = Arrival {
                peer, own_end: None, forwarded_for: std::iter::once(line.as_str()), is_passed_on: true, is_for_this_computer,
            };
            if let Whence::Vouched(address) = whence(arrival, &trusted(), &Around::nothing()) {
                prop_assert!(!address.is_loopback(), "{peer} {line} is {address}");
                prop_assert!(address == peer.to_canonical() || trusted().iter().any(|net| net.contains(&peer.to_canonical())));
            }
        }
    }
}
