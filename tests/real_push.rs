//! A real push: a Firefox whose push service is the tests' own subscribes on a page, is sent an encrypted message, shows it
//! through D-Bus and dunst, and answers by its service worker when somebody clicks. `tools/dev/push-tests.sh` runs it: it
//! needs a screen, a session bus and a notification daemon of its own.
#![cfg(target_os = "linux")]

#[path = "real_push/desk.rs"]
mod desk;
#[path = "real_push/firefox.rs"]
mod firefox;
#[path = "real_push/push_service.rs"]
mod push_service;
#[path = "real_push/site.rs"]
mod site;

use std::time::Duration;

use desk::Desk;
use firefox::Firefox;
use latchkey::clock::SystemClock;
use latchkey::outside::web_push::{Push, Subscription, Topic, Urgency, Vapid, send};
use latchkey::outside::{Guard, Handed, Outlet, Reach};
use latchkey::random::SystemRandom;
use push_service::PushService;
use serde_json::json;
use site::Site;

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

/// A page that is subscribed, and everything around it.
struct Subscribed {
    desk: Desk,
    service: PushService,
    site: Site,
    firefox: Firefox,
    vapid: Vapid,
    outlet: Outlet,
}

impl Subscribed {
    async fn start() -> Self {
        let desk = Desk::here();
        let service = PushService::start().await;
        let vapid = Vapid::new("mailto:ana@home.example".parse().expect("an address"), &SystemRandom);
        let outlet = Outlet::new(Guard::trusting(vec![service.origin.parse().expect("an origin")]));
        let site = Site::start(&vapid.public_key()).await;
        let mut firefox = Firefox::start(&service).await;
        firefox.open(&site.address).await;
        site.subscription().await;
        Self { desk, service, site, firefox, vapid, outlet }
    }

    /// Sends what an alert says.
    async fn push(&self, title: &str) {
        let subscription = self.site.subscription().await;
        let to = Subscription::parse(&subscription, self.outlet.guard(), Reach::Internet);
        let message =
            json!({ "title": title, "text": "“Hall tablet”, near Lisbon", "id": title }).to_string();
        let push = Push {
            message: message.as_bytes(),
            time_to_live: Duration::from_mins(5),
            urgency: Urgency::High,
            topic: Some(Topic::of(title)),
        };
        let to = to.expect("what Firefox made is a subscription");
        let handed =
            send(&self.outlet, Reach::Internet, &to, &self.vapid, &push, &SystemClock, &SystemRandom).await;
        assert_eq!(handed, Handed::Done);
    }
}

#[tokio::test]
#[ignore = "needs a screen: ./dev test push"]
async fn a_click_on_the_notifications_button_answers_with_the_page_open_and_closed() {
    let mut home = Subscribed::start().await;
    home.push("A new device signed in").await;
    assert_eq!(home.desk.shows(0).await, "A new device signed in");
    Desk::picture("push-firefox");
    home.desk.click("No, sign it out").await;
    assert_eq!(home.site.answer(0).await, json!({ "answer": "not_me", "id": "A new device signed in" }));

    home.push("Another one").await;
    assert_eq!(home.desk.shows(1).await, "Another one");
    home.desk.click("Yes, it is ours").await;
    assert_eq!(home.site.answer(1).await, json!({ "answer": "me", "id": "Another one" }));

    home.firefox.close_page().await;
    home.push("With no page open").await;
    assert_eq!(home.desk.shows(2).await, "With no page open");
    home.desk.tap().await;
    assert_eq!(home.site.answer(2).await, json!({ "answer": "", "id": "With no page open" }));
    // What Firefox said of each: delivered, and decrypted.
    assert_eq!(home.service.acknowledged(), [100, 100, 100]);
    home.firefox.quit().await;
}

#[tokio::test]
#[ignore = "needs a screen: ./dev test push"]
async fn what_is_sent_while_the_browser_is_down_is_shown_when_it_starts_again() {
    let mut home = Subscribed::start().await;
    home.firefox.stop().await;
    home.push("While you were away").await;
    home.firefox.start_again(&home.service).await;
    assert_eq!(home.desk.shows(0).await, "While you were away");
    home.desk.click("No, sign it out").await;
    assert_eq!(home.site.answer(0).await, json!({ "answer": "not_me", "id": "While you were away" }));
    home.firefox.quit().await;
}

#[tokio::test]
#[ignore = "needs a screen: ./dev test push"]
async fn a_subscription_that_the_browser_ended_is_gone() {
    let mut home = Subscribed::start().await;
    let subscription = home.site.subscription().await;
    let ended = home.firefox.evaluate(
        "navigator.serviceWorker.ready.then(r => r.pushManager.getSubscription()).then(s => s.unsubscribe())",
    );
    assert_eq!(ended.await, json!(true));
    home.service.unregistered().await;
    let to = Subscription::parse(&subscription, home.outlet.guard(), Reach::Internet);
    let push = Push { message: b"{}", time_to_live: Duration::ZERO, urgency: Urgency::Normal, topic: None };
    let to = to.expect("a subscription");
    let handed =
        send(&home.outlet, Reach::Internet, &to, &home.vapid, &push, &SystemClock, &SystemRandom).await;
    assert_eq!(handed, Handed::Gone { why: "the server answers 410 Gone".into() });
    home.firefox.quit().await;
}
