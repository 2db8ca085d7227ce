//! What this desktop remembers between two starts: which home it looks at, and by what it knows it.

use std::fs;
use std::path::{Path, PathBuf};

use latchkey::error::{Error, Result};
use latchkey::model::KeyPin;
use serde::{Deserialize, Serialize};
use tauri::Url;

/// The choices of whoever sits here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// The address of a home on another machine; `None` for this computer's own.
    pub home_url: Option<Url>,
    /// The key of that home, where it has a certificate of its own: nobody else is told anything.
    pub home_pin: Option<KeyPin>,
}

impl Remembered {
    /// What was remembered in `folder`; nothing, when there is nothing that can be read.
    pub fn read(folder: &Path) -> Self {
        let text = fs::read(file(folder)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Remembers it in `folder`, whole or not at all.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let (file, text) = (file(folder), serde_json::to_vec_pretty(self).map_err(Error::internal)?);
        let new = file.with_extension("new");
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&new, text))
            .and_then(|()| fs::rename(&new, &file))
            .map_err(|error| Error::file(format!("cannot write {}", file.display()), error))
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("desktop.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_outlives_the_app_and_a_damaged_file_is_no_choice() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Remembered::read(folder.path()), Remembered::default());
        for home_pin in [None, Some(KeyPin::of(b"a key"))] {
            let choice = Remembered { home_url: Some("https://nas:8470/".parse().unwrap()), home_pin };
            choice.write(folder.path()).unwrap();
            assert_eq!(Remembered::read(folder.path()), choice);
        }
        // What was told before there were pins is known still; a damaged pin is no reason to believe anybody.
        fs::write(file(folder.path()), r#"{"home_url":"http://nas:8470/"}"#).unwrap();
        assert_eq!(Remembered::read(folder.path()).home_url, Some("http://nas:8470/".parse().unwrap()));
        for damaged in ["{", r#"{"home_url":"https://nas:8470/","home_pin":"AAAA"}"#] {
            fs::write(file(folder.path()), damaged).unwrap();
            assert_eq!(Remembered::read(folder.path()), Remembered::default(), "{damaged}");
        }
    }
}
