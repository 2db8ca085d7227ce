//! The sessions that are alive, in memory, and why a signed-out one can never come back.
//!
//! This is no cache with a database behind it. Every live session is here, from the start of the server and
//! from the moment it is made; a token that is not here is refused without asking anybody. So there is no
//! "read from the database, then put into the cache" that a sign-out could slip between. What is left is the
//! order of changes: making and ending sessions happens under one lock (`Core::lives`), database first, then
//! this map, then the answer. See `docs/decisions/0002-live-sessions-are-all-in-memory.md`.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use dashmap::DashMap;
use tokio::sync::mpsc;

use super::asking::Asking;
use crate::familiarity::network::prefix_of;
use crate::model::{
    AccountId, DeviceId, ProfileId, ProfileKind, SecretHash, SessionId, SignInMethod, Timestamp,
};
use crate::store::{EndedKey, LiveRow};

/// Ended sessions whose first refused request is still waited for.
const MOST_ENDED: usize = 10_000;

/// Lines a session is remembered on: home, mobile, work, each with an app and its player.
const MOST_LINES: usize = 8;

/// Longest silence of a device on which something plays: apps report every few seconds or minutes, and one that
/// was switched off says nothing more.
const PLAYS_ON: Duration = Duration::from_mins(5);

/// A session that is alive.
#[derive(Debug)]
pub struct LiveSession {
    /// Its id.
    pub id: SessionId,
    /// The account it gives access to.
    pub account_id: AccountId,
    /// The account's login name.
    pub login: Arc<str>,
    /// The device that holds it.
    pub device_id: DeviceId,
    /// How it was made.
    pub method: SignInMethod,
    profile: ArcSwapOption<LiveProfile>,
    ended: AtomicBool,
    held: AtomicBool,
    expires_at: AtomicI64,
    last_active_at: AtomicI64,
    /// Of the address, the site and the program of the last request: tells without a lock whether they changed.
    fingerprint: AtomicU64,
    /// Whether it waits to be written down.
    waiting: AtomicBool,
    /// Streams of events that it has open.
    pub(crate) listeners: AtomicU32,
    notes: Mutex<Notes>,
}

/// Who is using a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveProfile {
    /// The profile.
    pub id: ProfileId,
    /// What the person is called.
    pub name: String,
    /// Adult or child.
    pub kind: ProfileKind,
}

/// A line and a program on it: the /24 or /64 network of the address, and what the request says of itself. As a number
/// that is only good while the home runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line(u64);

/// Whether a session was judged where a request of it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It was.
    Before,
    /// It was not: somebody has to judge first.
    Anew(Line),
}

/// What a session did since it was last written down.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// The address of its last request.
    pub address: Option<IpAddr>,
    /// Whether that is another one than was written down.
    pub moved: bool,
    /// The lines and programs it was judged on, the latest last: what comes from one of them needs no judgement.
    pub lines: VecDeque<Line>,
    /// What it said it was playing.
    pub title: Option<String>,
    /// Whether it said that something plays.
    pub playing: bool,
    /// The site behind the guard it was used at.
    pub service: Option<String>,
    /// When listeners were last told that it is active.
    pub announced_at: Option<Timestamp>,
}

impl LiveSession {
    /// A session as the database has it.
    pub fn new(row: LiveRow) -> Self {
        Self {
            id: row.id,
            account_id: row.account_id,
            login: row.login.into(),
            device_id: row.device_id,
            method: row.method,
            profile: ArcSwapOption::new(
                row.profile.map(|(id, name, kind)| Arc::new(LiveProfile { id, name, kind })),
            ),
            ended: AtomicBool::new(false),
            held: AtomicBool::new(row.held),
            expires_at: AtomicI64::new(row.expires_at.map_or(i64::MAX, Timestamp::as_millis)),
            last_active_at: AtomicI64::new(row.last_active_at.as_millis()),
            fingerprint: AtomicU64::new(0),
            waiting: AtomicBool::new(false),
            listeners: AtomicU32::new(0),
            notes: Mutex::new(Notes { address: row.address, ..Notes::default() }),
        }
    }

    /// Whether it has ended. A request that began before looks again before it answers.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Whether it is held until somebody of the household answers.
    pub fn is_held(&self) -> bool {
        self.held.load(Ordering::Acquire)
    }

    /// Holds it, or lets it go on. Only under `Core::lives`, and after that is on disk.
    pub(crate) fn hold(&self, held: bool) {
        self.held.store(held, Ordering::Release);
    }

    /// Notes that it was judged on a line: what comes from there goes on without.
    pub(crate) fn note_line(&self, line: Line, address: Option<IpAddr>) {
        self.with_notes(|notes| {
            notes.address = address.or(notes.address);
            notes.lines.retain(|known| *known != line);
            notes.lines.push_back(line);
            if notes.lines.len() > MOST_LINES {
                notes.lines.pop_front();
            }
        });
    }

    /// Whether it was judged on a line.
    pub(crate) fn is_judged_on(&self, line: Line) -> bool {
        self.with_notes(|notes| notes.lines.contains(&line))
    }

    /// Whether its token has run out by `now`.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.load(Ordering::Acquire) <= now.as_millis()
    }

    /// When its token runs out; `None` for never.
    pub fn expires_at(&self) -> Option<Timestamp> {
        let millis = self.expires_at.load(Ordering::Acquire);
        (millis != i64::MAX).then_some(Timestamp::from_millis(millis))
    }

    /// Who is using it, once chosen.
    pub fn profile(&self) -> Option<Arc<LiveProfile>> {
        self.profile.load_full()
    }

    /// Says who uses it from now on.
    pub fn set_profile(&self, profile: Option<LiveProfile>) {
        self.profile.store(profile.map(Arc::new));
    }

    /// Its most recent request.
    pub fn last_active_at(&self) -> Timestamp {
        Timestamp::from_millis(self.last_active_at.load(Ordering::Relaxed))
    }

    /// Reads and changes what is noted of it.
    pub fn with_notes<T>(&self, work: impl FnOnce(&mut Notes) -> T) -> T {
        work(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether something plays on it: it said so, and has been heard of since.
    pub fn is_playing(&self, now: Timestamp) -> bool {
        self.last_active_at().after(PLAYS_ON) > now && self.with_notes(|notes| notes.playing)
    }

    /// Says that it is being written down now; what comes after waits for the next time.
    pub fn take_up(&self) {
        self.waiting.store(false, Ordering::Release);
    }
}

/// All sessions that are alive.
pub struct Live {
    by_token: DashMap<SecretHash, Arc<LiveSession>>,
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
        }
        self.by_token.remove(&key.token);
        self.remember_ended(key);
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
        if session.fingerprint.load(Ordering::Acquire) != fingerprint {
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
                true
            });
            if !is_judged {
                return Seen::Anew(line);
            }
            session.fingerprint.store(fingerprint, Ordering::Release);
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
