//! A real push: a Firefox signs in at a home that runs, presses the buttons that subscribe it, is sent what is told of a stranger,
//! shows it through D-Bus and dunst, and answers by the home's service worker when somebody clicks. Only the push service is the
//! tests' own. `tools/dev/push-tests.sh` runs it: it needs a screen, a session bus and a notification daemon of its own.
#![cfg(target_os = "linux")]

#[path = "real_push/desk.rs"]
mod desk;
#[path = "real_push/firefox.rs"]
mod firefox;
#[path = "real_push/home.rs"]
mod home;
#[path = "real_push/push_service.rs"]
mod push_service;
mod support;

use std::time::Duration;

use desk::Desk;
use firefox::Firefox;
use home::{CHROME, Home, SAFARI};
use push_service::PushService;
use serde_json::json;
use support::{LOGIN, PASSWORD};

/// Longest time that anything may take before a test gives up. A browser starts in ten seconds, on a busy machine in a minute.
const PATIENCE: Duration = Duration::from_mins(3);

/// Asks again and again until there is an answer: for what other programs do by themselves.
async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        // The pauses leave the processor to those who are waited for; nothing depends on how long they are.
        let mut again = tokio::time::interval(Duration::from_millis(20));
        loop {
            again.tick().await;
            if let Some(found) = ask().await {
                return found;
            }
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

fn shown_as(title: &str, text: &str) -> (String, String) {
    (title.to_owned(), text.to_owned())
}

/// A household whose browser is told, and everything around it.
struct Household {
    desk: Desk,
    service: PushService,
    home: Home,
    firefox: Firefox,
}

impl Household {
    /// The browser signs in and subscribes as a person has it do so, at an address of the home.
    async fn start(address: impl FnOnce(&Home) -> String) -> Self {
        let desk = Desk::here();
        let service = PushService::start().await;
        let home = Home::start(&service).await;
        let mut firefox = Firefox::start(&service).await;
        let address = address(&home);
        firefox.open(&address).await;
        firefox.fill("input[name=login]", LOGIN).await;
        firefox.fill("input[name=password]", PASSWORD).await;
        firefox.press("form button", "Sign in").await;
        firefox.press(".tile", "Ana").await;
        home.ends_learning().await;
        firefox.open(&format!("{address}#/channels")).await;
        let mut household = Self { desk, service, home, firefox };
        household.turns_on().await;
        household
    }

    /// Presses what subscribes this browser.
    async fn turns_on(&mut self) {
        self.firefox.press(".way", "This browser").await;
        self.firefox.press("button", "Turn on").await;
        self.home.channel_is("untried").await;
    }
}

#[tokio::test]
#[ignore = "needs a screen: ./dev test push"]
async fn a_click_on_the_notifications_button_answers_without_opening_anything() {
    let Household { mut desk, service, home, mut firefox } = Household::start(Home::at_localhost).await;
    let pages = firefox.pages().await;

    let chrome = home.signs_in(CHROME).await;
    let shown = desk.shows("A new device signed in").await;
    assert!(
        shown.contains("Chrome on Windows, on the account ana\nNear Porto Alegre, Brazil, today"),
        "{shown}"
    );
    Desk::picture("push-firefox").await;
    desk.click("No, sign it out").await;
    // The home says it to every channel: who answered here goes on reading what came of it.
    let came = desk.becomes(2).await;
    assert_eq!(chrome.session().await.status, 401);
    assert_eq!(came, shown_as("Signed out", "Its next request will be refused.\nA new device signed in"));
    assert_eq!(home.alerts().await, ["not_me"]);
    Desk::clear();

    let safari = home.signs_in(SAFARI).await;
    let shown = desk.shows("A new device signed in").await;
    assert!(shown.contains("Safari on macOS, on the account ana\nNear Riga, Latvia, today"), "{shown}");
    desk.click("Yes, it is ours").await;
    let came = desk.becomes(2).await;
    assert_eq!(safari.session().await.status, 200);
    let words = "This device and this place are familiar from now on.\nA new device signed in";
    assert_eq!(came, shown_as("It is one of yours", words));
    assert_eq!(home.alerts().await, ["me", "not_me"]);
    assert_eq!(firefox.pages().await, pages);
    assert_eq!(service.acknowledged(4).await, [100; 4]);
    firefox.quit().await;
}

#[tokio::test]
#[ignore = "needs a screen: ./dev test push"]
async fn with_the_page_closed_a_button_answers_and_a_tap_opens_the_alert() {
    let Household { mut desk, home, mut firefox, .. } = Household::start(Home::url).await;
    firefox.close_page().await;

    let chrome = home.signs_in(CHROME).await;
    desk.shows("A new device signed in").await;
    desk.click("No, sign it out").await;
    assert_eq!(desk.becomes(2).await.0, "Signed out");
    assert_eq!(chrome.session().await.status, 401);
    assert_eq!(firefox.pages().await, ["about:blank"]);
    Desk::clear();

    let safari = home.signs_in(SAFARI).await;
    desk.shows("A new device signed in").await;
    desk.tap().await;
    let alert = format!("{}#/alerts/", home.url());
    until("the alert is opened", async || {
        firefox.pages().await.iter().any(|page| page.starts_with(&alert)).then_some(())
    })
    .await;
    assert_eq!(home.alerts().await, ["open", "not_me"]);
    assert_eq!(safari.session().await.status, 200);
    firefox.quit().await;
}

#[tokio::test]
#[ignore = "needs a screen: ./dev test push"]
async fn what_is_told_while_the_browser_is_down_is_shown_and_answered_when_it_starts_again() {
    let Household { mut desk, service, home, mut firefox } = Household::start(Home::at_localhost).await;
    firefox.stop().await;
    let chrome = home.signs_in(CHROME).await;
    home.channel_is("ok").await;
    firefox.start_again(&service).await;
    desk.shows("A new device signed in").await;
    desk.click("No, sign it out").await;
    assert_eq!(desk.becomes(2).await.0, "Signed out");
    assert_eq!(chrome.session().await.status, 401);
    assert_eq!(home.alerts().await, ["not_me"]);
    assert_eq!(firefox.pages().await, ["about:blank"]);
    firefox.quit().await;
}

#[tokio::test]
#[ignore = "needs a screen: ./dev test push"]
async fn a_subscription_that_the_browser_ended_is_gone_until_somebody_turns_it_on_again() {
    let mut household = Household::start(Home::at_localhost).await;
    let ended = household.firefox.evaluate(
        "navigator.serviceWorker.ready.then(r => r.pushManager.getSubscription()).then(s => s.unsubscribe())",
    );
    assert_eq!(ended.await, json!(true));
    household.service.unregistered().await;
    household.home.signs_in(CHROME).await;
    household.home.channel_is("gone").await;
    household.firefox.says("Ended. Nothing comes this way any more.").await;

    household.turns_on().await;
    household.firefox.press("button", "Try it").await;
    let shown = household.desk.shows("This works").await;
    assert_eq!(shown, "Alerts come to Firefox on Linux like this.");
    household.firefox.says("It was handed over. Look whether it came.").await;
    assert_eq!(household.service.acknowledged(1).await, [100]);
    household.firefox.quit().await;
}
