//! The history: everything that happened to an account's access, for two years (`access/pruning.rs`).

use serde::{Deserialize, Serialize};

use crate::model::{AccountId, DeviceId, HistoryDetail, HistoryId, Place, SessionId, Timestamp};

/// One entry of the history. Names are as they were at the time.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryEntry {
    /// Its id.
    pub id: HistoryId,
    /// The account concerned.
    pub account_id: AccountId,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub kind: HistoryKind,
    /// The device concerned, if one was.
    pub device_id: Option<DeviceId>,
    /// What it was called at the time, or what a failed attempt called itself.
    pub device_name: Option<String>,
    /// The session concerned, if one was.
    pub session_id: Option<SessionId>,
    /// Who was using the device at the time.
    pub profile_name: Option<String>,
    /// The address it came from.
    pub address: Option<String>,
    /// Where that is, approximately.
    pub place: Option<Place>,
    /// More: the method of a sign-in, the reason of a sign-out, the answer to an alert.
    pub detail: Option<HistoryDetail>,
    /// The session that did it, where that is another one than the one concerned.
    pub by_session_id: Option<SessionId>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum HistoryKind {
    /// The account was made.
    AccountCreated,
    /// A device signed in.
    SignIn,
    /// Somebody tried to sign in and was refused.
    SignInFailed,
    /// Somebody gave a wrong PIN for a profile.
    WrongPin,
    /// A session ended.
    SignOut,
    /// A signed-out session's first refused request.
    Refused,
    /// A session went on from a place the account had never been at.
    NewPlace,
    /// An alert was raised.
    Alert,
    /// An alert was answered.
    AlertAnswered,
    /// The password was changed.
    PasswordChanged,
    /// A forgotten password was replaced on the home's own computer.
    PasswordRecovered,
    /// A device was given another name.
    DeviceRenamed,
    /// A profile was made, changed or deleted.
    ProfileChanged,
    /// A session that looks stolen is held until somebody answers.
    SessionHeld,
    /// Two devices turned out to be one.
    DevicesMerged,
    /// They are two again.
    DevicesSeparated,
    /// How much is told, and when, was changed.
    AlertSettingsChanged,
    /// What was known of the account, or what its people had set about alerts, could not be read any more: it was set aside, and
    /// begins anew.
    SetAside,
    /// A device asked to speak for a household in which nobody else is left.
    VouchAsked,
    /// Somebody made a channel, by which they are told of alerts.
    ChannelAdded,
    /// A channel was removed.
    ChannelRemoved,
    /// Two devices brought the code that a screen showed to a phone: neither was let in.
    PairingSpoiled,
    /// The home listens on the home network from then on, or not any more.
    HomeNetworkChanged,
    /// A service is watched from then on.
    ServiceAdded,
    /// A service is not watched any more.
    ServiceRemoved,
    /// A plan of a bad evening was begun.
    PlanBegun,
    /// The end of a session was asked for at the watched service that it lives at.
    SignOutAsked,
}

impl HistoryKind {
    /// Every kind.
    pub const ALL: [Self; 27] = [
        Self::AccountCreated,
        Self::SignIn,
        Self::SignInFailed,
        Self::WrongPin,
        Self::SignOut,
        Self::Refused,
        Self::NewPlace,
        Self::Alert,
        Self::AlertAnswered,
        Self::PasswordChanged,
        Self::PasswordRecovered,
        Self::DeviceRenamed,
        Self::ProfileChanged,
        Self::SessionHeld,
        Self::DevicesMerged,
        Self::DevicesSeparated,
        Self::AlertSettingsChanged,
        Self::SetAside,
        Self::VouchAsked,
        Self::ChannelAdded,
        Self::ChannelRemoved,
        Self::PairingSpoiled,
        Self::HomeNetworkChanged,
        Self::ServiceAdded,
        Self::ServiceRemoved,
        Self::PlanBegun,
        Self::SignOutAsked,
    ];

    /// Its name in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccountCreated => "account_created",
            Self::SignIn => "sign_in",
            Self::SignInFailed => "sign_in_failed",
            Self::WrongPin => "wrong_pin",
            Self::SignOut => "sign_out",
            Self::Refused => "refused",
            Self::NewPlace => "new_place",
            Self::Alert => "alert",
            Self::AlertAnswered => "alert_answered",
            Self::PasswordChanged => "password_changed",
            Self::PasswordRecovered => "password_recovered",
            Self::DeviceRenamed => "device_renamed",
            Self::ProfileChanged => "profile_changed",
            Self::SessionHeld => "session_held",
            Self::DevicesMerged => "devices_merged",
            Self::DevicesSeparated => "devices_separated",
            Self::AlertSettingsChanged => "alert_settings_changed",
            Self::SetAside => "set_aside",
            Self::VouchAsked => "vouch_asked",
            Self::ChannelAdded => "channel_added",
            Self::ChannelRemoved => "channel_removed",
            Self::PairingSpoiled => "pairing_spoiled",
            Self::HomeNetworkChanged => "home_network_changed",
            Self::ServiceAdded => "service_added",
            Self::ServiceRemoved => "service_removed",
            Self::PlanBegun => "plan_begun",
            Self::SignOutAsked => "sign_out_asked",
        }
    }
}

impl std::str::FromStr for HistoryKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}
