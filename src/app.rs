//! Composition: from settings to a running home, and its graceful stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::tz::TimeZone;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::access::asking::Asking;
use crate::access::channels::Offers;
use crate::access::home_network::Listening;
use crate::access::known_networks::KnownNetworks;
use crate::access::live::{Active, Live, MOST_ENDED};
use crate::access::reach::Reach;
use crate::access::refusal::{self, Unwritten};
use crate::access::services::Watch;
use crate::access::set_up::SetupCode;
use crate::access::{Core, activity, drill, pruning, recover};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::delivery::courier::Post;
use crate::delivery::relay::Ear;
use crate::delivery::{self, relay};
use crate::error::{Error, Result, causes};
use crate::events::Announcer;
use crate::geo::{Locator, UpdateSource, Updated};
use crate::home::here::Here;
use crate::http::{self, AtHome, Door, Whom};
use crate::identify::Identifier;
use crate::memory::give_large_pieces_back;
use crate::model::{IdOrder, ZoneName};
use crate::nearby::{HomeId, Interfaces, SystemInterfaces};
use crate::outside::relay::HomeKey;
use crate::outside::web_push::Vapid;
use crate::outside::{Guard, Outlet};
use crate::random::{Random, SystemRandom};
use crate::services::keys::{FileKeys, ServiceKeys};
use crate::store::{EndedKey, Lock, PrintedCodes, Store};
use crate::tls::{Certificates, Keys};
use crate::watching;

/// How often activity is written down: so much of it may be lost in a crash.
const WRITE_EVERY: Duration = Duration::from_secs(1);

/// What a home takes from the world around it.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// The time zone of this computer.
    pub zone: TimeZone,
    /// The networks that this computer is on.
    pub interfaces: Arc<dyn Interfaces>,
    /// Where the keys of watched services are kept; `None`: in a file each in the data folder that only its owner can read.
    pub service_keys: Option<Arc<dyn ServiceKeys>>,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            zone: TimeZone::system(),
            interfaces: Arc::new(SystemInterfaces),
            service_keys: None,
        }
    }
}

/// A running home.
pub struct App {
    core: Arc<Core>,
    address: SocketAddr,
    stop: CancellationToken,
    server: JoinHandle<()>,
    home_network: JoinHandle<()>,
    writer: JoinHandle<Active>,
    refusals: JoinHandle<Unwritten>,
    delivery: JoinHandle<()>,
    relay: JoinHandle<()>,
    watching: JoinHandle<()>,
    pruning: JoinHandle<()>,
    /// Held as long as the home runs: a second one in the same folder would not hear of sign-outs here.
    _lock: Lock,
}

impl App {
    /// Opens everything, starts to listen and returns; the home runs until [`App::stop`].
    pub async fn start(config: Config, parts: Parts) -> Result<Self> {
        config.check()?;
        give_large_pieces_back();
        let lock = Lock::take(&config.data_dir)?;
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|cause| Error::file(format!("cannot listen on {}", config.listen), cause))?;
        let address = listener.local_addr().map_err(Error::internal)?;
        // On the heap: whoever starts a home has it in a task of theirs.
        let opened = open(&config, address, parts).boxed().await;
        let (core, active, unwritten) = opened.map_err(|error| Store::at_start(&config.data_dir, error))?;
        let stop = CancellationToken::new();
        let door = Door::new(&config, address, Arc::clone(&core), stop.clone());
        let (doors, trusted, whom) =
            (http::Doors::of(door), config.trusted_proxies.clone(), Whom::everybody());
        let at_home = AtHome::begin(Arc::clone(&core), doors.clone(), trusted.clone(), &whom, address.port());
        let at_home = at_home.boxed().await;
        let home_network = tokio::spawn(at_home.run(stop.clone()));
        let known = Some(Arc::clone(&core.known_networks));
        let server = tokio::spawn(http::serve_home(listener, doors, trusted, known, whom, stop.clone()));
        let refusals = tokio::spawn(refusal::write_until(Arc::clone(&core), unwritten, stop.clone()));
        let writer = tokio::spawn(write_until(Arc::clone(&core), active, stop.clone()));
        let relay_key = relay_key(&core.store, &*core.random).await?;
        let post = post(&config, &core, &relay_key).await?;
        let ear = Ear { core: Arc::clone(&core), outlet: post.outlet.clone(), key: relay_key };
        let relay = tokio::spawn(relay::run(ear, stop.clone()));
        let delivery = tokio::spawn(delivery::run(Arc::clone(&core), Arc::new(post), stop.clone()));
        let watching = tokio::spawn(watching::run(Arc::clone(&core), stop.clone()));
        let pruning = tokio::spawn(pruning::run(Arc::clone(&core), stop.clone()));
        Ok(Self {
            core,
            address,
            stop,
            server,
            home_network,
            writer,
            refusals,
            delivery,
            relay,
            watching,
            pruning,
            _lock: lock,
        })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address people open.
    pub fn url(&self) -> &str {
        &self.core.public_url
    }

