//! Which tokens a session has besides the one in use: offered and not yet taken, waiting for their first use, spent,
//! displaced or replaced. What they are for is in [`crate::access::renewal`].

use std::collections::VecDeque;
use std::num::NonZeroU64;
use std::time::Duration;

use crate::familiarity::thresholds::RENEW_AFTER;
use crate::model::{Line, Secret, SecretHash, Timestamp};
use crate::store::{OtherToken, TokenState};

/// How long a token is good after a newer one was taken: for requests that were under way.
pub const UNDER_WAY: Duration = Duration::from_mins(1);

/// Most other tokens that are remembered of a session. One is spent in an hour of use: three weeks by day and night, which is
/// how long an owner may be away before their copy is forgotten while a thief goes on with another.
const MOST_OTHERS: usize = 512;

/// What a token is that is not the one in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    /// It was offered, and not yet used.
    Offered,
    /// It is the one in use, out of a pair that was not used yet.
    Waiting,
    /// A newer one took its place at that moment.
    Spent(Timestamp),
    /// An older one took its place, which came back.
    Displaced,
    /// A newer one took its place at that moment, with a change of what the session may do.
    Replaced(Timestamp),
}

impl From<&OtherToken> for Other {
    fn from(other: &OtherToken) -> Self {
        match other.state {
            TokenState::Offered => Self::Offered,
            TokenState::Spent => Self::Spent(other.since),
            TokenState::Displaced => Self::Displaced,
            TokenState::Replaced => Self::Replaced(other.since),
        }
    }
}

/// Which tokens a session has. Small: what only some sessions have is apart.
#[derive(Debug)]
pub struct Tokens {
    in_use: SecretHash,
    /// Since when that is the one in use.
    since: Timestamp,
    more: Option<Box<More>>,
}

/// The tokens besides the one in use.
#[derive(Debug, Default)]
struct More {
    /// What was offered within the hour, and is not taken; one a line.
    offers: Vec<Offer>,
    /// All others, the latest last, and whether they were ever in use.
    others: VecDeque<(SecretHash, bool)>,
    /// The pair that was made last for a refresh token, as long as it may be asked for again.
    pair: Option<Pair>,
    guard: Option<GuardKey>,
}

/// A pair of tokens that was given to whoever brought a refresh token, and of which neither was used yet.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The refresh token it was made for.
    pub presented: SecretHash,
    /// The token that requests carry.
    pub token: Secret,
    /// The token that gets new ones.
    pub refresh: Secret,
    /// When it was made, by the clock that nobody sets.
    pub at: Duration,
    /// The program it was given to.
    pub program: NonZeroU64,
}

/// What the sites behind the guard see of a session.
#[derive(Debug)]
struct GuardKey {
    hash: SecretHash,
    /// The key itself and when it was given by the clock that nobody sets, as long as the home runs: the store keeps its hash.
    given: Option<(Secret, Duration)>,
}

/// A newer token that was offered.
#[derive(Debug)]
pub struct Offer {
    /// The token itself: in memory only, until one is taken or the next is offered. The store keeps its hash.
    pub secret: Secret,
    /// When, by the clock that nobody sets.
    pub at: Duration,
    /// To which line.
    pub line: Line,
}

impl Tokens {
    /// Only the one in use, since a moment; and the guard key, if there is one.
    pub fn since(in_use: SecretHash, since: Timestamp, guard: Option<SecretHash>) -> Self {
        let guard = guard.map(|hash| GuardKey { hash, given: None });
        let more = guard.map(|guard| Box::new(More { guard: Some(guard), ..More::default() }));
        Self { in_use, since, more }
    }

    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// Hash of the one in use.
    pub fn in_use(&self) -> SecretHash {
        self.in_use
    }

    /// Hash of the guard key.
    pub fn guard_key(&self) -> Option<SecretHash> {
        self.more.as_ref()?.guard.as_ref().map(|guard| guard.hash)
    }

    /// The guard key itself, if it was given a moment ago.
    pub fn guard_key_given_just_now(&self, elapsed: Duration) -> Option<Secret> {
        let (key, at) = self.more.as_ref()?.guard.as_ref()?.given.as_ref()?;
        (elapsed <= *at + UNDER_WAY).then(|| key.clone())
    }

    /// Replaces the guard key; answers with the hash of the one before.
    pub fn set_guard_key(&mut self, given: Option<(Secret, Duration)>) -> Option<SecretHash> {
        if given.is_none() && self.more.is_none() {
            return None;
        }
        let guard = given.map(|given| GuardKey { hash: given.0.hash(), given: Some(given) });
        std::mem::replace(&mut self.more().guard, guard).map(|before| before.hash)
    }

