//! Floods and clocks: what somebody with many addresses takes from others, and what a clock that is set does to waits,
//! limits and the order of lists.

mod support;

use std::time::Duration;

use futures_util::future::join_all;
use latchkey::clock::Clock;
use latchkey::config::Config;
use serde_json::{Value, json};
use support::away::{self, LISBON, RIGA, behind_a_proxy};
use support::{Answer, Browser, LOGIN, PASSWORD, PIN, TestHome};

const DAY: Duration = Duration::from_hours(24);
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A browser that has never been here, at an address.
fn stranger(home: &TestHome, address: &str) -> Browser {
    let browser = home.browser();
    browser.always("x-forwarded-for", address);
    browser
}

async fn tries(browser: &Browser, password: &str) -> Answer {
    browser.post_json("/api/v1/sign-in", &json!({ "login": LOGIN, "password": password })).await
}

fn code(answer: &Answer) -> (u16, String) {
    let error = serde_json::from_str::<Value>(&answer.text).unwrap_or_default();
    (answer.status, error["error"].as_str().unwrap_or_default().to_owned())
}

/// A home behind a proxy whose household is in Lisbon.
async fn in_lisbon() -> (TestHome, Browser) {
    let (home, owner) = away::household().await;
    // Somebody of the household signs in there: its network is one of theirs from now on.
    assert_eq!(tries(&stranger(&home, LISBON), PASSWORD).await.status, 200);
    (home, owner)
}

