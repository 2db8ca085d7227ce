//! A year: every use of every thing, in order, as the server sees it.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr};

use latchkey::familiarity::Identity;
use latchkey::familiarity::network::prefix_of;

use super::thing::{Session, Sort, Thing, begin_with, guests, successor};
use super::travel::{Trip, trips};
use super::{DAYS, Home, Household, database, device_id, moment, profile_id};
use crate::dice::{Dice, mix};
use crate::event::{After, Event, Kind, On, Truth};
use crate::parameters::Life;
use crate::world::countries::COUNTRIES;
use crate::world::geoip::Edition;
use crate::world::networks::{Lease, Line, Role};
use crate::world::{City, NetworkId, World};

/// Lives a year.
pub(super) fn live(world: &World, number: u64) -> Household {
    let mut dice = Dice::of(&[world.seed, number, 0x686f_7573]);
    let mut year = Year::begin(world, number, &mut dice);
    for day in 0..DAYS {
        year.day(f64::from(day), &mut dice);
    }
    year.into_household(&mut dice)
}

/// A person.
struct Person {
    is_child: bool,
    mobile: NetworkId,
    vpn: Option<NetworkId>,
    work: Option<Lease>,
    friends: Vec<Lease>,
}

/// A household as it lives.
struct Year<'a> {
    world: &'a World,
    number: u64,
    people: Vec<Person>,
    things: Vec<Thing>,
    trips: Vec<Trip>,
    guests: Vec<f64>,
    lease: Lease,
    /// What the next use at home will be the first since.
    home_is: On,
    renumbers_on: f64,
    moves_on: Option<f64>,
    changes_provider_on: Option<f64>,
    on_lan: bool,
    over_ipv6: bool,
    homes: Vec<Home>,
    ids: usize,
    cities: HashSet<City>,
    boards: HashSet<NetworkId>,
    events: Vec<Event>,
}

/// A use: when, with what, by whom, where.
struct Use {
    day: f64,
    thing: usize,
    person: usize,
    on: On,
    line: Line,
    city: City,
}

impl<'a> Year<'a> {
    fn begin(world: &'a World, number: u64, dice: &mut Dice) -> Self {
        let (p, life) = (&world.parameters.household, &world.parameters.life);
        let country = dice.weighted(COUNTRIES.iter().map(|country| country.households));
        let home = World::any_city(country, dice);
        let count = dice.weighted(p.people) + 1;
        let people = (0..count).map(|at| person(world, home, at >= 2 && dice.chance(p.child), dice));
        let people = people.collect::<Vec<_>>();
        let children = people.iter().map(|person| person.is_child).collect::<Vec<_>>();
        let works_away =
            children.iter().map(|is_child| !is_child && dice.chance(p.travels_for_work)).collect::<Vec<_>>();
        let network = world.any_network(Role::Fixed, country, dice);
        let once = |share: f64, dice: &mut Dice| dice.chance(share).then(|| dice.between(20.0, 345.0));
        Self {
            world,
            number,
            things: begin_with(&children, p, life, dice),
            trips: trips(world, home, &works_away, life, dice),
            guests: (0..dice.count(life.guests)).map(|_| dice.between(5.0, 360.0)).collect(),
            people,
            lease: world.networks[network].lease(home, dice),
            home_is: On::Home,
            renumbers_on: 0.0,
            moves_on: once(life.moves, dice),
            changes_provider_on: once(life.changes_provider, dice),
            on_lan: dice.chance(p.on_lan),
            over_ipv6: dice.chance(p.reached_by_ipv6),
            homes: vec![Home { since: moment(0.0), city: home, network }],
            ids: 0,
            cities: HashSet::new(),
            boards: HashSet::new(),
            events: Vec::new(),
        }
    }

    fn day(&mut self, day: f64, dice: &mut Dice) {
        self.change_lines(day, dice);
        self.replace_things(day, dice);
        let life = self.world.parameters.life.clone();
        let mut uses = Vec::new();
        for thing in 0..self.things.len() {
            for _ in 0..dice.count(self.things[thing].uses(day, &life)) {
                // People sleep: from seven to half past eleven.
                let at = day + dice.between(7.0, 23.5) / 24.0;
                let is_there = (self.things[thing].joins..self.things[thing].leaves).contains(&at);
                if is_there && let Some(found) = self.somewhere(thing, at, &life, dice) {
                    uses.push(found);
                }
            }
        }
        self.board(day, &mut uses, dice);
        // The account is set up with its first device.
        if self.events.is_empty() && day == 0.0 && uses.iter().all(|found| found.thing != 0) {
            let found = self.at_home(0, 0, 0.3, dice);
            uses.push(found);
        }
        uses.sort_by(|one, other| one.day.total_cmp(&other.day));
        for found in uses {
            self.happen(&found, &life, dice);
        }
    }

