//! The pages, in a browser without JavaScript.

use std::time::Duration;

use reqwest::Method;

use crate::support::{Blocked, LOGIN, PASSWORD, PIN, TestHome, browser::Answer};

/// The button of the profile of that name sends this id.
fn tile(page: &Answer, name: &str) -> String {
    let tile = page.text.split("<li>").find(|tile| tile.contains(&format!("</span>{name}")));
    let tile = tile.unwrap_or_else(|| panic!("no tile for {name} in {}", page.text));
    tile.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an id").to_owned()
}

#[tokio::test]
async fn a_browser_signs_in_says_who_it_is_and_goes_on() {
    let (home, _) = TestHome::with_account().await;
    let browser = home.browser();
    let page = browser.get("/sign-in?return=/history").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("<title>Sign in · Latchkey</title>"));
    assert!(page.text.contains("autocomplete=\"current-password\""));
    assert!(page.header("accept-ch").contains("Sec-CH-UA-Model"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));

    let going = page.field("return").expect("where it was going");
    let form = [("login", LOGIN), ("password", PASSWORD), ("return", &going)];
    let answer = browser.post("/sign-in", &form).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), "/who?return=%2Fhistory");
    assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 2);

    let page = browser.get(answer.location().as_str()).await;
    assert!(page.text.contains("Who’s using it?"), "{}", page.text);
    let form = [("profile_id", &*tile(&page, "Ana")), ("return", &page.field("return").expect("kept"))];
    let answer = browser.post("/who", &form).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/history"));
    assert_eq!(browser.get("/api/v1/session").await.json()["profile"]["name"], "Ana");

    // Once it is known who it is, the page only passes through.
    let answer = browser.get("/sign-in?return=/history").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/history"));
}

#[tokio::test]
async fn a_profile_with_a_pin_asks_for_it() {
    let (home, owner) = TestHome::with_a_pin().await;
    let page = owner.get("/who?return=/devices").await;
    let marta = tile(&page, "Marta");
    let page = owner.post("/who", &[("profile_id", &marta), ("return", "/devices")]).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Marta’s PIN"), "{}", page.text);
    assert!(page.text.contains("href=\"/who?return=%2Fdevices\""), "{}", page.text);
    assert_eq!(page.field("profile_id").as_deref(), Some(&*marta));

    let form =
        |pin| [("profile_id", marta.clone()), ("return", "/devices".into()), ("pin", String::from(pin))];
    let send = async |pin| {
        let form = form(pin);
        owner.post("/who", &form.each_ref().map(|(name, value)| (*name, value.as_str()))).await
    };
    let wrong = send("1111").await;
    assert_eq!(wrong.status, 403);
    assert!(wrong.text.contains("That PIN is not right."));
    assert_eq!(send("12").await.status, 422);
    for _ in 0..4 {
        send("1111").await;
    }
    let limited = send(PIN).await;
    assert_eq!(limited.status, 429);
    assert!(limited.text.contains("Too many attempts. Try again in 10 minutes."), "{}", limited.text);
    home.clock.advance(Duration::from_mins(10));
    let right = send(PIN).await;
    assert_eq!((right.status, right.header("location")), (303, "/devices"));
    assert_eq!(owner.get("/api/v1/session").await.json()["profile"]["name"], "Marta");
}

#[tokio::test]
async fn whoever_has_forgotten_their_pin_gets_by_with_the_password() {
    let (_home, owner) = TestHome::with_a_pin().await;
    let marta = tile(&owner.get("/who").await, "Marta");
    let page = owner.post("/who", &[("profile_id", &marta), ("return", "/devices")]).await;
    assert!(page.text.contains("The account’s password does as well"), "{}", page.text);
    let form =
        |password| [("profile_id", &*marta), ("return", "/devices"), ("pin", ""), ("password", password)];
    assert_eq!(owner.post("/who", &form("not this one")).await.status, 403);
    let answer = owner.post("/who", &form(PASSWORD)).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/devices"));
}