#[tokio::test]
async fn wrong_guesses_from_all_the_world_keep_nobody_at_home_out() {
    let (home, _owner) = in_lisbon().await;
    let mut guessed = 0;
    // Networks of fourteen providers guess as fast as they may.
    for network in 0..14 {
        for host in 0..5 {
            let guess = tries(&stranger(&home, &format!("198.18.{network}.{host}")), "a guess").await;
            match code(&guess) {
                (401, error) if error == "wrong_credentials" => guessed += 1,
                (429, error) if error == "too_many_attempts" => {}
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(guessed, 60, "there is a ceiling for all strangers");
    for _ in 0..3 {
        home.clock.advance(Duration::from_mins(1));
        for host in 0..3 {
            tries(&stranger(&home, &format!("198.18.99.{host}")), "a guess").await;
        }
        let abroad = tries(&stranger(&home, RIGA), "a guess").await;
        assert_eq!(code(&abroad), (429, "too_many_attempts".to_owned()));
        for at_home in [LISBON, "192.168.1.77"] {
            let phone = tries(&stranger(&home, at_home), PASSWORD).await;
            assert_eq!(phone.status, 200, "a new phone at {at_home}: {}", phone.text);
        }
    }
}

#[tokio::test]
async fn two_guesses_a_minute_from_one_provider_keep_nobody_out_anywhere() {
    let (home, _owner) = in_lisbon().await;
    for minute in 0..20 {
        for guess in 0..2 {
            let address = format!("2001:db8:7:{:x}::1", minute * 2 + guess);
            let refused = code(&tries(&stranger(&home, &address), "a guess").await);
            assert!(matches!(refused.0, 401 | 429), "{refused:?}");
        }
        home.clock.advance(Duration::from_mins(1));
    }
    let phone = tries(&stranger(&home, RIGA), PASSWORD).await;
    assert_eq!(phone.status, 200, "a new phone on holiday: {}", phone.text);
}

#[tokio::test]
async fn right_passwords_are_no_guesses() {
    let (home, _owner) = in_lisbon().await;
    for _ in 0..15 {
        let phone = tries(&stranger(&home, RIGA), PASSWORD).await;
        assert_eq!(phone.status, 200, "{}", phone.text);
    }
    let marta = stranger(&home, LISBON);
    assert_eq!(tries(&marta, PASSWORD).await.status, 200);
    let choice = json!({ "profile_id": marta.profile("Marta").await, "pin": PIN });
    for _ in 0..15 {
        let chosen = marta.put_json("/api/v1/session/profile", &choice).await;
        assert_eq!(chosen.status, 200, "{}", chosen.text);
    }
}

#[tokio::test]
async fn many_guesses_at_once_are_no_more_than_one_after_another() {
    let (home, _owner) = in_lisbon().await;
    let thieves: Vec<_> = (0..12).map(|_| stranger(&home, RIGA)).collect();
    let answers = join_all(thieves.iter().map(|thief| tries(thief, "a guess"))).await;
    let looked_at = answers.iter().filter(|answer| answer.status == 401).count();
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    assert_eq!((looked_at, refused), (5, 7));
}

#[tokio::test]
async fn after_a_clock_that_ran_ahead_nobody_waits() {
    let (home, owner) = in_lisbon().await;
    let noon = home.clock.now();
    home.clock.set(noon.after(DAY * 7));
    let phone = stranger(&home, RIGA);
    for _ in 0..5 {
        assert_eq!(tries(&owner, "a slip").await.status, 401);
        assert_eq!(tries(&phone, "a slip").await.status, 401);
    }
    let television = stranger(&home, LISBON);
    let codes = television.post("/device_authorization", &[("client_id", "Kodi")]).await.json();
    let device_code = codes["device_code"].as_str().expect("a code").to_owned();
    let form = [("grant_type", DEVICE_CODE), ("device_code", &*device_code)];
    assert_eq!(code(&television.post("/token", &form).await), (400, "authorization_pending".to_owned()));

    home.clock.set(noon);
    home.clock.advance(Duration::from_mins(5));
    assert_eq!(code(&television.post("/token", &form).await), (400, "authorization_pending".to_owned()));
    assert_eq!(tries(&owner, PASSWORD).await.status, 200, "a known device");
    assert_eq!(tries(&phone, PASSWORD).await.status, 200, "a new one");
    home.clock.advance(Duration::from_mins(5));
    assert_eq!(code(&television.post("/token", &form).await), (400, "expired_token".to_owned()));
}

#[tokio::test]
async fn a_jump_ahead_is_no_way_around_a_limit() {
    let (home, _owner) = in_lisbon().await;
    let thief = stranger(&home, RIGA);
    for _ in 0..5 {
        assert_eq!(tries(&thief, "a guess").await.status, 401);
    }
    for _ in 0..3 {
        home.clock.set(home.clock.now().after(DAY));
        let refused = tries(&thief, "a guess").await;
        assert_eq!(code(&refused), (429, "too_many_attempts".to_owned()));
        assert_eq!(refused.header("retry-after"), "300");
    }
}

#[tokio::test]
async fn lines_and_alerts_from_the_future_do_not_stay_on_top() {
    let (home, owner) = in_lisbon().await;
    let noon = home.clock.now();
    home.clock.set(noon.after(DAY * 7));
    assert_eq!(tries(&stranger(&home, RIGA), PASSWORD).await.status, 200);
    home.clock.set(noon);
    home.clock.advance(Duration::from_mins(5));
    assert_eq!(tries(&stranger(&home, away::PORTO_ALEGRE), PASSWORD).await.status, 200);
    let newest = async |owner: &Browser, kind: &str| {
        let answer = owner.get(&format!("/api/v1/history?limit=1{kind}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["history"][0].clone()
    };
    for kind in ["", "&kind=sign_in", "&kind=alert"] {
        assert_eq!(newest(&owner, kind).await["address"], away::PORTO_ALEGRE, "{kind}");
    }
    let alerts = owner.open_alerts().await;
    assert_eq!(alerts.len(), 3, "with the one of Lisbon: {alerts:?}");
    assert!(
        alerts[0]["at"].as_str() < alerts[1]["at"].as_str(),
        "what was raised last is on top: {alerts:?}"
    );

    // After a restart, too, and page by page.
    let cookie = owner.cookie("latchkey_session").expect("signed in");
    let home = home.restart_with(behind_a_proxy).await;
    let owner = stranger(&home, LISBON);
    owner.always("authorization", &format!("Bearer {cookie}"));
    home.clock.advance(Duration::from_mins(1));
    assert_eq!(tries(&stranger(&home, "203.0.113.9"), "a slip").await.status, 401);
    let mut cursor = String::new();
    let mut addresses = Vec::new();
    for _ in 0..3 {
        let page = owner.get(&format!("/api/v1/history?limit=1{cursor}")).await.json();
        addresses.push(page["history"][0]["address"].as_str().unwrap_or_default().to_owned());
        cursor = format!("&cursor={}", page["next_cursor"].as_str().expect("another page"));
    }
    assert_eq!(addresses, ["203.0.113.9", away::PORTO_ALEGRE, away::PORTO_ALEGRE]);
}

#[tokio::test]
async fn a_television_gets_a_code_while_a_customer_with_many_networks_asks_for_all() {
    let (home, _owner) = in_lisbon().await;
    let mut given = 0;
    let asks = async |address: &str| {
        stranger(&home, address).post("/device_authorization", &[("client_id", "Kodi")]).await
    };
    for round in 0..20 {
        for net in 0..8 {
            let answer = asks(&format!("2001:db8:7:{:x}00::1", round * 8 + net)).await;
            given += usize::from(answer.status == 200);
        }
        home.clock.advance(Duration::from_secs(20));
    }
    assert_eq!(given, 60, "what one customer gets");
    assert_eq!(asks("198.51.100.77").await.status, 200, "a television elsewhere");
    assert_eq!(asks(LISBON).await.status, 200, "one at home");
}

#[tokio::test]
async fn profiles_that_are_made_at_once_are_no_more_than_there_may_be() {
    let (_home, owner) = TestHome::with_a_pin().await;
    let marta = json!({ "profile_id": owner.profile("Marta").await, "pin": PIN });
    assert_eq!(owner.put_json("/api/v1/session/profile", &marta).await.status, 200);
    let make = async |name: String| {
        owner
            .post_json(
                "/api/v1/profiles",
                &json!({ "name": name, "kind": "adult", "pin": "1357", "password": PASSWORD }),
            )
            .await
    };
    for number in 4..=11 {
        assert_eq!(make(format!("Guest {number}")).await.status, 201);
    }
    let answers = join_all((0..5).map(|number| make(format!("Late {number}")))).await;
    let mut codes: Vec<_> = answers.iter().map(code).collect();
    codes.sort();
    let refused = (422, "invalid_input".to_owned());
    assert_eq!(codes[0].0, 201);
    assert_eq!(codes[1..], [refused.clone(), refused.clone(), refused.clone(), refused]);
    let list = owner.get("/api/v1/profiles").await.json();
    assert_eq!(list["profiles"].as_array().map(Vec::len), Some(12));
}

#[tokio::test]
async fn a_home_behind_no_proxy_counts_by_the_connection() {
    let home = TestHome::start_with(|_: &mut Config| {}).await;
    home.set_up().await;
    home.clock.advance(Duration::from_mins(1));
    let thief = home.browser();
    for guess in 0..5 {
        // What it says of itself is not believed.
        thief.always("x-forwarded-for", &format!("198.51.100.{guess}"));
        assert_eq!(tries(&thief, "a guess").await.status, 401);
    }
    thief.always("x-forwarded-for", "198.51.100.99");
    assert_eq!(code(&tries(&thief, "a guess").await), (429, "too_many_attempts".to_owned()));
}
