//! A home in a network of its own: the real program, the household that asks it from its own computer, and strangers.

use std::fs::{self, File};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use latchkey::home::Home as _;
use latchkey::home::there::There;
use latchkey::model::{
    AlertId, AlertState, Answer, DeclaredDevice, DeviceId, HistoryKind, ProfileKind, Secret,
};
use latchkey::wire::{
    Alert, AlertAnswer, AlertQuery, AlertSettingsChange, AnswerOutcome, DeviceQuery, HistoryQuery,
    NewProfile, ProfileChoice, Proof, RelayChange, SetupRequest, SignInRequest,
};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tempfile::TempDir;

use crate::network::{Cable, Place};
use crate::support::server::Process;
use crate::support::{Browser, LOGIN, PASSWORD};
use crate::until;

/// The home on its own computer.
const HERE: &str = "http://127.0.0.1:8470";
/// A proxy beside the home, through which strangers come from the internet.
const PROXY: [u8; 4] = [127, 0, 0, 2];

/// Where strangers are, by the demonstration's places, and what their browsers say they are.
const STRANGERS: [(&str, &str); 4] = [
    (
        "198.51.100.12",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    ),
    (
        "203.0.113.201",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
    ),
    ("198.51.100.140", "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"),
    (
        "203.0.113.9",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
    ),
];

/// The program, running.
struct Program {
    process: Process,
    /// What it prints.
    log: PathBuf,
}

/// A home, until it is dropped.
pub struct Home {
    // Before the place that it is in.
    program: Program,
    /// How often it was started.
    starts: u32,
    strangers: usize,
    /// Ana, on its own computer.
    owner: There,
    /// Where it is.
    pub place: Place,
    /// From here to the relay.
    pub way_out: Cable,
    /// The push service that it may send to.
    push_origin: String,
    folder: TempDir,
}

/// Somebody who knows the password, and whom the household does not know.
pub struct Stranger {
    browser: Arc<Browser>,
    /// Their device.
    pub device_id: DeviceId,
}

/// The password, as a proof.
pub fn password() -> Proof {
    Proof { password: Some(PASSWORD.into()), ..Proof::default() }
}

/// What a device says of itself.
pub fn named(name: &str) -> DeclaredDevice {
    DeclaredDevice { name: Some(name.into()), ..DeclaredDevice::default() }
}

impl Program {
    fn start(place: &Place, folder: &Path, number: u32, push_origin: &str) -> Self {
        let log = folder.join(format!("log-{number}"));
        let output = File::create(&log).expect("a file");
        let complaints = output.try_clone().expect("the same file");
        let places = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/demo/places.mmdb");
        let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey-server"));
        command
            .args(["--in-container", "false", "--listen", "0.0.0.0:8470", "--trusted-proxy", "127.0.0.2"])
            .args(["--push-origin", push_origin, "--log", "json", "--geoip"])
            .arg(places)
            .arg("--data-dir")
            .arg(folder.join("data"))
            .env("LATCHKEY_LOG_FILTER", "info,latchkey=debug,sqlx=warn")
            .stdout(output)
            .stderr(complaints);
        let child = place.start(|| command.spawn()).expect("it starts");
        Self { process: Process::from(child), log }
    }

    /// What it printed so far, line by line. The last one may not be whole yet.
    fn lines(&self) -> Vec<Value> {
        let log = fs::read_to_string(&self.log).expect("it is there");
        log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Waits until it is open; answers with what it says then.
    async fn ready(&self) -> Value {
        until("the home is open", async || self.lines().into_iter().find(|line| line["event"] == "ready"))
            .await
    }
}

impl Drop for Program {
    #[expect(clippy::print_stderr, reason = "what a home said goes with its folder")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", fs::read_to_string(&self.log).unwrap_or_default());
        }
    }
}

impl Home {
    /// A home with an account and the adults Ana and Rui, which has learnt and answers by a relay.
    pub async fn set_up(place: Place, way_out: Cable, relay: &str, push_origin: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program = Program::start(&place, folder.path(), 1, push_origin);
        let ready = program.ready().await;
        let code = ready["setup_code"].as_str().expect("there is no account yet").to_owned();
        let nobody = There::new(HERE.parse().expect("an address"), None);
        let relay_url = Some(relay.to_owned());
        let owner = place
            .run(async move {
                let request = SetupRequest {
                    code,
                    login: LOGIN.into(),
                    password: PASSWORD.into(),
                    profiles: ["Ana", "Rui"].map(|name| NewProfile::of(name, ProfileKind::Adult)).into(),
                    device: Some(named("Ana's laptop")),
                };
                let made = nobody.set_up(request).await.expect("sets up");
                let owner = nobody.with_token(Some(Secret::received(made.token)));
                chooses(&owner, "Ana").await;
                let taught = AlertSettingsChange {
                    end_learning: true,
                    proof: password(),
                    ..AlertSettingsChange::default()
                };
                owner.change_alert_settings(taught).await.expect("is set");
                owner
                    .set_relay(RelayChange { relay_url, proof: password(), ..RelayChange::default() })
                    .await
                    .expect("is set");
                owner
            })
            .await;
        let push_origin = push_origin.to_owned();
        Self { program, starts: 1, strangers: 0, owner, place, way_out, push_origin, folder }
    }

