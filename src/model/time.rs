//! A moment in time: milliseconds since 1970 in UTC inside, RFC 3339 outside.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment, to the millisecond, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ts_rs::TS, utoipa::ToSchema)]
#[ts(type = "string")]
#[schema(value_type = String, format = DateTime)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `millis` milliseconds after 1970-01-01T00:00:00Z.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The moment `duration` later.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Whether this is less than `duration` after another moment, and not before it. For waits that outlive the home and so
    /// hang on the clock on the wall: one that was set back makes nothing last longer.
    pub fn is_within(self, duration: Duration, since: Self) -> bool {
        since <= self && self < since.after(duration)
    }

    /// The moment `duration` earlier.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(moment) => write!(f, "{moment:.3}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let moment = jiff::Timestamp::deserialize(deserializer)?;
        Ok(Self(moment.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_and_read_as_rfc_3339_in_utc() {
        let moment = Timestamp::from_millis(1_790_000_000_123);
        let text = serde_json::to_string(&moment).expect("serialises");
        assert_eq!(text, "\"2026-09-21T14:13:20.123Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&text).expect("parses"), moment);
    }

    #[test]
    fn a_clock_that_was_set_back_makes_nothing_last_longer() {
        let since = Timestamp::from_millis(1_790_000_000_000);
        let (minute, second) = (Duration::from_mins(1), Duration::from_secs(1));
        for (now, is_within) in [
            (since, true),
            (since.after(minute).before(second), true),
            (since.after(minute), false),
            (since.before(second), false),
            (since.before(Duration::from_hours(24)), false),
        ] {
            assert_eq!(now.is_within(minute, since), is_within, "{now}");
        }
    }
}
