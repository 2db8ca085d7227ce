//! Carrying out work for the world outside: jobs that [`crate::access`] wrote down come out here. What is to be told goes to a
//! [`Courier`], which knows the servers of others; what is to be ended at a watched service goes to [`watching`](crate::watching). What
//! comes of it goes back the same way.
//!
//! A home that ends suddenly takes up where it was: what was under way is said again, and takes the place of what was said.

pub mod courier;
mod message;
pub mod relay;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use message::{Button, Kind, Message, ReplyWay};

use crate::access::Core;
use crate::access::drill;
use crate::access::services::ending::{self, Came};
use crate::access::telling::{self, Outcome};
use crate::error::{Result, causes};
use crate::model::{Channel, Job, ServiceId, Timestamp};
use crate::watching;
use crate::wire::EventKind;

/// Most that are under way at once.
const MOST_AT_ONCE: usize = 64;

/// Most sign-outs at services that are begun at once.
const MOST_ENDS: usize = 1000;

/// Longest wait for the next job: the clock may be set meanwhile.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// Wait after the database refused: its own remedy is looked for every second.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// How long a stop waits for what is under way. What takes longer is said again at the next start.
const LAST_WAIT: Duration = Duration::from_secs(3);

/// Hands messages to the servers of others.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Hands one over, and says what came of it. It takes as long as its own patience, and no longer.
    async fn hand_over(&self, channel: &Channel, message: &Message) -> Outcome;
}

