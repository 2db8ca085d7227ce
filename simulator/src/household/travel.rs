//! Travel: holidays with everyone, trips for work alone.

use crate::dice::Dice;
use crate::parameters::Life;
use crate::world::networks::{Lease, Role};
use crate::world::{City, NetworkId, World};

/// A trip.
#[derive(Debug)]
pub(super) struct Trip {
    pub from: f64,
    pub to: f64,
    /// Who goes; `None` for everyone.
    pub who: Option<usize>,
    pub city: City,
    /// The line of the hotel or flat.
    pub hotel: Lease,
    /// The mobile network there, when it is not the own one.
    pub local_mobile: Option<NetworkId>,
    pub is_abroad: bool,
    /// The network on board, when somebody uses it.
    pub board: Option<NetworkId>,
}

impl Trip {
    /// Whether somebody is on it at a moment.
    pub fn has(&self, person: usize, day: f64) -> bool {
        (self.from..self.to).contains(&day) && self.who.is_none_or(|who| who == person)
    }
}

/// The trips of a year.
pub(super) fn trips(
    world: &World,
    home: City,
    works_away: &[bool],
    life: &Life,
    dice: &mut Dice,
) -> Vec<Trip> {
    let mut trips = Vec::new();
    for _ in 0..dice.count(life.holidays) {
        let from = dice.between(10.0, 350.0);
        let days = dice.between(3.0, 14.0);
        trips.push(trip(world, home, None, (from, from + days), life.abroad, dice));
    }
    for (person, works_away) in works_away.iter().enumerate() {
        if *works_away {
            for _ in 0..dice.count(life.business_trips) {
                let from = dice.between(10.0, 355.0);
                let days = dice.between(1.0, 4.0);
                trips.push(trip(world, home, Some(person), (from, from + days), 0.5, dice));
            }
        }
    }
    trips
}

fn trip(
    world: &World,
    home: City,
    who: Option<usize>,
    (from, to): (f64, f64),
    abroad: f64,
    dice: &mut Dice,
) -> Trip {
    let life = &world.parameters.life;
    let is_abroad = dice.chance(abroad);
    let city = if is_abroad {
        World::any_city(World::holiday_country(home.country, dice), dice)
    } else {
        // In the own country people go to small places as much as to large ones.
        let cities = crate::world::countries::COUNTRIES[home.country].cities.len();
        City { country: home.country, city: (home.city + 1 + dice.below(cities - 1)) % cities }
    };
    let network = world.any_network(Role::Fixed, city.country, dice);
    let roams = !is_abroad || dice.chance(life.roams_home);
    Trip {
        from,
        to,
        who,
        city,
        hotel: world.networks[network].lease(city, dice),
        local_mobile: (!roams).then(|| world.any_network(Role::Mobile, city.country, dice)),
        is_abroad,
        board: (is_abroad && dice.chance(life.on_board)).then(|| world.any_network(Role::InFlight, 0, dice)),
    }
}
