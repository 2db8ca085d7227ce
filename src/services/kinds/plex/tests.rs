//! plex.tv, against its stand-in.

use serde_json::{Value, json};

use super::*;
use crate::services::kinds::stand_in::StandIn;

async fn looked(stand_in: &StandIn) -> Look {
    Plex.look(&stand_in.line(), None).await.expect("it is read")
}

async fn mode(stand_in: &StandIn, mode: &str) {
    stand_in.control("mode", json!({ "mode": mode })).await;
}

async fn signed_in(stand_in: &StandIn, asked: Value) -> Ending {
    let told = stand_in.control("sign-in", asked).await;
    let external_id = told["id"].as_str().expect("an id").to_owned();
    Ending { ends_with: external_id.clone(), person_id: None, external_id }
}

fn keys(token: &str, client_id: &str) -> Keys {
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Keys::of([field("token", token), field("client_id", client_id)])
}

/// Which trouble is meant.
type Wanted = fn(&Trouble) -> bool;

#[tokio::test]
async fn it_is_known_by_how_it_refuses() {
    let stand_in = StandIn::start("plex").await;
    let line = stand_in.line_with(Keys::default());
    Plex.identify(&line).await.expect("it is plex.tv");
    for other in ["other", "nonsense"] {
        mode(&stand_in, other).await;
        let trouble = Plex.identify(&line).await.expect_err(other);
        assert_eq!(trouble, Trouble::OtherKind { expected: "Plex" }, "{other}");
    }
    mode(&stand_in, "away").await;
    let trouble = Plex.identify(&line).await.expect_err("it is away");
    assert_eq!(trouble, Trouble::Busy { after: Some(Duration::from_secs(2)) });
}

#[tokio::test]
async fn a_token_is_somebodys_and_needs_its_client_identifier() {
    let stand_in = StandIn::start("plex").await;
    let holder = Plex.try_key(&stand_in.line()).await.expect("a good token");
    assert_eq!(holder.person, Some(Person { id: "7654321".to_owned(), name: "Mia".to_owned() }));
    let refused = Plex.try_key(&stand_in.line_with(keys("wrong", "c"))).await.expect_err("a wrong token");
    assert_eq!(refused, Trouble::KeyRefused);
    let trouble = Plex.try_key(&stand_in.line_with(keys("any", ""))).await.expect_err("no client");
    assert!(matches!(trouble, Trouble::TooFewRights { .. }), "{trouble:?}");
}

#[tokio::test]
async fn trouble_is_named_and_half_a_list_is_none() {
    let stand_in = StandIn::start("plex").await;
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
        let trouble = Plex.look(&line, None).await.expect_err(name);
        assert!(is_right(&trouble), "{name}: {trouble:?}");
    }
}

#[tokio::test]
async fn a_device_tells_what_it_is_and_keeps_its_token() {
    let stand_in = StandIn::start("plex").await;
    let asked = json!({
        "client_name": "Mia's <phone> & co", "address": "198.51.100.7", "product": "Plex for Android", "product_version": "10.1",
        "platform": "Android", "platform_version": "15", "model": "Pixel 8", "client_id": "phone-1", "created": 1_760_000_000,
        "seen": 1_790_000_000,
    });
    let told = stand_in.control("sign-in", asked).await;
    let look = looked(&stand_in).await;
    let [own, phone] = look.sign_ins.as_slice() else { panic!("{look:?}") };
    assert_eq!((own.nature, own.promise), (Nature::Own, Promise::Nothing));
    assert_eq!((phone.nature, phone.promise), (Nature::Person, Promise::AtOnce));
    assert_eq!(phone.client_id.as_deref(), Some("phone-1"));
    let wanted = DeclaredDevice {
        name: Some("Mia's <phone> & co".to_owned()),
        model: Some("Pixel 8".to_owned()),
        os: Some("Android 15".to_owned()),
        app: Some("Plex for Android".to_owned()),
        app_version: Some("10.1".to_owned()),
        ..DeclaredDevice::default()
    };
    assert_eq!(phone.says, wanted);
    assert_eq!(phone.address.map(|address| address.to_string()).as_deref(), Some("198.51.100.7"));
    assert_eq!(phone.signed_in_at, told::moment_of_seconds(1_760_000_000));
    assert_eq!(phone.last_active_at, told::moment_of_seconds(1_790_000_000));
    assert_eq!(phone.person.as_ref().map(|person| person.name.as_str()), Some("Mia"));
    assert!(!format!("{look:?}").contains(told["token"].as_str().expect("a token")));
}

