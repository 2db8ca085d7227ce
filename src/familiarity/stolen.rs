//! The stolen session: a token that is known, in the hands of somebody who is not.

use super::changed::{has_changed, is_handheld};
use super::known_device::KnownDevice;
use super::network::prefix_of;
use super::place::Nearness;
use super::sign_in::{Identity, SignIn};
use super::spot::{Spot, is_one_cause};
use super::thresholds::AT_ONCE;
use super::travel::is_impossible;

/// Why a session looks stolen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Theft {
    /// Client and line both changed.
    ChangedHands,
    /// Two clients use it at once, from two networks.
    TwoHolders,
    /// It is in two places at once: kilometres between them.
    TwoPlaces(f64),
    /// A newer token took this one's place, somewhere else.
    OldCopy,
    /// A token came back that only a second holder can have.
    TwoCopies,
}

/// Whether a session looks stolen: it goes on as something else, somewhere else.
///
/// Not when there is no history to compare with, and, but for an old copy, not on a line of the household: a phone that was
/// replaced by a new one from its backup changes hands at home.
pub fn theft(device: &KnownDevice, sign_in: &SignIn, near: Nearness) -> Option<Theft> {
    if let Some(theft) = old_copy(device, sign_in) {
        return Some(theft);
    }
    // Where nobody vouches for an address it is no line of the household's, and no other one either: only the program tells.
    if !matches!(sign_in.identity, Identity::Session(_)) || near.is_known_connection() {
        return None;
    }
    let agents = &device.agents;
    // By what it said signing in: whoever has a token may call themselves anything afterwards.
    let began_on_handheld = device.client_said.0 && is_handheld(device.client.kind);
    // Somebody said that it says nothing, at times: that is no change then, and tells nothing of what says something.
    let (silent, speaking): (Vec<_>, Vec<_>) = agents.iter().partition(|agent| agent.client.is_unnamed());
    let may_be_silent = sign_in.agent.is_unnamed() && !silent.is_empty();
    let client_changed = !may_be_silent
        && !speaking.is_empty()
        && speaking.iter().all(|agent| has_changed(&agent.client, &sign_in.agent, began_on_handheld));
    two_holders(device, sign_in, client_changed)
        .or_else(|| changed_hands(client_changed))
        .or_else(|| two_places(device, sign_in, near))
}

/// A spent token comes from another line than the newer one was last used on: two have copies, whichever of them stole it
/// (the idea of RFC 9700 section 4.14.2). A browser that lost the newer one, in a crash or to a backup, comes from where it was.
///
/// One that is *replayed* shows it by itself, on whatever line.
fn old_copy(device: &KnownDevice, sign_in: &SignIn) -> Option<Theft> {
    if matches!(sign_in.identity, Identity::Replayed(_)) {
        return Some(Theft::TwoCopies);
    }
    let (last, here) = (device.last_prefix?, prefix_of(sign_in.address?));
    (matches!(sign_in.identity, Identity::Spent(_)) && last != here).then_some(Theft::OldCopy)
}

/// The client changed, on a line where the household has never been. Either alone has a hundred reasons; both together are
/// what a copied token looks like when it is first used, also by a neighbour with the same provider.
fn changed_hands(client_changed: bool) -> Option<Theft> {
    client_changed.then_some(Theft::ChangedHands)
}

/// The same within minutes of the last request of the client that was known: both are there now. Not where the last request
/// was itself one that looked stolen and was let go on: that may have been the same one.
fn two_holders(device: &KnownDevice, sign_in: &SignIn, client_changed: bool) -> Option<Theft> {
    let other_line = device.last_prefix.is_some() && device.last_prefix != sign_in.address.map(prefix_of);
    let at_once = device.last_at <= sign_in.at && device.last_at.after(AT_ONCE) >= sign_in.at;
    let was_the_known_one = !device.suspicions.iter().any(|told| is_one_cause(&told.spot, &device.last_spot));
    (client_changed && other_line && at_once && was_the_known_one).then_some(Theft::TwoHolders)
}

/// The same client, but nobody travels that fast. Only where the household is not known to be: databases move the places
/// of its own networks about.
fn two_places(device: &KnownDevice, sign_in: &SignIn, near: Nearness) -> Option<Theft> {
    if !near.is_elsewhere() {
        return None;
    }
    let now = Spot::of(&sign_in.place);
    let away = is_impossible((&device.last_spot, device.last_at), (&now, sign_in.at))?;
    Some(Theft::TwoPlaces(away))
}
