//! What a home knew before it was stopped is as good after it starts again: what was judged needs no judgement, and what was
//! forgotten stays forgotten.

mod support;

use std::time::Duration;

use serde_json::json;
use support::away::{LISBON, RIGA, behind_a_proxy, somewhere};
use support::disk::SmallDisk;
use support::{Browser, LOGIN, PASSWORD, TestHome};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const CURL: &str = "curl/8.5.0";

/// The lines that are kept of live sessions.
const KEPT: &str = "SELECT COALESCE(SUM(length(judged_lines)), 0) / 8 FROM sessions WHERE ended_at IS NULL";
/// Whatever a judgement writes.
const WRITTEN: &str = "SELECT (SELECT COUNT(*) FROM history) + (SELECT COUNT(*) FROM alerts)";

/// The same device at the home after a start, with the token it had.
fn again(home: &TestHome, device: &Browser, address: &str, user_agent: &str) -> Browser {
    let token = device.cookie("latchkey_session").expect("signed in");
    let browser = somewhere(home, address, user_agent);
    browser.keep("latchkey_session", &token);
    browser
}

async fn sign_in(home: &TestHome, address: &str, user_agent: &str) -> Browser {
    let browser = somewhere(home, address, user_agent);
    let request = json!({ "login": LOGIN, "password": PASSWORD });
    assert_eq!(browser.post_json("/api/v1/sign-in", &request).await.status, 200);
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_judged_before_a_start_needs_nothing_written_after_it_not_even_on_a_full_disk() {
    let Some(disk) = SmallDisk::mount() else { return };
    let settings = |config: &mut latchkey::config::Config| {
        behind_a_proxy(config);
        config.data_dir = disk.data();
    };
    let home = TestHome::start_with(settings).await;
    let owner = home.set_up().await;
    owner.choose("Ana").await;
    home.clock.advance(Duration::from_mins(1));
    let device = sign_in(&home, LISBON, FIREFOX).await;
    let home = home.restart_with(settings).await;
    disk.fill();
    let device = again(&home, &device, LISBON, FIREFOX);
    for path in ["/api/v1/session", "/guard"] {
        assert_eq!(device.get(path).await.status, 200, "{path}");
    }
    // What was never judged there is another matter: nobody is let in whose judgement cannot be kept.
    let thief = again(&home, &device, RIGA, CURL);
    let refused = thief.get("/api/v1/session").await;
    assert_eq!(
        (refused.status, refused.json()["error"].as_str()),
        (507, Some("disk_full")),
        "{}",
        refused.text
    );
    assert_eq!(device.get("/api/v1/session").await.status, 200);
    disk.make_room();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_of_a_session_is_found_after_a_start_as_before_it() {
    let home = TestHome::start_with(behind_a_proxy).await;
    let owner = home.set_up().await;
    owner.choose("Ana").await;
    home.clock.advance(Duration::from_mins(1));
    let device = sign_in(&home, LISBON, FIREFOX).await;
    let home = home.restart_with(behind_a_proxy).await;
    let thief = again(&home, &device, RIGA, CURL);
    let refused = thief.get("/api/v1/session").await;
    assert_eq!(
        (refused.status, refused.json()["error"].as_str()),
        (401, Some("session_held")),
        "{}",
        refused.text
    );
    // Held stays held, also for who was judged before.
    let home = home.restart_with(behind_a_proxy).await;
    let refused = again(&home, &device, LISBON, FIREFOX).get("/api/v1/session").await;
    assert_eq!(
        (refused.status, refused.json()["error"].as_str()),
        (401, Some("session_held")),
        "{}",
        refused.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_me_has_every_session_judged_again_also_after_a_start() {
    let home = TestHome::start_with(behind_a_proxy).await;
    let owner = home.set_up().await;
    owner.choose("Ana").await;
    home.clock.advance(Duration::from_mins(1));
    sign_in(&home, RIGA, CURL).await;
    assert!(home.count(KEPT).await >= 2);
    let alert = owner.open_alerts().await.remove(0);
    owner.answer(&alert, "not_me").await;
    assert_eq!(home.count(KEPT).await, 0);
    let home = home.restart_with(behind_a_proxy).await;
    assert_eq!(home.count(KEPT).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_not_kept_is_judged_and_written_down_where_nothing_else_changes() {
    let home = TestHome::start_with(behind_a_proxy).await;
    let owner = home.set_up().await;
    owner.choose("Ana").await;
    home.clock.advance(Duration::from_mins(1));
    let device = sign_in(&home, LISBON, FIREFOX).await;
    let alert = owner.open_alerts().await.remove(0);
    owner.answer(&alert, "me").await;
    // As a version that kept no lines left it.
    let home = home.restart_after(behind_a_proxy, &["UPDATE sessions SET judged_lines = NULL"]).await;
    let written = home.count(WRITTEN).await;
    assert_eq!(again(&home, &device, LISBON, FIREFOX).get("/api/v1/session").await.status, 200);
    assert_eq!(home.count(WRITTEN).await, written);
    // Written with the activity, at the latest when the home stops.
    let home = home.restart_with(behind_a_proxy).await;
    assert_eq!(home.count(KEPT).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_refused_when_the_home_stops_is_in_the_history_after_it() {
    let home = TestHome::start().await;
    let owner = home.set_up().await;
    owner.choose("Ana").await;
    let mut devices = Vec::new();
    for number in 0..12 {
        home.clock.advance(Duration::from_mins(1));
        devices.push(home.device(&format!("Device {number}")).await);
    }
    let all = owner.post_json("/api/v1/devices/sign-out", &json!({ "all": true })).await;
    assert_eq!(all.json()["results"].as_array().map(Vec::len), Some(12), "{}", all.text);
    for device in &devices {
        assert_eq!(device.get("/api/v1/session").await.status, 401);
    }
    let home = home.restart().await;
    let refused = "SELECT COUNT(*) FROM history WHERE kind = 'refused' AND device_name LIKE 'Device %'";
    assert_eq!(home.count(refused).await, 12);
    assert_eq!(home.count("SELECT COUNT(*) FROM sessions WHERE refused_at IS NOT NULL").await, 12);
}
