//! The two doors of a home, behind one port: as it is, and within TLS with the home's own certificate.

use std::sync::Arc;

use axum::Router;
use rustls::ServerConfig;
use tokio_rustls::TlsAcceptor;

use super::door::Door;
use super::router;

/// What answers at a port. Cheap to clone.
#[derive(Clone)]
pub struct Doors {
    plain: Router,
    encrypted: Option<Encrypted>,
}

#[derive(Clone)]
struct Encrypted {
    router: Router,
    acceptor: TlsAcceptor,
}

impl Doors {
    /// Those of a home.
    pub fn of(door: Door) -> Self {
        let config = door.core.certificates.server_config();
        let encrypted = router(door.within_tls());
        Self::both(router(door), encrypted, config)
    }

    /// One without TLS.
    pub fn plain(router: Router) -> Self {
        Self { plain: router, encrypted: None }
    }

    /// Both, with what answers behind each and how handshakes are answered.
    pub fn both(plain: Router, encrypted: Router, config: Arc<ServerConfig>) -> Self {
        Self { plain, encrypted: Some(Encrypted { router: encrypted, acceptor: TlsAcceptor::from(config) }) }
    }

    /// What answers handshakes.
    pub fn acceptor(&self) -> Option<&TlsAcceptor> {
        self.encrypted.as_ref().map(|encrypted| &encrypted.acceptor)
    }

    /// What answers requests that came within TLS, or plainly.
    pub fn behind(&self, is_encrypted: bool) -> &Router {
        match &self.encrypted {
            Some(encrypted) if is_encrypted => &encrypted.router,
            _ => &self.plain,
        }
    }
}
