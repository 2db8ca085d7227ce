//! What watching services costs, and how fast it is: the first look at a large one, from the service's push to the screen, the memory and
//! the processor time of five services at rest, and from a tap to the service's confirmation. The services are the stand-ins of
//! `tests/stand_ins`, in processes of their own; their own time is measured in the same run, and taken off where the limit says so.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod common;

#[path = "services/stand_in.rs"]
mod stand_in;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use common::{PASSWORD, client, figure, median, millis, now, quantile, resident_kilobytes};
use futures_util::StreamExt;
use latchkey::access::asking::Asking;
use latchkey::access::services::take_in;
use latchkey::app::App;
use latchkey::home::Home;
use latchkey::model::{AccountId, Promise, Secret, Service, ServiceId, ServiceState};
use latchkey::services::{Look, Person, SignIn};
use latchkey::wire::{Event, EventKind, NewService, Proof};
use serde_json::json;
use stand_in::StandIn;

/// Devices of the large service.
const MANY: usize = 10_000;

/// Most from the last byte of its answer to everything being on disk.
const MOST_TO_TAKE_IN: Duration = Duration::from_secs(2);

/// Rounds of pushes and of taps.
const ROUNDS: usize = 50;

/// Most from the service's push to the screen's event.
const MOST_TO_SCREEN: Duration = Duration::from_millis(250);

/// Most that a confirmation takes beside the service's own time.
const MOST_BESIDE: Duration = Duration::from_millis(50);

/// Services at rest, the devices of each, and how long they are watched.
const AT_REST: usize = 5;
const DEVICES_EACH: usize = 1_000;
const REST: Duration = Duration::from_mins(1);

/// Most that they take, in megabytes and in a share of one core.
const MOST_MEGABYTES: f64 = 60.0;
const MOST_SHARE: f64 = 0.01;

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_mins(2);

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        println!("services: taking in, pushes, taps, and rest");
        first_look().await;
        push_and_tap().await;
        at_rest().await;
    });
    ExitCode::SUCCESS
}

/// A home of this process, with its owner.
async fn home(folder: &Path) -> (App, Secret) {
    let app = common::start(folder).await;
    let token = Secret::received(common::set_up(&app).await);
    let taught = json!({ "settings": {}, "end_learning": true, "password": PASSWORD });
    let request = client().put(format!("{}/api/v1/alert-settings", app.url()));
    let answer = request.bearer_auth(token.reveal()).json(&taught).send().await.expect("an answer");
    assert!(answer.status().is_success(), "{}", answer.status());
    (app, token)
}

async fn first_look() {
    let folder = tempfile::tempdir().expect("a folder");
    let (app, _) = home(folder.path()).await;
    let core = app.core();
    let account_id: AccountId = core.store.first_account().await.expect("reads").expect("an account").id;
    let mut service = Service {
        id: ServiceId::new(&*core.clock, &*core.random),
        account_id,
        kind: "jellyfin".into(),
        name: "Jellyfin".into(),
        url: "http://127.0.0.1:9".into(),
        pin: None,
        server: None,
        version: None,
        state: ServiceState::Ok,
        detail: None,
        added_at: core.now(),
        last_read_at: None,
        // Nobody else reads it.
        paused_at: Some(core.now()),
        is_gone_through: false,
        cursor: None,
    };
    let turn = core.store.turn().await;
    core.store.write_service(&turn, &service, None).await.expect("writes");
    drop(turn);
    let mut look = large();
    let mut lasted = Vec::new();
    for what in
        ["10,000 devices into an empty store", "the same once more, unchanged", "with 10 new and 10 gone"]
    {
        let began = now();
        take_in(core, &service, look.clone(), Some("12.0.0".into()))
            .await
            .expect("writes")
            .expect("plausible");
        lasted.push((what, began.elapsed()));
        service = core.store.watched_service(service.id).await.expect("reads").expect("is there");
        look.sign_ins.truncate(MANY - 10);
        if lasted.len() == 2 {
            look.sign_ins.extend((0..10).map(|number| device(MANY + number)));
        } else {
            look.sign_ins.extend((MANY - 10..MANY).map(device));
        }
    }
    for (place, (what, lasted)) in lasted.iter().enumerate() {
        let limit = if place == 0 { "<= 2000 ms" } else { "-" };
        figure(what, &millis(*lasted), limit, place > 0 || *lasted <= MOST_TO_TAKE_IN);
    }
    app.stop().await;
}

fn large() -> Look {
    Look { sign_ins: (0..MANY).map(device).collect(), ..Look::default() }
}

fn device(number: usize) -> SignIn {
    let mut device = SignIn::of(format!("person-{}/device-{number}", number % 20), Promise::AtOnce);
    device.client_id = Some(format!("device-{number}"));
    device.person =
        Some(Person { id: format!("person-{}", number % 20), name: format!("Person {}", number % 20) });
    device.says.name = Some(format!("Television {number}"));
    device.says.app = Some("Jellyfin Web".into());
    device.says.app_version = Some("12.0.0".into());
    device.address = format!("203.0.{}.{}", number / 250 % 250, number % 250).parse().ok();
    device
}

