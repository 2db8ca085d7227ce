//! A watched service: a server with sign-ins of its own, which the home reads and signs out through its API.

use serde::{Deserialize, Serialize};

use crate::model::{AccountId, KeyPin, ServiceId, Timestamp};

/// A watched service, as it was added.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// The account that watches it.
    pub account_id: AccountId,
    /// Its kind: the key of one of `services::kinds`.
    pub kind: String,
    /// What the household calls it.
    pub name: String,
    /// Where it is: scheme, host, port and, where it has one, a path.
    pub url: String,
    /// The key of its certificate, where a person compared that; `None`: this computer's own list vouches for it.
    pub pin: Option<KeyPin>,
    /// What the server says that it is, so that another one at its address is not taken for it; `None` until it said so.
    pub server: Option<String>,
    /// The version it last said it has.
    pub version: Option<String>,
    /// How it does.
    pub state: ServiceState,
    /// Why it does not do better, in a sentence.
    pub detail: Option<String>,
    /// When it was added.
    pub added_at: Timestamp,
    /// When its sign-ins were last read, whole.
    pub last_read_at: Option<Timestamp>,
    /// Since when it is not asked, because a person said so.
    pub paused_at: Option<Timestamp>,
    /// Whether somebody has gone through what was there when it was added, or said that all of it is theirs.
    pub is_gone_through: bool,
    /// What the kind remembers from one look to the next; nobody else reads it.
    pub cursor: Option<String>,
}

/// How a watched service does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ServiceState {
    /// What it says is read.
    Ok,
    /// It does not answer, or not in time.
    Unreachable,
    /// Another certificate than was agreed on, or one that nobody vouches for.
    Certificate,
    /// Another server answers at its address.
    WrongKind,
    /// It does not take the key (any more). It is not asked again until there is a new one.
    KeyRefused,
    /// The key may not do what is needed.
    TooFewRights,
    /// It is starting, or wants to be left alone for a while.
    Busy,
    /// It answers what cannot be understood.
    Unreadable,
}

impl ServiceState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Ok,
        Self::Unreachable,
        Self::Certificate,
        Self::WrongKind,
        Self::KeyRefused,
        Self::TooFewRights,
        Self::Busy,
        Self::Unreadable,
    ];

    /// Its name in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unreachable => "unreachable",
            Self::Certificate => "certificate",
            Self::WrongKind => "wrong_kind",
            Self::KeyRefused => "key_refused",
            Self::TooFewRights => "too_few_rights",
            Self::Busy => "busy",
            Self::Unreadable => "unreadable",
        }
    }

    /// Whether asking again by itself could help: the others wait for a person.
    pub const fn may_pass(self) -> bool {
        matches!(self, Self::Ok | Self::Unreachable | Self::Busy | Self::Unreadable)
    }
}

impl std::str::FromStr for ServiceState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

/// What a sign-out of a session means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "promise")]
pub enum Promise {
    /// The home refuses its very next request.
    NextRequest,
    /// The service ends it at once.
    AtOnce,
    /// The service ends it within this time.
    Within {
        /// In seconds.
        within_s: u32,
    },
    /// The service ends all of this person's, or none.
    AllOrNothing,
    /// It can be seen and not be ended from here.
    Nothing,
}

/// What a sign-in at a service is, as far as that changes what may be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Nature {
    /// A person's.
    #[default]
    Person,
    /// A program's: a long-lived token, an API key, an app password, a media server. Only ended when it is chosen by name.
    Integration,
    /// It is there and nobody was ever seen using it.
    Unused,
    /// By this one the home reads the service. Never ended from here.
    Own,
}

/// What a service says of one of its sign-ins, as it is kept beside what all sessions have. What it cannot tell is absent.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ToldByService {
    /// What is ended with it: sign-ins of a service that have the same end together. The service's own id for it unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_with: Option<String>,
    /// The service's id of whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_id: Option<String>,
    /// What they are called there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_in_at: Option<Timestamp>,
    /// When it was last used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_active_at: Option<Timestamp>,
    /// What it is.
    pub nature: Nature,
    /// Whether something plays on it now.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub playing: bool,
}
