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
    assert_eq!(laptop.get("/api/v1/status").await.status, 200);
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
    let why = &told["reasons"][0];
    assert!(why["kind"] == "older_copy" && why["newer"].is_object(), "{why}");
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
    let riga = json!({ "scope": "located", "country_code": "LV", "name": "Riga" });
    assert_eq!(alert["reasons"][0]["newer"], riga, "{alert:#}");
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
    let settings = json!({ "settings": { "hold_suspicious": false }, "password": PASSWORD });
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

/// Where two hold copies on one line, which no place can tell.
async fn is_told_of_two_copies(owner: &Browser) -> Value {
    let alerts = owner.open_alerts().await;
    let told = alerts.into_iter().find(|alert| alert["verdict"] == "suspicious").expect("an alert");
    assert_eq!(told["reasons"][0]["kind"], "two_copies", "{told:#}");
    told
}

#[tokio::test]
async fn two_who_take_turns_on_one_line_are_two_holders() {
    let (home, owner, laptop) = household().await;
    let copy = copy_of(&home, &laptop, LISBON);
    home.clock.advance(Duration::from_hours(2));
    is_let_in(&laptop).await;
    is_let_in(&laptop).await;
    home.clock.advance(Duration::from_mins(10));
    // As far as anybody can tell this is the laptop, which crashed and has its older cookie again.
    is_let_in(&copy).await;
    assert_eq!(owner.open_alerts().await.len(), 0);
    // But then nobody has the newer one any more.
    home.clock.advance(Duration::from_secs(5));
    is_refused_as(&laptop, "session_held").await;
    let alert = is_told_of_two_copies(&owner).await;
    assert!(alert["held_at"].is_string(), "{alert:#}");
    is_refused_as(&copy, "session_held").await;
    // "It was me" does not say which of them: both sign in again.
    owner.answer(&alert, "me").await;
    is_refused_as(&laptop, "session_ended").await;
    is_refused_as(&copy, "session_ended").await;
}

#[tokio::test]
async fn a_displaced_token_is_found_after_days_and_a_restart() {
    let (home, owner, laptop) = household().await;
    let first = token(&laptop);
    home.clock.advance(Duration::from_hours(2));
    is_let_in(&laptop).await;
    is_let_in(&laptop).await;
    home.clock.advance(Duration::from_mins(10));
    let displaced = token(&laptop);
    laptop.keep(COOKIE, &first);
    is_let_in(&laptop).await;
    let (kept, owners) = (token(&laptop), token(&owner));
    let home = home.restart_with(behind_a_proxy).await;
    let with = |token: &str| {
        let browser = home.browser();
        browser.always("x-forwarded-for", LISBON);
        browser.keep(COOKIE, token);
        browser
    };
    is_let_in(&with(&kept)).await;
    home.clock.advance(Duration::from_hours(72));
    is_refused_as(&with(&displaced), "session_held").await;
    let owner = home.browser();
    owner.keep(COOKIE, &owners);
    is_told_of_two_copies(&owner).await;
}

#[tokio::test]
async fn a_spent_token_with_another_program_is_two_holders_at_home_too() {
    let (home, owner, laptop) = household().await;
    let copy = copy_of(&home, &laptop, LISBON);
    home.clock.advance(Duration::from_hours(2));
    is_let_in(&laptop).await;
    is_let_in(&laptop).await;
    home.clock.advance(Duration::from_mins(10));
    copy.always("user-agent", "curl/8.11.0");
    is_refused_as(&copy, "session_held").await;
    is_told_of_two_copies(&owner).await;
    is_refused_as(&laptop, "session_held").await;
}

#[tokio::test]
async fn a_spent_cookie_gives_nothing_back_and_does_not_speak_for_its_owner() {
    let (home, owner, laptop) = household().await;
    let first = token(&laptop);
    home.clock.advance(Duration::from_hours(2));
    is_let_in(&laptop).await;
    is_let_in(&laptop).await;
    // Under way, it is good for a request, and for no more.
    assert_eq!(owner.post("/introspect", &[("token", &first)]).await.json()["active"], true);
    assert_eq!(laptop.post("/revoke", &[("token", &first)]).await.status, 200);
    is_let_in(&laptop).await;
    home.clock.advance(Duration::from_mins(2));
    assert_eq!(owner.post("/introspect", &[("token", &first)]).await.json()["active"], false);
    let thief = home.browser();
    thief.always("x-forwarded-for", RIGA);
    for _ in 0..2 {
        assert_eq!(thief.post("/revoke", &[("token", &first)]).await.status, 200);
        is_let_in(&laptop).await;
    }
    // It is told once that there is a copy, and nothing happens to the owner for it.
    let alerts = owner.open_alerts().await;
    assert_eq!((alerts.len(), &alerts[0]["verdict"]), (1, &json!("suspicious")), "{alerts:#?}");
    assert_eq!(alerts[0]["place"]["country_code"], "LV");
    let device = owner.device_named("Laptop").await;
    assert_eq!((&device["signed_in"], &device["held_at"]), (&json!(true), &Value::Null), "{device:#}");
    assert_eq!(device["familiarity"]["verdict"], "familiar");
    let signed_out = owner.get("/api/v1/history?kind=sign_out").await.json();
    assert_eq!(signed_out["history"], json!([]), "{signed_out:#}");
}

