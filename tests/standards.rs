//! What the verification standard asks (docs/asvs.md) and no other test shows.

mod support;

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use support::{LOGIN, PASSWORD, TestHome};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn every_answer_says_its_type_and_that_it_is_no_other() {
    let (home, owner) = TestHome::with_account().await;
    let none: &[(&str, &str)] = &[];
    let csv: &[(&str, &str)] = &[("accept", "text/csv")];
    let elsewhere: &[(&str, &str)] = &[("host", "evil.example")];
    for (method, path, headers) in [
        (Method::GET, "/", none),
        (Method::GET, "/guard", none),
        (Method::GET, "/healthz", none),
        (Method::GET, "/api/openapi.json", none),
        (Method::GET, "/api/v1/status", none),
        (Method::GET, "/api/v1/history", none),
        (Method::GET, "/api/v1/history", csv),
        (Method::GET, "/api/v1/nonsense", none),
        (Method::GET, "/sign-in", elsewhere),
        (Method::POST, "/token", none),
        (Method::PUT, "/token", none),
        (Method::PUT, "/guard", none),
    ] {
        for browser in [&owner, &home.browser()] {
            let answer = browser.send(method.clone(), path, headers, None).await;
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{method} {path}: {answer:?}");
            let kind = answer.header("content-type");
            assert!(answer.text.is_empty() || !kind.is_empty(), "{method} {path}: {answer:?}");
        }
    }
    let export = owner.send(Method::GET, "/api/v1/history", csv, None).await;
    let told = (export.header("content-type"), export.header("content-disposition"));
    assert_eq!(told, ("text/csv; charset=utf-8", "attachment; filename=\"latchkey-history.csv\""));
}

#[tokio::test]
async fn the_interface_is_packed_and_what_has_secrets_in_it_is_not() {
    let (_home, owner) = TestHome::with_account().await;
    let packed: &[(&str, &str)] = &[("accept-encoding", "gzip, br")];
    for (path, expected) in [
        ("/", "gzip"),
        ("/api/v1/devices", ""),
        ("/api/v1/session", ""),
        ("/sign-in", ""),
        ("/api/openapi.json", ""),
    ] {
        let answer = owner.send(Method::GET, path, packed, None).await;
        assert_eq!(answer.header("content-encoding"), expected, "{path}");
    }
    // Who does not take it so gets it as it is; and whoever has it, nothing.
    let plain = owner.get("/").await;
    assert_eq!((plain.header("content-encoding"), plain.text.contains("<html")), ("", true));
    let known = owner.send(Method::GET, "/", &[("if-none-match", plain.header("etag"))], None).await;
    assert_eq!(known.status, 304, "{known:?}");
}

#[tokio::test]
async fn only_the_worker_may_ask_elsewhere() {
    let home = TestHome::start().await;
    for (path, asks_elsewhere) in [("/sw.js", true), ("/", false), ("/sign-in", false)] {
        let answer = home.browser().get(path).await;
        assert_eq!(answer.header("content-security-policy").contains("https:"), asks_elsewhere, "{answer:?}");
    }
}

/// What a household sees of itself, but for when its devices were active.
async fn seen(owner: &support::Browser) -> [Value; 4] {
    let mut devices = owner.get("/api/v1/devices").await.json();
    for device in devices["devices"].as_array_mut().expect("a list") {
        device["last_active_at"].take();
    }
    let alerts = owner.get("/api/v1/alerts").await.json();
    let history = owner.get("/api/v1/history").await.json();
    [devices, alerts, history, owner.get("/api/v1/profiles").await.json()]
}

#[tokio::test]
async fn what_only_reads_changes_nothing() {
    let (home, owner) = TestHome::with_account().await;
    home.clock.advance(Duration::from_mins(1));
    home.device("Tablet").await;
    let id = owner.device_named("Tablet").await["id"].as_str().expect("an id").to_owned();
    let before = seen(&owner).await;
    let description = owner.get("/api/openapi.json").await.json();
    let paths = description["paths"].as_object().expect("paths");
    let pages = ["/", "/sign-in", "/who", "/recover", "/device", "/device?user_code=BCDF-GHJK"];
    let mut asked = 0;
    for path in paths.keys().map(String::as_str).chain(pages) {
        let path = path.replace("{id}", &id).replace("{user_code}", "BCDFGHJK");
        if path == "/api/v1/events" {
            continue;
        }
        // Also what changes something when it is asked for properly, as a link of another site asks for it.
        for method in [Method::GET, Method::HEAD] {
            let query = if path.contains('?') { "&all=true" } else { "?all=true" };
            let headers = [("sec-fetch-site", "cross-site")];
            owner.send(method, &format!("{path}{query}"), &headers, None).await;
            asked += 1;
        }
    }
    assert!(asked > 50, "only {asked} were asked");
    assert_eq!(seen(&owner).await, before);
}

