//! An alert: an unfamiliar sign-in waiting for an answer.

use serde::{Deserialize, Serialize};

use crate::model::{
    AccountId, AlertId, ChannelKind, DeviceId, Familiarity, Place, SessionId, Telling, Timestamp,
};

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
    /// What it is about.
    pub kind: AlertKind,
    /// What the device did, where that is what it is about.
    pub did: Deeds,
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
    /// Who answered it, or signed out what it is about.
    pub acted_by: Option<ActedBy>,
}

/// Who did something about an alert, by the names of then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(default)]
#[ts(export)]
pub struct ActedBy {
    /// Who was using the device, or whose channel it is.
    pub profile_name: Option<String>,
    /// The device it was done on; `null` for a button that came through a channel, unless the device signed what it answered.
    pub device_name: Option<String>,
    /// Its id, where it is known: what an earlier version wrote has none.
    pub device_id: Option<DeviceId>,
    /// The channel whose button was pressed.
    pub channel: Option<ChannelKind>,
}

/// What an alert is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum AlertKind {
    /// A sign-in, or a session that goes on somewhere else.
    #[default]
    SignIn,
    /// An unfamiliar device signed others out, or changed the password, also with a code printed on the home's own computer.
    TakesOver,
    /// Somebody gave a wrong PIN or password again and again.
    WrongPins,
    /// A device asks to speak for a household in which nobody else is left, and may a day later.
    AsksToVouch,
}

impl AlertKind {
    /// Its name in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::TakesOver => "takes_over",
            Self::WrongPins => "wrong_pins",
            Self::AsksToVouch => "asks_to_vouch",
        }
    }
}

impl std::str::FromStr for AlertKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::SignIn, Self::TakesOver, Self::WrongPins, Self::AsksToVouch]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(())
    }
}

/// What a device did that its household must hear of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(default)]
#[ts(export)]
pub struct Deeds {
    /// The devices it signed out, the first hundred.
    pub signed_out: Vec<DeviceSignedOut>,
    /// How many it signed out in all.
    pub signed_out_count: u32,
    /// When it changed the password, if it did.
    pub password_changed_at: Option<Timestamp>,
    /// Whether that was with a code printed on the home's own computer, and not with the password.
    pub recovered: bool,
    /// Whose PIN was guessed at on it, if one was; without a name, the account's password.
    pub guessed_at: Option<GuessedAt>,
    /// From when on it may speak for the household, if it asked to.
    pub may_vouch_at: Option<Timestamp>,
}

/// A device that another one signed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct DeviceSignedOut {
    /// Which.
    pub device_id: DeviceId,
    /// What it was called then.
    pub name: String,
    /// When.
    pub at: Timestamp,
}

/// Wrong PINs or passwords in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct GuessedAt {
    /// Whose PIN; `null` for the account's password.
    pub profile_name: Option<String>,
    /// How often in a row.
    pub times: u32,
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

impl Answer {
    /// Its name in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Me => "me",
            Self::NotMe => "not_me",
            Self::Unsure => "unsure",
        }
    }
}

impl std::str::FromStr for Answer {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Me, Self::NotMe, Self::Unsure].into_iter().find(|answer| answer.as_str() == text).ok_or(())
    }
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