#[tokio::test]
async fn a_wrong_password_is_told_on_the_page_and_noted_in_the_history() {
    let (home, owner) = TestHome::with_account().await;
    let browser = home.browser();
    let form = [("login", "ana\"><b>"), ("password", "wrong horse"), ("return", "/history")];
    let page = browser.post("/sign-in", &form).await;
    assert_eq!(page.status, 401);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.text.contains("The login name or the password is not right."));
    assert!(!page.text.contains("<b>"), "what was typed is escaped: {}", page.text);
    assert_eq!(page.field("return").as_deref(), Some("/history"));
    assert_eq!(browser.cookie("latchkey_session"), None);

    assert_eq!(browser.post("/sign-in", &[("login", LOGIN), ("password", "x")]).await.status, 401);
    let history = owner.get("/api/v1/history").await.json();
    let kinds = history["history"].as_array().expect("lines").iter();
    let kinds: Vec<_> = kinds.map(|line| &line["kind"]).collect();
    assert_eq!(kinds[0], "sign_in_failed", "{history}");
    // A form without its fields is no crash and no sign-in.
    assert_eq!(browser.post("/sign-in", &[]).await.status, 422);
}

#[tokio::test]
async fn guessing_is_slowed_down_and_the_page_says_for_how_long() {
    let (home, _) = TestHome::with_account().await;
    let browser = home.browser();
    for _ in 0..5 {
        let page = browser.post("/sign-in", &[("login", LOGIN), ("password", "wrong horse")]).await;
        assert_eq!(page.status, 401);
    }
    let page = browser.post("/sign-in", &[("login", LOGIN), ("password", PASSWORD)]).await;
    assert_eq!(page.status, 429);
    assert_eq!(page.header("retry-after"), "30");
    assert!(page.text.contains("Too many attempts. Try again in 30 seconds."), "{}", page.text);
    home.clock.advance(Duration::from_secs(30));
    let answer = browser.post("/sign-in", &[("login", LOGIN), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, 303);
}

#[tokio::test]
async fn a_browser_that_keeps_no_cookies_is_told_so_and_is_no_new_device_at_every_try() {
    let (home, owner) = TestHome::with_account().await;
    let browser = home.browser();
    browser.block(Some(Blocked::All));
    let page = browser.get("/sign-in").await;
    let form = page.field("form").expect("the form says that it is ours");
    let fields = [("login", LOGIN), ("password", PASSWORD), ("form", &*form)];
    for _ in 0..3 {
        let answer = browser.post("/sign-in", &fields).await;
        assert_eq!(answer.status, 403, "{answer:?}");
        assert!(answer.text.contains("This browser does not keep cookies for this site"), "{}", answer.text);
    }
    assert_eq!(owner.devices().await.len(), 1);
    // Whatever the form, a browser says that a page sent it.
    let origin = [("origin", &*home.address()), ("content-type", "application/x-www-form-urlencoded")];
    let fields = Some(format!("login={LOGIN}&password=correct+horse"));
    let answer = browser.send(Method::POST, "/sign-in", &origin, fields).await;
    assert_eq!(answer.status, 403, "{answer:?}");
    assert_eq!(owner.devices().await.len(), 1);
    // The page that said so tries again: with cookies allowed, the next one is let in.
    browser.block(None);
    let fields = [("login", LOGIN), ("password", PASSWORD), ("form", &*form)];
    assert_eq!(browser.post("/sign-in", &fields).await.status, 403);
    assert_eq!(browser.post("/sign-in", &fields).await.status, 303);
    assert_eq!(owner.devices().await.len(), 2);
}

#[tokio::test]
async fn the_interface_makes_no_device_either_where_cookies_are_lost() {
    let (home, owner) = TestHome::with_account().await;
    let browser = home.browser();
    browser.always("origin", &home.address());
    browser.block(Some(Blocked::All));
    let request = serde_json::json!({ "login": LOGIN, "password": PASSWORD });
    for _ in 0..3 {
        assert_eq!(browser.get("/api/v1/status").await.status, 200);
        let answer = browser.post_json("/api/v1/sign-in", &request).await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (403, Some("cookies_blocked")));
    }
    assert_eq!(owner.devices().await.len(), 1);
    browser.block(None);
    assert_eq!(browser.get("/api/v1/status").await.status, 200);
    assert_eq!(browser.post_json("/api/v1/sign-in", &request).await.status, 200);
    assert_eq!(owner.devices().await.len(), 2);
    // Whoever has a cookie of ours is given no other.
    assert_eq!(browser.get("/api/v1/status").await.header("set-cookie"), "");
    // The first account makes a device as well.
    let empty = TestHome::start().await;
    let browser = empty.browser();
    browser.always("origin", &empty.address());
    let set_up = serde_json::json!({
        "code": empty.app.setup_code().expect("no account yet"), "login": LOGIN, "password": PASSWORD,
        "profiles": [{ "name": "Ana", "kind": "adult" }],
    });
    let answer = browser.post_json("/api/v1/setup", &set_up).await;
    assert_eq!((answer.status, answer.json()["error"].as_str()), (403, Some("cookies_blocked")));
    assert_eq!(browser.get("/api/v1/status").await.status, 200);
    assert_eq!(browser.post_json("/api/v1/setup", &set_up).await.status, 201);
}

