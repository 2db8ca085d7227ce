//! The keys of the watched services, in the system's keyring: one item a service. Where no keyring answers they are in files that only
//! their owner can read, as on a home without a desktop.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use latchkey::error::{Error, Result};
use latchkey::model::ServiceId;
use latchkey::services::Keys;
use latchkey::services::keys::{FileKeys, ServiceKeys};

use crate::keys::keyring::{SERVICE, cause};

/// The keys of the watched services of this computer's home.
pub struct KeyringKeys {
    ring: Box<dyn Ring>,
    files: FileKeys,
    /// Whether it was said that no keyring answers.
    is_said: AtomicBool,
}

impl KeyringKeys {
    /// Keys in the system's keyring, with files in `folder` for when none answers.
    pub fn in_keyring(folder: &Path) -> Self {
        Self::in_ring(Box::new(System), folder)
    }

    fn in_ring(ring: Box<dyn Ring>, folder: &Path) -> Self {
        Self { ring, files: FileKeys::in_folder(folder), is_said: AtomicBool::new(false) }
    }

    /// Tells the log, once, that no keyring answers.
    fn say(&self, cause: &str) {
        if !self.is_said.swap(true, Ordering::Relaxed) {
            tracing::warn!(cause, "no keyring answers; the keys of services are kept in files");
        }
    }
}

impl std::fmt::Debug for KeyringKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyringKeys").finish_non_exhaustive()
    }
}

impl ServiceKeys for KeyringKeys {
    fn read(&self, id: ServiceId) -> Result<Option<Keys>> {
        // There is a file only when no keyring took what was given last: what a keyring has is older.
        if let Some(keys) = self.files.read(id)? {
            return Ok(Some(keys));
        }
        // That no keyring answers is not that there are no keys: it may be locked.
        let Some(text) = self.ring.get(&item(id)).map_err(Error::internal)? else { return Ok(None) };
        // The parser's own words would quote it.
        let keys = serde_json::from_str(&text).ok();
        if keys.is_none() {
            tracing::warn!(%id, "the keys of a service are damaged: it has to be given its key again");
        }
        Ok(keys)
    }

    fn write(&self, id: ServiceId, keys: &Keys) -> Result<()> {
        let text = serde_json::to_string(keys).map_err(Error::internal)?;
        match self.ring.set(&item(id), &text) {
            Ok(()) => self.files.remove(id),
            Err(cause) => {
                self.say(&cause);
                self.files.write(id, keys)
            }
        }
    }

    fn remove(&self, id: ServiceId) -> Result<()> {
        let is_in_file = matches!(self.files.read(id), Ok(Some(_)));
        let removed = self.ring.remove(&item(id));
        self.files.remove(id)?;
        match removed {
            Err(cause) if is_in_file => {
                self.say(&cause);
                Ok(())
            }
            other => other.map_err(Error::internal),
        }
    }
}

/// The name of a service's item.
fn item(id: ServiceId) -> String {
    format!("service:{id}")
}

/// A keyring. Its errors are for the log, and hold no secret.
trait Ring: Send + Sync {
    /// What is in an item.
    fn get(&self, item: &str) -> Result<Option<String>, String>;
    /// Makes an item, or replaces what is in it.
    fn set(&self, item: &str, text: &str) -> Result<(), String>;
    /// Takes an item away, if there is one.
    fn remove(&self, item: &str) -> Result<(), String>;
}

/// The system's.
struct System;

impl System {
    fn entry(item: &str) -> Result<keyring::Entry, String> {
        keyring::Entry::new(SERVICE, item).map_err(|error| cause(&error))
    }
}

impl Ring for System {
    fn get(&self, item: &str) -> Result<Option<String>, String> {
        match Self::entry(item)?.get_password() {
            Ok(text) => Ok(Some(text)),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(cause(&error)),
        }
    }

    fn set(&self, item: &str, text: &str) -> Result<(), String> {
        Self::entry(item)?.set_password(text).map_err(|error| cause(&error))
    }

