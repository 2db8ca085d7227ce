//! A home that speaks https by itself: one port answers both, whoever knows the home by its key is let in to nobody else, and what
//! came within TLS is https to cookies, origins and places.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use latchkey::clock::SystemClock;
use latchkey::error::Error;
use latchkey::home::Home;
use latchkey::home::there::There;
use latchkey::http::{Doors, Whom, serve_home};
use latchkey::model::KeyPin;
use latchkey::random::SystemRandom;
use latchkey::tls::{Certificates, Keys, trust};
use reqwest::Method;
use rustls::ServerConfig;
use rustls::crypto::ring::sign::any_ecdsa_type;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use serde_json::{Value, json};
use support::away::{LISBON, behind_a_proxy};
use support::{Browser, LOGIN, PASSWORD, TestHome};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

fn pin_of(home: &TestHome) -> KeyPin {
    home.app.core().certificates.pin()
}

/// The home, asked by https by whoever knows it by this key.
fn known_by(address: &str, pin: Option<KeyPin>) -> There {
    There::known_by(address.parse().expect("an address"), pin, None)
}

/// The certificates that a home shows.
async fn shown_by(home: &TestHome) -> Vec<CertificateDer<'static>> {
    let config = Arc::new(trust::config(Some(pin_of(home))));
    let tcp = TcpStream::connect(home.app.address()).await.expect("it listens");
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = TlsConnector::from(config).connect(name, tcp).await.expect("shakes hands");
    let chain = stream.get_ref().1.peer_certificates().expect("certificates");
    chain.iter().map(|one| one.clone().into_owned()).collect()
}

/// Somebody who stands in between: answers handshakes like this, and counts what is asked.
struct Between {
    address: String,
    asked: Arc<AtomicUsize>,
}

impl Between {
    async fn stands(config: Arc<ServerConfig>) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let router = Router::new().fallback(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            async { axum::Json(json!({ "version": "0", "set_up": true, "public_url": "" })) }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("https://{}", listener.local_addr().expect("an address"));
        let doors = Doors::both(router.clone(), router, config);
        tokio::spawn(serve_home(
            listener,
            doors,
            Vec::new(),
            None,
            Whom::everybody(),
            CancellationToken::new(),
        ));
        Self { address, asked }
    }

    fn times_asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn one_port_answers_http_and_https_and_only_who_knows_the_home_by_its_key_believes_it() {
    let (home, owner) = TestHome::with_account().await;
    assert!(owner.get("/api/v1/status").await.json()["set_up"].as_bool().expect("a word"));
    let https = home.https_address();
    let status = known_by(&https, Some(pin_of(&home))).status().await.expect("an answer");
    assert!(status.set_up);
    assert_eq!(status.fingerprint, Some(home.app.fingerprint()));

    let wrong = known_by(&https, Some(KeyPin::of(b"another key"))).status().await.expect_err("another key");
    assert_eq!((wrong.code(), wrong.status()), ("key_changed", 409));

    let unknown = known_by(&https, None).status().await.expect_err("nobody vouches for it");
    assert_eq!(unknown.code(), "unknown_certificate");
    assert!(unknown.to_string().contains(&home.app.fingerprint()), "{unknown}");
    assert_eq!(unknown.to_wire().pin, Some(pin_of(&home).to_string()));
}

#[tokio::test]
async fn who_stands_in_between_with_a_certificate_for_the_same_names_is_told_nothing() {
    let home = TestHome::start().await;
    let other = Certificates::new(Keys::new(&SystemRandom), None, Arc::new(SystemClock));
    let between = Between::stands(Arc::new(other.expect("certificates")).server_config()).await;
    let refused = known_by(&between.address, Some(pin_of(&home))).status().await.expect_err("another key");
    assert!(matches!(&refused, Error::KeyChanged { host } if host == "127.0.0.1"), "{refused:?}");
    let unknown = known_by(&between.address, None).status().await.expect_err("nobody vouches for it");
    assert_eq!(unknown.code(), "unknown_certificate");
    assert!(!unknown.to_string().contains(&home.app.fingerprint()), "its letters are others: {unknown}");
    assert_eq!(between.times_asked(), 0);
}

#[tokio::test]
async fn who_shows_the_homes_own_certificate_without_its_key_is_told_nothing() {
    let home = TestHome::start().await;
    let key = rcgen::KeyPair::generate().expect("a key").serialize_der();
    let key = any_ecdsa_type(&PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key))).expect("a key");
    let copied = CertifiedKey::new(shown_by(&home).await, key);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(copied)));
    let between = Between::stands(Arc::new(config)).await;
    for pin in [Some(pin_of(&home)), None] {
        known_by(&between.address, pin).status().await.expect_err("it has not the key");
    }
    assert_eq!(between.times_asked(), 0);
}

