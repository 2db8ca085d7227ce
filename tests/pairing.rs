//! A phone is let in by a code that another screen shows: once, soon, by whoever sees the same two digits on both, and by nobody
//! when somebody else used the code too.

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::away::{AT_HOME, LISBON, RIGA, desktop_household, household, on_this_computer, somewhere};
use support::{Answer, Browser, PASSWORD, PIN, TestHome};

const PHONE: &str = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36";

/// A code that a screen shows.
struct Shown<'a> {
    by: &'a Browser,
    id: String,
    code: String,
}

impl<'a> Shown<'a> {
    async fn by(screen: &'a Browser) -> Self {
        let pairing = starts(screen).await;
        assert_eq!(pairing["state"], json!({ "kind": "waiting" }), "{pairing:#}");
        let text = |name: &str| pairing[name].as_str().expect("text").to_owned();
        Self { by: screen, id: text("id"), code: text("code") }
    }

    async fn look(&self) -> Value {
        let answer = self.by.get(&format!("/api/v1/pairings/{}", self.id)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["state"].clone()
    }

    async fn has_become(&self, kind: &str) {
        assert_eq!(self.look().await, json!({ "kind": kind }));
    }

    async fn answers(&self, answer: &Value) -> Answer {
        self.by.post_json(&format!("/api/v1/pairings/{}/answer", self.id), answer).await
    }

    /// Lets the phone in that shows these digits, and says what becomes of it.
    async fn allows(&self, digits: &str) -> Value {
        let allow = json!({ "decision": "allow", "digits": digits, "password": PASSWORD });
        let answer = self.answers(&allow).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["state"]["kind"].clone()
    }
}

/// A phone that brought a code.
struct Phone {
    browser: Browser,
    claim: Value,
}

impl Phone {
    async fn brings(home: &TestHome, code: &str) -> Self {
        let browser = somewhere(home, AT_HOME, PHONE);
        let answer = brings(&browser, code).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        Self { browser, claim: answer.json() }
    }

    fn digits(&self) -> &str {
        self.claim["digits"].as_str().expect("digits")
    }

    /// Two digits, but not its own.
    fn other_digits(&self) -> &'static str {
        if self.digits() == "47" { "48" } else { "47" }
    }

    async fn asks(&self) -> Answer {
        self.browser.post_json("/api/v1/pairings/finish", &json!({ "claim": self.claim["claim"] })).await
    }

    async fn is_refused(&self, status: u16, code: &str) {
        refused(&self.asks().await, status, code);
    }

    async fn enters(self) -> Browser {
        let answer = self.asks().await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let token = answer.json()["token"].as_str().expect("a token").to_owned();
        self.browser.always("authorization", &format!("Bearer {token}"));
        self.browser
    }
}

async fn starts(screen: &Browser) -> Value {
    let answer = screen.post_json("/api/v1/pairings", &json!({})).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

async fn brings(browser: &Browser, code: &str) -> Answer {
    let device = json!({ "name": "Marta's \"new\" phone", "kind": "phone" });
    browser.post_json("/api/v1/pairings/claim", &json!({ "code": code, "device": device })).await
}

fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.json()["error"].as_str()), (status, Some(code)), "{}", answer.text);
}

