//! Where servers of others announce themselves on the household's network (DNS-SD, RFC 6763). What is heard proves nothing.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use mdns_sd::ServiceEvent;

use super::interfaces::Interfaces;
use crate::error::{Error, Result};

/// Most addresses that are taken from one kind of announcement.
const MOST: usize = 32;

/// Addresses at which servers say they are by `name`, such as `_home-assistant._tcp.local.`, of those that can be of the household.
///
/// # Errors
///
/// [`Error::CannotLookAround`] where multicast DNS cannot be spoken.
pub async fn announced(
    interfaces: &dyn Interfaces,
    name: &str,
    patience: Duration,
) -> Result<BTreeSet<SocketAddr>> {
    let cannot = |error: mdns_sd::Error| Error::CannotLookAround(error.into());
    let speaking = interfaces.mdns().everywhere().map_err(cannot)?;
    let answers = speaking.0.browse(name).map_err(cannot)?;
    let mut found = BTreeSet::new();
    let listening = async {
        while found.len() < MOST {
            let Ok(event) = answers.recv_async().await else { break };
            if let ServiceEvent::ServiceResolved(server) = event {
                let addresses = server.addresses.iter().map(|address| address.to_ip_addr().to_canonical());
                let least: Option<IpAddr> =
                    addresses.filter(|address| interfaces.is_of_a_household(*address)).min();
                found.extend(
                    least.filter(|_| server.port != 0).map(|address| SocketAddr::new(address, server.port)),
                );
            }
        }
    };
    // What has come by then is what there is.
    let _ = tokio::time::timeout(patience, listening).await;
    Ok(found)
}
