//! How long somebody waits to speak for a household in which nobody else is left, and since when the others were silent: by
//! the clock that nobody sets, as far as the home has been running. See `docs/decisions/0006-who-may-say-that-it-was-me.md`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::model::{AccountId, Timestamp};
use crate::store::Wait;

/// How long a household in which nobody else is left has to answer before a device speaks for it.
pub(super) const WAIT: Duration = Duration::from_hours(24);

/// Since when the home runs by both clocks, and the waits that began since.
#[derive(Debug)]
pub struct Waits {
    wall: Timestamp,
    elapsed: Duration,
    begun: Mutex<HashMap<AccountId, (Wait, Duration)>>,
}

impl Waits {
    /// At the start of a home.
    pub fn since(clock: &dyn Clock) -> Self {
        Self { wall: clock.now(), elapsed: clock.elapsed(), begun: Mutex::default() }
    }

    /// Notes a wait that is on disk.
    pub(super) fn begin(&self, clock: &dyn Clock, wait: Wait) {
        let due = clock.elapsed() + WAIT;
        self.begun.lock().unwrap_or_else(PoisonError::into_inner).insert(wait.account_id, (wait, due));
    }

    /// How long a wait still lasts; `None` when it is over. Of one that began before the home started, what the clock on the
    /// wall left of it then, and no more than all of it: that clock may have been set meanwhile.
    pub(super) fn left(&self, clock: &dyn Clock, wait: &Wait) -> Option<Duration> {
        let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner).get(&wait.account_id).cloned();
        let due = match begun {
            Some((begun, due)) if begun == *wait => due,
            _ => {
                let millis = wait.due_at.as_millis().saturating_sub(self.wall.as_millis());
                let left = Duration::from_millis(u64::try_from(millis).unwrap_or_default());
                self.elapsed + left.min(WAIT)
            }
        };
        due.checked_sub(clock.elapsed()).filter(|left| !left.is_zero())
    }

    /// The moment from which on somebody who is silent is silent since: never later than evenly after the start, so that a
    /// clock that jumps ahead makes nobody gone; and never later than the clock on the wall, by which activity is written.
    pub(super) fn no_later_than_now(&self, clock: &dyn Clock) -> Timestamp {
        self.wall.after(clock.elapsed().saturating_sub(self.elapsed)).min(clock.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::model::SessionId;
    use crate::random::SeededRandom;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
    const HOUR: Duration = Duration::from_hours(1);

    fn wait(clock: &ManualClock) -> Wait {
        let random = SeededRandom::new(1);
        Wait {
            account_id: AccountId::new(clock, &random),
            session_id: SessionId::new(clock, &random),
            what: "settings".into(),
            asked_at: clock.now(),
            due_at: clock.now().after(WAIT),
        }
    }

    #[test]
    fn a_wait_lasts_a_day_whatever_the_clock_on_the_wall_is_set_to() {
        for set_to in [NOW.after(HOUR * 25), NOW.before(HOUR * 24 * 40)] {
            let clock = ManualClock::at(NOW);
            let (waits, wait) = (Waits::since(&clock), wait(&clock));
            waits.begin(&clock, wait.clone());
            clock.set(set_to);
            assert_eq!(waits.left(&clock, &wait), Some(WAIT));
            clock.advance(HOUR * 23);
            assert_eq!(waits.left(&clock, &wait), Some(HOUR));
            clock.advance(HOUR);
            assert_eq!(waits.left(&clock, &wait), None);
        }
    }

    #[test]
    fn after_a_start_what_is_left_counts_and_never_more_than_a_day() {
        let clock = ManualClock::at(NOW);
        let wait = wait(&clock);
        clock.advance(HOUR * 20);
        let waits = Waits::since(&clock);
        assert_eq!(waits.left(&clock, &wait), Some(HOUR * 4));
        clock.set(NOW.after(HOUR * 100));
        assert_eq!(waits.left(&clock, &wait), Some(HOUR * 4));
        // Set back by weeks while the home was off.
        clock.set(NOW.before(HOUR * 24 * 40));
        assert_eq!(Waits::since(&clock).left(&clock, &wait), Some(WAIT));
    }

    #[test]
    fn a_clock_that_jumps_makes_nobody_silent_for_longer() {
        let clock = ManualClock::at(NOW);
        let waits = Waits::since(&clock);
        clock.advance(HOUR);
        clock.set(NOW.after(HOUR * 24 * 31));
        assert_eq!(waits.no_later_than_now(&clock), NOW.after(HOUR));
        clock.set(NOW.before(HOUR * 24 * 31));
        assert_eq!(waits.no_later_than_now(&clock), NOW.before(HOUR * 24 * 31));
    }
}
