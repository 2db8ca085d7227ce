//! The sessions that are alive, in memory, and why a signed-out one can never come back.
//!
//! This is no cache with a database behind it. Every live session is here, from the start of the server and
//! from the moment it is made; a token that is not here is refused without asking anybody. So there is no
//! "read from the database, then put into the cache" that a sign-out could slip between. What is left is the
//! order of changes: making and ending sessions happens under one lock (`Core::lives`), database first, then
//! this map, then the answer. See `docs/decisions/0002-live-sessions-are-all-in-memory.md`.

mod session;
mod tokens;

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dashmap::DashMap;
use tokio::sync::mpsc;

pub use session::{Line, LiveProfile, LiveSession, Notes, Seen};
pub use tokens::{Offer, Other, Tokens, UNDER_WAY};

use super::asking::Asking;
use crate::familiarity::network::prefix_of;
use crate::model::{AccountId, SecretHash, SessionId, Timestamp};
use crate::store::{EndedKey, OtherToken};

/// Ended sessions whose first refused request is still waited for.
const MOST_ENDED: usize = 10_000;

/// Tokens of a session besides the one in use that are told that it has ended; the older ones are merely unknown.
const LATE_TOKENS: usize = 8;

/// All sessions that are alive.
pub struct Live {
    by_token: DashMap<SecretHash, Arc<LiveSession>>,
    /// By tokens that are not the one in use.
    by_other: DashMap<SecretHash, (Arc<LiveSession>, Other)>,
    by_id: DashMap<SessionId, (SecretHash, Arc<LiveSession>)>,
    ended: DashMap<SecretHash, Arc<Ended>>,
    ended_in_order: Mutex<VecDeque<SecretHash>>,
    hasher: RandomState,
    active: mpsc::UnboundedSender<Arc<LiveSession>>,
}

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

/// The sessions that were active, each at most once until it is taken up.
pub type Active = mpsc::UnboundedReceiver<Arc<LiveSession>>;

impl Live {
    /// None yet, and where their activity comes out.
    pub fn new() -> (Self, Active) {
        // Unbounded, and yet bounded by the number of sessions: each waits at most once.
        let (active, taken_up) = mpsc::unbounded_channel();
        let live = Self {
            by_token: DashMap::new(),
            by_other: DashMap::new(),
            by_id: DashMap::new(),
            ended: DashMap::new(),
            ended_in_order: Mutex::new(VecDeque::new()),
            hasher: RandomState::new(),
            active,
        };
        (live, taken_up)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_token.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_token.is_empty()
    }

    /// The live session of a token.
    pub fn find(&self, token: &SecretHash) -> Option<Arc<LiveSession>> {
        self.by_token.get(token).map(|found| Arc::clone(&found))
    }

    /// The live session of a token that is not the one in use, and what that token is.
    pub fn find_other(&self, token: &SecretHash) -> Option<(Arc<LiveSession>, Other)> {
        self.by_other.get(token).map(|found| (Arc::clone(&found.0), found.1))
    }

    /// The live session that a token is of, whether it is the one in use or another.
    pub fn find_any(&self, token: &SecretHash) -> Option<Arc<LiveSession>> {
        let other = || self.find_other(token).map(|(session, _)| session);
        // Looked for again: it may have been taken between the two looks.
        self.find(token).or_else(other).or_else(|| self.find(token))
    }

    /// The token of a session that is in use.
    pub fn token_of(&self, id: SessionId) -> Option<SecretHash> {
        self.by_id.get(&id).map(|found| found.0)
    }

    /// The live session of that id.
    pub fn by_id(&self, id: SessionId) -> Option<Arc<LiveSession>> {
        self.by_id.get(&id).map(|found| Arc::clone(&found.1))
    }

    /// The ended session of a token, as long as it is remembered.
    pub fn find_ended(&self, token: &SecretHash) -> Option<Arc<Ended>> {
        self.ended.get(token).map(|found| Arc::clone(&found))
    }

    /// Hands every live session of an account to `work`.
    pub fn each_of(&self, account_id: AccountId, mut work: impl FnMut(&LiveSession)) {
        for entry in &self.by_id {
            if entry.1.account_id == account_id {
                work(&entry.1);
            }
        }
    }

    /// Lets a session in. Only under `Core::lives`, and after it is on disk.
    pub(crate) fn insert(&self, token: SecretHash, session: LiveSession) -> Arc<LiveSession> {
        let session = Arc::new(session);
        self.by_id.insert(session.id, (token, Arc::clone(&session)));
        self.by_token.insert(token, Arc::clone(&session));
        session
    }

    /// Takes a session out. Only under `Core::lives`, and after its end is on disk.
    pub(crate) fn retire(&self, key: EndedKey) {
        if let Some((_, (token, session))) = self.by_id.remove(&key.session_id) {
            session.ended.store(true, Ordering::Release);
            self.by_token.remove(&token);
            let others = session.with_tokens(|tokens| tokens.others());
            for other in &others {
                self.by_other.remove(other);
            }
            // Whichever of its late tokens comes next hears that it has ended, while the home runs. Not of all: those of a
            // few sessions would push out what is waited for of the others.
            for other in others.into_iter().rev().take(LATE_TOKENS) {
                self.remember_ended(EndedKey { token: other, ..key });
            }
        }
        self.by_token.remove(&key.token);
        self.remember_ended(key);
    }

