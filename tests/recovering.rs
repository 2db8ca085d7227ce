//! A forgotten password, and a set-up code that ran out: what a person at the home's own computer can do about it, and nobody
//! else.

mod support;

use std::time::Duration;

use latchkey::clock::Clock as _;
use serde_json::{Value, json};
use support::{Answer, Browser, LOGIN, PASSWORD, TestHome};

const NEW: &str = "battery staple";

async fn recover(browser: &Browser, code: &str, everything: bool) -> Answer {
    let request = json!({ "code": code, "new_password": NEW, "sign_out_everything": everything });
    browser.post_json("/api/v1/recover", &request).await
}

async fn sign_in(home: &TestHome, password: &str) -> Answer {
    let request =
        json!({ "login": LOGIN, "password": password, "device": { "name": "Phone", "kind": "phone" } });
    home.browser().post_json("/api/v1/sign-in", &request).await
}

#[tokio::test]
async fn the_code_printed_on_the_homes_computer_replaces_the_password_once_and_ends_every_session() {
    let (home, owner) = TestHome::with_account().await;
    let code = home.app.recovery_code().expect("printed");
    let answer = recover(&home.browser(), &code.to_lowercase(), true).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "login": LOGIN, "signed_out": 1 })));
    let session = owner.get("/api/v1/session").await;
    assert_eq!((session.status, session.json()["error"].clone()), (401, json!("session_ended")));
    assert_eq!(sign_in(&home, PASSWORD).await.json()["error"], "wrong_credentials");
    assert_eq!(sign_in(&home, NEW).await.status, 200);
    let again = recover(&home.browser(), &code, true).await;
    assert_eq!((again.status, again.json()["error"].clone()), (403, json!("wrong_recovery_code")));
}

#[tokio::test]
async fn the_other_devices_may_stay_and_the_history_says_what_was_done() {
    let (home, owner) = TestHome::with_account().await;
    owner.choose("Ana").await;
    let code = home.app.recovery_code().expect("printed");
    assert_eq!(recover(&home.browser(), &code, false).await.json()["signed_out"], 0);
    let history = owner.get("/api/v1/history?kind=password_recovered").await.json();
    let lines = history["history"].as_array().expect("a list");
    assert_eq!(lines.len(), 1, "{history}");
    assert_eq!(lines[0]["place"]["scope"], "this_computer");
}

