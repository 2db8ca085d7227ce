//! A real home for tests: the server as it runs, in a folder of its own, on a free port, with a clock that the
//! test moves; and clients that talk to it over HTTP.

#![allow(dead_code, unused_imports, reason = "every test program takes from here what it needs")]

pub mod away;
pub mod browser;
pub mod disk;
pub mod faulty;
pub mod household;
pub mod lan;
pub mod line;
pub mod ntfy;
pub mod peer;
pub mod phone;
pub mod server;
pub mod stand_in;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use latchkey::app::{App, Parts};
use latchkey::clock::ManualClock;
use latchkey::config::Config;
use latchkey::familiarity::thresholds::LEARN_FOR;
use latchkey::model::Timestamp;
use latchkey::random::SeededRandom;
use serde_json::{Value, json};
use tempfile::TempDir;

pub use browser::{Answer, Blocked, Browser};
pub use household::Household;
pub use lan::Lan;

/// The account's login name.
pub const LOGIN: &str = "ana";
/// The account's password.
pub const PASSWORD: &str = "correct horse";
/// The PIN of the profile Marta, in a home where she has one.
pub const PIN: &str = "2468";

/// When a test begins, once its home has learnt.
const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);
/// Longer than the first days, in which a new home learns.
pub const LEARNING: Duration = LEARN_FOR.saturating_add(Duration::from_hours(1));

/// Longest time that something which happens "soon" may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running home.
pub struct TestHome {
    /// The home.
    pub app: App,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// The networks that its computer is on: none, at first.
    pub lan: Arc<Lan>,
    folder: TempDir,
    /// What its randomness began with.
    seed: u64,
}

impl TestHome {
    /// A home without an account.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// A home without an account, with other settings.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = Arc::new(ManualClock::at(NOON.before(LEARNING)));
        Self::open(folder, clock, Lan::none(), 1, change).await
    }

    async fn open(
        folder: TempDir,
        clock: Arc<ManualClock>,
        lan: Arc<Lan>,
        seed: u64,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let mut config = Config::in_folder(folder.path());
        config.listen = "127.0.0.1:0".parse().expect("an address");
        config.geoip_update_url = None;
        config.networks_update_url = None;
        config.tor_exits_update_url = None;
        change(&mut config);
        let parts = Parts {
            clock: Arc::<ManualClock>::clone(&clock),
            random: Arc::new(SeededRandom::new(seed)),
            zone: TimeZone::get("Europe/Lisbon").expect("a zone"),
            interfaces: Arc::<Lan>::clone(&lan),
            service_keys: None,
        };
        let app = App::start(config, parts).await.expect("the home starts");
        Self { app, clock, lan, folder, seed }
    }

    /// Stops the home and starts it anew in the same folder, on another port.
    pub async fn restart(self) -> Self {
        self.restart_with(|_| {}).await
    }

    /// The same, with other settings.
    pub async fn restart_with(self, change: impl FnOnce(&mut Config)) -> Self {
        let Self { app, clock, lan, folder, seed } = self;
        app.stop().await;
        // Another seed: a home that starts again does not draw the same secrets again.
        Self::open(folder, clock, lan, seed + 1, change).await
    }

    /// The same, with changes made to its database in between, as a fault or another program makes them.
    pub async fn restart_after(self, change: impl FnOnce(&mut Config), statements: &[&str]) -> Self {
        let Self { app, clock, lan, folder, seed } = self;
        app.stop().await;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("latchkey.db"));
        let database = sqlx::SqlitePool::connect_with(options).await.expect("opens");
        for statement in statements {
            let statement = sqlx::AssertSqlSafe((*statement).to_owned());
            sqlx::query(statement).execute(&database).await.expect("changes the database");
        }
        database.close().await;
        Self::open(folder, clock, lan, seed + 1, change).await
    }

    /// A number out of its database.
    pub async fn count(&self, statement: &str) -> i64 {
        let file = self.folder.path().join("latchkey.db");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).read_only(true);
        let database = sqlx::SqlitePool::connect_with(options).await.expect("opens");
        let statement = sqlx::AssertSqlSafe(statement.to_owned());
        let (count,): (i64,) = sqlx::query_as(statement).fetch_one(&database).await.expect("a number");
        database.close().await;
        count
    }

    /// All that is in its database, a line a row, by table; what is between two columns is in none (ASCII's unit separator).
    pub async fn dump(&self) -> BTreeMap<String, Vec<String>> {
        let file = self.folder.path().join("latchkey.db");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).read_only(true);
        let database = sqlx::SqlitePool::connect_with(options).await.expect("opens");
        let tables: Vec<(String,)> = sqlx::query_as("SELECT name FROM sqlite_master WHERE type = 'table'")
            .fetch_all(&database)
            .await
            .expect("tables");
        let mut all = BTreeMap::new();
        for (table,) in tables {
            let columns = sqlx::AssertSqlSafe(format!("SELECT name FROM pragma_table_info('{table}')"));
            let columns: Vec<(String,)> =
                sqlx::query_as(columns).fetch_all(&database).await.expect("columns");
            let row: Vec<_> = columns.iter().map(|(name,)| format!("'{name}=' || quote({name})")).collect();
            let rows = format!("SELECT {} AS line FROM {table} ORDER BY line", row.join(" || char(31) || "));
            let rows: Vec<(String,)> =
                sqlx::query_as(sqlx::AssertSqlSafe(rows)).fetch_all(&database).await.expect("rows");
            all.insert(table, rows.into_iter().map(|(line,)| line).collect());
        }
        database.close().await;
        all
    }

    /// A home with an account, and the device that made it: profiles Ana (adult), Leo (kids) and Marta
    /// (adult).
    pub async fn with_account() -> (Self, Browser) {
        let home = Self::start().await;
        let owner = home.set_up().await;
        (home, owner)
    }

    /// Makes the account; answers with the device that made it, which has no profile yet.
    ///
    /// It is the home's own computer, beside the proxy that tests trust at 127.0.0.1: what that says nothing of is nowhere.
    pub async fn set_up(&self) -> Browser {
        let owner = Browser::from_address(&self.address(), std::net::IpAddr::from([127, 0, 0, 2]));
        self.set_up_on(&owner).await;
        owner
    }

    /// Makes the account on a device, which has no profile yet.
    pub async fn set_up_on(&self, owner: &Browser) {
        self.set_up_with(owner, None).await;
    }

    /// The same, where the profile Marta has a PIN: from then on only she manages.
    pub async fn with_a_pin() -> (Self, Browser) {
        let home = Self::start().await;
        let owner = home.browser();
        home.set_up_with(&owner, Some(PIN)).await;
        (home, owner)
    }

    async fn set_up_with(&self, owner: &Browser, pin: Option<&str>) {
        let code = self.app.setup_code().expect("there is no account yet");
        let answer = owner
            .post_json(
                "/api/v1/setup",
                &json!({
                    "code": code, "login": LOGIN, "password": PASSWORD,
                    "device": { "name": "Ana's laptop", "kind": "browser" },
                    "profiles": [
                        { "name": "Ana", "kind": "adult" },
                        { "name": "Leo", "kind": "kids" },
                        { "name": "Marta", "kind": "adult", "pin": pin },
                    ],
                }),
            )
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        // Past the first days, which a new home learns in: from now on it alerts.
        self.clock.advance(LEARNING);
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.address())
    }

    /// A browser that has never been here and asks by https, as one that takes the home's own certificate.
    pub fn browser_within_tls(&self) -> Browser {
        Browser::that_knows(&self.https_address(), self.app.core().certificates.pin())
    }

    /// A device of that name, signed in through the interface for programs.
    pub async fn device(&self, name: &str) -> Browser {
        let device = self.browser();
        let request = json!({
            "login": LOGIN, "password": PASSWORD, "device": { "name": name, "kind": "tablet" },
        });
        let answer = device.post_json("/api/v1/sign-in", &request).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        device
    }

    /// Where it listens, as `http://127.0.0.1:port`.
    pub fn address(&self) -> String {
        format!("http://{}", self.app.address())
    }

    /// The same port, as `https://127.0.0.1:port`.
    pub fn https_address(&self) -> String {
        format!("https://{}", self.app.address())
    }

    /// Where everything is kept.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

