//! Bringing what the locator knows up to date: each source in turn, and each by itself. When one fails, what was in
//! use of it stays in use, and the others go on.

use std::sync::Arc;

use super::database::Database;
use super::folder::Folder;
use super::holdings::Contents;
use super::{Entry, Locator, download};
use crate::clock::Clock;
use crate::error::{Error, Result, causes};
use crate::wire::GeoProgress;

/// What can be brought up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Updated {
    /// The database of places.
    Places,
    /// The database of networks.
    Networks,
    /// The list of addresses that the Tor network lets out of.
    TorExits,
}

impl Updated {
    /// How it is called in a sentence that says why it failed.
    fn in_words(self) -> &'static str {
        match self {
            Self::Places => "Places",
            Self::Networks => "Networks",
            Self::TorExits => "Tor exits",
        }
    }
}

/// Where an update comes from.
#[derive(Clone, Debug)]
pub struct UpdateSource {
    /// What it brings.
    pub brings: Updated,
    /// An http or https address of a `.mmdb` or `.mmdb.gz` file, or of the plain list of exits. `{yyyy-mm}` stands
    /// for the month, this one or the one before.
    pub url: String,
    /// The SHA-256 of what is behind it, in hexadecimal. Without it the address with `.sha256` behind is asked.
    pub sha256: Option<String>,
}

impl Locator {
    /// Brings everything up to date that has an address configured: downloads, checks, and puts it in use. When
    /// something fails, what was in use of it stays in use, and the rest is brought up to date all the same.
    ///
    /// # Errors
    ///
    /// [`Error::GeoUpdate`] with a sentence that says what went wrong, or one for each source that failed.
    pub async fn update(
        &self,
        http: &reqwest::Client,
        clock: &dyn Clock,
        on_progress: impl Fn(GeoProgress),
    ) -> Result<()> {
        let Ok(_running) = self.updating.try_lock() else {
            return Err(Error::geo_update("An update is under way already."));
        };
        let Some(folder) = self.folder.as_ref().filter(|_| !self.sources.is_empty()) else {
            return Err(Error::geo_update("No address to update from is set."));
        };
        let mut failures = Vec::new();
        for source in &self.sources {
            if let Err(error) = self.update_from(source, folder, http, clock, &on_progress).await {
                // Here, where each of several is known with its cause; a person is told all sentences together.
                tracing::warn!(error = %causes(&error), "{} could not be brought up to date", source.brings.in_words());
                failures.push((source.brings, error));
            }
        }
        match failures.pop() {
            None => Ok(()),
            Some((_, error)) if self.sources.len() == 1 => Err(error),
            Some(last) => {
                failures.push(last);
                let sentences =
                    failures.iter().map(|(brings, error)| format!("{}: {error}", brings.in_words()));
                Err(Error::geo_update(sentences.collect::<Vec<_>>().join(" ")))
            }
        }
    }

    async fn update_from(
        &self,
        source: &UpdateSource,
        folder: &Folder,
        http: &reqwest::Client,
        clock: &dyn Clock,
        on_progress: &impl Fn(GeoProgress),
    ) -> Result<()> {
        let order = download::Order {
            addresses: download::addresses(&source.url, clock.now())?,
            sha256: source.sha256.as_deref(),
            folder,
        };
        let arrived = download::fetch(http, &order, on_progress).await?;
        on_progress(GeoProgress::Checking);
        let into = folder.clone();
        let holds = match source.brings {
            Updated::Places => Contents::Places,
            Updated::Networks => Contents::Networks,
            Updated::TorExits => {
                let installed = tokio::task::spawn_blocking(move || arrived.install_tor_exits(&into));
                let exits = installed.await.map_err(Error::internal)??;
                tracing::info!(addresses = exits.len(), "the list of Tor exits is up to date");
                self.tor_exits.store(Arc::new(exits));
                return Ok(());
            }
        };
        let url_path = source.url.split(['?', '#']).next().unwrap_or_default().to_owned();
        let installed =
            tokio::task::spawn_blocking(move || arrived.install_database(&into, &url_path, holds));
        let (path, database) = installed.await.map_err(Error::internal)??;
        tracing::info!(file = %path.display(), "a database of addresses is up to date");
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
