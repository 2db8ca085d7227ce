//! A device that holds a session of this home and others at watched services: each ends where it lives.

mod support;

use latchkey::model::Secret;
use latchkey::random::SeededRandom;
use serde_json::{Value, json};
use support::away::{behind_a_proxy, household};
use support::{Browser, LOGIN, PASSWORD, TestHome};

const JELLYFIN: &str = "01a0b1c2-0000-7000-8000-000000000001";
const IMMICH: &str = "01a0b1c2-0000-7000-8000-000000000002";

/// A session at a service, as it is found there.
struct Found {
    id: &'static str,
    service: &'static str,
    promise: &'static str,
    told: &'static str,
}

/// Jellyfin's, which a person may end.
const AT_JELLYFIN: Found = Found {
    id: "01a0b1c2-0000-7000-8000-0000000000a1",
    service: JELLYFIN,
    promise: r#"{"promise":"at_once"}"#,
    told: r#"{"person":"Ana at the films"}"#,
};

/// Immich's, which only the person whose it is may end.
const AT_IMMICH: Found = Found {
    id: "01a0b1c2-0000-7000-8000-0000000000a2",
    service: IMMICH,
    promise: r#"{"promise":"nothing"}"#,
    told: "{}",
};

/// A program's at Jellyfin.
const A_PROGRAMS: Found = Found {
    id: "01a0b1c2-0000-7000-8000-0000000000a3",
    service: JELLYFIN,
    promise: r#"{"promise":"at_once"}"#,
    told: r#"{"nature":"integration"}"#,
};

/// What its token would be, if it had one here.
fn token(found: &Found) -> Secret {
    let seed = found.id.bytes().map(u64::from).sum();
    Secret::new(&SeededRandom::new(seed))
}

/// The home after a start, with these sessions on the device called "Tablet".
async fn with_sessions(home: TestHome, all: &[Found]) -> TestHome {
    let mut statements = Vec::new();
    for (id, kind, name) in [(JELLYFIN, "jellyfin", "Films"), (IMMICH, "immich", "Photos")] {
        statements.push(format!(
            "INSERT INTO services (id, account_id, kind, name, url, state, added_at, last_read_at)
             SELECT '{id}', id, '{kind}', '{name}', 'https://{kind}.home.example', 'ok', 0, 1790000000000 FROM accounts"
        ));
    }
    for found in all {
        let hash = hex::encode(token(found).hash().as_bytes());
        let Found { id, service, promise, told } = found;
        statements.push(format!(
            "INSERT INTO sessions (id, account_id, device_id, token_hash, method, created_at, last_active_at, place,
             familiarity, service_id, external_id, promise, told)
             SELECT '{id}', account_id, id, x'{hash}', 'service', 1, 1, '{{\"scope\":\"unknown\",\"label\":\"Unknown place\"}}',
             '{{\"verdict\":\"familiar\",\"score\":null,\"reasons\":[]}}', '{service}', 'sign-in {id}', '{promise}', '{told}'
             FROM devices WHERE name = 'Tablet'"
        ));
    }
    let statements: Vec<_> = statements.iter().map(String::as_str).collect();
    home.restart_after(behind_a_proxy, &statements).await
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

/// A home with a tablet that holds these besides its own session.
async fn with_a_tablet(all: &[Found]) -> (TestHome, Browser, Browser) {
    let (home, owner) = household().await;
    let tablet = home.device("Tablet").await;
    let home = with_sessions(home, all).await;
    let (owner, tablet) = (again(&home, &owner), again(&home, &tablet));
    (home, owner, tablet)
}