#[tokio::test]
async fn the_key_outlives_a_restart_and_stands_in_no_file_that_others_read() {
    let home = TestHome::start().await;
    let (pin, shown) = (pin_of(&home), shown_by(&home).await);
    let home = home.restart().await;
    assert_eq!(pin_of(&home), pin);
    assert_eq!(shown_by(&home).await, shown, "nobody who accepted it is asked again");
    home.clock.advance(Duration::from_hours(24 * 40));
    let later = shown_by(&home).await;
    assert!(later[0] != shown[0] && later[1] == shown[1], "made anew, by the same authority");
    known_by(&home.https_address(), Some(pin)).status().await.expect("the same key");

    let authority = std::fs::read_to_string(home.folder().join("authority.pem")).expect("it is left there");
    assert!(
        authority.starts_with("-----BEGIN CERTIFICATE-----\n") && !authority.contains("PRIVATE KEY"),
        "{authority}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| {
            let file = std::fs::metadata(home.folder().join(name)).expect("is there");
            file.permissions().mode() & 0o777
        };
        assert_eq!(mode("latchkey.db"), 0o600, "the keys are in it");
    }
}

#[tokio::test]
async fn what_comes_within_tls_is_given_cookies_for_https_only_and_they_are_good_nowhere_else() {
    let home = TestHome::start().await;
    let browser = home.browser_within_tls();
    home.set_up_on(&browser).await;
    let request = json!({ "login": LOGIN, "password": PASSWORD });
    let signed_in = browser.post_json("/api/v1/sign-in", &request).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.text);
    let given: Vec<_> = signed_in.headers.get_all("set-cookie").iter().collect();
    assert!(!given.is_empty());
    for cookie in given {
        let cookie = cookie.to_str().expect("text");
        assert!(cookie.starts_with("__Host-latchkey_") && cookie.contains("; Secure"), "{cookie}");
    }
    assert_eq!(browser.get("/api/v1/session").await.status, 200);
    // The certificate is the home's own: a browser that was told to come by https only would have no way back.
    assert_eq!(browser.get("/sign-in").await.header("strict-transport-security"), "");

    // To a browser both are one host. What it holds for https is none of http's, under no name.
    let token = browser.cookie("__Host-latchkey_session").expect("signed in");
    let plain = home.browser();
    for name in ["__Host-latchkey_session", "__Secure-latchkey_session"] {
        plain.keep(name, &token);
    }
    assert_eq!(plain.get("/api/v1/session").await.json()["error"], "not_signed_in");
    let signed_in = plain.post_json("/api/v1/sign-in", &request).await;
    assert!(signed_in.header("set-cookie").starts_with("latchkey_session="), "{signed_in:?}");
    assert_eq!(
        (plain.get("/api/v1/session").await.status, browser.get("/api/v1/session").await.status),
        (200, 200)
    );
}

#[tokio::test]
async fn within_tls_a_page_of_the_home_is_one_of_https() {
    let home = TestHome::start().await;
    home.set_up().await;
    let host = home.app.address();
    let asks = async |browser: &Browser, origin: &str| {
        let headers = [("content-type", "application/json"), ("origin", origin)];
        let body = Some(json!({ "title": "x" }).to_string());
        browser.send(Method::POST, "/api/v1/session/activity", &headers, body).await.json()["error"].clone()
    };
    let (plain, encrypted) = (home.browser(), home.browser_within_tls());
    for (browser, origin, told) in [
        (&encrypted, format!("https://{host}"), "not_signed_in"),
        (&encrypted, format!("http://{host}"), "foreign_origin"),
        (&encrypted, "https://evil.example".to_owned(), "foreign_origin"),
        (&encrypted, "https://127.0.0.1".to_owned(), "foreign_origin"),
        (&plain, format!("http://{host}"), "not_signed_in"),
        (&plain, format!("https://{host}"), "foreign_origin"),
    ] {
        assert_eq!(asks(browser, &origin).await, told, "{origin}");
    }
}

