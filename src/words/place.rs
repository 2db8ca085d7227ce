//! What an area is called.

use std::fmt;

use crate::model::{Area, PlaceScope, country_name};

/// What an area is called, by itself: "Lisbon, Portugal", "Portugal", "Home network", "Unknown place".
pub fn label(area: &Area) -> impl fmt::Display + '_ {
    fmt::from_fn(move |out| match area.scope {
        PlaceScope::HomeNetwork => out.write_str("Home network"),
        PlaceScope::ThisComputer => out.write_str("This computer"),
        PlaceScope::Unknown => out.write_str("Unknown place"),
        PlaceScope::Located => match (area.name.as_deref(), country(area)) {
            (Some(name), Some(country)) => write!(out, "{name}, {country}"),
            (Some(only), None) | (None, Some(only)) => out.write_str(only),
            (None, None) => out.write_str("Unknown place"),
        },
    })
}

/// Where something is, never as a fact: "Near Lisbon, Portugal", "Somewhere in Portugal", "On the home network".
pub fn near(area: &Area) -> String {
    match area.scope {
        PlaceScope::Located if area.name.is_some() => format!("Near {}", label(area)),
        PlaceScope::Located => format!("Somewhere in {}", label(area)),
        PlaceScope::HomeNetwork => "On the home network".to_owned(),
        PlaceScope::ThisComputer => "On this computer".to_owned(),
        PlaceScope::Unknown => "At an unknown place".to_owned(),
    }
}

/// The country's name; its code, where it has none.
pub(super) fn country(area: &Area) -> Option<&str> {
    area.country_code.as_deref().map(|code| country_name(code).unwrap_or(code))
}
