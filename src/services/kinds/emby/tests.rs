//! Emby, against its stand-in.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::services::Keys;
use crate::services::kinds::stand_in::StandIn;

async fn looked(stand_in: &StandIn) -> Look {
    Emby.look(&stand_in.line(), None).await.expect("it is read")
}

async fn mode(stand_in: &StandIn, mode: &str) {
    stand_in.control("mode", json!({ "mode": mode })).await;
}

async fn signed_in(stand_in: &StandIn, asked: Value) -> Ending {
    let told = stand_in.control("sign-in", asked).await;
    let external_id = told["id"].as_str().expect("an id").to_owned();
    Ending { ends_with: external_id.clone(), person_id: None, external_id }
}

/// Which trouble is meant.
type Wanted = fn(&Trouble) -> bool;

#[tokio::test]
async fn it_is_known_from_jellyfin_which_answers_alike() {
    let stand_in = StandIn::start("emby").await;
    let line = stand_in.line_with(Keys::default());
    let server = Emby.identify(&line).await.expect("it is one");
    assert_eq!((server.version.as_deref(), server.name.as_deref()), (Some("4.8.11.0"), Some("Attic")));
    for other in ["other", "nonsense"] {
        mode(&stand_in, other).await;
        let trouble = Emby.identify(&line).await.expect_err(other);
        assert_eq!(trouble, Trouble::OtherKind { expected: "Emby" }, "{other}");
    }
    let jellyfin = StandIn::start("jellyfin").await;
    let trouble = Emby.identify(&jellyfin.line()).await.expect_err("another server");
    assert_eq!(trouble, Trouble::OtherKind { expected: "Emby" });
    let trouble = super::super::jellyfin::Jellyfin.identify(&line).await.expect_err("another server");
    assert_eq!(trouble, Trouble::OtherKind { expected: "Jellyfin" });
}

#[tokio::test]
async fn only_an_administrators_key_will_do() {
    let stand_in = StandIn::start("emby").await;
    Emby.try_key(&stand_in.line()).await.expect("a good key");
    let key = |key: &str| stand_in.line_with(Keys::of([("key".to_owned(), key.to_owned())]));
    assert_eq!(Emby.try_key(&key("wrong")).await.expect_err("a wrong key"), Trouble::KeyRefused);
    let told = stand_in.control("sign-in", json!({ "person": "Mia" })).await;
    let trouble = Emby.try_key(&key(told["token"].as_str().expect("a token"))).await.expect_err("a person's");
    assert!(matches!(trouble, Trouble::TooFewRights { .. }), "{trouble:?}");
}

#[tokio::test]
async fn trouble_is_named_and_half_a_list_is_none() {
    let stand_in = StandIn::start("emby").await;
    let line = stand_in.line();
    let wanted: [(&str, Wanted); 7] = [
        ("away", |trouble| *trouble == Trouble::Busy { after: Some(Duration::from_secs(2)) }),
        ("busy", |trouble| *trouble == Trouble::Busy { after: Some(Duration::from_secs(3)) }),
        ("key_refused", |trouble| *trouble == Trouble::KeyRefused),
        ("too_few_rights", |trouble| matches!(trouble, Trouble::TooFewRights { .. })),
        ("nonsense", |trouble| matches!(trouble, Trouble::Odd { .. })),
        ("error", |trouble| matches!(trouble, Trouble::Odd { .. })),
        ("half", |trouble| matches!(trouble, Trouble::Unreachable { .. })),
    ];
    for (name, is_right) in wanted {
        mode(&stand_in, name).await;
        let trouble = Emby.look(&line, None).await.expect_err(name);
        assert!(is_right(&trouble), "{name}: {trouble:?}");
    }
}

#[tokio::test]
async fn a_device_has_its_address_and_what_it_does_comes_from_its_session() {
    let stand_in = StandIn::start("emby").await;
    let live = json!({
        "person": "Mia", "client_name": "Sofa", "app": "Emby Web", "app_version": "4.8", "device_id": "web-1",
        "address": "192.0.2.7", "playing": "A long film", "session_raw": { "RemoteEndPoint": "192.0.2.9" },
    });
    let mia = signed_in(&stand_in, live).await;
    signed_in(&stand_in, json!({ "person": "Ben", "session": false, "address": "192.0.2.8" })).await;
    // An older server tells the client's own id only.
    let old =
        json!({ "device_id": "web-2", "playing": "Music", "session_raw": { "InternalDeviceId": null } });
    signed_in(&stand_in, old).await;
    let look = looked(&stand_in).await;
    let [first, second, third] = look.sign_ins.as_slice() else { panic!("{look:?}") };
    let address = |sign_in: &SignIn| sign_in.address.map(|address| address.to_string());
    assert_eq!(
        (first.external_id.as_str(), first.client_id.as_deref()),
        (mia.external_id.as_str(), Some("web-1"))
    );
    assert_eq!(
        (address(first).as_deref(), first.playing.as_deref()),
        (Some("192.0.2.9"), Some("A long film"))
    );
    assert_eq!(first.says.app.as_deref(), Some("Emby Web"));
    assert_eq!((address(second).as_deref(), second.playing.as_deref()), (Some("192.0.2.8"), None));
    assert_eq!(third.playing.as_deref(), Some("Music"));
}

