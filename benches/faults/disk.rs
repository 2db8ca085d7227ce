//! A real small disk gets full and is given room again, with the home running on it, or killed while it is full.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::Wrongs;
use super::common;
use super::kills::{asked, set_up};
use super::ledger::{End, Ledger, damage};
use super::server::Server;
use super::small_disk::SmallDisk;

/// How often the disk gets full.
const TIMES: usize = 30;
/// Sign-outs that are tried each time.
const TRIED: usize = 3;

/// Fills the disk of a home again and again.
#[expect(clippy::print_stdout, reason = "a bench prints its table")]
pub async fn run() -> Wrongs {
    let mut wrongs = Wrongs::default();
    let Some(disk) = SmallDisk::mount() else {
        println!("  left out: no disk may be mounted here");
        return wrongs;
    };
    let folder = disk.data();
    let owner = set_up(&folder).await;
    let (ledger, client) = (Ledger::default(), common::client());
    ledger.fill(&folder, TIMES * TRIED + 20).await;
    let (mut refused, mut done, mut killed) = (0, 0, 0);
    let mut server = Server::start(&folder);
    for time in 0..TIMES {
        // Everybody has been there since the start: a first request may have to be judged, and that is written down.
        for token in ledger.with(|all| all.iter().map(|held| held.token.clone()).collect::<Vec<_>>()) {
            asked(&client, &server.url, &token).await;
        }
        asked(&client, &server.url, &owner).await;
        disk.fill();
        let mut tried = Vec::new();
        for _ in 0..TRIED {
            let (index, held) = ledger.take_to_end().expect("there are enough");
            match sign_out(&client, &server.url, &owner, &held.device).await {
                (StatusCode::OK, _) => ledger.with(|all| all[index].end = End::Acknowledged),
                (StatusCode::INSUFFICIENT_STORAGE, message)
                    if message.starts_with("Not signed out: the disk is full") =>
                {
                    refused += 1;
                    let after = asked(&client, &server.url, &held.token).await;
                    if !matches!(&after, Some((StatusCode::OK, _))) {
                        wrongs.other.push(format!("not signed out, and refused: {after:?} {held:?}"));
                    }
                    tried.push((index, held));
                }
                other => wrongs.other.push(format!("on a full disk: {other:?}")),
            }
        }
        if time % 3 == 2 {
            server.kill();
            disk.make_room();
            server = Server::start(&folder);
            killed += 1;
        } else {
            disk.make_room();
        }
        for (index, held) in tried {
            // At the first attempt: nothing that failed stands in the way.
            match sign_out(&client, &server.url, &owner, &held.device).await {
                (StatusCode::OK, _) => {
                    done += 1;
                    ledger.with(|all| all[index].end = End::Acknowledged);
                    let after = asked(&client, &server.url, &held.token).await;
                    if matches!(after, Some((StatusCode::OK, _))) {
                        wrongs.late.push(format!("{held:?}"));
                    }
                }
                other => wrongs.other.push(format!("with room again: {other:?}")),
            }
        }
    }
    server.kill();
    wrongs.other.extend(damage(&folder, true).await);
    let server = Server::start(&folder);
    for held in ledger.with(|all| all.clone()) {
        let is_let_in = matches!(asked(&client, &server.url, &held.token).await, Some((StatusCode::OK, _)));
        match held.end {
            End::Acknowledged if is_let_in => wrongs.lost.push(format!("a sign-out: {held:?}")),
            End::Live if !is_let_in => wrongs.lost.push(format!("a session: {held:?}")),
            _ => {}
        }
    }
    server.kill();
    println!(
        "  full {TIMES} times, killed {killed} times meanwhile; {refused} sign-outs refused and not done, {done} done as soon as \
         there was room"
    );
    wrongs.print();
    wrongs
}

async fn sign_out(client: &reqwest::Client, url: &str, owner: &str, device: &str) -> (StatusCode, String) {
    let path = format!("{url}/api/v1/devices/{device}/sign-out");
    let answer = client.post(path).bearer_auth(owner).json(&json!({})).send().await.expect("it runs");
    let status = answer.status();
    let body: Value = answer.json().await.unwrap_or_default();
    (status, body["message"].as_str().unwrap_or_default().to_owned())
}
