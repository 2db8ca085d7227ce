//! The home is killed again and again while it works; what it had answered must be so when it comes back.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::Wrongs;
use super::common::{self, LOGIN, PASSWORD};
use super::ledger::{End, Held, Ledger, below, damage};
use super::server::{Server, end};

/// Sessions that are put into the database before each start, as long as there are fewer alive.
const ALIVE: usize = 120;
/// Every so many kills the whole file is checked, and not only its pages.
const THOROUGH_EVERY: usize = 50;
/// Of so many kills one comes while the home starts.
const AT_START: usize = 8;
/// Longest time that a home works before it is killed, in milliseconds.
const LONGEST: usize = 300;

/// What was acknowledged.
#[derive(Default)]
struct Counts {
    sign_outs: AtomicUsize,
    sign_ins: AtomicUsize,
    codes: AtomicUsize,
    renames: AtomicUsize,
    let_in: AtomicUsize,
    refused: AtomicUsize,
}

/// What the clients of a home share.
#[derive(Clone)]
struct Load {
    url: String,
    owner: Arc<str>,
    client: reqwest::Client,
    ledger: Ledger,
    counts: Arc<Counts>,
    wrongs: Arc<std::sync::Mutex<Wrongs>>,
    over: Arc<AtomicBool>,
}

/// Kills a home `kills` times.
#[expect(clippy::print_stdout, reason = "a bench prints how far it is")]
pub async fn run(kills: usize) -> Wrongs {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let (ledger, counts) = (Ledger::default(), Arc::new(Counts::default()));
    let wrongs = Arc::new(std::sync::Mutex::new(Wrongs::default()));
    let owner: Arc<str> = set_up(folder).await.into();
    let began = common::now();
    let mut while_starting = 0;
    for round in 0..kills {
        let alive = ledger.with(|all| all.iter().filter(|held| held.end == End::Live).count());
        ledger.fill(folder, ALIVE.saturating_sub(alive)).await;
        if below(AT_START) == 0 {
            let mut starting = Server::spawn(folder);
            tokio::time::sleep(Duration::from_millis(below(LONGEST) as u64)).await;
            end(&mut starting);
            while_starting += 1;
        } else {
            let server = Server::start(folder);
            let load = Load {
                url: server.url.clone(),
                owner: Arc::clone(&owner),
                client: common::client(),
                ledger: ledger.clone(),
                counts: Arc::clone(&counts),
                wrongs: Arc::clone(&wrongs),
                over: Arc::default(),
            };
            compare(&load).await;
            let clients = begin(&load);
            tokio::time::sleep(Duration::from_millis(5 + below(LONGEST) as u64)).await;
            server.kill();
            load.over.store(true, Ordering::Release);
            for client in clients {
                client.await.expect("a client does not panic");
            }
        }
        if let Some(found) = damage(folder, round % THOROUGH_EVERY == 0).await {
            note(&wrongs, |wrongs| wrongs.other.push(format!("kill {round}: {found}")));
        }
        if (round + 1).is_multiple_of(100) {
            println!("  … {} kills in {:.0} s", round + 1, began.elapsed().as_secs_f64());
        }
    }
    // All that ever happened, once more.
    ledger.with(|all| all.iter_mut().for_each(|held| held.is_checked = false));
    let server = Server::start(folder);
    let last = Load {
        url: server.url.clone(),
        owner,
        client: common::client(),
        ledger: ledger.clone(),
        counts: Arc::clone(&counts),
        wrongs: Arc::clone(&wrongs),
        over: Arc::default(),
    };
    compare(&last).await;
    server.kill();
    let count = |count: &AtomicUsize| count.load(Ordering::Relaxed);
    println!(
        "  {kills} kills, {while_starting} of them during a start; acknowledged: {} sign-outs, {} sign-ins, {} devices by code, \
         {} names; asked at the guard: {} let in, {} refused; {} sessions looked at in the end",
        count(&counts.sign_outs),
        count(&counts.sign_ins),
        count(&counts.codes),
        count(&counts.renames),
        count(&counts.let_in),
        count(&counts.refused),
        ledger.with(|all| all.len()),
    );
    let wrongs = std::mem::take(&mut *wrongs.lock().expect("no holder panics"));
    wrongs.print();
    wrongs
}

fn note(wrongs: &std::sync::Mutex<Wrongs>, add: impl FnOnce(&mut Wrongs)) {
    add(&mut wrongs.lock().expect("no holder panics"));
}

