//! What is known of an account: a summary of bounded size, so that a verdict costs the same after ten sign-ins and
//! after ten thousand. It is kept as JSON, one row an account. How it grows is in `learning`.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::client::{Client, Likeness, likeness};
use super::known_device::KnownDevice;
use super::spot::{Spot, is_one_cause};
use super::thresholds::SAME_CAUSE;
use super::version::Version;
use crate::model::{DeviceId, NetworkKind, Place, Timestamp};

/// What is known of an account.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    /// Of what form it is: what a later version wrote is not read as if it were this one's.
    pub version: Version,
    /// The first sign-in ever.
    pub first_at: Option<Timestamp>,
    /// Sign-ins learnt from.
    pub sign_ins: u32,
    /// Whether somebody said that the first lesson is over.
    pub is_taught: bool,
    /// Devices.
    pub devices: Vec<KnownDevice>,
    /// Places that are the household's, and places that were told and wait.
    pub places: Vec<KnownPlace>,
    /// The /24 and /64 networks of the household.
    pub prefixes: Vec<KnownPrefix>,
    /// The networks (AS) of the household.
    pub networks: Vec<KnownNetwork>,
    /// The sorts of exit that hide places, which the household uses.
    pub exits: Vec<NetworkKind>,
}

/// A place, as it is remembered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KnownPlace {
    /// Where.
    pub spot: Spot,
    /// Whether the household is at home there; otherwise it was told and nobody has answered.
    pub is_trusted: bool,
    /// Sign-ins.
    pub times: u32,
    /// The last.
    pub last_at: Timestamp,
}

/// A /24 or /64 network, as it is remembered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KnownPrefix {
    /// Which.
    pub net: IpNet,
    /// Sign-ins.
    pub times: u32,
    /// The last.
    pub last_at: Timestamp,
}

/// A network (AS), as it is remembered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KnownNetwork {
    /// Its number.
    pub asn: u32,
    /// Its kind.
    pub kind: NetworkKind,
    /// Sign-ins.
    pub times: u32,
    /// The last.
    pub last_at: Timestamp,
}

impl Known {
    /// Whether nothing ever signed in.
    pub fn is_empty(&self) -> bool {
        self.first_at.is_none()
    }

    /// The device of an id.
    pub fn device(&self, id: DeviceId) -> Option<&KnownDevice> {
        self.devices.iter().find(|device| device.id == Some(id))
    }

    /// The trusted device that is most like a client, and how much; the last seen of several.
    pub fn most_like(&self, client: &Client) -> Option<(&KnownDevice, Likeness)> {
        self.devices
            .iter()
            .filter(|device| device.is_trusted && !device.client.is_unnamed() && !client.is_unnamed())
            .map(|device| (device, likeness(&device.client, client)))
            .max_by_key(|(device, likeness)| (*likeness, device.last_at, device.id))
    }

    /// The place the household is at most.
    pub fn usual_place(&self) -> Option<&KnownPlace> {
        self.places
            .iter()
            .filter(|known| known.is_trusted)
            .max_by(|one, other| (one.times, &one.spot.area).cmp(&(other.times, &other.spot.area)))
    }

    /// Whether this place was told lately and nobody has answered: another alert would be about the same cause.
    pub fn is_told(&self, place: &Place, at: Timestamp) -> bool {
        let spot = Spot::of(place);
        let is_told = |known: &&KnownPlace| !known.is_trusted && known.last_at.after(SAME_CAUSE) >= at;
        self.places.iter().filter(is_told).any(|known| is_one_cause(&known.spot, &spot))
    }
}
