//! Strangers: six of them, always apart. Each try is against what is known of a household at a moment, and leaves no
//! trace.

use latchkey::familiarity::{Client, Identity};
use latchkey::model::{DeviceKind, ProfileId, Timestamp};

use crate::clients::{self, any_make, commonest};
use crate::dice::Dice;
use crate::event::{Event, Kind};
use crate::household::{DAYS, Household, day_of, device_id, moment};
use crate::world::countries::COUNTRIES;
use crate::world::networks::{Line, Role};
use crate::world::{City, World};

/// Who attacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Attacker {
    /// Has the password; any country, any device.
    Naive,
    /// Has the password and an exit in the right country.
    Vpn,
    /// Has the password and guesses country, network and the commonest device.
    Targeted,
    /// Has the password, and comes from the same city and network with the same browser.
    VeryTargeted,
    /// Has a copy of a session.
    Thief,
    /// Has a copy of a session, and calls itself what its owner's client does.
    CarefulThief,
}

impl Attacker {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Naive, Self::Vpn, Self::Targeted, Self::VeryTargeted, Self::Thief, Self::CarefulThief];

    /// Whether it goes on with a session, and does not sign in.
    pub const fn steals(self) -> bool {
        matches!(self, Self::Thief | Self::CarefulThief)
    }

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Naive => "naive",
            Self::Vpn => "VPN",
            Self::Targeted => "targeted",
            Self::VeryTargeted => "very targeted",
            Self::Thief => "token thief",
            Self::CarefulThief => "careful thief",
        }
    }
}

/// Where thieves of a session come from.
pub const THIEF_FROM: [&str; 5] = [
    "exit in the right country",
    "exit elsewhere",
    "fixed line abroad",
    "fixed line in another city",
    "another line in the same city",
];

/// How many sign-ins an account had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Span {
    /// Under 12.
    Under12,
    /// 12 to 50.
    To50,
    /// Over 50.
    Over50,
}

impl Span {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Under12, Self::To50, Self::Over50];

    /// Of so many sign-ins.
    pub const fn of(sign_ins: usize) -> Self {
        match sign_ins {
            0..12 => Self::Under12,
            12..=50 => Self::To50,
            _ => Self::Over50,
        }
    }

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Under12 => "under 12 sign-ins",
            Self::To50 => "12 to 50",
            Self::Over50 => "over 50",
        }
    }
}

/// One try.
#[derive(Clone, Debug)]
pub struct Try {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub attacker: Attacker,
    /// How many sign-ins the account had.
    pub span: Span,
    /// Whether it is one of those spread evenly over the year.
    pub is_even: bool,
    /// Events that were before it.
    pub before: usize,
    /// A sign-in, or a session that goes on.
    pub kind: Kind,
    /// How the device proves itself.
    pub identity: Identity,
    /// What it says it is.
    pub client: Client,
    /// Over which line.
    pub line: Line,
    /// Which profile the session has.
    pub profile: Option<ProfileId>,
    /// How it was done, in words.
    pub how: &'static str,
    /// What a thief does besides.
    pub theft: Option<Theft>,
}

/// A stolen session.
#[derive(Clone, Debug)]
pub struct Theft {
    /// Whose it is.
    pub thing: usize,
    /// What sort of device that is.
    pub kind: DeviceKind,
    /// Another client than the victim's, where the thief's own happens to be like it: the same theft is measured with that
    /// too, apart.
    pub another: Option<Client>,
    /// When the thief uses it again, over a week.
    pub again: Vec<Timestamp>,
    /// Since when its token is the one in use; `None` for a session whose token is never renewed.
    pub renewed_at: Option<Timestamp>,
    /// Whether the thief's program takes a newer token.
    pub takes_newer: bool,
}

/// Every try against a household, in order.
pub fn tries(world: &World, household: &Household) -> Vec<Try> {
    let mut dice = Dice::of(&[world.seed, household.number, 0x7472_6965]);
    let mut tries = Vec::new();
    for (at, is_even) in moments(world, household, &mut dice) {
        let before = household.events.partition_point(|event| event.at <= at);
        let sign_ins = household.events[..before].iter().filter(|event| event.kind == Kind::SignIn).count();
        for attacker in Attacker::ALL {
            let scene = Scene { world, household, at, before };
            let id = Identity::Secretless(device_id(household.number, 0xffff_0000 + tries.len()));
            let made = match attacker {
                Attacker::Naive => Some(scene.naive(&mut dice)),
                Attacker::Vpn => Some(scene.vpn(&mut dice)),
                Attacker::Targeted => Some(scene.targeted(&mut dice)),
                Attacker::VeryTargeted => Some(scene.very_targeted(&mut dice)),
                Attacker::Thief | Attacker::CarefulThief => None,
            };
            let (span, at) = (Span::of(sign_ins), at);
            if let Some((line, client, how)) = made {
                let kind = Kind::SignIn;
                tries.push(Try {
                    at,
                    attacker,
                    span,
                    is_even,
                    before,
                    kind,
                    identity: id,
                    client,
                    line,
                    how,
                    profile: None,
                    theft: None,
                });
            } else {
                tries.extend(scene.thief(attacker, span, is_even, &mut dice));
            }
        }
    }
    tries.sort_by_key(|one| one.at);
    tries
}

