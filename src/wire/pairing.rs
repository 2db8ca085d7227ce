//! Pairing a phone: the home shows a code, the phone brings it, and both show the same two digits.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CodeDecision, CodeNearness, Place, Proof};
use crate::model::{DeclaredDevice, DeviceId, DeviceKind, PairingId, ProfileId, Timestamp};

/// A code that is shown to a phone, and what has become of it.
#[derive(Clone, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Pairing {
    /// Its id. It opens nothing.
    pub id: PairingId,
    /// The code, as `XXXX-XXXX`.
    pub code: String,
    /// Addresses that a phone can open, the likeliest first, each with the code after the `#`: what stands there is sent to no
    /// server, and so is in no log. Where no proxy speaks https for the home, the pin of its own key stands there, too
    /// (`?pin=`): an app asks by https then, and believes that key only.
    pub addresses: Vec<String>,
    /// Why there is none; `null` where there is.
    pub no_address: Option<NoAddress>,
    /// The letters by which people know the key of the home's own certificate again; `null` where a proxy answers with another. An
    /// app to which the address was typed, or that found it, shows them to be compared before it sends the code there.
    pub fingerprint: Option<String>,
    /// When it stops being good: two minutes after it was made, and two after each step that was taken with it.
    pub expires_at: Timestamp,
    /// What has become of it.
    pub state: PairingState,
}

impl fmt::Debug for Pairing {
    /// Without the code: whoever has it may ask to be let in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pairing").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

/// Why no other device can open the home, as far as it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NoAddress {
    /// It listens on this computer only.
    ListensHereOnly,
    /// It is in a container, whose addresses are not those that others see, and no public address is configured.
    InContainer,
    /// The computer it runs on has no address on a household's network.
    NoNetwork,
    /// It listens on the home network, and the computer it runs on is on another one now.
    AnotherNetwork,
    /// It is to listen on the home network, and another program has its port there.
    PortTaken,
}

/// What has become of a code that is shown to a phone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum PairingState {
    /// No phone has brought it.
    Waiting,
    /// One has, and waits.
    Claimed(Box<PairingPhone>),
    /// It may come in, and has not yet.
    Allowed,
    /// It is in.
    LetIn {
        /// The device that it is.
        device_id: DeviceId,
    },
    /// It was refused, or whoever allowed it was signed out meanwhile.
    Denied,
    /// Two devices brought it, or the digits were not the same. Nobody was let in.
    Spoiled,
    /// Its time is over.
    Expired,
}

/// The phone that brought a code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct PairingPhone {
    /// The two digits that it shows.
    pub digits: String,
    /// What it calls itself, cut, and fit to stand between quotation marks. It may say anything.
    pub device_name: String,
    /// What sort of device it seems to be.
    pub device_kind: DeviceKind,
    /// Where it is, approximately.
    pub place: Place,
    /// Whether it is where the device is that shows the code.
    pub nearness: CodeNearness,
}

/// The answer to a phone that brought a code.
#[derive(Clone, Debug, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export, optional_fields)]
pub struct PairingAnswer {
    /// Whether it may sign in.
    pub decision: CodeDecision,
    /// To let it in: the two digits that both screens show.
    #[serde(default)]
    #[schema(pattern = "^([0-9]{2})?$")]
    pub digits: String,
    /// Who uses it; it may also be chosen on the phone.
    #[serde(default)]
    pub profile_id: Option<ProfileId>,
    /// To let it in: the PIN of the profile that asks, or the password.
    #[serde(flatten)]
    pub proof: Proof,
}

/// A device that brings the code which another screen shows.
#[derive(Clone, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export, optional_fields)]
pub struct NewClaim {
    /// The code; case, spaces and dashes do not matter.
    #[schema(max_length = 64)]
    pub code: String,
    /// What the device says of itself.
    #[serde(default)]
    pub device: Option<DeclaredDevice>,
}

impl fmt::Debug for NewClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewClaim(…)")
    }
}

/// What a device that brought a code waits with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct PairingClaim {
    /// Send it to be signed in. It is not shown again.
    pub claim: String,
    /// Show them: the other screen must show the same two digits.
    pub digits: String,
    /// Until when somebody may answer.
    pub expires_at: Timestamp,
}

impl fmt::Debug for PairingClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairingClaim").field("digits", &self.digits).finish_non_exhaustive()
    }
}

/// Signs the device in that brought a code.
#[derive(Clone, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export, optional_fields)]
pub struct PairingFinish {
    /// What it waits with.
    #[schema(max_length = 64)]
    pub claim: String,
    /// The secret this device was given at an earlier sign-in; makes it the same device again.
    #[serde(default)]
    pub device_secret: Option<String>,
}

impl fmt::Debug for PairingFinish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PairingFinish(…)")
    }
}
