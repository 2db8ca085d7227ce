//! A session's token changes with what it may do: whoever had a copy of the one before has nothing of the new rights.

mod support;

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use support::away::{self, LISBON, RIGA};
use support::{Answer, Browser, LOGIN, PASSWORD, TestHome};

const COOKIE: &str = "latchkey_session";

fn token(browser: &Browser) -> String {
    browser.cookie(COOKIE).expect("signed in")
}

/// A device on the same line, by the same program, that brings a token as a program does.
fn with_bearer(home: &TestHome, token: &str) -> Browser {
    let program = home.browser();
    program.always("authorization", &format!("Bearer {token}"));
    program
}

fn refusal(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["error"].as_str().unwrap_or_default().to_owned())
}

async fn is_replaced(home: &TestHome, token: &str) {
    for path in ["/api/v1/session", "/api/v1/events", "/guard"] {
        let answer = with_bearer(home, token).get(path).await;
        assert_eq!(refusal(&answer), (401, "token_replaced".to_owned()), "{path}: {}", answer.text);
    }
}

/// Everything that changes what the session of an owner may do, or what proves it.
async fn changes(owner: &Browser) -> Vec<(Method, String, Value)> {
    let (ana, leo) = (owner.profile("Ana").await, owner.profile("Leo").await);
    let password = json!({
        "current_password": PASSWORD, "new_password": "another row of words", "sign_out_everything_else": false,
    });
    vec![
        (Method::PUT, "/api/v1/session/profile".into(), json!({ "profile_id": ana })),
        (Method::POST, "/api/v1/session/proof".into(), json!({ "password": PASSWORD })),
        (
            Method::POST,
            "/api/v1/profiles".into(),
            json!({ "name": "Bea", "kind": "kids", "pin": "1357", "password": PASSWORD }),
        ),
        (Method::PATCH, format!("/api/v1/profiles/{leo}"), json!({ "pin": "1357", "password": PASSWORD })),
        (Method::PATCH, format!("/api/v1/profiles/{leo}"), json!({ "pin": "", "password": PASSWORD })),
        (Method::PATCH, format!("/api/v1/profiles/{leo}"), json!({ "kind": "adult", "password": PASSWORD })),
        (Method::POST, "/api/v1/devices/sign-out".into(), json!({ "all": true })),
        (Method::PUT, "/api/v1/account/password".into(), password),
    ]
}

async fn send(browser: &Browser, (method, path, body): &(Method, String, Value)) -> Answer {
    let kind = [("content-type", "application/json")];
    let answer = browser.send(method.clone(), path, &kind, Some(body.to_string())).await;
    let done = if path == "/api/v1/profiles" { 201 } else { 200 };
    assert_eq!(answer.status, done, "{path} {body}: {}", answer.text);
    answer
}

#[tokio::test]
async fn a_change_that_cannot_be_told_whole_leaves_the_token_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_owned();
    let home = TestHome::start_with(move |config| config.data_dir = data).await;
    let owner = home.set_up().await;
    let ana = owner.profile("Ana").await;
    let database = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("latchkey.db"));
    let database = sqlx::SqlitePool::connect_with(database).await.expect("opens");
    let damage = async |sql: &'static str| {
        sqlx::query(sql).execute(&database).await.expect("changes the database");
    };
    damage("UPDATE accounts SET badge_seen_at = 'no number'").await;
    let choice = json!({ "profile_id": ana });
    assert_eq!(owner.put_json("/api/v1/session/profile", &choice).await.status, 500);
    damage("UPDATE accounts SET badge_seen_at = NULL").await;
    let session = owner.get("/api/v1/session").await;
    assert_eq!((session.status, &session.json()["profile"]), (200, &Value::Null), "{}", session.text);
    assert_eq!(owner.put_json("/api/v1/session/profile", &choice).await.status, 200);
    database.close().await;
}

