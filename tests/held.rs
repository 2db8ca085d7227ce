//! A session in the hands of somebody else: it is told, held until the household answers, and let go or ended by it.
//! And what the household sets about alerts.

mod support;

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use support::away::{AT_HOME, LISBON, PORTO_ALEGRE, RIGA, behind_a_proxy, household};
use support::{Answer, Browser, LOGIN, PASSWORD, TestHome, eventually};

/// A browser in Lisbon that signed in and that the household said yes to.
async fn laptop(home: &TestHome, owner: &Browser) -> (Browser, String) {
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
    // As it is now: with the choice of a profile it changed.
    let token = browser.cookie("latchkey_session").expect("signed in");
    (browser, token)
}

/// Somebody in another country who copied the token, with a program of their own.
fn thief(home: &TestHome, token: &str, address: &str) -> Browser {
    let thief = home.browser();
    thief.always("x-forwarded-for", address);
    thief.always("user-agent", "python-requests/2.32.3");
    thief.always("authorization", &format!("Bearer {token}"));
    thief
}

fn is_refused_as(answer: &Answer, code: &str) {
    assert_eq!((answer.status, answer.json()["error"].as_str()), (401, Some(code)), "{}", answer.text);
}

#[tokio::test]
async fn a_copied_session_is_held_at_its_very_first_use_on_every_path() {
    let (home, owner) = household().await;
    let (laptop, token) = laptop(&home, &owner).await;
    let thief = thief(&home, &token, RIGA);
    is_refused_as(&thief.get("/api/v1/devices").await, "session_held");
    // It was told before the thief heard of anything.
    let alerts = owner.open_alerts().await;
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    assert_eq!(alerts[0]["verdict"], "suspicious");
    assert_eq!(alerts[0]["reasons"][0]["kind"], "changed_hands");
    assert_eq!(alerts[0]["place"]["country_code"], "LV");
    assert!(alerts[0]["held_at"].is_string() && alerts[0]["signed_in"] == true, "{alerts:#?}");
    // Nobody who has the token gets anything any more, on any path, and is not told again.
    is_refused_as(&thief.get("/guard").await, "session_held");
    is_refused_as(&laptop.get("/api/v1/session").await, "session_held");
    is_refused_as(&laptop.get("/guard").await, "session_held");
    let heard = owner.post("/introspect", &[("token", &token)]).await.json();
    assert_eq!(heard, json!({ "active": false }));
    assert_eq!(owner.open_alerts().await.len(), 1);
    // The list says where the device is known to be, and that it is on hold.
    let device = owner.device_named("Laptop").await;
    assert!(device["held_at"].is_string(), "{device:#}");
    assert_eq!(device["place"]["country_code"], "PT");
    assert_eq!(device["familiarity"]["verdict"], "suspicious");
}

#[tokio::test]
async fn it_was_me_lets_a_held_session_go_on_and_is_learnt() {
    let (home, owner) = household().await;
    let (laptop, token) = laptop(&home, &owner).await;
    let travels = thief(&home, &token, RIGA);
    is_refused_as(&travels.get("/api/v1/session").await, "session_held");
    let alert = owner.open_alerts().await.remove(0);
    assert_eq!(owner.answer(&alert, "me").await["effect"], "now_familiar");
    assert_eq!(travels.get("/api/v1/session").await.status, 200);
    assert_eq!(laptop.get("/api/v1/session").await.status, 200);
    assert_eq!(owner.open_alerts().await.len(), 0);
    assert_eq!(owner.device_named("Laptop").await["held_at"], Value::Null);
}

#[tokio::test]
async fn a_held_session_is_not_let_go_by_the_answer_to_another_alert() {
    let (home, owner) = household().await;
    let (laptop, token) = laptop(&home, &owner).await;
    home.clock.advance(Duration::from_hours(30));
    laptop.always("x-forwarded-for", PORTO_ALEGRE);
    assert_eq!(laptop.get("/api/v1/session").await.status, 200);
    let journey = owner.open_alerts().await.remove(0);
    assert_eq!(journey["verdict"], "new_place");
    is_refused_as(&thief(&home, &token, RIGA).get("/api/v1/session").await, "session_held");
    owner.answer(&journey, "me").await;
    is_refused_as(&laptop.get("/api/v1/session").await, "session_held");
    let device = owner.device_named("Laptop").await;
    assert_eq!(device["familiarity"]["verdict"], "suspicious", "{device:#}");
    let theft = owner.open_alerts().await.remove(0);
    owner.answer(&theft, "me").await;
    assert_eq!(laptop.get("/api/v1/session").await.status, 200);
}