    /// The letters by which people know the home's own key again.
    pub fn fingerprint(&self) -> String {
        self.core.certificates.pin().letters()
    }

    /// The code that lets somebody make the first account, while there is none.
    pub fn setup_code(&self) -> Option<String> {
        self.core.setup_code.reveal(&*self.core.clock, &*self.core.random)
    }

    /// A code that lets whoever sits at this computer choose a new password in place of a forgotten one.
    pub fn recovery_code(&self) -> Result<String> {
        recover::print_code(&self.core.printed, &*self.core.clock, &*self.core.random)
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
            tracing::error!(error = %causes(&error), "the server did not stop well");
        }
        if let Err(error) = self.home_network.await {
            tracing::error!(error = %causes(&error), "what listens on the home network did not stop well");
        }
        if let Err(error) = self.delivery.await {
            tracing::error!(error = %causes(&error), "what is told outside did not stop well");
        }
        if let Err(error) = self.relay.await {
            tracing::error!(error = %causes(&error), "what listens to the relay did not stop well");
        }
        if let Err(error) = self.watching.await {
            tracing::error!(error = %causes(&error), "what reads the watched services did not stop well");
        }
        if let Err(error) = self.pruning.await {
            tracing::error!(error = %causes(&error), "what removes what is old did not stop well");
        }
        match self.writer.await {
            Ok(mut active) => {
                if let Err(error) = activity::write_down(&self.core, &mut active).await {
                    tracing::error!(error = %causes(&error), "the last activity could not be written");
                }
            }
            Err(error) => tracing::error!(error = %causes(&error), "the writer did not stop well"),
        }
        match self.refusals.await {
            // What could not be written is said there.
            Ok(unwritten) => drop(refusal::write_all(&self.core, unwritten).await),
            Err(error) => {
                tracing::error!(error = %causes(&error), "the writer of refusals did not stop well");
            }
        }
        self.core.store.close().await;
    }
}

/// What hands messages to the servers of others.
async fn post(config: &Config, core: &Core, relay_key: &HomeKey) -> Result<Post> {
    Ok(Post {
        outlet: Outlet::new(core.offers.guard.clone()),
        vapid: Arc::new(vapid(config, &core.store, &*core.random).await?),
        relay_key: relay_key.public_key(),
        mail: config.mail.clone(),
        clock: Arc::clone(&core.clock),
        random: Arc::clone(&core.random),
    })
}

/// What answers that come by a relay are sealed to.
async fn relay_key(store: &Store, random: &dyn Random) -> Result<HomeKey> {
    let key = store.relay_key(|| HomeKey::new(random).secret_bytes().to_vec()).await?;
    HomeKey::from_bytes(&key).ok_or_else(|| Error::corrupt("key", "nothing can be sealed to it"))
}

/// The home's own certificates. That of its authority is left in the data folder, for whoever has devices trust it.
async fn certificates(config: &Config, store: &Store, parts: &Parts) -> Result<Certificates> {
    let keys = store.certificate_keys(|| Keys::new(&*parts.random).secret_bytes()).await?;
    let keys =
        Keys::from_bytes(&keys).ok_or_else(|| Error::corrupt("key", "it is no key of a certificate"))?;
    let certificates = Certificates::new(keys, config.public_url.clone(), Arc::clone(&parts.clock))?;
    if let Err(error) = certificates.leave_authority(&config.data_dir) {
        tracing::warn!(error = %causes(&error), "the certificate of the home's authority could not be left in its folder");
    }
    Ok(certificates)
}

/// By what the home is known on the household's network.
async fn nearby_id(store: &Store, random: &dyn Random) -> Result<HomeId> {
    let id = store.nearby_id(|| HomeId::new(random).as_bytes().to_vec()).await?;
    HomeId::from_bytes(&id).ok_or_else(|| Error::corrupt("key", "it is not 16 bytes long"))
}

