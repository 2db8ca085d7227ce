//! How far a replay is, told to a person on standard error, and what it came to.

use std::io::Write;

use super::summary::{Summary, figure};
use crate::clock::Clock;
use crate::model::Timestamp;

/// Milliseconds between two words on a terminal, where each takes the place of the one before.
const ON_A_TERMINAL: i64 = 500;

/// The same in a file or a log, where they add up.
const IN_A_LOG: i64 = 10_000;

/// Tells how far it is. What cannot be told is not told: the verdicts are what counts.
pub(super) struct Progress<'a, T: Write> {
    clock: &'a dyn Clock,
    told: T,
    /// The size of what is read, when that is known.
    bytes: Option<u64>,
    is_terminal: bool,
    /// Nothing is told on the way, only at the end.
    is_silent: bool,
    began: Timestamp,
    last: Timestamp,
    /// A line is on the terminal that the next takes the place of.
    is_open: bool,
}

impl<'a, T: Write> Progress<'a, T> {
    pub(super) fn new(
        clock: &'a dyn Clock,
        bytes: Option<u64>,
        is_terminal: bool,
        is_silent: bool,
        told: T,
    ) -> Self {
        let now = clock.now();
        Self { clock, told, bytes, is_terminal, is_silent, began: now, last: now, is_open: false }
    }

    /// Tells how far it is, if the last word is long enough ago.
    pub(super) fn look(&mut self, rows: u64, read: u64) {
        let now = self.clock.now();
        let every = if self.is_terminal { ON_A_TERMINAL } else { IN_A_LOG };
        if self.is_silent || now.as_millis() - self.last.as_millis() < every {
            return;
        }
        self.last = now;
        let share = match self.bytes {
            #[expect(clippy::cast_precision_loss, reason = "a share, for people")]
            Some(bytes) if bytes > 0 => format!(", {:.1} %", read as f64 * 100.0 / bytes as f64),
            _ => String::new(),
        };
        let line = format!("{} rows, {} rows/s{share}", figure(rows), figure(self.pace(rows)));
        if self.is_terminal {
            let _ = write!(self.told, "\r\x1b[K{line}");
            let _ = self.told.flush();
            self.is_open = true;
        } else {
            let _ = writeln!(self.told, "{line}");
        }
    }

    /// Says something that stays.
    pub(super) fn say(&mut self, line: &str) {
        self.clear();
        let _ = writeln!(self.told, "{line}");
    }

    /// Says what it came to.
    pub(super) fn sum_up(&mut self, summary: &Summary, users: usize, was_stopped: bool) {
        self.clear();
        let pace = figure(self.pace(summary.rows()));
        let _ = write!(self.told, "{} ({pace} rows/s)\n{summary}", summary.headline(users, was_stopped));
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.is_open) {
            let _ = write!(self.told, "\r\x1b[K");
        }
    }

    /// Rows a second since it began.
    fn pace(&self, rows: u64) -> u64 {
        let millis = self.clock.now().as_millis().saturating_sub(self.began.as_millis());
        rows.saturating_mul(1000) / u64::try_from(millis).unwrap_or(0).max(1)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::ManualClock;

    fn told(is_terminal: bool, bytes: Option<u64>) -> String {
        let clock = ManualClock::at(Timestamp::from_millis(0));
        let mut told = Vec::new();
        let mut progress = Progress::new(&clock, bytes, is_terminal, false, &mut told);
        progress.look(0, 0);
        clock.advance(Duration::from_secs(10));
        progress.look(2_500_000, 300);
        progress.look(2_500_001, 300);
        progress.say("line 7 is left out");
        String::from_utf8(told).expect("text")
    }

    #[test]
    fn a_log_gets_a_line_now_and_then() {
        let text = told(false, Some(1200));
        assert_eq!(text, "2,500,000 rows, 250,000 rows/s, 25.0 %\nline 7 is left out\n");
        assert_eq!(told(false, None).lines().next(), Some("2,500,000 rows, 250,000 rows/s"));
    }

    #[test]
    fn a_terminal_gets_one_line_that_changes() {
        let text = told(true, Some(1200));
        assert_eq!(text, "\r\x1b[K2,500,000 rows, 250,000 rows/s, 25.0 %\r\x1b[Kline 7 is left out\n");
    }
}
