//! Where a device that is not this computer can open the home: by its public address, or by those of this computer on the
//! household's network.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use crate::wire::NoAddress;

/// Most addresses that are offered: a computer with more has them from programs that make networks of their own.
const MOST: usize = 6;

/// Beginnings of the names of interfaces that lead to containers, virtual machines and tunnels, which no phone of the household is
/// on.
const VIRTUAL: [&str; 14] = [
    "docker", "br-", "veth", "virbr", "vmnet", "vbox", "podman", "cni", "lxc", "lxd", "tun", "tap", "utun",
    "wg",
];

/// How the home was set up to be reached.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The address people open, when it was configured.
    pub public_url: Option<Url>,
    /// Where it listens.
    pub listens: SocketAddr,
    /// Whether this is a container, whose own addresses nobody else can open.
    pub is_in_container: bool,
}

/// An address of this computer, and the name of the interface that has it.
#[derive(Clone, Debug)]
struct Own {
    interface: String,
    address: IpAddr,
}

impl Reach {
    /// The origins that a phone can open, the likeliest first: `https://latchkey.home.example`, or `http://192.168.1.5:8470`.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn origins(&self) -> Result<Vec<String>, NoAddress> {
        // Interfaces that cannot be read are not known: an address that is typed by hand may still work.
        let read = || if_addrs::get_if_addrs().map(all).unwrap_or_default();
        self.told().unwrap_or_else(|| self.among(&read()))
    }

    /// Whether the home itself answers https where a phone opens it, with a key of its own, and no proxy with another.
    pub fn is_known_by_its_key(&self) -> bool {
        self.public_url.as_ref().is_none_or(|url| url.scheme() != "https" || is_this_computer(url))
    }

    /// What the settings alone say, if they do.
    fn told(&self) -> Option<Result<Vec<String>, NoAddress>> {
        if let Some(url) = self.public_url.as_ref().filter(|url| !is_this_computer(url)) {
            return Some(Ok(vec![url.as_str().trim_end_matches('/').to_owned()]));
        }
        let listens = self.listens.ip().to_canonical();
        if listens.is_loopback() {
            Some(Err(NoAddress::ListensHereOnly))
        } else if !listens.is_unspecified() {
            Some(Ok(vec![format!("http://{}", self.listens)]))
        } else if self.is_in_container {
            Some(Err(NoAddress::InContainer))
        } else {
            None
        }
    }

    /// Those of this computer's addresses that are on a household's network, when it listens on all.
    fn among(&self, own: &[Own]) -> Result<Vec<String>, NoAddress> {
        let both = self.listens.is_ipv6();
        let mut found: Vec<_> = own.iter().filter(|one| is_of_a_household(one.address, both)).collect();
        found.sort_by_key(|one| (one.is_virtual(), one.address.is_ipv6()));
        if found.is_empty() {
            return Err(NoAddress::NoNetwork);
        }
        let origin = |one: &Own| format!("http://{}", SocketAddr::new(one.address, self.listens.port()));
        Ok(found.into_iter().take(MOST).map(origin).collect())
    }
}

impl Own {
    fn is_virtual(&self) -> bool {
        VIRTUAL.iter().any(|start| self.interface.starts_with(start))
    }
}

fn all(interfaces: Vec<if_addrs::Interface>) -> Vec<Own> {
    interfaces.into_iter().map(|one| Own { address: one.ip(), interface: one.name }).collect()
}

/// Whether an address stands for the computer that opens it.
pub(super) fn is_this_computer(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => true,
    }
}

/// Whether an address is one that households have within (RFC 1918, RFC 4193).
fn is_of_a_household(address: IpAddr, also_ipv6: bool) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private(),
        IpAddr::V6(address) => also_ipv6 && address.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(listens: &str, public_url: Option<&str>) -> Reach {
        Reach {
            public_url: public_url.map(|url| url.parse().expect("an address")),
            listens: listens.parse().expect("an address"),
            is_in_container: false,
        }
    }

    fn own(all: &[(&str, &str)]) -> Vec<Own> {
        let one = |(interface, address): &(&str, &str)| Own {
            interface: (*interface).to_owned(),
            address: address.parse().expect("an address"),
        };
        all.iter().map(one).collect()
    }

    #[test]
    fn a_public_address_is_the_one_unless_it_stands_for_whoever_opens_it() {
        let public = reach("127.0.0.1:8470", Some("https://latchkey.home.example"));
        assert_eq!(public.origins(), Ok(vec!["https://latchkey.home.example".to_owned()]));
        for nobodys in ["http://localhost:8470", "http://127.0.0.1", "http://[::1]:8470"] {
            let origins = reach("127.0.0.1:8470", Some(nobodys)).origins();
            assert_eq!(origins, Err(NoAddress::ListensHereOnly), "{nobodys}");
        }
    }

    #[test]
    fn behind_a_proxy_with_https_it_is_not_known_by_its_own_key() {
        for (public, is_known) in [
            (None, true),
            (Some("http://192.168.1.5:8470"), true),
            (Some("https://localhost"), true),
            (Some("https://latchkey.home.example"), false),
        ] {
            assert_eq!(reach("0.0.0.0:8470", public).is_known_by_its_key(), is_known, "{public:?}");
        }
    }

    #[test]
    fn a_home_that_listens_on_this_computer_only_says_so() {
        for listens in ["127.0.0.1:8470", "[::1]:8470", "[::ffff:127.0.0.1]:8470"] {
            assert_eq!(reach(listens, None).origins(), Err(NoAddress::ListensHereOnly), "{listens}");
        }
        assert_eq!(reach("192.168.1.5:8470", None).origins(), Ok(vec!["http://192.168.1.5:8470".to_owned()]));
        let contained = Reach { is_in_container: true, ..reach("0.0.0.0:8470", None) };
        assert_eq!(contained.origins(), Err(NoAddress::InContainer));
    }

    #[test]
    fn of_this_computers_addresses_those_on_a_households_network_are_offered_the_likeliest_first() {
        let addresses = own(&[
            ("lo", "127.0.0.1"),
            ("docker0", "172.17.0.1"),
            ("eth0", "fd00::5"),
            ("eth0", "fe80::5"),
            ("eth0", "192.168.1.5"),
            ("ppp0", "203.0.113.9"),
            ("eth0", "2001:db8::5"),
        ]);
        let v4 = reach("0.0.0.0:8470", None).among(&addresses).expect("addresses");
        assert_eq!(v4, ["http://192.168.1.5:8470", "http://172.17.0.1:8470"]);
        let both = reach("[::]:80", None).among(&addresses).expect("addresses");
        assert_eq!(both, ["http://192.168.1.5:80", "http://[fd00::5]:80", "http://172.17.0.1:80"]);
        let none = reach("0.0.0.0:8470", None).among(&own(&[("lo", "127.0.0.1"), ("ppp0", "203.0.113.9")]));
        assert_eq!(none, Err(NoAddress::NoNetwork));
    }
}
