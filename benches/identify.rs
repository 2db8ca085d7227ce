//! What devices are told to be: how often that is right, how long it takes, and what it costs in memory.
//!
//! `./dev bench identify` takes the user agents of the tests. `./dev bench identify -- FILE` takes a set of one's own beside them:
//! a line is source, kind, brand, model and user agent, with tabs between. Of such a set the table of a fifth, picked by what is in
//! it, stands beside that of all: keep the fifth unread while rules are made.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use common::{figure, now, quantile, resident_kilobytes};
use latchkey::identify::{Clues, Identifier};
use latchkey::model::DeviceKind;

/// User agents as they arrive, with what the tests want told of them.
const EXAMPLES: &str = include_str!("../src/identify/tests/user-agents.tsv");

/// Limits of time: a user agent, and the slowest but one in a hundred of hostile ones.
const LIMIT: Duration = Duration::from_micros(20);
const LIMIT_HOSTILE: Duration = Duration::from_micros(100);
/// Kilobytes that the compiled patterns and tables may take.
const LIMIT_KILOBYTES: u64 = 4_000;
/// Bytes of a hostile user agent.
const HOSTILE: usize = 10_000;
/// Times that each is measured: the median of them counts.
const ROUNDS: usize = 21;

/// What of a set must be right, in hundredths, by the kind it names.
const GOALS: [(&str, f64); 5] =
    [("phone", 97.0), ("tablet", 88.0), ("tv", 80.0), ("computer", 92.0), ("console", 85.0)];
const GOAL_OF_ALL: f64 = 94.0;

fn main() {
    let id = std::process::id();
    let (before, _) = resident_kilobytes(id);
    let identifier = Identifier::new();
    let told = |user_agent: &str| {
        identifier.identify(&Clues { user_agent: Some(user_agent), ..Clues::default() }).kind
    };
    let _ = told("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0");
    let (after, _) = resident_kilobytes(id);
    println!("identify");
    let grown = after.saturating_sub(before);
    figure(
        "memory of patterns and tables",
        &format!("{grown} kB"),
        &format!("<= {LIMIT_KILOBYTES} kB"),
        grown <= LIMIT_KILOBYTES,
    );
    let examples = EXAMPLES.lines().skip(1).filter_map(|line| line.split_once('\t')).collect::<Vec<_>>();
    time(&examples.iter().map(|(user_agent, _)| (*user_agent).to_owned()).collect::<Vec<_>>(), &told);
    let rows = examples
        .iter()
        .map(|(user_agent, expected)| (expected.split(" | ").next().unwrap_or_default(), *user_agent));
    confusion("the tests' user agents", rows, &told, false);
    for file in std::env::args().skip(1).filter(|word| !word.starts_with('-')) {
        let text = std::fs::read_to_string(&file).expect("a set of user agents");
        let rows = text.lines().filter_map(|line| {
            let mut fields = line.splitn(5, '\t');
            let kind = fields.nth(1)?;
            Some((kind, fields.nth(2)?))
        });
        let rows = rows.collect::<Vec<_>>();
        let held_back = rows.iter().copied().filter(|(_, user_agent)| is_held_back(user_agent));
        confusion("a fifth of the set, held back", held_back, &told, false);
        confusion("all of the set", rows.iter().copied(), &told, true);
    }
}

/// A fifth of all, always the same.
fn is_held_back(user_agent: &str) -> bool {
    // FNV-1a: the standard library's hash may change with its version.
    let hash = user_agent.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash.is_multiple_of(5)
}

