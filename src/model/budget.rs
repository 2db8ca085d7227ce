//! The alert budget that a person sets. What each costs and misses is in [`crate::familiarity::budget`].

use serde::{Deserialize, Serialize};

/// How often a false alarm is put up with: the bound that a person sets.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Default,
    Serialize,
    Deserialize,
    ts_rs::TS,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Budget {
    /// At most one in a year.
    Yearly,
    /// At most one in three months.
    Quarterly,
    /// At most one in a month.
    #[default]
    Monthly,
    /// At most one in a week.
    Weekly,
}

impl Budget {
    /// Every budget, the quietest first.
    pub const ALL: [Self; 4] = [Self::Yearly, Self::Quarterly, Self::Monthly, Self::Weekly];

    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yearly => "yearly",
            Self::Quarterly => "quarterly",
            Self::Monthly => "monthly",
            Self::Weekly => "weekly",
        }
    }
}
