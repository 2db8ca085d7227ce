//! Which fault of the disk, or of the database's file, an error of the database stands for.

use crate::error::{Error, Fault};

impl From<sqlx::Error> for Error {
    fn from(cause: sqlx::Error) -> Self {
        if matches!(cause, sqlx::Error::PoolTimedOut) {
            // Every connection that reads is busy.
            return Self::Busy;
        }
        match fault_of(&cause) {
            Some(fault) => Self::Storage { fault, cause: cause.into() },
            None => Self::Store(cause.into()),
        }
    }
}

/// The fault behind an error; `None` when it is about the statement and not about where it was to be kept.
pub(super) fn fault_of(cause: &sqlx::Error) -> Option<Fault> {
    match cause {
        sqlx::Error::Database(error) => error.code()?.parse().ok().and_then(fault_of_code),
        sqlx::Error::Io(_) => Some(Fault::Disk),
        _ => None,
    }
}

/// By SQLite's result code, the extended one (<https://sqlite.org/rescode.html>).
fn fault_of_code(code: u32) -> Option<Fault> {
    /// `SQLITE_READONLY_DBMOVED`: SQLite itself noticed that the file is another one.
    const MOVED: u32 = 0x0408;
    /// `SQLITE_IOERR_NOMEM`.
    const NO_MEMORY: u32 = 0x0c0a;
    /// `SQLITE_IOERR_CORRUPTFS`: the file system says that it is damaged itself.
    const CORRUPT_FILE_SYSTEM: u32 = 0x210a;
    Some(match (code, code & 0xff) {
        (MOVED, _) => Fault::Lost(super::FILE),
        (NO_MEMORY, _) | (_, 7) => Fault::Memory,
        (CORRUPT_FILE_SYSTEM, _) | (_, 11 | 26) => Fault::Damaged,
        (_, 13) => Fault::DiskFull,
        (_, 8 | 3) => Fault::ReadOnly,
        (_, 5 | 6) => Fault::InUse,
        (_, 10 | 14) => Fault::Disk,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_of_faults_are_told_apart_by_sqlites_codes() {
        let cases = [
            (13, Some(Fault::DiskFull)),
            (8, Some(Fault::ReadOnly)),
            (1032, Some(Fault::Lost("latchkey.db"))),
            (5, Some(Fault::InUse)),
            (517, Some(Fault::InUse)),
            (10, Some(Fault::Disk)),
            (778, Some(Fault::Disk)),
            (3082, Some(Fault::Memory)),
            (7, Some(Fault::Memory)),
            (11, Some(Fault::Damaged)),
            (779, Some(Fault::Damaged)),
            (26, Some(Fault::Damaged)),
            // A constraint: the statement's own mistake.
            (19, None),
            (2067, None),
            (1, None),
        ];
        for (code, fault) in cases {
            assert_eq!(fault_of_code(code), fault, "{code}");
        }
    }
}
