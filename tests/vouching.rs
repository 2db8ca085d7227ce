//! Who may say "it was me": the device and the place of the request at hand, never those on record; and nobody for
//! themselves, nor because nobody else is there any more.

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::away::{
    AT_HOME, LISBON, PORTO_ALEGRE, RIGA, behind_a_proxy, desktop_household, on_this_computer, somewhere,
};
use support::{Answer, Browser, TestHome};

const PHONE: &str =
    "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36";
const CURL: &str = "curl/8.10.1";

fn is_refused_as(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.json()["error"].as_str()), (status, Some(code)), "{}", answer.text);
}

fn thief(home: &TestHome, owner: &Browser, address: &str) -> Browser {
    let thief = somewhere(home, address, "python-requests/2.32.3");
    let token = owner.cookie("latchkey_session").expect("signed in");
    thief.always("authorization", &format!("Bearer {token}"));
    thief
}

/// A phone in Lisbon that the household said yes to.
async fn familiar_phone(home: &TestHome, owner: &Browser) -> Browser {
    let phone = somewhere(home, LISBON, PHONE);
    phone.signs_in(home, "Ana's phone", "phone").await;
    let alert = owner.open_alerts().await.pop().expect("a new device is told");
    owner.answer(&alert, "me").await;
    phone.choose("Ana").await;
    phone
}

async fn no_holding(owner: &Browser) {
    let settings = json!({ "settings": { "hold_suspicious": false }, "password": support::PASSWORD });
    assert_eq!(owner.put_json("/api/v1/alert-settings", &settings).await.status, 200);
}

/// The verdict and the reasons that the list gives for a device.
async fn familiarity(owner: &Browser, name: &str) -> Value {
    owner.device_named(name).await["familiarity"].clone()
}

#[tokio::test]
async fn a_cookie_of_the_homes_own_computer_is_held_when_it_is_used_abroad() {
    let (home, desktop) = desktop_household().await;
    let phone = familiar_phone(&home, &desktop).await;
    home.clock.advance(Duration::from_hours(2));
    let thief = thief(&home, &desktop, RIGA);
    is_refused_as(&thief.get("/api/v1/devices").await, 401, "session_held");
    let alert = phone.open_alerts().await.pop().expect("it is told");
    assert_eq!((&alert["verdict"], &alert["place"]["country_code"]), (&json!("suspicious"), &json!("LV")));
    is_refused_as(&thief.tries_to_answer(&alert, "me").await, 401, "session_held");
    assert_eq!(phone.answer(&alert, "not_me").await["effect"], "signed_out");
}

#[tokio::test]
async fn a_copy_that_is_not_held_cannot_answer_for_itself_and_nothing_of_it_is_learnt() {
    let (home, desktop) = desktop_household().await;
    let phone = familiar_phone(&home, &desktop).await;
    no_holding(&desktop).await;
    home.clock.advance(Duration::from_hours(2));
    let thief = thief(&home, &desktop, RIGA);
    assert_eq!(thief.get("/api/v1/devices").await.status, 200);
    let alert = phone.open_alerts().await.pop().expect("it is told");
    for answer in ["me", "unsure"] {
        is_refused_as(&thief.tries_to_answer(&alert, answer).await, 403, "not_familiar");
    }
    // Nor for another device of theirs, and they cannot have silence.
    let other = somewhere(&home, RIGA, CURL);
    other.signs_in(&home, "Other", "computer").await;
    for alert in phone.open_alerts().await {
        is_refused_as(&thief.tries_to_answer(&alert, "me").await, 403, "not_familiar");
        is_refused_as(&other.tries_to_answer(&alert, "me").await, 403, "not_familiar");
    }
    let silence = json!({ "settings": { "budget": "yearly" }, "password": support::PASSWORD });
    is_refused_as(&thief.put_json("/api/v1/alert-settings", &silence).await, 403, "not_familiar");
    // However often it was used there, the place is as new as at first, and the session is where it was.
    let device = phone.device_named("Ana's laptop").await;
    assert_eq!(
        (&device["place"]["scope"], &device["familiarity"]["verdict"]),
        (&json!("this_computer"), &json!("suspicious"))
    );
    // At the computer itself the owner goes on, is judged anew there, and the copy abroad is not believed for that.
    desktop.always("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0");
    assert_eq!(desktop.get("/api/v1/session").await.status, 200);
    is_refused_as(&thief.tries_to_answer(&alert, "me").await, 403, "not_familiar");
}

