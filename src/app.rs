//! Composition: from settings to a running home, and its graceful stop.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::access::asking::Asking;
use crate::access::live::{Active, Live, LiveSession};
use crate::access::set_up::SetupCode;
use crate::access::{Core, activity};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::events::Announcer;
use crate::geo::{Locator, UpdateSource, Updated};
use crate::home::here::Here;
use crate::http::{self, Door};
use crate::identify::Identifier;
use crate::memory::give_large_pieces_back;
use crate::random::{Random, SystemRandom};
use crate::store::Store;

/// How often activity is written down: so much of it may be lost in a crash.
const WRITE_EVERY: Duration = Duration::from_secs(1);

/// Ended sessions that are still told apart from unknown tokens after a restart.
const MOST_ENDED: u32 = 10_000;

/// What a home takes from the world around it.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}

impl Default for Parts {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) }
    }
}

/// A running home.
pub struct App {
    core: Arc<Core>,
    address: SocketAddr,
    stop: CancellationToken,
    server: JoinHandle<()>,
    writer: JoinHandle<Active>,
    /// Held as long as the home runs: a second one in the same folder would not hear of sign-outs here.
    _lock: File,
}

impl App {
    /// Opens everything, starts to listen and returns; the home runs until [`App::stop`].
    pub async fn start(config: Config, parts: Parts) -> Result<Self> {
        give_large_pieces_back();
        let lock = lock_folder(&config.data_dir)?;
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|cause| Error::file(format!("cannot listen on {}", config.listen), cause))?;
        let address = listener.local_addr().map_err(Error::internal)?;
        let (core, active) = open(&config, address, parts).await?;
        let stop = CancellationToken::new();
        let door = Door::new(&config, address, Arc::clone(&core), stop.clone());
        let server = tokio::spawn(http::serve(
            listener,
            http::router(door),
            config.trusted_proxies.clone(),
            stop.clone(),
        ));
        let writer = tokio::spawn(write_until(Arc::clone(&core), active, stop.clone()));
        Ok(Self { core, address, stop, server, writer, _lock: lock })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address people open.
    pub fn url(&self) -> &str {
        &self.core.public_url
    }

    /// The code that lets somebody make the first account, while there is none.
    pub fn setup_code(&self) -> Option<String> {
        self.core.setup_code.reveal()
    }

    /// The home, for whoever asks.
    pub fn here(&self, asking: Asking) -> Here {
        Here::new(Arc::clone(&self.core), asking)
    }

    /// What the verbs work with.
    pub fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// Stops: no new requests, those under way are finished, and everything is written down.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.server.await {
            tracing::error!(%error, "the server did not stop well");
        }
        match self.writer.await {
            Ok(mut active) => {
                if let Err(error) = activity::write_down(&self.core, &mut active).await {
                    tracing::error!(%error, "the last activity could not be written");
                }
            }
            Err(error) => tracing::error!(%error, "the writer did not stop well"),
        }
        self.core.store.close().await;
    }
}

/// Where updates come from: of what has an address, places first.
fn update_sources(config: &Config) -> Vec<UpdateSource> {
    let sources = [
        (Updated::Places, &config.geoip_update_url, &config.geoip_update_sha256),
        (Updated::Networks, &config.networks_update_url, &config.networks_update_sha256),
        // The list changes by the hour, so a checksum of it cannot be configured.
        (Updated::TorExits, &config.tor_exits_update_url, &None),
    ];
    let sources = sources.into_iter().filter_map(|(brings, url, sha256)| {
        Some(UpdateSource { brings, url: url.clone()?, sha256: sha256.clone() })
    });
    sources.collect()
}

/// Opens the database and everything else the verbs work with, and lets the live sessions back in.
pub async fn open(config: &Config, address: SocketAddr, parts: Parts) -> Result<(Arc<Core>, Active)> {
    let store = Store::open(&config.data_dir).await?;
    let (live, active) = Live::new();
    store.each_live_session(|row| drop(live.insert(row.token, LiveSession::new(row)))).await?;
    store.each_other_token(|other| live.insert_other(other)).await?;
    for key in store.last_ended(MOST_ENDED).await?.into_iter().rev() {
        live.remember_ended(key);
    }
    let setup_code =
        if store.has_account().await? { SetupCode::none() } else { SetupCode::new(&*parts.random) };
    let public_url = match &config.public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => format!("http://{}", reachable(address)),
    };
    let core = Core {
        store,
        live,
        limits: crate::access::limits::Limits::new(Arc::clone(&parts.clock)),
        clock: parts.clock,
        random: parts.random,
        locator: Arc::new(Locator::open(&config.geoip, &config.data_dir, update_sources(config))),
        identifier: Identifier::new(),
        passwords: crate::access::passwords::Passwords::default(),
        codes: crate::access::codes::Codes::default(),
        announcer: Announcer::default(),
        setup_code,
        geo_progress: std::sync::Mutex::default(),
        public_url,
        sequence: std::sync::atomic::AtomicU16::default(),
        lives: tokio::sync::Mutex::default(),
    };
    Ok((Arc::new(core), active))
}

/// An address a person on this computer can open: "any address" is none.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, address.port()))
    } else {
        address
    }
}

/// Makes the data folder, for its owner only, and keeps every other Latchkey out of it.
fn lock_folder(folder: &Path) -> Result<File> {
    let failed = |cause| Error::file(format!("cannot use {}", folder.display()), cause);
    std::fs::create_dir_all(folder).map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).map_err(failed)?;
    }
    let lock = File::create(folder.join("latchkey.lock")).map_err(failed)?;
    lock.try_lock().map_err(|_| Error::DataInUse(folder.display().to_string()))?;
    Ok(lock)
}

async fn write_until(core: Arc<Core>, mut active: Active, stop: CancellationToken) -> Active {
    let mut tick = tokio::time::interval(WRITE_EVERY);
    let mut ticks = 0_u32;
    loop {
        tokio::select! {
            () = stop.cancelled() => return active,
            _ = tick.tick() => {}
        }
        if let Err(error) = activity::write_down(&core, &mut active).await {
            tracing::error!(%error, "activity could not be written");
        }
        ticks = ticks.wrapping_add(1);
        if ticks.is_multiple_of(60) {
            core.limits.forget_old();
        }
    }
}
