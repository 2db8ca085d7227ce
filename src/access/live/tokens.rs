//! Which tokens a session has besides the one in use: offered and not yet taken, or spent. What they are for is in
//! [`crate::access::renewal`].

use std::collections::VecDeque;
use std::time::Duration;

use super::Line;
use crate::familiarity::thresholds::RENEW_AFTER;
use crate::model::{Secret, SecretHash, Timestamp};

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
    /// A newer one took its place at that moment.
    Spent(Timestamp),
}

/// Which tokens a session has besides the one in use.
#[derive(Debug)]
pub struct Tokens {
    /// Whether they are renewed.
    renews: bool,
    /// Since when the one in use is.
    since: Timestamp,
    /// What was offered within the hour, and is not taken; one a line.
    offers: Vec<Offer>,
    /// All others, the latest last, and whether they were ever in use.
    others: VecDeque<(SecretHash, bool)>,
}

/// A newer token that was offered.
#[derive(Debug)]
pub struct Offer {
    /// The token itself: in memory only, until one is taken or the next is offered. The store keeps its hash.
    pub secret: Secret,
    /// When.
    pub at: Timestamp,
    /// To which line.
    pub line: Line,
}

impl Tokens {
    /// Only the one in use, since a moment.
    pub fn since(since: Timestamp, renews: bool) -> Self {
        Self { renews, since, offers: Vec::new(), others: VecDeque::new() }
    }

    /// Whether the one in use should be renewed.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.renews && self.since.after(RENEW_AFTER) <= now
    }

    /// Remembers another one, which was in use or only offered, in place of [`Self::next_to_forget`].
    pub fn remember(&mut self, token: SecretHash, was_used: bool) {
        if let Some(forgotten) = self.next_to_forget() {
            self.drop_one(forgotten);
        }
        self.others.push_back((token, was_used));
    }

    /// The one that would be too many with another: the oldest that nobody ever used, or the oldest.
    pub fn next_to_forget(&self) -> Option<SecretHash> {
        if self.others.len() < MOST_OTHERS {
            return None;
        }
        self.others.iter().find(|(_, was_used)| !was_used).or(self.others.front()).map(|(token, _)| *token)
    }

    /// Notes that one of them is in use from now on.
    pub fn take(&mut self, taken: SecretHash, now: Timestamp) {
        self.since = now;
        self.offers.clear();
        self.drop_one(taken);
    }

    /// All others.
    pub fn others(&self) -> Vec<SecretHash> {
        self.others.iter().map(|(token, _)| *token).collect()
    }

    /// The offer that was made to that line a moment ago: the answers to requests that came together bring the same one,
    /// so that it does not matter which of them the browser reads last.
    pub fn made_just_now(&self, line: Line, now: Timestamp) -> Option<Secret> {
        let is_fresh = |offer: &&Offer| offer.line == line && now < offer.at.after(UNDER_WAY);
        self.offers.iter().find(is_fresh).map(|offer| offer.secret.clone())
    }

    /// Whether another may be offered to that line: not again within the hour, to a program that takes none. What one
    /// line leaves does not keep it from another: of two holders one is to take a token that the other does not have.
    pub fn may_offer(&self, line: Line, now: Timestamp) -> bool {
        !self.offers.iter().any(|offer| offer.line == line && now < offer.at.after(RENEW_AFTER))
    }

    /// Notes that one was offered.
    pub fn note_offer(&mut self, offer: Offer) {
        self.offers.retain(|earlier| earlier.line != offer.line && offer.at < earlier.at.after(RENEW_AFTER));
        self.offers.push(offer);
    }

    fn drop_one(&mut self, token: SecretHash) {
        self.others.retain(|(other, _)| *other != token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(number: usize) -> SecretHash {
        Secret::received(number.to_string()).hash()
    }

    #[test]
    fn what_nobody_used_is_forgotten_before_what_somebody_may_come_back_with() {
        let mut tokens = Tokens::since(Timestamp::from_millis(0), true);
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
