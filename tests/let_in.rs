//! What a device let in by code is remembered as let in by it, is shown, and goes with it.

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::away::{AT_HOME, RIGA, desktop_household, somewhere};
use support::{Answer, Browser, PASSWORD, TestHome};

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A device that shows a code and waits.
struct Waiting {
    browser: Browser,
    codes: Value,
}

impl Waiting {
    async fn asks(home: &TestHome, name: &str, kind: &str) -> Self {
        Self::asks_from(home, AT_HOME, name, kind).await
    }

    async fn asks_from(home: &TestHome, address: &str, name: &str, kind: &str) -> Self {
        let browser = somewhere(home, address, "okhttp/4.12.0");
        let form = [("client_id", "Jellyfin"), ("device_name", name), ("device_kind", kind)];
        let answer = browser.post("/device_authorization", &form).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        Self { browser, codes: answer.json() }
    }

    async fn is_allowed_by(&self, manager: &Browser) {
        let answer =
            json!({ "user_code": self.codes["user_code"], "decision": "allow", "password": PASSWORD });
        let answer = manager.post_json("/api/v1/codes/answer", &answer).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
    }

    async fn polls(&self, home: &TestHome) -> Answer {
        home.clock.advance(Duration::from_secs(6));
        let code = self.codes["device_code"].as_str().expect("a code");
        self.browser.post("/token", &[("grant_type", DEVICE_CODE), ("device_code", code)]).await
    }

    async fn enter(self, home: &TestHome) -> Browser {
        let answer = self.polls(home).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let token = answer.json()["access_token"].as_str().expect("a token").to_owned();
        self.browser.always("authorization", &format!("Bearer {token}"));
        self.browser
    }
}

async fn lets_in(home: &TestHome, manager: &Browser, name: &str, kind: &str) -> Browser {
    let waiting = Waiting::asks(home, name, kind).await;
    waiting.is_allowed_by(manager).await;
    waiting.enter(home).await
}

fn is_ended(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.json()["error"].as_str()),
        (401, Some("session_ended")),
        "{}",
        answer.text
    );
}

async fn id_of(owner: &Browser, name: &str) -> String {
    owner.device_named(name).await["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn the_list_and_the_page_say_who_let_a_device_in() {
    let (home, desktop) = desktop_household().await;
    lets_in(&home, &desktop, "Living-room TV", "tv").await;
    let laptop = id_of(&desktop, "Ana's laptop").await;
    let tv = desktop.device_named("Living-room TV").await;
    assert_eq!(tv["let_in_by"], json!({ "device_id": laptop, "name": "Ana's laptop" }), "{tv:#}");
    assert_eq!(desktop.device_named("Ana's laptop").await["let_in_by"], Value::Null);
    let page = desktop.get(&format!("/api/v1/devices/{laptop}")).await.json();
    assert_eq!(page["let_in"][0]["name"], "Living-room TV", "{page:#}");
}

#[tokio::test]
async fn a_tv_that_a_familiar_device_lets_in_on_the_same_line_is_asked_about_no_more() {
    let (home, desktop) = desktop_household().await;
    lets_in(&home, &desktop, "Living-room TV", "tv").await;
    assert_eq!(desktop.open_alerts().await, [] as [Value; 0]);
    let tv = desktop.device_named("Living-room TV").await;
    assert_eq!(tv["familiarity"]["verdict"], "familiar", "{tv:#}");
    assert_eq!(tv["familiarity"]["reasons"][0]["kind"], "confirmed", "{tv:#}");
}

#[tokio::test]
async fn of_a_tv_elsewhere_that_a_familiar_device_lets_in_the_household_is_told_without_a_sound() {
    let (home, desktop) = desktop_household().await;
    let waiting = Waiting::asks_from(&home, RIGA, "Hotel TV", "tv").await;
    waiting.is_allowed_by(&desktop).await;
    waiting.enter(&home).await;
    let alerts = desktop.open_alerts().await;
    assert_eq!((alerts.len(), &alerts[0]["telling"]), (1, &json!("quietly")), "{alerts:#?}");
    assert_eq!(alerts[0]["verdict"], "new_device");
}

#[tokio::test]
async fn a_device_that_waits_for_an_answer_itself_answers_for_none_that_it_lets_in() {
    let (home, desktop) = desktop_household().await;
    let phone = somewhere(&home, AT_HOME, "curl/8.10.1");
    phone.signs_in(&home, "Phone", "phone").await;
    lets_in(&home, &phone, "TV", "tv").await;
    let names: Vec<_> =
        desktop.open_alerts().await.iter().map(|alert| alert["device_name"].clone()).collect();
    assert_eq!(names, ["TV", "Phone"]);
}

#[tokio::test]
async fn not_me_takes_along_what_a_stranger_let_in_and_what_that_let_in() {
    let (home, desktop) = desktop_household().await;
    let stranger = somewhere(&home, RIGA, "curl/8.10.1");
    stranger.signs_in(&home, "Stranger", "computer").await;
    let alert = desktop.open_alerts().await.remove(0);
    let tablet = lets_in(&home, &stranger, "Tablet", "tablet").await;
    tablet.choose("Ana").await;
    let tv = lets_in(&home, &tablet, "TV", "tv").await;
    let of_the_house = lets_in(&home, &desktop, "Kitchen TV", "tv").await;

    let outcome = desktop.answer(&alert, "not_me").await;
    assert_eq!(outcome["effect"], "signed_out");
    let names: Vec<_> =
        outcome["also_signed_out"].as_array().expect("a list").iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["Tablet", "TV"], "{outcome:#}");
    for gone in [&stranger, &tablet, &tv] {
        is_ended(&gone.get("/api/v1/session").await);
    }
    assert_eq!(of_the_house.get("/api/v1/session").await.status, 200);
    let history = desktop.get("/api/v1/history?kind=sign_out").await.json();
    let lines = history["history"].as_array().expect("lines");
    assert_eq!(lines.iter().filter(|line| line["detail"]["reason"] == "not_me").count(), 3, "{history:#}");
}

