//! A session that is alive: what it is allowed, and what it did lately. A request that is like the one before it reads and writes without a lock.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::sync::futures::OwnedNotified;

use super::notes::Notes;
use super::proofs::{Known, Proofs};
use super::tokens::Tokens;
use crate::familiarity::network::prefix_of;
use crate::model::{
    AccountId, ChosenProfile, DeviceId, Line, Lines, SecretHash, SessionId, SignInMethod, Timestamp,
};
use crate::store::{LiveRow, Turn};

/// Longest silence of a device on which something plays: apps report every few seconds or minutes, and one that
/// was switched off says nothing more.
const PLAYS_ON: Duration = Duration::from_mins(5);

/// How long a token lasts that runs out at all, in milliseconds: an hour, and five minutes by which a clock may be put right.
const LONGEST_TOKEN_MILLIS: i64 = 3_900_000;

/// A session that is alive.
#[derive(Debug)]
pub struct LiveSession {
    /// Its id.
    pub id: SessionId,
    account: Arc<LiveAccount>,
    /// The device that holds it.
    pub device_id: DeviceId,
    /// How it was made.
    pub method: SignInMethod,
    profile: ArcSwapOption<ChosenProfile>,
    pub(super) ended: AtomicBool,
    held: AtomicBool,
    pub(super) expires_at: AtomicI64,
    pub(super) last_active_at: AtomicI64,
    /// Of the address, the site and the program of the last request: tells without a lock whether they changed.
    pub(super) fingerprint: AtomicU64,
    /// Whether any request came since it was made, or the home started: also where its lines were forgotten after that.
    pub(super) heard_of: AtomicBool,
    /// Whether it waits to be written down.
    pub(super) waiting: AtomicBool,
    /// Streams of events that it has open.
    pub(crate) listeners: AtomicU32,
    /// How often its token was replaced since the home started, with what it may do.
    pub(super) replaced: AtomicU32,
    /// Whether its token is renewed while it is used.
    renews: bool,
    kept: Mutex<Kept>,
}

/// What is behind one lock: two would take more room than a million sessions have.
#[derive(Debug)]
struct Kept {
    notes: Notes,
    tokens: Tokens,
}

/// What all live sessions of an account share.
#[derive(Debug)]
pub(super) struct LiveAccount {
    pub(super) id: AccountId,
    pub(super) login: Arc<str>,
    /// Whether an adult of it has a PIN.
    pub(super) guarded: Arc<AtomicBool>,
}

impl LiveSession {
    /// A session as the database has it.
    pub(super) fn new(row: LiveRow, account: Arc<LiveAccount>) -> Self {
        Self {
            id: row.id,
            account,
            device_id: row.device_id,
            method: row.method,
            profile: ArcSwapOption::new(row.profile),
            ended: AtomicBool::new(false),
            held: AtomicBool::new(row.held),
            expires_at: AtomicI64::new(row.expires_at.map_or(i64::MAX, Timestamp::as_millis)),
            last_active_at: AtomicI64::new(row.last_active_at.as_millis()),
            fingerprint: AtomicU64::new(0),
            heard_of: AtomicBool::new(false),
            waiting: AtomicBool::new(false),
            listeners: AtomicU32::new(0),
            replaced: AtomicU32::new(0),
            renews: row.renews,
            kept: Mutex::new(Kept {
                notes: Notes::at_start(row.address, row.lines),
                tokens: Tokens::since(row.token, row.token_since, row.guard),
            }),
        }
    }

    /// The account it gives access to.
    pub fn account_id(&self) -> AccountId {
        self.account.id
    }

    /// The account's login name.
    pub fn login(&self) -> &str {
        &self.account.login
    }

    /// Whether it has ended. A request that began before looks again before it answers.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// How often its token was replaced since the home started. What began with an older one does not go on for ever.
    pub(crate) fn times_replaced(&self) -> u32 {
        self.replaced.load(Ordering::Acquire)
    }

    /// Whether a request came with a key of it since it was made, or the home started.
    pub(in crate::access) fn was_heard_of(&self) -> bool {
        self.heard_of.load(Ordering::Acquire) || self.times_replaced() > 0
    }

    /// Notes that somebody else was shown a key of it: whoever was given that has it.
    pub(in crate::access) fn hear_of(&self) {
        self.heard_of.store(true, Ordering::Release);
    }

    /// Whether it is held until somebody of the household answers.
    pub fn is_held(&self) -> bool {
        self.held.load(Ordering::Acquire)
    }

    /// Holds it, or lets it go on. After that is on disk.
    pub(crate) fn hold(&self, _turn: &Turn<'_>, held: bool) {
        self.held.store(held, Ordering::Release);
        if held {
            self.wake_listeners();
        }
    }

    /// Comes when it ends or is held. What asks for it looks afterwards whether that has happened already: either that look
    /// sees it, or this comes.
    pub fn until_over(&self) -> OwnedNotified {
        // The lock is what orders this and the look of whoever ends it.
        self.with_notes(|notes| Arc::clone(notes.over()).notified_owned())
    }

