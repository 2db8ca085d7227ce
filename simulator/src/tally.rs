//! What is counted: false alarms, genuinely new devices and places, and who was caught.

use std::collections::BTreeMap;

use latchkey::model::Telling;

use crate::attackers::{Attacker, Span, Try};
use crate::dice::real;
use crate::event::{Event, Kind};
use crate::household::{DAYS, Household, day_of};

/// Days of a month.
pub const MONTH: f64 = 365.0 / 12.0;

/// What an event of the household is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// A device and a place that it used before: an alert about it is a false alarm.
    Known,
    /// A genuinely new device.
    NewThing,
    /// A device it had, at a genuinely new place.
    NewPlace,
}

impl Class {
    /// Of an event.
    pub const fn of(event: &Event) -> Self {
        match (event.truth.is_new_thing, event.truth.is_new_place) {
            (true, _) => Self::NewThing,
            (false, true) => Self::NewPlace,
            (false, false) => Self::Known,
        }
    }
}

/// How many there were, and how many were told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told {
    /// All.
    pub all: usize,
    /// With an alert.
    pub aloud: usize,
    /// With a quiet notice.
    pub quiet: usize,
}

impl Told {
    /// Counts one.
    pub fn add(&mut self, telling: Telling) {
        self.all += 1;
        self.aloud += usize::from(telling == Telling::Aloud);
        self.quiet += usize::from(telling == Telling::Quietly);
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { all: self.all + other.all, aloud: self.aloud + other.aloud, quiet: self.quiet + other.quiet }
    }

    /// The share that was told in any way.
    pub fn detected(self) -> f64 {
        if self.all == 0 { f64::NAN } else { real(self.aloud + self.quiet) / real(self.all) }
    }

    /// The share that was told quietly.
    pub fn quietly(self) -> f64 {
        if self.all == 0 { f64::NAN } else { real(self.quiet) / real(self.all) }
    }
}

/// What a thief has besides the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Has {
    /// A client that is another than the victim's.
    AnotherClient,
    /// The victim's own, to the version.
    SameClient,
}

impl Has {
    /// Both.
    pub const ALL: [Self; 2] = [Self::AnotherClient, Self::SameClient];

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::AnotherClient => "another client",
            Self::SameClient => "the same client",
        }
    }
}

/// Everything that is counted of one rule in one setting.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Months that households spent in each span.
    pub months: [f64; 3],
    /// Events about nothing new, by span.
    pub known: [Told; 3],
    /// The same at sign-ins, and at returns.
    pub known_at: [Told; 2],
    /// Genuinely new devices.
    pub new_things: Told,
    /// Genuinely new places.
    pub new_places: Told,
    /// Tries by attacker and span.
    pub tries: [[Told; 3]; 6],
    /// Tries spread evenly over the year, by attacker.
    pub even: [Told; 6],
    /// Thieves, the careful ones apart: at the first use, over the first day, over the first week.
    pub thefts: [[Told; 3]; 2],
    /// Thieves whose client is another than the victim's in every case.
    pub thefts_by_another: [Told; 3],
    /// Thieves at their first request, by what they have and where they come from.
    pub first_requests: BTreeMap<(Has, &'static str), Told>,
    /// Why false alarms, and quiet notices about nothing new, were given.
    pub alarms: BTreeMap<String, usize>,
    /// The same for quiet notices.
    pub notices: BTreeMap<String, usize>,
    /// The same for new devices and places of which nothing was told.
    pub untold: BTreeMap<String, usize>,
    /// How the tries that were missed were made.
    pub misses: BTreeMap<(Attacker, String), usize>,
    sign_ins: usize,
}

impl Tally {
    /// Begins a household: its months in each span.
    pub fn begin(&mut self, household: &Household) {
        self.sign_ins = 0;
        let mut since = day_of(household.events[0].at);
        let mut sign_ins = 0;
        for event in household.events.iter().filter(|event| event.kind == Kind::SignIn) {
            let now = day_of(event.at);
            self.months[Span::of(sign_ins) as usize] += (now - since) / MONTH;
            (since, sign_ins) = (now, sign_ins + 1);
        }
        self.months[Span::of(sign_ins) as usize] += (f64::from(DAYS) - since) / MONTH;
    }

