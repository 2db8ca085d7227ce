//! What OAuth clients hear when something is wrong (RFC 6749 section 5.2), and that apps which are pages of any origin may
//! ask there, and nowhere else.

use reqwest::Method;
use serde_json::Value;

use crate::support::{Answer, Browser, PASSWORD, TestHome};

const FORM: &str = "application/x-www-form-urlencoded";
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Sends a body of any sort.
async fn send(browser: &Browser, path: &str, kind: Option<&str>, body: &str) -> Answer {
    let kind: Vec<_> = kind.map(|kind| ("content-type", kind)).into_iter().collect();
    browser.send(Method::POST, path, &kind, Some(body.to_owned())).await
}

/// An error of the standard's, in its form.
fn is_error(answer: &Answer, error: &str) {
    let told = answer.json();
    assert_eq!((answer.status, told["error"].as_str()), (400, Some(error)), "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(told["error_description"].as_str().is_some_and(|words| !words.is_empty()), "{told}");
}

#[tokio::test]
async fn whatever_comes_in_is_answered_in_the_standards_words() {
    let (home, _owner) = TestHome::with_account().await;
    let browser = home.browser();
    let long = format!("client_id=x&grant_type={}", "x".repeat(100_000));
    for path in ["/token", "/device_authorization", "/revoke"] {
        for (kind, body) in [
            (None, ""),
            (None, "client_id=x&grant_type=y&token=z"),
            (Some("text/plain"), "client_id=x&grant_type=y&token=z"),
            (Some("application/json"), "{\"client_id\":\"x\",\"grant_type\":\"y\",\"token\":\"z\"}"),
            (Some("multipart/form-data; boundary=x"), "--x--"),
            (Some(FORM), ""),
            (Some(FORM), "{\"grant_type\":\"refresh_token\"}"),
            (Some(FORM), "client_id=&grant_type=&token="),
            (Some(FORM), "client_id=%FF&grant_type=%FF&token=%FF"),
            (Some(FORM), "client_id=a&client_id=a&grant_type=b&grant_type=b&token=c&token=c"),
            (Some(FORM), "client_id=x&grant_type=y&token=z&a=1&a=2"),
            (Some(FORM), &long),
        ] {
            let answer = send(&browser, path, kind, body).await;
            is_error(&answer, "invalid_request");
        }
    }
    is_error(&send(&browser, "/token", Some(FORM), "grant_type=password").await, "unsupported_grant_type");
    let charset = "application/x-www-form-urlencoded; charset=UTF-8";
    is_error(&send(&browser, "/token", Some(charset), "grant_type=password").await, "unsupported_grant_type");
}

/// A television that was let in by `owner` as that profile; answers with its tokens.
async fn television(home: &TestHome, owner: &Browser, profile: &str) -> (Browser, Value) {
    let tv = home.browser();
    let codes =
        tv.post("/device_authorization", &[("client_id", "Kodi"), ("device_name", "TV")]).await.json();
    let profile = owner.profile(profile).await;
    let form = [
        ("user_code", codes["user_code"].as_str().expect("a code")),
        ("decision", "allow"),
        ("proof", PASSWORD),
        ("profile_id", &profile),
    ];
    assert_eq!(owner.post("/device", &form).await.status, 200);
    let code = codes["device_code"].as_str().expect("a code");
    let answer = tv.post("/token", &[("grant_type", DEVICE_CODE), ("device_code", code)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    (tv, answer.json())
}

#[tokio::test]
async fn a_client_that_was_signed_out_hears_an_error_of_the_clients() {
    let (home, owner) = TestHome::with_account().await;
    owner.choose("Ana").await;
    let (tv, tokens) = television(&home, &owner, "Ana").await;
    owner.sign_out(tokens["device_id"].as_str().expect("an id")).await;
    let refresh = tokens["refresh_token"].as_str().expect("a token");
    let answer = tv.post("/token", &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
    is_error(&answer, "invalid_grant");
}

#[tokio::test]
async fn a_client_whose_profile_was_deleted_before_it_came_hears_an_error_of_the_clients() {
    let (home, owner) = TestHome::with_account().await;
    owner.choose("Ana").await;
    let tv = home.browser();
    let codes =
        tv.post("/device_authorization", &[("client_id", "Kodi"), ("device_name", "TV")]).await.json();
    let leo = owner.profile("Leo").await;
    let form = [
        ("user_code", codes["user_code"].as_str().expect("a code")),
        ("decision", "allow"),
        ("proof", PASSWORD),
        ("profile_id", &leo),
    ];
    assert_eq!(owner.post("/device", &form).await.status, 200);
    let deleted = owner.send(Method::DELETE, &format!("/api/v1/profiles/{leo}"), &[], None).await;
    assert_eq!(deleted.status, 204, "{}", deleted.text);
    let code = codes["device_code"].as_str().expect("a code");
    is_error(
        &tv.post("/token", &[("grant_type", DEVICE_CODE), ("device_code", code)]).await,
        "invalid_grant",
    );
}

#[tokio::test]
async fn an_app_that_is_a_page_signs_in_by_code_from_whatever_origin() {
    let (home, owner) = TestHome::with_account().await;
    owner.choose("Ana").await;
    for (number, origin) in ["null", "file://", "https://tv.example"].into_iter().enumerate() {
        home.clock.advance(std::time::Duration::from_mins(1));
        let app = home.browser();
        app.always("origin", origin);
        app.always("sec-fetch-site", "cross-site");
        for path in ["/device_authorization", "/token"] {
            let asked = [
                ("access-control-request-method", "POST"),
                ("access-control-request-headers", "content-type"),
            ];
            let may = app.send(Method::OPTIONS, path, &asked, None).await;
            assert_eq!(may.status, 204, "{may:?}");
            assert_eq!(may.header("access-control-allow-origin"), "*");
            assert_eq!(may.header("access-control-allow-methods"), "POST");
            assert!(may.header("access-control-allow-headers").contains("Content-Type"));
            assert_eq!(may.header("access-control-allow-credentials"), "");
        }
        let name = format!("TV {number}");
        let codes = app.post("/device_authorization", &[("client_id", "Kodi"), ("device_name", &name)]).await;
        assert_eq!((codes.status, codes.header("access-control-allow-origin")), (200, "*"), "{codes:?}");
        let codes = codes.json();
        let form =
            [("grant_type", DEVICE_CODE), ("device_code", codes["device_code"].as_str().expect("a code"))];
        let waits = app.post("/token", &form).await;
        is_error(&waits, "authorization_pending");
        assert_eq!(waits.header("access-control-allow-origin"), "*");
        let user_code = codes["user_code"].as_str().expect("a code");
        owner.post("/device", &[("user_code", user_code), ("decision", "allow"), ("proof", PASSWORD)]).await;
        home.clock.advance(std::time::Duration::from_secs(6));
        let let_in = app.post("/token", &form).await;
        assert_eq!((let_in.status, let_in.header("access-control-allow-origin")), (200, "*"), "{let_in:?}");
        assert!(let_in.json()["access_token"].is_string());
        assert!(!let_in.headers.contains_key("set-cookie"), "{let_in:?}");
    }
}

#[tokio::test]
async fn the_browsers_own_cookies_do_not_speak_for_such_an_app_and_nothing_else_answers_it() {
    let (_home, owner) = TestHome::with_account().await;
    // The owner's browser shows the app: its device's secret must not make the television the owner's laptop.
    let page = [("origin", "null"), ("content-type", FORM)];
    let asked = Some("client_id=Kodi&device_name=TV".to_owned());
    let codes = owner.send(Method::POST, "/device_authorization", &page, asked).await.json();
    let user_code = codes["user_code"].as_str().expect("a code");
    owner.post("/device", &[("user_code", user_code), ("decision", "allow"), ("proof", PASSWORD)]).await;
    let code = codes["device_code"].as_str().expect("a code");
    let asked =
        serde_urlencoded::to_string([("grant_type", DEVICE_CODE), ("device_code", code)]).expect("text");
    let answer = owner.send(Method::POST, "/token", &page, Some(asked)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_ne!(answer.json()["device_id"], owner.get("/api/v1/session").await.json()["device_id"]);
    assert_eq!(owner.devices().await.len(), 2);

    for (method, path) in [
        (Method::GET, "/api/v1/session"),
        (Method::GET, "/api/v1/status"),
        (Method::POST, "/api/v1/sign-in"),
        (Method::POST, "/introspect"),
        (Method::POST, "/revoke"),
        (Method::GET, "/guard"),
        (Method::OPTIONS, "/api/v1/devices"),
        (Method::OPTIONS, "/introspect"),
        (Method::GET, "/"),
    ] {
        let origin = [("origin", "null"), ("access-control-request-method", "POST")];
        let answer = owner.send(method.clone(), path, &origin, None).await;
        let cors: Vec<_> =
            answer.headers.keys().filter(|name| name.as_str().starts_with("access-control-")).collect();
        assert!(cors.is_empty(), "{method} {path}: {cors:?}");
    }
}