    /// Remembers a token that is not the one in use. Only under `Core::lives`, and after it is on disk; the one that is too
    /// many is forgotten.
    pub(crate) fn insert_other(&self, other: OtherToken) {
        let Some(session) = self.by_id(other.session_id) else { return };
        let what = other.spent_at.map_or(Other::Offered, Other::Spent);
        let forgotten = session.with_tokens(|tokens| {
            let forgotten = tokens.next_to_forget();
            tokens.remember(other.token, what != Other::Offered);
            forgotten
        });
        if let Some(forgotten) = forgotten {
            self.by_other.remove(&forgotten);
        }
        self.by_other.insert(other.token, (session, what));
    }

    /// Makes another token of a session the one in use; the one that was is spent from now on, and so is what was offered
    /// besides. Only under `Core::lives`, and after that is on disk.
    pub(crate) fn take_token(&self, session: &Arc<LiveSession>, taken: SecretHash, now: Timestamp) {
        let Some(mut entry) = self.by_id.get_mut(&session.id) else { return };
        let spent = std::mem::replace(&mut entry.0, taken);
        drop(entry);
        // Let in before it goes, and the other after it came: at no moment is a token of the session under neither.
        self.by_token.insert(taken, Arc::clone(session));
        self.by_other.remove(&taken);
        let others = session.with_tokens(|tokens| {
            tokens.take(taken, now);
            tokens.others()
        });
        for other in others {
            if let Some(mut found) = self.by_other.get_mut(&other)
                && found.1 == Other::Offered
            {
                found.1 = Other::Spent(now);
            }
        }
        self.insert_other(OtherToken { token: spent, session_id: session.id, spent_at: Some(now) });
        self.by_token.remove(&spent);
    }

    /// Remembers an ended session, so that its next request can be told apart from any unknown token.
    pub(crate) fn remember_ended(&self, key: EndedKey) {
        self.ended.insert(key.token, Arc::new(Ended { key, refused: AtomicBool::new(false) }));
        let mut order = self.ended_in_order.lock().unwrap_or_else(PoisonError::into_inner);
        order.push_back(key.token);
        while order.len() > MOST_ENDED {
            if let Some(oldest) = order.pop_front() {
                self.ended.remove(&oldest);
            }
        }
    }

    /// Gives a session another token; the old one is refused from now on. Only under `Core::lives`.
    pub(crate) fn replace_token(&self, id: SessionId, token: SecretHash, expires_at: Option<Timestamp>) {
        let Some(mut entry) = self.by_id.get_mut(&id) else { return };
        let old = std::mem::replace(&mut entry.0, token);
        let session = Arc::clone(&entry.1);
        drop(entry);
        session.expires_at.store(expires_at.map_or(i64::MAX, Timestamp::as_millis), Ordering::Release);
        self.by_token.insert(token, session);
        self.by_token.remove(&old);
    }

    /// Notes a request of a session: a few atomic writes, unless address, site or program changed. Notes nothing of one
    /// that somebody has to judge first.
    pub fn touch(&self, session: &Arc<LiveSession>, now: Timestamp, asking: &Asking) -> Seen {
        let (address, service) = (asking.address, asking.service.as_deref());
        let fingerprint = self.hasher.hash_one((address, service, &asking.user_agent, &asking.hints));
        let is_other = session.fingerprint.load(Ordering::Acquire) != fingerprint;
        if is_other {
            let line = self.line(asking);
            let is_judged = session.with_notes(|notes| {
                // A connection without an address has no line.
                if address.is_some() && !notes.lines.contains(&line) {
                    return false;
                }
                if address.is_some() && notes.address != address {
                    notes.address = address;
                    notes.moved = true;
                }
                if let Some(service) = service
                    && notes.service.as_deref() != Some(service)
                {
                    notes.service = Some(service.to_owned());
                }
                // With what it stands for, so that two lines at once leave the address of one of them.
                session.fingerprint.store(fingerprint, Ordering::Release);
                true
            });
            if !is_judged {
                return Seen::Anew;
            }
        }
        session.last_active_at.fetch_max(now.as_millis(), Ordering::Relaxed);
        self.wait_to_be_written(session);
        Seen::Before
    }

    /// The line and the program of a request.
    pub fn line(&self, asking: &Asking) -> Line {
        let prefix = asking.address.map(prefix_of);
        Line(self.hasher.hash_one((prefix, &asking.user_agent, &asking.hints)))
    }

    /// Has a session written down with the next batch.
    pub fn wait_to_be_written(&self, session: &Arc<LiveSession>) {
        // A look before the swap keeps the cache line shared while a session is busy.
        if !session.waiting.load(Ordering::Acquire) && !session.waiting.swap(true, Ordering::AcqRel) {
            // The receiver goes only when the home stops; then nothing is left to write to.
            let _ = self.active.send(Arc::clone(session));
        }
    }
}
