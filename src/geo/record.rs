//! One record of a database, in either of the two schemas, → what it says of an address.
//!
//! The flat schema (ip-location-db): `country_code, state1, city, latitude, longitude`. The nested one (MaxMind's
//! GeoIP2, DB-IP's own files): `country.iso_code, subdivisions[0].names.en, city.names.en, location.latitude`.
//! Both may carry a network (see `network`). A database is data from outside: what does not have the form expected
//! counts as absent.

use serde_json::Value;

use super::fields::{number, text, whole};
use super::network::Network;
use crate::model::{Place, PlaceScope};

/// How far off a city's coordinates may be when the database does not say: two good databases differ by 15 km in
/// the median for the same address, and a fixed line is placed within 16 km. Three times that.
const CITY_RADIUS_KM: u32 = 50;
/// The same for the middle of a region.
const REGION_RADIUS_KM: u32 = 200;

/// What one database says of one address.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Finding {
    country_code: Option<String>,
    region: Option<String>,
    city: Option<String>,
    coordinates: Option<(f64, f64)>,
    radius_km: Option<u32>,
    network: Network,
}

/// How much a finding, or a database, knows; more is greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Detail {
    /// No place at all, at most a network.
    #[default]
    Nothing,
    Country,
    Region,
    City,
    /// A city with coordinates.
    Point,
}

impl Finding {
    /// Reads a record of either schema.
    pub(super) fn read(record: &Value) -> Self {
        let country = &record["country"];
        let code = text(&record["country_code"])
            .or_else(|| text(&country["iso_code"]))
            .or_else(|| text(country))
            .map(|code| code.to_ascii_uppercase())
            .filter(|code| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()));
        let location = if record["location"].is_object() { &record["location"] } else { record };
        Self {
            country_code: code,
            region: text(&record["state1"])
                .or_else(|| name(&record["subdivisions"][0]))
                .or_else(|| text(&record["region"])),
            city: name(&record["city"]).or_else(|| text(&record["city"])),
            coordinates: coordinates(&location["latitude"], &location["longitude"]),
            radius_km: number(&location["accuracy_radius"])
                .filter(|radius| (1.0..=20_040.0).contains(radius))
                .map(whole),
            network: Network::read(record),
        }
    }

    pub(super) fn detail(&self) -> Detail {
        if self.city.is_some() && self.coordinates.is_some() {
            Detail::Point
        } else if self.city.is_some() {
            Detail::City
        } else if self.region.is_some() {
            Detail::Region
        } else if self.country_code.is_some() {
            Detail::Country
        } else {
            Detail::Nothing
        }
    }

    pub(super) fn network(&self) -> &Network {
        &self.network
    }

    /// The place, without its network.
    pub(super) fn into_place(self) -> Place {
        let detail = self.detail();
        if detail == Detail::Nothing {
            return Place::unknown();
        }
        // The middle of a country is no place where anybody is: it would be drawn, and measured from, as one.
        let radius = match detail {
            Detail::Point | Detail::City => self.radius_km.or(Some(CITY_RADIUS_KM)),
            Detail::Region => self.radius_km.or(Some(REGION_RADIUS_KM)),
            Detail::Country | Detail::Nothing => None,
        };
        let coordinates = self.coordinates.filter(|_| radius.is_some());
        Place {
            scope: PlaceScope::Located,
            country_code: self.country_code,
            region: self.region,
            city: self.city,
            latitude: coordinates.map(|(latitude, _)| latitude),
            longitude: coordinates.map(|(_, longitude)| longitude),
            accuracy_radius_km: radius.filter(|_| coordinates.is_some()),
            ..Place::default()
        }
    }
}

/// The English name in `{"names": {"en": …}}`.
fn name(record: &Value) -> Option<String> {
    text(&record["names"]["en"])
}

