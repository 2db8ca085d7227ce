//! Familiarity: what our rule catches and how often it is wrong, beside three others over the same events; and what a
//! verdict costs.
//!
//! `./dev bench familiarity -- --why` adds the causes of false alarms and misses, `--plots` writes the plots into
//! docs/images, `--households N` makes it shorter.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod cost;

use std::path::Path;
use std::time::Instant;

use latchkey::familiarity::Budget;
use latchkey_simulator::attackers::{Attacker, Span};
use latchkey_simulator::measure::{Measured, Plan, measure};
use latchkey_simulator::parameters::{MAIN, Parameters, ROUGH};
use latchkey_simulator::plot;
use latchkey_simulator::report::{self, DEFAULT, Over};
use latchkey_simulator::rules::ours::Setting;

/// Seeds: of the first measurement, and held out. The rule was mended by looking at the first only.
const SEED: u64 = 1;
const HELD_OUT: u64 = 2027;

/// Without secrets, as a watched service or a log.
const UNTOLD: Setting = Setting { has_secrets: false, ..DEFAULT };

fn main() {
    let asked = Asked::from_arguments(std::env::args().skip(1));
    let begun = now();
    let plan = |name: &str, parameters: &Parameters, seed, budgets: &[Budget]| Plan {
        name: name.to_owned(),
        parameters: parameters.clone(),
        seed,
        households: asked.households,
        before: asked.households / 10,
        budgets: budgets.to_vec(),
    };
    let all = [
        plan("first seeds", &MAIN, SEED, &Budget::ALL),
        plan("held-out seeds", &MAIN, HELD_OUT, &[DEFAULT.budget]),
        plan("second parameters", &ROUGH, HELD_OUT, &[DEFAULT.budget]),
    ];
    let measured = all.iter().map(|plan| show(plan, &asked)).collect::<Vec<_>>();
    if asked.plots {
        plots(&measured[0]);
    }
    goals(&measured);
    goals_at_services(&measured);
    cost::measure();
    println!("  took {:.0} s", begun.elapsed().as_secs_f64());
}

/// What was asked for on the command line.
struct Asked {
    why: bool,
    plots: bool,
    households: u64,
}

impl Asked {
    fn from_arguments(arguments: impl Iterator<Item = String>) -> Self {
        let mut asked = Self { why: false, plots: false, households: 1000 };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--why" => asked.why = true,
                "--plots" => asked.plots = true,
                "--households" => {
                    let count = arguments.next().and_then(|count| count.parse().ok());
                    asked.households =
                        count.filter(|count| *count >= 10).expect("--households N, at least 10");
                }
                // Cargo's own.
                _ => {}
            }
        }
        asked
    }
}

fn show(plan: &Plan, asked: &Asked) -> Measured {
    let measured = measure(plan);
    println!("\n{}", report::heading(&measured));
    print!("{}", report::detection(&measured));
    print!("{}", report::what_is_new(&measured));
    print!("{}", report::thieves(&measured));
    print!("{}", report::first_requests(&measured));
    print!("{}", report::watched(&measured));
    for (setting, over, name) in [
        (DEFAULT, Over::All, "with secrets, all that is judged"),
        (DEFAULT, Over::SignIns, "with secrets, sign-ins only"),
        (UNTOLD, Over::All, "without secrets, all that is judged"),
        (UNTOLD, Over::SignIns, "without secrets, sign-ins only"),
    ] {
        println!("\n  beside Freeman at equal detection, {name}");
        for beside in report::beside_freeman(&measured, setting, over) {
            println!(
                "    {:<16} both catch {:>7.2} %   false alarms: ours {:>7.3}, Freeman {:>8.3}   ratio {:.4}",
                beside.attacker.map_or("all together", Attacker::words),
                beside.detected * 100.0,
                beside.ours,
                beside.freeman,
                beside.ours / beside.freeman
            );
        }
    }
    if asked.why {
        for setting in [DEFAULT, UNTOLD] {
            print!("{}", report::why(&measured, setting, 30));
        }
    }
    measured
}

