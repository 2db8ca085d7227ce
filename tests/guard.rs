//! A real site behind a real nginx and a real Caddy, with the very configurations in `docs/proxies` and the README, and
//! behind the rules that are there for Traefik: who is not signed in does not get through, who is gets through under their
//! own name and without the keys to the home, and whoever is signed out is refused at the next request.
#![cfg(target_os = "linux")]

#[path = "guard/forward_auth.rs"]
mod forward_auth;
#[path = "guard/keys.rs"]
mod keys;
#[path = "guard/proxy.rs"]
mod proxy;
#[path = "guard/site.rs"]
mod site;
mod support;

use std::net::IpAddr;

use proxy::{Kind, Proxy};
use reqwest::Method;
use site::Site;
use support::{Answer, Browser, LOGIN, PASSWORD, TestHome, eventually};

/// Where the browser is: Linux answers for the whole of 127.0.0.0/8, and only 127.0.0.1 is the proxy's.
const BROWSER: [u8; 4] = [127, 0, 0, 7];

/// A page with everything in its address that could get lost on the way through sign-in.
const PAGE: &str = "/watch?film=1&scene=2%263#t";

/// A home, a site, a proxy before both, and a browser that has never been there.
struct House {
    home: TestHome,
    owner: Browser,
    site: Site,
    proxy: Proxy,
    browser: Browser,
    kind: Kind,
}

impl House {
    async fn with(kind: Kind) -> Self {
        let port = proxy::free_port();
        let home = TestHome::start_with(|config| {
            config.public_url =
                Some(format!("http://latchkey.home.example:{port}").parse().expect("an address"));
            config.cookie_domain = Some("home.example".into());
            config.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
        })
        .await;
        let owner = home.set_up().await;
        // At the home's own address, the cookie of the sites' domain is not for it.
        let token = owner.cookie("latchkey_session").expect("signed in");
        owner.always("authorization", &format!("Bearer {token}"));
        let site = Site::start().await;
        let proxy = Proxy::start(kind, port, home.app.address(), site.address).await;
        let browser =
            Browser::from_address(&format!("http://films.home.example:{port}"), IpAddr::from(BROWSER));
        Self { home, owner, site, proxy, browser, kind }
    }

    /// The page of the site, with the port it has here.
    fn page(&self) -> String {
        format!("http://films.home.example:{}{}", self.proxy.port, PAGE.split('#').next().expect("a path"))
    }

    /// Signs the browser in on the pages, as a person does, and answers with the site's page it leads to.
    async fn sign_in(&self) -> Answer {
        self.sign_in_for(&self.page()).await
    }

    /// The same, for any page of the site.
    async fn sign_in_for(&self, address: &str) -> Answer {
        let page = self.browser.visit(address).await;
        assert_eq!(page.url.path(), "/sign-in", "{page:?}");
        assert_eq!(page.url.host_str(), Some("latchkey.home.example"));
        assert!(page.text.contains(&format!("<b>films.home.example:{}</b>", self.proxy.port)));
        let going = page.field("return").expect("where it was going");
        assert_eq!(going, address);
        self.browser.always("origin", &page.url.origin().ascii_serialization());
        let form = [("login", LOGIN), ("password", PASSWORD), ("return", &going)];
        let answer = self.browser.post(page.url.join("/sign-in").expect("an address").as_str(), &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text);

        let who = self.browser.get(answer.location().as_str()).await;
        assert!(who.text.contains("Who’s using it?"), "{}", who.text);
        let policy = who.header("content-security-policy");
        assert!(policy.contains(&format!("http://films.home.example:{}", self.proxy.port)), "{policy}");
        let ana = self.owner.profile("Ana").await;
        let form = [("profile_id", &*ana), ("return", &going)];
        let answer = self.browser.post(who.url.join("/who").expect("an address").as_str(), &form).await;
        assert_eq!((answer.status, answer.header("location")), (303, address));
        self.browser.always("origin", "");
        self.browser.get(answer.location().as_str()).await
    }

    /// The browser, as the list of devices shows it.
    async fn device(&self) -> serde_json::Value {
        let devices = self.owner.devices().await;
        let found =
            devices.into_iter().find(|device| device["current"] == false && device["name"] != "Tablet");
        found.expect("the browser is listed")
    }
}

