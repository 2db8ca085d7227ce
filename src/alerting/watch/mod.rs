//! Listens to a home on behalf of whoever sits here, tells of unfamiliar sign-ins and carries answers back.

mod patience;
mod sight;
mod taps;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::{self, Either};
use tokio::sync::{mpsc, watch};

use self::patience::{Patience, SHORTEST};
use self::sight::{Sight, Standing};
use super::{HomeAt, HomeNow, Notice, NoticeId, Notifier, Seat, Tap, Words};
use crate::error::{Error, Result, causes};
use crate::home::Home;
use crate::model::{AlertId, AlertState};
use crate::wire::{Alert, AlertQuery, EventKind};

/// Alerts told of at once when the watch starts or has missed some: more than these are a list, not a notice.
const CATCH_UP: u32 = 3;

/// What a watch needs.
pub struct Watch {
    /// The home to listen to, as it is at the moment.
    pub home: Arc<dyn HomeNow>,
    /// Changes when somebody signs in here, changes profile or moves to another home.
    pub changed: watch::Receiver<u64>,
    /// How to tell.
    pub notifier: Arc<dyn Notifier>,
    /// What is tapped on the notices.
    pub taps: mpsc::Receiver<Tap>,
    /// Where to say that somebody wants to see an alert.
    pub opened: mpsc::Sender<AlertId>,
    /// What to say.
    pub words: Words,
}

/// Watches until nobody can tap any more: while signed in, every unfamiliar sign-in of another device is
/// told and its answer carried back. Nobody signed in, or a kids profile: nothing is told.
///
/// A notice belongs to the home and the device that it was told to. When either is another one it is taken out of sight and
/// forgotten, and a tap on it does nothing.
pub async fn run(watch: Watch) {
    Watching { watch, sight: Sight::default(), patience: Patience::default() }.run().await;
}

struct Watching {
    watch: Watch,
    sight: Sight,
    /// How long to wait while the session is held.
    patience: Patience,
}

