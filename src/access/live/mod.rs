//! The sessions that are alive, in memory, and why a signed-out one can never come back.
//!
//! This is no cache with a database behind it. Every live session is here, from the start of the server and
//! from the moment it is made; a token that is not here is refused without asking anybody. So there is no
//! "read from the database, then put into the cache" that a sign-out could slip between. What is left is the
//! order of changes: making and ending sessions happens in turns ([`crate::store::Turn`]), database first, then
//! this map, then the answer. See `docs/decisions/0002-live-sessions-are-all-in-memory.md`.

mod ended;
mod notes;
mod proofs;
mod session;
mod table;
mod tokens;

use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dashmap::DashMap;
use tokio::sync::mpsc;

pub use ended::{Ended, MOST_ENDED};
pub use notes::{Notes, Said, Seen};
pub use proofs::{GOOD_FOR, Known, Proofs};
pub use session::LiveSession;
pub use tokens::{Offer, Other, Pair, Tokens, UNDER_WAY};

use self::ended::LastEnded;
use self::session::LiveAccount;
use self::table::Table;
use super::asking::Asking;
use crate::familiarity::network::prefix_of;
use crate::model::{AccountId, Line, LineKey, Secret, SecretHash, SessionId, Timestamp};
use crate::store::{EndedKey, FreshTokens, LiveRow, OtherToken, TokenState, Turn};

/// Tokens of a session besides the one in use that are told that it has ended; the older ones are merely unknown.
const LATE_TOKENS: usize = 8;

/// All sessions that are alive.
pub struct Live {
    by_token: Table,
    by_id: Table,
    /// By tokens that are not the one in use.
    by_other: DashMap<SecretHash, (Arc<LiveSession>, Other)>,
    /// By the guard keys of those that have one, which the guard alone looks at.
    by_guard_key: DashMap<SecretHash, Arc<LiveSession>>,
    /// What the sessions of an account share, for those that ever had one since the home started.
    accounts: DashMap<AccountId, Arc<LiveAccount>>,
    /// Whether an adult of an account has a PIN.
    guarded: DashMap<AccountId, Arc<AtomicBool>>,
    ended: LastEnded,
    lines: LineKey,
    hasher: RandomState,
    active: mpsc::UnboundedSender<Arc<LiveSession>>,
}

/// The sessions that were active, each at most once until it is taken up.
pub type Active = mpsc::UnboundedReceiver<Arc<LiveSession>>;

