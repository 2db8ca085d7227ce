//! A time zone by its name: by whose clock something is meant.

use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize};

use crate::model::Timestamp;

/// The name of a time zone in the IANA time zone database (RFC 6557), such as `Europe/Riga`, that is known here. It stands for
/// the zone's rules, and not for a distance from UTC: its clock is right in summer and in winter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ZoneName(String);

impl ZoneName {
    /// The zone of that name, in whatever case; `None` when none is known here.
    pub fn known(name: &str) -> Option<Self> {
        let zone = TimeZone::get(name).ok().filter(|zone| !zone.is_unknown())?;
        zone.iana_name().map(|name| Self(name.to_owned()))
    }

    /// The name of a zone; that of UTC where it has none.
    pub fn of(zone: &TimeZone) -> Self {
        zone.iana_name().filter(|_| !zone.is_unknown()).map_or_else(Self::utc, |name| Self(name.to_owned()))
    }

    fn utc() -> Self {
        Self("UTC".to_owned())
    }

    /// The minute of the day, 0 to 1439, that its clock shows at a moment.
    pub fn minute_of_day(&self, at: Timestamp) -> u16 {
        let zone = TimeZone::get(&self.0).unwrap_or(TimeZone::UTC);
        jiff::Timestamp::from_millisecond(at.as_millis()).map_or(0, |at| {
            let time = at.to_zoned(zone).time();
            u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
        })
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads a name that was kept. The database of zones may be another one by now: what is not in it stands for nothing, and
/// takes nothing else with it.
pub fn if_known<'de, D: Deserializer<'de>>(field: D) -> Result<Option<ZoneName>, D::Error> {
    Ok(Option::<String>::deserialize(field)?.and_then(|name| ZoneName::known(&name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_known_in_whatever_case_and_nothing_else_is() {
        let known = |name| ZoneName::known(name).map(|zone| zone.as_str().to_owned());
        assert_eq!(known("europe/RIGA").as_deref(), Some("Europe/Riga"));
        assert_eq!(known("UTC").as_deref(), Some("UTC"));
        for nonsense in ["", " ", "Riga", "+02:00", "Europe/Riga ", "Etc/Unknown", "../etc/passwd"] {
            assert_eq!(known(nonsense), None, "{nonsense:?}");
        }
    }

    #[test]
    fn its_clock_shows_another_minute_than_that_of_utc() {
        // 21 September 2026, 14:13:20 UTC.
        let now = Timestamp::from_millis(1_790_000_000_000);
        let minute = |name| ZoneName::known(name).expect("a zone").minute_of_day(now);
        assert_eq!((minute("UTC"), minute("Europe/Riga")), (14 * 60 + 13, 17 * 60 + 13));
    }

    #[test]
    fn a_computer_whose_zone_has_no_name_is_at_utc() {
        let fixed = TimeZone::fixed(jiff::tz::offset(2));
        assert_eq!(ZoneName::of(&fixed).as_str(), "UTC");
        assert_eq!(ZoneName::of(&TimeZone::get("Europe/Riga").unwrap()).as_str(), "Europe/Riga");
    }
}
