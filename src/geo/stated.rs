//! Places that a log tells by itself, and databases for reading one: whole in memory, since a log asks for more
//! addresses in a second than a home in a year.

use std::path::PathBuf;

use arc_swap::ArcSwap;

use super::database::Database;
use super::{Entry, Locator};
use crate::error::{Error, Result};
use crate::model::{Place, PlaceScope, clean_text, country_code};

/// Characters of a name.
const MAX_CHARS: usize = 80;

/// What a log says of a place, as it stands there; empty where it says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stated<'a> {
    /// ISO 3166-1 alpha-2, or the country's English name.
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
        let code = code_of(self.country)?;
        let (region, city) = (text(self.region), text(self.city));
        Some(Place { scope: PlaceScope::Located, country_code: Some(code), region, city, ..Place::default() })
    }
}

fn code_of(country: &str) -> Option<String> {
    if country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        Some(country.to_ascii_uppercase())
    } else {
        country_code(country).map(str::to_owned)
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
