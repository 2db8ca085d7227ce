//! What every handler needs: the verbs, and how the home is reached.

use std::net::SocketAddr;
use std::sync::Arc;

use ipnet::IpNet;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::cookies::CookieNames;
use super::surroundings::Surroundings;
use crate::access::Core;
use crate::config::{Config, unmapped};

/// What every handler needs. Cheap to clone.
#[derive(Clone)]
pub struct Door(Arc<Inner>);

/// Behind one pointer, since every request clones it.
pub struct Inner {
    /// What the verbs work with.
    pub core: Arc<Core>,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Whose addresses stand for somebody else, and which are on this side.
    pub surroundings: Arc<Surroundings>,
    /// The address people open, when it was configured.
    pub public_url: Option<Url>,
    /// The address it listens on.
    pub address: SocketAddr,
    /// What the cookies are called.
    pub cookies: CookieNames,
    /// Cancelled when the home stops: streams without an end watch it.
    pub stop: CancellationToken,
    /// Whether what comes in here came within TLS, by the home's own certificate.
    pub is_within_tls: bool,
}

impl Door {
    /// The door of a home with these settings that listens on `address`.
    pub fn new(config: &Config, address: SocketAddr, core: Arc<Core>, stop: CancellationToken) -> Self {
        let surroundings = Surroundings::read(core.clock.elapsed(), config.is_in_container);
        Self::among(config, address, core, stop, surroundings)
    }

    /// The same, with what is around it told.
    pub fn among(
        config: &Config,
        address: SocketAddr,
        core: Arc<Core>,
        stop: CancellationToken,
        surroundings: Surroundings,
    ) -> Self {
        let is_secure = config.public_url.as_ref().is_some_and(|url| url.scheme() == "https");
        Self(Arc::new(Inner {
            surroundings: Arc::new(surroundings),
            core,
            trusted_proxies: config.trusted_proxies.iter().copied().map(unmapped).collect(),
            public_url: config.public_url.clone(),
            address,
            cookies: CookieNames::new(is_secure, config.cookie_domain.clone()),
            stop,
            is_within_tls: false,
        }))
    }

    /// The same home's door for what comes within TLS. Its cookies are for https only, and are others than those of the plain
    /// door: a browser keeps both, for the two are one host to it.
    #[must_use]
    pub fn within_tls(&self) -> Self {
        Self(Arc::new(Inner {
            core: Arc::clone(&self.core),
            trusted_proxies: self.trusted_proxies.clone(),
            surroundings: Arc::clone(&self.surroundings),
            public_url: self.public_url.clone(),
            address: self.address,
            cookies: self.cookies.for_https(),
            stop: self.stop.clone(),
            is_within_tls: true,
        }))
    }
}

impl Inner {
    /// The name people open it by under https where a proxy speaks that, and not the home itself: at the home's own port, within
    /// TLS, it does.
    pub fn https_host(&self) -> Option<&str> {
        let url = self.public_url.as_ref().filter(|url| url.scheme() == "https")?;
        let is_own_port = self.is_within_tls && url.port_or_known_default() == Some(self.address.port());
        if is_own_port { None } else { url.host_str() }
    }
}

impl std::ops::Deref for Door {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
