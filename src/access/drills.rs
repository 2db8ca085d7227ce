//! The fire drills of this home, in memory: the one that is under way, and the times of the last one. What of a drill is on disk is
//! marked there, and is removed whatever becomes of this.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::asking::Asking;
use crate::model::{AccountId, ActedBy, AlertId, ChannelId, DeviceId, SessionId, Timestamp};
use crate::wire::{Drill, DrillChannel, DrillState, DrillStep, DrillStepKind, HandOver};

/// How long somebody has to sign the stranger out.
pub const LONGEST: Duration = Duration::from_mins(10);

/// How long those who heard of the stranger may take to hear the end of it, before all of it is removed.
const LAST_WORD: Duration = Duration::from_secs(15);

/// The drills of this home, one an account. Times are those of the clock that nobody sets.
#[derive(Debug, Default)]
pub struct Drills(Mutex<HashMap<AccountId, Run>>);

#[derive(Debug)]
struct Run {
    began: Duration,
    alert_id: AlertId,
    stranger: Option<Stranger>,
    /// When it was over, however it ended.
    over: Option<Duration>,
    is_removed: bool,
    shown: Drill,
}

/// The made-up stranger, once it is in. Its token is here and nowhere else.
#[derive(Clone, Debug)]
pub(super) struct Stranger {
    /// Its device.
    pub device_id: DeviceId,
    /// Its session.
    pub session_id: SessionId,
    /// How it asks.
    pub asking: Asking,
}

/// What is due of a drill.
#[derive(Clone, Copy, Debug)]
pub(super) enum Due {
    /// Nobody signed the stranger out in time.
    GiveUp {
        /// The alert.
        alert_id: AlertId,
    },
    /// It is over: what is left of it goes once nobody waits to hear of this alert; now, when there is no time left for that.
    Remove {
        /// The alert.
        alert_id: AlertId,
        /// Whether there is no time left.
        at_once: bool,
    },
}

impl Run {
    fn step(&mut self, kind: DrillStepKind, now: Duration) {
        let ms = millis(self.began, now);
        self.shown.steps.push(DrillStep { kind, ms });
    }
}

fn millis(began: Duration, now: Duration) -> u64 {
    u64::try_from(now.saturating_sub(began).as_millis()).unwrap_or(u64::MAX)
}

