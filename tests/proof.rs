//! What a PIN stands for is changed by whoever knows it, or the password, now; and once an adult has one, only profiles
//! with one manage.

mod support;

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use support::away::{AT_HOME, LISBON, behind_a_proxy, somewhere};
use support::{Answer, Browser, PASSWORD, PIN, TestHome};

fn is_refused_as(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.json()["error"].as_str()), (status, Some(code)), "{}", answer.text);
}

fn wants(answer: &Answer, proof: &[&str]) {
    is_refused_as(answer, 403, "proof_required");
    assert_eq!(answer.json()["proof"], json!(proof), "{}", answer.text);
}

async fn patch(browser: &Browser, path: &str, body: Value) -> Answer {
    let json = [("content-type", "application/json")];
    browser.send(Method::PATCH, path, &json, Some(body.to_string())).await
}

async fn change(browser: &Browser, name: &str, body: Value) -> Answer {
    let path = format!("/api/v1/profiles/{}", browser.profile(name).await);
    patch(browser, &path, body).await
}

async fn tries_to_choose(browser: &Browser, name: &str, mut with: Value) -> Answer {
    with["profile_id"] = json!(browser.profile(name).await);
    browser.put_json("/api/v1/session/profile", &with).await
}

async fn proves(browser: &Browser, with: Value) -> Answer {
    browser.post_json("/api/v1/session/proof", &with).await
}

/// A home where Marta has a PIN, and the device that made it, with her chosen, a while later.
async fn martas() -> (TestHome, Browser) {
    let (home, owner) = TestHome::with_a_pin().await;
    assert_eq!(tries_to_choose(&owner, "Marta", json!({ "pin": PIN })).await.status, 200);
    home.clock.advance(Duration::from_mins(6));
    (home, owner)
}

#[tokio::test]
async fn once_an_adult_has_a_pin_nobody_chosen_and_adults_without_one_do_not_manage() {
    let (home, owner) = TestHome::with_a_pin().await;
    let tablet = home.device("Tablet").await;
    for browser in [&owner, &tablet] {
        is_refused_as(&browser.get("/api/v1/devices").await, 403, "pin_profile_required");
        browser.choose("Ana").await;
        is_refused_as(&browser.get("/api/v1/devices").await, 403, "pin_profile_required");
        is_refused_as(&change(browser, "Marta", json!({ "pin": "" })).await, 403, "pin_profile_required");
        is_refused_as(&browser.get("/api/v1/events").await, 403, "pin_profile_required");
        assert_eq!(browser.get("/api/v1/session").await.json()["may_manage"], false);
    }
    is_refused_as(&tries_to_choose(&owner, "Marta", json!({})).await, 403, "pin_required");
    assert_eq!(tries_to_choose(&owner, "Marta", json!({ "pin": PIN })).await.status, 200);
    assert_eq!(owner.get("/api/v1/devices").await.status, 200);

    // Nor after a restart.
    let token = tablet.cookie("latchkey_session").expect("signed in");
    let home = home.restart().await;
    let tablet = home.browser();
    tablet.always("authorization", &format!("Bearer {token}"));
    is_refused_as(&tablet.get("/api/v1/devices").await, 403, "pin_profile_required");
}

#[tokio::test]
async fn a_forgotten_pin_gives_way_to_the_password() {
    let (_home, owner) = TestHome::with_a_pin().await;
    let wrong = tries_to_choose(&owner, "Marta", json!({ "password": "not this one" })).await;
    is_refused_as(&wrong, 403, "wrong_password");
    assert_eq!(tries_to_choose(&owner, "Marta", json!({ "password": PASSWORD })).await.status, 200);
    assert_eq!(change(&owner, "Marta", json!({ "pin": "1357" })).await.status, 200);
}

