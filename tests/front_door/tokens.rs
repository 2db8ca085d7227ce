//! Tokens of devices that signed in by code: refreshing, introspection and revocation, as RFC 6749, RFC 7662 and
//! RFC 7009 have them.

use std::time::Duration;

use latchkey::clock::Clock;
use serde_json::Value;

use crate::support::{Answer, Browser, PASSWORD, TestHome};

/// A TV that was let in; answers with its tokens.
async fn signed_in_by_code(home: &TestHome, owner: &Browser) -> (Browser, Value) {
    let tv = home.browser();
    let codes =
        tv.post("/device_authorization", &[("client_id", "Kodi"), ("device_name", "TV")]).await.json();
    let user_code = codes["user_code"].as_str().expect("a code");
    let ana = owner.profile("Ana").await;
    let form = [("user_code", user_code), ("decision", "allow"), ("proof", PASSWORD), ("profile_id", &ana)];
    assert_eq!(owner.post("/device", &form).await.status, 200);
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", codes["device_code"].as_str().expect("a code")),
    ];
    let answer = tv.post("/token", &form).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    (tv, answer.json())
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap_or_else(|| panic!("no {name} in {tokens}"))
}

async fn refresh(tv: &Browser, token: &str) -> Answer {
    tv.post("/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

async fn is_refused(tv: &Browser, token: &str) {
    let answer = refresh(tv, token).await;
    let error = answer.json()["error"].clone();
    assert_eq!((answer.status, error.as_str()), (400, Some("invalid_grant")), "{}", answer.text);
}

/// What a server that was handed `token` hears of it when it asks with the session of `asking`.
async fn introspected(asking: &Browser, token: &str) -> Value {
    let answer = asking.post("/introspect", &[("token", token)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn status_with(home: &TestHome, token: &str) -> u16 {
    let browser = home.browser();
    browser.always("authorization", &format!("Bearer {token}"));
    browser.get("/api/v1/session").await.status
}

#[tokio::test]
async fn a_token_runs_out_and_is_refreshed() {
    let (home, owner) = TestHome::with_account().await;
    let (tv, tokens) = signed_in_by_code(&home, &owner).await;
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(status_with(&home, text(&tokens, "access_token")).await, 200);
    home.clock.advance(Duration::from_hours(1));
    let browser = home.browser();
    browser.always("authorization", &format!("Bearer {}", text(&tokens, "access_token")));
    let answer = browser.get("/api/v1/session").await;
    assert_eq!((answer.status, answer.json()["error"].as_str()), (401, Some("token_expired")));

    let answer = refresh(&tv, text(&tokens, "refresh_token")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let new = answer.json();
    assert_eq!(status_with(&home, text(&new, "access_token")).await, 200);
    // It is the same device and the same session, not one more.
    assert_eq!(owner.devices().await.len(), 2);
}

/// The code of a refusal of a token that requests carry.
async fn refusal_of(home: &TestHome, token: &str) -> (u16, String) {
    let browser = home.browser();
    browser.always("authorization", &format!("Bearer {token}"));
    let answer = browser.get("/api/v1/session").await;
    (answer.status, answer.json()["error"].as_str().unwrap_or_default().to_owned())
}

/// Whether the session that those tokens are of has ended because one of them came back, and that was told.
async fn has_ended_and_is_told(home: &TestHome, owner: &Browser, newest: &Value) {
    assert_eq!(refusal_of(home, text(newest, "access_token")).await, (401, "session_ended".to_owned()));
    let tv = owner.device_named("TV").await;
    assert_eq!((&tv["signed_in"], &tv["ended_reason"]), (&false.into(), &"token_replayed".into()), "{tv:#}");
    let alerts = owner.get("/api/v1/alerts?state=open").await.json();
    let is_suspicious = |alert: &&Value| alert["verdict"] == "suspicious" && alert["telling"] == "aloud";
    let told = alerts["alerts"].as_array().expect("a list").iter().filter(is_suspicious).count();
    assert_eq!(told, 1, "{alerts:#}");
}

#[tokio::test]
async fn an_answer_that_got_lost_is_asked_for_again_and_brings_the_same_pair() {
    let (home, owner) = TestHome::with_account().await;
    let (tv, first) = signed_in_by_code(&home, &owner).await;
    let asked = text(&first, "refresh_token");
    // The answers to these never arrive.
    let lost = futures_util::future::join_all((0..8).map(|_| refresh(&tv, asked))).await;
    assert!(lost.iter().all(|answer| answer.status == 200), "{lost:#?}");
    home.clock.advance(Duration::from_secs(29));
    let second = refresh(&tv, asked).await.json();
    for answer in lost {
        assert_eq!(answer.json(), second);
    }
    assert_eq!(refusal_of(&home, text(&first, "access_token")).await.0, 401);
    assert_eq!(status_with(&home, text(&second, "access_token")).await, 200);
    // That was its first use: whoever asks for it again is somebody else.
    is_refused(&tv, asked).await;
    has_ended_and_is_told(&home, &owner, &second).await;
}

#[tokio::test]
async fn the_leeway_ends_with_the_first_use_of_either_token_and_by_itself() {
    for ends in [
        "access_token",
        "refresh_token",
        "introspection",
        "time",
        "time, and the clock was set back",
        "another program",
    ] {
        let (home, owner) = TestHome::with_account().await;
        let (tv, first) = signed_in_by_code(&home, &owner).await;
        let asked = text(&first, "refresh_token");
        let mut newest = refresh(&tv, asked).await.json();
        let asking = home.browser();
        match ends {
            "access_token" => assert_eq!(status_with(&home, text(&newest, "access_token")).await, 200),
            "refresh_token" => newest = refresh(&tv, text(&newest, "refresh_token")).await.json(),
            "introspection" => {
                assert_eq!(introspected(&owner, text(&newest, "access_token")).await["active"], true);
            }
            "time" => home.clock.advance(Duration::from_secs(30)),
            "time, and the clock was set back" => {
                home.clock.advance(Duration::from_secs(31));
                home.clock.set(home.clock.now().before(Duration::from_secs(31)));
            }
            _ => asking.always("user-agent", "curl/8.11.0"),
        }
        is_refused(&asking, asked).await;
        has_ended_and_is_told(&home, &owner, &newest).await;
    }
}

#[tokio::test]
async fn after_a_restart_within_the_leeway_a_new_pair_is_made_and_the_unused_one_is_dropped() {
    let (home, owner) = TestHome::with_account().await;
    let (tv, first) = signed_in_by_code(&home, &owner).await;
    let asked = text(&first, "refresh_token").to_owned();
    let lost = refresh(&tv, &asked).await.json();
    let home = home.restart().await;
    let tv = home.browser();
    let kept = refresh(&tv, &asked).await;
    assert_eq!(kept.status, 200, "{}", kept.text);
    let kept = kept.json();
    assert_ne!(kept["access_token"], lost["access_token"]);
    assert_eq!(refusal_of(&home, text(&lost, "access_token")).await.0, 401);
    assert_eq!(status_with(&home, text(&kept, "access_token")).await, 200);
    // What was used is remembered as used, whatever is restarted.
    let home = home.restart().await;
    is_refused(&home.browser(), &asked).await;
    assert_eq!(refusal_of(&home, text(&kept, "access_token")).await, (401, "session_ended".to_owned()));
}

#[tokio::test]
async fn a_pair_that_waits_is_good_after_a_restart_too() {
    let (home, owner) = TestHome::with_account().await;
    let (tv, first) = signed_in_by_code(&home, &owner).await;
    let newest = refresh(&tv, text(&first, "refresh_token")).await.json();
    home.clock.advance(Duration::from_mins(10));
    let home = home.restart().await;
    assert_eq!(status_with(&home, text(&newest, "access_token")).await, 200);
    assert_eq!(refresh(&home.browser(), text(&newest, "refresh_token")).await.status, 200);
}

#[tokio::test]
async fn a_spent_refresh_token_gives_nothing_back() {
    let (home, owner) = TestHome::with_account().await;
    let (tv, first) = signed_in_by_code(&home, &owner).await;
    let second = refresh(&tv, text(&first, "refresh_token")).await.json();
    for _ in 0..2 {
        assert_eq!(tv.post("/revoke", &[("token", text(&first, "refresh_token"))]).await.status, 200);
        assert_eq!(status_with(&home, text(&second, "access_token")).await, 200);
    }
    // Nor does the access token before.
    assert_eq!(tv.post("/revoke", &[("token", text(&first, "access_token"))]).await.status, 200);
    assert_eq!(status_with(&home, text(&second, "access_token")).await, 200);
    assert_eq!(owner.get("/api/v1/history?kind=sign_out").await.json()["history"], serde_json::json!([]));
    // One that ran out may be given back: its holder has nothing else to do it with.
    home.clock.advance(Duration::from_hours(2));
    assert_eq!(tv.post("/revoke", &[("token", text(&second, "access_token"))]).await.status, 200);
    assert_eq!(owner.device_named("TV").await["ended_reason"], "revoked");
}

#[tokio::test]
async fn a_signed_out_device_cannot_refresh() {
    let (home, owner) = TestHome::with_account().await;
    let (tv, tokens) = signed_in_by_code(&home, &owner).await;
    owner.sign_out(text(&tokens, "device_id")).await;
    assert_eq!(status_with(&home, text(&tokens, "access_token")).await, 401);
    is_refused(&tv, text(&tokens, "refresh_token")).await;
    is_refused(&tv, "made up").await;
    let home = home.restart().await;
    is_refused(&home.browser(), text(&tokens, "refresh_token")).await;
}

#[tokio::test]
async fn a_token_request_that_makes_no_sense_is_told_so_in_the_standards_words() {
    let (home, owner) = TestHome::with_account().await;
    for (form, error) in [
        (vec![("grant_type", "password"), ("password", "x")], "unsupported_grant_type"),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (vec![("grant_type", "urn:ietf:params:oauth:grant-type:device_code")], "invalid_request"),
    ] {
        let answer = home.browser().post("/token", &form).await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (400, Some(error)), "{form:?}");
    }
    drop(owner);
}

#[tokio::test]
async fn a_server_hears_whether_a_token_of_its_account_is_good() {
    let (home, owner) = TestHome::with_account().await;
    let (tv, tokens) = signed_in_by_code(&home, &owner).await;
    let token = text(&tokens, "access_token");
    let answer = introspected(&owner, token).await;
    assert_eq!(answer["active"], true, "{answer}");
    assert_eq!((&answer["username"], &answer["profile"]), (&"ana".into(), &"Ana".into()), "{answer}");
    assert_eq!(answer["session_id"], tokens["session_id"]);
    assert_eq!(answer["exp"], 1_790_000_000 + 3600);

    assert_eq!(introspected(&owner, "made up").await, serde_json::json!({ "active": false }));
    // A refresh token is for the token endpoint only.
    let refresh_token = text(&tokens, "refresh_token");
    assert_eq!(introspected(&owner, refresh_token).await, serde_json::json!({ "active": false }));
    // Whoever has no session hears nothing at all.
    assert_eq!(home.browser().post("/introspect", &[("token", token)]).await.status, 401);

    owner.sign_out(text(&tokens, "device_id")).await;
    assert_eq!(introspected(&owner, token).await, serde_json::json!({ "active": false }));
    drop(tv);
}

#[tokio::test]
async fn a_device_gives_its_token_back() {
    let (home, owner) = TestHome::with_account().await;
    for which in ["access_token", "refresh_token"] {
        let (tv, tokens) = signed_in_by_code(&home, &owner).await;
        // Twice: a token that is not good any more is no error (RFC 7009 section 2.2).
        for _ in 0..2 {
            let answer = tv.post("/revoke", &[("token", text(&tokens, which))]).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
        assert_eq!(status_with(&home, text(&tokens, "access_token")).await, 401);
        is_refused(&tv, text(&tokens, "refresh_token")).await;
    }
    assert_eq!(home.browser().post("/revoke", &[("token", "made up")]).await.status, 200);
}