impl Drills {
    fn with<T>(&self, work: impl FnOnce(&mut HashMap<AccountId, Run>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads or changes the drill of an account; `None` where there was none.
    fn of<T>(&self, account_id: AccountId, work: impl FnOnce(&mut Run) -> T) -> Option<T> {
        self.with(|runs| runs.get_mut(&account_id).map(work))
    }

    /// The drill of an account, as it is or was.
    pub(super) fn shown(&self, account_id: AccountId) -> Drill {
        self.of(account_id, |run| run.shown.clone()).unwrap_or_default()
    }

    /// Whether something of a drill is still there.
    pub(super) fn is_under_way(&self, account_id: AccountId) -> bool {
        self.of(account_id, |run| !run.is_removed).unwrap_or(false)
    }

    /// Whether the drill that raised this alert is over, and something of it is still there.
    pub(super) fn is_over(&self, account_id: AccountId, alert_id: AlertId) -> bool {
        self.of(account_id, |run| run.alert_id == alert_id && run.over.is_some() && !run.is_removed)
            .unwrap_or(false)
    }

    /// Whether a device is the made-up stranger of a drill that is under way.
    pub(super) fn has_device(&self, device_id: DeviceId) -> bool {
        self.with(|runs| {
            runs.values().any(|run| {
                !run.is_removed
                    && run.stranger.as_ref().is_some_and(|stranger| stranger.device_id == device_id)
            })
        })
    }

    /// Notes that one begins, before the stranger is in: whoever is told of it is noted from then on.
    pub(super) fn begin(
        &self,
        account_id: AccountId,
        began: Duration,
        alert_id: AlertId,
        channels: Vec<DrillChannel>,
        at: Timestamp,
    ) {
        let shown = Drill {
            state: DrillState::Waiting,
            started_at: Some(at),
            longest_ms: millis(Duration::ZERO, LONGEST),
            alert_id: Some(alert_id),
            channels,
            ..Drill::default()
        };
        let run = Run { began, alert_id, stranger: None, over: None, is_removed: false, shown };
        self.with(|runs| runs.insert(account_id, run));
    }

    /// Notes that the stranger is in, and since when: the alert is there in the same moment.
    pub(super) fn came_in(&self, account_id: AccountId, stranger: Stranger, at: Duration) {
        self.of(account_id, |run| {
            run.stranger = Some(stranger);
            run.step(DrillStepKind::SignedIn, at);
            run.step(DrillStepKind::AlertRaised, at);
        });
    }

    /// Notes how handing the alert over went. Says whether it is of a drill.
    pub(super) fn handed_over(
        &self,
        account_id: AccountId,
        (alert_id, channel_id): (AlertId, ChannelId),
        state: HandOver,
        detail: Option<&str>,
        now: Duration,
    ) -> bool {
        let noted = self.of(account_id, |run| {
            let began = run.began;
            let is_of_it = run.alert_id == alert_id && !run.is_removed;
            if state == HandOver::Silent && run.over.is_some() {
                // There was nothing left to say.
                return is_of_it;
            }
            let channel = run.shown.channels.iter_mut().find(|channel| is_of_it && channel.id == channel_id);
            // The first word is what counts: the last one says how it ended.
            let Some(channel) = channel.filter(|channel| channel.ms.is_none()) else { return is_of_it };
            channel.state = state;
            channel.detail = detail.map(str::to_owned);
            channel.ms = (state == HandOver::Taken).then(|| millis(began, now));
            true
        });
        noted.unwrap_or(false)
    }

    /// The stranger, who is in and waits to be signed out.
    pub(super) fn waiting(&self, account_id: AccountId) -> Option<(Stranger, AlertId)> {
        self.of(account_id, |run| {
            let waits = run.shown.state == DrillState::Waiting && run.over.is_none();
            run.stranger.clone().filter(|_| waits).map(|stranger| (stranger, run.alert_id))
        })
        .flatten()
    }

    /// Notes that the stranger is signed out. Says how it asks once more; `None` where the drill ended otherwise.
    pub(super) fn signed_out(&self, account_id: AccountId, id: SessionId, now: Duration) -> Option<Asking> {
        self.of(account_id, |run| {
            let stranger = run.stranger.as_ref().filter(|stranger| stranger.session_id == id)?;
            let asking = stranger.asking.clone();
            if run.over.is_some() {
                return None;
            }
            run.step(DrillStepKind::SignedOut, now);
            run.over = Some(now);
            Some(asking)
        })
        .flatten()
    }

    /// Notes whether the request after that was refused as it must be, and who signed the stranger out.
    pub(super) fn asked_again(
        &self,
        account_id: AccountId,
        is_refused: bool,
        by: Option<ActedBy>,
        now: Duration,
    ) {
        self.of(account_id, |run| {
            if is_refused {
                run.step(DrillStepKind::Refused, now);
            }
            run.shown.state = if is_refused { DrillState::Passed } else { DrillState::Failed };
            run.shown.answered_by = by;
        });
    }

    /// Notes that it ends without an answer.
    pub(super) fn end(&self, account_id: AccountId, state: DrillState, now: Duration) {
        self.of(account_id, |run| {
            if run.over.is_none() {
                (run.over, run.shown.state) = (Some(now), state);
            }
        });
    }

    /// What is due of the drills by now.
    pub(super) fn due(&self, now: Duration) -> Vec<(AccountId, Due)> {
        self.with(|runs| {
            let due = |run: &Run| {
                if run.is_removed {
                    return None;
                }
                match run.over {
                    // Whether its next request is refused is being looked at.
                    Some(_) if run.shown.state == DrillState::Waiting => None,
                    Some(over) => {
                        let at_once = now.saturating_sub(over) >= LAST_WORD;
                        Some(Due::Remove { alert_id: run.alert_id, at_once })
                    }
                    None if now.saturating_sub(run.began) < LONGEST => None,
                    None => run.stranger.as_ref().map(|_| Due::GiveUp { alert_id: run.alert_id }),
                }
            };
            runs.iter().filter_map(|(account_id, run)| Some((*account_id, due(run)?))).collect()
        })
    }

    /// Notes that nothing of it is left.
    pub(super) fn removed(&self, account_id: AccountId, now: Duration) {
        self.of(account_id, |run| {
            run.step(DrillStepKind::Removed, now);
            run.is_removed = true;
            run.stranger = None;
            run.shown.alert_id = None;
        });
    }
}
