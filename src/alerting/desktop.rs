//! This desktop's own notifications, through notify-rust: D-Bus on Linux, the system's centre elsewhere.
//!
//! On Linux a notice is replaced in place by its outcome. Elsewhere notify-rust gives no hold on what is
//! shown, so that the outcome is a second notification.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use notify_rust::{Notification, NotificationResponse, Timeout};
use tokio::sync::mpsc;

use super::{Buttons, Notice, NoticeId, Notifier, Tap, Tapped};

#[cfg(not(all(unix, not(target_os = "macos"))))]
use elsewhere as platform;
#[cfg(all(unix, not(target_os = "macos")))]
use linux as platform;

/// The name notifications are shown under.
const APP_NAME: &str = "Latchkey";
/// The button that signs the device out.
const SIGN_OUT: (&str, &str) = ("sign_out", "No, sign it out");
/// The button that says that it was somebody else, where nothing is left to sign out.
const NOT_ME: (&str, &str) = ("not_me", "No, it is not");
/// The button that makes the device familiar.
const IT_WAS_ME: (&str, &str) = ("me", "Yes, it is ours");
/// How long an outcome stays in sight.
const OUTCOME_STAYS: Timeout = Timeout::Milliseconds(12_000);

/// Shows notices as the desktop's notifications and hands on what is tapped.
pub struct DesktopNotifier {
    taps: mpsc::Sender<Tap>,
    /// Each notice in sight, by the way to whoever keeps it.
    kept: Mutex<HashMap<NoticeId, mpsc::Sender<Change>>>,
    health: Arc<Health>,
}

/// What shall become of a notice in sight.
enum Change {
    Replace(Notice),
    Withdraw,
}

/// Whether notifications work here, and how their text must be written.
struct Health {
    problem: Mutex<Option<String>>,
    markup: bool,
}

impl Health {
    fn report(&self, problem: Option<String>) {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
    }
}

impl DesktopNotifier {
    /// Asks the desktop what it can do, and hands on taps to `taps`. A desktop without notifications is
    /// told of by [`Notifier::problem`]; everything else goes on.
    pub async fn start(taps: mpsc::Sender<Tap>) -> Self {
        let health = match platform::capabilities().await {
            Ok(markup) => Health { problem: Mutex::new(None), markup },
            // Escaped text that is drawn as it is looks odd; text that is not escaped may do harm.
            Err(problem) => Health { problem: Mutex::new(Some(problem)), markup: true },
        };
        Self { taps, kept: Mutex::default(), health: Arc::new(health) }
    }

    /// Takes everything out of sight: when the app ends, nobody would hear the buttons any more.
    pub async fn withdraw_all(&self) {
        let kept = std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        for keeper in kept.into_values() {
            if keeper.send(Change::Withdraw).await.is_ok() {
                keeper.closed().await;
            }
        }
    }

    /// The way to whoever keeps a notice, when it is in sight.
    fn keeper(&self, notice: &NoticeId) -> Option<mpsc::Sender<Change>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, keeper| !keeper.is_closed());
        kept.get(notice).cloned()
    }

    /// The same, and it is not found again: whatever is shown next is a notice of its own.
    fn take_keeper(&self, notice: &NoticeId) -> Option<mpsc::Sender<Change>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(notice)
    }
}

#[async_trait]
impl Notifier for DesktopNotifier {
    async fn show(&self, notice: Notice) {
        if let Some(keeper) = self.keeper(&notice.id)
            && keeper.send(Change::Replace(notice.clone())).await.is_ok()
        {
            return;
        }
        let (keeper, changes) = mpsc::channel(4);
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(notice.id.clone(), keeper);
        platform::keep(notice, changes, self.taps.clone(), Arc::clone(&self.health)).await;
    }

    async fn settle(&self, notice: Notice) {
        if let Some(keeper) = self.keeper(&notice.id) {
            let _ = keeper.send(Change::Replace(notice)).await;
        }
    }

    async fn withdraw(&self, notice: &NoticeId) {
        if let Some(keeper) = self.take_keeper(notice) {
            let _ = keeper.send(Change::Withdraw).await;
        }
    }