    /// Whether the one in use should be renewed, where they are renewed: it is old, or the clock was set back so far that nobody knows how old.
    pub fn is_due(&self, now: Timestamp) -> bool {
        !now.is_within(2 * RENEW_AFTER, self.since.before(RENEW_AFTER))
    }

    /// Remembers another one, which was in use or only offered, in place of [`Self::next_to_forget`].
    pub fn remember(&mut self, token: SecretHash, was_used: bool) {
        if let Some(forgotten) = self.next_to_forget() {
            self.drop_one(forgotten);
        }
        self.more().others.push_back((token, was_used));
    }

    /// The one that would be too many with another: the oldest that nobody ever used, or the oldest.
    pub fn next_to_forget(&self) -> Option<SecretHash> {
        let others = &self.more.as_ref()?.others;
        if others.len() < MOST_OTHERS {
            return None;
        }
        others.iter().find(|(_, was_used)| !was_used).or(others.front()).map(|(token, _)| *token)
    }

    /// Notes that one of them is in use from now on.
    pub fn take(&mut self, taken: SecretHash, now: Timestamp) {
        (self.in_use, self.since) = (taken, now);
        if let Some(more) = &mut self.more {
            more.offers.clear();
        }
        self.drop_one(taken);
    }

    /// Notes that a fresh one is in use from now on, with nothing besides it that is good.
    pub fn begin_anew(&mut self, fresh: SecretHash, now: Timestamp) {
        (self.in_use, self.since) = (fresh, now);
        if let Some(more) = &mut self.more {
            more.offers.clear();
            more.pair = None;
        }
    }

    /// Notes that the one in use is another from now on, out of a pair: answers with the one before.
    pub fn refresh(&mut self, token: SecretHash) -> SecretHash {
        std::mem::replace(&mut self.in_use, token)
    }

    /// Keeps the pair that was given, in place of an earlier one; `None` once it is not to be asked for again.
    pub fn keep_pair(&mut self, pair: Option<Pair>) {
        if pair.is_some() || self.more.is_some() {
            self.more().pair = pair;
        }
    }

    /// The pair that was given, as long as it is kept.
    pub fn pair(&self) -> Option<Pair> {
        self.more.as_ref()?.pair.clone()
    }

    /// All others.
    pub fn others(&self) -> Vec<SecretHash> {
        let others = self.more.iter().flat_map(|more| &more.others);
        others.map(|(token, _)| *token).collect()
    }

    /// The offer that was made to that line a moment ago: the answers to requests that came together bring the same one,
    /// so that it does not matter which of them the browser reads last.
    pub fn made_just_now(&self, line: Line, elapsed: Duration) -> Option<Secret> {
        let is_fresh = |offer: &&Offer| offer.line == line && elapsed < offer.at + UNDER_WAY;
        self.offers().iter().find(is_fresh).map(|offer| offer.secret.clone())
    }

    /// Whether another may be offered to that line: not again within the hour, to a program that takes none. What one
    /// line leaves does not keep it from another: of two holders one is to take a token that the other does not have.
    pub fn may_offer(&self, line: Line, elapsed: Duration) -> bool {
        !self.offers().iter().any(|offer| offer.line == line && elapsed < offer.at + RENEW_AFTER)
    }

    /// Notes that one was offered.
    pub fn note_offer(&mut self, offer: Offer) {
        let offers = &mut self.more().offers;
        offers.retain(|earlier| earlier.line != offer.line && offer.at < earlier.at + RENEW_AFTER);
        offers.push(offer);
    }

    fn offers(&self) -> &[Offer] {
        self.more.as_ref().map_or(&[], |more| &more.offers)
    }

    fn drop_one(&mut self, token: SecretHash) {
        if let Some(more) = &mut self.more {
            more.others.retain(|(other, _)| *other != token);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(number: usize) -> SecretHash {
        Secret::received(number.to_string()).hash()
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nothing_from_growing_old() {
        let since = Timestamp::from_millis(1_790_000_000_000);
        let tokens = Tokens::since(token(1), since, None);
        assert!(!tokens.is_due(since) && tokens.is_due(since.after(RENEW_AFTER)));
        assert!(!tokens.is_due(since.before(Duration::from_secs(5))), "clocks are set right by seconds");
        assert!(tokens.is_due(since.before(Duration::from_hours(24))));
    }

    #[test]
    fn what_nobody_used_is_forgotten_before_what_somebody_may_come_back_with() {
        let mut tokens = Tokens::since(token(2000), Timestamp::from_millis(0), None);
        for number in 0..MOST_OTHERS {
            tokens.remember(token(number), number != 7 && number != 9);
        }
        for (next, forgotten) in [(1000, 7), (1001, 9), (1002, 0), (1003, 1)] {
            assert_eq!(tokens.next_to_forget(), Some(token(forgotten)));
            tokens.remember(token(next), true);
        }
        assert_eq!(tokens.others().len(), MOST_OTHERS);
    }
}
