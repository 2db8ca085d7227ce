//! Sessions that have ended, as long as it is waited for their first refused request.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dashmap::DashMap;

use crate::model::SecretHash;
use crate::store::EndedKey;

/// Ended sessions whose first refused request is still waited for: they are told apart from unknown ones, after a start too.
pub const MOST_ENDED: u32 = 10_000;

/// A session that has ended, and whether that was told to it.
#[derive(Debug)]
pub struct Ended {
    /// The session.
    pub key: EndedKey,
    refused: AtomicBool,
}

impl Ended {
    /// Whether this is its first refused request; only the first one to ask hears yes.
    pub fn is_first_refusal(&self) -> bool {
        !self.refused.swap(true, Ordering::AcqRel)
    }
}

/// The tokens of those that ended last.
#[derive(Default)]
pub(super) struct LastEnded {
    by_token: DashMap<SecretHash, Arc<Ended>>,
    in_order: Mutex<VecDeque<SecretHash>>,
}

impl LastEnded {
    /// The ended session of a token, as long as it is remembered.
    pub(super) fn find(&self, token: &SecretHash) -> Option<Arc<Ended>> {
        self.by_token.get(token).map(|found| Arc::clone(&found))
    }

    /// Remembers one; the oldest is forgotten for it.
    pub(super) fn remember(&self, key: EndedKey) {
        self.by_token.insert(key.token, Arc::new(Ended { key, refused: AtomicBool::new(false) }));
        let mut order = self.in_order.lock().unwrap_or_else(PoisonError::into_inner);
        order.push_back(key.token);
        while order.len() > MOST_ENDED as usize {
            if let Some(oldest) = order.pop_front() {
                self.by_token.remove(&oldest);
            }
        }
    }
}
