//! What kind a network is, by its number: the table that is shipped, or one of a person's own in its place.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use crate::model::NetworkKind;

/// The table that is shipped (see its first lines for the source and the date; `./dev networks` makes it).
const SHIPPED: &str = include_str!("../../data/network-kinds.csv");

/// Lines that are read. There are some 120,000 numbers in use in the world.
const MOST_LINES: usize = 500_000;

/// A table of kinds.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    by_number: HashMap<u32, NetworkKind>,
    /// The day it was made, as its head says: "2026-06-17".
    pub made_on: Option<String>,
    /// Lines that were left out, because they are not understood or name a number again.
    pub left_out: usize,
}

impl Kinds {
    /// The table that is shipped.
    pub(super) fn shipped() -> Arc<Self> {
        static TABLE: LazyLock<Arc<Kinds>> = LazyLock::new(|| Arc::new(Kinds::read(SHIPPED)));
        Arc::clone(&TABLE)
    }

    /// Reads a table of lines like `21928,mobile,T-Mobile USA`; the name is for people only. Lines that begin with
    /// `#` are comments. Never fails: what is not understood is counted and left out, and so is a second line
    /// for the same number.
    pub(super) fn read(text: &str) -> Self {
        let mut table = Self::default();
        for line in text.trim_start_matches('\u{feff}').lines().take(MOST_LINES) {
            let line = line.trim();
            if let Some(comment) = line.strip_prefix('#') {
                table.made_on = table.made_on.or_else(|| date_in(comment));
            } else if !line.is_empty() && !line.starts_with("asn,kind") {
                match entry(line) {
                    Some((number, kind)) if !table.by_number.contains_key(&number) => {
                        table.by_number.insert(number, kind);
                    }
                    _ => table.left_out += 1,
                }
            }
        }
        table
    }

    /// The kind of a network; `None` when the table does not have it.
    pub(super) fn of(&self, number: u32) -> Option<NetworkKind> {
        self.by_number.get(&number).copied()
    }

    /// How many networks it has.
    pub(super) fn len(&self) -> usize {
        self.by_number.len()
    }
}

/// The number and the kind in a line. A number may be written as "AS21928".
fn entry(line: &str) -> Option<(u32, NetworkKind)> {
    let mut cells = line.splitn(3, ',').map(str::trim);
    let number = cells.next()?.trim_start_matches("AS").parse().ok().filter(|number| *number > 0)?;
    Some((number, cells.next()?.parse().ok()?))
}

/// "2026-06-17" in " Date: 2026-06-17".
fn date_in(comment: &str) -> Option<String> {
    let date = comment.trim().strip_prefix("Date:")?.trim();
    date.parse::<jiff::civil::Date>().ok().map(|date| date.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_table_that_is_shipped_is_understood_whole_and_every_kind_occurs() {
        let table = Kinds::shipped();
        assert_eq!(table.left_out, 0, "a line that is not understood, or a number that is there twice");
        let rows = SHIPPED.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).count();
        assert_eq!(table.len(), rows);
        assert!(table.made_on.is_some(), "its head says when it was made");
        let kinds = table.by_number.values().collect::<HashSet<_>>();
        for kind in [
            NetworkKind::Fixed,
            NetworkKind::Mobile,
            NetworkKind::Hosting,
            NetworkKind::Vpn,
            NetworkKind::Tor,
            NetworkKind::InFlight,
        ] {
            assert!(kinds.contains(&kind), "{}", kind.as_str());
        }
    }

    #[test]
    fn networks_that_everybody_knows_have_their_kind() {
        for (number, kind) in [
            (21928, Some(NetworkKind::Mobile)),
            (55836, Some(NetworkKind::Mobile)),
            (9605, Some(NetworkKind::Mobile)),
            (39351, Some(NetworkKind::Vpn)),
            (13335, Some(NetworkKind::Vpn)),
            (60729, Some(NetworkKind::Tor)),
            (11167, Some(NetworkKind::InFlight)),
            (24940, Some(NetworkKind::Hosting)),
            // Phones and lines to houses behind one number: its city is worth something.
            (3320, None),
            (9808, None),
            // A hoster by its name, a provider of lines by its trade.
            (37611, Some(NetworkKind::Fixed)),
        ] {
            assert_eq!(Kinds::shipped().of(number), kind, "AS{number}");
        }
    }

    #[test]
    fn what_is_not_understood_is_counted_and_left_out() {
        let table = Kinds::read(
            "\u{feff}# Date: 2031-02-03\r\n# Date: 1999-01-01\nasn,kind,name\n\n64500,mobile,\"A, B\"\r\nAS64501,vpn\n\
             64500,tor,again\n64502,carrier,x\n0,vpn,x\n-1,vpn,x\n99999999999,vpn,x\n<html>\n64503\n",
        );
        assert_eq!(table.made_on.as_deref(), Some("2031-02-03"));
        assert_eq!((table.len(), table.left_out), (2, 7));
        assert_eq!(table.of(64_500), Some(NetworkKind::Mobile));
        assert_eq!(table.of(64_501), Some(NetworkKind::Vpn));
        assert_eq!(Kinds::read("# Date: soon").made_on, None);
    }
}