    fn remove(&self, item: &str) -> Result<(), String> {
        match Self::entry(item)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(cause(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A keyring that answers while a test lets it. No keyring of a system can be locked from a test.
    #[derive(Clone, Default)]
    struct Kept {
        items: Arc<Mutex<BTreeMap<String, String>>>,
        is_locked: Arc<AtomicBool>,
    }

    impl Kept {
        fn locked(&self, is_locked: bool) {
            self.is_locked.store(is_locked, Ordering::Relaxed);
        }

        fn answers<T>(&self, with: impl FnOnce(&mut BTreeMap<String, String>) -> T) -> Result<T, String> {
            if self.is_locked.load(Ordering::Relaxed) {
                return Err("it is locked".to_owned());
            }
            Ok(with(&mut self.items.lock().unwrap()))
        }
    }

    impl Ring for Kept {
        fn get(&self, item: &str) -> Result<Option<String>, String> {
            self.answers(|items| items.get(item).cloned())
        }

        fn set(&self, item: &str, text: &str) -> Result<(), String> {
            self.answers(|items| drop(items.insert(item.to_owned(), text.to_owned())))
        }

        fn remove(&self, item: &str) -> Result<(), String> {
            self.answers(|items| drop(items.remove(item)))
        }
    }

    fn id() -> ServiceId {
        "01990000-0000-7000-8000-000000000001".parse().unwrap()
    }

    fn keys(key: &str) -> Keys {
        Keys::of([("key".to_owned(), key.to_owned())])
    }

    fn is(kept: &KeyringKeys, expected: Option<&str>) -> bool {
        kept.read(id()).unwrap() == expected.map(keys)
    }

    #[test]
    fn keys_are_in_the_keyring_and_in_no_file_while_it_answers() {
        let (folder, ring) = (tempfile::tempdir().unwrap(), Kept::default());
        let kept = KeyringKeys::in_ring(Box::new(ring.clone()), folder.path());
        assert!(is(&kept, None));
        kept.write(id(), &keys("one")).unwrap();
        assert!(is(&kept, Some("one")));
        assert_eq!(FileKeys::in_folder(folder.path()).read(id()).unwrap(), None);
        let name = format!("service:{}", id());
        assert_eq!(ring.items.lock().unwrap().keys().collect::<Vec<_>>(), [&name]);
        ring.set(&name, "{\"key\":").unwrap();
        assert!(is(&kept, None), "what is damaged is none");
        kept.remove(id()).unwrap();
        kept.remove(id()).unwrap();
        assert!(ring.items.lock().unwrap().is_empty());
    }

    #[test]
    fn a_keyring_that_does_not_answer_is_no_missing_key_and_what_was_given_last_counts() {
        let (folder, ring) = (tempfile::tempdir().unwrap(), Kept::default());
        let kept = KeyringKeys::in_ring(Box::new(ring.clone()), folder.path());
        kept.write(id(), &keys("old")).unwrap();
        ring.locked(true);
        assert!(kept.read(id()).is_err() && kept.remove(id()).is_err());
        kept.write(id(), &keys("new")).unwrap();
        assert!(is(&kept, Some("new")));
        ring.locked(false);
        assert!(is(&kept, Some("new")), "the keyring has the old one");
        kept.write(id(), &keys("newest")).unwrap();
        assert!(is(&kept, Some("newest")));
        assert_eq!(FileKeys::in_folder(folder.path()).read(id()).unwrap(), None, "no file stays behind");
    }

    #[test]
    fn without_a_keyring_keys_are_in_files_and_can_be_forgotten() {
        let (folder, ring) = (tempfile::tempdir().unwrap(), Kept::default());
        ring.locked(true);
        let kept = KeyringKeys::in_ring(Box::new(ring), folder.path());
        kept.write(id(), &keys("one")).unwrap();
        assert!(is(&kept, Some("one")));
        kept.remove(id()).unwrap();
        assert_eq!(FileKeys::in_folder(folder.path()).read(id()).unwrap(), None);
    }
}
