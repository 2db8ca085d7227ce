//! What a person sets about alerts, with what each choice costs and misses.

use serde::{Deserialize, Serialize};

use crate::familiarity::budget::{Budget, Misses};
use crate::familiarity::settings::Settings;
use crate::model::Timestamp;

/// What is set about alerts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct AlertSettings {
    /// What is set.
    pub settings: Settings,
    /// How far a new home has learnt; `null` when it has.
    pub learning: Option<Learning>,
    /// Every budget there is, with what it costs and misses: the curve to choose by.
    pub budgets: Vec<BudgetChoice>,
}

/// A new home learns what is usual before it alerts. It ends with whichever comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Learning {
    /// When it ends.
    pub until: Timestamp,
    /// After how many more sign-ins it ends.
    pub sign_ins_left: u32,
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

/// What to set about alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct AlertSettingsChange {
    /// All of it.
    pub settings: Settings,
    /// Ends the first lesson of a new home: every device is here already.
    #[serde(default)]
    pub end_learning: bool,
}
