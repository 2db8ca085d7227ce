//! Listing 50 devices with 1 k and with 1 M sessions in the store; and the headless server's memory.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod common;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{client, figure, fill, millis, now, quantile, resident_kilobytes, set_up, sign_in, start};
use latchkey::app::App;

/// How much longer the list may take with 1 M sessions in the store.
const LONGER: f64 = 1.5;

/// Most memory the headless server may hold, in kilobytes.
const MOST_MEMORY: u64 = 40 * 1024;

const ROUNDS: usize = 200;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(listing());
    runtime.block_on(memory());
}

async fn listing() {
    println!("listing: 50 devices, with other accounts' sessions in the store");
    let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    let mut homes = Vec::new();
    for (folder, size) in folders.iter().zip([1_000, 1_000_000]) {
        let app = start(folder.path()).await;
        let token = set_up(&app).await;
        app.stop().await;
        fill(folder.path(), size, 1).await;
        give_devices(folder.path(), 50).await;
        homes.push((start(folder.path()).await, token));
    }
    let http = client();
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS + 20 {
        for (index, (app, token)) in homes.iter().enumerate() {
            let took = list(&http, app, token).await;
            if round >= 20 {
                times[index].push(took);
            }
        }
    }
    let [small, large] = times.each_mut().map(|times| quantile(times, 0.5));
    let ratio = large.as_secs_f64() / small.as_secs_f64();
    figure("50 devices, 1 k sessions in the store (median)", &millis(small), "-", true);
    figure("50 devices, 1 M sessions in the store (median)", &millis(large), "-", true);
    figure("1 M beside 1 k", &format!("{ratio:.2} x"), "<= 1.50 x", ratio <= LONGER);
    for (app, _) in homes {
        app.stop().await;
    }
}

async fn list(http: &reqwest::Client, app: &App, token: &str) -> Duration {
    let began = now();
    let answer = http.get(format!("{}/api/v1/devices?limit=50", app.url())).bearer_auth(token).send().await;
    let body: serde_json::Value = answer.expect("an answer").json().await.expect("JSON");
    let took = began.elapsed();
    assert_eq!(body["devices"].as_array().map(Vec::len), Some(50));
    took
}

/// Moves devices of the filled accounts to the one that was set up.
async fn give_devices(folder: &Path, count: i64) {
    use sqlx::Connection;
    let file = format!("sqlite://{}", folder.join("latchkey.db").display());
    let mut database = sqlx::SqliteConnection::connect(&file).await.expect("opens");
    for statement in [
        "UPDATE sessions SET account_id = (SELECT id FROM accounts WHERE login_key = 'ana')
         WHERE id IN (SELECT id FROM sessions WHERE last_active_at < $1)",
        "UPDATE devices SET account_id = (SELECT id FROM accounts WHERE login_key = 'ana')
         WHERE id IN (SELECT id FROM devices WHERE last_active_at < $1)",
    ] {
        sqlx::query(statement).bind(count).execute(&mut database).await.expect("updates");
    }
    database.close().await.expect("closes");
}

/// The program itself, started as a person would, with the place databases that are there.
async fn memory() {
    println!("memory: the headless server after sign-ins and lists, the city database in use if it is there");
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey-server"));
    command.args(["--listen", "127.0.0.1:0", "--log", "json", "--data-dir"]).arg(folder.path());
    for file in place_databases() {
        command.arg("--geoip").arg(file);
    }
    let mut server = command.stdout(Stdio::piped()).spawn().expect("starts");
    let mut lines = BufReader::new(server.stdout.take().expect("its output")).lines();
    let ready = loop {
        let line = lines.next().expect("a line").expect("readable");
        let line: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        if line["event"] == "ready" {
            break line;
        }
    };
    let url = ready["url"].as_str().expect("an address").to_owned();
    let http = client();
    let body = serde_json::json!({
        "code": ready["setup_code"], "login": common::LOGIN, "password": common::PASSWORD,
        "profiles": [{ "name": "Ana", "kind": "adult" }],
    });
    let answer = http.post(format!("{url}/api/v1/setup")).json(&body).send().await.expect("an answer");
    let me: serde_json::Value = answer.json().await.expect("JSON");
    // Five at once is what the limits allow an account.
    let signed_in = 5;
    for _ in 0..signed_in {
        sign_in(&url, &http, "TV").await;
    }
    let token = me["token"].as_str().expect("a token");
    for _ in 0..500 {
        let answer =
            http.get(format!("{url}/api/v1/devices")).bearer_auth(token).send().await.expect("an answer");
        answer.bytes().await.expect("a body");
    }
    let held = resident_kilobytes(server.id());
    figure(
        &format!("resident after {signed_in} sign-ins and 500 lists"),
        &format!("{:.1} MB", megabytes(held.0)),
        "< 40 MB",
        held.0 < MOST_MEMORY,
    );
    println!(
        "  of it file pages shared with other programs or mapped databases: {:.1} MB",
        megabytes(held.1)
    );
    server.kill().expect("stops");
    server.wait().expect("ends");
}

/// Where `./dev` puts the place databases.
fn place_databases() -> Vec<PathBuf> {
    std::env::var_os("LATCHKEY_BENCH_GEOIP")
        .map(|list| std::env::split_paths(&list).collect())
        .unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn megabytes(kilobytes: u64) -> f64 {
    kilobytes as f64 / 1024.0
}
