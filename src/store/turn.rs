//! Turns: sessions are made and ended, and what they may do changes, one change at a time, database first and then memory.
//! Whatever must not happen outside of a turn takes a [`Turn`] as an argument, and waiting for one is the only way to get it.

use std::fmt;

use tokio::sync::{Mutex, MutexGuard};

use super::Store;

/// Who waits for a turn, in order.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<()>);

/// The proof that it is its holder's turn, until it is dropped.
pub struct Turn<'a>(#[expect(dead_code, reason = "held for its drop")] MutexGuard<'a, ()>);

impl fmt::Debug for Turn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turn")
    }
}

impl Store {
    /// Waits for its turn. First come, first served.
    pub async fn turn(&self) -> Turn<'_> {
        Turn(self.turns.0.lock().await)
    }
}
