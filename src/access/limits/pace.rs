//! How often something may happen: some times at once, and then one in a while (a token bucket, as the generic cell rate
//! algorithm writes it: one moment a key).

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Keys that are remembered. Only who tries faster than once in a period stays remembered; beyond so many of those, all
/// others share a pace.
const MOST_KEYS: usize = 100_000;

/// A pace, for each key by itself. Time is that of a clock that nobody sets.
#[derive(Debug)]
pub(super) struct Pace<K> {
    at_once: u32,
    period: Duration,
    state: Mutex<State<K>>,
}

#[derive(Debug)]
struct State<K> {
    /// When everything that was taken is given anew.
    whole_at: HashMap<K, Duration>,
    /// The same for those who are not remembered one by one.
    of_others: Duration,
}

impl<K: Hash + Eq + Clone> Pace<K> {
    /// `at_once` times, and then once in `period`.
    pub fn new(at_once: u32, period: Duration) -> Self {
        let state = State { whole_at: HashMap::new(), of_others: Duration::ZERO };
        Self { at_once, period, state: Mutex::new(state) }
    }

    /// Takes one; or says how long to wait for it.
    pub fn take(&self, key: &K, now: Duration) -> Result<(), Duration> {
        let mut state = self.lock();
        if state.whole_at.len() >= MOST_KEYS && !state.whole_at.contains_key(key) {
            state.whole_at.retain(|_, whole_at| *whole_at > now);
        }
        let is_remembered = state.whole_at.len() < MOST_KEYS || state.whole_at.contains_key(key);
        let whole_at = if is_remembered {
            state.whole_at.entry(key.clone()).or_insert(now)
        } else {
            &mut state.of_others
        };
        let begins = (*whole_at).max(now);
        let allowed = now + self.period * self.at_once.saturating_sub(1);
        if let Some(wait) = begins.checked_sub(allowed).filter(|wait| !wait.is_zero()) {
            return Err(wait);
        }
        *whole_at = begins + self.period;
        Ok(())
    }

    /// Gives one back that was taken.
    pub fn give_back(&self, key: &K) {
        if let Some(whole_at) = self.lock().whole_at.get_mut(key) {
            *whole_at = whole_at.saturating_sub(self.period);
        }
    }

    /// Forgets whoever has everything again.
    pub fn forget_old(&self, now: Duration) {
        let mut state = self.lock();
        state.whole_at.retain(|_, whole_at| *whole_at > now);
        state.whole_at.shrink_to_fit();
    }

    fn lock(&self) -> MutexGuard<'_, State<K>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(seconds: u64) -> Duration {
        SECOND * u32::try_from(seconds).expect("small") + Duration::from_hours(1)
    }

    #[test]
    fn a_burst_and_then_one_in_a_period() {
        let pace = Pace::new(3, SECOND * 10);
        for _ in 0..3 {
            assert_eq!(pace.take(&1, at(0)), Ok(()));
        }
        assert_eq!(pace.take(&1, at(0)), Err(SECOND * 10));
        assert_eq!(pace.take(&1, at(4)), Err(SECOND * 6));
        assert_eq!(pace.take(&2, at(4)), Ok(()), "another has a pace of their own");
        assert_eq!(pace.take(&1, at(10)), Ok(()));
        assert_eq!(pace.take(&1, at(10)), Err(SECOND * 10));
    }

    #[test]
    fn what_is_given_back_was_never_taken() {
        let pace = Pace::new(2, SECOND * 10);
        for second in 0..50 {
            assert_eq!(pace.take(&1, at(second)), Ok(()));
            pace.give_back(&1);
        }
        assert_eq!(pace.take(&1, at(50)), Ok(()));
        assert_eq!(pace.take(&1, at(50)), Ok(()));
        assert_eq!(pace.take(&1, at(50)), Err(SECOND * 10));
    }

    #[test]
    fn whoever_is_beyond_those_who_are_remembered_shares_a_pace() {
        let pace = Pace::new(1, SECOND * 10);
        for key in 0..MOST_KEYS {
            assert_eq!(pace.take(&key, at(0)), Ok(()));
        }
        assert_eq!(pace.take(&MOST_KEYS, at(1)), Ok(()));
        assert!(pace.take(&(MOST_KEYS + 1), at(1)).is_err());
        assert!(pace.take(&3, at(1)).is_err(), "those who are remembered stay so");
        // Once they have waited they are forgotten, and there is room for others.
        assert_eq!(pace.take(&(MOST_KEYS + 1), at(12)), Ok(()));
        assert_eq!(pace.take(&(MOST_KEYS + 2), at(12)), Ok(()));
    }
}
