//! Tables: what was measured, in words and figures. Every function gives text; who calls it prints it.

use std::fmt::Write as _;

use latchkey::familiarity::Budget;

use crate::attackers::{Attacker, Span, THIEF_FROM};
use crate::dice::real;
use crate::measure::{Measured, reach, share_of, threshold_for};
use crate::rules::ours::Setting;
use crate::tally::{Has, Tally, Told};

/// The setting that the goals are about.
pub const DEFAULT: Setting = Setting { budget: Budget::Monthly, has_secrets: true };

/// A line of a table: a rule, its false alarms a household and month, and what it catches.
struct Line {
    rule: String,
    false_alarms: f64,
    detected: [(f64, f64); 6],
}

impl Measured {
    /// Our tally in a setting, if that was measured.
    pub fn ours(&self, setting: Setting) -> Option<&Tally> {
        let is_it = |of: &Setting| of.budget == setting.budget && of.has_secrets == setting.has_secrets;
        self.ours.iter().find(|(of, _)| is_it(of)).map(|(_, tally)| tally)
    }

    /// Months that all households lived.
    pub fn months(&self) -> f64 {
        self.seen[0].1.all_months()
    }
}

/// What was simulated.
pub fn heading(measured: &Measured) -> String {
    let plan = &measured.plan;
    let [sign_ins, returns, activity] = measured.events;
    let mut each = measured.sign_ins.clone();
    each.sort_unstable();
    let at = |part: usize| each[(each.len() * part / 10).min(each.len() - 1)];
    format!(
        "{}: {} households × 1 year (parameters \"{}\", seed {})\n  {} sign-ins and {} returns judged, {} further uses; sign-ins a household: median {}, \
         one in ten below {}, one in ten above {}",
        plan.name,
        plan.households,
        plan.parameters.name,
        plan.seed,
        sign_ins,
        returns,
        activity,
        at(5),
        at(1),
        at(9)
    )
}

/// Detection by attacker beside false alarms: over the year, and for each span of sign-ins.
pub fn detection(measured: &Measured) -> String {
    let mut text = String::new();
    let spans = [None].into_iter().chain(Span::ALL.map(Some));
    for span in spans {
        let title = span.map_or("tries spread evenly over the year", Span::words);
        let _ = writeln!(
            text,
            "\n  {title:<42} {:>12}   {}",
            "false alarms",
            Attacker::ALL.map(|attacker| format!("{:>18}", attacker.words())).join("")
        );
        for line in lines(measured, span) {
            let caught = line.detected.map(|(all, quiet)| {
                let percent = format!("{:.2} %", all * 100.0);
                let quiet = if quiet > 0.0 { format!(" ({:.1}q)", quiet * 100.0) } else { String::new() };
                format!("{:>18}", percent + &quiet)
            });
            let _ = writeln!(text, "  {:<42} {:>12.3}   {}", line.rule, line.false_alarms, caught.join(""));
        }
    }
    text.push_str("  False alarms are a household and month. \"(2.0q)\": of these, 2.0 points by a quiet notice only.\n");
    text
}

fn lines(measured: &Measured, span: Option<Span>) -> Vec<Line> {
    let mut lines = Vec::new();
    for (grain, tally) in &measured.seen {
        lines.push(tally_line(grain.words().to_owned(), tally, span));
    }
    for (setting, name) in [
        (DEFAULT, "Freeman, at our detection"),
        (Setting { has_secrets: false, ..DEFAULT }, "Freeman, at ours without secrets"),
    ] {
        if let Some(ours) = measured.ours(setting) {
            let threshold = threshold_for(&measured.freeman.overall(), ours.overall().detected());
            lines.push(freeman_line(name, measured, threshold, span));
        }
    }
    for (setting, tally) in &measured.ours {
        let secrets = if setting.has_secrets { "" } else { ", no secrets" };
        let default = if setting.budget == DEFAULT.budget { " (default)" } else { "" };
        lines.push(tally_line(format!("ours, {}{default}{secrets}", setting.budget.as_str()), tally, span));
    }
    lines
}

fn tally_line(rule: String, tally: &Tally, span: Option<Span>) -> Line {
    let of = |attacker: Attacker| match span {
        None => tally.even[attacker as usize],
        Some(span) => tally.tries[attacker as usize][span as usize],
    };
    Line {
        rule,
        false_alarms: span.map_or_else(|| tally.false_alarms(), |span| tally.false_alarms_in(span)),
        detected: Attacker::ALL.map(|attacker| (of(attacker).detected(), of(attacker).quietly())),
    }
}

