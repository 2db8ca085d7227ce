//! What a person sets: how much to be told, and when to be left alone.

use serde::{Deserialize, Serialize};

use super::budget::Budget;
use super::quiet::QuietHours;

/// What a person sets about alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(default)]
#[ts(export)]
pub struct Settings {
    /// How many false alarms are put up with.
    pub budget: Budget,
    /// Whether a session that looks stolen is held until somebody answers. Never the desktop's own.
    pub hold_suspicious: bool,
    /// When nothing makes a sound; `null` for never.
    pub quiet_hours: Option<QuietHours>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { budget: Budget::default(), hold_suspicious: true, quiet_hours: None }
    }
}
