//! The evenings on which everything has to be ended at once: a lost phone, somebody who moved out, something that is wrong. A plan is
//! shown first; what could not be done yet stays on it until it is.

use serde::{Deserialize, Serialize};

use super::{DeviceSession, Proof};
use crate::model::{DeviceId, PlanId, PlanKind, PlanTaskKind, ProfileId, SessionId, Timestamp};

/// What a plan is to be made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export, optional_fields)]
pub struct NewPlan {
    /// What happened.
    pub kind: PlanKind,
    /// The device that is lost.
    #[serde(default)]
    pub device_id: Option<DeviceId>,
    /// Who moved out.
    #[serde(default)]
    pub profile_id: Option<ProfileId>,
}

/// A plan: drawn up, or under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// What happened.
    pub kind: PlanKind,
    /// What is lost, or who moved out; `null` where something is wrong.
    pub about: Option<String>,
    /// When it was drawn up.
    pub made_at: Timestamp,
    /// When it was begun; `null`: nothing of it was done yet.
    pub begun_at: Option<Timestamp>,
    /// When the last of it was done.
    pub done_at: Option<Timestamp>,
    /// The sessions to end, and how each stands.
    pub rows: Vec<PlanRow>,
    /// What only a person can do: pages to open, passwords to change.
    pub tasks: Vec<PlanTask>,
}

/// A session that a plan ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct PlanRow {
    /// Its device.
    pub device_id: DeviceId,
    /// What that is called.
    pub device_name: String,
    /// The session, as it stands now.
    pub session: DeviceSession,
    /// Whether it is ended unless somebody takes it out; integrations are not, unless they are chosen.
    pub chosen: bool,
}

/// What only a person can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct PlanTask {
    /// Its name within the plan: "card google", "password latchkey".
    pub task: String,
    /// What to do.
    pub kind: PlanTaskKind,
    /// The service, or whose password.
    pub name: String,
    /// The page to open, where there is one.
    pub url: Option<String>,
    /// When somebody ticked it off.
    pub done_at: Option<Timestamp>,
}

/// What of a plan to carry out, or what was done of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(default)]
#[ts(export, optional_fields)]
pub struct PlanChange {
    /// Begin: end these sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begin: Option<Vec<SessionId>>,
    /// Tick a task off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tick: Option<String>,
    /// Take the tick back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untick: Option<String>,
    /// To begin: the PIN of the profile that asks, or the password.
    #[serde(flatten)]
    pub proof: Proof,
}

/// The plans that are not done, and the last that were.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct PlanList {
    /// The plans, newest first.
    pub plans: Vec<Plan>,
}