/// Makes the account; answers with the token of its owner, who has chosen a profile.
pub async fn set_up(folder: &Path) -> String {
    let server = Server::start(folder);
    let client = common::client();
    let body = json!({
        "code": server.setup_code, "login": LOGIN, "password": PASSWORD,
        "profiles": [{ "name": "Ana", "kind": "adult" }],
    });
    let answer =
        client.post(format!("{}/api/v1/setup", server.url)).json(&body).send().await.expect("an answer");
    let made: Value = answer.json().await.expect("JSON");
    let token = made["token"].as_str().unwrap_or_else(|| panic!("no account: {made}")).to_owned();
    let choice = json!({ "profile_id": made["profiles"][0]["id"] });
    let chosen = client
        .put(format!("{}/api/v1/session/profile", server.url))
        .bearer_auth(&token)
        .json(&choice)
        .send()
        .await;
    let chosen = chosen.expect("an answer");
    assert!(chosen.status().is_success(), "{}", chosen.status());
    // With every change of rights the token may change.
    let newer: Value = chosen.json().await.unwrap_or_default();
    let token = newer["token"].as_str().map_or(token, str::to_owned);
    server.kill();
    token
}

/// Asks a home that has just started about everything that it was told since the one before.
async fn compare(load: &Load) {
    let open: Vec<usize> = load.ledger.with(|all| {
        (0..all.len()).filter(|index| all[*index].end != End::Live || !all[*index].is_checked).collect()
    });
    for index in open {
        let held = load.ledger.with(|all| all[index].clone());
        if held.is_checked {
            continue;
        }
        let (status, code) = asked(&load.client, &load.url, &held.token).await.expect("it runs");
        let is_let_in = status == StatusCode::OK;
        let is_ended = status == StatusCode::UNAUTHORIZED && code == "session_ended";
        if !is_let_in && !is_ended {
            // The ones that ended long ago are merely unknown.
            let is_forgotten = held.end == End::Acknowledged && code == "not_signed_in";
            if !is_forgotten {
                note(&load.wrongs, |wrongs| wrongs.other.push(format!("{held:?}: {status} {code}")));
            }
        }
        match held.end {
            End::Acknowledged if is_let_in => {
                note(&load.wrongs, |wrongs| wrongs.lost.push(format!("a sign-out: {held:?}")));
            }
            End::Live if is_ended => {
                note(&load.wrongs, |wrongs| wrongs.lost.push(format!("a sign-in: {held:?}")));
            }
            _ => {}
        }
        load.ledger.with(|all| {
            // What was under way is what it turned out to be.
            if all[index].end == End::Asked {
                all[index].end = if is_let_in { End::Live } else { End::Acknowledged };
            }
            all[index].is_checked = true;
        });
        if is_let_in && !held.names.is_empty() {
            compare_name(load, &held).await;
        }
    }
}

async fn compare_name(load: &Load, held: &Held) {
    let path = format!("{}/api/v1/devices/{}", load.url, held.device);
    let answer = load.client.get(path).bearer_auth(&*load.owner).send().await.expect("it runs");
    let detail: Value = answer.json().await.unwrap_or_default();
    let name = detail["device"]["name"].as_str().or_else(|| detail["name"].as_str()).unwrap_or_default();
    // Those after the last acknowledged one were under way.
    if !held.names.iter().any(|given| given == name) {
        note(&load.wrongs, |wrongs| wrongs.lost.push(format!("a name: {name:?} of {held:?}")));
    }
}

/// What the home says to a request with that token.
pub async fn asked(client: &reqwest::Client, url: &str, token: &str) -> Option<(StatusCode, String)> {
    let answer = client.get(format!("{url}/guard")).bearer_auth(token).send().await.ok()?;
    let status = answer.status();
    let body: Value = answer.json().await.unwrap_or_default();
    Some((status, body["error"].as_str().unwrap_or_default().to_owned()))
}

/// Everybody who works with the home until it is killed.
fn begin(load: &Load) -> Vec<tokio::task::JoinHandle<()>> {
    let mut clients = Vec::new();
    for _ in 0..3 {
        clients.push(tokio::spawn(sign_out(load.clone())));
    }
    for _ in 0..2 {
        clients.push(tokio::spawn(use_sites(load.clone())));
    }
    clients.push(tokio::spawn(rename(load.clone())));
    clients.push(tokio::spawn(sign_in(load.clone())));
    clients.push(tokio::spawn(sign_in_by_code(load.clone())));
    clients
}

impl Load {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    fn one_more(count: &AtomicUsize) {
        count.fetch_add(1, Ordering::Relaxed);
    }
}

async fn sign_out(load: Load) {
    while !load.is_over() {
        let Some((index, held)) = load.ledger.take_to_end() else { return };
        let (path, token) = if below(2) == 0 && !held.device.is_empty() {
            (format!("{}/api/v1/devices/{}/sign-out", load.url, held.device), load.owner.to_string())
        } else {
            (format!("{}/api/v1/sign-out", load.url), held.token.clone())
        };
        match load.client.post(path).bearer_auth(token).json(&json!({})).send().await {
            Ok(answer) if answer.status().is_success() => {
                Load::one_more(&load.counts.sign_outs);
                load.ledger.with(|all| {
                    all[index].end = End::Acknowledged;
                    all[index].is_checked = false;
                });
            }
            Ok(answer) => {
                let (status, body) = (answer.status(), answer.text().await.unwrap_or_default());
                if !body.is_empty() {
                    note(&load.wrongs, |wrongs| wrongs.other.push(format!("a sign-out: {status} {body}")));
                }
            }
            Err(_) => return load.ledger.with(|all| all[index].is_checked = false),
        }
    }
}

