//! What time it is, and how long something takes. An argument everywhere, so that tests move time instead of waiting
//! for it.

use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::model::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The present moment: what a clock on the wall shows. Somebody may set it, forward and back: it is for what people
    /// see and what is kept, and never for how long somebody has to wait.
    fn now(&self) -> Timestamp;

    /// Time since a moment that stays the same while the home runs (a monotonic clock). It goes on evenly, whatever the
    /// clock on the wall is set to: for limits, waits and whatever lives for some minutes in memory. On Linux it counts
    /// the time the computer sleeps (`CLOCK_BOOTTIME`); elsewhere it may not, and a wait is longer by that.
    fn elapsed(&self) -> Duration;
}

/// The computer's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the real clock")]
    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn elapsed(&self) -> Duration {
        let since_boot = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        let seconds = u64::try_from(since_boot.tv_sec).unwrap_or_default();
        Duration::new(seconds, u32::try_from(since_boot.tv_nsec).unwrap_or_default())
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the real clock")]
    fn elapsed(&self) -> Duration {
        use std::sync::LazyLock;
        use std::time::Instant;
        static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
        BEGAN.elapsed()
    }
}

/// A clock that stands still until it is moved. For tests, and for the demonstration household's past.
#[derive(Debug)]
pub struct ManualClock {
    wall: AtomicI64,
    elapsed_millis: AtomicU64,
}

impl ManualClock {
    /// A clock that stands at `moment`.
    pub fn at(moment: Timestamp) -> Self {
        Self { wall: AtomicI64::new(moment.as_millis()), elapsed_millis: AtomicU64::new(0) }
    }

    /// Lets time go on.
    pub fn advance(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.elapsed_millis.fetch_add(millis, Ordering::SeqCst);
        self.set(self.now().after(by));
    }

    /// Lets time go on until `moment`.
    pub fn advance_to(&self, moment: Timestamp) {
        let millis = moment.as_millis().saturating_sub(self.now().as_millis());
        self.advance(Duration::from_millis(u64::try_from(millis).unwrap_or_default()));
    }

    /// Sets the clock on the wall to `moment`, as a person or a time server does: no time passes by that.
    pub fn set(&self, moment: Timestamp) {
        self.wall.store(moment.as_millis(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.wall.load(Ordering::SeqCst))
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed_millis.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_the_clock_on_the_wall_lets_no_time_pass() {
        let clock = ManualClock::at(Timestamp::from_millis(1_790_000_000_000));
        clock.advance(Duration::from_secs(3));
        clock.set(Timestamp::from_millis(0));
        assert_eq!((clock.now().as_millis(), clock.elapsed()), (0, Duration::from_secs(3)));
        clock.advance_to(Timestamp::from_millis(2_000));
        assert_eq!((clock.now().as_millis(), clock.elapsed()), (2_000, Duration::from_secs(5)));
    }

    #[test]
    fn the_computers_own_time_never_goes_back() {
        let first = SystemClock.elapsed();
        assert!(SystemClock.elapsed() >= first);
    }
}
