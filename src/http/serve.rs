//! Accepting connections, with limits, until the home stops.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use ipnet::IpNet;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::util::MapRequest;

use super::asking::Peer;

/// Longest time a client may take to send its headers.
const HEADER_TIME: Duration = Duration::from_secs(10);

/// Longest headers, in bytes.
const MOST_HEADERS: usize = 32 * 1024;

/// Most connections at the same time; the next one waits to be accepted.
const MOST_CONNECTIONS: usize = 2048;

/// Most connections of one address that is neither this computer's nor a proxy's; the next one is closed. A house
/// behind one address has a few dozen.
const MOST_OF_AN_ADDRESS: usize = 256;

/// Longest time that requests under way may take when the home stops.
const STOP_TIME: Duration = Duration::from_secs(5);

/// Serves `router` on `listener` until `stop`; then lets requests under way finish.
///
/// Addresses in `trusted` are proxies', which speak for many clients.
pub async fn serve(listener: TcpListener, router: Router, trusted: Vec<IpNet>, stop: CancellationToken) {
    let by_address = ByAddress::default();
    let graceful = GracefulShutdown::new();
    let connections = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME).max_buf_size(MOST_HEADERS);
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &connections) => accepted,
        };
        let (stream, peer, place) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file handles, say: it passes, and spinning would not help it.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let address = peer.ip().to_canonical();
        let speaks_for_many = address.is_loopback() || trusted.iter().any(|net| net.contains(&address));
        let counted = if speaks_for_many { None } else { Some(by_address.count(address)) };
        if let Some(None) = counted {
            tracing::debug!(%peer, "one address has too many connections");
            continue;
        }
        let _ = stream.set_nodelay(true);
        let service = MapRequest::new(router.clone(), move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer.ip()));
            request.map(Body::new)
        });
        let connection = server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, %peer, "a connection ended badly");
            }
            drop((place, counted));
        });
    }
    drop(listener);
    if tokio::time::timeout(STOP_TIME, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were still under way when the home stopped");
    }
}

/// How many connections each address has open.
#[derive(Clone, Default)]
struct ByAddress(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl ByAddress {
    /// One more of an address, until it is dropped; `None` when it has as many as it may.
    fn count(&self, address: IpAddr) -> Option<Counted> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        (*count < MOST_OF_AN_ADDRESS).then(|| {
            *count += 1;
            Counted { all: self.clone(), address }
        })
    }
}

struct Counted {
    all: ByAddress,
    address: IpAddr,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

type Accepted = (tokio::net::TcpStream, std::net::SocketAddr, tokio::sync::OwnedSemaphorePermit);

async fn accept(listener: &TcpListener, connections: &Arc<Semaphore>) -> std::io::Result<Accepted> {
    let place = Arc::clone(connections).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, place))
}
