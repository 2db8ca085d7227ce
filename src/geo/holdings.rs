//! What a whole database holds: found by reading every record once.

use maxminddb::{MaxMindDbError, Reader, WithinOptions};
use serde_json::Value;

use super::record::{Detail, Finding};
use super::value::Recorded;

/// What a database is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contents {
    Places,
    Networks,
    /// Either of them, or what kind of network addresses are in.
    Either,
}

impl Contents {
    /// Whether they are among what was found.
    pub(super) fn are_in(self, holdings: Holdings) -> bool {
        match self {
            Self::Places => holdings.detail > Detail::Nothing,
            Self::Networks => holdings.numbers,
            Self::Either => holdings.detail > Detail::Nothing || holdings.networks || holdings.kinds,
        }
    }

    /// What a person is told where they are not.
    pub(super) fn nothing(self) -> &'static str {
        match self {
            Self::Places => "It holds no places.",
            Self::Networks => "It holds no networks.",
            Self::Either => "It holds neither places nor networks.",
        }
    }
}

/// What was found in the records of a whole database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Holdings {
    pub detail: Detail,
    /// Networks by number or name.
    pub networks: bool,
    /// Networks by number.
    numbers: bool,
    /// Kinds of networks.
    kinds: bool,
}

impl Holdings {
    fn add(&mut self, finding: &Finding) {
        self.detail = self.detail.max(finding.detail());
        self.networks |= finding.network().is_named();
        self.numbers |= finding.network().asn.is_some();
        self.kinds |= finding.network().kind.is_some();
    }
}

/// Decodes every record once. A bit for each byte of the file remembers which have been seen: many networks share one.
pub(super) fn walk<S: AsRef<[u8]>>(reader: &Reader<S>) -> Result<Holdings, MaxMindDbError> {
    let damaged = |message: &str| MaxMindDbError::InvalidDatabase { message: message.into(), offset: None };
    // A tree of n nodes has at most n + 1 leaves; more means that many ways lead to one. Those that lead to nothing count,
    // too: there may be four thousand million of them.
    let most = u64::from(reader.metadata().node_count).saturating_mul(2) + 2;
    let mut seen: Vec<u64> = Vec::new();
    let (mut ranges, mut holdings) = (0_u64, Holdings::default());
    for found in reader.networks(WithinOptions::default().include_networks_without_data())? {
        ranges += 1;
        if ranges > most {
            return Err(damaged("the tree has more ends than a tree of its size"));
        }
        let found = found?;
        let Some(offset) = found.offset() else { continue };
        let (word, bit) = (offset / 64, 1_u64 << (offset % 64));
        if word >= seen.len() {
            seen.resize(word + 1, 0);
        }
        if seen[word] & bit == 0 {
            seen[word] |= bit;
            // Where the tree leads into the middle of a record there is a name or a number.
            match found.decode::<Recorded>()? {
                Some(Recorded(record @ Value::Object(_))) => holdings.add(&Finding::read(&record)),
                _ => return Err(damaged("the tree leads to what is no record")),
            }
        }
    }
    Ok(holdings)
}
