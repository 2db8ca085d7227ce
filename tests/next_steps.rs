//! What is left to do once a home is set up: it is seen from what is there, and only a skip is kept.

mod support;

use reqwest::Method;
use serde_json::{Value, json};
use support::away::{AT_HOME, behind_a_proxy, household, somewhere};
use support::peer::Peer;
use support::{Browser, PASSWORD, TestHome, eventually};

const PATH: &str = "/api/v1/next-steps";

/// How each step stands.
fn states(answer: &Value) -> Vec<(&str, &str)> {
    let steps = answer["steps"].as_array().expect("steps");
    steps
        .iter()
        .map(|step| (step["kind"].as_str().expect("a kind"), step["state"].as_str().expect("a state")))
        .collect()
}

async fn steps(browser: &Browser) -> Value {
    let answer = browser.get(PATH).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn skip(browser: &Browser, step: &str, skipped: bool) -> Value {
    let answer = browser.put_json(PATH, &json!({ "step": step, "skipped": skipped })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn a_new_home_has_everything_left_to_do() {
    let (_home, owner) = TestHome::with_account().await;
    let all = ["get_told", "phone", "tv", "places", "watch_servers"].map(|step| (step, "open"));
    assert_eq!(states(&steps(&owner).await), all);
}

#[tokio::test]
async fn a_step_works_once_its_device_is_signed_in_and_is_left_again_without_it() {
    let (home, owner) = household().await;
    // This home has a place database.
    let begin = [("get_told", "open"), ("phone", "open"), ("tv", "open"), ("places", "works")];
    assert_eq!(states(&steps(&owner).await)[..4], begin);
    let phone = somewhere(&home, AT_HOME, "App/1.0").signs_in(&home, "Phone", "phone").await;
    somewhere(&home, AT_HOME, "App/1.0").signs_in(&home, "Box", "streaming_box").await;
    somewhere(&home, AT_HOME, "App/1.0").signs_in(&home, "Tablet", "tablet").await;
    let both = [("get_told", "open"), ("phone", "works"), ("tv", "works"), ("places", "works")];
    assert_eq!(states(&steps(&owner).await)[..4], both);
    owner.sign_out(phone["device_id"].as_str().expect("an id")).await;
    assert_eq!(states(&steps(&owner).await)[1], ("phone", "open"));
}

#[tokio::test]
async fn getting_told_works_once_a_channel_took_something_and_not_before() {
    let (_home, owner) = household().await;
    let hook = Peer::answering(204).await;
    let channel = json!({ "kind": "web_hook", "url": hook.origin, "password": PASSWORD });
    let made = owner.post_json("/api/v1/channels", &channel).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(states(&steps(&owner).await)[0], ("get_told", "open"), "that it is there says nothing yet");
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    let tried = owner.post_json(&format!("/api/v1/channels/{id}/test"), &json!({})).await;
    assert_eq!(tried.status, 202, "{}", tried.text);
    eventually("the channel took it", async || {
        (states(&steps(&owner).await)[0] == ("get_told", "works")).then_some(())
    })
    .await;
    assert_eq!(hook.heard().len(), 1);
}

#[tokio::test]
async fn what_is_skipped_stays_so_for_everybody_until_it_is_taken_up_again() {
    let (home, owner) = household().await;
    let skipped = skip(&owner, "tv", true).await;
    assert_eq!(states(&skipped)[2], ("tv", "skipped"));
    assert_eq!(skip(&owner, "tv", true).await, skipped, "twice is once");
    // What works is not skipped, and shows when it does not any more.
    assert_eq!(states(&skip(&owner, "places", true).await)[3], ("places", "works"));
    skip(&owner, "places", false).await;

    let token = owner.cookie("latchkey_session").expect("signed in");
    let home = home.restart_with(behind_a_proxy).await;
    let owner = home.browser();
    owner.always("authorization", &format!("Bearer {token}"));
    assert_eq!(steps(&owner).await, skipped);
    let other = somewhere(&home, AT_HOME, "App/1.0");
    other.signs_in(&home, "Laptop", "computer").await;
    assert_eq!(steps(&other).await, skipped);
    assert_eq!(states(&skip(&other, "tv", false).await)[2], ("tv", "open"));
    assert_eq!(states(&steps(&owner).await)[2], ("tv", "open"));
}

#[tokio::test]
async fn watching_works_once_a_service_is_on_the_list_and_is_left_again_without_one() {
    let (_home, owner) = TestHome::with_account().await;
    let card = async |watched: bool| {
        let path = "/api/v1/services/cards/google";
        let answer = owner.send_json(Method::PATCH, path, &json!({ "watched": watched })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    };
    assert!(card(true).await["due_at"].is_string());
    assert_eq!(states(&steps(&owner).await)[4], ("watch_servers", "works"));
    assert_eq!(card(false).await["due_at"], Value::Null);
    assert_eq!(states(&steps(&owner).await)[4], ("watch_servers", "open"));
}

#[tokio::test]
async fn no_other_step_is_skipped_and_a_child_sees_none() {
    let (home, owner) = household().await;
    for body in [json!({ "step": "services", "skipped": true }), json!({ "step": "tv" }), json!({})] {
        let answer = owner.put_json(PATH, &body).await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (422, Some("invalid_input")), "{body}");
    }
    home.clock.advance(std::time::Duration::from_mins(1));
    let tablet = home.device("Tablet").await;
    tablet.choose("Leo").await;
    for answer in
        [tablet.get(PATH).await, tablet.put_json(PATH, &json!({ "step": "tv", "skipped": true })).await]
    {
        assert_eq!((answer.status, answer.json()["error"].as_str()), (403, Some("kids_profile")));
    }
    assert_eq!(states(&steps(&owner).await)[2], ("tv", "open"));
}

#[tokio::test]
async fn what_cannot_be_read_of_the_skips_stops_nobody() {
    let (home, owner) = household().await;
    let token = owner.cookie("latchkey_session").expect("signed in");
    let damaged = "UPDATE accounts SET skipped_steps = '[\"of_a_later_version\", \"tv\"'";
    let home = home.restart_after(behind_a_proxy, &[damaged]).await;
    let owner = home.browser();
    owner.always("authorization", &format!("Bearer {token}"));
    assert_eq!(states(&steps(&owner).await)[2], ("tv", "open"));
    assert_eq!(states(&skip(&owner, "phone", true).await)[1], ("phone", "skipped"));
}
