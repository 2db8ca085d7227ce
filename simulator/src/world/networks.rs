//! Networks: who hands out addresses, from which ranges, and where those belong.
//!
//! Fixed lines: each /18 of a provider belongs to one city, and so does a range of its IPv6 addresses. Mobile: a /24
//! belongs to a gateway, which may be in any city whatever the phone's. VPN providers and data centres have exits in
//! every country. In flight: a ground station.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use latchkey::model::NetworkKind;

use super::countries::COUNTRIES;
use super::{City, NetworkId, World, market_share};
use crate::dice::Dice;
use crate::parameters::Parameters;

/// What a network is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Lines to houses and offices.
    Fixed,
    /// Mobile, with carrier-grade translation of addresses.
    Mobile,
    /// A VPN provider.
    Vpn,
    /// A data centre.
    Hosting,
    /// Wi-Fi on board.
    InFlight,
}

/// A network.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub struct Network {
    /// Its number, of those for private use (RFC 6996).
    pub asn: u32,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// What the shipped table of networks takes it for.
    pub listed_as: NetworkKind,
    /// Its country; `None` when it is everywhere.
    pub country: Option<usize>,
    /// How many customers it has, compared with others of its kind.
    pub share: f64,
    /// Whether it has IPv6.
    pub has_ipv6: bool,
    /// Whether a home's addresses change every day.
    pub renumbers_daily: bool,
    /// Whether customers share IPv4 addresses.
    pub shares_ipv4: bool,
    /// Whether homes get a /48 rather than a /56.
    pub delegates_48: bool,
    /// Its place in the list, which its ranges follow from.
    id: NetworkId,
    /// The city of each piece: a /18 of a fixed network, a /24 of any other.
    pieces: Vec<City>,
    /// /48 ranges of a city, and /24 ranges that its homes share.
    sites: usize,
    shared: usize,
}

/// A line: an address at a moment, and what is true of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// The address.
    pub address: IpAddr,
    /// Whose it is; `None` for a private address of the home.
    pub network: Option<NetworkId>,
    /// Where its range belongs, whoever uses it.
    pub registered: City,
}

/// The delegation that a home has from its provider until it is renumbered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lease {
    /// Whose.
    pub network: NetworkId,
    /// Where.
    pub city: City,
    /// The home's IPv4 address; one of many that take turns where they are shared.
    pub ipv4: Ipv4Addr,
    /// The first 64 bits of its IPv6 addresses.
    pub ipv6: Option<u64>,
}

/// /16 ranges that a network may have.
const RANGES: usize = 32;

/// All networks of a world.
pub(super) fn all(parameters: &Parameters, seed: u64) -> Vec<Network> {
    let mut dice = Dice::of(&[seed, 0x006e_6574]);
    let mut networks = Vec::new();
    let p = &parameters.networks;
    for country in 0..COUNTRIES.len() {
        for index in 0..p.fixed {
            add(&mut networks, Role::Fixed, Some(country), index, parameters, &mut dice);
        }
        for index in 0..p.mobile {
            add(&mut networks, Role::Mobile, Some(country), index, parameters, &mut dice);
        }
    }
    for (role, count) in [(Role::Vpn, p.vpn), (Role::Hosting, p.hosting), (Role::InFlight, p.in_flight)] {
        for index in 0..count {
            add(&mut networks, role, None, index, parameters, &mut dice);
        }
    }
    mistake(&mut networks, Role::Mobile, NetworkKind::Fixed, p.mobile_unlisted, &mut dice);
    mistake(&mut networks, Role::Vpn, NetworkKind::Fixed, p.vpn_unlisted, &mut dice);
    mistake(&mut networks, Role::Vpn, NetworkKind::Hosting, p.vpn_listed_as_hosting, &mut dice);
    networks
}

/// Has the table of networks take some for what they are not: any of them, but together as many customers as the share
/// says. Else a single large carrier would decide what a world is like.
fn mistake(networks: &mut [Network], role: Role, listed_as: NetworkKind, share: f64, dice: &mut Dice) {
    let customers =
        |network: &Network| network.share * network.country.map_or(1.0, |at| COUNTRIES[at].households);
    let mut left = (0..networks.len()).filter(|at| networks[*at].role == role).collect::<Vec<_>>();
    let mut wanted = share * left.iter().map(|at| customers(&networks[*at])).sum::<f64>();
    left.retain(|at| networks[*at].listed_as != NetworkKind::Fixed);
    while !left.is_empty() {
        let network = &mut networks[left.swap_remove(dice.below(left.len()))];
        if customers(network) / 2.0 < wanted {
            wanted -= customers(network);
            network.listed_as = listed_as;
        }
    }
}

