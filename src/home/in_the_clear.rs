//! Whether what is said to a home elsewhere can be read on the way.

use std::net::IpAddr;

use url::{Host, Url};

use crate::model::is_of_the_house;

/// Whether an address has no TLS and leaves the house, as far as its name says: whoever is on the way reads a password that is
/// sent there. A name without a dot, and those of the house (`.local`, RFC 6762; `.home.arpa`, RFC 8375), are of the household's own
/// network, and so are private addresses.
pub fn is_in_the_clear(url: &Url) -> bool {
    if url.scheme() != "http" {
        return false;
    }
    match url.host() {
        Some(Host::Ipv4(address)) => !is_of_the_house(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => !is_of_the_house(IpAddr::V6(address)),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            let is_of_the_house = !name.contains('.')
                || [".local", ".home.arpa", ".localhost"].iter().any(|end| name.ends_with(end));
            !is_of_the_house
        }
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_the_house_without_tls_is_in_the_clear() {
        for address in [
            "http://home.example.org",
            "http://203.0.113.7:8470",
            "http://[2001:db8::1]",
            "http://100.64.0.9",
            "http://nas.local.example.org",
            "http://8.8.8.8",
        ] {
            assert!(is_in_the_clear(&Url::parse(address).expect("an address")), "{address}");
        }
        for address in [
            "https://home.example.org",
            "http://nas:8470",
            "http://nas.local",
            "http://NAS.local.:8470",
            "http://nas.home.arpa",
            "http://192.168.1.20",
            "http://[fd00::1]:8470",
            "http://[fe80::1]",
            "http://127.0.0.1:8470",
            "http://localhost",
            "http://[::ffff:192.168.1.20]",
        ] {
            assert!(!is_in_the_clear(&Url::parse(address).expect("an address")), "{address}");
        }
    }
}
