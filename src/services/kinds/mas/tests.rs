use std::time::Duration;

use serde_json::{Value, json};

use super::*;
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
    Mas.look(&stand_in.line(), None).await.expect("a look").sign_ins
}

async fn listed(stand_in: &StandIn, id: &str) -> SignIn {
    list(stand_in).await.into_iter().find(|sign_in| sign_in.external_id == id).expect("it is listed")
}

fn ending(id: &str) -> Ending {
    Ending { external_id: id.to_owned(), ends_with: id.to_owned(), person_id: None }
}

fn line_with(stand_in: &StandIn, client_id: &str, key: &str) -> Line {
    let fields = [("client_id", client_id), ("key", key)];
    stand_in.line_with(Keys::of(fields.map(|(name, value)| (name.to_owned(), value.to_owned()))))
}

/// How often a path was asked for.
async fn asked(stand_in: &StandIn, path: &str) -> usize {
    let told = stand_in.control("asked", Value::Null).await;
    told["asked"].as_array().expect("a list").iter().filter(|asked| asked["path"] == path).count()
}

#[tokio::test]
async fn it_is_known_without_a_key() {
    let stand_in = StandIn::start("mas").await;
    let server = Mas.identify(&stand_in.line()).await;
    assert_eq!(server, Ok(Server { version: None, name: None, id: None }));
    for mode in ["other", "nonsense"] {
        is(&stand_in, mode).await;
        let server = Mas.identify(&stand_in.line()).await;
        assert_eq!(server, Err(Trouble::OtherKind { expected: ABOUT.name }), "{mode}");
    }
    is(&stand_in, "error").await;
    let server = Mas.identify(&stand_in.line()).await;
    assert!(matches!(server, Err(Trouble::Odd { .. })), "{server:?}");
}

#[tokio::test]
async fn a_secret_that_is_wrong_and_a_client_without_the_right_are_told_apart() {
    let stand_in = StandIn::start("mas").await;
    assert!(Mas.try_key(&stand_in.line()).await.is_ok());
    let client = stand_in.line().keys().get("client_id").to_owned();
    assert_eq!(Mas.try_key(&line_with(&stand_in, &client, "wrong")).await, Err(Trouble::KeyRefused));
    assert_eq!(Mas.try_key(&line_with(&stand_in, "", "mpt_wrong")).await, Err(Trouble::KeyRefused));
    assert_eq!(Mas.try_key(&line_with(&stand_in, "", "")).await, Err(Trouble::KeyRefused));
    stand_in.control("version", json!({"version": "v1.22.0", "allowed": false})).await;
    let tried = Mas.try_key(&stand_in.line()).await;
    assert!(
        matches!(&tried, Err(Trouble::TooFewRights { missing }) if missing.contains("admin_clients")),
        "{tried:?}"
    );
    stand_in.control("version", json!({"version": "v1.22.0"})).await;
    is(&stand_in, "too_few_rights").await;
    let tried = Mas.try_key(&stand_in.line()).await;
    assert!(matches!(tried, Err(Trouble::TooFewRights { .. })), "{tried:?}");
}

#[tokio::test]
async fn every_sort_of_session_is_listed_for_what_it_is() {
    let stand_in = StandIn::start("mas").await;
    let sign_in = async |list: &str, name: &str| {
        let body = json!({"person": "mia", "list": list, "client_name": name, "address": "192.0.2.5", "agent": "Element/1"});
        signs_in(&stand_in, body).await
    };
    let app = sign_in("oauth2-sessions", "Phone").await;
    let old_app = sign_in("compat-sessions", "Old phone").await;
    let pages = sign_in("user-sessions", "").await;
    let token = sign_in("personal-sessions", "Backup").await;

    let found = listed(&stand_in, &app).await;
    assert_eq!(found.person.as_ref().map(|person| person.name.as_str()), Some("mia"));
    assert_eq!((found.says.name.as_deref(), found.user_agent.as_deref()), (Some("Phone"), Some("Element/1")));
    assert_eq!(found.address, Some("192.0.2.5".parse().expect("an address")));
    assert!(found.signed_in_at.is_some() && found.last_active_at.is_some(), "{found:?}");
    assert!(found.client_id.is_some(), "the Matrix device in its scope");
    assert_eq!((found.nature, found.promise), (Nature::Person, Promise::Within { within_s: 120 }));

    let found = listed(&stand_in, &old_app).await;
    assert!(found.client_id.is_some() && found.nature == Nature::Person, "{found:?}");
    let found = listed(&stand_in, &pages).await;
    assert_eq!((found.nature, found.promise, found.client_id), (Nature::Person, Promise::AtOnce, None));
    let found = listed(&stand_in, &token).await;
    assert_eq!((found.nature, found.says.name.as_deref()), (Nature::Integration, Some("Backup")));
}

