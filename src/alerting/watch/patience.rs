//! How long a watch waits before it asks again.

use std::time::Duration;

/// How long to wait before a home that cannot be reached is asked again, and the first time after a session was held.
pub const SHORTEST: Duration = Duration::from_secs(5);

/// The longest wait for a session that is held. Somebody has answered the alert elsewhere and sits down here: by then it
/// tells again.
pub const LONGEST: Duration = Duration::from_mins(1);

/// Waits for what a person decides elsewhere: each twice as long as the one before, up to [`LONGEST`].
#[derive(Debug)]
pub struct Patience(Duration);

impl Default for Patience {
    fn default() -> Self {
        Self(SHORTEST)
    }
}

impl Patience {
    /// How long to wait now.
    pub fn wait(&mut self) -> Duration {
        let wait = self.0;
        self.0 = (wait * 2).min(LONGEST);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_twice_the_one_before_up_to_a_minute() {
        let mut patience = Patience::default();
        let waits: Vec<_> = (0..6).map(|_| patience.wait().as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 60, 60]);
    }
}