#[tokio::test]
async fn a_body_changes_only_what_its_call_is_for() {
    let (home, owner) = TestHome::with_account().await;
    home.clock.advance(Duration::from_mins(1));
    home.device("Tablet").await;
    let before = owner.device_named("Tablet").await;
    let id = before["id"].as_str().expect("an id").to_owned();
    let body = json!({
        "name": "Tablet", "id": "x", "account_id": "x", "signed_in": false, "kind": "tv", "on_hold": true,
        "profile": null, "place": null, "session_id": "x", "current": true,
    });
    owner.send_json(Method::PATCH, &format!("/api/v1/devices/{id}"), &body).await;
    let after = owner.device_named("Tablet").await;
    for field in before.as_object().expect("a device").keys().filter(|field| *field != "last_active_at") {
        assert_eq!(after[field], before[field], "{field}");
    }
    // Nor does an answer say what only the home should know.
    let all = seen(&owner).await.map(|part| part.to_string()).concat();
    for secret in ["secret", "hash", "token", "password_hash"] {
        assert!(!all.contains(&format!("{secret}\":")), "{secret}: {all}");
    }
}

/// What a home answers to these bytes, until it closes the connection.
async fn raw(home: &TestHome, request: &str) -> String {
    let mut stream = TcpStream::connect(home.app.address()).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    stream.shutdown().await.expect("all is said");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_request_whose_length_is_said_twice_hides_no_other() {
    let (home, _owner) = TestHome::with_account().await;
    let head = format!("POST /revoke HTTP/1.1\r\nHost: {}\r\n", home.app.address());
    let hidden = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    for lengths in [
        format!("Content-Length: 5\r\nContent-Length: {}\r\n", hidden.len()),
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: 4\r\n".to_owned(),
        "Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n".to_owned(),
        "Content-Length: +4\r\n".to_owned(),
    ] {
        let answer = raw(&home, &format!("{head}{lengths}\r\n0\r\n\r\n{hidden}")).await;
        assert!(answer.starts_with("HTTP/1.1 400") && !answer.contains("\r\nok"), "{lengths}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{lengths}: {answer}");
    }
    // Of the two the encoding counts, and nothing of the length is left over (RFC 9112 section 6.3).
    let both = format!("Transfer-Encoding: chunked\r\nContent-Length: {}\r\n", 5 + hidden.len());
    let answer = raw(&home, &format!("{head}{both}\r\n0\r\n\r\n")).await;
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("invalid_request"), "{answer}");
}

#[tokio::test]
async fn a_device_that_signs_in_again_has_one_session_and_the_one_before_is_refused() {
    let (home, owner) = TestHome::with_account().await;
    home.clock.advance(Duration::from_mins(1));
    let tablet = home.device("Tablet").await;
    let before = tablet.cookie("latchkey_session").expect("signed in");
    home.clock.advance(Duration::from_mins(1));
    let request = json!({ "login": LOGIN, "password": PASSWORD });
    assert_eq!(tablet.post_json("/api/v1/sign-in", &request).await.status, 200);
    assert_eq!(owner.devices().await.len(), 2);
    let copy = home.browser();
    copy.always("authorization", &format!("Bearer {before}"));
    let refused = copy.get("/api/v1/session").await;
    assert_eq!((refused.status, refused.json()["error"].as_str()), (401, Some("session_ended")));
    assert_eq!(tablet.get("/api/v1/session").await.status, 200);
}

#[tokio::test]
async fn with_the_password_everything_else_is_signed_out_where_that_is_wanted() {
    let (home, owner) = TestHome::with_account().await;
    owner.choose("Ana").await;
    home.clock.advance(Duration::from_mins(1));
    let tablet = home.device("Tablet").await;
    let change = json!({
        "current_password": PASSWORD, "new_password": "another row of words", "sign_out_everything_else": true,
    });
    let changed = owner.put_json("/api/v1/account/password", &change).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let refused = tablet.get("/api/v1/session").await;
    assert_eq!((refused.status, refused.json()["error"].as_str()), (401, Some("session_ended")));
    assert_eq!(owner.get("/api/v1/session").await.status, 200);
}
