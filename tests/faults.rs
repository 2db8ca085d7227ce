//! A disk that fails while the home runs: what cannot be kept is refused and not done, and everything works again as
//! soon as the cause is gone.

mod support;

use std::path::Path;
use std::time::Duration;

use http::Method;
use latchkey::config::Config;
use serde_json::{Value, json};
use support::disk::{Failing, SmallDisk};
use support::{Answer, Browser, PASSWORD, TestHome, eventually};

/// A home in that folder, with the owner's laptop and a tablet; the id of the latter.
async fn home_in(folder: &Path) -> (TestHome, Browser, Browser, String) {
    let home = TestHome::start_with(in_folder(folder)).await;
    let owner = home.set_up().await;
    owner.choose("Ana").await;
    home.clock.advance(Duration::from_mins(1));
    let tablet = home.device("Tablet").await;
    tablet.choose("Ana").await;
    let id = owner.device_named("Tablet").await["id"].as_str().expect("an id").to_owned();
    // Its line is judged, and the sites behind the guard know it.
    assert_eq!(tablet.get("/guard").await.status, 200);
    (home, owner, tablet, id)
}

fn in_folder(folder: &Path) -> impl FnOnce(&mut Config) {
    let folder = folder.to_owned();
    move |config| config.data_dir = folder
}

async fn sign_out(owner: &Browser, id: &str) -> Answer {
    owner.post_json(&format!("/api/v1/devices/{id}/sign-out"), &json!({})).await
}

fn is(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.json()["error"].as_str()), (status, Some(code)), "{}", answer.text);
}

/// Every way to sign out is refused with that beginning, and none of them is done.
async fn nobody_is_signed_out(owner: &Browser, tablet: &Browser, id: &str, status: u16, code: &str) {
    let token = tablet.cookie("latchkey_session").expect("signed in");
    let refused = [
        sign_out(owner, id).await,
        owner.post_json("/api/v1/devices/sign-out", &json!({ "all": true })).await,
        tablet.post_json("/api/v1/sign-out", &json!({})).await,
    ];
    for answer in refused {
        is(&answer, status, code);
        let sentence = answer.json()["message"].as_str().expect("a sentence").to_owned();
        assert!(sentence.starts_with("Not signed out: the disk "), "{sentence}");
    }
    let revoked = tablet.post("/revoke", &[("token", &token)]).await;
    is(&revoked, 503, "temporarily_unavailable");
    let changed =
        owner.send_json(Method::PATCH, &format!("/api/v1/devices/{id}"), &json!({ "name": "Mine" })).await;
    is(&changed, status, code);
    assert!(
        changed.json()["message"].as_str().is_some_and(|it| it.starts_with("Nothing was changed: the disk "))
    );
    is(&owner.get("/healthz").await, 503, code);
    // Known sessions go on, and nothing is half done.
    assert_eq!(tablet.get("/guard").await.status, 200);
    assert_eq!(tablet.get("/api/v1/session").await.status, 200);
    let device = owner.device_named("Tablet").await;
    assert_eq!(device["signed_in"], true, "{device}");
}

