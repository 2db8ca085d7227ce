//! The world: countries, the networks in them, and what two place databases say of their addresses.

pub mod countries;
pub mod geoip;
pub mod networks;

use crate::dice::{Dice, real};
use crate::parameters::Parameters;
use countries::COUNTRIES;
use networks::{Network, Role};

/// A city: its country's place in [`COUNTRIES`], and its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct City {
    /// Which country.
    pub country: usize,
    /// Which of its cities.
    pub city: usize,
}

impl City {
    /// Degrees north and east.
    pub fn point(self) -> (f64, f64) {
        let (_, north, east, _) = COUNTRIES[self.country].cities[self.city];
        (north, east)
    }
}

/// Which network, by its place in [`World::networks`].
pub type NetworkId = usize;

/// The world.
#[derive(Debug)]
pub struct World {
    /// What it was made of.
    pub parameters: Parameters,
    /// Its seed.
    pub seed: u64,
    /// Every network.
    pub networks: Vec<Network>,
}

impl World {
    /// The world of a seed.
    pub fn new(parameters: &Parameters, seed: u64) -> Self {
        Self { parameters: parameters.clone(), seed, networks: networks::all(parameters, seed) }
    }

    /// A city of a country, the large ones more often.
    pub fn any_city(country: usize, dice: &mut Dice) -> City {
        City { country, city: dice.weighted(COUNTRIES[country].cities.iter().map(|city| city.3)) }
    }

    /// A country that holidays abroad go to.
    pub fn holiday_country(home: usize, dice: &mut Dice) -> usize {
        let weights = COUNTRIES.iter().enumerate();
        dice.weighted(weights.map(|(index, country)| if index == home { 0.0 } else { country.holidays }))
    }

    /// A network of a role, in a country where the role has countries.
    pub fn any_network(&self, role: Role, country: usize, dice: &mut Dice) -> NetworkId {
        let fits = |network: &Network| network.role == role && network.country.is_none_or(|of| of == country);
        let weights = self.networks.iter().map(|network| if fits(network) { network.share } else { 0.0 });
        dice.weighted(weights)
    }

    /// Another network of that role there; the same one where there is no other.
    pub fn other_network(&self, than: NetworkId, country: usize, dice: &mut Dice) -> NetworkId {
        let role = self.networks[than].role;
        (0..50).map(|_| self.any_network(role, country, dice)).find(|found| *found != than).unwrap_or(than)
    }
}

/// The shares that several networks of a kind have of their market: the first has most.
fn market_share(index: usize) -> f64 {
    1.0 / real(index + 1)
}
