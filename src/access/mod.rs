//! The verbs: what can be done with an account's access, one file each. A verb looks up, decides by
//! [`crate::familiarity`] and [`crate::model`], makes one change in [`crate::store`] and announces it.
//!
//! The HTTP handlers, the window's commands and a notification's buttons all end here; none of them holds a
//! rule of its own. [`live`] keeps the promise that a signed-out session is refused at its very next request.

pub mod actions;
pub mod activity;
pub mod admit;
pub mod alerts;
mod allowing;
pub mod answering_all;
pub mod asking;
pub mod badge;
pub mod caller;
pub mod cards;
mod carrying;
pub mod channels;
pub mod check;
mod chosen;
pub mod codes;
pub mod crowd;
pub mod devices;
pub mod drill;
pub mod drills;
mod endings;
pub mod familiarity;
mod fresh;
pub mod geo;
pub mod going_on;
pub mod guard_key;
pub mod hearing;
pub mod history;
pub mod home_network;
mod judging;
pub mod known_networks;
mod let_in;
pub mod limits;
pub mod live;
mod made_up;
pub mod merge;
mod nearness;
pub mod next_steps;
pub mod pairing;
pub mod password;
pub mod passwords;
mod planning;
pub mod plans;
pub mod profiles;
pub mod proof;
pub mod proxies;
pub mod pruning;
pub mod reach;
pub mod recover;
pub mod refusal;
pub mod relay;
pub mod relayed;
pub mod renewal;
pub mod revoke;
pub mod services;
pub mod set_up;
pub mod several;
pub mod sign_in;
pub mod sign_out;
mod taking_over;
pub mod telling;
pub mod tokens;
mod user_code;
mod vouching;
pub mod waiting;
pub mod waits;

use std::future::Future;
use std::sync::Arc;

use self::carrying::Carried;
use crate::clock::Clock;
use crate::error::Result;
use crate::events::Announcer;
use crate::geo::Locator;
use crate::identify::Identifier;
use crate::model::{AccountId, HistoryEntry, HistoryId, HistoryKind, IdOrder, Timestamp, ZoneName};
use crate::random::Random;
use crate::store::{PrintedCodes, Store, Turn};
use crate::tls::Certificates;

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
    /// The time zone of the computer the home runs on: the home's, unless another is set.
    pub zone: ZoneName,
    /// Addresses to places.
    pub locator: Arc<Locator>,
    /// User agents to devices.
    pub identifier: Identifier,
    /// Password hashing, a few at a time.
    pub passwords: passwords::Passwords,
    /// Networks from which live sessions were used lately.
    pub known_networks: Arc<known_networks::KnownNetworks>,
    /// How often somebody may try.
    pub limits: limits::Limits,
    /// Wrong PINs and passwords in a row.
    pub guesses: proof::Guesses,
    /// Who waits to speak for a household, and since when the home runs.
    pub waits: waits::Waits,
    /// Devices that show a code and wait.
    pub codes: codes::Codes,
    /// Codes that are shown to phones, and the phones that brought them.
    pub pairings: pairing::Pairings,
    /// Proxies that hide where devices are.
    pub proxies: proxies::Proxies,
    /// First refused requests of signed-out sessions, on their way to the history.
    pub refusals: refusal::Refusals,
    /// Watched services.
    pub services: services::Watch,
    /// Fire drills.
    pub drills: drills::Drills,
    /// How relays are heard.
    pub hearing: hearing::Hearing,
    /// What channels the home can offer.
    pub offers: channels::Offers,
    /// Who is told what changes.
    pub announcer: Announcer,
    /// The code that lets somebody make the first account.
    pub setup_code: set_up::SetupCode,
    /// Codes that were printed on this computer.
    pub printed: PrintedCodes,
    /// How far an update of the place database is.
    pub geo_progress: std::sync::Mutex<Option<crate::wire::GeoProgress>>,
    /// The address devices sign in at.
    pub public_url: String,
    /// The home's own certificates.
    pub certificates: Arc<Certificates>,
    /// Where other devices can open the home.
    pub reach: reach::Reach,
    /// Whether it listens on the home network.
    pub home_network: home_network::Listening,
    /// The order of entries of the history and of alerts: the one they happened in, whatever the clock was set to meanwhile.
    pub(crate) order: IdOrder,
}

impl Core {
    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The address that people and devices open: as configured, or else on the home network while the home listens there, or else as
    /// it listens.
    pub fn address(&self) -> String {
        let near = if self.reach.public_url.is_none() { self.home_network.addresses().ok() } else { None };
        match near.as_deref() {
            Some([first, ..]) => format!("http://{first}"),
            _ => self.public_url.clone(),
        }
    }

    /// Carries `change` through even when whoever asked for it hangs up: a session that has ended in the
    /// database but not in memory would be let in.
    pub(crate) async fn carry_through<T: Send + 'static>(
        change: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        Carried::through(change).await
    }

    /// Waits for its turn to make or end sessions, or to change what they may do. Refused when the caller was
    /// signed out meanwhile: nothing that a session asked for is changed after its sign-out has answered.
    pub(crate) async fn in_turn(&self, caller: &caller::Caller) -> Result<Turn<'_>> {
        let turn = self.store.turn().await;
        caller.unless_ended(turn)
    }

    /// An entry of the history about nothing in particular yet.
    pub(crate) fn entry(&self, account_id: AccountId, kind: HistoryKind) -> HistoryEntry {
        HistoryEntry {
            id: HistoryId::in_order(&self.order, &*self.clock, &*self.random),
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
