//! Listening on the home network, by a button. A home listens on its own computer only until somebody who manages it says that the
//! network which that computer is on is the household's; it then listens there, and on no other network that the computer comes to
//! (decision 26). Whoever listens is in `http`: it is ordered to, and says how that goes.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;
use tokio::sync::{mpsc, oneshot};

use super::Core;
use super::caller::Manager;
use super::proof::{self, Brought};
use super::vouching::{About, may_vouch};
use crate::error::{Error, Result, causes};
use crate::model::{HistoryDetail, HistoryKind, HomeNetworkFixed};
use crate::nearby::{HomeId, Interfaces, Own};
use crate::wire::{self, EventKind, HomeNetworkChange, NoAddress};

/// Most networks that are remembered as the household's. Of more, the ones that were said first are forgotten.
const MOST_NETWORKS: usize = 8;

/// How the home listens on the home network, and the way to whoever listens.
#[derive(Debug)]
pub struct Listening {
    /// Why it is not for a button.
    fixed: Option<HomeNetworkFixed>,
    /// What is known of the networks that this computer is on.
    interfaces: Arc<dyn Interfaces>,
    /// By what the home is known there.
    id: HomeId,
    now: Mutex<Now>,
    orders: mpsc::Sender<Order>,
    taken: Mutex<Option<mpsc::Receiver<Order>>>,
}

/// How it listens, as whoever listens says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// The networks that are the household's. None: it is off.
    pub networks: Vec<IpNet>,
    /// Where it listens, the likeliest first.
    pub addresses: Vec<SocketAddr>,
    /// Why nowhere, although it is on.
    pub trouble: Option<NoAddress>,
}

/// To listen on these networks from now on, and on no others.
#[derive(Debug)]
pub struct Order {
    /// The networks that are the household's.
    pub networks: Vec<IpNet>,
    /// Hears how that went, once it is so.
    pub done: oneshot::Sender<Result<()>>,
}

impl Listening {
    /// One that listens to nobody yet, and is to listen on these networks unless that is fixed.
    pub fn new(
        fixed: Option<HomeNetworkFixed>,
        interfaces: Arc<dyn Interfaces>,
        id: HomeId,
        networks: Vec<IpNet>,
    ) -> Self {
        let (orders, taken) = mpsc::channel(1);
        let networks = if fixed.is_some() { Vec::new() } else { networks };
        let now = Mutex::new(Now { networks, ..Now::default() });
        Self { fixed, interfaces, id, now, orders, taken: Mutex::new(Some(taken)) }
    }

    /// What is known of the networks that this computer is on.
    pub fn interfaces(&self) -> &Arc<dyn Interfaces> {
        &self.interfaces
    }

    /// By what the home is known there.
    pub const fn id(&self) -> HomeId {
        self.id
    }

    /// The orders, for whoever listens: the first that asks.
    pub fn take_orders(&self) -> Option<mpsc::Receiver<Order>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Notes how it listens.
    pub fn note(&self, now: Now) {
        *self.lock() = now;
    }

    /// The networks that are the household's.
    pub fn networks(&self) -> Vec<IpNet> {
        self.lock().networks.clone()
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// Why nowhere.
    pub fn addresses(&self) -> Result<Vec<SocketAddr>, NoAddress> {
        let now = self.lock();
        if now.networks.is_empty() {
            Err(NoAddress::ListensHereOnly)
        } else if now.addresses.is_empty() {
            Err(now.trouble.unwrap_or(NoAddress::NoNetwork))
        } else {
            Ok(now.addresses.clone())
        }
    }

    /// This computer's addresses.
    pub fn own(&self) -> Vec<Own> {
        self.interfaces.read()
    }

    /// Those of them that a phone of the household can open, the likeliest first.
    pub fn own_at_home(&self) -> Vec<Own> {
        let is_one = |own: &Own| self.interfaces.is_of_a_household(own.address) && !own.is_virtual();
        let mut own: Vec<_> = self.own().into_iter().filter(is_one).collect();
        own.sort_by_key(|own| own.address.is_ipv6());
        own
    }

    /// These networks, and the ones that this computer is on.
    ///
    /// # Errors
    ///
    /// [`Error::NoHomeNetwork`] where it is on none.
    fn with_those_here(&self, before: &[IpNet]) -> Result<Vec<IpNet>> {
        let here: BTreeSet<IpNet> = self.own_at_home().into_iter().map(|own| own.network).collect();
        if here.is_empty() {
            return Err(Error::NoHomeNetwork);
        }
        let mut networks = before.to_vec();
        networks.extend(here.into_iter().filter(|network| !before.contains(network)));
        let forgotten = networks.len().saturating_sub(MOST_NETWORKS);
        networks.drain(..forgotten);
        Ok(networks)
    }

    /// Has whoever listens do so on these networks, and waits until it does.
    async fn order(&self, networks: Vec<IpNet>) -> Result<()> {
        let nobody = || Error::internal("nobody listens on the home network");
        if self.taken.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            return Err(nobody());
        }
        let (done, outcome) = oneshot::channel();
        self.orders.send(Order { networks, done }).await.map_err(|_| nobody())?;
        outcome.await.map_err(|_| nobody())?
    }

