//! Finding homes on the household's network. Only when a person asks, for a moment, and a few at the most. Every answer may be
//! anybody's: of what it says only an address is taken that can be a home's of the household.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use mdns_sd::{ResolvedService, ServiceEvent};

use super::home_id::HomeId;
use super::interfaces::Interfaces;
use super::mdns::{SERVICE, VERSION};
use crate::error::{Error, Result};

/// How long and for how many is looked.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    /// It ends with so many.
    pub most: usize,
    /// It ends after so long.
    pub patience: Duration,
}

impl Default for Search {
    fn default() -> Self {
        Self { most: 16, patience: Duration::from_secs(3) }
    }
}

/// Where a home says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Where it can be opened.
    pub address: SocketAddr,
    /// By what it says it is known.
    pub id: HomeId,
}

impl Found {
    /// The address to open it by. Every home answers https at its port, with a key that a person can compare before anything is
    /// typed there; whoever says no more than that a home is here is asked for no less (decision 26).
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }
}

/// Looks for homes on the networks that this computer is on, but not at its own addresses. Each address is there once.
///
/// # Errors
///
/// [`Error::CannotLookAround`] where multicast DNS cannot be spoken.
pub async fn find(interfaces: &dyn Interfaces, search: Search) -> Result<Vec<Found>> {
    let cannot = |error: mdns_sd::Error| Error::CannotLookAround(error.into());
    let speaking = interfaces.mdns().everywhere().map_err(cannot)?;
    let answers = speaking.0.browse(SERVICE).map_err(cannot)?;
    let own: BTreeSet<IpAddr> = interfaces.read().into_iter().map(|own| own.address).collect();
    let may_be = |address: IpAddr| interfaces.is_of_a_household(address) && !own.contains(&address);
    // By the name of each answer: it may come in parts, and the later one knows more.
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let looking = async {
        while found.len() < search.most {
            let Ok(event) = answers.recv_async().await else { break };
            if let ServiceEvent::ServiceResolved(service) = event
                && let Some(home) = read(&service, may_be)
            {
                found.insert(service.fullname, home);
            }
        }
    };
    // What has come by then is what there is.
    let _ = tokio::time::timeout(search.patience, looking).await;
    let mut homes: Vec<_> = found.into_values().collect();
    homes.sort_unstable();
    homes.dedup_by_key(|home| home.address);
    Ok(homes)
}

/// What an answer says of a home, if it says what a home would.
fn read(service: &ResolvedService, may_be: impl Fn(IpAddr) -> bool) -> Option<Found> {
    let said = |key: &str| service.get_property_val_str(key);
    if said("v") != Some(VERSION) || service.port == 0 {
        return None;
    }
    let id = said("id")?.parse().ok()?;
    let addresses = service.addresses.iter().map(|address| address.to_ip_addr().to_canonical());
    // The least: an IPv4 address where there is one, and always the same.
    let address = addresses.filter(|address| may_be(*address)).min()?;
    Some(Found { address: SocketAddr::new(address, service.port), id })
}

#[cfg(test)]
mod tests {
    use mdns_sd::ServiceInfo;

    use super::*;
    use crate::nearby::SystemInterfaces;

    const ID: &str = "000102030405060708090a0b0c0d0e0f";

    fn answer(addresses: &str, port: u16, said: &[(&str, &str)]) -> Option<SocketAddr> {
        let service = ServiceInfo::new(SERVICE, &"x".repeat(60), "h.local.", addresses, port, said);
        let service = service.expect("an answer").as_resolved_service();
        read(&service, |address| SystemInterfaces.is_of_a_household(address)).map(|found| found.address)
    }

    #[test]
    fn a_home_is_where_it_says_if_that_is_on_a_households_network() {
        let said = [("v", "1"), ("id", ID)];
        let at = |text: &str| text.parse::<SocketAddr>().ok();
        assert_eq!(answer("192.168.1.5", 8470, &said), at("192.168.1.5:8470"));
        assert_eq!(answer("fd00::5", 8470, &said), at("[fd00::5]:8470"));
        let many = "fe80::5,fd00::5,203.0.113.9,192.168.1.5,127.0.0.1";
        assert_eq!(answer(many, 8470, &said), at("192.168.1.5:8470"));
        // What a later version adds is no reason not to be one.
        assert_eq!(answer("10.0.0.5", 80, &[("v", "1"), ("id", ID), ("pin", "x")]), at("10.0.0.5:80"));
    }

    #[test]
    fn what_was_found_is_opened_where_its_key_can_be_compared() {
        let id = ID.parse().expect("an id");
        let opened = |address: &str| Found { address: address.parse().expect("an address"), id }.url();
        assert_eq!(opened("192.168.1.5:8470"), "https://192.168.1.5:8470");
        assert_eq!(opened("[fd00::5]:8470"), "https://[fd00::5]:8470");
    }

    #[test]
    fn an_answer_that_no_home_would_give_is_none() {
        let said = [("v", "1"), ("id", ID)];
        for elsewhere in
            ["", "203.0.113.9", "127.0.0.1", "::1", "2001:db8::5", "fe80::5", "100.64.0.9", "0.0.0.0"]
        {
            assert_eq!(answer(elsewhere, 8470, &said), None, "{elsewhere}");
        }
        assert_eq!(answer("192.168.1.5", 0, &said), None);
        let long = "9".repeat(200);
        let nonsense: [&[(&str, &str)]; 8] = [
            &[],
            &[("id", ID)],
            &[("v", "1")],
            &[("v", "2"), ("id", ID)],
            &[("v", "1"), ("id", "")],
            &[("v", "1"), ("id", "Ana's home")],
            &[("v", "1"), ("id", long.as_str())],
            &[("v", long.as_str()), ("id", ID)],
        ];
        for said in nonsense {
            assert_eq!(answer("192.168.1.5", 8470, said), None, "{said:?}");
        }
    }
}
