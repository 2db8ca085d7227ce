//! Tokens are renewed while they are used: a browser by its cookie, a device that signed in by code by its refresh token.
//! Of two copies one grows old, and is found when it comes back.

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::away::{self, LISBON, RIGA, behind_a_proxy};
use support::{Answer, Browser, LOGIN, PASSWORD, TestHome};

const COOKIE: &str = "latchkey_session";

/// A home, the owner's desktop, and a laptop in Lisbon that the household said yes to.
async fn household() -> (TestHome, Browser, Browser) {
    let (home, owner) = away::household().await;
    let laptop = home.browser();
    laptop.always("x-forwarded-for", LISBON);
    // As a page of ours sends it: a browser names the origin of what it posts.
    laptop.always("origin", &home.address());
    let request = json!({ "login": LOGIN, "password": PASSWORD, "device": { "name": "Laptop" } });
    assert_eq!(laptop.post_json("/api/v1/sign-in", &request).await.status, 200);
    let alert = owner.open_alerts().await.pop().expect("a new device is told");
    owner.answer(&alert, "me").await;
    laptop.choose("Ana").await;
    (home, owner, laptop)
}

/// Somebody with a copy of that browser: its cookies and its name, on another line.
fn copy_of(home: &TestHome, browser: &Browser, address: &str) -> Browser {
    let copy = home.browser();
    copy.always("x-forwarded-for", address);
    copy.keep(COOKIE, &token(browser));
    copy
}

fn token(browser: &Browser) -> String {
    browser.cookie(COOKIE).expect("signed in")
}

async fn is_let_in(browser: &Browser) {
    let answer = browser.get("/api/v1/session").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

async fn is_refused_as(browser: &Browser, code: &str) {
    let answer = browser.get("/api/v1/session").await;
    assert_eq!((answer.status, answer.json()["error"].as_str()), (401, Some(code)), "{}", answer.text);
}

/// What the household is told about an old copy.
async fn is_told_of_an_old_copy(owner: &Browser) -> Value {
    let alerts = owner.open_alerts().await;
    let told = alerts.into_iter().find(|alert| alert["verdict"] == "suspicious").expect("an alert");
    let why = told["reasons"][0].as_str().expect("a reason");
    assert!(
        why.starts_with("An older copy of this sign-in came back while the newer one is used elsewhere ("),
        "{why}"
    );
    assert!(told["held_at"].is_string(), "{told:#}");
    told
}

fn sets_cookie(answer: &Answer) -> bool {
    answer.headers.contains_key("set-cookie")
}

#[tokio::test]
async fn a_browser_gets_a_newer_cookie_once_an_hour_of_use() {
    let (home, _owner, laptop) = household().await;
    let first = token(&laptop);
    home.clock.advance(Duration::from_mins(50));
    is_let_in(&laptop).await;
    assert_eq!(token(&laptop), first);
    home.clock.advance(Duration::from_mins(10));
    let answer = laptop.get("/api/v1/session").await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("latchkey_session=") && cookie.contains("HttpOnly"), "{cookie}");
    let second = token(&laptop);
    assert_ne!(second, first);
    // Taken with its first use; from then on it is an hour again.
    is_let_in(&laptop).await;
    home.clock.advance(Duration::from_mins(59));
    is_let_in(&laptop).await;
    assert_eq!(token(&laptop), second);
}

#[tokio::test]
async fn requests_that_come_together_bring_the_same_newer_cookie() {
    let (home, _owner, laptop) = household().await;
    home.clock.advance(Duration::from_hours(2));
    let ask = || laptop.send(http::Method::GET, "/api/v1/session", &[], None);
    let answers = futures_util::future::join_all((0..12).map(|_| ask())).await;
    let mut cookies: Vec<_> = answers.iter().map(|answer| answer.header("set-cookie").to_owned()).collect();
    assert!(answers.iter().all(|answer| answer.status == 200));
    cookies.retain(|cookie| !cookie.is_empty());
    cookies.dedup();
    assert_eq!(cookies.len(), 1, "{cookies:#?}");
    is_let_in(&laptop).await;
}

