//! Things: what people sign in with, how long each lasts, and the session it has.

use latchkey::familiarity::Client;
use latchkey::model::{DeviceId, DeviceKind};

use super::DAYS;
use crate::clients::{self, Make, any_make};
use crate::dice::{Dice, whole};
use crate::event::After;
use crate::parameters::{Household, Life};
use crate::world::networks::Lease;

/// Something that is signed in with.
#[derive(Debug)]
pub(super) struct Thing {
    pub make: &'static Make,
    pub sort: Sort,
    /// Whose it is; `None` for what belongs to the house.
    pub owner: Option<usize>,
    /// Days behind the newest version.
    pub lag: f64,
    /// The day it joins, and the day it is given up.
    pub joins: f64,
    pub leaves: f64,
    /// Whether it can use IPv6.
    pub has_ipv6: bool,
    /// Whether it comes along on holidays.
    pub travels: bool,
    /// What it has to prove itself with.
    pub secret: Option<DeviceId>,
    pub session: Option<Session>,
    pub after: After,
    pub was_used: bool,
    /// The day it was used last.
    pub last_day: f64,
}

/// What of a session is compared: the line's prefix, in words, and the client, as last judged.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Session {
    pub prefix: String,
    pub client: Client,
}

/// What a thing is used like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sort {
    /// Carried always.
    Phone,
    /// A browser on a computer that is carried at times.
    Computer,
    Tablet,
    /// A television or box.
    Tv,
    /// A console or loudspeaker.
    Console,
    /// A guest's, who stays until a day and then goes on from another home, or not at all.
    Guests {
        until: f64,
        home: Option<Lease>,
    },
}

impl Thing {
    pub fn new(make: &'static Make, sort: Sort, owner: Option<usize>, life: &Life, dice: &mut Dice) -> Self {
        Self {
            make,
            sort,
            owner,
            lag: dice.skewed(life.update_lag, 0.8).min(60.0),
            joins: 0.0,
            leaves: f64::INFINITY,
            has_ipv6: dice.chance(if sort == Sort::Tv || sort == Sort::Console { 0.6 } else { 0.95 }),
            travels: match make.kind {
                DeviceKind::StreamingBox | DeviceKind::Console => dice.chance(life.box_travels),
                _ => sort == Sort::Phone || (sort == Sort::Tablet && dice.chance(0.5)),
            },
            secret: None,
            session: None,
            after: After::Nothing,
            was_used: false,
            last_day: 0.0,
        }
    }

    /// Whether it is a browser, which loses its cookies, rather than an app.
    pub fn is_browser(&self) -> bool {
        self.make.kind == DeviceKind::Browser
            || clients::PHONE_BROWSERS.iter().any(|of| std::ptr::eq(of, self.make))
    }

    /// What it says it is on a day.
    pub fn client(&self, day: f64, asks_for_desktop_site: bool) -> Client {
        let client = self.make.on(day, self.lag);
        let is_phones_browser = self.make.kind == DeviceKind::Phone && self.is_browser();
        if asks_for_desktop_site && is_phones_browser { clients::desktop_site(&client) } else { client }
    }

    /// Uses a day, on average.
    pub fn uses(&self, day: f64, life: &Life) -> f64 {
        match self.sort {
            Sort::Phone => life.phone_uses,
            Sort::Computer => life.computer_uses,
            Sort::Tablet => life.tablet_uses,
            Sort::Tv => life.tv_uses,
            Sort::Console => life.console_uses,
            Sort::Guests { until, home } if day < until || home.is_some() => life.tablet_uses,
            Sort::Guests { .. } => 0.0,
        }
    }

    /// Whether its session has ended since it was last used, and whether it lost its secret.
    pub fn ages(&mut self, day: f64, life: &Life, dice: &mut Dice) {
        let since = day - self.last_day;
        self.last_day = day;
        let is_fixed = matches!(self.sort, Sort::Tv | Sort::Console);
        let (signs_in_after, lasts) = match (is_fixed, self.is_browser()) {
            (true, _) => (life.tv_signs_in_after, life.tv_lasts),
            (false, true) => (life.browser_signs_in_after, life.cookies_last),
            (false, false) => (life.app_signs_in_after, life.app_lasts),
        };
        if self.secret.is_some() && dice.chance(1.0 - (-since / lasts).exp()) {
            self.secret = None;
            self.session = None;
            self.after = After::SecretLost;
        }
        if dice.chance(1.0 - (-since / signs_in_after).exp()) {
            self.session = None;
        }
    }
}

