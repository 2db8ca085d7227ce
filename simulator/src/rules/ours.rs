//! Our rule, as a server runs it: judge, learn, and hear what the household answers.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

use ipnet::IpNet;
use latchkey::familiarity::network::prefix_of;
use latchkey::familiarity::place::nearness;
use latchkey::familiarity::thresholds::RENEW_AFTER;
use latchkey::familiarity::{Budget, Client, Identity, Judgement, Known, SignIn, judge};
use latchkey::model::{Area, Familiarity, NetworkKind, Telling, Timestamp, Verdict};

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
        SignIn { identity: Identity::Unnamed, profile: None, ..sign_in.clone() }
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
            self.known.confirm_told(&told[event]);
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
                let over = self.first_week(one, theft, told, &judged, year);
                tally.theft(one, over);
                if one.attacker == Attacker::Thief {
                    tally.theft_by_another(one, self.by_another(one, theft, told, year).unwrap_or(over));
                }
                over[1]
            }
        };
        tally.attack(one, telling);
        if telling == Telling::Nothing && one.is_even {
            let learning = if judged.is_learning { ", learning" } else { "" };
            let near = nearness(&self.known, told);
            let like = match self.known.most_like(&told.client) {
                Some((_, likeness)) if !one.attacker.steals() => format!(", client {likeness:?}"),
                _ => String::new(),
            };
            let victim = match &one.theft {
                Some(theft) => format!(", of a {}", theft.kind.as_str()),
                None => String::new(),
            };
            let by = told.place.network_kind.as_str();
            let why = format!("{}, listed as {by}: {near:?}{like}{victim}{learning}", one.how);
            tally.missed(one.attacker, &why);
        }
    }

    /// The same theft with another client, where the thief's own happens to be like the victim's.
    fn by_another(&self, one: &Try, theft: &Theft, told: &SignIn, year: Year<'_>) -> Option<[Telling; 3]> {
        let client = theft.another.as_ref()?;
        let told = SignIn { client: client.clone(), agent: client.clone(), ..told.clone() };
        let judged = judge(&self.known, &told, self.setting.budget);
        Some(self.first_week(one, theft, &told, &judged, year))
    }

    /// How loud the first use, the first day and the first week of a stolen session get, while its owner goes on using it. Of
    /// the owner's own uses only what looks stolen counts: anything else would have been told without a thief.
    fn first_week(
        &self,
        one: &Try,
        theft: &Theft,
        told: &SignIn,
        first: &Judgement,
        year: Year<'_>,
    ) -> [Telling; 3] {
        let mut known = self.known.clone();
        known.learn(told, first);
        let mut loudest = [first.telling; 2];
        let mut last = (told.address.map(prefix_of), &told.client);
        let mut copies = Copies::of(theft.renewed_at.filter(|_| self.setting.has_secrets));
        copies.used_by(Holder::Thief, one.at, theft.takes_newer);
        let (first_day, end) = (day_of(one.at) + 1.0, day_of(one.at) + 7.0);
        let own = year.events[one.before..].iter().zip(&year.told[one.before..]);
        let own = own.take_while(|(event, _)| day_of(event.at) < end);
        // Who signs in has a new session, and the stolen one is over.
        let own = own.filter(|(event, _)| event.truth.thing == theft.thing);
        let own = own.take_while(|(event, _)| event.kind != Kind::SignIn);
        let owners = own.map(|(_, told)| (Holder::Owner, told.clone(), &told.client));
        let thiefs = |at: &Timestamp| (Holder::Thief, SignIn { at: *at, ..told.clone() }, &told.client);
        let mut uses = owners.chain(theft.again.iter().map(thiefs)).collect::<Vec<_>>();
        uses.sort_by_key(|(_, sign_in, _)| sign_in.at);
        for (holder, sign_in, client) in uses {
            let takes_newer = holder == Holder::Owner || theft.takes_newer;
            let is_spent = copies.used_by(holder, sign_in.at, takes_newer);
            let sign_in = as_it_comes(sign_in, is_spent);
            let Some(judged) = self.go_on(&mut known, &mut last, &sign_in, client) else { continue };
            if holder == Holder::Owner && judged.familiarity.verdict != Verdict::Suspicious {
                continue;
            }
            let is_first_day = day_of(sign_in.at) < first_day;
            for loudest in &mut loudest[usize::from(!is_first_day)..] {
                *loudest = (*loudest).max(judged.telling);
            }
        }
        let [day, week] = loudest;
        [first.telling, day, week]
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
        if *last == this && !matches!(now.identity, Identity::Spent(_)) {
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
        known.was_active(id, told.at, told.address, &told.place);
    }
}

/// A use of a session, with a token that may be spent.
pub fn as_it_comes(sign_in: SignIn, is_spent: bool) -> SignIn {
    match sign_in.identity {
        Identity::Session(id) if is_spent => SignIn { identity: Identity::Spent(id), ..sign_in },
        _ => sign_in,
    }
}

/// Who has a copy of a session.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holder {
    Owner,
    Thief,
}

/// Two copies of a session, and which of them is behind.
struct Copies {
    /// Since when the token in use is; `None` where it is never renewed.
    renewed_at: Option<Timestamp>,
    behind: Option<Holder>,
}

impl Copies {
    /// Two that are the same yet.
    fn of(renewed_at: Option<Timestamp>) -> Self {
        Self { renewed_at, behind: None }
    }

    /// Notes a use by one of them, which takes a newer token when that is due. Says whether it came with a spent one.
    fn used_by(&mut self, holder: Holder, at: Timestamp, takes_newer: bool) -> bool {
        let Some(renewed_at) = self.renewed_at else { return false };
        let is_spent = self.behind == Some(holder);
        // What is let in with a spent one counts again, as a browser's that lost the newer one.
        if is_spent || (takes_newer && renewed_at.after(RENEW_AFTER) <= at) {
            self.renewed_at = Some(at);
            self.behind = Some(if holder == Holder::Owner { Holder::Thief } else { Holder::Owner });
        }
        is_spent
    }
}

/// What of a use decides whether it is judged: the line and the client.
type Use<'a> = (Option<IpNet>, &'a Client);

/// The household's own events that were not taken for its own, to tell why another alarm followed.
#[derive(Default)]
struct Past {
    placed: HashMap<String, Area>,
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
            (Identity::Unnamed, _) => "no secrets",
            _ => event.truth.after.words(),
        };
        let prefix = told.address.map(prefix_of).map(|prefix| prefix.to_string()).unwrap_or_default();
        let moved = match self.placed.get(&prefix) {
            Some(before) if *before != Area::of(&told.place) => ", database moved it",
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
            self.placed.insert(prefix.to_string(), Area::of(&told.place));
        }
    }
}
