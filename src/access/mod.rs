//! The verbs: what can be done with an account's access, one file each. A verb looks up, decides by
//! [`crate::familiarity`] and [`crate::model`], makes one change in [`crate::store`] and announces it.
//!
//! The HTTP handlers, the window's commands and a notification's buttons all end here; none of them holds a
//! rule of its own. [`live`] keeps the promise that a signed-out session is refused at its very next request.

pub mod activity;
pub mod admit;
pub mod alerts;
pub mod asking;
pub mod badge;
pub mod caller;
pub mod check;
pub mod codes;
pub mod devices;
pub mod familiarity;
pub mod geo;
pub mod going_on;
pub mod history;
mod judging;
pub mod limits;
pub mod live;
pub mod merge;
pub mod password;
pub mod passwords;
pub mod profiles;
pub mod renewal;
pub mod set_up;
pub mod sign_in;
pub mod sign_out;
pub mod tokens;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::events::Announcer;
use crate::geo::Locator;
use crate::identify::Identifier;
use crate::model::{AccountId, HistoryEntry, HistoryId, HistoryKind, Timestamp};
use crate::random::Random;
use crate::store::Store;

/// What the verbs work with: one per home.
pub struct Core {
    /// The database.
    pub store: Store,
    /// The sessions that are alive.
    pub live: live::Live,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Addresses to places.
    pub locator: Arc<Locator>,
    /// User agents to devices.
    pub identifier: Identifier,
    /// Password hashing, a few at a time.
    pub passwords: passwords::Passwords,
    /// How often somebody may try.
    pub limits: limits::Limits,
    /// Devices that show a code and wait.
    pub codes: codes::Codes,
    /// Who is told what changes.
    pub announcer: Announcer,
    /// The code that lets somebody make the first account.
    pub setup_code: set_up::SetupCode,
    /// How far an update of the place database is.
    pub geo_progress: std::sync::Mutex<Option<crate::wire::GeoProgress>>,
    /// The address devices sign in at.
    pub public_url: String,
    /// Counts lines of history, so that those of one millisecond keep their order.
    pub(crate) sequence: AtomicU16,
    /// Held while sessions are made or ended, and while what they may do changes, so that memory and database
    /// change in one order.
    pub(crate) lives: Mutex<()>,
}

impl Core {
    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Carries `change` through even when whoever asked for it hangs up: a session that has ended in the
    /// database but not in memory would be let in.
    pub(crate) async fn carry_through<T: Send + 'static>(
        change: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        tokio::spawn(change).await.map_err(Error::internal)?
    }

    /// Waits for its turn to make or end sessions, or to change what they may do. Refused when the caller was
    /// signed out meanwhile: nothing that a session asked for is changed after its sign-out has answered.
    pub(crate) async fn in_turn(&self, caller: &caller::Caller) -> Result<tokio::sync::MutexGuard<'_, ()>> {
        let turn = self.lives.lock().await;
        caller.unless_ended(turn)
    }

    /// A line of history about nothing in particular yet.
    pub(crate) fn line(&self, account_id: AccountId, kind: HistoryKind) -> HistoryEntry {
        HistoryEntry {
            id: HistoryId::in_order(
                &*self.clock,
                &*self.random,
                self.sequence.fetch_add(1, Ordering::Relaxed),
            ),
            account_id,
            at: self.now(),
            kind,
            device_id: None,
            device_name: None,
            session_id: None,
            profile_name: None,
            address: None,
            place: None,
            detail: None,
            by_session_id: None,
        }
    }
}