#[tokio::test]
async fn an_answer_that_was_lost_and_requests_under_way_lose_nobody() {
    let (home, owner, laptop) = household().await;
    let first = token(&laptop);
    home.clock.advance(Duration::from_hours(2));
    is_let_in(&laptop).await;
    let newer = token(&laptop);
    // The answer was lost: the browser still has the first, and is offered another one an hour later.
    let unaware = copy_of(&home, &laptop, LISBON);
    unaware.keep(COOKIE, &first);
    home.clock.advance(Duration::from_hours(1));
    is_let_in(&unaware).await;
    assert_ne!(token(&unaware), first);
    // What was under way when the newer one was taken still passes.
    is_let_in(&laptop).await;
    assert_eq!(token(&laptop), newer);
    unaware.keep(COOKIE, &first);
    is_let_in(&unaware).await;
    assert_eq!(owner.open_alerts().await.len(), 0);
}

#[tokio::test]
async fn a_thief_who_takes_the_newer_token_is_found_when_the_owner_comes_back() {
    let (home, owner, laptop) = household().await;
    home.clock.advance(Duration::from_hours(30));
    let thief = copy_of(&home, &laptop, RIGA);
    is_let_in(&thief).await;
    is_let_in(&thief).await;
    assert_ne!(token(&thief), token(&laptop));
    home.clock.advance(Duration::from_hours(3));
    is_refused_as(&laptop, "session_held").await;
    is_refused_as(&thief, "session_held").await;
    let alert = is_told_of_an_old_copy(&owner).await;
    assert_eq!(alert["place"]["country_code"], "PT");
    assert!(alert["reasons"][0].as_str().expect("a reason").ends_with("(Riga, Latvia)"), "{alert:#}");
    owner.answer(&alert, "not_me").await;
    is_refused_as(&laptop, "session_ended").await;
    is_refused_as(&thief, "session_ended").await;
}

#[tokio::test]
async fn a_thief_whose_copy_grew_old_is_found_on_every_path() {
    let (home, owner, laptop) = household().await;
    let thief = copy_of(&home, &laptop, RIGA);
    home.clock.advance(Duration::from_hours(30));
    is_let_in(&laptop).await;
    is_let_in(&laptop).await;
    home.clock.advance(Duration::from_hours(30));
    let guard = thief.get("/guard").await;
    assert_eq!((guard.status, guard.json()["error"].as_str()), (401, Some("session_held")));
    is_told_of_an_old_copy(&owner).await;
    is_refused_as(&laptop, "session_held").await;
}

#[tokio::test]
async fn it_was_me_has_both_copies_sign_in_and_the_devices_secret_is_familiar() {
    let (home, owner, laptop) = household().await;
    let other = copy_of(&home, &laptop, RIGA);
    home.clock.advance(Duration::from_hours(30));
    is_let_in(&laptop).await;
    is_let_in(&laptop).await;
    home.clock.advance(Duration::from_hours(30));
    is_refused_as(&other, "session_held").await;
    let alert = is_told_of_an_old_copy(&owner).await;
    owner.answer(&alert, "me").await;
    is_refused_as(&laptop, "session_ended").await;
    is_refused_as(&other, "session_ended").await;
    let request = json!({ "login": LOGIN, "password": PASSWORD, "device": { "name": "Laptop" } });
    assert_eq!(laptop.post_json("/api/v1/sign-in", &request).await.status, 200);
    assert_eq!(owner.device_named("Laptop").await["familiarity"]["verdict"], "familiar");
    assert_eq!(owner.open_alerts().await.len(), 0);
}

#[tokio::test]
async fn a_browser_that_crashed_and_lost_the_newer_one_at_home_goes_on() {
    let (home, owner, laptop) = household().await;
    let first = token(&laptop);
    home.clock.advance(Duration::from_hours(2));
    is_let_in(&laptop).await;
    is_let_in(&laptop).await;
    home.clock.advance(Duration::from_mins(10));
    laptop.keep(COOKIE, &first);
    is_let_in(&laptop).await;
    // It counts again, and is renewed like any other.
    home.clock.advance(Duration::from_hours(2));
    is_let_in(&laptop).await;
    assert_ne!(token(&laptop), first);
    is_let_in(&laptop).await;
    assert_eq!(owner.open_alerts().await.len(), 0);
}

