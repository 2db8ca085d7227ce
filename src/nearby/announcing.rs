//! Saying on the household's network that a home is here: its address, its port, and by what it is known. No name of anybody, nor of
//! this computer.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use mdns_sd::ServiceInfo;

use super::home_id::HomeId;
use super::mdns::{Mdns, SERVICE, Speaking, VERSION};

/// How long it may take to say that the home is not there any more.
const FAREWELL: Duration = Duration::from_secs(1);

/// What is being said, until it is ended.
pub struct Announcement {
    speaking: Speaking,
    name: String,
}

impl Announcement {
    /// Says that a home listens at these addresses. `None` without any.
    pub fn begin(mdns: Mdns, id: HomeId, addresses: &[SocketAddr]) -> mdns_sd::Result<Option<Self>> {
        let Some(port) = addresses.first().map(SocketAddr::port) else { return Ok(None) };
        let own: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
        let short = id.short();
        // Room is left for what tells one home from another, once there is something that does.
        let said = [("v", VERSION.to_owned()), ("id", id.to_string())];
        let service = ServiceInfo::new(
            SERVICE,
            &format!("Latchkey {short}"),
            &format!("latchkey-{short}.local."),
            own.as_slice(),
            port,
            said.as_slice(),
        )?;
        let name = service.get_fullname().to_owned();
        let speaking = mdns.at(&own)?;
        speaking.0.register(service)?;
        Ok(Some(Self { speaking, name }))
    }

    /// Says that it is not there any more, and is silent from then on.
    pub async fn end(self) {
        match self.speaking.0.unregister(&self.name) {
            Ok(said) => {
                if tokio::time::timeout(FAREWELL, said.recv_async()).await.is_err() {
                    tracing::debug!("it could not be said in time that the home is not there any more");
                }
            }
            Err(error) => tracing::debug!(%error, "it could not be said that the home is not there any more"),
        }
    }
}
