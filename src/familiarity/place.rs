//! How near a sign-in is to where the account has been.

use std::net::IpAddr;

use super::known::{Known, KnownPrefix};
use super::network::{is_same_site, prefix_of};
use super::sign_in::SignIn;
use super::spot::{Spot, is_near};
use super::thresholds::{home_connection, nearness as ratio};
use super::used::{has_left_the_house, uses_exits};
use crate::model::{NetworkKind, PlaceScope};

/// How near a sign-in is to where the account has been; nearer is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    /// A private or loopback address: the household's own network.
    Home,
    /// A line that the household uses all the time.
    HomeConnection,
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
            Self::HomeConnection => ratio::HOME_CONNECTION,
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
        matches!(self, Self::Home | Self::HomeConnection)
    }

    /// Whether it is on a line that the household has used.
    pub const fn is_known_connection(self) -> bool {
        matches!(self, Self::Home | Self::HomeConnection | Self::SamePrefix)
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

/// Whether a sign-in comes from the home's own line: its own network, a line that it uses all the time, or, where nothing is
/// used all the time yet, the line that it has used most. Not a carrier's, whose address is many people's.
pub(super) fn is_own_line(known: &Known, sign_in: &SignIn, near: Nearness) -> bool {
    let most = known.prefixes.iter().map(|known| known.times).max();
    near.is_at_home()
        || near == Nearness::SamePrefix
            && sign_in.place.network_kind == NetworkKind::Fixed
            && known_line(known, sign_in.address).map(|line| line.times) == most
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
        return if is_home_connection(known, line) { Nearness::HomeConnection } else { Nearness::SamePrefix };
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

/// Whether an address is on the line that the household uses most.
pub(super) fn is_on_usual_line(known: &Known, address: Option<IpAddr>) -> bool {
    let most = known.prefixes.iter().map(|known| known.times).max().unwrap_or(0);
    known_line(known, address).is_some_and(|line| line.times == most)
}

/// The line of the household that an address belongs to.
fn known_line(known: &Known, address: Option<IpAddr>) -> Option<&KnownPrefix> {
    let net = prefix_of(address?);
    known.prefixes.iter().find(|known| known.net == net)
}

/// Whether the household uses a line all the time.
fn is_home_connection(known: &Known, line: &KnownPrefix) -> bool {
    let most = known.prefixes.iter().map(|known| known.times).max().unwrap_or(0);
    line.times >= home_connection::TIMES && line.times.saturating_mul(home_connection::SHARE) >= most
}
