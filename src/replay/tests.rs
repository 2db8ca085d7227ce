//! A replay from text to text, without files.

use std::io::{self, BufReader, Cursor, Read, Write};
use std::sync::atomic::AtomicBool;

use super::*;
use crate::clock::ManualClock;
use crate::model::Timestamp;

const HEADER: &str = "Login Timestamp,User ID,IP Address,Country,ASN,Browser Name and Version,OS Name and Version,\
                      Device Type,Login Successful\n";

/// A sign-in on a day, from Norway unless said otherwise.
fn row(day: u32, user: &str, country: &str) -> String {
    format!("2020-02-{day:02} 12:00:00,{user},,{country},29695,Firefox 72.0,Windows 10,desktop,True\n")
}

fn replaying<R: Read, T: Write>(
    input: R,
    clock: &ManualClock,
    told: T,
) -> Result<Replaying<'_, BufReader<R>, T>> {
    let progress = Progress::new(clock, None, false, false, told);
    Replaying::begin(Rows::new(BufReader::new(input)), "log.csv", Budget::Monthly, Locator::none(), progress)
}

/// The verdicts of a text, one a row, and what a person was told.
fn judged(text: &str) -> (Vec<String>, String) {
    let clock = ManualClock::at(Timestamp::from_millis(0));
    let (mut out, mut told) = (Vec::new(), Vec::new());
    let ended = replaying(Cursor::new(text.as_bytes()), &clock, &mut told)
        .and_then(|mut replaying| replaying.run(&mut out, "out", &AtomicBool::new(false)))
        .expect("judged");
    assert_eq!(ended, Ended::Done);
    let mut reader = csv::Reader::from_reader(out.as_slice());
    let verdicts = reader.records().map(|row| row.expect("a row")[2].to_owned()).collect();
    (verdicts, String::from_utf8(told).expect("text"))
}

/// Ten days at home, which is enough to know somebody by.
fn at_home() -> String {
    HEADER.to_owned() + &(1..=10).map(|day| row(day, "7", "NO")).collect::<String>()
}

#[test]
fn another_country_is_told_and_home_is_not() {
    let (verdicts, told) = judged(&(at_home() + &row(11, "7", "BR") + &row(12, "7", "NO")));
    assert!(verdicts[..10].iter().all(|verdict| verdict == "familiar"), "{verdicts:?}");
    assert_eq!(verdicts[10..], ["new_place", "familiar"]);
    assert!(told.contains("12 rows of 1 user,"), "{told}");
    assert!(told.contains("in all: 1 of 12 rows told (8.3 %); 1 while the user was new"), "{told}");
}

#[test]
fn users_are_strangers_to_each_other() {
    let (verdicts, told) = judged(&(at_home() + &row(11, "8", "BR")));
    assert_eq!(verdicts[10], "familiar", "the first sign-in of a user was compared with another's");
    assert!(told.contains("of 2 users"), "{told}");
}

#[test]
fn a_failed_sign_in_teaches_nothing() {
    let failed = row(11, "7", "BR").replace("True", "False");
    let (verdicts, told) =
        judged(&(at_home() + &failed + &failed + &row(12, "9", "BR").replace("True", "False")));
    assert_eq!(verdicts[10..], ["new_place", "new_place", "familiar"]);
    assert!(told.contains("3 rows not successful"), "{told}");
    assert!(told.contains("of 1 user,"), "who was never let in is no user: {told}");
}

#[test]
fn rows_out_of_order_and_rows_that_cannot_be_read_are_counted() {
    let text = at_home() + "yesterday,7,,NO,,,,,True\n" + &row(3, "7", "NO") + &row(11, "7", "NO");
    let (verdicts, told) = judged(&text);
    assert_eq!(verdicts.len(), 12);
    assert!(told.contains("line 12 is left out: \"yesterday\" is no time"), "{told}");
    assert!(told.contains("1 row out of time order"), "{told}");
    assert!(told.contains("1 row left out"), "{told}");
}

#[test]
fn only_the_first_few_that_cannot_be_read_are_named() {
    let (verdicts, told) = judged(&(at_home() + &"x\n".repeat(100)));
    assert_eq!(verdicts.len(), 10);
    assert_eq!(told.matches("is left out: it has 1 cell").count(), 5);
    assert!(told.contains("100 rows left out"), "{told}");
}

#[test]
fn a_private_address_with_a_country_is_in_that_country() {
    let at_home = at_home().replace(",7,,", ",7,10.0.0.7,");
    let (verdicts, _) = judged(&(at_home + &row(11, "7", "BR").replace(",7,,", ",7,10.99.0.7,")));
    assert_eq!(
        verdicts[10], "new_place",
        "the public data set's addresses are private, its countries are not"
    );
}

#[test]
fn whoever_is_told_to_stop_says_what_came_until_then() {
    let clock = ManualClock::at(Timestamp::from_millis(0));
    let (mut out, mut told) = (Vec::new(), Vec::new());
    let ended = replaying(Cursor::new(at_home()), &clock, &mut told)
        .and_then(|mut replaying| replaying.run(&mut out, "out", &AtomicBool::new(true)));
    assert_eq!(ended.expect("stopped"), Ended::Stopped);
    assert_eq!(String::from_utf8_lossy(&out), "index,user,verdict,score,reasons\n");
    assert!(String::from_utf8_lossy(&told).starts_with("Stopped. So far 0 rows of 0 users"));
}

/// Fails to write, as a full disk or a broken pipe does.
struct Full(ErrorKind);

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_pipe_that_nobody_reads_ends_it_without_a_word_and_a_full_disk_does_not() {
    let clock = ManualClock::at(Timestamp::from_millis(0));
    let run = |kind: ErrorKind| {
        let mut told = Vec::new();
        let ended = replaying(Cursor::new(at_home()), &clock, &mut told)
            .and_then(|mut replaying| replaying.run(Full(kind), "verdicts.csv", &AtomicBool::new(false)));
        (ended, told)
    };
    let (ended, told) = run(ErrorKind::BrokenPipe);
    assert_eq!((ended.expect("no complaint"), told), (Ended::Unheard, Vec::new()));
    let (ended, told) = run(ErrorKind::StorageFull);
    assert!(ended.expect_err("a complaint").to_string().contains("cannot write verdicts.csv"));
    assert!(String::from_utf8_lossy(&told).starts_with("10 rows"));
}

/// Gives a text and then fails to read, as a network drive does.
struct Lost<'a>(&'a [u8]);

impl Read for Lost<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() { Err(ErrorKind::TimedOut.into()) } else { self.0.read(buffer) }
    }
}

#[test]
fn what_was_judged_before_reading_failed_is_written() {
    let clock = ManualClock::at(Timestamp::from_millis(0));
    let (mut out, mut told) = (Vec::new(), Vec::new());
    let text = at_home();
    let ended = replaying(Lost(text.as_bytes()), &clock, &mut told)
        .and_then(|mut replaying| replaying.run(&mut out, "out", &AtomicBool::new(false)));
    assert!(ended.expect_err("a complaint").to_string().contains("cannot read log.csv"));
    assert_eq!(String::from_utf8_lossy(&out).lines().count(), 11);
}
