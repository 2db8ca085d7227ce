//! Who a request turned out to be, and whether they may manage the account.

use std::net::IpAddr;
use std::sync::Arc;

use super::live::LiveSession;
use crate::error::{Error, Result};
use crate::model::{AccountId, DeviceId, Line, ProfileKind, SecretHash, SessionId, SignInMethod};

/// A request with a live session.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Its session.
    pub session: Arc<LiveSession>,
    /// Where this request comes from, as far as anybody vouches for it.
    pub address: Option<IpAddr>,
    /// The token it brought; `None` for the home itself, which acts for a session without one.
    pub token: Option<SecretHash>,
    /// The line this request came on, where anybody asks for it; `None` for the home itself.
    pub line: Option<Line>,
}

impl Caller {
    /// A session that the home itself acts for.
    pub fn of(session: Arc<LiveSession>, address: Option<IpAddr>) -> Self {
        Self { session, address, token: None, line: None }
    }

    /// The account it belongs to.
    pub fn account_id(&self) -> AccountId {
        self.session.account_id()
    }

    /// Whether it may reach the account's management; why not otherwise.
    ///
    /// A kids profile never may. Without a profile, whoever gave the password may: they own the account. A
    /// device that signed in by code never had the password, so it must have an adult profile first. Once an adult has a
    /// PIN, only profiles with one manage: otherwise whoever chooses none, or one without, would be past it.
    pub fn manager(&self) -> Result<Manager> {
        let manages = match self.session.profile() {
            Some(profile) if profile.kind == ProfileKind::Kids => return Err(Error::KidsProfile),
            None if matches!(
                self.session.method,
                SignInMethod::Code | SignInMethod::Drill | SignInMethod::Service
            ) =>
            {
                return Err(Error::ProfileRequired);
            }
            profile => !self.session.is_guarded() || profile.is_some_and(|profile| profile.has_pin),
        };
        if manages { Ok(Manager(self.clone())) } else { Err(Error::PinProfileRequired) }
    }

    /// Hands on an answer, unless the session ended or was held while it was made: a request in flight when its
    /// session is signed out is refused as the next one is.
    pub fn unless_ended<T>(&self, answer: T) -> Result<T> {
        if self.session.has_ended() {
            Err(Error::SessionEnded)
        } else if self.session.is_held() {
            Err(Error::SessionHeld)
        } else {
            Ok(answer)
        }
    }
}

/// A caller who may manage the account. Every verb of management takes one, and [`Caller::manager`] is the only
/// way to get one: a verb cannot forget to ask.
#[derive(Clone, Debug)]
pub struct Manager(Caller);

impl Manager {
    /// The account.
    pub fn account_id(&self) -> AccountId {
        self.0.session.account_id()
    }

    /// The session that asks.
    pub fn session_id(&self) -> SessionId {
        self.0.session.id
    }

    /// The device that asks.
    pub fn device_id(&self) -> DeviceId {
        self.0.session.device_id
    }

    /// As any caller.
    pub fn caller(&self) -> &Caller {
        &self.0
    }
}
