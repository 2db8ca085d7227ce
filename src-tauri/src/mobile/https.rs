//! Where a phone may send anything. It goes along to other people's networks, where `http://192.168.1.5` is somebody else, and has
//! its key with it: so a phone speaks by https only.

use std::net::{Ipv4Addr, Ipv6Addr};

use tauri::Url;

/// Whether what is sent to an address is encrypted on its way, or never leaves the phone.
pub fn is_private(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.host_str().is_some(),
        "http" => {
            let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
            host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
                || host.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
        }
        _ => false,
    }
}

/// The address, if it is one and [`is_private`].
pub fn private(address: &str) -> Option<Url> {
    let url: Url = address.parse().ok()?;
    let is_bare = url.username().is_empty() && url.password().is_none();
    (is_bare && is_private(&url)).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_says_nothing_in_the_clear_in_any_network() {
        for address in [
            "https://home.example.org",
            "https://192.168.1.5:8470/x",
            "http://127.0.0.1:8470",
            "http://[::1]/",
        ] {
            assert!(private(address).is_some(), "{address}");
        }
        for address in [
            "http://192.168.1.5:8470",
            "http://nas.local",
            "http://localhost",
            "http://127.0.0.1.example.org",
            "https://ana:secret@home.example.org",
            "ftp://home.example.org",
            "javascript:alert(1)",
            "nas",
            "",
        ] {
            assert!(private(address).is_none(), "{address}");
        }
    }
}
