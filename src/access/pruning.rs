//! What is old goes: lines of the history, alerts that were answered, and sessions that ended and are referred to by nothing. The limits
//! are generous, and beside them so many of the newest stay, however old they are: a clock that jumps ahead removes none of those.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Core;
use super::live::MOST_ENDED;
use crate::error::{Result, causes};
use crate::store::{Keep, Old, OldSessions};

const DAY: Duration = Duration::from_hours(24);

/// Lines of the history: for two years, the newest ten thousand of an account longer. Failed sign-ins go earlier beyond two hundred
/// thousand lines: from strangers some three thousand a day are let through (decision 13).
const LINES: Duration = Duration::from_hours(24 * 731);
const LEAST_LINES: u32 = 10_000;
const MOST_LINES: u32 = 200_000;

/// Alerts: for a year after their answer, the newest thousand of an account longer. Those that wait stay.
const ALERTS: Duration = Duration::from_hours(24 * 366);
const LEAST_ALERTS: u32 = 1_000;

/// Sessions: for 90 days after their end, and those that are still told apart from unknown ones longer.
const SESSIONS: Duration = Duration::from_hours(24 * 90);

/// Between two batches, so that whoever wants to change something comes first.
const PAUSE: Duration = Duration::from_millis(100);

/// Removes what is old until `stop`, right away and then every day.
pub async fn run(core: Arc<Core>, stop: CancellationToken) {
    loop {
        if let Err(error) = whole_round(&core, &stop).await {
            tracing::warn!(error = %causes(&error), "what is old stays until tomorrow");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(DAY) => {}
        }
    }
}

async fn whole_round(core: &Core, stop: &CancellationToken) -> Result<()> {
    let mut round = Round::begin(core).await?;
    while !stop.is_cancelled() && round.go_on(core).await? {
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
    Ok(())
}

/// Once through all that may be old, a batch at a time.
#[derive(Debug)]
pub struct Round {
    /// The next is the last.
    left: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    History(Old),
    Alerts(Old),
    Sessions(OldSessions),
}

impl Round {
    /// Looks what may go.
    pub async fn begin(core: &Core) -> Result<Self> {
        let (store, now) = (&core.store, core.now());
        // Sessions come last: alerts that went referred to some.
        let sessions = store.old_sessions(now.before(SESSIONS), MOST_ENDED).await?;
        let mut left: Vec<_> = sessions.map(Part::Sessions).into_iter().collect();
        for account_id in store.accounts().await? {
            let alerts = Keep { since: now.before(ALERTS), at_least: LEAST_ALERTS, at_most: None };
            left.extend(store.old_alerts(account_id, alerts).await?.map(Part::Alerts));
            let lines = Keep { since: now.before(LINES), at_least: LEAST_LINES, at_most: Some(MOST_LINES) };
            left.extend(store.old_history(account_id, lines).await?.map(Part::History));
        }
        Ok(Self { left })
    }

    /// Removes the next batch. Says whether there is another.
    pub async fn go_on(&mut self, core: &Core) -> Result<bool> {
        let Some(part) = self.left.last_mut() else { return Ok(false) };
        let has_more = match part {
            Part::History(old) => core.store.prune_history(old).await?,
            Part::Alerts(old) => core.store.prune_alerts(&core.store.turn().await, old).await?,
            Part::Sessions(old) => core.store.prune_sessions(&core.store.turn().await, old).await?,
        };
        if !has_more {
            self.left.pop();
        }
        Ok(!self.left.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::asking::Asking;
    use crate::access::set_up;
    use crate::app::{self, Parts};
    use crate::clock::ManualClock;
    use crate::config::Config;
    use crate::model::{AccountId, HistoryEntry, HistoryKind, ProfileKind, Timestamp};
    use crate::wire::{NewProfile, SetupRequest};

    /// Lines that happened now, with a little more than stays of them whatever their age.
    async fn many_lines(core: &Core, account_id: AccountId) {
        let entries: Vec<HistoryEntry> =
            (0..LEAST_LINES + 300).map(|_| core.entry(account_id, HistoryKind::DeviceRenamed)).collect();
        core.store.add_history(&entries).await.expect("is kept");
    }

    async fn lines(core: &Core, account_id: AccountId) -> usize {
        core.store.history(account_id, None, None, None, MOST_LINES).await.expect("a list").len()
    }

    #[tokio::test]
    async fn a_home_removes_what_is_old_by_itself_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config::in_folder(folder.path());
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_790_000_000_000)));
        let parts = Parts { clock: Arc::<ManualClock>::clone(&clock), ..Parts::default() };
        let (core, ..) = app::open(&config, config.listen, parts).await.expect("opens");
        let request = SetupRequest {
            code: core.setup_code.reveal(&*core.clock, &*core.random).expect("a code"),
            login: "ana".into(),
            password: "correct horse".into(),
            profiles: vec![NewProfile::of("Ana", ProfileKind::Adult)],
            device: None,
        };
        let asking = Asking { address: Some([192, 168, 1, 20].into()), ..Asking::default() };
        let owner = set_up::set_up(&core, asking, request).await.expect("sets up");
        let account_id = core.store.accounts().await.expect("accounts")[0];
        many_lines(&core, account_id).await;
        let all = lines(&core, account_id).await;

        // A year later everything is there.
        clock.advance(DAY * 365);
        let mut round = Round::begin(&core).await.expect("begins");
        while round.go_on(&core).await.expect("goes on") {}
        assert_eq!(lines(&core, account_id).await, all);

        // After more than two, the newest are; and the session that is alive, and its device.
        clock.advance(DAY * 367);
        let stop = CancellationToken::new();
        let running = tokio::spawn(run(Arc::clone(&core), stop.clone()));
        let mut again = tokio::time::interval(Duration::from_millis(5));
        let most = LEAST_LINES as usize;
        let pruned = async {
            while lines(&core, account_id).await > most {
                again.tick().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), pruned).await.expect("it removes them");
        stop.cancel();
        running.await.expect("ends");
        assert_eq!(lines(&core, account_id).await, most);
        assert!(core.store.device(account_id, owner.answer.device_id).await.expect("looks").is_some());
        core.store.close().await;
    }
}