#[tokio::test]
async fn which_tokens_are_offered_and_spent_survives_a_restart() {
    let (home, owner, laptop) = household().await;
    let thief = copy_of(&home, &laptop, RIGA);
    home.clock.advance(Duration::from_hours(2));
    is_let_in(&laptop).await;
    is_let_in(&laptop).await;
    home.clock.advance(Duration::from_hours(2));
    is_let_in(&laptop).await;
    let (offered, stolen, owners) = (token(&laptop), token(&thief), token(&owner));
    let home = home.restart_with(behind_a_proxy).await;
    let with = |token: &str, address: &str| {
        let browser = home.browser();
        browser.always("x-forwarded-for", address);
        browser.keep(COOKIE, token);
        browser
    };
    let laptop = with(&offered, LISBON);
    is_let_in(&laptop).await;
    home.clock.advance(Duration::from_hours(30));
    is_refused_as(&with(&stolen, RIGA), "session_held").await;
    let owner = home.browser();
    owner.keep(COOKIE, &owners);
    is_told_of_an_old_copy(&owner).await;
}

#[tokio::test]
async fn a_signed_out_browser_hears_so_with_whichever_token_it_comes() {
    let (home, owner, laptop) = household().await;
    let first = token(&laptop);
    home.clock.advance(Duration::from_hours(2));
    is_let_in(&laptop).await;
    let id = owner.device_named("Laptop").await["id"].as_str().expect("an id").to_owned();
    owner.sign_out(&id).await;
    is_refused_as(&laptop, "session_ended").await;
    laptop.keep(COOKIE, &first);
    is_refused_as(&laptop, "session_ended").await;
}

#[tokio::test]
async fn only_answers_for_one_browser_bring_a_cookie() {
    let (home, _owner, laptop) = household().await;
    home.clock.advance(Duration::from_hours(2));
    // The guard answers a proxy, and an icon may be kept by anybody; a refusal brings nothing.
    for path in ["/guard", "/favicon.svg", "/api/v1/devices/nothing"] {
        assert!(!sets_cookie(&laptop.get(path).await), "{path}");
    }
    // A program sends its token itself, and would not read a cookie.
    let program = home.browser();
    program.always("x-forwarded-for", LISBON);
    program.always("authorization", &format!("Bearer {}", token(&laptop)));
    assert!(!sets_cookie(&program.get("/api/v1/session").await));
    assert!(sets_cookie(&laptop.get("/api/v1/session").await));
}

#[tokio::test]
async fn a_browser_that_takes_no_newer_token_is_let_in_and_offered_one_an_hour() {
    let (home, owner, laptop) = household().await;
    let first = token(&laptop);
    let mut offered = 0;
    for _ in 0..60 {
        home.clock.advance(Duration::from_mins(10));
        laptop.keep(COOKIE, &first);
        offered += usize::from(sets_cookie(&laptop.get("/api/v1/session").await));
    }
    assert_eq!(offered, 10);
    // Whoever else has it does not use up what the browser is offered.
    laptop.keep(COOKIE, &first);
    home.clock.advance(Duration::from_hours(1));
    assert!(sets_cookie(&laptop.get("/api/v1/session").await));
    is_let_in(&laptop).await;
    assert_eq!(owner.open_alerts().await.len(), 0);
}

#[tokio::test]
async fn an_answer_for_everybody_brings_a_stranger_no_token() {
    let (home, _owner, laptop) = household().await;
    home.clock.advance(Duration::from_hours(2));
    let stranger = copy_of(&home, &laptop, RIGA);
    assert_eq!(stranger.get("/api/v1/status").await.status, 200);
    assert_eq!(token(&stranger), token(&laptop));
}

#[tokio::test]
async fn a_program_keeps_the_token_it_was_given() {
    let (home, _owner, _laptop) = household().await;
    let program = home.device("Tablet").await;
    let given = token(&program);
    home.clock.advance(Duration::from_hours(30));
    is_let_in(&program).await;
    assert_eq!(token(&program), given);
}

#[tokio::test]
async fn a_spent_token_that_polls_through_its_last_minute_does_not_hide_where_the_newer_one_is() {
    let (home, owner, laptop) = household().await;
    // It was let in from there before, so that the line is known to the session.
    home.clock.advance(Duration::from_hours(30));
    let thief = copy_of(&home, &laptop, RIGA);
    is_let_in(&thief).await;
    let stolen = token(&laptop);
    home.clock.advance(Duration::from_mins(10));
    is_let_in(&laptop).await;
    is_let_in(&laptop).await;
    thief.keep(COOKIE, &stolen);
    for _ in 0..5 {
        home.clock.advance(Duration::from_secs(10));
        is_let_in(&thief).await;
    }
    home.clock.advance(Duration::from_secs(11));
    is_refused_as(&thief, "session_held").await;
    assert_eq!(is_told_of_an_old_copy(&owner).await["place"]["country_code"], "LV");
}

