//! Listening for answers that come by a relay. What comes is handed to [`crate::access::relayed`], which believes it nothing, and
//! its receipts are posted. A home without a relay, or without a browser that can answer by one, listens nowhere.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{Stream, StreamExt};
use tokio_util::sync::CancellationToken;

use crate::access::relayed::{self, Reply};
use crate::access::{Core, hearing};
use crate::error::causes;
use crate::model::{AccountId, ChosenRelay, Inbox};
use crate::outside::ntfy::Name;
use crate::outside::relay::{self, Heard, HomeKey, Relay};
use crate::outside::{Handed, Outlet};
use crate::wire::EventKind;

/// Of what was posted before the home listens, so much is asked for: an answer is good for so long, and a little more.
const BEFORE: Duration = Duration::from_secs(relayed::GOOD_FOR.as_secs() + 120);

/// How long a relay may say nothing: it says that it is there every 45 seconds, unless it was set otherwise.
const LONGEST_SILENCE: Duration = Duration::from_mins(2);

/// How often it is looked whether it has said something.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Wait before the second attempt to listen; doubled with each.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// Longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// Attempts to post a receipt, while the phone waits for it.
const RECEIPT_TRIES: u32 = 4;

/// Wait after the database refused.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// What a listener works with.
pub struct Ear {
    /// The home.
    pub core: Arc<Core>,
    /// The way out.
    pub outlet: Outlet,
    /// What answers are sealed to.
    pub key: HomeKey,
}

/// Listens until `stop`.
pub async fn run(ear: Ear, stop: CancellationToken) {
    let ear = Arc::new(ear);
    let mut heard = ear.core.announcer.hear_all();
    let mut inboxes = Vec::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            now = other_inboxes(&ear.core, &mut heard, &inboxes) => inboxes = now,
            () = listen(&ear, &inboxes) => {}
        }
    }
}