impl Browser {
    /// The id of the profile of that name.
    pub async fn profile(&self, name: &str) -> String {
        let answer = self.get("/api/v1/profiles").await;
        let list = answer.json();
        let profiles = list["profiles"].as_array().unwrap_or_else(|| panic!("no profiles: {list}"));
        let found = profiles.iter().find(|profile| profile["name"] == name);
        found.and_then(|profile| profile["id"].as_str()).expect("a profile of that name").to_owned()
    }

    /// Says who is using this device.
    pub async fn choose(&self, name: &str) {
        let choice = json!({ "profile_id": self.profile(name).await });
        let answer = self.put_json("/api/v1/session/profile", &choice).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        // A program goes on with the token it is given; a browser has a cookie.
        if let Some(token) = answer.json()["token"].as_str() {
            self.always("authorization", &format!("Bearer {token}"));
        }
    }

    /// The devices of the account, as this device sees them.
    pub async fn devices(&self) -> Vec<Value> {
        let answer = self.get("/api/v1/devices").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["devices"].as_array().cloned().expect("a list")
    }

    /// The device of that name, as this device sees it.
    pub async fn device_named(&self, name: &str) -> Value {
        let devices = self.devices().await;
        let found = devices.iter().find(|device| device["name"] == name).cloned();
        found.unwrap_or_else(|| panic!("no device {name} in {devices:#?}"))
    }

    /// Signs the device of that id out.
    pub async fn sign_out(&self, device_id: &str) {
        let answer = self.post_json(&format!("/api/v1/devices/{device_id}/sign-out"), &json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

/// Asks again and again until there is an answer; for what the home does by itself a moment later.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        // The pauses leave the processor to those who are waited for; nothing depends on how long they are.
        let mut again = tokio::time::interval(Duration::from_millis(5));
        loop {
            again.tick().await;
            if let Some(found) = ask().await {
                return found;
            }
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}