#[tokio::test]
async fn what_gave_a_token_back_is_written_with_who_asked_and_where() {
    let (home, owner, laptop) = household().await;
    let elsewhere = home.browser();
    elsewhere.always("x-forwarded-for", RIGA);
    assert_eq!(elsewhere.post("/revoke", &[("token", &token(&laptop))]).await.status, 200);
    is_refused_as(&laptop, "session_ended").await;
    let history = owner.get("/api/v1/history?kind=sign_out").await.json();
    let line = &history["history"][0];
    assert_eq!(
        (&line["detail"], &line["address"], &line["place"]["country_code"]),
        (&json!({ "kind": "ended", "reason": "revoked" }), &json!(RIGA), &json!("LV")),
        "{line:#}"
    );
    assert_eq!(owner.device_named("Laptop").await["ended_reason"], "revoked");
}

#[tokio::test]
async fn whoever_holds_a_session_that_is_held_may_end_it() {
    let (home, owner, laptop) = household().await;
    let thief = copy_of(&home, &laptop, RIGA);
    home.clock.advance(Duration::from_hours(30));
    is_let_in(&laptop).await;
    is_let_in(&laptop).await;
    home.clock.advance(Duration::from_hours(30));
    is_refused_as(&thief, "session_held").await;
    let stolen = token(&thief);
    assert_eq!(thief.post("/revoke", &[("token", &stolen)]).await.status, 200);
    is_refused_as(&laptop, "session_held").await;
    assert_eq!(laptop.post("/revoke", &[("token", &token(&laptop))]).await.status, 200);
    is_refused_as(&laptop, "session_ended").await;
    assert_eq!(owner.open_alerts().await.len(), 1);
    assert_eq!(owner.device_named("Laptop").await["ended_reason"], "revoked");
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
    let form = [
        ("user_code", code),
        ("decision", "allow"),
        ("proof", PASSWORD),
        ("proof", PASSWORD),
        ("profile_id", &owner.profile("Ana").await),
    ];
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
async fn where_the_address_is_unknown_a_spent_token_with_another_program_is_judged_at_once() {
    for is_its_program in [true, false] {
        let (home, _owner, laptop) = household().await;
        laptop.always("x-forwarded-for", "unknown");
        is_let_in(&laptop).await;
        let spent = copy_of(&home, &laptop, "unknown");
        if !is_its_program {
            spent.always("user-agent", "python-requests/2.32.3");
        }
        home.clock.advance(Duration::from_hours(2));
        is_let_in(&laptop).await;
        // The newer one is taken.
        is_let_in(&laptop).await;
        assert_ne!(token(&laptop), token(&spent));
        if is_its_program {
            is_let_in(&spent).await;
            is_let_in(&laptop).await;
        } else {
            is_refused_as(&spent, "session_held").await;
            is_refused_as(&laptop, "session_held").await;
        }
    }
}

#[tokio::test]
async fn a_thief_who_refreshes_is_judged_before_anything_is_spent() {
    let (home, owner, _laptop) = household().await;
    let (tv, stolen) = television(&home, &owner).await;
    home.clock.advance(Duration::from_hours(30));
    let thief = home.browser();
    thief.always("x-forwarded-for", RIGA);
    let refused = refresh(&thief, &stolen).await;
    assert_eq!(
        (refused.status, &refused.json()["error"]),
        (400, &json!("access_denied")),
        "{}",
        refused.text
    );
    let alerts = owner.open_alerts().await;
    assert_eq!(alerts[0]["verdict"], "suspicious", "{alerts:#?}");
    // The television's token is still the one in use: it goes on when the household says so.
    owner.answer(&alerts[0], "me").await;
    assert_eq!(refresh(&tv, &stolen).await.status, 200);
}

#[tokio::test]
async fn a_spent_refresh_token_that_comes_back_ends_its_family_and_is_told_on_whatever_line() {
    for address in [LISBON, RIGA] {
        let (home, owner, _laptop) = household().await;
        let (tv, stolen) = television(&home, &owner).await;
        home.clock.advance(Duration::from_hours(2));
        let refreshed = refresh(&tv, &stolen).await;
        assert_eq!(refreshed.status, 200, "{}", refreshed.text);
        let kept = refreshed.json();
        let bearer = home.browser();
        bearer.always("x-forwarded-for", LISBON);
        bearer
            .always("authorization", &format!("Bearer {}", kept["access_token"].as_str().expect("a token")));
        is_let_in(&bearer).await;
        let thief = home.browser();
        thief.always("x-forwarded-for", address);
        let refused = refresh(&thief, &stolen).await;
        assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("invalid_grant")));
        is_refused_as(&bearer, "session_ended").await;
        let refused = refresh(&tv, kept["refresh_token"].as_str().expect("a token")).await;
        assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("invalid_grant")));
        let alert = is_told_of_two_copies(&owner).await;
        assert_eq!(alert["signed_in"], false, "{alert:#}");
        let history = owner.get("/api/v1/history?kind=sign_out").await.json();
        let line = &history["history"][0];
        let replayed = json!({ "kind": "ended", "reason": "token_replayed" });
        assert_eq!((&line["detail"], &line["address"]), (&replayed, &json!(address)));
        assert_eq!(owner.device_named("TV").await["ended_reason"], "token_replayed");
    }
}
