//! Jellyfin, against its stand-in.

use super::*;
use crate::services::Keys;
use crate::services::kinds::stand_in::StandIn;

async fn looked(stand_in: &StandIn) -> Look {
    Jellyfin.look(&stand_in.line(), None).await.expect("it is read")
}

async fn mode(stand_in: &StandIn, mode: &str) {
    stand_in.control("mode", json!({ "mode": mode })).await;
}

async fn signed_in(stand_in: &StandIn, asked: Value) -> Ending {
    let told = stand_in.control("sign-in", asked).await;
    let external_id = told["id"].as_str().expect("an id").to_owned();
    let (person, device) = external_id.split_once('/').expect("a person and a device");
    Ending { ends_with: device.to_owned(), person_id: Some(person.to_owned()), external_id }
}

fn key(key: &str) -> Keys {
    Keys::of([("key".to_owned(), key.to_owned())])
}

/// Which trouble is meant.
type Wanted = fn(&Trouble) -> bool;

#[tokio::test]
async fn it_is_known_from_other_servers_and_from_none() {
    let stand_in = StandIn::start("jellyfin").await;
    let line = stand_in.line_with(Keys::default());
    let server = Jellyfin.identify(&line).await.expect("it is one");
    assert_eq!((server.version.as_deref(), server.name.as_deref()), (Some("10.11.7"), Some("Attic")));
    assert!(server.id.is_some());
    for other in ["other", "nonsense"] {
        mode(&stand_in, other).await;
        let trouble = Jellyfin.identify(&line).await.expect_err(other);
        assert_eq!(trouble, Trouble::OtherKind { expected: "Jellyfin" }, "{other}");
    }
    mode(&stand_in, "away").await;
    let trouble = Jellyfin.identify(&line).await.expect_err("it starts");
    assert_eq!(trouble, Trouble::Busy { after: Some(Duration::from_secs(2)) });
    mode(&stand_in, "error").await;
    let trouble = Jellyfin.identify(&line).await.expect_err("it is broken");
    assert!(matches!(trouble, Trouble::Odd { .. }), "{trouble:?}");
}

#[tokio::test]
async fn only_an_administrators_key_will_do_and_a_persons_token_will_not() {
    let stand_in = StandIn::start("jellyfin").await;
    Jellyfin.try_key(&stand_in.line()).await.expect("a good key");
    let refused = Jellyfin.try_key(&stand_in.line_with(key("wrong"))).await.expect_err("a wrong key");
    assert_eq!(refused, Trouble::KeyRefused);
    for is_administrator in [false, true] {
        let asked = json!({ "person": "Mia", "administrator": is_administrator });
        let told = stand_in.control("sign-in", asked).await;
        let line = stand_in.line_with(key(told["token"].as_str().expect("a token")));
        let trouble = Jellyfin.try_key(&line).await.expect_err("a person's");
        assert!(matches!(trouble, Trouble::TooFewRights { .. }), "{trouble:?}");
    }
}

#[tokio::test]
async fn trouble_is_named_and_half_a_list_is_none() {
    let stand_in = StandIn::start("jellyfin").await;
    signed_in(&stand_in, json!({ "person": "Mia" })).await;
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
        let trouble = Jellyfin.look(&line, None).await.expect_err(name);
        assert!(is_right(&trouble), "{name}: {trouble:?}");
    }
}

#[tokio::test]
async fn several_people_on_one_device_have_a_sign_in_each_and_end_together() {
    let stand_in = StandIn::start("jellyfin").await;
    let mia = signed_in(&stand_in, json!({ "person": "Mia", "id": "tv-1" })).await;
    let ben = signed_in(&stand_in, json!({ "person": "Ben", "id": "tv-1" })).await;
    let look = looked(&stand_in).await;
    assert_ne!(mia.external_id, ben.external_id);
    assert_eq!(look.sign_ins.len(), 2);
    for (sign_in, which) in look.sign_ins.iter().zip([&mia, &ben]) {
        assert_eq!(sign_in.external_id, which.external_id);
        assert_eq!(sign_in.ends_with.as_deref(), Some("tv-1"));
        assert_eq!(sign_in.client_id.as_deref(), Some("tv-1"));
    }
    let line = stand_in.line();
    Jellyfin.end(&line, &mia).await.expect("it is asked");
    for which in [&mia, &ben] {
        assert!(!Jellyfin.is_there(&line, which).await.expect("it is read"));
    }
}