/// By which push services know the home. They read whom to ask when it misbehaves: its public address, which says nothing that
/// they do not see.
async fn vapid(config: &Config, store: &Store, random: &dyn Random) -> Result<Vapid> {
    let nobody = || Url::parse("mailto:nobody@latchkey.invalid").map_err(Error::internal);
    let contact = match config.public_url.clone().filter(|url| url.scheme() == "https") {
        Some(url) => url,
        None => nobody()?,
    };
    let key = store.push_key(|| Vapid::new(contact.clone(), random).secret_bytes().to_vec()).await?;
    Vapid::from_bytes(&key, contact).ok_or_else(|| Error::corrupt("key", "it is no key of a push service"))
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
pub async fn open(
    config: &Config,
    address: SocketAddr,
    parts: Parts,
) -> Result<(Arc<Core>, Active, Unwritten)> {
    let store = Store::open(&config.data_dir).await?;
    let (live, active) = Live::new(store.line_key(&*parts.random).await?);
    let turn = store.turn().await;
    // Of a drill in the middle of which the home ended. Nobody is let in by it, and so no key is to be retired.
    store.remove_drills(&turn, None).await?;
    for account_id in store.guarded_accounts().await? {
        live.guard(&turn, account_id, true);
    }
    let now = parts.clock.now();
    let known_networks = Arc::new(KnownNetworks::new(Arc::clone(&parts.clock)));
    store
        .each_live_session(|row| {
            if let Some(address) = row.address {
                let ago = now.as_millis().saturating_sub(row.last_active_at.as_millis());
                known_networks
                    .note_earlier(address, Duration::from_millis(u64::try_from(ago).unwrap_or_default()));
            }
            live.insert(&turn, row);
        })
        .await?;
    store.each_other_token(|other| live.insert_other(&turn, other)).await?;
    for (key, guard) in store.last_ended(MOST_ENDED).await?.into_iter().rev() {
        live.remember_ended(key);
        if let Some(guard) = guard {
            live.remember_ended(EndedKey { token: guard, ..key });
        }
    }
    drop(turn);
    let order = IdOrder::after(store.newest_place_in_order().await?);
    let setup_code = if store.has_account().await? {
        SetupCode::none()
    } else {
        SetupCode::new(&*parts.clock, &*parts.random)
    };
    let public_url = match &config.public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => format!("http://{}", reachable(address)),
    };
    let service_keys =
        parts.service_keys.clone().unwrap_or_else(|| Arc::new(FileKeys::in_folder(&config.data_dir)));
    let certificates = Arc::new(certificates(config, &store, &parts).await?);
    let push_key = vapid(config, &store, &*parts.random).await?.public_key();
    let reach = Reach {
        public_url: config.public_url.clone(),
        listens: address,
        is_in_container: config.is_in_container,
    };
    let home_network = Listening::new(
        reach.fixed(),
        parts.interfaces,
        nearby_id(&store, &*parts.random).await?,
        store.home_networks().await?,
    );
    let (refusals, unwritten) = refusal::channel();
    let announcer = Announcer::new(&*parts.random);
    let waits = crate::access::waits::Waits::since(&*parts.clock);
    let core = Core {
        store,
        live,
        known_networks,
        limits: crate::access::limits::Limits::new(Arc::clone(&parts.clock)),
        clock: parts.clock,
        random: parts.random,
        zone: ZoneName::of(&parts.zone),
        locator: Arc::new(Locator::open(&config.geoip, &config.data_dir, update_sources(config))),
        identifier: Identifier::new(),
        passwords: crate::access::passwords::Passwords::default(),
        guesses: crate::access::proof::Guesses::default(),
        waits,
        codes: crate::access::codes::Codes::default(),
        pairings: crate::access::pairing::Pairings::default(),
        proxies: crate::access::proxies::Proxies::default(),
        refusals,
        services: Watch::new(service_keys),
        drills: crate::access::drills::Drills::default(),
        hearing: crate::access::hearing::Hearing::default(),
        offers: Offers {
            guard: Guard::trusting(config.push_origins.clone()),
            push_key,
            email: config.mail.is_some(),
        },
        announcer,
        setup_code,
        printed: PrintedCodes::in_folder(&config.data_dir),
        geo_progress: std::sync::Mutex::default(),
        public_url,
        certificates,
        reach,
        home_network,
        order,
    };
    Ok((Arc::new(core), active, unwritten))
}

/// An address a person on this computer can open: "any address" is none.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, address.port()))
    } else {
        address
    }
}

