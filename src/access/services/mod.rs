//! Watched services: adding, proving, changing and removing them, taking in what a look at one found, and ending sign-ins there.
//!
//! A sign-in at a service is a session with another source than this home (decision 30). Who reads the services, and when, is
//! `watching`; what it read comes in here.

mod adding;
pub mod ending;
mod finding;
mod links;
mod listing;
mod proxies;
mod reading;
mod state;
mod taking;
mod watch;

pub use adding::{add, change, check, prove, remove};
pub use finding::find;
pub use links::{begin_link, link};
pub use listing::{kinds, list, one};
pub use reading::{take_in, take_in_asked};
pub use state::{key_is_gone, look_failed};
pub use watch::{Asked, Looking, Watch, line as watch_line};
