//! What the benches share: a store with many sessions, and a table of figures beside their limits.

#![allow(
    dead_code,
    clippy::print_stdout,
    reason = "every bench takes from here what it needs, and prints its table"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use latchkey::app::{App, Parts};
use latchkey::config::Config;
use latchkey::model::{AccountId, DeviceId, LineKey, Lines, Secret, SessionId};
use latchkey::random::SystemRandom;
use serde_json::json;
use sqlx::{Connection, SqliteConnection};

/// The account's login name in a bench.
pub const LOGIN: &str = "ana";
/// Its password.
pub const PASSWORD: &str = "a bench password";

/// A clock for measuring. The code under test has its own.
#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
pub fn now() -> Instant {
    Instant::now()
}

/// Prints one figure beside its limit, and says whether it keeps it.
pub fn figure(what: &str, measured: &str, limit: &str, kept: bool) {
    let verdict = if kept { "kept" } else { "NOT KEPT" };
    println!("  {what:<58} {measured:>22}   limit {limit:<22} {verdict}");
}

/// The value that `share` of all are below; `values` is sorted by this.
pub fn quantile(values: &mut [Duration], share: f64) -> Duration {
    values.sort();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let index = ((values.len() as f64 * share).ceil() as usize).clamp(1, values.len()) - 1;
    values[index]
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A share in percent.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// A ratio, with two decimals.
pub fn times(ratio: f64) -> String {
    format!("{ratio:.2} x")
}

/// Processor time of this process so far, in seconds.
pub fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    // After the name in brackets; user and system time are its fields 14 and 15, in hundredths (proc(5)).
    let fields: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
    let ticks = |index: usize| fields[index].parse::<f64>().expect("a number");
    (ticks(11) + ticks(12)) / 100.0
}

/// Resident memory of a process in kilobytes, and how much of it is pages of files.
pub fn resident_kilobytes(id: u32) -> (u64, u64) {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let read = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().trim_end_matches(" kB").trim().parse().ok()
    };
    (read("VmRSS:").unwrap_or(0), read("RssFile:").unwrap_or(0))
}

/// Milliseconds with a decimal.
pub fn millis(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}

/// A home on a free port of this computer, in that folder.
pub async fn start(folder: &Path) -> App {
    start_at(folder, Arc::new(latchkey::clock::SystemClock)).await
}

/// The same, with a clock of one's own.
pub async fn start_at(folder: &Path, clock: Arc<dyn latchkey::clock::Clock>) -> App {
    let config = Config {
        listen: "127.0.0.1:0".parse().expect("an address"),
        geoip_update_url: None,
        networks_update_url: None,
        tor_exits_update_url: None,
        ..Config::in_folder(folder)
    };
    App::start(config, Parts { clock, ..Parts::default() }).await.expect("the home starts")
}

/// Makes the account; answers with the token of the device it was made on.
pub async fn set_up(app: &App) -> String {
    let body = json!({
        "code": app.setup_code().expect("there is no account yet"), "login": LOGIN, "password": PASSWORD,
        "profiles": [{ "name": "Ana", "kind": "adult" }],
    });
    let answer = client().post(format!("{}/api/v1/setup", app.url())).json(&body).send().await;
    let answer: serde_json::Value = answer.expect("an answer").json().await.expect("JSON");
    answer["token"].as_str().expect("a token").to_owned()
}

/// Signs a device in; answers with its token and its id.
pub async fn sign_in(url: &str, http: &reqwest::Client, name: &str) -> serde_json::Value {
    let body = json!({ "login": LOGIN, "password": PASSWORD, "device": { "name": name, "kind": "tv" } });
    let answer = http.post(format!("{url}/api/v1/sign-in")).json(&body).send().await.expect("an answer");
    assert!(answer.status().is_success(), "{}", answer.status());
    answer.json().await.expect("JSON")
}

/// A client that keeps its connection.
pub fn client() -> reqwest::Client {
    latchkey::tls::http_client()
}

