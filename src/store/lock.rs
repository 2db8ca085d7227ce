//! One home at a time in a folder: a second one would not hear of sign-outs here.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use super::LOCK;
use crate::error::{Error, Result};

/// Keeps every other Latchkey out of a folder, until it is dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    /// The folder itself as well: the file may be deleted, and made anew by somebody else.
    _folder: Option<File>,
}

impl Lock {
    /// Makes the folder, for its owner only, and takes it.
    pub fn take(folder: &Path) -> Result<Self> {
        let failed =
            |cause| Error::unusable(folder, cause, "Choose a folder with --data-dir that you may write to.");
        std::fs::create_dir_all(folder).map_err(failed)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).map_err(failed)?;
        }
        let in_use = || Error::DataInUse(folder.display().to_string());
        let folder_too = match open_folder(folder).map(|opened| opened.try_lock().map(|()| opened)) {
            Some(Ok(locked)) => Some(locked),
            Some(Err(TryLockError::WouldBlock)) => return Err(in_use()),
            // Some network disks lock files only.
            Some(Err(TryLockError::Error(cause))) => {
                tracing::debug!(%cause, "the folder itself cannot be locked");
                None
            }
            None => None,
        };
        let path = folder.join(LOCK);
        let file = open_lock(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file, _folder: folder_too }),
            Err(TryLockError::WouldBlock) => Err(in_use()),
            Err(TryLockError::Error(cause)) => Err(Error::unusable(
                &path,
                cause,
                "Choose a folder with --data-dir on a disk of this computer.",
            )),
        }
    }
}

#[cfg(unix)]
fn open_folder(folder: &Path) -> Option<File> {
    let opened = File::open(folder);
    opened
        .inspect_err(|cause| tracing::debug!(%cause, "the folder itself cannot be opened to be locked"))
        .ok()
}

#[cfg(not(unix))]
fn open_folder(_: &Path) -> Option<File> {
    None
}

/// Opens the lock, without following it elsewhere: what it leads to would be emptied, or locked in its place.
fn open_lock(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    // Never emptied: nothing is in it.
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    let remedy = "Delete it while no Latchkey is running, and start again.";
    let is_other = || {
        let why = io::Error::other("it is not a plain file, as the lock of a home is");
        Error::unusable(path, why, remedy)
    };
    let is_plain = |found: &std::fs::Metadata| found.file_type().is_file();
    if std::fs::symlink_metadata(path).is_ok_and(|found| !is_plain(&found)) {
        return Err(is_other());
    }
    let file = options.open(path).map_err(|cause| Error::unusable(path, cause, remedy))?;
    if file.metadata().is_ok_and(|found| is_plain(&found)) { Ok(file) } else { Err(is_other()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(folder: &Path) -> Error {
        Lock::take(folder).expect_err("it is refused")
    }

    #[test]
    fn a_second_one_is_kept_out_also_when_the_lock_is_deleted() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Lock::take(folder.path()).expect("free");
        assert_eq!(refused(folder.path()).code(), "data_in_use");
        std::fs::remove_file(folder.path().join(LOCK)).expect("is there");
        assert_eq!(refused(folder.path()).code(), "data_in_use");
        drop(first);
        Lock::take(folder.path()).expect("free again");
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_that_leads_elsewhere_is_refused_by_its_name_and_what_it_leads_to_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let precious = folder.path().join("precious");
        std::fs::write(&precious, "keep me").expect("writes");
        let home = folder.path().join("home");
        std::fs::create_dir(&home).expect("makes");
        for target in [precious.as_path(), Path::new("nothing")] {
            let lock = home.join(LOCK);
            std::os::unix::fs::symlink(target, &lock).expect("links");
            let error = refused(&home);
            assert_eq!(error.code(), "storage_unusable");
            assert!(
                error.to_string().contains("latchkey.lock cannot be used: it is not a plain file"),
                "{error}"
            );
            std::fs::remove_file(&lock).expect("is there");
        }
        assert_eq!(std::fs::read_to_string(&precious).expect("reads"), "keep me");
        std::fs::create_dir(home.join(LOCK)).expect("makes");
        assert_eq!(refused(&home).code(), "storage_unusable");
    }
}
