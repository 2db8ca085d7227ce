//! Why a row cannot be read.

/// Longest row, in bytes.
pub(super) const LONGEST_ROW: usize = 1 << 16;

/// Why a row cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("it has {found} {} where the first line names {needed}", if *found == 1 { "cell" } else { "cells" })]
    Width { found: usize, needed: usize },
    #[error("a quotation mark is opened and not closed")]
    Unclosed,
    #[error("it is longer than {} kB", LONGEST_ROW / 1024)]
    TooLong,
    #[error("it names no user")]
    NoUser,
    #[error("\"{0}\" is no time; it reads like 2020-02-03 12:43:30.772 or 2020-02-03T12:43:30Z")]
    NoTime(String),
    #[error("\"{0}\" is no IP address")]
    NoAddress(String),
    #[error("\"{0}\" under Login Successful is neither True nor False")]
    NeitherTrueNorFalse(String),
}
