//! What a sign-out is about: which sessions of which devices, and what may be done with each. What lives here ends at once; what lives
//! at a watched service is asked for there, or is not to be ended from here.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Core;
use super::caller::Manager;
use super::let_in;
use crate::error::{Error, Result};
use crate::model::{
    DeviceId, DeviceListing, Nature, OWN_SERVICE, Promise, ServiceId, SessionId, SessionListing, Timestamp,
};
use crate::wire::{SessionSignOut, SignOutEffect, SignOutMany, SignOutResult};
use crate::words::sign_out::{A_PROGRAMS, ONLY_ITS_OWNER, OUR_OWN};

/// Most devices, or sessions, that one request may name.
const MOST_IDS: usize = 1000;

/// What a request names.
pub(super) enum Which {
    /// Devices, with all that they hold.
    Devices { ids: Vec<DeviceId>, with_let_in: bool },
    /// Sessions, one by one.
    Sessions(Vec<SessionId>),
    /// All devices of the account.
    All { include_current: bool },
}

impl Which {
    pub(super) fn read(request: SignOutMany) -> Result<Self> {
        let SignOutMany { ids, all, include_current, with_let_in, session_ids } = request;
        match (ids, session_ids, all == Some(true)) {
            (Some(ids), None, false) => {
                let ids = distinct("ids", ids)?;
                Ok(Self::Devices { ids, with_let_in: with_let_in == Some(true) })
            }
            (None, Some(ids), false) => Ok(Self::Sessions(distinct("session_ids", ids)?)),
            (None, None, true) => Ok(Self::All { include_current: include_current == Some(true) }),
            _ => Err(Error::invalid("ids", "Name the devices to sign out, or all of them.")),
        }
    }
}

fn distinct<T: Copy + Eq + std::hash::Hash>(field: &'static str, ids: Vec<T>) -> Result<Vec<T>> {
    if ids.len() > MOST_IDS {
        return Err(Error::invalid(field, "Name at most 1,000 devices at a time, or all."));
    }
    let mut seen = HashSet::new();
    Ok(ids.into_iter().filter(|id| seen.insert(*id)).collect())
}

/// By what a session was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// By itself.
    Name,
    /// With its device.
    Device,
    /// With everything.
    All,
}

/// What is to be done with a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// End it.
    End,
    /// Ask its service to end it.
    Ask(ServiceId),
    /// Nothing: it has ended.
    Over,
    /// Nothing: why, in a sentence.
    Refuse(&'static str),
    /// Nothing, and not a word of it: who signs everything out does not mean it.
    Spare,
}

/// What is to be done with a session that was chosen so.
pub(super) fn what_of(listed: &SessionListing, by: By) -> What {
    let session = &listed.session;
    if session.ending.is_some() {
        return What::Over;
    }
    let Some(at) = session.source.at_service() else { return What::End };
    match (at.told.nature, by) {
        (Nature::Own | Nature::Integration, By::All) => What::Spare,
        (Nature::Own, _) => What::Refuse(OUR_OWN),
        (Nature::Integration, By::Device) => What::Refuse(A_PROGRAMS),
        _ if session.promise == Promise::Nothing => What::Refuse(ONLY_ITS_OWNER),
        _ => What::Ask(at.service_id),
    }
}

/// A session that a sign-out is about.
pub(super) struct Pick {
    pub id: SessionId,
    pub what: What,
    /// What is known of it; nothing, where its device cannot be read.
    pub listed: Option<SessionListing>,
}

impl Pick {
    fn of(listed: &SessionListing, by: By) -> Self {
        Self { id: listed.session.id, what: what_of(listed, by), listed: Some(listed.clone()) }
    }

    fn result(&self, done: &Done) -> SessionSignOut {
        let ending = self.listed.as_ref().and_then(|listed| listed.session.ending.as_ref());
        let ended_at = done.ended.get(&self.id).copied().or(ending.map(|ending| ending.at));
        let at = self.listed.as_ref().and_then(|listed| listed.session.source.at_service());
        let was_asked = at.is_some_and(|at| at.asked.is_some());
        let (effect, detail) = match self.what {
            What::End if done.ended.contains_key(&self.id) => (SignOutEffect::SignedOut, None),
            What::Ask(_) if was_asked || done.asked.contains(&self.id) => (SignOutEffect::Asked, None),
            What::Refuse(why) => (SignOutEffect::Refused, Some(why.to_owned())),
            What::End | What::Ask(_) | What::Over | What::Spare => (SignOutEffect::AlreadySignedOut, None),
        };
        let source = self.listed.as_ref().map_or(OWN_SERVICE, SessionListing::source_name).to_owned();
        SessionSignOut { session_id: self.id, source, effect, ended_at, detail }
    }
}

/// What came of it all.
#[derive(Default)]
pub(super) struct Done {
    /// When the sessions ended that ended by it.
    pub ended: HashMap<SessionId, Timestamp>,
    /// Those that are asked for.
    pub asked: HashSet<SessionId>,
}

/// A device that a sign-out is about.
pub(super) struct Row {
    pub device_id: DeviceId,
    pub picks: Vec<Pick>,
    is_known: bool,
    /// When its last session ended, where none is alive.
    ended_at: Option<Timestamp>,
}