async fn sign_out(owner: &Browser, request: Value) -> Vec<Value> {
    let answer = owner.post_json("/api/v1/devices/sign-out", &request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["results"].as_array().cloned().expect("results")
}

#[tokio::test]
async fn a_device_is_one_row_with_all_its_sessions() {
    let (_home, owner, _tablet) = with_a_tablet(&[AT_JELLYFIN, AT_IMMICH]).await;
    let tablet = owner.device_named("Tablet").await;
    let sessions = tablet["sessions"].as_array().expect("sessions");
    let sources: Vec<_> = sessions.iter().map(|session| session["source"].as_str()).collect();
    assert_eq!(sources, [Some("Latchkey"), Some("Photos"), Some("Films")], "{tablet:#}");
    assert_eq!((&tablet["service"], &tablet["service_id"]), (&json!("Latchkey"), &Value::Null));
    let films = &sessions[2];
    assert_eq!((&films["person"], &films["state"]), (&json!("Ana at the films"), &json!("live")));
    assert_eq!((&films["signed_in_at"], &films["promise"]), (&Value::Null, &json!("at_once")));
    for query in ["service=Films", "service=Latchkey", "q=photos", "q=ana%20films", "signed_in=true"] {
        let found = owner.get(&format!("/api/v1/devices?{query}")).await.json();
        let names: Vec<_> =
            found["devices"].as_array().expect("a list").iter().map(|it| &it["name"]).collect();
        assert!(names.contains(&&json!("Tablet")), "{query}: {found:#}");
    }
}

#[tokio::test]
async fn what_lives_at_a_service_lets_nobody_in_after_a_start() {
    let (home, owner, _tablet) = with_a_tablet(&[AT_JELLYFIN]).await;
    let is_refused = async |why: &str| {
        let stranger = home.browser();
        stranger.always("authorization", &format!("Bearer {}", token(&AT_JELLYFIN).reveal()));
        for path in ["/api/v1/session", "/api/v1/devices", "/guard"] {
            let answer = stranger.get(path).await;
            assert_eq!(answer.status, 401, "{why}: {path}: {}", answer.text);
        }
    };
    is_refused("alive").await;
    let id = owner.device_named("Tablet").await["id"].as_str().expect("an id").to_owned();
    owner.sign_out(&id).await;
    is_refused("asked for").await;
}

#[tokio::test]
async fn a_sign_in_takes_the_place_of_the_session_of_this_home_only() {
    let (home, owner, tablet) = with_a_tablet(&[AT_JELLYFIN]).await;
    let request =
        json!({ "login": LOGIN, "password": PASSWORD, "device": { "name": "Tablet", "kind": "tablet" } });
    let before = tablet.get("/api/v1/session").await.json()["session_id"].clone();
    let answer = tablet.post_json("/api/v1/sign-in", &request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_ne!(answer.json()["session_id"], before);
    let row = owner.device_named("Tablet").await;
    let sources: Vec<_> =
        row["sessions"].as_array().expect("sessions").iter().map(|session| &session["source"]).collect();
    assert_eq!(sources, ["Latchkey", "Films"], "{row:#}");
    let alive = "SELECT COUNT(*) FROM sessions s JOIN devices d ON d.id = s.device_id
                 WHERE d.name = 'Tablet' AND s.ended_at IS NULL";
    assert_eq!(home.count(alive).await, 2);
}

#[tokio::test]
async fn a_sign_out_ends_what_is_here_at_once_and_asks_for_the_rest() {
    let (home, owner, tablet) = with_a_tablet(&[AT_JELLYFIN]).await;
    let id = owner.device_named("Tablet").await["id"].clone();
    for round in ["the first time", "again"] {
        let results = sign_out(&owner, json!({ "ids": [id] })).await;
        let result = &results[0];
        assert_eq!((&result["effect"], &result["ended_at"]), (&json!("asked"), &Value::Null), "{round}");
        let sessions = result["sessions"].as_array().expect("sessions");
        let films = sessions.iter().find(|session| session["source"] == "Films").expect("it is there");
        assert_eq!(films["effect"], "asked", "{round}: {result:#}");
        let here = sessions.iter().find(|session| session["source"] == "Latchkey");
        assert_eq!(here.is_some(), round == "the first time", "{result:#}");
        assert!(here.is_none_or(|here| here["effect"] == "signed_out"), "{result:#}");
        assert_eq!(tablet.get("/api/v1/session").await.json()["error"], "session_ended");
        let job = format!(
            "SELECT COUNT(*) FROM jobs WHERE id = 'end {JELLYFIN} {0}' AND kind = 'end' AND target_id = '{JELLYFIN}'
             AND about_id = '{0}' AND state = 'waiting' AND revision = 1",
            AT_JELLYFIN.id
        );
        assert_eq!(home.count(&job).await, 1, "{round}");
        let asked = "SELECT COUNT(*) FROM sessions WHERE service_id IS NOT NULL AND asked_at IS NOT NULL
                     AND asked_by IS NOT NULL AND ended_at IS NULL";
        assert_eq!(home.count(asked).await, 1, "{round}");
    }
    let row = owner.device_named("Tablet").await;
    assert_eq!((&row["signed_in"], &row["ended_at"]), (&json!(true), &Value::Null), "{row:#}");
    let states: Vec<_> =
        row["sessions"].as_array().expect("sessions").iter().map(|session| &session["state"]).collect();
    assert_eq!(states, ["ended", "asked"], "{row:#}");
    let history = owner.get("/api/v1/history?kind=sign_out_asked").await.json();
    let lines = history["history"].as_array().expect("lines");
    assert_eq!((lines.len(), &lines[0]["detail"]["name"]), (1, &json!("Films")), "{history:#}");
}

#[tokio::test]
async fn a_programs_session_ends_by_name_only_and_what_is_somebody_elses_not_at_all() {
    let (home, owner, tablet) = with_a_tablet(&[AT_IMMICH, A_PROGRAMS]).await;
    let asked = async || home.count("SELECT COUNT(*) FROM jobs WHERE kind = 'end'").await;
    let results = sign_out(&owner, json!({ "all": true })).await;
    let of_tablet = results.iter().find(|result| !result["sessions"].as_array().expect("a list").is_empty());
    let of_tablet = of_tablet.expect("a line for the tablet");
    assert_eq!(of_tablet["effect"], "refused", "{results:#?}");
    let effects: Vec<_> = of_tablet["sessions"].as_array().expect("sessions").iter().collect();
    assert_eq!(effects.len(), 2, "the program's is not meant: {of_tablet:#}");
    let refused = effects.iter().find(|session| session["source"] == "Photos").expect("it is there");
    assert_eq!(refused["detail"], "Only the person whose sign-in it is can end it.");
    assert_eq!(tablet.get("/api/v1/session").await.json()["error"], "session_ended");
    assert_eq!(asked().await, 0);

    let results = sign_out(&owner, json!({ "session_ids": [A_PROGRAMS.id, AT_IMMICH.id] })).await;
    assert_eq!((results.len(), &results[0]["effect"]), (1, &json!("refused")), "{results:#?}");
    assert_eq!(asked().await, 1, "chosen by name, it is asked for");
}

#[tokio::test]
async fn a_new_password_signs_nobody_out_at_a_service() {
    let (home, owner, tablet) = with_a_tablet(&[AT_JELLYFIN]).await;
    let change = json!({
        "current_password": PASSWORD, "new_password": "another row", "sign_out_everything_else": true,
    });
    let answer = owner.put_json("/api/v1/account/password", &change).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(tablet.get("/api/v1/session").await.json()["error"], "session_ended");
    assert_eq!(home.count("SELECT COUNT(*) FROM jobs WHERE kind = 'end'").await, 0);
    assert_eq!(home.count("SELECT COUNT(*) FROM sessions WHERE asked_at IS NOT NULL").await, 0);
}
