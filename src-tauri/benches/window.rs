//! From the start of the installed app to the list of devices on its window, optimised as it is shipped: the time
//! from the start of its process to the frame in which the list is painted, as the page itself marks it.

#![cfg(target_os = "linux")]
#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops")]

#[path = "../tests/real/mod.rs"]
mod real;

use std::fs;
use std::path::Path;

use real::window::Window;
use serde_json::json;

const ROUNDS: usize = 15;

/// Longest time from the start of the process to the painted list, in milliseconds.
const LONGEST_MS: f64 = 700.0;

/// The kernel counts a process's start in hundredths of a second (`proc_pid_stat(5)`, `USER_HZ`).
const TICKS_A_SECOND: f64 = 100.0;

fn main() {
    println!("window: from the start of the app to the painted list, over {ROUNDS} starts");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let window = Window::open().await;
    window.set_up().await;
    // The first start also copies the place databases; it is not counted.
    let mut folder = window.close().await;
    let mut took = Vec::new();
    for _ in 0..ROUNDS {
        let window = Window::open_in(folder).await;
        let painted = window
            .see(
                "(() => { const mark = performance.getEntriesByName('latchkey:painted')[0];
                   return mark && performance.timeOrigin + mark.startTime; })()",
            )
            .await;
        let seen = window.script("return document.querySelectorAll('main li').length", json!([])).await;
        assert!(seen.as_u64().unwrap() > 0, "a list with nothing on it was painted");
        took.push(painted.as_f64().unwrap() - started_at(Path::new(env!("CARGO_BIN_EXE_latchkey"))));
        folder = window.close().await;
    }
    took.sort_by(f64::total_cmp);
    let (median, longest) = (took[ROUNDS / 2], took[ROUNDS - 1]);
    let verdict = if median < LONGEST_MS { "kept" } else { "NOT KEPT" };
    println!(
        "  start to the painted list, median of {ROUNDS}: {median:>8.0} ms   limit < {LONGEST_MS} ms   {verdict}"
    );
    println!("  the quickest {:.0} ms, the slowest {longest:.0} ms", took[0]);
}

/// When the process that runs `program` was started, in milliseconds since 1970; the latest, if there are several.
fn started_at(program: &Path) -> f64 {
    let program = fs::canonicalize(program).unwrap();
    let ticks = fs::read_dir("/proc").unwrap().flatten().filter_map(|process| {
        let folder = process.path();
        let runs = fs::read_link(folder.join("exe")).ok()?;
        let stat = fs::read_to_string(folder.join("stat")).ok().filter(|_| runs == program)?;
        // The name in parentheses may have spaces; the start is the 22nd field, the 20th after it.
        stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse::<f64>().ok()
    });
    let ticks = ticks.max_by(f64::total_cmp).unwrap();
    let up = fs::read_to_string("/proc/uptime").unwrap();
    let up: f64 = up.split_whitespace().next().unwrap().parse().unwrap();
    #[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    (now - (up - ticks / TICKS_A_SECOND)) * 1000.0
}
