//! Networks as each device knows them. What one device of a household does says little about the others: one person's
//! VPN is no reason for the television to come through it, and a television does not come along to work.
//!
//! Of exits (VPN, data centre, Tor, on board) the sort is remembered; the networks themselves only of what stays put.

use super::bounded::keep_latest;
use super::known::Known;
use super::known_device::{KnownDevice, UsedNetwork};
use super::sign_in::SignIn;
use super::thresholds::{MOST_USED, SAME_CAUSE};
use crate::model::{DeviceKind, Place, PlaceScope, Timestamp};

/// Whether a device stands where it was put up. Not consoles: some are carried, and few say which they are.
fn stays_put(device: &KnownDevice) -> bool {
    matches!(device.client.kind, DeviceKind::Tv | DeviceKind::StreamingBox | DeviceKind::Speaker)
}

/// Notes that a device came over the network of a place.
pub(super) fn note(device: &mut KnownDevice, place: &Place, at: Timestamp, is_trusted: bool) {
    let kind = place.network_kind;
    let asn = place.asn.filter(|_| kind.has_a_country());
    let says_nothing = asn.is_none() && kind.has_a_country();
    if place.scope != PlaceScope::Located || says_nothing || (asn.is_some() && !stays_put(device)) {
        return;
    }
    match device.networks.iter_mut().find(|used| (used.asn, used.kind) == (asn, kind)) {
        Some(used) => {
            used.is_trusted |= is_trusted;
            used.last_at = used.last_at.max(at);
        }
        None => device.networks.push(UsedNetwork { asn, kind, is_trusted, last_at: at }),
    }
    keep_latest(&mut device.networks, MOST_USED, |used| (used.last_at, used.kind, used.asn));
}

/// Forgets what was told of a sign-in's exit or network and waits for its answer: it was denied, and is told anew.
pub(super) fn forget_told(known: &mut Known, sign_in: &SignIn) {
    let (kind, asn) = (sign_in.place.network_kind, sign_in.place.asn);
    let Some(device) = device_of(known, sign_in) else { return };
    let ids = companions_of(known, device, sign_in).map(|other| other.id).collect::<Vec<_>>();
    for device in known.devices.iter_mut().filter(|other| ids.contains(&other.id)) {
        device.networks.retain(|used| {
            used.is_trusted || used.kind != kind || used.asn.is_some_and(|it| Some(it) != asn)
        });
    }
}

/// Whether a known device that stays put comes over a network on which nothing of the household that stays put ever was.
/// Where no network is known none is another, and an exit says nothing of where it is.
pub(super) fn has_left_the_house(known: &Known, sign_in: &SignIn) -> bool {
    leaves(known, sign_in, |used| used.is_trusted) == Some(false)
}

/// Whether that was told lately of anything that stays put, and waits for its answer.
pub(super) fn is_leaving_told(known: &Known, sign_in: &SignIn) -> bool {
    let waits = |used: &UsedNetwork| !used.is_trusted && used.last_at.after(SAME_CAUSE) >= sign_in.at;
    leaves(known, sign_in, waits) == Some(true)
}

/// Whether anything that stays put has used the network of a sign-in in such a way; `None` where that says nothing.
fn leaves(known: &Known, sign_in: &SignIn, is_such: impl Fn(&UsedNetwork) -> bool) -> Option<bool> {
    let asn = sign_in.place.asn.filter(|_| sign_in.place.network_kind.has_a_country())?;
    let device = device_of(known, sign_in).filter(|device| stays_put(device))?;
    let used = companions_of(known, device, sign_in).flat_map(|other| &other.networks);
    Some(used.filter(|used| is_such(used)).any(|used| used.asn == Some(asn)))
}

/// Whether exits of the sort that a sign-in comes through are used by the device itself or by what goes with it; of a device
/// that is not known, by anybody.
pub(super) fn uses_exits(known: &Known, sign_in: &SignIn) -> bool {
    let kind = sign_in.place.network_kind;
    match device_of(known, sign_in) {
        Some(device) => companions_of(known, device, sign_in)
            .flat_map(|other| &other.networks)
            .any(|used| used.is_trusted && used.kind == kind),
        None => known.exits.contains(&kind),
    }
}

/// Whether that sort of exit was told of the device or of what goes with it lately, and waits for its answer; of a device
/// that is not known, `None`.
pub(super) fn is_exit_told(known: &Known, sign_in: &SignIn) -> Option<bool> {
    let kind = sign_in.place.network_kind;
    let device = device_of(known, sign_in)?;
    let mut used = companions_of(known, device, sign_in).flat_map(|other| &other.networks);
    Some(
        used.any(|used| {
            !used.is_trusted && used.kind == kind && used.last_at.after(SAME_CAUSE) >= sign_in.at
        }),
    )
}

/// Whether that sort of exit was ever told of a known device, or of what goes with it, and waits for its answer; `None` for
/// one that is not known.
pub(super) fn is_exit_unanswered(known: &Known, sign_in: &SignIn) -> Option<bool> {
    let kind = sign_in.place.network_kind;
    let device = device_of(known, sign_in)?;
    let mut used = companions_of(known, device, sign_in).flat_map(|other| &other.networks);
    Some(used.any(|used| !used.is_trusted && used.kind == kind))
}

/// Whether anything was ever told of leaving the house for the network of a sign-in, and waits for its answer.
pub(super) fn is_leaving_unanswered(known: &Known, sign_in: &SignIn) -> bool {
    leaves(known, sign_in, |used| !used.is_trusted) == Some(true)
}

/// Whether a sign-in is of a known device that stays put.
pub(super) fn is_of_the_house(known: &Known, sign_in: &SignIn) -> bool {
    device_of(known, sign_in).is_some_and(stays_put)
}

fn device_of<'a>(known: &'a Known, sign_in: &SignIn) -> Option<&'a KnownDevice> {
    sign_in.identity.device().and_then(|id| known.device(id))
}

/// A device and those that go with it: all that stays put, which is behind one router, or what the same person carries.
/// Whose it was goes before whose it is said to be now: whoever holds a token may choose a profile.
fn companions_of<'a>(
    known: &'a Known,
    device: &'a KnownDevice,
    sign_in: &SignIn,
) -> impl Iterator<Item = &'a KnownDevice> {
    let of_the_house = stays_put(device);
    let profile = device.profile.or(sign_in.profile);
    known.devices.iter().filter(move |other| {
        let goes_along = stays_put(other) == of_the_house
            && (of_the_house || (profile.is_some() && other.profile == profile));
        other.id == device.id || (other.is_trusted && goes_along)
    })
}
