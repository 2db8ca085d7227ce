//! A household: who lives there, what they use, and, after a year, what a server saw of them.

mod life;
mod thing;
mod travel;

use std::time::Duration;

use latchkey::model::{DeviceId, ProfileId, Timestamp};

use crate::clients::commonest;
use crate::event::Event;
use crate::world::geoip::{Database, Edition};
use crate::world::{City, NetworkId, World};

/// Days that are lived.
pub const DAYS: u32 = 365;
/// 2026-01-01T00:00:00Z.
const START_MILLIS: i64 = 1_767_225_600_000;

/// The moment so many days after the beginning.
pub fn moment(day: f64) -> Timestamp {
    Timestamp::from_millis(START_MILLIS).after(Duration::from_secs_f64(day.max(0.0) * 86_400.0))
}

/// How many days a moment is after the beginning.
pub fn day_of(at: Timestamp) -> f64 {
    let millis = u32::try_from((at.as_millis() - START_MILLIS).max(0) / 1000).unwrap_or(u32::MAX);
    f64::from(millis) / 86_400.0
}

/// A household and its year.
#[derive(Debug)]
pub struct Household {
    /// Its number, which its ids follow from.
    pub number: u64,
    /// Where it lived, since which day: city and provider.
    pub homes: Vec<Home>,
    /// When it changed or refreshed its place database.
    pub refreshed_at: Timestamp,
    /// Its database before and after.
    pub editions: [Edition; 2],
    /// What happened, in order.
    pub events: Vec<Event>,
}

/// A home, as an attacker may have found it out.
#[derive(Clone, Copy, Debug)]
pub struct Home {
    /// Since when.
    pub since: Timestamp,
    /// Where.
    pub city: City,
    /// With which provider.
    pub network: NetworkId,
}

impl Household {
    /// Lives a year.
    pub fn new(world: &World, number: u64) -> Self {
        life::live(world, number)
    }

    /// The database at a moment.
    pub fn edition(&self, at: Timestamp) -> Edition {
        self.editions[usize::from(at >= self.refreshed_at)]
    }

    /// The home at a moment.
    pub fn home(&self, at: Timestamp) -> Home {
        *self.homes.iter().rev().find(|home| home.since <= at).unwrap_or(&self.homes[0])
    }

    /// The kind of device that it used most before an event.
    pub fn commonest_kind(&self, before: usize) -> latchkey::model::DeviceKind {
        let mut counts = std::collections::BTreeMap::new();
        for event in &self.events[..before] {
            *counts.entry(event.client.kind).or_insert(0u32) += 1;
        }
        counts
            .into_iter()
            .max_by_key(|(_, count)| *count)
            .map_or(commonest(crate::clients::BROWSERS).kind, |(kind, _)| kind)
    }
}

/// The id of a device: the same for the same household and number, whatever the machine.
pub fn device_id(household: u64, number: usize) -> DeviceId {
    id(household, 0x7d, number).parse().expect("a UUID")
}

/// The id of a profile.
pub fn profile_id(household: u64, person: usize) -> ProfileId {
    id(household, 0x70, person).parse().expect("a UUID")
}

fn id(household: u64, kind: u64, number: usize) -> String {
    format!("{:08x}-00{kind:02x}-7000-8000-{number:012x}", household & 0xffff_ffff)
}

/// The database a household has, from a draw.
const fn database(is_first: bool) -> Database {
    if is_first { Database::First } else { Database::Second }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Kind, On};
    use crate::parameters::MAIN;

    #[test]
    fn a_seed_lives_the_same_year_again() {
        let events = |seed| {
            let world = World::new(&MAIN, seed);
            format!("{:?}", Household::new(&world, 3).events)
        };
        assert_eq!(events(5), events(5));
        assert_ne!(events(5), events(6));
    }

    #[test]
    fn a_year_is_in_order_and_begins_with_a_new_device() {
        let world = World::new(&MAIN, 5);
        for number in 0..6 {
            let household = Household::new(&world, number);
            assert!(household.events.is_sorted_by_key(|event| event.at));
            let first = &household.events[0];
            assert!(first.kind == Kind::SignIn && first.truth.is_new_thing && first.truth.is_new_place);
        }
    }

    #[test]
    fn a_thing_and_a_place_are_new_once() {
        let world = World::new(&MAIN, 5);
        for number in 0..6 {
            let household = Household::new(&world, number);
            let mut things = std::collections::HashSet::new();
            let mut cities = std::collections::HashSet::new();
            for event in &household.events {
                assert_eq!(things.insert(event.truth.thing), event.truth.is_new_thing);
                if !matches!(event.truth.on, On::Board | On::Vpn | On::Roaming | On::Mobile) {
                    let is_new = cities.insert(event.truth.city);
                    assert!(is_new || !event.truth.is_new_place, "{event:?}");
                }
            }
        }
    }

    #[test]
    fn a_return_is_only_judged_when_line_or_client_changed() {
        let prefix = latchkey::familiarity::network::prefix_of;
        let world = World::new(&MAIN, 5);
        for number in 0..6 {
            let mut last = std::collections::HashMap::new();
            for event in &Household::new(&world, number).events {
                let now = (prefix(event.line.address), event.client.clone());
                let before = last.insert(event.identity.device(), now.clone());
                match event.kind {
                    Kind::SignIn => {}
                    Kind::Return => assert_ne!(before, Some(now)),
                    Kind::Activity => assert_eq!(before, Some(now)),
                }
            }
        }
    }

    #[test]
    fn televisions_sign_in_less_than_once_a_month() {
        let world = World::new(&MAIN, 5);
        let (mut sign_ins, mut sets) = (0u32, std::collections::HashSet::new());
        for number in 0..12 {
            for event in Household::new(&world, number).events {
                if event.client.kind == latchkey::model::DeviceKind::Tv && event.kind == Kind::SignIn {
                    sign_ins += 1;
                    sets.insert((number, event.truth.thing));
                }
            }
        }
        let sets = u32::try_from(sets.len()).expect("a few");
        assert!(sets > 0 && sign_ins < sets * 12, "{sign_ins} sign-ins of {sets}");
    }
}
