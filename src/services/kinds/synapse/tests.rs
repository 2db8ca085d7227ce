use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Notify;

use super::*;
use crate::model::DeclaredDevice;
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
    Synapse.look(&stand_in.line(), None).await.expect("a look").sign_ins
}

async fn listed(stand_in: &StandIn, id: &str) -> SignIn {
    list(stand_in).await.into_iter().find(|sign_in| sign_in.external_id == id).expect("it is listed")
}

fn ending(id: &str) -> Ending {
    Ending { external_id: id.to_owned(), ends_with: id.to_owned(), person_id: None }
}

fn line_with(stand_in: &StandIn, key: &Value) -> Line {
    stand_in.line_with(Keys::of([("key".to_owned(), key.as_str().expect("a token").to_owned())]))
}

#[tokio::test]
async fn it_is_known_by_its_version_without_a_key() {
    let stand_in = StandIn::start("synapse").await;
    for version in ["1.98.0", "1.157.1", "1.163.2"] {
        stand_in.control("version", json!({"version": version})).await;
        let server = Synapse.identify(&stand_in.line_with(Keys::default())).await;
        assert_eq!(server, Ok(Server { version: Some(version.to_owned()), name: None, id: None }));
    }
    for mode in ["other", "nonsense"] {
        is(&stand_in, mode).await;
        let server = Synapse.identify(&stand_in.line()).await;
        assert_eq!(server, Err(Trouble::OtherKind { expected: "Matrix (Synapse)" }), "{mode}");
    }
    is(&stand_in, "error").await;
    let server = Synapse.identify(&stand_in.line()).await;
    assert!(matches!(server, Err(Trouble::Odd { .. })), "{server:?}");
}

#[tokio::test]
async fn only_the_token_of_an_administrator_will_do() {
    let stand_in = StandIn::start("synapse").await;
    let holder = Synapse.try_key(&stand_in.line()).await.expect("a good key");
    assert_eq!(holder.person.map(|person| person.id).as_deref(), Some("@mia:home.test"));
    let told = stand_in.control("sign-in", json!({"person": "Leo"})).await;
    let tried = Synapse.try_key(&line_with(&stand_in, &told["token"])).await;
    assert!(matches!(tried, Err(Trouble::TooFewRights { .. })), "{tried:?}");
    let wrong = line_with(&stand_in, &json!("nobody-gave-this-out"));
    assert_eq!(Synapse.try_key(&wrong).await, Err(Trouble::KeyRefused));
    assert_eq!(Synapse.look(&stand_in.line_with(Keys::default()), None).await, Err(Trouble::KeyRefused));
}

#[tokio::test]
async fn everybodys_devices_are_listed_with_what_is_known_of_them() {
    let stand_in = StandIn::start("synapse").await;
    let agent = "Element X/1.0 (Pixel 8; Android 15)";
    let phone = signs_in(
        &stand_in,
        json!({"person": "Leo", "client_name": "Leo's phone", "address": "192.0.2.5", "agent": agent, "seen": 1_795_827_080_245_i64}),
    )
    .await;
    let found = listed(&stand_in, &phone).await;
    assert!(phone.starts_with("@leo:home.test/"), "{phone}");
    let person = found.person.expect("a person");
    assert_eq!((person.id.as_str(), person.name.as_str()), ("@leo:home.test", "Leo"));
    assert_eq!(found.says.name.as_deref(), Some("Leo's phone"));
    assert_eq!(found.user_agent.as_deref(), Some(agent));
    assert_eq!(found.address, Some("192.0.2.5".parse().expect("an address")));
    assert_eq!(found.last_active_at.map(crate::model::Timestamp::as_millis), Some(1_795_827_080_245));
    assert_eq!((found.nature, found.promise), (Nature::Person, Promise::AtOnce));
}

