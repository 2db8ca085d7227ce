//! Who a request turned out to be, and whether they may manage the account.

use std::sync::Arc;

use super::live::LiveSession;
use crate::error::{Error, Result};
use crate::model::{AccountId, DeviceId, ProfileKind, SessionId, SignInMethod};

/// A request with a live session.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Its session.
    pub session: Arc<LiveSession>,
}

impl Caller {
    /// The account it belongs to.
    pub fn account_id(&self) -> AccountId {
        self.session.account_id
    }

    /// Whether it may reach the account's management; why not otherwise.
    ///
    /// A kids profile never may. Without a profile, whoever gave the password may: they own the account. A
    /// device that signed in by code never had the password, so it must have an adult profile first.
    pub fn manager(&self) -> Result<Manager> {
        match self.session.profile().map(|profile| profile.kind) {
            Some(ProfileKind::Kids) => Err(Error::KidsProfile),
            None if self.session.method == SignInMethod::Code => Err(Error::ProfileRequired),
            Some(ProfileKind::Adult) | None => Ok(Manager(self.clone())),
        }
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
        self.0.session.account_id
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