/// Degrees north and east, to four decimals (11 m): the rest is noise of the databases' 32-bit numbers. Zero and zero, in the sea off Ghana, is what databases write for "not known".
fn coordinates(latitude: &Value, longitude: &Value) -> Option<(f64, f64)> {
    let (latitude, longitude) = (number(latitude)?, number(longitude)?);
    let on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    (on_earth && (latitude, longitude) != (0.0, 0.0)).then(|| (rounded(latitude), rounded(longitude)))
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_city_of_the_flat_schema_has_the_default_radius() {
        let place = Finding::read(&json!({
            "country_code": "PT", "state1": "Lisbon", "state2": "", "city": "Lisbon",
            "latitude": 38.7314, "longitude": -9.1456, "postcode": "", "timezone": ""
        }))
        .into_place();
        assert_eq!(place.city.as_deref(), Some("Lisbon"));
        assert_eq!((place.country_code.as_deref(), place.region.as_deref()), (Some("PT"), Some("Lisbon")));
        assert_eq!(place.accuracy_radius_km, Some(CITY_RADIUS_KM));
        assert_eq!((place.latitude, place.longitude), (Some(38.7314), Some(-9.1456)));
    }

    #[test]
    fn a_city_of_the_nested_schema_keeps_its_own_radius() {
        let place = Finding::read(&json!({
            "country": { "iso_code": "AT", "names": { "de": "Österreich", "en": "Austria" } },
            "subdivisions": [{ "iso_code": "9", "names": { "en": "Vienna" } }],
            "city": { "names": { "en": "Vienna", "de": "Wien" } },
            "location": { "latitude": 48.2, "longitude": 16.37, "accuracy_radius": 20 },
        }))
        .into_place();
        assert_eq!((place.country_code.as_deref(), place.city.as_deref()), (Some("AT"), Some("Vienna")));
        assert_eq!(place.accuracy_radius_km, Some(20));
    }

    #[test]
    fn a_country_alone_has_no_coordinates_even_when_the_database_gives_its_middle() {
        for record in [
            json!({ "country_code": "BR" }),
            json!({ "country_code": "BR", "latitude": -10.0, "longitude": -55.0 }),
            json!({ "country": { "iso_code": "BR" }, "location": { "latitude": -10.0, "longitude": -55.0, "accuracy_radius": 1000 } }),
            json!({ "country": "br" }),
        ] {
            let place = Finding::read(&record).into_place();
            let country = place.country_code.as_deref();
            assert_eq!(
                (place.scope, country, &place.city),
                (PlaceScope::Located, Some("BR"), &None),
                "{record}"
            );
            assert_eq!((place.latitude, place.accuracy_radius_km), (None, None), "{record}");
        }
    }

    #[test]
    fn what_has_not_the_expected_form_counts_as_absent() {
        for record in [
            json!({}),
            json!([]),
            json!("text"),
            json!({ "country_code": 7, "city": ["x"], "latitude": "north" }),
            json!({ "country_code": "Portugal" }),
            json!({ "country_code": "\u{202e}", "city": "\u{200b}" }),
        ] {
            assert_eq!(Finding::read(&record).into_place(), Place::unknown(), "{record}");
        }
        let place = Finding::read(&json!({
            "country_code": "PT", "city": "Lisbon", "latitude": 95.0, "longitude": 1.0
        }))
        .into_place();
        assert_eq!((place.latitude, place.accuracy_radius_km), (None, None));
        let nowhere = json!({ "country_code": "PT", "city": "Lisbon", "latitude": 0.0, "longitude": 0.0 });
        assert_eq!(Finding::read(&nowhere).into_place().latitude, None);
    }

    #[test]
    fn a_network_is_known_without_a_place() {
        let finding = Finding::read(&json!({
            "autonomous_system_number": 3320, "autonomous_system_organization": "Deutsche Telekom AG"
        }));
        assert_eq!((finding.detail(), finding.network().is_named()), (Detail::Nothing, true));
    }
}
