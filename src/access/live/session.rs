//! A session that is alive: what it is allowed, and what it did lately. A request that is like the one before it reads and writes without a lock.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;

use super::tokens::Tokens;
use crate::model::{AccountId, DeviceId, ProfileId, ProfileKind, SessionId, SignInMethod, Timestamp};
use crate::store::LiveRow;

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
    pub(super) ended: AtomicBool,
    held: AtomicBool,
    pub(super) expires_at: AtomicI64,
    pub(super) last_active_at: AtomicI64,
    /// Of the address, the site and the program of the last request: tells without a lock whether they changed.
    pub(super) fingerprint: AtomicU64,
    /// Whether it waits to be written down.
    pub(super) waiting: AtomicBool,
    /// Streams of events that it has open.
    pub(crate) listeners: AtomicU32,
    /// Apart, like the tokens: what every request reads lies close together, which counts when there are a million.
    notes: Box<Mutex<Notes>>,
    tokens: Box<Mutex<Tokens>>,
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
pub struct Line(pub(super) u64);

/// Whether a session was judged where a request of it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It was.
    Before,
    /// It was not: somebody has to judge first.
    Anew,
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
            login: row.login,
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
            notes: Box::new(Mutex::new(Notes { address: row.address, ..Notes::default() })),
            tokens: Box::new(Mutex::new(Tokens::since(row.token_since, row.renews))),
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

    /// Has it judged again wherever its next request comes from.
    pub(crate) fn forget_lines(&self) {
        self.with_notes(|notes| {
            notes.lines.clear();
            self.fingerprint.store(0, Ordering::Release);
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

    /// Reads and changes which tokens it has.
    pub(in crate::access) fn with_tokens<T>(&self, work: impl FnOnce(&mut Tokens) -> T) -> T {
        work(&mut self.tokens.lock().unwrap_or_else(PoisonError::into_inner))
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
