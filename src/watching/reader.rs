//! Reading one service: looking at it when it says that something changed, when somebody asks, and every so often; leaving it alone when
//! it wants to be, and for good when it refuses its key.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::access::Core;
use crate::access::services::{Asked, key_is_gone, look_failed, take_in_asked, watch_line};
use crate::error::{Result, causes};
use crate::model::{Service, ServiceId};
use crate::services::proving::the_one;
use crate::services::{Kind, Line, Look, Server, Trouble, kind};

/// Waits after looks that failed: each twice as long, up to the last.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// Longest wait that a service may ask for.
const LONGEST_ASKED: Duration = Duration::from_hours(1);

/// How long the connection over which it says when something changed is left alone after it broke.
const LISTEN_AGAIN_AFTER: Duration = Duration::from_secs(10);

/// Least time between two looks, however often it rings.
const LEAST_BETWEEN: Duration = Duration::from_millis(250);

/// How long a server that showed who it is is taken for that one while it answers: another may come to its address without a word.
const PROVEN_FOR: Duration = Duration::from_secs(30);

/// Behind a look it rests for as long as that took, up to this.
const LONGEST_REST: Duration = Duration::from_secs(10);

/// Reads a service until `stop`.
pub async fn read_until(core: Arc<Core>, id: ServiceId, stop: CancellationToken) {
    let bell = Arc::new(Notify::new());
    let mut reading = Reading {
        core,
        id,
        failures: 0,
        proven: None,
        bell,
        stop: stop.clone(),
        refused: None,
        left_alone: None,
        proven_until: Instant::now(),
    };
    let asked = reading.core.services.bell(id);
    let mut listening = Listening::default();
    while !stop.is_cancelled() {
        // Its key was refused where it listens: that counts there as one wrong key, and there must not be two.
        reading.refused = match listening.over().await {
            Some(Trouble::KeyRefused) => listening.line.clone(),
            _ => None,
        };
        let begun = Instant::now();
        let wait = match reading.look().await {
            Ok(Next::After(wait)) => Some(wait),
            Ok(Next::WhenAsked) => None,
            Ok(Next::Never) => return,
            Err(error) => {
                tracing::warn!(error = %causes(&error), service = %id, "what a service said waits");
                Some(FIRST_WAIT)
            }
        };
        listening.keep_up(&reading);
        let looked = Instant::now();
        // However often it rings and however much it lists, most of the time is left to others.
        let rest = (looked - begun).clamp(LEAST_BETWEEN, LONGEST_REST);
        tokio::select! {
            () = stop.cancelled() => break,
            () = asked.notified() => {}
            () = reading.bell.notified() => {}
            () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {}
            // Somebody begins to look: sooner than it would have been.
            () = reading.core.services.looked_at_anew(), if wait.is_some() && reading.failures == 0 => {}
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep_until(looked + rest) => {}
        }
        // Whoever rings meanwhile is answered when it may be asked again, or has another key.
        while let Some(until) = reading.left_alone_until() {
            tokio::select! {
                () = stop.cancelled() => return,
                () = asked.notified() => {}
                () = tokio::time::sleep_until(until) => {}
            }
        }
    }
}

/// When to look again.
enum Next {
    /// After so long.
    After(Duration),
    /// When a person has done something about it.
    WhenAsked,
    /// It is not read any more.
    Never,
}

struct Reading {
    core: Arc<Core>,
    id: ServiceId,
    /// Looks that failed, in a row.
    failures: u32,
    /// The line by which it proved to be the server that it was, and what it said.
    proven: Option<(&'static dyn Kind, Arc<Line>, Server)>,
    /// Until when that is believed without asking again.
    proven_until: Instant,
    /// Rung by the service itself.
    bell: Arc<Notify>,
    /// Nothing is waited for after this.
    stop: CancellationToken,
    /// The line by which its key was refused where it listens.
    refused: Option<Arc<Line>>,
    /// The line by which it wanted to be left alone, and until when.
    left_alone: Option<(Arc<Line>, Instant)>,
}

impl Reading {
    async fn look(&mut self) -> Result<Next> {
        let Some(service) = self.core.store.watched_service(self.id).await? else { return Ok(Next::Never) };
        if service.paused_at.is_some() {
            return Ok(Next::Never);
        }
        let Some(kind) = kind(&service.kind) else { return Ok(Next::Never) };
        // A key that was refused is not tried again: servers count that, and shut out who does it.
        if !service.state.may_pass() {
            self.proven = None;
            return Ok(Next::WhenAsked);
        }
        let Some(line) = watch_line(&self.core, self.id).await? else {
            key_is_gone(&self.core, service).await?;
            return Ok(Next::WhenAsked);
        };
        let asked = Asked::by(&self.core, service, &line);
        // What was refused was the key of then: there may be a new one by now.
        if self.refused.take().is_some_and(|refused| Arc::ptr_eq(&refused, &line)) {
            return self.failed(&asked, &line, &Trouble::KeyRefused).await;
        }
        let read = tokio::select! {
            biased;
            () = self.stop.cancelled() => return Ok(Next::Never),
            read = Self::ask(kind, &line, &asked.service, self.is_proven(&line)) => read,
        };
        let taken_in = match read {
            Ok((server, look)) => {
                if let Some(server) = server {
                    self.proven = Some((kind, Arc::clone(&line), server));
                    self.proven_until = Instant::now() + PROVEN_FOR;
                }
                self.core.services.note_proven(self.id, &line, true);
                let version = self.proven.as_ref().and_then(|(.., server)| server.version.clone());
                take_in_asked(&self.core, &asked, look, version).await?
            }
            Err(trouble) => Err(trouble),
        };
        match taken_in {
            Ok(()) => {
                self.failures = 0;
                let (looked_at, else_) = kind.about().every;
                Ok(Next::After(if self.core.services.is_looked_at() { looked_at } else { else_ }))
            }
            Err(trouble) => self.failed(&asked, &line, &trouble).await,
        }
    }