#[tokio::test]
async fn whatever_stands_in_a_row_is_survived_and_no_token_is_kept() {
    let stand_in = StandIn::start("emby").await;
    let long = "x".repeat(1_000_000);
    let told = stand_in.control("sign-in", json!({ "person": "Mia", "client_name": long })).await;
    let odd = json!({
        "session": false, "raw": {
            "Id": 17, "InternalId": "17", "Name": null, "LastUserName": 7, "LastUserId": null, "AppName": [], "AppVersion": {},
            "DateLastActivity": "0001-01-01T00:00:00.0000000Z", "IpAddress": "nowhere", "Invented": [1],
        },
    });
    signed_in(&stand_in, odd).await;
    let look = looked(&stand_in).await;
    let [mia, nobody] = look.sign_ins.as_slice() else { panic!("{}", look.sign_ins.len()) };
    assert_eq!(mia.says.name.as_deref(), Some(long.as_str()));
    assert_eq!((nobody.external_id.as_str(), nobody.nature), ("17", Nature::Unused));
    assert_eq!((nobody.address, nobody.last_active_at, nobody.person.as_ref()), (None, None, None));
    assert!(!format!("{look:?}").contains(told["token"].as_str().expect("a token")));
}

#[tokio::test]
async fn a_row_without_an_id_makes_the_list_unreadable() {
    let stand_in = StandIn::start("emby").await;
    signed_in(&stand_in, json!({ "raw": { "Id": null } })).await;
    let trouble = Emby.look(&stand_in.line(), None).await.expect_err("hidden is worse than told");
    assert!(matches!(trouble, Trouble::Odd { .. }), "{trouble:?}");
}

#[tokio::test]
async fn an_end_is_proven_only_by_reading_back() {
    let stand_in = StandIn::start("emby").await;
    let line = stand_in.line();
    let mia = signed_in(&stand_in, json!({ "person": "Mia" })).await;
    mode(&stand_in, "lies").await;
    Emby.end(&line, &mia).await.expect("it says so");
    assert!(Emby.is_there(&line, &mia).await.expect("it is read"));
    mode(&stand_in, "ok").await;
    Emby.end(&line, &mia).await.expect("it is asked");
    assert!(!Emby.is_there(&line, &mia).await.expect("it is read"));
    // What is gone already is no trouble.
    Emby.end(&line, &mia).await.expect("it is asked");
    let none = Ending { external_id: String::new(), ends_with: String::new(), person_id: None };
    let trouble = Emby.end(&line, &none).await.expect_err("no id");
    assert!(matches!(trouble, Trouble::Odd { .. }), "{trouble:?}");
}

#[tokio::test]
async fn a_failed_sign_in_is_told_once_and_never_one_from_before() {
    let stand_in = StandIn::start("emby").await;
    let line = stand_in.line();
    stand_in.control("failed", json!({ "person": "Ben", "address": "192.0.2.1" })).await;
    let first = Emby.look(&line, None).await.expect("it is read");
    assert_eq!(first.failed, []);
    stand_in.control("failed", json!({ "person": "Ben", "address": "198.51.100.7" })).await;
    let second = Emby.look(&line, first.cursor.as_deref()).await.expect("it is read");
    let [only] = second.failed.as_slice() else { panic!("{second:?}") };
    assert_eq!(only.person.as_deref(), Some("Ben"));
    assert_eq!(only.address.map(|address| address.to_string()).as_deref(), Some("198.51.100.7"));
    let third = Emby.look(&line, second.cursor.as_deref()).await.expect("it is read");
    assert_eq!(third.failed, []);
}

#[tokio::test]
async fn no_key_is_in_an_address() {
    let stand_in = StandIn::start("emby").await;
    looked(&stand_in).await;
    let keys = stand_in.control("keys", Value::Null).await;
    let key = keys["fields"]["key"].as_str().expect("a key").to_owned();
    let asked = stand_in.control("asked", Value::Null).await;
    let asked = asked["asked"].as_array().expect("a list");
    assert!(!asked.is_empty());
    for one in asked {
        assert_eq!(one["authorized"], json!(true), "{one}");
        assert!(!one["path"].as_str().expect("a path").contains(&key), "{one}");
    }
}
