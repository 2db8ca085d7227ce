//! Our rule, as a server runs it: judge, learn, and hear what the household answers.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

use ipnet::IpNet;
use latchkey::familiarity::network::prefix_of;
use latchkey::familiarity::place::nearness;
use latchkey::familiarity::{Budget, Client, Identity, Judgement, Known, SignIn, judge};
use latchkey::model::{Familiarity, NetworkKind, Telling, Timestamp, Verdict};

use crate::attackers::{Attacker, Theft, Try};
use crate::dice::Dice;
use crate::event::{Event, Kind, On};
use crate::household::day_of;
use crate::parameters::Answers;
use crate::tally::{Class, Tally};

/// How the rule is set.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The person's budget.
    pub budget: Budget,
    /// Whether devices have secrets. Without them nothing proves itself and nobody has a profile, which is what a
    /// watched service or a log gives.
    pub has_secrets: bool,
}

impl Setting {
    /// What the rule is told under this setting.
    pub fn told(self, sign_in: &SignIn) -> SignIn {
        if self.has_secrets {
            return sign_in.clone();
        }
        SignIn { identity: Identity::Untold, profile: None, ..sign_in.clone() }
    }
}

/// A household's year and who tried it: events and tries in order, and what the rule is told of each.
#[derive(Clone, Copy, Debug)]
pub struct Year<'a> {
    /// What happened.
    pub events: &'a [Event],
    /// What the rule is told of it.
    pub told: &'a [SignIn],
    /// Who tried.
    pub tries: &'a [Try],
    /// What the rule is told of them.
    pub tries_told: &'a [SignIn],
}

/// Judges a household's year and all tries against it.
pub fn run(year: Year<'_>, setting: Setting, answers: &Answers, mut dice: Dice, tally: &mut Tally) {
    let mut home = Running { known: Known::default(), setting, waiting: BinaryHeap::new() };
    let mut tries = year.tries.iter().zip(year.tries_told).peekable();
    let mut past = Past::default();
    for (at, event) in year.events.iter().enumerate() {
        while let Some((one, told)) = tries.next_if(|(one, _)| one.before <= at) {
            home.hear(one.at, year.told);
            home.attack(one, told, year, tally);
        }
        home.hear(event.at, year.told);
        let told = &year.told[at];
        if event.kind == Kind::Activity {
            was_active(&mut home.known, told);
            continue;
        }
        let judged = judge(&home.known, told, setting.budget);
        let alarm = tally.event(event, judged.telling);
        if alarm || (judged.telling == Telling::Quietly && Class::of(event) == Class::Known) {
            tally.because(event.kind, judged.telling, &past.why(&home.known, event, told, &judged));
        }
        if judged.telling == Telling::Nothing && Class::of(event) != Class::Known {
            tally.kept_quiet(past.why_not(&home.known, event, told, &judged));
        }
        home.known.learn(told, &judged);
        past.note(told);
        home.tell(at, event, judged.telling, answers, &mut dice);
    }
    for (one, told) in tries {
        home.hear(one.at, year.told);
        home.attack(one, told, year, tally);
    }
}

/// A home that runs the rule.
struct Running {
    known: Known,
    setting: Setting,
    /// Answers that are on their way: when, to which event.
    waiting: BinaryHeap<Reverse<(Timestamp, usize)>>,
}

impl Running {
    /// Hears the answers that came until a moment.
    fn hear(&mut self, until: Timestamp, told: &[SignIn]) {
        while let Some(Reverse((at, event))) = self.waiting.peek().copied()
            && at <= until
        {
            self.waiting.pop();
            self.known.confirm(&told[event]);
        }
    }

    /// Tells the household, which may answer that it was them.
    fn tell(&mut self, at: usize, event: &Event, telling: Telling, answers: &Answers, dice: &mut Dice) {
        let (share, minutes) = match telling {
            Telling::Nothing => return,
            Telling::Quietly => (answers.notices, answers.notice_minutes),
            Telling::Aloud => (answers.alerts, answers.alert_minutes),
        };
        if dice.chance(share) {
            let delay = Duration::from_secs_f64(dice.skewed(minutes, answers.spread) * 60.0);
            self.waiting.push(Reverse((event.at.after(delay), at)));
        }
    }

    fn attack(&self, one: &Try, told: &SignIn, year: Year<'_>, tally: &mut Tally) {
        let judged = judge(&self.known, told, self.setting.budget);
        let telling = match &one.theft {
            None => judged.telling,
            Some(theft) => {
                let day = self.first_day(one, theft, told, &judged, year);
                tally.theft(one, theft, judged.telling, day);
                day
            }
        };
        tally.attack(one, telling);
        if telling == Telling::Nothing && one.is_even {
            let learning = if judged.is_learning { ", learning" } else { "" };
            let near = nearness(&self.known, told);
            let like = match self.known.most_like(&told.client) {
                Some((_, likeness)) if one.attacker != Attacker::Thief => format!(", client {likeness:?}"),
                _ => String::new(),
            };
            let copied = if one.theft.as_ref().is_some_and(|theft| theft.copies_client) {
                ", copied client"
            } else {
                ""
            };
            let by = told.place.network_kind.as_str();
            let why = format!("{}, listed as {by}: {near:?}{like}{copied}{learning}", one.how);
            tally.missed(one.attacker, &why);
        }
    }

