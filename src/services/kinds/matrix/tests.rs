use serde_json::{Value, json};

use super::*;
use crate::model::Nature;
use crate::services::kinds::stand_in::StandIn;
use crate::services::{Keys, SignIn};

async fn signs_in(stand_in: &StandIn, body: Value) -> String {
    let told = stand_in.control("sign-in", body).await;
    told["id"].as_str().expect("an id").to_owned()
}

async fn is(stand_in: &StandIn, mode: &str) {
    stand_in.control("mode", json!({"mode": mode})).await;
}

fn ending(id: &str) -> Ending {
    Ending { external_id: id.to_owned(), ends_with: id.to_owned(), person_id: None }
}

/// A line with the good key, and this password.
fn line_with(stand_in: &StandIn, password: &str) -> Line {
    let key = stand_in.line().keys().get("key").to_owned();
    stand_in.line_with(Keys::of([("key".to_owned(), key), ("password".to_owned(), password.to_owned())]))
}

async fn listed(line: &Line, id: &str) -> SignIn {
    let look = Matrix.look(line, None).await.expect("a look");
    look.sign_ins.into_iter().find(|sign_in| sign_in.external_id == id).expect("it is listed")
}

#[tokio::test]
async fn a_homeserver_is_known_without_a_key() {
    let stand_in = StandIn::start("matrix").await;
    let server = Matrix.identify(&stand_in.line_with(Keys::default())).await.expect("a homeserver");
    assert_eq!(server.version.as_deref(), Some("Synapse 1.163.2"));
    for mode in ["other", "nonsense"] {
        is(&stand_in, mode).await;
        let server = Matrix.identify(&stand_in.line()).await;
        assert_eq!(server, Err(Trouble::OtherKind { expected: "Matrix" }), "{mode}");
    }
}

#[tokio::test]
async fn without_the_password_devices_are_shown_and_none_is_ended() {
    let stand_in = StandIn::start("matrix").await;
    let line = line_with(&stand_in, "");
    let holder = Matrix.try_key(&line).await.expect("a good key");
    assert_eq!(holder.person.map(|person| person.name).as_deref(), Some("mia"));
    assert_eq!(holder.lacks.len(), 1);
    let phone =
        signs_in(&stand_in, json!({"person": "Mia", "client_name": "Phone", "address": "192.0.2.5"})).await;
    let found = listed(&line, &phone).await;
    assert_eq!((found.nature, found.promise, found.user_agent), (Nature::Person, Promise::Nothing, None));
    let ended = Matrix.end(&line, &ending(&phone)).await;
    assert!(matches!(&ended, Err(Trouble::Refused { why }) if why.contains("password")), "{ended:?}");
    assert_eq!(Matrix.is_there(&line, &ending(&phone)).await, Ok(true));
}

#[tokio::test]
async fn with_the_password_a_device_is_ended_and_its_end_read_back() {
    let stand_in = StandIn::start("matrix").await;
    let line = stand_in.line();
    assert_eq!(Matrix.try_key(&line).await.expect("a good key").lacks, [] as [String; 0]);
    let phone = signs_in(&stand_in, json!({"person": "Mia", "client_name": "Phone"})).await;
    let stays = signs_in(&stand_in, json!({"person": "Mia", "client_name": "Tablet"})).await;
    assert_eq!(listed(&line, &phone).await.promise, Promise::AtOnce);
    is(&stand_in, "lies").await;
    assert_eq!(Matrix.end(&line, &ending(&phone)).await, Ok(()));
    assert_eq!(Matrix.is_there(&line, &ending(&phone)).await, Ok(true));
    is(&stand_in, "ok").await;
    assert_eq!(Matrix.end(&line, &ending(&phone)).await, Ok(()));
    assert_eq!(Matrix.is_there(&line, &ending(&phone)).await, Ok(false));
    assert_eq!(Matrix.is_there(&line, &ending(&stays)).await, Ok(true));
}

#[tokio::test]
async fn a_password_that_is_wrong_is_tried_once_and_told() {
    let stand_in = StandIn::start("matrix").await;
    let phone = signs_in(&stand_in, json!({"person": "Mia"})).await;
    let line = line_with(&stand_in, "wrong");
    let ended = Matrix.end(&line, &ending(&phone)).await;
    assert!(
        matches!(&ended, Err(Trouble::Refused { why }) if why.contains("password is not right")),
        "{ended:?}"
    );
    let told = stand_in.control("asked", Value::Null).await;
    let asked = told["asked"].as_array().expect("a list").iter();
    let tries =
        asked.filter(|asked| asked["path"].as_str().is_some_and(|path| path.ends_with("delete_devices")));
    assert_eq!(tries.count(), 2, "what it asks for, and the password once");
    assert_eq!(Matrix.is_there(&line, &ending(&phone)).await, Ok(true));
}

#[tokio::test]
async fn where_a_page_of_its_own_signs_people_in_that_is_told() {
    let stand_in = StandIn::start("matrix").await;
    stand_in.control("version", json!({"version": "1.163.2+sso"})).await;
    let phone = signs_in(&stand_in, json!({"person": "Mia"})).await;
    let ended = Matrix.end(&stand_in.line(), &ending(&phone)).await;
    assert!(matches!(&ended, Err(Trouble::Refused { why }) if why.contains("page of its own")), "{ended:?}");
}

#[tokio::test]
async fn the_own_device_and_those_of_others_are_never_ended() {
    let stand_in = StandIn::start("matrix").await;
    let line = stand_in.line();
    let own = listed(&line, "@mia:home.test/LATCHKEY01").await;
    assert_eq!((own.nature, own.promise), (Nature::Own, Promise::Nothing));
    for id in [own.external_id.as_str(), "@leo:home.test/PHONE"] {
        let ended = Matrix.end(&line, &ending(id)).await;
        assert!(matches!(ended, Err(Trouble::Refused { .. })), "{id}: {ended:?}");
    }
    let ended = Matrix.end(&line, &ending("nothing")).await;
    assert!(matches!(ended, Err(Trouble::Odd { .. })), "{ended:?}");
    assert!(Matrix.try_key(&line).await.is_ok());
}

#[test]
fn the_two_ids_in_one_are_told_apart_whatever_is_in_them() {
    let user = "@mia/of/home:home.test:8448";
    assert_eq!(parts(&homeserver::device_of(user, "A/B:C")), Ok((user, "A/B:C")));
    assert!(parts("@mia:home.test").is_err());
    assert!(parts("/").is_err());
}

#[tokio::test]
async fn a_key_that_was_withdrawn_is_told_from_a_server_that_is_away() {
    let stand_in = StandIn::start("matrix").await;
    let line = stand_in.line();
    is(&stand_in, "key_refused").await;
    assert_eq!(Matrix.look(&line, None).await, Err(Trouble::KeyRefused));
    is(&stand_in, "away").await;
    assert!(matches!(Matrix.look(&line, None).await, Err(Trouble::Busy { .. })));
    is(&stand_in, "ok").await;
    assert!(Matrix.look(&line, None).await.is_ok());
}