#[tokio::test]
async fn what_a_device_does_now_comes_from_its_own_session() {
    let stand_in = StandIn::start("jellyfin").await;
    let asked = json!({
        "person": "Mia", "client_name": "Sofa", "app": "Findroid", "app_version": "0.15.0", "address": "192.0.2.7:51234",
        "playing": "A long film", "at": "2026-11-01T10:00:00.1234567Z",
        "raw": { "DateLastActivity": "2026-11-01T09:58:00.0000000Z" },
    });
    signed_in(&stand_in, asked).await;
    signed_in(&stand_in, json!({ "person": "Ben", "session": false })).await;
    let look = looked(&stand_in).await;
    // The session of the API key is nobody's sign-in.
    let [mia, ben] = look.sign_ins.as_slice() else { panic!("{look:?}") };
    assert_eq!(mia.person.as_ref().map(|person| person.name.as_str()), Some("Mia"));
    assert_eq!(mia.says.name.as_deref(), Some("Sofa"));
    assert_eq!(
        (mia.says.app.as_deref(), mia.says.app_version.as_deref()),
        (Some("Findroid"), Some("0.15.0"))
    );
    assert_eq!(mia.address.map(|address| address.to_string()).as_deref(), Some("192.0.2.7"));
    assert_eq!(mia.playing.as_deref(), Some("A long film"));
    assert_eq!(mia.last_active_at, told::moment("2026-11-01T10:00:00.123Z"));
    assert_eq!((mia.nature, mia.promise), (Nature::Person, Promise::AtOnce));
    assert_eq!((ben.address, ben.playing.as_deref()), (None, None));
}

#[tokio::test]
async fn whatever_stands_in_a_row_is_survived_and_no_token_is_kept() {
    let stand_in = StandIn::start("jellyfin").await;
    let long = "x".repeat(1_000_000);
    let told = stand_in.control("sign-in", json!({ "person": "Mia", "client_name": long })).await;
    let odd = json!({
        "person": "Ben", "session": false, "raw": {
            "Name": null, "CustomName": 7, "LastUserName": ["Ben"], "AppName": { "a": 1 }, "AppVersion": true,
            "DateLastActivity": "0001-01-01T00:00:00.0000000Z", "Capabilities": null, "Invented": { "deep": [1, 2] },
        },
    });
    signed_in(&stand_in, odd).await;
    signed_in(
        &stand_in,
        json!({ "person": "Eve", "session_raw": { "RemoteEndPoint": "not one", "NowPlayingItem": 3 } }),
    )
    .await;
    signed_in(
        &stand_in,
        json!({ "raw": { "LastUserId": null, "LastUserName": null, "DateLastActivity": "soon" } }),
    )
    .await;
    let look = looked(&stand_in).await;
    let [mia, ben, eve, nobody] = look.sign_ins.as_slice() else { panic!("{}", look.sign_ins.len()) };
    assert_eq!(mia.says.name.as_deref(), Some(long.as_str()));
    assert_eq!(ben.says, DeclaredDevice::default());
    assert_eq!((ben.last_active_at, ben.nature), (None, Nature::Unused));
    assert_eq!((eve.address, eve.playing.as_deref()), (None, None));
    assert_eq!((nobody.person.as_ref(), nobody.last_active_at, nobody.nature), (None, None, Nature::Person));
    assert!(!format!("{look:?}").contains(told["token"].as_str().expect("a token")));
}

