//! A device or an alert together with what a list says of it.

use crate::model::{Alert, Device, DeviceKind, Profile, Session, Timestamp};

/// A device with its latest session and whoever used it last.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceListing {
    /// The device.
    pub device: Device,
    /// Its most recent request.
    pub last_active_at: Timestamp,
    /// The session it holds or last held.
    pub session: Session,
    /// Who used it last.
    pub profile: Option<Profile>,
    /// What the device is called that let it in, if one did.
    pub let_in_by_name: Option<String>,
}

/// An alert with what its card says of device and session.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertListing {
    /// The alert.
    pub alert: Alert,
    /// The account's login name.
    pub account: String,
    /// What the device is called.
    pub device_name: String,
    /// What sort of device it is.
    pub device_kind: DeviceKind,
    /// Since when the session is held, if it is.
    pub held_at: Option<Timestamp>,
    /// When the session ended, if it has.
    pub ended_at: Option<Timestamp>,
    /// The first request refused after that.
    pub refused_at: Option<Timestamp>,
}
