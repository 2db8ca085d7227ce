//! Our rule over the sign-ins of a watched service: what such a service tells of them, kind by kind, and what becomes of the rest.
//!
//! A service is asked who is signed in. So a home sees a sign-in when it is made, and not what the session does afterwards: a session
//! that moves to another line is none. Who stole one is not seen, and no rule here is asked about thieves.

use std::collections::HashSet;

use latchkey::familiarity::client::Program;
use latchkey::familiarity::{Client, Identity, SignIn};
use latchkey::model::{DeviceKind, Place};

use crate::attackers::Try;
use crate::event::{Event, Kind, On};

/// What a kind of service tells of its sign-ins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Watched {
    /// Address, client, and an id of the installed client that stays the same from one sign-in to the next: Jellyfin, Emby, Plex.
    Named,
    /// Address and client: audiobookshelf, Synapse, authentik.
    Agent,
    /// Address, and whether it is the phone's app and on which system: Home Assistant.
    App,
    /// The address: Keycloak.
    Address,
    /// The client: Immich; and any that sees all its devices at the address of a proxy, which is nobody's place.
    Client,
}

impl Watched {
    /// All of them, the most telling first.
    pub const ALL: [Self; 5] = [Self::Named, Self::Agent, Self::App, Self::Address, Self::Client];

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Named => "address, client and its own id",
            Self::Agent => "address and client",
            Self::App => "address, and which app",
            Self::Address => "address alone",
            Self::Client => "client alone",
        }
    }

    /// Which services are like that.
    pub const fn services(self) -> &'static str {
        match self {
            Self::Named => "Jellyfin, Emby, Plex",
            Self::Agent => "audiobookshelf, Synapse, authentik",
            Self::App => "Home Assistant",
            Self::Address => "Keycloak",
            Self::Client => "Immich, and behind an unnamed proxy",
        }
    }

    /// Whether it says from where somebody signed in. Without that a stranger with a common browser is like the household's own.
    pub const fn tells_address(self) -> bool {
        !matches!(self, Self::Client)
    }

    /// What the rule is told of a sign-in there, or of a further use.
    pub fn told(self, sign_in: &SignIn) -> SignIn {
        let client = match self {
            Self::Named | Self::Agent | Self::Client => sign_in.client.clone(),
            Self::App => app_of(&sign_in.client),
            Self::Address => Client::default(),
        };
        let (address, place) = if self.tells_address() {
            (sign_in.address, sign_in.place.clone())
        } else {
            (None, Place::unknown())
        };
        // An id that is seen again is the installed client's; a sign-in with one that was never seen has none of the household's.
        let identity = match sign_in.identity {
            // Without such ids each is as new as the next.
            other if self != Self::Named => other.device().map_or(other, Identity::Secretless),
            Identity::Spent(id) | Identity::Replayed(id) => Identity::Session(id),
            other => other,
        };
        SignIn { at: sign_in.at, identity, agent: client.clone(), client, address, place, profile: None }
    }

    /// A year as the service shows it: what goes on is no sign-in, and is not judged.
    pub fn sees(self, events: &[Event], told: &[SignIn]) -> (Vec<Event>, Vec<SignIn>) {
        let mut unseen = Unseen::default();
        let events = events.iter().map(|event| unseen.shown(event)).collect();
        (events, told.iter().map(|told| self.told(told)).collect())
    }
}

/// Those of the tries that a service shows: a thief signs in nowhere.
pub fn shown_tries(tries: &[Try], told: &[SignIn]) -> (Vec<Try>, Vec<SignIn>) {
    let shown = tries.iter().zip(told).filter(|(one, _)| !one.attacker.steals());
    shown.map(|(one, told)| (one.clone(), told.clone())).unzip()
}

