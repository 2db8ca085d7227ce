//! An alert: an unfamiliar sign-in waiting for an answer.

use serde::{Deserialize, Serialize};

use crate::model::{AccountId, AlertId, DeviceId, Familiarity, Place, SessionId, Telling, Timestamp};

/// An unfamiliar sign-in waiting for an answer, or answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// The account concerned.
    pub account_id: AccountId,
    /// The device that turned up.
    pub device_id: DeviceId,
    /// The session it holds; the one that "not me" ends.
    pub session_id: SessionId,
    /// When it happened.
    pub at: Timestamp,
    /// Where, approximately.
    pub place: Place,
    /// Why it is unfamiliar.
    pub familiarity: Familiarity,
    /// With or without a sound.
    pub telling: Telling,
    /// What was judged, as the rule writes it: an answer teaches by it. `None` in alerts of earlier versions.
    pub sign_in: Option<String>,
    /// Whether and how it was answered.
    pub state: AlertState,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
}

/// Whether and how an alert was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum AlertState {
    /// Waiting.
    Open,
    /// "It was me."
    Me,
    /// "It was not me": the session was signed out.
    NotMe,
    /// "I am not sure": it stays on the screen, quietly.
    Unsure,
}

impl AlertState {
    /// Its name in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Me => "me",
            Self::NotMe => "not_me",
            Self::Unsure => "unsure",
        }
    }
}

impl std::str::FromStr for AlertState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Open, Self::Me, Self::NotMe, Self::Unsure]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(())
    }
}

/// What a person says to an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Answer {
    /// "It was me": the device and the place are familiar from now on.
    Me,
    /// "It was not me": sign it out.
    NotMe,
    /// "I am not sure": keep it in sight.
    Unsure,
}

impl From<Answer> for AlertState {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Me => Self::Me,
            Answer::NotMe => Self::NotMe,
            Answer::Unsure => Self::Unsure,
        }
    }
}
