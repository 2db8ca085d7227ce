//! Whether the files of a home are still the ones that were opened.
//!
//! A file that is deleted while it is open goes on taking what is written, and is gone with the program: sign-outs
//! would be answered and all be lost at the next start. So the names are looked at, before a change is answered and
//! once a second; what has another inode, or none, is lost.

use std::io;
use std::path::{Path, PathBuf};

use super::health::Health;
use super::{FILE, LOCK, LOG};
use crate::error::{Error, Fault, Result};

/// The files of a home, as they were when they were opened.
#[derive(Clone, Debug)]
pub(super) struct Presence(Vec<(PathBuf, &'static str, Identity)>);

/// What tells a file from another of the same name.
#[cfg(unix)]
type Identity = (u64, u64);
/// Elsewhere a file that is open cannot be deleted or replaced.
#[cfg(not(unix))]
type Identity = ();

fn identity(path: &Path) -> io::Result<Identity> {
    let found = std::fs::symlink_metadata(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Ok((found.dev(), found.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = found;
        Ok(())
    }
}

impl Presence {
    /// The files in `folder`: the database and its log, which are open; and the lock, where the folder has one.
    pub(super) fn of(folder: &Path) -> Result<Self> {
        let mut files = Vec::new();
        for name in [FILE, LOG, LOCK] {
            let path = folder.join(name);
            match identity(&path) {
                Ok(identity) => files.push((path, name, identity)),
                Err(cause) if cause.kind() == io::ErrorKind::NotFound && name == LOCK => {}
                Err(cause) => return Err(Error::file(format!("cannot find {}", path.display()), cause)),
            }
        }
        Ok(Self(files))
    }

    /// Nothing while all of them are there.
    pub(super) fn look(&self, health: &Health) -> Result<()> {
        // Also when they are back: somebody else may have used them meanwhile.
        health.unless_lost()?;
        for (path, name, opened) in &self.0 {
            let (fault, cause) = match identity(path) {
                Ok(found) if found == *opened => continue,
                Ok(_) => (Fault::Lost(name), "another file has its name".to_owned()),
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                    (Fault::Lost(name), "no file has its name".to_owned())
                }
                Err(cause) => (Fault::Disk, cause.to_string()),
            };
            let cause = format!("{}: {cause}", path.display());
            health.failed(fault, &cause);
            return Err(Error::Storage { fault, cause: cause.into() });
        }
        Ok(())
    }
}