#[tokio::test]
async fn where_nothing_is_held_an_old_copy_has_to_sign_in_and_is_told_once() {
    let (home, owner, laptop) = household().await;
    let settings = json!({ "settings": { "hold_suspicious": false } });
    assert_eq!(owner.put_json("/api/v1/alert-settings", &settings).await.status, 200);
    let thief = copy_of(&home, &laptop, RIGA);
    home.clock.advance(Duration::from_hours(30));
    is_let_in(&laptop).await;
    is_let_in(&laptop).await;
    home.clock.advance(Duration::from_hours(1));
    for _ in 0..3 {
        is_refused_as(&thief, "not_signed_in").await;
        is_let_in(&laptop).await;
    }
    assert_eq!(owner.open_alerts().await.len(), 1);
}

#[tokio::test]
async fn whoever_is_let_in_by_a_spent_token_can_end_the_session_with_it() {
    let (home, owner, laptop) = household().await;
    let first = token(&laptop);
    home.clock.advance(Duration::from_hours(2));
    is_let_in(&laptop).await;
    is_let_in(&laptop).await;
    assert_eq!(owner.post("/introspect", &[("token", &first)]).await.json()["active"], true);
    assert_eq!(owner.post("/revoke", &[("token", &first)]).await.status, 200);
    is_refused_as(&laptop, "session_ended").await;
    laptop.keep(COOKIE, &first);
    is_refused_as(&laptop, "session_ended").await;
}

/// A television in Lisbon that signed in by code, with its refresh token.
async fn television(home: &TestHome, owner: &Browser) -> (Browser, String) {
    let tv = home.browser();
    tv.always("x-forwarded-for", LISBON);
    tv.always(
        "user-agent",
        "Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) AppleWebKit/537.36 Version/7.0 TV Safari/537.36",
    );
    let started =
        tv.post("/device_authorization", &[("client_id", "Jellyfin"), ("device_name", "TV")]).await.json();
    let code = started["user_code"].as_str().expect("a code");
    let form = [("user_code", code), ("decision", "allow"), ("profile_id", &owner.profile("Ana").await)];
    assert_eq!(owner.post("/device", &form).await.status, 200);
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", started["device_code"].as_str().expect("a code")),
        ("client_id", "Jellyfin"),
    ];
    let tokens = tv.post("/token", &form).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text);
    for alert in owner.open_alerts().await {
        owner.answer(&alert, "me").await;
    }
    (tv, tokens.json()["refresh_token"].as_str().expect("a token").to_owned())
}

async fn refresh(tv: &Browser, token: &str) -> Answer {
    tv.post("/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

#[tokio::test]
async fn a_thief_who_refreshes_is_judged_before_anything_is_spent() {
    let (home, owner, _laptop) = household().await;
    let (tv, stolen) = television(&home, &owner).await;
    home.clock.advance(Duration::from_hours(30));
    let thief = home.browser();
    thief.always("x-forwarded-for", RIGA);
    assert_ne!(refresh(&thief, &stolen).await.status, 200);
    let alerts = owner.open_alerts().await;
    assert_eq!(alerts[0]["verdict"], "suspicious", "{alerts:#?}");
    // The television's token is still the one in use: it goes on when the household says so.
    owner.answer(&alerts[0], "me").await;
    assert_eq!(refresh(&tv, &stolen).await.status, 200);
}

#[tokio::test]
async fn a_spent_refresh_token_that_comes_back_from_elsewhere_is_told_and_held() {
    let (home, owner, _laptop) = household().await;
    let (tv, stolen) = television(&home, &owner).await;
    let mut token = stolen.clone();
    for _ in 0..2 {
        home.clock.advance(Duration::from_hours(2));
        let refreshed = refresh(&tv, &token).await;
        assert_eq!(refreshed.status, 200, "{}", refreshed.text);
        refreshed.json()["refresh_token"].as_str().expect("a token").clone_into(&mut token);
    }
    // At home it is only old: a television that was set back, say.
    assert_eq!(refresh(&tv, &stolen).await.json()["error"], "invalid_grant");
    assert_eq!(owner.open_alerts().await.len(), 0);
    home.clock.advance(Duration::from_hours(30));
    let thief = home.browser();
    thief.always("x-forwarded-for", RIGA);
    let refused = refresh(&thief, &stolen).await;
    assert!(refused.status >= 400, "{}", refused.text);
    is_told_of_an_old_copy(&owner).await;
    assert_ne!(refresh(&tv, &token).await.status, 200);
}
