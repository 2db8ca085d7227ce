//! What is left to do once a home is set up.

use serde::{Deserialize, Serialize};

use crate::model::{StepKind, StepState};

/// What is left to do, and what is done already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct NextSteps {
    /// Every step, in the order in which they are offered.
    pub steps: Vec<NextStep>,
}

/// One step, and how it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct NextStep {
    /// Which.
    pub kind: StepKind,
    /// How it stands. What works is never skipped.
    pub state: StepState,
}

/// A step to skip, or to take up again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct StepSkip {
    /// Which.
    pub step: StepKind,
    /// Whether it is skipped from now on.
    pub skipped: bool,
}