#[tokio::test]
async fn nobody_answers_about_the_device_they_use_at_home_or_not() {
    let (home, desktop) = desktop_household().await;
    let phone = familiar_phone(&home, &desktop).await;
    let tablet = somewhere(&home, AT_HOME, CURL);
    tablet.signs_in(&home, "Tablet", "tablet").await;
    let about_tablet = desktop.open_alerts().await.pop().expect("a new device at home is told");
    for answer in ["me", "unsure"] {
        is_refused_as(&tablet.tries_to_answer(&about_tablet, answer).await, 403, "not_familiar");
    }
    // "Not sure" leaves it in sight: then it still does not count as answered.
    phone.answer(&about_tablet, "unsure").await;
    is_refused_as(&tablet.tries_to_answer(&about_tablet, "me").await, 403, "not_familiar");
    // For others it may, since it is at home; taken abroad it may not.
    let guest = somewhere(&home, RIGA, PHONE);
    guest.signs_in(&home, "Guest", "phone").await;
    let about_guest = desktop.open_alerts().await.pop().expect("it is told");
    tablet.always("x-forwarded-for", PORTO_ALEGRE);
    is_refused_as(&tablet.tries_to_answer(&about_guest, "me").await, 403, "not_familiar");
    tablet.always("x-forwarded-for", AT_HOME);
    assert_eq!(tablet.answer(&about_guest, "me").await["effect"], "now_familiar");
    assert_eq!(familiarity(&desktop, "Guest").await["verdict"], "familiar");
}

#[tokio::test]
async fn a_stranger_who_signs_everybody_out_is_told_of_and_is_not_the_only_one_there() {
    let (home, desktop) = desktop_household().await;
    familiar_phone(&home, &desktop).await;
    home.clock.advance(Duration::from_hours(2));
    let stranger = somewhere(&home, RIGA, CURL);
    stranger.signs_in(&home, "Stranger", "computer").await;
    assert_eq!(stranger.post_json("/api/v1/devices/sign-out", &json!({ "all": true })).await.status, 200);
    is_refused_as(&desktop.get("/api/v1/session").await, 401, "session_ended");

    let alerts = stranger.open_alerts().await;
    assert_eq!(alerts.len(), 2, "{alerts:#?}");
    for alert in &alerts {
        for answer in ["me", "unsure"] {
            is_refused_as(&stranger.tries_to_answer(alert, answer).await, 403, "not_familiar");
        }
    }
    let silence = json!({ "settings": { "hold_suspicious": false }, "password": support::PASSWORD });
    is_refused_as(&stranger.put_json("/api/v1/alert-settings", &silence).await, 403, "not_familiar");
    // Whoever calls it "not me" themselves is signed out by it, and what tells of them goes on waiting.
    let own = alerts.iter().find(|alert| alert["kind"] == "takes_over").expect("what it did");
    let outcome = stranger.answer(own, "not_me").await;
    assert_eq!((&outcome["effect"], &outcome["alert"]["state"]), (&json!("signed_out"), &json!("open")));

    // The owner comes back and finds all of it.
    desktop.signs_in(&home, "Ana's laptop", "browser").await;
    let alerts = desktop.open_alerts().await;
    assert_eq!(alerts.len(), 2, "{alerts:#?}");
    let deed = desktop.open_alerts_of("takes_over").await.remove(0);
    assert_eq!(deed["telling"], "aloud");
    assert_eq!(deed["reasons"], json!([{ "kind": "signed_others_out", "count": 2 }]));
    assert_eq!((&deed["device_name"], &deed["signed_in"]), (&json!("Stranger"), &json!(false)));
    let outcome = desktop.answer(&deed, "not_me").await;
    assert_eq!(outcome["effect"], "already_signed_out");
    let did = &outcome["alert"]["did"];
    let mut names: Vec<_> =
        did["signed_out"].as_array().expect("a list").iter().map(|it| &it["name"]).collect();
    names.sort_by_key(|name| name.as_str());
    assert_eq!(names, ["Ana's laptop", "Ana's phone"]);
    assert!(did["signed_out"][0]["at"].is_string() && did["signed_out_count"] == 2, "{did}");
}

