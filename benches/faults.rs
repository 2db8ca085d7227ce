//! What a home loses when it is killed, when its disk gets full and when its clock jumps: nothing that it answered.
//!
//! `./dev bench faults` runs it; `-- --kills 100` says how often to kill. The first part needs nothing special, the second
//! a disk of its own (as root), and says so where it cannot have one.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

#[path = "faults/clocks.rs"]
mod clocks;
#[path = "faults/disk.rs"]
mod disk;
#[path = "faults/kills.rs"]
mod kills;
#[path = "faults/ledger.rs"]
mod ledger;
#[path = "faults/server.rs"]
mod server;
#[allow(dead_code, reason = "the tests have files that fail, too")]
#[path = "../tests/support/disk.rs"]
mod small_disk;

mod common;

use std::process::ExitCode;

/// How often the home is killed, unless something else is asked for.
const KILLS: usize = 1000;

/// What is counted of every part: each must be none.
#[derive(Debug, Default)]
pub struct Wrongs {
    /// Changes that were answered and are not there.
    pub lost: Vec<String>,
    /// Requests of a session that were let in after its end had been answered.
    pub late: Vec<String>,
    /// Whatever else is not as it must be.
    pub other: Vec<String>,
}

impl Wrongs {
    fn are_none(&self) -> bool {
        self.lost.is_empty() && self.late.is_empty() && self.other.is_empty()
    }

    fn print(&self) {
        let none = |list: &[String]| list.is_empty();
        common::figure("acknowledged and lost", &self.lost.len().to_string(), "0", none(&self.lost));
        common::figure(
            "accepted after the end was acknowledged",
            &self.late.len().to_string(),
            "0",
            none(&self.late),
        );
        common::figure("other faults", &self.other.len().to_string(), "0", none(&self.other));
        for wrong in self.lost.iter().chain(&self.late).chain(&self.other).take(20) {
            println!("    {wrong}");
        }
    }
}

#[expect(clippy::print_stdout, reason = "a bench prints its table")]
fn main() -> ExitCode {
    let kills = match asked_for() {
        Ok(kills) => kills,
        Err(complaint) => {
            println!("{complaint}");
            return ExitCode::FAILURE;
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let wrongs = runtime.expect("a runtime").block_on(async {
        let mut all = Vec::new();
        println!("{kills} kills at random moments under a mixed load");
        all.push(kills::run(kills).await);
        println!("a disk that gets full, and room on it again");
        all.push(disk::run().await);
        println!("a clock that jumps, and an hour in a few minutes");
        all.push(clocks::run().await);
        all
    });
    if wrongs.iter().all(Wrongs::are_none) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The number after `--kills`, or in `LATCHKEY_FAULTS_KILLS`.
fn asked_for() -> Result<usize, String> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--kills").skip(1);
    let asked = arguments.next().or_else(|| std::env::var("LATCHKEY_FAULTS_KILLS").ok());
    match asked {
        None => Ok(KILLS),
        Some(number) => number.parse().map_err(|_| format!("--kills {number}: that is no number")),
    }
}