#[tokio::test]
async fn a_pin_is_changed_or_taken_away_by_whoever_knows_it() {
    let (_home, owner) = martas().await;
    for body in [json!({ "pin": "" }), json!({ "pin": "1357" }), json!({ "kind": "kids" })] {
        let refused = change(&owner, "Marta", body.clone()).await;
        wants(&refused, &["pin", "password"]);
        assert_eq!(refused.json()["profile_id"], owner.profile("Marta").await.as_str());
    }
    is_refused_as(
        &change(&owner, "Marta", json!({ "pin": "", "current_pin": "1111" })).await,
        403,
        "wrong_pin",
    );
    let wrong = json!({ "pin": "", "password": "not this one" });
    is_refused_as(&change(&owner, "Marta", wrong).await, 403, "wrong_password");
    assert_eq!(change(&owner, "Marta", json!({ "name": "Marta M.", "color": 3 })).await.status, 200);
    let answer = change(&owner, "Marta M.", json!({ "pin": "", "current_pin": PIN })).await;
    assert_eq!((answer.status, &answer.json()["has_pin"]), (200, &json!(false)), "{}", answer.text);
}

#[tokio::test]
async fn what_a_pin_stands_for_asks_for_a_proof_and_nothing_else_does() {
    let (_home, owner) = martas().await;
    let marta = owner.profile("Marta").await;
    let ana = owner.profile("Ana").await;
    let json = [("content-type", "application/json")];
    let calls = [
        (Method::PATCH, format!("/api/v1/profiles/{marta}"), json!({ "pin": "1357" })),
        (Method::PATCH, format!("/api/v1/profiles/{ana}"), json!({ "pin": "1357" })),
        (Method::PATCH, format!("/api/v1/profiles/{ana}"), json!({ "kind": "kids" })),
        (Method::DELETE, format!("/api/v1/profiles/{marta}"), json!({})),
        (Method::POST, "/api/v1/profiles".into(), json!({ "name": "Bob", "kind": "adult", "pin": "1357" })),
        (Method::POST, "/api/v1/profiles".into(), json!({ "name": "Bob", "kind": "kids", "pin": "1357" })),
        (Method::PUT, "/api/v1/alert-settings".into(), json!({ "settings": {} })),
        (
            Method::POST,
            "/api/v1/codes/answer".into(),
            json!({ "user_code": "BCDFGHJK", "decision": "allow" }),
        ),
    ];
    for (method, path, body) in &calls {
        let answer = owner.send(method.clone(), path, &json, Some(body.to_string())).await;
        wants(&answer, &["pin", "password"]);
    }
    let free = [
        (Method::PATCH, format!("/api/v1/profiles/{ana}"), json!({ "name": "Anna" }), 200),
        (Method::PATCH, format!("/api/v1/profiles/{ana}"), json!({ "kind": "adult" }), 200),
        (Method::POST, "/api/v1/profiles".into(), json!({ "name": "Bea", "kind": "kids" }), 201),
        (Method::DELETE, format!("/api/v1/profiles/{ana}"), json!({}), 204),
        (
            Method::POST,
            "/api/v1/codes/answer".into(),
            json!({ "user_code": "BCDFGHJK", "decision": "deny" }),
            404,
        ),
    ];
    for (method, path, body, status) in free {
        let answer = owner.send(method, &path, &json, Some(body.to_string())).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn without_a_pin_the_password_is_asked_for_and_a_fresh_sign_in_is_as_good() {
    let (home, owner) = TestHome::with_account().await;
    owner.choose("Ana").await;
    let settings = json!({ "settings": {} });
    wants(&owner.put_json("/api/v1/alert-settings", &settings).await, &["password"]);
    let proven = json!({ "settings": {}, "password": PASSWORD });
    assert_eq!(owner.put_json("/api/v1/alert-settings", &proven).await.status, 200);
    // What comes with a call is good for that call; what is given ahead for five minutes, and not a second more.
    wants(&owner.put_json("/api/v1/alert-settings", &settings).await, &["password"]);
    let ahead = proves(&owner, json!({ "password": PASSWORD })).await;
    assert_eq!((ahead.status, &ahead.json()["good_for_s"]), (200, &json!(300)), "{}", ahead.text);
    home.clock.advance(Duration::from_secs(299));
    assert_eq!(owner.put_json("/api/v1/alert-settings", &settings).await.status, 200);
    home.clock.advance(Duration::from_secs(1));
    wants(&owner.put_json("/api/v1/alert-settings", &settings).await, &["password"]);
    let laptop = home.device("Laptop").await;
    assert_eq!(laptop.put_json("/api/v1/alert-settings", &settings).await.status, 200);
}

#[tokio::test]
async fn a_proof_is_of_the_session_and_the_network_where_it_was_given() {
    let home = TestHome::start_with(behind_a_proxy).await;
    let owner = somewhere(&home, AT_HOME, "Firefox");
    home.set_up_on(&owner).await;
    owner.choose("Ana").await;
    assert_eq!(proves(&owner, json!({ "password": PASSWORD })).await.status, 200);
    let settings = json!({ "settings": {} });
    owner.always("x-forwarded-for", LISBON);
    wants(&owner.put_json("/api/v1/alert-settings", &settings).await, &["password"]);
    owner.always("x-forwarded-for", AT_HOME);
    assert_eq!(owner.put_json("/api/v1/alert-settings", &settings).await.status, 200);
    is_refused_as(&proves(&owner, json!({})).await, 422, "invalid_input");
    is_refused_as(
        &proves(&owner, json!({ "pin": "1234", "profile_id": owner.profile("Ana").await })).await,
        422,
        "invalid_input",
    );
}

#[tokio::test]
async fn whoever_hands_the_device_to_a_child_takes_the_proof_along() {
    let (_home, owner) = TestHome::with_account().await;
    owner.choose("Ana").await;
    assert_eq!(proves(&owner, json!({ "password": PASSWORD })).await.status, 200);
    owner.choose("Leo").await;
    is_refused_as(&proves(&owner, json!({ "password": PASSWORD })).await, 403, "kids_profile");
    owner.choose("Ana").await;
    wants(&owner.put_json("/api/v1/alert-settings", &json!({ "settings": {} })).await, &["password"]);
}

#[tokio::test]
async fn with_a_new_pin_whoever_used_the_profile_elsewhere_chooses_anew() {
    let (home, owner) = TestHome::with_account().await;
    owner.choose("Ana").await;
    let tablet = home.device("Tablet").await;
    tablet.choose("Ana").await;
    let of_the_child = home.device("Child's").await;
    of_the_child.choose("Leo").await;
    assert_eq!(change(&owner, "Ana", json!({ "pin": "1357", "password": PASSWORD })).await.status, 200);
    assert_eq!(owner.get("/api/v1/devices").await.status, 200);
    is_refused_as(&tablet.get("/api/v1/devices").await, 403, "pin_profile_required");
    assert_eq!(tablet.get("/api/v1/session").await.json()["profile"], Value::Null);
    assert_eq!(of_the_child.get("/api/v1/session").await.json()["profile"]["name"], "Leo");
    // A child's PIN leaves the child where it is: nobody wakes up with more rights.
    let for_the_child = json!({ "pin": "2222", "current_pin": "1357" });
    assert_eq!(change(&owner, "Leo", for_the_child).await.status, 200);
    assert_eq!(of_the_child.get("/api/v1/session").await.json()["profile"]["name"], "Leo");
}

#[tokio::test]
async fn an_earlier_password_proves_nothing_any_more() {
    let (home, owner) = TestHome::with_account().await;
    let laptop = home.device("Laptop").await;
    let new = json!({
        "current_password": PASSWORD, "new_password": "another row of words", "sign_out_everything_else": false,
    });
    assert_eq!(owner.put_json("/api/v1/account/password", &new).await.status, 200);
    wants(&laptop.put_json("/api/v1/alert-settings", &json!({ "settings": {} })).await, &["password"]);
    assert_eq!(owner.put_json("/api/v1/alert-settings", &json!({ "settings": {} })).await.status, 200);
}

#[tokio::test]
async fn the_pin_of_a_child_proves_nothing_and_neither_does_one_that_was_just_made_up() {
    let (home, owner) = TestHome::with_account().await;
    owner.choose("Ana").await;
    let made = json!({ "name": "X", "kind": "kids", "pin": "1111" });
    wants(&owner.post_json("/api/v1/profiles", &made).await, &["password"]);
    // The household made one, with its password.
    let mut proven = made.clone();
    proven["password"] = json!(PASSWORD);
    let answer = owner.post_json("/api/v1/profiles", &proven).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    home.clock.advance(Duration::from_mins(6));
    let x = owner.profile("X").await;
    for body in [json!({ "kind": "adult" }), json!({ "pin": "2222" }), json!({ "pin": "" })] {
        let mut with_pin = body;
        with_pin["current_pin"] = json!("1111");
        wants(&change(&owner, "X", with_pin).await, &["password"]);
    }
    wants(&owner.send(Method::DELETE, &format!("/api/v1/profiles/{x}"), &[], None).await, &["password"]);
    is_refused_as(&proves(&owner, json!({ "pin": "1111", "profile_id": x })).await, 422, "invalid_input");
    // Chosen with its PIN it is a child's, and that is not carried over to who is chosen next.
    assert_eq!(tries_to_choose(&owner, "X", json!({ "pin": "1111" })).await.status, 200);
    owner.choose("Ana").await;
    wants(&change(&owner, "X", json!({ "kind": "adult" })).await, &["password"]);
    assert_eq!(owner.profile("X").await, x);
    assert_eq!(owner.get("/api/v1/devices").await.status, 200, "no adult has a PIN");
}

#[tokio::test]
async fn whoever_guesses_the_password_by_changing_it_is_told_of() {
    let (_home, owner) = TestHome::with_account().await;
    for _ in 0..5 {
        let guess = json!({
            "current_password": "not this one", "new_password": "another row of words",
            "sign_out_everything_else": false,
        });
        is_refused_as(&owner.put_json("/api/v1/account/password", &guess).await, 422, "invalid_input");
    }
    let alerts = owner.open_alerts_of("wrong_pins").await;
    assert_eq!(
        (alerts.len(), &alerts[0]["reasons"]),
        (1, &json!([{ "kind": "wrong_passwords", "times": 5 }])),
        "{alerts:#?}"
    );
    let lines = owner.get("/api/v1/history?kind=wrong_pin").await.json();
    assert_eq!(lines["history"].as_array().map(Vec::len), Some(5), "{lines}");
}

#[tokio::test]
async fn a_copy_of_the_token_has_nothing_of_what_is_proven_with_it() {
    let home = TestHome::start_with(behind_a_proxy).await;
    // At home, and where nobody vouches for any address.
    let owner = somewhere(&home, AT_HOME, "Firefox");
    home.set_up_on(&owner).await;
    owner.choose("Ana").await;
    for nowhere in [false, true] {
        if nowhere {
            owner.always("x-forwarded-for", "unknown");
        }
        home.clock.advance(Duration::from_mins(6));
        let copy = owner.cookie("latchkey_session").expect("signed in");
        let settings = json!({ "settings": {} });
        wants(&owner.put_json("/api/v1/alert-settings", &settings).await, &["password"]);
        assert_eq!(proves(&owner, json!({ "password": PASSWORD })).await.status, 200);
        let thief = somewhere(&home, AT_HOME, "Firefox");
        if nowhere {
            thief.always("x-forwarded-for", "unknown");
        }
        thief.keep("latchkey_session", &copy);
        let refused = thief.put_json("/api/v1/alert-settings", &settings).await;
        is_refused_as(&refused, 401, "token_replaced");
        // What is proven goes over to the next fresh token, which another change brings.
        owner.choose("Ana").await;
        let goes_on = change(&owner, "Leo", json!({ "pin": "2222" })).await;
        assert_eq!(goes_on.status, 200, "{}", goes_on.text);
    }
}

#[tokio::test]
async fn a_right_pin_on_another_device_does_not_end_the_row_of_whoever_guesses() {
    let (home, owner) = martas().await;
    let tablet = home.device("Living-room tablet").await;
    tablet.choose("Leo").await;
    let phone = home.device("Phone").await;
    for number in 1..=5 {
        is_refused_as(&tries_to_choose(&tablet, "Marta", json!({ "pin": "1111" })).await, 403, "wrong_pin");
        assert_eq!(proves(&owner, json!({ "pin": PIN })).await.status, 200, "a right one in between");
        if number < 5 {
            assert_eq!(owner.open_alerts_of("wrong_pins").await, [] as [Value; 0]);
        }
    }
    assert_eq!(owner.open_alerts_of("wrong_pins").await.len(), 1);
    // Nor do wrong ones of several devices make a row.
    is_refused_as(&tries_to_choose(&phone, "Marta", json!({ "pin": "1111" })).await, 403, "wrong_pin");
    assert_eq!(owner.open_alerts_of("wrong_pins").await.len(), 1);
}

#[tokio::test]
async fn five_wrong_pins_in_a_row_are_told() {
    let (home, owner) = martas().await;
    let tablet = home.device("Living-room tablet").await;
    tablet.choose("Leo").await;
    let guess = async || tries_to_choose(&tablet, "Marta", json!({ "pin": "1111" })).await;
    for _ in 0..4 {
        is_refused_as(&guess().await, 403, "wrong_pin");
    }
    assert_eq!(owner.open_alerts_of("wrong_pins").await, [] as [Value; 0]);
    is_refused_as(&guess().await, 403, "wrong_pin");
    let alert = owner.open_alerts_of("wrong_pins").await.remove(0);
    assert_eq!(
        (&alert["device_name"], &alert["telling"], &alert["reasons"]),
        (
            &json!("Living-room tablet"),
            &json!("aloud"),
            &json!([{ "kind": "wrong_pins", "times": 5, "profile_name": "Marta" }])
        )
    );
    assert_eq!(alert["did"]["guessed_at"], json!({ "profile_name": "Marta", "times": 5 }));
    is_refused_as(&guess().await, 429, "too_many_attempts");
    let lines = owner.get("/api/v1/history?kind=wrong_pin").await.json();
    assert_eq!(lines["history"].as_array().map(Vec::len), Some(5), "{lines}");
}

#[tokio::test]
async fn wrong_ones_with_a_right_one_between_are_not_in_a_row_and_every_way_of_guessing_counts() {
    let (home, owner) = martas().await;
    for _ in 0..4 {
        is_refused_as(
            &change(&owner, "Marta", json!({ "pin": "", "current_pin": "1111" })).await,
            403,
            "wrong_pin",
        );
    }
    assert_eq!(proves(&owner, json!({ "pin": PIN })).await.status, 200);
    home.clock.advance(Duration::from_hours(1));
    is_refused_as(&proves(&owner, json!({ "pin": "1111" })).await, 403, "wrong_pin");
    assert_eq!(owner.open_alerts_of("wrong_pins").await, [] as [Value; 0]);
    for _ in 0..4 {
        is_refused_as(&proves(&owner, json!({ "pin": "1111" })).await, 403, "wrong_pin");
    }
    assert_eq!(owner.open_alerts_of("wrong_pins").await.len(), 1);
    for _ in 0..5 {
        let wrong = json!({ "settings": {}, "password": "not this one" });
        is_refused_as(&owner.put_json("/api/v1/alert-settings", &wrong).await, 403, "wrong_password");
    }
    let alerts = owner.open_alerts_of("wrong_pins").await;
    assert_eq!(
        (alerts.len(), &alerts[0]["reasons"]),
        (1, &json!([{ "kind": "wrong_passwords", "times": 5 }])),
        "{alerts:#?}"
    );
}

#[tokio::test]
async fn the_page_without_javascript_asks_for_the_proof_too() {
    let (home, owner) = martas().await;
    let tv = home.browser();
    let codes =
        tv.post("/device_authorization", &[("client_id", "Jellyfin"), ("device_name", "TV")]).await.json();
    let code = codes["user_code"].as_str().expect("a code");
    let page = owner.get(&format!("/device?user_code={code}")).await;
    assert!(page.text.contains("Your PIN, or the account’s password"), "{}", page.text);
    let form = |proof| [("user_code", code), ("decision", "allow"), ("proof", proof)];
    for (proof, problem) in [
        ("", "Enter the PIN, or the password, to go on."),
        ("1111", "That PIN is not right."),
        ("not this one", "That password is not right."),
    ] {
        let page = owner.post("/device", &form(proof)).await;
        assert_eq!(page.status, 403);
        assert!(page.text.contains(problem) && page.text.contains(code), "{}", page.text);
    }
    home.clock.advance(Duration::from_mins(1));
    assert_eq!(owner.post("/device", &form(PIN)).await.status, 200);
}