#[tokio::test]
async fn what_a_stranger_does_one_by_one_and_to_the_password_is_one_alert_that_grows() {
    let (home, desktop) = desktop_household().await;
    familiar_phone(&home, &desktop).await;
    let stranger = somewhere(&home, RIGA, CURL);
    let signed_in = stranger.signs_in(&home, "Stranger", "computer").await;
    let phone = desktop.device_named("Ana's phone").await["id"].as_str().expect("an id").to_owned();
    stranger.sign_out(&phone).await;
    let change = json!({
        "current_password": support::PASSWORD, "new_password": "another row of words", "sign_out_everything_else": false,
    });
    assert_eq!(stranger.put_json("/api/v1/account/password", &change).await.status, 200);
    let deeds = desktop.open_alerts_of("takes_over").await;
    assert_eq!(deeds.len(), 1, "{deeds:#?}");
    let reasons = json!([{ "kind": "signed_others_out", "count": 1 }, { "kind": "changed_password" }]);
    assert_eq!(deeds[0]["reasons"], reasons);
    assert!(deeds[0]["did"]["password_changed_at"].is_string());
    // Signing in again does not swallow it: it is about the session that is there.
    home.clock.advance(Duration::from_mins(1));
    let again = json!({
        "login": support::LOGIN, "password": "another row of words", "device_secret": signed_in["device_secret"],
    });
    let again = stranger.post_json("/api/v1/sign-in", &again).await;
    assert_eq!(again.status, 200, "{}", again.text);
    let deed = desktop.open_alerts_of("takes_over").await.remove(0);
    assert_eq!((&deed["session_id"], &deed["signed_in"]), (&again.json()["session_id"], &json!(true)));
    assert_eq!(desktop.answer(&deed, "not_me").await["effect"], "signed_out");
    is_refused_as(&stranger.get("/api/v1/session").await, 401, "session_ended");
}

/// Whoever does not manage is told nothing.
#[tokio::test]
async fn a_stranger_cannot_take_the_management_away_with_a_pin() {
    let (home, desktop) = desktop_household().await;
    let stranger = somewhere(&home, RIGA, CURL);
    stranger.signs_in(&home, "Stranger", "computer").await;
    let path = format!("/api/v1/profiles/{}", desktop.profile("Ana").await);
    let json = [("content-type", "application/json")];
    for change in [json!({ "pin": "1234" }), json!({ "kind": "kids" })] {
        let answer = stranger.send(http::Method::PATCH, &path, &json, Some(change.to_string())).await;
        is_refused_as(&answer, 403, "not_familiar");
    }
    let bob = json!({ "name": "Bob", "kind": "adult", "pin": "1234" });
    is_refused_as(&stranger.post_json("/api/v1/profiles", &bob).await, 403, "not_familiar");
    assert_eq!(desktop.get("/api/v1/devices").await.status, 200);
}

#[tokio::test]
async fn a_device_of_the_household_that_signs_others_out_is_not_told_of() {
    let (home, desktop) = desktop_household().await;
    let phone = familiar_phone(&home, &desktop).await;
    somewhere(&home, RIGA, CURL).signs_in(&home, "Stranger", "computer").await;
    let id = desktop.device_named("Stranger").await["id"].as_str().expect("an id").to_owned();
    phone.sign_out(&id).await;
    assert_eq!(desktop.open_alerts_of("takes_over").await, [] as [Value; 0]);
}

/// A household whose devices have all been silent for 31 days, and a new phone of it in Lisbon.
async fn lonely() -> (TestHome, Browser, Browser) {
    let (home, desktop) = desktop_household().await;
    home.clock.advance(Duration::from_hours(24 * 31));
    let phone = somewhere(&home, LISBON, PHONE);
    phone.signs_in(&home, "New phone", "phone").await;
    (home, desktop, phone)
}

