//! What a person sets: how much to be told, and when to be left alone.

use serde::{Deserialize, Serialize};

use super::budget::Budget;
use crate::model::{QuietHours, ZoneName, if_known};

/// What a person sets about alerts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(default)]
#[ts(export)]
pub struct Settings {
    /// How many false alarms are put up with.
    pub budget: Budget,
    /// Whether a session that looks stolen is held until somebody answers. Never the desktop's own.
    pub hold_suspicious: bool,
    /// When nothing makes a sound; `null` for never.
    pub quiet_hours: Option<QuietHours>,
    /// The time zone of the home, by its IANA name: the quiet hours go by its clock. `null` for that of the home's own computer.
    #[serde(deserialize_with = "if_known")]
    #[ts(as = "Option<String>")]
    #[schema(value_type = Option<String>)]
    pub time_zone: Option<ZoneName>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { budget: Budget::default(), hold_suspicious: true, quiet_hours: None, time_zone: None }
    }
}
