//! The screen: what is visible on it, closing a window as its button does, and pictures.

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ClientMessageEvent, ConnectionExt, EventMask};

use super::{results, run, until};

/// The app's windows on the screen.
fn visible() -> Vec<u32> {
    let found = run("xdotool", &["search", "--onlyvisible", "--name", "^Latchkey$"]);
    found.lines().filter_map(|id| id.parse().ok()).collect()
}

/// Waits until the window is on the screen.
pub async fn window_shows() {
    until("the window is on the screen", async || visible().first().copied()).await;
}

/// Waits until the window is not on the screen.
pub async fn window_is_gone() {
    until("the window is gone from the screen", async || visible().is_empty().then_some(())).await;
}

/// Asks the window to close, as the button in its corner does (ICCCM section 4.2.8.1).
pub async fn close_window() {
    let window = until("there is a window to close", async || visible().first().copied()).await;
    let (connection, _) = x11rb::connect(None).unwrap();
    let atom = |name: &str| connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom;
    let message =
        ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS"), [atom("WM_DELETE_WINDOW"), 0, 0, 0, 0]);
    connection.send_event(false, window, EventMask::NO_EVENT, message).unwrap().check().unwrap();
    connection.flush().unwrap();
}

/// Takes a picture of the whole screen, for a person to look at.
pub fn picture(name: &str) {
    let file = results().join(format!("{name}.png"));
    run("scrot", &["--overwrite", file.to_str().unwrap()]);
}
