//! One type per kind of id, so that a device's id cannot be passed where an account's is meant.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

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

            /// A new id that sorts after all that were made in that order before.
            pub fn in_order(order: &IdOrder, clock: &dyn Clock, random: &dyn Random) -> Self {
                let (millis, counter) = order.next(clock);
                let mut tail = [0; 10];
                random.fill(&mut tail);
                let [high, low] = counter.to_be_bytes();
                (tail[0], tail[1]) = (high, low);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid())
            }

            /// When it was made, by the clock of then.
            pub fn made_at(self) -> crate::model::Timestamp {
                let (high, _) = self.0.as_u64_pair();
                crate::model::Timestamp::from_millis(i64::try_from(high >> 16).unwrap_or(i64::MAX))
            }

            /// Its place in the order it was made in.
            pub fn place_in_order(self) -> u64 {
                let (high, _) = self.0.as_u64_pair();
                // 48 bits of time, four of the version, twelve of the counter.
                ((high >> 16) << COUNTER_BITS) | (high & u64::from(COUNTER))
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

/// Bits of the counter that follows the time in an id that is made in order.
const COUNTER_BITS: u32 = 12;
/// The counter's part of such a place.
const COUNTER: u16 = (1 << COUNTER_BITS) - 1;
/// The last place there is: a UUID has 48 bits for the time.
const LAST_PLACE: u64 = (1 << (48 + COUNTER_BITS)) - 1;

/// The order in which ids are made that lists are sorted by. It only grows: a clock that is set back, or ran ahead
/// before the home was started, changes nothing of it (RFC 9562 section 6.2: a counter after the time, and "the
/// timestamp of the last id" where the clock went back).
#[derive(Debug, Default)]
pub struct IdOrder(AtomicU64);

impl IdOrder {
    /// What is made from now on comes after `place`.
    pub fn after(place: u64) -> Self {
        Self(AtomicU64::new(place))
    }

    /// The next place: milliseconds and a counter.
    fn next(&self, clock: &dyn Clock) -> (u64, u16) {
        let now = u64::try_from(clock.now().as_millis()).unwrap_or_default();
        let after = |last: u64| (now << COUNTER_BITS).max(last + 1).min(LAST_PLACE);
        // The closure always answers, so that this cannot fail.
        let last = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, |last| Some(after(last)));
        let place = after(last.unwrap_or_default());
        let counter = u16::try_from(place & u64::from(COUNTER)).unwrap_or_default();
        (place >> COUNTER_BITS, counter)
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
    /// Names an entry of the history.
    HistoryId;
    /// Names a channel: one person's way of being told.
    ChannelId;
    /// Names a code that is shown to a phone, and what becomes of it.
    PairingId;
    /// Names a watched service.
    ServiceId;
    /// Names a link by which the key of a service is made.
    ServiceLinkId;
    /// Names a plan: everything that has to be ended on one evening.
    PlanId;
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::ManualClock;
    use crate::model::Timestamp;
    use crate::random::SeededRandom;

    #[test]
    fn ids_in_order_sort_as_they_were_made_whatever_the_clock_is_set_to() {
        let noon = Timestamp::from_millis(1_790_000_000_000);
        let (clock, random, order) = (ManualClock::at(noon), SeededRandom::new(3), IdOrder::default());
        let mut made = Vec::new();
        for moment in
            [noon, noon.after(Duration::from_hours(168)), noon, noon.before(Duration::from_hours(1))]
        {
            clock.set(moment);
            made.extend((0..5000).map(|_| HistoryId::in_order(&order, &clock, &random)));
        }
        assert!(made.is_sorted());
        // Nor does a restart: the order goes on after the newest one.
        let order = IdOrder::after(made[made.len() - 1].place_in_order());
        assert!(HistoryId::in_order(&order, &clock, &random) > made[made.len() - 1]);
    }

    #[test]
    fn an_id_says_its_place_in_the_order() {
        let clock = ManualClock::at(Timestamp::from_millis(1_790_000_000_123));
        let random = SeededRandom::new(3);
        let order = IdOrder::default();
        for counter in 0..3 {
            let id = AlertId::in_order(&order, &clock, &random);
            assert_eq!(id.place_in_order(), (1_790_000_000_123 << 12) | counter);
        }
    }
}
