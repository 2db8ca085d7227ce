//! The installed app: a window, a tray and notifications around the core.
//!
//! | where | what |
//! |---|---|
//! | [`desk`] | which home a person looks at, and their keys to it |
//! | [`embedded`] | this computer's own home: the core, started inside the app |
//! | [`commands`] | the doors the window comes through, one an operation |
//! | [`events`] | what happens in the home, handed on to window and tray |
//! | [`alerts`] | native notifications, and opening what they are about |
//! | [`hours`] | by what clock the notifications tell the time |
//! | [`window`], [`tray`] | the window, and the app while its window is closed |
//! | [`keys`], [`remembered`] | the keyring, and what is remembered between two starts |
//! | [`service_keys`] | the keys of the watched services, in the keyring |
//! | [`save`] | the history as a file |
//! | [`mobile`] | what a phone has that a computer has not |
//!
//! Nothing here holds a rule of its own: what a person may do is decided in the core, for every caller alike.
//! A phone has no embedded home, tray or keyring: it looks at a home on another machine.

#![cfg_attr(
    target_os = "ios",
    allow(missing_docs, reason = "the entry point that Tauri's macro writes has none")
)]

mod commands;
mod desk;
mod events;
mod keys;
#[cfg(any(mobile, test))]
pub mod mobile;
mod private;
mod refusal;
mod remembered;
mod window;

#[cfg(desktop)]
mod alerts;
#[cfg(desktop)]
mod embedded;
#[cfg(desktop)]
mod hours;
#[cfg(desktop)]
mod save;
#[cfg(desktop)]
mod service_keys;
mod start;
#[cfg(desktop)]
mod tray;

/// Starts the app; returns when it has ended.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    start::run();
}
