//! Keycloak against its stand-in.

use serde_json::json;

use super::*;
use crate::model::Nature;
use crate::services::Keys;
use crate::services::kinds::asked::trials;
use crate::services::kinds::stand_in::StandIn;

const NAME: &str = "keycloak";

fn keys(realm: &str, client: &str, secret: &str) -> Keys {
    let fields = [("realm", realm), ("client_id", client), ("client_secret", secret)];
    Keys::of(fields.map(|(name, value)| (name.to_owned(), value.to_owned())))
}

#[tokio::test]
async fn tells_what_is_wrong_with_the_server() {
    trials::tells_what_is_wrong(&Keycloak, NAME).await;
}

#[tokio::test]
async fn ends_one_sign_in_and_reads_it_back() {
    trials::ends_one_and_reads_it_back(&Keycloak, NAME).await;
}

#[tokio::test]
async fn hides_no_entry_without_an_id() {
    trials::hides_no_entry_without_an_id(&Keycloak, NAME, "id").await;
}

#[tokio::test]
async fn tells_of_each_failure_once() {
    trials::tells_of_each_failure_once(&Keycloak, NAME).await;
}

#[tokio::test]
async fn is_found_without_a_realm_and_says_when_there_is_none_of_that_name() {
    let stand_in = StandIn::start(NAME).await;
    assert!(Keycloak.identify(&stand_in.line_with(Keys::default())).await.is_ok());
    let line = stand_in.line_with(keys("houses", "latchkey", "any"));
    assert_eq!(Keycloak.identify(&line).await, Err(no_realm()));
    assert_eq!(Keycloak.try_key(&line).await, Err(no_realm()));
}

#[tokio::test]
async fn a_wrong_secret_is_a_wrong_key() {
    let stand_in = StandIn::start(NAME).await;
    let line = stand_in.line_with(keys("home", "latchkey", "another"));
    assert_eq!(Keycloak.try_key(&line).await, Err(Trouble::KeyRefused));
}

#[tokio::test]
async fn shows_everybodys_sessions_and_those_that_stay() {
    let stand_in = StandIn::start(NAME).await;
    let told = json!({ "person": "mia", "client_name": "nextcloud", "address": "203.0.113.5" });
    let session = stand_in.control("sign-in", told).await;
    let stays = json!({ "id": session["id"], "person": "mia", "client_name": "files", "offline": true });
    let stays = stand_in.control("sign-in", stays).await;
    let ben = stand_in.control("sign-in", json!({ "person": "ben" })).await;
    let program = stand_in.control("sign-in", json!({ "person": "service-account-backup" })).await;
    let own = stand_in.control("sign-in", json!({ "person": "service-account-latchkey" })).await;
    let line = stand_in.line();

    let look = Keycloak.look(&line, None).await.expect("a list");
    assert_eq!(look.sign_ins.len(), 5);
    let session = trials::found(&look, &session["id"]);
    assert_eq!(session.person.as_ref().map(|person| person.name.as_str()), Some("mia"));
    assert_eq!(session.address.map(|address| address.to_string()).as_deref(), Some("203.0.113.5"));
    assert_eq!((session.says.app.as_deref(), session.promise), (Some("nextcloud"), WITHIN));
    assert!(session.signed_in_at.is_some() && session.last_active_at.is_some());
    let stays = trials::found(&look, &stays["id"]);
    assert_eq!(stays.says.app.as_deref(), Some("files"));
    assert_eq!(stays.client_id, session.client_id);
    assert_ne!(stays.external_id, session.external_id);
    assert_eq!(trials::found(&look, &ben["id"]).nature, Nature::Person);
    assert_eq!(trials::found(&look, &program["id"]).nature, Nature::Integration);
    assert_eq!(trials::found(&look, &own["id"]).nature, Nature::Own);

    // The one ends without the other, and each is read back by itself.
    assert_eq!(Keycloak.end(&line, &trials::ending(session)).await, Ok(()));
    assert_eq!(Keycloak.is_there(&line, &trials::ending(session)).await, Ok(false));
    assert_eq!(Keycloak.is_there(&line, &trials::ending(stays)).await, Ok(true));
    assert_eq!(Keycloak.end(&line, &trials::ending(stays)).await, Ok(()));
    assert_eq!(Keycloak.is_there(&line, &trials::ending(stays)).await, Ok(false));
}

#[tokio::test]
async fn a_client_that_may_only_read_promises_nothing_and_says_what_it_lacks() {
    let stand_in = StandIn::start(NAME).await;
    stand_in.control("set", json!({ "roles": ["view-users"] })).await;
    let line = stand_in.line();
    let nobody = vec![NOBODY.to_owned(), NO_FAILURES.to_owned()];
    assert_eq!(Keycloak.try_key(&line).await.expect("a good key").lacks, nobody);

    stand_in.control("sign-in", json!({ "person": "mia" })).await;
    let lacks = vec![ENDS_NONE.to_owned(), NO_FAILURES.to_owned()];
    assert_eq!(Keycloak.try_key(&line).await.expect("a good key").lacks, lacks);
    let look = Keycloak.look(&line, None).await.expect("a list");
    assert_eq!((look.sign_ins[0].promise, look.failed.len()), (Promise::Nothing, 0));
    let refused = Keycloak.end(&line, &trials::ending(&look.sign_ins[0])).await;
    assert!(matches!(refused, Err(Trouble::TooFewRights { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_realm_that_notes_no_failures_says_so() {
    let stand_in = StandIn::start(NAME).await;
    let roles = ["view-users", "manage-users", "view-events", "view-realm"];
    stand_in.control("set", json!({ "roles": roles, "events_enabled": false })).await;
    stand_in.control("sign-in", json!({})).await;
    let holder = Keycloak.try_key(&stand_in.line()).await.expect("a good key");
    assert_eq!(holder.lacks, vec![NOTHING_SAVED.to_owned()]);
}

#[tokio::test]
async fn reads_all_pages_of_people() {
    let stand_in = StandIn::start(NAME).await;
    for number in 0..230 {
        stand_in.control("sign-in", json!({ "person": format!("person {number}") })).await;
    }
    let look = Keycloak.look(&stand_in.line(), None).await.expect("a list");
    assert_eq!(look.sign_ins.len(), 230);
}

#[tokio::test]
async fn what_is_odd_in_an_entry_is_absent_and_of_two_with_one_id_the_last_used_is_kept() {
    let stand_in = StandIn::start(NAME).await;
    let raw = json!({
        "ipAddress": "unknown", "start": -62_135_596_800_000_i64, "lastAccess": "now", "clients": { "a": 7 },
        "username": null, "unknown": { "x": "y".repeat(1_000_000) },
    });
    let odd = stand_in.control("sign-in", json!({ "raw": raw })).await;
    for (used, address) in [(1_790_000_000_000_i64, "10.0.0.1"), (1_790_000_000_001, "10.0.0.2")] {
        let raw = json!({ "lastAccess": used, "ipAddress": address });
        stand_in.control("sign-in", json!({ "id": "twice", "raw": raw })).await;
    }
    let look = Keycloak.look(&stand_in.line(), None).await.expect("a list");
    assert_eq!(look.sign_ins.len(), 2);
    let odd = trials::found(&look, &odd["id"]);
    assert_eq!((odd.address, odd.signed_in_at, odd.last_active_at), (None, None, None));
    assert_eq!(odd.says.app, None);
    let twice =
        look.sign_ins.iter().find(|sign_in| sign_in.external_id != odd.external_id).expect("the other");
    assert_eq!(twice.address.map(|address| address.to_string()).as_deref(), Some("10.0.0.2"));
}
