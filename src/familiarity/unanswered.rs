//! What was told and waits for its answer. Of that nothing happens for the first time: a reason says that it waits.

use super::client::{Likeness, likeness};
use super::known::Known;
use super::place::Nearness;
use super::sign_in::{Identity, SignIn};
use super::spot::{Spot, is_one_cause};
use super::used::{is_exit_unanswered, is_leaving_unanswered};

/// Whether a device that is none of the household's was here before, as far as anybody can tell: it has what one gets here,
/// or says what one that waits says.
pub(super) fn was_here(known: &Known, sign_in: &SignIn) -> bool {
    !matches!(sign_in.identity, Identity::Secretless(_) | Identity::Unnamed)
        || known.devices.iter().any(|device| {
            !device.is_trusted && likeness(&device.client, &sign_in.client) >= Likeness::Updated
        })
}

/// Whether the account was used from where a sign-in is, or in the way that it is, and nobody has said whether that was the
/// household.
pub(super) fn was_there(known: &Known, sign_in: &SignIn, near: Nearness) -> bool {
    match near {
        Nearness::LeftTheHouse => is_leaving_unanswered(known, sign_in),
        Nearness::NewVpn | Nearness::NewHosting => is_exit_unanswered(known, sign_in)
            .unwrap_or_else(|| spots(known).any(|spot| is_one_cause(spot, &Spot::of(&sign_in.place)))),
        _ => spots(known).any(|spot| is_one_cause(spot, &Spot::of(&sign_in.place))),
    }
}

/// The same, anywhere in the country.
pub(super) fn was_in_country(known: &Known, sign_in: &SignIn) -> bool {
    let here = Spot::of(&sign_in.place);
    here.country.is_some() && spots(known).any(|spot| spot.country == here.country)
}

/// Where something was told, and waits.
fn spots(known: &Known) -> impl Iterator<Item = &Spot> {
    let places = known.places.iter().filter(|place| !place.is_trusted).map(|place| &place.spot);
    let waiting = known.devices.iter().filter(|device| !device.is_trusted).map(|device| &device.last_spot);
    let suspicions = known.devices.iter().flat_map(|device| &device.suspicions).map(|told| &told.spot);
    places.chain(waiting).chain(suspicions)
}
