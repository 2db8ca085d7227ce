//! Two place databases that disagree, as the facts say they do: 15 km apart in the median on fixed lines, about 195 on
//! mobile ones. What a database says of a block of addresses is fixed until it is refreshed.

use std::net::IpAddr;

use latchkey::model::{Place, PlaceScope};

use super::countries::COUNTRIES;
use super::networks::{Line, Role};
use super::{City, World};
use crate::dice::{Dice, mix, whole};

/// One of the two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// Gives accuracy radii.
    First,
    /// Gives none.
    Second,
}

/// A database as it was in one half of the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edition {
    /// Which.
    pub database: Database,
    /// 0 before the refresh, 1 after it.
    pub number: u64,
}

/// Kilometres of a degree of latitude.
const DEGREE_KM: f64 = 111.2;

/// What a database says of a line.
pub fn look_up(world: &World, line: &Line, edition: Edition) -> Place {
    let Some(network) = line.network.map(|id| &world.networks[id]) else {
        return Place::home_network();
    };
    let p = &world.parameters.databases;
    let block = block_of(line.address);
    let of_block = |what: u64| Dice::of(&[world.seed, block, what]);
    let mut dice = of_block(1);
    // What changes with the edition, changes only for the blocks that the refresh moved.
    let is_moved = edition.number > 0 && dice.chance(p.moved_by_refresh);
    let draw = u64::from(is_moved) << 8;
    let mut place = Place {
        asn: Some(network.asn),
        network: Some(network.name.clone()),
        network_kind: network.listed_as,
        ..Place::unknown()
    };
    let mut dice = of_block(2 | draw | u64::from(edition.database == Database::Second) << 4);
    let gap = dice.share();
    if gap < p.unknown {
        return place;
    }
    let is_mobile = network.role == Role::Mobile;
    let (error, apart) =
        if is_mobile { (p.mobile_error_km, p.mobile_apart_km) } else { (p.fixed_error_km, p.fixed_apart_km) };
    // The error of the first database is part of the second's: they differ by what they are said to differ.
    let mut first = of_block(3 | draw);
    let mut point = shifted(line.registered.point(), error, p.spread, &mut first);
    if edition.database == Database::Second {
        point = shifted(point, apart, p.spread, &mut of_block(4 | draw));
    }
    let mut country = line.registered.country;
    if network.role == Role::Fixed && dice.chance(p.wrong_country) {
        let city = World::any_city(dice.below(COUNTRIES.len()), &mut dice);
        (country, point) = (city.country, city.point());
    }
    let about = &COUNTRIES[country];
    place.scope = PlaceScope::Located;
    place.country_code = Some(about.code.to_owned());
    if gap < p.unknown + p.country_only {
        return place;
    }
    let name = COUNTRIES[country].cities[nearest(country, point).city].0;
    place.city = Some(name.to_owned());
    (place.latitude, place.longitude) = (Some(point.0), Some(point.1));
    if edition.database == Database::First {
        let radii = if is_mobile { [50, 100, 200, 500] } else { [5, 10, 20, 50] };
        place.accuracy_radius_km = Some(*dice.pick(&radii));
    }
    place
}

/// The addresses that a database has one entry for: the /24, or the /48.
fn block_of(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(address) => u64::from(address.to_bits() >> 8),
        IpAddr::V6(address) => mix(&[6, u64::try_from(address.to_bits() >> 80).unwrap_or(u64::MAX)]),
    }
}

/// A point some way off in any direction.
fn shifted(from: (f64, f64), median_km: f64, spread: f64, dice: &mut Dice) -> (f64, f64) {
    // No database is off by more than a continent.
    let away = dice.skewed(median_km, spread).min(3000.0);
    let direction = dice.between(0.0, std::f64::consts::TAU);
    let north = from.0 + away * direction.cos() / DEGREE_KM;
    let east = from.1 + away * direction.sin() / (DEGREE_KM * from.0.to_radians().cos().max(0.2));
    (north.clamp(-85.0, 85.0), (east + 540.0).rem_euclid(360.0) - 180.0)
}

fn nearest(country: usize, point: (f64, f64)) -> City {
    let cities = 0..COUNTRIES[country].cities.len();
    let away = |city: &City| {
        let at = city.point();
        whole(((at.0 - point.0).hypot(at.1 - point.1)) * 1000.0)
    };
    cities.map(|city| City { country, city }).min_by_key(away).unwrap_or(City { country, city: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::MAIN;

    const EDITIONS: [Edition; 2] =
        [Edition { database: Database::First, number: 0 }, Edition { database: Database::Second, number: 0 }];

    fn median_apart(world: &World, mut line: impl FnMut(&mut Dice) -> Line) -> f64 {
        let mut dice = Dice::of(&[9]);
        let mut apart = Vec::new();
        for _ in 0..4000 {
            let line = line(&mut dice);
            let [one, other] = EDITIONS.map(|edition| look_up(world, &line, edition));
            if one.country_code == other.country_code {
                apart.extend(one.distance_km(&other));
            }
        }
        apart.sort_by(f64::total_cmp);
        apart[apart.len() / 2]
    }

    #[test]
    fn the_databases_disagree_by_the_stated_medians() {
        let world = World::new(&MAIN, 7);
        let fixed = median_apart(&world, |dice| {
            let country = dice.below(10);
            let network = &world.networks[world.any_network(Role::Fixed, country, dice)];
            let city = World::any_city(country, dice);
            network.lease(city, dice).line(true, network, dice)
        });
        assert!((13.0..17.0).contains(&fixed), "{fixed} km on fixed lines");
        let mobile = median_apart(&world, |dice| {
            let country = dice.below(10);
            let gateway = dice.below(64);
            world.networks[world.any_network(Role::Mobile, country, dice)].mobile_line(gateway, dice)
        });
        assert!((180.0..210.0).contains(&mobile), "{mobile} km on mobile networks");
    }

    #[test]
    fn a_database_says_the_same_until_it_is_refreshed_and_then_mostly() {
        let world = World::new(&MAIN, 7);
        let mut dice = Dice::of(&[10]);
        let network = &world.networks[world.any_network(Role::Fixed, 0, &mut dice)];
        let mut moved = 0;
        for _ in 0..2000 {
            let city = World::any_city(0, &mut dice);
            let line = network.lease(city, &mut dice).line(true, network, &mut dice);
            assert_eq!(look_up(&world, &line, EDITIONS[0]), look_up(&world, &line, EDITIONS[0]));
            let later = Edition { number: 1, ..EDITIONS[0] };
            moved += usize::from(look_up(&world, &line, EDITIONS[0]) != look_up(&world, &line, later));
        }
        assert!(moved > 0 && moved < 600, "{moved} of 2000");
    }

    #[test]
    fn some_addresses_have_no_place_and_every_public_one_has_its_network() {
        let world = World::new(&MAIN, 7);
        let mut dice = Dice::of(&[11]);
        let mut unknown = 0;
        for _ in 0..5000 {
            let country = dice.below(10);
            let network = &world.networks[world.any_network(Role::Fixed, country, &mut dice)];
            let city = World::any_city(country, &mut dice);
            let place =
                look_up(&world, &network.lease(city, &mut dice).line(true, network, &mut dice), EDITIONS[0]);
            assert_eq!(place.asn, Some(network.asn));
            unknown += usize::from(place.scope == PlaceScope::Unknown);
        }
        assert!((10..150).contains(&unknown), "{unknown} of 5000");
    }
}
