//! Whose address a request has, when proxies may stand between.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

/// The client's address: the connection's peer, unless that is a trusted proxy. Then `X-Forwarded-For` is
/// read from the right, where trusted proxies write, and the first address that is not a trusted proxy's
/// counts. What stands left of it was sent by the client and proves nothing.
///
/// `forwarded` are the header's lines in their order. An entry that is no address ends the reading: the
/// nearest address that can be vouched for counts.
pub fn client_address<'a>(
    peer: IpAddr,
    forwarded: impl DoubleEndedIterator<Item = &'a str>,
    trusted: &[IpNet],
) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    let mut client = peer.to_canonical();
    for entry in forwarded.flat_map(|line| line.split(',')).rev() {
        if !is_trusted(client) {
            break;
        }
        let Some(address) = parse(entry.trim()) else { break };
        client = address;
    }
    client
}

/// An entry with or without a port, IPv6 with or without brackets.
fn parse(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    let address = bare.parse::<IpAddr>().ok().or_else(|| Some(entry.parse::<SocketAddr>().ok()?.ip()))?;
    Some(address.to_canonical())
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

    #[test]
    fn without_a_trusted_proxy_the_header_is_not_even_read() {
        let header = ["203.0.113.7"];
        assert_eq!(client_address(ip("198.51.100.1"), header.into_iter(), &trusted()), ip("198.51.100.1"));
        assert_eq!(client_address(ip("10.0.0.1"), header.into_iter(), &[]), ip("10.0.0.1"));
    }

    #[test]
    fn the_right_most_address_that_is_no_proxy_counts() {
        let header = ["1.1.1.1, 203.0.113.7", "10.9.9.9"];
        assert_eq!(client_address(ip("10.0.0.1"), header.into_iter(), &trusted()), ip("203.0.113.7"));
    }

    #[test]
    fn ports_brackets_and_mapped_addresses_are_understood() {
        for (entry, address) in [
            ("203.0.113.7:4711", "203.0.113.7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
        ] {
            assert_eq!(client_address(ip("::1"), [entry].into_iter(), &trusted()), ip(address));
        }
    }

    #[test]
    fn nonsense_ends_the_reading_at_what_can_be_vouched_for() {
        let header = ["203.0.113.7, unknown, 10.2.2.2"];
        assert_eq!(client_address(ip("10.0.0.1"), header.into_iter(), &trusted()), ip("10.2.2.2"));
    }

    #[test]
    fn what_is_no_text_ends_the_reading_and_keeps_what_the_proxy_says() {
        let line = String::from_utf8_lossy(b"\xff\xfe, 127.0.0.1\xff, 203.0.113.7");
        assert_eq!(client_address(ip("10.0.0.1"), [&*line].into_iter(), &trusted()), ip("203.0.113.7"));
    }

    fn hops() -> impl Strategy<Value = Vec<IpAddr>> {
        let address = prop_oneof![
            any::<[u8; 3]>().prop_map(|[b, c, d]| IpAddr::from([10, b, c, d])),
            any::<[u8; 4]>().prop_map(IpAddr::from),
        ];
        proptest::collection::vec(address, 0..6)
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
            prop_assume!(!is_proxy(&client));
            let mut line = forged;
            for hop in std::iter::once(&client).chain(proxies.iter().filter(|hop| is_proxy(hop))) {
                line = format!("{line}, {hop}");
            }
            prop_assert_eq!(client_address(ip("10.0.0.1"), [line.as_str()].into_iter(), &trusted), client);
        }

        /// The right-most entry that is not trusted counts, however long the chain.
        #[test]
        fn the_answer_is_the_right_most_untrusted_hop(chain in hops()) {
            let trusted = trusted();
            let is_proxy = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
            let line = chain.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let expected = chain.iter().rev().find(|hop| !is_proxy(hop)).or(chain.first()).copied();
            let expected = expected.unwrap_or(ip("10.0.0.1"));
            let lines = if line.is_empty() { vec![] } else { vec![line.as_str()] };
            prop_assert_eq!(client_address(ip("10.0.0.1"), lines.into_iter(), &trusted), expected);
        }
    }
}