/// What a household begins with. The first joins at once; the others soon, or over two months.
pub(super) fn begin_with(people: &[bool], p: &Household, life: &Life, dice: &mut Dice) -> Vec<Thing> {
    let mut things = Vec::new();
    for (person, is_child) in people.iter().enumerate() {
        let owner = Some(person);
        if dice.chance(if *is_child { p.child_phone } else { p.phone }) {
            let of = if dice.chance(p.phone_browser) { clients::PHONE_BROWSERS } else { clients::PHONES };
            things.push(Thing::new(any_make(of, dice), Sort::Phone, owner, life, dice));
        }
        if dice.chance(p.computer) {
            let make = any_make(clients::BROWSERS, dice);
            things.push(Thing::new(make, Sort::Computer, owner, life, dice));
            if dice.chance(p.second_browser) {
                let same_system = other_browser(make, dice);
                things.push(Thing::new(same_system, Sort::Computer, owner, life, dice));
            }
        }
        if dice.chance(p.tablet) {
            things.push(Thing::new(any_make(clients::TABLETS, dice), Sort::Tablet, owner, life, dice));
        }
    }
    make_twins(&mut things, p, dice);
    for (of, sort, mean) in [
        (clients::TVS, Sort::Tv, p.tvs),
        (clients::BOXES, Sort::Tv, p.boxes),
        (clients::CONSOLES, Sort::Console, p.consoles),
        (clients::SPEAKERS, Sort::Console, p.speakers),
    ] {
        for _ in 0..dice.count(mean) {
            things.push(Thing::new(any_make(of, dice), sort, None, life, dice));
        }
    }
    if things.is_empty() {
        things.push(Thing::new(any_make(clients::BROWSERS, dice), Sort::Computer, Some(0), life, dice));
    }
    for thing in things.iter_mut().skip(1) {
        thing.joins =
            if dice.chance(p.joins_at_once) { dice.between(0.0, 3.0) } else { dice.between(3.0, 60.0) };
    }
    for thing in &mut things {
        let lasts = match thing.sort {
            Sort::Phone | Sort::Tablet => life.phone_lasts,
            _ => life.computer_lasts,
        };
        thing.leaves = thing.joins + dice.waiting(lasts).max(20.0);
    }
    things
}

/// The thing that takes an old one's place, on the day that goes.
pub(super) fn successor(of: &mut Thing, life: &Life, dice: &mut Dice) -> Thing {
    let makes = if of.is_browser() && of.sort == Sort::Phone {
        clients::PHONE_BROWSERS
    } else {
        clients::makes_of(of.make.kind)
    };
    let is_restored = of.sort == Sort::Phone && !of.is_browser() && dice.chance(life.restored_from_backup);
    let same_system = makes.iter().filter(|make| make.os.name == of.make.os.name).collect::<Vec<_>>();
    let make = if is_restored { *dice.pick(&same_system) } else { any_make(makes, dice) };
    let mut next = Thing::new(make, of.sort, of.owner, life, dice);
    (next.joins, next.last_day) = (of.leaves, of.leaves);
    next.travels = of.travels;
    if is_restored {
        (next.secret, next.session) = (of.secret.take(), of.session.take());
        next.after = After::RestoredFromBackup;
    }
    next.leaves = of.leaves + f64::from(DAYS);
    next
}

fn other_browser(than: &Make, dice: &mut Dice) -> &'static Make {
    let others = clients::BROWSERS
        .iter()
        .filter(|make| make.os.name == than.os.name && make.app.name != than.app.name)
        .collect::<Vec<_>>();
    if others.is_empty() { &clients::BROWSERS[0] } else { others[dice.below(others.len())] }
}

/// Two of several computers may be the same, in everything that they say.
fn make_twins(things: &mut [Thing], p: &Household, dice: &mut Dice) {
    let computers = (0..things.len()).filter(|at| things[*at].sort == Sort::Computer).collect::<Vec<_>>();
    if let [one, .., other] = computers[..]
        && things[one].owner != things[other].owner
        && dice.chance(p.twins)
    {
        (things[other].make, things[other].lag) = (things[one].make, things[one].lag);
    }
}

/// A guest's thing.
pub(super) fn guests(day: f64, home: Option<Lease>, life: &Life, dice: &mut Dice) -> Thing {
    let of = *dice.pick(&[clients::PHONES, clients::PHONE_BROWSERS, clients::BROWSERS, clients::TABLETS]);
    let until = day + 1.0 + f64::from(whole(dice.between(0.0, 3.0)));
    let mut thing = Thing::new(any_make(of, dice), Sort::Guests { until, home }, None, life, dice);
    (thing.joins, thing.last_day) = (day, day);
    thing.leaves = if home.is_some() { until + 60.0 } else { until };
    thing
}
