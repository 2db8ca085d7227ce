//! `latchkey-server judge` on a made-up year of sign-ins in the public data set's columns: rows a second on one core,
//! beside a program that only reads and writes the same; and that its memory goes with the users, not with the rows.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod common;
#[path = "judge/log.rs"]
mod log;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use common::{figure, now, quantile};
use log::{Log, write};

/// Rows a second that it must get through.
const LIMIT: f64 = 100_000.0;

/// How much more memory twice the rows of the same users may take.
const FLAT: f64 = 1.15;

/// How much more twice the users may take: no more than twice.
const BY_USERS: f64 = 2.0;

/// Rounds, in turn with the peer's, since these machines are shared and their speed drifts.
const ROUNDS: usize = 5;

const ROWS: u32 = 1_000_000;
const USERS: u32 = 50_000;

/// The argument by which this program, started again, is the peer.
const PEER: &str = "--peer";

fn main() {
    let arguments = std::env::args_os().collect::<Vec<_>>();
    if let [_, mark, log, out] = arguments.as_slice()
        && mark == PEER
    {
        return read_and_write(Path::new(log), Path::new(out));
    }
    println!("judge: {ROWS} sign-ins of {USERS} users, replayed from a file");
    let is_pinned =
        Command::new("taskset").args(["-c", "0", "true"]).status().is_ok_and(|status| status.success());
    println!(
        "  {}",
        if is_pinned { "pinned to one core" } else { "NOT pinned to one core: there is no taskset" }
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let full = file("full.csv");
    write(&full, Log { rows: ROWS, users: USERS });
    pace(is_pinned, &full, &file("verdicts.csv"));
    memory(is_pinned, &full, &file);
}

fn pace(is_pinned: bool, log: &Path, out: &Path) {
    let mut took = [Vec::new(), Vec::new(), Vec::new()];
    let this = std::env::current_exe().expect("a program");
    for round in 0..=ROUNDS {
        let peer = run(is_pinned, &this, &[PEER.as_ref(), log, out]);
        let judge = judge(is_pinned, log, out);
        if round > 0 {
            took[0].push(peer.wall);
            took[1].push(judge.wall);
            took[2].push(judge.processor);
        }
    }
    let [peer, judge, processor] =
        took.map(|mut times| f64::from(ROWS) / quantile(&mut times, 0.5).as_secs_f64());
    figure(
        &format!("rows a second, median of {ROUNDS}"),
        &format!("{judge:.0}/s"),
        &format!(">= {LIMIT:.0}/s"),
        judge >= LIMIT,
    );
    figure("the same by processor time, whoever else uses the core", &format!("{processor:.0}/s"), "-", true);
    figure("a program that only reads and writes as many rows", &format!("{peer:.0}/s"), "-", true);
    figure("share of that program's pace", &format!("{:.0} %", judge / peer * 100.0), "-", true);
}

fn memory(is_pinned: bool, full: &Path, file: &dyn Fn(&str) -> PathBuf) {
    let (half_rows, half_users, out) = (file("rows.csv"), file("users.csv"), file("verdicts.csv"));
    write(&half_rows, Log { rows: ROWS / 2, users: USERS });
    write(&half_users, Log { rows: ROWS, users: USERS / 2 });
    let [full, half_rows, half_users] =
        [full, &half_rows, &half_users].map(|log| judge(is_pinned, log, &out).most_kilobytes);
    let shown = |kilobytes: f64| format!("{:.1} MB", kilobytes / 1024.0);
    figure("most memory, 50,000 users, 1 M rows", &shown(full), "-", true);
    figure(
        "  a user of these",
        &format!("{:.0} bytes", (full - half_users) * 1024.0 / f64::from(USERS / 2)),
        "-",
        true,
    );
    let (by_rows, by_users) = (full / half_rows, full / half_users);
    figure(
        "1 M rows beside 0.5 M",
        &format!("{by_rows:.2} x"),
        &format!("<= {FLAT:.2} x (flat)"),
        by_rows <= FLAT,
    );
    figure(
        "50,000 users beside 25,000",
        &format!("{by_users:.2} x"),
        &format!("<= {BY_USERS:.2} x"),
        by_users <= BY_USERS,
    );
}

/// What a run took.
struct Run {
    wall: Duration,
    processor: Duration,
    most_kilobytes: f64,
}

fn judge(is_pinned: bool, log: &Path, out: &Path) -> Run {
    let program = Path::new(env!("CARGO_BIN_EXE_latchkey-server"));
    let run = run(is_pinned, program, &["judge".as_ref(), log, "--out".as_ref(), out]);
    let lines = std::fs::read_to_string(out).expect("there").lines().count();
    assert!(lines > 400_000, "only {lines} lines of verdicts");
    run
}

/// Starts a program, and watches it to its end: what the system tells of a process is gone with it.
fn run(is_pinned: bool, program: &Path, arguments: &[&Path]) -> Run {
    let mut command = if is_pinned { Command::new("taskset") } else { Command::new(program) };
    if is_pinned {
        command.args(["-c", "0"]).arg(program);
    }
    let began = now();
    let mut child =
        command.args(arguments).env_remove("LATCHKEY_GEOIP").stderr(Stdio::null()).spawn().expect("starts");
    let (mut processor, mut most_kilobytes) = (Duration::ZERO, 0.0);
    loop {
        if let Some((took, kilobytes)) = look_at(&child) {
            (processor, most_kilobytes) = (took, kilobytes);
        }
        if let Some(status) = child.try_wait().expect("a process") {
            assert!(status.success(), "{} failed", program.display());
            return Run { wall: began.elapsed(), processor, most_kilobytes };
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Processor time so far, to a hundredth of a second, and the most memory so far (`man 5 proc`).
fn look_at(child: &Child) -> Option<(Duration, f64)> {
    let read = |name: &str| std::fs::read_to_string(format!("/proc/{}/{name}", child.id())).ok();
    let status = read("status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes = line.trim().trim_end_matches(" kB").trim().parse().ok()?;
    let stat = read("stat")?;
    let ticks = stat.rsplit_once(") ")?.1.split(' ').skip(11).take(2).map(str::parse::<u64>);
    let ticks = ticks.sum::<Result<u64, _>>().ok()?;
    Some((Duration::from_millis(ticks * 10), kilobytes))
}

/// The peer: reads every row and writes one as long as a verdict.
fn read_and_write(log: &Path, out: &Path) {
    let mut reader = csv::ReaderBuilder::new().buffer_capacity(1 << 17).from_path(log).expect("opens");
    let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 17).from_path(out).expect("opens");
    let mut row = csv::ByteRecord::new();
    let reasons = b"It is the same as a browser you have; On a line your household uses".as_slice();
    while reader.read_byte_record(&mut row).expect("readable") {
        writer
            .write_record([&row[0], &row[2], b"familiar", b"nothing", b"0.00032", reasons])
            .expect("writes");
    }
    writer.flush().expect("writes");
}
