//! A home that is told to stop: what is under way is finished, streams end, and nothing that happened is lost.

mod support;

use std::io::ErrorKind;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::routing::post;
use latchkey::wire::ActivityReport;
use serde_json::json;
use support::{LOGIN, PASSWORD, TestHome, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_has_not_come_whole_is_refused_when_the_home_stops() {
    let form = "application/x-www-form-urlencoded";
    cut_short("/api/v1/sign-in", "application/json", "\"busy\"").await;
    cut_short("/token", form, "\"temporarily_unavailable\"").await;
    cut_short("/sign-in", form, "The home is busy.").await;
}

/// What that path answers with when the home stops and only the beginning of the body has come.
async fn cut_short(path: &str, kind: &str, told: &str) {
    let home = TestHome::start().await;
    home.set_up().await;
    home.clock.advance(Duration::from_mins(1));
    let address = home.app.address();
    let body = json!({ "login": LOGIN, "password": PASSWORD }).to_string();
    let mut under_way = TcpStream::connect(address).await.expect("it listens");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
         Expect: 100-continue\r\n\r\n",
        body.len()
    );
    under_way.write_all(head.as_bytes()).await.expect("it reads");
    // Said when somebody waits for the body: the request has arrived.
    let mut go_on = [0; 25];
    under_way.read_exact(&mut go_on).await.expect("an answer");
    assert_eq!(String::from_utf8_lossy(&go_on), "HTTP/1.1 100 Continue\r\n\r\n");
    under_way.write_all(&body.as_bytes()[..10]).await.expect("it reads");

    let stopping = tokio::spawn(home.app.stop());
    eventually("nobody listens any more", async || TcpStream::connect(address).await.is_err().then_some(()))
        .await;
    // The rest never comes.
    let mut answer = String::new();
    under_way.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains(told), "{path}: {answer}");
    stopping.await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_sends_slowly_is_cut_off_at_once_and_whoever_is_being_answered_is_not() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (began, mut beginnings) = tokio::sync::mpsc::unbounded_channel();
    let finish = CancellationToken::new();
    let slow = {
        let began = began.clone();
        async move |body: Body| {
            began.send("slow").expect("heard");
            match axum::body::to_bytes(body, 1024).await {
                Ok(_) => StatusCode::OK,
                Err(_) => StatusCode::SERVICE_UNAVAILABLE,
            }
        }
    };
    let whole = {
        let finish = finish.clone();
        async move |_: Bytes| {
            began.send("whole").expect("heard");
            finish.cancelled().await;
            StatusCode::OK
        }
    };
    let router = Router::new().route("/slow", post(slow)).route("/whole", post(whole));
    let stop = CancellationToken::new();
    let serving = tokio::spawn(latchkey::http::serve(listener, router, Vec::new(), stop.clone()));
    let ask = async |path: &str| {
        let mut client = TcpStream::connect(address).await.expect("it listens");
        let head = format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 4\r\n\r\n");
        client.write_all(head.as_bytes()).await.expect("it reads");
        client
    };
    let mut answered = ask("/whole").await;
    answered.write_all(b"1234").await.expect("it reads");
    assert_eq!(beginnings.recv().await, Some("whole"));
    let mut slow = ask("/slow").await;
    slow.write_all(b"1").await.expect("it reads");
    assert_eq!(beginnings.recv().await, Some("slow"));
    let mut hesitating = TcpStream::connect(address).await.expect("it listens");
    hesitating.write_all(b"POST /whole HT").await.expect("it reads");

    stop.cancel();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.expect("it is cut off");
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    let cut_off = hesitating.read(&mut [0; 16]).await;
    // Which of the two depends on whether what it had sent was read.
    assert!(
        matches!(&cut_off, Ok(0))
            || matches!(&cut_off, Err(error) if error.kind() == ErrorKind::ConnectionReset),
        "{cut_off:?}"
    );
    assert!(!serving.is_finished(), "nobody waited for a time limit");
    // Only then is the other one answered.
    finish.cancel();
    let mut answer = String::new();
    answered.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    serving.await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_end_and_the_last_activity_is_kept() {
    let (home, owner) = TestHome::with_account().await;
    let token = owner.cookie("latchkey_session").expect("signed in");
    let events = latchkey::tls::http_client()
        .get(format!("{}/api/v1/events", home.address()))
        .bearer_auth(&token)
        .send()
        .await
        .expect("an answer");
    assert_eq!(events.status(), 200);
    home.clock.advance(Duration::from_hours(5));
    let report =
        ActivityReport { title: Some("The Lighthouse Keepers".into()), state: Some("playing".into()) };
    let report = serde_json::to_value(report).expect("JSON");
    assert_eq!(owner.post_json("/api/v1/session/activity", &report).await.status, 204);
    let now = latchkey::clock::Clock::now(&*home.clock).to_string();

    let home = home.restart().await;
    events.text().await.expect("the stream ended in good order");
    let owner = home.browser();
    owner.always("authorization", &format!("Bearer {token}"));
    let device = owner.devices().await.remove(0);
    assert_eq!(device["last_title"], "The Lighthouse Keepers");
    assert_eq!(device["last_active_at"], now, "{device}");
}
