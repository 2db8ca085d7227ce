//! Hands on what happens in the home: to the window as it happens, and to the tray as a count.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use latchkey::clock::{Clock, SystemClock};
use latchkey::error::{Result, causes};
use latchkey::wire::{Event, EventKind};
use tauri::{AppHandle, Emitter, Runtime};
use tokio::sync::watch;

use crate::desk::Desk;

/// What the window listens to.
const HOME_EVENT: &str = "home-event";

/// How long to wait before a home that cannot be reached is asked again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Hands on events for as long as the app runs.
pub async fn hand_on<R: Runtime>(app: AppHandle<R>, desk: Arc<Desk>) {
    let mut changed = desk.changes();
    let mut first = true;
    loop {
        changed.mark_unchanged();
        let rest = match listen(&app, &desk, &mut changed, first).await {
            // Nobody is signed in: only a sign-in changes that.
            Err(error) if matches!(error.status(), 401 | 403 | 409) => Duration::MAX,
            _ => RETRY_AFTER,
        };
        first = false;
        count_alerts(&app, &desk).await;
        let over = tokio::select! {
            changed = changed.changed() => changed.is_err(),
            () = tokio::time::sleep(rest) => false,
        };
        if over {
            return;
        }
    }
}

/// Hands on one stream of events until it ends, or until somebody else sits here.
async fn listen<R: Runtime>(
    app: &AppHandle<R>,
    desk: &Desk,
    changed: &mut watch::Receiver<u64>,
    first: bool,
) -> Result<()> {
    let mut events = desk.home().await?.events().await?;
    if !first {
        // What happened since the last stream was missed.
        emit(app, &Event { at: SystemClock.now(), kind: EventKind::Missed });
    }
    count_alerts(app, desk).await;
    loop {
        let event = tokio::select! {
            event = events.next() => event,
            _ = changed.changed() => {
                changed.mark_changed();
                None
            }
        };
        let Some(event) = event else { return Ok(()) };
        emit(app, &event);
        if matches!(
            event.kind,
            EventKind::AlertRaised { .. }
                | EventKind::AlertAnswered { .. }
                | EventKind::SignedOut { .. }
                | EventKind::Missed
        ) {
            count_alerts(app, desk).await;
        }
    }
}

fn emit<R: Runtime>(app: &AppHandle<R>, event: &Event) {
    if let Err(error) = app.emit(HOME_EVENT, event) {
        tracing::warn!(error = %causes(&error), "the window does not hear");
    }
}

/// Shows in the tray how many alerts wait; none, when whoever sits here may not know.
#[cfg(desktop)]
async fn count_alerts<R: Runtime>(app: &AppHandle<R>, desk: &Desk) {
    let session = match desk.home().await {
        Ok(home) => home.session().await,
        Err(error) => Err(error),
    };
    crate::tray::count(app, session.map_or(0, |session| session.open_alerts));
}

/// A phone has no tray.
#[cfg(mobile)]
async fn count_alerts<R: Runtime>(_app: &AppHandle<R>, _desk: &Desk) {}
