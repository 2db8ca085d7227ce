//! The networks that a home's computer is on, as a test says. This computer's other loopback addresses stand for the household's
//! network: 127.0.0.2 to 127.0.0.99 are of it, and nobody else is.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use latchkey::nearby::{Interfaces, Mdns, Own};
use tokio::sync::Notify;

/// Where multicast DNS is spoken in tests: each home has a port of its own, so that homes of other tests are not heard.
static PORTS: AtomicU16 = AtomicU16::new(0);

/// The networks that a home's computer is on.
#[derive(Debug)]
pub struct Lan {
    own: Mutex<Vec<Own>>,
    changed: Arc<Notify>,
    mdns: Mdns,
}

impl Lan {
    /// None at all.
    pub fn none() -> Arc<Self> {
        // Of other programs of this test run, too: each has numbers of its own.
        let own = u16::try_from(std::process::id() % 2_000).expect("it fits") * 8;
        let port = 40_000 + own + PORTS.fetch_add(1, Ordering::Relaxed) % 8;
        Self::speaking(Mdns { port, is_on_loopback: true })
    }

    /// None at all, and multicast DNS is spoken so.
    pub fn speaking(mdns: Mdns) -> Arc<Self> {
        Arc::new(Self { own: Mutex::default(), changed: Arc::default(), mdns })
    }

    /// From now on the computer has these addresses, each of a network of its own; nobody has noticed yet.
    pub fn is_at(&self, addresses: &[&str]) {
        let own = addresses
            .iter()
            .map(|address| Own::new("lan0", address.parse().expect("an address"), 32).expect("an address"));
        *self.own.lock().expect("no holder panics") = own.collect();
    }

    /// The same, and whoever watches notices.
    pub fn moves_to(&self, addresses: &[&str]) {
        self.is_at(addresses);
        self.changed.notify_one();
    }
}

impl Interfaces for Lan {
    fn read(&self) -> Vec<Own> {
        self.own.lock().expect("no holder panics").clone()
    }

    fn is_of_a_household(&self, address: IpAddr) -> bool {
        matches!(address, IpAddr::V4(v4) if matches!(v4.octets(), [127, 0, 0, 2..=99]))
    }

    fn changed(&self) -> BoxFuture<'static, ()> {
        let changed = Arc::clone(&self.changed);
        async move { changed.notified().await }.boxed()
    }

    fn mdns(&self) -> Mdns {
        self.mdns
    }
}
