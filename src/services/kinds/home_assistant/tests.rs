use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Notify;

use super::*;
use crate::model::Timestamp;
use crate::services::Keys;
use crate::services::kinds::stand_in::StandIn;

async fn signs_in(stand_in: &StandIn, body: Value) -> String {
    let told = stand_in.control("sign-in", body).await;
    told["id"].as_str().expect("an id").to_owned()
}

async fn is(stand_in: &StandIn, mode: &str) {
    stand_in.control("mode", json!({"mode": mode})).await;
}

async fn list(stand_in: &StandIn) -> Vec<SignIn> {
    HomeAssistant.look(&stand_in.line(), None).await.expect("a look").sign_ins
}

async fn listed(stand_in: &StandIn, id: &str) -> SignIn {
    list(stand_in).await.into_iter().find(|sign_in| sign_in.external_id == id).expect("it is listed")
}

fn ending(id: &str) -> Ending {
    Ending { external_id: id.to_owned(), ends_with: id.to_owned(), person_id: None }
}

/// How often a key was shown, and how often it was good.
async fn keys_shown(stand_in: &StandIn) -> (usize, usize) {
    let told = stand_in.control("asked", Value::Null).await;
    let shown: Vec<_> =
        told["asked"].as_array().expect("a list").iter().filter(|asked| asked["path"] == "auth").collect();
    (shown.len(), shown.iter().filter(|asked| asked["authorized"] == true).count())
}

#[tokio::test]
async fn it_is_known_by_its_greeting_without_a_key() {
    let stand_in = StandIn::start("home_assistant").await;
    for version in ["2024.3.3", "2024.6.0", "2026.11.1"] {
        stand_in.control("version", json!({"version": version})).await;
        let server = HomeAssistant.identify(&stand_in.line()).await;
        assert_eq!(server, Ok(Server { version: Some(version.to_owned()), name: None, id: None }));
    }
    assert_eq!(keys_shown(&stand_in).await, (0, 0));
}

#[tokio::test]
async fn another_server_is_not_taken_for_it() {
    let stand_in = StandIn::start("home_assistant").await;
    for mode in ["other", "nonsense"] {
        is(&stand_in, mode).await;
        let server = HomeAssistant.identify(&stand_in.line()).await;
        assert_eq!(server, Err(Trouble::OtherKind { expected: "Home Assistant" }), "{mode}");
    }
    is(&stand_in, "error").await;
    let server = HomeAssistant.identify(&stand_in.line()).await;
    assert!(matches!(server, Err(Trouble::Odd { .. })), "{server:?}");
    let jellyfin = StandIn::start("jellyfin").await;
    let server = HomeAssistant.identify(&jellyfin.line()).await;
    assert_eq!(server, Err(Trouble::OtherKind { expected: "Home Assistant" }));
}

#[tokio::test]
async fn the_key_is_its_persons() {
    let stand_in = StandIn::start("home_assistant").await;
    let holder = HomeAssistant.try_key(&stand_in.line()).await.expect("a good key");
    assert_eq!(holder.person.expect("a person").name, "Mia");
    assert_eq!(holder.lacks, [] as [String; 0]);
}

#[tokio::test]
async fn a_wrong_key_is_shown_once_for_each_question() {
    let stand_in = StandIn::start("home_assistant").await;
    let wrong = stand_in.line_with(Keys::of([("key".to_owned(), "nobody-gave-this-out".to_owned())]));
    assert_eq!(HomeAssistant.try_key(&wrong).await, Err(Trouble::KeyRefused));
    assert_eq!(keys_shown(&stand_in).await, (1, 0));
    is(&stand_in, "key_refused").await;
    assert_eq!(HomeAssistant.look(&stand_in.line(), None).await, Err(Trouble::KeyRefused));
    assert_eq!(keys_shown(&stand_in).await, (2, 0));
    let none = stand_in.line_with(Keys::default());
    assert_eq!(HomeAssistant.look(&none, None).await, Err(Trouble::KeyRefused));
    assert_eq!(keys_shown(&stand_in).await, (2, 0));
}