#[tokio::test]
async fn every_device_is_told_and_the_alert_stays_until_somebody_answers() {
    let (home, owner) = TestHome::with_account().await;
    owner.choose("Ana").await;
    let code = home.app.recovery_code().expect("printed");
    assert_eq!(recover(&home.browser(), &code, false).await.status, 200);
    let alerts = owner.open_alerts().await;
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    let alert = &alerts[0];
    assert_eq!(
        (&alert["kind"], &alert["telling"], &alert["did"]["recovered"], &alert["signed_in"]),
        (&json!("takes_over"), &json!("aloud"), &json!(true), &json!(false))
    );
    assert!(alert["did"]["password_changed_at"].is_string(), "{alert:#}");
    assert_eq!(alert["reasons"], json!([{ "kind": "recovered_password" }]));
    let history = owner.get("/api/v1/history?kind=alert").await.json();
    assert_eq!(history["history"][0]["detail"]["about"], "takes_over", "{history}");
    // It is no device that is signed in, and lets nobody in.
    let devices = owner.devices().await;
    let signed_in = devices.iter().filter(|device| device["signed_in"] == true).count();
    assert_eq!(signed_in, 1, "{devices:#?}");
    assert_eq!(owner.answer(alert, "not_me").await["effect"], "already_signed_out");
    assert_eq!(owner.open_alerts().await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_code_that_was_never_printed_ran_out_or_was_printed_over_is_refused_and_changes_nothing() {
    let (home, _owner) = TestHome::with_account().await;
    let refused = |answer: Answer| (answer.status, answer.json()["error"].clone());
    let wrong = (403, json!("wrong_recovery_code"));
    assert_eq!(refused(recover(&home.browser(), "BCDF-GHJK", true).await), wrong);
    assert_eq!(refused(recover(&home.browser(), "", true).await), wrong);
    let first = home.app.recovery_code().expect("printed");
    let second = home.app.recovery_code().expect("printed");
    assert_eq!(refused(recover(&home.browser(), &first, true).await), wrong);
    home.clock.advance(Duration::from_mins(15));
    assert_eq!(refused(recover(&home.browser(), &second, true).await), wrong);
    assert_eq!(sign_in(&home, PASSWORD).await.status, 200);
}

#[tokio::test]
async fn guessing_codes_is_as_slow_as_guessing_anything() {
    let (home, _owner) = TestHome::with_account().await;
    let stranger = home.browser();
    for _ in 0..10 {
        assert_eq!(recover(&stranger, "BCDF-GHJK", true).await.status, 403);
    }
    let answer = recover(&stranger, "BCDF-GHJK", true).await;
    assert_eq!((answer.status, answer.json()["error"].clone()), (429, json!("too_many_attempts")));
}

#[cfg(unix)]
#[tokio::test]
async fn what_has_the_name_of_a_code_and_is_none_keeps_no_stranger_and_fails_for_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_owned();
    let home = TestHome::start_with(move |config| config.data_dir = data).await;
    home.set_up().await;
    let file = folder.path().join("recovery.code");
    let wrong = (403, json!("wrong_recovery_code"));
    let tries = async || {
        home.clock.advance(Duration::from_mins(5));
        let answer = recover(&home.browser(), "BCDF-GHJK", true).await;
        (answer.status, answer.json()["error"].clone())
    };
    std::fs::create_dir(&file).expect("makes");
    assert_eq!(tries().await, wrong);
    std::fs::remove_dir(&file).expect("is there");
    assert!(std::process::Command::new("mkfifo").arg(&file).status().expect("runs").success());
    assert_eq!(tries().await, wrong);
    std::fs::remove_file(&file).expect("is there");
    std::os::unix::fs::symlink("/dev/zero", &file).expect("links");
    assert_eq!(tries().await, wrong);
}

#[tokio::test]
async fn a_short_password_is_refused_and_the_code_stays_good() {
    let (home, _owner) = TestHome::with_account().await;
    let code = home.app.recovery_code().expect("printed");
    let request = json!({ "code": code, "new_password": "short", "sign_out_everything": true });
    let answer = home.browser().post_json("/api/v1/recover", &request).await;
    assert_eq!((answer.status, answer.json()["field"].clone()), (422, json!("new_password")));
    assert_eq!(recover(&home.browser(), &code, true).await.status, 200);
}

#[tokio::test]
async fn the_sign_in_page_leads_to_a_page_that_does_it_without_javascript() {
    let (home, _owner) = TestHome::with_account().await;
    let browser = home.browser();
    let page = browser.get("/sign-in").await;
    assert!(page.text.contains(r#"href="/recover""#), "{}", page.text);
    assert_eq!(browser.get("/recover").await.status, 200);
    let code = home.app.recovery_code().expect("printed");
    let fields = |code: &str| [("code", code.to_owned()), ("new_password", NEW.to_owned())];
    let post = async |code: &str| {
        let fields = fields(code);
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        browser.post("/recover", &fields).await
    };
    let wrong = post("BCDF-GHJK").await;
    assert_eq!(wrong.status, 403);
    assert!(wrong.text.contains("That code is not right") && !wrong.text.contains(NEW), "{}", wrong.text);
    let right = post(&code).await;
    assert_eq!(right.status, 200);
    assert!(right.text.contains("Devices that were signed in still are"), "{}", right.text);
    assert_eq!(sign_in(&home, NEW).await.status, 200);
}

#[tokio::test]
async fn a_set_up_code_runs_out_and_can_be_printed_anew() {
    let home = TestHome::start().await;
    let first = home.app.setup_code().expect("there is no account yet");
    home.clock.advance(Duration::from_hours(1));
    let set_up = async |code: &str| -> (u16, Value) {
        let request = json!({
            "code": code, "login": LOGIN, "password": PASSWORD, "profiles": [{ "name": "Ana", "kind": "adult" }],
        });
        let answer = home.browser().post_json("/api/v1/setup", &request).await;
        (answer.status, answer.json()["error"].clone())
    };
    assert_eq!(set_up(&first).await, (403, json!("wrong_setup_code")));
    // Nor does it last any longer for a clock that is set back.
    let now = home.clock.now();
    home.clock.set(now.before(Duration::from_hours(24)));
    assert_eq!(set_up(&first).await, (403, json!("wrong_setup_code")));
    home.clock.set(now);
    let core = home.app.core();
    let beside = latchkey::access::set_up::print_code(&core.printed, &*core.clock, &*core.random);
    let beside = beside.expect("printed");
    home.clock.set(now.before(Duration::from_hours(24)));
    assert_eq!(set_up(&beside).await, (403, json!("wrong_setup_code")));
    home.clock.set(now);
    assert_eq!(set_up(&beside).await, (201, Value::Null));
}