/// When: spread evenly over the year, and again over the time in which the account was in each span.
fn moments(world: &World, household: &Household, dice: &mut Dice) -> Vec<(Timestamp, bool)> {
    let p = &world.parameters.attacks;
    let sign_ins = household.events.iter().filter(|event| event.kind == Kind::SignIn);
    let days = sign_ins.map(|event| day_of(event.at)).collect::<Vec<_>>();
    let (first, last) = (days[0], f64::from(DAYS));
    let mut moments = Vec::new();
    let within = |from: f64, to: f64, dice: &mut Dice| moment(dice.between(from, to).max(first + 0.001));
    for _ in 0..p.evenly {
        moments.push((within(first, last, dice), true));
    }
    for (from, to) in [(0, 11), (11, 50), (50, usize::MAX)] {
        if let Some(from) = days.get(from) {
            let to = days.get(to).copied().unwrap_or(last);
            for _ in 0..p.each_span {
                moments.push((within(*from, to, dice), false));
            }
        }
    }
    moments
}

/// A household at a moment.
struct Scene<'a> {
    world: &'a World,
    household: &'a Household,
    at: Timestamp,
    before: usize,
}

type Made = (Line, Client, &'static str);

impl Scene<'_> {
    fn past(&self) -> &[Event] {
        &self.household.events[..self.before]
    }

    /// The newest version of a make, or nearly.
    fn fresh(&self, make: &clients::Make, dice: &mut Dice) -> Client {
        make.on(day_of(self.at), dice.between(0.0, 10.0))
    }

    fn naive(&self, dice: &mut Dice) -> Made {
        let p = &self.world.parameters.attacks;
        let country = dice.below(COUNTRIES.len());
        let (line, how) = match dice.weighted(p.naive_from) {
            0 => (self.exit(Role::Hosting, country, dice), "data centre"),
            1 => (self.fixed(World::any_city(country, dice), None, dice), "fixed line"),
            _ => {
                let network = self.world.any_network(Role::Mobile, country, dice);
                (self.world.networks[network].mobile_line(dice.below(64), dice), "mobile")
            }
        };
        if dice.chance(p.naive_untold) {
            return (line, Client::default(), "does not say what it is");
        }
        let of = *dice.pick(&[clients::BROWSERS, clients::BROWSERS, clients::PHONE_BROWSERS]);
        let make = any_make(of, dice);
        let client = make.on(day_of(self.at), dice.between(0.0, 200.0));
        (line, client, how)
    }

    fn vpn(&self, dice: &mut Dice) -> Made {
        let country = self.household.home(self.at).city.country;
        let is_vpn = dice.chance(self.world.parameters.attacks.vpn_on_vpn);
        let (role, how) = if is_vpn { (Role::Vpn, "VPN") } else { (Role::Hosting, "data centre") };
        let of = *dice.pick(&[clients::BROWSERS, clients::BROWSERS, clients::PHONE_BROWSERS]);
        let client = self.fresh(any_make(of, dice), dice);
        (self.exit(role, country, dice), client, how)
    }

    fn targeted(&self, dice: &mut Dice) -> Made {
        let home = self.household.home(self.at);
        let city = World::any_city(home.city.country, dice);
        let kind = self.household.commonest_kind(self.before);
        let of = if kind == DeviceKind::Phone && dice.chance(0.5) {
            clients::PHONE_BROWSERS
        } else {
            clients::makes_of(kind)
        };
        let client = self.fresh(commonest(of), dice);
        let how = if city == home.city { "same city by chance" } else { "another city" };
        (self.fixed(city, Some(home.network), dice), client, how)
    }

    fn very_targeted(&self, dice: &mut Dice) -> Made {
        let home = self.household.home(self.at);
        let line = self.fixed(home.city, Some(home.network), dice);
        let is_browser = |event: &&Event| event.client.kind == DeviceKind::Browser;
        let past = self.past();
        let (found, how) = match past.iter().rev().find(is_browser) {
            Some(event) => (event, "same browser"),
            None => (&past[past.len() - 1], "no browser in the house: same app"),
        };
        (line, found.client.clone(), how)
    }

    /// Of a thing with a live session: used within two weeks.
    fn thief(&self, attacker: Attacker, span: Span, is_even: bool, dice: &mut Dice) -> Option<Try> {
        let mut latest = std::collections::BTreeMap::new();
        for (index, event) in self.past().iter().enumerate() {
            if day_of(event.at) > day_of(self.at) - 14.0 && event.client.kind != DeviceKind::Speaker {
                latest.insert(event.truth.thing, index);
            }
        }
        let victims = latest.into_values().collect::<Vec<_>>();
        let victim = &self.past()[*victims.get(dice.below(victims.len().max(1)))?];
        let p = &self.world.parameters.attacks;
        let (client, another) = match attacker {
            Attacker::CarefulThief => (victim.client.clone(), None),
            _ => self.own_client(victim, dice),
        };
        let home = self.household.home(self.at);
        let elsewhere =
            |dice: &mut Dice| (home.city.country + 1 + dice.below(COUNTRIES.len() - 1)) % COUNTRIES.len();
        let exit = *dice.pick(&[Role::Vpn, Role::Hosting]);
        let from = dice.weighted(p.thief_from);
        let how = THIEF_FROM[from];
        let line = match from {
            0 => self.exit(exit, home.city.country, dice),
            1 => self.exit(exit, elsewhere(dice), dice),
            2 => self.fixed(World::any_city(elsewhere(dice), dice), None, dice),
            3 => {
                let cities = COUNTRIES[home.city.country].cities.len();
                let city = (home.city.city + 1 + dice.below(cities - 1)) % cities;
                self.fixed(City { city, ..home.city }, None, dice)
            }
            _ => {
                let other = self.world.other_network(home.network, home.city.country, dice);
                self.fixed(home.city, Some(other), dice)
            }
        };
        let day = day_of(self.at);
        let mut again = Vec::new();
        for later in 0..7 {
            again
                .extend((0..dice.count(p.thief_uses)).map(|_| moment(day + f64::from(later) + dice.share())));
        }
        again.sort();
        // The owner's last use may have renewed it: the token is as fresh as can be.
        let renewed_at = dice.chance(p.session_renews).then_some(victim.at);
        let takes_newer = dice.chance(p.thief_takes_newer);
        let identity = victim.identity.device().map_or(Identity::Unnamed, Identity::Session);
        Some(Try {
            at: self.at,
            attacker,
            span,
            is_even,
            before: self.before,
            kind: Kind::Return,
            identity,
            client,
            line,
            profile: victim.profile,
            how,
            theft: Some(Theft {
                thing: victim.truth.thing,
                kind: victim.client.kind,
                another,
                again,
                renewed_at,
                takes_newer,
            }),
        })
    }

    /// A client of the thief's own; and another one, if that happens to be like the victim's.
    fn own_client(&self, victim: &Event, dice: &mut Dice) -> (Client, Option<Client>) {
        let own = self.fresh(any_make(clients::BROWSERS, dice), dice);
        let is_alike = |client: &Client| {
            client.kind == victim.client.kind
                && client.app.name == victim.client.app.name
                && client.os.name == victim.client.os.name
        };
        let mut another = own.clone();
        while is_alike(&another) {
            another = self.fresh(any_make(clients::BROWSERS, dice), dice);
        }
        let differs = another != own;
        (own, differs.then_some(another))
    }

    fn exit(&self, role: Role, country: usize, dice: &mut Dice) -> Line {
        let network = self.world.any_network(role, country, dice);
        self.world.networks[network].exit(country, dice)
    }

    fn fixed(&self, city: City, network: Option<usize>, dice: &mut Dice) -> Line {
        let network = network.unwrap_or_else(|| self.world.any_network(Role::Fixed, city.country, dice));
        let network = &self.world.networks[network];
        network.lease(city, dice).line(dice.chance(0.5), network, dice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::MAIN;

    #[test]
    fn every_attacker_keeps_to_what_it_knows() {
        let world = World::new(&MAIN, 5);
        for number in 0..6 {
            let household = Household::new(&world, number);
            for one in tries(&world, &household) {
                let home = household.home(one.at);
                let country = one.line.registered.country;
                match one.attacker {
                    Attacker::Naive => assert!(matches!(one.identity, Identity::Secretless(_))),
                    Attacker::Vpn => assert_eq!(country, home.city.country),
                    Attacker::Targeted => assert_eq!(one.line.network, Some(home.network)),
                    Attacker::VeryTargeted => {
                        assert_eq!((one.line.network, one.line.registered), (Some(home.network), home.city));
                    }
                    Attacker::Thief | Attacker::CarefulThief => {
                        assert!(matches!(one.identity, Identity::Session(_)));
                    }
                }
                assert!(household.events[..one.before].iter().all(|event| event.at <= one.at));
            }
        }
    }

    #[test]
    fn sign_ins_fall_into_the_spans_of_the_tables() {
        assert_eq!(
            [0, 11, 12, 50, 51].map(Span::of),
            [Span::Under12, Span::Under12, Span::To50, Span::To50, Span::Over50]
        );
    }
}
