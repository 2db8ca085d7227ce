//! Looking names up for a connection, and leaving of what is found only what may be connected to: the very addresses that are then
//! used, so that a name which leads elsewhere a moment later (DNS rebinding) gains nothing.

use std::error::Error as StdError;
use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::{Allowed, NotThere, own_networks, reachable};
use crate::error::Cause;

/// Looks a name up.
pub(crate) type LookUp =
    Arc<dyn Fn(String) -> BoxFuture<'static, std::io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// Looks names up for an HTTP client that may connect to these addresses.
pub(crate) struct Guarded {
    allowed: Allowed,
    look_up: LookUp,
}

impl Guarded {
    /// One that finds by `look_up` what is `allowed`.
    pub(crate) fn new(allowed: Allowed, look_up: &LookUp) -> Self {
        Self { allowed, look_up: Arc::clone(look_up) }
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (allowed, look_up) = (self.allowed, Arc::clone(&self.look_up));
        Box::pin(async move {
            let found = look_up(name.as_str().to_owned()).await?;
            let left = reachable(name.as_str(), found, allowed, &own_networks()).map_err(Cause::from)?;
            Ok(Box::new(left.into_iter()) as Addrs)
        })
    }
}

/// As this computer looks names up.
pub(crate) fn system_look_up() -> LookUp {
    Arc::new(|name| Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) }))
}

/// Why an address was not connected to, when an error is that.
pub(crate) fn refused(error: &(dyn StdError + 'static)) -> Option<NotThere> {
    let mut cause = Some(error);
    while let Some(inner) = cause {
        if let Some(refused) = inner.downcast_ref::<NotThere>() {
            return Some(*refused);
        }
        cause = inner.source();
    }
    None
}
