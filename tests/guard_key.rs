//! The key that sites behind the guard see: it lets a browser through the guard and is good for nothing else; it comes and
//! goes with the setting, and nobody is shut out or sent in circles for it. The proxy is played by these tests, which say
//! what it would; `tests/guard.rs` shows the same behind real ones.

mod support;

use latchkey::config::Config;
use reqwest::Method;
use serde_json::json;
use support::{Answer, Blocked, Browser, LOGIN, PASSWORD, TestHome};

const SITE: &str = "http://films.home.example/watch?film=1";
const SESSION: &str = "latchkey_session";
const GUARD: &str = "latchkey_guard";

fn at_home(config: &mut Config) {
    config.public_url = Some("http://latchkey.home.example".parse().expect("an address"));
    config.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
}

fn shared(config: &mut Config) {
    at_home(config);
    config.cookie_domain = Some("home.example".into());
}

/// A browser that reaches the home by its name.
fn browser(home: &TestHome) -> Browser {
    let browser = Browser::new(&format!("http://latchkey.home.example:{}", home.app.address().port()));
    browser.always("x-forwarded-for", "192.0.2.7");
    browser
}

/// Signs it in on the page, as Ana, and says where it is led.
async fn sign_in(home: &TestHome, browser: &Browser, going: &str) -> Answer {
    let page = browser.get(&format!("/sign-in?return={going}")).await;
    assert_eq!(page.status, 200, "{page:?}");
    let form = [("login", LOGIN), ("password", PASSWORD), ("form", "1"), ("return", going)];
    let answer = browser.post("/sign-in", &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let ana = browser.profile("Ana").await;
    let answer = browser.post("/who", &[("profile_id", &ana), ("return", going)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    home.clock.advance(std::time::Duration::from_secs(1));
    answer
}

/// What the guard says of a request to the site with these headers.
async fn asked_at_guard(home: &TestHome, headers: &[(&str, &str)]) -> Answer {
    let proxy = home.browser();
    let told = [
        ("x-forwarded-for", "192.0.2.7"),
        ("x-forwarded-host", "films.home.example"),
        ("x-forwarded-uri", "/watch?film=1"),
        ("x-forwarded-method", "GET"),
    ];
    proxy.send(Method::GET, "/guard", &[&told[..], headers].concat(), None).await
}

/// The same for what a browser would send to the site.
async fn at_guard(home: &TestHome, browser: &Browser) -> Answer {
    asked_at_guard(home, &[("cookie", &browser.cookies_at(SITE))]).await
}

fn is_refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.json()["error"].as_str()), (status, Some(code)), "{answer:?}");
}

#[tokio::test]
async fn the_key_for_sites_is_good_at_the_guard_and_nowhere_else() {
    let home = TestHome::start_with(shared).await;
    let owner = home.set_up().await;
    let browser = browser(&home);
    assert_eq!(sign_in(&home, &browser, SITE).await.header("location"), SITE);
    let key = browser.cookie(GUARD).expect("given with the sign-in");
    let session = browser.cookie(SESSION).expect("signed in");
    assert_eq!(browser.cookies_at(SITE), format!("{GUARD}={key}"));
    let passed = at_guard(&home, &browser).await;
    assert_eq!(
        (passed.status, passed.header("remote-user"), passed.header("remote-profile")),
        (200, "ana", "Ana")
    );
    for always in ["cookie", "authorization"] {
        assert_eq!(
            passed.headers.get(always).map(reqwest::header::HeaderValue::len),
            Some(0),
            "{always}: {passed:?}"
        );
    }

    let thief = home.browser();
    for headers in [
        [("cookie", format!("{SESSION}={key}"))],
        [("cookie", format!("{GUARD}={key}"))],
        [("authorization", format!("Bearer {key}"))],
    ] {
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        for (method, path) in [
            (Method::GET, "/api/v1/session"),
            (Method::GET, "/api/v1/devices"),
            (Method::GET, "/api/v1/events"),
            (Method::POST, "/api/v1/sign-out"),
        ] {
            is_refused(&thief.send(method, path, &headers, None).await, 401, "not_signed_in");
        }
        let form = ("content-type", "application/x-www-form-urlencoded");
        let asked = Some(format!("token={session}"));
        let answer = thief.send(Method::POST, "/introspect", &[headers[0], form], asked).await;
        is_refused(&answer, 401, "not_signed_in");
    }
    // Nor is it a token to the programs that ask or give back: it says nothing and ends nothing.
    let token = owner.cookie(SESSION).expect("signed in");
    owner.always("authorization", &format!("Bearer {token}"));
    assert_eq!(owner.post("/introspect", &[("token", &key)]).await.json(), json!({ "active": false }));
    assert_eq!(thief.post("/revoke", &[("token", &key)]).await.status, 200);
    let refreshed = thief.post("/token", &[("grant_type", "refresh_token"), ("refresh_token", &key)]).await;
    is_refused(&refreshed, 400, "invalid_grant");
    assert_eq!(at_guard(&home, &browser).await.status, 200);
    // As a token it is not good at the guard either: a browser is sent to sign in.
    assert_eq!(asked_at_guard(&home, &[("authorization", &format!("Bearer {key}"))]).await.status, 302);
    assert_eq!(asked_at_guard(&home, &[("cookie", &format!("{SESSION}={key}"))]).await.status, 302);
}