#[tokio::test]
async fn where_nobody_is_left_a_day_passes_that_is_told_before_a_device_speaks_for_itself() {
    let (home, _desktop, phone) = lonely().await;
    let alert = phone.open_alerts().await.remove(0);
    let asked = phone.tries_to_answer(&alert, "me").await;
    is_refused_as(&asked, 409, "wait_started");
    let until = asked.json()["until"].clone();
    assert!(until.is_string(), "{}", asked.text);

    // It is told aloud, as an alert and in the history.
    let told = phone.open_alerts_of("asks_to_vouch").await.remove(0);
    assert_eq!((&told["telling"], &told["did"]["may_vouch_at"]), (&json!("aloud"), &until));
    let history = phone.get("/api/v1/history?kind=vouch_asked").await.json();
    assert_eq!(history["history"][0]["device_name"], "New phone", "{history}");
    // Asking again, for something else, or about what tells of it, is no way around.
    home.clock.advance(Duration::from_hours(23));
    let again = phone.tries_to_answer(&alert, "me").await;
    is_refused_as(&again, 409, "waiting");
    assert_eq!(again.json()["until"], until);
    is_refused_as(&phone.tries_to_answer(&told, "me").await, 409, "waiting");
    let silence = json!({ "settings": { "hold_suspicious": false }, "password": support::PASSWORD });
    is_refused_as(&phone.put_json("/api/v1/alert-settings", &silence).await, 409, "waiting");

    home.clock.advance(Duration::from_hours(1));
    assert_eq!(phone.answer(&alert, "me").await["effect"], "now_familiar");
    assert_eq!(phone.open_alerts().await, [] as [Value; 0]);
    assert_eq!(familiarity(&phone, "New phone").await["verdict"], "familiar");
}

#[tokio::test]
async fn no_clock_that_is_set_ends_the_wait_makes_it_longer_or_leaves_anybody_alone() {
    let (home, _desktop, phone) = lonely().await;
    let alert = phone.open_alerts().await.remove(0);
    is_refused_as(&phone.tries_to_answer(&alert, "me").await, 409, "wait_started");
    let began = latchkey::clock::Clock::now(&*home.clock);
    home.clock.set(began.after(Duration::from_hours(25)));
    is_refused_as(&phone.tries_to_answer(&alert, "me").await, 409, "waiting");
    home.clock.set(began.before(Duration::from_hours(20)));
    home.clock.advance(Duration::from_hours(23));
    is_refused_as(&phone.tries_to_answer(&alert, "me").await, 409, "waiting");
    home.clock.advance(Duration::from_hours(1));
    assert_eq!(phone.answer(&alert, "me").await["effect"], "now_familiar");

    // Nor is a household gone because its clock jumped by a month.
    let (home, _desktop) = desktop_household().await;
    let phone = somewhere(&home, LISBON, PHONE);
    phone.signs_in(&home, "New phone", "phone").await;
    let alert = phone.open_alerts().await.remove(0);
    home.clock.set(latchkey::clock::Clock::now(&*home.clock).after(Duration::from_hours(24 * 31)));
    is_refused_as(&phone.tries_to_answer(&alert, "me").await, 403, "not_familiar");
}

#[tokio::test]
async fn the_wait_is_over_when_somebody_of_the_household_is_there_after_all() {
    let (home, desktop, phone) = lonely().await;
    let alert = phone.open_alerts().await.remove(0);
    is_refused_as(&phone.tries_to_answer(&alert, "me").await, 409, "wait_started");
    assert_eq!(desktop.get("/api/v1/session").await.status, 200);
    home.clock.advance(Duration::from_hours(24));
    is_refused_as(&phone.tries_to_answer(&alert, "me").await, 403, "not_familiar");
    // "Not me" to what told of it ends whoever waits.
    let told = desktop.open_alerts_of("asks_to_vouch").await.remove(0);
    assert_eq!(desktop.answer(&told, "not_me").await["effect"], "signed_out");
    is_refused_as(&phone.get("/api/v1/session").await, 401, "session_ended");
}

#[tokio::test]
async fn the_wait_survives_a_restart() {
    let (home, _desktop, phone) = lonely().await;
    let alert = phone.open_alerts().await.remove(0);
    is_refused_as(&phone.tries_to_answer(&alert, "me").await, 409, "wait_started");
    let token = phone.cookie("latchkey_session").expect("signed in");
    let home = home.restart_with(behind_a_proxy).await;
    let phone = somewhere(&home, LISBON, PHONE);
    phone.always("authorization", &format!("Bearer {token}"));
    is_refused_as(&phone.tries_to_answer(&alert, "me").await, 409, "waiting");
    home.clock.advance(Duration::from_hours(24));
    assert_eq!(phone.answer(&alert, "me").await["effect"], "now_familiar");
}

