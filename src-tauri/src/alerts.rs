//! Alerts outside the window: this desktop's notifications, and opening what they are about.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use latchkey::alerting::desktop::DesktopNotifier;
use latchkey::alerting::watch::{self, Watch};
use latchkey::alerting::{Notifier, Words};
use latchkey::clock::SystemClock;
use latchkey::error::causes;
use latchkey::model::AlertId;
use tauri::{AppHandle, Emitter, Manager, Runtime};
use tokio::sync::{OnceCell, mpsc};

use crate::desk::Desk;
use crate::{hours, window};

/// Somebody wants to see an alert: the window shows its card.
const OPEN_ALERT: &str = "open-alert";

/// Longest wait for the desktop when the app ends.
const PATIENCE: Duration = Duration::from_secs(2);

/// The notifier, once the desktop was asked what it can do.
#[derive(Default)]
pub struct Notifications(OnceCell<Arc<DesktopNotifier>>);

impl Notifications {
    /// Why no notifications are shown, in a sentence; `None` when they are.
    pub fn problem(&self) -> Option<String> {
        self.0.get().and_then(|notifier| notifier.problem())
    }

    /// Takes every notification off the screen: their buttons end with the app.
    pub async fn withdraw(&self) {
        let Some(notifier) = self.0.get() else { return };
        if tokio::time::timeout(PATIENCE, notifier.withdraw_all()).await.is_err() {
            tracing::warn!("the desktop does not take its notifications back");
        }
    }
}

/// Tells of alerts by notifications for as long as the app runs, also with the window closed.
pub async fn tell<R: Runtime>(app: AppHandle<R>, desk: Arc<Desk>) {
    let (taps_in, taps) = mpsc::channel(16);
    let (opened_in, mut opened) = mpsc::channel(16);
    let notifier = Arc::new(DesktopNotifier::start(taps_in).await);
    // Nobody else sets it.
    let _ = app.state::<Notifications>().0.set(Arc::clone(&notifier));
    let watch = Watch {
        changed: desk.changes(),
        home: desk,
        notifier,
        taps,
        opened: opened_in,
        words: Words::new(Arc::new(SystemClock), TimeZone::system()).with_twelve_hours(hours::are_twelve()),
    };
    let opening = async {
        while let Some(alert) = opened.recv().await {
            open(&app, alert);
        }
    };
    tokio::join!(watch::run(watch), opening);
}

/// Shows an alert's card in the window.
fn open<R: Runtime>(app: &AppHandle<R>, alert: AlertId) {
    window::show(app);
    if let Err(error) = app.emit(OPEN_ALERT, alert) {
        tracing::warn!(error = %causes(&error), "the window does not hear");
    }
}

/// Shows the list of alerts in the window.
pub fn open_list<R: Runtime>(app: &AppHandle<R>) {
    window::show(app);
    if let Err(error) = app.emit(OPEN_ALERT, "") {
        tracing::warn!(error = %causes(&error), "the window does not hear");
    }
}