    /// Asks it on its own computer, as Ana.
    pub async fn ask<T, F>(&self, ask: impl FnOnce(There) -> F) -> T
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        self.place.run(ask(self.owner.clone())).await
    }

    /// Somebody signs in from the internet.
    pub async fn stranger(&mut self) -> Stranger {
        let (address, user_agent) = STRANGERS[self.strangers % STRANGERS.len()];
        self.strangers += 1;
        let browser = Arc::new(Browser::from_address(HERE, IpAddr::from(PROXY)));
        browser.always("x-forwarded-for", address);
        browser.always("user-agent", user_agent);
        let signs_in = Arc::clone(&browser);
        let request = json!({ "login": LOGIN, "password": PASSWORD });
        let answer =
            self.place.run(async move { signs_in.post_json("/api/v1/sign-in", &request).await }).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let device_id = answer.json()["device_id"].as_str().and_then(|id| id.parse().ok());
        Stranger { browser, device_id: device_id.expect("an id") }
    }

    /// Whether somebody is let in.
    pub async fn is_in(&self, stranger: &Stranger) -> bool {
        let browser = Arc::clone(&stranger.browser);
        let answer = self.place.run(async move { browser.get("/api/v1/session").await }).await;
        assert!(matches!(answer.status, 200 | 401), "{}", answer.text);
        answer.status == 200
    }

    /// The alert about a device.
    pub async fn alert_about(&self, device: DeviceId) -> Alert {
        let page = self.ask(|owner| async move { owner.alerts(AlertQuery::default()).await }).await;
        let page = page.expect("alerts");
        page.alerts.into_iter().find(|alert| alert.device_id == device).expect("an alert")
    }

    /// Says that a device is the household's, where that is asked.
    pub async fn vouches_for(&self, device: DeviceId) {
        let page = self.ask(|owner| async move { owner.alerts(AlertQuery::default()).await }).await;
        let mut alerts = page.expect("alerts").alerts.into_iter();
        let about = alerts.find(|alert| alert.device_id == device && alert.state == AlertState::Open);
        if let Some(alert) = about {
            self.answers(alert.id, Answer::Me).await;
        }
    }

    /// Answers an alert on its own computer, as Ana.
    pub async fn answers(&self, alert_id: AlertId, answer: Answer) -> AnswerOutcome {
        let answer = AlertAnswer { answer };
        self.ask(move |owner| async move { owner.answer_alert(alert_id, answer).await })
            .await
            .expect("answers")
    }

    /// The devices that are signed in, by their names and ids.
    pub async fn signed_in(&self) -> Vec<(String, DeviceId)> {
        let page = self.ask(|owner| async move { owner.devices(DeviceQuery::default()).await }).await;
        let devices = page.expect("devices").devices.into_iter().filter(|device| device.signed_in);
        devices.map(|device| (device.name, device.id)).collect()
    }

    /// How many entries of that kind its history has of a device, or of all.
    pub async fn history(&self, kind: Option<HistoryKind>, device_id: Option<DeviceId>) -> usize {
        let query = HistoryQuery { kind, device_id, limit: Some(1000), cursor: None };
        let page = self.ask(|owner| async move { owner.history(query).await }).await;
        page.expect("a history").history.len()
    }

    /// How many lines with that message, and about that job, it has written since it was started.
    pub fn says(&self, message: &str, job: &str) -> usize {
        let lines = self.program.lines();
        lines.iter().filter(|line| line["message"] == message && line["job"] == job).count()
    }

    /// Has the power fail: the program ends where it stands.
    pub fn loses_power(&mut self) {
        self.program.process.kill().expect("it runs");
        self.program.process.wait().expect("it ends");
    }

    /// Starts it again.
    pub async fn comes_back(&mut self) {
        self.starts += 1;
        self.program = Program::start(&self.place, self.folder.path(), self.starts, &self.push_origin);
        self.program.ready().await;
    }

    /// How a job stands at a home that is off.
    pub async fn job_stands(&self, job: &str) -> String {
        let database = self.database().await;
        let found = sqlx::query_as("SELECT state FROM jobs WHERE id = $1").bind(job);
        let (state,): (String,) = found.fetch_one(&database).await.expect("is there");
        database.close().await;
        state
    }

    async fn database(&self) -> SqlitePool {
        let file = self.folder.path().join("data/latchkey.db");
        let options = SqliteConnectOptions::new().filename(file);
        SqlitePool::connect_with(options).await.expect("opens")
    }

    /// Has time pass for a home that is off: all that it wrote down is so much older when it comes back.
    pub async fn sleeps(&self, time: Duration) {
        let database = self.database().await;
        let moments: Vec<(String, String)> = sqlx::query_as(
            "SELECT tables.name, columns.name FROM sqlite_master tables, pragma_table_info(tables.name) columns
             WHERE tables.type = 'table' AND upper(columns.type) = 'BIGINT'
             AND (columns.name = 'at' OR columns.name LIKE '%\\_at' ESCAPE '\\'
                  OR columns.name = 'since' OR columns.name LIKE '%\\_since' ESCAPE '\\')",
        )
        .fetch_all(&database)
        .await
        .expect("columns");
        assert!(moments.len() > 10, "{moments:?}");
        for (table, column) in moments {
            let statement = format!("UPDATE {table} SET {column} = {column} - {}", time.as_millis());
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&database).await.expect("is older");
        }
        database.close().await;
    }
}

/// Signs a device in with the password, and has that person use it; where that is done.
pub async fn signs_in(there: &There, name: &str, who: &str) -> There {
    let request = SignInRequest {
        login: LOGIN.into(),
        password: PASSWORD.into(),
        device_secret: None,
        device: Some(named(name)),
    };
    let signed_in = there.sign_in(request).await.expect("signs in");
    let there = there.with_token(Some(Secret::received(signed_in.token)));
    chooses(&there, who).await;
    there
}

async fn chooses(there: &There, who: &str) {
    let list = there.profiles().await.expect("profiles");
    let profile = list.profiles.into_iter().find(|profile| profile.name == who).expect("one of that name");
    there.choose_profile(ProfileChoice::of(profile.id)).await.expect("is chosen");
}
