//! What holds for every call that the description of the interface names: it describes itself, answers only to its
//! own names, and a kids profile reaches nothing of the management.

mod support;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use support::{Browser, PASSWORD, TestHome};

/// Calls of the interface for programs that a kids profile may make: to sign in and out, to say who is there and
/// what plays.
const FOR_EVERYBODY: [&str; 14] = [
    "GET /api/v1/actions/{token}",
    "POST /api/v1/actions/{token}",
    "GET /api/v1/status",
    "POST /api/v1/pairings/claim",
    "POST /api/v1/pairings/finish",
    "POST /api/v1/recover",
    "POST /api/v1/setup",
    "POST /api/v1/sign-in",
    "POST /api/v1/sign-out",
    "GET /api/v1/session",
    "PUT /api/v1/session/profile",
    "POST /api/v1/session/activity",
    "GET /api/v1/profiles",
    "GET /healthz",
];

/// The names that other programs rely on.
const FIXED: [&str; 32] = [
    "POST /api/v1/drills",
    "GET /api/v1/channels",
    "POST /api/v1/channels",
    "PATCH /api/v1/channels/{id}",
    "DELETE /api/v1/channels/{id}",
    "POST /api/v1/channels/{id}/test",
    "POST /api/v1/actions/{token}",
    "GET /api/v1/alerts",
    "GET /api/v1/devices",
    "GET /api/v1/events",
    "GET /api/v1/history",
    "GET /api/v1/profiles",
    "GET /guard",
    "GET /healthz",
    "PATCH /api/v1/devices/{id}",
    "PATCH /api/v1/profiles/{id}",
    "POST /api/v1/alerts/{id}/answer",
    "POST /api/v1/devices/sign-out",
    "POST /api/v1/devices/{id}/sign-out",
    "POST /api/v1/profiles",
    "POST /api/v1/session/activity",
    "POST /api/v1/setup",
    "POST /api/v1/sign-in",
    "POST /api/v1/sign-out",
    "POST /device_authorization",
    "POST /introspect",
    "POST /revoke",
    "POST /token",
    "PUT /api/v1/session/profile",
    "DELETE /api/v1/profiles/{id}",
    "GET /api/v1/session",
    "PUT /api/v1/account/password",
];

async fn description(browser: &Browser) -> Value {
    let answer = browser.get("/api/openapi.json").await;
    assert_eq!(answer.status, 200);
    answer.json()
}

/// Every call of the description, as "METHOD /path".
fn calls(description: &Value) -> BTreeSet<String> {
    let paths = description["paths"].as_object().expect("paths");
    paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("methods").keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect()
}

/// A body that the call takes, so that nothing but the profile can be the reason of a refusal.
fn body_for(call: &str, id: &str) -> Option<Value> {
    Some(match call {
        "POST /api/v1/devices/sign-out" => json!({ "ids": [id] }),
        "PATCH /api/v1/devices/{id}" | "PATCH /api/v1/channels/{id}" => json!({ "name": "x" }),
        "POST /api/v1/channels" => json!({ "kind": "web_hook", "url": "https://hook.example/" }),
        "POST /api/v1/devices/{id}/merge" => json!({ "with": id }),
        "PUT /api/v1/alert-settings" => json!({ "settings": {}, "end_learning": true }),
        "POST /api/v1/alerts/answer" | "POST /api/v1/alerts/{id}/answer" => json!({ "answer": "me" }),
        "POST /api/v1/profiles" => json!({ "name": "x", "kind": "adult" }),
        "PATCH /api/v1/profiles/{id}" => json!({ "kind": "adult" }),
        "PUT /api/v1/account/password" => json!({
            "current_password": PASSWORD, "new_password": "another row", "sign_out_everything_else": false,
        }),
        "PUT /api/v1/relay" => json!({ "relay_url": "https://ntfy.sh" }),
        "PUT /api/v1/home-network" => json!({ "on": true, "password": PASSWORD }),
        "PUT /api/v1/next-steps" => json!({ "step": "tv", "skipped": true }),
        "POST /api/v1/session/proof" => json!({ "password": PASSWORD }),
        "POST /api/v1/pairings/{id}/answer" => json!({ "decision": "allow", "digits": "47" }),
        "POST /api/v1/services" | "POST /api/v1/services/prove" => json!({ "kind": "jellyfin", "key": "x" }),
        "POST /api/v1/services/links" => json!({ "kind": "plex" }),
        "PATCH /api/v1/services/{id}"
        | "PATCH /api/v1/services/cards/{card}"
        | "PATCH /api/v1/plans/{id}" => json!({}),
        "POST /api/v1/plans" => json!({ "kind": "something_wrong" }),
        "POST /api/v1/codes/answer" => json!({ "user_code": "BCDFGHJK", "decision": "allow" }),
        _ => return None,
    })
}

#[tokio::test]
async fn the_description_names_every_call_that_others_rely_on() {
    let (_home, owner) = TestHome::with_account().await;
    let named = calls(&description(&owner).await);
    for call in FIXED {
        assert!(named.contains(call), "{call} is not in the description: {named:#?}");
    }
}