/// Waits until answers are to be listened for elsewhere than at `before`.
async fn other_inboxes(
    core: &Core,
    heard: &mut (impl Stream<Item = Option<EventKind>> + Unpin),
    before: &[Inbox],
) -> Vec<Inbox> {
    loop {
        match relayed::inboxes(core).await {
            Ok(now) if now != before => return now,
            Ok(_) => changed(heard).await,
            Err(error) => {
                tracing::warn!(error = %causes(&error), "where answers come by a relay is not known");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}

/// Waits until channels may have changed.
async fn changed(heard: &mut (impl Stream<Item = Option<EventKind>> + Unpin)) {
    loop {
        match heard.next().await {
            // The home ends.
            None => std::future::pending().await,
            // Whatever was missed may have been one; "not me" removes channels.
            Some(None | Some(EventKind::ChannelsChanged | EventKind::AlertAnswered { .. })) => return,
            Some(Some(_)) => {}
        }
    }
}

/// Listens at the relay of each account, for ever.
async fn listen(ear: &Arc<Ear>, inboxes: &[Inbox]) {
    let mut chosen: BTreeMap<AccountId, (&ChosenRelay, Vec<Name>)> = BTreeMap::new();
    for Inbox { account_id, relay, topic } in inboxes {
        let (_, topics) = chosen.entry(*account_id).or_insert_with(|| (relay, Vec::new()));
        topics.extend(Name::new(topic));
    }
    let all =
        chosen.into_iter().map(|(account_id, (relay, topics))| listen_for(ear, account_id, relay, topics));
    join_all(all).await;
    std::future::pending::<()>().await;
}

async fn listen_for(ear: &Arc<Ear>, account_id: AccountId, chosen: &ChosenRelay, topics: Vec<Name>) {
    hearing::begin(&ear.core, account_id, chosen);
    let relay = match Relay::parse(&chosen.url, chosen.token.clone(), ear.outlet.guard()) {
        Ok(relay) => relay,
        Err(why) => {
            tracing::warn!(%why, "no answers come by the relay");
            return hearing::not_heard(&ear.core, account_id, true, why.to_string());
        }
    };
    let mut failures = 0;
    loop {
        let Unheard { was_heard, is_refused, why } = hear(ear, account_id, &relay, &topics).await;
        tracing::info!(relay = relay.as_str(), why, "the relay is not heard; listening anew");
        if was_heard {
            // It may be heard again right away: that is said once it is not.
            failures = 0;
        } else {
            hearing::not_heard(&ear.core, account_id, is_refused, why);
        }
        tokio::time::sleep(wait(&ear.core, failures)).await;
        failures += 1;
    }
}

/// Why a relay is not heard any more, or was not at all.
struct Unheard {
    was_heard: bool,
    is_refused: bool,
    why: String,
}

impl Unheard {
    fn at_all(handed: Handed) -> Self {
        let is_refused = matches!(handed, Handed::Refused { .. } | Handed::Gone { .. });
        Self { was_heard: false, is_refused, why: why(handed) }
    }
}

/// Twice as long after each failure, and by up to half of it more or less.
fn wait(core: &Core, failures: u32) -> Duration {
    let longest = FIRST_WAIT.saturating_mul(1 << failures.min(16)).min(LONGEST_WAIT);
    let mut byte = [0];
    core.random.fill(&mut byte);
    longest.mul_f64(0.5 + f64::from(byte[0]) / 256.0)
}

/// Listens as long as the relay says something.
async fn hear(ear: &Arc<Ear>, account_id: AccountId, relay: &Relay, topics: &[Name]) -> Unheard {
    let mut stream = match relay::listen(&ear.outlet, relay, topics, BEFORE).await {
        Ok(stream) => stream,
        Err(handed) => return Unheard::at_all(handed),
    };
    let clock = &ear.core.clock;
    let (mut was_heard, mut last) = (false, clock.elapsed());
    let over = |was_heard, why| Unheard { was_heard, is_refused: false, why };
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            said = stream.next() => match said {
                Ok(said) => {
                    (was_heard, last) = (true, clock.elapsed());
                    hearing::heard(&ear.core, account_id);
                    if let Heard::Message { topic, text } = said
                        && topics.iter().any(|ours| ours.reveal() == topic)
                    {
                        // A task of its own, and the next one after it: what an answer does may change where is listened, and
                        // its receipt is posted all the same.
                        let taking = tokio::spawn(take(Arc::clone(ear), relay.clone(), topic, text));
                        if let Err(error) = taking.await {
                            tracing::error!(error = %causes(&error), "an answer that came by the relay was lost");
                        }
                    }
                }
                Err(why) => return over(was_heard, why),
            },
            _ = look.tick() => {
                if clock.elapsed().saturating_sub(last) > LONGEST_SILENCE {
                    return over(was_heard, "it says nothing any more".to_owned());
                }
            }
        }
    }
}

async fn take(ear: Arc<Ear>, relay: Relay, topic: String, text: String) {
    match relayed::take(&ear.core, &ear.key, &topic, &text).await {
        // Beside the next answer: only who signed one is answered, so that these are few.
        Ok(Some(reply)) => drop(tokio::spawn(post(ear, relay, reply))),
        Ok(None) => {}
        // The phone hears nothing, and says that.
        Err(error) => tracing::error!(error = %causes(&error), "an answer that came by the relay was lost"),
    }
}

async fn post(ear: Arc<Ear>, relay: Relay, reply: Reply) {
    for tried in 0..RECEIPT_TRIES {
        match relay::post(&ear.outlet, &relay, &reply.to, &reply.text, &*ear.core.clock).await {
            Handed::Done => return,
            Handed::Later { .. } if tried + 1 < RECEIPT_TRIES => {
                tokio::time::sleep(wait(&ear.core, tried + 1)).await;
            }
            handed => {
                tracing::warn!(why = why(handed), "the receipt of an answer could not be posted");
                return;
            }
        }
    }
}

fn why(handed: Handed) -> String {
    match handed {
        Handed::Done => "it has nothing to say".to_owned(),
        Handed::Later { why, .. } | Handed::Gone { why } | Handed::Refused { why } => why,
    }
}
