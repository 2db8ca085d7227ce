//! Try it: a fire drill goes the real way, over HTTP, and leaves nothing behind.

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use support::away::{AT_HOME, RIGA, behind_a_proxy, household, somewhere};
use support::peer::Peer;
use support::{Answer, Browser, PASSWORD, TestHome, eventually};

const NAME: &str = "Made-up stranger (fire drill)";

/// Proves that whoever uses a device knows the password.
async fn proves(browser: &Browser) {
    let answer = browser.post_json("/api/v1/session/proof", &json!({ "password": PASSWORD })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    if let Some(token) = answer.json()["token"].as_str() {
        browser.always("authorization", &format!("Bearer {token}"));
    }
    // The newer token is in use from here on.
    assert_eq!(browser.get("/api/v1/session").await.status, 200);
}

async fn tries(browser: &Browser) -> Answer {
    browser.post_json("/api/v1/drills", &json!({})).await
}

async fn starts(browser: &Browser) -> Value {
    let answer = tries(browser).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

async fn ends(browser: &Browser) {
    let answer = browser.send(Method::DELETE, "/api/v1/drills/now", &[], None).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
}

async fn drill(browser: &Browser) -> Value {
    let answer = browser.get("/api/v1/drills/now").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn steps(drill: &Value) -> Vec<&str> {
    let steps = drill["steps"].as_array().expect("steps");
    steps.iter().map(|step| step["kind"].as_str().expect("a kind")).collect()
}

/// The drill, once nothing of it is left.
async fn removed(browser: &Browser) -> Value {
    eventually("the drill is tidied up", async || {
        let drill = drill(browser).await;
        steps(&drill).contains(&"removed").then_some(drill)
    })
    .await
}

fn is_refused_as(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.json()["error"].as_str()), (status, Some(code)), "{}", answer.text);
}

/// What is in the database, but for what goes on beside a drill: when devices were active, by the requests of this very test; and
/// what a channel took last, which it did.
async fn lasting(home: &TestHome) -> BTreeMap<String, Vec<String>> {
    let mut all = home.dump().await;
    all.remove("activity");
    let is_passing = |column: &&str| {
        let name = column.split('=').next().unwrap_or_default();
        !matches!(name, "last_active_at" | "last_delivery_at" | "state" | "detail")
    };
    for table in ["devices", "sessions", "channels"] {
        for line in all.get_mut(table).expect("a table") {
            *line = line.split('\u{1f}').filter(is_passing).collect::<Vec<_>>().join(" ");
        }
    }
    all
}

/// Such a home, whose owner has proven themself, with a web hook.
async fn with_hook() -> (TestHome, Browser, Peer) {
    let (home, owner) = household().await;
    let hook = Peer::answering(204).await;
    let channel =
        json!({ "kind": "web_hook", "url": hook.origin, "name": "Hallway lamp", "password": PASSWORD });
    let made = owner.post_json("/api/v1/channels", &channel).await;
    assert_eq!(made.status, 201, "{}", made.text);
    proves(&owner).await;
    (home, owner, hook)
}

/// Presses a button as the program does that was sent it.
async fn press(home: &TestHome, action: &str) -> Answer {
    let headers = [("content-type", "application/json"), ("accept", "application/json")];
    let body = json!({ "answer": "not_me" }).to_string();
    home.browser().send(Method::POST, action, &headers, Some(body)).await
}

/// What the hook heard, once it heard so many.
async fn heard(hook: &Peer, count: usize) -> Vec<Value> {
    let heard = eventually("the hook hears of it", async || {
        let heard = hook.heard();
        (heard.len() >= count).then_some(heard)
    })
    .await;
    heard.iter().map(|one| serde_json::from_slice(&one.body).expect("JSON")).collect()
}

#[tokio::test]
async fn a_stranger_is_told_of_signed_out_by_a_button_refused_and_gone() {
    let (home, owner, hook) = with_hook().await;
    let before = lasting(&home).await;
    let begun = starts(&owner).await;
    assert_eq!((&begun["state"], steps(&begun)), (&json!("waiting"), vec!["signed_in", "alert_raised"]));

    // It is there as any stranger is, and says what it is.
    let device = owner.device_named(NAME).await;
    assert_eq!(
        (&device["signed_in"], &device["place"]["label"]),
        (&json!(true), &json!("Nowhere (made up)"))
    );
    let alerts = owner.open_alerts().await;
    assert_eq!(
        (alerts.len(), &alerts[0]["reasons"], &alerts[0]["telling"]),
        (1, &json!([{ "kind": "drill" }]), &json!("aloud"))
    );
    let told = heard(&hook, 1).await.remove(0);
    assert_eq!(
        (&told["kind"], &told["title"], &told["quiet"]),
        (&json!("drill"), &json!("Fire drill: a made-up stranger signed in"), &json!(false))
    );
    assert!(told["text"].as_str().expect("a text").contains("This is a fire drill"), "{told}");
    eventually("the hand-over is noted", async || {
        let drill = drill(&owner).await;
        let channel = &drill["channels"][0];
        assert_eq!((&channel["name"], &channel["quiet"]), (&json!("Hallway lamp"), &json!(false)));
        (channel["state"] == "taken" && channel["ms"].is_u64()).then_some(())
    })
    .await;

    let action = told["actions"][0]["url"].as_str().expect("a button").to_owned();
    let pressed = press(&home, &action).await;
    assert_eq!((pressed.status, &pressed.json()["effect"]), (200, &json!("signed_out")), "{}", pressed.text);
    let over = removed(&owner).await;
    assert_eq!(over["state"], "passed", "{over}");
    assert_eq!(steps(&over), ["signed_in", "alert_raised", "signed_out", "refused", "removed"]);
    assert_eq!(over["answered_by"]["channel"], "web_hook", "{over}");
    assert_eq!(over["alert_id"], Value::Null);
    // Whoever heard of it heard the end.
    let last = heard(&hook, 2).await.remove(1);
    assert!(last["actions"].as_array().expect("actions").is_empty(), "{last}");
    assert!(last["text"].as_str().expect("a text").contains("signed out"), "{last}");

    assert_eq!(lasting(&home).await, before);
    is_refused_as(&press(&home, &action).await, 404, "not_found");
    assert!(owner.open_alerts().await.is_empty());
}

#[tokio::test]
async fn without_a_channel_it_is_signed_out_on_the_screen_which_teaches_nothing() {
    let (home, owner) = household().await;
    proves(&owner).await;
    for way in ["sign_out", "not_me"] {
        let before = lasting(&home).await;
        starts(&owner).await;
        if way == "sign_out" {
            let id = owner.device_named(NAME).await["id"].as_str().expect("an id").to_owned();
            owner.sign_out(&id).await;
        } else {
            let alert = owner.open_alerts().await.remove(0);
            assert_eq!(owner.answer(&alert, "not_me").await["effect"], "signed_out");
        }
        let over = removed(&owner).await;
        assert_eq!((&over["state"], &over["channels"]), (&json!("passed"), &json!([])), "{over}");
        let by = &over["answered_by"];
        assert_eq!(
            (&by["device_name"], &by["profile_name"]),
            (&json!("Ana's laptop"), &json!("Ana")),
            "{way}"
        );
        assert_eq!(lasting(&home).await, before, "{way}");
    }
}

#[tokio::test]
async fn one_that_is_ended_or_that_nobody_answers_leaves_nothing_either() {
    let (home, owner, hook) = with_hook().await;
    let before = lasting(&home).await;
    starts(&owner).await;
    heard(&hook, 1).await;
    ends(&owner).await;
    let over = removed(&owner).await;
    assert_eq!((&over["state"], steps(&over).contains(&"refused")), (&json!("cancelled"), false), "{over}");
    // Whoever heard of it is not left with a button.
    let last = heard(&hook, 2).await.remove(1);
    assert_eq!(
        (&last["kind"], &last["title"]),
        (&json!("settled"), &json!("The fire drill is over")),
        "{last}"
    );
    assert_eq!(lasting(&home).await, before);
    ends(&owner).await;

    starts(&owner).await;
    heard(&hook, 3).await;
    home.clock.advance(Duration::from_mins(10));
    let over = removed(&owner).await;
    assert_eq!(over["state"], "timed_out", "{over}");
    assert_eq!(lasting(&home).await, before);
}

#[tokio::test]
async fn a_channel_that_cannot_be_reached_is_not_waited_for_for_ever() {
    let (home, owner) = household().await;
    let hook = Peer::answering(503).await;
    let channel = json!({ "kind": "web_hook", "url": hook.origin, "password": PASSWORD });
    assert_eq!(owner.post_json("/api/v1/channels", &channel).await.status, 201);
    proves(&owner).await;
    let before = lasting(&home).await;
    starts(&owner).await;
    eventually("it is late", async || {
        let channel = drill(&owner).await["channels"][0].clone();
        (channel["state"] == "late" && channel["detail"].is_string()).then_some(())
    })
    .await;
    let id = owner.device_named(NAME).await["id"].as_str().expect("an id").to_owned();
    owner.sign_out(&id).await;
    eventually("it is refused", async || (drill(&owner).await["state"] == "passed").then_some(())).await;
    home.clock.advance(Duration::from_secs(15));
    removed(&owner).await;
    assert_eq!(lasting(&home).await, before);
}

#[tokio::test]
async fn what_a_home_that_ended_in_the_middle_left_goes_at_its_next_start() {
    let (home, owner) = household().await;
    proves(&owner).await;
    let before = lasting(&home).await;
    starts(&owner).await;
    assert_ne!(lasting(&home).await, before);
    let token = owner.cookie("latchkey_session").expect("signed in");
    let home = home.restart_with(behind_a_proxy).await;
    assert_eq!(lasting(&home).await, before);
    let owner = home.browser();
    owner.always("authorization", &format!("Bearer {token}"));
    assert_eq!(drill(&owner).await["state"], "never");
    assert!(owner.devices().await.iter().all(|device| device["name"] != NAME));
}

#[tokio::test]
async fn only_a_familiar_device_of_somebody_who_manages_begins_one_with_a_proof_and_one_at_a_time() {
    let (home, owner) = household().await;
    is_refused_as(&tries(&somewhere(&home, RIGA, "App/1.0")).await, 401, "not_signed_in");
    let stranger = somewhere(&home, RIGA, "App/1.0");
    stranger.signs_in(&home, "Laptop", "computer").await;
    proves(&stranger).await;
    is_refused_as(&tries(&stranger).await, 403, "not_familiar");
    let tablet = somewhere(&home, AT_HOME, "App/1.0");
    tablet.signs_in(&home, "Tablet", "tablet").await;
    tablet.choose("Leo").await;
    is_refused_as(&tries(&tablet).await, 403, "kids_profile");
    home.clock.advance(Duration::from_mins(6));
    is_refused_as(&tries(&owner).await, 403, "proof_required");
    proves(&owner).await;
    starts(&owner).await;
    is_refused_as(&tries(&owner).await, 409, "drill_under_way");
    ends(&owner).await;
    removed(&owner).await;
    for _ in 1..6 {
        starts(&owner).await;
        ends(&owner).await;
        removed(&owner).await;
    }
    is_refused_as(&tries(&owner).await, 429, "too_many_attempts");
    // The stranger's own deeds stay as they were, and nobody's are added to them.
    assert!(owner.open_alerts().await.iter().all(|alert| alert["device_name"] != NAME));
}

#[tokio::test]
async fn an_unfamiliar_device_that_signs_the_stranger_out_is_not_told_of_for_that() {
    let (home, owner) = household().await;
    let guest = somewhere(&home, RIGA, "App/1.0");
    guest.signs_in(&home, "Laptop", "computer").await;
    proves(&owner).await;
    let before = lasting(&home).await;
    starts(&owner).await;
    let id = owner.device_named(NAME).await["id"].as_str().expect("an id").to_owned();
    guest.sign_out(&id).await;
    let over = removed(&owner).await;
    assert_eq!(
        (&over["state"], &over["answered_by"]["device_name"]),
        (&json!("passed"), &json!("Laptop")),
        "{over}"
    );
    assert_eq!(lasting(&home).await, before);
}