#[tokio::test]
async fn not_me_ends_a_held_session() {
    let (home, owner) = household().await;
    let (laptop, token) = laptop(&home, &owner).await;
    let thief = thief(&home, &token, RIGA);
    is_refused_as(&thief.get("/api/v1/session").await, "session_held");
    let alert = owner.open_alerts().await.remove(0);
    assert_eq!(owner.answer(&alert, "not_me").await["effect"], "signed_out");
    is_refused_as(&thief.get("/api/v1/session").await, "session_ended");
    is_refused_as(&laptop.get("/api/v1/session").await, "session_ended");
    // The laptop is still the household's: it signs in again without an alert.
    home.clock.advance(Duration::from_mins(5));
    let request = json!({ "login": LOGIN, "password": PASSWORD, "device": { "name": "Laptop" } });
    assert_eq!(laptop.post_json("/api/v1/sign-in", &request).await.status, 200);
    assert_eq!(owner.open_alerts().await.len(), 0);
}

#[tokio::test]
async fn a_held_session_is_held_after_a_restart_too() {
    let (home, owner) = household().await;
    let (_laptop, token) = laptop(&home, &owner).await;
    is_refused_as(&thief(&home, &token, RIGA).get("/api/v1/session").await, "session_held");
    let owners = owner.cookie("latchkey_session").expect("signed in");
    let home = home.restart_with(behind_a_proxy).await;
    is_refused_as(&thief(&home, &token, LISBON).get("/api/v1/session").await, "session_held");
    let owner = home.browser();
    owner.always("authorization", &format!("Bearer {owners}"));
    let alert = owner.open_alerts().await.remove(0);
    owner.answer(&alert, "me").await;
    assert_eq!(thief(&home, &token, RIGA).get("/api/v1/session").await.status, 200);
}

#[tokio::test]
async fn many_requests_at_once_of_a_copied_session_are_held_and_told_once() {
    let (home, owner) = household().await;
    let (_laptop, token) = laptop(&home, &owner).await;
    let thief = thief(&home, &token, RIGA);
    let answers = futures_util::future::join_all((0..20).map(|_| thief.get("/api/v1/session"))).await;
    for answer in &answers {
        is_refused_as(answer, "session_held");
    }
    assert_eq!(owner.open_alerts().await.len(), 1);
}

#[tokio::test]
async fn with_the_setting_off_a_suspicious_session_is_told_and_goes_on() {
    let (home, owner) = household().await;
    let (_laptop, token) = laptop(&home, &owner).await;
    let settings = json!({ "settings": { "hold_suspicious": false }, "password": PASSWORD });
    assert_eq!(owner.put_json("/api/v1/alert-settings", &settings).await.status, 200);
    let thief = thief(&home, &token, RIGA);
    assert_eq!(thief.get("/api/v1/session").await.status, 200);
    let alerts = owner.open_alerts().await;
    assert_eq!((alerts.len(), &alerts[0]["verdict"]), (1, &json!("suspicious")));
    assert_eq!(alerts[0]["held_at"], Value::Null);
    // Another thief, while nobody has answered about the first: from elsewhere it is told, and only once.
    let another = self::thief(&home, &token, PORTO_ALEGRE);
    for _ in 0..2 {
        assert_eq!(another.get("/api/v1/session").await.status, 200);
        assert_eq!(thief.get("/api/v1/session").await.status, 200);
    }
    let places = owner.open_alerts().await;
    let mut places = places.iter().map(|alert| alert["place"]["country_code"].as_str()).collect::<Vec<_>>();
    places.sort_unstable();
    assert_eq!(places, [Some("BR"), Some("LV")]);
}

#[tokio::test]
async fn a_session_that_goes_on_with_the_same_client_in_a_new_country_is_told_and_not_held() {
    let (home, owner) = household().await;
    let (laptop, _token) = laptop(&home, &owner).await;
    home.clock.advance(Duration::from_hours(30));
    laptop.always("x-forwarded-for", PORTO_ALEGRE);
    assert_eq!(laptop.get("/api/v1/session").await.status, 200);
    let alerts = owner.open_alerts().await;
    assert_eq!((alerts.len(), &alerts[0]["verdict"]), (1, &json!("new_place")));
    let why = &alerts[0]["reasons"][0];
    let usual = &why["usual"];
    assert_eq!((&why["kind"], &why["area"]["country_code"]), (&json!("first_in_country"), &json!("BR")));
    let lisbon = json!({ "scope": "located", "country_code": "PT", "name": "Lisbon" });
    assert_eq!(usual["area"], lisbon);
    assert!((8_700..8_850).contains(&usual["km"].as_u64().expect("kilometres")), "{why}");
    // Answered, it is the household's: neither that device nor another one is told of again.
    owner.answer(&alerts[0], "me").await;
    assert_eq!(laptop.get("/api/v1/session").await.status, 200);
    assert_eq!(owner.open_alerts().await.len(), 0);
}

