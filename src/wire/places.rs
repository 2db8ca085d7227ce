//! A place as it travels: what is kept of it, with what it is called in English.

use serde::{Deserialize, Serialize};

use crate::model::{self, Area, NetworkKind, PlaceScope};
use crate::words;

/// Approximate location of an IP address.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Place {
    /// What sort of address it is; decides which words are shown when there is no country.
    pub scope: PlaceScope,
    /// In words, in English, for whoever has none: "Lisbon, Portugal", "Home network", "Unknown place". It tells no two places apart.
    #[serde(default)]
    pub label: String,
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

impl Place {
    /// What it is called, as data.
    pub fn area(&self) -> Area {
        let [country_code, city, region] =
            [&self.country_code, &self.city, &self.region].map(Option::as_deref);
        Area::named(self.scope, country_code, city, region)
    }
}

impl From<model::Place> for Place {
    fn from(place: model::Place) -> Self {
        Self {
            scope: place.scope,
            label: words::label(&Area::of(&place)).to_string(),
            country_code: place.country_code,
            region: place.region,
            city: place.city,
            latitude: place.latitude,
            longitude: place.longitude,
            accuracy_radius_km: place.accuracy_radius_km,
            network: place.network,
            asn: place.asn,
            network_kind: place.network_kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_called_by_what_is_known_of_it() {
        let label = |city: Option<&str>, region: Option<&str>, code: Option<&str>| {
            let [city, region, country_code] = [city, region, code].map(|text| text.map(str::to_owned));
            let scope = PlaceScope::Located;
            Place::from(model::Place { scope, country_code, region, city, ..model::Place::default() }).label
        };
        assert_eq!(label(Some("Washington, D.C."), None, Some("US")), "Washington, D.C., United States");
        assert_eq!(label(Some("Singapore"), None, Some("SG")), "Singapore");
        assert_eq!(label(None, Some("Bavaria"), Some("DE")), "Bavaria, Germany");
        assert_eq!(label(Some("Nowhere"), None, Some("QQ")), "Nowhere, QQ");
        assert_eq!(label(None, None, Some("BR")), "Brazil");
        assert_eq!(label(Some("Nowhere"), None, None), "Nowhere");
        assert_eq!(Place::from(model::Place::home_network()).label, "Home network");
        assert_eq!(Place::from(model::Place::this_computer()).label, "This computer");
        assert_eq!(Place::from(model::Place::unknown()).label, "Unknown place");
    }
}
