//! Networks as each device knows them. What one device of a household does says little about the others: one person's
//! VPN is no reason for the television to come through it, and a television does not come along to work.

use serde::{Deserialize, Serialize};

use super::known::{Known, KnownDevice, keep_latest};
use super::sign_in::SignIn;
use super::thresholds::{MOST_USED, SAME_CAUSE};
use crate::model::{DeviceKind, NetworkKind, Place, PlaceScope, Timestamp};

/// A network that a device came over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsedNetwork {
    /// Its number, where it is known.
    pub asn: Option<u32>,
    /// Its kind.
    pub kind: NetworkKind,
    /// Whether that was the household; otherwise it was told, and nobody has answered.
    pub is_trusted: bool,
    /// The last time.
    pub last_at: Timestamp,
}

/// Notes that a device came over the network of a place.
pub(super) fn note(used: &mut Vec<UsedNetwork>, place: &Place, at: Timestamp, is_trusted: bool) {
    if place.scope != PlaceScope::Located {
        return;
    }
    let (asn, kind) = (place.asn, place.network_kind);
    if is_trusted && !kind.has_a_country() {
        // What was told of the same sort of exit is answered.
        for other in used.iter_mut().filter(|other| other.kind == kind) {
            other.is_trusted = true;
        }
    }
    note_one(used, UsedNetwork { asn, kind, is_trusted, last_at: at });
}

/// Adds one that may be known already.
pub(super) fn note_one(used: &mut Vec<UsedNetwork>, network: UsedNetwork) {
    match used.iter_mut().find(|known| (known.asn, known.kind) == (network.asn, network.kind)) {
        Some(known) => {
            known.is_trusted |= network.is_trusted;
            known.last_at = known.last_at.max(network.last_at);
        }
        None => used.push(network),
    }
    keep_latest(used, MOST_USED, |known| (known.last_at, known.kind, known.asn));
}

/// Whether a sort of device stands where it was put up.
pub const fn stays_put(kind: DeviceKind) -> bool {
    matches!(kind, DeviceKind::Tv | DeviceKind::StreamingBox | DeviceKind::Console | DeviceKind::Speaker)
}

/// Whether a known device that stays put comes over a network on which nothing of the household that stays put ever was.
/// Its own line handed out anew is no such network, where no network is known none is another, and an exit says nothing of
/// where it is.
pub(super) fn has_left_the_house(known: &Known, sign_in: &SignIn) -> bool {
    let (Some(asn), Some(device)) = (sign_in.place.asn, device_of(known, sign_in)) else { return false };
    stays_put(device.client.kind)
        && sign_in.place.network_kind.has_a_country()
        && !known
            .devices
            .iter()
            .filter(|other| other.is_trusted && stays_put(other.client.kind))
            .flat_map(|other| &other.networks)
            .any(|network| network.is_trusted && network.asn == Some(asn))
}

/// Whether exits of the sort that a sign-in comes through are used by the device itself or by what else its person carries;
/// of a device that is not known, by anybody.
pub(super) fn uses_exits(known: &Known, sign_in: &SignIn) -> bool {
    let kind = sign_in.place.network_kind;
    match device_of(known, sign_in) {
        Some(device) => of_the_same_person(known, device, sign_in)
            .any(|network| network.is_trusted && network.kind == kind),
        None => known.exits.contains(&kind),
    }
}

/// Whether that sort of exit was told of the device or its person lately, and waits for its answer; of a device that is not
/// known, `None`.
pub(super) fn is_exit_told(known: &Known, sign_in: &SignIn) -> Option<bool> {
    let kind = sign_in.place.network_kind;
    let device = device_of(known, sign_in)?;
    Some(of_the_same_person(known, device, sign_in).any(|network| {
        !network.is_trusted && network.kind == kind && network.last_at.after(SAME_CAUSE) >= sign_in.at
    }))
}

fn device_of<'a>(known: &'a Known, sign_in: &SignIn) -> Option<&'a KnownDevice> {
    sign_in.identity.device().and_then(|id| known.device(id))
}

/// The networks of a device, and of the others that its person carries.
fn of_the_same_person<'a>(
    known: &'a Known,
    device: &'a KnownDevice,
    sign_in: &SignIn,
) -> impl Iterator<Item = &'a UsedNetwork> {
    let profile = sign_in.profile.or(device.profile).filter(|_| !stays_put(device.client.kind));
    known
        .devices
        .iter()
        .filter(move |other| {
            other.id == device.id
                || (profile.is_some()
                    && other.profile == profile
                    && other.is_trusted
                    && !stays_put(other.client.kind))
        })
        .flat_map(|other| &other.networks)
}