impl Row {
    /// What happened to it: the least that happened to one of its sessions.
    pub(super) fn result(&self, done: &Done) -> SignOutResult {
        let sessions: Vec<_> = self.picks.iter().map(|pick| pick.result(done)).collect();
        let by_least = [
            SignOutEffect::Refused,
            SignOutEffect::Asked,
            SignOutEffect::SignedOut,
            SignOutEffect::AlreadySignedOut,
        ];
        let least =
            by_least.into_iter().find(|effect| sessions.iter().any(|session| session.effect == *effect));
        let otherwise = if self.is_known { SignOutEffect::AlreadySignedOut } else { SignOutEffect::NotFound };
        let effect = least.unwrap_or(otherwise);
        let is_out = matches!(effect, SignOutEffect::SignedOut | SignOutEffect::AlreadySignedOut);
        let ended_at = sessions.iter().filter_map(|session| session.ended_at).max().or(self.ended_at);
        SignOutResult { device_id: self.device_id, effect, sessions, ended_at: ended_at.filter(|_| is_out) }
    }
}

/// What a sign-out is about, with what is known of the devices.
pub(super) struct Chosen {
    pub rows: Vec<Row>,
    pub devices: HashMap<DeviceId, DeviceListing>,
}

/// Finds it, in the turn in which it is signed out: a session made between would outlive "all".
pub(super) async fn choose(core: &Core, manager: &Manager, which: Which) -> Result<Chosen> {
    match which {
        Which::Devices { mut ids, with_let_in } => {
            if with_let_in {
                let them = let_in::by(core, manager.account_id(), Some(manager.device_id()), ids.clone());
                ids.extend(them.await?.into_iter().map(|(_, device_id)| device_id));
            }
            of_devices(core, manager, ids).await
        }
        Which::Sessions(ids) => of_sessions(core, manager, &ids).await,
        Which::All { include_current } => of_all(core, manager, include_current).await,
    }
}

async fn of_devices(core: &Core, manager: &Manager, ids: Vec<DeviceId>) -> Result<Chosen> {
    let devices = core.store.devices_of_ids(manager.account_id(), &ids).await?;
    let mut rows = Vec::with_capacity(ids.len());
    for device_id in ids {
        let listing = devices.get(&device_id);
        if listing.is_none() {
            // One that is there and cannot be read must not be answered for as one that is not.
            drop(core.store.device(manager.account_id(), device_id).await?);
        }
        let sessions = listing.map_or(&[][..], |listing| listing.sessions.as_slice());
        let alive = sessions.iter().filter(|listed| listed.session.ending.is_none());
        rows.push(Row {
            device_id,
            picks: alive.map(|listed| Pick::of(listed, By::Device)).collect(),
            is_known: listing.is_some(),
            ended_at: listing.and_then(ended_at),
        });
    }
    Ok(Chosen { rows, devices })
}

async fn of_sessions(core: &Core, manager: &Manager, ids: &[SessionId]) -> Result<Chosen> {
    let found = core.store.sessions_of_ids(manager.account_id(), ids).await?;
    if found.is_empty() && !ids.is_empty() {
        return Err(Error::NotFound("session"));
    }
    let mut picks: BTreeMap<DeviceId, Vec<Pick>> = BTreeMap::new();
    for (device_id, listed) in &found {
        picks.entry(*device_id).or_default().push(Pick::of(listed, By::Name));
    }
    let ids: Vec<_> = picks.keys().copied().collect();
    let devices = core.store.devices_of_ids(manager.account_id(), &ids).await?;
    let row = |(device_id, picks)| Row { device_id, picks, is_known: true, ended_at: None };
    Ok(Chosen { rows: picks.into_iter().map(row).collect(), devices })
}

async fn of_all(core: &Core, manager: &Manager, include_current: bool) -> Result<Chosen> {
    let account_id = manager.account_id();
    let is_meant = |id: &DeviceId| include_current || *id != manager.device_id();
    let live = core.store.live_sessions(account_id).await?;
    // By their devices, where it is the sessions that were asked for.
    let at_home: BTreeMap<_, _> =
        live.into_iter().filter(|(_, id)| is_meant(id)).map(|(session, device)| (device, session)).collect();
    let mut ids: Vec<_> = at_home.keys().copied().collect();
    let at_services = core.store.devices_at_services(account_id).await?;
    ids.extend(at_services.into_iter().filter(is_meant));
    ids.sort_unstable();
    ids.dedup();
    let devices = core.store.devices_of_ids(account_id, &ids).await?;
    let mut rows = Vec::with_capacity(ids.len());
    for device_id in ids {
        let sessions = devices.get(&device_id).map_or(&[][..], |listing| listing.sessions.as_slice());
        let alive = sessions.iter().filter(|listed| listed.session.ending.is_none());
        let mut picks: Vec<_> = alive.map(|listed| Pick::of(listed, By::All)).collect();
        picks.retain(|pick| pick.what != What::Spare);
        // What lives here ends also where its device cannot be read.
        if let Some(id) = at_home.get(&device_id).filter(|id| !picks.iter().any(|pick| pick.id == **id)) {
            picks.push(Pick { id: *id, what: What::End, listed: None });
        }
        if !picks.is_empty() {
            rows.push(Row { device_id, picks, is_known: true, ended_at: None });
        }
    }
    Ok(Chosen { rows, devices })
}

fn ended_at(listing: &DeviceListing) -> Option<Timestamp> {
    listing.sessions.iter().filter_map(|listed| Some(listed.session.ending.as_ref()?.at)).max()
}