#[tokio::test]
async fn within_tls_no_page_that_came_in_the_clear_is_the_homes_own() {
    // Whoever is on the way to the plain address writes what its pages do.
    for (public, told) in
        [("http://127.0.0.1:8470", "foreign_origin"), ("https://latchkey.home.example", "not_signed_in")]
    {
        let home =
            TestHome::start_with(|config| config.public_url = Some(public.parse().expect("an address")))
                .await;
        let headers = [("content-type", "application/json"), ("origin", public)];
        let body = Some(json!({ "title": "x" }).to_string());
        let encrypted = home.browser_within_tls();
        let answer = encrypted.send(Method::POST, "/api/v1/session/activity", &headers, body.clone()).await;
        assert_eq!(answer.json()["error"], told, "{public}");
        let answer = home.browser().send(Method::POST, "/api/v1/session/activity", &headers, body).await;
        assert_eq!(answer.json()["error"], "not_signed_in", "{public}");
    }
}

/// Where a device is that signs in so, to the household.
async fn scope_of(home: &TestHome, owner: &Browser, browser: &Browser, headers: &[(&str, &str)]) -> Value {
    home.clock.advance(Duration::from_mins(1));
    let name = format!("Device {}", headers.len());
    let device = json!({ "name": name, "kind": "browser" });
    let body = json!({ "login": LOGIN, "password": PASSWORD, "device": device }).to_string();
    let all = [&[("content-type", "application/json")][..], headers].concat();
    // A page shows by a cookie that its browser keeps them.
    browser.get("/api/v1/status").await;
    let answer = browser.send(Method::POST, "/api/v1/sign-in", &all, Some(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    owner.device_named(&name).await["place"]["scope"].clone()
}

#[tokio::test]
async fn a_browser_that_comes_within_tls_is_where_it_is_and_no_proxy() {
    let (home, owner) = TestHome::with_account().await;
    let origin = home.https_address();
    let page = [("origin", origin.as_str()), ("sec-fetch-site", "same-origin")];
    assert_eq!(scope_of(&home, &owner, &home.browser_within_tls(), &page).await, "this_computer");
    let through = [("x-forwarded-for", "203.0.113.7")];
    assert_eq!(scope_of(&home, &owner, &home.browser_within_tls(), &through).await, "unknown");
}

#[tokio::test]
async fn what_a_trusted_proxy_says_counts_however_it_comes_itself() {
    let home = TestHome::start_with(behind_a_proxy).await;
    let owner = home.set_up().await;
    let browser = home.browser_within_tls();
    let through = [("x-forwarded-for", LISBON), ("x-forwarded-proto", "http")];
    assert_eq!(scope_of(&home, &owner, &browser, &through).await, "located");
    assert!(
        browser.cookie("latchkey_session").is_some(),
        "as the people's own connection is, so are the cookies"
    );
}

#[tokio::test]
async fn the_link_for_a_phone_has_the_key_in_it_where_no_proxy_speaks_https() {
    for (public, has_key) in [("http://192.168.1.5:8470", true), ("https://latchkey.home.example", false)] {
        let home =
            TestHome::start_with(|config| config.public_url = Some(public.parse().expect("an address")))
                .await;
        let pairing = home.set_up().await.post_json("/api/v1/pairings", &json!({})).await.json();
        let code = pairing["code"].as_str().expect("a code");
        let key = if has_key { format!("?pin={}", pin_of(&home)) } else { String::new() };
        assert_eq!(pairing["addresses"], json!([format!("{public}/#/pair/{code}{key}")]));
    }
}
