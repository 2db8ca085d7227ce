//! What is judged: a sign-in, or a session that goes on from a new network, from whatever source.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::client::Client;
use crate::model::{DeviceId, Place, ProfileId, Timestamp};

/// A sign-in, or a session that goes on from somewhere else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignIn {
    /// When.
    pub at: Timestamp,
    /// Which device, as far as that is proven.
    pub identity: Identity,
    /// What the device is, by its own words and by its requests.
    pub client: Client,
    /// What its requests alone say it is: what goes on with a session has no other words.
    pub agent: Client,
    /// Where from.
    pub address: Option<IpAddr>,
    /// Where that is, approximately.
    pub place: Place,
    /// Who uses it, if that is known.
    pub profile: Option<ProfileId>,
}

/// How a device is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// It signs in and brings its secret.
    Proven(DeviceId),
    /// It goes on with a session, whose token proves no more than that somebody has it.
    Session(DeviceId),
    /// It goes on with a token of a session that is spent: a newer one took its place.
    Spent(DeviceId),
    /// By a token of its session that is spent, and that two must have: wherever it comes from, one of them stole it.
    Replayed(DeviceId),
    /// It brought no secret, where devices of the household have one. The id is the one it gets.
    Secretless(DeviceId),
    /// The source knows no secrets: a log, or a service with sign-ins of its own.
    #[serde(rename = "untold")]
    Unnamed,
}

impl Identity {
    /// The device's id, where it has one.
    pub const fn device(self) -> Option<DeviceId> {
        match self {
            Self::Proven(id)
            | Self::Session(id)
            | Self::Spent(id)
            | Self::Replayed(id)
            | Self::Secretless(id) => Some(id),
            Self::Unnamed => None,
        }
    }

    /// Whether it is a sign-in, and not a session that goes on.
    pub const fn signs_in(self) -> bool {
        !matches!(self, Self::Session(_) | Self::Spent(_) | Self::Replayed(_))
    }
}