fn add(
    networks: &mut Vec<Network>,
    role: Role,
    country: Option<usize>,
    index: usize,
    parameters: &Parameters,
    dice: &mut Dice,
) {
    let p = &parameters.networks;
    let id = networks.len();
    let listed_as = match role {
        Role::Fixed => NetworkKind::Fixed,
        Role::Mobile => NetworkKind::Mobile,
        Role::Vpn => NetworkKind::Vpn,
        Role::Hosting => NetworkKind::Hosting,
        Role::InFlight => NetworkKind::InFlight,
    };
    let (word, has_ipv6) = match role {
        Role::Fixed => ("Line", dice.chance(p.fixed_ipv6)),
        Role::Mobile => ("Mobile", dice.chance(p.mobile_ipv6)),
        Role::Vpn => ("VPN", false),
        Role::Hosting => ("Hosting", false),
        Role::InFlight => ("On Board", false),
    };
    let of = country.map_or("World", |country| COUNTRIES[country].code);
    networks.push(Network {
        asn: 4_200_000_000 + u32::try_from(id).expect("some hundred networks"),
        name: format!("{word} {of} {}", index + 1),
        role,
        listed_as,
        country,
        share: market_share(index),
        has_ipv6,
        renumbers_daily: role == Role::Fixed && dice.chance(p.renumbers_daily),
        shares_ipv4: role == Role::Mobile || dice.chance(p.fixed_shares_ipv4),
        delegates_48: dice.chance(p.delegates_48),
        id,
        pieces: pieces(role, country, parameters, dice),
        sites: if role == Role::Fixed { p.sites_of_a_city } else { 1 },
        shared: p.shared_ranges,
    });
}

fn pieces(role: Role, country: Option<usize>, parameters: &Parameters, dice: &mut Dice) -> Vec<City> {
    let p = &parameters.networks;
    match (role, country) {
        (Role::Fixed, Some(country)) => {
            let cities = COUNTRIES[country].cities.len();
            // Every city has at least one; the large ones have more.
            let first = (0..cities).map(|city| City { country, city });
            let others =
                (cities..p.fixed_ranges * 4).map(|_| World::any_city(country, dice)).collect::<Vec<_>>();
            first.chain(others).collect()
        }
        (Role::Mobile, Some(country)) => (0..p.gateways).map(|_| World::any_city(country, dice)).collect(),
        (Role::InFlight, _) => {
            let country = dice.below(COUNTRIES.len());
            vec![World::any_city(country, dice); 16]
        }
        _ => (0..COUNTRIES.len() * p.exits).map(|at| World::any_city(at / p.exits, dice)).collect(),
    }
}

impl Network {
    /// A new delegation for a home in a city.
    pub fn lease(&self, city: City, dice: &mut Dice) -> Lease {
        let here = self.pieces_of(city);
        let third = if self.shares_ipv4 {
            // A few ranges for the whole city, whose addresses take turns.
            here[0] * 64 + dice.below(self.shared)
        } else {
            *dice.pick(&here) * 64 + dice.below(64)
        };
        let site = if self.delegates_48 { dice.below(1 << 12) } else { dice.below(self.sites) };
        let ipv6 = self.has_ipv6.then(|| self.ipv6(city.city, site, dice.below(256) << 8));
        Lease { network: self.id, city, ipv4: self.ipv4(third, dice), ipv6 }
    }

    /// A phone's address on this mobile network: over whichever gateway the network chose.
    pub fn mobile_line(&self, gateway: usize, dice: &mut Dice) -> Line {
        let gateway = gateway % self.pieces.len();
        let registered = self.pieces[gateway];
        let address = if self.has_ipv6 {
            let (site, subnet) = (dice.below(1 << 12), dice.below(1 << 16));
            with_host(self.ipv6(gateway, site, subnet), dice)
        } else {
            IpAddr::V4(self.ipv4(gateway, dice))
        };
        Line { address, network: Some(self.id), registered }
    }

    /// An exit of a VPN provider, data centre or network on board; in a country where it has one there.
    pub fn exit(&self, country: usize, dice: &mut Dice) -> Line {
        let here =
            (0..self.pieces.len()).filter(|at| self.pieces[*at].country == country).collect::<Vec<_>>();
        let piece = if here.is_empty() { dice.below(self.pieces.len()) } else { *dice.pick(&here) };
        Line {
            address: IpAddr::V4(self.ipv4(piece, dice)),
            network: Some(self.id),
            registered: self.pieces[piece],
        }
    }

    fn pieces_of(&self, city: City) -> Vec<usize> {
        (0..self.pieces.len()).filter(|at| self.pieces[*at] == city).collect()
    }

