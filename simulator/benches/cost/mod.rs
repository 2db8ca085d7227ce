//! What a verdict costs, after ten thousand and after a million sign-ins that were learnt.

use std::time::Duration;

use latchkey::familiarity::{Known, SignIn, judge};
use latchkey::model::Timestamp;
use latchkey_simulator::attackers::tries;
use latchkey_simulator::event::Kind;
use latchkey_simulator::household::{DAYS, Household};
use latchkey_simulator::parameters::MAIN;
use latchkey_simulator::report::DEFAULT;
use latchkey_simulator::rules::{sign_in_of, sign_in_of_try};
use latchkey_simulator::world::World;

use super::{SEED, figure, now};

/// Longest that a verdict may take.
const LONGEST: Duration = Duration::from_millis(1);
/// How much longer it may take after a million sign-ins than after ten thousand.
const LONGER: f64 = 1.5;
/// Verdicts that are timed.
const ROUNDS: usize = 2000;

/// Learns the years of many households as one account's, over and over, so that the summary is as full as it gets,
/// and times verdicts on the way: of its own events and of strangers.
pub fn measure() {
    println!("\ncost: one verdict, with the fullest summary");
    let world = World::new(&MAIN, SEED);
    let (mut year, mut asked) = (Vec::new(), Vec::new());
    for number in 0..20 {
        let household = Household::new(&world, number);
        let judged = household.events.iter().filter(|event| event.kind != Kind::Activity);
        year.extend(judged.map(|event| sign_in_of(&world, &household, event)));
        asked.extend(tries(&world, &household).iter().map(|one| sign_in_of_try(&world, &household, one)));
    }
    year.sort_by_key(|sign_in| sign_in.at);
    asked.extend(year.iter().step_by(20).cloned());
    let mut known = Known::default();
    let mut medians = Vec::new();
    let mut learnt = 0;
    for (until, name) in [(10_000, "10,000"), (1_000_000, "1,000,000")] {
        while learnt < until {
            let sign_in = later(&year[learnt % year.len()], learnt / year.len());
            let verdict = judge(&known, &sign_in, DEFAULT.budget);
            known.learn(&sign_in, &verdict);
            // Everything counts as the household's, so that every list is full.
            known.confirm(&sign_in);
            learnt += 1;
        }
        let mut times = (0..ROUNDS)
            .map(|round| {
                let sign_in = later(&asked[round * 7 % asked.len()], learnt / year.len());
                let begun = now();
                std::hint::black_box(judge(std::hint::black_box(&known), &sign_in, DEFAULT.budget));
                begun.elapsed()
            })
            .collect::<Vec<_>>();
        times.sort();
        let (median, most) = (times[ROUNDS / 2], times[ROUNDS * 99 / 100]);
        let of = |time: Duration| format!("{:.1} us", time.as_secs_f64() * 1e6);
        figure(&format!("verdict after {name} sign-ins (p99)"), &of(most), "< 1 ms", most < LONGEST);
        let (devices, places, lines) = (known.devices.len(), known.places.len(), known.prefixes.len());
        println!(
            "    median {}; the summary holds {devices} devices, {places} places, {lines} lines",
            of(median)
        );
        medians.push(median);
    }
    let ratio = medians[1].as_secs_f64() / medians[0].as_secs_f64();
    figure("1,000,000 beside 10,000 (median)", &format!("{ratio:.2} x"), "<= 1.50 x", ratio <= LONGER);
}

/// The same sign-in some years later.
fn later(sign_in: &SignIn, years: usize) -> SignIn {
    let year = i64::from(DAYS) * 86_400_000;
    let years = i64::try_from(years).expect("some thousands");
    SignIn { at: Timestamp::from_millis(sign_in.at.as_millis() + years * year), ..sign_in.clone() }
}