#[tokio::test]
async fn what_is_nobodys_is_told_apart_from_what_was_not_seen_yet() {
    let stand_in = StandIn::start("synapse").await;
    let fresh = signs_in(&stand_in, json!({"person": "Leo", "client_name": "Element"})).await;
    let of_registering = signs_in(&stand_in, json!({"person": "Leo"})).await;
    let dehydrated = signs_in(
        &stand_in,
        json!({"person": "Leo", "client_name": "Dehydrated", "address": "192.0.2.5", "raw": {"dehydrated": true}}),
    )
    .await;
    let bot = signs_in(&stand_in, json!({"person": "House bot", "client_name": "Bot"})).await;
    assert_eq!(listed(&stand_in, &fresh).await.nature, Nature::Person);
    assert_eq!(listed(&stand_in, &of_registering).await.nature, Nature::Unused);
    assert_eq!(listed(&stand_in, &dehydrated).await.nature, Nature::Unused);
    assert_eq!(listed(&stand_in, &bot).await.nature, Nature::Integration);
}

#[tokio::test]
async fn what_makes_no_sense_is_absent() {
    let stand_in = StandIn::start("synapse").await;
    let odd = signs_in(
        &stand_in,
        json!({"person": "Leo", "id": "@leo:home.test/a/b ?#%2e", "raw": {
            "display_name": 7, "last_seen_ip": "here", "last_seen_ts": 0, "last_seen_user_agent": null, "unheard_of": [1],
        }}),
    )
    .await;
    let long = signs_in(&stand_in, json!({"person": "Leo", "client_name": "x".repeat(1_000_000)})).await;
    let found = listed(&stand_in, &odd).await;
    assert_eq!(found.says, DeclaredDevice::default());
    assert_eq!((found.address, found.last_active_at, found.user_agent), (None, None, None));
    let line = stand_in.line();
    assert_eq!(Synapse.is_there(&line, &ending(&odd)).await, Ok(true));
    assert_eq!(Synapse.end(&line, &ending(&odd)).await, Ok(()));
    assert_eq!(Synapse.is_there(&line, &ending(&odd)).await, Ok(false));
    assert_eq!(listed(&stand_in, &long).await.says.name.expect("a name").len(), 1_000_000);

    signs_in(&stand_in, json!({"person": "Leo", "raw": {"device_id": null}})).await;
    let look = Synapse.look(&stand_in.line(), None).await;
    assert!(matches!(look, Err(Trouble::Odd { .. })), "half a list is none: {look:?}");
}

#[tokio::test]
async fn two_people_may_have_a_device_of_the_same_id_and_one_has_it_once() {
    let stand_in = StandIn::start("synapse").await;
    let leo =
        signs_in(&stand_in, json!({"person": "Leo", "id": "TABLET", "address": "192.0.2.1", "seen": 2_000}))
            .await;
    let ada = signs_in(&stand_in, json!({"person": "Ada", "id": "TABLET"})).await;
    assert_eq!((leo.as_str(), ada.as_str()), ("@leo:home.test/TABLET", "@ada:home.test/TABLET"));
    signs_in(
        &stand_in,
        json!({"person": "Leo", "id": "TABLET", "again": true, "address": "192.0.2.9", "seen": 1_000}),
    )
    .await;
    let found: Vec<_> = list(&stand_in).await.into_iter().filter(|found| found.external_id == leo).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].address, Some("192.0.2.1".parse().expect("an address")));
    assert_eq!(Synapse.end(&stand_in.line(), &ending(&leo)).await, Ok(()));
    assert_eq!(Synapse.is_there(&stand_in.line(), &ending(&leo)).await, Ok(false));
    assert_eq!(Synapse.is_there(&stand_in.line(), &ending(&ada)).await, Ok(true));
}

