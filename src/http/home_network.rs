//! Listening on the home network, while somebody wants it: at each address that this computer has there, on the home's port, and for
//! nobody who is not on such a network. It follows the computer from one address to another, and says there that the home is here.
//!
//! The addresses themselves are listened on, and not all at once (`0.0.0.0`): the home's own listener has the port on loopback
//! already, and what is not listened on needs no rule to keep anybody out.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::doors::Doors;
use super::serve::{Leaving, Whom, accept};
use crate::access::Core;
use crate::access::home_network::{Now, Order};
use crate::error::{Error, Result, causes};
use crate::nearby::Announcement;
use crate::wire::NoAddress;

/// The home on the home network.
pub struct AtHome {
    core: Arc<Core>,
    doors: Doors,
    trusted: Vec<IpNet>,
    whom: Whom,
    /// The home's port.
    port: u16,
    orders: Option<mpsc::Receiver<Order>>,
    networks: Vec<IpNet>,
    open: BTreeMap<SocketAddr, Listener>,
    /// Connections of listeners that have closed.
    leaving: JoinSet<()>,
    /// Of which addresses is said that the home is there, as far as it can be said.
    said: (Vec<SocketAddr>, Option<Announcement>),
}

/// A listener, for as long as somebody has it: one that nobody has any more lets nobody in either.
struct Listener {
    stop: DropGuard,
    accepting: JoinHandle<Leaving>,
}

impl AtHome {
    /// Listens where it did when the home stopped. What does not work is told to the log, and tried again when the computer's
    /// addresses change.
    pub async fn begin(core: Arc<Core>, doors: Doors, trusted: Vec<IpNet>, whom: &Whom, port: u16) -> Self {
        let interfaces = Arc::clone(core.home_network.interfaces());
        let whom = whom.only(move |address| interfaces.is_of_a_household(address));
        let (orders, networks) = (core.home_network.take_orders(), core.home_network.networks());
        let (open, leaving) = (BTreeMap::new(), JoinSet::new());
        let mut at_home = Self {
            core,
            doors,
            trusted,
            whom,
            port,
            orders,
            networks,
            open,
            leaving,
            said: (Vec::new(), None),
        };
        at_home.follow().await;
        at_home
    }

    /// Listens as it is ordered to, until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        let Some(mut orders) = self.orders.take() else { return };
        loop {
            let changed = self.core.home_network.interfaces().changed();
            tokio::select! {
                () = stop.cancelled() => break,
                order = orders.recv() => {
                    let Some(Order { networks, done }) = order else { break };
                    self.networks = networks;
                    let outcome = self.settle().await;
                    // Whoever ordered it may have gone.
                    let _ = done.send(outcome);
                }
                () = changed, if !self.networks.is_empty() => self.follow().await,
            }
            while self.leaving.try_join_next().is_some() {}
        }
        self.networks.clear();
        if let Err(error) = self.settle().await {
            tracing::debug!(error = %causes(&error), "the home network was not left well");
        }
        while self.leaving.join_next().await.is_some() {}
    }

    /// Listens where it is to, as the computer's addresses are now.
    async fn follow(&mut self) {
        let before = self.core.home_network.addresses();
        let settled = self.settle().await;
        // Once, and not every time it is looked at.
        if before != self.core.home_network.addresses()
            && let Err(error) = settled
        {
            tracing::warn!(error = %causes(&error), "the home is not on the home network");
        }
    }

    /// Closes what is not to be listened on any more, opens what is, and notes and says how that is.
    async fn settle(&mut self) -> Result<()> {
        let wanted = self.wanted();
        let others: Vec<_> = self.open.keys().filter(|address| !wanted.contains(address)).copied().collect();
        for address in others {
            self.close(address).await;
        }
        let mut failure = None;
        for address in wanted {
            if self.open.contains_key(&address) {
                continue;
            }
            if let Err(cause) = self.open(address).await {
                tracing::debug!(error = %causes(&cause), %address, "it cannot be listened there");
                failure.get_or_insert((address, cause));
            }
        }
        let addresses: Vec<_> = self.open.keys().copied().collect();
        let outcome = match failure {
            _ if self.networks.is_empty() || !addresses.is_empty() => Ok(()),
            Some((address, cause)) => {
                Err(Error::CannotListen { address: address.to_string(), cause: cause.into() })
            }
            None => Err(Error::NoHomeNetwork),
        };
        let trouble = outcome.as_ref().err().map(|error| self.trouble(error));
        self.say(&addresses).await;
        self.core.home_network.note(Now { networks: self.networks.clone(), addresses, trouble });
        outcome
    }

    /// The addresses to listen on: this computer's on the networks that are the household's.
    fn wanted(&self) -> Vec<SocketAddr> {
        if self.networks.is_empty() {
            return Vec::new();
        }
        let own = self.core.home_network.own_at_home();
        let is_wanted = |address: &IpAddr| self.networks.iter().any(|network| network.contains(address));
        own.iter()
            .filter(|own| is_wanted(&own.address))
            .map(|own| SocketAddr::new(own.address, self.port))
            .collect()
    }

    /// Why nobody else can open the home.
    fn trouble(&self, error: &Error) -> NoAddress {
        match error {
            Error::CannotListen { .. } => NoAddress::PortTaken,
            _ if self.core.home_network.own_at_home().is_empty() => NoAddress::NoNetwork,
            _ => NoAddress::AnotherNetwork,
        }
    }

    async fn open(&mut self, address: SocketAddr) -> std::io::Result<()> {
        let listener = TcpListener::bind(address).await?;
        let stop = CancellationToken::new();
        let accepting = tokio::spawn(accept(
            listener,
            self.doors.clone(),
            self.trusted.clone(),
            Some(Arc::clone(&self.core.known_networks)),
            self.whom.clone(),
            stop.clone(),
        ));
        tracing::info!(%address, "the home listens on the home network");
        self.open.insert(address, Listener { stop: stop.drop_guard(), accepting });
        Ok(())
    }

    /// Nobody comes in by it any more once this has answered; who is in has a moment for the answer that is on its way.
    async fn close(&mut self, address: SocketAddr) {
        let Some(Listener { stop, accepting }) = self.open.remove(&address) else { return };
        drop(stop);
        match accepting.await {
            Ok(leaving) => {
                self.leaving.spawn(leaving.finish());
            }
            Err(error) => tracing::error!(error = %causes(&error), "a listener did not stop well"),
        }
        tracing::info!(%address, "the home does not listen on the home network any more");
    }

    /// Says that the home is at these addresses, or that it is not there any more. That it cannot be said is no reason not to listen.
    async fn say(&mut self, addresses: &[SocketAddr]) {
        if self.said.0 == addresses {
            return;
        }
        if let Some(before) = self.said.1.take() {
            if addresses.is_empty() {
                // Whoever switched it off need not wait for that.
                self.leaving.spawn(before.end());
            } else {
                before.end().await;
            }
        }
        let near = &self.core.home_network;
        let announcement = Announcement::begin(near.interfaces().mdns(), near.id(), addresses);
        let announcement = announcement.unwrap_or_else(|error| {
            tracing::warn!(error = %causes(&error), "the home cannot say on the home network that it is there");
            None
        });
        self.said = (addresses.to_vec(), announcement);
    }
}
