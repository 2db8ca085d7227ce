//! Reasons: at most three, in plain words with figures, the weightiest first.

use super::Standing;
use super::known::Known;
use super::known_device::KnownDevice;
use super::place::{Nearness, Spot};
use super::sign_in::{Identity, SignIn};
use super::stolen::Theft;
use crate::model::{DeviceKind, NetworkKind, Place, Verdict};

/// Most reasons given.
const MOST_REASONS: usize = 3;

/// What the reasons are about.
pub(super) struct About<'a> {
    pub known: &'a Known,
    pub sign_in: &'a SignIn,
    pub device: &'a Standing<'a>,
    pub near: Nearness,
    pub theft: Option<Theft>,
    pub companion: Option<&'a KnownDevice>,
    pub is_learning: bool,
    pub verdict: Verdict,
}

/// Why a sign-in was judged as it was.
pub(super) fn reasons(about: &About<'_>) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::with_capacity(MOST_REASONS);
    reasons.extend(about.theft.map(|theft| why_stolen(theft, about.device)));
    if about.is_learning && about.verdict == Verdict::Familiar {
        reasons.push("Latchkey is still learning what is usual here".into());
    }
    let (device, place) = (why_device(about), why_place(about));
    if about.verdict == Verdict::NewPlace {
        reasons.extend(place.into_iter().chain(device));
    } else {
        reasons.extend(device.into_iter().chain(place));
    }
    if about.companion.is_some() {
        reasons.push("A familiar phone of the same profile is there too".into());
    }
    reasons.truncate(MOST_REASONS);
    reasons
}

fn why_stolen(theft: Theft, device: &Standing<'_>) -> String {
    match theft {
        Theft::ChangedHands => "The same sign-in turned up on another device in another place".into(),
        Theft::TwoHolders => "Two devices use the same sign-in at once".into(),
        Theft::TwoPlaces(km) => {
            format!("It was about {} km away too short a time ago to travel here", about_km(km))
        }
        Theft::OldCopy => {
            let newer = match device {
                Standing::Trusted(device) | Standing::Waiting(device) => device.last_spot.label.as_str(),
                Standing::Probably(..) | Standing::New(_) => "",
            };
            match newer {
                "" => "An older copy of this sign-in came back while the newer one is used elsewhere".into(),
                _ => format!(
                    "An older copy of this sign-in came back while the newer one is used elsewhere ({newer})"
                ),
            }
        }
    }
}

fn why_device(about: &About<'_>) -> Option<String> {
    let place = &about.sign_in.place;
    Some(match about.device {
        Standing::Trusted(device) => {
            let here = device.times_from(&place.label);
            let noun = noun(device.client.kind);
            match (here, device.times) {
                (1, _) => format!("This {noun} has signed in once from here"),
                (2.., _) => format!("This {noun} has signed in {here} times from here"),
                (0, 1) => format!("This {noun} has signed in once before, from elsewhere"),
                (0, times) => format!("This {noun} has signed in {times} times before, from elsewhere"),
            }
        }
        Standing::Waiting(_) => "Nobody has said yet that it is yours".into(),
        Standing::Probably(device, _) => {
            let noun = noun(device.client.kind);
            let what = if about.sign_in.client == device.client { "the same as" } else { "an update of" };
            match about.sign_in.identity {
                Identity::Untold => format!("It is {what} a {noun} you have"),
                _ => format!("It did not prove to be, but is {what} a {noun} you have"),
            }
        }
        Standing::New(None) if about.sign_in.identity == Identity::Untold => return None,
        Standing::New(_) => "First time on this account".into(),
    })
}

fn why_place(about: &About<'_>) -> Option<String> {
    let place = &about.sign_in.place;
    let network = place.network.as_deref();
    Some(match about.near {
        Nearness::Home => "On your home network".into(),
        Nearness::HomeLine => "On the line your household uses most".into(),
        Nearness::SamePrefix => "On a line your household has used".into(),
        Nearness::SameSite | Nearness::SameNetworkNear => match network {
            Some(network) => format!("On {network}, a network your household uses"),
            None => format!("Near {}, where your household is", place.label),
        },
        Nearness::Unplaced => return None,
        Nearness::Near => format!("Near {}, on a network that is new", place.label),
        Nearness::SameNetwork | Nearness::SameCountry => {
            format!("First time near {}{}", place.label, usually(about.known, place))
        }
        Nearness::NewCountry => {
            format!("First time in {}{}", country_of(place), usually(about.known, place))
        }
        Nearness::KnownExit => format!("Through {}, as before", exit(place)),
        Nearness::LeftTheHouse => {
            let network = network.unwrap_or("another network");
            // What it was when it signed in: its requests may not say that it is one.
            let device = about.sign_in.identity.device().and_then(|id| about.known.device(id));
            let noun = noun(device.map_or(about.sign_in.client.kind, |device| device.client.kind));
            format!("First time on {network}, away from home: a {noun} stays where it was put up")
        }
        Nearness::NewVpn | Nearness::NewHosting => {
            format!("First time through {}: where it really is cannot be told", exit(place))
        }
        Nearness::NewInFlight => "On board: where it really is cannot be told".into(),
    })
}

/// "; usually Porto Alegre, Brazil, about 8,900 km away".
fn usually(known: &Known, place: &Place) -> String {
    let Some(usual) = known.usual_place() else { return String::new() };
    match usual.spot.distance_km(&Spot::of(place)) {
        Some(km) => format!("; usually {}, about {} km away", usual.spot.label, about_km(km)),
        None => format!("; usually {}", usual.spot.label),
    }
}

/// The last part of a label is the country's name: "Porto, Portugal".
fn country_of(place: &Place) -> &str {
    place.label.rsplit(", ").next().unwrap_or(&place.label)
}

fn exit(place: &Place) -> String {
    let kind = match place.network_kind {
        NetworkKind::Vpn => "a VPN",
        NetworkKind::Tor => "the Tor network",
        NetworkKind::Hosting => "a data centre",
        NetworkKind::InFlight => "a network on board",
        NetworkKind::Fixed | NetworkKind::Mobile => "a network",
    };
    match place.network.as_deref().filter(|_| place.network_kind != NetworkKind::Tor) {
        Some(network) => format!("{kind} ({network})"),
        None => kind.to_owned(),
    }
}

/// What a sort of device is called within a sentence.
fn noun(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Tv => "TV",
        DeviceKind::StreamingBox => "streaming box",
        DeviceKind::Console => "console",
        DeviceKind::Phone => "phone",
        DeviceKind::Tablet => "tablet",
        DeviceKind::Computer => "computer",
        DeviceKind::Browser => "browser",
        DeviceKind::Speaker => "speaker",
        DeviceKind::Other => "device",
    }
}

/// Kilometres for a sentence, to two or three figures and with a comma at the thousands: both ends are
/// approximate, and "3,151 km" would say that they are not.
fn about_km(km: f64) -> String {
    let step = if km < 1000.0 { 10.0 } else { 100.0 };
    let digits = format!("{:.0}", (km.max(0.0) / step).round() * step);
    match digits.len() {
        0..=3 => digits,
        len => format!("{},{}", &digits[..len - 3], &digits[len - 3..]),
    }
}
