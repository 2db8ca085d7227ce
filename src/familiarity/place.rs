//! Places: how near a sign-in is to where the account has been.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::known::{Known, KnownPrefix};
use super::network::{is_same_site, prefix_of};
use super::sign_in::SignIn;
use super::thresholds::{FAR_KM, home_line, nearness as ratio};
use super::used::{has_left_the_house, uses_exits};
use crate::model::{NetworkKind, Place, PlaceScope};

/// What is kept of a place, and compared.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Spot {
    /// In words.
    pub label: String,
    /// ISO 3166-1 alpha-2; `None` where the network hides it or nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The sort of exit that hides the place, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit: Option<NetworkKind>,
    /// Degrees north and east, and how far off they may be in kilometres; `None` where the city says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point: Option<(f64, f64, f64)>,
}

impl Spot {
    /// What a place is worth: a mobile network's city says nothing, and an exit's country neither.
    pub fn of(place: &Place) -> Self {
        let is_located = place.scope == PlaceScope::Located;
        let point = place.latitude.zip(place.longitude).filter(|_| place.network_kind.has_a_place());
        Self {
            label: place.label.clone(),
            exit: Some(place.network_kind).filter(|kind| is_located && !kind.has_a_country()),
            country: place.country_code.clone().filter(|_| is_located && place.network_kind.has_a_country()),
            point: point.filter(|_| is_located).map(|(north, east)| {
                // A tenth of a degree, 11 km at most: no database knows better.
                let coarse = |degrees: f64| (degrees * 10.0).round() / 10.0;
                (coarse(north), coarse(east), f64::from(place.accuracy_radius_km.unwrap_or(0)))
            }),
        }
    }

    /// What makes two spots one.
    pub fn key(&self) -> String {
        match self.point {
            Some((north, east, _)) => {
                format!("{}/{north:.1}/{east:.1}", self.country.as_deref().unwrap_or(""))
            }
            None => format!("{}/{}", self.country.as_deref().unwrap_or(""), self.label),
        }
    }

    /// Great-circle distance in kilometres.
    pub fn distance_km(&self, other: &Self) -> Option<f64> {
        let (one, other) = (self.point?, other.point?);
        let at = |(north, east, _): (f64, f64, f64)| Place {
            latitude: Some(north),
            longitude: Some(east),
            ..Place::default()
        };
        at(one).distance_km(&at(other))
    }

    /// Distance beyond both accuracy radii in kilometres.
    pub fn beyond_radii_km(&self, other: &Self) -> Option<f64> {
        let radii = self.point?.2 + other.point?.2;
        Some((self.distance_km(other)? - radii).max(0.0))
    }
}

/// Whether two spots are one place as far as anybody can tell. Without coordinates the country must do.
pub fn is_near(one: &Spot, other: &Spot) -> bool {
    one.country == other.country && one.beyond_radii_km(other).is_none_or(|away| away <= FAR_KM)
}

/// Whether two unfamiliar places are one cause: near each other, or both through an exit of one sort, whose place is
/// nobody's.
pub fn is_one_cause(one: &Spot, other: &Spot) -> bool {
    one.exit == other.exit && (one.exit.is_some() || is_near(one, other))
}

/// How near a sign-in is to where the account has been; nearer is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    /// A private or loopback address: the household's own network.
    Home,
    /// A line that the household uses all the time.
    HomeLine,
    /// A /24 or /64 that the household has used.
    SamePrefix,
    /// The same network's next address range.
    SameSite,
    /// Nothing is known of the place.
    Unplaced,
    /// The same network in the same area.
    SameNetworkNear,
    /// Another network in the same area.
    Near,
    /// The first in-flight network.
    NewInFlight,
    /// An exit of a sort the household uses.
    KnownExit,
    /// The same network, far away.
    SameNetwork,
    /// A country the account has been in, far from there.
    SameCountry,
    /// The first VPN.
    NewVpn,
    /// Something that stays put, on a network where nothing of the household that stays put ever was.
    LeftTheHouse,
    /// The first data centre, or the first time over Tor.
    NewHosting,
    /// A country the account has never been in.
    NewCountry,
}

