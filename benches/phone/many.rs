//! One alert, told through a thousand channels.
//!
//! An account may have 50. Those beyond them are written as the store writes them, while the home is stopped: they show that a
//! push message to one is not held up by those to many. All are web push, which takes the most of the home (a key agreement, a
//! signature and a connection each), and of the one device that made the first.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use latchkey::clock::SystemClock;
use latchkey::model::{ChannelId, Target};
use latchkey::random::SystemRandom;
use sqlx::{Connection, SqliteConnection};

use super::Outcome;
use super::common::{figure, millis, quantile};
use super::program::Program;
use super::receiver::{Heard, Receiver};
use super::rounds::{of_something_new, with_button};
use super::stranger::Stranger;

/// Channels that are told.
pub const CHANNELS: usize = 1_000;

/// Longest time until the last of them has it.
const LONGEST: Duration = Duration::from_secs(5);

/// Alerts.
const ROUNDS: usize = 5;

/// The number of the first stranger here: none who was here before.
const FIRST_STRANGER: usize = 1_000;

/// Writes channels beside the first one of web push, until there are [`CHANNELS`].
pub async fn write(folder: &Path) -> Outcome {
    written(folder).await.map_err(|cause| format!("the channels cannot be written: {cause}"))
}

async fn written(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let file = format!("sqlite://{}", folder.join("latchkey.db").display());
    let mut database = SqliteConnection::connect(&file).await?;
    let (there,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM channels").fetch_one(&mut database).await?;
    let (first, target): (String, String) =
        sqlx::query_as("SELECT id, target FROM channels WHERE target LIKE '%\"web_push\"%'")
            .fetch_one(&mut database)
            .await?;
    let Target::WebPush(subscription) = serde_json::from_str(&target)? else {
        return Err("the first channel is not of web push".into());
    };
    let mut change = database.begin().await?;
    for number in usize::try_from(there)?..CHANNELS {
        let mut subscription = subscription.clone();
        subscription.endpoint = subscription.endpoint.replace("/push/first", &format!("/push/{number}"));
        sqlx::query(
            "INSERT INTO channels (id, account_id, profile_id, device_id, name, target, created_at, state)
             SELECT $1, account_id, profile_id, device_id, name, $2, created_at, 'untried' FROM channels WHERE id = $3",
        )
        .bind(ChannelId::new(&SystemClock, &SystemRandom).to_string())
        .bind(serde_json::to_string(&Target::WebPush(subscription))?)
        .bind(&first)
        .execute(&mut *change)
        .await?;
    }
    change.commit().await?;
    database.close().await?;
    Ok(())
}

/// Measures.
pub async fn measure(home: &Program, push: &mut Receiver, ntfy: &mut Receiver) -> Outcome {
    let (mut took, mut told_of, mut again) = (Vec::new(), HashSet::new(), 0);
    for round in 0..ROUNDS {
        let stranger = Stranger::signs_in(home, FIRST_STRANGER + round).await?;
        let first = of_something_new(push, &mut told_of).await?;
        took.push(last_told(push, first, &mut again).await?.duration_since(stranger.asked));
        // It is told by the one that is left, too.
        with_button(ntfy).await?;
    }
    let first = took[0];
    let worst = quantile(&mut took, 1.0);
    figure(
        &format!("sign-in to the last has it, worst of {ROUNDS}"),
        &millis(worst),
        "<= 5 s",
        worst <= LONGEST,
    );
    figure("  the median", &millis(quantile(&mut took, 0.5)), "-", true);
    figure("  the first, right after a start", &millis(first), "-", true);
    figure("  told more than once of an alert", &again.to_string(), "none", again == 0);
    Ok(())
}

/// Waits until the alert of the first message was told by all channels of web push; when the last of them had it. Counts what
/// was said `again`.
async fn last_told(push: &mut Receiver, first: Heard, again: &mut usize) -> Outcome<Instant> {
    let (mut told, mut last) = (HashSet::from([first.path]), first.at);
    while told.len() < CHANNELS - 1 {
        let heard = push.next(&format!("of an alert, with {} told of {CHANNELS}", told.len())).await?;
        if heard.topic != first.topic {
            continue;
        }
        if told.insert(heard.path) {
            last = heard.at;
        } else {
            *again += 1;
        }
    }
    Ok(last)
}
