//! A plan of a bad evening: the sessions that are to be ended, and what only a person can do. It is drawn up first, and stays until
//! all of it is done.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::{
    AccountId, DeviceId, Nature, PlanId, ProfileId, Promise, ServiceId, SessionId, Timestamp,
};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PlanKind {
    /// A device is lost: everything that it holds, everywhere it is known.
    LostDevice,
    /// Somebody moved out: everything that they use, and which passwords they knew.
    MovedOut,
    /// Something is wrong: everything but this device.
    SomethingWrong,
}

impl PlanKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::LostDevice, Self::MovedOut, Self::SomethingWrong];

    /// Its name in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LostDevice => "lost_device",
            Self::MovedOut => "moved_out",
            Self::SomethingWrong => "something_wrong",
        }
    }
}

impl FromStr for PlanKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// What sort of thing a person has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PlanTaskKind {
    /// Look at a page and sign the device out there.
    OpenPage,
    /// Change a password.
    ChangePassword,
    /// Change a PIN that they knew.
    ChangePin,
}

/// A plan: drawn up, or under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// The account it is of.
    pub account_id: AccountId,
    /// What happened.
    pub kind: PlanKind,
    /// The device that is lost.
    pub device_id: Option<DeviceId>,
    /// Who moved out.
    pub profile_id: Option<ProfileId>,
    /// What the device or the person was called.
    pub about: Option<String>,
    /// The sessions to end.
    pub rows: Vec<PlannedEnd>,
    /// What only a person can do.
    pub tasks: Vec<PlannedTask>,
    /// When it was drawn up.
    pub made_at: Timestamp,
    /// When it was begun; `None`: nothing of it was done yet.
    pub begun_at: Option<Timestamp>,
    /// When it was found that all of it is done.
    pub done_at: Option<Timestamp>,
}

/// A session that a plan ends, as it was when the plan was drawn up. How it stands is with the session, while that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedEnd {
    /// The session.
    pub session_id: SessionId,
    /// Its device.
    pub device_id: DeviceId,
    /// What that was called.
    pub device_name: String,
    /// The service it lives at; `None`: this home.
    pub service_id: Option<ServiceId>,
    /// What where it lives was called.
    pub source: String,
    /// Whose it is there.
    pub person: Option<String>,
    /// What it is.
    pub nature: Nature,
    /// What a sign-out of it means.
    pub promise: Promise,
    /// Whether it is ended unless somebody takes it out; once begun: whether it was to be ended.
    pub chosen: bool,
}

/// What only a person can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedTask {
    /// Its name within the plan: "card google", "password latchkey".
    pub task: String,
    /// What to do.
    pub kind: PlanTaskKind,
    /// The service, or whose PIN.
    pub name: String,
    /// The page to open, where there is one.
    pub url: Option<String>,
    /// When somebody ticked it off.
    pub done_at: Option<Timestamp>,
}
