//! Where somebody sits: which home they look at, and as which of its devices. A notice is told to a seat, and answered from
//! the same one or not at all.

use std::sync::Arc;

use async_trait::async_trait;

use crate::error::Result;
use crate::home::Home;
use crate::model::{AlertId, DeviceId};

/// A home, and this device in it.
///
/// A device belongs to one account, and its id is made of 74 random bits (RFC 9562 section 5.7): it tells accounts and homes
/// apart, and stays when the same device signs in again. The home's name is there because a home is another machine: one that
/// is a copy of another, or says that it is, has the same ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Seat {
    home: Arc<str>,
    device_id: DeviceId,
}

impl Seat {
    /// The seat of the device `device_id` at the home that is called `home` here.
    pub fn new(home: &str, device_id: DeviceId) -> Self {
        Self { home: home.into(), device_id }
    }

    /// Whether it is at the home that is called so here.
    pub fn is_at(&self, home: &str) -> bool {
        *self.home == *home
    }

    /// The device that somebody sits at.
    pub fn device_id(&self) -> DeviceId {
        self.device_id
    }
}

/// Which notice: of which alert, and to whom it was told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NoticeId {
    /// To whom it was told.
    pub seat: Seat,
    /// What it is about.
    pub alert_id: AlertId,
}

/// A home as it is looked at from here at one moment: whatever somebody does meanwhile, this goes on being that home and
/// that session.
#[derive(Clone)]
pub struct HomeAt {
    /// What it is called here: its address, as long as it is another machine. Two homes never have the same.
    pub name: String,
    /// The home.
    pub home: Arc<dyn Home>,
}

/// Knows which home is the one to listen to.
#[async_trait]
pub trait HomeNow: Send + Sync {
    /// The home, as whoever sits here sees it at this moment.
    async fn home(&self) -> Result<HomeAt>;
}