#[tokio::test]
async fn a_kids_profile_is_refused_by_every_call_of_the_management() {
    let (home, owner) = TestHome::with_account().await;
    home.clock.advance(Duration::from_mins(1));
    let tablet = home.device("Tablet").await;
    tablet.choose("Leo").await;
    let id = owner.device_named("Tablet").await["id"].as_str().expect("an id").to_owned();
    let mut refused = 0;
    for call in calls(&description(&owner).await) {
        let (method, path) = call.split_once(' ').expect("a method and a path");
        if FOR_EVERYBODY.contains(&&*call) || !path.starts_with("/api/v1/") {
            continue;
        }
        let path = path.replace("{id}", &id).replace("{user_code}", "BCDFGHJK").replace("{card}", "google");
        assert!(!path.contains('{'), "{call}: say what stands for its parameter");
        let body = body_for(&call, &id).map(|body| body.to_string());
        let method: Method = method.parse().expect("a method");
        let json = [("content-type", "application/json")];
        let answer = tablet.send(method, &path, &json, body).await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (403, Some("kids_profile")), "{call}");
        refused += 1;
    }
    assert!(refused >= 18, "only {refused} calls were tried");
    assert!(owner.device_named("Tablet").await["signed_in"].as_bool().expect("a flag"));
}

#[tokio::test]
async fn profiles_are_listed_in_the_order_they_were_given() {
    let (_home, owner) = TestHome::with_account().await;
    let list = owner.get("/api/v1/profiles").await.json();
    let names: Vec<_> = list["profiles"].as_array().expect("a list").iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Ana", "Leo", "Marta"]);
}

#[tokio::test]
async fn the_history_says_whether_a_profile_was_added_changed_or_deleted() {
    let (_home, owner) = TestHome::with_account().await;
    owner.choose("Ana").await;
    let made = owner.post_json("/api/v1/profiles", &json!({ "name": "Rui", "kind": "adult" })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    let path = format!("/api/v1/profiles/{}", made["id"].as_str().expect("an id"));
    let json = [("content-type", "application/json")];
    let changed =
        owner.send(Method::PATCH, &path, &json, Some(json!({ "name": "Rui S." }).to_string())).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(owner.send(Method::DELETE, &path, &[], None).await.status, 204);
    let history = owner.get("/api/v1/history?kind=profile_changed").await.json();
    let deeds: Vec<_> =
        history["history"].as_array().expect("lines").iter().map(|line| &line["detail"]["change"]).collect();
    assert_eq!(deeds, ["deleted", "changed", "created"], "{history:#}");
}

#[tokio::test]
async fn a_request_to_another_name_is_not_answered() {
    let (_home, owner) = TestHome::with_account().await;
    // A page of another site whose name was made to point here (DNS rebinding).
    for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", ""] {
        // Not the guard: a proxy asks it under names of its own, and a page with such a name has no cookie of ours.
        for path in ["/api/v1/devices", "/sign-in", "/"] {
            let answer = owner.send(Method::GET, path, &[("host", host)], None).await;
            assert_eq!(answer.status, 421, "{host:?} {path}: {answer:?}");
            assert!(!answer.text.contains("Ana"), "{host:?} {path}: {}", answer.text);
        }
    }
    for host in ["localhost", "127.0.0.1:1", "[::1]:8470", "latchkey.localhost"] {
        assert_eq!(owner.send(Method::GET, "/api/v1/devices", &[("host", host)], None).await.status, 200);
    }
}

#[tokio::test]
async fn what_takes_other_methods_says_so_in_the_words_of_every_error() {
    let (_home, owner) = TestHome::with_account().await;
    let paths = [
        "/token",
        "/revoke",
        "/introspect",
        "/device_authorization",
        "/api/v1/session",
        "/api/v1/events",
        "/api/v1/sign-in",
        "/sign-in",
        "/guard",
        "/healthz",
    ];
    for path in paths {
        let answer = owner.send(Method::PUT, path, &[], None).await;
        let told = (answer.status, answer.json()["error"].as_str().map(str::to_owned));
        assert_eq!(told, (405, Some("method_not_allowed".to_owned())), "{path}: {answer:?}");
        assert!(!answer.header("allow").is_empty(), "{path}: {answer:?}");
    }
    let answer = owner.get("/token").await;
    assert_eq!((answer.status, answer.header("allow")), (405, "POST,OPTIONS"), "{answer:?}");
}

#[tokio::test]
async fn another_sites_page_changes_nothing() {
    let (home, owner) = TestHome::with_account().await;
    home.clock.advance(Duration::from_mins(1));
    home.device("Tablet").await;
    for headers in [
        [("origin", "https://evil.example"), ("content-type", "application/json")],
        [("origin", "null"), ("content-type", "application/json")],
        [("sec-fetch-site", "cross-site"), ("content-type", "application/json")],
    ] {
        let all = Some(json!({ "all": true }).to_string());
        let answer = owner.send(Method::POST, "/api/v1/devices/sign-out", &headers, all).await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (403, Some("foreign_origin")));
    }
    assert_eq!(owner.device_named("Tablet").await["signed_in"], true);
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let (_home, owner) = TestHome::with_account().await;
    let long = json!({ "name": "x".repeat(100_000), "kind": "adult" });
    let answer = owner.post_json("/api/v1/profiles", &long).await;
    assert_eq!(answer.status, 413, "{}", answer.text);
}