#[tokio::test]
async fn a_page_is_shown_neither_the_token_nor_the_secret_and_a_program_is_shown_both() {
    let (home, _) = TestHome::with_account().await;
    let (page, program) = (home.browser(), home.browser());
    assert_eq!(page.get("/api/v1/status").await.status, 200);
    page.always("origin", &home.address());
    let request = serde_json::json!({ "login": LOGIN, "password": PASSWORD });
    let to_page = page.post_json("/api/v1/sign-in", &request).await;
    assert_eq!(to_page.status, 200, "{}", to_page.text);
    let (token, secret) = (page.cookie("latchkey_session"), page.cookie("latchkey_device"));
    let body = to_page.json();
    assert_eq!((body.get("token"), body.get("device_secret")), (None, None), "{body}");
    assert!(body["session_id"].is_string() && body["profiles"].is_array(), "{body}");
    for secret in [token.expect("a cookie"), secret.expect("a cookie")] {
        assert!(!to_page.text.contains(&secret), "{}", to_page.text);
    }
    let body = program.post_json("/api/v1/sign-in", &request).await.json();
    assert_eq!(body["token"].as_str(), program.cookie("latchkey_session").as_deref());
    assert_eq!(body["device_secret"].as_str(), program.cookie("latchkey_device").as_deref());
}

#[tokio::test]
async fn nobody_is_led_away_from_the_home() {
    let (home, owner) = TestHome::with_account().await;
    owner.choose("Ana").await;
    let own = format!("{}/devices", home.address());
    for (asked, leads_to) in [
        ("/devices", "/devices"),
        (&*own, &*own),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/.//evil.example/", "/"),
        ("/\t/evil.example/", "/"),
        ("https://127.0.0.1@evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/x\r\nset-cookie: a=b", "/"),
    ] {
        let encoded = serde_urlencoded::to_string([("return", asked)]).expect("text");
        let answer = owner.get(&format!("/sign-in?{encoded}")).await;
        assert_eq!((answer.status, answer.header("location")), (303, leads_to), "{asked:?}");
        let ana = owner.profile("Ana").await;
        let answer = owner.post("/who", &[("profile_id", &ana), ("return", asked)]).await;
        assert_eq!((answer.status, answer.header("location")), (303, leads_to), "{asked:?}");
    }
}

