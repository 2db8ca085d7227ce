//! What leaves the house: telling a person of an unfamiliar sign-in where they are not looking, and taking
//! their answer back.
//!
//! [`watch::run`] listens to a home and decides what to tell; a [`Notifier`] is one way of telling it. The
//! answer goes through the same verb as everybody's, [`Home::answer_alert`](crate::home::Home::answer_alert):
//! nothing here knows how a session is ended.

#[cfg(feature = "desktop")]
pub mod desktop;
mod notice;
pub mod watch;

use async_trait::async_trait;

use crate::model::AlertId;

pub use notice::{Notice, Words};

/// One way of telling a person: this desktop's notifications, or another that may follow.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Tells of an alert, with its two answers to tap. Told again, it replaces what was told before.
    async fn show(&self, notice: Notice);
    /// Replaces what was told of an alert by how it ended. Does nothing when it is not in sight any more.
    async fn settle(&self, notice: Notice);
    /// Takes an alert out of sight: whoever sits here may not see it any longer.
    async fn withdraw(&self, alert: AlertId);
    /// What is missing for it to work, in a sentence; `None` when all is well.
    fn problem(&self) -> Option<String>;
}

/// A person tapped on what a [`Notifier`] showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tap {
    /// Which alert was meant.
    pub alert_id: AlertId,
    /// What was tapped.
    pub what: Tapped,
}

/// What a person can tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tapped {
    /// **Sign out**: it was not me.
    SignOut,
    /// **It was me**.
    ItWasMe,
    /// The notice itself: show me the alert.
    Open,
}
