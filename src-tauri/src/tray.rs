//! The tray: that Latchkey goes on while its window is closed, how many alerts wait, and the way back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use latchkey::error::causes;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::TrayIconBuilder;
use tauri::{AppHandle, Manager, Runtime};

use crate::{alerts, window};

const ALERTS: &str = "alerts";
const OPEN: &str = "open";
const QUIT: &str = "quit";

/// The tray, once it is there: the line that counts alerts.
struct Tray<R: Runtime> {
    alerts: MenuItem<R>,
}

/// Puts Latchkey into the tray. A desktop without one is told of by [`problem`]; everything else goes on.
pub fn build<R: Runtime>(app: &AppHandle<R>) {
    // The library that draws trays on Linux is loaded when first used, and panics when it is not installed.
    match catch_unwind(AssertUnwindSafe(|| try_build(app))) {
        Ok(Ok(tray)) => {
            app.manage(tray);
        }
        Ok(Err(error)) => tracing::warn!(error = %causes(&error), "no tray"),
        Err(_) => tracing::warn!("no tray: the library that draws it is not installed"),
    }
}

fn try_build<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<Tray<R>> {
    let alerts = MenuItem::with_id(app, ALERTS, counted(0), true, None::<&str>)?;
    let open = MenuItem::with_id(app, OPEN, "Open Latchkey", true, None::<&str>)?;
    let quit = MenuItem::with_id(app, QUIT, "Quit", true, None::<&str>)?;
    let menu = Menu::with_items(app, &[&alerts, &open, &PredefinedMenuItem::separator(app)?, &quit])?;
    let mut tray =
        TrayIconBuilder::with_id("latchkey").menu(&menu).tooltip("Latchkey").on_menu_event(|app, event| {
            match event.id().as_ref() {
                ALERTS => alerts::open_list(app),
                OPEN => window::show(app),
                QUIT => app.exit(0),
                _ => {}
            }
        });
    if let Some(icon) = app.default_window_icon() {
        tray = tray.icon(icon.clone());
    }
    tray.build(app)?;
    Ok(Tray { alerts })
}

/// Shows how many alerts wait for an answer.
pub fn count<R: Runtime>(app: &AppHandle<R>, open_alerts: u32) {
    if let Some(tray) = app.try_state::<Tray<R>>()
        && let Err(error) = tray.alerts.set_text(counted(open_alerts))
    {
        tracing::warn!(error = %causes(&error), "the tray cannot be changed");
    }
}

fn counted(open_alerts: u32) -> String {
    format!("Alerts: {open_alerts}")
}

/// Why there is no tray in sight, in a sentence; `None` when there is one.
pub async fn problem<R: Runtime>(app: &AppHandle<R>) -> Option<String> {
    let why = if app.try_state::<Tray<R>>().is_none() {
        "the library that draws it (libayatana-appindicator3) is not installed"
    } else if !has_host().await {
        "this desktop shows none"
    } else {
        return None;
    };
    Some(format!(
        "There is no tray: {why}. Closing the window quits Latchkey, and no alerts come until it is opened again."
    ))
}

/// Whether somebody draws trays: on Linux that is whoever owns this name on the session bus
/// (freedesktop.org, Status Notifier Item).
#[cfg(target_os = "linux")]
async fn has_host() -> bool {
    async fn owned() -> zbus::Result<bool> {
        let bus = zbus::Connection::session().await?;
        let name = zbus::names::BusName::from_static_str("org.kde.StatusNotifierWatcher")?;
        Ok(zbus::fdo::DBusProxy::new(&bus).await?.name_has_owner(name).await?)
    }
    owned().await.unwrap_or(false)
}

/// Elsewhere the tray is part of the system.
#[cfg(not(target_os = "linux"))]
async fn has_host() -> bool {
    std::future::ready(true).await
}
