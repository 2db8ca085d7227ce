//! The stolen session: a token that is known, in the hands of somebody who is not.

use super::client::has_changed;
use super::known_device::KnownDevice;
use super::network::prefix_of;
use super::place::{Nearness, Spot};
use super::sign_in::{Identity, SignIn};
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
}

/// Whether a session looks stolen: it goes on as something else, somewhere else.
///
/// Not when there is no history to compare with, and, but for an old copy, not on a line of the household: a phone that was
/// replaced by a new one from its backup changes hands at home.
pub fn theft(device: &KnownDevice, sign_in: &SignIn, near: Nearness) -> Option<Theft> {
    if let Some(theft) = old_copy(device, sign_in) {
        return Some(theft);
    }
    let has_line = sign_in.address.is_some();
    if !matches!(sign_in.identity, Identity::Session(_)) || !has_line || near.is_known_line() {
        return None;
    }
    let agents = &device.agents;
    let client_changed =
        !agents.is_empty() && agents.iter().all(|agent| has_changed(&agent.client, &sign_in.agent));
    two_holders(device, sign_in, client_changed)
        .or_else(|| changed_hands(client_changed))
        .or_else(|| two_places(device, sign_in, near))
}

/// A spent token comes from another line than the newer one was last used on: two have copies, whichever of them stole it
/// (the idea of RFC 9700 section 4.14.2). A browser that lost the newer one, in a crash or to a backup, comes from where it was.
fn old_copy(device: &KnownDevice, sign_in: &SignIn) -> Option<Theft> {
    let (last, here) = (device.last_prefix?, prefix_of(sign_in.address?));
    (matches!(sign_in.identity, Identity::Spent(_)) && last != here).then_some(Theft::OldCopy)
}

/// The client changed, on a line where the household has never been. Either alone has a hundred reasons; both together are
/// what a copied token looks like when it is first used, also by a neighbour with the same provider.
fn changed_hands(client_changed: bool) -> Option<Theft> {
    client_changed.then_some(Theft::ChangedHands)
}

/// The same within minutes of the last request of the client that was known: both are there now.
fn two_holders(device: &KnownDevice, sign_in: &SignIn, client_changed: bool) -> Option<Theft> {
    let other_line = device.last_prefix.is_some() && device.last_prefix != sign_in.address.map(prefix_of);
    let at_once = device.last_at.after(AT_ONCE) >= sign_in.at;
    (client_changed && other_line && at_once).then_some(Theft::TwoHolders)
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
