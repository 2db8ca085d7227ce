//! Reasons: at most three, as data with figures, the weightiest first. Each says what holds of what is known, and no more
//! (`tests/reasons.rs`): what is told to a person is true.

use super::client::{Likeness, likeness};
use super::known::Known;
use super::known_device::KnownDevice;
use super::place::{Nearness, is_on_usual_line};
use super::sign_in::{Identity, SignIn};
use super::spot::{Spot, is_near};
use super::standing::Standing;
use super::stolen::Theft;
use super::unanswered::{was_here, was_in_country, was_there};
use crate::model::{Area, NetworkKind, Place, Reason, Usual, Verdict};

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
pub(super) fn reasons(about: &About<'_>) -> Vec<Reason> {
    let mut reasons = Vec::with_capacity(MOST_REASONS);
    reasons.extend(about.theft.map(|theft| why_stolen(theft, about.device)));
    if about.is_learning && about.verdict == Verdict::Familiar {
        reasons.push(Reason::StillLearning);
    }
    let (device, place) = (why_device(about), why_place(about));
    if about.verdict == Verdict::NewPlace {
        reasons.extend(place.into_iter().chain(device));
    } else {
        reasons.extend(device.into_iter().chain(place));
    }
    if about.companion.is_some() {
        reasons.push(Reason::FamiliarPhoneThere);
    }
    reasons.truncate(MOST_REASONS);
    reasons
}

fn why_stolen(theft: Theft, device: &Standing<'_>) -> Reason {
    match theft {
        Theft::ChangedHands => Reason::ChangedHands,
        Theft::TwoHolders => Reason::TwoHolders,
        Theft::TwoPlaces(km) => Reason::TooFarTooSoon { km: whole(km) },
        Theft::TwoCopies => Reason::TwoCopies,
        Theft::OldCopy => Reason::OlderCopy {
            newer: match device {
                Standing::Trusted(device) | Standing::Waiting(device) => device.last_spot.area.clone(),
                Standing::Probably(..) | Standing::New(_) => None,
            },
        },
    }
}

fn why_device(about: &About<'_>) -> Option<Reason> {
    let sign_in = about.sign_in;
    Some(match about.device {
        Standing::Trusted(device) => {
            let device_kind = device.client.kind;
            match device.times_from(&sign_in.place) {
                0 => {
                    let times = device.times_elsewhere(&sign_in.place);
                    Reason::SignedInElsewhere { device_kind, times }
                }
                times => Reason::SignedInFromHere { device_kind, times },
            }
        }
        Standing::Waiting(_) => Reason::Unanswered,
        Standing::Probably(device, _) => Reason::LikeKnown {
            device_kind: device.client.kind,
            updated: likeness(&device.client, &sign_in.client) == Likeness::Updated,
            unproven: sign_in.identity != Identity::Unnamed,
        },
        Standing::New(None) if sign_in.identity == Identity::Unnamed => return None,
        Standing::New(_) if was_here(about.known, sign_in) => Reason::Unanswered,
        Standing::New(_) => Reason::FirstOnAccount,
    })
}

fn why_place(about: &About<'_>) -> Option<Reason> {
    let (known, sign_in) = (about.known, about.sign_in);
    let place = &sign_in.place;
    let area = || Area::of(place);
    Some(match about.near {
        Nearness::Home => Reason::HomeNetwork,
        // Several lines may be home's; only of one is it said that it is used most.
        Nearness::HomeConnection if is_on_usual_line(known, sign_in.address) => Reason::UsualLine,
        Nearness::HomeConnection | Nearness::SamePrefix => Reason::UsedLine,
        Nearness::SameSite | Nearness::SameNetworkNear => return why_network(known, place),
        Nearness::Unplaced => return None,
        Nearness::Near => Reason::NearOnNewNetwork { area: area() },
        Nearness::NewInFlight => Reason::OnBoard,
        Nearness::KnownExit => {
            let (network_kind, network) = exit(place);
            Reason::KnownExit { network_kind, network }
        }
        near if was_there(known, sign_in, near) => Reason::PlaceUnanswered,
        Nearness::NewCountry if !was_in_country(known, sign_in) => {
            Reason::FirstInCountry { area: area(), usual: usual(known, place) }
        }
        Nearness::SameNetwork | Nearness::SameCountry | Nearness::NewCountry => {
            Reason::FirstNear { area: area(), usual: usual(known, place) }
        }
        Nearness::LeftTheHouse => {
            // What it was when it signed in: its requests may not say that it is one.
            let device = sign_in.identity.device().and_then(|id| known.device(id));
            let device_kind = device.map_or(sign_in.client.kind, |device| device.client.kind);
            Reason::LeftTheHouse { device_kind, network: place.network.clone() }
        }
        Nearness::NewVpn | Nearness::NewHosting => {
            let (network_kind, network) = exit(place);
            Reason::NewExit { network_kind, network }
        }
    })
}

/// The network, where it is one that the household uses; otherwise the area, where it is near one of the household's. A name
/// without a number says nothing: it is by the number that networks are known.
fn why_network(known: &Known, place: &Place) -> Option<Reason> {
    let is_used = known.networks.iter().any(|network| Some(network.asn) == place.asn);
    if let Some(network) = place.network.clone().filter(|_| is_used) {
        return Some(Reason::UsedNetwork { network });
    }
    let spot = Spot::of(place);
    let is_near_home = known.places.iter().any(|known| known.is_trusted && is_near(&known.spot, &spot));
    is_near_home.then(|| Reason::NearHome { area: Area::of(place) })
}

/// Where the household is at most, and how far that is from a place.
fn usual(known: &Known, place: &Place) -> Option<Usual> {
    let usual = known.usual_place()?;
    let km = usual.spot.distance_km(&Spot::of(place)).map(whole);
    Some(Usual { area: usual.spot.area.clone()?, km })
}

/// The sort of an exit, and its network's name, which of Tor says nothing.
fn exit(place: &Place) -> (NetworkKind, Option<String>) {
    let kind = place.network_kind;
    (kind, place.network.clone().filter(|_| kind != NetworkKind::Tor))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "half of the earth's circumference at most"
)]
fn whole(km: f64) -> u32 {
    km.round() as u32
}