#[tokio::test]
async fn forms_from_other_sites_are_refused() {
    let (home, _) = TestHome::with_account().await;
    let browser = home.browser();
    browser.always("origin", "https://evil.example");
    let answer = browser.post("/sign-in", &[("login", LOGIN), ("password", PASSWORD)]).await;
    assert_eq!((answer.status, answer.header("content-type")), (403, "text/html; charset=utf-8"));
    assert!(answer.text.contains("This request came from another site"), "{}", answer.text);
    assert_eq!(browser.cookie("latchkey_session"), None);
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_sent_to_sign_in_and_back() {
    let (home, _) = TestHome::with_account().await;
    let browser = home.browser();
    let answer = browser.get("/device?user_code=WDJB-MJHT").await;
    assert_eq!(answer.header("location"), "/sign-in?return=%2Fdevice%3Fuser_code%3DWDJB-MJHT");
    let answer = browser.get("/who?return=/history").await;
    assert_eq!(answer.header("location"), "/sign-in?return=%2Fhistory");
}

#[tokio::test]
async fn a_home_without_an_account_leads_to_its_set_up() {
    let home = TestHome::start().await;
    let browser = home.browser();
    assert_eq!(browser.get("/sign-in").await.header("location"), "/");
    let answer = browser.post("/sign-in", &[("login", LOGIN), ("password", PASSWORD)]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/"));
    assert_eq!(browser.visit("/device").await.url.path(), "/");
}

#[tokio::test]
async fn whoever_is_in_sees_the_devices_and_signs_one_out_without_javascript() {
    let (home, owner) = TestHome::with_account().await;
    owner.choose("Ana").await;
    home.clock.advance(Duration::from_mins(1));
    let tablet = home.device("<b>Kitchen tablet").await;
    let page = owner.get("/signed-in").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("<title>You are signed in · Latchkey</title>"), "{}", page.text);
    assert!(page.text.contains("used by <bdi>Ana</bdi>"), "{}", page.text);
    assert!(
        page.text.contains("&#60;b&#62;Kitchen tablet"),
        "what a device calls itself is escaped: {}",
        page.text
    );
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    let id = page.field("device_id").expect("the tablet can be signed out");
    assert_eq!(page.text.matches("name=\"device_id\"").count(), 1, "and this browser by a button of its own");

    let page = owner.post("/signed-in", &[("device_id", &id)]).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("Kitchen tablet is signed out. Its next request is refused."),
        "{}",
        page.text
    );
    assert_eq!(tablet.get("/api/v1/session").await.json()["error"], "session_ended");
    assert_eq!(page.field("device_id"), None, "it is not on the page any more");
    let page = owner.post("/signed-in", &[("device_id", "no-id")]).await;
    assert!(page.text.contains("This device is not here any more"), "{}", page.text);

    let answer = owner.post("/signed-in", &[("sign_out", "here")]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/sign-in"));
    assert_eq!(owner.cookie("latchkey_session"), None);
    assert_eq!(owner.get("/signed-in").await.header("location"), "/sign-in?return=/signed-in");
}

#[tokio::test]
async fn a_child_sees_no_devices_and_signs_out_here_only() {
    let (home, owner) = TestHome::with_account().await;
    home.clock.advance(Duration::from_mins(1));
    home.device("Kitchen tablet").await;
    let tablet = owner.device_named("Kitchen tablet").await["id"].as_str().expect("an id").to_owned();
    owner.choose("Leo").await;
    let page = owner.get("/signed-in").await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("Kitchen tablet"), "{}", page.text);
    assert!(page.text.contains("Sign out here"), "{}", page.text);
    let refused = owner.post("/signed-in", &[("device_id", &tablet)]).await;
    assert_eq!((refused.status, refused.header("content-type")), (403, "text/html; charset=utf-8"));
}

#[tokio::test]
async fn another_site_signs_nobody_out_by_that_page() {
    let (home, owner) = TestHome::with_account().await;
    home.clock.advance(Duration::from_mins(1));
    let tablet = home.device("Tablet").await;
    let id = owner.device_named("Tablet").await["id"].as_str().expect("an id").to_owned();
    owner.always("origin", "https://evil.example");
    for form in [[("device_id", &*id)], [("sign_out", "here")]] {
        let answer = owner.post("/signed-in", &form).await;
        assert_eq!((answer.status, answer.header("content-type")), (403, "text/html; charset=utf-8"));
    }
    assert_eq!(tablet.get("/api/v1/session").await.status, 200);
    assert_eq!(owner.get("/api/v1/session").await.status, 200);
}

#[tokio::test]
async fn a_browser_without_javascript_is_not_led_round_a_home_without_an_account() {
    let home = TestHome::start().await;
    let page = home.browser().get("/signed-in").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("This home has no account yet"), "{}", page.text);
}

#[tokio::test]
async fn an_address_that_does_not_exist_is_a_page_for_people_and_json_for_programs() {
    let home = TestHome::start().await;
    let browser = home.browser();
    let page = browser.get("/nonsense").await;
    assert_eq!((page.status, page.header("content-type")), (404, "text/html; charset=utf-8"));
    assert!(page.text.contains("This page does not exist"), "{}", page.text);
    for (path, accept) in [("/nonsense", "application/json"), ("/api/v1/nonsense", "text/html")] {
        let answer = browser.send(Method::GET, path, &[("accept", accept)], None).await;
        assert_eq!((answer.status, &answer.json()["error"]), (404, &"not_found".into()), "{path}");
    }
}

#[tokio::test]
async fn the_style_is_served_with_the_pages() {
    let home = TestHome::start().await;
    let style = home.browser().get("/front-door.css").await;
    assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
    assert!(style.text.contains(".door-mark"));
}
