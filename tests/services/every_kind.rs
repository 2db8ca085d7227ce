//! What holds for every kind, over its stand-in: proven, added in silence, told of, ended and read back, gone there by itself, removed
//! without ending anything, and no key in the log.

use http::Method;
use serde_json::{Value, json};

use crate::support::stand_in::StandIn;
use crate::support::{Browser, Household};
use crate::watched::AT_HOME;

/// Somewhere that the household never was.
const ABROAD: &str = "198.51.100.12";

async fn holds(kind: &'static str) {
    let mut home = Household::start().await;
    let stand_in = StandIn::start(kind).await;
    let before = stand_in.signs_in("Kitchen tablet", AT_HOME).await;
    is_offered_with_its_words(&home.owner, kind).await;
    a_wrong_key_is_told_from_a_good_one(&home.owner, &stand_in).await;

    let service = is_added(&mut home, &stand_in, &[&before]).await;
    assert_eq!(home.owner.open_alerts().await, [] as [Value; 0], "what was there is learnt in silence");
    let stranger = a_stranger_is_told(&mut home, &stand_in, &service).await;
    is_ended_and_read_back(&mut home, &service, &stranger).await;
    stand_in.is_told("end", &json!({ "id": before })).await;
    is_gone_by_itself(&mut home, &service, &before).await;

    let [one, another] =
        [stand_in.signs_in("Phone", AT_HOME).await, stand_in.signs_in("Tablet", AT_HOME).await];
    are_live(&mut home, &service, &[&one, &another]).await;
    is_removed(&home.owner, &service).await;
    let service = is_added(&mut home, &stand_in, &[&one, &another]).await;
    all_are_ended_but_its_own(&mut home, &service, &[&one, &another]).await;

    let secrets = stand_in.secrets().await;
    assert!(!secrets.is_empty());
    let printed = home.stop();
    assert!(printed.len() > 500, "the log is empty: {printed}");
    for secret in secrets {
        assert!(!printed.contains(&secret), "the log has the key");
    }
}

async fn is_offered_with_its_words(owner: &Browser, kind: &str) {
    let answer = owner.get("/api/v1/services/kinds").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let kinds = answer.json();
    let kinds = kinds["kinds"].as_array().expect("a list");
    let offered = kinds.iter().find(|offered| offered["kind"] == kind).expect("it is offered");
    assert!(offered["how_to"].as_array().is_some_and(|steps| (2..=8).contains(&steps.len())), "{offered:#}");
    assert!(offered["fields"].as_array().is_some_and(|fields| !fields.is_empty()), "{offered:#}");
    assert!(offered["limits"].is_array() && offered["tells"].is_object(), "{offered:#}");
}

async fn a_wrong_key_is_told_from_a_good_one(owner: &Browser, stand_in: &StandIn) {
    let steps = |check: &Value| -> Vec<(String, String)> {
        let steps = check["steps"].as_array().expect("a list");
        let text = |value: &Value| value.as_str().expect("a word").to_owned();
        steps.iter().map(|step| (text(&step["step"]), text(&step["state"]))).collect()
    };
    let as_steps = |states: [&str; 5]| -> Vec<(String, String)> {
        let steps = ["reachable", "certificate", "kind", "key", "rights"];
        steps.into_iter().zip(states).map(|(step, state)| (step.to_owned(), state.to_owned())).collect()
    };
    let wrong = stand_in.body_with_wrong_keys().await;
    let check = owner.proves(&wrong).await;
    assert_eq!(check["state"], "key_refused", "{check:#}");
    assert_eq!(steps(&check), as_steps(["passed", "passed", "passed", "failed", "waits"]), "{check:#}");
    let said = check["steps"][3]["detail"].as_str().expect("what to do");
    assert!(!said.contains("nobody-gave-this-out"), "{said}");
    let check = owner.proves(&stand_in.body().await).await;
    assert_eq!(check["state"], "ok", "{check:#}");
    assert_eq!(steps(&check), as_steps(["passed"; 5]), "{check:#}");
}

/// Adds it, and waits until these are shown; answers with its id.
async fn is_added(home: &mut Household, stand_in: &StandIn, signed_in: &[&str]) -> String {
    let added = home.owner.adds(&stand_in.body().await).await;
    assert_eq!(added["kind"], stand_in.kind);
    for secret in stand_in.secrets().await {
        assert!(!added.to_string().contains(&secret), "it is shown again: {added:#}");
    }
    let service = added["id"].as_str().expect("an id").to_owned();
    are_live(home, &service, signed_in).await;
    // What is there is shown as it comes, a part at a time; then it was read whole.
    let shown = home
        .until("it was read whole", async |owner: &Browser| {
            let shown = owner.service(&service).await;
            (!shown["last_read_at"].is_null()).then_some(shown)
        })
        .await;
    assert_eq!(shown["state"], "ok", "{shown:#}");
    service
}

