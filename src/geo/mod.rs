//! Where an IP address is, approximately, and what sort of network it belongs to: databases in MaxMind's file format,
//! asked and kept fresh, and a table of what is known of networks.
//!
//! Several files may be given (a country file, city files for IPv4 and IPv6, one of networks); for one address the
//! most detailed answer wins. Nothing here fails: what cannot be opened is told in [`Locator::status`], and what
//! is not known is an "Unknown place".

#[cfg(test)]
mod broken_tests;
mod countries;
mod database;
mod download;
mod fields;
mod folder;
mod holdings;
mod kinds;
#[cfg(test)]
mod made;
mod network;
#[cfg(test)]
mod network_tests;
mod pace;
mod record;
mod sentences;
mod stated;
mod structure;
#[cfg(test)]
mod tests;
mod tor;
mod update;
mod value;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use url::Url;

use crate::error::causes;
use crate::model::{NetworkKind, Place, PlaceScope, scope_of};
use crate::wire::{GeoFile, GeoNetworks, GeoState, GeoStatus};
use database::{Database, Problem};
use folder::Folder;
use holdings::Contents;
use kinds::Kinds;
use network::Network;
use record::{Detail, Finding};
pub use stated::Stated;
use tor::TorExits;
pub use update::{UpdateSource, Updated};

/// Finds places for addresses. Cheap to share behind an `Arc`; an update takes its place while it is in use.
#[derive(Debug)]
pub struct Locator {
    files: ArcSwap<Vec<Arc<Entry>>>,
    kinds: Arc<Kinds>,
    tor_exits: ArcSwap<TorExits>,
    /// What is wrong with the text files in the folder, in sentences.
    problems: Vec<Problem>,
    folder: Option<Folder>,
    sources: Vec<UpdateSource>,
    /// Held while an update runs.
    updating: tokio::sync::Mutex<()>,
}

/// A file that was given or downloaded: in use, or why it is not.
#[derive(Debug)]
struct Entry {
    downloaded: bool,
    database: Result<Database, GeoFile>,
}

impl Entry {
    fn new(downloaded: bool, name: &str, path: &Path, database: Result<Database, Problem>) -> Arc<Self> {
        let database = database.map_err(|problem| {
            tracing::warn!(file = %path.display(), problem, "a place database is not in use");
            let bytes = std::fs::metadata(path).map(|about| about.len()).unwrap_or_default();
            GeoFile {
                name: name.to_owned(),
                database_type: None,
                built_at: None,
                bytes,
                problem: Some(problem),
            }
        });
        Arc::new(Self { downloaded, database })
    }

    fn to_wire(&self) -> GeoFile {
        match &self.database {
            Ok(database) => database.to_wire(),
            Err(file) => file.clone(),
        }
    }
}

impl Locator {
    /// A locator without a database: it knows private addresses, and nothing else.
    pub fn none() -> Self {
        Self {
            files: ArcSwap::default(),
            kinds: Kinds::shipped(),
            tor_exits: ArcSwap::default(),
            problems: Vec::new(),
            folder: None,
            sources: Vec::new(),
            updating: tokio::sync::Mutex::default(),
        }
    }

    /// Opens the databases downloaded before and the `files` given, in this order of preference, and what lies in
    /// the folder about networks. Never fails: a file that cannot be used is told in the status, and the rest goes
    /// on.
    ///
    /// A large file outside `data_dir` is copied into it first, which takes a moment the first time.
    pub fn open(files: &[PathBuf], data_dir: &Path, sources: Vec<UpdateSource>) -> Self {
        let folder = Folder::inside(data_dir);
        let mut entries = Vec::new();
        for (path, name) in folder.downloads() {
            entries.push(Entry::new(true, &name, &path, Database::map(&path, name.clone())));
        }
        let mut copies = Vec::new();
        for path in files {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            let name = crate::model::clean_text(&name, 80);
            let database = open_given(path, name.clone(), &folder, &mut copies);
            entries.push(Entry::new(false, &name, path, database));
        }
        folder.remove_copies_except(&copies);
        let mut problems = Vec::new();
        Self {
            files: ArcSwap::from_pointee(entries),
            kinds: kinds_in(&folder, &mut problems),
            tor_exits: ArcSwap::from_pointee(tor_exits_in(&folder, &mut problems)),
            problems,
            folder: Some(folder),
            sources,
            updating: tokio::sync::Mutex::default(),
        }
    }

    /// Where an address is, approximately. `None` (a connection without one) is an unknown place.
    pub fn locate(&self, address: Option<IpAddr>) -> Place {
        let Some(address) = address.map(|address| address.to_canonical()) else { return Place::unknown() };
        match scope_of(address) {
            PlaceScope::ThisComputer => Place::this_computer(),
            PlaceScope::HomeNetwork => Place::home_network(),
            PlaceScope::Unknown => Place::unknown(),
            PlaceScope::Located => self.look_up(address),
        }
    }

    fn look_up(&self, address: IpAddr) -> Place {
        let mut best = Finding::default();
        let mut network = Network::default();
        for entry in &**self.files.load() {
            let Ok(database) = &entry.database else { continue };
            let Some(finding) = database.find(address) else { continue };
            network = network.or(finding.network());
            if finding.detail() > best.detail() {
                best = finding;
            }
        }
        let network = best.network().clone().or(&network);
        Place {
            asn: network.asn,
            network: network.name(),
            network_kind: self.kind_of(address, &network),
            ..best.into_place()
        }
    }

