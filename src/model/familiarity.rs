//! How well a sign-in fits what is known of the account: the verdict and its reasons. The judging is in
//! [`crate::familiarity`].

use serde::{Deserialize, Serialize};

use crate::model::{DeviceId, Reason, reasons};

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
    /// How many times likelier a stranger makes such a sign-in than the household does: a likelihood ratio, above 1
    /// for a stranger, below for the household. Against odds of one stranger in 10,000 sign-ins beforehand, a score
    /// of 100 means that one in a hundred of such sign-ins is a stranger's. `None` for one judged before scores were.
    pub score: Option<f64>,
    /// At most three reasons, the weightiest first.
    #[serde(deserialize_with = "reasons")]
    pub reasons: Vec<Reason>,
    /// The device of the household that it probably is, when it brought no secret.
    #[serde(default)]
    pub probably: Option<DeviceId>,
}

impl Familiarity {
    /// Whether it is that of a fire drill's made-up stranger. Nothing a device says makes it so.
    pub fn is_drill(&self) -> bool {
        self.reasons.contains(&Reason::Drill)
    }

    /// What is left of a judgement that cannot be read any more: nobody vouches for it.
    pub fn unreadable() -> Self {
        Self { verdict: Verdict::NewDevice, score: None, reasons: vec![Reason::Unreadable], probably: None }
    }
}

/// Whether and how somebody is told of a sign-in.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Telling {
    /// Not at all.
    Nothing,
    /// A notice without a sound: a device that is new, but at home.
    Quietly,
    /// An alert.
    Aloud,
}

impl Telling {
    /// Its name in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Quietly => "quietly",
            Self::Aloud => "aloud",
        }
    }
}

impl std::str::FromStr for Telling {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Nothing, Self::Quietly, Self::Aloud]
            .into_iter()
            .find(|telling| telling.as_str() == text)
            .ok_or(())
    }
}