#[tokio::test]
async fn of_a_row_that_is_there_twice_the_one_active_last_counts() {
    let stand_in = StandIn::start("jellyfin").await;
    for (name, at) in
        [("old", "2026-10-01T10:00:00Z"), ("new", "2026-11-01T10:00:00Z"), ("older", "2026-09-01T10:00:00Z")]
    {
        let asked = json!({ "id": "tv-1", "again": true, "session": false, "client_name": name, "at": at });
        signed_in(&stand_in, asked).await;
    }
    let look = looked(&stand_in).await;
    let [only] = look.sign_ins.as_slice() else { panic!("{look:?}") };
    assert_eq!(only.says.name.as_deref(), Some("new"));
}

#[tokio::test]
async fn a_row_without_an_id_makes_the_list_unreadable() {
    for id in [json!(null), json!("")] {
        let stand_in = StandIn::start("jellyfin").await;
        signed_in(&stand_in, json!({ "raw": { "Id": id } })).await;
        let trouble = Jellyfin.look(&stand_in.line(), None).await.expect_err("hidden is worse than told");
        assert!(matches!(trouble, Trouble::Odd { .. }), "{trouble:?}");
    }
}

#[tokio::test]
async fn an_end_is_proven_only_by_reading_back_with_every_version() {
    for version in ["10.8.13", "10.9.11", "10.10.7", "10.11.7", "12.0.0"] {
        let stand_in = StandIn::start("jellyfin").await;
        stand_in.control("version", json!({ "version": version })).await;
        let line = stand_in.line();
        let mia = signed_in(&stand_in, json!({ "person": "Mia", "client_name": "A/B & C?" })).await;
        mode(&stand_in, "lies").await;
        Jellyfin.end(&line, &mia).await.expect("it says so");
        assert!(Jellyfin.is_there(&line, &mia).await.expect("it is read"), "{version}");
        mode(&stand_in, "ok").await;
        Jellyfin.end(&line, &mia).await.expect("it is asked");
        assert!(!Jellyfin.is_there(&line, &mia).await.expect("it is read"), "{version}");
        // What is gone already is no trouble.
        Jellyfin.end(&line, &mia).await.expect("it is asked");
    }
}

#[tokio::test]
async fn nothing_is_asked_that_could_end_more_than_was_meant() {
    let stand_in = StandIn::start("jellyfin").await;
    let line = stand_in.line();
    let end = |device: &str| Ending {
        external_id: format!("a/{device}"),
        ends_with: device.to_owned(),
        person_id: None,
    };
    let trouble = Jellyfin.end(&line, &end("")).await.expect_err("no id");
    assert!(matches!(trouble, Trouble::Odd { .. }), "{trouble:?}");
    let trouble = Jellyfin.end(&line, &end("mine,yours")).await.expect_err("two ids");
    assert!(matches!(trouble, Trouble::Refused { .. }), "{trouble:?}");
    let asked = stand_in.control("asked", Value::Null).await;
    assert_eq!(asked["asked"], json!([]));
}

#[tokio::test]
async fn a_failed_sign_in_is_told_once_and_never_one_from_before() {
    let stand_in = StandIn::start("jellyfin").await;
    let line = stand_in.line();
    signed_in(&stand_in, json!({ "person": "Mia" })).await;
    stand_in.control("failed", json!({ "person": "Ben", "address": "192.0.2.1" })).await;
    let first = Jellyfin.look(&line, None).await.expect("it is read");
    assert_eq!(first.failed, []);
    stand_in.control("failed", json!({ "person": "Ben", "address": "198.51.100.7" })).await;
    let german =
        json!({ "name": "Fehlgeschlagener Anmeldeversuch von Mia", "overview": "IP-Adresse: 2001:db8::1" }); // typos: meant
    stand_in.control("failed", german).await;
    let second = Jellyfin.look(&line, first.cursor.as_deref()).await.expect("it is read");
    let told = second.failed.iter().map(|failed| {
        (
            failed.person.clone().unwrap_or_default(),
            failed.address.map(|address| address.to_string()).unwrap_or_default(),
        )
    });
    let wanted = [("Ben", "198.51.100.7"), ("Mia", "2001:db8::1")];
    assert_eq!(
        told.collect::<Vec<_>>(),
        wanted.map(|(person, address)| (person.to_owned(), address.to_owned()))
    );
    let third = Jellyfin.look(&line, second.cursor.as_deref()).await.expect("it is read");
    assert_eq!(third.failed, []);
    assert_eq!(third.cursor, second.cursor);
}

