//! Bringing the place database up to date from a configured address, as a person does it in the settings: progress
//! as it goes, the new places in use at once, and the old ones kept when what arrived is not what it should be.

mod support;

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use futures_util::StreamExt;
use latchkey::access::asking::Asking;
use latchkey::home::Home;
use latchkey::model::Secret;
use latchkey::wire::{EventKind, GeoProgress};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use support::{TestHome, eventually};
use tokio_util::sync::CancellationToken;

/// The demonstration's places: Lisbon for 192.0.2.10.
fn database() -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/demo/places.mmdb")).expect("is there")
}

/// A server on this computer with a database, and with what it says its checksum is.
async fn publisher(database: Vec<u8>, checksum: String) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let database = Arc::new(database);
    let router = Router::new()
        .route("/places.mmdb", get(move || async move { database.to_vec() }))
        .route("/places.mmdb.sha256", get(move || async move { format!("{checksum}  places.mmdb\n") }));
    tokio::spawn(async move {
        latchkey::http::serve(listener, router, Vec::new(), CancellationToken::new()).await;
    });
    address
}

fn checksum_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

async fn home_that_updates_from(publisher: SocketAddr) -> (TestHome, support::Browser) {
    let home = TestHome::start_with(|config| {
        config.geoip_update_url = Some(format!("http://{publisher}/places.mmdb"));
        config.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    })
    .await;
    let owner = home.set_up().await;
    (home, owner)
}

/// What lies in a test's folder for the core's own tests: a line of MEO's in Portugal, and others.
fn networks() -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/geo/testdata/networks.mmdb"))
        .expect("is there")
}

/// Starts an update and waits for its end; answers with how it ended.
async fn update(owner: &support::Browser) -> Value {
    let started = owner.post_json("/api/v1/geo/update", &json!({})).await;
    assert_eq!(started.status, 202, "{}", started.text);
    eventually("the update ends", async || {
        let progress = owner.get("/api/v1/geo").await.json()["progress"].clone();
        matches!(progress["step"].as_str(), Some("done" | "failed")).then_some(progress)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_is_told_as_it_goes_and_its_places_are_used_at_once() {
    let database = database();
    let publisher = publisher(database.clone(), checksum_of(&database)).await;
    let (home, owner) = home_that_updates_from(publisher).await;
    let before = owner.get("/api/v1/geo").await.json();
    assert_eq!((before["state"].as_str(), before["progress"].is_null()), (Some("none"), true), "{before}");
    owner.always("x-forwarded-for", "192.0.2.10");
    owner.get("/api/v1/session").await;

    let token = owner.cookie("latchkey_session").map(Secret::received);
    let user_agent = Some(support::browser::FIREFOX.to_owned());
    let address = "192.0.2.10".parse().ok();
    let listening = home.app.here(Asking { token, address, user_agent, ..Asking::default() });
    let mut events = listening.events().await.expect("events");
    assert_eq!(update(&owner).await["step"], "done");
    let mut told = Vec::new();
    while let Some(event) = events.next().await {
        if let EventKind::GeoUpdate { progress } = event.kind {
            let is_over = progress == GeoProgress::Done;
            told.push(progress);
            if is_over {
                break;
            }
        }
    }
    let arrived =
        GeoProgress::Downloading { received: database.len() as u64, total: Some(database.len() as u64) };
    assert!(told.contains(&arrived) && told.contains(&GeoProgress::Checking), "{told:?}");

    let after = owner.get("/api/v1/geo").await.json();
    assert_eq!(after["state"], "city", "{after}");
    assert!(after["files"][0]["built_at"].is_string(), "the database's date: {after}");
    home.clock.advance(std::time::Duration::from_mins(1));
    let tablet = home.browser();
    tablet.always("x-forwarded-for", "192.0.2.10");
    let request = json!({ "login": support::LOGIN, "password": support::PASSWORD,
        "device": { "name": "Tablet", "kind": "tablet" } });
    assert_eq!(tablet.post_json("/api/v1/sign-in", &request).await.status, 200);
    assert_eq!(owner.device_named("Tablet").await["place"]["label"], "Lisbon, Portugal");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn networks_and_exits_are_brought_up_to_date_with_the_places() {
    let (places, networks) = (database(), networks());
    let publisher_of_places = publisher(places.clone(), checksum_of(&places)).await;
    let publisher_of_networks = publisher(networks.clone(), checksum_of(&networks)).await;
    let exits = publisher(b"171.25.193.77\n".to_vec(), checksum_of(b"171.25.193.77\n")).await;
    let home = TestHome::start_with(|config| {
        config.geoip_update_url = Some(format!("http://{publisher_of_places}/places.mmdb"));
        config.networks_update_url = Some(format!("http://{publisher_of_networks}/places.mmdb"));
        config.tor_exits_update_url = Some(format!("http://{exits}/places.mmdb"));
        config.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    })
    .await;
    let owner = home.set_up().await;
    let before = owner.get("/api/v1/geo").await.json()["networks"].clone();
    assert!(before["built_at"].is_null() && before["tor_exits_written_at"].is_null(), "{before}");
    assert!(before["kinds_made_on"].is_string(), "the table that is shipped: {before}");
    assert_eq!(update(&owner).await["step"], "done");
    let after = owner.get("/api/v1/geo").await.json()["networks"].clone();
    assert!(after["built_at"].is_string() && after["tor_exits"] == 1, "{after}");
    for (name, address, kind, asn) in
        [("Phone", "172.56.1.2", "mobile", 21928), ("Laptop", "171.25.193.77", "tor", 198_093)]
    {
        let device = home.browser();
        device.always("x-forwarded-for", address);
        let request = json!({ "login": support::LOGIN, "password": support::PASSWORD,
            "device": { "name": name, "kind": "phone" } });
        assert_eq!(device.post_json("/api/v1/sign-in", &request).await.status, 200);
        let place = owner.device_named(name).await["place"].clone();
        assert_eq!(
            (place["network_kind"].as_str(), place["asn"].as_u64()),
            (Some(kind), Some(asn)),
            "{place}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_what_it_should_be_is_not_used() {
    let database = database();
    let wrong = publisher(database.clone(), checksum_of(b"something else")).await;
    let torn =
        publisher(database[..database.len() / 2].to_vec(), checksum_of(&database[..database.len() / 2]))
            .await;
    for publisher in [wrong, torn] {
        let (_home, owner) = home_that_updates_from(publisher).await;
        let progress = update(&owner).await;
        assert_eq!(progress["step"], "failed", "{progress}");
        assert!(progress["message"].as_str().is_some_and(|why| why.len() > 20), "a sentence: {progress}");
        assert_eq!(owner.get("/api/v1/geo").await.json()["state"], "none");
    }
}