fn time(user_agents: &[String], told: &impl Fn(&str) -> DeviceKind) {
    let mut real = user_agents.iter().map(|user_agent| median_of(user_agent, told)).collect::<Vec<_>>();
    let pieces = [
        "(",
        ")",
        ";",
        "a/1 ",
        "Mozilla/5.0 (",
        "Android ",
        "; Build/",
        "TV_",
        "HbbTV/1.1.1 (;",
        "é",
        " wired, ",
        "AFT",
        "FBDV/",
        "\"",
    ];
    let hostile = pieces
        .iter()
        .flat_map(|one| pieces.iter().map(move |other| format!("{one}{other}")))
        .map(|pair| pair.repeat(HOSTILE / pair.len()));
    let hostile =
        hostile.chain(user_agents.iter().map(|user_agent| user_agent.repeat(HOSTILE / user_agent.len() + 1)));
    let mut hostile = hostile.map(|user_agent| median_of(&user_agent, told)).collect::<Vec<_>>();
    let line = |what: &str, took: Duration, limit: Duration| {
        figure(
            what,
            &format!("{:.1} µs", micros(took)),
            &format!("<= {:.0} µs", micros(limit)),
            took <= limit,
        );
    };
    line("a user agent, median", quantile(&mut real, 0.5), LIMIT);
    figure("a user agent, 99 of 100", &format!("{:.1} µs", micros(quantile(&mut real, 0.99))), "-", true);
    line("10 kB of hostile text, 99 of 100", quantile(&mut hostile, 0.99), LIMIT_HOSTILE);
}

fn median_of(user_agent: &str, told: &impl Fn(&str) -> DeviceKind) -> Duration {
    let once = || {
        let start = now();
        std::hint::black_box(told(std::hint::black_box(user_agent)));
        start.elapsed()
    };
    let mut took = std::iter::repeat_with(once).take(ROUNDS).collect::<Vec<_>>();
    quantile(&mut took, 0.5)
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// Prints what each kind was told to be, and how much of it is right.
fn confusion<'a>(
    what: &str,
    rows: impl Iterator<Item = (&'a str, &'a str)>,
    told: &impl Fn(&str) -> DeviceKind,
    has_goals: bool,
) {
    let mut table: BTreeMap<&str, (u32, u32, BTreeMap<&str, u32>)> = BTreeMap::new();
    for (kind, user_agent) in rows {
        let group = group(told(user_agent));
        let line = table.entry(wanted(kind)[0]).or_default();
        line.0 += 1;
        line.1 += u32::from(wanted(kind).contains(&group));
        *line.2.entry(group).or_default() += 1;
    }
    println!("  {what}");
    let limit = |goal: Option<f64>| match goal.filter(|_| has_goals) {
        Some(goal) => (format!(">= {goal:.0} %"), goal),
        None => ("-".to_owned(), 0.0),
    };
    let line = |name: &str, all: u32, right: u32, goal: Option<f64>| {
        let share = f64::from(right) / f64::from(all.max(1)) * 100.0;
        let (limit, goal) = limit(goal);
        figure(name, &format!("{share:.1} % of {all}"), &limit, share >= goal);
    };
    for (kind, (all, right, told)) in &table {
        let told =
            told.iter().map(|(group, count)| format!("{group} {count}")).collect::<Vec<_>>().join(", ");
        let goal = GOALS.iter().find(|(of, _)| of == kind).map(|(_, goal)| *goal);
        line(&format!("  {kind}: {told}"), *all, *right, goal);
    }
    let (all, right) = table.values().fold((0, 0), |(all, right), line| (all + line.0, right + line.1));
    line("  all", all, right, Some(GOAL_OF_ALL));
}

/// What counts as one: an app and a browser on a computer, a television and the box beside it.
fn group(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Tv | DeviceKind::StreamingBox => "tv",
        DeviceKind::Computer | DeviceKind::Browser => "computer",
        kind => kind.as_str(),
    }
}

/// What a set's kind may be told to be, what it counts as first. There are kinds that Latchkey has no word for.
fn wanted(kind: &str) -> &'static [&'static str] {
    match kind {
        "phone" => &["phone"],
        "tablet" => &["tablet"],
        "phone|tablet" => &["phone or tablet", "phone", "tablet"],
        "computer" | "browser" => &["computer"],
        "tv" | "box" | "tv|box" | "streaming_box" => &["tv"],
        "console" => &["console"],
        "speaker" => &["speaker"],
        "display" => &["display", "speaker", "tv", "other"],
        "ereader" => &["reader", "tablet", "other"],
        "player" => &["player", "phone", "tablet", "speaker", "other"],
        "signage" => &["signage", "tv", "other"],
        _ => &["other"],
    }
}
