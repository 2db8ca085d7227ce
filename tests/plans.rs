//! Plans of bad evenings: drawn up first, carried out when they are begun, and kept until all of it is done.

mod support;

use reqwest::Method;
use serde_json::{Value, json};
use support::away::{AT_HOME, behind_a_proxy, household, on_this_computer, somewhere};
use support::{Answer, Browser, PASSWORD, TestHome};

const PATH: &str = "/api/v1/plans";

/// A program of a phone or a tablet.
const APP: &str = "okhttp/4.12.0";

async fn make(browser: &Browser, about: &Value) -> Value {
    let answer = browser.post_json(PATH, about).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

async fn asks_to_change(browser: &Browser, plan: &Value, change: &Value) -> Answer {
    let id = plan["id"].as_str().expect("an id");
    browser.send_json(Method::PATCH, &format!("{PATH}/{id}"), change).await
}

async fn change(browser: &Browser, plan: &Value, what: &Value) -> Value {
    let answer = asks_to_change(browser, plan, what).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// Begins it with what is chosen.
async fn begin(browser: &Browser, plan: &Value) -> Value {
    let rows = plan["rows"].as_array().expect("rows").iter();
    let chosen: Vec<_> = rows.filter(|row| row["chosen"] == true).map(|row| &row["session"]["id"]).collect();
    change(browser, plan, &json!({ "begin": chosen, "password": PASSWORD })).await
}

/// What each row says, by the device's name and where the session lives.
fn rows(plan: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let rows = plan["rows"].as_array().expect("rows").iter().map(|row| {
        let chosen = if row["chosen"] == true { "" } else { ", left out" };
        let session = &row["session"];
        format!(
            "{} at {}: {}{chosen}",
            text(&row["device_name"]),
            text(&session["source"]),
            text(&session["state"])
        )
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort();
    rows
}

fn tasks(plan: &Value) -> Vec<&str> {
    let tasks = plan["tasks"].as_array().expect("tasks").iter();
    tasks.map(|task| task["name"].as_str().expect("a name")).collect()
}

fn is_refused_as(answer: &Answer, status: u16, error: &str) {
    assert_eq!((answer.status, answer.json()["error"].as_str()), (status, Some(error)), "{}", answer.text);
}

async fn signs_in(home: &TestHome, name: &str, kind: &str) -> (Browser, Value) {
    let browser = somewhere(home, AT_HOME, APP);
    let device = browser.signs_in(home, name, kind).await;
    (browser, device)
}

#[tokio::test]
async fn a_lost_phone_is_shown_first_and_signed_out_when_its_plan_is_begun() {
    let (home, owner) = household().await;
    let (phone, lost) = signs_in(&home, "Phone", "phone").await;
    let (tablet, _) = signs_in(&home, "Tablet", "tablet").await;
    let plan = make(&owner, &json!({ "kind": "lost_device", "device_id": lost["device_id"] })).await;
    assert_eq!(
        (&plan["about"], &plan["begun_at"], &plan["done_at"]),
        (&json!("Phone"), &Value::Null, &Value::Null)
    );
    assert_eq!(rows(&plan), ["Phone at Latchkey: live"]);
    assert_eq!(tasks(&plan), [""; 0], "no page is on the household's list");
    assert_eq!(phone.get("/api/v1/session").await.status, 200, "nothing was done yet");

    let session = &plan["rows"][0]["session"]["id"];
    is_refused_as(
        &asks_to_change(&owner, &plan, &json!({ "begin": [session] })).await,
        403,
        "proof_required",
    );
    assert_eq!(phone.get("/api/v1/session").await.status, 200);

    let begun = begin(&owner, &plan).await;
    assert_eq!(rows(&begun), ["Phone at Latchkey: ended"]);
    assert!(begun["begun_at"].is_string() && begun["done_at"].is_string(), "{begun:#}");
    is_refused_as(&phone.get("/api/v1/session").await, 401, "session_ended");
    assert_eq!(tablet.get("/api/v1/session").await.status, 200);
    let listed = owner.get(PATH).await.json();
    assert_eq!((&listed["plans"][0]["id"], &listed["plans"][1]), (&plan["id"], &Value::Null));
    assert_eq!(listed["plans"][0]["done_at"], begun["done_at"]);
    let history = owner.get("/api/v1/history?kind=plan_begun").await.json();
    assert_eq!(history["history"][0]["device_name"], "Phone", "{history:#}");
}

#[tokio::test]
async fn a_plan_is_done_when_its_pages_are_ticked_off_as_well() {
    let (home, owner) = household().await;
    let (_phone, lost) = signs_in(&home, "Phone", "phone").await;
    for card in ["google", "nextcloud"] {
        let path = format!("/api/v1/services/cards/{card}");
        let answer = owner.send_json(Method::PATCH, &path, &json!({ "watched": true })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let plan = make(&owner, &json!({ "kind": "lost_device", "device_id": lost["device_id"] })).await;
    assert_eq!(plan["tasks"][0]["url"], Value::Null, "nobody said where the household's own server is");
    assert!(plan["tasks"][1]["url"].is_string(), "{plan:#}");
    let begun = begin(&owner, &plan).await;
    assert_eq!(begun["done_at"], Value::Null);
    let ticked = change(&owner, &plan, &json!({ "tick": "card google" })).await;
    assert_eq!((&ticked["done_at"], ticked["tasks"][1]["done_at"].is_string()), (&Value::Null, true));
    let done = change(&owner, &plan, &json!({ "tick": "card nextcloud" })).await;
    assert!(done["done_at"].is_string(), "{done:#}");
    let again = change(&owner, &plan, &json!({ "untick": "card google" })).await;
    assert_eq!(again["done_at"], Value::Null, "{again:#}");
    is_refused_as(&asks_to_change(&owner, &plan, &json!({ "tick": "card x" })).await, 404, "not_found");
}

#[tokio::test]
async fn of_somebody_who_moved_out_everything_goes_that_nobody_else_uses() {
    let (home, owner) = household().await;
    let (tablet, _) = signs_in(&home, "Tablet", "tablet").await;
    tablet.choose("Marta").await;
    let (other, _) = signs_in(&home, "Laptop", "computer").await;
    other.choose("Leo").await;
    signs_in(&home, "TV", "tv").await;
    let marta = owner.profile("Marta").await;
    let plan = make(&owner, &json!({ "kind": "moved_out", "profile_id": marta })).await;
    assert_eq!(plan["about"], "Marta");
    assert_eq!(rows(&plan), ["Tablet at Latchkey: live"]);
    assert_eq!(tasks(&plan), ["Latchkey"]);
    let begun = begin(&owner, &plan).await;
    assert_eq!(rows(&begun), ["Tablet at Latchkey: ended"]);
    is_refused_as(&tablet.get("/api/v1/session").await, 401, "session_ended");
    assert_eq!(other.get("/api/v1/session").await.status, 200);
    assert_eq!(begun["done_at"], Value::Null, "the password is to be changed yet");
}

#[tokio::test]
async fn nobody_plans_their_own_end() {
    let (_home, owner) = household().await;
    let own = owner.device_named("Ana's laptop").await;
    let ana = owner.profile("Ana").await;
    for about in [
        json!({ "kind": "lost_device", "device_id": own["id"] }),
        json!({ "kind": "lost_device" }),
        json!({ "kind": "moved_out", "profile_id": ana }),
        json!({ "kind": "moved_out" }),
        json!({ "kind": "something_else" }),
    ] {
        is_refused_as(&owner.post_json(PATH, &about).await, 422, "invalid_input");
    }
    for about in [
        json!({ "kind": "lost_device", "device_id": ana }),
        json!({ "kind": "moved_out", "profile_id": own["id"] }),
    ] {
        is_refused_as(&owner.post_json(PATH, &about).await, 404, "not_found");
    }
}

#[tokio::test]
async fn where_something_is_wrong_everything_goes_but_the_session_that_asks() {
    let (home, owner) = household().await;
    let (phone, _) = signs_in(&home, "Phone", "phone").await;
    let (tablet, _) = signs_in(&home, "Tablet", "tablet").await;
    let plan = make(&owner, &json!({ "kind": "something_wrong" })).await;
    assert_eq!(rows(&plan), ["Phone at Latchkey: live", "Tablet at Latchkey: live"]);
    assert_eq!(tasks(&plan), ["Latchkey"]);

    // What is not of the plan is not ended by it.
    let own = owner.device_named("Ana's laptop").await["session_id"].clone();
    let beyond = json!({ "begin": [own], "password": PASSWORD });
    is_refused_as(&asks_to_change(&owner, &plan, &beyond).await, 422, "invalid_input");

    // One at a time: what was begun stays begun.
    let rows_of = |name: &str| {
        let found = plan["rows"].as_array().expect("rows").iter().find(|row| row["device_name"] == name);
        found.expect("a row")["session"]["id"].clone()
    };
    let first = json!({ "begin": [rows_of("Phone")], "password": PASSWORD });
    let begun = change(&owner, &plan, &first).await;
    assert_eq!(rows(&begun), ["Phone at Latchkey: ended", "Tablet at Latchkey: live, left out"]);
    let second = json!({ "begin": [rows_of("Tablet")], "password": PASSWORD });
    let begun = change(&owner, &plan, &second).await;
    assert_eq!(rows(&begun), ["Phone at Latchkey: ended", "Tablet at Latchkey: ended"]);
    for gone in [&phone, &tablet] {
        is_refused_as(&gone.get("/api/v1/session").await, 401, "session_ended");
    }
    assert_eq!(owner.get("/api/v1/session").await.status, 200);
    assert_eq!(home.count("SELECT COUNT(*) FROM history WHERE kind = 'plan_begun'").await, 1);
}

#[tokio::test]
async fn a_plan_outlives_a_start_and_is_dropped_without_taking_anything_back() {
    let (home, owner) = household().await;
    let (_phone, lost) = signs_in(&home, "Phone", "phone").await;
    let plan = make(&owner, &json!({ "kind": "lost_device", "device_id": lost["device_id"] })).await;
    let begun = begin(&owner, &plan).await;
    let token = owner.cookie("latchkey_session").expect("signed in");
    let home = home.restart_with(behind_a_proxy).await;
    let owner = on_this_computer(&home);
    owner.always("authorization", &format!("Bearer {token}"));
    let path = format!("{PATH}/{}", plan["id"].as_str().expect("an id"));
    let kept = owner.get(&path).await.json();
    assert_eq!((rows(&kept), &kept["done_at"]), (rows(&begun), &begun["done_at"]));
    let dropped = owner.send_json(Method::DELETE, &path, &json!({})).await;
    assert_eq!(dropped.status, 204, "{}", dropped.text);
    for gone in [owner.get(&path).await, owner.send_json(Method::DELETE, &path, &json!({})).await] {
        is_refused_as(&gone, 404, "not_found");
    }
    assert_eq!(owner.get(PATH).await.json()["plans"], json!([]));
    assert_eq!(home.count("SELECT COUNT(*) FROM sessions WHERE ended_at IS NOT NULL").await, 1);
}

#[tokio::test]
async fn a_plan_that_nobody_began_goes_when_another_is_drawn_up_a_day_later() {
    let (home, owner) = household().await;
    let wrong = json!({ "kind": "something_wrong" });
    make(&owner, &wrong).await;
    make(&owner, &wrong).await;
    assert_eq!(owner.get(PATH).await.json()["plans"].as_array().map(Vec::len), Some(2));
    home.clock.advance(std::time::Duration::from_hours(25));
    let newest = make(&owner, &wrong).await;
    let listed = owner.get(PATH).await.json();
    assert_eq!((&listed["plans"][0]["id"], &listed["plans"][1]), (&newest["id"], &Value::Null));
}

#[tokio::test]
async fn a_child_plans_nothing() {
    let (home, owner) = household().await;
    home.clock.advance(std::time::Duration::from_mins(1));
    let tablet = home.device("Tablet").await;
    let plan = make(&owner, &json!({ "kind": "something_wrong" })).await;
    tablet.choose("Leo").await;
    for answer in [
        tablet.get(PATH).await,
        tablet.post_json(PATH, &json!({ "kind": "something_wrong" })).await,
        asks_to_change(&tablet, &plan, &json!({ "begin": [] })).await,
    ] {
        is_refused_as(&answer, 403, "kids_profile");
    }
}

/// Sign-ins of the phone at a service that is left alone: one of a person, one of a program, one that only its owner can end, and
/// the one by which it is read.
const AT_A_SERVICE: [&str; 3] = [
    "INSERT INTO services (id, account_id, kind, name, url, state, added_at, paused_at)
     SELECT '01900000-0000-7000-8000-00000000000a', id, 'immich', 'Photos', 'http://127.0.0.1:9/', 'ok', 1, 1 FROM accounts",
    "INSERT INTO service_people (service_id, person_id, name, profile_id, chosen)
     SELECT '01900000-0000-7000-8000-00000000000a', 'p1', 'marta', id, 1 FROM profiles WHERE name = 'Marta'",
    "INSERT INTO sessions (id, account_id, device_id, token_hash, method, created_at, last_active_at, place,
     familiarity, service_id, external_id, promise, told)
     SELECT '01900000-0000-7000-8000-00000000001' || n, d.account_id, d.id, randomblob(32), 'service', 1, 1, '{}', '{}',
     '01900000-0000-7000-8000-00000000000a', 'sign-in ' || n, '{\"promise\":\"' || promise || '\"}',
     '{\"person_id\":\"p1\",\"person\":\"marta\",\"nature\":\"' || nature || '\"}'
     FROM devices d JOIN (SELECT 1 AS n, 'at_once' AS promise, 'person' AS nature UNION ALL SELECT 2, 'at_once', 'integration'
     UNION ALL SELECT 3, 'nothing', 'person' UNION ALL SELECT 4, 'at_once', 'own') WHERE d.name = 'Phone'",
];

#[tokio::test]
async fn what_lives_at_a_service_is_asked_for_and_stays_on_the_plan_until_it_is_gone_there() {
    let (home, owner) = household().await;
    let (_phone, lost) = signs_in(&home, "Phone", "phone").await;
    let token = owner.cookie("latchkey_session").expect("signed in");
    let home = home.restart_after(behind_a_proxy, &AT_A_SERVICE).await;
    let owner = on_this_computer(&home);
    owner.always("authorization", &format!("Bearer {token}"));

    let plan = make(&owner, &json!({ "kind": "lost_device", "device_id": lost["device_id"] })).await;
    let at_first = [
        "Phone at Latchkey: live",
        "Phone at Photos: live",
        "Phone at Photos: live, left out",
        "Phone at Photos: live, left out",
    ];
    assert_eq!(
        rows(&plan),
        at_first,
        "a program's is left out, and what cannot be ended from here; the home's own is no row"
    );
    assert_eq!(tasks(&plan), ["Photos"], "what cannot be ended from here is ended there");
    assert_eq!(plan["tasks"][0]["url"], "http://127.0.0.1:9/");

    let begun = begin(&owner, &plan).await;
    let asked = [
        "Phone at Latchkey: ended",
        "Phone at Photos: asked",
        "Phone at Photos: live, left out",
        "Phone at Photos: live, left out",
    ];
    assert_eq!(rows(&begun), asked);
    assert_eq!(begun["done_at"], Value::Null);

    // Whose it is there is said by the service's person, whoever used the device here.
    let marta = owner.profile("Marta").await;
    let moved = make(&owner, &json!({ "kind": "moved_out", "profile_id": marta })).await;
    assert_eq!(moved["rows"].as_array().map(Vec::len), Some(3), "{moved:#}");
    assert_eq!(tasks(&moved), ["Photos", "Latchkey", "Photos"], "{moved:#}");
}
