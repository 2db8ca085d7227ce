//! What leaves the house: telling a person of an unfamiliar sign-in where they are not looking, and taking
//! their answer back.
//!
//! [`watch::run`] listens to a home and decides what to tell; a [`Notifier`] is one way of telling it. The
//! answer goes through the same verb as everybody's, [`Home::answer_alert`](crate::home::Home::answer_alert):
//! nothing here knows how a session is ended.

#[cfg(feature = "desktop")]
pub mod desktop;
mod notice;
mod seat;
pub mod watch;

use async_trait::async_trait;

pub use notice::{Buttons, Notice, Words};
pub use seat::{HomeAt, HomeNow, NoticeId, Seat};

/// One way of telling a person: this desktop's notifications, or another that may follow.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Tells of an alert, with its two answers to tap. Told again, it replaces what was told before.
    async fn show(&self, notice: Notice);
    /// Replaces what was told of an alert by how it ended. Does nothing when it is not in sight any more.
    async fn settle(&self, notice: Notice);
    /// Takes a notice out of sight: whoever sits here may not see it any longer. Where that cannot be done it stays, and what
    /// is tapped on it says to whom it was told.
    async fn withdraw(&self, notice: &NoticeId);
    /// What is missing for it to work, in a sentence; `None` when all is well.
    fn problem(&self) -> Option<String>;
}

/// A person tapped on what a [`Notifier`] showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tap {
    /// Which notice it was: it may be one of another home, or of who sat here before.
    pub notice: NoticeId,
    /// What was tapped.
    pub what: Tapped,
}

/// What a person can tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tapped {
    /// **Sign out**: it was not me.
    SignOut,
    /// **No, it is not**, where nothing is left to sign out.
    NotMe,
    /// **Yes, it is ours**.
    ItWasMe,
    /// The notice itself: show me the alert.
    Open,
}