    /// A move, a change of provider, a new address.
    fn change_lines(&mut self, day: f64, dice: &mut Dice) {
        let life = &self.world.parameters.life;
        let mut city = self.lease.city;
        let mut network = self.lease.network;
        if self.moves_on.is_some_and(|on| on <= day) {
            self.moves_on = None;
            self.home_is = On::HomeNewLine;
            if dice.chance(life.moves_far) {
                city = World::any_city(city.country, dice);
            }
            network = self.world.any_network(Role::Fixed, city.country, dice);
        } else if self.changes_provider_on.is_some_and(|on| on <= day) {
            self.changes_provider_on = None;
            self.home_is = On::HomeNewLine;
            network = self.world.other_network(network, city.country, dice);
        } else if self.renumbers_on > day {
            return;
        } else if day > 0.0 {
            self.home_is = On::HomeRenumbered;
        }
        let provider = &self.world.networks[network];
        self.lease = provider.lease(city, dice);
        let mean = self.world.parameters.networks.renumbers_after_days;
        self.renumbers_on = day + if provider.renumbers_daily { 1.0 } else { dice.waiting(mean) };
        if self.homes.last().is_none_or(|home| (home.city, home.network) != (city, network)) {
            self.homes.push(Home { since: moment(day), city, network });
        }
    }

    /// New things for old ones, and guests' things.
    fn replace_things(&mut self, day: f64, dice: &mut Dice) {
        let life = &self.world.parameters.life;
        for at in 0..self.things.len() {
            let thing = &mut self.things[at];
            let goes = thing.leaves < day + 1.0 && thing.leaves >= day;
            if goes && !matches!(thing.sort, Sort::Guests { .. }) {
                thing.leaves = day;
                let next = successor(thing, life, dice);
                self.things.push(next);
            }
        }
        let arrive = self.guests.iter().filter(|on| (day..day + 1.0).contains(*on)).count();
        for _ in 0..arrive {
            let home = dice.chance(life.guest_goes_on).then(|| {
                let country = self.lease.city.country;
                let city = if dice.chance(0.5) { self.lease.city } else { World::any_city(country, dice) };
                let network = self.world.any_network(Role::Fixed, country, dice);
                self.world.networks[network].lease(city, dice)
            });
            self.things.push(guests(day, home, life, dice));
        }
    }

    /// Where a thing is used at a moment; nowhere when it is not with whoever uses it.
    fn somewhere(&self, thing: usize, day: f64, life: &Life, dice: &mut Dice) -> Option<Use> {
        let about = &self.things[thing];
        if let Sort::Guests { until, home } = about.sort {
            return self.guests_use(thing, day, until, home, dice);
        }
        let person = about.owner.unwrap_or_else(|| dice.below(self.people.len()));
        let who = &self.people[person];
        let mut found = match self.trips.iter().find(|trip| trip.has(person, day)) {
            // Nobody is at home to use it, or it was left there.
            Some(trip) if about.owner.is_none() && !(about.travels && trip.who.is_none()) => return None,
            Some(trip) if about.travels || (self.comes_along(thing, trip)) => {
                self.on_trip(thing, person, day, trip, dice)
            }
            Some(_) => return None,
            None => match about.sort {
                Sort::Phone => self.in_town(thing, person, day, life.phone_where, dice),
                Sort::Computer | Sort::Tablet => self.in_town(thing, person, day, life.computer_where, dice),
                _ => self.at_home(thing, person, day, dice),
            },
        };
        if let Some(vpn) = who.vpn.filter(|_| about.owner.is_some() && dice.chance(life.vpn_uses)) {
            let own = self.lease.city.country;
            let country =
                if dice.chance(life.vpn_own_country) { own } else { World::holiday_country(own, dice) };
            (found.on, found.line) = (On::Vpn, self.world.networks[vpn].exit(country, dice));
        }
        Some(found)
    }

