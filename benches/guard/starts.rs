//! A start with a million sessions: how long, beside a plain read of the same rows, and how much memory.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::runtime::Runtime;

use super::common::{figure, fill, median, now, resident_kilobytes, set_up, start, times};

const SESSIONS: usize = 1_000_000;

/// How much longer a start may take than a plain read of the rows.
const LONGER: f64 = 2.0;

/// Most memory that a session may take, in bytes.
const MOST_MEMORY: f64 = 300.0;

const ROUNDS: usize = 3;

/// The peer: another program that reads the columns a home begins with, and throws them away.
const PLAIN_READ: &str = "
import sqlite3, sys, time
began = time.perf_counter()
count = sum(1 for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]))
print(count, time.perf_counter() - began)
";

const COLUMNS: &str = "SELECT s.token_hash, s.token_expires_at, s.token_since, s.created_at, s.renews, s.refresh_since, s.id,
    s.account_id, a.login, s.device_id, s.method, s.profile_id, s.address, s.last_active_at, s.held_at, s.guard_hash,
    s.judged_lines FROM sessions s JOIN accounts a ON a.id = s.account_id WHERE s.ended_at IS NULL AND s.service_id IS NULL";

pub fn measure(runtime: &Runtime) {
    println!("start: the headless server with a million sessions of 20,000 accounts");
    let (few, many) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for (folder, count) in [(&few, 0), (&many, SESSIONS)] {
        runtime.block_on(async {
            let app = start(folder.path()).await;
            set_up(&app).await;
            app.stop().await;
            fill(folder.path(), count, 1).await;
        });
    }
    let (mut ratios, mut seconds, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (took, held) = started(many.path());
        let plain = plain_read(many.path());
        let (_, base) = started(few.path());
        println!("  {:.2} s, plain read {:.2} s", took.as_secs_f64(), plain.as_secs_f64());
        // The first reads the file from the disk.
        if round > 0 {
            ratios.push(took.as_secs_f64() / plain.as_secs_f64());
            seconds.push(took.as_secs_f64());
            #[expect(clippy::cast_precision_loss, reason = "for people")]
            bytes.push((held.saturating_sub(base) * 1024) as f64 / SESSIONS as f64);
        }
    }
    let (ratio, seconds, bytes) = (median(ratios), median(seconds), median(bytes));
    let measured = format!("{} ({seconds:.1} s)", times(ratio));
    figure("from nothing to ready", &measured, "<= 2 plain reads", ratio <= LONGER);
    let measured = format!("{bytes:.0} bytes");
    figure("resident memory of a session", &measured, "<= 300 bytes", bytes <= MOST_MEMORY);
}

/// Starts the program; how long until it is ready, and its resident memory then, in kilobytes.
fn started(folder: &Path) -> (Duration, u64) {
    let began = now();
    let mut server = Command::new(env!("CARGO_BIN_EXE_latchkey-server"))
        .args(["--listen", "127.0.0.1:0", "--log", "json", "--data-dir"])
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    wait_until_ready(&mut server);
    let took = began.elapsed();
    let (held, _) = resident_kilobytes(server.id());
    server.kill().expect("stops");
    server.wait().expect("ends");
    (took, held)
}

fn wait_until_ready(server: &mut Child) {
    let mut lines = BufReader::new(server.stdout.take().expect("its output")).lines();
    loop {
        let line = lines.next().expect("a line").expect("readable");
        let line: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        if line["event"] == "ready" {
            return;
        }
    }
}

fn plain_read(folder: &Path) -> Duration {
    let output = Command::new("python3")
        .args(["-c", PLAIN_READ])
        .arg(folder.join("latchkey.db"))
        .arg(COLUMNS)
        .output()
        .expect("python3 runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let (count, took) = text.trim().split_once(' ').expect("two figures");
    assert!(count.parse::<usize>().expect("a number") >= SESSIONS);
    Duration::from_secs_f64(took.parse().expect("seconds"))
}
