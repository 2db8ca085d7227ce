//! The measurement: four rules over the same households, and what comes of it.

use latchkey::familiarity::{Budget, SignIn};
use latchkey::model::Telling;

use crate::attackers::{Attacker, Span, Try, tries};
use crate::dice::{Dice, real};
use crate::event::{Event, Kind};
use crate::household::Household;
use crate::parameters::Parameters;
use crate::rules::freeman::{Features, Freeman};
use crate::rules::ours::{self, Setting, Year};
use crate::rules::seen::{Grain, Seen};
use crate::rules::watched::{Watched, shown_tries};
use crate::rules::{sign_in_of, sign_in_of_try};
use crate::tally::{Class, Tally};
use crate::world::World;

/// What is measured.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the table is called.
    pub name: String,
    /// The world's parameters.
    pub parameters: Parameters,
    /// The seed.
    pub seed: u64,
    /// How many households.
    pub households: u64,
    /// Further households, lived before, from which the published model knows what is common.
    pub before: u64,
    /// Our rule's budgets.
    pub budgets: Vec<Budget>,
}

/// What came of it.
#[derive(Debug)]
pub struct Measured {
    /// What was measured.
    pub plan: Plan,
    /// Events: sign-ins, returns, and activity that is not judged.
    pub events: [usize; 3],
    /// Sign-ins a household, in order of size.
    pub sign_ins: Vec<usize>,
    /// The rules that compare addresses.
    pub seen: [(Grain, Tally); 2],
    /// The published model, over the same events as ours.
    pub freeman: Scores,
    /// The same model where it was made for: it sees sign-ins only, and no stolen session.
    pub freeman_sign_ins: Scores,
    /// Ours: with secrets, and without.
    pub ours: Vec<(Setting, Tally)>,
    /// Ours over what watched services tell, with the default budget.
    pub watched: [(Watched, Tally); 5],
}

/// Runs a plan.
pub fn measure(plan: &Plan) -> Measured {
    let world = World::new(&plan.parameters, plan.seed);
    let settings = [true, false].into_iter().flat_map(|has_secrets| {
        plan.budgets.iter().map(move |budget| Setting { budget: *budget, has_secrets })
    });
    let mut measured = Measured {
        plan: plan.clone(),
        events: [0; 3],
        sign_ins: Vec::new(),
        seen: [Grain::Exact, Grain::Range].map(|grain| (grain, Tally::default())),
        freeman: Scores::default(),
        freeman_sign_ins: Scores::default(),
        ours: settings.map(|setting| (setting, Tally::default())).collect(),
        watched: Watched::ALL.map(|watched| (watched, Tally::default())),
    };
    let mut rows = Vec::new();
    for number in 0..plan.households {
        let household = Household::new(&world, number);
        one_household(&world, &household, &mut measured, &mut rows);
    }
    rows.sort_by_key(|row| row.at);
    let (mut model, mut of_sign_ins) = (Freeman::default(), Freeman::default());
    for number in plan.households..plan.households + plan.before {
        let household = Household::new(&world, number);
        for event in household.events.iter().filter(|event| event.kind != Kind::Activity) {
            let features = Features::of(&sign_in_of(&world, &household, event));
            model.learn(number, &features);
            if event.kind == Kind::SignIn {
                of_sign_ins.learn(number, &features);
            }
        }
    }
    measured.freeman = score(rows.iter(), &mut model);
    measured.freeman_sign_ins = score(rows.iter().filter(|row| row.kind == Kind::SignIn), &mut of_sign_ins);
    measured
}

