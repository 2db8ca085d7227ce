//! How the home hears the relay that carries answers, for whoever chose it: kept in memory, as the home listens anew after a start.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Core;
use crate::model::{AccountId, ChosenRelay, RelayState, Timestamp};
use crate::wire::{EventKind, RelayStatus};

/// How the relay of each account is heard.
#[derive(Debug, Default)]
pub struct Hearing(Mutex<BTreeMap<AccountId, Heard>>);

#[derive(Debug)]
struct Heard {
    relay: ChosenRelay,
    state: RelayState,
    /// Since when it is so.
    since: Timestamp,
    /// When it said something last.
    last: Option<Timestamp>,
    /// Why it does not do better.
    why: Option<String>,
}

impl Hearing {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<AccountId, Heard>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes how it stands; says whether that is news.
    fn note(&self, account_id: AccountId, now: Timestamp, state: RelayState, why: Option<String>) -> bool {
        let mut all = self.lock();
        let Some(heard) = all.get_mut(&account_id) else { return false };
        if state == RelayState::Listening {
            heard.last = Some(now);
        }
        if heard.state == state && heard.why == why {
            return false;
        }
        if heard.state != state {
            heard.since = now;
        }
        (heard.state, heard.why) = (state, why);
        true
    }
}

/// The home begins to listen to a relay, or goes on: another one, or the same with another token, is not heard yet.
pub fn begin(core: &Core, account_id: AccountId, relay: &ChosenRelay) {
    let is_known = core.hearing.lock().get(&account_id).is_some_and(|heard| heard.relay == *relay);
    if is_known {
        return;
    }
    let (relay, since) = (relay.clone(), core.now());
    let begun = Heard { relay, state: RelayState::Connecting, since, last: None, why: None };
    core.hearing.lock().insert(account_id, begun);
    changed(core, account_id);
}

/// The relay said something.
pub fn heard(core: &Core, account_id: AccountId) {
    if core.hearing.note(account_id, core.now(), RelayState::Listening, None) {
        changed(core, account_id);
    }
}

/// The relay is not heard, because of what `why` says to a person; nothing of it comes from the relay.
pub fn not_heard(core: &Core, account_id: AccountId, is_refused: bool, why: String) {
    let state = if is_refused { RelayState::Refused } else { RelayState::Unheard };
    if core.hearing.note(account_id, core.now(), state, Some(why)) {
        changed(core, account_id);
    }
}

/// How a chosen relay does, as it is shown; `is_answered`: whether a browser answers by it, as nobody listens for none;
/// `token_is_out`: whether somebody who is signed out may have its token.
pub fn shown(
    core: &Core,
    account_id: AccountId,
    chosen: ChosenRelay,
    is_answered: bool,
    token_is_out: bool,
) -> RelayStatus {
    let all = core.hearing.lock();
    let heard = all.get(&account_id).filter(|heard| is_answered && heard.relay == chosen);
    let (state, since) = match heard {
        Some(heard) => (heard.state, Some(heard.since)),
        None if is_answered => (RelayState::Connecting, None),
        None => (RelayState::Idle, None),
    };
    RelayStatus {
        state,
        since,
        heard_at: heard.and_then(|heard| heard.last),
        detail: heard.and_then(|heard| heard.why.clone()),
        has_token: chosen.token.is_some(),
        token_is_out,
        url: chosen.url,
    }
}

fn changed(core: &Core, account_id: AccountId) {
    core.announcer.announce(&*core.clock, account_id, EventKind::ChannelsChanged);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, ManualClock};
    use crate::model::Secret;
    use crate::random::SeededRandom;

    #[test]
    fn only_news_is_news_and_a_state_keeps_its_beginning() {
        let clock = ManualClock::at(Timestamp::from_millis(1_790_000_000_000));
        let account = AccountId::new(&clock, &SeededRandom::new(1));
        let at = |seconds: i64| Timestamp::from_millis(clock.now().as_millis() + seconds * 1000);
        let hearing = Hearing::default();
        let note = |seconds, state, why: Option<&str>| {
            hearing.note(account, at(seconds), state, why.map(str::to_owned))
        };
        assert!(!note(0, RelayState::Listening, None), "nobody listens there");
        let relay = ChosenRelay { url: "https://ntfy.sh".into(), token: Some(Secret::received("tk_a")) };
        let begun = Heard { relay, state: RelayState::Connecting, since: at(0), last: None, why: None };
        hearing.lock().insert(account, begun);
        assert!(note(1, RelayState::Listening, None));
        assert!(!note(46, RelayState::Listening, None), "that it is still there");
        assert!(note(50, RelayState::Unheard, Some("no answer")));
        assert!(note(60, RelayState::Unheard, Some("no name")));
        assert!(!note(70, RelayState::Unheard, Some("no name")));
        let all = hearing.lock();
        let heard = &all[&account];
        assert_eq!((heard.since, heard.last), (at(50), Some(at(46))));
        assert_eq!(heard.why.as_deref(), Some("no name"));
    }
}
