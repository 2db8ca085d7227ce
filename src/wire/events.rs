//! What a home tells as it happens.

use serde::{Deserialize, Serialize};

use super::GeoProgress;
use crate::model::{AlertId, DeviceId, SessionId, Timestamp};

/// Something changed. It names what, so that a screen can fetch it anew; it carries no data of its own
/// that could go stale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[ts(export)]
pub enum EventKind {
    /// A device signed in.
    SignedIn {
        /// The device.
        device_id: DeviceId,
        /// Its new session.
        session_id: SessionId,
    },
    /// A session ended.
    SignedOut {
        /// The device.
        device_id: DeviceId,
        /// The session.
        session_id: SessionId,
    },
    /// A signed-out session's first request was refused.
    Refused {
        /// The device.
        device_id: DeviceId,
        /// The session.
        session_id: SessionId,
    },
    /// A device was active, moved, was renamed or changed its profile.
    DeviceChanged {
        /// The device.
        device_id: DeviceId,
    },
    /// An unfamiliar device or place.
    AlertRaised {
        /// The alert.
        alert_id: AlertId,
        /// The device.
        device_id: DeviceId,
    },
    /// An alert was answered.
    AlertAnswered {
        /// The alert.
        alert_id: AlertId,
    },
    /// A profile was made, changed or deleted.
    ProfilesChanged,
    /// How much is told, and when, was changed; or a new home has learnt enough.
    AlertSettingsChanged,
    /// A channel was made, changed or removed, or took something.
    ChannelsChanged,
    /// A fire drill began, went on or ended.
    DrillChanged,
    /// A step of what is left to do was skipped, or taken up again.
    NextStepsChanged,
    /// The home listens on the home network, or not any more.
    HomeNetworkChanged,
    /// A watched service was added, changed or removed, said something new, or does otherwise than before; or a card was put on the list or taken off.
    ServicesChanged,
    /// A plan was made, begun, went on or was dropped.
    PlansChanged,
    /// A forgotten password was replaced on the home's own computer.
    PasswordRecovered,
    /// Somebody failed to sign in.
    SignInFailed,
    /// An update of the place database goes on or ended.
    GeoUpdate {
        /// How far it is.
        progress: GeoProgress,
    },
    /// Some events were missed; fetch everything anew.
    Missed,
    /// The session that listens was signed out; no further event comes.
    SessionEnded,
}
