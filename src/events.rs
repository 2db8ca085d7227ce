//! Telling whoever listens what changed, after it is on disk. Every event has a number, so that a listener who was cut off
//! goes on where it was.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;

use crate::clock::Clock;
use crate::model::{AccountId, Timestamp};
use crate::random::Random;
use crate::wire::{Event, EventKind};

/// Events a slow listener may be behind before it is told to fetch everything anew, and that are kept for one who was cut
/// off.
const CAPACITY: usize = 1024;

/// Tells whoever listens what changed.
#[derive(Debug)]
pub struct Announcer {
    /// Numbers begin anew when the home starts: those of another run say nothing here.
    run: String,
    last: Mutex<Last>,
    listeners: broadcast::Sender<Announced>,
}

/// What was told last.
#[derive(Debug, Default)]
struct Last {
    /// The number of the last event, counted from 1.
    number: u64,
    events: VecDeque<Announced>,
}

/// An event, its number and whom it concerns.
#[derive(Clone, Debug)]
struct Announced {
    number: u64,
    /// `None`: it concerns every account.
    account_id: Option<AccountId>,
    event: Event,
}

/// What a listener hears.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// How far it is now. Given back when it comes again, it hears what came after.
    pub mark: Option<String>,
    /// What happened; `None` at the beginning, which only says where it begins.
    pub event: Option<Event>,
}

impl Announcer {
    /// One for this run of the home.
    pub fn new(random: &dyn Random) -> Self {
        let mut run = [0; 8];
        random.fill(&mut run);
        Self {
            run: format!("{:016x}", u64::from_be_bytes(run)),
            last: Mutex::default(),
            listeners: broadcast::Sender::new(CAPACITY),
        }
    }

    /// Tells the listeners of one account.
    pub fn announce(&self, clock: &dyn Clock, account_id: AccountId, kind: EventKind) {
        self.send(clock, Some(account_id), kind);
    }

    /// Tells the listeners of every account.
    pub fn announce_to_all(&self, clock: &dyn Clock, kind: EventKind) {
        self.send(clock, None, kind);
    }

    fn send(&self, clock: &dyn Clock, account_id: Option<AccountId>, kind: EventKind) {
        let event = Event { at: clock.now(), kind };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.number += 1;
        let announced = Announced { number: last.number, account_id, event };
        if last.events.len() == CAPACITY {
            last.events.pop_front();
        }
        last.events.push_back(announced.clone());
        // Under the lock, so that the order is that of the numbers. Nobody listening is no failure.
        let _ = self.listeners.send(announced);
    }

    /// What changes on an account, from `after` on if that is known here, until `ended` says that whoever listens has no
    /// session any more: then a last [`EventKind::SessionEnded`], and no more. That is asked at every event, and when
    /// `woken` says that it may be so; it is not told by an event: a listener who does not read may miss any of them.
    pub fn listen(
        &self,
        account_id: AccountId,
        after: Option<&str>,
        ended: impl Fn() -> bool + Send + 'static,
        woken: impl Future<Output = ()> + Send + 'static,
    ) -> BoxStream<'static, Heard> {
        let (begin, events) = self.begin(after);
        let run = self.run.clone();
        let mark = move |number| Some(format!("{run}.{number}"));
        let events = events.filter_map(move |received| {
            let heard = match received {
                Ok(Announced { number, account_id: concerned, event }) => concerned
                    .is_none_or(|concerned| concerned == account_id)
                    .then(|| Heard { mark: mark(number), event: Some(event) }),
                Err(BroadcastStreamRecvError::Lagged(_)) => Some(Heard { mark: None, event: Some(missed()) }),
            };
            std::future::ready(heard)
        });
        let woken = stream::once(woken).map(|()| None);
        let heard = stream::select(stream::iter([begin]).chain(events).map(Some), woken)
            .scan(false, move |over, heard| {
                let item = if *over {
                    None
                } else if ended() {
                    *over = true;
                    let at = heard
                        .and_then(|heard| heard.event)
                        .map_or(Timestamp::from_millis(0), |event| event.at);
                    Some(Some(Heard { mark: None, event: Some(Event { at, kind: EventKind::SessionEnded }) }))
                } else {
                    Some(heard)
                };
                std::future::ready(item)
            })
            .filter_map(std::future::ready)
            .boxed();
        // Over with that one, and not only when the next would come.
        stream::unfold((heard, false), |(mut heard, is_over)| async move {
            let next = if is_over { None } else { heard.next().await }?;
            let is_last = next.event.as_ref().is_some_and(|event| event.kind == EventKind::SessionEnded);
            Some((next, (heard, is_last)))
        })
        .boxed()
    }

    /// What changes on any account, for the home itself; `None` where some of it was missed.
    pub fn hear_all(&self) -> BoxStream<'static, Option<EventKind>> {
        BroadcastStream::new(self.listeners.subscribe())
            .map(|received| received.ok().map(|announced| announced.event.kind))
            .boxed()
    }

    /// Where a listener begins, and what it hears from there on.
    fn begin(
        &self,
        after: Option<&str>,
    ) -> (Heard, BoxStream<'static, Result<Announced, BroadcastStreamRecvError>>) {
        // Both under the lock: nothing is told between what was kept and what comes.
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let coming = BroadcastStream::new(self.listeners.subscribe());
        let at = |number: u64| Some(format!("{}.{number}", self.run));
        match after.map(|mark| self.is_kept(&last, mark)) {
            None => (Heard { mark: at(last.number), event: None }, coming.boxed()),
            Some(None) => (Heard { mark: at(last.number), event: Some(missed()) }, coming.boxed()),
            Some(Some(number)) => {
                let kept: Vec<_> =
                    last.events.iter().filter(|kept| kept.number > number).cloned().map(Ok).collect();
                (Heard { mark: at(number), event: None }, stream::iter(kept).chain(coming).boxed())
            }
        }
    }

    /// The number that a mark stands for, when everything after it is still here.
    fn is_kept(&self, last: &Last, mark: &str) -> Option<u64> {
        let (run, number) = mark.split_once('.')?;
        let number: u64 = number.parse().ok()?;
        let oldest = last.events.front().map_or(last.number + 1, |first| first.number);
        (run == self.run && number <= last.number && number + 1 >= oldest).then_some(number)
    }
}

