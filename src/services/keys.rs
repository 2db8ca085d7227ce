//! Where the keys of the watched services are kept: beside the database and not in it, so that no copy of the history holds one.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::line::Keys;
use crate::error::{Error, Result};
use crate::files;
use crate::model::ServiceId;

/// Most bytes of a file of keys: longer ones are never given.
const MOST_BYTES: u64 = 64 << 10;

/// The keys of the watched services. All of it may block, for a locked keyring asks its owner first.
pub trait ServiceKeys: std::fmt::Debug + Send + Sync {
    /// The keys of a service; `None` where there are none, or none that can be read as such.
    fn read(&self, id: ServiceId) -> Result<Option<Keys>>;

    /// Keeps the keys of a service, in place of those it had.
    fn write(&self, id: ServiceId, keys: &Keys) -> Result<()>;

    /// Forgets the keys of a service, if there are any.
    fn remove(&self, id: ServiceId) -> Result<()>;
}

/// Keys in files that only their owner can read, one a service.
#[derive(Debug)]
pub struct FileKeys {
    folder: PathBuf,
}

impl FileKeys {
    /// Those in a folder below this one, which need not be there yet.
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.join("service-keys") }
    }

    fn file(&self, id: ServiceId) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    /// Makes the folder, for its owner only.
    fn make_folder(&self) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&self.folder, fs::Permissions::from_mode(0o700))?;
        }
        Ok(())
    }

    /// Writes a file whole or not at all, for its owner only from the start. It is on disk when this returns.
    fn put(&self, file: &Path, text: &[u8]) -> io::Result<()> {
        self.make_folder()?;
        let mut beside = tempfile::NamedTempFile::new_in(&self.folder)?;
        beside.write_all(text)?;
        beside.as_file().sync_all()?;
        beside.persist(file).map_err(|error| error.error)?;
        self.keep_names()
    }

    /// Has the disk keep what is in the folder, and what is not any more. Windows has no such call, and keeps names in a journal.
    fn keep_names(&self) -> io::Result<()> {
        if cfg!(unix) { File::open(&self.folder)?.sync_all() } else { Ok(()) }
    }
}

impl ServiceKeys for FileKeys {
    fn read(&self, id: ServiceId) -> Result<Option<Keys>> {
        let file = self.file(id);
        let failed = |cause| Error::file(format!("cannot read {}", file.display()), cause);
        let opened = match files::open_own(&file) {
            Ok(opened) => opened,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(failed(cause)),
        };
        let mut text = Vec::new();
        opened.take(MOST_BYTES).read_to_end(&mut text).map_err(failed)?;
        // The parser's own words would quote the file.
        let keys = serde_json::from_slice(&text).ok();
        if keys.is_none() {
            tracing::warn!(file = %file.display(), "the keys of a service are damaged: it has to be given its key again");
        }
        Ok(keys)
    }

    fn write(&self, id: ServiceId, keys: &Keys) -> Result<()> {
        let file = self.file(id);
        let text = serde_json::to_vec(keys).map_err(Error::internal)?;
        self.put(&file, &text).map_err(|cause| Error::file(format!("cannot write {}", file.display()), cause))
    }

    fn remove(&self, id: ServiceId) -> Result<()> {
        let file = self.file(id);
        match fs::remove_file(&file).and_then(|()| self.keep_names()) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                Err(Error::file(format!("cannot remove {}", file.display()), cause))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::model::Timestamp;
    use crate::random::SeededRandom;

    fn id(seed: u64) -> ServiceId {
        let clock = ManualClock::at(Timestamp::from_millis(1_790_000_000_000));
        ServiceId::new(&clock, &SeededRandom::new(seed))
    }

    fn keys(key: &str) -> Keys {
        Keys::of([("key".to_owned(), key.to_owned()), ("realm".to_owned(), "home".to_owned())])
    }

    #[test]
    fn each_service_has_its_own_until_they_are_replaced_or_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = FileKeys::in_folder(folder.path());
        assert_eq!(kept.read(id(1)).expect("reads"), None);
        kept.remove(id(1)).expect("there is nothing to remove");
        kept.write(id(1), &keys("one")).expect("writes");
        kept.write(id(2), &keys("two")).expect("writes");
        kept.write(id(1), &keys("another")).expect("writes");
        let again = FileKeys::in_folder(folder.path());
        assert_eq!(again.read(id(1)).expect("reads"), Some(keys("another")));
        assert_eq!(again.read(id(2)).expect("reads").expect("some").get("realm"), "home");
        again.remove(id(1)).expect("removes");
        assert_eq!(again.read(id(1)).expect("reads"), None);
        let left = fs::read_dir(folder.path().join("service-keys")).expect("a folder").count();
        assert_eq!(left, 1, "nothing stays behind");
    }

    #[test]
    fn damaged_ones_are_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = FileKeys::in_folder(folder.path());
        kept.write(id(1), &keys("one")).expect("writes");
        let long = format!("{{\"key\":\"{}\"}}", "x".repeat(100_000));
        for damaged in ["", "{\"key\":\"hu", "[]", "{\"key\":7}", "\u{0}", long.as_str()] {
            fs::write(kept.file(id(1)), damaged).expect("writes");
            assert_eq!(kept.read(id(1)).expect("reads"), None);
        }
        kept.write(id(1), &keys("new")).expect("writes");
        assert_eq!(kept.read(id(1)).expect("reads"), Some(keys("new")));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_them_and_no_link_leads_elsewhere() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let below = folder.path().join("service-keys");
        fs::create_dir(&below).expect("makes");
        fs::set_permissions(&below, fs::Permissions::from_mode(0o755)).expect("sets");
        let kept = FileKeys::in_folder(folder.path());
        let elsewhere = folder.path().join("elsewhere");
        fs::write(&elsewhere, "{}").expect("writes");
        symlink(&elsewhere, kept.file(id(1))).expect("links");
        kept.read(id(1)).expect_err("a link");
        kept.write(id(1), &keys("one")).expect("writes");
        let mode = |path: &Path| fs::symlink_metadata(path).expect("is there").permissions().mode() & 0o777;
        assert_eq!((mode(&below), mode(&kept.file(id(1)))), (0o700, 0o600));
        assert_eq!(fs::read_to_string(&elsewhere).expect("reads"), "{}");
    }
}
