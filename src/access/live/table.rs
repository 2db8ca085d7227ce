//! Tables of sessions: a number, and the session it stands for. What a million sessions need of memory is decided here:
//! the table keeps neither ids nor tokens, which are in the sessions themselves.

use std::sync::{Arc, PoisonError, RwLock};

use hashbrown::HashTable;

use super::session::LiveSession;

/// Parts with a lock of their own. A part grows by doubling: with 80 of them a million sessions fill three quarters of it,
/// and not just under half.
const PARTS: usize = 80;

/// Sessions, each under a number. Two may share one, and whoever looks says which is meant.
pub(super) struct Table {
    parts: Box<[RwLock<HashTable<Entry>>]>,
}

struct Entry {
    number: u64,
    session: Arc<LiveSession>,
}

impl Table {
    pub(super) fn new() -> Self {
        Self { parts: (0..PARTS).map(|_| RwLock::default()).collect() }
    }

    fn part(&self, number: u64) -> &RwLock<HashTable<Entry>> {
        // The table within takes the lowest bits, and the highest.
        let index = (number >> 20) % self.parts.len() as u64;
        &self.parts[usize::try_from(index).unwrap_or_default()]
    }

    /// The session under a number that is the one that is meant.
    pub(super) fn find(
        &self,
        number: u64,
        is_meant: impl Fn(&LiveSession) -> bool,
    ) -> Option<Arc<LiveSession>> {
        let part = self.part(number).read().unwrap_or_else(PoisonError::into_inner);
        let found = part.find(number, |entry| entry.number == number && is_meant(&entry.session));
        found.map(|entry| Arc::clone(&entry.session))
    }

    /// Puts a session under a number, where it is from now on if it was there before.
    pub(super) fn insert(&self, number: u64, session: &Arc<LiveSession>) {
        let mut part = self.part(number).write().unwrap_or_else(PoisonError::into_inner);
        let is_it = |entry: &Entry| entry.number == number && Arc::ptr_eq(&entry.session, session);
        if part.find(number, is_it).is_none() {
            let entry = Entry { number, session: Arc::clone(session) };
            part.insert_unique(number, entry, |entry| entry.number);
        }
    }

    /// Takes the session that is meant from under a number.
    pub(super) fn remove(
        &self,
        number: u64,
        is_meant: impl Fn(&LiveSession) -> bool,
    ) -> Option<Arc<LiveSession>> {
        let mut part = self.part(number).write().unwrap_or_else(PoisonError::into_inner);
        let found = part.find_entry(number, |entry| entry.number == number && is_meant(&entry.session));
        found.ok().map(|found| found.remove().0.session)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|part| part.read().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    /// Hands every session to `work`. A session that comes or goes meanwhile may be among them or not.
    pub(super) fn each(&self, mut work: impl FnMut(&Arc<LiveSession>)) {
        for part in &self.parts {
            for entry in part.read().unwrap_or_else(PoisonError::into_inner).iter() {
                work(&entry.session);
            }
        }
    }
}
