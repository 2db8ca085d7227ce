//! A device or an alert together with what a list says of it.

use crate::model::{Alert, Device, DeviceKind, Profile, ServiceState, Session, SessionId, Timestamp};

/// A device with its sessions and whoever used it last.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceListing {
    /// The device.
    pub device: Device,
    /// Its most recent request.
    pub last_active_at: Timestamp,
    /// The session of it that was used last, wherever that lives.
    pub session: Session,
    /// Who used it last.
    pub profile: Option<Profile>,
    /// What the device is called that let it in, if one did.
    pub let_in_by_name: Option<String>,
    /// What the service is called that the session used last lives at, if it is at one.
    pub service_name: Option<String>,
    /// All its sessions that have not ended, those at services that ended within a day, and the one used last, which is the first.
    pub sessions: Vec<SessionListing>,
}

impl DeviceListing {
    /// The session of this home that it holds; or else held last, as far as that was the last of all.
    pub fn at_home(&self) -> Option<&SessionListing> {
        self.held_at_home().or_else(|| self.sessions.iter().find(|listing| listing.session.source.is_home()))
    }

    /// The session of this home that it holds.
    pub fn held_at_home(&self) -> Option<&SessionListing> {
        let is_held =
            |listing: &&SessionListing| listing.session.source.is_home() && listing.session.ending.is_none();
        self.sessions.iter().find(is_held)
    }

    /// One of its sessions.
    pub fn session_of(&self, id: SessionId) -> Option<&SessionListing> {
        self.sessions.iter().find(|listing| listing.session.id == id)
    }

    /// Whether it holds a session, anywhere.
    pub fn is_signed_in(&self) -> bool {
        self.sessions.iter().any(|listing| listing.session.ending.is_none())
    }
}

/// A session with what a list says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionListing {
    /// The session.
    pub session: Session,
    /// Who uses it.
    pub profile: Option<Profile>,
    /// What the device is called that let it in, if one did.
    pub let_in_by_name: Option<String>,
    /// What its service is called, if it is at one.
    pub service_name: Option<String>,
    /// How that does.
    pub service_state: Option<ServiceState>,
    /// When that was last read, whole.
    pub last_read_at: Option<Timestamp>,
    /// Why it has not ended yet, where its end is asked for, in a sentence.
    pub not_yet: Option<String>,
}

impl SessionListing {
    /// What a person calls where it lives.
    pub fn source_name(&self) -> &str {
        self.session.source.name(self.service_name.as_deref())
    }
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
    /// When its end was asked for at the service it lives at, if it was.
    pub asked_at: Option<Timestamp>,
    /// When the session ended, if it has.
    pub ended_at: Option<Timestamp>,
    /// The first request refused after that.
    pub refused_at: Option<Timestamp>,
}
