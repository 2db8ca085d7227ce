//! What can go wrong with a server of somebody else's.

use std::time::Duration;

use crate::model::ServiceState;
use crate::outside::NotThere;
use crate::tls::trust::NotTrusted;

/// Why a service could not be read or did not do what it was asked to. Each is a sentence for a person; no key and no body of an answer
/// is in any.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Nobody answers there, or the connection broke.
    #[error("it cannot be reached: {why}")]
    Unreachable {
        /// The causes.
        why: String,
    },
    /// No connection is made to that address.
    #[error("{0}")]
    NotAllowed(NotThere),
    /// It answers too slowly.
    #[error("it does not answer in time")]
    Silent,
    /// Its certificate is not the one that was agreed on, or nobody vouches for it.
    #[error("its certificate is not trusted: {0}")]
    Certificate(NotTrusted),
    /// It is another kind of server.
    #[error("this is no {expected}")]
    OtherKind {
        /// What it should be, for people.
        expected: &'static str,
    },
    /// It does not take the key.
    #[error("it does not take the key")]
    KeyRefused,
    /// The key is good, and may not do what is needed.
    #[error("the key may not do this: {missing}")]
    TooFewRights {
        /// What is missing, in a sentence or by the server's own name for it.
        missing: String,
    },
    /// It wants to be left alone, or is starting.
    #[error("it is busy")]
    Busy {
        /// For how long, where it said.
        after: Option<Duration>,
    },
    /// What it answers cannot be understood.
    #[error("its answer cannot be understood: {why}")]
    Odd {
        /// What is odd.
        why: String,
    },
    /// It answered that it will not do it, and never will for this key.
    #[error("it refuses: {why}")]
    Refused {
        /// Why, in a sentence.
        why: String,
    },
    /// This version has no connection over which it says when something changed.
    #[error("it does not say by itself when something changed")]
    NoPush,
}

impl Trouble {
    /// An answer that cannot be understood.
    pub fn odd(why: impl Into<String>) -> Self {
        Self::Odd { why: why.into() }
    }

    /// How the service does that causes this.
    pub const fn state(&self) -> ServiceState {
        match self {
            Self::Unreachable { .. } | Self::NotAllowed(_) | Self::Silent => ServiceState::Unreachable,
            Self::Certificate(_) => ServiceState::Certificate,
            Self::OtherKind { .. } => ServiceState::WrongKind,
            Self::KeyRefused => ServiceState::KeyRefused,
            Self::TooFewRights { .. } | Self::Refused { .. } => ServiceState::TooFewRights,
            Self::Busy { .. } => ServiceState::Busy,
            Self::Odd { .. } | Self::NoPush => ServiceState::Unreadable,
        }
    }
}
