//! The keys this desktop holds: its session's token and its device secret, in the system's keyring, or in a
//! file that only its owner can read when no keyring answers.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use latchkey::error::{Error, Result, causes};
use serde::{Deserialize, Serialize};

use crate::private::write_private;

/// What one home has given this desktop.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Held {
    /// Stands for the session.
    pub token: Option<String>,
    /// Stands for this desktop; makes it the same device at its next sign-in.
    pub device_secret: Option<String>,
}

/// Where the keys are kept.
pub struct Keys {
    file: PathBuf,
    keyring: bool,
    problem: Mutex<Option<String>>,
}

impl Keys {
    /// Keys in the system's keyring, with a file in `folder` for when none answers.
    pub fn in_keyring(folder: &Path) -> Self {
        Self { file: folder.join("keys.json"), keyring: true, problem: Mutex::new(None) }
    }

    /// Keys in a file in `folder` only: for a throw-away home, and where the folder is private to the app.
    pub fn in_folder(folder: &Path) -> Self {
        Self { keyring: false, ..Self::in_keyring(folder) }
    }

    /// What `home` has given. Blocks: a locked keyring may ask its owner first.
    pub fn held(&self, home: &str) -> Held {
        let in_keyring = if self.keyring { self.note(keyring::read(home)).flatten() } else { None };
        in_keyring.or_else(|| self.in_file().remove(home)).unwrap_or_default()
    }

    /// Keeps what `home` has given. Blocks like [`Keys::held`].
    pub fn keep(&self, home: &str, held: &Held) -> Result<()> {
        let mut in_file = self.in_file();
        if self.keyring && self.note(keyring::write(home, held)).is_some() {
            // Nothing stays behind in the file from a time when no keyring answered.
            return if in_file.remove(home).is_some() { self.write(&in_file) } else { Ok(()) };
        }
        in_file.insert(home.to_owned(), held.clone());
        self.write(&in_file)
    }

    /// Why the keyring is not used, in a sentence; `None` when it is.
    pub fn problem(&self) -> Option<String> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers whether the keyring answered, for the settings screen.
    fn note<T>(&self, answer: Result<T, String>) -> Option<T> {
        let mut problem = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Ok(value) => {
                *problem = None;
                Some(value)
            }
            Err(cause) => {
                if problem.is_none() {
                    tracing::warn!(cause, "no keyring answers; keys are kept in a file");
                }
                let file = self.file.display();
                *problem = Some(format!(
                    "No keyring answers on this desktop. The sign-in is kept in {file}, which only you can read."
                ));
                None
            }
        }
    }

    /// What the file holds; a file that cannot be read holds nothing, and the person signs in again.
    fn in_file(&self) -> BTreeMap<String, Held> {
        let text = match fs::read(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return BTreeMap::new(),
            Err(error) => {
                tracing::warn!(error = %causes(&error), "the file of keys cannot be read");
                return BTreeMap::new();
            }
        };
        // The parser's own words would quote the file.
        serde_json::from_slice(&text).unwrap_or_else(|_| {
            tracing::warn!("the file of keys is damaged and is started anew");
            BTreeMap::new()
        })
    }

    fn write(&self, keys: &BTreeMap<String, Held>) -> Result<()> {
        let text = serde_json::to_vec(keys).map_err(Error::internal)?;
        write_private(&self.file, &text)
            .map_err(|error| Error::file(format!("cannot write {}", self.file.display()), error))
    }
}

/// The system's keyring: one item a home.
#[cfg(desktop)]
pub mod keyring {
    use super::Held;

    /// Whose items they are.
    pub const SERVICE: &str = "Latchkey";

    /// What is kept for `home`; the error is for the log.
    pub fn read(home: &str) -> Result<Option<Held>, String> {
        let entry = keyring::Entry::new(SERVICE, home).map_err(|error| error.to_string())?;
        match entry.get_password() {
            Ok(text) => Ok(serde_json::from_str(&text).ok()),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(cause(&error)),
        }
    }

    /// Keeps `held` for `home`.
    pub fn write(home: &str, held: &Held) -> Result<(), String> {
        let text = serde_json::to_string(held).map_err(|error| error.to_string())?;
        let entry = keyring::Entry::new(SERVICE, home).map_err(|error| error.to_string())?;
        entry.set_password(&text).map_err(|error| cause(&error))
    }

    /// Some of the library's errors carry the secret itself: those are told by name only.
    pub fn cause(error: &keyring::Error) -> String {
        match error {
            keyring::Error::PlatformFailure(cause) | keyring::Error::NoStorageAccess(cause) => {
                cause.to_string()
            }
            keyring::Error::NoDefaultStore => "there is no store".to_owned(),
            _ => "the entry cannot be used".to_owned(),
        }
    }
}

/// A phone keeps the app's folder private by itself.
#[cfg(mobile)]
mod keyring {
    use super::Held;

    pub fn read(_home: &str) -> Result<Option<Held>, String> {
        Err("a phone has none".to_owned())
    }

    pub fn write(_home: &str, _held: &Held) -> Result<(), String> {
        Err("a phone has none".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(token: &str) -> Held {
        Held { token: Some(token.into()), device_secret: Some("device".into()) }
    }

    #[test]
    fn each_home_has_its_own_keys_and_they_outlive_the_app() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::in_folder(folder.path());
        assert!(keys.held("here") == Held::default());
        keys.keep("here", &held("one")).unwrap();
        keys.keep("http://nas:8470", &held("two")).unwrap();
        let again = Keys::in_folder(folder.path());
        assert!(again.held("here") == held("one") && again.held("http://nas:8470") == held("two"));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_file_also_when_a_crash_left_something() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let left_over = folder.path().join("keys.new");
        fs::write(&left_over, "half").unwrap();
        fs::set_permissions(&left_over, fs::Permissions::from_mode(0o644)).unwrap();
        Keys::in_folder(folder.path()).keep("here", &held("one")).unwrap();
        let mode = fs::metadata(folder.path().join("keys.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!left_over.exists());
    }

    #[test]
    fn a_damaged_file_means_signing_in_again_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("keys.json"), "{\"here\":").unwrap();
        let keys = Keys::in_folder(folder.path());
        assert!(keys.held("here") == Held::default());
        keys.keep("here", &held("new")).unwrap();
        assert!(keys.held("here") == held("new"));
    }
}
