//! Looking for servers in the home network: by multicast DNS, and on the ports that they usually listen on. Only when a person asks.
//! Nothing but what a server says of itself without a key is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use ipnet::IpNet;
use tokio::net::TcpStream;
use url::Url;

use crate::access::Core;
use crate::access::caller::Manager;
use crate::access::vouching::{About, may_vouch};
use crate::error::{Result, causes};
use crate::model::{Service, clean_text};
use crate::nearby;
use crate::services::kinds::KINDS;
use crate::services::{Keys, Kind, Line};
use crate::wire::{FoundService, FoundServices};

/// How long a door has to open.
const PATIENCE: Duration = Duration::from_millis(700);

/// Doors that are knocked at, at once.
const AT_ONCE: usize = 256;

/// The longest list of addresses that is gone through: a /22.
const MOST_ADDRESSES: usize = 1022;

/// The bits of the part of a larger network that is gone through instead: this computer's own /24.
const OWN_PART: u8 = 24;

/// How long answers by multicast DNS are waited for.
const LISTEN_FOR: Duration = Duration::from_secs(2);

/// Looks for servers. Those that are watched already are among them, and say so.
pub async fn find(core: &Arc<Core>, manager: &Manager) -> Result<FoundServices> {
    core.limits.service_trial(manager.session_id())?;
    let turn = core.in_turn(manager.caller()).await?;
    may_vouch(core, &turn, manager, About::Settings).await?;
    drop(turn);
    let watched = core.store.services(manager.account_id()).await?;
    let own = core.home_network.own_at_home();
    let mut hosts: BTreeSet<IpAddr> = own.iter().flat_map(|own| part_of(own.network, own.address)).collect();
    hosts.insert(Ipv4Addr::LOCALHOST.into());
    let mut doors: BTreeSet<(SocketAddr, usize)> = BTreeSet::new();
    for (place, kind) in KINDS.iter().enumerate() {
        doors.extend(hosts.iter().flat_map(|host| {
            kind.about().ports.iter().map(move |port| (SocketAddr::new(*host, *port), place))
        }));
    }
    let (open, announced) = tokio::join!(open_doors(&doors), announced(core));
    let tried = open.union(&announced).copied().collect::<BTreeSet<_>>();
    let found = stream::iter(tried)
        .map(|(address, place)| identified(core, KINDS[place], address, &watched))
        .buffer_unordered(16)
        .filter_map(std::future::ready)
        .collect::<Vec<_>>()
        .await;
    let mut by_address: BTreeMap<(String, String), FoundService> = BTreeMap::new();
    for found in found {
        by_address.insert((found.url.clone(), found.kind.clone()), found);
    }
    let problem = own.is_empty().then(|| {
        "The computer that your home runs on is on no home network, so only this computer was looked at."
            .to_owned()
    });
    Ok(FoundServices { found: by_address.into_values().collect(), problem })
}

/// The addresses of a network that are gone through.
fn part_of(network: IpNet, own: IpAddr) -> Vec<IpAddr> {
    let (IpNet::V4(network), IpAddr::V4(own)) = (network, own) else { return vec![own] };
    let part = if network.hosts().count() > MOST_ADDRESSES {
        ipnet::Ipv4Net::new(own, OWN_PART).map_or(network, |part| part.trunc())
    } else {
        network
    };
    part.hosts().map(IpAddr::from).collect()
}

async fn open_doors(doors: &BTreeSet<(SocketAddr, usize)>) -> BTreeSet<(SocketAddr, usize)> {
    let addresses: BTreeSet<SocketAddr> = doors.iter().map(|(address, _)| *address).collect();
    let open: BTreeSet<SocketAddr> = stream::iter(addresses)
        .map(|address| async move {
            let opened = tokio::time::timeout(PATIENCE, TcpStream::connect(address)).await;
            matches!(opened, Ok(Ok(_))).then_some(address)
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await;
    doors.iter().filter(|(address, _)| open.contains(address)).copied().collect()
}

/// Where servers announce themselves.
async fn announced(core: &Core) -> BTreeSet<(SocketAddr, usize)> {
    let mut found = BTreeSet::new();
    for (place, kind) in KINDS.iter().enumerate() {
        let Some(name) = kind.about().mdns else { continue };
        match nearby::announced(&**core.home_network.interfaces(), name, LISTEN_FOR).await {
            Ok(addresses) => found.extend(addresses.into_iter().map(|address| (address, place))),
            Err(error) => tracing::info!(error = %causes(&error), "multicast DNS cannot be listened to"),
        }
    }
    found
}

/// What answers at an address, if it is of that kind.
async fn identified(
    core: &Core,
    kind: &dyn Kind,
    address: SocketAddr,
    watched: &[Service],
) -> Option<FoundService> {
    let url = Url::parse(&format!("http://{address}")).ok()?;
    let line = Line::new(url.clone(), None, Keys::default(), Arc::clone(&core.clock));
    let server = kind.identify(&line).await.ok()?;
    let url = url.as_str().trim_end_matches('/').to_owned();
    let is_it = |service: &&Service| {
        service.kind == kind.about().key
            && (service.url == url || service.server.is_some() && service.server == server.id)
    };
    let text = |text: Option<String>| text.map(|text| clean_text(&text, 64)).filter(|text| !text.is_empty());
    Some(FoundService {
        kind: kind.about().key.to_owned(),
        service_id: watched.iter().find(is_it).map(|service| service.id),
        url,
        name: text(server.name),
        version: text(server.version),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_large_network_only_the_part_around_this_computer_is_gone_through() {
        let part = |network: &str, own: &str| {
            part_of(network.parse().expect("a network"), own.parse().expect("an address"))
        };
        assert_eq!(part("192.168.1.0/24", "192.168.1.7").len(), 254);
        let large = part("10.0.0.0/8", "10.1.2.3");
        assert_eq!((large.len(), large[0].to_string().as_str()), (254, "10.1.2.1"));
        assert_eq!(part("fd00::/64", "fd00::5"), ["fd00::5".parse::<IpAddr>().expect("an address")]);
    }
}