fn one_household(world: &World, household: &Household, measured: &mut Measured, rows: &mut Vec<Row>) {
    let mut dice = Dice::of(&[world.seed, household.number, 0x6c6f_7374]);
    let told = household.events.iter().map(|event| {
        let sign_in = sign_in_of(world, household, event);
        // A browser that lost its newest token in a crash comes back with the one before it.
        let is_spent = event.kind == Kind::Return && dice.chance(world.parameters.life.newer_lost);
        ours::as_it_comes(sign_in, is_spent)
    });
    let told = told.collect::<Vec<_>>();
    let all_tries = tries(world, household);
    let tries_told = all_tries.iter().map(|one| sign_in_of_try(world, household, one)).collect::<Vec<_>>();
    for event in &household.events {
        measured.events[event.kind as usize] += 1;
    }
    let sign_ins = household.events.iter().filter(|event| event.kind == Kind::SignIn).count();
    measured.sign_ins.push(sign_ins);
    for (grain, tally) in &mut measured.seen {
        tally.begin(household);
        run_seen(*grain, &household.events, &all_tries, tally);
    }
    rows.extend(rows_of(household, &told, &all_tries, &tries_told));
    for (setting, tally) in &mut measured.ours {
        tally.begin(household);
        let told = told.iter().map(|told| setting.told(told)).collect::<Vec<_>>();
        let tries_told = tries_told.iter().map(|told| setting.told(told)).collect::<Vec<_>>();
        let year =
            Year { events: &household.events, told: &told, tries: &all_tries, tries_told: &tries_told };
        let dice = Dice::of(&[world.seed, household.number, 0x616e_7377]);
        ours::run(year, *setting, &world.parameters.answers, dice, tally);
    }
    let (tries, tries_told) = shown_tries(&all_tries, &tries_told);
    for (watched, tally) in &mut measured.watched {
        tally.begin(household);
        let (events, told) = watched.sees(&household.events, &told);
        let tries_told = tries_told.iter().map(|told| watched.told(told)).collect::<Vec<_>>();
        let year = Year { events: &events, told: &told, tries: &tries, tries_told: &tries_told };
        // What is told is set already: a setting with secrets hands it on as it is.
        let setting = Setting { budget: Budget::default(), has_secrets: true };
        let dice = Dice::of(&[world.seed, household.number, 0x616e_7377]);
        ours::run(year, setting, &world.parameters.answers, dice, tally);
    }
}

fn run_seen(grain: Grain, events: &[Event], tries: &[Try], tally: &mut Tally) {
    let mut rule = Seen::new(grain);
    let telling = |alerts| if alerts { Telling::Aloud } else { Telling::Nothing };
    let mut tries = tries.iter().peekable();
    for (at, event) in events.iter().enumerate() {
        while let Some(one) = tries.next_if(|one| one.before <= at) {
            tally.attack(one, telling(rule.alerts(one.line.address)));
        }
        if event.kind != Kind::Activity {
            tally.event(event, telling(rule.alerts(event.line.address)));
            rule.learn(event.line.address);
        }
    }
    for one in tries {
        tally.attack(one, telling(rule.alerts(one.line.address)));
    }
}

/// An event or a try for the published model, which needs everyone's at once and in order.
struct Row {
    at: (latchkey::model::Timestamp, bool),
    kind: Kind,
    user: u64,
    features: Features,
    span: Span,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    Event(Class),
    Try(Attacker, bool),
}

fn rows_of(household: &Household, told: &[SignIn], tries: &[Try], tries_told: &[SignIn]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut sign_ins = 0;
    for (event, told) in household.events.iter().zip(told).filter(|(event, _)| event.kind != Kind::Activity) {
        rows.push(Row {
            at: (event.at, false),
            kind: event.kind,
            user: household.number,
            features: Features::of(told),
            span: Span::of(sign_ins),
            what: What::Event(Class::of(event)),
        });
        sign_ins += usize::from(event.kind == Kind::SignIn);
    }
    for (one, told) in tries.iter().zip(tries_told) {
        rows.push(Row {
            at: (one.at, true),
            kind: one.kind,
            user: household.number,
            features: Features::of(told),
            span: one.span,
            what: What::Try(one.attacker, one.is_even),
        });
    }
    rows
}

/// Scores of the published model. Its threshold is chosen afterwards: what it learns does not depend on it.
#[derive(Debug, Default)]
pub struct Scores {
    /// Of events about nothing new, by span, the highest first.
    pub known: [Vec<f64>; 3],
    /// Of genuinely new devices.
    pub new_things: Vec<f64>,
    /// Of genuinely new places.
    pub new_places: Vec<f64>,
    /// Of tries by attacker and span.
    pub tries: [[Vec<f64>; 3]; 6],
    /// Of evenly spread tries by attacker.
    pub even: [Vec<f64>; 6],
}

