//! A stranger signs in, the phone is away and reads the push, and its "not me" goes by a relay, while the stranger asks again
//! and again. The home, its answers and the phone's side are the real ones; the relay is this bench's own. None of the rounds
//! is left out, the first neither.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use latchkey::clock::{Clock, SystemClock};
use latchkey::outside::relay::{Carried, Given, ReplySecret, Way, carry};
use latchkey::outside::{Guard, Outlet, web_push};
use latchkey::random::SystemRandom;
use serde::Deserialize;
use serde_json::{Value, json};

use super::common::{PASSWORD, figure, millis, now, quantile};
use super::household::Household;
use super::program::Program;
use super::receiver::Receiver;
use super::relay::Relay;
use super::stranger::Stranger;
use super::{Outcome, PATIENCE};

const ROUNDS: usize = 100;

/// Rounds of one channel. The home looks at 30 texts at once that come for one; after that the phone subscribes as a new one.
const ROUNDS_OF_A_CHANNEL: usize = 25;

/// Longest time from the answer to the first refused request, by the 99th percentile.
const LONGEST: Duration = Duration::from_secs(1);

/// Requests of the stranger after the first that was refused.
const ASKED_AFTER: usize = 4;

/// How long the phone waits before each question for its receipt: shorter than a phone does, as only the sign-out is timed.
const PAUSES: [Duration; 200] = [Duration::from_millis(50); 200];

/// A phone that is away, with the keys that its app has.
struct Phone {
    reads: web_push::Receiver,
    signs: ReplySecret,
    outlet: Outlet,
    /// Alerts that it was told of.
    told_of: HashSet<String>,
}

/// What a push says: as much of it as is used.
#[derive(Deserialize)]
struct Said {
    alert_id: Option<String>,
    reply: Option<Way>,
}

/// Measures, with a home in an empty folder.
pub async fn measure(folder: &Path) -> Outcome {
    let mut push = Receiver::start("the push service", StatusCode::CREATED).await?;
    let mut relay = Relay::start().await?;
    let home = Program::start(folder, &push.origin)?;
    let household = Household::set_up(&home).await?;
    household.chooses_relay(&relay.origin).await?;
    let mut phone = Phone {
        reads: web_push::Receiver::new(&SystemRandom),
        signs: ReplySecret::new(&SystemRandom),
        outlet: Outlet::new(Guard::default()),
        told_of: HashSet::new(),
    };
    let (mut to_refusal, mut channel) = (Vec::new(), None::<String>);
    for number in 0..ROUNDS {
        if number % ROUNDS_OF_A_CHANNEL == 0 {
            if let Some(before) = channel.take() {
                household.removes_channel(&before).await?;
            }
            channel = Some(household.makes_channel(&phone.channel(&push)).await?);
        }
        let stranger = Stranger::signs_in(&home, number).await?;
        let (alert_id, way) = phone.of_something_new(&mut push).await?;
        relay.is_listened_to(way.inbox_url.rsplit('/').next().unwrap_or_default()).await?;
        to_refusal.push(phone.has_signed_out(&stranger, &alert_id, &way).await?);
        // The next round begins when nothing of this one is left to do.
        while phone.read(&mut push).await?.alert_id.as_ref() != Some(&alert_id) {}
    }
    print(to_refusal);
    home.stop()
}

impl Phone {
    /// What makes its channel.
    fn channel(&self, push: &Receiver) -> Value {
        json!({
            "kind": "web_push", "password": PASSWORD, "reply_key": self.signs.public_key(),
            "subscription": {
                "endpoint": format!("{}/push/away", push.origin),
                "keys": { "p256dh": self.reads.p256dh(), "auth": self.reads.auth() },
            },
        })
    }

    /// The next push.
    async fn read(&self, push: &mut Receiver) -> Outcome<Said> {
        let heard = push.next("to a phone that is away").await?;
        let said = self.reads.read(&heard.body).map_err(|why| format!("a push cannot be read: {why}"))?;
        serde_json::from_slice(&said).map_err(|cause| format!("what is pushed cannot be understood: {cause}"))
    }

    /// The first push about an alert that it was not told of before, and how it is answered from away.
    async fn of_something_new(&mut self, push: &mut Receiver) -> Outcome<(String, Way)> {
        loop {
            let Said { alert_id: Some(alert_id), reply } = self.read(push).await? else { continue };
            if self.told_of.insert(alert_id.clone()) {
                let way = reply.ok_or("an alert is pushed without a way to answer by the relay")?;
                return Ok((alert_id, way));
            }
        }
    }

    /// Answers "not me" by the relay; how long it took from there to the stranger's first refused request. An error unless the
    /// home confirms it, and refuses the stranger from then on.
    async fn has_signed_out(&self, stranger: &Stranger, alert_id: &str, way: &Way) -> Outcome<Duration> {
        let before = stranger.asks().await?;
        if !before.is_success() {
            return Err(format!("a stranger who was let in is answered {before} before anybody answered"));
        }
        let issued_at = SystemClock.now().as_millis();
        let given = Given { alert_id, answer: "not_me", issued_at };
        // Sealing it counts, too: the phone does that after the tap.
        let answered = now();
        let carried = carry(&self.outlet, way, &self.signs, given, &PAUSES, &SystemClock, &SystemRandom);
        let (carried, took) = tokio::join!(carried, first_refused(stranger, answered));
        let took = took?;
        match carried {
            Carried::Receipt(receipt) if receipt.effect == "signed_out" => {}
            other => return Err(format!("an answer by the relay is not confirmed: {other:?}")),
        }
        for _ in 0..ASKED_AFTER {
            let answer = stranger.asks().await?;
            if answer != StatusCode::UNAUTHORIZED {
                return Err(format!("a stranger who was signed out by the relay is answered {answer}"));
            }
        }
        Ok(took)
    }
}

/// Has the stranger ask until they are refused; how long that took.
async fn first_refused(stranger: &Stranger, answered: Instant) -> Outcome<Duration> {
    loop {
        let answer = stranger.asks().await?;
        let took = answered.elapsed();
        match answer {
            StatusCode::UNAUTHORIZED => return Ok(took),
            answer if !answer.is_success() => {
                return Err(format!("a stranger is answered {answer} and not 401"));
            }
            _ if took > PATIENCE => return Err("an answer by the relay signed nobody out".into()),
            _ => {}
        }
    }
}

fn print(mut to_refusal: Vec<Duration>) {
    let first = to_refusal[0];
    let longest = quantile(&mut to_refusal, 0.99);
    println!("  {ROUNDS} rounds, each with another stranger");
    figure("answer by the relay to a refused request, p99", &millis(longest), "<= 1 s", longest <= LONGEST);
    figure("  p50", &millis(quantile(&mut to_refusal, 0.5)), "-", true);
    figure("  the first", &millis(first), "-", true);
}