    /// An address of the network's `number`th /24.
    fn ipv4(&self, number: usize, dice: &mut Dice) -> Ipv4Addr {
        let range = range_of(self.id * RANGES + number / 256);
        let [high, low] = range.to_be_bytes();
        let third = u8::try_from(number % 256).expect("below 256");
        let host = u8::try_from(1 + dice.below(254)).expect("below 256");
        Ipv4Addr::new(high, low, third, host)
    }

    /// The first 64 bits of an IPv6 address: 16 bits of network, then area and site up to the /48, then the subnet.
    fn ipv6(&self, area: usize, site: usize, subnet: usize) -> u64 {
        let parts = [0x2a00 + self.id / 256, ((self.id % 256) << 8) | area, site, subnet];
        parts.iter().fold(0, |bits, part| (bits << 16) | u64::try_from(*part).expect("16 bits"))
    }
}

impl Lease {
    /// The line of a device at this home. Its IPv6 address is a temporary one (RFC 8981); a shared IPv4 address is
    /// any of its range.
    pub fn line(&self, over_ipv6: bool, network: &Network, dice: &mut Dice) -> Line {
        let address = match self.ipv6.filter(|_| over_ipv6) {
            Some(prefix) => with_host(prefix, dice),
            None if network.shares_ipv4 => {
                let here = network.pieces_of(self.city)[0] * 64;
                IpAddr::V4(network.ipv4(here + dice.below(network.shared), dice))
            }
            None => IpAddr::V4(self.ipv4),
        };
        Line { address, network: Some(self.network), registered: self.city }
    }
}

fn with_host(prefix: u64, dice: &mut Dice) -> IpAddr {
    IpAddr::V6(Ipv6Addr::from_bits((u128::from(prefix) << 64) | u128::from(dice.number())))
}

/// The `number`th /16 of those for public use: from 11.0 on, without the shared space of RFC 6598.
fn range_of(number: usize) -> u16 {
    const FIRST: usize = 11 << 8;
    const SHARED: usize = (100 << 8) + 64;
    let range = FIRST + number;
    let range = if range < SHARED { range } else { range + 64 };
    u16::try_from(range).expect("fewer ranges than there are")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::MAIN;

    #[test]
    fn no_network_has_private_or_shared_addresses() {
        let world = World::new(&MAIN, 1);
        let last = range_of(world.networks.len() * RANGES);
        assert!(last < 127 << 8, "{last}");
        for number in 0..world.networks.len() * RANGES {
            let [high, low] = range_of(number).to_be_bytes();
            assert!(!(high == 100 && (64..128).contains(&low)) && high != 10 && high != 127);
        }
    }

    #[test]
    fn the_table_is_wrong_about_as_many_customers_as_it_is_said_to_be() {
        for seed in 0..5 {
            let world = World::new(&MAIN, seed);
            let of = |role: Role, kinds: &[NetworkKind]| {
                let networks = world.networks.iter().filter(|network| network.role == role);
                let networks = networks.filter(|network| kinds.contains(&network.listed_as));
                let customers = networks.map(|network| {
                    network.share * network.country.map_or(1.0, |at| COUNTRIES[at].households)
                });
                customers.sum::<f64>()
            };
            let mobile = of(Role::Mobile, &[NetworkKind::Fixed])
                / of(Role::Mobile, &[NetworkKind::Fixed, NetworkKind::Mobile]);
            assert!((0.08..0.12).contains(&mobile), "{mobile}");
            let all = of(Role::Vpn, &[NetworkKind::Fixed, NetworkKind::Hosting, NetworkKind::Vpn]);
            let hosted = of(Role::Vpn, &[NetworkKind::Hosting]) / all;
            assert!((0.25..0.55).contains(&hosted), "{hosted}");
        }
    }

    #[test]
    fn a_home_keeps_its_64_while_its_addresses_change() {
        let world = World::new(&MAIN, 1);
        let mut dice = Dice::of(&[1]);
        let network = world.networks.iter().find(|network| network.has_ipv6).expect("most have");
        let lease = network.lease(City { country: network.country.expect("fixed"), city: 1 }, &mut dice);
        let (one, other) = (lease.line(true, network, &mut dice), lease.line(true, network, &mut dice));
        assert_ne!(one.address, other.address);
        let prefix = latchkey::familiarity::network::prefix_of;
        assert_eq!(prefix(one.address), prefix(other.address));
    }

    #[test]
    fn a_mobile_network_moves_a_phone_across_the_country() {
        let world = World::new(&MAIN, 1);
        let mut dice = Dice::of(&[2]);
        let id = world.any_network(Role::Mobile, 0, &mut dice);
        let cities: std::collections::HashSet<_> =
            (0..64).map(|gateway| world.networks[id].mobile_line(gateway, &mut dice).registered).collect();
        assert!(cities.len() > 2 && cities.iter().all(|city| city.country == 0));
    }
}