#[tokio::test]
async fn apps_browsers_and_programs_are_told_apart() {
    let stand_in = StandIn::start("home_assistant").await;
    let phone = signs_in(&stand_in, json!({"address": "192.0.2.5"})).await;
    let browser = signs_in(&stand_in, json!({"client_id": "http://homeassistant.local:8123/"})).await;
    let program =
        signs_in(&stand_in, json!({"kind": "long_lived_access_token", "client_name": "Node-RED"})).await;
    let speaker =
        signs_in(&stand_in, json!({"client_id": "https://oauth-redirect.googleusercontent.com/r/home"}))
            .await;

    let found = listed(&stand_in, &phone).await;
    assert_eq!(found.person.as_ref().map(|person| person.name.as_str()), Some("Mia"));
    assert_eq!(
        (found.says.app.as_deref(), found.says.os.as_deref()),
        (Some("Home Assistant app"), Some("Android"))
    );
    assert_eq!(found.address, Some("192.0.2.5".parse().expect("an address")));
    assert!(found.signed_in_at.is_some() && found.last_active_at.is_some(), "{found:?}");
    assert_eq!((found.nature, found.promise), (Nature::Person, Promise::AtOnce));

    let found = listed(&stand_in, &browser).await;
    assert_eq!(found.says.app.as_deref(), Some("Browser at homeassistant.local"));
    assert_eq!(found.nature, Nature::Person);

    let found = listed(&stand_in, &program).await;
    assert_eq!((found.says.name.as_deref(), found.nature), (Some("Node-RED"), Nature::Integration));
    assert_eq!(found.last_active_at, None, "when it was made is not when it was used");
    assert_eq!(listed(&stand_in, &speaker).await.nature, Nature::Integration);
}

#[tokio::test]
async fn what_makes_no_sense_is_absent() {
    let stand_in = StandIn::start("home_assistant").await;
    let odd = signs_in(
        &stand_in,
        json!({"id": "odd", "raw": {
            "client_id": 7, "client_name": ["a"], "created_at": "0001-01-01T00:00:00Z", "last_used_at": null,
            "last_used_ip": "not an address", "unheard_of": {"of": [1, 2]},
        }}),
    )
    .await;
    let long =
        signs_in(&stand_in, json!({"kind": "long_lived_access_token", "client_name": "x".repeat(1_000_000)}))
            .await;
    let unheard_of = signs_in(&stand_in, json!({"kind": "unheard_of"})).await;

    let found = listed(&stand_in, &odd).await;
    assert_eq!(found.says, DeclaredDevice::default());
    assert_eq!((found.address, found.signed_in_at, found.last_active_at), (None, None, None));
    assert_eq!(listed(&stand_in, &long).await.says.name.expect("a name").len(), 1_000_000);
    assert_eq!(
        listed(&stand_in, &unheard_of).await.nature,
        Nature::Integration,
        "what is not known is not a person's"
    );

    signs_in(&stand_in, json!({"raw": {"id": null}})).await;
    let look = HomeAssistant.look(&stand_in.line(), None).await;
    assert!(matches!(look, Err(Trouble::Odd { .. })), "half a list is none: {look:?}");
}

#[tokio::test]
async fn of_two_with_the_same_id_the_one_that_was_used_last_stays() {
    let stand_in = StandIn::start("home_assistant").await;
    for (day, address) in [(2, "192.0.2.2"), (3, "192.0.2.3"), (1, "192.0.2.1")] {
        let used = json!({"last_used_at": format!("2026-11-0{day}T00:00:00+00:00")});
        signs_in(&stand_in, json!({"id": "twice", "address": address, "raw": used})).await;
    }
    let found: Vec<_> =
        list(&stand_in).await.into_iter().filter(|sign_in| sign_in.external_id == "twice").collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].address, Some("192.0.2.3".parse().expect("an address")));
}

#[tokio::test]
async fn a_sign_in_is_ended_and_its_end_read_back() {
    let stand_in = StandIn::start("home_assistant").await;
    let line = stand_in.line();
    let phone = ending(&signs_in(&stand_in, json!({})).await);
    let stays = ending(&signs_in(&stand_in, json!({})).await);
    assert_eq!(HomeAssistant.is_there(&line, &phone).await, Ok(true));
    assert_eq!(HomeAssistant.end(&line, &phone).await, Ok(()));
    assert_eq!(HomeAssistant.is_there(&line, &phone).await, Ok(false));
    assert_eq!(HomeAssistant.is_there(&line, &stays).await, Ok(true));
    assert_eq!(HomeAssistant.end(&line, &phone).await, Ok(()), "what is gone needs no end");
}

#[tokio::test]
async fn that_it_says_to_have_ended_one_proves_nothing() {
    let stand_in = StandIn::start("home_assistant").await;
    let phone = ending(&signs_in(&stand_in, json!({})).await);
    is(&stand_in, "lies").await;
    assert_eq!(HomeAssistant.end(&stand_in.line(), &phone).await, Ok(()));
    assert_eq!(HomeAssistant.is_there(&stand_in.line(), &phone).await, Ok(true));
}

#[tokio::test]
async fn the_token_that_latchkey_reads_by_is_marked_and_never_ended() {
    let stand_in = StandIn::start("home_assistant").await;
    let own: Vec<_> =
        list(&stand_in).await.into_iter().filter(|sign_in| sign_in.nature == Nature::Own).collect();
    assert_eq!((own.len(), own[0].promise), (1, Promise::Nothing));
    let ended = HomeAssistant.end(&stand_in.line(), &ending(&own[0].external_id)).await;
    assert!(matches!(ended, Err(Trouble::Refused { .. })), "{ended:?}");
    assert!(HomeAssistant.try_key(&stand_in.line()).await.is_ok());
}