    fn problem(&self) -> Option<String> {
        self.health.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What every platform's notification has in common.
fn compose(notice: &Notice, markup: bool) -> Notification {
    let mut notification = Notification::new();
    notification.appname(APP_NAME).summary(notice.title).body(&body(notice, markup));
    let not_me = match notice.buttons {
        Buttons::SignOut => Some(SIGN_OUT),
        Buttons::NotMe => Some(NOT_ME),
        Buttons::None => None,
    };
    if let Some(not_me) = not_me {
        // macOS puts both into one menu, and a click on the menu itself counts as its first entry: there the
        // harmless answer goes first.
        let [first, second] =
            if cfg!(target_os = "macos") { [IT_WAS_ME, not_me] } else { [not_me, IT_WAS_ME] };
        if cfg!(all(unix, not(target_os = "macos"))) {
            notification.action("default", "Open");
        }
        notification.action(first.0, first.1).action(second.0, second.1).timeout(Timeout::Never);
    } else {
        notification.timeout(OUTCOME_STAYS);
    }
    notification
}

/// The lines as the desktop wants them. A device's name is hostile input: a daemon that reads markup would
/// follow a link or load an image in it.
fn body(notice: &Notice, markup: bool) -> String {
    let text = notice.lines.join("\n");
    if markup { text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;") } else { text }
}

/// What a response means; `None` when the notice was only closed.
fn tapped(response: &NotificationResponse) -> Option<Tapped> {
    match response {
        NotificationResponse::Default => Some(Tapped::Open),
        // A platform may give the label where the others give the name.
        NotificationResponse::Action(action) if [SIGN_OUT.0, SIGN_OUT.1].contains(&action.as_str()) => {
            Some(Tapped::SignOut)
        }
        NotificationResponse::Action(action) if [NOT_ME.0, NOT_ME.1].contains(&action.as_str()) => {
            Some(Tapped::NotMe)
        }
        NotificationResponse::Action(action) if [IT_WAS_ME.0, IT_WAS_ME.1].contains(&action.as_str()) => {
            Some(Tapped::ItWasMe)
        }
        _ => None,
    }
}

/// Notifications over D-Bus: no thread waits, and one notice is kept by one task.
#[cfg(all(unix, not(target_os = "macos")))]
mod linux {
    use std::sync::Arc;
    use std::time::Duration;

    use notify_rust::{Hint, Notification, NotificationHandle, NotificationResponse, Urgency};
    use tokio::sync::mpsc;

    use super::{Buttons, Change, Health, Notice, Tap, Tapped, compose, tapped};
    use crate::error::causes;

    /// A desktop's daemon answers in milliseconds; one that does not in this time hangs.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// Whether the daemon reads markup; the sentence to show when there is none.
    pub async fn capabilities() -> Result<bool, String> {
        let asked = tokio::task::spawn_blocking(notify_rust::get_capabilities);
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(Ok(can))) => Ok(can.iter().any(|word| word == "body-markup")),
            Ok(Ok(Err(error))) => {
                tracing::warn!(error = %causes(&error), "no notification daemon answers");
                Err(missing())
            }
            Ok(Err(_)) | Err(_) => Err(missing()),
        }
    }

    fn missing() -> String {
        "This desktop shows no notifications: no notification daemon answers. \
         Alerts show in the window only. Installing one (dunst, for example) and starting Latchkey again helps."
            .to_owned()
    }

    /// Shows a notice and keeps it until it is closed, answered or withdrawn. Returns once it is shown.
    pub async fn keep(
        notice: Notice,
        changes: mpsc::Receiver<Change>,
        taps: mpsc::Sender<Tap>,
        health: Arc<Health>,
    ) {
        if let Some(handle) = show(&notice, None, &health).await {
            tokio::spawn(Kept { handle, notice, taps, health }.until_over(changes));
        }
    }

    struct Kept {
        handle: NotificationHandle,
        notice: Notice,
        taps: mpsc::Sender<Tap>,
        health: Arc<Health>,
    }

    impl Kept {
        async fn until_over(mut self, mut changes: mpsc::Receiver<Change>) {
            // Once a button was pressed the daemon may have closed the notice; what comes next is the outcome.
            let mut waits_for_outcome = false;
            loop {
                let mut response = None;
                let change = tokio::select! {
                    () = self.handle.wait_for_action_async(|given: &NotificationResponse| {
                        response = Some(given.clone());
                    }), if !waits_for_outcome => None,
                    change = changes.recv() => Some(change),
                };
                match change {
                    Some(Some(Change::Replace(notice))) => {
                        let Some(handle) = show(&notice, Some(self.handle.id()), &self.health).await else {
                            return;
                        };
                        (self.handle, self.notice, waits_for_outcome) = (handle, notice, false);
                    }
                    Some(Some(Change::Withdraw) | None) => break self.handle.close_async().await,
                    None => match response.as_ref().and_then(tapped) {
                        Some(Tapped::Open) => {
                            // The window takes over from here.
                            self.send(Tapped::Open).await;
                            break self.handle.close_async().await;
                        }
                        Some(answer) => {
                            self.send(answer).await;
                            waits_for_outcome = true;
                        }
                        None => return,
                    },
                }
            }
        }

        async fn send(&self, what: Tapped) {
            let _ = self.taps.send(Tap { notice: self.notice.id.clone(), what }).await;
        }
    }

    async fn show(notice: &Notice, replaces: Option<u32>, health: &Health) -> Option<NotificationHandle> {
        let mut notification = compose(notice, health.markup);
        dress(&mut notification, notice);
        if let Some(id) = replaces {
            notification.id(id);
        }
        match tokio::time::timeout(PATIENCE, notification.show_async()).await {
            Ok(Ok(handle)) => {
                health.report(None);
                Some(handle)
            }
            Ok(Err(error)) => {
                tracing::warn!(error = %causes(&error), "a notification could not be shown");
                health.report(Some(missing()));
                None
            }
            Err(_) => {
                tracing::warn!("the notification daemon does not answer");
                health.report(Some(missing()));
                None
            }
        }
    }

    /// What only this platform knows: how urgent it is, and that it stays until it is answered.
    fn dress(notification: &mut Notification, notice: &Notice) {
        notification.icon("latchkey").hint(Hint::DesktopEntry("Latchkey".into()));
        if notice.buttons == Buttons::None {
            notification.urgency(Urgency::Normal).action("default", "Open");
        } else {
            let urgency = if notice.quiet { Urgency::Low } else { Urgency::Critical };
            notification.urgency(urgency).hint(Hint::SuppressSound(notice.quiet)).hint(Hint::Resident(true));
        }
    }
}

/// macOS and Windows: the call that waits for the answer is the call that shows, on a thread of its own.
#[cfg(not(all(unix, not(target_os = "macos"))))]
mod elsewhere {
    use std::sync::Arc;