/// Writes the plots of a measurement into docs/images.
fn plots(measured: &Measured) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/images");
    let year = [(None, true, "year"), (None, false, "no-secrets")];
    let spans = [(Span::Under12, "under-12"), (Span::To50, "12-to-50"), (Span::Over50, "over-50")];
    let spans = spans.map(|(span, name)| (Some(span), true, name));
    for (span, has_secrets, name) in year.into_iter().chain(spans) {
        let file = folder.join(format!("familiarity-{name}.svg"));
        let svg = plot::detection(measured, span, has_secrets).expect("a plot of finite numbers");
        std::fs::write(&file, svg).expect("docs/images can be written");
        println!("  wrote docs/images/familiarity-{name}.svg");
    }
}

/// The goals, for each of the three measurements.
fn goals(measured: &[Measured]) {
    println!("\ngoals: the default budget, with secrets");
    for measured in measured {
        println!(" {}", measured.plan.name);
        let Some(tally) = measured.ours(DEFAULT) else { continue };
        for (attacker, least) in [
            (Attacker::Naive, Some(0.995)),
            (Attacker::Vpn, Some(0.995)),
            (Attacker::Targeted, Some(0.99)),
            (Attacker::Thief, Some(0.99)),
            (Attacker::VeryTargeted, None),
            (Attacker::CarefulThief, None),
        ] {
            // A thief's first day, in which the owner goes on using the session.
            let caught = tally.even[attacker as usize].detected();
            let limit = least.map_or("as it is".to_owned(), |least| format!(">= {:.1} %", least * 100.0));
            figure(
                &format!("{} caught", attacker.words()),
                &format!("{:.2} %", caught * 100.0),
                &limit,
                least.is_none_or(|least| caught >= least),
            );
        }
        let [thief, careful] = tally.thefts;
        let by_another = tally.thefts_by_another;
        for (told, who) in
            [(thief, "token thief"), (by_another, "with another client"), (careful, "careful thief")]
        {
            let caught = told.map(|told| format!("{:.2} %", told.detected() * 100.0)).join(" / ");
            figure(&format!("  {who}: first use / day / week"), &caught, "as it is", true);
        }
        let alarms = tally.false_alarms();
        figure("false alarms a household and month", &format!("{alarms:.3}"), "<= 0.300", alarms <= 0.3);
        for (over, name) in [(Over::All, "all events"), (Over::SignIns, "sign-ins only")] {
            for beside in report::beside_freeman(measured, DEFAULT, over) {
                let ratio = beside.ours / beside.freeman;
                let who = beside.attacker.map_or("all attackers", Attacker::words);
                figure(
                    &format!("beside Freeman's, {name}: {who}"),
                    &format!("{ratio:.3} x"),
                    "<= 0.200 x",
                    ratio <= 0.2,
                );
            }
        }
    }
}

/// The goals for sign-ins at watched services, for each of the three measurements. Of a service that tells no address they are printed as
/// they are: what it cannot tell nobody can see.
fn goals_at_services(measured: &[Measured]) {
    println!("\ngoals: sign-ins at watched services, the default budget");
    for measured in measured {
        println!(" {}", measured.plan.name);
        for (watched, tally) in &measured.watched {
            let name = watched.words();
            let is_goal = watched.tells_address();
            for attacker in [Attacker::Naive, Attacker::Vpn] {
                let caught = tally.even[attacker as usize].detected();
                figure(
                    &format!("{name}: {} caught", attacker.words()),
                    &format!("{:.2} %", caught * 100.0),
                    if is_goal { ">= 95.0 %" } else { "as it is" },
                    !is_goal || caught >= 0.95,
                );
            }
            let alarms = tally.false_alarms();
            figure(&format!("{name}: false alarms"), &format!("{alarms:.3}"), "<= 0.300", alarms <= 0.3);
        }
    }
}

/// Prints one figure beside its limit, and says whether it keeps it.
fn figure(what: &str, measured: &str, limit: &str, kept: bool) {
    let verdict = if kept { "kept" } else { "NOT KEPT" };
    println!("  {what:<58} {measured:>22}   limit {limit:<22} {verdict}");
}

/// A clock for measuring.
#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
fn now() -> Instant {
    Instant::now()
}
