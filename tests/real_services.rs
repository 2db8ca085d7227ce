//! Real servers of others, as households have them, with their own bans and limits on: a real Home Assistant and a real Synapse, which a
//! home watches over its public interface. `./dev test services` fetches and runs them; a light `./dev test` does not.
#![cfg(target_os = "linux")]

#[path = "real_services/home_assistant.rs"]
mod home_assistant;
#[path = "real_services/program.rs"]
mod program;
mod support;
#[path = "real_services/synapse.rs"]
mod synapse;

use serde_json::{Value, json};

use home_assistant::HomeAssistant;
use program::{Real, SignedIn, until};
use support::stand_in::StandIn;
use support::{Browser, Household};
use synapse::{Synapse, User};

/// Addresses that the demonstration's places know, and where the household never was.
const PORTO_ALEGRE: &str = "198.51.100.12";
const RIGA: &str = "203.0.113.201";

/// Adds a server, and waits until what is signed in there is shown; answers with the service's id.
async fn is_added(home: &mut Household, server: &impl Real, there: &SignedIn) -> String {
    let check = home.owner.proves(&server.body()).await;
    assert_eq!(check["state"], "ok", "{check:#}");
    match check["version"].as_str() {
        Some(version) => assert!(server.has_version(version), "{check:#}"),
        // It says that where other servers reach it, which need not be where its users do.
        None => assert_eq!(server.body()["kind"], "matrix", "{check:#}"),
    }
    let added = home.owner.adds(&server.body()).await;
    let service = added["id"].as_str().expect("an id").to_owned();
    is_in_state(home, &service, &there.id, "live").await;
    assert_eq!(home.owner.open_alerts().await, [] as [Value; 0], "what was there is learnt in silence");
    service
}

/// Waits until a session is in that state; answers with its device and with it.
async fn is_in_state(home: &mut Household, service: &str, id: &str, state: &str) -> (Value, Value) {
    home.until(&format!("it is {state}"), async |owner: &Browser| {
        let (device, session) = owner.session_at(service, id).await?;
        (session["state"] == state).then_some((device, session))
    })
    .await
}

/// Waits until a service is in that state.
async fn service_is(home: &mut Household, service: &str, state: &str) {
    home.until(&format!("the service is {state}"), async |owner: &Browser| {
        (owner.service(service).await["state"] == state).then_some(())
    })
    .await;
}

