//! The way out, against servers of the tests' own. Names lead where a test says.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use axum::routing::any;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::clock::ManualClock;
use crate::model::Timestamp;
use crate::outside::address::NotThere;

/// A clock that stands still.
pub(in crate::outside) fn clock() -> ManualClock {
    ManualClock::at(Timestamp::from_millis(1_790_000_000_000))
}

/// What a server heard of one request.
#[derive(Clone, Debug)]
pub(in crate::outside) struct Heard {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Heard {
    /// A header's value; empty when it was not sent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

/// A server on this computer that answers everything alike and remembers what it heard.
pub(in crate::outside) struct Peer {
    /// `http://127.0.0.1:port`.
    pub origin: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Peer {
    /// Answers with this status, these headers and this body.
    pub async fn answering(
        status: u16,
        headers: &[(&'static str, &'static str)],
        body: &'static str,
    ) -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let headers = headers.to_vec();
        let answer = move |State(heard): State<Arc<Mutex<Vec<Heard>>>>, request: axum::extract::Request| {
            let headers = headers.clone();
            async move {
                let (parts, content) = request.into_parts();
                let content = axum::body::to_bytes(content, 1 << 20).await.expect("a body");
                let path = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
                heard.lock().expect("no holder panics").push(Heard {
                    method: parts.method,
                    path,
                    headers: parts.headers,
                    body: content.to_vec(),
                });
                let mut answer = (StatusCode::from_u16(status).expect("a status"), body).into_response();
                for (name, value) in headers {
                    answer.headers_mut().insert(name, value.parse().expect("a header"));
                }
                answer
            }
        };
        let app = Router::new().fallback(any(answer)).with_state(Arc::clone(&heard));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { origin, heard }
    }

    /// Everything heard so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("no holder panics").clone()
    }

    /// The one request that it heard.
    pub fn only(&self) -> Heard {
        let mut heard = self.heard();
        assert_eq!(heard.len(), 1, "{heard:?}");
        heard.remove(0)
    }
}

/// A way out that trusts these origins.
pub(in crate::outside) fn outlet(trusted: &[&str]) -> Outlet {
    let trusted = trusted.iter().map(|origin| origin.parse().expect("an origin")).collect();
    Outlet::new(Guard::trusting(trusted))
}

/// A way out on which names lead where `names` says: to the next of its addresses at each look-up.
fn outlet_with(names: &[(&str, &[&str])]) -> Outlet {
    let names = names.iter().map(|(name, found)| {
        let found = found.iter().map(|found| found.parse().expect("an address")).collect::<Vec<SocketAddr>>();
        ((*name).to_owned(), found)
    });
    let names = Mutex::new(names.collect::<HashMap<_, _>>());
    let look_up: LookUp = Arc::new(move |name| {
        let mut names = names.lock().expect("no holder panics");
        let found = names.get_mut(&name).filter(|found| !found.is_empty()).map(|found| found.remove(0));
        Box::pin(async move { Ok(found.into_iter().collect()) })
    });
    Outlet::looking_up(Guard::default(), &look_up)
}

async fn get(outlet: &Outlet, url: &str, reach: Reach) -> Result<Answer, Handed> {
    let message = Message {
        method: Method::GET,
        url: url.parse().expect("an address"),
        headers: HeaderMap::new(),
        body: Vec::new(),
    };
    outlet.send(message, reach, &clock()).await
}

fn is_forbidden(answer: Result<Answer, Handed>) -> bool {
    answer.err() == Some(Handed::refused(NotThere::Forbidden.to_string()))
}

#[tokio::test]
async fn a_name_that_leads_to_this_computer_is_not_connected_to() {
    let peer = Peer::answering(200, &[], "").await;
    let port = peer.origin.rsplit(':').next().expect("a port").to_owned();
    let loopback = format!("127.0.0.1:{port}");
    let outlet = outlet_with(&[("evil.example", &[&loopback, &loopback, &loopback])]);
    assert!(is_forbidden(get(&outlet, &format!("https://evil.example:{port}/"), Reach::Internet).await));
    assert!(is_forbidden(get(&outlet, &format!("https://evil.example:{port}/"), Reach::HomeNetwork).await));
    assert!(is_forbidden(get(&outlet, &format!("http://evil.example:{port}/"), Reach::HomeNetwork).await));
    assert!(peer.heard().is_empty());
    // Written so, it is what the household set up.
    let answer =
        get(&outlet, &format!("{}/hook?x=1", peer.origin), Reach::HomeNetwork).await.expect("answers");
    assert_eq!((answer.status, peer.only().path.as_str()), (StatusCode::OK, "/hook?x=1"));
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_a_moment_later_gains_nothing() {
    let peer = Peer::answering(200, &[], "").await;
    let port = peer.origin.rsplit(':').next().expect("a port").to_owned();
    // At the first look nobody's address, at the second this computer.
    let outlet =
        outlet_with(&[("rebinding.example", &[&format!("0.0.0.0:{port}"), &format!("127.0.0.1:{port}")])]);
    for _ in 0..2 {
        assert!(is_forbidden(
            get(&outlet, &format!("https://rebinding.example:{port}/"), Reach::Internet).await
        ));
    }
    assert!(peer.heard().is_empty());
}

#[tokio::test]
async fn nobody_is_followed_elsewhere() {
    let elsewhere = Peer::answering(200, &[], "").await;
    let to = format!("{}/elsewhere", elsewhere.origin);
    let app = Router::new().fallback(any(move || async move { Redirect::temporary(&to) }));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let answer = get(&outlet(&[&origin]), &origin, Reach::Internet).await.expect("answers");
    assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(
        Handed::of(answer.status, None, ""),
        Handed::refused("the server answers 307 Temporary Redirect")
    );
    assert!(elsewhere.heard().is_empty());
}

#[tokio::test]
async fn no_more_is_read_of_an_answer_than_is_needed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("somebody comes");
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(b"HTTP/1.1 503 Busy\r\nretry-after: 7\r\n\r\n").await;
        // Without an end.
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
    });
    let answer = get(&outlet(&[&origin]), &origin, Reach::Internet).await.expect("answers");
    assert_eq!((answer.status.as_u16(), answer.after), (503, Some(Duration::from_secs(7))));
    assert_eq!(answer.body.len(), MOST_ANSWER_BYTES);
}

#[tokio::test]
async fn no_answer_is_tried_again_and_names_no_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let handed = get(&outlet(&[&origin]), &format!("{origin}/secret-part"), Reach::Internet).await;
    let Err(Handed::Later { after: None, why }) = handed else { panic!("{handed:?}") };
    assert!(why.starts_with("the server cannot be reached: ") && !why.contains("secret-part"), "{why}");
}
