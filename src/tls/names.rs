//! What a certificate of the home stands for: this computer, by its names and addresses within the household's network. Never a
//! name of the internet: whoever trusts the home's authority trusts it with nothing else (decision 25).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::model::is_of_the_house;

/// Domains that are of households and of nobody on the internet: RFC 6761, RFC 6762, RFC 8375, and what routers call their network.
pub const DOMAINS: [&str; 6] = ["localhost", "local", "home.arpa", "internal", "lan", "home"];

/// Networks that are of households, with the bits of each: those of [`is_of_the_house`].
pub const NETWORKS: [(IpAddr, u8); 8] = [
    (IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0)), 12),
    (IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0)), 16),
    (IpAddr::V4(Ipv4Addr::new(169, 254, 0, 0)), 16),
    (IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
    (IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0)), 7),
    (IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0)), 10),
];

/// Most addresses that a certificate names: a computer with more has them from programs that make networks of their own.
const MOST: usize = 32;

/// Names and addresses of this computer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The names.
    pub domains: Vec<String>,
    /// The addresses.
    pub addresses: Vec<IpAddr>,
}

impl Names {
    /// Those that it has now, and the one that people open, where that is within the household.
    pub fn of_this_computer(public: Option<&Url>) -> Self {
        // Interfaces that cannot be read are not known: a program that has the pin asks for no name.
        let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
        let own = interfaces.iter().map(if_addrs::Interface::ip);
        Self::of(own, host_name().as_deref(), public.and_then(Url::host).as_ref())
    }

    fn of(own: impl Iterator<Item = IpAddr>, host_name: Option<&str>, public: Option<&Host<&str>>) -> Self {
        let mut domains = vec!["localhost".to_owned()];
        domains.extend(host_name.and_then(label).map(|name| format!("{name}.local")));
        let mut addresses: Vec<IpAddr> =
            own.map(|address| address.to_canonical()).filter(can_be_opened).collect();
        addresses.sort_unstable();
        addresses.dedup();
        addresses.truncate(MOST);
        addresses.extend([IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)]);
        match public {
            Some(Host::Domain(name)) if is_of_a_household(name) => domains.push(name.to_ascii_lowercase()),
            Some(Host::Ipv4(address)) => addresses.extend(Some(IpAddr::from(*address)).filter(can_be_opened)),
            Some(Host::Ipv6(address)) => {
                addresses.extend(Some(IpAddr::from(*address).to_canonical()).filter(can_be_opened));
            }
            _ => {}
        }
        // In an order of their own: that of interfaces changes with the system's mood, and a certificate with it.
        domains.sort_unstable();
        domains.dedup();
        addresses.sort_unstable();
        addresses.dedup();
        Self { domains, addresses }
    }
}

/// Whether a name is within a domain of households, and one that a certificate can hold.
fn is_of_a_household(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_within = |domain: &&str| {
        name == **domain || name.strip_suffix(*domain).is_some_and(|rest| rest.ends_with('.'))
    };
    DOMAINS.iter().any(is_within) && name.split('.').all(|part| label(part).is_some())
}

/// Whether an address is of the household, and can stand in an address that is opened: a link-local one of IPv6 is good with the
/// name of an interface only.
fn can_be_opened(address: &IpAddr) -> bool {
    let is_with_interface = matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local());
    is_of_the_house(*address) && !is_with_interface
}

/// The first part of a computer's name, where it can be part of a name of the network (RFC 1123 section 2.1).
fn label(name: &str) -> Option<String> {
    let first = name.trim().split('.').next()?.to_ascii_lowercase();
    let is_label = (1..=63).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !first.starts_with('-')
        && !first.ends_with('-');
    is_label.then_some(first)
}

/// The name that its owner gave the computer, where the system tells it.
fn host_name() -> Option<String> {
    std::fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| std::env::var("COMPUTERNAME")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(own: &[&str], host_name: &str, public: Option<&str>) -> Names {
        let own = own.iter().map(|text| text.parse().expect("an address"));
        let public: Option<Url> = public.map(|url| url.parse().expect("an address"));
        Names::of(own, Some(host_name), public.as_ref().and_then(Url::host).as_ref())
    }

    #[test]
    fn it_is_named_by_what_the_household_calls_it_and_by_nothing_of_the_internet() {
        let own =
            ["192.168.1.5", "203.0.113.9", "fe80::5", "fd00::5", "2001:db8::5", "100.64.0.9", "10.0.0.1"];
        let told = names(&own, "Ana-NAS.example\n", Some("https://latchkey.home.example"));
        assert_eq!(told.domains, ["ana-nas.local", "localhost"]);
        let addresses = ["10.0.0.1", "127.0.0.1", "192.168.1.5", "::1", "fd00::5"];
        assert_eq!(told.addresses, addresses.map(|text| text.parse::<IpAddr>().expect("an address")));
    }

    #[test]
    fn the_address_that_people_open_is_among_them_where_it_is_of_the_household() {
        for (public, domain) in
            [("http://latchkey.local:8470", "latchkey.local"), ("https://Door.Home.ARPA", "door.home.arpa")]
        {
            let told = names(&[], "", Some(public));
            assert!(told.domains.iter().any(|name| name == domain), "{public}: {told:?}");
        }
        let told = names(&[], "", Some("http://192.168.7.7:8470"));
        assert!(told.addresses.contains(&IpAddr::from([192, 168, 7, 7])));
        for public in [
            "https://home.example",
            "https://nolocal",
            "https://local.example",
            "http://203.0.113.9",
            "http://[fe80::1]",
            "http://under_score.local",
        ] {
            assert_eq!(names(&[], "", Some(public)), names(&[], "", None), "{public}");
        }
    }

    #[test]
    fn a_name_that_is_none_is_left_out_and_addresses_are_not_without_end() {
        for name in ["", " ", "-nas", "nas-", "n s", "näs", &*"x".repeat(64)] {
            assert_eq!(names(&[], name, None).domains, ["localhost"], "{name:?}");
        }
        let many: Vec<_> = (0..200).map(|last| format!("192.168.0.{last}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        let named = names(&many, "nas", Some("http://192.168.7.7")).addresses;
        assert_eq!(named.len(), MOST + 3, "and this computer itself, and what people open: {named:?}");
    }

    #[test]
    fn every_address_that_is_named_is_of_a_network_of_households() {
        let networks: Vec<ipnet::IpNet> = NETWORKS
            .iter()
            .map(|(address, bits)| ipnet::IpNet::new(*address, *bits).expect("a network"))
            .collect();
        for address in Names::of_this_computer(None).addresses {
            assert!(networks.iter().any(|network| network.contains(&address)), "{address}");
        }
    }
}
