//! Immich against its stand-in.

use serde_json::json;

use super::*;
use crate::model::Timestamp;
use crate::services::Keys;
use crate::services::kinds::asked::trials;
use crate::services::kinds::stand_in::StandIn;

const NAME: &str = "immich";

#[tokio::test]
async fn tells_what_is_wrong_with_the_server() {
    trials::tells_what_is_wrong(&Immich, NAME).await;
}

#[tokio::test]
async fn ends_one_sign_in_and_reads_it_back() {
    trials::ends_one_and_reads_it_back(&Immich, NAME).await;
}

#[tokio::test]
async fn hides_no_entry_without_an_id() {
    trials::hides_no_entry_without_an_id(&Immich, NAME, "id").await;
}

#[tokio::test]
async fn names_the_version() {
    let stand_in = StandIn::start(NAME).await;
    for version in ["2.0.0", "2.7.5", "3.2.2"] {
        stand_in.control("version", json!({ "version": version })).await;
        let server = Immich.identify(&stand_in.line()).await.expect("it is Immich");
        assert_eq!(server.version.as_deref(), Some(version));
    }
}

#[tokio::test]
async fn a_key_for_its_own_person_shows_their_sign_ins_and_asks_nothing_of_an_administrator() {
    let stand_in = StandIn::start(NAME).await;
    let web = stand_in
        .control("sign-in", json!({ "person": "Mia", "client_name": "Firefox", "os": "Linux" }))
        .await;
    let phone = json!({ "person": "Mia", "client_name": "Pixel 8", "os": "Android", "app_version": "3.2.2" });
    let phone = stand_in.control("sign-in", phone).await;
    stand_in.control("sign-in", json!({ "person": "Ben" })).await;

    let look = Immich.look(&stand_in.line(), None).await.expect("a list");
    assert_eq!(look.sign_ins.len(), 2);
    let web = trials::found(&look, &web["id"]);
    assert_eq!((web.says.app.as_deref(), web.says.model.as_deref()), (Some("Firefox"), None));
    assert_eq!((web.promise, web.nature), (Promise::AtOnce, Nature::Person));
    assert!(web.signed_in_at.is_some() && web.last_active_at.is_some() && web.person.is_none());
    let phone = trials::found(&look, &phone["id"]);
    assert_eq!(
        (phone.says.app.as_deref(), phone.says.app_version.as_deref()),
        (Some("Immich"), Some("3.2.2"))
    );
    assert_eq!((phone.says.model.as_deref(), phone.says.os.as_deref()), (Some("Pixel 8"), Some("Android")));
    assert!(trials::asked(&stand_in).await.iter().all(|asked| !asked.contains("/api/admin/")));
}

#[tokio::test]
async fn an_administrators_key_shows_everybodys_and_ends_only_their_own() {
    let stand_in = StandIn::start(NAME).await;
    let permissions = ["session.read", "session.delete", "adminSession.read", "adminUser.read"];
    stand_in.control("set", json!({ "is_admin": true, "permissions": permissions })).await;
    let mine = stand_in.control("sign-in", json!({ "person": "Mia" })).await;
    let theirs = stand_in.control("sign-in", json!({ "person": "Ben" })).await;
    let line = stand_in.line();

    let look = Immich.look(&line, None).await.expect("a list");
    let (mine, theirs) = (trials::found(&look, &mine["id"]), trials::found(&look, &theirs["id"]));
    assert_eq!(mine.person.as_ref().map(|person| person.name.as_str()), Some("Mia"));
    assert_eq!(mine.promise, Promise::AtOnce);
    assert_eq!(theirs.person.as_ref().map(|person| person.name.as_str()), Some("Ben"));
    assert_eq!(theirs.promise, Promise::Nothing);

    let refused = Immich.end(&line, &trials::ending(theirs)).await;
    assert!(matches!(refused, Err(Trouble::Refused { .. })), "{refused:?}");
    assert_eq!(Immich.is_there(&line, &trials::ending(theirs)).await, Ok(true));
}

#[tokio::test]
async fn an_administrators_key_that_only_reads_promises_nothing() {
    let stand_in = StandIn::start(NAME).await;
    stand_in
        .control("set", json!({ "is_admin": true, "permissions": ["adminSession.read", "adminUser.read"] }))
        .await;
    stand_in.control("sign-in", json!({ "person": "Mia" })).await;
    let line = stand_in.line();
    assert_eq!(Immich.try_key(&line).await.expect("a good key").lacks, vec![ENDS_NONE.to_owned()]);
    let look = Immich.look(&line, None).await.expect("a list");
    assert_eq!(
        look.sign_ins.iter().map(|sign_in| sign_in.promise).collect::<Vec<_>>(),
        vec![Promise::Nothing]
    );
    assert_eq!(Immich.is_there(&line, &trials::ending(&look.sign_ins[0])).await, Ok(true));
}

