//! Codes that are printed on the home's own computer, for whoever may read its data folder: to make the account, and to get
//! back in when the password is forgotten. Each is a small file, so that another process can print one while the home runs.

use std::fmt;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::files;
use crate::model::Timestamp;

/// Longest file of a code, in bytes.
const MOST_BYTES: u64 = 4096;

/// What a printed code is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrintedFor {
    /// Making the first account.
    SetUp,
    /// Choosing a new password without the old one.
    Recovery,
}

impl PrintedFor {
    const fn file(self) -> &'static str {
        match self {
            Self::SetUp => "set-up.code",
            Self::Recovery => "recovery.code",
        }
    }
}

/// The printed codes of one data folder.
#[derive(Clone, Debug)]
pub struct PrintedCodes {
    folder: PathBuf,
    /// Whether it was said that one cannot be read: strangers may ask as often as they like.
    is_said: Arc<AtomicBool>,
}

/// What is kept of a code: never the code itself.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// SHA-256 of its letters, in hex.
    sha256: String,
    /// Milliseconds since 1970. Both, so that a clock that was set back makes no code last longer.
    made_at: i64,
    expires_at: i64,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept(until {})", self.expires_at)
    }
}

impl PrintedCodes {
    /// Those of a data folder, which need not be there yet.
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), is_said: Arc::default() }
    }

    /// Keeps a code that is good for so long in place of an earlier one for the same purpose.
    pub fn keep(
        &self,
        purpose: PrintedFor,
        code: &str,
        made_at: Timestamp,
        lifetime: Duration,
    ) -> Result<()> {
        let expires_at = made_at.after(lifetime).as_millis();
        let kept = Kept { sha256: digest(code), made_at: made_at.as_millis(), expires_at };
        let text = serde_json::to_vec(&kept).map_err(Error::internal)?;
        let file = self.folder.join(purpose.file());
        let failed = |cause| Error::file(format!("cannot write {}", file.display()), cause);
        // Written beside and put in place, so that no reader sees half of it. Only its owner may read it, from the start.
        let mut beside = tempfile::NamedTempFile::new_in(&self.folder).map_err(failed)?;
        beside.write_all(&text).map_err(failed)?;
        beside.persist(&file).map_err(|error| failed(error.error))?;
        Ok(())
    }

    /// Whether that is the code that was printed last for the purpose, and is still good at `now`. What cannot be read
    /// counts as no code; the log says so, once.
    pub fn is(&self, purpose: PrintedFor, typed: &str, now: Timestamp) -> bool {
        use subtle::ConstantTimeEq;
        let file = self.folder.join(purpose.file());
        let text = match read(&file) {
            Ok(text) => text,
            Err(cause) => {
                if cause.kind() != io::ErrorKind::NotFound && !self.is_said.swap(true, Ordering::Relaxed) {
                    tracing::warn!(file = %file.display(), %cause, "the code that was printed cannot be read");
                }
                return false;
            }
        };
        let Ok(kept) = serde_json::from_slice::<Kept>(&text) else { return false };
        let is_same: bool = kept.sha256.as_bytes().ct_eq(digest(typed).as_bytes()).into();
        is_same && (kept.made_at..kept.expires_at).contains(&now.as_millis())
    }

    /// Takes the code for a purpose out of use, before what it is for is done: of two who hold it one is first, and one that
    /// cannot be used up is not good. Needs no room on the disk, and neither does [`Taken::put_back`].
    pub fn take(&self, purpose: PrintedFor) -> Result<Taken> {
        let file = self.folder.join(purpose.file());
        let aside = file.with_extension("taken");
        std::fs::rename(&file, &aside)
            .map_err(|cause| Error::file(format!("cannot rename {}", file.display()), cause))?;
        Ok(Taken { file, aside })
    }

    /// Forgets the code for a purpose: it was used.
    pub fn forget(&self, purpose: PrintedFor) -> Result<()> {
        let file = self.folder.join(purpose.file());
        match std::fs::remove_file(&file) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                Err(Error::file(format!("cannot remove {}", file.display()), cause))
            }
            _ => Ok(()),
        }
    }
}

/// What is in the file of a code, which is small.
fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    files::open_own(file)?.take(MOST_BYTES).read_to_end(&mut text)?;
    Ok(text)
}

