//! One row as an attempt to sign in: who, when, from where, and how it went.

use std::net::IpAddr;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::columns::{Column, Columns};
use super::rows::Row;
use super::unreadable::Unreadable;
use crate::model::{Timestamp, clean_text};

/// An attempt to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attempt<'a> {
    /// How the file counts it; empty where it does not.
    pub index: &'a [u8],
    /// Who.
    pub user: &'a [u8],
    /// When.
    pub at: Timestamp,
    /// Where from.
    pub address: Option<IpAddr>,
    /// Whether it was let in. A file that does not say lists those that were.
    pub succeeded: bool,
    /// Whether the file says that the address is an attacker's.
    pub is_attack_address: bool,
    /// Whether the file says that the account was taken over by it.
    pub is_takeover: bool,
}

impl<'a> Attempt<'a> {
    pub(super) fn read(columns: &Columns, row: &Row<'a>) -> Result<Self, Unreadable> {
        let cell = |column| columns.cell(row, column);
        let user = cell(Column::User);
        if user.is_empty() {
            return Err(Unreadable::NoUser);
        }
        Ok(Self {
            index: cell(Column::Index),
            user,
            at: time(cell(Column::Time)).ok_or_else(|| Unreadable::NoTime(shown(cell(Column::Time))))?,
            address: address(cell(Column::Address))
                .map_err(|()| Unreadable::NoAddress(shown(cell(Column::Address))))?,
            succeeded: match cell(Column::Succeeded) {
                b"" if !columns.has(Column::Succeeded) => true,
                text => truth(text).ok_or_else(|| Unreadable::NeitherTrueNorFalse(shown(text)))?,
            },
            is_attack_address: truth(cell(Column::AttackAddress)) == Some(true),
            is_takeover: truth(cell(Column::Takeover)) == Some(true),
        })
    }
}

/// A time as the public data set writes it, in UTC, or as RFC 3339 does.
fn time(cell: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(cell).ok()?;
    // What comes after the date and the time of day says whether there is an offset.
    let has_offset = cell.get(10..)?.iter().any(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-'));
    let moment = if has_offset {
        jiff::Timestamp::from_str(text).ok()?
    } else {
        TimeZone::UTC.to_timestamp(DateTime::from_str(text).ok()?).ok()?
    };
    Some(Timestamp::from_millis(moment.as_millisecond()))
}

fn address(cell: &[u8]) -> Result<Option<IpAddr>, ()> {
    if cell.is_empty() {
        return Ok(None);
    }
    let text = std::str::from_utf8(cell).map_err(drop)?;
    text.parse().map(Some).map_err(drop)
}

fn truth(cell: &[u8]) -> Option<bool> {
    let is = |words: [&str; 3]| words.iter().any(|word| cell.eq_ignore_ascii_case(word.as_bytes()));
    if is(["true", "1", "yes"]) {
        Some(true)
    } else if is(["false", "0", "no"]) {
        Some(false)
    } else {
        None
    }
}

/// A cell as it may be shown in a complaint: it is input from outside.
fn shown(cell: &[u8]) -> String {
    clean_text(&String::from_utf8_lossy(&cell[..cell.len().min(256)]), 40)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_a_time_are_read() {
        let moment = Some(Timestamp::from_millis(1_580_733_810_772));
        for text in [
            "2020-02-03 12:43:30.772",
            "2020-02-03T12:43:30.772",
            "2020-02-03T12:43:30.772Z",
            "2020-02-03T14:43:30.772+02:00",
            "2020-02-03 09:43:30.772-03:00",
        ] {
            assert_eq!(time(text.as_bytes()), moment, "{text}");
        }
        for text in ["", "yesterday", "1580733810", "03/02/2020 12:43", "2020-02-30 12:00:00", "\u{fffd}"] {
            assert_eq!(time(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_complaint_about_a_cell_has_nothing_that_moves_the_cursor() {
        assert_eq!(shown(b"\x1b[2Jx\ny\xff"), "[2Jx y\u{fffd}");
    }
}
