//! Files of a home that are deleted or replaced while it runs: it notices, and answers nothing that is not kept.

mod support;

use std::fs;
use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use support::server::Server;
use support::{Answer, Browser, LOGIN, PASSWORD, TestHome, eventually};

/// What the browsers of these tests call themselves.
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0";

fn says_lost(answer: &Answer, file: &str) {
    assert_eq!(
        (answer.status, answer.json()["error"].as_str()),
        (503, Some("storage_lost")),
        "{}",
        answer.text
    );
    let sentence = answer.json()["message"].as_str().expect("a sentence").to_owned();
    assert!(
        sentence.contains(&format!("{file} was deleted or replaced while Latchkey was running"))
            && sentence.contains("Stop Latchkey, put the file back, and start it again."),
        "{sentence}"
    );
}

/// What a browser that is signed in sends to a site behind the guard.
async fn key_for_sites(home: &TestHome) -> String {
    let browser = Browser::new(&format!("http://latchkey.home.example:{}", home.app.address().port()));
    assert_eq!(browser.get("/sign-in").await.status, 200);
    let form = [("login", LOGIN), ("password", PASSWORD), ("form", "1")];
    assert_eq!(browser.post("/sign-in", &form).await.status, 303);
    browser.cookies_at("http://films.home.example/")
}

/// What happens to the file of that name when `lose` does something to it.
async fn is_noticed(file: &str, lose: impl Fn(&Path)) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_owned();
    let home = TestHome::start_with(move |config| {
        config.data_dir = data;
        config.public_url = Some("http://latchkey.home.example".parse().expect("an address"));
        config.cookie_domain = Some("home.example".into());
    })
    .await;
    let owner = home.set_up().await;
    let tablet = home.device("Tablet").await;
    let key = key_for_sites(&home).await;
    let at_site = async || home.browser().send(Method::GET, "/guard", &[("cookie", &*key)], None).await;
    assert_eq!(at_site().await.status, 200);
    let token = owner.cookie("latchkey_session").expect("signed in");
    let listens = latchkey::tls::http_client()
        .get(format!("{}/api/v1/events", home.address()))
        .header("user-agent", FIREFOX)
        .bearer_auth(token);
    let listens = listens.send().await.expect("an answer");
    assert_eq!(listens.status(), 200);
    let id = owner.device_named("Tablet").await["id"].as_str().expect("an id").to_owned();
    lose(&folder.path().join(file));
    // The very next change, and from then on everything: another home may be told otherwise.
    let refused = owner.post_json(&format!("/api/v1/devices/{id}/sign-out"), &json!({})).await;
    says_lost(&refused, file);
    assert!(refused.text.contains("Not signed out: "), "{}", refused.text);
    for path in ["/healthz", "/guard", "/api/v1/session", "/api/v1/status", "/sign-in"] {
        says_lost(&tablet.get(path).await, file);
    }
    // Nor is a key to the sites good any more, nor does a stream that was open go on.
    says_lost(&at_site().await, file);
    let heard = tokio::time::timeout(Duration::from_secs(20), listens.text()).await;
    let heard = heard.expect("it ends").expect("all of it");
    assert!(!heard.contains("session_ended"), "nobody was signed out: {heard}");
    home.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_deleted_or_replaced_is_noticed_before_a_sign_out_is_answered() {
    is_noticed("latchkey.db", |file| fs::remove_file(file).expect("is there")).await;
    is_noticed("latchkey.db", |file| {
        let copy = file.with_extension("copy");
        fs::copy(file, &copy).expect("copies");
        fs::rename(&copy, file).expect("replaces");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_is_its_log_and_so_is_the_lock() {
    is_noticed("latchkey.db-wal", |file| fs::remove_file(file).expect("is there")).await;
    is_noticed("latchkey.lock", |file| fs::remove_file(file).expect("is there")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_home_that_nobody_asks_anything_of_notices_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_owned();
    let home = TestHome::start_with(move |config| config.data_dir = data).await;
    fs::remove_file(folder.path().join("latchkey.db")).expect("is there");
    let browser = home.browser();
    let answer = eventually("the home says so", async || {
        let health = browser.get("/healthz").await;
        (health.status != 200).then_some(health)
    })
    .await;
    says_lost(&answer, "latchkey.db");
    home.app.stop().await;
}

#[tokio::test]
async fn no_second_one_starts_beside_the_first_whose_lock_was_deleted() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut first = Server::start(folder.path(), &[]);
    first.ready();
    fs::remove_file(folder.path().join("latchkey.lock")).expect("is there");
    let (complaint, code) = Server::start(folder.path(), &[]).ended();
    assert_eq!(code, Some(1));
    assert!(complaint.contains("Another Latchkey is using"), "{complaint}");
    let (log, code) = first.stop();
    assert_eq!(code, Some(0));
    let told =
        log.lines().filter(|line| line.contains("\"ERROR\"") && line.contains("latchkey.lock")).count();
    assert!(told <= 1, "said once: {told}");
}
