//! What a person sets about alerts, with what each choice costs and misses.

use serde::{Deserialize, Serialize};

use super::Proof;
use crate::error::{Error, Result};
use crate::familiarity::budget::{Budget, Misses};
use crate::familiarity::first_request::FirstRequest;
use crate::familiarity::settings::Settings;
use crate::model::{QuietHours, Timestamp, ZoneName};

/// What is set about alerts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct AlertSettings {
    /// What is set.
    pub settings: Settings,
    /// The home's time zone: the one that is set, or that of its own computer. Its IANA name.
    #[serde(default)]
    pub time_zone: String,
    /// How far a new home has learnt; `null` when it has.
    pub learning: Option<Learning>,
    /// Every budget there is, with what it costs and misses: the curve to choose by.
    pub budgets: Vec<BudgetChoice>,
    /// How many thieves of a session were told of at their first request, with the usual budget; none of a home that does not
    /// say.
    #[serde(default)]
    pub first_requests: Vec<FirstRequest>,
}

/// A new home learns what is usual before it alerts: what comes up on its own line in its first days is taken as the
/// household's. What comes from elsewhere is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Learning {
    /// When it ends.
    pub until: Timestamp,
}

/// One choice of budget, as measured on simulated households (`./dev bench familiarity`).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct BudgetChoice {
    /// The choice.
    pub budget: Budget,
    /// False alarms a household and month that were measured.
    pub false_alarms_a_month: f64,
    /// Shares of strangers that are missed.
    pub misses: Misses,
}

impl From<Budget> for BudgetChoice {
    fn from(budget: Budget) -> Self {
        let measured = budget.measured();
        Self { budget, false_alarms_a_month: measured.false_alarms_a_month, misses: measured.misses }
    }
}

/// What to change about alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(default)]
#[ts(export)]
pub struct AlertSettingsChange {
    /// What to set; what is absent stays.
    #[serde(deserialize_with = "object")]
    pub settings: SettingsChange,
    /// Ends the first lesson of a new home: every device is here already.
    pub end_learning: bool,
    /// The PIN of the profile that asks, or the password.
    #[serde(flatten)]
    pub proof: Proof,
}

/// What to set; what is absent stays, so that two people who change different things do not undo each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(default)]
#[ts(export, optional_fields)]
pub struct SettingsChange {
    /// How many false alarms are put up with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// Whether a session that looks stolen is held until somebody answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_suspicious: Option<bool>,
    /// When nothing makes a sound; `null` for never.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    #[ts(as = "Option<QuietHours>", optional = nullable)]
    #[schema(value_type = Option<QuietHours>)]
    pub quiet_hours: Option<Option<QuietHours>>,
    /// The home's time zone, by its IANA name; `null` for that of the home's own computer.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    #[ts(as = "Option<String>", optional = nullable)]
    #[schema(value_type = Option<String>, examples("Europe/Riga"))]
    pub time_zone: Option<Option<String>>,
}

/// An object: a list would be taken for one whose fields come in order.
fn object<'de, D: serde::Deserializer<'de>>(field: D) -> Result<SettingsChange, D::Error> {
    let value = serde_json::Value::deserialize(field)?;
    if !value.is_object() {
        return Err(serde::de::Error::custom("settings: an object is needed"));
    }
    SettingsChange::deserialize(value).map_err(serde::de::Error::custom)
}

/// A field that is there, also when it is `null`.
#[expect(clippy::option_option, reason = "absent and null are two things to say")]
pub(super) fn there<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    field: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(field).map(Some)
}

impl SettingsChange {
    /// The time zone to set, if that is asked for.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] when no zone is called so here.
    pub fn zone(&self) -> Result<Option<Option<ZoneName>>> {
        let unknown = || Error::invalid("time_zone", "Choose a time zone by its name, such as Europe/Riga.");
        let known = |name: &String| ZoneName::known(name).ok_or_else(unknown);
        self.time_zone.as_ref().map(|name| name.as_ref().map(known).transpose()).transpose()
    }

    /// What is set from now on.
    ///
    /// # Errors
    ///
    /// As for [`SettingsChange::zone`].
    pub fn onto(self, settings: Settings) -> Result<Settings> {
        let zone = self.zone()?;
        Ok(Settings {
            budget: self.budget.unwrap_or(settings.budget),
            hold_suspicious: self.hold_suspicious.unwrap_or(settings.hold_suspicious),
            quiet_hours: self.quiet_hours.unwrap_or(settings.quiet_hours),
            time_zone: zone.unwrap_or(settings.time_zone),
        })
    }
}