/// The next sign-out is made, and kept.
async fn all_is_well_again(home: TestHome, owner: Browser, tablet: Browser, id: &str, folder: &Path) {
    let done = sign_out(&owner, id).await;
    assert_eq!((done.status, done.json()["effect"].as_str()), (200, Some("signed_out")), "{}", done.text);
    is(&tablet.get("/api/v1/session").await, 401, "session_ended");
    eventually("the home says that it is well", async || {
        (owner.get("/healthz").await.text == "ok").then_some(())
    })
    .await;
    let token = tablet.cookie("latchkey_session").expect("it has one still");
    let owners = owner.cookie("latchkey_session").expect("signed in");
    let home = home.restart_with(in_folder(folder)).await;
    let with = |token: &str| {
        let browser = home.browser();
        browser.always("authorization", &format!("Bearer {token}"));
        browser
    };
    is(&with(&token).get("/api/v1/session").await, 401, "session_ended");
    let devices: Vec<Value> = with(&owners).devices().await;
    assert_eq!(devices.len(), 2, "{devices:?}");
    home.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_sign_outs_until_there_is_room_and_not_longer() {
    let Some(disk) = SmallDisk::mount() else { return };
    let (home, owner, tablet, id) = home_in(&disk.data()).await;
    disk.fill();
    nobody_is_signed_out(&owner, &tablet, &id, 507, "disk_full").await;
    disk.make_room();
    all_is_well_again(home, owner, tablet, &id, &disk.data()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_me_from_a_new_line_says_that_nobody_was_signed_out() {
    let Some(disk) = SmallDisk::mount() else { return };
    let (_home, owner, tablet, _) = home_in(&disk.data()).await;
    let alert = owner.open_alerts().await.pop().expect("a new device is told");
    let path = format!("/api/v1/alerts/{}/answer", alert["id"].as_str().expect("an id"));
    disk.fill();
    // To judge whoever comes from there is written down.
    owner.always("x-forwarded-for", "203.0.113.9");
    let refused = owner.post_json(&path, &json!({ "answer": "not_me" })).await;
    is(&refused, 507, "disk_full");
    let sentence = refused.json()["message"].as_str().expect("a sentence").to_owned();
    assert!(sentence.starts_with("Not signed out: the disk "), "{sentence}");
    assert_eq!(tablet.get("/api/v1/session").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_of_the_disk_refuses_sign_outs_until_it_is_gone_and_not_longer() {
    let folder = tempfile::tempdir().expect("a folder");
    let (home, owner, tablet, id) = home_in(folder.path()).await;
    let log = folder.path().join("latchkey.db-wal");
    let Some(failing) = Failing::make(&log) else { return };
    nobody_is_signed_out(&owner, &tablet, &id, 503, "storage_failed").await;
    drop(failing);
    all_is_well_again(home, owner, tablet, &id, folder.path()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn activity_that_met_a_full_disk_spoils_nothing_that_comes_after() {
    let Some(disk) = SmallDisk::mount() else { return };
    let (home, owner, tablet, id) = home_in(&disk.data()).await;
    disk.fill();
    home.clock.advance(Duration::from_hours(1));
    let report = json!({ "title": "The Lighthouse Keepers", "state": "playing" });
    assert_eq!(tablet.post_json("/api/v1/session/activity", &report).await.status, 204);
    // Nobody asked for a change: it is the home itself that finds out.
    eventually("the home says that the disk is full", async || {
        let health = owner.get("/healthz").await;
        (health.status == 503).then(|| is(&health, 503, "disk_full"))
    })
    .await;
    disk.make_room();
    eventually("the home finds the room", async || (owner.get("/healthz").await.text == "ok").then_some(()))
        .await;
    eventually("what was to be written is", async || {
        (owner.device_named("Tablet").await["last_title"] == "The Lighthouse Keepers").then_some(())
    })
    .await;
    all_is_well_again(home, owner, tablet, &id, &disk.data()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_uses_up_neither_a_printed_code_nor_what_was_allowed() {
    let Some(disk) = SmallDisk::mount() else { return };
    let (home, owner, ..) = home_in(&disk.data()).await;
    let tv = home.browser();
    let codes =
        tv.post("/device_authorization", &[("client_id", "Jellyfin"), ("device_name", "TV")]).await.json();
    let allow = json!({ "user_code": codes["user_code"], "decision": "allow", "password": PASSWORD });
    assert_eq!(owner.post_json("/api/v1/codes/answer", &allow).await.status, 204);
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", codes["device_code"].as_str().expect("a code")),
    ];
    let printed = home.app.recovery_code().expect("printed");
    let recovery = json!({ "code": printed, "new_password": "battery staple", "sign_out_everything": false });
    disk.fill();
    is(&tv.post("/token", &form).await, 503, "temporarily_unavailable");
    is(&owner.post_json("/api/v1/recover", &recovery).await, 507, "disk_full");
    disk.make_room();
    home.clock.advance(Duration::from_secs(5));
    let let_in = tv.post("/token", &form).await;
    assert_eq!(let_in.status, 200, "{}", let_in.text);
    let token = let_in.json()["access_token"].as_str().expect("a token").to_owned();
    tv.always("authorization", &format!("Bearer {token}"));
    assert_eq!(tv.get("/api/v1/session").await.status, 200);
    is(&tv.post("/token", &form).await, 400, "expired_token");
    let recovered = owner.post_json("/api/v1/recover", &recovery).await;
    assert_eq!(recovered.status, 200, "{}", recovered.text);
    is(&owner.post_json("/api/v1/recover", &recovery).await, 403, "wrong_recovery_code");
    home.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_guesses_count_while_the_disk_is_full() {
    let Some(disk) = SmallDisk::mount() else { return };
    let (home, owner, ..) = home_in(&disk.data()).await;
    let guess = json!({
        "current_password": "not this one", "new_password": "another row of words",
        "sign_out_everything_else": false,
    });
    disk.fill();
    for _ in 0..4 {
        is(&owner.put_json("/api/v1/account/password", &guess).await, 507, "disk_full");
    }
    disk.make_room();
    is(&owner.put_json("/api/v1/account/password", &guess).await, 422, "invalid_input");
    let alerts = owner.open_alerts_of("wrong_pins").await;
    assert_eq!(
        (alerts.len(), &alerts[0]["reasons"]),
        (1, &json!([{ "kind": "wrong_passwords", "times": 5 }])),
        "{alerts:#?}"
    );
    home.app.stop().await;
}
