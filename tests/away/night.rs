//! A night without a network, in which the power fails again and again: what is to be told waits, says in the morning how things
//! stand then, and is told once.

use std::time::Duration;

use latchkey::home::Home as _;
use latchkey::model::{AlertId, Answer, ChannelId, ChannelKind};
use latchkey::wire::NewChannel;
use serde_json::{Value, json};

use crate::home::{Home, password};
use crate::phone::{Shown, now};
use crate::until;
use crate::world::World;

/// What the household reads on its own ntfy server.
const TOPIC: &str = "household-at-night";

const HOURS: Duration = Duration::from_hours(3);

/// By which an alert is known where it is told.
fn tag(alert_id: AlertId) -> String {
    alert_id.to_string().replace('-', "")
}

/// A topic that is told everything.
async fn add_topic(home: &Home, origin: &str) -> ChannelId {
    let topic = json!({
        "kind": ChannelKind::Ntfy, "url": format!("{origin}/{TOPIC}"), "says": "everything",
        "password": password().password,
    });
    let topic: NewChannel = serde_json::from_value(topic).expect("a channel");
    let added = home.ask(|owner| async move { owner.add_channel(topic).await }).await;
    added.expect("is made").channel.id
}

/// The jobs of telling of an alert: by both channels.
async fn jobs(home: &Home, alert_id: AlertId) -> Vec<String> {
    let list = home.ask(|owner| async move { owner.channels().await }).await.expect("channels");
    assert_eq!(list.channels.len(), 2);
    list.channels.iter().map(|channel| format!("tell {} {alert_id}", channel.id)).collect()
}

/// Waits until these jobs were tried since the home was started, or done.
async fn until_said(home: &Home, message: &str, jobs: &[String]) {
    let all = async || jobs.iter().all(|job| home.says(message, job) > 0).then_some(());
    until(message, all).await;
}

const NOT_YET: &str = "not told outside yet; trying again";
const TOLD: &str = "told outside";

impl World {
    /// What was pushed of an alert: of each message its kind.
    fn pushed_of(&self, alert_id: AlertId) -> Vec<String> {
        let told = self.at_phone[0].told_of(&self.push, alert_id);
        told.iter().map(|told| told["kind"].as_str().expect("a kind").to_owned()).collect()
    }

    /// The titles of what the topic was told of an alert.
    fn published_of(&self, alert_id: AlertId) -> Vec<String> {
        let tag = tag(alert_id);
        let kept = self.relay.kept(TOPIC);
        let about = kept.iter().filter(|message| message.get("sequence_id").is_some_and(|id| *id == tag));
        about.map(|message| message["title"].as_str().expect("a title").to_owned()).collect()
    }

    /// Raises an alert and waits until it is told: what was due before has been told by then, if it ever is.
    async fn one_more(&mut self) -> AlertId {
        let (_, pushed) = self.stranger_at(0).await;
        let all = jobs(&self.homes[0], pushed.alert_id).await;
        until_said(&self.homes[0], TOLD, &all).await;
        assert_eq!(self.pushed_of(pushed.alert_id), ["alert"]);
        assert_eq!(self.published_of(pushed.alert_id).len(), 1);
        pushed.alert_id
    }
}

#[tokio::test]
async fn after_a_night_without_a_network_everything_is_told_once_and_as_it_stands() {
    let Some(mut world) = World::of(1).await else { return };
    let topic = add_topic(&world.homes[0], &world.relay.origin).await;
    let (guest, evening) = world.stranger_at(0).await;
    let told = jobs(&world.homes[0], evening.alert_id).await;
    until_said(&world.homes[0], TOLD, &told).await;

    // No network any more. Two sign in, one of whom is answered at home; somebody tries whether the topic works; and the phone,
    // which is elsewhere, answers by the relay, in vain.
    world.homes[0].way_out.pull();
    let waits = world.homes[0].stranger().await;
    let settled = world.homes[0].stranger().await;
    let (waits, settled) = {
        let home = &world.homes[0];
        (home.alert_about(waits.device_id).await.id, home.alert_about(settled.device_id).await.id)
    };
    let test = world.homes[0].ask(move |owner| async move { owner.test_channel(topic).await }).await;
    test.expect("is tried");
    let test = [format!("try {topic}")];
    let mut all = jobs(&world.homes[0], waits).await;
    all.extend(jobs(&world.homes[0], settled).await);
    until_said(&world.homes[0], NOT_YET, &all).await;
    until_said(&world.homes[0], NOT_YET, &test).await;
    world.homes[0].answers(settled, Answer::NotMe).await;
    let night = i64::try_from(HOURS.as_millis()).expect("a few hours") * 3;
    let late = world.at_phone[0].not_me_at(&evening, now() - night);
    assert!(world.phone.posts(&evening, &late).await);
    assert_eq!(world.phone.shows(&evening, &late).await, Shown::NotConfirmed);
    // The power fails again and again, and each time it is hours later; until the topic was tried often enough.
    loop {
        world.homes[0].loses_power();
        world.homes[0].sleeps(HOURS).await;
        if world.homes[0].job_stands(&test[0]).await == "given_up" {
            break;
        }
        world.homes[0].comes_back().await;
        until_said(&world.homes[0], NOT_YET, &all).await;
        until_said(&world.homes[0], NOT_YET, &test).await;
    }
    for alert_id in [waits, settled] {
        assert!(world.pushed_of(alert_id).is_empty() && world.published_of(alert_id).is_empty());
    }

    // The network is there again when the power is.
    world.homes[0].way_out.plug_in();
    world.homes[0].comes_back().await;
    until_said(&world.homes[0], TOLD, &all).await;
    let first = world.one_more().await;
    assert_eq!(world.pushed_of(waits), ["alert"]);
    assert_eq!(world.pushed_of(settled), ["settled"], "nobody is told first that it waits");
    assert_eq!(world.published_of(waits), ["A new device signed in"]);
    assert_eq!(world.published_of(settled), ["Signed out"]);
    let last = world.at_phone[0].told_of(&world.push, settled).remove(0);
    let body = last["notification"]["body"].as_str().expect("words");
    assert!(body.ends_with("Done by Ana, on Ana's laptop."), "{body}");
    // Whoever tried the topic waits no more, and is told nothing.
    assert_eq!(world.homes[0].says(TOLD, &test[0]), 0);
    let titles: Vec<Value> =
        world.relay.kept(TOPIC).into_iter().map(|message| message["title"].clone()).collect();
    assert!(!titles.contains(&json!("This works")), "{titles:?}");

    // The answer of the evening comes in the morning, and is too old; a newer one comes after it on the same stream.
    world.listens(&evening).await;
    world.relay.forge(&evening.inbox(), &late.text);
    let again = world.at_phone[0].not_me(&evening);
    assert!(world.homes[0].is_in(&guest).await);
    assert_eq!(world.phone.answers(&evening, &again).await, Shown::done("signed_out"));
    assert_eq!(world.phone.shows(&evening, &late).await, Shown::NotConfirmed);

    // Once more the power fails, and nothing is told a second time.
    world.homes[0].loses_power();
    world.homes[0].comes_back().await;
    let second = world.one_more().await;
    for alert_id in [waits, first, second] {
        assert_eq!(world.pushed_of(alert_id), ["alert"]);
        assert_eq!(world.published_of(alert_id).len(), 1);
    }
    assert_eq!(world.pushed_of(settled), ["settled"]);
    assert_eq!(world.published_of(settled), ["Signed out"]);
}
