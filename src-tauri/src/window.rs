//! The one window: bringing it forward, and what closing it means.

use latchkey::error::causes;
use tauri::{AppHandle, Manager, Runtime};

/// The window's name.
pub const MAIN: &str = "main";

/// Shows the window, brings it forward and gives it the keyboard.
pub fn show<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    #[cfg(desktop)]
    let done = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
    #[cfg(mobile)]
    let done = window.show();
    if let Err(error) = done {
        tracing::warn!(error = %causes(&error), "the window cannot be shown");
    }
}

/// Closing the window hides it while a tray shows that Latchkey goes on; without a tray nobody could find it
/// again, and closing quits.
#[cfg(desktop)]
pub fn close<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(MAIN)
        && let Err(error) = window.hide()
    {
        tracing::warn!(error = %causes(&error), "the window cannot be hidden");
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if crate::tray::problem(&app).await.is_some() {
            app.exit(0);
        }
    });
}
