//! Where an IP address is, approximately: databases in MaxMind's file format, asked and kept fresh.
//!
//! Several files may be given (a country file, city files for IPv4 and IPv6, one of networks); for one address the
//! most detailed answer wins. Nothing here fails: what cannot be opened is told in [`Locator::status`], and what
//! is not known is an "Unknown place".

mod countries;
mod database;
mod download;
mod folder;
mod record;
mod scope;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use url::Url;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::model::{Place, PlaceScope};
use crate::wire::{GeoFile, GeoProgress, GeoState, GeoStatus};
use database::{Database, Problem};
use folder::Folder;
use record::{Detail, Finding};

/// Where an update of the place database comes from.
#[derive(Clone, Debug, Default)]
pub struct UpdateSource {
    /// An http or https address of a `.mmdb` or `.mmdb.gz` file. `{yyyy-mm}` stands for the month, this one or
    /// the one before.
    pub url: Option<String>,
    /// The SHA-256 of what is behind it, in hexadecimal. Without it the address with `.sha256` behind is asked.
    pub sha256: Option<String>,
}

/// Finds places for addresses. Cheap to share behind an `Arc`; an update takes its place while it is in use.
#[derive(Debug)]
pub struct Locator {
    files: ArcSwap<Vec<Arc<Entry>>>,
    folder: Option<Folder>,
    update: UpdateSource,
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
            folder: None,
            update: UpdateSource::default(),
            updating: tokio::sync::Mutex::default(),
        }
    }

    /// Opens the databases downloaded before and the `files` given, in this order of preference. Never fails:
    /// a file that cannot be used is told in the status, and the rest goes on.
    ///
    /// A large file outside `data_dir` is copied into it first, which takes a moment the first time.
    pub fn open(files: &[PathBuf], data_dir: &Path, update: UpdateSource) -> Self {
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
        Self {
            files: ArcSwap::from_pointee(entries),
            folder: Some(folder),
            update,
            updating: tokio::sync::Mutex::default(),
        }
    }

    /// Where an address is, approximately. `None` (a connection without one) is an unknown place.
    pub fn locate(&self, address: Option<IpAddr>) -> Place {
        let Some(address) = address.map(scope::unwrapped) else { return Place::unknown() };
        match scope::scope_of(address) {
            PlaceScope::ThisComputer => Place::this_computer(),
            PlaceScope::HomeNetwork => Place::home_network(),
            PlaceScope::Unknown => Place::unknown(),
            PlaceScope::Located => self.look_up(address),
        }
    }

    fn look_up(&self, address: IpAddr) -> Place {
        let mut best = Finding::default();
        let mut network = None;
        for entry in &**self.files.load() {
            let Ok(database) = &entry.database else { continue };
            let Some(finding) = database.find(address) else { continue };
            network = network.or_else(|| finding.network().map(str::to_owned));
            if finding.detail() > best.detail() {
                best = finding;
            }
        }
        best.into_place(network)
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
            state,
            files: files.iter().map(|entry| entry.to_wire()).collect(),
            update_url: self.update.url.as_deref().map(without_secrets),
            progress: None,
        }
    }

    /// Brings the database up to date from the configured address: downloads, checks, and puts it in use. When
    /// anything fails, what was in use stays in use.
    ///
    /// # Errors
    ///
    /// [`Error::GeoUpdate`] with a sentence that says what went wrong.
    pub async fn update(
        &self,
        http: &reqwest::Client,
        clock: &dyn Clock,
        on_progress: impl Fn(GeoProgress),
    ) -> Result<()> {
        let Ok(_running) = self.updating.try_lock() else {
            return Err(Error::GeoUpdate("An update is under way already.".into()));
        };
        let (Some(folder), Some(template)) = (&self.folder, &self.update.url) else {
            return Err(Error::GeoUpdate("No address to update from is set.".into()));
        };
        let order = download::Order {
            addresses: download::addresses(template, clock.now())?,
            sha256: self.update.sha256.as_deref(),
            folder,
        };
        let arrived = download::fetch(http, &order, &on_progress).await?;
        on_progress(GeoProgress::Checking);
        let url_path = template.split(['?', '#']).next().unwrap_or_default().to_owned();
        let into = folder.clone();
        let installed = tokio::task::spawn_blocking(move || arrived.install(&into, &url_path));
        let (path, database) = installed.await.map_err(Error::internal)??;
        tracing::info!(file = %path.display(), "the place database is up to date");
        self.put_in_use(database);
        // What it replaces is removed now where the system allows that, and at the next start where it does not.
        folder.downloads();
        Ok(())
    }

    /// Takes a downloaded database into use, first of all and instead of the one of the same name.
    fn put_in_use(&self, database: Database) {
        let name = database.to_wire().name;
        let new = Arc::new(Entry { downloaded: true, database: Ok(database) });
        self.files.rcu(|entries| {
            let others =
                entries.iter().filter(|entry| !(entry.downloaded && entry.to_wire().name == name)).cloned();
            std::iter::once(Arc::clone(&new)).chain(others).collect::<Vec<_>>()
        });
    }
}

/// Opens a file from elsewhere: read when small, mapped from a copy of our own when large, and read all the same
/// when there is no room for the copy.
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
            let database = Database::map(&copy, name)?;
            copies.push(copy);
            Ok(database)
        }
        // Reading tells why it cannot be opened, and succeeds when only the copy failed.
        Err(error) => Database::read(path, name).inspect(|_| {
            tracing::warn!(file = %path.display(), %error, "no copy of the place database could be made; it is kept in memory");
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
