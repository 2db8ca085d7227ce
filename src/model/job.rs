//! A job: work for the world outside. It is written in the same transaction as its cause, and carried out until the other side
//! has it, nobody needs it any more, or it is given up.

use std::fmt;
use std::str::FromStr;

use crate::model::{AccountId, AlertId, ChannelId, ServiceId, SessionId, Timestamp};

/// Names a job by what it does: the same work is never there twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JobId(String);

impl JobId {
    /// That of a piece of work.
    pub fn of(work: JobWork) -> Self {
        match work {
            JobWork::Tell { channel_id, alert_id } => Self(format!("tell {channel_id} {alert_id}")),
            JobWork::Try { channel_id } => Self(format!("try {channel_id}")),
            JobWork::End { service_id, session_id } => Self(format!("end {service_id} {session_id}")),
        }
    }

    /// As it is kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobWork {
    /// Have a channel say how an alert stands.
    Tell {
        /// The channel.
        channel_id: ChannelId,
        /// The alert.
        alert_id: AlertId,
    },
    /// Have a channel say that it works.
    Try {
        /// The channel.
        channel_id: ChannelId,
    },
    /// Have a watched service end a session.
    End {
        /// The service.
        service_id: ServiceId,
        /// The session.
        session_id: SessionId,
    },
}

impl JobWork {
    /// Its name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tell { .. } => "tell",
            Self::Try { .. } => "try",
            Self::End { .. } => "end",
        }
    }

    /// Through which channel; `None` where it goes through none.
    pub const fn channel_id(self) -> Option<ChannelId> {
        match self {
            Self::Tell { channel_id, .. } | Self::Try { channel_id } => Some(channel_id),
            Self::End { .. } => None,
        }
    }
}

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// To be carried out when it is due.
    Waiting,
    /// Being carried out; after a sudden end of the home, perhaps carried out.
    UnderWay,
    /// The other side has it, or nothing was left to do.
    Done,
    /// The other side refused it.
    Refused,
    /// Tried often enough.
    GivenUp,
}

impl JobState {
    /// Its name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::UnderWay => "under_way",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::GivenUp => "given_up",
        }
    }
}

impl FromStr for JobState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Waiting, Self::UnderWay, Self::Done, Self::Refused, Self::GivenUp]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(())
    }
}

/// A job as it stands.
///
/// It does not say what to send: that is made of how things stand when it is carried out. Whatever changes its cause raises its
/// revision, and it is done when the newest one is: however many changes there were meanwhile, the other side hears the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// The account concerned.
    pub account_id: AccountId,
    /// What is to be done.
    pub work: JobWork,
    /// Counts the changes of its cause, from 1.
    pub revision: i64,
    /// The newest revision of which the other side may have heard something; 0: none.
    pub begun: i64,
    /// The newest revision that the other side has; 0: none.
    pub done: i64,
    /// How it stands.
    pub state: JobState,
    /// Times it was begun since the last change of its cause.
    pub attempts: u32,
    /// When it is to be carried out next.
    pub due_at: Timestamp,
}

impl Job {
    /// Whether the other side may have heard something of it.
    pub const fn may_have_been_heard(&self) -> bool {
        self.begun > 0
    }
}