    /// The same, after something else did not work: as it was before.
    async fn back_to(&self, networks: Vec<IpNet>) {
        if let Err(error) = self.order(networks).await {
            tracing::warn!(error = %causes(&error), "the home does not listen as it did");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the home listens on the home network, and where other devices can open it.
pub fn show(core: &Core) -> wire::HomeNetwork {
    let origins = core.reach.origins(&core.home_network);
    wire::HomeNetwork {
        on: !core.home_network.networks().is_empty(),
        fixed: core.home_network.fixed,
        no_address: origins.as_ref().err().copied(),
        addresses: origins.unwrap_or_default(),
    }
}

/// Has it listen on the home network from now on, or on this computer only. What cannot be listened on is not kept; what is switched
/// off is closed before this answers.
///
/// # Errors
///
/// [`Error::HomeNetworkFixed`], [`Error::NoHomeNetwork`] and [`Error::CannotListen`], with everything as it was; and whatever
/// refuses to make a channel.
pub async fn set(
    core: &Arc<Core>,
    manager: &Manager,
    change: HomeNetworkChange,
) -> Result<wire::HomeNetwork> {
    if let Some(fixed) = core.home_network.fixed {
        return Err(Error::HomeNetworkFixed(fixed));
    }
    let proven = proof::look(core, manager, None, Brought::from(&change.proof)).await?;
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        proof::require(&core, &turn, &manager, None, proven.as_ref()).await?;
        may_vouch(&core, &turn, &manager, About::Settings).await?;
        let (near, before) = (&core.home_network, core.home_network.networks());
        let wanted = if change.on { near.with_those_here(&before)? } else { Vec::new() };
        if change.on
            && let Err(error) = near.order(wanted.clone()).await
        {
            near.back_to(before).await;
            return Err(error);
        }
        if wanted != before {
            let mut entry = core.entry(manager.account_id(), HistoryKind::HomeNetworkChanged);
            entry.detail = Some(HistoryDetail::HomeNetwork { on: change.on });
            entry.profile_name = manager.caller().session.profile().map(|profile| profile.name.clone());
            entry.by_session_id = Some(manager.session_id());
            if let Err(error) = core.store.set_home_networks(&turn, &wanted, &entry).await {
                if change.on {
                    near.back_to(before).await;
                }
                return Err(error);
            }
        }
        if !change.on {
            near.order(wanted).await?;
        }
        core.announcer.announce(&*core.clock, manager.account_id(), EventKind::HomeNetworkChanged);
        Ok(show(&core))
    })
    .await
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use futures_util::future::BoxFuture;

    use super::*;
    use crate::nearby::{Mdns, SystemInterfaces};
    use crate::random::SeededRandom;

    /// A computer with these addresses.
    #[derive(Debug)]
    struct Computer(Vec<Own>);

    impl Interfaces for Computer {
        fn read(&self) -> Vec<Own> {
            self.0.clone()
        }

        fn is_of_a_household(&self, address: std::net::IpAddr) -> bool {
            SystemInterfaces.is_of_a_household(address)
        }

        fn changed(&self) -> BoxFuture<'static, ()> {
            std::future::pending().boxed()
        }

        fn mdns(&self) -> Mdns {
            Mdns::default()
        }
    }

    fn on(interfaces: &[(&str, &str)]) -> Listening {
        let own = interfaces.iter().map(|(name, network)| {
            let network: IpNet = network.parse().expect("a network");
            Own::new(*name, network.addr(), network.prefix_len()).expect("an address")
        });
        let id = HomeId::new(&SeededRandom::new(1));
        Listening::new(None, Arc::new(Computer(own.collect())), id, Vec::new())
    }

    fn nets(all: &[&str]) -> Vec<IpNet> {
        all.iter().map(|network| network.parse().expect("a network")).collect()
    }

    #[test]
    fn only_networks_of_a_household_are_taken_for_the_home_network() {
        let near = on(&[
            ("lo", "127.0.0.1/8"),
            ("wg0", "10.8.0.2/24"),
            ("docker0", "172.17.0.1/16"),
            ("eth0", "fd00::5/64"),
            ("eth0", "fe80::5/64"),
            ("eth0", "192.168.1.5/24"),
            ("eth0", "2001:db8::5/64"),
            ("ppp0", "203.0.113.9/32"),
        ]);
        let own: Vec<_> = near.own_at_home().iter().map(|own| own.address.to_string()).collect();
        assert_eq!(own, ["192.168.1.5", "fd00::5"]);
        assert_eq!(near.with_those_here(&[]).expect("some"), nets(&["192.168.1.0/24", "fd00::/64"]));
        let away = on(&[("lo", "127.0.0.1/8"), ("ppp0", "203.0.113.9/32")]);
        assert_eq!(away.with_those_here(&nets(&["10.0.0.0/8"])).expect_err("none").code(), "no_home_network");
    }

    #[test]
    fn networks_that_were_said_before_stay_and_the_oldest_of_too_many_go() {
        let near = on(&[("eth0", "192.168.1.5/24")]);
        let before = nets(&["10.0.0.0/8", "192.168.1.0/24"]);
        assert_eq!(near.with_those_here(&before).expect("some"), before);
        let many: Vec<IpNet> = (0..8).map(|n| format!("10.{n}.0.0/16").parse().expect("a network")).collect();
        let with = near.with_those_here(&many).expect("some");
        assert_eq!(
            (with.len(), with.first(), with.last()),
            (8, many.get(1), nets(&["192.168.1.0/24"]).first())
        );
    }
}
