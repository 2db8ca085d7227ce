//! One type per kind of id, so that a device's id cannot be passed where an account's is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Clock;
use crate::random::Random;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
            ts_rs::TS, utoipa::ToSchema,
        )]
        #[serde(transparent)]
        #[ts(type = "string")]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id (UUID version 7, RFC 9562 section 5.7): sorts by the time it was made.
            pub fn new(clock: &dyn Clock, random: &dyn Random) -> Self {
                let mut tail = [0; 10];
                random.fill(&mut tail);
                let millis = u64::try_from(clock.now().as_millis()).unwrap_or_default();
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

impl HistoryId {
    /// A new id that sorts after those made before it in the same millisecond, as long as `sequence` counts up
    /// (RFC 9562 section 6.2, method 1: a counter in the first 12 random bits).
    pub fn in_order(clock: &dyn Clock, random: &dyn Random, sequence: u16) -> Self {
        let mut tail = [0; 10];
        random.fill(&mut tail);
        let [high, low] = (sequence & 0x0fff).to_be_bytes();
        (tail[0], tail[1]) = (high, low);
        let millis = u64::try_from(clock.now().as_millis()).unwrap_or_default();
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid())
    }
}

ids! {
    /// Names an account.
    AccountId;
    /// Names a profile of an account.
    ProfileId;
    /// Names a device. It outlives the device's sign-ins.
    DeviceId;
    /// Names one sign-in of one device.
    SessionId;
    /// Names an alert.
    AlertId;
    /// Names a line of the history.
    HistoryId;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::model::Timestamp;
    use crate::random::SeededRandom;

    #[test]
    fn ids_of_the_history_sort_by_time_and_then_by_their_sequence() {
        let (clock, random) =
            (ManualClock::at(Timestamp::from_millis(1_790_000_000_000)), SeededRandom::new(3));
        let made: Vec<_> = (0..200).map(|sequence| HistoryId::in_order(&clock, &random, sequence)).collect();
        assert!(made.is_sorted());
        clock.advance(std::time::Duration::from_millis(1));
        assert!(HistoryId::in_order(&clock, &random, 0) > made[199]);
    }
}