#[tokio::test]
async fn the_key_ends_with_its_session_and_lives_through_a_restart() {
    let home = TestHome::start_with(shared).await;
    let owner = home.set_up().await;
    let browser = browser(&home);
    sign_in(&home, &browser, SITE).await;
    let cookies = browser.cookies_at(SITE);
    let home = home.restart_with(shared).await;
    assert_eq!(asked_at_guard(&home, &[("cookie", &cookies)]).await.status, 200);

    let owner = {
        let again = home.browser();
        again.keep(SESSION, &owner.cookie(SESSION).expect("signed in"));
        again
    };
    let devices = owner.devices().await;
    let id = devices.iter().find(|device| device["current"] == false).expect("the browser")["id"].clone();
    owner.sign_out(id.as_str().expect("an id")).await;
    let refused = asked_at_guard(&home, &[("cookie", &cookies), ("accept", "application/json")]).await;
    is_refused(&refused, 401, "session_ended");
    let home = home.restart_with(shared).await;
    let refused = asked_at_guard(&home, &[("cookie", &cookies), ("accept", "application/json")]).await;
    is_refused(&refused, 401, "session_ended");
}

#[tokio::test]
async fn the_setting_may_come_later_and_go_and_nobody_signs_in_again() {
    let home = TestHome::start_with(at_home).await;
    home.set_up().await;
    let first = browser(&home);
    sign_in(&home, &first, "/").await;
    assert_eq!((first.cookie(GUARD), first.cookies_at(SITE)), (None, String::new()));

    let home = home.restart_with(shared).await;
    let later = browser(&home);
    later.keep(SESSION, &first.cookie(SESSION).expect("signed in"));
    // To the site, which sends it to the sign-in page, which sends it back with a key.
    let refused = at_guard(&home, &later).await;
    assert_eq!(refused.status, 302, "{refused:?}");
    let page = refused.location();
    let back = later.get(&format!("{}?{}", page.path(), page.query().expect("where to"))).await;
    assert_eq!((back.status, back.header("location")), (303, SITE));
    assert_eq!(at_guard(&home, &later).await.status, 200);
    // The same key for tabs that come together, and no other for one that has it.
    let key = later.cookie(GUARD).expect("given");
    let back = later.get(&format!("/sign-in?return={SITE}")).await;
    assert_eq!((back.status, later.cookie(GUARD).as_ref()), (303, Some(&key)));

    // Without the setting the key is a cookie like any other, that is neither read nor passed on.
    let home = home.restart_with(at_home).await;
    let cookies = format!("{GUARD}={key}; a=1");
    assert_eq!(asked_at_guard(&home, &[("cookie", &cookies)]).await.status, 302);
    let own = format!("{cookies}; {SESSION}={}", later.cookie(SESSION).expect("signed in"));
    let passed = asked_at_guard(&home, &[("cookie", &own)]).await;
    assert_eq!((passed.status, passed.header("cookie")), (200, "a=1"));
}

#[tokio::test]
async fn a_browser_that_keeps_no_cookie_of_the_domain_is_told_and_not_sent_in_circles() {
    let home = TestHome::start_with(shared).await;
    home.set_up().await;
    let browser = browser(&home);
    browser.block(Some(Blocked::OfDomains));
    sign_in(&home, &browser, SITE).await;
    let going = format!("/sign-in?return={SITE}");
    for _ in 0..3 {
        assert_eq!(at_guard(&home, &browser).await.status, 302);
        assert_eq!(browser.get(&going).await.header("location"), SITE);
    }
    let told = browser.get(&going).await;
    assert_eq!(told.status, 403, "{told:?}");
    assert!(told.text.contains("films.home.example did not get the cookie"), "{}", told.text);
    assert!(told.text.contains("Allow cookies for home.example"), "{}", told.text);
    assert!(told.text.contains(&format!("href=\"{SITE}\"")), "{}", told.text);
    // Once it keeps them, it is let on.
    browser.block(None);
    assert_eq!(browser.get(&going).await.header("location"), SITE);
    assert_eq!(at_guard(&home, &browser).await.status, 200);
}