    use notify_rust::{Notification, NotificationResponse};
    use tokio::sync::mpsc;

    use super::{Buttons, Change, Health, Notice, Tap, compose, tapped};
    use crate::error::causes;

    /// Neither platform reads markup, and neither can be asked.
    pub async fn capabilities() -> Result<bool, String> {
        Ok(false)
    }

    /// Shows a notice, and later its outcome beside it.
    pub async fn keep(
        notice: Notice,
        mut changes: mpsc::Receiver<Change>,
        taps: mpsc::Sender<Tap>,
        health: Arc<Health>,
    ) {
        show(&notice, taps.clone(), Arc::clone(&health));
        tokio::spawn(async move {
            while let Some(Change::Replace(notice)) = changes.recv().await {
                show(&notice, taps.clone(), Arc::clone(&health));
                if notice.buttons == Buttons::None {
                    return;
                }
            }
        });
    }

    fn show(notice: &Notice, taps: mpsc::Sender<Tap>, health: Arc<Health>) {
        let (id, notification) = (notice.id.clone(), dressed(compose(notice, health.markup)));
        let waiting = std::thread::Builder::new().name("notification".into()).spawn(move || {
            let answered = notification.show().and_then(|handle| {
                handle.wait_for_response(|response: &NotificationResponse| {
                    if let Some(what) = tapped(response) {
                        let _ = taps.blocking_send(Tap { notice: id, what });
                    }
                })
            });
            health.report(answered.err().map(|error| {
                tracing::warn!(error = %causes(&error), "a notification could not be shown");
                "The system did not show the last notification. Allow notifications for Latchkey in its settings."
                    .to_owned()
            }));
        });
        if let Err(error) = waiting {
            tracing::warn!(error = %causes(&error), "no thread for a notification");
        }
    }

