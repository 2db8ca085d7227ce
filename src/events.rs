//! Telling whoever listens what changed, after it is on disk.

use futures_util::stream::{BoxStream, StreamExt};
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;

use crate::clock::Clock;
use crate::model::AccountId;
use crate::wire::{Event, EventKind};

/// Events a slow listener may be behind before it is told to fetch everything anew.
const CAPACITY: usize = 1024;

/// Tells whoever listens what changed.
#[derive(Debug)]
pub struct Announcer {
    listeners: broadcast::Sender<Announced>,
}

/// An event and whom it concerns.
#[derive(Clone, Debug)]
struct Announced {
    /// `None`: it concerns every account.
    account_id: Option<AccountId>,
    event: Event,
}

impl Default for Announcer {
    fn default() -> Self {
        Self { listeners: broadcast::Sender::new(CAPACITY) }
    }
}

impl Announcer {
    /// Tells the listeners of one account.
    pub fn announce(&self, clock: &dyn Clock, account_id: AccountId, kind: EventKind) {
        self.send(clock, Some(account_id), kind);
    }

    /// Tells the listeners of every account.
    pub fn announce_to_all(&self, clock: &dyn Clock, kind: EventKind) {
        self.send(clock, None, kind);
    }

    fn send(&self, clock: &dyn Clock, account_id: Option<AccountId>, kind: EventKind) {
        // Nobody listening is no failure.
        let _ = self.listeners.send(Announced { account_id, event: Event { at: clock.now(), kind } });
    }

    /// What changes on an account, until `ended` says that whoever listens has no session any more: then a last
    /// [`EventKind::SessionEnded`], and no more. It is asked at every event and not told by one: a listener who
    /// does not read may miss any of them.
    pub fn listen(
        &self,
        account_id: AccountId,
        ended: impl Fn() -> bool + Send + 'static,
    ) -> BoxStream<'static, Event> {
        BroadcastStream::new(self.listeners.subscribe())
            .filter_map(move |received| async move {
                match received {
                    Ok(Announced { account_id: concerned, event }) => {
                        concerned.is_none_or(|concerned| concerned == account_id).then_some(event)
                    }
                    Err(BroadcastStreamRecvError::Lagged(_)) => Some(missed()),
                }
            })
            .scan(false, move |over, event| {
                let item = if *over {
                    None
                } else if ended() {
                    *over = true;
                    Some(Event { at: event.at, kind: EventKind::SessionEnded })
                } else {
                    Some(event)
                };
                std::future::ready(item)
            })
            .boxed()
    }
}

fn missed() -> Event {
    Event { at: crate::model::Timestamp::from_millis(0), kind: EventKind::Missed }
}
