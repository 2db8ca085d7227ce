//! A home asked by a phone's app over its network (`home::there`), while the cable is cut in the middle of it.

use futures_util::StreamExt;
use latchkey::home::Home as _;
use latchkey::model::{HistoryKind, ProfileKind};
use latchkey::wire::{EventKind, NewProfile, SignOutEffect};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::JoinHandle;

use crate::home::Home;
use crate::phone::AtPhone;
use crate::until;
use crate::world::World;

#[tokio::test]
async fn a_sign_out_whose_answer_was_lost_is_done_and_asking_again_says_so() {
    let Some(mut world) = World::of(1).await else { return };
    let ((lost, _), (early, _)) = (world.stranger_at(0).await, world.stranger_at(0).await);
    let World { homes, at_phone, phone, .. } = &world;
    let (home, AtPhone { app, lan, .. }) = (&homes[0], &at_phone[0]);
    let ended = Some(HistoryKind::SignOut);

    // Out of the network nothing is asked, and that is said.
    let (asks, id) = (app.clone(), early.device_id);
    let refused = phone.place.run(async move { asks.sign_out_device(id).await }).await;
    assert_eq!(refused.expect_err("nobody is there").code(), "home_unreachable");
    assert!(home.is_in(&early).await);
    lan.plug_in();
    let asks = app.clone();
    let result = phone.place.run(async move { asks.sign_out_device(id).await }).await.expect("is there");
    assert_eq!(result.effect, SignOutEffect::SignedOut);
    assert!(!home.is_in(&early).await);

    // It is asked, the home does it, and the cable is cut before the phone hears so.
    lan.lose_answers();
    let (asks, id) = (app.clone(), lost.device_id);
    let under_way = phone.place.begin(async move { asks.sign_out_device(id).await });
    until("it is signed out", async || (!home.is_in(&lost).await).then_some(())).await;
    assert!(!under_way.is_finished(), "nothing came back");
    lan.cut();
    under_way.abort();
    lan.mend();
    let asks = app.clone();
    let again = phone.place.run(async move { asks.sign_out_device(id).await }).await.expect("is there");
    assert_eq!(again.effect, SignOutEffect::AlreadySignedOut);
    assert!(again.ended_at.is_some() && !home.is_in(&lost).await);
    assert_eq!(home.history(ended, Some(id)).await, 1);

    // The same of the phone itself.
    lan.lose_answers();
    let asks = app.clone();
    let under_way = phone.place.begin(async move { asks.sign_out_here().await });
    until("it is out", async || {
        let devices = home.signed_in().await;
        devices.iter().all(|(name, _)| name != "Rui's phone").then_some(())
    })
    .await;
    lan.cut();
    under_way.abort();
    lan.mend();
    let asks = app.clone();
    let over = phone.place.run(async move { asks.session().await }).await;
    assert_eq!(over.expect_err("is out").code(), "session_ended");
}

/// A phone that listens to its home.
struct Listening {
    heard: UnboundedReceiver<EventKind>,
    task: JoinHandle<()>,
}

impl Listening {
    async fn begin(world: &World) -> Self {
        let app = world.at_phone[0].app.clone();
        let mut events = world.phone.place.run(async move { app.events().await }).await.expect("is told");
        let (tell, heard) = mpsc::unbounded_channel();
        let task = world.phone.place.begin(async move {
            while let Some(event) = events.next().await {
                // When devices are active, and what became of a push, may stand between any two.
                let is_noise =
                    matches!(event.kind, EventKind::DeviceChanged { .. } | EventKind::ChannelsChanged);
                if !is_noise && tell.send(event.kind).is_err() {
                    return;
                }
            }
        });
        Self { heard, task }
    }

    async fn next(&mut self) -> EventKind {
        let next = tokio::time::timeout(crate::PATIENCE, self.heard.recv()).await;
        next.expect("in time").expect("it goes on")
    }
}

/// Something that happens at home: a profile is made.
async fn happens(home: &Home, name: &'static str) {
    let new = NewProfile::of(name, ProfileKind::Kids);
    home.ask(move |owner| async move { owner.create_profile(new).await }).await.expect("is made");
}

/// The phone leaves the home's network while it listens.
#[expect(clippy::print_stderr, reason = "a test that was not made must not look like one that was")]
fn goes_out(world: &World) {
    if !world.at_phone[0].leaves(&world.phone) {
        eprintln!("NOT TESTED, that a connection breaks: this kernel ends none, so that it only waits");
    }
}

#[tokio::test]
async fn whoever_listens_hears_what_happened_while_the_cable_was_cut_and_nothing_twice() {
    let Some(mut world) = World::of(1).await else { return };
    world.at_phone[0].lan.plug_in();
    let mut listening = Listening::begin(&world).await;
    happens(&world.homes[0], "Leo").await;
    assert_eq!(listening.next().await, EventKind::ProfilesChanged);

    goes_out(&world);
    let stranger = world.homes[0].stranger().await;
    let (id, home) = (stranger.device_id, &world.homes[0]);
    let alert_id = home.alert_about(id).await.id;
    let out = home.ask(move |owner| async move { owner.sign_out_device(id).await }).await;
    assert_eq!(out.expect("signs out").effect, SignOutEffect::SignedOut);
    happens(home, "Mia").await;
    world.at_phone[0].lan.plug_in();
    let EventKind::SignedIn { device_id, session_id } = listening.next().await else {
        panic!("something else")
    };
    assert_eq!(device_id, id);
    assert_eq!(listening.next().await, EventKind::AlertRaised { alert_id, device_id });
    assert_eq!(listening.next().await, EventKind::SignedOut { device_id, session_id });
    assert_eq!(listening.next().await, EventKind::ProfilesChanged);

    // What happened before the home itself was gone is not known any more: that is said, and then it goes on.
    goes_out(&world);
    happens(&world.homes[0], "Zoe").await;
    world.homes[0].loses_power();
    world.homes[0].comes_back().await;
    world.at_phone[0].lan.plug_in();
    assert_eq!(listening.next().await, EventKind::Missed);
    happens(&world.homes[0], "Tom").await;
    assert_eq!(listening.next().await, EventKind::ProfilesChanged);

    // It ends with the session, and with nothing else.
    assert!(!listening.task.is_finished());
    let home = &world.homes[0];
    let devices = home.signed_in().await;
    let (_, phone) = devices.into_iter().find(|(name, _)| name == "Rui's phone").expect("is in");
    home.ask(move |owner| async move { owner.sign_out_device(phone).await }).await.expect("signs out");
    loop {
        match listening.next().await {
            EventKind::SessionEnded => break,
            EventKind::SignedOut { device_id, .. } => assert_eq!(device_id, phone),
            other => panic!("{other:?}"),
        }
    }
    listening.task.await.expect("it is over");
}