    fn guests_use(
        &self,
        thing: usize,
        day: f64,
        until: f64,
        home: Option<Lease>,
        dice: &mut Dice,
    ) -> Option<Use> {
        if day < until {
            return Some(self.at_home(thing, 0, day, dice));
        }
        let home = home?;
        let line = home.line(self.things[thing].has_ipv6, &self.world.networks[home.network], dice);
        Some(Use { day, thing, person: 0, on: On::GuestsHome, line, city: home.city })
    }

    /// Whether a computer comes along: one on a holiday, one's own on a business trip.
    fn comes_along(&self, thing: usize, trip: &Trip) -> bool {
        let computers = || self.things.iter().filter(|other| other.sort == Sort::Computer);
        let about = &self.things[thing];
        about.sort == Sort::Computer
            && (trip.who.is_some() || computers().next().is_some_and(|first| first.owner == about.owner))
    }

    fn on_trip(&self, thing: usize, person: usize, day: f64, trip: &Trip, dice: &mut Dice) -> Use {
        let is_phone = self.things[thing].sort == Sort::Phone;
        let place = |on, line| Use { day, thing, person, on, line, city: trip.city };
        match dice.weighted(if is_phone { [0.5, 0.45, 0.05] } else { [0.95, 0.0, 0.05] }) {
            0 => {
                let network = &self.world.networks[trip.hotel.network];
                place(On::Hotel, trip.hotel.line(self.uses_ipv6(thing), network, dice))
            }
            1 => {
                let network = trip.local_mobile.unwrap_or(self.people[person].mobile);
                let on = if trip.is_abroad && trip.local_mobile.is_none() { On::Roaming } else { On::Mobile };
                place(on, self.mobile(network, person, day, dice))
            }
            _ => {
                let network = self.world.any_network(Role::Fixed, trip.city.country, dice);
                let network = &self.world.networks[network];
                place(On::Town, network.lease(trip.city, dice).line(self.uses_ipv6(thing), network, dice))
            }
        }
    }

    fn in_town(&self, thing: usize, person: usize, day: f64, places: [f64; 4], dice: &mut Dice) -> Use {
        let who = &self.people[person];
        let city = self.lease.city;
        let on_lease = |on, lease: Lease, dice: &mut Dice| {
            let network = &self.world.networks[lease.network];
            Use {
                day,
                thing,
                person,
                on,
                line: lease.line(self.uses_ipv6(thing), network, dice),
                city: lease.city,
            }
        };
        match dice.weighted(places) {
            1 => {
                let line = self.mobile(who.mobile, person, day, dice);
                Use { day, thing, person, on: On::Mobile, line, city }
            }
            2 if who.work.is_some_and(|work| work.city == city) => {
                // Checked just now.
                let work = who.work.unwrap_or(self.lease);
                on_lease(On::Work, work, dice)
            }
            3 => {
                // Mostly the same few houses of friends; else a café.
                let friend = *dice.pick(&who.friends);
                let lease = if friend.city == city && dice.chance(0.7) {
                    friend
                } else {
                    let network = self.world.any_network(Role::Fixed, city.country, dice);
                    self.world.networks[network].lease(city, dice)
                };
                on_lease(On::Town, lease, dice)
            }
            _ => self.at_home(thing, person, day, dice),
        }
    }

    fn at_home(&self, thing: usize, person: usize, day: f64, dice: &mut Dice) -> Use {
        let network = &self.world.networks[self.lease.network];
        let line = if self.on_lan {
            let host = u8::try_from(20 + thing % 200).unwrap_or(20);
            let address = IpAddr::V4(Ipv4Addr::new(192, 168, 1, host));
            Line { address, network: None, registered: self.lease.city }
        } else {
            self.lease.line(self.uses_ipv6(thing), network, dice)
        };
        Use { day, thing, person, on: On::Home, line, city: self.lease.city }
    }

    /// A mobile address: over another gateway every hour.
    fn mobile(&self, network: NetworkId, person: usize, day: f64, dice: &mut Dice) -> Line {
        let hour = crate::dice::whole(day * 24.0);
        let gateway = mix(&[self.number, u64::try_from(person).unwrap_or(0), u64::from(hour)]) % 1024;
        self.world.networks[network].mobile_line(usize::try_from(gateway).unwrap_or(0), dice)
    }

    fn uses_ipv6(&self, thing: usize) -> bool {
        self.over_ipv6 && self.things[thing].has_ipv6
    }

