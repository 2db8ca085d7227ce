//! `latchkey-server judge` as a person runs it: what it writes, what it says, and how it refuses.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The program with its errand. Settings of whoever runs the tests stay out.
fn judge() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey-server"));
    command.arg("judge").env_remove("LATCHKEY_GEOIP").stdin(Stdio::null());
    command
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// Its verdicts, and what it says; the pace is another each time.
fn texts(output: &Output) -> (String, String) {
    let said = String::from_utf8(output.stderr.clone()).expect("text");
    let said = said.lines().map(|line| match line.split_once(" (") {
        Some((before, pace)) if pace.ends_with(" rows/s)") => format!("{before} (… rows/s)\n"),
        _ => format!("{line}\n"),
    });
    (String::from_utf8(output.stdout.clone()).expect("text"), said.collect())
}

fn complaint(arguments: &[&Path]) -> String {
    let output = judge().args(arguments).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).expect("text")
}

#[test]
fn sign_ins_in_the_columns_of_the_public_data_set_are_judged() {
    let output = judge().arg(data("sign-ins.csv")).output().expect("it runs");
    let (verdicts, said) = texts(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    insta::assert_snapshot!("verdicts", verdicts);
    insta::assert_snapshot!("said", said);
}

#[test]
fn no_cell_of_the_verdicts_is_a_formula_or_moves_the_cursor() {
    let output = judge().arg(data("sign-ins.csv")).output().expect("it runs");
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    for row in reader.records() {
        for cell in &row.expect("a row") {
            let is_formula = cell.starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err();
            assert!(!is_formula && !cell.contains(['\u{1b}', '\u{202e}']), "{cell}");
        }
    }
    assert!(!output.stderr.contains(&0x1b));
}

#[test]
fn a_log_of_ones_own_needs_four_columns_and_a_place_database() {
    let database = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("src/geo/testdata").join(name);
    let output = judge()
        .arg(data("own-log.csv"))
        .arg("--geoip")
        .arg(database("flat-city-ipv4.mmdb"))
        .arg("--geoip")
        .arg(database("flat-city-ipv6.mmdb"))
        .output()
        .expect("it runs");
    let (verdicts, said) = texts(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    insta::assert_snapshot!("verdicts_of_an_own_log", verdicts);
    insta::assert_snapshot!("said_of_an_own_log", said);
}

#[test]
fn a_smaller_budget_tells_less() {
    let told = |budget: &str| {
        let output = judge().arg(data("sign-ins.csv")).args(["--budget", budget]).output().expect("it runs");
        let (verdicts, said) = texts(&output);
        assert_eq!(output.status.code(), Some(0), "{said}");
        verdicts.lines().filter(|line| !line.contains(",familiar,")).count()
    };
    assert!(told("yearly") <= told("monthly") && told("monthly") <= told("weekly"));
    let output = judge().arg(data("sign-ins.csv")).args(["--budget", "hourly"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("yearly, quarterly, monthly, weekly"));
}

#[test]
fn verdicts_go_to_a_file_and_never_over_the_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, out) = (folder.path().join("log.csv"), folder.path().join("verdicts.csv"));
    fs::copy(data("own-log.csv"), &log).expect("copies");
    let output = judge().arg(&log).arg("--out").arg(&out).output().expect("it runs");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    let rows = fs::read_to_string(&out).expect("written").lines().count();
    assert_eq!(rows, fs::read_to_string(&log).expect("there").lines().count());

    let said = complaint(&[&log, Path::new("--out"), &folder.path().join(".").join("log.csv")]);
    assert!(said.contains("is what is read. Name another file"), "{said}");
    assert_eq!(fs::read(&log).expect("there"), fs::read(data("own-log.csv")).expect("there"));

    // A log that cannot be judged does not cost the verdicts of another.
    fs::write(&log, "").expect("writes");
    complaint(&[&log, Path::new("--out"), &out]);
    assert_eq!(fs::read_to_string(&out).expect("still there").lines().count(), rows);

    let said =
        complaint(&[&data("own-log.csv"), Path::new("--out"), &folder.path().join("none/verdicts.csv")]);
    assert!(said.contains("cannot write") && said.contains("none/verdicts.csv"), "{said}");
}

#[test]
fn what_cannot_be_judged_is_refused_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("log.csv");
    let mut said = Vec::new();
    for (what, content) in [
        ("nothing in it", &b""[..]),
        ("other names", b"time;who;where\n1;2;3\n"),
        ("a name is missing", b"User ID,IP Address\n7,10.0.0.1\n"),
        ("nothing to judge by", b"User ID,Login Timestamp,City\n7,2020-02-03 12:43:30.772,Oslo\n"),
        ("no text", b"\x7fELF\x02\x01\x01\x00\xff\xfe\n"),
        ("compressed", b"PK\x03\x04"),
    ] {
        fs::write(&file, content).expect("writes");
        said.push(format!("{what}: {}", complaint(&[&file])));
    }
    fs::remove_file(&file).expect("removes");
    said.push(format!("missing: {}", complaint(&[&file])));
    said.push(format!("a folder: {}", complaint(&[folder.path()])));
    let log = data("own-log.csv");
    said.push(format!("no place database: {}", complaint(&[&log, Path::new("--geoip"), &log])));
    let said = said
        .concat()
        .replace(&*folder.path().to_string_lossy(), "FOLDER")
        .replace(&*log.to_string_lossy(), "DATA/own-log.csv");
    insta::assert_snapshot!("refusals", said);
}