#[tokio::test]
async fn a_television_installed_anew_is_offered_merged_and_taken_apart_again() {
    let (home, owner) = household().await;
    let tv = |name: &str| {
        json!({ "login": LOGIN, "password": PASSWORD, "device": {
            "name": name, "kind": "tv", "model": "QE55", "os": "Tizen 7.0", "app": "Jellyfin", "app_version": "10.9",
        } })
    };
    let living_room = home.browser();
    living_room.always("x-forwarded-for", AT_HOME);
    home.clock.advance(Duration::from_mins(1));
    assert_eq!(living_room.post_json("/api/v1/sign-in", &tv("TV")).await.status, 200);
    let earlier = owner.device_named("TV").await["id"].as_str().expect("an id").to_owned();
    let renamed = json!({ "name": "Living-room TV" }).to_string();
    let json = [("content-type", "application/json")];
    owner.send(Method::PATCH, &format!("/api/v1/devices/{earlier}"), &json, Some(renamed)).await;
    let alert = owner.open_alerts().await.remove(0);
    owner.answer(&alert, "me").await;

    // Its app is installed anew: the secret is gone, and that is told without a sound.
    home.clock.advance(Duration::from_hours(1));
    let anew = home.browser();
    anew.always("x-forwarded-for", AT_HOME);
    assert_eq!(anew.post_json("/api/v1/sign-in", &tv("TV")).await.status, 200);
    let alerts = owner.open_alerts().await;
    assert_eq!((alerts.len(), &alerts[0]["telling"]), (1, &json!("quietly")), "{alerts:#?}");
    let found = owner.device_named("TV").await;
    assert_eq!(found["familiarity"]["probably"], earlier.as_str(), "{found:#}");

    let id = found["id"].as_str().expect("an id");
    let merged = owner.post_json(&format!("/api/v1/devices/{id}/merge"), &json!({ "with": earlier })).await;
    assert_eq!(merged.status, 200, "{}", merged.text);
    assert_eq!(
        (&merged.json()["name"], &merged.json()["continues"]),
        (&json!("Living-room TV"), &json!(earlier))
    );
    let names = |devices: Vec<Value>| devices.iter().map(|device| device["name"].clone()).collect::<Vec<_>>();
    assert!(!names(owner.devices().await).contains(&json!("TV")));
    assert_eq!(owner.devices().await.len(), 2);
    // What the earlier one still held is over: its token went with the app.
    is_refused_as(&living_room.get("/api/v1/session").await, "session_ended");
    assert_eq!(anew.get("/api/v1/session").await.status, 200);

    let apart = owner.post_json(&format!("/api/v1/devices/{id}/separate"), &json!({})).await;
    assert_eq!((apart.status, &apart.json()["name"]), (200, &json!("TV")), "{}", apart.text);
    assert_eq!(owner.devices().await.len(), 3);

    // Merged by mistake: when the earlier one comes with its own secret they are two again by themselves.
    let merged = owner.post_json(&format!("/api/v1/devices/{id}/merge"), &json!({ "with": earlier })).await;
    assert_eq!(merged.status, 200, "{}", merged.text);
    home.clock.advance(Duration::from_hours(1));
    assert_eq!(living_room.post_json("/api/v1/sign-in", &tv("TV")).await.status, 200);
    assert_eq!(owner.devices().await.len(), 3);
}

