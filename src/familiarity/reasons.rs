//! Reasons: at most three, as data with figures, the weightiest first.

use super::known::Known;
use super::known_device::KnownDevice;
use super::place::Nearness;
use super::sign_in::{Identity, SignIn};
use super::spot::Spot;
use super::standing::Standing;
use super::stolen::Theft;
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
    Some(match about.device {
        Standing::Trusted(device) => {
            let here = device.times_from(&about.sign_in.place);
            let device_kind = device.client.kind;
            if here > 0 {
                Reason::SignedInFromHere { device_kind, times: here }
            } else {
                Reason::SignedInElsewhere { device_kind, times: device.times }
            }
        }
        Standing::Waiting(_) => Reason::Unanswered,
        Standing::Probably(device, _) => Reason::LikeKnown {
            device_kind: device.client.kind,
            updated: about.sign_in.client != device.client,
            unproven: about.sign_in.identity != Identity::Unnamed,
        },
        Standing::New(None) if about.sign_in.identity == Identity::Unnamed => return None,
        Standing::New(_) => Reason::FirstOnAccount,
    })
}

fn why_place(about: &About<'_>) -> Option<Reason> {
    let place = &about.sign_in.place;
    let area = || Area::of(place);
    Some(match about.near {
        Nearness::Home => Reason::HomeNetwork,
        Nearness::HomeConnection => Reason::UsualLine,
        Nearness::SamePrefix => Reason::UsedLine,
        Nearness::SameSite | Nearness::SameNetworkNear => match place.network.clone() {
            Some(network) => Reason::UsedNetwork { network },
            None => Reason::NearHome { area: area() },
        },
        Nearness::Unplaced => return None,
        Nearness::Near => Reason::NearOnNewNetwork { area: area() },
        Nearness::SameNetwork | Nearness::SameCountry => {
            Reason::FirstNear { area: area(), usual: usual(about.known, place) }
        }
        Nearness::NewCountry => Reason::FirstInCountry { area: area(), usual: usual(about.known, place) },
        Nearness::KnownExit => {
            let (network_kind, network) = exit(place);
            Reason::KnownExit { network_kind, network }
        }
        Nearness::LeftTheHouse => {
            // What it was when it signed in: its requests may not say that it is one.
            let device = about.sign_in.identity.device().and_then(|id| about.known.device(id));
            let device_kind = device.map_or(about.sign_in.client.kind, |device| device.client.kind);
            Reason::LeftTheHouse { device_kind, network: place.network.clone() }
        }
        Nearness::NewVpn | Nearness::NewHosting => {
            let (network_kind, network) = exit(place);
            Reason::NewExit { network_kind, network }
        }
        Nearness::NewInFlight => Reason::OnBoard,
    })
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