#[tokio::test]
async fn a_browsers_cookie_changes_with_every_change_of_rights_and_the_one_before_is_refused() {
    let (home, owner) = TestHome::with_account().await;
    let mut before = vec![];
    for change in changes(&owner).await {
        before.push(token(&owner));
        let answer = send(&owner, &change).await;
        assert!(answer.header("set-cookie").contains("HttpOnly"), "{change:?}");
        // No script of a page is given what only the cookie is to hold.
        assert!(answer.json().get("token").is_none(), "{}", answer.text);
        assert_ne!(Some(&token(&owner)), before.last());
        for older in &before {
            is_replaced(&home, older).await;
        }
        assert_eq!(owner.get("/api/v1/session").await.status, 200);
    }
    // What is not a change of rights leaves it.
    let kept = token(&owner);
    let leo = owner.profile("Leo").await;
    let renamed = (Method::PATCH, format!("/api/v1/profiles/{leo}"), json!({ "name": "Leonor" }));
    send(&owner, &renamed).await;
    assert_eq!(token(&owner), kept);
}

#[tokio::test]
async fn a_program_gets_its_newer_token_in_the_answer() {
    let (home, owner) = TestHome::with_account().await;
    let mut kept = token(&owner);
    for change in changes(&owner).await {
        let answer = send(&with_bearer(&home, &kept), &change).await;
        assert!(!answer.headers.contains_key("set-cookie"), "{change:?}");
        assert!(answer.json().get("refresh_token").is_none(), "{}", answer.text);
        let newer = answer.json()["token"].as_str().expect("a newer token").to_owned();
        is_replaced(&home, &kept).await;
        kept = newer;
        assert_eq!(with_bearer(&home, &kept).get("/api/v1/session").await.status, 200);
    }
    let home = home.restart().await;
    assert_eq!(with_bearer(&home, &kept).get("/api/v1/session").await.status, 200);
}

#[tokio::test]
async fn which_token_was_replaced_outlives_a_restart_and_introspection_and_revocation_know_it() {
    let (home, owner) = TestHome::with_account().await;
    let older = token(&owner);
    owner.choose("Ana").await;
    let newer = token(&owner);
    let home = home.restart().await;
    home.clock.advance(Duration::from_hours(1));
    is_replaced(&home, &older).await;
    let owner = home.browser();
    owner.keep(COOKIE, &newer);
    assert_eq!(owner.post("/introspect", &[("token", &older)]).await.json(), json!({ "active": false }));
    assert_eq!(owner.post("/revoke", &[("token", &older)]).await.status, 200);
    assert_eq!(owner.get("/api/v1/session").await.status, 200);
    // Over with the session, it is told so like every other token of it.
    let id = owner.get("/api/v1/session").await.json()["device_id"].as_str().expect("an id").to_owned();
    owner.sign_out(&id).await;
    let answer = with_bearer(&home, &older).get("/api/v1/session").await;
    assert_eq!(refusal(&answer), (401, "session_ended".to_owned()));
}

#[tokio::test]
async fn a_television_gets_a_newer_pair_when_somebody_chooses_on_it() {
    let (home, owner) = TestHome::with_account().await;
    let tv = home.browser();
    let codes =
        tv.post("/device_authorization", &[("client_id", "Kodi"), ("device_name", "TV")]).await.json();
    let user_code = codes["user_code"].as_str().expect("a code");
    assert_eq!(
        owner
            .post("/device", &[("user_code", user_code), ("decision", "allow"), ("proof", PASSWORD)])
            .await
            .status,
        200
    );
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", codes["device_code"].as_str().expect("a code")),
    ];
    let first = tv.post("/token", &form).await.json();
    let (access, refresh) = (text(&first, "access_token"), text(&first, "refresh_token"));
    let program = with_bearer(&home, &access);
    let choice = json!({ "profile_id": program.profile("Ana").await });
    let chosen = program.put_json("/api/v1/session/profile", &choice).await;
    assert_eq!(chosen.status, 200, "{}", chosen.text);
    let (newer, newer_refresh) = (text(&chosen.json(), "token"), text(&chosen.json(), "refresh_token"));
    is_replaced(&home, &access).await;
    // Under way or lost: refused, and no reason to end anything.
    let refused = ask_again(&tv, &refresh).await;
    assert_eq!(refusal(&refused), (400, "invalid_grant".to_owned()));
    assert_eq!(with_bearer(&home, &newer).get("/api/v1/session").await.status, 200);
    home.clock.advance(Duration::from_mins(50));
    let refreshed = ask_again(&tv, &newer_refresh).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.text);
    // Later it is a copy that somebody kept.
    let refused = ask_again(&tv, &refresh).await;
    assert_eq!(refusal(&refused), (400, "invalid_grant".to_owned()));
    assert_eq!(owner.device_named("TV").await["ended_reason"], "token_replayed");
}