/// Why a stretch of listening, or of waiting, ended.
enum Stop {
    /// The stream ended: ask for another later.
    Ended,
    /// Whoever sits here may not know of alerts: wait until that changes.
    MayNotKnow,
    /// The home refused, or could not be reached.
    Failed(Error),
    /// Somebody signed in or out, chose another profile or moved to another home: look again at once.
    Changed,
    /// The notifier is gone: nothing is left to do.
    Over,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Watching {
    async fn run(mut self) {
        loop {
            self.watch.changed.mark_unchanged();
            let Err(stop) = self.listen().await;
            if let Err(Stop::Over) = self.rest(stop).await {
                return;
            }
        }
    }

    /// Waits as long as there is nothing to listen to.
    async fn rest(&mut self, stop: Stop) -> Result<(), Stop> {
        let wait = match stop {
            Stop::Changed => return Ok(()),
            Stop::Over => return Err(Stop::Over),
            Stop::Ended => SHORTEST,
            Stop::MayNotKnow => return self.wait_for_change().await,
            // Somebody may say elsewhere that it is the household's, and nothing tells this session so.
            Stop::Failed(Error::SessionHeld) => {
                self.withdraw().await;
                self.patience.wait()
            }
            // Nobody signed in and a kids profile are no trouble, only a reason to stay quiet.
            Stop::Failed(error) if matches!(error.status(), 401 | 403 | 409) => {
                tracing::debug!(code = error.code(), "no alerts are told here for now");
                return self.wait_for_change().await;
            }
            Stop::Failed(error) => {
                tracing::warn!(error = %causes(&error), "cannot listen for alerts; trying again");
                SHORTEST
            }
        };
        self.meanwhile(tokio::time::sleep(wait)).await
    }

    async fn wait_for_change(&mut self) -> Result<(), Stop> {
        self.withdraw().await;
        self.meanwhile(std::future::pending()).await
    }

    /// Waits for something that takes its time. Meanwhile taps are answered, and it is given up when something changes here.
    async fn meanwhile<T>(&mut self, what: impl Future<Output = T>) -> Result<T, Stop> {
        tokio::pin!(what);
        loop {
            let tap = tokio::select! {
                // A change first, and what it brings: what was told before it is not answered after it.
                biased;
                changed = self.watch.changed.changed() => {
                    return Err(if changed.is_ok() { Stop::Changed } else { Stop::Over });
                }
                done = &mut what => return Ok(done),
                tap = self.watch.taps.recv() => tap.ok_or(Stop::Over)?,
            };
            let (tapped, done) = beside(self.tapped(tap), what.as_mut()).await;
            tapped?;
            if let Some(done) = done {
                return match self.watch.changed.has_changed() {
                    Ok(false) => Ok(done),
                    Ok(true) => Err(Stop::Changed),
                    Err(_) => Err(Stop::Over),
                };
            }
        }
    }

    /// Listens to one stream of events until it ends.
    async fn listen(&mut self) -> Result<Infallible, Stop> {
        let now = Arc::clone(&self.watch.home);
        let HomeAt { name, home } = self.meanwhile(now.home()).await??;
        if self.sight.seat().is_some_and(|seat| !seat.is_at(&name)) {
            // Also when the other home does not answer.
            self.leave().await;
        }
        let home = home.as_ref();
        // First the stream, then the look at what is open: an alert raised in between is seen twice, not never.
        let mut events = self.meanwhile(home.events()).await??;
        let session = self.meanwhile(home.session()).await??;
        self.sit(Seat::new(&name, session.device_id)).await;
        self.patience = Patience::default();
        if !session.may_manage {
            return Err(Stop::MayNotKnow);
        }
        self.catch_up(home).await?;
        loop {
            match self.meanwhile(events.next()).await?.map(|event| event.kind) {
                None => return Err(Stop::Ended),
                Some(EventKind::SessionEnded) => {
                    // It was signed out or is held: the home says which.
                    self.meanwhile(home.session()).await??;
                    return Err(Stop::Ended);
                }
                Some(EventKind::Missed) => self.catch_up(home).await?,
                Some(kind) => self.happened(home, kind).await?,
            }
        }
    }

    /// Somebody sits here now; what was told to others goes.
    async fn sit(&mut self, seat: Seat) {
        if self.sight.seat().is_some_and(|before| *before != seat) {
            self.leave().await;
        }
        self.sight.sit(seat);
    }

    async fn leave(&mut self) {
        self.withdraw().await;
        self.sight.leave();
    }

    /// Takes every notice that waits out of sight.
    async fn withdraw(&mut self) {
        for alert_id in self.sight.waiting() {
            self.withdraw_one(alert_id).await;
        }
    }

    async fn withdraw_one(&mut self, alert_id: AlertId) {
        self.sight.forget(alert_id);
        if let Some(seat) = self.sight.seat().cloned() {
            self.watch.notifier.withdraw(&NoticeId { seat, alert_id }).await;
        }
    }

    /// Tells of what is open already, and settles what was answered while nobody listened. A session may have ended since:
    /// its alert waits all the same, and somebody must hear of it.
    async fn catch_up(&mut self, home: &dyn Home) -> Result<()> {
        for id in self.sight.waiting() {
            self.look_again(home, id).await?;
        }
        let query = AlertQuery { state: Some(AlertState::Open), limit: Some(CATCH_UP), cursor: None };
        for alert in home.alerts(query).await?.alerts.iter().rev() {
            if self.sight.is_new(alert.id) {
                self.tell(home, alert).await?;
            }
        }
        Ok(())
    }

    async fn happened(&mut self, home: &dyn Home, kind: EventKind) -> Result<()> {
        match kind {
            EventKind::AlertRaised { alert_id, .. } => match alert(home, alert_id).await? {
                Some(alert) => self.tell(home, &alert).await,
                None => Ok(()),
            },
            EventKind::AlertAnswered { alert_id } if self.sight.waits(alert_id) => {
                self.look_again(home, alert_id).await
            }
            // Settled before; now that the home has its answer, nothing is left to remember.
            EventKind::AlertAnswered { alert_id } => {
                self.sight.forget(alert_id);
                Ok(())
            }
            EventKind::SignedOut { session_id, .. } => {
                for alert_id in self.sight.about(session_id) {
                    self.look_again(home, alert_id).await?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Tells of an alert, once, unless it is about the very device that would show it: whoever holds that one must
    /// not be the one who is asked.
    async fn tell(&mut self, home: &dyn Home, alert: &Alert) -> Result<()> {
        let Some(seat) = self.sight.seat().cloned() else { return Ok(()) };
        let is_open = alert.state == AlertState::Open;
        if is_open && alert.device_id != seat.device_id() && self.sight.is_news(alert) {
            let rules = home.alert_settings().await?;
            self.sight.note(alert);
            self.watch.notifier.show(self.watch.words.raised(&seat, alert, Some(&rules))).await;
        }
        Ok(())
    }

    /// Replaces a notice in sight when its alert was answered elsewhere or its session has ended.
    async fn look_again(&mut self, home: &dyn Home, id: AlertId) -> Result<()> {
        let Some(seat) = self.sight.seat().cloned() else { return Ok(()) };
        let Some(alert) = alert(home, id).await? else {
            // The home was put back to an earlier day.
            self.withdraw_one(id).await;
            return Ok(());
        };
        match self.sight.standing(&alert) {
            Standing::AsTold => {}
            Standing::Over => {
                self.sight.settle(id, alert.state == AlertState::Open);
                self.watch.notifier.settle(self.watch.words.settled_elsewhere(&seat, &alert)).await;
            }
            Standing::Otherwise => {
                self.sight.note(&alert);
                // The buttons change; it is no news that anybody should be woken for.
                let notice = Notice { quiet: true, ..self.watch.words.raised(&seat, &alert, None) };
                self.watch.notifier.show(notice).await;
            }
        }
        Ok(())
    }
}

/// Carries `first` out, while `other` goes on, and answers with what that came to if it ended meanwhile. In this computer's own home
/// it may hold its turn to change something, or stand in line for one, which `first` waits for: nobody may leave it unlooked at.
async fn beside<A, B>(
    first: impl Future<Output = A>,
    other: Pin<&mut impl Future<Output = B>>,
) -> (A, Option<B>) {
    match future::select(pin!(first), other).await {
        Either::Left((first, _)) => (first, None),
        Either::Right((done, first)) => (first.await, Some(done)),
    }
}

/// An alert as it is now; `None` when the home has no such alert any more.
async fn alert(home: &dyn Home, id: AlertId) -> Result<Option<Alert>> {
    match home.alert(id).await {
        Ok(detail) => Ok(Some(detail.alert)),
        Err(error) if error.code() == "not_found" => Ok(None),
        Err(error) => Err(error),
    }
}