#[tokio::test]
async fn a_phone_is_let_in_by_whoever_sees_the_same_digits() {
    let (home, desktop) = desktop_household().await;
    let shown = Shown::by(&desktop).await;
    let phone = Phone::brings(&home, &shown.code.to_lowercase().replace('-', " ")).await;
    phone.is_refused(409, "pairing_waits").await;

    let state = shown.look().await;
    assert_eq!(
        (&state["kind"], &state["digits"], &state["device_kind"], &state["nearness"]),
        (&json!("claimed"), &phone.claim["digits"], &json!("phone"), &json!("same_line")),
        "{state:#}"
    );
    assert_eq!(state["place"]["scope"], "home_network", "{state:#}");
    let name = state["device_name"].as_str().expect("a name");
    assert!(name.starts_with("Marta's") && !name.contains('"'), "it is to be quoted: {name}");

    let leo = desktop.profile("Leo").await;
    let allow = json!({
        "decision": "allow", "digits": phone.digits(), "profile_id": leo, "password": PASSWORD,
    });
    let answer = shown.answers(&allow).await;
    assert_eq!((answer.status, &answer.json()["state"]["kind"]), (200, &json!("allowed")), "{}", answer.text);

    let phone = phone.enters().await;
    let session = phone.get("/api/v1/session").await.json();
    assert_eq!(
        (&session["method"], &session["profile"]["name"]),
        (&json!("code"), &json!("Leo")),
        "{session:#}"
    );
    let state = shown.look().await;
    assert_eq!(state, json!({ "kind": "let_in", "device_id": session["device_id"] }));

    // A device like any other: listed, with who let it in, and signed out.
    let id = session["device_id"].as_str().expect("an id");
    let devices = desktop.devices().await;
    let listed = devices.iter().find(|device| device["id"] == id).expect("is listed");
    assert_eq!((&listed["kind"], &listed["let_in_by"]["name"]), (&json!("phone"), &json!("Ana's laptop")));
    desktop.sign_out(id).await;
    refused(&phone.get("/api/v1/session").await, 401, "session_ended");
}

#[tokio::test]
async fn a_browser_has_its_keys_in_cookies_and_is_told_none() {
    let (home, desktop) = desktop_household().await;
    let shown = Shown::by(&desktop).await;
    let phone = Phone::brings(&home, &shown.code).await;
    shown.allows(phone.digits()).await;
    phone.browser.always("origin", &home.address());
    phone.is_refused(403, "cookies_blocked").await;
    assert_eq!(phone.browser.get("/api/v1/status").await.status, 200);
    let answer = phone.asks().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.json().get("token").is_none() && answer.json().get("device_secret").is_none());
    // It has nobody's profile yet, so that it manages nothing.
    let session = phone.browser.get("/api/v1/session").await.json();
    assert_eq!((&session["profile"], &session["may_manage"]), (&Value::Null, &json!(false)), "{session:#}");
    refused(&phone.browser.get("/api/v1/devices").await, 403, "profile_required");
}