#[tokio::test]
async fn users_are_read_page_by_page_and_pages_without_end_are_not() {
    let stand_in = StandIn::start("synapse").await;
    stand_in.control("many", json!({"count": 20})).await;
    stand_in.control("version", json!({"version": "1.163.2", "page": 2})).await;
    assert_eq!(list(&stand_in).await.len(), 21);
    stand_in.control("version", json!({"version": "1.163.2", "page": 2, "endless": true})).await;
    let look = Synapse.look(&stand_in.line(), None).await;
    assert!(matches!(look, Err(Trouble::Odd { .. })), "{look:?}");
}

#[tokio::test]
async fn that_it_says_to_have_ended_one_proves_nothing() {
    let stand_in = StandIn::start("synapse").await;
    let line = stand_in.line();
    let phone = ending(&signs_in(&stand_in, json!({"person": "Leo"})).await);
    is(&stand_in, "lies").await;
    assert_eq!(Synapse.end(&line, &phone).await, Ok(()));
    assert_eq!(Synapse.is_there(&line, &phone).await, Ok(true));
    is(&stand_in, "ok").await;
    assert_eq!(Synapse.end(&line, &phone).await, Ok(()));
    assert_eq!(Synapse.is_there(&line, &phone).await, Ok(false));
    assert_eq!(Synapse.end(&line, &phone).await, Ok(()), "what is gone needs no end");
    assert_eq!(Synapse.end(&line, &ending("@nobody:home.test/X")).await, Ok(()));
}

#[tokio::test]
async fn the_device_that_latchkey_reads_by_is_marked_and_never_ended() {
    let stand_in = StandIn::start("synapse").await;
    let own = listed(&stand_in, "@mia:home.test/LATCHKEY01").await;
    assert_eq!((own.nature, own.promise), (Nature::Own, Promise::Nothing));
    let ended = Synapse.end(&stand_in.line(), &ending(&own.external_id)).await;
    assert!(matches!(ended, Err(Trouble::Refused { .. })), "{ended:?}");
    assert!(Synapse.try_key(&stand_in.line()).await.is_ok());
}

#[tokio::test]
async fn servers_that_are_not_well_say_why() {
    let stand_in = StandIn::start("synapse").await;
    let line = stand_in.line();
    let phone = ending(&signs_in(&stand_in, json!({"person": "Leo"})).await);
    is(&stand_in, "away").await;
    let after = Some(Duration::from_secs(2));
    assert_eq!(Synapse.look(&line, None).await, Err(Trouble::Busy { after }));
    assert_eq!(Synapse.is_there(&line, &phone).await, Err(Trouble::Busy { after }));
    is(&stand_in, "key_refused").await;
    assert_eq!(Synapse.look(&line, None).await, Err(Trouble::KeyRefused));
    is(&stand_in, "too_few_rights").await;
    let look = Synapse.look(&line, None).await;
    assert!(matches!(look, Err(Trouble::TooFewRights { .. })), "{look:?}");
    for mode in ["nonsense", "error", "half", "other"] {
        is(&stand_in, mode).await;
        let look = Synapse.look(&line, None).await;
        assert!(matches!(look, Err(Trouble::Odd { .. } | Trouble::Unreachable { .. })), "{mode}: {look:?}");
        let there = Synapse.is_there(&line, &phone).await;
        assert!(there.is_err(), "{mode}: that it cannot be read does not prove that it is gone");
    }
}

#[tokio::test]
async fn it_rings_when_the_devices_of_somebody_there_change() {
    let stand_in = StandIn::start("synapse").await;
    let (line, bell) = (stand_in.line(), Notify::new());
    let listening = Synapse.listen(&line, &bell);
    tokio::pin!(listening);
    tokio::select! {
        over = &mut listening => panic!("it is over: {over:?}"),
        () = bell.notified() => {}
    }
    signs_in(&stand_in, json!({"person": "Mia", "client_name": "Phone"})).await;
    tokio::select! {
        over = &mut listening => panic!("it is over: {over:?}"),
        () = bell.notified() => {}
    }
    is(&stand_in, "key_refused").await;
    assert_eq!(listening.await, Err(Trouble::KeyRefused));
}