fn score<'a>(rows: impl Iterator<Item = &'a Row>, model: &mut Freeman) -> Scores {
    let mut scores = Scores::default();
    for row in rows {
        // Of an account's first event nothing can be said: it is let through, as by the other rules.
        let score = model.score(row.user, &row.features).unwrap_or(f64::NEG_INFINITY);
        let span = row.span as usize;
        match row.what {
            What::Event(class) => {
                match class {
                    Class::Known => scores.known[span].push(score),
                    Class::NewThing => scores.new_things.push(score),
                    Class::NewPlace => scores.new_places.push(score),
                }
                model.learn(row.user, &row.features);
            }
            What::Try(attacker, is_even) => {
                scores.tries[attacker as usize][span].push(score);
                if is_even {
                    scores.even[attacker as usize].push(score);
                }
            }
        }
    }
    let lists = scores.known.iter_mut().chain(scores.tries.iter_mut().flatten()).chain(&mut scores.even);
    for list in lists.chain([&mut scores.new_things, &mut scores.new_places]) {
        list.sort_by(|one, other| other.total_cmp(one));
    }
    scores
}

/// How many of a list, the highest first, reach a threshold.
pub fn reach(list: &[f64], threshold: f64) -> usize {
    list.partition_point(|score| *score >= threshold)
}

/// The share of a list that reaches a threshold.
pub fn share_of(list: &[f64], threshold: f64) -> f64 {
    real(reach(list, threshold)) / real(list.len())
}

/// The highest threshold at which a share of a list is reached.
pub fn threshold_for(list: &[f64], share: f64) -> f64 {
    let needed = (0..list.len()).find(|at| real(at + 1) / real(list.len()) >= share - 1e-12);
    needed.map_or(f64::NEG_INFINITY, |at| list[at])
}

impl Scores {
    /// Events about nothing new that reach a threshold.
    pub fn false_alarms(&self, threshold: f64) -> usize {
        self.known.iter().map(|list| reach(list, threshold)).sum()
    }

    /// All evenly spread tries, the highest first.
    pub fn overall(&self) -> Vec<f64> {
        let mut all = self.even.iter().flatten().copied().collect::<Vec<_>>();
        all.sort_by(|one, other| other.total_cmp(one));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attackers::THIEF_FROM;
    use crate::parameters::MAIN;
    use crate::tally::Has;

    fn small(seed: u64) -> Measured {
        measure(&Plan {
            name: "small".into(),
            parameters: MAIN,
            seed,
            households: 6,
            before: 2,
            budgets: vec![Budget::default()],
        })
    }

    #[test]
    fn a_measurement_is_the_same_again() {
        let figures = |measured: &Measured| {
            let ours = measured.ours.iter().map(|(_, tally)| (tally.false_alarms(), tally.overall().aloud));
            (measured.events, ours.collect::<Vec<_>>(), measured.freeman.overall())
        };
        assert_eq!(figures(&small(3)), figures(&small(3)));
        assert_ne!(figures(&small(3)), figures(&small(4)));
    }

    #[test]
    fn every_rule_sees_the_same_events_and_tries() {
        let measured = small(3);
        let of = |tally: &Tally| {
            let known = tally.known.iter().map(|told| told.all).sum::<usize>();
            (known, tally.new_things.all, tally.new_places.all, tally.overall().all)
        };
        let scores = &measured.freeman;
        let known = scores.known.iter().map(Vec::len).sum::<usize>();
        let all = (known, scores.new_things.len(), scores.new_places.len(), scores.overall().len());
        for tally in
            measured.seen.iter().map(|(_, tally)| tally).chain(measured.ours.iter().map(|(_, tally)| tally))
        {
            assert_eq!(of(tally), all);
        }
    }

    #[test]
    fn every_first_request_of_a_thief_is_in_the_split_once() {
        let measured = small(3);
        let tally = &measured.ours[0].1;
        let count = |has: Has| {
            let of = |from| tally.first_requests.get(&(has, from)).copied().unwrap_or_default().all;
            THIEF_FROM.into_iter().map(of).sum::<usize>()
        };
        let [_, careful] = tally.thefts;
        assert!(careful[0].all > 0, "somebody steals");
        assert_eq!(count(Has::SameClient), careful[0].all);
        assert_eq!(count(Has::AnotherClient), tally.thefts_by_another[0].all);
    }

    #[test]
    fn a_threshold_catches_the_share_it_is_chosen_for() {
        let list = [9.0, 7.0, 7.0, 3.0, 1.0];
        assert_eq!(threshold_for(&list, 0.2).to_bits(), 9.0f64.to_bits());
        assert_eq!(threshold_for(&list, 0.4).to_bits(), 7.0f64.to_bits());
        assert_eq!(threshold_for(&list, 1.0).to_bits(), 1.0f64.to_bits());
        assert_eq!(reach(&list, 7.0), 3);
    }
}
