//! Addresses that the Tor network lets out of: a plain list, one address a line, as the Tor project publishes it
//! (<https://check.torproject.org/torbulkexitlist>). Most exits stand in networks that are anybody's.

use std::collections::HashSet;
use std::net::IpAddr;

use crate::model::Timestamp;

/// Addresses that are kept. There are some 3,000 exits.
const MOST: usize = 200_000;

/// A list of exits.
#[derive(Debug, Default)]
pub(super) struct TorExits {
    addresses: HashSet<IpAddr>,
    /// Lines that are no address, or too many.
    pub left_out: usize,
    /// When the file was written.
    pub written_at: Option<Timestamp>,
}

impl TorExits {
    /// Reads a list. Empty lines and lines that begin with `#` are skipped; never fails: what is no address is
    /// counted and left out.
    pub(super) fn read(text: &str, written_at: Option<Timestamp>) -> Self {
        let mut exits = Self { written_at, ..Self::default() };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.parse::<IpAddr>() {
                Ok(address) if exits.addresses.len() < MOST => {
                    exits.addresses.insert(address.to_canonical());
                }
                _ => exits.left_out += 1,
            }
        }
        exits
    }

    pub(super) fn contains(&self, address: IpAddr) -> bool {
        self.addresses.contains(&address.to_canonical())
    }

    pub(super) fn len(&self) -> usize {
        self.addresses.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_is_counted_and_left_out() {
        let exits = TorExits::read(
            "# exits\n192.0.2.1\r\n\n 2001:db8::7 \n192.0.2.1\n::ffff:192.0.2.2\n<html>\n10.0.0\n",
            None,
        );
        assert_eq!((exits.len(), exits.left_out), (3, 2));
        for (address, expected) in
            [("192.0.2.1", true), ("192.0.2.2", true), ("2001:db8::7", true), ("192.0.2.3", false)]
        {
            assert_eq!(exits.contains(address.parse().expect("an address")), expected, "{address}");
        }
        assert_eq!(TorExits::read("", None).len(), 0);
    }
}