#[test]
fn a_log_may_come_through_a_pipe() {
    let mut child = judge()
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let log = fs::read(data("sign-ins.csv")).expect("there");
    child.stdin.take().expect("its input").write_all(&log).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let from_file = judge().arg(data("sign-ins.csv")).output().expect("it runs");
    assert_eq!(output.stdout, from_file.stdout);
}

#[cfg(unix)]
#[test]
fn nobody_reading_on_ends_it_without_a_word() {
    let mut child = judge()
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    drop(child.stdout.take());
    let mut input = child.stdin.take().expect("its input");
    let _ = input.write_all(b"User ID,Login Timestamp,IP Address\n");
    // More than any pipe and any buffer holds. It may end before all is written.
    for _ in 0..20_000 {
        if input.write_all(b"7,2020-02-03 12:43:30.772,10.0.0.1\n").is_err() {
            break;
        }
    }
    drop(input);
    let mut said = String::new();
    child.stderr.take().expect("its words").read_to_string(&mut said).expect("text");
    assert_eq!((child.wait().expect("it ends").code(), said.as_str()), (Some(0), ""));
}

#[test]
fn nobody_answers_where_that_is_asked_for() {
    let said = |answers: &[&str]| {
        let output = judge().arg(data("sign-ins.csv")).args(answers).output().expect("it runs");
        texts(&output)
    };
    let (answered, said_of_answers) = said(&[]);
    assert_eq!(said(&["--answers", "ours"]), (answered.clone(), said_of_answers));
    let (unanswered, said_of_none) = said(&["--answers", "nobody"]);
    assert!(
        said_of_none.contains("nobody answers: rows like one that was told are told again"),
        "{said_of_none}"
    );
    let in_mexico = |verdicts: &str| verdicts.matches(",17,new_place,").count();
    assert_eq!((in_mexico(&answered), in_mexico(&unanswered)), (1, 3));
    assert_eq!(unanswered.matches("First time in Mexico").count(), 1, "it is the first time once");
}

#[test]
fn a_place_database_that_is_broken_is_refused_by_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let theirs = folder.path().join("theirs.mmdb");
    let city = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/geo/testdata/flat-city-ipv4.mmdb");
    let mut bytes = fs::read(city).expect("there");
    // Both sides of the first node of its tree lead back to it.
    bytes[..6].fill(0);
    fs::write(&theirs, bytes).expect("writes");
    let said = complaint(&[&data("own-log.csv"), Path::new("--geoip"), &theirs]);
    assert!(said.contains("theirs.mmdb: It is damaged"), "{said}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_it_also_while_it_waits_for_more() {
    let mut child = judge()
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut input = child.stdin.take().expect("its input");
    let mut output = BufReader::new(child.stdout.take().expect("its output"));
    // Enough rows for it to say a verdict, and then silence: the pipe stays open until it has ended.
    let feeding = std::thread::spawn(move || {
        let _ = input.write_all(b"User ID,Login Timestamp,IP Address\n");
        for _ in 0..20_000 {
            let _ = input.write_all(b"7,2020-02-03 12:43:30.772,10.0.0.1\n");
        }
        input
    });
    let mut first = String::new();
    output.read_line(&mut first).expect("a line");
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-s", "INT", &id]).status().expect("kill runs").success());
    let mut rest = String::new();
    output.read_to_string(&mut rest).expect("text");
    let mut said = String::new();
    child.stderr.take().expect("its words").read_to_string(&mut said).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{said}");
    assert!(said.starts_with("Stopped. So far "), "{said}");
    drop(feeding.join().expect("ended"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_it_with_the_summary_so_far() {
    let mut child = judge()
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut input = child.stdin.take().expect("its input");
    input.write_all(b"User ID,Login Timestamp,IP Address\n").expect("it reads");
    let mut output = BufReader::new(child.stdout.take().expect("its output"));
    // Rows without end, until it says a verdict: only then is there something to stop.
    let id = child.id().to_string();
    let feeding =
        std::thread::spawn(move || while input.write_all(b"7,2020-02-03 12:43:30.772,10.0.0.1\n").is_ok() {});
    let mut first = String::new();
    output.read_line(&mut first).expect("a line");
    assert_eq!(first, "index,user,verdict,told,score,reasons\n");
    assert!(Command::new("kill").args(["-s", "INT", &id]).status().expect("kill runs").success());
    let mut rest = String::new();
    output.read_to_string(&mut rest).expect("text");
    let mut said = String::new();
    child.stderr.take().expect("its words").read_to_string(&mut said).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{said}");
    feeding.join().expect("ended");
    assert!(said.starts_with("Stopped. So far "), "{said}");
    // Every verdict that was made is there, and whole.
    let rows = rest.lines().count().to_string();
    let told =
        said.trim_start_matches("Stopped. So far ").split(' ').next().expect("a count").replace(',', "");
    assert_eq!(told, rows);
    assert!(rest.ends_with('\n'));
}

#[test]
fn the_home_still_takes_its_settings_and_no_errand() {
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_latchkey-server")).args(arguments).output().expect("it runs")
    };
    let help = String::from_utf8(run(&["--help"]).stdout).expect("text");
    for flag in ["--data-dir", "--listen", "--public-url", "--trusted-proxy", "--geoip", "--demo", "judge"] {
        assert!(help.contains(flag), "{flag}: {help}");
    }
    assert!(String::from_utf8(run(&["--version"]).stdout).expect("text").starts_with("latchkey-server "));
    let mixed = run(&["--demo", "judge", "log.csv"]);
    assert_eq!(mixed.status.code(), Some(2), "a home's setting has no meaning for the errand");
}
