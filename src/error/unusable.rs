//! Errors of a file that a home cannot be opened with: its name, the reason and the remedy.

use std::io;
use std::path::Path;

use super::{Cause, Error};

impl Error {
    /// A file or folder that cannot be used, for a reason that the system names.
    pub fn unusable(file: &Path, cause: io::Error, remedy: &'static str) -> Self {
        let said = cause.to_string();
        // The number is for the log.
        let reason = said.split(" (os error").next().unwrap_or_default().to_owned();
        Self::Unusable { file: file.display().to_string(), reason, remedy, cause: Some(cause.into()) }
    }

    /// A database that could not be brought up to date; `copy` is the one that was made before, if one was.
    pub fn migrate(file: &Path, copy: Option<&Path>, cause: impl Into<Cause>) -> Self {
        Self::Migrate {
            file: file.display().to_string(),
            copy: copy.map(|copy| copy.display().to_string()),
            cause: cause.into(),
        }
    }
}

/// Where the database from before is, if there is one.
pub(super) fn copy_in_words(copy: Option<&str>) -> String {
    copy.map(|copy| format!(" A copy from before is {copy}.")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_spoken_of_only_when_there_is_one() {
        let file = Path::new("/data/latchkey.db");
        let with = Error::migrate(file, Some(Path::new("/data/before.db")), "no");
        assert_eq!(
            with.to_string(),
            "/data/latchkey.db could not be brought up to date; the log says why. A copy from before is /data/before.db."
        );
        let without = Error::migrate(file, None, "no");
        assert_eq!(
            without.to_string(),
            "/data/latchkey.db could not be brought up to date; the log says why."
        );
    }

    #[test]
    fn the_reason_is_said_without_the_systems_number() {
        let error = Error::unusable(Path::new("/data"), io::Error::from_raw_os_error(13), "Do something.");
        assert_eq!(error.to_string(), "/data cannot be used: Permission denied. Do something.");
    }
}