    /// The kind of an address's network: an exit of the Tor network before all else, then what a database says by
    /// itself, then the table. Unknown is a fixed line, whose place counts.
    fn kind_of(&self, address: IpAddr, network: &Network) -> NetworkKind {
        if self.tor_exits.load().contains(address) {
            return NetworkKind::Tor;
        }
        network.kind.or_else(|| self.kinds.of(network.asn?)).unwrap_or_default()
    }

    /// The kind of a network by its number, as the table has it. Unknown is a fixed line.
    pub fn kind_of_network(&self, asn: u32) -> NetworkKind {
        self.kinds.of(asn).unwrap_or_default()
    }

    /// The state of the databases, for settings. The progress of an update is with whoever started it.
    pub fn status(&self) -> GeoStatus {
        let files = self.files.load();
        let detail = files.iter().filter_map(|entry| Some(entry.database.as_ref().ok()?.detail()));
        let state = match detail.max().unwrap_or_default() {
            Detail::Nothing => GeoState::None,
            Detail::Country => GeoState::Country,
            Detail::Region | Detail::City | Detail::Point => GeoState::City,
        };
        GeoStatus {
            proxies: Vec::new(),
            state,
            files: files.iter().map(|entry| entry.to_wire()).collect(),
            update_url: self.sources.first().map(|source| without_secrets(&source.url)),
            progress: None,
            networks: self.networks_status(&files),
        }
    }

    fn networks_status(&self, files: &[Arc<Entry>]) -> GeoNetworks {
        let mut databases = files.iter().filter_map(|entry| entry.database.as_ref().ok());
        let exits = self.tor_exits.load();
        GeoNetworks {
            built_at: databases.find(|database| database.knows_networks()).and_then(Database::built_at),
            kinds: count(self.kinds.len()),
            kinds_made_on: self.kinds.made_on.clone(),
            tor_exits: count(exits.len()),
            tor_exits_written_at: exits.written_at,
            problems: self.problems.clone(),
        }
    }
}

/// A person's own table of kinds when there is a usable one, the one that is shipped otherwise.
fn kinds_in(folder: &Folder, problems: &mut Vec<Problem>) -> Arc<Kinds> {
    let path = folder.network_kinds();
    let kinds = match folder::text_in(&path) {
        Ok(None) => return Kinds::shipped(),
        Ok(Some((text, _))) => Kinds::read(&text),
        Err(error) => {
            report(problems, &path, &format!("it is not in use: {error}"));
            return Kinds::shipped();
        }
    };
    if kinds.len() == 0 {
        report(problems, &path, "it is not in use: none of its lines is understood");
        return Kinds::shipped();
    }
    left_out(problems, &path, kinds.left_out);
    Arc::new(kinds)
}

fn tor_exits_in(folder: &Folder, problems: &mut Vec<Problem>) -> TorExits {
    let path = folder.tor_exits();
    match folder::text_in(&path) {
        Ok(None) => TorExits::default(),
        Ok(Some((text, written_at))) => {
            let exits = TorExits::read(&text, written_at);
            left_out(problems, &path, exits.left_out);
            exits
        }
        Err(error) => {
            report(problems, &path, &format!("it is not in use: {error}"));
            TorExits::default()
        }
    }
}

fn left_out(problems: &mut Vec<Problem>, path: &Path, lines: usize) {
    match lines {
        0 => {}
        1 => report(problems, path, "one line is not understood and left out"),
        several => report(problems, path, &format!("{several} lines are not understood and left out")),
    }
}

fn report(problems: &mut Vec<Problem>, path: &Path, problem: &str) {
    tracing::warn!(file = %path.display(), problem, "something is wrong with a file about networks");
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    problems.push(format!("{name}: {problem}."));
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Opens a file from elsewhere: read when small, mapped from a copy of our own when large, and read all the same
/// when there is no room for the copy. It is checked whole, a copy once, when it is made: that takes seconds, and the copy of
/// a file that is damaged is not kept.
fn open_given(
    path: &Path,
    name: String,
    folder: &Folder,
    copies: &mut Vec<PathBuf>,
) -> Result<Database, Problem> {
    let is_small = std::fs::metadata(path).is_ok_and(|about| about.len() < folder::MAPPED_FROM_BYTES);
    if is_small {
        return Database::read(path, name);
    }
    match folder.copy_of(path) {
        Ok(copy) => {
            let database = Database::map(&copy.path, name)?;
            if copy.is_new {
                database.check_whole(Contents::Either)?;
            }
            copies.push(copy.path);
            Ok(database)
        }
        // Reading tells why it cannot be opened, and succeeds when only the copy failed.
        Err(error) => Database::read(path, name).inspect(|_| {
            tracing::warn!(file = %path.display(), error = %causes(&error), "no copy of the place database could be made; it is kept in memory");
        }),
    }
}

/// An address without what only the server it belongs to should read: a user, a password, a licence key.
fn without_secrets(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else { return String::new() };
    url.set_query(None);
    url.set_fragment(None);
    // Neither can fail on an address with a host; one without has neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    // `Url` writes the braces of the placeholder as %7B and %7D.
    url.to_string().replace("%7Byyyy-mm%7D", "{yyyy-mm}")
}