/// Carries out jobs until `stop`.
pub async fn run(core: Arc<Core>, courier: Arc<dyn Courier>, stop: CancellationToken) {
    let mut heard = core.announcer.hear_all();
    let mut round = Round {
        core,
        courier,
        under_way: JoinSet::new(),
        over: Vec::new(),
        ending_at: Vec::new(),
        ended: Vec::new(),
    };
    round.resume(&stop).await;
    while !stop.is_cancelled() {
        let wait = match round.go_on().await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(error = %causes(&error), "what is to be told outside waits");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = stop.cancelled() => break,
            Some(done) = round.under_way.join_next() => round.note(done),
            () = woken(&mut heard) => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
    round.finish().await;
}

/// Waits until something changes that jobs come of.
async fn woken(heard: &mut (impl futures_util::Stream<Item = Option<EventKind>> + Unpin)) {
    loop {
        match heard.next().await {
            // Whatever was missed may have been one.
            None
            | Some(
                None
                | Some(
                    EventKind::AlertRaised { .. }
                    | EventKind::AlertAnswered { .. }
                    | EventKind::SignedOut { .. }
                    | EventKind::ChannelsChanged
                    | EventKind::ServicesChanged,
                ),
            ) => return,
            Some(Some(_)) => {}
        }
    }
}

struct Round {
    core: Arc<Core>,
    courier: Arc<dyn Courier>,
    under_way: JoinSet<Over>,
    /// What came of some, on its way to the database.
    over: Vec<(Job, Outcome)>,
    /// Services that are being asked to end sign-ins: each is asked for one after the other.
    ending_at: Vec<ServiceId>,
    /// What came of that, on its way to the database.
    ended: Vec<(Job, Came)>,
}

/// What came of work that was under way.
enum Over {
    /// Something was told, or not.
    Told(Job, Outcome),
    /// Sign-ins at a service were ended, or not.
    Ended(ServiceId, Vec<(Job, Came)>),
}

impl Round {
    /// Takes up what an earlier run of the home left.
    async fn resume(&self, stop: &CancellationToken) {
        while let Err(error) = telling::resume(&self.core).await {
            tracing::warn!(error = %causes(&error), "what was under way outside waits");
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(AFTER_FAILURE) => {}
            }
        }
    }

    /// Writes down what came of those that are over, and begins others. Answers with how long to wait for the next.
    async fn go_on(&mut self) -> Result<Duration> {
        self.write_down().await?;
        // First what is to be ended: it waits for nobody who is told slowly, and takes none of their places. There is one at a time for
        // each service.
        let most = u32::try_from(MOST_ENDS).unwrap_or(u32::MAX);
        for due in ending::begin(&self.core, most, &self.ending_at).await? {
            let (core, id) = (Arc::clone(&self.core), due.service.id);
            self.ending_at.push(id);
            self.under_way
                .spawn(async move { Over::Ended(id, watching::ending::carry_out(core, due).await) });
        }
        let telling = self.under_way.len().saturating_sub(self.ending_at.len());
        let room = MOST_AT_ONCE.saturating_sub(telling);
        let next_end = ending::next(&self.core, &self.ending_at).await?;
        if room == 0 {
            return Ok(self.until(next_end));
        }
        let begun = telling::begin(&self.core, u32::try_from(room).unwrap_or(u32::MAX)).await?;
        let is_full = begun.len() >= room;
        for due in begun {
            let (courier, clock) = (Arc::clone(&self.courier), Arc::clone(&self.core.clock));
            self.under_way.spawn(async move {
                let message = Message::of(&due, clock);
                let outcome = courier.hand_over(&due.channel, &message).await;
                Over::Told(due.job, outcome)
            });
        }
        // Where there is no room, whoever is over makes some.
        let next_tell = if is_full { None } else { telling::next(&self.core).await? };
        Ok(self.until(next_tell.into_iter().chain(next_end).min()))
    }

    /// How long it is until a moment, or until it is looked anyway.
    fn until(&self, next: Option<Timestamp>) -> Duration {
        let now = self.core.now();
        next.map_or(LOOK_EVERY, |at| {
            let left = at.as_millis().saturating_sub(now.as_millis());
            Duration::from_millis(u64::try_from(left).unwrap_or_default()).min(LOOK_EVERY)
        })
    }

    /// Notes one that is over, and those that are by now: they are written down together.
    fn note(&mut self, done: Result<Over, tokio::task::JoinError>) {
        let mut done = Some(done);
        while let Some(over) = done {
            match over {
                Ok(Over::Told(job, outcome)) => self.over.push((job, outcome)),
                Ok(Over::Ended(id, came)) => {
                    self.ending_at.retain(|at| *at != id);
                    self.ended.extend(came);
                }
                // It stays under way, and is taken up at the next start.
                Err(error) => tracing::error!(%error, "something could not be told outside"),
            }
            done = self.under_way.try_join_next();
        }
    }

    async fn write_down(&mut self) -> Result<()> {
        if !self.over.is_empty() {
            for (job, outcome) in &self.over {
                tell_log(job, outcome);
            }
            telling::end(&self.core, &self.over).await?;
            self.over.clear();
            // Whoever heard of a made-up stranger may have heard the last word now.
            drill::go_on(&self.core).await;
        }
        if !self.ended.is_empty() {
            ending::end(&self.core, &self.ended).await?;
            self.ended.clear();
        }
        Ok(())
    }

    /// Waits a moment for what is under way, and writes down what came of it.
    async fn finish(mut self) {
        let all = async {
            while let Some(done) = self.under_way.join_next().await {
                self.note(done);
            }
        };
        let _ = tokio::time::timeout(LAST_WAIT, all).await;
        if let Err(error) = self.write_down().await {
            tracing::warn!(error = %causes(&error), "what was told outside is told once more after the next start");
        }
    }
}

/// Says in the log what came of a job; a person finds it at the channel.
fn tell_log(job: &Job, outcome: &Outcome) {
    match outcome {
        Outcome::Taken => tracing::debug!(job = %job.id, "told outside"),
        Outcome::Later { why, .. } => {
            tracing::info!(job = %job.id, why, attempts = job.attempts + 1, "not told outside yet; trying again");
        }
        Outcome::Gone { why } | Outcome::Refused { why } => {
            tracing::warn!(job = %job.id, why, "not told outside");
        }
    }
}
