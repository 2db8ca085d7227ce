//! What waits for an answer: what the badge counts of it, and one answer to all of it.

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::away::{AT_HOME, RIGA, desktop_household, household, somewhere};
use support::{Browser, LOGIN, PASSWORD, TestHome};

const CURL: &str = "curl/8.10.1";

async fn counted(browser: &Browser) -> u64 {
    browser.get("/api/v1/session").await.json()["open_alerts"].as_u64().expect("a number")
}

async fn says_of_all(browser: &Browser, answer: &str) -> (u16, Value) {
    let answer = browser.post_json("/api/v1/alerts/answer", &json!({ "answer": answer })).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn the_badge_counts_no_device_that_the_household_has_signed_out_and_its_alert_still_asks() {
    let (home, desktop) = desktop_household().await;
    for number in 0..5 {
        let television = somewhere(&home, RIGA, CURL);
        television.signs_in(&home, &format!("TV {number}"), "tv").await;
    }
    assert_eq!(counted(&desktop).await, 5);
    let devices = desktop.devices().await;
    let televisions: Vec<_> =
        devices.iter().filter(|device| device["kind"] == "tv").map(|device| &device["id"]).collect();
    let answer = desktop.post_json("/api/v1/devices/sign-out", &json!({ "ids": televisions })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(counted(&desktop).await, 0);
    let open = desktop.open_alerts().await;
    assert_eq!(open.len(), 5, "whose they were is asked all the same");
    assert!(open.iter().all(|alert| alert["signed_in"] == false), "{open:#?}");
}

#[tokio::test]
async fn a_stranger_who_signs_out_itself_or_an_accomplice_is_counted_as_before() {
    let (home, desktop) = desktop_household().await;
    let stranger = somewhere(&home, RIGA, CURL);
    stranger.signs_in(&home, "Stranger", "computer").await;
    let accomplice = somewhere(&home, RIGA, CURL);
    let accomplice_is = accomplice.signs_in(&home, "Accomplice", "phone").await;
    stranger.sign_out(accomplice_is["device_id"].as_str().expect("an id")).await;
    // Both, and that one of them signed the other out.
    assert_eq!(counted(&desktop).await, 3, "{:#?}", desktop.open_alerts().await);
    assert_eq!(stranger.post_json("/api/v1/sign-out", &json!({})).await.status, 204);
    assert_eq!(counted(&desktop).await, 3);
}

#[tokio::test]
async fn these_are_all_ours_answers_every_device_that_waits_and_each_is_familiar_from_then_on() {
    let (home, owner) = household().await;
    for (name, address) in [("Speaker", AT_HOME), ("Tablet", AT_HOME), ("Phone abroad", RIGA)] {
        somewhere(&home, address, CURL).signs_in(&home, name, "other").await;
    }
    assert_eq!(owner.open_alerts().await.len(), 3);
    let (status, all) = says_of_all(&owner, "me").await;
    assert_eq!((status, &all), (200, &json!({ "answered": 3, "left": 0 })));
    assert_eq!(owner.open_alerts().await, [] as [Value; 0]);
    for name in ["Speaker", "Tablet", "Phone abroad"] {
        assert_eq!(owner.device_named(name).await["familiarity"]["verdict"], "familiar", "{name}");
    }
    assert_eq!(says_of_all(&owner, "me").await, (200, json!({ "answered": 0, "left": 0 })));
}

#[tokio::test]
async fn nothing_but_me_is_said_of_all_at_once() {
    let (_home, owner) = household().await;
    for answer in ["not_me", "unsure"] {
        let (status, refused) = says_of_all(&owner, answer).await;
        assert_eq!((status, &refused["error"]), (422, &json!("invalid_input")), "{refused:#}");
    }
}

#[tokio::test]
async fn a_stranger_says_it_of_nobody() {
    let (home, owner) = household().await;
    let stranger = somewhere(&home, RIGA, CURL);
    stranger.signs_in(&home, "Stranger", "computer").await;
    somewhere(&home, RIGA, CURL).signs_in(&home, "Accomplice", "computer").await;
    let (status, refused) = says_of_all(&stranger, "me").await;
    assert_eq!((status, &refused["error"]), (403, &json!("not_familiar")), "{refused:#}");
    assert_eq!(owner.open_alerts().await.len(), 2);
}

#[tokio::test]
async fn what_a_device_did_is_left_to_be_answered_by_itself() {
    let (home, desktop) = desktop_household().await;
    let stranger = somewhere(&home, RIGA, CURL);
    stranger.signs_in(&home, "Stranger", "computer").await;
    let tablet = somewhere(&home, AT_HOME, CURL).signs_in(&home, "Tablet", "tablet").await;
    stranger.sign_out(tablet["device_id"].as_str().expect("an id")).await;
    let (status, all) = says_of_all(&desktop, "me").await;
    assert_eq!((status, &all), (200, &json!({ "answered": 2, "left": 1 })));
    let left = desktop.open_alerts().await;
    assert_eq!((left.len(), &left[0]["kind"]), (1, &json!("takes_over")), "{left:#?}");
}

#[tokio::test]
async fn a_family_brings_in_its_devices_in_the_first_days_and_is_asked_of_none_at_home() {
    let home = TestHome::start_with(support::away::behind_a_proxy).await;
    let desktop = support::away::on_this_computer(&home);
    let code = home.app.setup_code().expect("there is no account yet");
    let set_up = json!({
        "code": code, "login": LOGIN, "password": PASSWORD, "profiles": [{ "name": "Ana", "kind": "adult" }],
    });
    assert_eq!(desktop.post_json("/api/v1/setup", &set_up).await.status, 201);
    desktop.choose("Ana").await;
    for number in 0..15 {
        home.clock.advance(Duration::from_hours(3));
        somewhere(&home, AT_HOME, CURL).signs_in(&home, &format!("Device {number}"), "speaker").await;
    }
    assert_eq!(desktop.open_alerts().await, [] as [Value; 0]);
    somewhere(&home, RIGA, CURL).signs_in(&home, "Elsewhere", "phone").await;
    assert_eq!(desktop.open_alerts().await.len(), 1);
}
