//! A place: where an address is, approximately. Never a fact.

use serde::{Deserialize, Serialize};

/// Approximate location of an IP address.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Place {
    /// What sort of address it is; decides which words are shown when there is no country.
    pub scope: PlaceScope,
    /// ISO 3166-1 alpha-2, upper case.
    pub country_code: Option<String>,
    /// First subdivision: state, province, district.
    pub region: Option<String>,
    /// Nearest city the database knows.
    pub city: Option<String>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// How far off the coordinates may be, in kilometres.
    pub accuracy_radius_km: Option<u32>,
    /// Name or number of the network (AS) when the database has it.
    pub network: Option<String>,
    /// Number of the network (AS, RFC 6996) when the database has it.
    #[serde(default)]
    pub asn: Option<u32>,
    /// What sort of network it is, which decides what its place is worth.
    #[serde(default)]
    pub network_kind: NetworkKind,
}

/// What sort of network an address belongs to.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Default,
    Serialize,
    Deserialize,
    ts_rs::TS,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NetworkKind {
    /// A line to a house or an office, or nothing that is known: its place is where the database says.
    #[default]
    Fixed,
    /// A mobile or carrier-grade network: many people behind one address, in any city of the country.
    Mobile,
    /// A data centre: programs, and services that hide where people are.
    Hosting,
    /// A VPN or relay: its place is the exit's, not the person's.
    Vpn,
    /// An exit of the Tor network: its place is nobody's.
    Tor,
    /// Wi-Fi of an aeroplane or a ship: its place is a ground station.
    InFlight,
}

impl NetworkKind {
    /// Its name in JSON and in the table of networks.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Mobile => "mobile",
            Self::Hosting => "hosting",
            Self::Vpn => "vpn",
            Self::Tor => "tor",
            Self::InFlight => "in_flight",
        }
    }

    /// Whether the city that a database gives for an address of such a network says where its user is.
    pub const fn has_a_place(self) -> bool {
        matches!(self, Self::Fixed)
    }

    /// Whether the country says where its user is. A mobile carrier's does; an exit's does not.
    pub const fn has_a_country(self) -> bool {
        matches!(self, Self::Fixed | Self::Mobile)
    }
}

impl std::str::FromStr for NetworkKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Fixed, Self::Mobile, Self::Hosting, Self::Vpn, Self::Tor, Self::InFlight]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(())
    }
}

impl Place {
    /// An address the database does not know.
    pub fn unknown() -> Self {
        Self::default()
    }

    /// A private address (RFC 1918, RFC 4193, link-local): the household's own network.
    pub fn home_network() -> Self {
        Self { scope: PlaceScope::HomeNetwork, ..Self::default() }
    }

    /// A loopback address.
    pub fn this_computer() -> Self {
        Self { scope: PlaceScope::ThisComputer, ..Self::default() }
    }

    /// Great-circle distance to another place in kilometres, when both have coordinates
    /// (haversine on a sphere of 6,371 km: off by at most 0.6 %, far below any accuracy radius).
    pub fn distance_km(&self, other: &Self) -> Option<f64> {
        let (lat_a, lon_a) = (self.latitude?.to_radians(), self.longitude?.to_radians());
        let (lat_b, lon_b) = (other.latitude?.to_radians(), other.longitude?.to_radians());
        let half = ((lat_b - lat_a) / 2.0).sin().powi(2)
            + lat_a.cos() * lat_b.cos() * ((lon_b - lon_a) / 2.0).sin().powi(2);
        Some(2.0 * 6371.0 * half.sqrt().clamp(0.0, 1.0).asin())
    }
}

/// What sort of address a place was looked up for.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Default,
    Serialize,
    Deserialize,
    ts_rs::TS,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PlaceScope {
    /// Found in the database.
    Located,
    /// A private address: the household's own network.
    HomeNetwork,
    /// A loopback address: the computer the home runs on.
    ThisComputer,
    /// A public address that the database does not know, or no database.
    #[default]
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(latitude: f64, longitude: f64) -> Place {
        Place { latitude: Some(latitude), longitude: Some(longitude), ..Place::unknown() }
    }

    #[test]
    fn distance_is_the_great_circle() {
        // From the equator to the pole is a quarter of the circle, whatever the meridian.
        let quarter = 6371.0 * std::f64::consts::FRAC_PI_2;
        let distance = at(0.0, -51.0).distance_km(&at(90.0, 12.0)).expect("both known");
        assert!((distance - quarter).abs() < 1e-6, "{distance}");
        // Across the date line the short way counts: one degree at the equator.
        let across = at(0.0, 179.5).distance_km(&at(0.0, -179.5)).expect("both known");
        assert!((across - quarter / 90.0).abs() < 1e-6, "{across}");
        assert_eq!(at(0.0, 0.0).distance_km(&at(0.0, 0.0)), Some(0.0));
        assert_eq!(at(0.0, 0.0).distance_km(&Place::unknown()), None);
    }
}
