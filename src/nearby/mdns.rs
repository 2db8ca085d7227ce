//! How multicast DNS is spoken: on which port and interfaces. Whoever announces and whoever looks speak it alike.

use std::net::IpAddr;

use mdns_sd::{IfKind, IfPredicate, MDNS_PORT, ServiceDaemon};

use super::virtual_interfaces::is_virtual;

/// What a home is announced as (RFC 6763 section 4.1.2).
pub const SERVICE: &str = "_latchkey._tcp.local.";

/// The version of what is said with it.
pub const VERSION: &str = "1";

/// How it is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mdns {
    /// The port.
    pub port: u16,
    /// Whether on this computer's loopback interface, in place of those that lead to a network: for tests.
    pub is_on_loopback: bool,
}

impl Default for Mdns {
    fn default() -> Self {
        Self { port: MDNS_PORT, is_on_loopback: false }
    }
}

impl Mdns {
    /// Begins to speak it, on the interfaces that have these addresses.
    pub(super) fn at(self, addresses: &[IpAddr]) -> mdns_sd::Result<Speaking> {
        self.on(addresses.iter().copied().map(IfKind::Addr).collect())
    }

    /// The same, on every interface that may lead to a household's network.
    pub(super) fn everywhere(self) -> mdns_sd::Result<Speaking> {
        let leads_out =
            |interface: &if_addrs::Interface| !interface.is_loopback() && !is_virtual(&interface.name);
        self.on(vec![IfKind::Predicate(IfPredicate::new(leads_out))])
    }

    fn on(self, interfaces: Vec<IfKind>) -> mdns_sd::Result<Speaking> {
        let speaking = Speaking(ServiceDaemon::new_with_port(self.port)?);
        speaking.0.disable_interface(IfKind::All)?;
        let interfaces = if self.is_on_loopback { vec![IfKind::LoopbackV4] } else { interfaces };
        speaking.0.enable_interface(interfaces)?;
        Ok(speaking)
    }
}

/// Multicast DNS being spoken, by a thread of its own that ends with this.
pub(super) struct Speaking(pub ServiceDaemon);

impl Drop for Speaking {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::debug!(%error, "multicast DNS has ended before");
        }
    }
}
