//! The fire drill: a made-up stranger goes the real way, and leaves nothing behind.

use serde::{Deserialize, Serialize};

use crate::model::{ActedBy, AlertId, ChannelId, ChannelKind, Timestamp};

/// A fire drill, as it is or as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Drill {
    /// How it stands.
    pub state: DrillState,
    /// When it began; `null` where there was none since the home started.
    pub started_at: Option<Timestamp>,
    /// After how many milliseconds it is over without an answer.
    #[ts(type = "number")]
    pub longest_ms: u64,
    /// The alert that it raised, as long as that is there.
    pub alert_id: Option<AlertId>,
    /// What happened so far, in that order.
    pub steps: Vec<DrillStep>,
    /// Whom it told; nobody outside, where there is none.
    pub channels: Vec<DrillChannel>,
    /// Who signed the stranger out, as far as is known.
    pub answered_by: Option<ActedBy>,
}

/// How a drill stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DrillState {
    /// There was none since the home started.
    #[default]
    Never,
    /// The stranger is in, and somebody should sign it out.
    Waiting,
    /// It was signed out, and its next request was refused.
    Passed,
    /// Somebody ended the drill.
    Cancelled,
    /// Nobody signed it out in time.
    TimedOut,
    /// It was signed out, and its next request was not refused as it must be.
    Failed,
}

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct DrillStep {
    /// What.
    pub kind: DrillStepKind,
    /// When, in milliseconds since the drill began.
    #[ts(type = "number")]
    pub ms: u64,
}

/// What happens in a drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DrillStepKind {
    /// The stranger signed in, and a request of theirs passed.
    SignedIn,
    /// The alert about them was raised.
    AlertRaised,
    /// Their session ended.
    SignedOut,
    /// Their next request was refused.
    Refused,
    /// All of it was removed.
    Removed,
}

/// A channel that a drill told through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct DrillChannel {
    /// Which.
    pub id: ChannelId,
    /// What sort it is.
    pub kind: ChannelKind,
    /// What it is called.
    pub name: String,
    /// Whether it made no sound, as its quiet hours were.
    pub quiet: bool,
    /// How it went.
    pub state: HandOver,
    /// When the other side had it, in milliseconds since the drill began.
    #[ts(type = "number | null")]
    pub ms: Option<u64>,
    /// Why it went no better, in a sentence; `null` when all is well.
    pub detail: Option<String>,
}

/// How handing an alert over went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum HandOver {
    /// It is on its way.
    Waiting,
    /// The other side has it.
    Taken,
    /// The other side cannot be reached, and is tried again.
    Late,
    /// The other side refuses it, or is no more.
    Refused,
    /// Whoever is told by it may not know of alerts now: its device is signed out, or in a child's hands.
    Silent,
}
