//! Sign-outs: one at rest beside a bare commit on the same disk, and a thousand at once.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use tokio::runtime::Runtime;

use super::common::{
    client, figure, insert_device, median, millis, now, own_line, quantile, set_up, start, times,
};

/// Bare commits that a sign-out may take as long as.
const COMMITS: f64 = 2.0;

/// Longest that a thousand may take.
const THOUSAND: Duration = Duration::from_millis(150);

const ROUNDS: usize = 200;

pub fn measure(runtime: &Runtime) {
    println!("sign-outs");
    runtime.block_on(at_rest());
    runtime.block_on(a_thousand());
}

async fn at_rest() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = start(folder.path()).await;
    let token = set_up(&app).await;
    app.stop().await;
    let ids = give_devices(folder.path(), ROUNDS).await;
    let app = start(folder.path()).await;
    let mut bare = bare(folder.path()).await;
    let http = client();
    let (mut ratios, mut took) = (Vec::new(), Vec::new());
    for (round, id) in ids.iter().enumerate() {
        let began = now();
        commit(&mut bare, round).await;
        let commit_took = began.elapsed();
        let began = now();
        let url = format!("{}/api/v1/devices/{id}/sign-out", app.url());
        let answer = http.post(url).bearer_auth(&token).json(&json!({})).send().await.expect("an answer");
        let sign_out_took = began.elapsed();
        let body: Value = answer.json().await.expect("JSON");
        assert_eq!(body["effect"], "signed_out", "{body}");
        ratios.push(sign_out_took.as_secs_f64() / commit_took.as_secs_f64());
        took.push(sign_out_took);
    }
    let ratio = median(ratios);
    let measured = format!("{} ({})", times(ratio), millis(quantile(&mut took, 0.5)));
    figure("a sign-out at rest, over HTTP", &measured, "<= 2 bare commits", ratio <= COMMITS);
    app.stop().await;
}

/// A database beside the home's, with the same care for what is written.
async fn bare(folder: &Path) -> SqliteConnection {
    let file = format!("sqlite://{}?mode=rwc", folder.join("bare.db").display());
    let mut database = SqliteConnection::connect(&file).await.expect("opens");
    for statement in [
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "CREATE TABLE commits (id INTEGER, text TEXT)",
        "INSERT INTO commits VALUES (1, '')",
    ] {
        sqlx::query(statement).execute(&mut database).await.expect("runs");
    }
    database
}

async fn commit(database: &mut SqliteConnection, round: usize) {
    let mut change = database.begin_with("BEGIN IMMEDIATE").await.expect("begins");
    let text = round.to_string();
    sqlx::query("UPDATE commits SET text = $1").bind(text).execute(&mut *change).await.expect("runs");
    change.commit().await.expect("is kept");
}

async fn a_thousand() {
    let mut took = Vec::new();
    for _ in 0..5 {
        let folder = tempfile::tempdir().expect("a folder");
        let app = start(folder.path()).await;
        let token = set_up(&app).await;
        app.stop().await;
        give_devices(folder.path(), 1000).await;
        let app = start(folder.path()).await;
        let http = client();
        http.get(format!("{}/guard", app.url())).bearer_auth(&token).send().await.expect("an answer");
        let began = now();
        let url = format!("{}/api/v1/devices/sign-out", app.url());
        let all = json!({ "all": true });
        let answer = http.post(url).bearer_auth(&token).json(&all).send().await.expect("an answer");
        let body: Value = answer.json().await.expect("JSON");
        took.push(began.elapsed());
        assert_eq!(body["results"].as_array().map(Vec::len), Some(1000));
        app.stop().await;
    }
    let worst = quantile(&mut took.clone(), 1.0);
    let middle = quantile(&mut took, 0.5);
    let measured = format!("{} (worst {})", millis(middle), millis(worst));
    figure("a thousand sign-outs at once, over HTTP", &measured, "<= 150 ms", middle <= THOUSAND);
}

/// Gives the account that was set up signed-in devices that were judged on this computer; their ids.
pub async fn give_devices(folder: &Path, count: usize) -> Vec<String> {
    let line = own_line(folder).await;
    let file = format!("sqlite://{}", folder.join("latchkey.db").display());
    let mut database = SqliteConnection::connect(&file).await.expect("opens");
    let (account,): (String,) =
        sqlx::query_as("SELECT id FROM accounts").fetch_one(&mut database).await.expect("an account");
    let mut change = database.begin().await.expect("begins");
    let mut ids = Vec::new();
    for index in 0..count {
        let (device, _) = insert_device(&mut change, &account, index, &line).await;
        ids.push(device.to_string());
    }
    change.commit().await.expect("is kept");
    database.close().await.expect("closes");
    ids
}
