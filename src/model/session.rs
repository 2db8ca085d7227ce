//! A session: one sign-in of one device, here or at a watched service. It is the thing that is ended.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::model::{
    AccountId, DeviceId, Familiarity, Place, ProfileId, Promise, SessionId, Source, Timestamp,
};

/// One sign-in of one device.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The account it gives access to.
    pub account_id: AccountId,
    /// The device that holds it.
    pub device_id: DeviceId,
    /// Where it lives.
    pub source: Source,
    /// What a sign-out of it means.
    pub promise: Promise,
    /// How it was made.
    pub method: SignInMethod,
    /// Who let it in by its code, if somebody did.
    pub let_in_by: Option<LetInBy>,
    /// Who is using the device, once chosen.
    pub profile_id: Option<ProfileId>,
    /// When it was made; one at a service that cannot tell: when it was first seen there. What may be shown of such a one is what the
    /// service told.
    pub created_at: Timestamp,
    /// Its most recent request.
    pub last_active_at: Timestamp,
    /// What the app last said it was playing.
    pub last_title: Option<String>,
    /// Address of its most recent request.
    pub address: Option<IpAddr>,
    /// Where that address is, approximately.
    pub place: Place,
    /// How familiar the sign-in, or its last move, was.
    pub familiarity: Familiarity,
    /// Since when it is held until somebody answers, if it is.
    pub held_at: Option<Timestamp>,
    /// How it ended, once it has.
    pub ending: Option<Ending>,
}

/// Who let a session in by its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LetInBy {
    /// The session that did.
    pub session_id: SessionId,
    /// The device that held it.
    pub device_id: DeviceId,
}

/// How a device signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SignInMethod {
    /// Login name and password.
    Password,
    /// A code shown on the device and allowed from another (RFC 8628).
    Code,
    /// The account was made on it.
    Setup,
    /// It is the made-up stranger of a fire drill, and is good for nothing.
    Drill,
    /// It was found at a watched service, which let it in.
    Service,
}

impl SignInMethod {
    /// Its name in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
            Self::Setup => "setup",
            Self::Drill => "drill",
            Self::Service => "service",
        }
    }
}

impl std::str::FromStr for SignInMethod {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Password, Self::Code, Self::Setup, Self::Drill, Self::Service]
            .into_iter()
            .find(|method| method.as_str() == text)
            .ok_or(())
    }
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: EndedReason,
    /// The session that asked for it; `None` when the home itself did.
    pub by: Option<SessionId>,
    /// The first request that was refused because of it.
    pub refused_at: Option<Timestamp>,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum EndedReason {
    /// The device signed itself out.
    SignedOutHere,
    /// Another device of the account signed it out.
    SignedOutRemotely,
    /// Somebody answered its alert with "not me".
    NotMe,
    /// The password was changed and everything else signed out.
    PasswordChanged,
    /// The same device signed in again.
    Replaced,
    /// Whoever held its token gave it back (RFC 7009).
    Revoked,
    /// A refresh token that was spent came back: two held the same sign-in (RFC 9700 section 4.14.2).
    TokenReplayed,
    /// It was gone at its service without anybody asking for that here.
    EndedAtService,
    /// Its service is not watched any more.
    ServiceRemoved,
}

impl EndedReason {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::SignedOutHere,
        Self::SignedOutRemotely,
        Self::NotMe,
        Self::PasswordChanged,
        Self::Replaced,
        Self::Revoked,
        Self::TokenReplayed,
        Self::EndedAtService,
        Self::ServiceRemoved,
    ];

    /// Its name in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOutHere => "signed_out_here",
            Self::SignedOutRemotely => "signed_out_remotely",
            Self::NotMe => "not_me",
            Self::PasswordChanged => "password_changed",
            Self::Replaced => "replaced",
            Self::Revoked => "revoked",
            Self::TokenReplayed => "token_replayed",
            Self::EndedAtService => "ended_at_service",
            Self::ServiceRemoved => "service_removed",
        }
    }
}

impl std::str::FromStr for EndedReason {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text).ok_or(())
    }
}