#[tokio::test]
async fn failed_sign_ins_are_told_once_and_not_those_before_the_first_look() {
    let stand_in = StandIn::start("home_assistant").await;
    let line = stand_in.line();
    let fails = async |address: &str| {
        stand_in.control("failed", json!({"person": "mia", "address": address})).await;
    };
    let addresses = |look: &Look| -> Vec<_> { look.failed.iter().map(|failed| failed.address).collect() };

    let before_any = HomeAssistant.look(&line, None).await.expect("a look");
    assert!(before_any.failed.is_empty());
    fails("198.51.100.12").await;
    let at_first = HomeAssistant.look(&line, None).await.expect("a look");
    assert!(at_first.failed.is_empty(), "what was there before is learnt in silence");
    let told = HomeAssistant.look(&line, before_any.cursor.as_deref()).await.expect("a look");
    assert_eq!(addresses(&told), [Some("198.51.100.12".parse().expect("an address"))]);
    let again = HomeAssistant.look(&line, told.cursor.as_deref()).await.expect("a look");
    assert_eq!((again.failed, &again.cursor), (Vec::new(), &told.cursor));
    fails("2001:db8::7").await;
    let next = HomeAssistant.look(&line, again.cursor.as_deref()).await.expect("a look");
    assert_eq!(addresses(&next), [Some("2001:db8::7".parse().expect("an address"))]);
}

#[test]
fn the_address_in_a_notice_is_the_last_one() {
    let of = |message: &str| last_address(message).map(|address| address.to_string());
    let english = "Login attempt or request with invalid authentication from localhost (127.0.0.1). See the log for details.";
    assert_eq!(of(english).as_deref(), Some("127.0.0.1"));
    assert_eq!(of("… from 192.0.2.1.example (198.51.100.7).").as_deref(), Some("198.51.100.7"));
    assert_eq!(of("… from fe80::1%eth0 (fe80::1%eth0).").as_deref(), Some("fe80::1"));
    assert_eq!(of("nobody knows where from"), None);
    let notice = |created_at: &str| Notice {
        notification_id: Some("http-login".to_owned()),
        message: None,
        created_at: Some(created_at.to_owned()),
    };
    assert_eq!(notice("0001-01-01T00:00:00+00:00").into_failure(), None);
    let at = Timestamp::from_millis(1_795_827_080_245);
    let failed = notice("2026-11-28T00:51:20.245313+00:00").into_failure().expect("a failure");
    assert_eq!((failed.at, failed.address), (at, None));
}

#[tokio::test]
async fn servers_that_are_not_well_say_why() {
    let stand_in = StandIn::start("home_assistant").await;
    let line = stand_in.line();
    is(&stand_in, "away").await;
    let after = Some(Duration::from_secs(2));
    assert_eq!(HomeAssistant.look(&line, None).await, Err(Trouble::Busy { after }));
    for mode in ["nonsense", "error", "half"] {
        is(&stand_in, mode).await;
        let look = HomeAssistant.look(&line, None).await;
        assert!(matches!(look, Err(Trouble::Odd { .. } | Trouble::Unreachable { .. })), "{mode}: {look:?}");
    }
    is(&stand_in, "too_few_rights").await;
    let Err(Trouble::TooFewRights { missing }) = HomeAssistant.look(&line, None).await else {
        panic!("it has banned this address")
    };
    assert!(missing.contains("ip_bans.yaml"), "{missing}");
    is(&stand_in, "ok").await;
    assert!(HomeAssistant.look(&line, None).await.is_ok());
}

#[tokio::test]
async fn ten_thousand_are_listed() {
    let stand_in = StandIn::start("home_assistant").await;
    stand_in.control("many", json!({"count": 10_000})).await;
    assert_eq!(list(&stand_in).await.len(), 10_001);
}

#[tokio::test]
async fn it_rings_once_it_listens_and_for_each_failed_sign_in_until_the_connection_is_over() {
    let stand_in = StandIn::start("home_assistant").await;
    let (line, bell) = (stand_in.line(), Notify::new());
    let listening = HomeAssistant.listen(&line, &bell);
    tokio::pin!(listening);
    for address in ["198.51.100.12", "198.51.100.13"] {
        tokio::select! {
            over = &mut listening => panic!("it is over: {over:?}"),
            () = bell.notified() => {}
        }
        stand_in.control("failed", json!({"person": "mia", "address": address})).await;
    }
    tokio::select! {
        over = &mut listening => panic!("it is over: {over:?}"),
        () = bell.notified() => {}
    }
    is(&stand_in, "away").await;
    assert_eq!(listening.await, Ok(()));
}
