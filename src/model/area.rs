//! An area: what a place is called, as data. It becomes words where somebody reads it, in that person's language.

use serde::{Deserialize, Serialize};

use super::countries::{country_code, country_name};
use crate::model::{Place, PlaceScope};

/// What a place is called. Two places of one area are called the same; that they are the same it does not say.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema,
)]
#[ts(export)]
pub struct Area {
    /// What sort of address it is; what is not `located` has neither country nor name.
    pub scope: PlaceScope,
    /// ISO 3166-1 alpha-2, upper case.
    pub country_code: Option<String>,
    /// The nearest city; where none is known, the first subdivision. Absent where it is called as its country is.
    pub name: Option<String>,
}

impl Area {
    /// What a place is called.
    pub fn of(place: &Place) -> Self {
        Self::named(
            place.scope,
            place.country_code.as_deref(),
            place.city.as_deref(),
            place.region.as_deref(),
        )
    }

    /// What a place of that country, city and region is called.
    pub fn named(
        scope: PlaceScope,
        country_code: Option<&str>,
        city: Option<&str>,
        region: Option<&str>,
    ) -> Self {
        let (country_code, name) = called(scope, country_code, city, region);
        Self { scope, country_code: country_code.map(str::to_owned), name: name.map(str::to_owned) }
    }

    /// Whether a place is called so.
    pub fn is_of(&self, place: &Place) -> bool {
        let [country_code, city, region] =
            [&place.country_code, &place.city, &place.region].map(Option::as_deref);
        self.scope == place.scope
            && (self.country_code.as_deref(), self.name.as_deref())
                == called(place.scope, country_code, city, region)
    }

    /// What a label meant that an earlier version kept: "Porto Alegre, Brazil", "Brazil", "Home network".
    pub fn from_label(label: &str) -> Self {
        let scope = match label {
            "Home network" => PlaceScope::HomeNetwork,
            "This computer" => PlaceScope::ThisComputer,
            "Unknown place" | "" => PlaceScope::Unknown,
            _ => PlaceScope::Located,
        };
        if scope != PlaceScope::Located {
            return Self { scope, ..Self::default() };
        }
        if let Some(code) = code_of(label) {
            return Self { scope, country_code: Some(code), name: None };
        }
        // No country's name has a comma; a city's may: "Washington, D.C., United States".
        let (name, code) = match label.rsplit_once(", ") {
            Some((name, country)) => match code_of(country) {
                Some(code) => (name, Some(code)),
                None => (label, None),
            },
            None => (label, None),
        };
        Self { scope, country_code: code, name: Some(name.to_owned()) }
    }
}

/// The country's code and the name that make an area.
fn called<'a>(
    scope: PlaceScope,
    country_code: Option<&'a str>,
    city: Option<&'a str>,
    region: Option<&'a str>,
) -> (Option<&'a str>, Option<&'a str>) {
    if scope != PlaceScope::Located {
        return (None, None);
    }
    let country = country_code.map(|code| country_name(code).unwrap_or(code));
    (country_code, city.or(region).filter(|name| Some(*name) != country))
}

/// A country's code, by its name or by itself where it had none.
fn code_of(country: &str) -> Option<String> {
    let is_code = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    country_code(country).or(Some(country).filter(|_| is_code)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn located(country_code: Option<&str>, name: Option<&str>) -> Area {
        Area {
            scope: PlaceScope::Located,
            country_code: country_code.map(str::to_owned),
            name: name.map(str::to_owned),
        }
    }

    #[test]
    fn a_place_is_called_by_its_city_or_else_by_its_region() {
        let of = |code, city, region| Area::named(PlaceScope::Located, code, city, region);
        assert_eq!(of(Some("PT"), Some("Lisbon"), Some("Lisboa")), located(Some("PT"), Some("Lisbon")));
        assert_eq!(of(Some("DE"), None, Some("Bavaria")), located(Some("DE"), Some("Bavaria")));
        assert_eq!(of(Some("SG"), Some("Singapore"), None), located(Some("SG"), None));
        assert_eq!(of(None, Some("Nowhere"), None), located(None, Some("Nowhere")));
        let at_home = Area::named(PlaceScope::HomeNetwork, Some("PT"), Some("Lisbon"), None);
        assert_eq!(at_home, Area { scope: PlaceScope::HomeNetwork, ..Area::default() });
    }

    #[test]
    fn a_label_of_an_earlier_version_is_the_same_area_as_its_place() {
        for (label, code, name) in [
            ("Lisbon, Portugal", Some("PT"), Some("Lisbon")),
            ("Washington, D.C., United States", Some("US"), Some("Washington, D.C.")),
            ("Singapore", Some("SG"), None),
            ("Brazil", Some("BR"), None),
            ("Nowhere, QQ", Some("QQ"), Some("Nowhere")),
            ("Nowhere", None, Some("Nowhere")),
            ("Here, and there", None, Some("Here, and there")),
        ] {
            assert_eq!(Area::from_label(label), located(code, name), "{label}");
        }
        for (label, place) in [
            ("Home network", Place::home_network()),
            ("This computer", Place::this_computer()),
            ("Unknown place", Place::unknown()),
        ] {
            assert_eq!(Area::from_label(label), Area::of(&place));
            assert!(Area::of(&place).is_of(&place));
        }
    }
}