async fn push_and_tap() {
    let folder = tempfile::tempdir().expect("a folder");
    let (app, token) = home(folder.path()).await;
    let here = app.here(Asking { token: Some(token), ..Asking::default() });
    let server = StandIn::start("jellyfin");
    let mut events = here.events().await.expect("a stream");
    here.add_service(new(&server).await).await.expect("is added");
    // What is there at its first look is learnt in silence.
    while here.services().await.expect("a list").services[0].last_read_at.is_none() {
        until(&mut events, |kind| matches!(kind, EventKind::ServicesChanged)).await;
    }
    // Its connection over which it says when something changed is open by the first sign-in that comes at once.
    let (mut pushes, mut taps, mut own) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let began = now();
        server.sign_in(&format!("Mia {round}")).await;
        let kind = until(&mut events, |kind| matches!(kind, EventKind::SignedIn { .. })).await;
        let to_screen = began.elapsed();
        let EventKind::SignedIn { device_id, .. } = kind else { continue };
        let direct = server.sign_in(&format!("direct {round}")).await;
        until(&mut events, |kind| matches!(kind, EventKind::SignedIn { .. })).await;
        let began = now();
        server.end_and_read_back(&direct).await;
        let by_itself = began.elapsed();
        until(&mut events, |kind| matches!(kind, EventKind::SignedOut { .. })).await;
        let began = now();
        here.sign_out_device(device_id).await.expect("is asked");
        until(&mut events, |kind| matches!(kind, EventKind::SignedOut { .. })).await;
        // In the first round its connection is being opened.
        let first = round == 0;
        if first {
            figure("the first push, while the connection opens", &millis(to_screen), "-", true);
        } else {
            pushes.push(to_screen);
            own.push(by_itself);
        }
        taps.push(began.elapsed());
    }
    let worst = quantile(&mut pushes, 0.99);
    figure(
        "a sign-in there to the screen's event, p99",
        &millis(worst),
        "<= 250 ms",
        worst <= MOST_TO_SCREEN,
    );
    let (tap, by_itself) = (quantile(&mut taps, 0.99), quantile(&mut own, 0.5));
    let beside = tap.saturating_sub(by_itself);
    let what = format!("a tap to the confirmation, p99, beside {} of its own", millis(by_itself));
    figure(&what, &millis(beside), "<= 50 ms", beside <= MOST_BESIDE);
    app.stop().await;
}

/// Waits for an event.
async fn until(
    events: &mut (impl futures_util::Stream<Item = Event> + Unpin),
    is_it: impl Fn(&EventKind) -> bool,
) -> EventKind {
    let waiting = async {
        loop {
            let event = events.next().await.expect("the stream has no end");
            if is_it(&event.kind) {
                return event.kind;
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("it comes within two minutes")
}

async fn new(server: &StandIn) -> NewService {
    NewService {
        kind: "jellyfin".into(),
        url: Some(server.url.clone()),
        keys: server.keys().await,
        proof: Proof { password: Some(PASSWORD.into()), ..Proof::default() },
        ..NewService::default()
    }
}

async fn at_rest() {
    let folder = tempfile::tempdir().expect("a folder");
    let without = {
        let (app, token) = home(folder.path()).await;
        let held = resident_kilobytes(std::process::id()).0;
        drop(token);
        app.stop().await;
        held
    };
    let folder = tempfile::tempdir().expect("a folder");
    let (app, token) = home(folder.path()).await;
    let here = app.here(Asking { token: Some(token), ..Asking::default() });
    let mut servers = Vec::new();
    for _ in 0..AT_REST {
        let server = StandIn::start("jellyfin");
        server.many(DEVICES_EACH).await;
        here.add_service(new(&server).await).await.expect("is added");
        servers.push(server);
    }
    let everything = async {
        loop {
            let services = here.services().await.expect("a list").services;
            let devices: u32 = services.iter().map(|service| service.devices).sum();
            if usize::try_from(devices).is_ok_and(|devices| devices >= AT_REST * DEVICES_EACH) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, everything).await.expect("all are read within two minutes");
    let used = common::processor_seconds();
    let mut resident = Vec::new();
    let began = now();
    while began.elapsed() < REST {
        tokio::time::sleep(Duration::from_secs(5)).await;
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        resident.push(resident_kilobytes(std::process::id()).0.saturating_sub(without) as f64 / 1024.0);
    }
    let share = (common::processor_seconds() - used) / began.elapsed().as_secs_f64();
    let megabytes = median(resident);
    figure(
        "five services of 1,000 devices: memory beside the home's",
        &format!("{megabytes:.0} MB"),
        "<= 60 MB",
        megabytes <= MOST_MEGABYTES,
    );
    figure(
        "the same at rest: of one core",
        &format!("{:.2} %", share * 100.0),
        "<= 1 %",
        share <= MOST_SHARE,
    );
    drop(servers);
    app.stop().await;
}
