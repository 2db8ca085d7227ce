//! What is left to do once a home is set up: the way out of the house, a step each.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A step. Each is one screen, and each may be skipped.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum StepKind {
    /// Have alerts come to where people are, by a channel that works.
    GetTold,
    /// Sign a phone in.
    Phone,
    /// Sign a television, or the box on it, in.
    Tv,
    /// Fetch a place database: without one nobody can say where a device is.
    Places,
    /// Watch the servers that the household has already, or the services it has accounts at.
    WatchServers,
}

impl StepKind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::GetTold, Self::Phone, Self::Tv, Self::Places, Self::WatchServers];

    /// Its name in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GetTold => "get_told",
            Self::Phone => "phone",
            Self::Tv => "tv",
            Self::Places => "places",
            Self::WatchServers => "watch_servers",
        }
    }
}

impl FromStr for StepKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum StepState {
    /// It is left to do.
    Open,
    /// It is done, and works now.
    Works,
    /// The household chose not to.
    Skipped,
}
