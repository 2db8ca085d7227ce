//! An account sees only its own; another's id answers "not found" and nothing happens to it.

mod support;

use std::time::Duration;

use latchkey::access::set_up::new_account;
use latchkey::model::ProfileKind;
use latchkey::wire::NewProfile;
use serde_json::{Value, json};
use support::{Browser, TestHome};

/// A second account in the same home, and a device signed in to it.
async fn stranger(home: &TestHome) -> Browser {
    let core = home.app.core();
    let profile = NewProfile::of("Bob", ProfileKind::Adult);
    let account = new_account(core, "bob", "bob's password".into(), vec![profile]).await.expect("an account");
    core.store.create_account(&account).await.expect("kept");
    home.clock.advance(Duration::from_mins(1));
    let device = home.browser();
    let request = json!({ "login": "bob", "password": "bob's password" });
    let answer = device.post_json("/api/v1/sign-in", &request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    device
}

#[tokio::test]
async fn what_belongs_to_another_account_is_not_found_and_stays_as_it_is() {
    let (home, ana) = TestHome::with_account().await;
    home.clock.advance(Duration::from_mins(1));
    let tablet = home.device("Tablet").await;
    let bob = stranger(&home).await;
    let device = ana.device_named("Tablet").await["id"].as_str().expect("an id").to_owned();
    let alert = ana.get("/api/v1/alerts").await.json()["alerts"][0]["id"].as_str().expect("an id").to_owned();
    let profile = ana.profile("Ana").await;

    let refused = [
        bob.get(&format!("/api/v1/devices/{device}")).await,
        bob.post_json(&format!("/api/v1/devices/{device}/sign-out"), &json!({})).await,
        bob.get(&format!("/api/v1/alerts/{alert}")).await,
        bob.post_json(&format!("/api/v1/alerts/{alert}/answer"), &json!({ "answer": "not_me" })).await,
        bob.put_json("/api/v1/session/profile", &json!({ "profile_id": profile })).await,
        bob.get("/api/v1/devices/no-id-at-all").await,
    ];
    for answer in refused {
        assert_eq!(
            (answer.status, answer.json()["error"].as_str()),
            (404, Some("not_found")),
            "{}",
            answer.url
        );
    }
    let many = bob.post_json("/api/v1/devices/sign-out", &json!({ "ids": [device] })).await;
    assert_eq!(many.json()["results"][0]["effect"], "not_found");
    let all = bob.post_json("/api/v1/devices/sign-out", &json!({ "all": true })).await;
    assert_eq!(all.json()["results"], json!([]));

    let listed = bob.devices().await;
    assert_eq!(listed.len(), 1);
    assert!(bob.get("/api/v1/alerts").await.json()["alerts"].as_array().is_some_and(Vec::is_empty));
    let history = bob.get("/api/v1/history").await.json();
    let concerned = |line: &Value| line["device_id"] == device.as_str();
    assert!(!history["history"].as_array().expect("lines").iter().any(concerned));
    assert_eq!(tablet.get("/guard").await.status, 200, "Ana's tablet was touched");
}
