//! Addresses that a service gives for its sign-ins and that are nobody's place: those of a proxy in front of it.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use crate::services::SignIn;

/// Clients that share a private address, from which on it is taken for a proxy's: a household's devices have one each.
const SHARED_BY: usize = 3;

/// The addresses in a list that say nothing of where a client is: this computer's own, and private ones that several clients share.
/// What stands behind such a proxy may be anywhere, and must not count as being at home.
pub(super) fn of_proxies(sign_ins: &[SignIn]) -> HashSet<IpAddr> {
    let mut clients: HashMap<IpAddr, HashSet<&str>> = HashMap::new();
    for sign_in in sign_ins {
        if let Some(address) = sign_in.address.map(|address| address.to_canonical()).filter(is_within) {
            let client = sign_in.client_id.as_deref().unwrap_or(&sign_in.external_id);
            clients.entry(address).or_default().insert(client);
        }
    }
    let shared =
        clients.into_iter().filter(|(address, clients)| address.is_loopback() || clients.len() >= SHARED_BY);
    shared.map(|(address, _)| address).collect()
}

fn is_within(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_loopback() || address.is_link_local(),
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Promise;

    fn at(client: &str, address: &str) -> SignIn {
        SignIn {
            client_id: Some(client.into()),
            address: address.parse().ok(),
            ..SignIn::of(client, Promise::AtOnce)
        }
    }

    #[test]
    fn an_address_that_many_share_is_a_proxys_and_a_public_one_never_is() {
        let list = [
            at("tv", "172.17.0.1"),
            at("phone", "172.17.0.1"),
            at("tablet", "::ffff:172.17.0.1"),
            at("desk", "192.168.1.7"),
            at("desk", "192.168.1.7"),
            at("box", "127.0.0.1"),
            at("a", "198.51.100.1"),
            at("b", "198.51.100.1"),
            at("c", "198.51.100.1"),
        ];
        let proxies = of_proxies(&list);
        let expected: HashSet<IpAddr> =
            ["172.17.0.1", "127.0.0.1"].iter().filter_map(|address| address.parse().ok()).collect();
        assert_eq!(proxies, expected);
    }
}