#[tokio::test]
async fn the_sessions_of_a_program_with_a_secret_are_one_that_is_not_ended_from_here() {
    let stand_in = StandIn::start("mas").await;
    for _ in 0..3 {
        signs_in(&stand_in, json!({"client": "01KAA000000000000000000009", "scope": "urn:mas:admin"})).await;
    }
    let found = listed(&stand_in, "client/01KAA000000000000000000009").await;
    assert_eq!((found.nature, found.promise), (Nature::Integration, Promise::Nothing));
    let own: Vec<_> =
        list(&stand_in).await.into_iter().filter(|sign_in| sign_in.nature == Nature::Own).collect();
    assert_eq!(own.len(), 1, "its own client's: {own:?}");
    for id in [&found.external_id, &own[0].external_id] {
        let ended = Mas.end(&stand_in.line(), &ending(id)).await;
        assert!(matches!(ended, Err(Trouble::Refused { .. })), "{ended:?}");
        assert_eq!(Mas.is_there(&stand_in.line(), &ending(id)).await, Ok(true));
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_absent_and_what_is_over_is_not_listed() {
    let stand_in = StandIn::start("mas").await;
    let odd = signs_in(
        &stand_in,
        json!({"person": "mia", "raw": {
            "created_at": "0001-01-01T00:00:00Z", "last_active_at": null, "last_active_ip": 7, "human_name": ["a"], "scope": null,
            "user_id": "01KAA00000000000000000000Z", "unheard_of": {"a": 1},
        }}),
    )
    .await;
    let over = signs_in(&stand_in, json!({"person": "mia"})).await;
    stand_in.control("end", json!({"id": over})).await;
    let found = listed(&stand_in, &odd).await;
    assert_eq!(found.person.map(|person| person.name).as_deref(), Some("01KAA00000000000000000000Z"));
    assert_eq!((found.says, found.address), (DeclaredDevice::default(), None));
    assert_eq!((found.signed_in_at, found.last_active_at, found.client_id), (None, None, None));
    assert!(list(&stand_in).await.iter().all(|sign_in| sign_in.external_id != over));
    let long = signs_in(&stand_in, json!({"person": "mia", "client_name": "x".repeat(1_000_000)})).await;
    assert_eq!(listed(&stand_in, &long).await.says.name.expect("a name").len(), 1_000_000);
}

#[tokio::test]
async fn lists_are_read_page_by_page_and_pages_without_end_are_not() {
    let stand_in = StandIn::start("mas").await;
    stand_in.control("many", json!({"count": 20})).await;
    stand_in.control("version", json!({"version": "v1.22.0", "page": 3})).await;
    let people = list(&stand_in).await.into_iter().filter(|sign_in| sign_in.nature == Nature::Person);
    assert_eq!(people.count(), 20);
    stand_in.control("version", json!({"version": "v1.22.0", "page": 3, "endless": true})).await;
    let look = Mas.look(&stand_in.line(), None).await;
    assert!(matches!(look, Err(Trouble::Odd { .. })), "{look:?}");
}

#[tokio::test]
async fn a_version_without_personal_sessions_has_none() {
    let stand_in = StandIn::start("mas").await;
    let phone = signs_in(&stand_in, json!({"person": "mia"})).await;
    stand_in.control("version", json!({"version": "v0.14.0", "personal": false})).await;
    assert_eq!(listed(&stand_in, &phone).await.nature, Nature::Person);
}

#[tokio::test]
async fn sessions_of_every_sort_are_ended_and_their_end_read_back() {
    let stand_in = StandIn::start("mas").await;
    let line = stand_in.line();
    for list in ["oauth2-sessions", "compat-sessions", "user-sessions", "personal-sessions"] {
        let one = ending(&signs_in(&stand_in, json!({"person": "mia", "list": list})).await);
        is(&stand_in, "lies").await;
        assert_eq!(Mas.end(&line, &one).await, Ok(()), "{list}");
        assert_eq!(Mas.is_there(&line, &one).await, Ok(true), "{list}");
        is(&stand_in, "ok").await;
        assert_eq!(Mas.end(&line, &one).await, Ok(()), "{list}");
        assert_eq!(Mas.is_there(&line, &one).await, Ok(false), "{list}");
        assert_eq!(Mas.end(&line, &one).await, Ok(()), "{list}: what is over needs no end");
    }
    let never = ending("oauth2-sessions/01KAA00000000000000000000Z");
    assert_eq!(Mas.is_there(&line, &never).await, Ok(false));
    assert!(matches!(Mas.end(&line, &ending("nothing")).await, Err(Trouble::Odd { .. })));
}

#[tokio::test]
async fn one_token_does_for_many_looks_and_one_that_was_ended_is_got_anew() {
    let stand_in = StandIn::start("mas").await;
    for _ in 0..3 {
        list(&stand_in).await;
    }
    assert_eq!(asked(&stand_in, "/oauth2/token").await, 1);
    let own = "01KAB000000000000000000002";
    stand_in.control("end", json!({"id": format!("oauth2-sessions/{own}")})).await;
    list(&stand_in).await;
    assert_eq!(asked(&stand_in, "/oauth2/token").await, 2);
}

#[tokio::test]
async fn a_token_that_is_nearly_over_is_given_back() {
    let stand_in = StandIn::start("mas").await;
    stand_in.control("version", json!({"version": "v1.22.0", "lasts": 60})).await;
    list(&stand_in).await;
    assert_eq!(asked(&stand_in, "/oauth2/revoke").await, 0);
    list(&stand_in).await;
    assert_eq!(asked(&stand_in, "/oauth2/revoke").await, 1);
}

#[tokio::test]
async fn servers_that_are_not_well_say_why() {
    let stand_in = StandIn::start("mas").await;
    let line = stand_in.line();
    let phone = ending(&signs_in(&stand_in, json!({"person": "mia"})).await);
    is(&stand_in, "away").await;
    let after = Some(Duration::from_secs(2));
    assert_eq!(Mas.look(&line, None).await, Err(Trouble::Busy { after }));
    is(&stand_in, "key_refused").await;
    assert_eq!(Mas.look(&line, None).await, Err(Trouble::KeyRefused));
    for mode in ["nonsense", "error", "half", "other"] {
        is(&stand_in, mode).await;
        let look = Mas.look(&line, None).await;
        assert!(matches!(look, Err(Trouble::Odd { .. } | Trouble::Unreachable { .. })), "{mode}: {look:?}");
        let there = Mas.is_there(&line, &phone).await;
        assert!(there.is_err(), "{mode}: that it cannot be read does not prove that it is over");
    }
}
