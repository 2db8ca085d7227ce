//! What was told to whoever sits here: what is still in sight, and what must not be told again.

use std::collections::HashMap;

use crate::alerting::{Buttons, Seat};
use crate::model::{AlertId, AlertKind, AlertState, Deeds, SessionId};
use crate::wire::Alert;

/// What was told, and to whom.
#[derive(Default)]
pub struct Sight {
    seat: Option<Seat>,
    /// Ids and what would be news; everything else is asked anew. Of alerts that the home has answered nothing stays, so
    /// that it is no longer than the home's list of open ones.
    told: HashMap<AlertId, Told>,
}

/// What was told of one alert.
struct Told {
    session_id: SessionId,
    /// Whether it could be signed out when it was told.
    signed_in: bool,
    did: Deeds,
    /// Whether its notice waits for an answer; otherwise it was settled although the alert is open.
    waits: bool,
}

/// What has become of a notice.
#[derive(Debug, PartialEq, Eq)]
pub enum Standing {
    /// It says what is so, or it is not in sight.
    AsTold,
    /// Nothing is left to ask: it is to be settled.
    Over,
    /// It waits, and what it says of the session is not so any more.
    Otherwise,
}

impl Sight {
    /// Who sits here, or sat here last.
    pub fn seat(&self) -> Option<&Seat> {
        self.seat.as_ref()
    }

    /// Somebody sits here now: what was told to others is forgotten.
    pub fn sit(&mut self, seat: Seat) {
        if self.seat.as_ref() != Some(&seat) {
            self.told.clear();
            self.seat = Some(seat);
        }
    }

    /// Nobody sits here any more.
    pub fn leave(&mut self) {
        self.told.clear();
        self.seat = None;
    }

    /// The notices that wait.
    pub fn waiting(&self) -> Vec<AlertId> {
        self.told.iter().filter(|(_, told)| told.waits).map(|(id, _)| *id).collect()
    }

    /// Whether a notice waits.
    pub fn waits(&self, id: AlertId) -> bool {
        self.told.get(&id).is_some_and(|told| told.waits)
    }

    /// What a notice can be answered with.
    pub fn buttons(&self, id: AlertId) -> Buttons {
        match self.told.get(&id).filter(|told| told.waits) {
            Some(told) => Buttons::about(told.signed_in),
            None => Buttons::None,
        }
    }

    /// The notices about a session.
    pub fn about(&self, session_id: SessionId) -> Vec<AlertId> {
        self.told.iter().filter(|(_, told)| told.session_id == session_id).map(|(id, _)| *id).collect()
    }

    /// Whether an alert was not told yet, in sight or settled.
    pub fn is_new(&self, id: AlertId) -> bool {
        !self.told.contains_key(&id)
    }

    /// Whether there is something to tell of an alert: it was not told yet, or its device has done more since.
    pub fn is_news(&self, alert: &Alert) -> bool {
        self.told.get(&alert.id).is_none_or(|told| told.did != alert.did)
    }

    /// An alert is told.
    pub fn note(&mut self, alert: &Alert) {
        let told = Told {
            session_id: alert.session_id,
            signed_in: alert.signed_in,
            did: alert.did.clone(),
            waits: true,
        };
        self.told.insert(alert.id, told);
    }

    /// A notice says how its alert ended. What is still open in the home is not told again.
    pub fn settle(&mut self, id: AlertId, is_open: bool) {
        if !is_open {
            self.told.remove(&id);
        } else if let Some(told) = self.told.get_mut(&id) {
            told.waits = false;
        }
    }

    /// A notice is out of sight, and its alert may be told again.
    pub fn forget(&mut self, id: AlertId) {
        self.told.remove(&id);
    }

    /// How a notice stands to its alert as it is now.
    pub fn standing(&mut self, alert: &Alert) -> Standing {
        let Some(told) = self.told.get_mut(&alert.id).filter(|told| told.waits) else {
            return Standing::AsTold;
        };
        // What a device did to others waits for its answer when the device has gone, too; and so does what was told when it
        // had gone already.
        let has_gone = told.signed_in && !alert.signed_in;
        if alert.state != AlertState::Open || (has_gone && alert.kind != AlertKind::TakesOver) {
            return Standing::Over;
        }
        // The device may have signed in again: the alert is about that session now, and ends with it.
        told.session_id = alert.session_id;
        if told.signed_in == alert.signed_in { Standing::AsTold } else { Standing::Otherwise }
    }
}
