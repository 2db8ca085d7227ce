//! The real notification: an unfamiliar device signs in, the daemon shows it, and one tap signs it out.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a failure here is the test's own")]

mod real;

use real::devices::SignedInDevice;
use real::dunst::Dunst;
use real::screen;
use real::tray::Panel;
use real::until;
use real::window::Window;
use serde_json::json;

/// Addresses in the place databases that `./dev test` brings.
const BRAZIL: &str = "200.160.2.3";
const PORTUGAL: &str = "193.136.2.1";

#[tokio::test]
async fn one_tap_on_the_notification_signs_the_stranger_out_also_with_the_window_closed() {
    let (dunst, panel) = (Dunst::here(), Panel::show().await);
    let window = Window::open().await;
    window.set_up().await;
    screen::window_shows().await;

    screen::close_window().await;
    screen::window_is_gone().await;
    let before = dunst.shown().len();
    let stranger = SignedInDevice::sign_in(&window.address, "Hall <img src=x> tablet", Some(BRAZIL)).await;
    stranger.is_let_in().await;

    let alert = dunst.next(before).await;
    assert_eq!(alert.title, "A new device signed in");
    // The name is drawn as it is: its markup reaches the daemon escaped.
    assert!(alert.text.contains("Hall &lt;img src=x&gt; tablet"), "{alert:?}");
    assert!(alert.text.contains("Brazil") && alert.text.contains("today at "), "{alert:?}");
    panel.says("Alerts: 1").await;
    screen::picture("notification-alert");

    dunst.press("No, sign it out");
    let outcome = dunst.next(before + 1).await;
    assert_eq!(outcome.title, "Signed out");
    assert!(outcome.text.contains("Its next request will be refused."), "{outcome:?}");
    stranger.is_refused().await;
    until("only the outcome is in sight", async || (Dunst::on_screen() == 1).then_some(())).await;
    screen::picture("notification-outcome");
    panel.says("Alerts: 0").await;

    panel.press("Open Latchkey").await;
    screen::window_shows().await;
    let alerts = window.operation("alerts", json!({"query": {}})).await.unwrap();
    assert_eq!(alerts["alerts"][0]["state"], "not_me");
    window.quit().await;
}

#[tokio::test]
async fn a_tap_on_the_notifications_body_opens_the_alerts_card_in_the_window() {
    let (dunst, _panel) = (Dunst::here(), Panel::show().await);
    let window = Window::open().await;
    window.set_up().await;
    screen::close_window().await;
    screen::window_is_gone().await;
    let before = dunst.shown().len();
    let stranger = SignedInDevice::sign_in(&window.address, "Attic box", Some(PORTUGAL)).await;
    let alert = dunst.next(before).await;
    assert!(alert.text.contains("Attic box") && alert.text.contains("Portugal"), "{alert:?}");

    Dunst::tap();
    screen::window_shows().await;
    window.see("location.hash.startsWith('#/alerts/')").await;
    window.see_text("Why it looks unfamiliar").await;
    window.see("document.querySelector('h1').innerText.includes('Attic box')").await;
    window.picture("alert-card").await;

    window.press("Yes, it is ours").await;
    window.see("document.querySelector('[role=status]')").await;
    stranger.is_let_in().await;
    window.picture("alert-card-me").await;
    window.quit().await;
}

#[tokio::test]
async fn an_answer_in_the_window_settles_the_notification() {
    let (dunst, _panel) = (Dunst::here(), Panel::show().await);
    let window = Window::open().await;
    window.set_up().await;
    let before = dunst.shown().len();
    let stranger = SignedInDevice::sign_in(&window.address, "Garage radio", None).await;
    let alert = dunst.next(before).await;
    // This app trusts the proxy in front of it, and a proxy that names nobody speaks for nobody.
    assert!(alert.text.contains("Garage radio") && alert.text.contains("At an unknown place"), "{alert:?}");

    let alerts = window.operation("alerts", json!({"query": {"state": "open"}})).await.unwrap();
    let answer = json!({"id": alerts["alerts"][0]["id"], "answer": {"answer": "not_me"}});
    assert_eq!(window.operation("answer_alert", answer).await.unwrap()["effect"], "signed_out");
    stranger.is_refused().await;
    let settled = dunst.next(before + 1).await;
    assert_eq!(settled.title, "Signed out");
    assert!(settled.text.contains("as somebody asked"), "{settled:?}");
    window.quit().await;
}

#[tokio::test]
async fn a_kids_profile_at_this_desktop_gets_no_notification() {
    let (dunst, _panel) = (Dunst::here(), Panel::show().await);
    let window = Window::open().await;
    window.set_up().await;
    let session = window.operation("session", json!({})).await.unwrap();
    let kid =
        session["profiles"].as_array().unwrap().iter().find(|profile| profile["kind"] == "kids").unwrap();
    window.operation("choose_profile", json!({"choice": {"profile_id": kid["id"]}})).await.unwrap();
    let before = dunst.shown().len();
    let _stranger = SignedInDevice::sign_in(&window.address, "Cellar TV", None).await;
    assert_eq!(window.operation("alerts", json!({"query": {}})).await.unwrap_err()["error"], "kids_profile");
    // Another program's notification, sent after it: had the alert been told, it would stand before this one.
    Dunst::tell("Something else");
    assert_eq!(dunst.next(before).await.title, "Something else");
    // Back to the grown-up: the alert is caught up with now.
    let ana = session["profile"]["id"].clone();
    window.operation("choose_profile", json!({"choice": {"profile_id": ana}})).await.unwrap();
    assert!(dunst.next(before + 1).await.text.contains("Cellar TV"));
    window.quit().await;
}
