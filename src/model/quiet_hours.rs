//! Quiet hours: when nothing makes a sound.

use serde::{Deserialize, Serialize};

use super::Verdict;
use crate::error::{Error, Result};

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// Hours in which nothing makes a sound, in minutes after midnight; they may span midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct QuietHours {
    /// When they begin, 0 to 1439.
    #[schema(maximum = 1439)]
    pub from_minute: u16,
    /// When they end, 0 to 1439. The same as the beginning: never.
    #[schema(maximum = 1439)]
    pub to_minute: u16,
}

impl QuietHours {
    /// These, if they are times of one day.
    pub fn checked(self) -> Result<Self> {
        if self.from_minute < DAY && self.to_minute < DAY {
            Ok(self)
        } else {
            Err(Error::invalid("quiet_hours", "Give the quiet hours as times of one day."))
        }
    }

    /// Whether they silence what is told at that minute of the day. What looks stolen is never silenced: it cannot
    /// wait till morning.
    pub fn silence(self, verdict: Verdict, minute: u16) -> bool {
        let Self { from_minute: from, to_minute: to } = self;
        let is_within = if from <= to { (from..to).contains(&minute) } else { minute >= from || minute < to };
        is_within && verdict != Verdict::Suspicious
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_span_midnight_and_never_silence_a_theft() {
        let night = QuietHours { from_minute: 22 * 60, to_minute: 7 * 60 };
        assert!(night.silence(Verdict::NewDevice, 23 * 60));
        assert!(night.silence(Verdict::NewPlace, 6 * 60 + 59));
        assert!(!night.silence(Verdict::NewDevice, 7 * 60));
        assert!(!night.silence(Verdict::NewDevice, 21 * 60 + 59));
        assert!(!night.silence(Verdict::Suspicious, 23 * 60));
        let never = QuietHours { from_minute: 60, to_minute: 60 };
        assert!(!never.silence(Verdict::NewDevice, 60));
    }
}
