//! Travel: whether a device can have got there.

use super::known::Known;
use super::known_device::KnownDevice;
use super::sign_in::SignIn;
use super::spot::{Spot, is_near};
use super::thresholds::{COMPANION_FOR, FAR_KM, FASTEST_KMH};
use super::used::is_of_the_house;
use crate::model::{DeviceKind, Timestamp};

/// Whether a device cannot have got from where it was to where it is: faster than [`FASTEST_KMH`] after the accuracy
/// radii are taken off. Returns the kilometres beyond the radii.
///
/// Neither end may be a mobile, VPN or in-flight network: their places are not their users' ([`Spot::of`] gives them
/// no coordinates). A distance below [`FAR_KM`] is no travel, and a missing place no failure.
pub fn is_impossible(from: (&Spot, Timestamp), to: (&Spot, Timestamp)) -> Option<f64> {
    let away = from.0.beyond_radii_km(to.0)?;
    let millis = from.1.as_millis().abs_diff(to.1.as_millis());
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a lifetime are exact in an f64")]
    let hours = millis as f64 / 3_600_000.0;
    (away > FAR_KM && away > FASTEST_KMH * hours).then_some(away)
}

/// The trusted phone that explains a new place: of the same person, and there too since lately. People travel with
/// their phones; a stranger's sign-in does not bring the person's phone along. Not while the place waits for an
/// answer: the phone may be what the alert is about. And nobody takes the television along.
pub fn companion<'a>(known: &'a Known, sign_in: &SignIn) -> Option<&'a KnownDevice> {
    let profile = sign_in.profile.filter(|_| !is_of_the_house(known, sign_in))?;
    let spot = Spot::of(&sign_in.place);
    spot.country.as_ref()?;
    if known.is_told(&sign_in.place, sign_in.at) {
        return None;
    }
    known.devices.iter().find(|device| {
        device.id.is_some()
            && device.id != sign_in.identity.device()
            && device.is_trusted
            && device.client.kind == DeviceKind::Phone
            && device.profile == Some(profile)
            && device.last_at <= sign_in.at
            && device.last_at.after(COMPANION_FOR) >= sign_in.at
            && is_near(&device.last_spot, &spot)
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn spot(point: Option<(f64, f64, f64)>) -> Spot {
        Spot { country: Some("PT".into()), point, ..Spot::default() }
    }

    const LISBON: Option<(f64, f64, f64)> = Some((38.7, -9.1, 20.0));
    /// 5,400 km from Lisbon.
    const NEW_YORK: Option<(f64, f64, f64)> = Some((40.7, -74.0, 20.0));
    /// 274 km from Lisbon.
    const PORTO: Option<(f64, f64, f64)> = Some((41.1, -8.6, 20.0));

    fn after_hours(from: Option<(f64, f64, f64)>, to: Option<(f64, f64, f64)>, hours: u64) -> bool {
        let start = Timestamp::from_millis(1_790_000_000_000);
        let end = start.after(Duration::from_hours(hours));
        is_impossible((&spot(from), start), (&spot(to), end)).is_some()
    }

    #[test]
    fn an_airliner_is_possible_and_a_message_across_the_ocean_is_not() {
        assert!(after_hours(LISBON, NEW_YORK, 5));
        assert!(!after_hours(LISBON, NEW_YORK, 6));
        assert!(after_hours(NEW_YORK, LISBON, 0));
    }

    #[test]
    fn neighbouring_cities_are_never_too_far() {
        assert!(!after_hours(LISBON, PORTO, 0));
    }

    #[test]
    fn the_radii_are_taken_off_first() {
        let vague = Some((40.7, -74.0, 2600.0));
        assert!(after_hours(LISBON, vague, 2));
        assert!(!after_hours(LISBON, vague, 3));
    }

    #[test]
    fn a_missing_place_is_no_travel() {
        assert!(!after_hours(LISBON, None, 0));
        assert!(!after_hours(None, NEW_YORK, 0));
    }
}
