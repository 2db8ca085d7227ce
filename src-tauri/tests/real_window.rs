//! The real window: first start, another device turns up in the list by itself, and is signed out from it.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a failure here is the test's own")]

mod real;

use real::devices::SignedInDevice;
use real::screen;
use real::tray::Panel;
use real::window::Window;
use serde_json::json;

/// Keys as WebDriver names them.
const ENTER: &str = "\u{e007}";
const DOWN: &str = "\u{e015}";

#[tokio::test]
async fn a_person_sets_up_and_signs_another_device_out_in_the_window() {
    let window = Window::open().await;
    window.see_text("Who lives here?").await;
    window.set_up().await;
    window.picture("devices-first").await;

    // The list tells of another device by itself: a mark on the page proves that it was not loaded anew.
    window.script("window.stillTheSamePage = true", json!([])).await;
    let tablet = SignedInDevice::sign_in(&window.address, "Kitchen <b>tablet</b>", None).await;
    tablet.is_let_in().await;
    window.see_text("Kitchen <b>tablet</b>").await;
    assert_eq!(window.script("return window.stillTheSamePage", json!([])).await, true);
    window.picture("devices-two").await;

    window.press("Sign out Kitchen <b>tablet</b>").await;
    window.picture("sign-out-asks").await;
    window.click("//*[@role='alertdialog' or @role='dialog']//button[normalize-space(.)='Sign out']").await;
    // Over, not before: an answer that was given is one that counts.
    window.see_text("Signed out at").await;
    tablet.is_refused().await;
    window.picture("sign-out-done").await;
    window.quit().await;
}

#[tokio::test]
async fn the_list_is_worked_by_keyboard_alone() {
    let window = Window::open().await;
    window.set_up().await;
    let _tablet = SignedInDevice::sign_in(&window.address, "Kitchen tablet", None).await;
    let _tv = SignedInDevice::sign_in(&window.address, "Living-room TV", None).await;
    window.see_text("Living-room TV").await;
    window.see_text("Kitchen tablet").await;

    window.keys(&["/"]).await;
    window.see("document.activeElement.matches('input[type=search]')").await;
    window.keys(&["k", "i", "t", "c", "h"]).await;
    window.see("document.querySelectorAll('a[data-row]').length === 1").await;
    window.keys(&[DOWN]).await;
    window.see("document.activeElement.matches('a[data-row]')").await;
    window.keys(&[ENTER]).await;
    window.see("location.hash.startsWith('#/devices/')").await;
    window.see_text("Why it").await;
    window.picture("device-by-keyboard").await;
    window.quit().await;
}

#[tokio::test]
async fn the_window_says_what_is_missing_on_this_desktop_and_goes_on() {
    let window = Window::open().await;
    window.set_up().await;
    let status = window.call("desktop_status", json!({})).await.unwrap();
    let tray = status["tray"].as_str().unwrap();
    assert!(tray.starts_with("There is no tray") && tray.contains("quits Latchkey"), "{tray}");
    assert!(status["notifications"].is_null(), "dunst is there: {status}");
    assert!(status["keyring"].as_str().unwrap().starts_with("No keyring answers"), "{status}");
    assert_eq!((&status["autostart"], &status["remote"]), (&json!(false), &json!(false)));
    assert_eq!(status["home_url"].as_str().unwrap(), window.address);

    let started = window.call("set_autostart", json!({"enabled": true})).await.unwrap();
    assert_eq!(started["autostart"], true);
    let stopped = window.call("set_autostart", json!({"enabled": false})).await.unwrap();
    assert_eq!(stopped["autostart"], false);

    let saved = window.call("save_history", json!({"format": "csv"})).await.unwrap();
    let file = std::path::PathBuf::from(saved["path"].as_str().unwrap());
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("at,what,device,") && text.lines().count() > 1, "{text}");

    let saved = window.call("save_history", json!({"format": "json"})).await.unwrap();
    let text = std::fs::read_to_string(saved["path"].as_str().unwrap()).unwrap();
    let all: serde_json::Value = serde_json::from_str(&text).unwrap();
    let kinds = all["history"].as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap());
    assert!(
        kinds.clone().any(|kind| kind == "account_created") && kinds.clone().any(|kind| kind == "sign_in")
    );

    window.script("location.hash = '#/settings'", json!([])).await;
    window.see_text("There is no tray").await;
    window.picture("settings").await;
    window.quit().await;
}

#[tokio::test]
async fn a_second_start_only_brings_the_first_ones_window_forward() {
    let _panel = Panel::show().await;
    let window = Window::open().await;
    screen::window_shows().await;
    screen::close_window().await;
    screen::window_is_gone().await;
    let second = std::process::Command::new(env!("CARGO_BIN_EXE_latchkey")).status().unwrap();
    assert!(second.success(), "{second}");
    screen::window_shows().await;
    window.quit().await;
}

#[tokio::test]
async fn closing_the_window_quits_where_no_tray_shows_that_it_goes_on() {
    let window = Window::open().await;
    screen::window_shows().await;
    screen::close_window().await;
    window.ends().await;
}
