//! From a sign-in to the notification on D-Bus and to a client that listens and fetches the list anew; and from a
//! sign-out's answer to the first refused request. The notification is received by a daemon of the bench's own on the
//! session bus, which must be private: run it under `dbus-run-session`. A real screen is `ui/bench/screen.bench.ts`.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(
    clippy::unused_self,
    clippy::used_underscore_binding,
    reason = "the bus decides how its methods look"
)]

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{client, figure, millis, now, quantile, set_up, sign_in, start_at};
use futures_util::StreamExt;
use latchkey::alerting::desktop::DesktopNotifier;
use latchkey::alerting::watch::Watch;
use latchkey::alerting::{HomeAt, HomeNow, Words};
use latchkey::clock::{Clock, ManualClock, SystemClock};
use latchkey::familiarity::thresholds::LEARN_FOR;
use latchkey::home::Home;
use latchkey::home::there::There;
use latchkey::model::Secret;
use latchkey::wire::{DeviceQuery, EventKind};
use tokio::sync::{mpsc, watch};

const ROUNDS: usize = 200;

/// Rounds before, that are not counted.
const WARMING: usize = 5;

/// Longest time from a sign-in to its notification and to the client's list.
const LONGEST: Duration = Duration::from_millis(250);

/// A notification daemon that only tells when it was told something, and the text of it.
struct Daemon(mpsc::UnboundedSender<(Instant, String)>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Daemon {
    #[expect(clippy::too_many_arguments, reason = "the desktop notifications specification has eight")]
    fn notify(
        &self,
        _app: &str,
        replaces: u32,
        _icon: &str,
        _summary: &str,
        body: &str,
        _actions: Vec<String>,
        _hints: std::collections::HashMap<String, zbus::OwnedVariant>,
        _timeout: i32,
    ) -> u32 {
        let _ = self.0.send((now(), body.to_owned()));
        replaces.max(1)
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["actions".into(), "body".into()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("bench".into(), "latchkey".into(), "1".into(), "1.2".into())
    }

    fn close_notification(&self, _id: u32) {}
}

fn main() {
    println!("alert: from a sign-in to whoever must know, over {ROUNDS} rounds");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(measure());
}

async fn measure() {
    let (told, mut notified) = mpsc::unbounded_channel();
    let _daemon = zbus::connection::Builder::session()
        .name("org.freedesktop.Notifications")
        .serve_at("/org/freedesktop/Notifications", Daemon(told))
        .build()
        .await
        .expect("a session bus without a notification daemon: run this under dbus-run-session");

    let folder = tempfile::tempdir().expect("a folder");
    // The limits would slow the rounds down; for them a minute passes between two.
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let app = start_at(folder.path(), Arc::<ManualClock>::clone(&clock)).await;
    let token = Secret::received(set_up(&app).await);
    // Past the first days, which a new home learns in.
    clock.advance(LEARN_FOR);
    let owner: Arc<dyn Home> = Arc::new(There::new(app.url().parse().expect("a URL"), Some(token)));
    let (taps, tapped) = mpsc::channel(8);
    let (_changed, changes) = watch::channel(0);
    let watching = tokio::spawn(latchkey::alerting::watch::run(Watch {
        home: Arc::new(Always(Arc::clone(&owner))),
        changed: changes,
        notifier: Arc::new(DesktopNotifier::start(taps).await),
        taps: tapped,
        opened: mpsc::channel(8).0,
        words: Words::new(Arc::<ManualClock>::clone(&clock), jiff::tz::TimeZone::UTC),
    }));
    let mut listening = owner.events().await.expect("events");

    let http = client();
    let (mut to_bus, mut to_client, mut next_refused) = (Vec::new(), Vec::new(), 0);
    for round in 0..ROUNDS + WARMING {
        clock.advance(Duration::from_mins(1));
        let began = now();
        // A name of its own: the outcome of the round before is a notification too, and not what is waited for.
        let name = format!("TV {round} of the bench");
        let signed_in = sign_in(app.url(), &http, &name).await;
        let id = signed_in["device_id"].as_str().expect("an id");
        while let Some(event) = listening.next().await {
            if matches!(event.kind, EventKind::SignedIn { device_id, .. } if device_id.to_string() == id) {
                break;
            }
        }
        let page = owner.devices(DeviceQuery::default()).await.expect("a list");
        assert!(page.devices.iter().any(|device| device.id.to_string() == id));
        let seen = began.elapsed();
        let device = page.devices.iter().find(|device| device.id.to_string() == id).expect("listed");
        // The first round also waits for the watch to listen.
        let at = loop {
            let (at, body) = notified.recv().await.expect("a notification");
            if body.contains(&name) && at >= began {
                break at;
            }
        };
        owner.sign_out_device(device.id).await.expect("signs out");
        let token = signed_in["token"].as_str().expect("a token");
        let guard = http.get(format!("{}/guard", app.url())).bearer_auth(token).send().await;
        let refused = guard.expect("an answer").status() == 401;
        if round >= WARMING {
            to_bus.push(at.duration_since(began));
            to_client.push(seen);
            next_refused += usize::from(refused);
        }
    }
    let bus = quantile(&mut to_bus, 0.99);
    let seen = quantile(&mut to_client, 0.99);
    figure("sign-in to the notification on D-Bus, p99", &millis(bus), "< 250 ms", bus < LONGEST);
    figure("  its median", &millis(quantile(&mut to_bus, 0.5)), "-", true);
    figure("sign-in to a listening client's fresh list, p99", &millis(seen), "< 250 ms", seen < LONGEST);
    let share = format!("{next_refused} of {ROUNDS}");
    figure("sign-out answered, and the very next request refused", &share, "all", next_refused == ROUNDS);
    watching.abort();
    app.stop().await;
}

/// The one home there is.
struct Always(Arc<dyn Home>);

#[async_trait::async_trait]
impl HomeNow for Always {
    async fn home(&self) -> latchkey::error::Result<HomeAt> {
        Ok(HomeAt { name: "the bench".into(), home: Arc::clone(&self.0) })
    }
}