    /// Has its streams of events look whether it goes on. After that was changed.
    pub(super) fn wake_listeners(&self) {
        if let Some(over) = self.with_notes(|notes| notes.over_if_any()) {
            over.notify_waiters();
        }
    }

    /// Whether it has ended or is held.
    pub fn is_over(&self) -> bool {
        self.has_ended() || self.is_held()
    }

    /// The lines it was judged on, and one more.
    pub(crate) fn lines_with(&self, line: Line, is_familiar: bool) -> Lines {
        self.with_notes(|notes| notes.lines.with(line, is_familiar))
    }

    /// The lines it was judged on, but for one.
    pub(crate) fn lines_without(&self, line: Line) -> Lines {
        self.with_notes(|notes| notes.lines.without(line))
    }

    /// Notes that it was judged on a line, and whether it was familiar there: what comes from there goes on without. After that
    /// is on disk.
    pub(crate) fn note_line(&self, line: Line, address: Option<IpAddr>, is_familiar: bool) {
        self.with_notes(|notes| {
            notes.address = address;
            notes.trust(line);
            notes.lines = notes.lines.with(line, is_familiar);
        });
    }

    /// How often its lines were forgotten, and its last address: what whoever judges out of turn begins with.
    pub(crate) fn before_judging(&self) -> (u32, Option<IpAddr>) {
        self.with_notes(|notes| (notes.times_forgotten, notes.address))
    }

    /// Notes a line that was judged out of turn and found familiar, which changed nothing, to be written down with its activity. Says whether that
    /// counts: its lines may have been forgotten meanwhile, or it looked stolen there to somebody else.
    pub(crate) fn note_unchanged_line(&self, line: Line, times_forgotten: u32) -> bool {
        self.with_notes(|notes| {
            let counts = notes.times_forgotten == times_forgotten && !notes.has_doubted(line);
            if counts && !notes.lines.has(line) {
                notes.lines = notes.lines.with(line, true);
                notes.has_new_lines = true;
            }
            counts
        })
    }

    /// The lines that are to be written down, if there are new ones.
    pub(crate) fn take_new_lines(&self, _turn: &Turn<'_>) -> Option<Lines> {
        self.with_notes(|notes| std::mem::take(&mut notes.has_new_lines).then(|| notes.lines.clone()))
    }

    /// Whether there are lines that are not written down.
    pub(crate) fn has_new_lines(&self) -> bool {
        self.with_notes(|notes| notes.has_new_lines)
    }

    /// Has its lines written down again: they could not be.
    pub(crate) fn keep_new_lines(&self) {
        self.with_notes(|notes| notes.has_new_lines = true);
    }

    /// Notes that it looks stolen on a line, and is let through there. After it is on disk that this is no line of it.
    pub(crate) fn doubt_line(&self, line: Line, address: Option<IpAddr>) {
        self.with_notes(|notes| {
            notes.doubt(line, address.map(prefix_of));
            self.fingerprint.store(0, Ordering::Release);
        });
    }

    /// Whether it looks stolen in the network of that address, and is let through.
    pub(crate) fn is_doubted_at(&self, address: Option<IpAddr>) -> bool {
        self.with_notes(|notes| notes.has_doubted_in(address.map(prefix_of)))
    }

    /// Has it judged again wherever its next request comes from. After its lines are forgotten on disk.
    pub(crate) fn forget_lines(&self) {
        self.with_notes(|notes| {
            notes.lines = Lines::default();
            notes.has_new_lines = false;
            notes.times_forgotten = notes.times_forgotten.wrapping_add(1);
            notes.forget_doubts();
            self.fingerprint.store(0, Ordering::Release);
        });
    }

    /// Whether it was judged on a line, whatever came of it.
    pub(crate) fn was_looked_at_on(&self, line: Line) -> bool {
        self.with_notes(|notes| notes.lines.has(line) || notes.has_doubted(line))
    }

    /// Whether it was judged on a line and found familiar there.
    pub(crate) fn is_familiar_on(&self, line: Line) -> bool {
        self.with_notes(|notes| notes.lines.is_familiar_on(line))
    }

    /// Whether it was familiar wherever it was judged, of which there is something, and looks stolen nowhere.
    pub(crate) fn is_familiar_everywhere(&self) -> bool {
        self.with_notes(|notes| notes.lines.are_all_familiar() && !notes.has_doubts())
    }

    /// Whether it was judged on a line and is the household's there.
    pub(crate) fn is_judged_on(&self, line: Line) -> bool {
        self.with_notes(|notes| notes.lines.has(line))
    }

