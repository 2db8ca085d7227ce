//! How well a sign-in fits what is known of the account: the verdict and its reasons. The judging is in
//! [`crate::familiarity`].

use serde::{Deserialize, Serialize};

/// What a sign-in is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Verdict {
    /// Known device, known surroundings.
    Familiar,
    /// A device never seen on this account.
    NewDevice,
    /// A known device where the account has never been.
    NewPlace,
    /// Looks like somebody else with a known device's session.
    Suspicious,
}

impl Verdict {
    /// Its name in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Familiar => "familiar",
            Self::NewDevice => "new_device",
            Self::NewPlace => "new_place",
            Self::Suspicious => "suspicious",
        }
    }
}

/// How well a sign-in fits what is known of the account, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Familiarity {
    /// What it is.
    pub verdict: Verdict,
    /// How unlikely the sign-in is to be the household's own, as a likelihood ratio; `None` while the rule
    /// in use does not weigh.
    pub score: Option<f64>,
    /// At most three reasons, in plain words.
    pub reasons: Vec<String>,
}