#[tokio::test]
async fn several_cookies_of_a_name_shut_nobody_out_of_the_home_either() {
    let home = TestHome::start_with(shared).await;
    home.set_up().await;
    let browser = browser(&home);
    sign_in(&home, &browser, SITE).await;
    let token = browser.cookie(SESSION).expect("signed in");
    for cookies in [
        format!("{SESSION}=junk; {SESSION}={token}"),
        format!("{SESSION}={token}; {SESSION}=junk; {SESSION}="),
        format!("name=José; {SESSION}={token}"),
        format!("{}{SESSION}={token}", format!("{SESSION}=junk; ").repeat(20)),
    ] {
        let answer = browser.send(Method::GET, "/api/v1/session", &[("cookie", &cookies)], None).await;
        assert_eq!(
            (answer.status, answer.json()["profile"]["name"].as_str()),
            (200, Some("Ana")),
            "{cookies}"
        );
    }
    // The same device, too, behind another program's cookie of that name.
    let secret = browser.cookie("latchkey_device").expect("given");
    let cookies = format!("latchkey_device=junk; latchkey_device={secret}; latchkey_probe=1");
    let form = "login=ana&password=correct+horse&form=1";
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let answer =
        browser.send(Method::POST, "/sign-in", &[("cookie", &cookies), kind], Some(form.into())).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    assert_eq!(browser.devices().await.len(), 2);
}

#[tokio::test]
async fn signing_out_takes_every_cookie_of_the_session_away() {
    let home = TestHome::start_with(shared).await;
    home.set_up().await;
    let browser = browser(&home);
    sign_in(&home, &browser, SITE).await;
    let cookies = browser.cookies_at(SITE);
    // As it was sent to sites before the key had a cookie of its own.
    let answer = browser.post_json("/api/v1/sign-out", &json!({})).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    let taken: Vec<_> =
        answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().expect("text")).collect();
    for (name, domain) in [(SESSION, false), (GUARD, true), (SESSION, true)] {
        let is_it = |line: &&&str| {
            line.starts_with(&format!("{name}=;")) && line.contains("Domain=home.example") == domain
        };
        assert!(
            taken.iter().any(|line| is_it(&line) && line.contains("Max-Age=0")),
            "{name} {domain}: {taken:#?}"
        );
    }
    assert_eq!((browser.cookie(SESSION), browser.cookie(GUARD)), (None, None));
    assert_eq!(asked_at_guard(&home, &[("cookie", &cookies)]).await.status, 302);
}

#[tokio::test]
async fn what_a_request_says_of_itself_is_neither_believed_nor_kept_without_end() {
    let home = TestHome::start_with(shared).await;
    let owner = home.set_up().await;
    let browser = browser(&home);
    sign_in(&home, &browser, SITE).await;
    let cookies = browser.cookies_at(SITE);
    for forged in ["remote-role", "remote_role", "remote.user.groups"] {
        let answer = asked_at_guard(&home, &[("cookie", &cookies), (forged, "admin")]).await;
        is_refused(&answer, 403, "forged_identity");
    }
    for known in ["remote-user", "remote_groups", "remote-email", "remoteness"] {
        let answer = asked_at_guard(&home, &[("cookie", &cookies), (known, "admin")]).await;
        assert_eq!((answer.status, answer.header("remote-user")), (200, "ana"), "{known}");
    }
    // What "Connection" names a proxy takes out, the guard's own words too.
    for named in
        ["close, Remote-User", "remote_profile", "keep-alive,COOKIE", "Authorization", "X-Forwarded-For"]
    {
        let answer = asked_at_guard(&home, &[("cookie", &cookies), ("connection", named)]).await;
        is_refused(&answer, 403, "forged_identity");
    }
    for usual in ["close", "keep-alive", "keep-alive, TE", "remoteness"] {
        let answer = asked_at_guard(&home, &[("cookie", &cookies), ("connection", usual)]).await;
        assert_eq!((answer.status, answer.header("remote-user")), (200, "ana"), "{usual}");
    }
    let long = format!("{}.home.example", "films.".repeat(4000));
    let answer = asked_at_guard(&home, &[("cookie", &cookies), ("x-forwarded-host", &long)]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let listed = owner.get("/api/v1/devices").await;
    assert!(listed.text.len() < 8000, "{}", listed.text.len());
    // Of an address that is too long to lead back to, the site's first page is left.
    let uri = format!("/{}", "a".repeat(9000));
    let answer = asked_at_guard(&home, &[("x-forwarded-uri", &uri)]).await;
    assert_eq!(
        answer.header("location"),
        "http://latchkey.home.example/sign-in?return=http%3A%2F%2Ffilms.home.example"
    );
}