    /// Whether its token has run out by `now`.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        let expires_at = self.expires_at.load(Ordering::Acquire);
        let left = expires_at.saturating_sub(now.as_millis());
        // One that is good for longer than any is given was made while the clock ran ahead: it is refreshed, too.
        expires_at != i64::MAX && (left <= 0 || left > LONGEST_TOKEN_MILLIS)
    }

    /// When its token runs out; `None` for never.
    pub fn expires_at(&self) -> Option<Timestamp> {
        let millis = self.expires_at.load(Ordering::Acquire);
        (millis != i64::MAX).then_some(Timestamp::from_millis(millis))
    }

    /// Who is using it, once chosen.
    pub fn profile(&self) -> Option<Arc<ChosenProfile>> {
        self.profile.load_full()
    }

    /// Says who uses it from now on.
    pub(crate) fn set_profile(&self, _turn: &Turn<'_>, profile: Option<ChosenProfile>) {
        self.profile.store(profile.map(Arc::new));
    }

    /// Its most recent request.
    pub fn last_active_at(&self) -> Timestamp {
        Timestamp::from_millis(self.last_active_at.load(Ordering::Relaxed))
    }

    /// Whether its token should be renewed.
    pub(in crate::access) fn is_due(&self, now: Timestamp) -> bool {
        self.renews && self.with_tokens(|tokens| tokens.is_due(now))
    }

    /// Reads and changes what is noted of it. Nothing else of the session's is to be read within.
    pub fn with_notes<T>(&self, work: impl FnOnce(&mut Notes) -> T) -> T {
        work(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner).notes)
    }

    /// Reads and changes what it has proven lately.
    pub(in crate::access) fn with_proofs<T>(&self, work: impl FnOnce(&mut Proofs) -> T) -> T {
        self.with_notes(|notes| work(notes.proofs()))
    }

    /// Has what was proven with one token go with the one that takes its place.
    pub(super) fn proofs_follow(&self, before: SecretHash, fresh: SecretHash) {
        self.with_notes(|notes| {
            if let Some(proofs) = notes.proofs_if_any() {
                proofs.follow(before, fresh);
            }
        });
    }

    /// Forgets what it has proven of one sort, because that is not so any more.
    pub(in crate::access) fn forget_proof(&self, what: Known) {
        self.with_notes(|notes| {
            if let Some(proofs) = notes.proofs_if_any() {
                proofs.forget(what);
            }
        });
    }

    /// Forgets all it has proven.
    pub(in crate::access) fn forget_proofs(&self) {
        self.with_notes(|notes| {
            if let Some(proofs) = notes.proofs_if_any() {
                *proofs = Proofs::default();
            }
        });
    }

    /// Whether an adult of the account has a PIN.
    pub fn is_guarded(&self) -> bool {
        self.account.guarded.load(Ordering::Acquire)
    }

    /// Whether that is its token in use.
    pub(super) fn has_in_use(&self, token: &SecretHash) -> bool {
        self.with_tokens(|tokens| tokens.in_use() == *token)
    }

    /// Reads and changes which tokens it has.
    pub(in crate::access) fn with_tokens<T>(&self, work: impl FnOnce(&mut Tokens) -> T) -> T {
        work(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner).tokens)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::codes::TOKEN_LIFETIME;
    use crate::clock::ManualClock;
    use crate::model::Secret;
    use crate::random::SeededRandom;

    fn session(at: Timestamp, expires_at: Option<Timestamp>) -> LiveSession {
        let (clock, random) = (ManualClock::at(at), SeededRandom::new(1));
        let row = LiveRow {
            token: Secret::new(&random).hash(),
            expires_at,
            token_since: at,
            renews: false,
            waits: false,
            id: SessionId::new(&clock, &random),
            account_id: AccountId::new(&clock, &random),
            login: "ana".into(),
            device_id: DeviceId::new(&clock, &random),
            method: SignInMethod::Code,
            profile: None,
            address: None,
            last_active_at: at,
            held: false,
            guard: None,
            lines: Lines::default(),
        };
        let account = LiveAccount { id: row.account_id, login: row.login.clone(), guarded: Arc::default() };
        LiveSession::new(row, Arc::new(account))
    }

    #[test]
    fn a_token_is_good_for_an_hour_whatever_the_clock_is_set_to() {
        let noon = Timestamp::from_millis(1_790_000_000_000);
        let television = session(noon, Some(noon.after(TOKEN_LIFETIME)));
        let minutes = |minutes| Duration::from_mins(minutes);
        for (now, has_expired) in [
            (noon, false),
            (noon.before(minutes(4)), false),
            (noon.after(minutes(59)), false),
            (noon.after(minutes(60)), true),
            (noon.after(minutes(7 * 24 * 60)), true),
            // It was given out while the clock ran ahead, and would be good until that moment comes.
            (noon.before(minutes(7 * 24 * 60)), true),
        ] {
            assert_eq!(television.has_expired(now), has_expired, "{now}");
        }
        assert!(!session(noon, None).has_expired(noon.before(minutes(7 * 24 * 60))), "one without an end");
    }
}
