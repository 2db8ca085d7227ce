//! How well a sign-in fits what is known of the account. Pure functions: history and sign-in in, verdict out.
//!
//! The rule of this version: a device never seen on the account is unfamiliar, and so is a known device in a
//! country, or beyond the accuracy radius at more than [`FAR_KM`], where the account has never been. The
//! account's very first device is familiar: there is nothing to compare it with.

use crate::model::{Familiarity, Place, PlaceScope, Verdict};

/// Distance below which two places count as one, in kilometres. Databases of good name place the same mobile
/// address 180 to 210 km apart in the median, so that anything nearer would alert on their disagreement.
pub const FAR_KM: f64 = 300.0;

/// What is known of an account when a sign-in is judged.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Known {
    /// How often this device has signed in before; 0 for a new one.
    pub times_device_seen: u32,
    /// Whether the device is one of the household's: it was familiar when it last signed in, or somebody has
    /// said so since.
    pub vouched_for: bool,
    /// Whether any device ever signed in to this account.
    pub any_device: bool,
    /// The places the account has been at, each once.
    pub places: Vec<Place>,
}

/// Judges a sign-in, or the return of a session from another address, from what is known of the account.
pub fn judge(known: &Known, place: &Place) -> Familiarity {
    if !known.any_device {
        return Familiarity {
            verdict: Verdict::Familiar,
            score: None,
            reasons: vec!["The first device of this account".into()],
        };
    }
    let new_place = why_new_place(&known.places, place);
    if !known.vouched_for {
        let mut reasons = vec![match known.times_device_seen {
            0 => "First time on this account".to_owned(),
            _ => "Nobody has said yet that it is yours".to_owned(),
        }];
        reasons.extend(new_place);
        return Familiarity { verdict: Verdict::NewDevice, score: None, reasons };
    }
    match new_place {
        Some(reason) => Familiarity { verdict: Verdict::NewPlace, score: None, reasons: vec![reason] },
        None => Familiarity {
            verdict: Verdict::Familiar,
            score: None,
            reasons: vec![match known.times_device_seen {
                1 => "This device has signed in once before".to_owned(),
                times => format!("This device has signed in {times} times before"),
            }],
        },
    }
}

/// What a judgement becomes when a person has said that it was them.
pub fn confirmed(judged: &Familiarity) -> Familiarity {
    Familiarity {
        verdict: Verdict::Familiar,
        score: judged.score,
        reasons: vec!["Someone in your household said it was them".into()],
    }
}

/// Why the account has never been at a place; `None` when it has, or when there is nothing to say.
///
/// A private, loopback or unknown address is never a new place: it names no place at all. The same holds
/// while no place of the account is known: the first one has nothing to be compared with.
pub fn why_new_place(places: &[Place], place: &Place) -> Option<String> {
    if place.scope != PlaceScope::Located {
        return None;
    }
    let located = || places.iter().filter(|known| known.scope == PlaceScope::Located);
    let usual = located().next()?;
    let new_country =
        place.country_code.is_some() && located().all(|known| known.country_code != place.country_code);
    let nearest = located().filter_map(|known| beyond_radius_km(known, place)).min_by(f64::total_cmp);
    if new_country {
        let country = country_of(place);
        return Some(match usual.distance_km(place) {
            Some(away) => {
                format!("First time in {country}; usually {}, about {} km away", usual.label, about(away))
            }
            None => format!("First time in {country}; usually {}", usual.label),
        });
    }
    match nearest {
        Some(away) if away > FAR_KM => {
            let distance = usual.distance_km(place).unwrap_or(away);
            Some(format!(
                "First time near {}; usually {}, about {} km away",
                place.label,
                usual.label,
                about(distance)
            ))
        }
        _ => None,
    }
}

/// Distance between two places less both accuracy radii, in kilometres; `None` without coordinates.
fn beyond_radius_km(one: &Place, other: &Place) -> Option<f64> {
    let radii = one.accuracy_radius_km.unwrap_or(0) + other.accuracy_radius_km.unwrap_or(0);
    Some((one.distance_km(other)? - f64::from(radii)).max(0.0))
}