#[tokio::test]
async fn the_wait_is_of_one_session_and_whoever_comes_besides_ends_the_loneliness() {
    let (home, _desktop, phone) = lonely().await;
    let alert = phone.open_alerts().await.remove(0);
    is_refused_as(&phone.tries_to_answer(&alert, "me").await, 409, "wait_started");
    home.clock.advance(Duration::from_hours(24));
    let other = somewhere(&home, RIGA, CURL);
    other.signs_in(&home, "Other", "computer").await;
    is_refused_as(&other.tries_to_answer(&alert, "me").await, 403, "not_familiar");
    is_refused_as(&phone.tries_to_answer(&alert, "me").await, 403, "not_familiar");
}

#[tokio::test]
async fn where_nobody_is_left_the_homes_own_computer_speaks_at_once_and_only_then() {
    let (home, desktop) = desktop_household().await;
    let anew = on_this_computer(&home);
    anew.signs_in(&home, "New browser", "browser").await;
    let alert = desktop.open_alerts().await.remove(0);
    is_refused_as(&anew.tries_to_answer(&alert, "me").await, 403, "not_familiar");
    home.clock.advance(Duration::from_hours(24 * 31));
    assert_eq!(anew.answer(&alert, "me").await["effect"], "now_familiar");
}

#[tokio::test]
async fn televisions_and_children_are_nobody_to_ask() {
    let (home, _desktop, phone) = lonely().await;
    let tv = somewhere(&home, AT_HOME, CURL);
    tv.signs_in(&home, "TV", "tv").await;
    let tablet = somewhere(&home, AT_HOME, CURL);
    tablet.signs_in(&home, "Child's tablet", "tablet").await;
    tablet.choose("Leo").await;
    let alerts = phone.open_alerts().await;
    let own = alerts.iter().find(|alert| alert["device_name"] == "New phone").expect("its own");
    is_refused_as(&phone.tries_to_answer(own, "me").await, 409, "wait_started");
}

#[tokio::test]
async fn what_a_session_is_at_home_says_nothing_of_a_copy_that_went_unnoticed_abroad() {
    let (home, desktop) = desktop_household().await;
    let phone = familiar_phone(&home, &desktop).await;
    // Another device of the household goes to Riga, which waits for an answer and keeps quiet whoever comes from there next.
    let other = somewhere(&home, LISBON, PHONE);
    other.signs_in(&home, "Rui's phone", "phone").await;
    let about_other = desktop.open_alerts().await.pop().expect("a new device is told");
    desktop.answer(&about_other, "me").await;
    other.choose("Ana").await;
    home.clock.advance(Duration::from_hours(30));
    other.always("x-forwarded-for", RIGA);
    assert_eq!(other.get("/api/v1/session").await.status, 200);
    let about_riga = desktop.open_alerts().await.pop().expect("a new place is told");
    home.clock.advance(Duration::from_hours(1));
    // A copy of the phone's session, that says it is the phone.
    phone.always("x-forwarded-for", RIGA);
    assert_eq!(phone.get("/api/v1/devices").await.status, 200);
    assert_eq!(familiarity(&desktop, "Ana's phone").await["verdict"], "new_place");
    let alerts = desktop.open_alerts().await;
    assert_eq!(alerts.len(), 1, "only the other's: {alerts:#?}");
    is_refused_as(&phone.tries_to_answer(&about_riga, "me").await, 403, "not_familiar");
    // The phone itself, a day later, at home: that is what is on record then.
    home.clock.advance(Duration::from_hours(30));
    phone.always("x-forwarded-for", AT_HOME);
    assert_eq!(phone.get("/api/v1/devices").await.status, 200);
    assert_eq!(familiarity(&desktop, "Ana's phone").await["verdict"], "familiar");
    phone.always("x-forwarded-for", RIGA);
    is_refused_as(&phone.tries_to_answer(&about_riga, "me").await, 403, "not_familiar");
    let silence = json!({ "settings": { "budget": "yearly" }, "password": support::PASSWORD });
    is_refused_as(&phone.put_json("/api/v1/alert-settings", &silence).await, 403, "not_familiar");
    // Where the household knows it, it speaks.
    phone.always("x-forwarded-for", LISBON);
    assert_eq!(phone.answer(&about_riga, "not_me").await["effect"], "signed_out");
}