const fn missed() -> Event {
    Event { at: Timestamp::from_millis(0), kind: EventKind::Missed }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use tokio::sync::Notify;

    use super::*;
    use crate::clock::ManualClock;
    use crate::random::SeededRandom;

    struct Home {
        clock: ManualClock,
        announcer: Announcer,
        account: AccountId,
    }

    impl Home {
        fn new(seed: u64) -> Self {
            let (clock, random) =
                (ManualClock::at(Timestamp::from_millis(1_790_000_000_000)), SeededRandom::new(seed));
            let account = AccountId::new(&clock, &random);
            Self { announcer: Announcer::new(&random), clock, account }
        }

        fn happens(&self, times: usize) {
            for _ in 0..times {
                self.announcer.announce(&self.clock, self.account, EventKind::ProfilesChanged);
            }
        }

        fn listens(&self, after: Option<&str>) -> BoxStream<'static, Heard> {
            self.announcer.listen(self.account, after, || false, std::future::pending())
        }
    }

    async fn next(heard: &mut BoxStream<'static, Heard>) -> (Option<String>, Option<EventKind>) {
        let Heard { mark, event } = heard.next().await.expect("it goes on");
        (mark, event.map(|event| event.kind))
    }

    #[tokio::test]
    async fn whoever_was_cut_off_hears_what_came_meanwhile_and_nothing_twice() {
        let home = Home::new(1);
        home.happens(3);
        let mut first = home.listens(None);
        let (begin, nothing) = next(&mut first).await;
        assert_eq!(nothing, None, "it only says where it begins");
        drop(first);
        // Nothing was heard yet, and all the same nothing is missed.
        home.happens(2);
        let mut again = home.listens(begin.as_deref());
        assert_eq!(next(&mut again).await, (begin, None));
        let (_, one) = next(&mut again).await;
        let (mark, two) = next(&mut again).await;
        assert_eq!((one, two), (Some(EventKind::ProfilesChanged), Some(EventKind::ProfilesChanged)));
        drop(again);
        let mut once_more = home.listens(mark.as_deref());
        assert_eq!(next(&mut once_more).await, (mark, None));
        home.happens(1);
        assert_eq!(next(&mut once_more).await.1, Some(EventKind::ProfilesChanged));
    }

    #[tokio::test]
    async fn whoever_missed_more_than_is_kept_is_told_so() {
        let home = Home::new(1);
        let (begin, _) = next(&mut home.listens(None)).await;
        home.happens(CAPACITY);
        assert_eq!(next(&mut home.listens(begin.as_deref())).await.1, None, "all of it is kept");
        home.happens(1);
        let mut heard = home.listens(begin.as_deref());
        let (mark, missed) = next(&mut heard).await;
        assert_eq!(missed, Some(EventKind::Missed));
        // From there on it goes on as ever.
        assert_eq!(next(&mut home.listens(mark.as_deref())).await, (mark, None));
        for nonsense in ["", ".", "1", "x.1", "18446744073709551615.18446744073709551615"] {
            assert_eq!(
                next(&mut home.listens(Some(nonsense))).await.1,
                Some(EventKind::Missed),
                "{nonsense:?}"
            );
        }
        let later = Home::new(2);
        later.happens(2000);
        assert_eq!(next(&mut later.listens(begin.as_deref())).await.1, Some(EventKind::Missed));
    }

    #[tokio::test]
    async fn a_quiet_stream_ends_when_it_is_woken_and_not_for_nothing() {
        let home = Home::new(1);
        let (over, wake) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()));
        let (ended, woken) = (Arc::clone(&over), Arc::clone(&wake).notified_owned());
        let mut heard =
            home.announcer.listen(home.account, None, move || ended.load(Ordering::Acquire), woken);
        assert_eq!(next(&mut heard).await.1, None);
        over.store(true, Ordering::Release);
        wake.notify_waiters();
        assert_eq!(next(&mut heard).await.1, Some(EventKind::SessionEnded));
        assert_eq!(heard.next().await, None);
    }
}