/// The bodies that other programs rely on, as they are sent: a field that changes its name shows here.
#[tokio::test]
async fn the_answers_keep_their_form() {
    let (home, owner) = TestHome::with_account().await;
    home.clock.advance(Duration::from_mins(1));
    home.device("Tablet").await;
    for (name, path) in
        [("devices", "/api/v1/devices"), ("alerts", "/api/v1/alerts"), ("history", "/api/v1/history")]
    {
        let answer = owner.get(path).await.json();
        insta::assert_snapshot!(name, shape(&answer, 0));
    }
}

/// The form of an answer: names and sorts of values, without the values.
fn shape(value: &Value, depth: usize) -> String {
    let indent = "  ".repeat(depth + 1);
    match value {
        Value::Object(fields) => {
            let mut out = String::from("{\n");
            for (name, value) in fields {
                let _ = writeln!(out, "{indent}{name}: {}", shape(value, depth + 1));
            }
            out + &"  ".repeat(depth) + "}"
        }
        Value::Array(items) => match items.first() {
            Some(first) => format!("[{}]", shape(first, depth)),
            None => "[]".to_owned(),
        },
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "text".to_owned(),
    }
}

#[tokio::test]
async fn every_answer_tells_browsers_what_they_may_do_with_it() {
    let (home, owner) = TestHome::with_account().await;
    for path in
        ["/sign-in", "/recover", "/who", "/front-door.css", "/api/v1/session", "/api/v1/devices", "/nonsense"]
    {
        for browser in [&owner, &home.browser()] {
            let answer = browser.get(path).await;
            let policy = answer.header("content-security-policy");
            for directive in ["base-uri 'none'", "frame-ancestors 'none'"] {
                assert!(policy.contains(directive), "{path}: {policy}");
            }
            assert!(
                policy.contains("object-src 'none'") || policy.contains("default-src 'none'"),
                "{path}: {policy}"
            );
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
            let kind = answer.header("content-type");
            assert!(answer.text.is_empty() || !kind.is_empty(), "{path}");
            assert!(!kind.starts_with("text/") || kind.contains("charset=utf-8"), "{path}: {kind}");
        }
    }
}

#[tokio::test]
async fn a_home_under_https_says_by_its_name_that_it_always_is_and_by_no_other() {
    let (plain, _owner) = TestHome::with_account().await;
    assert_eq!(plain.browser().get("/sign-in").await.header("strict-transport-security"), "");
    let under = async |public: &str, host: &str| {
        let home =
            TestHome::start_with(|config| config.public_url = Some(public.parse().expect("an address")))
                .await;
        let said = async |browser: &Browser| {
            let answer = browser.send(Method::GET, "/sign-in", &[("host", host)], None).await;
            answer.header("strict-transport-security").to_owned()
        };
        // As a proxy asks, and within the home's own TLS.
        let (by_proxy, within_tls) = (home.browser(), home.browser_within_tls());
        [said(&by_proxy).await, said(&within_tls).await]
    };
    let name = "https://latchkey.home.example";
    for host in ["latchkey.home.example", "LATCHKEY.home.example:443"] {
        assert_eq!(under(name, host).await, ["max-age=31536000; includeSubDomains"; 2], "{host}");
    }
    // Every program of a computer is `localhost`, and an address has nothing below it.
    for (public, host) in [
        (name, "localhost:8470"),
        (name, "127.0.0.1:8470"),
        (name, "192.168.1.5:8470"),
        ("https://localhost", "localhost"),
        ("https://192.168.1.5", "192.168.1.5"),
        ("http://latchkey.home.example", "latchkey.home.example"),
    ] {
        assert_eq!(under(public, host).await, [""; 2], "{public} {host}");
    }
}

#[tokio::test]
async fn a_list_is_not_taken_for_an_object() {
    let (_home, owner) = TestHome::with_account().await;
    for body in ["[]", "[null, null]", "null", "\"text\"", "7"] {
        let headers = [("content-type", "application/json")];
        let answer =
            owner.send(Method::POST, "/api/v1/session/activity", &headers, Some(body.to_owned())).await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (422, Some("invalid_input")), "{body}");
    }
}

#[tokio::test]
async fn a_page_of_a_list_is_as_long_as_it_may_be_or_none_at_all() {
    let (_home, owner) = TestHome::with_account().await;
    for (path, most) in [("devices", 200), ("alerts", 200), ("history", 1000)] {
        for (limit, status) in [(0, 422), (1, 200), (most, 200), (most + 1, 422)] {
            let answer = owner.get(&format!("/api/v1/{path}?limit={limit}")).await;
            assert_eq!(answer.status, status, "{path} {limit}: {}", answer.text);
        }
    }
}