#[tokio::test]
async fn a_log_that_was_empty_hides_no_failure() {
    let stand_in = StandIn::start("jellyfin").await;
    let line = stand_in.line();
    let first = Jellyfin.look(&line, None).await.expect("it is read");
    stand_in.control("failed", json!({ "person": "Mia", "address": "", "raw": { "Date": "never" } })).await;
    // A time that cannot be read cannot be asked about: the stand-in would not answer.
    let second = Jellyfin.look(&line, first.cursor.as_deref()).await.expect("it is read");
    let [only] = second.failed.as_slice() else { panic!("{second:?}") };
    assert_eq!((only.person.as_deref(), only.address), (Some("Mia"), None));
}

#[tokio::test]
async fn ten_thousand_tries_of_a_password_neither_hide_the_list_nor_are_read_without_end() {
    let stand_in = StandIn::start("jellyfin").await;
    let line = stand_in.line();
    let first = Jellyfin.look(&line, None).await.expect("it is read");
    signed_in(&stand_in, json!({ "person": "Mia" })).await;
    stand_in.control("failed", json!({ "person": "Mia", "address": "192.0.2.7", "times": 10_000 })).await;
    let second = Jellyfin.look(&line, first.cursor.as_deref()).await.expect("it is read");
    assert_eq!((second.sign_ins.len(), second.failed.len()), (1, 5_000));
    let third = Jellyfin.look(&line, second.cursor.as_deref()).await.expect("it is read");
    assert_eq!(third.failed, []);
}

#[tokio::test]
async fn two_thousand_devices_are_read_whole() {
    let stand_in = StandIn::start("jellyfin").await;
    stand_in.control("many", json!({ "count": 2_000 })).await;
    assert_eq!(looked(&stand_in).await.sign_ins.len(), 2_000);
}

#[tokio::test]
async fn it_rings_for_what_changed_and_ends_with_the_server() {
    let stand_in = StandIn::start("jellyfin").await;
    let (line, bell) = (stand_in.line(), Notify::new());
    let rung = async {
        bell.notified().await;
        signed_in(&stand_in, json!({ "person": "Mia" })).await;
        bell.notified().await;
        stand_in.control("failed", json!({ "person": "Mia", "address": "192.0.2.7" })).await;
        bell.notified().await;
        mode(&stand_in, "away").await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        end = Jellyfin.listen(&line, &bell) => assert_eq!(end, Ok(())),
        () = rung => {}
    }
}

#[tokio::test]
async fn a_version_whose_bell_takes_no_key_says_so() {
    let stand_in = StandIn::start("jellyfin").await;
    stand_in.control("version", json!({ "version": "10.9.11" })).await;
    let trouble = Jellyfin.listen(&stand_in.line(), &Notify::new()).await.expect_err("it has none");
    assert_eq!(trouble, Trouble::NoPush);
}

#[test]
fn only_who_is_there_and_what_plays_is_news() {
    let at = |position: u32, title: &str| {
        doing(&json!([{
            "DeviceId": "tv", "UserId": "a", "RemoteEndPoint": "192.0.2.7",
            "PlayState": { "PositionTicks": position }, "NowPlayingItem": { "Name": title },
        }]))
    };
    assert_eq!(at(1, "A film"), at(2, "A film"));
    assert_ne!(at(1, "A film"), at(1, "Another"));
    assert!(doing(&json!("nonsense")).is_empty());
}
