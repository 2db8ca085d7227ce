//! Spots: what is kept of a place, and when two are one.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::thresholds::FAR_KM;
use crate::model::{Area, NetworkKind, Place, PlaceScope};

/// What is kept of a place, and compared.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Spot {
    /// What it is called; `None` where nothing is known.
    #[serde(alias = "label", deserialize_with = "area_if_any", skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
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
            area: Some(Area::of(place)),
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
        let country = self.country.as_deref().unwrap_or("");
        if let Some((north, east, _)) = self.point {
            return format!("{country}/{north:.1}/{east:.1}");
        }
        let area = self.area.as_ref();
        let name = area.and_then(|area| area.name.as_deref()).unwrap_or("");
        let its_country = area.and_then(|area| area.country_code.as_deref()).unwrap_or("");
        let scope = area.map(|area| area.scope);
        format!("{country}/{scope:?}/{its_country}/{name}")
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

/// Reads an area, or the label that an earlier version kept in its place.
///
/// # Errors
///
/// Those of `deserializer`, and when it gives neither.
pub(super) fn area<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Area, D::Error> {
    area_if_any(deserializer).map(Option::unwrap_or_default)
}

/// The same, where there may be none: the label was empty then.
fn area_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Area>, D::Error> {
    deserializer.deserialize_any(AreaOrLabel)
}

struct AreaOrLabel;

impl<'de> Visitor<'de> for AreaOrLabel {
    type Value = Option<Area>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an area, or a label")
    }

    fn visit_str<E>(self, label: &str) -> Result<Option<Area>, E> {
        Ok(Some(label).filter(|label| !label.is_empty()).map(Area::from_label))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<Area>, A::Error> {
        Area::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }

    fn visit_unit<E>(self) -> Result<Option<Area>, E> {
        Ok(None)
    }
}