/// The last part of a label is the country's name: "Porto, Portugal".
fn country_of(place: &Place) -> &str {
    place.label.rsplit(", ").next().unwrap_or(&place.label)
}

/// Kilometres for a sentence, to two or three figures and with a comma at the thousands: both ends are
/// approximate, and "3,151 km" would say that they are not.
fn about(km: f64) -> String {
    let step = if km < 1000.0 { 10.0 } else { 100.0 };
    let digits = format!("{:.0}", (km.max(0.0) / step).round() * step);
    match digits.len() {
        0..=3 => digits,
        len => format!("{},{}", &digits[..len - 3], &digits[len - 3..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(label: &str, country: &str, latitude: f64, longitude: f64, radius: u32) -> Place {
        Place {
            scope: PlaceScope::Located,
            label: label.into(),
            country_code: Some(country.into()),
            latitude: Some(latitude),
            longitude: Some(longitude),
            accuracy_radius_km: Some(radius),
            ..Place::default()
        }
    }

    fn lisbon() -> Place {
        place("Lisbon, Portugal", "PT", 38.72, -9.14, 20)
    }

    fn known(times: u32, places: &[Place]) -> Known {
        Known { times_device_seen: times, vouched_for: times > 0, any_device: true, places: places.to_vec() }
    }

    #[test]
    fn signing_in_twice_does_not_make_a_stranger_familiar() {
        let stranger = Known { vouched_for: false, ..known(1, &[Place::home_network()]) };
        let judged = judge(&stranger, &lisbon());
        assert_eq!(judged.verdict, Verdict::NewDevice);
        assert_eq!(judged.reasons[0], "Nobody has said yet that it is yours");
    }

    #[test]
    fn the_very_first_device_is_familiar() {
        assert_eq!(judge(&Known::default(), &lisbon()).verdict, Verdict::Familiar);
    }

    #[test]
    fn a_device_never_seen_is_unfamiliar_also_at_home() {
        let judged = judge(&known(0, &[lisbon()]), &lisbon());
        assert_eq!(judged.verdict, Verdict::NewDevice);
        assert_eq!(judged.reasons, ["First time on this account"]);
    }

    #[test]
    fn a_known_device_in_a_new_country_is_unfamiliar_and_says_how_far() {
        let porto_alegre = place("Porto Alegre, Brazil", "BR", -30.03, -51.22, 20);
        let judged = judge(&known(3, &[porto_alegre]), &lisbon());
        assert_eq!(judged.verdict, Verdict::NewPlace);
        assert_eq!(
            judged.reasons,
            ["First time in Portugal; usually Porto Alegre, Brazil, about 8,800 km away"]
        );
    }

    #[test]
    fn the_same_country_counts_by_distance_beyond_both_radii() {
        let faro = place("Faro, Portugal", "PT", 37.02, -7.93, 20);
        let lajes = place("Lajes, Portugal", "PT", 38.76, -27.09, 20);
        let vague = place("Lajes, Portugal", "PT", 38.76, -27.09, 1500);
        assert_eq!(judge(&known(3, &[lisbon()]), &faro).verdict, Verdict::Familiar);
        assert_eq!(judge(&known(3, &[lisbon()]), &lajes).verdict, Verdict::NewPlace);
        assert_eq!(judge(&known(3, &[lisbon()]), &vague).verdict, Verdict::Familiar);
    }

    #[test]
    fn an_unknown_private_or_loopback_address_is_never_a_new_place() {
        for nowhere in [Place::unknown(), Place::home_network(), Place::this_computer()] {
            assert_eq!(judge(&known(3, &[lisbon()]), &nowhere).verdict, Verdict::Familiar);
        }
    }

    #[test]
    fn the_first_place_that_is_known_at_all_is_not_new() {
        assert_eq!(judge(&known(3, &[Place::home_network()]), &lisbon()).verdict, Verdict::Familiar);
    }
}
