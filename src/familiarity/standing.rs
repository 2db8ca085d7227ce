//! What a device is to the account: by its secret, or by the looks of it.

use super::client::Likeness;
use super::known::Known;
use super::known_device::KnownDevice;
use super::sign_in::{Identity, SignIn};
use super::thresholds::client as ratio;
use crate::model::DeviceId;

/// What a device is to the account.
#[derive(Debug)]
pub(super) enum Standing<'a> {
    /// It is proven, and the household's.
    Trusted(&'a KnownDevice),
    /// It is proven, and nobody has said whose it is.
    Waiting(&'a KnownDevice),
    /// It is not proven, but is this one by the looks of it.
    Probably(&'a KnownDevice, bool),
    /// It is like no known one, or only similar.
    New(Option<Likeness>),
}

impl<'a> Standing<'a> {
    /// The secret first; without it, how well the client matches a known one.
    pub(super) fn of(known: &'a Known, sign_in: &SignIn) -> Self {
        if let Identity::Proven(id) | Identity::Session(id) | Identity::Spent(id) | Identity::Replayed(id) =
            sign_in.identity
            && let Some(device) = known.device(id)
        {
            return if device.is_trusted { Self::Trusted(device) } else { Self::Waiting(device) };
        }
        match known.most_like(&sign_in.client) {
            Some((device, Likeness::Same | Likeness::Updated)) => {
                Self::Probably(device, sign_in.client.is_common())
            }
            Some((_, likeness)) => Self::New(Some(likeness)),
            None => Self::New(None),
        }
    }

    /// Its likelihood ratio, as a decimal logarithm.
    pub(super) fn ratio(&self, identity: Identity) -> f64 {
        let client = match self {
            Self::Trusted(_) => return ratio::SECRET,
            Self::Probably(_, true) => ratio::SAME_COMMON,
            Self::Probably(_, false) => ratio::SAME_RARE,
            Self::New(Some(Likeness::Similar)) => ratio::SIMILAR,
            Self::Waiting(_) | Self::New(Some(_)) => ratio::DIFFERENT,
            Self::New(None) => ratio::UNTOLD,
        };
        client + if identity == Identity::Unnamed { 0.0 } else { ratio::SECRET_MISSING }
    }

    pub(super) fn probably(&self) -> Option<DeviceId> {
        match self {
            Self::Probably(device, _) => device.id,
            _ => None,
        }
    }
}