    #[cfg(target_os = "macos")]
    fn dressed(notification: Notification) -> Notification {
        notification
    }

    /// An installed Windows app has a name of its own to show notifications under; a build folder has not.
    #[cfg(not(target_os = "macos"))]
    fn dressed(mut notification: Notification) -> Notification {
        if !cfg!(debug_assertions) {
            notification.app_id("app.latchkey.desktop");
        }
        notification
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerting::Seat;
    use crate::clock::SystemClock;
    use crate::model::{AlertId, DeviceId};
    use crate::random::SeededRandom;

    fn notice(name: &str, buttons: Buttons) -> Notice {
        let (clock, random) = (SystemClock, SeededRandom::new(1));
        let seat = Seat::new("this computer", DeviceId::new(&clock, &random));
        Notice {
            id: NoticeId { seat, alert_id: AlertId::new(&clock, &random) },
            title: "A new device signed in",
            lines: vec![name.to_owned(), "Near Lisbon, Portugal, today at 20:14".to_owned()],
            buttons,
            quiet: false,
        }
    }

    #[test]
    fn a_name_with_markup_is_drawn_as_it_is() {
        let hostile = notice("<a href=\"http://evil\">TV</a> & <img src=x>", Buttons::SignOut);
        let drawn = compose(&hostile, true).body;
        assert!(!drawn.contains('<') && !drawn.contains('>'), "{drawn}");
        assert!(drawn.starts_with("&lt;a href=\"http://evil\"&gt;TV&lt;/a&gt; &amp; &lt;img"), "{drawn}");
        assert!(
            compose(&hostile, false).body.contains("</a> & <img"),
            "without markup nothing is written twice"
        );
    }

    #[test]
    fn an_alert_can_be_answered_and_an_outcome_cannot() {
        let has = |buttons, label: &str| {
            compose(&notice("TV", buttons), true).actions.iter().any(|word| word == label)
        };
        assert!(has(Buttons::SignOut, "No, sign it out") && has(Buttons::SignOut, "Yes, it is ours"));
        assert!(has(Buttons::NotMe, "No, it is not") && has(Buttons::NotMe, "Yes, it is ours"));
        assert!(!has(Buttons::NotMe, "No, sign it out"), "nothing is left to sign out");
        assert!(!has(Buttons::None, "No, sign it out") && !has(Buttons::None, "Yes, it is ours"));
    }

    #[test]
    fn a_button_is_known_by_its_name_or_its_label_and_closing_is_no_answer() {
        for word in ["sign_out", "No, sign it out"] {
            assert_eq!(tapped(&NotificationResponse::Action(word.into())), Some(Tapped::SignOut));
        }
        for word in ["not_me", "No, it is not"] {
            assert_eq!(tapped(&NotificationResponse::Action(word.into())), Some(Tapped::NotMe));
        }
        for word in ["me", "Yes, it is ours"] {
            assert_eq!(tapped(&NotificationResponse::Action(word.into())), Some(Tapped::ItWasMe));
        }
        assert_eq!(tapped(&NotificationResponse::Default), Some(Tapped::Open));
        assert_eq!(tapped(&NotificationResponse::Action("other".into())), None);
        let closed = NotificationResponse::Closed(notify_rust::CloseReason::Dismissed);
        assert_eq!(tapped(&closed), None);
    }
}
