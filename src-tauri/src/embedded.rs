//! This computer's own home: the core, started inside the app when it is first looked at.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Parser;
use latchkey::access::asking::Asking;
use latchkey::app::{App, Parts};
use latchkey::config::{Config, DEFAULT_LISTEN, Flags};
use latchkey::demo::Household;
use latchkey::error::{Error, Result};
use latchkey::home::here::Here;
use latchkey::model::Secret;
use latchkey::wire::SignedIn;
use tokio::sync::RwLock;

use crate::desk::this_device;
use crate::keys::Held;
use crate::service_keys::KeyringKeys;

/// How many ports after the usual one are tried when it is taken.
const MORE_PORTS: u16 = 20;

/// This computer's own home.
pub struct Embedded {
    config: Config,
    demo: bool,
    running: RwLock<Option<Running>>,
}

struct Running {
    app: App,
    /// The demonstration's: its folder goes when this is dropped.
    household: Option<Household>,
}

impl Embedded {
    /// A home with these settings. It starts when it is first asked for; when that fails, the next who asks
    /// makes it try again.
    pub fn new(config: Config) -> Self {
        Self { config, demo: false, running: RwLock::new(None) }
    }

    /// A throw-away home with the demonstration household, whose desktop this one is.
    pub fn demo(config: Config) -> Self {
        Self { demo: true, ..Self::new(config) }
    }

    /// The keys that came with the demonstration household; `None` in a real home.
    pub async fn keys(&self) -> Option<Held> {
        if !self.demo {
            return None;
        }
        let keys = |running: &Running| {
            let SignedIn { token, device_secret, .. } = running.household.as_ref()?.desktop.clone();
            Some(Held { token: Some(token), device_secret: Some(device_secret) })
        };
        self.with(keys).await.ok().flatten()
    }

    /// The home, as whoever holds these keys sees it.
    pub async fn home(&self, token: Option<Secret>, device_secret: Option<Secret>) -> Result<Here> {
        let asking = Asking {
            token,
            device_secret,
            address: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            declared: Some(this_device()),
            ..Asking::default()
        };
        self.with(|running| running.app.here(asking)).await
    }

    /// The code that lets somebody make the first account, while there is none.
    pub async fn setup_code(&self) -> Result<Option<String>> {
        self.with(|running| running.app.setup_code()).await
    }

    /// A code that lets whoever sits at this computer choose a new password.
    pub async fn recovery_code(&self) -> Result<String> {
        self.with(|running| running.app.recovery_code()).await?
    }

    /// The address devices sign in at.
    pub async fn url(&self) -> Result<String> {
        self.with(|running| running.app.url().to_owned()).await
    }

    /// Ends the home in good order, when it runs.
    pub async fn stop(&self) {
        let running = self.running.write().await.take();
        if let Some(running) = running {
            running.app.stop().await;
        }
    }

    async fn with<T>(&self, ask: impl FnOnce(&Running) -> T) -> Result<T> {
        if let Some(running) = &*self.running.read().await {
            return Ok(ask(running));
        }
        let mut place = self.running.write().await;
        // Somebody else may have started it in between.
        let running = match place.take() {
            Some(running) => running,
            // On the heap: every command carries the room for it, and one of them starts it.
            None => Box::pin(self.start()).await?,
        };
        Ok(ask(place.insert(running)))
    }

    fn parts(&self) -> Parts {
        Parts {
            service_keys: Some(Arc::new(KeyringKeys::in_keyring(&self.config.data_dir))),
            ..Parts::default()
        }
    }

    async fn start(&self) -> Result<Running> {
        if !self.demo {
            return Ok(Running { app: listen(self.config.clone(), &self.parts()).await?, household: None });
        }
        // What a made-up household is given goes with its folder.
        let household = Household::make(self.config.clone(), &Parts::default()).await?;
        let app = listen(household.config.clone(), &Parts::default()).await?;
        Household::expect_stranger(&app);
        Ok(Running { app, household: Some(household) })
    }
}

/// Starts the home. A usual port that is taken is no reason not to: the next free one does as well.
async fn listen(mut config: Config, parts: &Parts) -> Result<App> {
    let may_move = config.listen == DEFAULT_LISTEN;
    let last = config.listen.port().saturating_add(MORE_PORTS);
    loop {
        match App::start(config.clone(), parts.clone()).await {
            Err(Error::File { source, .. })
                if source.kind() == io::ErrorKind::AddrInUse && may_move && config.listen.port() < last =>
            {
                config.listen.set_port(config.listen.port() + 1);
            }
            started => return started,
        }
    }
}

/// The settings, from the environment and the data folder's file as for the server; `shipped` is the folder of
/// place databases that came with the app, for when none is named.
pub fn settings(data_dir: Option<PathBuf>, shipped: Option<&Path>) -> Result<Config> {
    let mut flags = Flags::try_parse_from(["latchkey"]).map_err(|error| Error::Config(error.to_string()))?;
    flags.data_dir = data_dir.or(flags.data_dir);
    let (mut config, _) = flags.complete()?;
    if config.geoip.is_empty() {
        config.geoip = shipped.map(databases_in).unwrap_or_default();
    }
    Ok(config)
}

fn databases_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|ending| ending == "mmdb")).collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use latchkey::home::Home;

    use super::*;

    fn free_port(folder: &Path) -> Config {
        Config { listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..Config::in_folder(folder) }
    }

    #[tokio::test]
    async fn it_starts_when_first_asked_and_stops_so_that_another_may_start() {
        let folder = tempfile::tempdir().unwrap();
        let embedded = Embedded::new(free_port(folder.path()));
        let status = embedded.home(None, None).await.unwrap().status().await.unwrap();
        assert!(!status.set_up);
        assert!(embedded.setup_code().await.unwrap().is_some());
        let other = Embedded::new(free_port(folder.path()));
        assert_eq!(other.url().await.unwrap_err().code(), "data_in_use");
        embedded.stop().await;
        assert!(other.url().await.unwrap().starts_with("http://127.0.0.1:"));
        other.stop().await;
    }

    #[tokio::test]
    async fn the_demonstrations_desktop_is_signed_in_from_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let embedded = Embedded::demo(free_port(folder.path()));
        let held = embedded.keys().await.unwrap();
        let home = embedded.home(held.token.map(Secret::received), None).await.unwrap();
        let devices = home.devices(latchkey::wire::DeviceQuery::default()).await.unwrap().devices;
        assert!(devices[0].current && devices.len() > 10, "{}", devices.len());
        embedded.stop().await;
    }

    #[test]
    fn only_databases_are_taken_from_the_folder_that_was_shipped() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.mmdb", "a.mmdb", "ATTRIBUTION.txt"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let names = databases_in(folder.path());
        assert_eq!(names, [folder.path().join("a.mmdb"), folder.path().join("b.mmdb")]);
        assert!(databases_in(&folder.path().join("none")).is_empty());
    }
}
