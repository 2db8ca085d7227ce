//! What is unknown never counts as trusted: who comes through a proxy that nobody configured, or that does not say whom it
//! speaks for, is at an unknown place, and neither this computer nor the household's network.

mod support;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Version};
use latchkey::config::Config;
use latchkey::http::{Around, Door, Peer, Surroundings, router};
use serde_json::{Value, json};
use support::away::{LISBON, RIGA};
use support::{Browser, LOGIN, PASSWORD, TestHome};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Headers by which a proxy shows, each enough by itself.
const SIGNS: [(&str, &str); 11] = [
    ("x-forwarded-for", RIGA),
    ("x-forwarded-for", "127.0.0.1"),
    ("x-forwarded-for", "192.168.1.20"),
    ("x-forwarded-for", "unknown"),
    ("x-forwarded-host", "latchkey.home.example"),
    ("x-forwarded-proto", "https"),
    ("x-real-ip", RIGA),
    ("forwarded", "for=127.0.0.1"),
    ("via", "1.1 proxy"),
    ("cf-connecting-ip", RIGA),
    ("host", "192.168.1.5:8470"),
];

/// Signs a device in, with the answer's place as the household sees it.
async fn place_of(owner: &Browser, home: &TestHome, headers: &[(&str, &str)]) -> Value {
    home.clock.advance(Duration::from_mins(1));
    let device = home.browser();
    for (name, value) in headers {
        device.always(name, value);
    }
    let request = json!({ "login": LOGIN, "password": PASSWORD, "device": { "name": "Visitor" } });
    let answer = device.post_json("/api/v1/sign-in", &request).await;
    assert_eq!(answer.status, 200, "{headers:?}: {}", answer.text);
    let id = answer.json()["device_id"].as_str().expect("an id").to_owned();
    let alerts = owner.open_alerts().await;
    let alert = alerts.iter().find(|alert| alert["device_id"] == *id).expect("a new device is told");
    let expected = if alert["place"]["scope"] == "unknown" { "aloud" } else { "quietly" };
    assert_eq!(alert["telling"], expected, "{headers:?}");
    let detail = owner.get(&format!("/api/v1/devices/{id}")).await.json();
    if alert["place"]["scope"] == "unknown" {
        assert_eq!(detail["address"], Value::Null, "{headers:?}");
        let own = alert["id"].as_str().expect("an id");
        let refused =
            device.post_json(&format!("/api/v1/alerts/{own}/answer"), &json!({ "answer": "me" })).await;
        assert_eq!((refused.status, &refused.json()["error"]), (403, &json!("not_familiar")), "{headers:?}");
    }
    owner.answer(alert, "not_me").await;
    alert["place"]["label"].clone()
}

#[tokio::test]
async fn behind_a_proxy_that_nobody_configured_everybody_is_nowhere() {
    let (home, owner) = TestHome::with_account().await;
    assert_eq!(place_of(&owner, &home, &[]).await, "This computer");
    let host = home.app.address().to_string();
    for sign in SIGNS {
        let label = place_of(&owner, &home, &[("host", &host), sign]).await;
        assert_eq!(label, "Unknown place", "{sign:?}");
    }
}

#[tokio::test]
async fn a_trusted_proxy_that_does_not_say_whom_it_speaks_for_speaks_for_nobody() {
    for proxy in ["127.0.0.1/32", "::ffff:127.0.0.1/128"] {
        let home =
            TestHome::start_with(|config| config.trusted_proxies = vec![proxy.parse().expect("a network")])
                .await;
        let owner = home.set_up().await;
        assert_eq!(place_of(&owner, &home, &[]).await, "Unknown place");
        for line in
            ["", "unknown", "_hidden", "127.0.0.1", "::1", "192.168.1.20, unknown", "127.0.0.1, 127.0.0.1"]
        {
            assert_eq!(
                place_of(&owner, &home, &[("x-forwarded-for", line)]).await,
                "Unknown place",
                "{line:?}"
            );
        }
        assert_eq!(place_of(&owner, &home, &[("forwarded", "for=192.168.1.20")]).await, "Unknown place");
        assert_eq!(place_of(&owner, &home, &[("x-forwarded-for", "192.168.1.20")]).await, "Home network");
    }
}

#[tokio::test]
async fn a_name_that_only_a_proxy_is_reached_by_is_not_this_computer() {
    let home = TestHome::start_with(|config| {
        config.public_url = Some("https://latchkey.home.example".parse().expect("an address"));
    })
    .await;
    let owner = home.set_up().await;
    let by_name = [("host", "latchkey.home.example")];
    assert_eq!(place_of(&owner, &home, &by_name).await, "Unknown place");
    assert_eq!(place_of(&owner, &home, &[]).await, "This computer");
}