#[tokio::test]
async fn whatever_stands_in_a_row_is_survived() {
    let stand_in = StandIn::start("plex").await;
    let long = "x".repeat(1_000_000);
    let odd = json!({
        "client_name": long, "address": "nowhere",
        "raw": {
            "platform": "", "platformVersion": null, "model": null, "device": null, "product": "\u{202e}evil", "createdAt": "0",
            "lastSeenAt": "soon", "clientIdentifier": null, "invented": "1",
        },
    });
    signed_in(&stand_in, odd).await;
    for seen in [5, 9, 7] {
        signed_in(&stand_in, json!({ "id": 77, "seen": 1_790_000_000 + seen })).await;
    }
    let look = looked(&stand_in).await;
    let [_, odd, twice] = look.sign_ins.as_slice() else { panic!("{}", look.sign_ins.len()) };
    assert_eq!(odd.says.name.as_deref(), Some(long.as_str()));
    assert_eq!(
        (odd.says.os.as_deref(), odd.says.model.as_deref(), odd.client_id.as_deref()),
        (None, None, None)
    );
    assert_eq!((odd.address, odd.signed_in_at, odd.last_active_at), (None, None, None));
    assert_eq!(twice.last_active_at, told::moment_of_seconds(1_790_000_009));
}

#[tokio::test]
async fn an_end_is_proven_only_by_reading_back() {
    let stand_in = StandIn::start("plex").await;
    let line = stand_in.line();
    let phone = signed_in(&stand_in, json!({ "client_name": "Phone" })).await;
    mode(&stand_in, "lies").await;
    Plex.end(&line, &phone).await.expect("it says so");
    assert!(Plex.is_there(&line, &phone).await.expect("it is read"));
    mode(&stand_in, "ok").await;
    Plex.end(&line, &phone).await.expect("it is asked");
    assert!(!Plex.is_there(&line, &phone).await.expect("it is read"));
    // What is gone already is no trouble.
    Plex.end(&line, &phone).await.expect("it is asked");
}

#[tokio::test]
async fn neither_a_media_server_nor_latchkey_itself_is_ever_ended() {
    let stand_in = StandIn::start("plex").await;
    let line = stand_in.line();
    let server = signed_in(&stand_in, json!({ "client_name": "Attic", "provides": "server,player" })).await;
    let look = looked(&stand_in).await;
    let [own, media_server] = look.sign_ins.as_slice() else { panic!("{look:?}") };
    assert_eq!((media_server.nature, media_server.promise), (Nature::Integration, Promise::Nothing));
    let own =
        Ending { external_id: own.external_id.clone(), ends_with: own.external_id.clone(), person_id: None };
    for which in [&server, &own] {
        let trouble = Plex.end(&line, which).await.expect_err("never");
        assert!(matches!(trouble, Trouble::Refused { .. }), "{trouble:?}");
        assert!(Plex.is_there(&line, which).await.expect("it is read"));
    }
}

#[tokio::test]
async fn a_link_makes_a_token_once_the_person_has_said_yes() {
    let stand_in = StandIn::start("plex").await;
    let line = stand_in.line_with(Keys::default());
    let linking = Plex.linking().expect("it links");
    let begun = linking.begin(&line, "latchkey one").await.expect("it begins");
    assert!(begun.url.starts_with("https://app.plex.tv/auth#?clientID=latchkey+one&code="), "{}", begun.url);
    assert_eq!(linking.finish(&line, "latchkey one", &begun).await.expect("it waits"), None);
    stand_in.control("link", json!({ "id": begun.id })).await;
    let made = linking.finish(&line, "latchkey one", &begun).await.expect("it is done").expect("a token");
    let line = stand_in.line_with(made);
    let look = Plex.look(&line, None).await.expect("the token is good");
    // Of the two that are called Latchkey, the one with this client's identifier is its own.
    assert_eq!(look.sign_ins.iter().map(|one| one.nature).collect::<Vec<_>>(), [Nature::Person, Nature::Own]);
    let stale = Link { id: "999".to_owned(), ..begun };
    let trouble = linking.finish(&line, "latchkey one", &stale).await.expect_err("it is gone");
    assert!(matches!(trouble, Trouble::Refused { .. }), "{trouble:?}");
}

#[test]
fn a_list_that_is_none_or_not_whole_is_unreadable() {
    let whole = "<?xml version=\"1.0\"?><MediaContainer><Device id=\"1\" name=\"a\"/></MediaContainer>";
    assert_eq!(listed(whole.as_bytes()).map(|devices| devices.len()), Ok(1));
    assert_eq!(listed(b"<MediaContainer/>").map(|devices| devices.len()), Ok(0));
    for end in 0..whole.len() {
        assert!(listed(&whole.as_bytes()[..end]).is_err(), "{}", &whole[..end]);
    }
    for none in [
        "<html><body><p>It works!<br></body></html>",
        "<Device id=\"1\"/>",
        "<MediaContainer><Device name=\"no id\"/></MediaContainer>",
        "<MediaContainer><Device id=\"\"/></MediaContainer>",
        "<MediaContainer><Device id=\"1\" provides=\"server\" provides=\"\"/></MediaContainer>",
        "<MediaContainer><Device id=\"1\" provides=\"&secret;\"/></MediaContainer>",
        "{}",
        "",
    ] {
        assert!(listed(none.as_bytes()).is_err(), "{none}");
    }
    assert!(listed(b"<MediaContainer>\xff</MediaContainer>").is_err());
}