#[tokio::test]
async fn a_key_that_may_do_everything_of_somebody_who_is_no_administrator_is_refused_once() {
    let stand_in = StandIn::start(NAME).await;
    stand_in.control("set", json!({ "permissions": ["all"] })).await;
    stand_in.control("sign-in", json!({ "person": "Mia" })).await;
    let line = stand_in.line();
    let first = Immich.look(&line, None).await.expect("a list");
    assert_eq!(first.sign_ins[0].person.as_ref().map(|person| person.name.as_str()), Some("Mia"));
    let second = Immich.look(&line, first.cursor.as_deref()).await.expect("a list");
    assert_eq!(second.sign_ins, first.sign_ins);
    Immich.look(&line, second.cursor.as_deref()).await.expect("a list");
    let asked = trials::asked(&stand_in).await;
    assert_eq!(asked.iter().filter(|asked| asked.contains("/api/admin/")).count(), 1);
}

#[tokio::test]
async fn a_key_that_may_not_end_is_good_and_says_so() {
    let stand_in = StandIn::start(NAME).await;
    stand_in.control("set", json!({ "permissions": ["session.read"] })).await;
    stand_in.control("sign-in", json!({})).await;
    let line = stand_in.line();
    assert_eq!(Immich.try_key(&line).await.expect("a good key").lacks, vec![ENDS_NONE.to_owned()]);
    let look = Immich.look(&line, None).await.expect("a list");
    assert_eq!(look.sign_ins[0].promise, Promise::Nothing);
    let refused = Immich.end(&line, &trials::ending(&look.sign_ins[0])).await;
    assert!(matches!(refused, Err(Trouble::TooFewRights { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_server_that_cannot_say_what_a_key_may_do_is_read_all_the_same() {
    let stand_in = StandIn::start(NAME).await;
    stand_in.control("set", json!({ "knows_its_key": false })).await;
    stand_in.control("sign-in", json!({})).await;
    let line = stand_in.line();
    assert_eq!(Immich.try_key(&line).await, Ok(KeyHolder { person: None, lacks: Vec::new() }));
    assert_eq!(Immich.look(&line, None).await.expect("a list").sign_ins[0].promise, Promise::AtOnce);
}

#[tokio::test]
async fn what_is_odd_in_an_entry_is_absent_and_of_two_with_one_id_the_last_used_is_kept() {
    let stand_in = StandIn::start(NAME).await;
    let endless = "x".repeat(1_000_000);
    let raw = json!({
        "createdAt": "0001-01-01T00:00:00Z", "updatedAt": null, "deviceOS": 7, "deviceType": endless,
        "token": "never to be read", "unknown": { "deep": [1, 2] },
    });
    let odd = stand_in.control("sign-in", json!({ "raw": raw })).await;
    for (updated, device) in
        [("2026-11-01T10:00:00.000Z", "Old"), ("2026-11-02T10:00:00.1234567Z", "New"), ("nonsense", "Never")]
    {
        let raw = json!({ "updatedAt": updated, "deviceType": device });
        stand_in.control("sign-in", json!({ "id": "twice", "raw": raw })).await;
    }
    let look = Immich.look(&stand_in.line(), None).await.expect("a list");
    assert_eq!(look.sign_ins.len(), 2);
    let odd = trials::found(&look, &odd["id"]);
    assert_eq!((odd.signed_in_at, odd.last_active_at, odd.says.os.as_deref()), (None, None, None));
    assert_eq!(odd.says.model.as_ref().map(String::len), Some(1_000_000));
    let twice =
        look.sign_ins.iter().find(|sign_in| sign_in.external_id != odd.external_id).expect("the other");
    assert_eq!(twice.says.model.as_deref(), Some("New"));
    assert_eq!(twice.last_active_at, Some(Timestamp::from_millis(1_793_613_600_123)));
}

#[tokio::test]
async fn a_wrong_key_is_told_as_one() {
    let stand_in = StandIn::start(NAME).await;
    let line = stand_in.line_with(Keys::of([("key".to_owned(), "another".to_owned())]));
    assert_eq!(Immich.try_key(&line).await, Err(Trouble::KeyRefused));
}
