//! Buttons outside: what is pressed in a notification of somebody else's app, or on a page that a mail leads to.

use serde::{Deserialize, Serialize};

use crate::model::{Answer, Timestamp};

/// What is pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(default)]
#[ts(export, optional_fields)]
pub struct ActionAnswer {
    /// The answer that the button is for; another is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// What came of pressing it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct ActionOutcome {
    /// What it did.
    pub effect: ActionEffect,
    /// What the device is called.
    pub device_name: String,
    /// When the device was signed out, if it was.
    pub ended_at: Option<Timestamp>,
}

/// What a button outside did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ActionEffect {
    /// The device was signed out just now.
    SignedOut,
    /// It had been signed out before.
    AlreadySignedOut,
    /// Somebody of the household has said since that it is theirs. Nothing was done.
    TheirsAfterAll,
    /// Its end was asked for at the watched service, which has not confirmed it yet.
    Asked,
    /// The watched service does not let it be ended from here.
    Refused,
}
