//! What is kept and cannot be read any more: it stops nobody, is set aside as it was, and is told.

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::away::{LISBON, behind_a_proxy, household};
use support::{Browser, LOGIN, PASSWORD, TestHome};

/// A laptop in Lisbon that the household said yes to.
async fn laptop(home: &TestHome, owner: &Browser) -> Browser {
    let laptop = home.browser();
    laptop.always("x-forwarded-for", LISBON);
    signs_in(&laptop).await;
    for alert in owner.open_alerts().await {
        owner.answer(&alert, "me").await;
    }
    home.clock.advance(Duration::from_hours(2));
    laptop
}

async fn signs_in(browser: &Browser) {
    let request = json!({ "login": LOGIN, "password": PASSWORD, "device": { "name": "Laptop" } });
    let answer = browser.post_json("/api/v1/sign-in", &request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// The same browser at a home that started anew, on another port.
fn again(home: &TestHome, before: &Browser) -> Browser {
    let browser = home.browser();
    for name in ["latchkey_session", "latchkey_device"] {
        if let Some(value) = before.cookie(name) {
            browser.keep(name, &value);
        }
    }
    browser
}

async fn lines(owner: &Browser, kind: &str) -> Vec<Value> {
    let answer = owner.get(&format!("/api/v1/history?kind={kind}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["history"].as_array().cloned().expect("a list")
}

#[tokio::test]
async fn what_is_known_and_cannot_be_read_is_set_aside_told_and_learnt_anew_from_the_devices() {
    for damaged in
        ["'{\"devices\":[{\"id\":'", "'[]'", "'{}'", "'{\"version\":99,\"sign_ins\":1}'", "x'ff00fe'", "''"]
    {
        let (home, owner) = household().await;
        let laptop = laptop(&home, &owner).await;
        let change = format!("UPDATE familiarity SET known = {damaged}");
        let home = home.restart_after(behind_a_proxy, &[&change]).await;
        let (owner, laptop) = (again(&home, &owner), again(&home, &laptop));
        laptop.always("x-forwarded-for", LISBON);
        signs_in(&laptop).await;
        // The devices on record are the household's: nobody is told of one of them.
        assert_eq!(owner.open_alerts().await, Vec::<Value>::new(), "{damaged}");
        let told = lines(&owner, "set_aside").await;
        assert_eq!((told.len(), &told[0]["detail"]["part"]), (1, &json!("known")), "{damaged}: {told:#?}");
        // Once, and what was there is still there.
        home.clock.advance(Duration::from_mins(5));
        signs_in(&laptop).await;
        assert_eq!(lines(&owner, "set_aside").await.len(), 1);
        let kept = format!(
            "SELECT COUNT(*) FROM familiarity_set_aside WHERE written = {damaged} AND part = 'known'"
        );
        assert_eq!(home.count(&kept).await, 1, "{damaged}");
        // It knows a stranger again.
        let stranger = home.browser();
        stranger.always("x-forwarded-for", "203.0.113.201");
        stranger.always("user-agent", "curl/8.5.0");
        home.clock.advance(Duration::from_mins(5));
        signs_in(&stranger).await;
        assert_eq!(owner.open_alerts().await.len(), 1, "{damaged}");
    }
}

#[tokio::test]
async fn what_was_set_and_cannot_be_read_becomes_what_is_safe() {
    let (home, owner) = household().await;
    let silence =
        json!({ "settings": { "budget": "yearly", "hold_suspicious": false }, "password": PASSWORD });
    assert_eq!(owner.put_json("/api/v1/alert-settings", &silence).await.status, 200);
    let changes = ["UPDATE familiarity SET settings = '{\"budget\":\"never\",\"hold_suspicious\":false}'"];
    let home = home.restart_after(behind_a_proxy, &changes).await;
    let owner = again(&home, &owner);
    let settings = owner.get("/api/v1/alert-settings").await;
    assert_eq!(settings.status, 200, "{}", settings.text);
    let settings = settings.json()["settings"].clone();
    assert_eq!((&settings["budget"], &settings["hold_suspicious"]), (&json!("monthly"), &json!(true)));
    let told = lines(&owner, "set_aside").await;
    assert_eq!((told.len(), &told[0]["detail"]["part"]), (1, &json!("settings")), "{told:#?}");
    assert_eq!(
        home.count("SELECT COUNT(*) FROM familiarity_set_aside WHERE written LIKE '%never%'").await,
        1
    );
}

#[tokio::test]
async fn an_alert_whose_sign_in_cannot_be_read_is_listed_and_answered() {
    let (home, owner) = household().await;
    let laptop = home.browser();
    laptop.always("x-forwarded-for", LISBON);
    signs_in(&laptop).await;
    let changes = ["UPDATE alerts SET sign_in = '{\"at\":', place = 'nowhere', familiarity = '{}'"];
    let home = home.restart_after(behind_a_proxy, &changes).await;
    let owner = again(&home, &owner);
    let alert = owner.open_alerts().await.pop().expect("it is listed");
    assert_eq!(alert["verdict"], "new_device", "what cannot be read is not trusted");
    assert_eq!(owner.answer(&alert, "me").await["effect"], "now_familiar");
}

#[tokio::test]
async fn one_damaged_record_hides_no_other_and_stops_no_start() {
    let (home, owner) = household().await;
    let laptop = laptop(&home, &owner).await;
    let damage = [
        "UPDATE sessions SET place = '{', familiarity = '[1]'
         WHERE device_id = (SELECT id FROM devices WHERE name = 'Laptop')",
        "UPDATE devices SET kind = 'toaster', before_merge = '?' WHERE name = 'Laptop'",
        "UPDATE history SET place = '{' WHERE kind = 'sign_in'",
        "UPDATE history SET kind = 'of_a_later_version' WHERE kind = 'alert_answered'",
        "UPDATE profiles SET color = -1 WHERE name = 'Leo'",
    ];
    let home = home.restart_after(behind_a_proxy, &damage).await;
    let (owner, laptop) = (again(&home, &owner), again(&home, &laptop));
    laptop.always("x-forwarded-for", LISBON);
    let found = owner.device_named("Laptop").await;
    assert_eq!((&found["kind"], &found["familiarity"]["verdict"]), (&json!("other"), &json!("new_device")));
    assert_eq!(owner.devices().await.len(), 2);
    assert_eq!(laptop.get("/api/v1/session").await.status, 200);
    let history = owner.get("/api/v1/history").await;
    assert_eq!(history.status, 200, "{}", history.text);
    let kinds = history.json()["history"].as_array().cloned().expect("a list");
    assert!(kinds.iter().any(|line| line["kind"] == "account_created"), "{kinds:#?}");
    // Pages of one line end where the history does, and not where a line cannot be read.
    let (mut cursor, mut lines) = (String::new(), 0);
    loop {
        let page = owner.get(&format!("/api/v1/history?limit=1{cursor}")).await.json();
        lines += page["history"].as_array().map_or(0, Vec::len);
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(lines, kinds.len());
    let profiles = owner.get("/api/v1/profiles").await;
    assert_eq!((profiles.status, profiles.json()["profiles"].as_array().map(Vec::len)), (200, Some(2)));
}
