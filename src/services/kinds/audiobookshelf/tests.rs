//! audiobookshelf against its stand-in.

use serde_json::json;

use super::*;
use crate::services::Keys;
use crate::services::kinds::asked::trials;
use crate::services::kinds::stand_in::StandIn;

const NAME: &str = "audiobookshelf";

#[tokio::test]
async fn tells_what_is_wrong_with_the_server() {
    trials::tells_what_is_wrong(&Audiobookshelf, NAME).await;
}

#[tokio::test]
async fn ends_one_sign_in_and_reads_it_back() {
    trials::ends_one_and_reads_it_back(&Audiobookshelf, NAME).await;
}

#[tokio::test]
async fn hides_no_entry_without_an_id() {
    trials::hides_no_entry_without_an_id(&Audiobookshelf, NAME, "id").await;
}

#[tokio::test]
async fn names_the_version_and_says_from_which_on_sign_ins_are_listed() {
    let stand_in = StandIn::start(NAME).await;
    let line = stand_in.line();
    for (version, is_listed) in [("2.17.0", false), ("2.35.1", false), ("2.36.0", true), ("3.0.0", true)] {
        stand_in.control("version", json!({ "version": version })).await;
        let server = Audiobookshelf.identify(&line).await.expect("it is audiobookshelf");
        assert_eq!(server.version.as_deref(), Some(version));
        if is_listed {
            assert!(Audiobookshelf.try_key(&line).await.is_ok());
            assert!(Audiobookshelf.look(&line, None).await.is_ok());
        } else {
            assert_eq!(Audiobookshelf.try_key(&line).await, Err(too_old()));
            assert_eq!(Audiobookshelf.look(&line, None).await, Err(too_old()));
        }
    }
}

#[tokio::test]
async fn shows_the_sign_ins_of_the_person_whose_key_it_is() {
    let stand_in = StandIn::start(NAME).await;
    let told = stand_in
        .control("sign-in", json!({ "client_name": "Chrome", "address": "::ffff:192.168.1.7" }))
        .await;
    let look = Audiobookshelf.look(&stand_in.line(), None).await.expect("a list");
    let sign_in = trials::found(&look, &told["id"]);
    assert_eq!(sign_in.person.as_ref().map(|person| person.name.as_str()), Some("mia"));
    assert_eq!(sign_in.address.map(|address| address.to_string()).as_deref(), Some("192.168.1.7"));
    assert_eq!((sign_in.says.app.as_deref(), sign_in.says.os.as_deref()), (Some("Chrome"), Some("Linux")));
    assert_eq!((sign_in.promise, sign_in.nature), (WITHIN, Nature::Person));
    assert!(
        sign_in.user_agent.is_some() && sign_in.signed_in_at.is_some() && sign_in.last_active_at.is_some()
    );
}

#[tokio::test]
async fn another_persons_list_proves_no_end() {
    let stand_in = StandIn::start(NAME).await;
    let person_id = Some("somebody else".to_owned());
    let which = Ending { external_id: "gone".to_owned(), ends_with: "gone".to_owned(), person_id };
    assert!(matches!(Audiobookshelf.is_there(&stand_in.line(), &which).await, Err(Trouble::Odd { .. })));
}

#[tokio::test]
async fn whose_key_it_is_is_asked_once_for_each_key() {
    let stand_in = StandIn::start(NAME).await;
    let line = stand_in.line();
    let first = Audiobookshelf.look(&line, None).await.expect("a list");
    Audiobookshelf.look(&line, first.cursor.as_deref()).await.expect("a list");
    let me = |asked: &Vec<String>| asked.iter().filter(|asked| asked.as_str() == "GET /api/me").count();
    assert_eq!(me(&trials::asked(&stand_in).await), 1);
    assert!(!first.cursor.expect("a cursor").contains(line.keys().get("key")));

    let other = Audiobookshelf.look(&stand_in.line_with(Keys::default()), Some("{}")).await;
    assert_eq!(other, Err(Trouble::KeyRefused));
    assert_eq!(me(&trials::asked(&stand_in).await), 2);
}

#[tokio::test]
async fn a_guest_is_told_that_none_are_listed() {
    let stand_in = StandIn::start(NAME).await;
    stand_in.control("set", json!({ "account_type": "guest" })).await;
    let line = stand_in.line();
    assert!(matches!(Audiobookshelf.try_key(&line).await, Err(Trouble::TooFewRights { .. })));
    assert!(matches!(Audiobookshelf.look(&line, None).await, Err(Trouble::TooFewRights { .. })));
}

#[tokio::test]
async fn reads_all_pages() {
    let stand_in = StandIn::start(NAME).await;
    stand_in.control("many", json!({ "count": 2_500 })).await;
    let look = Audiobookshelf.look(&stand_in.line(), None).await.expect("a list");
    assert_eq!(look.sign_ins.len(), 2_500);
}

#[tokio::test]
async fn a_list_that_moves_between_two_pages_is_none() {
    let stand_in = StandIn::start(NAME).await;
    stand_in.control("many", json!({ "count": 999 })).await;
    // The same one is the last of one page and the first of the next.
    stand_in.control("sign-in", json!({ "id": "moves" })).await;
    stand_in.control("many", json!({ "count": 999 })).await;
    stand_in.control("sign-in", json!({ "id": "moves" })).await;
    stand_in.control("many", json!({ "count": 1 })).await;
    assert!(matches!(Audiobookshelf.look(&stand_in.line(), None).await, Err(Trouble::Odd { .. })));
}

#[tokio::test]
async fn what_is_odd_in_an_entry_is_absent() {
    let stand_in = StandIn::start(NAME).await;
    let endless = "x".repeat(1_000_000);
    let raw = json!({
        "ipAddress": "nowhere", "userAgent": endless, "deviceInfo": { "browserName": null, "deviceType": "mobile", "model": 7 },
        "createdAt": 0, "updatedAt": "yesterday", "refreshToken": "never to be read",
    });
    let odd = stand_in.control("sign-in", json!({ "raw": raw })).await;
    for (updated, address) in [(1_790_000_000_000_i64, "10.0.0.1"), (1_790_000_000_001, "10.0.0.2")] {
        let raw = json!({ "updatedAt": updated, "deviceInfo": null, "ipAddress": address });
        stand_in.control("sign-in", json!({ "id": "twice", "raw": raw })).await;
    }
    let look = Audiobookshelf.look(&stand_in.line(), None).await.expect("a list");
    assert_eq!(look.sign_ins.len(), 2);
    let odd = trials::found(&look, &odd["id"]);
    assert_eq!((odd.address, odd.signed_in_at, odd.last_active_at), (None, None, None));
    assert_eq!(odd.says, DeclaredDevice { kind: Some(DeviceKind::Phone), ..DeclaredDevice::default() });
    assert_eq!(odd.user_agent.as_ref().map(String::len), Some(1_000_000));
    let twice =
        look.sign_ins.iter().find(|sign_in| sign_in.external_id != odd.external_id).expect("the other");
    assert_eq!(twice.address.map(|address| address.to_string()).as_deref(), Some("10.0.0.2"));
}