impl Nearness {
    /// Its likelihood ratio, as a decimal logarithm.
    pub const fn ratio(self) -> f64 {
        match self {
            Self::Home => ratio::HOME,
            Self::HomeLine => ratio::HOME_LINE,
            Self::SamePrefix => ratio::SAME_PREFIX,
            Self::SameSite => ratio::SAME_SITE,
            Self::Unplaced => ratio::UNPLACED,
            Self::SameNetworkNear => ratio::SAME_NETWORK_NEAR,
            Self::Near => ratio::NEAR,
            Self::NewInFlight => ratio::NEW_IN_FLIGHT,
            Self::KnownExit => ratio::KNOWN_EXIT,
            Self::SameNetwork => ratio::SAME_NETWORK,
            Self::SameCountry => ratio::SAME_COUNTRY,
            Self::NewVpn => ratio::NEW_VPN,
            Self::LeftTheHouse => ratio::LEFT_THE_HOUSE,
            Self::NewHosting => ratio::NEW_HOSTING,
            Self::NewCountry => ratio::NEW_COUNTRY,
        }
    }

    /// Whether it is at home: the home network, or a line that the household uses all the time.
    pub const fn is_at_home(self) -> bool {
        matches!(self, Self::Home | Self::HomeLine)
    }

    /// Whether it is on a line that the household has used.
    pub const fn is_known_line(self) -> bool {
        matches!(self, Self::Home | Self::HomeLine | Self::SamePrefix)
    }

    /// Whether a session there has left the surroundings that the account is known in.
    pub fn is_elsewhere(self) -> bool {
        self >= Self::Near && self != Self::KnownExit
    }
}

/// How near a sign-in is to where the account has been, as far as the device that it is of has been there.
pub fn nearness(known: &Known, sign_in: &SignIn) -> Nearness {
    let near = to_the_household(known, sign_in);
    if near > Nearness::SameSite && has_left_the_house(known, sign_in) {
        return near.max(Nearness::LeftTheHouse);
    }
    near
}

fn to_the_household(known: &Known, sign_in: &SignIn) -> Nearness {
    let place = &sign_in.place;
    if matches!(place.scope, PlaceScope::HomeNetwork | PlaceScope::ThisComputer) {
        return Nearness::Home;
    }
    let same_network = place.asn.is_some_and(|asn| known.networks.iter().any(|network| network.asn == asn));
    // Without a database of networks none is a new one.
    let no_new_network = same_network || place.asn.is_none();
    match place.network_kind {
        NetworkKind::Fixed | NetworkKind::Mobile => {}
        _ if uses_exits(known, sign_in) => return Nearness::KnownExit,
        NetworkKind::Vpn => return Nearness::NewVpn,
        NetworkKind::InFlight => return Nearness::NewInFlight,
        NetworkKind::Hosting | NetworkKind::Tor => return Nearness::NewHosting,
    }
    if let Some(line) = known_line(known, sign_in.address) {
        return if is_home_line(known, line) { Nearness::HomeLine } else { Nearness::SamePrefix };
    }
    let is_next_door = sign_in.address.is_some_and(|address| {
        let net = prefix_of(address);
        known.prefixes.iter().any(|prefix| is_same_site(prefix.net, net))
    });
    if is_next_door && no_new_network {
        return Nearness::SameSite;
    }
    let spot = Spot::of(place);
    let mut trusted = known.places.iter().filter(|known| known.is_trusted).peekable();
    if spot.country.is_none() || trusted.peek().is_none() {
        // Nothing is known of this place, or of any to compare it with.
        return Nearness::Unplaced;
    }
    let (mut same_country, mut near) = (false, false);
    for known in trusted {
        same_country |= known.spot.country == spot.country;
        near |= is_near(&known.spot, &spot);
    }
    match (same_country, near, no_new_network) {
        (_, true, true) => Nearness::SameNetworkNear,
        (_, true, false) => Nearness::Near,
        (true, false, _) if same_network => Nearness::SameNetwork,
        (true, false, _) => Nearness::SameCountry,
        (false, false, _) => Nearness::NewCountry,
    }
}

/// The line of the household that an address belongs to.
fn known_line(known: &Known, address: Option<IpAddr>) -> Option<&KnownPrefix> {
    let net = prefix_of(address?);
    known.prefixes.iter().find(|known| known.net == net)
}

/// Whether the household uses a line all the time.
fn is_home_line(known: &Known, line: &KnownPrefix) -> bool {
    let most = known.prefixes.iter().map(|known| known.times).max().unwrap_or(0);
    line.times >= home_line::TIMES && line.times.saturating_mul(home_line::SHARE) >= most
}
