//! A server that takes messages as a push service does (RFC 8030 section 5), and ntfy, and tells when it has the whole of one.
//! What is in a push message is for the browser alone and is not opened here.

use std::time::Instant;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::routing::any;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::common::now;
use super::{Outcome, within};

/// Largest message that is read, in bytes: a push message has 4,096 at most, one of ntfy's not many more.
const MOST_BYTES: usize = 64 * 1024;

/// One message.
pub struct Heard {
    /// When the last byte of it was there.
    pub at: Instant,
    /// The address it came to, without the server.
    pub path: String,
    /// What it takes the place of (RFC 8030 section 5.4), which is the same for all that is said of one alert; empty at ntfy.
    pub topic: String,
    /// What it says.
    pub body: Vec<u8>,
}

/// The server.
pub struct Receiver {
    /// `http://127.0.0.1:port`.
    pub origin: String,
    name: &'static str,
    heard: UnboundedReceiver<Heard>,
}

impl Receiver {
    /// Starts one that answers every message with that status.
    pub async fn start(name: &'static str, status: StatusCode) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.map_err(|cause| format!("{name} cannot listen on this computer: {cause}"))?;
        let address = listener.local_addr().map_err(|cause| format!("{name} has no address: {cause}"))?;
        let (incoming, heard) = unbounded_channel();
        let server = Router::new().fallback(any(move |request| take(request, incoming.clone(), status)));
        tokio::spawn(async move { axum::serve(listener, server).await });
        Ok(Self { origin: format!("http://{address}"), name, heard })
    }

    /// The next message, in the order they came.
    pub async fn next(&mut self, what: &str) -> Outcome<Heard> {
        let waited = within(&format!("{}, {what}", self.name), self.heard.recv()).await?;
        waited.ok_or_else(|| format!("{} has ended", self.name))
    }
}

async fn take(
    request: Request,
    incoming: UnboundedSender<Heard>,
    status: StatusCode,
) -> (StatusCode, &'static str) {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MOST_BYTES).await else {
        return (StatusCode::BAD_REQUEST, "{}");
    };
    let at = now();
    let topic =
        parts.headers.get("topic").and_then(|topic| topic.to_str().ok()).unwrap_or_default().to_owned();
    // Nobody listens any more once the bench is over.
    let _ = incoming.send(Heard { at, path: parts.uri.path().to_owned(), topic, body: body.to_vec() });
    (status, "{}")
}