    /// Whether the server that answers by a line has shown that it is the one that was added, and has answered since.
    fn is_proven(&self, line: &Arc<Line>) -> bool {
        self.failures == 0
            && Instant::now() < self.proven_until
            && self.proven.as_ref().is_some_and(|(_, proven, _)| Arc::ptr_eq(proven, line))
    }

    /// Reads all that there is. One that has not shown who it is does so first: another server at its address is not shown the key.
    async fn ask(
        kind: &'static dyn Kind,
        line: &Line,
        service: &Service,
        is_proven: bool,
    ) -> Result<(Option<Server>, Look), Trouble> {
        let server = if is_proven { None } else { Some(kind.identify(line).await?) };
        if let Some(server) = &server {
            the_one(service.server.as_deref(), server)?;
        }
        Ok((server, kind.look(line, service.cursor.as_deref()).await?))
    }

    async fn failed(&mut self, asked: &Asked, line: &Arc<Line>, trouble: &Trouble) -> Result<Next> {
        if self.failures == 0 {
            tracing::info!(service = %self.id, %trouble, "a service cannot be read");
        }
        self.failures = self.failures.saturating_add(1);
        self.core.services.note_proven(self.id, line, false);
        look_failed(&self.core, asked, trouble).await?;
        if !trouble.state().may_pass() {
            self.proven = None;
            return Ok(Next::WhenAsked);
        }
        let longer = FIRST_WAIT.saturating_mul(1 << (self.failures - 1).min(16)).min(LONGEST_WAIT);
        let asked = match trouble {
            Trouble::Busy { after: Some(after) } => (*after).min(LONGEST_ASKED),
            _ => Duration::ZERO,
        };
        self.left_alone = Some((Arc::clone(line), Instant::now() + asked));
        Ok(Next::After(longer.max(asked)))
    }

    /// Until when it is not asked, because it said so.
    fn left_alone_until(&self) -> Option<Instant> {
        let (line, until) = self.left_alone.as_ref()?;
        (Instant::now() < *until && self.core.services.is_current(self.id, line)).then_some(*until)
    }
}

/// The connection over which a service says when something changed.
#[derive(Default)]
struct Listening {
    task: Option<JoinHandle<Trouble>>,
    /// By which line it listens, or has.
    line: Option<Arc<Line>>,
    /// When it may listen again; `None`: by this line never.
    again_at: Option<Instant>,
}

impl Listening {
    /// Why it does not listen any more, where it did since this was last asked.
    async fn over(&mut self) -> Option<Trouble> {
        let task = self.task.take_if(|task| task.is_finished())?;
        let why = task.await.unwrap_or(Trouble::NoPush);
        self.again_at = match why {
            Trouble::NoPush | Trouble::KeyRefused | Trouble::TooFewRights { .. } => None,
            _ => Some(Instant::now() + LISTEN_AGAIN_AFTER),
        };
        tracing::debug!(%why, "a service is not heard any more");
        Some(why)
    }

    /// Listens by the line that the service was last read by, if it was. Only right after it was: what is wrong is found out by a look.
    fn keep_up(&mut self, reading: &Reading) {
        let Some((kind, wanted, _)) = reading.proven.as_ref().filter(|_| reading.failures == 0) else {
            if reading.proven.is_none() {
                self.end();
            }
            return;
        };
        let is_same = self.line.as_ref().is_some_and(|line| Arc::ptr_eq(line, wanted));
        if is_same && (self.task.is_some() || self.again_at.is_none_or(|at| Instant::now() < at)) {
            return;
        }
        self.end();
        self.line = Some(Arc::clone(wanted));
        self.task = Some(tokio::spawn(listen(*kind, Arc::clone(wanted), Arc::clone(&reading.bell))));
    }

    fn end(&mut self) {
        (self.line, self.again_at) = (None, None);
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.end();
    }
}

/// Listens until the connection is over, and rings for what may have changed meanwhile.
async fn listen(kind: &'static dyn Kind, line: Arc<Line>, bell: Arc<Notify>) -> Trouble {
    let why = match kind.listen(&line, &bell).await {
        Ok(()) => Trouble::Unreachable { why: "it closed the connection".into() },
        Err(trouble) => trouble,
    };
    bell.notify_one();
    why
}