/// The address of this computer in the household's network.
const OWN: &str = "192.168.1.5";

/// What a device of that address gets, as if it had connected itself: most addresses are not this machine's.
async fn asks(
    home: &TestHome,
    change: impl FnOnce(&mut Config),
    peer: &str,
    request: Request<Body>,
) -> (u16, Value) {
    let mut config = Config::in_folder("/nowhere");
    change(&mut config);
    let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
    let around = Around {
        gateways: Some(vec![ip("172.17.0.1")]),
        own: vec![ip(OWN)],
        on_link: vec!["198.51.100.0/24".parse().expect("a network")],
        is_container: config.is_in_container,
    };
    let (address, core) = (home.app.address(), Arc::clone(home.app.core()));
    let door = Door::among(&config, address, core, CancellationToken::new(), Surroundings::fixed(around));
    let mut request = request;
    request.extensions_mut().insert(Peer { address: ip(peer), own_end: Some(ip(OWN)) });
    let answer = router(door).oneshot(request).await.expect("an answer");
    let status = answer.status().as_u16();
    let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

/// Where a device that signs in from that address is, to the household.
async fn place_from(
    home: &TestHome,
    owner: &Browser,
    change: impl FnOnce(&mut Config),
    peer: &str,
    headers: &[(&str, &str)],
) -> Value {
    place_spoken(home, owner, change, peer, Version::HTTP_11, headers).await
}

/// The same, in that version of HTTP.
async fn place_spoken(
    home: &TestHome,
    owner: &Browser,
    change: impl FnOnce(&mut Config),
    peer: &str,
    version: Version,
    headers: &[(&str, &str)],
) -> Value {
    home.clock.advance(Duration::from_mins(1));
    let mut request =
        Request::post("/api/v1/sign-in").version(version).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = json!({ "login": LOGIN, "password": PASSWORD, "device": { "name": "Visitor" } });
    let request = request.body(Body::from(body.to_string())).expect("a request");
    let (status, answer) = asks(home, change, peer, request).await;
    assert_eq!(status, 200, "{peer} {headers:?}: {answer}");
    let id = answer["device_id"].as_str().expect("an id");
    let device = owner.get(&format!("/api/v1/devices/{id}")).await.json();
    device["device"]["place"]["label"].clone()
}

#[tokio::test]
async fn the_household_s_network_is_home_only_where_nobody_stands_between() {
    let (home, owner) = TestHome::with_account().await;
    let plain = [("host", "192.168.1.5:8470")];
    for peer in ["192.168.1.20", "::ffff:192.168.1.20", "fd12::20"] {
        assert_eq!(place_from(&home, &owner, |_| {}, peer, &plain).await, "Home network");
    }
    // A container's gateway, or a proxy on another machine.
    for peer in ["172.17.0.1", "192.168.1.2", "fd12::2"] {
        for (name, value) in SIGNS.into_iter().filter(|(name, _)| *name != "host") {
            let headers =
                [("host", if name == "origin" { "127.0.0.1" } else { "192.168.1.5:8470" }), (name, value)];
            assert_eq!(
                place_from(&home, &owner, |_| {}, peer, &headers).await,
                "Unknown place",
                "{peer} {name}"
            );
        }
    }
    // A public name under https: it was encrypted on its way, which is not our doing.
    let https = |config: &mut Config| {
        config.public_url = Some("https://latchkey.home.example".parse().expect("an address"));
    };
    let by_name = [("host", "latchkey.home.example")];
    assert_eq!(place_from(&home, &owner, https, "172.17.0.5", &by_name).await, "Unknown place");
}

#[tokio::test]
async fn a_proxy_that_says_nothing_and_speaks_the_old_http_is_not_the_household() {
    let (home, owner) = TestHome::with_account().await;
    let rewritten = [("host", "127.0.0.1:8470")];
    for peer in ["192.168.1.2", "fd12::2", "127.0.0.1"] {
        let old = place_spoken(&home, &owner, |_| {}, peer, Version::HTTP_10, &rewritten).await;
        assert_eq!(old, "Unknown place", "{peer}");
    }
}

#[tokio::test]
async fn who_passes_connections_on_from_this_computer_is_nobody_at_home() {
    let (home, owner) = TestHome::with_account().await;
    // Rootless Podman, socat: what they bring comes from an address of this computer.
    let plain = [("host", "192.168.1.5:8470")];
    assert_eq!(place_from(&home, &owner, |_| {}, OWN, &plain).await, "Unknown place");
    // In a container its own loopback address is nobody's, whatever name was asked for.
    let here = [("host", "127.0.0.1:8470")];
    assert_eq!(place_from(&home, &owner, |_| {}, "127.0.0.1", &here).await, "This computer");
    let contained = |config: &mut Config| config.is_in_container = true;
    assert_eq!(place_from(&home, &owner, contained, "127.0.0.1", &here).await, "Unknown place");
}

#[tokio::test]
async fn a_proxy_next_door_with_a_public_address_does_not_lend_it_to_those_behind_it() {
    let home = TestHome::start_with(support::away::behind_a_proxy).await;
    let owner = home.set_up().await;
    let through = [("host", "192.168.1.5:8470"), ("x-forwarded-for", RIGA)];
    let place = place_from(&home, &owner, |_| {}, "198.51.100.77", &through).await;
    assert_eq!(place, "Unknown place");
}

#[tokio::test]
async fn nobody_on_the_internet_makes_themselves_unknown_by_a_header() {
    let home = TestHome::start_with(support::away::behind_a_proxy).await;
    let owner = home.set_up().await;
    for headers in
        [vec![], vec![("x-forwarded-for", "127.0.0.1")], vec![("via", "1.1 x"), ("host", "127.0.0.1")]]
    {
        let mut all = vec![("host", "192.168.1.5")];
        if headers.iter().any(|(name, _)| *name == "host") {
            all.clear();
        }
        all.extend(headers);
        let label = place_from(&home, &owner, |_| {}, RIGA, &all).await;
        assert_eq!(label, "Riga, Latvia", "{all:?}");
    }
}

#[tokio::test]
async fn whoever_manages_the_home_is_told_of_the_proxy_and_nobody_else_is() {
    let (home, owner) = TestHome::with_account().await;
    let before = owner.get("/api/v1/geo").await.json();
    assert_eq!(before["proxies"], json!([]));
    let stranger = home.browser();
    for _ in 0..3 {
        stranger.always("x-forwarded-for", RIGA);
        assert_eq!(stranger.get("/guard").await.status, 401);
    }
    let after = owner.get("/api/v1/geo").await.json();
    assert_eq!(after["proxies"], json!([{ "address": "127.0.0.1", "problem": "not_trusted" }]));
    let refused = stranger.get("/api/v1/geo").await;
    assert_eq!((refused.status, &refused.json()["error"]), (401, &json!("not_signed_in")));
    let status = home.browser().get("/api/v1/status").await;
    assert!(!status.text.contains("proxies") && !status.text.contains("127.0.0.1:1"), "{}", status.text);
}

#[tokio::test]
async fn a_trusted_proxy_that_names_nobody_is_told_too() {
    let home = TestHome::start_with(support::away::behind_a_proxy).await;
    let owner = home.set_up().await;
    let device = home.browser();
    device.always("x-forwarded-for", LISBON);
    assert_eq!(device.get("/api/v1/session").await.status, 401);
    assert_eq!(owner.get("/api/v1/geo").await.json()["proxies"], json!([]));
    device.always("x-forwarded-for", "unknown");
    assert_eq!(device.get("/api/v1/session").await.status, 401);
    let told = json!([{ "address": "127.0.0.1", "problem": "says_nothing" }]);
    assert_eq!(owner.get("/api/v1/geo").await.json()["proxies"], told);
}

/// A browser of the household at a home whose proxy nobody configured.
async fn behind_the_proxy(home: &TestHome, owner: &Browser) -> (Browser, String) {
    home.clock.advance(Duration::from_mins(1));
    let browser = home.browser();
    browser.always("x-forwarded-for", LISBON);
    let request = json!({ "login": LOGIN, "password": PASSWORD, "device": { "name": "Laptop" } });
    let answer = browser.post_json("/api/v1/sign-in", &request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let alert = owner.open_alerts().await.pop().expect("a new device is told");
    owner.answer(&alert, "me").await;
    browser.choose("Ana").await;
    home.clock.advance(Duration::from_hours(2));
    (browser, answer.json()["token"].as_str().expect("a token").to_owned())
}

#[tokio::test]
async fn a_home_behind_a_proxy_that_nobody_configured_stays_calm() {
    let (home, owner) = TestHome::with_account().await;
    let (browser, _) = behind_the_proxy(&home, &owner).await;
    for (day, address) in
        [LISBON, RIGA, "198.51.100.12", "192.0.2.99"].into_iter().cycle().take(20).enumerate()
    {
        home.clock.advance(Duration::from_hours(20));
        browser.always("x-forwarded-for", address);
        let version = 131 + day / 5;
        browser.always(
            "user-agent",
            &format!("Mozilla/5.0 (X11; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"),
        );
        assert_eq!(browser.get("/api/v1/session").await.status, 200, "day {day}");
        assert_eq!(browser.get("/guard").await.status, 200, "day {day}");
    }
    assert_eq!(owner.open_alerts().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_copied_session_is_held_there_too_when_another_program_has_it() {
    let (home, owner) = TestHome::with_account().await;
    let (browser, token) = behind_the_proxy(&home, &owner).await;
    let thief = home.browser();
    thief.always("x-forwarded-for", RIGA);
    thief.always("user-agent", "python-requests/2.32.3");
    thief.always("authorization", &format!("Bearer {token}"));
    let refused = thief.get("/api/v1/devices").await;
    assert_eq!((refused.status, &refused.json()["error"]), (401, &json!("session_held")), "{}", refused.text);
    assert_eq!(browser.get("/api/v1/session").await.json()["error"], "session_held");
    let alerts = owner.open_alerts().await;
    assert_eq!((alerts.len(), &alerts[0]["verdict"]), (1, &json!("suspicious")), "{alerts:#?}");
    assert_eq!(alerts[0]["place"]["label"], "Unknown place");
}

#[tokio::test]
async fn a_session_that_goes_on_from_nowhere_is_no_longer_where_it_was() {
    let (home, owner) = TestHome::with_account().await;
    let tablet = home.device("Tablet").await;
    assert_eq!(owner.device_named("Tablet").await["place"]["label"], "This computer");
    tablet.always("x-forwarded-for", "127.0.0.1");
    assert_eq!(tablet.get("/api/v1/session").await.status, 200);
    assert_eq!(owner.device_named("Tablet").await["place"]["label"], "Unknown place");
    tablet.always("x-forwarded-for", "");
    assert_eq!(tablet.get("/api/v1/session").await.status, 200);
    support::eventually("it is back", async || {
        (owner.device_named("Tablet").await["place"]["label"] == "This computer").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_name_and_a_password_are_one_however_their_accents_are_typed() {
    let home = TestHome::start().await;
    let code = home.app.setup_code().expect("there is no account yet");
    let set_up = json!({
        "code": code, "login": "Jose\u{301}", "password": "e\u{301}te\u{301} 2026",
        "profiles": [{ "name": "José", "kind": "adult", "pin": "２４６８" }],
    });
    assert_eq!(home.browser().post_json("/api/v1/setup", &set_up).await.status, 201);
    for (login, password) in
        [("José", "été 2026"), ("JOSE\u{301}", "été\u{a0}2026"), ("ｊosé", "e\u{301}té\u{3000}2026")]
    {
        home.clock.advance(Duration::from_mins(1));
        let browser = home.browser();
        let answer =
            browser.post_json("/api/v1/sign-in", &json!({ "login": login, "password": password })).await;
        assert_eq!(answer.status, 200, "{login:?} {password:?}: {}", answer.text);
        let id = answer.json()["profiles"][0]["id"].clone();
        let chosen =
            browser.put_json("/api/v1/session/profile", &json!({ "profile_id": id, "pin": "2468" })).await;
        assert_eq!(chosen.status, 200, "{}", chosen.text);
    }
    let wrong = json!({ "login": "José", "password": "ete 2026" });
    assert_eq!(home.browser().post_json("/api/v1/sign-in", &wrong).await.status, 401);
}

#[tokio::test]
async fn a_password_that_was_kept_as_it_was_typed_goes_on_working_and_is_kept_anew() {
    let (home, _owner) = TestHome::with_account().await;
    let core = home.app.core();
    let typed = "e\u{301}te\u{301} 2026";
    let login = latchkey::model::Login::parse(LOGIN).expect("valid");
    let kept = core.store.credentials_by_login(&login).await.expect("reads").expect("an account");
    let asker = latchkey::access::waiting::Asker::with_session();
    let before = core.passwords.hash(asker, &*core.random, typed.as_bytes().to_vec()).await.expect("hashes");
    core.store.respell_password(kept.account.id, &kept.password_hash, &before).await.expect("writes");
    let sign_in = async |password: &str| {
        home.clock.advance(Duration::from_mins(1));
        let request = json!({ "login": LOGIN, "password": password });
        home.browser().post_json("/api/v1/sign-in", &request).await.status
    };
    assert_eq!(sign_in("été 2026").await, 401, "nobody knows yet that it is the same");
    assert_eq!(sign_in(typed).await, 200);
    assert_eq!(sign_in("été 2026").await, 200);
    assert_eq!(sign_in(typed).await, 200);
    assert_eq!(sign_in("ete 2026").await, 401);
}