async fn use_sites(load: Load) {
    while !load.is_over() {
        let Some((_, held)) = load.ledger.pick(|held| held.end != End::Asked) else { return };
        let Some((status, code)) = asked(&load.client, &load.url, &held.token).await else { return };
        if status == StatusCode::OK {
            Load::one_more(&load.counts.let_in);
            // It was acknowledged before this was asked.
            if held.end == End::Acknowledged {
                note(&load.wrongs, |wrongs| wrongs.late.push(format!("{held:?}")));
            }
        } else {
            Load::one_more(&load.counts.refused);
            let is_known =
                status == StatusCode::UNAUTHORIZED && matches!(&*code, "session_ended" | "not_signed_in");
            if !is_known {
                note(&load.wrongs, |wrongs| {
                    wrongs.other.push(format!("the guard: {status} {code} to {held:?}"));
                });
            }
        }
    }
}

async fn rename(load: Load) {
    let mut number = 0;
    while !load.is_over() {
        let Some((index, held)) = load.ledger.pick(|held| held.end == End::Live && !held.device.is_empty())
        else {
            return;
        };
        number += 1;
        let name = format!("TV {number} of {}", below(1_000_000));
        load.ledger.with(|all| {
            if all[index].names.is_empty() {
                all[index].names.push("TV".into());
            }
            all[index].names.push(name.clone());
            all[index].is_checked = false;
        });
        let path = format!("{}/api/v1/devices/{}", load.url, held.device);
        let answer =
            load.client.patch(path).bearer_auth(&*load.owner).json(&json!({ "name": name })).send().await;
        match answer {
            Ok(answer) if answer.status().is_success() => {
                Load::one_more(&load.counts.renames);
                // Acknowledged: none of those before it counts any more.
                load.ledger.with(|all| all[index].names = vec![name]);
            }
            Ok(_) => {}
            Err(_) => return,
        }
    }
}

/// Signs in as often as the limits allow, which are those of a home that has just started.
async fn sign_in(load: Load) {
    for _ in 0..3 {
        if load.is_over() {
            return;
        }
        let body = json!({ "login": LOGIN, "password": PASSWORD, "device": { "name": "TV", "kind": "tv" } });
        let answer = load.client.post(format!("{}/api/v1/sign-in", load.url)).json(&body).send().await;
        let Ok(answer) = answer else { return };
        if !answer.status().is_success() {
            return;
        }
        let Ok(made) = answer.json::<Value>().await else { return };
        if let (Some(device), Some(token)) = (made["device_id"].as_str(), made["token"].as_str()) {
            Load::one_more(&load.counts.sign_ins);
            load.ledger.with(|all| all.push(Held::new(device.to_owned(), token.to_owned())));
        }
    }
}

/// A television signs in by code, and the owner lets it in.
async fn sign_in_by_code(load: Load) {
    let post = async |path: &str, fields: &[(&str, &str)]| -> Option<Value> {
        let body = serde_urlencoded::to_string(fields).expect("text");
        let kind = "application/x-www-form-urlencoded";
        let request = load.client.post(format!("{}{path}", load.url)).header("content-type", kind).body(body);
        request.send().await.ok()?.json().await.ok()
    };
    let Some(code) = post("/device_authorization", &[("client_id", "tv")]).await else { return };
    let (Some(user_code), Some(device_code)) = (code["user_code"].as_str(), code["device_code"].as_str())
    else {
        return;
    };
    let answer = json!({ "user_code": user_code, "decision": "allow", "password": PASSWORD });
    let path = format!("{}/api/v1/codes/answer", load.url);
    let allowed = load.client.post(path).bearer_auth(&*load.owner).json(&answer).send().await;
    if !allowed.is_ok_and(|answer| answer.status().is_success()) {
        return;
    }
    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    let fields = [("grant_type", grant), ("device_code", device_code), ("client_id", "tv")];
    let Some(made) = post("/token", &fields).await else { return };
    let Some(token) = made["access_token"].as_str() else { return };
    let asked = load.client.get(format!("{}/api/v1/session", load.url)).bearer_auth(token).send().await;
    // Its device is learnt from the home; without it nobody can sign it out but itself.
    let device = match asked {
        Ok(answer) => {
            answer.json::<Value>().await.unwrap_or_default()["device_id"].as_str().map(str::to_owned)
        }
        Err(_) => None,
    };
    Load::one_more(&load.counts.codes);
    load.ledger.with(|all| all.push(Held::new(device.unwrap_or_default(), token.to_owned())));
}
