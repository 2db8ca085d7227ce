//! What ends when a device turns out not to be the household's: what it holds here, what it let in, and, once its services have
//! confirmed it, what it holds there.

use super::Core;
use super::caller::Manager;
use super::chosen::{By, What, what_of};
use super::{let_in, sign_out};
use crate::error::Result;
use crate::model::{Alert, DeviceId, DeviceSignedOut, EndedReason};
use crate::store::{AskEnd, EndSession, Ended};
use crate::wire::{ActionEffect, AnswerEffect, SessionState};

/// What is to end.
#[derive(Debug, Default)]
pub(super) struct Endings {
    /// Sessions of this home.
    pub ends: Vec<EndSession>,
    /// Sessions at watched services that are to be asked for.
    pub asks: Vec<AskEnd>,
    /// Whether the device holds one at a service that was asked for before, and is there still.
    is_asked: bool,
    /// Whether it holds one that cannot be ended from here.
    is_refused: bool,
}

/// What came of it for the device: the least that happened to one of its sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// It is signed out.
    SignedOut,
    /// It had been before.
    AlreadySignedOut,
    /// A service has still to confirm it.
    Asked,
    /// A service does not let it be ended from here.
    Refused,
}

impl Endings {
    /// Whether nothing is to end that was not asked for before.
    pub fn are_none(&self) -> bool {
        self.ends.is_empty() && self.asks.is_empty()
    }

    /// What came of it for the device that it is about.
    pub fn came_of(&self, ended: &Ended, device_id: DeviceId) -> Came {
        if self.is_refused {
            Came::Refused
        } else if self.is_asked || !ended.asked.is_empty() {
            Came::Asked
        } else if ended.keys.iter().any(|key| key.device_id == device_id) {
            Came::SignedOut
        } else {
            Came::AlreadySignedOut
        }
    }

    /// The other devices that were signed out by it, by their names.
    pub fn also(&self, ended: &Ended, device_id: DeviceId) -> Vec<DeviceSignedOut> {
        let is_another = |end: &&EndSession| {
            ended.keys.iter().any(|key| key.session_id == end.id && key.device_id != device_id)
        };
        self.ends
            .iter()
            .filter(is_another)
            .filter_map(|EndSession { history, .. }| {
                let name = history.device_name.clone().unwrap_or_default();
                Some(DeviceSignedOut { device_id: history.device_id?, name, at: history.at })
            })
            .collect()
    }
}

impl From<Came> for AnswerEffect {
    fn from(came: Came) -> Self {
        match came {
            Came::SignedOut => Self::SignedOut,
            Came::AlreadySignedOut => Self::AlreadySignedOut,
            Came::Asked => Self::Asked,
            Came::Refused => Self::Refused,
        }
    }
}

impl From<Came> for ActionEffect {
    fn from(came: Came) -> Self {
        match came {
            Came::SignedOut => Self::SignedOut,
            Came::AlreadySignedOut => Self::AlreadySignedOut,
            Came::Asked => Self::Asked,
            Came::Refused => Self::Refused,
        }
    }
}

/// The ends of what the device holds now, which may be another session than the one that raised the alert, and with "not me"
/// of what it let in: that is about the device. With another reason it is about that session alone.
pub(super) async fn endings(
    core: &Core,
    manager: Option<&Manager>,
    alert: &Alert,
    reason: EndedReason,
) -> Result<Endings> {
    let (account_id, device_id) = (alert.account_id, alert.device_id);
    let by = manager.map(Manager::session_id);
    let listing = core.store.device(account_id, device_id).await?;
    let mut all = Endings::default();
    for listed in listing.iter().flat_map(|listing| &listing.sessions) {
        let session = &listed.session;
        // Who answers about a session at a service means that one, also where it is a program's.
        let is_the_one = session.id == alert.session_id;
        if reason != EndedReason::NotMe && !is_the_one {
            continue;
        }
        match what_of(listed, if is_the_one { By::Name } else { By::All }) {
            What::End => {
                let history = sign_out::entry_of(core, account_id, device_id, session.id, reason, by).await?;
                all.ends.push(EndSession { id: session.id, reason, by, history });
            }
            What::Ask(_) if SessionState::of(session) == SessionState::Asked => all.is_asked = true,
            What::Ask(_) => all.asks.extend(sign_out::ask(core, (device_id, listing.as_ref()), listed, by)),
            What::Refuse(_) => all.is_refused = true,
            What::Over | What::Spare => {}
        }
    }
    if reason == EndedReason::NotMe {
        for (id, device_id) in
            let_in::by(core, account_id, manager.map(Manager::device_id), [device_id]).await?
        {
            let history = sign_out::entry_of(core, account_id, device_id, id, reason, by).await?;
            all.ends.push(EndSession { id, reason, by, history });
        }
    }
    Ok(all)
}