    /// How loud the first day of a stolen session gets, while its owner goes on using it. Of the owner's own uses only
    /// what looks stolen counts: anything else would have been told without a thief.
    fn first_day(
        &self,
        one: &Try,
        theft: &Theft,
        told: &SignIn,
        first: &Judgement,
        year: Year<'_>,
    ) -> Telling {
        let mut known = self.known.clone();
        known.learn(told, first);
        let mut loudest = first.telling;
        let mut last = (told.address.map(prefix_of), &told.client);
        let end = day_of(one.at) + 1.0;
        let mut again = theft.again.iter().peekable();
        let own = year.events[one.before..].iter().zip(&year.told[one.before..]);
        let own = own.take_while(|(event, _)| day_of(event.at) < end);
        let own = own.filter(|(event, _)| event.truth.thing == theft.thing && event.kind != Kind::SignIn);
        for next in own.map(|(_, told)| Some(told)).chain([None]) {
            while let Some(at) = again.next_if(|at| next.is_none_or(|next| **at < next.at)) {
                let thiefs = SignIn { at: *at, ..told.clone() };
                let judged = self.go_on(&mut known, &mut last, &thiefs, &told.client);
                loudest = loudest.max(judged.map_or(Telling::Nothing, |judged| judged.telling));
            }
            if let Some(next) = next {
                let judged = self.go_on(&mut known, &mut last, next, &next.client);
                if let Some(judged) =
                    judged.filter(|judged| judged.familiarity.verdict == Verdict::Suspicious)
                {
                    loudest = loudest.max(judged.telling);
                }
            }
        }
        loudest
    }

    /// A use of a session: judged when its line or client is another than the last one's.
    fn go_on<'a>(
        &self,
        known: &mut Known,
        last: &mut Use<'a>,
        now: &SignIn,
        client: &'a Client,
    ) -> Option<Judgement> {
        let this = (now.address.map(prefix_of), client);
        if *last == this {
            was_active(known, now);
            return None;
        }
        *last = this;
        let judged = judge(known, now, self.setting.budget);
        known.learn(now, &judged);
        Some(judged)
    }
}

/// Notes that a session was active as it was.
fn was_active(known: &mut Known, told: &SignIn) {
    if let Some(id) = told.identity.device() {
        known.was_active(id, told.at);
    }
}

/// What of a use decides whether it is judged: the line and the client.
type Use<'a> = (Option<IpNet>, &'a Client);

/// The household's own events that were not taken for its own, to tell why another alarm followed.
#[derive(Default)]
struct Past {
    placed: HashMap<String, String>,
}

impl Past {
    /// Why an event that was nothing new was told.
    fn why(&self, known: &Known, event: &Event, told: &SignIn, judged: &Judgement) -> String {
        let near = nearness(known, told);
        let device = told.identity.device().and_then(|id| known.device(id));
        let standing = match (told.identity, device) {
            (Identity::Proven(_) | Identity::Session(_), Some(device)) if !device.is_trusted => {
                "unanswered device"
            }
            (Identity::Proven(_) | Identity::Session(_), None) => "forgotten device",
            (Identity::Untold, _) => "no secrets",
            _ => event.truth.after.words(),
        };
        let prefix = told.address.map(prefix_of).map(|prefix| prefix.to_string()).unwrap_or_default();
        let moved = match self.placed.get(&prefix) {
            Some(before) if *before != told.place.label => ", database moved it",
            _ => "",
        };
        let on = event.truth.on.words();
        let listed = match (event.truth.on, told.place.network_kind) {
            (On::Mobile | On::Roaming | On::Vpn, NetworkKind::Fixed) => " taken for fixed",
            (On::Vpn, NetworkKind::Hosting) => " taken for hosting",
            _ => "",
        };
        let verdict = judged.familiarity.verdict.as_str();
        format!("{verdict}: {standing}, on {on}{listed}: {near:?}{moved}")
    }

    /// Why nothing was told of something new.
    fn why_not(&self, known: &Known, event: &Event, told: &SignIn, judged: &Judgement) -> String {
        let new = if Class::of(event) == Class::NewThing { "new device" } else { "new place" };
        let why = match judged {
            _ if known.is_empty() => "the very first",
            Judgement { is_learning: true, .. } => "learning",
            Judgement { is_explained: true, .. } => "a phone explains it",
            Judgement { familiarity: Familiarity { probably: Some(_), .. }, .. } => {
                "taken for a known device"
            }
            _ => "",
        };
        format!("{new}, {why}: {}", self.why(known, event, told, judged))
    }

    fn note(&mut self, told: &SignIn) {
        if let Some(prefix) = told.address.map(prefix_of) {
            self.placed.insert(prefix.to_string(), told.place.label.clone());
        }
    }
}
