//! The four rules that are measured over the same events: two that other projects use, the published model, and ours.

pub mod freeman;
pub mod ours;
pub mod seen;
pub mod watched;

use latchkey::familiarity::SignIn;

use crate::attackers::Try;
use crate::event::Event;
use crate::household::Household;
use crate::world::World;
use crate::world::geoip::look_up;

/// What a rule is told of an event.
pub fn sign_in_of(world: &World, household: &Household, event: &Event) -> SignIn {
    SignIn {
        at: event.at,
        identity: event.identity,
        client: event.client.clone(),
        agent: event.client.clone(),
        address: Some(event.line.address),
        place: look_up(world, &event.line, household.edition(event.at)),
        profile: event.profile,
    }
}

/// What a rule is told of a try.
pub fn sign_in_of_try(world: &World, household: &Household, one: &Try) -> SignIn {
    SignIn {
        at: one.at,
        identity: one.identity,
        client: one.client.clone(),
        agent: one.client.clone(),
        address: Some(one.line.address),
        place: look_up(world, &one.line, household.edition(one.at)),
        profile: one.profile,
    }
}
