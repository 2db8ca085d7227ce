//! What can be wrong with the place where everything is kept: each kind with a stable code, a reason and a remedy.

/// Why nothing can be kept now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No room is left on the disk, or in what is allowed of it.
    DiskFull,
    /// The file, its folder or the whole disk is read-only.
    ReadOnly,
    /// Another program holds the database.
    InUse,
    /// The disk answered with an error.
    Disk,
    /// The database's file is not what was written.
    Damaged,
    /// There is not enough memory to write.
    Memory,
    /// A file of the home was deleted or replaced while it was open: what is written is not found again.
    Lost(&'static str),
}

impl Fault {
    /// The stable code that programs match on.
    pub const fn code(self) -> &'static str {
        match self {
            Self::DiskFull => "disk_full",
            Self::InUse => "storage_in_use",
            // To a program they are one: the log's file may be either, by when it is looked at.
            Self::Disk | Self::ReadOnly => "storage_failed",
            Self::Damaged => "storage_damaged",
            Self::Memory => "busy",
            Self::Lost(_) => "storage_lost",
        }
    }

    /// The HTTP status that goes with it. 507 is of RFC 4918 section 11.5.
    pub const fn status(self) -> u16 {
        match self {
            Self::DiskFull => 507,
            _ => 503,
        }
    }

    /// Seconds until another attempt makes sense, where that does not depend on somebody doing something.
    pub const fn retry_after_s(self) -> Option<u64> {
        match self {
            Self::InUse | Self::Memory => Some(2),
            _ => None,
        }
    }

    /// The reason, as the end of a sentence.
    pub fn reason(self) -> String {
        match self {
            Self::DiskFull => "the disk is full".into(),
            Self::ReadOnly => "the disk is read-only".into(),
            Self::InUse => "another program is using the database".into(),
            Self::Disk => "the disk reports an error".into(),
            Self::Damaged => "the database is damaged".into(),
            Self::Memory => "the home is short of memory".into(),
            Self::Lost(file) => format!("{file} was deleted or replaced while Latchkey was running"),
        }
    }

    /// What to do about it, as a sentence.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::DiskFull => "Make room on the computer that Latchkey runs on, and try again.",
            Self::ReadOnly => "Make it writable again on the computer that Latchkey runs on, and try again.",
            Self::InUse => "Close that program, and try again.",
            Self::Disk => "Try again; if it stays, the log of Latchkey says which file it is.",
            Self::Damaged => "Stop Latchkey, put a copy of the database back, and start it again.",
            Self::Memory => "Try again in a few seconds.",
            Self::Lost(_) => "Nothing could be kept. Stop Latchkey, put the file back, and start it again.",
        }
    }
}