/// The line that a session of this bench is judged on: this computer, and a program that says nothing of itself. By the key
/// of the home in `folder`, which was started before.
pub async fn own_line(folder: &Path) -> Vec<u8> {
    let file = format!("sqlite://{}", folder.join("latchkey.db").display());
    let mut database = SqliteConnection::connect(&file).await.expect("opens");
    let (key,): (Vec<u8>,) = sqlx::query_as("SELECT key FROM home_keys WHERE name = 'line'")
        .fetch_one(&mut database)
        .await
        .expect("a key");
    database.close().await.expect("closes");
    let key = LineKey::from_bytes(&key).expect("a key");
    let network = "127.0.0.0/24".parse().expect("a network");
    Lines::default().with(key.line(Some(network), &[None; 7]), true).to_bytes()
}

/// Writes a signed-in device of an account that was judged on `line`; answers with its id and its token.
pub async fn insert_device(
    database: &mut SqliteConnection,
    account: &str,
    index: usize,
    line: &[u8],
) -> (DeviceId, Secret) {
    let (clock, random) = (latchkey::clock::SystemClock, SystemRandom);
    let (device, session) = (DeviceId::new(&clock, &random), SessionId::new(&clock, &random));
    let (token, secret) = (Secret::new(&random), Secret::new(&random));
    let at = i64::try_from(index).expect("small");
    sqlx::query(
        "INSERT INTO devices (id, account_id, secret_hash, kind, name, first_seen_at, last_active_at,
         times_signed_in, last_session_id) VALUES ($1, $2, $3, 'tv', 'TV', $4, $4, 1, $5)",
    )
    .bind(device.to_string())
    .bind(account)
    .bind(secret.hash().as_bytes().as_slice())
    .bind(at)
    .bind(session.to_string())
    .execute(&mut *database)
    .await
    .expect("a device");
    sqlx::query(
        "INSERT INTO sessions (id, account_id, device_id, token_hash, method, created_at, last_active_at, address,
         place, familiarity, judged_lines) VALUES ($1, $2, $3, $4, 'password', $5, $5, '127.0.0.1',
         '{\"scope\":\"this_computer\",\"label\":\"This computer\"}',
         '{\"verdict\":\"familiar\",\"score\":null,\"reasons\":[]}', $6)",
    )
    .bind(session.to_string())
    .bind(account)
    .bind(device.to_string())
    .bind(token.hash().as_bytes().as_slice())
    .bind(at)
    .bind(line)
    .execute(database)
    .await
    .expect("a session");
    (device, token)
}

/// Fills the database in `folder` with `count` signed-in devices of `count / 50` other accounts, 50 each, that were judged
/// on this computer, as a home has them that was stopped; and hands out some of their tokens. One transaction: the verbs
/// flush to disk at each sign-in, as they must.
pub async fn fill(folder: &Path, count: usize, tokens: usize) -> Vec<String> {
    let line = own_line(folder).await;
    let clock = latchkey::clock::SystemClock;
    let random = SystemRandom;
    let file = format!("sqlite://{}", folder.join("latchkey.db").display());
    let mut database = SqliteConnection::connect(&file).await.expect("opens");
    let mut change = database.begin().await.expect("begins");
    let mut handed_out = Vec::new();
    let mut account = AccountId::new(&clock, &random);
    for index in 0..count {
        if index % 50 == 0 {
            account = AccountId::new(&clock, &random);
            sqlx::query("INSERT INTO accounts (id, login, login_key, password_hash, created_at) VALUES ($1, $1, $1, '', 0)")
                .bind(account.to_string())
                .execute(&mut *change)
                .await
                .expect("an account");
        }
        let (_, token) = insert_device(&mut change, &account.to_string(), index, &line).await;
        if handed_out.len() < tokens && index % (count / tokens).max(1) == 0 {
            handed_out.push(token.reveal().to_owned());
        }
    }
    change.commit().await.expect("commits");
    database.close().await.expect("closes");
    handed_out
}