fn text(tokens: &Value, name: &str) -> String {
    tokens[name].as_str().unwrap_or_else(|| panic!("no {name} in {tokens}")).to_owned()
}

async fn ask_again(tv: &Browser, token: &str) -> Answer {
    tv.post("/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

#[tokio::test]
async fn a_replaced_token_that_comes_from_elsewhere_is_told_and_held() {
    let (home, owner) = away::household().await;
    let laptop = home.browser();
    laptop.always("x-forwarded-for", LISBON);
    let request = json!({ "login": LOGIN, "password": PASSWORD, "device": { "name": "Laptop" } });
    assert_eq!(laptop.post_json("/api/v1/sign-in", &request).await.status, 200);
    for alert in owner.open_alerts().await {
        owner.answer(&alert, "me").await;
    }
    let copy = home.browser();
    copy.keep(COOKIE, &token(&laptop));
    laptop.choose("Ana").await;
    assert_eq!(laptop.get("/api/v1/session").await.status, 200);
    home.clock.advance(Duration::from_mins(10));
    // From where it was it is only old: a browser that was set back.
    copy.always("x-forwarded-for", LISBON);
    assert_eq!(refusal(&copy.get("/api/v1/session").await), (401, "token_replaced".to_owned()));
    assert_eq!(owner.open_alerts().await.len(), 0);
    copy.always("x-forwarded-for", RIGA);
    assert_eq!(refusal(&copy.get("/api/v1/session").await), (401, "session_held".to_owned()));
    assert_eq!(owner.open_alerts().await.len(), 1);
    assert_eq!(refusal(&laptop.get("/api/v1/session").await), (401, "session_held".to_owned()));
}

#[tokio::test]
async fn the_page_of_who_is_there_brings_the_newer_cookie_too() {
    let (home, owner) = TestHome::with_account().await;
    let older = token(&owner);
    let ana = owner.profile("Ana").await;
    let answer = owner.post("/who", &[("profile_id", &ana), ("return", "/")]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_ne!(token(&owner), older);
    is_replaced(&home, &older).await;
    assert_eq!(owner.get("/api/v1/session").await.status, 200);
}

#[tokio::test]
async fn of_many_changes_at_once_each_is_done_with_a_token_that_was_good_and_one_is_left() {
    let (home, owner) = TestHome::with_account().await;
    let (ana, leo) = (owner.profile("Ana").await, owner.profile("Leo").await);
    for _ in 0..10 {
        let older = token(&owner);
        let program = with_bearer(&home, &older);
        let choices = (0..6).map(|number| {
            let choice = json!({ "profile_id": if number % 2 == 0 { &ana } else { &leo } });
            let program = &program;
            async move { program.put_json("/api/v1/session/profile", &choice).await }
        });
        let mut newer = Vec::new();
        for answer in join_all(choices).await {
            match answer.status {
                200 => newer.push(text(&answer.json(), "token")),
                _ => assert_eq!(refusal(&answer), (401, "token_replaced".to_owned())),
            }
        }
        let mut good = Vec::new();
        for token in &newer {
            let answer = with_bearer(&home, token).get("/api/v1/session").await;
            if answer.status == 200 {
                good.push(token);
            } else {
                assert_eq!(refusal(&answer), (401, "token_replaced".to_owned()));
            }
        }
        assert_eq!(good.len(), 1, "of {}", newer.len());
        is_replaced(&home, &older).await;
        owner.keep(COOKIE, good[0]);
    }
}
