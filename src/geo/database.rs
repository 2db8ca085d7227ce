//! One database file: opened, asked, checked.
//!
//! Large files are mapped into memory instead of read (see docs/decisions/0003-geoip-files-are-mapped.md), and only
//! files in Latchkey's own folder are: nobody else shortens those while they are in use.

use std::fs::File;
use std::io::{self, Read};
use std::net::IpAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use maxminddb::{MaxMindDbError, Metadata, Mmap, Reader};
use serde_json::Value;

use super::holdings::{Contents, Holdings, walk};
use super::record::{Detail, Finding};
use super::structure;
use super::value::Recorded;
use crate::error::causes;
use crate::files;
use crate::model::{Timestamp, clean_text};
use crate::wire::GeoFile;

/// Lookups after which a mapping is renewed. Every lookup of a new address brings some 190 kB of the file into
/// what counts as this program's memory, and only unmapping lets go of it. Lookups are as rare as sign-ins, and a
/// new mapping takes microseconds.
const LOOKUPS_PER_MAPPING: u32 = 8;

/// Why a file is not used, in a sentence for a person.
pub(super) type Problem = String;

/// A database that is in use.
#[derive(Debug)]
pub(super) struct Database {
    name: String,
    bytes: u64,
    /// What it calls itself.
    kind: String,
    built_at: Option<Timestamp>,
    knows_ipv6: bool,
    detail: Detail,
    knows_networks: bool,
    source: Source,
    /// What was found to be wrong with it since it was opened.
    damage: OnceLock<Problem>,
}

#[derive(Debug)]
enum Source {
    Read(Reader<Vec<u8>>),
    Mapped(Mapped),
}

#[derive(Debug)]
struct Mapped {
    /// Kept, so that a renewed mapping is of this same file whatever its name means by then.
    file: File,
    reader: ArcSwap<Reader<Mmap>>,
    lookups: AtomicU32,
}