    /// On the days of departure and return somebody may use the Wi-Fi on board.
    fn board(&self, day: f64, uses: &mut Vec<Use>, dice: &mut Dice) {
        for trip in &self.trips {
            for (at, city) in [(trip.from, trip.city), (trip.to, trip.city)] {
                let Some(board) = trip.board.filter(|_| (day..day + 1.0).contains(&at)) else { continue };
                let person = trip.who.unwrap_or(0);
                let phone = self.things.iter().position(|thing| {
                    thing.sort == Sort::Phone
                        && thing.owner == Some(person)
                        && (thing.joins..thing.leaves).contains(&at)
                });
                if let Some(thing) = phone {
                    let line = self.world.networks[board].exit(0, dice);
                    uses.push(Use { day: at, thing, person, on: On::Board, line, city });
                }
            }
        }
    }

    /// What the server sees of a use.
    fn happen(&mut self, found: &Use, life: &Life, dice: &mut Dice) {
        let thing = &mut self.things[found.thing];
        if thing.was_used {
            thing.ages(found.day, life, dice);
        }
        thing.last_day = found.day;
        let mut on = found.on;
        if on == On::Home && self.home_is != On::Home && !self.on_lan {
            on = self.home_is;
            self.home_is = On::Home;
        }
        // Dice of its own: nothing else of a year depends on it.
        let sitting = u64::try_from(self.events.len()).unwrap_or(u64::MAX);
        let mut aside = Dice::of(&[self.world.seed, self.number, 0x6465_736b, sitting]);
        let client = thing.client(found.day, aside.chance(life.desktop_site));
        let now = Session { prefix: prefix_of(found.line.address).to_string(), client };
        let mut after = std::mem::replace(&mut thing.after, After::Nothing);
        let kind = match &thing.session {
            None => Kind::SignIn,
            Some(last) if *last == now => Kind::Activity,
            Some(last) => {
                if last.client != now.client && after == After::Nothing {
                    let is_same_kind = last.client.kind == now.client.kind;
                    after = if is_same_kind { After::Update } else { After::DesktopSite };
                }
                Kind::Return
            }
        };
        let identity = if let Some(id) = thing.secret {
            if kind == Kind::SignIn { Identity::Proven(id) } else { Identity::Session(id) }
        } else {
            let id = device_id(self.number, self.ids);
            self.ids += 1;
            thing.secret = Some(id);
            Identity::Secretless(id)
        };
        let is_new_thing = !thing.was_used;
        thing.was_used = true;
        let client = now.client.clone();
        thing.session = Some(now);
        let own_mobile = self.people[found.person].mobile;
        let is_new_place = match (on, found.line.network) {
            (On::Board, Some(board)) => self.boards.insert(board),
            // Whoever looks at the address sees the own carrier or an exit, wherever the person is.
            (On::Roaming | On::Vpn, _) => self.events.is_empty(),
            (On::Mobile, Some(network)) if network == own_mobile => self.events.is_empty(),
            _ => self.cities.insert(found.city),
        };
        self.events.push(Event {
            at: moment(found.day),
            kind,
            identity,
            client,
            line: found.line,
            profile: (kind != Kind::SignIn).then(|| profile_id(self.number, found.person)),
            truth: Truth { thing: found.thing, is_new_thing, is_new_place, city: found.city, on, after },
        });
    }

    fn into_household(self, dice: &mut Dice) -> Household {
        let p = &self.world.parameters.databases;
        let is_first = dice.chance(p.first);
        let changes = dice.chance(p.changes);
        Household {
            number: self.number,
            homes: self.homes,
            refreshed_at: moment(dice.between(30.0, 335.0)),
            editions: [
                Edition { database: database(is_first), number: 0 },
                Edition { database: database(is_first != changes), number: 1 },
            ],
            events: self.events,
        }
    }
}

fn person(world: &World, home: City, is_child: bool, dice: &mut Dice) -> Person {
    let p = &world.parameters.household;
    let lease = |dice: &mut Dice| {
        let network = world.any_network(Role::Fixed, home.country, dice);
        world.networks[network].lease(home, dice)
    };
    Person {
        is_child,
        mobile: world.any_network(Role::Mobile, home.country, dice),
        vpn: dice.chance(p.vpn).then(|| world.any_network(Role::Vpn, home.country, dice)),
        work: dice.chance(p.works_elsewhere).then(|| lease(dice)),
        friends: (0..4).map(|_| lease(dice)).collect(),
    }
}
