//! Tokens of devices that signed in by code: refreshing, introspection and revocation, as RFC 6749, RFC 7662 and
//! RFC 7009 have them.

use std::time::Duration;

use serde_json::Value;

use crate::support::{Answer, Browser, TestHome};

/// A TV that was let in; answers with its tokens.
async fn signed_in_by_code(home: &TestHome, owner: &Browser) -> (Browser, Value) {
    let tv = home.browser();
    let codes =
        tv.post("/device_authorization", &[("client_id", "Kodi"), ("device_name", "TV")]).await.json();
    let user_code = codes["user_code"].as_str().expect("a code");
    let ana = owner.profile("Ana").await;
    let form = [("user_code", user_code), ("decision", "allow"), ("profile_id", &ana)];
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

#[tokio::test]
async fn an_answer_that_got_lost_is_asked_for_again_and_older_tokens_are_refused() {
    let (home, owner) = TestHome::with_account().await;
    let (tv, first) = signed_in_by_code(&home, &owner).await;
    // The answer to this one never arrives.
    let lost = refresh(&tv, text(&first, "refresh_token")).await.json();
    let second = refresh(&tv, text(&first, "refresh_token")).await;
    assert_eq!(second.status, 200, "{}", second.text);
    let second = second.json();
    assert_eq!(status_with(&home, text(&second, "access_token")).await, 200);
    assert_eq!(status_with(&home, text(&lost, "access_token")).await, 401);

    // Once the new one was used, the one before is too old.
    let third = refresh(&tv, text(&second, "refresh_token")).await;
    assert_eq!(third.status, 200, "{}", third.text);
    is_refused(&tv, text(&first, "refresh_token")).await;
    is_refused(&tv, text(&lost, "refresh_token")).await;
    assert_eq!(status_with(&home, text(&third.json(), "access_token")).await, 200);
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