/// A code that is taken out of use, until what it is for is done, or is not.
#[derive(Debug)]
#[must_use]
pub struct Taken {
    file: PathBuf,
    aside: PathBuf,
}

impl Taken {
    /// Makes it good again: what it was for was not done. Not in place of one that was printed meanwhile.
    pub fn put_back(self) -> Result<()> {
        if self.file.exists() {
            return self.forget();
        }
        std::fs::rename(&self.aside, &self.file)
            .map_err(|cause| Error::file(format!("cannot rename {}", self.aside.display()), cause))
    }

    /// Forgets it: it was used.
    pub fn forget(self) -> Result<()> {
        std::fs::remove_file(&self.aside)
            .map_err(|cause| Error::file(format!("cannot remove {}", self.aside.display()), cause))
    }
}

/// Of the letters alone: case, spaces and dashes do not matter.
fn digest(code: &str) -> String {
    use std::fmt::Write;
    let letters = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    Sha256::digest(letters).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
    const MINUTE: Duration = Duration::from_mins(1);
    const LATER: Timestamp = Timestamp::from_millis(1_790_000_060_000);

    #[test]
    fn a_code_is_good_until_it_runs_out_or_is_used_and_for_its_purpose_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let codes = PrintedCodes::in_folder(folder.path());
        let is = |purpose, code, at| codes.is(purpose, code, at);
        assert!(!is(PrintedFor::Recovery, "WDJB-MJHT", NOW));
        codes.keep(PrintedFor::Recovery, "WDJB-MJHT", NOW, MINUTE).expect("writes");
        assert!(is(PrintedFor::Recovery, " wdjb mjht", NOW));
        assert!(!is(PrintedFor::Recovery, "WDJB-MJHX", NOW));
        assert!(!is(PrintedFor::Recovery, "", NOW));
        assert!(!is(PrintedFor::SetUp, "WDJB-MJHT", NOW));
        assert!(!is(PrintedFor::Recovery, "WDJB-MJHT", LATER));
        assert!(!is(PrintedFor::Recovery, "WDJB-MJHT", NOW.before(MINUTE)), "the clock was set back");
        codes.forget(PrintedFor::Recovery).expect("removes");
        assert!(!is(PrintedFor::Recovery, "WDJB-MJHT", NOW));
    }

    #[test]
    fn a_code_that_was_taken_is_good_for_nothing_until_it_is_put_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let codes = PrintedCodes::in_folder(folder.path());
        let is = |code| codes.is(PrintedFor::Recovery, code, NOW);
        codes.keep(PrintedFor::Recovery, "WDJB-MJHT", NOW, MINUTE).expect("writes");
        let taken = codes.take(PrintedFor::Recovery).expect("takes it");
        assert!(!is("WDJB-MJHT") && codes.take(PrintedFor::Recovery).is_err());
        taken.put_back().expect("puts it back");
        assert!(is("WDJB-MJHT"));
        let taken = codes.take(PrintedFor::Recovery).expect("takes it");
        codes.keep(PrintedFor::Recovery, "BCDF-GHJK", NOW, MINUTE).expect("writes");
        taken.put_back().expect("leaves the newer one");
        assert!(is("BCDF-GHJK") && !is("WDJB-MJHT"));
        codes.take(PrintedFor::Recovery).expect("takes it").forget().expect("removes it");
        assert!(!is("BCDF-GHJK"));
        assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 0);
    }

    #[test]
    fn neither_the_code_nor_a_damaged_file_lets_anybody_in() {
        let folder = tempfile::tempdir().expect("a folder");
        let codes = PrintedCodes::in_folder(folder.path());
        codes.keep(PrintedFor::SetUp, "WDJB-MJHT", NOW, MINUTE).expect("writes");
        let file = folder.path().join("set-up.code");
        let text = std::fs::read_to_string(&file).expect("readable");
        assert!(!text.contains("WDJB") && !text.contains("MJHT"), "{text}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&file).expect("is there").permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&file, "{").expect("writes");
        assert!(!codes.is(PrintedFor::SetUp, "WDJB-MJHT", NOW));
        std::fs::remove_file(&file).expect("is there");
        std::fs::create_dir(&file).expect("makes");
        assert!(!codes.is(PrintedFor::SetUp, "WDJB-MJHT", NOW), "a folder");
    }
}
