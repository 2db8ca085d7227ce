//! A server of somebody else's that answers everything alike, and remembers what it heard.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::any;
use tokio::net::TcpListener;

/// One request.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Its method.
    pub method: Method,
    /// Its path, with the query.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Heard {
    /// A header's value; empty when it was not sent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

/// The server.
pub struct Peer {
    /// `http://127.0.0.1:port`.
    pub origin: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Peer {
    /// Answers with this status.
    pub async fn answering(status: u16) -> Self {
        Self::listening("127.0.0.1:0", status).await
    }

    /// The same, at that address.
    pub async fn listening(address: &str, status: u16) -> Self {
        let status = StatusCode::from_u16(status).expect("a status");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&heard);
        let app = Router::new().fallback(any(move |request: Request| async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body").to_vec();
            let path = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
            let one = Heard { method: parts.method, path, headers: parts.headers, body };
            notes.lock().expect("no holder panics").push(one);
            status
        }));
        let listener = TcpListener::bind(address).await.expect("an address of its own");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { origin, heard }
    }

    /// Everything heard so far, oldest first.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("no holder panics").clone()
    }

    /// The only request so far.
    pub fn only(&self) -> Heard {
        let mut heard = self.heard();
        assert_eq!(heard.len(), 1, "{heard:?}");
        heard.remove(0)
    }
}
