//! The receiver of `docs/channels.md`, as it stands there.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use latchkey::clock::SystemClock;
use latchkey::model::Secret;
use latchkey::outside::web_hook::{Hook, send};
use latchkey::outside::{Guard, Handed, Outlet};
use latchkey::random::SystemRandom;
use serde_json::json;

use crate::support::server::Process;

/// What stands between the fences.
fn recipe() -> &'static str {
    let page = include_str!("../../docs/channels.md");
    let (_, after) = page.split_once("```python\n").expect("a recipe");
    after.split_once("\n```").expect("its end").0
}

#[tokio::test]
async fn the_receiver_of_the_documents_takes_what_is_signed_and_nothing_else() {
    // Free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("one").port();
    let secret = Secret::new(&SystemRandom);
    let mut child = Command::new("python3")
        .args(["-c", recipe()])
        .env("LATCHKEY_HOOK_SECRET", secret.reveal())
        .env("PORT", port.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("python3 is here");
    let mut says = BufReader::new(child.stdout.take().expect("its output")).lines();
    let _process = Process::from(child);
    let outlet = Outlet::new(Guard::default());
    let url = format!("http://127.0.0.1:{port}/hook");
    let body = json!({ "kind": "alert", "title": "A new device signed in", "text": "Łódź" }).to_string();
    let sent = async |secret: Secret| {
        let hook =
            Hook::new(url.parse().expect("an address"), "hook-1", secret, &Guard::default()).expect("a hook");
        send(&outlet, &hook, body.clone().into_bytes(), &SystemClock, &SystemRandom).await
    };
    // It takes a moment to listen.
    let mut again = tokio::time::interval(Duration::from_millis(20));
    let first = loop {
        again.tick().await;
        match sent(secret.clone()).await {
            Handed::Later { .. } => {}
            other => break other,
        }
    };
    assert_eq!(first, Handed::Done);
    assert_eq!(says.next().expect("a line").expect("text"), "A new device signed in - Łódź");
    let forged = sent(Secret::new(&SystemRandom)).await;
    assert!(matches!(forged, Handed::Refused { .. }), "{forged:?}");
}
