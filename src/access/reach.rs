//! Where a device that is not this computer can open the home: by its public address, or by those of this computer on the
//! household's network.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use super::home_network::Listening;
use crate::model::HomeNetworkFixed;
use crate::nearby::{Own, is_private};
use crate::wire::NoAddress;

/// Most addresses that are offered: a computer with more has them from programs that make networks of their own.
const MOST: usize = 6;

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

impl Reach {
    /// The origins that a phone can open, the likeliest first: `https://latchkey.home.example`, or `http://192.168.1.5:8470`.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn origins(&self, near: &Listening) -> Result<Vec<String>, NoAddress> {
        self.told(near.addresses()).unwrap_or_else(|| self.among(&near.own()))
    }

    /// Whether the home itself answers https where a phone opens it, with a key of its own, and no proxy with another.
    pub fn is_known_by_its_key(&self) -> bool {
        self.public_url.as_ref().is_none_or(|url| url.scheme() != "https" || is_this_computer(url))
    }

    /// Why it is not for a button to say where the home listens, if it is not.
    pub fn fixed(&self) -> Option<HomeNetworkFixed> {
        if self.public().is_some() {
            Some(HomeNetworkFixed::PublicAddress)
        } else if self.is_in_container {
            Some(HomeNetworkFixed::InContainer)
        } else {
            let is_told = !self.listens.ip().to_canonical().is_loopback();
            is_told.then_some(HomeNetworkFixed::Told)
        }
    }

    /// The address people open, where it is not this computer's own.
    fn public(&self) -> Option<&Url> {
        self.public_url.as_ref().filter(|url| !is_this_computer(url))
    }

    /// What the settings alone say, if they do; and `near`, where it listens on the home network by a button.
    fn told(&self, near: Result<Vec<SocketAddr>, NoAddress>) -> Option<Result<Vec<String>, NoAddress>> {
        if let Some(url) = self.public() {
            return Some(Ok(vec![url.as_str().trim_end_matches('/').to_owned()]));
        }
        let listens = self.listens.ip().to_canonical();
        if listens.is_loopback() {
            Some(near.map(|addresses| addresses.iter().map(origin).collect()))
        } else if !listens.is_unspecified() {
            Some(Ok(vec![origin(&self.listens)]))
        } else if self.is_in_container {
            Some(Err(NoAddress::InContainer))
        } else {
            None
        }
    }

    /// Those of this computer's addresses that are on a household's network, when it listens on all.
    fn among(&self, own: &[Own]) -> Result<Vec<String>, NoAddress> {
        let both = self.listens.is_ipv6();
        let is_reached = |address: IpAddr| is_private(address) && (both || address.is_ipv4());
        let mut found: Vec<_> = own.iter().filter(|one| is_reached(one.address)).collect();
        found.sort_by_key(|one| (one.is_virtual(), one.address.is_ipv6()));
        if found.is_empty() {
            return Err(NoAddress::NoNetwork);
        }
        let at = |one: &Own| origin(&SocketAddr::new(one.address, self.listens.port()));
        Ok(found.into_iter().take(MOST).map(at).collect())
    }
}

/// As people open it.
fn origin(address: &SocketAddr) -> String {
    format!("http://{address}")
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
        let one = |(interface, address): &(&str, &str)| {
            Own::new(*interface, address.parse().expect("an address"), 24).expect("an address")
        };
        all.iter().map(one).collect()
    }

    /// What it says without a look at the computer's networks, while it listens on the home network at these addresses.
    fn said(reach: &Reach, near: &[&str]) -> Result<Vec<String>, NoAddress> {
        let near: Vec<_> = near.iter().map(|address| address.parse().expect("an address")).collect();
        let near = if near.is_empty() { Err(NoAddress::ListensHereOnly) } else { Ok(near) };
        reach.told(near).expect("the settings say it")
    }

    #[test]
    fn a_public_address_is_the_one_unless_it_stands_for_whoever_opens_it() {
        let public = reach("127.0.0.1:8470", Some("https://latchkey.home.example"));
        let address = Ok(vec!["https://latchkey.home.example".to_owned()]);
        assert_eq!(said(&public, &[]), address);
        assert_eq!(said(&public, &["192.168.1.5:8470"]), address);
        for nobodys in ["http://localhost:8470", "http://127.0.0.1", "http://[::1]:8470"] {
            let origins = said(&reach("127.0.0.1:8470", Some(nobodys)), &[]);
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
            assert_eq!(said(&reach(listens, None), &[]), Err(NoAddress::ListensHereOnly), "{listens}");
        }
        let here = |address: &str| Ok(vec![format!("http://{address}")]);
        assert_eq!(said(&reach("192.168.1.5:8470", None), &[]), here("192.168.1.5:8470"));
        assert_eq!(said(&reach("127.0.0.1:8470", None), &["192.168.1.5:8470"]), here("192.168.1.5:8470"));
        let contained = Reach { is_in_container: true, ..reach("0.0.0.0:8470", None) };
        assert_eq!(said(&contained, &[]), Err(NoAddress::InContainer));
    }

    #[test]
    fn a_button_says_where_the_home_listens_unless_something_else_does() {
        let contained = Reach { is_in_container: true, ..reach("127.0.0.1:8470", None) };
        for (reach, fixed) in [
            (reach("127.0.0.1:8470", None), None),
            (reach("[::1]:80", None), None),
            (reach("127.0.0.1:8470", Some("http://localhost:8470")), None),
            (reach("0.0.0.0:8470", None), Some(HomeNetworkFixed::Told)),
            (reach("192.168.1.5:8470", None), Some(HomeNetworkFixed::Told)),
            (
                reach("127.0.0.1:8470", Some("https://latchkey.home.example")),
                Some(HomeNetworkFixed::PublicAddress),
            ),
            (contained, Some(HomeNetworkFixed::InContainer)),
        ] {
            assert_eq!(reach.fixed(), fixed, "{reach:?}");
        }
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