#[tokio::test]
async fn devices_that_cannot_be_one_are_not_merged() {
    let (home, owner) = household().await;
    home.clock.advance(Duration::from_mins(1));
    home.device("Tablet").await;
    let tablet = owner.device_named("Tablet").await["id"].as_str().expect("an id").to_owned();
    let own = owner.device_named("Ana's laptop").await["id"].as_str().expect("an id").to_owned();
    for (id, with, status) in [
        (&tablet, &own, 422),
        (&tablet, &tablet, 422),
        (&tablet, &"01990000-0000-7000-8000-000000000000".to_owned(), 404),
    ] {
        let answer = owner.post_json(&format!("/api/v1/devices/{id}/merge"), &json!({ "with": with })).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
    let answer = owner.post_json(&format!("/api/v1/devices/{tablet}/separate"), &json!({})).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
}

#[tokio::test]
async fn a_new_home_says_that_it_learns_and_stops_when_told() {
    let home = TestHome::start_with(behind_a_proxy).await;
    let owner = home.browser();
    let code = home.app.setup_code().expect("a code");
    let set_up = json!({
        "code": code, "login": LOGIN, "password": PASSWORD, "profiles": [{ "name": "Ana", "kind": "adult" }],
    });
    assert_eq!(owner.post_json("/api/v1/setup", &set_up).await.status, 201);
    let learning = owner.get("/api/v1/alert-settings").await.json();
    assert!(learning["learning"]["until"].is_string(), "{learning:#}");
    home.clock.advance(Duration::from_mins(1));
    home.device("Tablet").await;
    assert_eq!(owner.open_alerts().await.len(), 0);
    let tablet = owner.device_named("Tablet").await;
    assert_eq!(tablet["familiarity"]["reasons"][0]["kind"], "still_learning");

    let enough = json!({ "settings": {}, "end_learning": true, "password": PASSWORD });
    let answer = owner.put_json("/api/v1/alert-settings", &enough).await;
    assert_eq!((answer.status, &answer.json()["learning"]), (200, &Value::Null), "{}", answer.text);
    home.clock.advance(Duration::from_mins(1));
    let request =
        json!({ "login": LOGIN, "password": PASSWORD, "device": { "name": "Games", "kind": "console" } });
    let console = home.browser();
    console.always("x-forwarded-for", AT_HOME);
    assert_eq!(console.post_json("/api/v1/sign-in", &request).await.status, 200);
    let alerts = owner.open_alerts().await;
    assert_eq!((alerts.len(), &alerts[0]["telling"]), (1, &json!("quietly")), "at home, without a sound");
}

#[tokio::test]
async fn a_stranger_cannot_ask_for_silence_nor_hide_behind_a_device_of_the_household() {
    let (home, owner) = household().await;
    let (_laptop, _) = laptop(&home, &owner).await;
    let stranger = home.browser();
    stranger.always("x-forwarded-for", RIGA);
    home.clock.advance(Duration::from_mins(1));
    let request = json!({ "login": LOGIN, "password": PASSWORD, "device": { "name": "Stranger" } });
    assert_eq!(stranger.post_json("/api/v1/sign-in", &request).await.status, 200);
    let silence =
        json!({ "settings": { "budget": "yearly", "hold_suspicious": false }, "password": PASSWORD });
    let answer = stranger.put_json("/api/v1/alert-settings", &silence).await;
    assert_eq!((answer.status, &answer.json()["error"]), (403, &json!("not_familiar")), "{}", answer.text);
    let id = owner.device_named("Stranger").await["id"].as_str().expect("an id").to_owned();
    let with = owner.device_named("Laptop").await["id"].as_str().expect("an id").to_owned();
    let answer = stranger.post_json(&format!("/api/v1/devices/{id}/merge"), &json!({ "with": with })).await;
    assert_eq!((answer.status, &answer.json()["error"]), (403, &json!("not_familiar")), "{}", answer.text);
}

#[tokio::test]
async fn what_is_set_about_alerts_is_kept_and_impossible_hours_are_refused() {
    let (home, owner) = household().await;
    let night = json!({ "from_minute": 1320, "to_minute": 420 });
    let set = json!({ "settings": { "budget": "weekly", "hold_suspicious": true, "quiet_hours": night, "time_zone": "Europe/Riga" }, "password": PASSWORD });
    assert_eq!(owner.put_json("/api/v1/alert-settings", &set).await.status, 200);
    let impossible = json!({ "settings": { "quiet_hours": { "from_minute": 1440, "to_minute": 0 } }, "password": PASSWORD });
    let answer = owner.put_json("/api/v1/alert-settings", &impossible).await;
    assert_eq!((answer.status, &answer.json()["field"]), (422, &json!("quiet_hours")), "{}", answer.text);
    let token = owner.cookie("latchkey_session").expect("signed in");
    let home = home.restart_with(behind_a_proxy).await;
    let owner = home.browser();
    owner.always("authorization", &format!("Bearer {token}"));
    let kept = owner.get("/api/v1/alert-settings").await.json();
    assert_eq!(kept["settings"], set["settings"], "{kept:#}");
    assert_eq!(kept["budgets"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn moving_along_a_line_that_was_judged_only_changes_where_it_is() {
    let (home, owner) = household().await;
    let (laptop, _) = laptop(&home, &owner).await;
    // A neighbouring address of the same line.
    laptop.always("x-forwarded-for", "192.0.2.77");
    assert_eq!(laptop.get("/api/v1/session").await.status, 200);
    let id = owner.device_named("Laptop").await["id"].as_str().expect("an id").to_owned();
    eventually("the new address", async || {
        let detail = owner.get(&format!("/api/v1/devices/{id}")).await.json();
        (detail["address"] == "192.0.2.77").then_some(())
    })
    .await;
    assert_eq!(owner.open_alerts().await.len(), 0);
}

#[tokio::test]
async fn after_not_me_every_other_session_is_judged_again() {
    let (home, owner) = household().await;
    let (laptop, _) = laptop(&home, &owner).await;
    let tablet = home.browser();
    tablet.always("x-forwarded-for", LISBON);
    let request = json!({ "login": LOGIN, "password": PASSWORD, "device": { "name": "Tablet" } });
    assert_eq!(tablet.post_json("/api/v1/sign-in", &request).await.status, 200);
    let about_tablet = owner.open_alerts().await.pop().expect("a new device is told");
    owner.answer(&about_tablet, "me").await;
    tablet.choose("Ana").await;
    home.clock.advance(Duration::from_hours(30));
    // Both in Riga: one alert, one cause.
    for browser in [&laptop, &tablet] {
        browser.always("x-forwarded-for", RIGA);
        assert_eq!(browser.get("/api/v1/session").await.status, 200);
    }
    let alerts = owner.open_alerts().await;
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    // The one that was told of is ended by the answer; the other one is told of in its turn, and not before it asks.
    owner.answer(&alerts[0], "not_me").await;
    assert_eq!(owner.open_alerts().await.len(), 0);
    assert_eq!(tablet.get("/api/v1/session").await.status, 200);
    let alerts = owner.open_alerts().await;
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    assert_eq!(alerts[0]["device_name"], "Tablet");
}

/// A complaint about others: alerts that cannot be dismissed, that do not say which account, or whether it was a success or an
/// attempt.
#[tokio::test]
async fn an_alert_says_which_account_and_is_about_a_success_and_can_be_dismissed() {
    let (home, owner) = household().await;
    let stranger = home.browser();
    stranger.always("x-forwarded-for", RIGA);
    let wrong = json!({ "login": LOGIN, "password": "not this one at all" });
    assert_eq!(stranger.post_json("/api/v1/sign-in", &wrong).await.status, 401);
    assert_eq!(owner.open_alerts().await.len(), 0, "an attempt is in the history, and no alert");
    let history = owner.get("/api/v1/history").await.json();
    assert!(
        history["history"].as_array().expect("a list").iter().any(|line| line["kind"] == "sign_in_failed"),
        "{history}"
    );
    let right = json!({ "login": LOGIN, "password": PASSWORD });
    assert_eq!(stranger.post_json("/api/v1/sign-in", &right).await.status, 200);
    let alert = owner.open_alerts().await.pop().expect("it is told");
    assert_eq!((&alert["account"], &alert["signed_in"]), (&json!(LOGIN), &json!(true)));
    owner.answer(&alert, "me").await;
    assert_eq!(owner.open_alerts().await.len(), 0, "answered, and gone");
}

#[tokio::test]
async fn two_who_change_different_alert_settings_do_not_undo_each_other() {
    let (_home, owner) = household().await;
    let night = json!({ "from_minute": 1320, "to_minute": 420 });
    let changes = [
        json!({ "settings": { "budget": "weekly" }, "password": PASSWORD }),
        json!({ "settings": { "hold_suspicious": false }, "password": PASSWORD }),
        json!({ "settings": { "quiet_hours": night }, "password": PASSWORD }),
        json!({ "settings": { "time_zone": "Europe/Riga" }, "password": PASSWORD }),
        json!({ "end_learning": true, "password": PASSWORD }),
    ];
    for _ in 0..4 {
        let all = changes.iter().map(|change| owner.put_json("/api/v1/alert-settings", change));
        for answer in futures_util::future::join_all(all).await {
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
        let kept = owner.get("/api/v1/alert-settings").await.json()["settings"].clone();
        assert_eq!(
            kept,
            json!({ "budget": "weekly", "hold_suspicious": false, "quiet_hours": night, "time_zone": "Europe/Riga" })
        );
    }
    // Null is something to say, and nothing is not.
    let never = json!({ "settings": { "quiet_hours": null }, "password": PASSWORD });
    let kept = owner.put_json("/api/v1/alert-settings", &never).await.json()["settings"].clone();
    assert_eq!(
        kept,
        json!({ "budget": "weekly", "hold_suspicious": false, "quiet_hours": null, "time_zone": "Europe/Riga" })
    );
}