    /// Counts an event of the household; answers whether it was a false alarm.
    pub fn event(&mut self, event: &Event, telling: Telling) -> bool {
        let class = Class::of(event);
        match class {
            Class::Known => {
                self.known[Span::of(self.sign_ins) as usize].add(telling);
                self.known_at[usize::from(event.kind == Kind::Return)].add(telling);
            }
            Class::NewThing => self.new_things.add(telling),
            Class::NewPlace => self.new_places.add(telling),
        }
        self.sign_ins += usize::from(event.kind == Kind::SignIn);
        class == Class::Known && telling == Telling::Aloud
    }

    /// Counts a try.
    pub fn attack(&mut self, one: &Try, telling: Telling) {
        self.tries[one.attacker as usize][one.span as usize].add(telling);
        if one.is_even {
            self.even[one.attacker as usize].add(telling);
        }
    }

    /// Counts a theft: at its first use, over its first day, and over its first week.
    pub fn theft(&mut self, one: &Try, told: [Telling; 3]) {
        if one.is_even {
            let is_careful = one.attacker == Attacker::CarefulThief;
            if is_careful {
                self.first_request(Has::SameClient, one, told[0]);
            }
            for (counted, telling) in self.thefts[usize::from(is_careful)].iter_mut().zip(told) {
                counted.add(telling);
            }
        }
    }

    /// Counts the first request of a thief of the session with another client or with the same.
    fn first_request(&mut self, has: Has, one: &Try, telling: Telling) {
        self.first_requests.entry((has, one.how)).or_default().add(telling);
    }

    /// Counts a theft with another client, in the same three ways.
    pub fn theft_by_another(&mut self, one: &Try, told: [Telling; 3]) {
        if one.is_even {
            self.first_request(Has::AnotherClient, one, told[0]);
            for (counted, telling) in self.thefts_by_another.iter_mut().zip(told) {
                counted.add(telling);
            }
        }
    }

    /// Notes why something was told that was nothing new.
    pub fn because(&mut self, kind: Kind, telling: Telling, why: &str) {
        let at = if kind == Kind::SignIn { "sign-in" } else { "return" };
        let causes = if telling == Telling::Aloud { &mut self.alarms } else { &mut self.notices };
        *causes.entry(format!("{at}, {why}")).or_insert(0) += 1;
    }

    /// Notes why nothing was told of something new.
    pub fn kept_quiet(&mut self, why: String) {
        *self.untold.entry(why).or_insert(0) += 1;
    }

    /// Notes how a try was made that was missed.
    pub fn missed(&mut self, attacker: Attacker, how: &str) {
        *self.misses.entry((attacker, how.to_owned())).or_insert(0) += 1;
    }

    /// All months of all households.
    pub fn all_months(&self) -> f64 {
        self.months.iter().sum()
    }

    /// False alarms a household and month.
    pub fn false_alarms(&self) -> f64 {
        real(self.known.iter().map(|told| told.aloud).sum()) / self.all_months()
    }

    /// False alarms a household and month, in a span.
    pub fn false_alarms_in(&self, span: Span) -> f64 {
        real(self.known[span as usize].aloud) / self.months[span as usize]
    }

    /// A count, a household and month.
    pub fn a_month(&self, count: usize) -> f64 {
        real(count) / self.all_months()
    }

    /// All evenly spread tries of every attacker together.
    pub fn overall(&self) -> Told {
        self.even.into_iter().fold(Told::default(), Told::and)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::MAIN;
    use crate::world::World;

    #[test]
    fn a_false_alarm_is_an_alert_about_a_device_and_place_that_were_used_before() {
        let world = World::new(&MAIN, 5);
        let household = Household::new(&world, 2);
        let mut event = household.events[0].clone();
        let mut of = |thing, place, telling| {
            (event.truth.is_new_thing, event.truth.is_new_place) = (thing, place);
            Tally::default().event(&event, telling)
        };
        assert!(of(false, false, Telling::Aloud));
        assert!(!of(false, false, Telling::Quietly), "a notice is no alarm");
        assert!(!of(true, false, Telling::Aloud) && !of(true, true, Telling::Aloud), "a new device");
        assert!(!of(false, true, Telling::Aloud), "a new place");
    }

    #[test]
    fn the_months_of_all_spans_are_the_months_that_were_lived() {
        let world = World::new(&MAIN, 5);
        let mut tally = Tally::default();
        for number in 0..5 {
            tally.begin(&Household::new(&world, number));
        }
        assert!((tally.all_months() - 60.0).abs() < 0.5, "{}", tally.all_months());
    }
}