#[tokio::test]
async fn a_code_and_what_waits_with_it_are_good_once() {
    let (home, desktop) = desktop_household().await;
    let shown = Shown::by(&desktop).await;
    let phone = Phone::brings(&home, &shown.code).await;
    shown.allows(phone.digits()).await;
    let claim = phone.claim.clone();
    let phone = phone.enters().await;
    assert_eq!(phone.get("/api/v1/session").await.status, 200);
    let again = somewhere(&home, AT_HOME, PHONE);
    let finish = json!({ "claim": claim["claim"] });
    refused(&again.post_json("/api/v1/pairings/finish", &finish).await, 404, "pairing_not_valid");
    refused(&brings(&again, &shown.code).await, 404, "pairing_not_valid");
    let allow = json!({ "decision": "allow", "digits": claim["digits"], "password": PASSWORD });
    refused(&shown.answers(&allow).await, 404, "pairing_not_valid");
    assert_eq!(shown.look().await["kind"], "let_in");
    assert_eq!(desktop.devices().await.len(), 2);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_given_again_until_its_keys_are_used() {
    let (home, desktop) = desktop_household().await;
    let shown = Shown::by(&desktop).await;
    let phone = Phone::brings(&home, &shown.code).await;
    shown.allows(phone.digits()).await;
    let lost = phone.asks().await;
    assert_eq!(lost.status, 200, "{}", lost.text);
    let again = phone.asks().await;
    assert_eq!((again.status, again.json()), (200, lost.json()), "the same device, with the same keys");
    // Nobody else gets them, whoever knows the code.
    let thief = somewhere(&home, RIGA, "curl/8.10.1");
    refused(&brings(&thief, &shown.code).await, 404, "pairing_not_valid");
    assert_eq!(shown.look().await["kind"], "let_in");
    assert_eq!(desktop.devices().await.len(), 2);

    let claim = phone.claim.clone();
    let phone = phone.enters().await;
    assert_eq!(phone.get("/api/v1/session").await.status, 200);
    let finish = json!({ "claim": claim["claim"] });
    refused(&phone.post_json("/api/v1/pairings/finish", &finish).await, 404, "pairing_not_valid");

    // Nor after its time, nor once somebody has signed it out.
    for is_signed_out in [false, true] {
        let shown = Shown::by(&desktop).await;
        let phone = Phone::brings(&home, &shown.code).await;
        shown.allows(phone.digits()).await;
        let lost = phone.asks().await.json();
        if is_signed_out {
            desktop.sign_out(lost["device_id"].as_str().expect("an id")).await;
        } else {
            home.clock.advance(Duration::from_mins(2));
        }
        phone.is_refused(404, "pairing_not_valid").await;
    }
}

#[tokio::test]
async fn keys_that_were_used_are_given_to_nobody_again_also_where_every_session_is_judged_anew() {
    let (home, desktop) = desktop_household().await;
    let thief = somewhere(&home, RIGA, "curl/8.10.1");
    thief.signs_in(&home, "Stranger", "computer").await;
    let alert = desktop.open_alerts().await.remove(0);
    let shown = Shown::by(&desktop).await;
    let phone = Phone::brings(&home, &shown.code).await;
    shown.allows(phone.digits()).await;
    let finish = json!({ "claim": phone.claim["claim"] });
    let phone = phone.enters().await;
    assert_eq!(phone.get("/api/v1/session").await.status, 200);
    assert_eq!(desktop.answer(&alert, "not_me").await["effect"], "signed_out");
    // Whoever read along when the claim was brought.
    let thief = somewhere(&home, RIGA, "curl/8.10.1");
    refused(&thief.post_json("/api/v1/pairings/finish", &finish).await, 404, "pairing_not_valid");
}

#[tokio::test]
async fn a_code_runs_out_after_two_minutes() {
    let (home, desktop) = desktop_household().await;
    let shown = Shown::by(&desktop).await;
    home.clock.advance(Duration::from_secs(119));
    shown.has_become("waiting").await;
    home.clock.advance(Duration::from_secs(1));
    refused(&brings(&somewhere(&home, AT_HOME, PHONE), &shown.code).await, 404, "pairing_not_valid");
    shown.has_become("expired").await;
}

#[tokio::test]
async fn a_phone_is_waited_for_as_long_and_no_longer() {
    let (home, desktop) = desktop_household().await;
    let shown = Shown::by(&desktop).await;
    home.clock.advance(Duration::from_secs(110));
    let phone = Phone::brings(&home, &shown.code).await;
    // There is time to look at both screens.
    home.clock.advance(Duration::from_secs(119));
    assert_eq!(shown.look().await["kind"], "claimed");
    home.clock.advance(Duration::from_secs(1));
    shown.has_become("expired").await;
    let allow = json!({ "decision": "allow", "digits": phone.digits(), "password": PASSWORD });
    refused(&shown.answers(&allow).await, 404, "pairing_not_valid");
    phone.is_refused(404, "pairing_not_valid").await;

    let shown = Shown::by(&desktop).await;
    let phone = Phone::brings(&home, &shown.code).await;
    assert_eq!(shown.allows(phone.digits()).await, "allowed");
    home.clock.advance(Duration::from_mins(2));
    phone.is_refused(404, "pairing_not_valid").await;
    shown.has_become("expired").await;
    assert_eq!(desktop.devices().await.len(), 1);
}

#[tokio::test]
async fn with_other_digits_nobody_is_let_in() {
    let (home, desktop) = desktop_household().await;
    let shown = Shown::by(&desktop).await;
    let phone = Phone::brings(&home, &shown.code).await;
    assert_eq!(shown.allows(phone.other_digits()).await, "spoiled");
    phone.is_refused(409, "pairing_spoiled").await;
    // Nor with the right ones afterwards.
    assert_eq!(shown.allows(phone.digits()).await, "spoiled");
    phone.is_refused(409, "pairing_spoiled").await;

    let shown = Shown::by(&desktop).await;
    let phone = Phone::brings(&home, &shown.code).await;
    let none = json!({ "decision": "allow", "password": PASSWORD });
    assert_eq!(shown.answers(&none).await.json()["state"]["kind"], "spoiled");
    phone.is_refused(409, "pairing_spoiled").await;
    assert_eq!(desktop.devices().await.len(), 1);
}

#[tokio::test]
async fn a_code_that_two_devices_use_lets_neither_in() {
    let (home, desktop) = desktop_household().await;
    // Whoever photographed it is first, and the person's own phone second.
    let shown = Shown::by(&desktop).await;
    let thief = somewhere(&home, RIGA, "curl/8.10.1");
    let claim = brings(&thief, &shown.code).await.json();
    let state = shown.look().await;
    assert_eq!(
        (&state["nearness"], &state["place"]["city"]),
        (&json!("elsewhere"), &json!("Riga")),
        "{state:#}"
    );
    refused(&brings(&somewhere(&home, AT_HOME, PHONE), &shown.code).await, 409, "pairing_spoiled");
    shown.has_become("spoiled").await;
    let finish = json!({ "claim": claim["claim"] });
    refused(&thief.post_json("/api/v1/pairings/finish", &finish).await, 409, "pairing_spoiled");
    let digits = claim["digits"].as_str().expect("digits");
    assert_eq!(shown.allows(digits).await, "spoiled");
    refused(&thief.post_json("/api/v1/pairings/finish", &finish).await, 409, "pairing_spoiled");

    // Also when it was allowed a moment before.
    let shown = Shown::by(&desktop).await;
    let phone = Phone::brings(&home, &shown.code).await;
    assert_eq!(shown.allows(phone.digits()).await, "allowed");
    refused(&brings(&somewhere(&home, RIGA, "curl/8.10.1"), &shown.code).await, 409, "pairing_spoiled");
    phone.is_refused(409, "pairing_spoiled").await;
    let devices = desktop.devices().await;
    assert_eq!(devices.len(), 1);

    // Whoever looks later finds it, with where the second device was; once for each code, however often it comes.
    refused(&brings(&somewhere(&home, RIGA, "curl/8.10.1"), &shown.code).await, 404, "pairing_not_valid");
    let lines = desktop.get("/api/v1/history?kind=pairing_spoiled").await.json();
    let lines = lines["history"].as_array().expect("lines").clone();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert_eq!(lines[0]["place"]["city"], "Riga");
    assert_eq!(lines[0]["address"], RIGA);
    assert_eq!(lines[1]["address"], AT_HOME);
    assert!(lines.iter().all(|line| line["device_id"] == devices[0]["id"]), "{lines:#?}");
}

#[tokio::test]
async fn a_phone_that_is_not_allowed_is_told_so() {
    let (home, desktop) = desktop_household().await;
    let shown = Shown::by(&desktop).await;
    let phone = Phone::brings(&home, &shown.code).await;
    let answer = shown.answers(&json!({ "decision": "deny" })).await;
    assert_eq!((answer.status, &answer.json()["state"]["kind"]), (200, &json!("denied")), "{}", answer.text);
    phone.is_refused(409, "pairing_denied").await;
    refused(&brings(&phone.browser, &shown.code).await, 404, "pairing_not_valid");
}

#[tokio::test]
async fn a_code_is_the_business_of_the_session_that_shows_it() {
    let (home, desktop) = desktop_household().await;
    let shown = Shown::by(&desktop).await;
    let phone = Phone::brings(&home, &shown.code).await;
    let other = on_this_computer(&home);
    other.signs_in(&home, "Another computer", "computer").await;
    refused(&other.get(&format!("/api/v1/pairings/{}", shown.id)).await, 404, "not_found");
    let allow = json!({ "decision": "allow", "digits": phone.digits(), "password": PASSWORD });
    let path = format!("/api/v1/pairings/{}/answer", shown.id);
    refused(&other.post_json(&path, &allow).await, 404, "not_found");
    refused(&other.post_json(&path, &json!({ "decision": "deny" })).await, 404, "not_found");
    assert_eq!(shown.look().await["kind"], "claimed");
    assert_eq!(shown.allows(phone.digits()).await, "allowed");
}

#[tokio::test]
async fn a_newer_code_takes_the_place_of_the_one_before() {
    let (home, desktop) = desktop_household().await;
    let first = Shown::by(&desktop).await;
    let phone = Phone::brings(&home, &first.code).await;
    let second = Shown::by(&desktop).await;
    assert_ne!(first.code, second.code);
    refused(&desktop.get(&format!("/api/v1/pairings/{}", first.id)).await, 404, "not_found");
    phone.is_refused(404, "pairing_not_valid").await;
    refused(&brings(&phone.browser, &first.code).await, 404, "pairing_not_valid");
    assert_eq!(brings(&phone.browser, &second.code).await.status, 201);
}

#[tokio::test]
async fn a_child_shows_no_code() {
    let (home, _desktop) = desktop_household().await;
    let tablet = somewhere(&home, AT_HOME, "curl/8.10.1");
    tablet.signs_in(&home, "Tablet", "tablet").await;
    let shown = Shown::by(&tablet).await;
    let phone = Phone::brings(&home, &shown.code).await;
    tablet.choose("Leo").await;
    refused(&tablet.post_json("/api/v1/pairings", &json!({})).await, 403, "kids_profile");
    let allow = json!({ "decision": "allow", "digits": phone.digits(), "password": PASSWORD });
    refused(&shown.answers(&allow).await, 403, "kids_profile");
    phone.is_refused(409, "pairing_waits").await;
}

#[tokio::test]
async fn letting_a_phone_in_takes_the_pin_and_a_wrong_one_spoils_nothing() {
    let (home, owner) = TestHome::with_a_pin().await;
    let choice = json!({ "profile_id": owner.profile("Marta").await, "pin": PIN });
    let answer = owner.put_json("/api/v1/session/profile", &choice).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    home.clock.advance(Duration::from_mins(6));
    let shown = Shown::by(&owner).await;
    let phone = home.browser();
    let claim = brings(&phone, &shown.code).await.json();
    let with = |pin: Option<&str>| json!({ "decision": "allow", "digits": claim["digits"], "pin": pin });
    refused(&shown.answers(&with(None)).await, 403, "proof_required");
    refused(&shown.answers(&with(Some("1111"))).await, 403, "wrong_pin");
    assert_eq!(shown.look().await["kind"], "claimed");
    let answer = shown.answers(&with(Some(PIN))).await;
    assert_eq!((answer.status, &answer.json()["state"]["kind"]), (200, &json!("allowed")), "{}", answer.text);
}

#[tokio::test]
async fn whoever_was_signed_out_since_lets_nobody_in() {
    let (home, desktop) = desktop_household().await;
    let tablet = somewhere(&home, AT_HOME, "curl/8.10.1");
    let signed_in = tablet.signs_in(&home, "Tablet", "tablet").await;
    let shown = Shown::by(&tablet).await;
    let phone = Phone::brings(&home, &shown.code).await;
    assert_eq!(shown.allows(phone.digits()).await, "allowed");
    desktop.sign_out(signed_in["device_id"].as_str().expect("an id")).await;
    phone.is_refused(409, "pairing_denied").await;
    phone.is_refused(409, "pairing_denied").await;

    let signed_in = tablet.signs_in(&home, "Tablet", "tablet").await;
    let token = signed_in["token"].as_str().expect("a token");
    tablet.always("authorization", &format!("Bearer {token}"));
    let shown = Shown::by(&tablet).await;
    desktop.sign_out(signed_in["device_id"].as_str().expect("an id")).await;
    refused(&brings(&phone.browser, &shown.code).await, 404, "pairing_not_valid");
}

#[tokio::test]
async fn codes_are_guessed_slowly_and_a_flood_keeps_no_other_network_out() {
    let (home, desktop) = desktop_household().await;
    let shown = Shown::by(&desktop).await;
    let stranger = somewhere(&home, RIGA, "curl/8.10.1");
    for _ in 0..10 {
        refused(&brings(&stranger, "BBBB-BBBB").await, 404, "pairing_not_valid");
    }
    let answer = brings(&stranger, &shown.code).await;
    refused(&answer, 429, "too_many_attempts");
    assert_eq!(answer.json()["retry_after_s"], 10);
    shown.has_become("waiting").await;
    assert_eq!(brings(&somewhere(&home, LISBON, PHONE), &shown.code).await.status, 201);
    home.clock.advance(Duration::from_secs(10));
    refused(&brings(&stranger, "BBBB-BBBB").await, 404, "pairing_not_valid");
}

#[tokio::test]
async fn neither_screen_asks_without_end() {
    let (home, desktop) = desktop_household().await;
    let mut last = Shown::by(&desktop).await;
    for _ in 0..9 {
        last = Shown::by(&desktop).await;
    }
    refused(&desktop.post_json("/api/v1/pairings", &json!({})).await, 429, "too_many_attempts");
    let phone = Phone::brings(&home, &last.code).await;
    phone.is_refused(409, "pairing_waits").await;
    phone.is_refused(429, "too_many_attempts").await;
    home.clock.advance(Duration::from_secs(1));
    phone.is_refused(409, "pairing_waits").await;
    // What was decided is told at once.
    assert_eq!(last.allows(phone.digits()).await, "allowed");
    phone.enters().await;
}

#[tokio::test]
async fn a_phone_is_judged_like_any_device_that_signs_in() {
    let (home, owner) = household().await;
    let shown = Shown::by(&owner).await;
    let far = somewhere(&home, RIGA, PHONE);
    let claim = brings(&far, &shown.code).await.json();
    shown.allows(claim["digits"].as_str().expect("digits")).await;
    let answer = far.post_json("/api/v1/pairings/finish", &json!({ "claim": claim["claim"] })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let alerts = owner.open_alerts().await;
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    assert_eq!(alerts[0]["device_id"], answer.json()["device_id"]);
}

#[tokio::test]
async fn the_home_says_where_a_phone_can_open_it_or_why_nowhere_and_its_letters_where_no_proxy_has_others() {
    let (home, owner) = TestHome::with_account().await;
    let pairing = starts(&owner).await;
    assert_eq!(
        (&pairing["addresses"], &pairing["no_address"]),
        (&json!([]), &json!("listens_here_only")),
        "{pairing:#}"
    );
    assert_eq!(pairing["fingerprint"], home.app.fingerprint());
    let home = TestHome::start_with(|config| {
        config.public_url = Some("https://latchkey.home.example".parse().expect("an address"));
    })
    .await;
    let pairing = starts(&home.set_up().await).await;
    let code = pairing["code"].as_str().expect("a code");
    let address = format!("https://latchkey.home.example/#/pair/{code}");
    assert_eq!(
        (&pairing["addresses"], &pairing["no_address"]),
        (&json!([address]), &Value::Null),
        "{pairing:#}"
    );
    assert_eq!(pairing["fingerprint"], Value::Null);
}