impl Database {
    /// Reads a file into memory, and checks it whole: a file that somebody gave was checked by nobody before. For small
    /// ones, when there is no room for a copy of our own, and for reading logs.
    pub(super) fn read(path: &Path, name: String) -> Result<Self, Problem> {
        let read = || {
            let mut bytes = Vec::new();
            files::open(path)?.read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let bytes: Vec<u8> = read().map_err(|error: io::Error| cannot_be_read(&error))?;
        let size = bytes.len() as u64;
        {
            let reader = Reader::from_source(&bytes).map_err(|error| no_database(&error))?;
            check_structure(&bytes, reader.metadata(), &name)?;
        }
        let reader = Reader::from_source(bytes).map_err(|error| no_database(&error))?;
        let mut database = Self::from_source(name, size, Source::Read(reader))?;
        let holdings = database.check_records(Contents::Either)?;
        (database.detail, database.knows_networks) = (holdings.detail, holdings.networks);
        Ok(database)
    }

    /// Maps a file that belongs to Latchkey alone.
    pub(super) fn map(path: &Path, name: String) -> Result<Self, Problem> {
        let open = || {
            let file = files::open_own(path)?;
            let bytes = file.metadata()?.len();
            let mapping = map(&file)?;
            Ok((file, bytes, mapping))
        };
        let (file, bytes, mapping) = open().map_err(|error: io::Error| cannot_be_read(&error))?;
        let reader = Reader::from_source(mapping).map_err(|error| no_database(&error))?;
        let mapped = Mapped { file, reader: ArcSwap::from_pointee(reader), lookups: AtomicU32::default() };
        Self::from_source(name, bytes, Source::Mapped(mapped))
    }

    fn from_source(name: String, bytes: u64, source: Source) -> Result<Self, Problem> {
        let metadata = match &source {
            Source::Read(reader) => reader.metadata().clone(),
            Source::Mapped(mapped) => mapped.reader.load().metadata().clone(),
        };
        let built_at = i64::try_from(metadata.build_epoch).ok().and_then(|seconds| seconds.checked_mul(1000));
        let mut database = Self {
            name,
            bytes,
            kind: clean_text(&metadata.database_type, 80),
            built_at: built_at.filter(|millis| *millis > 0).map(Timestamp::from_millis),
            knows_ipv6: metadata.ip_version == 6,
            detail: Detail::Nothing,
            knows_networks: false,
            source,
            damage: OnceLock::new(),
        };
        (database.detail, database.knows_networks) = database.probe()?;
        database.let_go();
        Ok(database)
    }

    /// What the database says of an address; `None` when it does not know it.
    pub(super) fn find(&self, address: IpAddr) -> Option<Finding> {
        match self.record(address) {
            Ok(record) => Some(Finding::read(&record?)),
            Err(error) => {
                if self.damage.set(damaged()).is_ok() {
                    tracing::warn!(file = %self.name, error = %causes(&error), "a record of the place database cannot be read");
                }
                None
            }
        }
    }

    fn record(&self, address: IpAddr) -> Result<Option<Value>, MaxMindDbError> {
        if address.is_ipv6() && !self.knows_ipv6 {
            return Ok(None);
        }
        match &self.source {
            Source::Read(reader) => reader.lookup(address)?.decode::<Recorded>().map(record_of),
            Source::Mapped(mapped) => {
                if mapped.lookups.fetch_add(1, Ordering::Relaxed) >= LOOKUPS_PER_MAPPING {
                    self.let_go();
                }
                mapped.reader.load().lookup(address)?.decode::<Recorded>().map(record_of)
            }
        }
    }

    /// Renews the mapping, so that the pages of past lookups stop counting as this program's memory.
    fn let_go(&self) {
        let Source::Mapped(mapped) = &self.source else { return };
        mapped.lookups.store(0, Ordering::Relaxed);
        // When the system refuses a new mapping the old one goes on.
        if let Ok(reader) = map(&mapped.file).map_err(MaxMindDbError::Mmap).and_then(Reader::from_source) {
            mapped.reader.store(Arc::new(reader));
        }
    }

    /// Looks addresses up all over the address space: how much the database knows of places, whether it knows
    /// networks, and whether it can be read.
    fn probe(&self) -> Result<(Detail, bool), Problem> {
        let kind = self.kind.to_ascii_lowercase();
        let mut detail = match &kind {
            kind if kind.contains("city") || kind.contains("enterprise") => Detail::Point,
            kind if kind.contains("country") => Detail::Country,
            _ => Detail::Nothing,
        };
        let mut knows_networks =
            ["asn", "networks", "isp", "enterprise"].iter().any(|word| kind.contains(word));
        let v4 = (1_u8..224).step_by(3).map(|first| IpAddr::from([first, 77, 77, 77]));
        let v6 = (0x2000_u16..0x2c00).step_by(31).map(|first| IpAddr::from([first, 77, 0, 0, 0, 0, 0, 1]));
        for address in v4.chain(v6) {
            let record = self.record(address).map_err(|error| {
                tracing::warn!(file = %self.name, error = %causes(&error), "the place database is damaged");
                damaged()
            })?;
            let Some(finding) = record.map(|record| Finding::read(&record)) else { continue };
            detail = detail.max(finding.detail());
            knows_networks |= finding.network().is_named();
        }
        Ok((detail, knows_networks))
    }

    /// Checks the whole database: its tree, every range, and every record once. Seconds of work for a large file. It must
    /// hold what it was fetched for.
    ///
    /// `Reader::verify` is not used: it refuses the flat databases, which have no description, and remembers
    /// every offset in a set of tens of megabytes.
    pub(super) fn check_whole(&self, contents: Contents) -> Result<(), Problem> {
        if let Source::Mapped(mapped) = &self.source {
            let mapping = map(&mapped.file).map_err(|error| cannot_be_read(&error))?;
            check_structure(&mapping, mapped.reader.load().metadata(), &self.name)?;
        }
        self.check_records(contents).map(drop)
    }

    /// Reads every record once. What is read into memory had its tree checked when it was.
    fn check_records(&self, contents: Contents) -> Result<Holdings, Problem> {
        let found = match &self.source {
            Source::Read(reader) => walk(reader),
            Source::Mapped(mapped) => walk(&mapped.reader.load()),
        };
        self.let_go();
        match found {
            Ok(holdings) if contents.are_in(holdings) => Ok(holdings),
            Ok(_) => Err(contents.nothing().into()),
            Err(error) => {
                tracing::warn!(file = %self.name, error = %causes(&error), "the place database is damaged");
                Err(damaged())
            }
        }
    }

    pub(super) fn detail(&self) -> Detail {
        self.detail
    }

    /// Whether it knows the networks of addresses.
    pub(super) fn knows_networks(&self) -> bool {
        self.knows_networks
    }

    pub(super) fn built_at(&self) -> Option<Timestamp> {
        self.built_at
    }

    /// How it is told in settings.
    pub(super) fn to_wire(&self) -> GeoFile {
        GeoFile {
            name: self.name.clone(),
            database_type: Some(self.kind.clone()).filter(|text| !text.is_empty()),
            built_at: self.built_at,
            bytes: self.bytes,
            problem: self.damage.get().cloned(),
        }
    }
}

#[expect(
    unsafe_code,
    reason = "a mapping is sound while nobody shortens or rewrites the file: it lies in Latchkey's own folder, is \
              complete before it gets its name, and is only ever replaced by renaming another file over it"
)]
fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: see the reason above. The mapping is read-only, and the file stays on disk while it is open.
    unsafe { Mmap::map(file) }
}

/// Checks the search tree of a file.
fn check_structure(bytes: &[u8], metadata: &Metadata, name: &str) -> Result<(), Problem> {
    structure::check(bytes, metadata).map_err(|fault| {
        tracing::warn!(file = %name, fault, "the place database is damaged");
        damaged()
    })
}

fn record_of(recorded: Option<Recorded>) -> Option<Value> {
    recorded.map(|Recorded(record)| record)
}

fn cannot_be_read(error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::NotFound => "There is no such file.".into(),
        io::ErrorKind::PermissionDenied => "Latchkey is not allowed to read it.".into(),
        _ => format!("It cannot be read: {error}."),
    }
}

fn no_database(error: &MaxMindDbError) -> Problem {
    tracing::warn!(error = %causes(&error), "a file is not a place database");
    "It is not a place database, or it is cut short.".into()
}

fn damaged() -> Problem {
    "It is damaged: some of it cannot be read. Get it anew.".into()
}