impl Live {
    /// None yet, and where their activity comes out.
    pub fn new(lines: LineKey) -> (Self, Active) {
        // Unbounded, and yet bounded by the number of sessions: each waits at most once.
        let (active, taken_up) = mpsc::unbounded_channel();
        let live = Self {
            by_token: Table::new(),
            by_id: Table::new(),
            by_other: DashMap::new(),
            by_guard_key: DashMap::new(),
            accounts: DashMap::new(),
            guarded: DashMap::new(),
            ended: LastEnded::default(),
            lines,
            hasher: RandomState::new(),
            active,
        };
        (live, taken_up)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The live session of a token.
    pub fn find(&self, token: &SecretHash) -> Option<Arc<LiveSession>> {
        self.by_token.find(number_of(token), |session| session.has_in_use(token))
    }

    /// The live session of a token that is not the one in use, and what that token is.
    pub fn find_other(&self, token: &SecretHash) -> Option<(Arc<LiveSession>, Other)> {
        self.by_other.get(token).map(|found| (Arc::clone(&found.0), found.1))
    }

    /// The live session of a guard key. Only for the guard: nowhere else does that key stand for its session.
    pub fn find_by_guard_key(&self, key: &SecretHash) -> Option<Arc<LiveSession>> {
        self.by_guard_key.get(key).map(|found| Arc::clone(&found))
    }

    /// The live session that a token is of, whether it is the one in use or another.
    pub fn find_any(&self, token: &SecretHash) -> Option<Arc<LiveSession>> {
        let other = || self.find_other(token).map(|(session, _)| session);
        // Looked for again: it may have been taken between the two looks.
        self.find(token).or_else(other).or_else(|| self.find(token))
    }

    /// The token of a session that is in use.
    pub fn token_of(&self, id: SessionId) -> Option<SecretHash> {
        self.by_id(id).map(|session| session.with_tokens(|tokens| tokens.in_use()))
    }

    /// The live session of that id.
    pub fn by_id(&self, id: SessionId) -> Option<Arc<LiveSession>> {
        self.by_id.find(self.hasher.hash_one(id), |session| session.id == id)
    }

    /// The ended session of a token, as long as it is remembered.
    pub fn find_ended(&self, token: &SecretHash) -> Option<Arc<Ended>> {
        self.ended.find(token)
    }

    /// Hands every live session of an account to `work`.
    pub fn each_of(&self, account_id: AccountId, mut work: impl FnMut(&LiveSession)) {
        self.by_id.each(|session| {
            if session.account_id() == account_id {
                work(session);
            }
        });
    }

    /// Whether an adult of an account has a PIN: one flag for all its sessions.
    fn guarded(&self, account_id: AccountId) -> Arc<AtomicBool> {
        Arc::clone(&self.guarded.entry(account_id).or_default())
    }

    /// Notes whether an adult of an account has a PIN. After that is on disk.
    pub(crate) fn guard(&self, _turn: &Turn<'_>, account_id: AccountId, is_guarded: bool) {
        self.guarded(account_id).store(is_guarded, Ordering::Release);
    }

    /// What the sessions of an account share.
    fn account(&self, id: AccountId, login: &Arc<str>) -> Arc<LiveAccount> {
        if let Some(known) = self.accounts.get(&id).filter(|known| known.login == *login) {
            return Arc::clone(&known);
        }
        let account = Arc::new(LiveAccount { id, login: Arc::clone(login), guarded: self.guarded(id) });
        self.accounts.insert(id, Arc::clone(&account));
        account
    }

    /// Lets a session in. After it is on disk.
    pub(crate) fn insert(&self, turn: &Turn<'_>, row: LiveRow) -> Arc<LiveSession> {
        let account = self.account(row.account_id, &row.login);
        let (token, waits, guard) = (row.token, row.waits, row.guard);
        let session = Arc::new(LiveSession::new(row, account));
        self.by_id.insert(self.hasher.hash_one(session.id), &session);
        if waits {
            self.wait_for_use(turn, &session, token);
        } else {
            self.by_token.insert(number_of(&token), &session);
        }
        if let Some(key) = guard {
            self.by_guard_key.insert(key, Arc::clone(&session));
        }
        session
    }

    /// Takes a session out. After its end is on disk.
    pub(crate) fn retire(&self, _turn: &Turn<'_>, key: EndedKey) {
        let number = self.hasher.hash_one(key.session_id);
        if let Some(session) = self.by_id.remove(number, |session| session.id == key.session_id) {
            session.ended.store(true, Ordering::Release);
            session.wake_listeners();
            let token = session.with_tokens(|tokens| tokens.in_use());
            self.forget_in_use(&session, token);
            if let Some(guard) = session.with_tokens(|tokens| tokens.guard_key()) {
                self.by_guard_key.remove(&guard);
                self.remember_ended(EndedKey { token: guard, ..key });
            }
            // Or it waited for its first use.
            self.by_other.remove(&token);
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
        self.remember_ended(key);
    }

    /// Remembers a token that is not the one in use. After it is on disk; the one that is too
    /// many is forgotten.
    pub(crate) fn insert_other(&self, _turn: &Turn<'_>, other: OtherToken) {
        let Some(session) = self.by_id(other.session_id) else { return };
        let what = Other::from(&other);
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

    /// Makes another token of a session the one in use; what was offered besides is spent from now on, and the one that was
    /// in use becomes what `becomes` says. After that is on disk.
    pub(crate) fn take_token(
        &self,
        turn: &Turn<'_>,
        session: &Arc<LiveSession>,
        taken: SecretHash,
        becomes: TokenState,
        now: Timestamp,
    ) {
        if session.has_ended() {
            return;
        }
        let before = session.with_tokens(|tokens| tokens.in_use());
        // At no moment is a token of the session under neither.
        let other = OtherToken { token: before, session_id: session.id, state: becomes, since: now };
        self.by_other.insert(before, (Arc::clone(session), Other::from(&other)));
        self.by_token.insert(number_of(&taken), session);
        let others = session.with_tokens(|tokens| {
            tokens.take(taken, now);
            tokens.others()
        });
        self.by_other.remove(&taken);
        self.forget_in_use(session, before);
        self.insert_other(turn, other);
        for other in others {
            if let Some(mut found) = self.by_other.get_mut(&other)
                && found.1 == Other::Offered
            {
                found.1 = Other::Spent(now);
            }
        }
    }

    /// Notes that a token of a session is not the one in use any more, or not yet.
    fn forget_in_use(&self, session: &Arc<LiveSession>, token: SecretHash) {
        self.by_token.remove(number_of(&token), |found| std::ptr::eq(found, &raw const **session));
    }

    /// Remembers an ended session, so that its next request can be told apart from any unknown token.
    pub(crate) fn remember_ended(&self, key: EndedKey) {
        self.ended.remember(key);
    }

    /// Gives a session fresh tokens: those before are good for nothing any more. After that is on disk.
    pub(crate) fn replace_token(&self, turn: &Turn<'_>, session: &Arc<LiveSession>, fresh: &FreshTokens) {
        if session.has_ended() {
            return;
        }
        let before = session.with_tokens(|tokens| tokens.in_use());
        set_expiry(session, fresh.expires_at);
        session.proofs_follow(before, fresh.token);
        // The answer that brings the newer token brings a newer one of these, too.
        self.forget_guard_key(turn, session);
        session.replaced.fetch_add(1, Ordering::AcqRel);
        let state = TokenState::Replaced;
        let other = OtherToken { token: before, session_id: session.id, state, since: fresh.at };
        self.by_other.insert(before, (Arc::clone(session), Other::from(&other)));
        self.by_token.insert(number_of(&fresh.token), session);
        let others = session.with_tokens(|tokens| {
            tokens.begin_anew(fresh.token, fresh.at);
            tokens.others()
        });
        self.forget_in_use(session, before);
        self.insert_other(turn, other);
        for other in others {
            if let Some(mut found) = self.by_other.get_mut(&other) {
                found.1 = Other::Replaced(fresh.at);
            }
        }
    }

    /// Gives a session the token of a newer pair, which waits for its first use; the one before is refused from now on. After
    /// that is on disk.
    pub(crate) fn refresh_token(
        &self,
        turn: &Turn<'_>,
        session: &Arc<LiveSession>,
        token: SecretHash,
        expires_at: Option<Timestamp>,
    ) {
        if session.has_ended() {
            return;
        }
        set_expiry(session, expires_at);
        let before = session.with_tokens(|tokens| tokens.refresh(token));
        self.wait_for_use(turn, session, token);
        self.forget_in_use(session, before);
        self.by_other.remove(&before);
    }

    /// Notes that the token of a session is out of a pair that was not used yet.
    pub(crate) fn wait_for_use(&self, _turn: &Turn<'_>, session: &Arc<LiveSession>, token: SecretHash) {
        self.by_other.insert(token, (Arc::clone(session), Other::Waiting));
        self.forget_in_use(session, token);
    }

    /// Notes that the pair of a session's tokens that waited for its first use is used: the one before it cannot ask for it
    /// any more.
    pub(crate) fn pair_used(&self, _turn: &Turn<'_>, session: &Arc<LiveSession>) {
        let token = session.with_tokens(|tokens| {
            tokens.keep_pair(None);
            tokens.in_use()
        });
        self.by_token.insert(number_of(&token), session);
        self.by_other.remove(&token);
    }

    /// Gives a session a guard key in place of the one it had. After that is on disk.
    pub(crate) fn set_guard_key(
        &self,
        _turn: &Turn<'_>,
        session: &Arc<LiveSession>,
        key: &Secret,
        elapsed: Duration,
    ) {
        self.by_guard_key.insert(key.hash(), Arc::clone(session));
        let given = Some((key.clone(), elapsed));
        if let Some(before) = session.with_tokens(|tokens| tokens.set_guard_key(given)) {
            self.by_guard_key.remove(&before);
        }
    }

    /// Takes a session's guard key. After that is on disk.
    pub(crate) fn forget_guard_key(&self, _turn: &Turn<'_>, session: &LiveSession) {
        if let Some(before) = session.with_tokens(|tokens| tokens.set_guard_key(None)) {
            self.by_guard_key.remove(&before);
        }
    }

    /// Notes a request of a session: a few atomic writes, unless address, site or program changed. Notes nothing of one
    /// that somebody has to judge first.
    pub fn touch(&self, session: &Arc<LiveSession>, now: Timestamp, asking: &Asking) -> Seen {
        let (address, site) = (asking.address, asking.site.as_deref());
        let fingerprint = self.hasher.hash_one((address, site, &asking.user_agent, &asking.hints));
        let is_other = session.fingerprint.load(Ordering::Acquire) != fingerprint;
        if is_other {
            session.heard_of.store(true, Ordering::Release);
            let line = self.line(asking);
            let seen = session.with_notes(|notes| {
                if !notes.lines.has(line) {
                    return if notes.has_doubted(line) { Seen::Doubted } else { Seen::Anew };
                }
                // Where nobody vouches for an address it is nowhere, and no longer where it was.
                if notes.address != address {
                    notes.address = address;
                    notes.moved = true;
                }
                let said = notes.said();
                if let Some(site) = site
                    && said.site.as_deref() != Some(site)
                {
                    said.site = Some(site.to_owned());
                }
                said.program = Some(self.program(asking));
                // With what it stands for, so that two lines at once leave the address of one of them.
                session.fingerprint.store(fingerprint, Ordering::Release);
                Seen::Before
            });
            if seen != Seen::Before {
                return seen;
            }
        }
        // As the clock says, also when it was set back: or the device would be active in the future until then.
        session.last_active_at.store(now.as_millis(), Ordering::Relaxed);
        self.wait_to_be_written(session);
        Seen::Before
    }

    /// The line and the program of a request. All requests for whose address nobody vouches are on one line, which is
    /// nobody's.
    pub fn line(&self, asking: &Asking) -> Line {
        let [brands, mobile, platform, version, model, full_list, forms] = asking.hints.all();
        let said = [asking.user_agent.as_deref(), brands, mobile, platform, version, model, full_list, forms];
        self.lines.line(asking.address.map(prefix_of), &said)
    }

    /// The program of a request: what it says of itself.
    pub fn program(&self, asking: &Asking) -> NonZeroU64 {
        NonZeroU64::MIN | self.hasher.hash_one((&asking.user_agent, &asking.hints))
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

/// The number that a token is under: of a hash every part is as good as the hash of it.
fn number_of(token: &SecretHash) -> u64 {
    let (first, _) = token.as_bytes().split_first_chunk().expect("32 bytes are more than eight");
    u64::from_be_bytes(*first)
}

fn set_expiry(session: &LiveSession, expires_at: Option<Timestamp>) {
    session.expires_at.store(expires_at.map_or(i64::MAX, Timestamp::as_millis), Ordering::Release);
}