async fn are_live(home: &mut Household, service: &str, ids: &[&str]) {
    home.until("they are shown as signed in", async |owner: &Browser| {
        for id in ids {
            let (_, session) = owner.session_at(service, id).await?;
            if session["state"] != "live" {
                return None;
            }
        }
        Some(())
    })
    .await;
}

/// Somebody signs in there from abroad; answers with the server's id of that.
async fn a_stranger_is_told(home: &mut Household, stand_in: &StandIn, service: &str) -> String {
    let stranger = stand_in.signs_in("A stranger's phone", ABROAD).await;
    home.hears("alert_raised").await;
    let alerts = home.owner.open_alerts().await;
    let (device, session) = home.owner.session_at(service, &stranger).await.expect("it is shown");
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    assert_eq!(alerts[0]["session_id"], session["id"], "{alerts:#?}");
    assert_eq!(alerts[0]["device_id"], device["id"], "{alerts:#?}");
    assert_eq!(device["signed_in"], true, "{device:#}");
    stranger
}

async fn is_ended_and_read_back(home: &mut Household, service: &str, id: &str) {
    let (device, session) = home.owner.session_at(service, id).await.expect("it is shown");
    let device = device["id"].as_str().expect("an id");
    let path = format!("/api/v1/devices/{device}/sign-out");
    let answer = home.owner.post_json(&path, &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["effect"], "asked", "{}", answer.text);
    assert_eq!(answer.json()["sessions"][0]["session_id"], session["id"], "{}", answer.text);
    let ended = home
        .until("its end is confirmed", async |owner: &Browser| {
            let (_, session) = owner.session_at(service, id).await?;
            (session["state"] == "ended").then_some(session)
        })
        .await;
    assert!(!ended["asked_at"].is_null() && !ended["confirmed_at"].is_null(), "{ended:#}");
    assert_eq!(home.owner.sign_outs_of(&session["id"]).await, 1);
    // Asked again, nothing is ended a second time.
    let again = home.owner.post_json(&path, &json!({})).await;
    assert_eq!(again.json()["effect"], "already_signed_out", "{}", again.text);
    assert_eq!(home.owner.sign_outs_of(&session["id"]).await, 1);
}

async fn is_gone_by_itself(home: &mut Household, service: &str, id: &str) {
    let (device, session) = home
        .until("what is gone there has ended here", async |owner: &Browser| {
            let (device, session) = owner.session_at(service, id).await?;
            (session["state"] == "ended").then_some((device, session))
        })
        .await;
    assert_eq!(device["ended_reason"], "ended_at_service", "{device:#}");
    assert!(session["asked_at"].is_null(), "{session:#}");
    assert_eq!(device["signed_in"], false, "{device:#}");
}

/// Removes it: nothing of it is signed in any more as far as is known here.
async fn is_removed(owner: &Browser, service: &str) {
    let answer = owner.send_json(Method::DELETE, &format!("/api/v1/services/{service}"), &json!({})).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    let listed = owner.get("/api/v1/services").await.json();
    assert_eq!(listed["services"], json!([]));
    for device in owner.all_devices().await {
        for session in device["sessions"].as_array().expect("a list") {
            assert!(session["service_id"].is_null() || session["state"] == "ended", "{session:#}");
        }
    }
}

async fn all_are_ended_but_its_own(home: &mut Household, service: &str, ids: &[&str]) {
    let answer = home.owner.post_json("/api/v1/devices/sign-out", &json!({ "all": true })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    home.listens_anew().await;
    home.until("all have ended", async |owner: &Browser| {
        for id in ids {
            let (_, session) = owner.session_at(service, id).await?;
            if session["state"] != "ended" {
                return None;
            }
        }
        Some(())
    })
    .await;
    let answer = home.owner.post_json(&format!("/api/v1/services/{service}/check"), &json!({})).await;
    assert_eq!(answer.json()["state"], "ok", "the key was ended, too: {}", answer.text);
}

/// A test for each kind, of its name.
macro_rules! holds_for {
    ($($kind:ident)+) => {
        $(
            #[tokio::test]
            async fn $kind() {
                super::holds(stringify!($kind)).await;
            }
        )+

        #[test]
        fn no_kind_is_left_out() {
            let mut named = [$(stringify!($kind)),+];
            let mut all = crate::KINDS;
            named.sort_unstable();
            all.sort_unstable();
            assert_eq!(named, all);
        }
    };
}

mod everything_holds_for {
    holds_for!(home_assistant jellyfin emby immich synapse matrix mas audiobookshelf authentik keycloak);
}