fn freeman_line(rule: &str, measured: &Measured, threshold: f64, span: Option<Span>) -> Line {
    let scores = &measured.freeman;
    let months = &measured.seen[0].1.months;
    let false_alarms = match span {
        None => real(scores.false_alarms(threshold)) / measured.months(),
        Some(span) => real(reach(&scores.known[span as usize], threshold)) / months[span as usize],
    };
    let list = |attacker: Attacker| match span {
        None => &scores.even[attacker as usize],
        Some(span) => &scores.tries[attacker as usize][span as usize],
    };
    let detected = Attacker::ALL.map(|attacker| (share_of(list(attacker), threshold), 0.0));
    Line { rule: rule.to_owned(), false_alarms, detected }
}

/// Genuinely new devices and places, and what is told about nothing new, on lines of their own.
pub fn what_is_new(measured: &Measured) -> String {
    let mut text = format!(
        "\n  {:<36} {:>34}   {:>34}   {:>24}\n",
        "a household and month",
        "new devices: alert/notice/untold",
        "new places: alert/notice/untold",
        "false alarms: sign-in/return"
    );
    let mut line = |rule: &str, tally: &Tally| {
        let three = |told: Told| {
            let untold = told.all - told.aloud - told.quiet;
            [told.aloud, told.quiet, untold].map(|count| format!("{:.3}", tally.a_month(count))).join(" / ")
        };
        let kinds = tally.known_at.map(|told| format!("{:.3}", tally.a_month(told.aloud))).join(" / ");
        let quiet = tally.a_month(tally.known.iter().map(|told| told.quiet).sum());
        let _ = writeln!(
            text,
            "  {rule:<36} {:>34}   {:>34}   {kinds:>24}   notices about nothing new {quiet:.3}",
            three(tally.new_things),
            three(tally.new_places)
        );
    };
    for (grain, tally) in &measured.seen {
        line(grain.words(), tally);
    }
    for (setting, tally) in &measured.ours {
        let secrets = if setting.has_secrets { "" } else { ", no secrets" };
        line(&format!("ours, {}{secrets}", setting.budget.as_str()), tally);
    }
    text
}

/// Those who are measured over what watched services tell: nobody who steals a session signs in there.
pub const SEEN_AT_SERVICES: [Attacker; 4] =
    [Attacker::Naive, Attacker::Vpn, Attacker::Targeted, Attacker::VeryTargeted];

/// What watched services let a home see: detection beside false alarms and notices, a line for each kind.
pub fn watched(measured: &Measured) -> String {
    let mut text = format!(
        "\n  {:<34} {:>12} {:>9}   {}\n",
        "sign-ins at a service that tells",
        "false alarms",
        "notices",
        SEEN_AT_SERVICES.map(|attacker| format!("{:>18}", attacker.words())).join("")
    );
    for (watched, tally) in &measured.watched {
        let caught = SEEN_AT_SERVICES.map(|attacker| {
            let told = tally.even[attacker as usize];
            let percent = format!("{:.2} %", told.detected() * 100.0);
            format!("{:>18}", format!("{percent} ({:.1}q)", told.quietly() * 100.0))
        });
        let notices = tally.a_month(tally.known.iter().map(|told| told.quiet).sum());
        let _ = writeln!(
            text,
            "  {:<34} {:>12.3} {notices:>9.3}   {}   {}",
            watched.words(),
            tally.false_alarms(),
            caught.join(""),
            watched.services()
        );
    }
    text.push_str("  Not seen there: who goes on with a stolen session, and where a session is used after it was made.\n");
    text
}

/// The thieves of a session: at the first use, within a day, within a week.
pub fn thieves(measured: &Measured) -> String {
    let mut text =
        format!("\n  {:<36} {:>30}   {:>30}\n", "first use / day / week", "token thief", "careful thief");
    for (setting, tally) in &measured.ours {
        let secrets = if setting.has_secrets { "" } else { ", no secrets" };
        let [thief, careful] =
            tally.thefts.map(|told| told.map(|told| format!("{:.2} %", told.detected() * 100.0)).join(" / "));
        let name = format!("ours, {}{secrets}", setting.budget.as_str());
        let _ = writeln!(text, "  {name:<36} {thief:>30}   {careful:>30}");
    }
    text
}

