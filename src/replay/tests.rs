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
    replaying_with(Answers::Ours, input, clock, told)
}

fn replaying_with<R: Read, T: Write>(
    answers: Answers,
    input: R,
    clock: &ManualClock,
    told: T,
) -> Result<Replaying<'_, BufReader<R>, T>> {
    let progress = Progress::new(clock, None, false, false, told);
    let rule = Rule { budget: Budget::Monthly, answers };
    Replaying::begin(Rows::new(BufReader::new(input)), "log.csv", rule, Locator::none(), progress)
}

/// The verdicts of a text, one a row, and what a person was told.
fn judged(text: &str) -> (Vec<String>, String) {
    let (rows, told) = judged_with(Answers::Ours, text);
    (rows.into_iter().map(|[verdict, _]| verdict).collect(), told)
}

/// The verdict of every row with how loudly it is told, and what a person was told.
fn judged_with(answers: Answers, text: &str) -> (Vec<[String; 2]>, String) {
    let clock = ManualClock::at(Timestamp::from_millis(0));
    let (mut out, mut told) = (Vec::new(), Vec::new());
    let ended = replaying_with(answers, Cursor::new(text.as_bytes()), &clock, &mut told)
        .and_then(|mut replaying| replaying.run(&mut out, "out", &AtomicBool::new(false)))
        .expect("judged");
    assert_eq!(ended, Ended::Done);
    let mut reader = csv::Reader::from_reader(out.as_slice());
    let rows = reader.records().map(|row| {
        let row = row.expect("a row");
        [row[2].to_owned(), row[3].to_owned()]
    });
    (rows.collect(), String::from_utf8(told).expect("text"))
}

/// How loudly each row of a text is told.
fn tellings(answers: Answers, text: &str) -> Vec<String> {
    judged_with(answers, text).0.into_iter().map(|[_, told]| told).collect()
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

/// A sign-in with another browser on the same line.
fn row_with(day: u32, hour: u32, browser: &str, system: &str, kind: &str) -> String {
    format!("2020-03-{day:02} {hour:02}:00:00,7,198.51.100.7,NO,29695,{browser},{system},{kind},True\n")
}

#[test]
fn eight_rows_of_one_new_browser_are_one_alert_where_somebody_answers_and_eight_where_nobody_does() {
    let eight = (1..=8).map(|day| row_with(day, 8, "Chrome 80.0", "Mac OS X 10.15", "desktop"));
    let six = (1..=6).map(|day| row_with(day, 20, "Mobile Safari 13.0", "iOS 13.3", "mobile"));
    let mut new = eight.chain(six).collect::<Vec<_>>();
    new.sort();
    let text = at_home() + &new.concat();
    let aloud = |answers| tellings(answers, &text).iter().filter(|told| *told == "aloud").count();
    assert_eq!((aloud(Answers::Ours), aloud(Answers::Nobody)), (2, 14), "one alert for each of the two");
}

#[test]
fn a_new_country_is_told_once_where_somebody_answers() {
    let abroad = at_home() + &(11..=15).map(|day| row(day, "7", "ES")).collect::<String>();
    let (rows, told) = judged_with(Answers::Ours, &abroad);
    let expected = [["new_place", "aloud"], ["familiar", "nothing"], ["familiar", "nothing"]];
    assert_eq!(rows[10..13], expected);
    assert!(told.contains("a row that is told is taken as answered \"ours\" unless marked"), "{told}");
    let (rows, told) = judged_with(Answers::Nobody, &abroad);
    assert_eq!(rows[10..12], [["new_place", "aloud"], ["new_place", "nothing"]], "one cause, one alert");
    assert!(told.contains("nobody answers"), "{told}");
}

#[test]
fn what_is_marked_as_an_attack_is_answered_not_ours_and_told_again() {
    let marked = |text: &str| text.replace("True\n", "True,False\n");
    let header = HEADER.replace("Login Successful\n", "Login Successful,Is Attack IP\n");
    let attack = |day| row(day, "7", "BR").replace("True\n", "True,True\n");
    let text = header + &marked(&at_home()[HEADER.len()..]) + &attack(11) + &attack(12);
    let (rows, told) = judged_with(Answers::Ours, &text);
    assert_eq!(rows[10..], [["new_place", "aloud"], ["new_place", "aloud"]]);
    assert!(told.contains("Is Attack IP: 2 of 2 rows told"), "{told}");
}

#[test]
fn a_country_is_read_as_people_write_it_and_what_is_none_is_named() {
    let uk = (1..=10)
        .map(|day| row(day, "7", ["UK", "GB", "GBR", "England"][usize::try_from(day % 4).expect("small")]));
    let text =
        HEADER.to_owned() + &uk.collect::<String>() + &row(11, "7", "Atlantis") + &row(12, "7", "unknown");
    let (verdicts, told) = judged(&text);
    assert!(verdicts.iter().all(|verdict| verdict == "familiar"), "{verdicts:?}");
    assert!(told.contains("line 12: \"Atlantis\" is no country known here"), "{told}");
    assert!(told.contains("1 row with a country that is none known here"), "{told}");
}

#[test]
fn a_file_whose_lines_end_with_carriage_returns_is_judged_as_any_other() {
    let text = at_home() + &row(11, "7", "BR");
    assert_eq!(judged(&text.replace('\n', "\r")), judged(&text));
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
    assert_eq!(String::from_utf8_lossy(&out), "index,user,verdict,told,score,reasons\n");
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