async fn nobody_gets_through_unsigned(house: &House) {
    let answer = house.browser.get(PAGE).await;
    assert_eq!(answer.status, 302, "{answer:?}");
    let location = answer.location();
    assert_eq!((location.host_str(), location.path()), (Some("latchkey.home.example"), "/sign-in"));
    let going = location.query_pairs().find(|(name, _)| name == "return").expect("where it was going").1;
    assert_eq!(going, house.page());

    let doubled = format!("http://films.home.example:{}//evil.example/x", house.proxy.port);
    let location = house.browser.get(&doubled).await.location();
    let going = location.query_pairs().find(|(name, _)| name == "return").expect("where it was going").1;
    assert_eq!(going, doubled, "a doubled slash does not name another site");

    // Nor is a page's question in the background led to a page that it could not show.
    let background = [("sec-fetch-dest", "empty"), ("accept", "text/html,*/*")];
    assert_eq!(house.browser.send(Method::GET, PAGE, &background, None).await.status, 401);
    let shown = [("sec-fetch-dest", "document"), ("accept", "text/html")];
    assert_eq!(house.browser.send(Method::GET, PAGE, &shown, None).await.status, 302);
    // What the page itself is asked is not a word to the guard.
    assert_eq!(house.browser.get("/watch?redirect=0").await.status, 302);

    // What is no browser showing a page hears 401 and can show its own sign-in.
    house.browser.always("accept", "application/json");
    assert_eq!(house.browser.get(PAGE).await.status, 401);
    house.browser.always("accept", "text/html");
    assert_eq!(house.browser.post(PAGE, &[("a", "b")]).await.status, 401);

    // Nor does a name, a token or a session that somebody made up help.
    for (name, value) in [
        ("remote-user", "ana"),
        ("authorization", "Bearer made-up"),
        ("cookie", "latchkey_session=made-up"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-uri", "/guard"),
        ("x-forwarded-method", "OPTIONS"),
    ] {
        let answer = house.browser.send(Method::GET, PAGE, &[(name, value)], None).await;
        // A page was asked for; nothing but the method that a proxy writes itself says otherwise.
        assert_eq!(answer.status, 302, "{name}: {answer:?}");
    }
    let direct = house.browser.get("/latchkey-guard").await;
    // nginx has a place of that name, for itself; elsewhere it is a page of the site like any other.
    let expected = if house.kind == Kind::Nginx { 404 } else { 302 };
    assert_eq!(direct.status, expected, "the guard is not for browsers: {direct:?}");
    assert_eq!(house.site.served(), 0, "the site has heard of none of this");
}

async fn whoever_signs_in_gets_through_under_their_own_name(house: &House) {
    let page = house.sign_in().await;
    assert_eq!(page.status, 200, "{page:?}");
    let heard = page.json();
    assert_eq!(heard["target"], PAGE.split('#').next().expect("a path"));
    assert_eq!(heard["headers"]["remote-user"], "ana", "{heard}");
    assert_eq!(heard["headers"]["remote-profile"], "Ana", "{heard}");
    assert_eq!(heard["headers"]["x-forwarded-for"], "127.0.0.7", "{heard}");

    keys::nobody_says_themselves_who_they_are(house).await;
    keys::none_of_ours_reaches_the_site(house).await;
    keys::a_token_of_the_sites_own_is_its_own(house).await;

    // A device on which nobody was chosen has no profile, also when it says so itself.
    let second = house.home.device("Tablet").await;
    let cookies = format!("latchkey_session={}", second.cookie("latchkey_session").expect("signed in"));
    let forged = [("cookie", &*cookies), ("remote-profile", "God"), ("remote_profile", "God")];
    let stranger = house.home.browser();
    let heard = stranger.send(Method::GET, &house.page(), &forged, None).await;
    assert_eq!(heard.status, 200, "{heard:?}");
    assert!(!heard.text.contains("God"), "{}", heard.text);
    let tablet = house.owner.device_named("Tablet").await;
    house.owner.sign_out(tablet["id"].as_str().expect("an id")).await;

    // An address out of a header is never this computer's, where this browser is.
    eventually("the list shows the site, and nothing of where it is", async || {
        let device = house.device().await;
        let id = device["id"].as_str().expect("an id");
        let detail = house.owner.get(&format!("/api/v1/devices/{id}")).await.json();
        let is_nowhere = detail["address"].is_null() && device["place"]["label"] == "Unknown place";
        (device["service"] == "films.home.example" && is_nowhere).then_some(())
    })
    .await;
}

async fn whoever_is_signed_out_is_refused_at_the_next_request(house: &House) {
    let range = [("range", "bytes=0-3")];
    let allowed = house.browser.send(Method::GET, "/film.mkv", &range, None).await;
    assert_eq!(allowed.json()["headers"]["range"], "bytes=0-3");
    if house.kind != Kind::Traefik {
        let upgraded = site::upgrade(&house.page(), &house.browser).await;
        assert!(upgraded.starts_with("HTTP/1.1 101 "), "{upgraded}");
    }

    let id = house.device().await["id"].as_str().expect("an id").to_owned();
    let before = house.site.served();
    house.owner.sign_out(&id).await;

    // The connection to the proxy, and the proxy's own to the guard, are those from before.
    let next = house.browser.get(PAGE).await;
    assert_eq!((next.status, next.location().path()), (302, "/sign-in"), "{next:?}");
    for (method, headers, body, expected) in [
        (Method::HEAD, &[][..], None, 302),
        (Method::POST, &[], Some("title=x"), 401),
        (Method::PUT, &[], Some("title=x"), 401),
        (Method::DELETE, &[], None, 401),
        (Method::OPTIONS, &[], None, 401),
        (Method::GET, &range, None, 302),
        (Method::GET, &[("cache-control", "only-if-cached")], None, 302),
    ] {
        let answer = house.browser.send(method.clone(), "/film.mkv", headers, body.map(str::to_owned)).await;
        assert_eq!(answer.status, expected, "{method} {headers:?}: {answer:?}");
    }
    let upgraded = site::upgrade(&house.page(), &house.browser).await;
    assert!(upgraded.starts_with("HTTP/1.1 401 "), "{upgraded}");
    assert_eq!(house.site.served(), before, "the site has heard of none of this");

    let device = house.owner.get(&format!("/api/v1/devices/{id}")).await.json();
    assert_eq!(device["device"]["signed_in"], false, "{device}");
    eventually("the first refusal is noted", async || {
        let device = house.owner.get(&format!("/api/v1/devices/{id}")).await.json();
        device["device"]["refused_at"].is_string().then_some(())
    })
    .await;

    // Signing in again makes it the same device, and it gets through again.
    let page = house.sign_in().await;
    assert_eq!(page.json()["headers"]["remote-user"], "ana");
    let again = house.owner.get(&format!("/api/v1/devices/{id}")).await.json();
    assert_eq!(again["device"]["signed_in"], true, "{again}");
}

/// 4 kB of address come through sign-in and back.
async fn a_long_address_survives(house: &House) {
    let long = format!("{}&q={}", house.page(), "%C3%BC/".repeat(4096 / 7));
    assert!(long.len() > 4096);
    house.browser.forget();
    let page = house.sign_in_for(&long).await;
    assert_eq!(page.status, 200, "{page:?}");
    let target = page.json()["target"].as_str().expect("a target").to_owned();
    assert!(long.ends_with(&target) && target.len() > 4000, "{target}");
}

async fn all_of_it(kind: Kind) {
    let house = House::with(kind).await;
    nobody_gets_through_unsigned(&house).await;
    whoever_signs_in_gets_through_under_their_own_name(&house).await;
    whoever_is_signed_out_is_refused_at_the_next_request(&house).await;
    a_long_address_survives(&house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_behind_nginx_is_guarded() {
    all_of_it(Kind::Nginx).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_behind_caddy_is_guarded() {
    all_of_it(Kind::Caddy).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_behind_caddy_as_the_readme_has_it_is_guarded() {
    all_of_it(Kind::Readme).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_behind_the_rules_for_traefik_is_guarded() {
    all_of_it(Kind::Traefik).await;
}