/// What Home Assistant tells of a client: that it is the phone's app, by the address that this has as its id. Of a browser it tells the
/// address that was opened, which is the household's own.
fn app_of(client: &Client) -> Client {
    let is_app = client.kind == DeviceKind::Phone && client.app.name == "Latchkey";
    if !is_app {
        return Client::default();
    }
    let named = |name: &str| Program { name: name.to_owned(), version: Vec::new() };
    Client {
        kind: DeviceKind::Phone,
        os: named(&client.os.name),
        app: named("Home Assistant"),
        model: String::new(),
    }
}

/// What the household did first without a sign-in: a service shows it at the next one.
#[derive(Default)]
struct Unseen {
    things: HashSet<usize>,
    cities: HashSet<crate::world::City>,
}

impl Unseen {
    fn shown(&mut self, event: &Event) -> Event {
        let mut shown = event.clone();
        let truth = &mut shown.truth;
        if event.kind == Kind::SignIn {
            truth.is_new_thing |= self.things.remove(&truth.thing);
            truth.is_new_place |= shows_its_city(truth.on) && self.cities.remove(&truth.city);
        } else {
            shown.kind = Kind::Activity;
            if truth.is_new_thing {
                self.things.insert(truth.thing);
            }
            if truth.is_new_place && shows_its_city(truth.on) {
                self.cities.insert(truth.city);
            }
        }
        shown
    }
}

/// Whether whoever looks at the address sees the city that somebody is in.
const fn shows_its_city(on: On) -> bool {
    !matches!(on, On::Mobile | On::Roaming | On::Vpn | On::Board)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attackers::{Attacker, tries};
    use crate::household::Household;
    use crate::parameters::MAIN;
    use crate::rules::{sign_in_of, sign_in_of_try};
    use crate::world::World;

    #[test]
    fn a_service_tells_no_more_than_its_kind_does() {
        let world = World::new(&MAIN, 5);
        let household = Household::new(&world, 2);
        let told = household.events.iter().map(|event| sign_in_of(&world, &household, event));
        let told = told.collect::<Vec<_>>();
        for watched in Watched::ALL {
            let (events, seen) = watched.sees(&household.events, &told);
            assert_eq!((events.len(), seen.len()), (told.len(), told.len()));
            assert!(events.iter().all(|event| event.kind != Kind::Return), "what goes on is not judged");
            for (sign_in, seen) in told.iter().zip(&seen) {
                assert_eq!(seen.address.is_some(), watched.tells_address());
                assert_eq!(seen.profile, None);
                let says_client = matches!(watched, Watched::Named | Watched::Agent | Watched::Client);
                assert_eq!(seen.client == sign_in.client, says_client, "{watched:?}: {:?}", seen.client);
                let is_without = matches!(seen.identity, Identity::Secretless(_));
                assert!(watched == Watched::Named || is_without, "{watched:?}: {:?}", seen.identity);
            }
        }
    }

    #[test]
    fn what_was_first_done_without_a_sign_in_is_new_at_the_next_one() {
        let world = World::new(&MAIN, 5);
        let mut event = Household::new(&world, 2).events[0].clone();
        (event.kind, event.truth.on) = (Kind::Return, On::Hotel);
        (event.truth.is_new_thing, event.truth.is_new_place) = (false, true);
        let mut unseen = Unseen::default();
        assert_eq!(unseen.shown(&event).kind, Kind::Activity);
        (event.kind, event.truth.is_new_place) = (Kind::SignIn, false);
        assert!(unseen.shown(&event).truth.is_new_place, "the service never showed it");
        assert!(!unseen.shown(&event).truth.is_new_place, "it did by now");
    }

    #[test]
    fn no_thief_is_asked_about() {
        let world = World::new(&MAIN, 5);
        let household = Household::new(&world, 2);
        let all = tries(&world, &household);
        let told = all.iter().map(|one| sign_in_of_try(&world, &household, one)).collect::<Vec<_>>();
        let (shown, told) = shown_tries(&all, &told);
        assert_eq!(shown.len(), told.len());
        assert!(shown.iter().all(|one| !one.attacker.steals()));
        assert!(shown.iter().any(|one| one.attacker == Attacker::Naive));
    }
}
