//! A home that is told to stop: what is under way is finished, streams end, and nothing that happened is lost.

mod support;

use std::time::Duration;

use latchkey::wire::ActivityReport;
use serde_json::json;
use support::{LOGIN, PASSWORD, TestHome, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_under_way_is_answered_and_a_new_one_is_not() {
    let home = TestHome::start().await;
    home.set_up().await;
    home.clock.advance(Duration::from_mins(1));
    let address = home.app.address();
    let body = json!({ "login": LOGIN, "password": PASSWORD }).to_string();
    let mut under_way = TcpStream::connect(address).await.expect("it listens");
    let head = format!(
        "POST /api/v1/sign-in HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    under_way.write_all(head.as_bytes()).await.expect("it reads");
    let (first, rest) = body.split_at(10);
    under_way.write_all(first.as_bytes()).await.expect("it reads");
    // A second connection that was accepted after it: the first request has arrived.
    let probe = home.browser().get("/healthz").await;
    assert_eq!(probe.status, 200);

    let stopping = tokio::spawn(home.app.stop());
    eventually("nobody listens any more", async || TcpStream::connect(address).await.is_err().then_some(()))
        .await;
    under_way.write_all(rest.as_bytes()).await.expect("it still reads");
    let mut answer = String::new();
    under_way.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    stopping.await.expect("it stops");
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
    assert!(owner.post_json("/api/v1/session/activity", &report).await.status < 300);
    let now = latchkey::clock::Clock::now(&*home.clock).to_string();

    let home = home.restart().await;
    events.text().await.expect("the stream ended in good order");
    let owner = home.browser();
    owner.always("authorization", &format!("Bearer {token}"));
    let device = owner.devices().await.remove(0);
    assert_eq!(device["last_title"], "The Lighthouse Keepers");
    assert_eq!(device["last_active_at"], now, "{device}");
}
