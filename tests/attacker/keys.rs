//! Keys: what is copied, spent, mistyped, or sent by somebody else's page.

use serde_json::Value;

use super::target::{Target, refusal};

#[tokio::test]
async fn a_signed_out_key_is_refused_at_the_very_next_request_everywhere() {
    let target = Target::find().await;
    let (owner, _) = target.device("Owner").await;
    let (_, thief) = target.device("Thief").await;
    let token = thief["token"].as_str().expect("a token").to_owned();
    let id = thief["device_id"].as_str().expect("an id");
    let with_key = target.browser();
    with_key.always("authorization", &format!("Bearer {token}"));
    assert_eq!(with_key.get("/api/v1/session").await.status, 200);
    let out = owner.post_json(&format!("/api/v1/devices/{id}/sign-out"), &Value::Null).await;
    assert_eq!((out.status, out.json()["effect"].clone()), (200, "signed_out".into()), "{}", out.text);
    for path in ["/api/v1/session", "/api/v1/devices", "/guard", "/api/v1/events"] {
        assert_eq!(refusal(&with_key.get(path).await), (401, "session_ended".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn whatever_comes_to_the_oauth_endpoints_is_answered_in_the_standards_words() {
    let target = Target::find().await;
    let stranger = target.browser();
    let wrong = [
        (Some("application/json"), "{}"),
        (Some("text/plain"), "grant_type=refresh_token"),
        (Some("application/x-www-form-urlencoded"), ""),
        (Some("application/x-www-form-urlencoded"), "grant_type=password&username=a&password=b"),
        (Some("application/x-www-form-urlencoded"), "grant_type=refresh_token&refresh_token=%ff%fe"),
        (Some("application/x-www-form-urlencoded"), "grant_type=refresh_token&grant_type=refresh_token"),
        (None, "grant_type"),
    ];
    let words = ["invalid_request", "invalid_grant", "unsupported_grant_type", "invalid_client"];
    for path in ["/token", "/device_authorization"] {
        for (kind, body) in wrong {
            let headers: Vec<_> = kind.map(|kind| ("content-type", kind)).into_iter().collect();
            let answer = stranger.send(reqwest::Method::POST, path, &headers, Some(body.to_owned())).await;
            let (status, word) = refusal(&answer);
            assert_eq!(status, 400, "{path} {kind:?} {body}: {}", answer.text);
            assert!(words.contains(&word.as_str()), "{path} {kind:?} {body}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn another_programs_page_reads_nothing_but_what_televisions_ask() {
    let target = Target::find().await;
    let page = target.browser();
    page.always("origin", "null");
    let fields = [("client_id", "tv")];
    let open = page.post("/device_authorization", &fields).await;
    assert_eq!((open.status, open.header("access-control-allow-origin")), (200, "*"));
    assert_eq!(open.header("access-control-allow-credentials"), "");
    for path in ["/api/v1/session", "/api/v1/devices", "/api/v1/status", "/guard"] {
        assert_eq!(page.get(path).await.header("access-control-allow-origin"), "", "{path}");
    }
}

#[tokio::test]
async fn another_sites_page_cannot_sign_anybody_out() {
    let target = Target::find().await;
    let (owner, _) = target.device("Owner").await;
    for (name, value) in
        [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
    {
        let headers = [("content-type", "application/json"), (name, value)];
        let answer = owner.send(reqwest::Method::POST, "/api/v1/sign-out", &headers, Some("{}".into())).await;
        assert_eq!(refusal(&answer), (403, "foreign_origin".to_owned()), "{name}: {value}");
    }
    assert_eq!(owner.get("/api/v1/session").await.status, 200);
}

#[tokio::test]
async fn junk_beside_the_cookie_shuts_nobody_out() {
    let target = Target::find().await;
    let browser = target.browser();
    browser.visit("/sign-in").await;
    assert_eq!(browser.post("/sign-in", &target.form()).await.status, 303);
    let name = ["latchkey_session", "__Host-latchkey_session"];
    let name = name.into_iter().find(|name| browser.cookie(name).is_some()).expect("a session's cookie");
    let value = browser.cookie(name).expect("a value");
    let alone = target.browser();
    for cookies in [
        format!("{name}=junk; {name}={value}"),
        format!("{name}={value}; {name}=junk"),
        format!("a; =b; name=Jos\u{e9}; {name}={value}"),
        format!("{name}=; ;;; {name}={value}"),
    ] {
        // As its bytes, which need not be text.
        let answer = alone.send(reqwest::Method::GET, "/api/v1/session", &[], None).await;
        assert_eq!(answer.status, 401);
        let answer = raw(&target, &cookies).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{cookies}: {answer}");
    }
}

/// One request with these cookies, as bytes.
async fn raw(target: &Target, cookies: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let host = target.url.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(host).await.expect("it listens");
    let request = format!(
        "GET /api/v1/session HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("it answers");
    String::from_utf8_lossy(&answer).into_owned()
}
