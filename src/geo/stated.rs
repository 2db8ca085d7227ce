//! Places that a log tells by itself, and databases for reading one: whole in memory, since a log asks for more
//! addresses in a second than a home in a year.

use std::path::PathBuf;

use arc_swap::ArcSwap;

use super::countries::{code_of, says_nothing};
use super::database::Database;
use super::record::Detail;
use super::{Entry, Locator};
use crate::error::{Error, Result};
use crate::model::{Place, PlaceScope, clean_text};

/// Characters of a name.
const MAX_CHARS: usize = 80;

/// What a log says of a place, as it stands there; empty where it says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stated<'a> {
    /// ISO 3166-1 (two letters or three), or a name of the country.
    pub country: &'a str,
    /// First subdivision.
    pub region: &'a str,
    /// The city.
    pub city: &'a str,
}

impl Stated<'_> {
    /// The place; `None` without a country. There are no coordinates: a name alone has none.
    pub fn place(&self) -> Option<Place> {
        let text = |text: &str| Some(clean_text(text, MAX_CHARS)).filter(|text| !text.is_empty());
        let code = code_of(self.country)?.to_owned();
        let (region, city) = (text(self.region), text(self.city));
        Some(Place { scope: PlaceScope::Located, country_code: Some(code), region, city, ..Place::default() })
    }

    /// Whether a country stands there that is none.
    pub fn is_mistaken(&self) -> bool {
        !says_nothing(self.country) && code_of(self.country).is_none()
    }
}

impl Locator {
    /// A locator that keeps all of these databases in memory.
    ///
    /// # Errors
    ///
    /// Names the first file that cannot be used: whoever reads a log waits for the answer, and must not get one
    /// made without the database.
    pub fn in_memory(files: &[PathBuf]) -> Result<Self> {
        let mut entries = Vec::with_capacity(files.len());
        for path in files {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            let database = Database::read(path, clean_text(&name, MAX_CHARS))
                .map_err(|problem| Error::Config(format!("{}: {problem}", path.display())))?;
            entries.push(Entry::new(false, &name, path, Ok(database)));
        }
        Ok(Self { files: ArcSwap::from_pointee(entries), ..Self::none() })
    }

    /// What none of the databases given knows, in a sentence; `None` where they know both, or none is given.
    pub fn lacks(&self) -> Option<&'static str> {
        let files = self.files.load();
        if files.is_empty() {
            return None;
        }
        let in_use = || files.iter().filter_map(|entry| entry.database.as_ref().ok());
        let places = in_use().any(|database| database.detail() > Detail::Nothing);
        let networks = in_use().any(Database::knows_networks);
        match (places, networks) {
            (true, true) => None,
            (true, false) => Some(
                "The databases given hold no networks: where a row has no ASN, a VPN, a data centre and a phone's \
                 network pass for a line to a house.",
            ),
            (false, true) => Some(
                "The databases given hold no places: a row that does not say its country is at an unknown place.",
            ),
            (false, false) => Some(
                "The databases given hold neither places nor networks by number: a row that does not say its country \
                 is at an unknown place.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(country: &str, region: &str, city: &str) -> Option<Place> {
        Stated { country, region, city }.place()
    }

    #[test]
    fn what_a_log_says_of_a_place_is_kept_apart() {
        let oslo = place("no", "Oslo County", "Oslo").expect("a place");
        assert_eq!((oslo.city.as_deref(), oslo.country_code.as_deref()), (Some("Oslo"), Some("NO")));
        assert_eq!(oslo.region.as_deref(), Some("Oslo County"));
        assert_eq!(oslo.scope, PlaceScope::Located);
        assert_eq!(place("NO", "Oslo County", "").expect("a place").city, None);
        assert_eq!(place("Norway", "", "").expect("a place"), place("NO", "", "").expect("a place"));
    }

    #[test]
    fn without_a_country_there_is_no_place() {
        assert_eq!(place("", "Oslo County", "Oslo"), None);
        assert_eq!(place("Atlantis", "", ""), None);
        let mistaken = |country| Stated { country, ..Stated::default() }.is_mistaken();
        assert!(mistaken("Atlantis") && !mistaken("") && !mistaken("unknown") && !mistaken("England"));
    }

    #[test]
    fn a_file_that_is_no_database_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("places.mmdb");
        std::fs::write(&file, "no database").expect("writes");
        let error = Locator::in_memory(std::slice::from_ref(&file)).expect_err("refused").to_string();
        assert!(error.contains("places.mmdb"), "{error}");
        let missing =
            Locator::in_memory(&[folder.path().join("none.mmdb")]).expect_err("refused").to_string();
        assert!(missing.contains("none.mmdb"), "{missing}");
    }
}