#[tokio::test]
async fn signing_a_device_out_takes_along_what_it_let_in_when_asked_to() {
    let (home, desktop) = desktop_household().await;
    let phone = somewhere(&home, AT_HOME, "curl/8.10.1");
    phone.signs_in(&home, "Phone", "phone").await;
    let tv = lets_in(&home, &phone, "TV", "tv").await;
    let id = id_of(&desktop, "Phone").await;
    let alone = json!({ "ids": [id] });
    let report = desktop.post_json("/api/v1/devices/sign-out", &alone).await.json();
    assert_eq!(report["results"].as_array().map(Vec::len), Some(1), "{report}");
    assert_eq!(tv.get("/api/v1/session").await.status, 200);
    let with = json!({ "ids": [id], "with_let_in": true });
    let report = desktop.post_json("/api/v1/devices/sign-out", &with).await.json();
    let effects: Vec<_> =
        report["results"].as_array().expect("results").iter().map(|result| &result["effect"]).collect();
    assert_eq!(effects, ["already_signed_out", "signed_out"], "{report}");
    is_ended(&tv.get("/api/v1/session").await);
}

#[tokio::test]
async fn a_code_that_was_allowed_by_a_session_on_hold_lets_nobody_in() {
    let (home, desktop) = desktop_household().await;
    let phone = somewhere(
        &home,
        AT_HOME,
        "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
    );
    let signed_in = phone.signs_in(&home, "Phone", "phone").await;
    let alert = desktop.open_alerts().await.remove(0);
    desktop.answer(&alert, "me").await;
    home.clock.advance(Duration::from_hours(2));
    let waiting = Waiting::asks(&home, "TV", "tv").await;
    waiting.is_allowed_by(&phone).await;
    let thief = somewhere(
        &home,
        RIGA,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0",
    );
    thief.always("authorization", &format!("Bearer {}", signed_in["token"].as_str().expect("a token")));
    assert_eq!(thief.get("/api/v1/session").await.json()["error"], "session_held");
    let answer = waiting.polls(&home).await;
    assert_eq!((answer.status, &answer.json()["error"]), (400, &json!("access_denied")), "{}", answer.text);
}