/// Signs out the device that holds a sign-in there: its end is asked for.
async fn is_asked_to_leave(home: &Household, service: &str, id: &str) {
    let (device, session) = home.owner.session_at(service, id).await.expect("it is shown");
    let path = format!("/api/v1/devices/{}/sign-out", device["id"].as_str().expect("an id"));
    let answer = home.owner.post_json(&path, &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let report = answer.json();
    assert_eq!(report["effect"], "asked", "{report:#}");
    assert_eq!(report["sessions"][0]["session_id"], session["id"], "{report:#}");
}

/// A stranger signs in there, is told of, is signed out, and refused by the server itself; the person who was there stays.
async fn a_stranger_is_told_and_signed_out(server: &impl Real) {
    let mut home = Household::start().await;
    let mia = server.signs_in("192.168.1.20").await;
    let service = is_added(&mut home, server, &mia).await;

    let stranger = server.signs_in(PORTO_ALEGRE).await;
    assert!(server.takes(&stranger).await);
    home.hears("alert_raised").await;
    let (device, session) = home.owner.session_at(&service, &stranger.id).await.expect("it is shown");
    let alerts = home.owner.open_alerts().await;
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    assert_eq!(alerts[0]["session_id"], session["id"], "{alerts:#?}");
    assert_eq!(alerts[0]["device_id"], device["id"], "{alerts:#?}");

    is_asked_to_leave(&home, &service, &stranger.id).await;
    let (_, ended) = is_in_state(&mut home, &service, &stranger.id, "ended").await;
    assert!(!ended["confirmed_at"].is_null(), "{ended:#}");
    assert!(!server.takes(&stranger).await, "the server takes the token still");
    assert!(!server.renews(&stranger).await, "the server renews the token still");

    let (_, stays) = home.owner.session_at(&service, &mia.id).await.expect("it is shown");
    assert_eq!(stays["state"], "live", "{stays:#}");
    assert!(server.takes(&mia).await);
    service_is(&mut home, &service, "ok").await;
    let printed = home.stop();
    assert!(!printed.contains(server.key()), "the log has the key");
}

/// What is asked for while the server is off waits, and is done when it is back.
async fn what_was_asked_while_it_was_off_is_done(server: &mut impl Real) {
    let mut home = Household::start().await;
    let mia = server.signs_in("192.168.1.20").await;
    let lost = server.signs_in(RIGA).await;
    let service = is_added(&mut home, server, &mia).await;
    is_in_state(&mut home, &service, &lost.id, "live").await;

    server.stops();
    service_is(&mut home, &service, "unreachable").await;
    is_asked_to_leave(&home, &service, &lost.id).await;
    let asked = home
        .until("it says why it waits", async |owner: &Browser| {
            let (_, session) = owner.session_at(&service, &lost.id).await?;
            assert_eq!(session["state"], "asked", "{session:#}");
            session["detail"].is_string().then_some(session)
        })
        .await;
    assert!(!asked["asked_at"].is_null() && asked["confirmed_at"].is_null(), "{asked:#}");
    let (_, stays) = home.owner.session_at(&service, &mia.id).await.expect("it is shown");
    assert_eq!(stays["state"], "live", "{stays:#}");
    assert!(!stays["as_of"].is_null(), "{stays:#}");

    server.starts_again().await;
    let (_, ended) = is_in_state(&mut home, &service, &lost.id, "ended").await;
    assert!(!ended["confirmed_at"].is_null(), "{ended:#}");
    assert!(!server.takes(&lost).await, "the server takes the token still");
    assert_eq!(home.owner.sign_outs_of(&ended["id"]).await, 1);
    service_is(&mut home, &service, "ok").await;
    let (_, stays) = home.owner.session_at(&service, &mia.id).await.expect("it is shown");
    assert_eq!(stays["state"], "live", "{stays:#}");
    assert!(stays["as_of"].is_null(), "{stays:#}");
    assert!(server.takes(&mia).await);
}

#[tokio::test]
#[ignore = "needs a real Home Assistant: ./dev test services"]
async fn a_stranger_at_home_assistant_is_told_and_signed_out_there() {
    a_stranger_is_told_and_signed_out(&HomeAssistant::start().await).await;
}

#[tokio::test]
#[ignore = "needs a real Home Assistant: ./dev test services"]
async fn what_was_asked_while_home_assistant_was_off_is_done_when_it_is_back() {
    what_was_asked_while_it_was_off_is_done(&mut HomeAssistant::start().await).await;
}

#[tokio::test]
#[ignore = "needs a real Home Assistant: ./dev test services"]
async fn a_failed_sign_in_at_home_assistant_is_told_with_where_it_came_from() {
    let mut home = Household::start().await;
    let server = HomeAssistant::start().await;
    let mia = server.signs_in("192.168.1.20").await;
    is_added(&mut home, &server, &mia).await;
    server.is_tried_with_a_wrong_password(RIGA).await;
    home.hears("sign_in_failed").await;
    let answer = home.owner.get("/api/v1/history?kind=sign_in_failed").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let history = answer.json();
    assert_eq!(history["history"][0]["address"], RIGA, "{history:#}");
    assert_eq!(history["history"].as_array().map(Vec::len), Some(1), "{history:#}");
}

#[tokio::test]
#[ignore = "needs a real Home Assistant: ./dev test services"]
async fn a_wrong_key_and_a_withdrawn_one_are_tried_once_each_and_home_assistant_bans_nobody() {
    let mut home = Household::start().await;
    let server = HomeAssistant::start().await;
    let mia = server.signs_in("192.168.1.20").await;
    let mut wrong = server.body();
    wrong["key"] = "nobody-gave-this-out".into();
    let check = home.owner.proves(&wrong).await;
    assert_eq!(check["state"], "key_refused", "{check:#}");
    until("the wrong key counts", async || (server.failed_attempts_from_here() > 0).then_some(())).await;

    let service = is_added(&mut home, &server, &mia).await;
    assert_eq!(server.failed_attempts_from_here(), 1);
    server.withdraws_the_key().await;
    service_is(&mut home, &service, "key_refused").await;
    // One that is asked by the clock shows that time passes: long enough for the withdrawn key to be tried again.
    let clock = StandIn::start("immich").await;
    home.owner.adds(&clock.body().await).await;
    is_asked_to_leave(&home, &service, &mia.id).await;
    clock.is_asked_again("/api/sessions", 3).await;
    assert_eq!(server.failed_attempts_from_here(), 2);
    assert!(!server.has_banned_anybody());
    assert!(server.takes(&mia).await, "what was asked for with a withdrawn key was done");

    let key = server.another_key().await;
    let mut renewed = server.body();
    renewed["key"] = key.into();
    home.owner.changes_service(&service, &json!({ "renewed": renewed })).await;
    service_is(&mut home, &service, "ok").await;
    is_in_state(&mut home, &service, &mia.id, "ended").await;
    assert!(!server.takes(&mia).await);
}

#[tokio::test]
#[ignore = "needs a real Synapse: ./dev test services"]
async fn a_stranger_at_synapse_is_told_and_signed_out_there() {
    a_stranger_is_told_and_signed_out(&Synapse::start(User::Administrator).await).await;
}

#[tokio::test]
#[ignore = "needs a real Synapse: ./dev test services"]
async fn what_was_asked_while_synapse_was_off_is_done_when_it_is_back() {
    what_was_asked_while_it_was_off_is_done(&mut Synapse::start(User::Administrator).await).await;
}

#[tokio::test]
#[ignore = "needs a real Synapse: ./dev test services"]
async fn a_stranger_at_matrix_is_told_and_signed_out_by_the_one_whose_account_it_is() {
    a_stranger_is_told_and_signed_out(&Synapse::start(User::Mia).await).await;
}