/// Thieves of a session at their very first request, by what they have besides it and where they come from: a line for each
/// of our settings.
pub fn first_requests(measured: &Measured) -> String {
    let mut text = String::new();
    for has in Has::ALL {
        let _ = writeln!(
            text,
            "\n  {:<36} {}",
            format!("first request, with {}", has.words()),
            THIEF_FROM.map(|from| format!("{from:>32}")).join("")
        );
        for (setting, tally) in &measured.ours {
            let secrets = if setting.has_secrets { "" } else { ", no secrets" };
            let caught = THIEF_FROM.map(|from| {
                let told = tally.first_requests.get(&(has, from)).copied().unwrap_or_default();
                let caught = format!("{:.2} % of {}", told.detected() * 100.0, told.all);
                format!("{caught:>32}")
            });
            let name = format!("ours, {}{secrets}", setting.budget.as_str());
            let _ = writeln!(text, "  {name:<36} {}", caught.join(""));
        }
    }
    text
}

/// Our false alarms beside the published model's where both catch as many.
#[derive(Clone, Copy, Debug)]
pub struct Beside {
    /// Who attacks; `None` for all together.
    pub attacker: Option<Attacker>,
    /// The share that both catch.
    pub detected: f64,
    /// Our false alarms a household and month.
    pub ours: f64,
    /// The model's.
    pub freeman: f64,
}

/// Which events are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Sign-ins and sessions that go on: what our rule judges.
    All,
    /// Sign-ins only: what the published model was made for. No token thief signs in.
    SignIns,
}

/// Our false alarms beside the model's, for all attackers together and for each.
pub fn beside_freeman(measured: &Measured, setting: Setting, over: Over) -> Vec<Beside> {
    let Some(tally) = measured.ours(setting) else { return Vec::new() };
    let scores = match over {
        Over::All => &measured.freeman,
        Over::SignIns => &measured.freeman_sign_ins,
    };
    let fits = |attacker: &Attacker| over == Over::All || !attacker.steals();
    let ours = match over {
        Over::All => tally.false_alarms(),
        Over::SignIns => tally.a_month(tally.known_at[0].aloud),
    };
    let beside = |attacker, told: Told, list: &[f64]| {
        let threshold = threshold_for(list, told.detected());
        let freeman = real(scores.false_alarms(threshold)) / measured.months();
        Beside { attacker, detected: told.detected(), ours, freeman }
    };
    let attackers = || Attacker::ALL.into_iter().filter(fits);
    let all = attackers().map(|attacker| tally.even[attacker as usize]).fold(Told::default(), Told::and);
    let each = attackers().map(|attacker| {
        beside(Some(attacker), tally.even[attacker as usize], &scores.even[attacker as usize])
    });
    [beside(None, all, &scores.overall())].into_iter().chain(each).collect()
}

/// Why: the causes of false alarms and of notices about nothing new, and how what was missed was done.
pub fn why(measured: &Measured, setting: Setting, most: usize) -> String {
    let Some(tally) = measured.ours(setting) else { return String::new() };
    let secrets = if setting.has_secrets { "with secrets" } else { "without secrets" };
    let mut text =
        format!("\n  why, {} budget, {secrets} ({})\n", setting.budget.as_str(), measured.plan.name);
    for (title, causes) in [
        ("false alarms", &tally.alarms),
        ("quiet notices about nothing new", &tally.notices),
        ("new, and nothing told", &tally.untold),
    ] {
        let all = causes.values().sum::<usize>();
        let _ = writeln!(text, "   {title}: {all}, {:.3} a household and month", tally.a_month(all));
        let mut sorted = causes.iter().collect::<Vec<_>>();
        sorted.sort_by(|one, other| other.1.cmp(one.1));
        for (cause, count) in sorted.iter().take(most) {
            let _ = writeln!(text, "    {:>8.4}  {count:>7}  {cause}", tally.a_month(**count));
        }
    }
    for attacker in Attacker::ALL {
        let told = tally.even[attacker as usize];
        let missed = told.all - told.aloud - told.quiet;
        let _ = writeln!(text, "   missed of {}: {missed} of {}", attacker.words(), told.all);
        let mut sorted = tally.misses.iter().filter(|((of, _), _)| *of == attacker).collect::<Vec<_>>();
        sorted.sort_by(|one, other| other.1.cmp(one.1));
        for ((_, how), count) in sorted.iter().take(most.min(15)) {
            let share = real(**count) / real(told.all) * 100.0;
            let _ = writeln!(text, "    {share:>7.3} %  {count:>7}  {how}");
        }
    }
    text
}
