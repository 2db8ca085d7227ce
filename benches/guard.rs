//! Session checks per second through `/guard`, beside an empty handler served the same way, with 1 k and with
//! 1 M sessions. The load comes from `wrk`, with 32 connections that each change among a thousand tokens.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod common;

use std::path::Path;
use std::process::Command;

use axum::Router;
use axum::routing::get;
use common::{figure, fill, set_up, start};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Share of the empty handler's pace that the guard must keep.
const SHARE: f64 = 0.8;

/// The share of the pace with 1 k sessions that must be left with 1 M.
const FLAT: f64 = 0.9;

/// Rounds, in turn: A B C A B C …, since these machines are shared and their speed drifts.
const ROUNDS: usize = 20;

fn main() {
    println!("guard: session checks per second");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    let sizes = [1_000, 1_000_000];
    let mut targets = Vec::new();
    let mut apps = Vec::new();
    for (folder, size) in folders.iter().zip(sizes) {
        let script = folder.path().join("tokens.lua");
        let app = runtime.block_on(async {
            let app = start(folder.path()).await;
            set_up(&app).await;
            app.stop().await;
            let tokens = fill(folder.path(), size, 1000).await;
            std::fs::write(&script, lua(&tokens)).expect("writes");
            start(folder.path()).await
        });
        targets.push((format!("{}/guard", app.url()), script));
        apps.push(app);
    }
    let stop = CancellationToken::new();
    let empty = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listens");
        let url = format!("http://{}/guard", listener.local_addr().expect("an address"));
        let router = Router::new().route("/guard", get(|| async {}));
        tokio::spawn(latchkey::http::serve(listener, router, Vec::new(), stop.clone()));
        url
    });
    let empty_script = targets[0].1.clone();
    let (mut shares, mut flat) = ([Vec::new(), Vec::new()], Vec::new());
    let mut paces = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..=ROUNDS {
        let base = load(&empty, &empty_script);
        let guards = [load(&targets[0].0, &targets[0].1), load(&targets[1].0, &targets[1].1)];
        if round == 0 {
            continue; // warming up
        }
        paces[0].push(base);
        // Beside what ran a second before: the machine's own pace is in both.
        flat.push(guards[1] / guards[0]);
        for (index, guard) in guards.into_iter().enumerate() {
            shares[index].push(guard / base);
            paces[index + 1].push(guard);
        }
    }
    let [small, large] = shares.map(median);
    println!(
        "  paces, median of {ROUNDS}: empty {:.0}/s, 1 k {:.0}/s, 1 M {:.0}/s",
        median(paces[0].clone()),
        median(paces[1].clone()),
        median(paces[2].clone())
    );
    figure("guard with 1 k sessions, share of the empty handler", &percent(small), ">= 80 %", small >= SHARE);
    figure("guard with 1 M sessions, share of the empty handler", &percent(large), ">= 80 %", large >= SHARE);
    let flat = median(flat);
    figure("1 M beside 1 k", &percent(flat), ">= 90 % (flat)", flat >= FLAT);
    runtime.block_on(async {
        for app in apps {
            app.stop().await;
        }
    });
    stop.cancel();
}

/// A script for `wrk`: every request carries the next token.
fn lua(tokens: &[String]) -> String {
    let list = tokens.iter().map(|token| format!("\"Bearer {token}\"")).collect::<Vec<_>>().join(",");
    format!(
        "local tokens = {{{list}}}\nlocal next = 0\nrequest = function()\n  next = next % #tokens + 1\n  \
         return wrk.format(\"GET\", nil, {{ [\"Authorization\"] = tokens[next] }})\nend\n"
    )
}

/// Requests per second that `wrk` gets through. Every answer must be a success.
fn load(url: &str, script: &Path) -> f64 {
    let output = Command::new("wrk")
        .args(["--threads", "1", "--connections", "32", "--duration", "1s", "--script"])
        .arg(script)
        .arg(url)
        .output()
        .expect("wrk runs: install the package wrk");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && !text.contains("Non-2xx"), "{text}");
    let line = text.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:"));
    line.and_then(|figure| figure.trim().parse().ok()).expect("a figure")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}
