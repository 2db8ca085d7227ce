//! A made-up household in a throw-away folder, so that a newcomer sees the point within a minute: a dozen
//! devices, three profiles, four countries, three services, months of history, and one unfamiliar sign-in half
//! a minute after the start.
//!
//! Nothing here writes to the database by itself: the household lives its past through the same verbs that
//! everybody uses, with a clock that is moved. Its addresses are those reserved for documentation (RFC 5737).

mod household;
mod servers;
mod story;

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use self::servers::Servers;
use crate::access::check::check;
use crate::access::sign_in::sign_in;
use crate::access::{Core, asking::Asking, refusal};
use crate::app::{App, Parts};
use crate::clock::ManualClock;
use crate::config::Config;
use crate::error::{Error, Result, causes};
use crate::model::Secret;
use crate::wire::{SignInRequest, SignedIn};

/// The household's login name.
pub const LOGIN: &str = "ana";

/// The household's password. Everybody may know it: nothing real is behind it.
pub const PASSWORD: &str = "latchkey demo";

/// The PIN of both grown-ups' profiles.
pub const PIN: &str = "2468";

/// When the unfamiliar device signs in, after the start.
const STRANGER_AFTER: Duration = Duration::from_secs(30);

/// How often it asks for something, so that it hears soon that it was signed out.
const STRANGER_ASKS_EVERY: Duration = Duration::from_secs(3);

/// Where the household's addresses are.
static PLACES: &[u8] = include_bytes!("places.mmdb");

/// A household that has lived its past.
pub struct Household {
    /// The folder it is in, removed when this is dropped.
    _folder: TempDir,
    /// Its servers.
    _servers: Servers,
    /// The settings to start its home with.
    pub config: Config,
    /// The session of the desktop it was set up on: its window's, when there is one.
    pub desktop: SignedIn,
}

impl Household {
    /// Makes a household with a past that ends now.
    pub async fn make(config: Config, parts: &Parts) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("latchkey-demo-")
            .tempdir()
            .map_err(|cause| Error::file("cannot make a temporary folder", cause))?;
        let places = folder.path().join("demo-places.mmdb");
        std::fs::write(&places, PLACES)
            .map_err(|cause| Error::file(format!("cannot write {}", places.display()), cause))?;
        let mut geoip = config.geoip.clone();
        geoip.push(places);
        let config = Config { data_dir: folder.path().to_owned(), geoip, ..config };
        let now = parts.clock.now();
        let clock = Arc::new(ManualClock::at(now.before(story::LENGTH)));
        let past = Parts { clock: Arc::<ManualClock>::clone(&clock), ..parts.clone() };
        let (core, mut active, refused) = crate::app::open(&config, config.listen, past).await?;
        let servers = Servers::start(now).await?;
        let desktop = story::tell(&core, &mut active, &clock, now, &servers.to_add).await?;
        refusal::write_all(&core, refused).await?;
        core.store.close().await;
        Ok(Self { _folder: folder, _servers: servers, config, desktop })
    }

    /// Has a device that nobody knows sign in, half a minute from now, and go on asking until it is refused.
    pub fn expect_stranger(app: &App) {
        // Nothing here keeps a home that was stopped.
        let core = Arc::downgrade(app.core());
        tokio::spawn(async move {
            tokio::time::sleep(STRANGER_AFTER).await;
            let Some(home) = core.upgrade() else { return };
            let asking = match stranger(&home).await {
                Ok(asking) => asking,
                Err(error) => {
                    tracing::warn!(error = %causes(&error), "the demonstration's stranger could not sign in");
                    return;
                }
            };
            drop(home);
            loop {
                tokio::time::sleep(STRANGER_ASKS_EVERY).await;
                let Some(home) = core.upgrade() else { return };
                if check(&home, &asking).await.is_err() {
                    return;
                }
            }
        });
    }
}

/// Somebody in Riga knows the password. Returns what the device asks with from then on.
async fn stranger(core: &Arc<Core>) -> Result<Asking> {
    let from_riga = || Asking {
        address: "203.0.113.200".parse().ok(),
        user_agent: Some(household::STRANGER.to_owned()),
        ..Asking::default()
    };
    let request = SignInRequest {
        login: LOGIN.to_owned(),
        password: PASSWORD.to_owned(),
        device_secret: None,
        device: None,
    };
    let admitted = sign_in(core, from_riga(), request).await?;
    Ok(Asking { token: Some(Secret::received(admitted.answer.token)), ..from_riga() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::Home;
    use crate::wire::{AlertQuery, DeviceQuery, HistoryQuery};

    #[tokio::test]
    async fn the_household_has_a_dozen_devices_and_a_past_and_is_gone_afterwards() {
        let parts = Parts::default();
        let config = Config { listen: "127.0.0.1:0".parse().expect("an address"), ..Config::in_folder("") };
        let household = Household::make(config, &parts).await.expect("a household");
        let app = App::start(household.config.clone(), parts).await.expect("starts");
        let token = Some(Secret::received(household.desktop.token.clone()));
        let home = app.here(Asking { token, ..Asking::default() });

        let devices = home.devices(DeviceQuery::default()).await.expect("devices").devices;
        assert!(devices.len() >= 12, "{}", devices.len());
        assert!(devices[0].current);
        let mut countries: Vec<_> =
            devices.iter().filter_map(|device| device.place.country_code.clone()).collect();
        countries.sort();
        countries.dedup();
        assert!(countries.len() >= 4, "{countries:?}");
        let profiles = home.profiles().await.expect("profiles").profiles;
        let names: Vec<_> = profiles.iter().map(|profile| profile.name.as_str()).collect();
        assert_eq!(names, ["Ana", "Rui", "Leo"]);
        let history = home.history(HistoryQuery { limit: Some(1000), ..HistoryQuery::default() }).await;
        assert!(history.expect("history").history.len() > 40);
        assert_eq!(home.session().await.expect("session").open_alerts, 0);

        let asking = stranger(app.core()).await.expect("signs in");
        let alerts = home.alerts(AlertQuery::default()).await.expect("alerts").alerts;
        assert_eq!(alerts[0].place.country_code.as_deref(), Some("LV"));
        assert!(alerts[0].signed_in);
        assert!(check(app.core(), &asking).await.is_ok());
        home.sign_out_device(alerts[0].device_id).await.expect("signs out");
        assert!(matches!(check(app.core(), &asking).await, Err(Error::SessionEnded)));

        let folder = household.config.data_dir.clone();
        app.stop().await;
        drop(household);
        assert!(!folder.exists());
    }
}