async fn write_until(core: Arc<Core>, mut active: Active, stop: CancellationToken) -> Active {
    let mut tick = tokio::time::interval(WRITE_EVERY);
    let mut ticks = 0_u32;
    loop {
        tokio::select! {
            () = stop.cancelled() => return active,
            _ = tick.tick() => {}
        }
        // While nothing can be kept, activity waits: the store tries by itself, and says once what is wrong.
        if core.store.look_again().await
            && let Err(error) = activity::write_down(&core, &mut active).await
            && !matches!(error, Error::Storage { .. } | Error::Failing(_))
        {
            tracing::error!(error = %causes(&error), "activity could not be written");
        }
        drill::go_on(&core).await;
        core.pairings.forget_keys(core.clock.elapsed());
        core.codes.forget_keys(core.clock.elapsed());
        ticks = ticks.wrapping_add(1);
        if ticks.is_multiple_of(60) {
            core.limits.forget_old();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::home::Home;
    use crate::model::ProfileKind;
    use crate::wire::{DeviceQuery, HistoryQuery, NewProfile, SetupRequest, SignInRequest};

    fn set_up(code: Option<String>) -> SetupRequest {
        let ana = NewProfile {
            name: "Ana".into(),
            kind: ProfileKind::Adult,
            color: None,
            pin: None,
            password: None,
            current_pin: None,
        };
        SetupRequest {
            code: code.unwrap_or_default(),
            login: "ana".into(),
            password: "correct horse".into(),
            profiles: vec![ana],
            device: None,
        }
    }

    #[tokio::test]
    async fn lists_without_an_end_hold_up_no_sign_in() {
        let folder = tempfile::tempdir().expect("a folder");
        let config =
            Config { listen: "127.0.0.1:0".parse().expect("an address"), ..Config::in_folder(folder.path()) };
        let app = App::start(config, Parts::default()).await.expect("it starts");
        let here = |token: Option<String>| {
            let token = token.map(crate::model::Secret::received);
            app.here(Asking { token, address: Some([127, 0, 0, 1].into()), ..Asking::default() })
        };
        let owner = here(Some(here(None).set_up(set_up(app.setup_code())).await.expect("sets up").token));
        let read = app.core().store.read_lists_without_end().await;
        let mut devices = Box::pin(owner.devices(DeviceQuery::default()));
        let mut history = Box::pin(owner.history(HistoryQuery::default()));
        assert!((&mut devices).now_or_never().is_none() && (&mut history).now_or_never().is_none());
        let SetupRequest { login, password, .. } = set_up(None);
        let request = SignInRequest { login, password, device_secret: None, device: None };
        let second = here(Some(here(None).sign_in(request).await.expect("signs in").token));
        second.session().await.expect("is in");
        second.sign_out_here().await.expect("signs out");
        assert!((&mut devices).now_or_never().is_none() && (&mut history).now_or_never().is_none());
        drop(read);
        assert_eq!(devices.await.expect("a list").devices.len(), 2);
        assert!(!history.await.expect("a list").history.is_empty());
        app.stop().await;
    }

    #[tokio::test]
    async fn where_a_session_moved_to_is_written_in_turn() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config::in_folder(folder.path());
        let opened = open(&config, config.listen, Parts::default()).await;
        let (core, mut active, _) = opened.expect("opens");
        let at = |token: Option<String>, host: u8| {
            let token = token.map(crate::model::Secret::received);
            let address = Some([192, 0, 2, host].into());
            Here::new(Arc::clone(&core), Asking { token, address, ..Asking::default() })
        };
        let printed = core.setup_code.reveal(&*core.clock, &*core.random);
        let owner = at(None, 10).set_up(set_up(printed)).await.expect("sets up");
        activity::write_down(&core, &mut active).await.expect("writes");
        // The same line, another address.
        at(Some(owner.token.clone()), 11).session().await.expect("is in");
        let caller = at(Some(owner.token.clone()), 11).caller().await.expect("is in");
        let account_id = caller.account_id();
        let turn = core.store.turn().await;
        let mut writes = Box::pin(activity::write_down(&core, &mut active));
        assert!((&mut writes).now_or_never().is_none());
        // Changes are made in the order they were asked for: this one would come after it.
        let marked = core.store.mark_badge_seen(&turn, account_id, core.now());
        tokio::select! {
            biased;
            _ = &mut writes => panic!("it was written out of turn"),
            marked = marked => marked.expect("writes"),
        }
        assert!((&mut writes).now_or_never().is_none());
        drop(turn);
        writes.await.expect("writes");
        let detail = at(Some(owner.token), 11).device(owner.device_id).await.expect("is there");
        assert_eq!(detail.address.as_deref(), Some("192.0.2.11"));
    }
}
