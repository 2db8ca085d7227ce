//! Drawing a plan up: which sessions are to be ended on a bad evening, and what only a person can do. Nothing is ended here.

use std::collections::{BTreeMap, BTreeSet};

use super::Core;
use super::caller::Manager;
use crate::error::{Error, Result};
use crate::model::{
    DeviceId, Nature, PlanKind, PlanTaskKind, PlannedEnd, PlannedTask, ProfileId, ProfileKind, Promise,
    ServiceId, SessionListing,
};
use crate::services::cards;
use crate::store::WatchedService;
use crate::wire::NewPlan;

/// What a device is called that cannot be read: what it holds is ended all the same.
const UNREADABLE: &str = "A device that cannot be read";

/// What happened, and to what or whom.
pub(super) enum Case {
    /// This device is lost.
    Lost(DeviceId, String),
    /// This person moved out.
    MovedOut(ProfileId, String),
    /// Something is wrong.
    Wrong,
}

/// What is to be done.
pub(super) struct Drawn {
    /// The sessions to end.
    pub rows: Vec<PlannedEnd>,
    /// What only a person can do.
    pub tasks: Vec<PlannedTask>,
}

impl Case {
    /// Reads what somebody says that happened. Nobody plans their own end: who is signed out cannot see to the rest.
    pub async fn read(core: &Core, manager: &Manager, new: NewPlan) -> Result<Self> {
        let account_id = manager.account_id();
        match new.kind {
            PlanKind::LostDevice => {
                let id =
                    new.device_id.ok_or_else(|| Error::invalid("device_id", "Say which device is lost."))?;
                if id == manager.device_id() {
                    return Err(Error::invalid(
                        "device_id",
                        "That is the device that you are using. Say on another one that it is lost.",
                    ));
                }
                let listing = core.store.device(account_id, id).await?.ok_or(Error::NotFound("device"))?;
                Ok(Self::Lost(id, listing.device.name().to_owned()))
            }
            PlanKind::MovedOut => {
                let id = new.profile_id.ok_or_else(|| Error::invalid("profile_id", "Say who moved out."))?;
                if manager.caller().session.profile().is_some_and(|profile| profile.id == id) {
                    return Err(Error::invalid(
                        "profile_id",
                        "That is who uses this device now. Choose yourself first, then try again.",
                    ));
                }
                let profiles = core.store.profiles(account_id).await?;
                let profile = profiles.into_iter().find(|profile| profile.id == id);
                let profile = profile.ok_or(Error::NotFound("profile"))?;
                Ok(Self::MovedOut(id, profile.name.as_str().to_owned()))
            }
            PlanKind::SomethingWrong => Ok(Self::Wrong),
        }
    }

    /// The device that is lost.
    pub const fn device_id(&self) -> Option<DeviceId> {
        match self {
            Self::Lost(id, _) => Some(*id),
            Self::MovedOut(..) | Self::Wrong => None,
        }
    }

    /// Who moved out.
    pub const fn profile_id(&self) -> Option<ProfileId> {
        match self {
            Self::MovedOut(id, _) => Some(*id),
            Self::Lost(..) | Self::Wrong => None,
        }
    }

    /// What it is about, by its name.
    pub fn about(&self) -> Option<&str> {
        match self {
            Self::Lost(_, name) | Self::MovedOut(_, name) => Some(name),
            Self::Wrong => None,
        }
    }
}

/// Draws a plan up of what there is now.
pub(super) async fn draw(core: &Core, manager: &Manager, case: &Case) -> Result<Drawn> {
    let account_id = manager.account_id();
    let services = core.store.services_to_plan(account_id).await?;
    let ids = core.store.sessions_everywhere(account_id).await?;
    let mut by_device: BTreeMap<DeviceId, Vec<SessionListing>> = BTreeMap::new();
    for (device_id, listing) in core.store.sessions_of_ids(account_id, &ids).await? {
        let is_meant = case.device_id().is_none_or(|lost| lost == device_id);
        // By the one, somebody sees to the rest; by the other, the service is read: whether the rest has ended could not be seen.
        if is_meant
            && listing.session.id != manager.session_id()
            && listing.session.source.nature() != Nature::Own
        {
            by_device.entry(device_id).or_default().push(listing);
        }
    }
    let device_ids: Vec<_> = by_device.keys().copied().collect();
    let devices = core.store.devices_of_ids(account_id, &device_ids).await?;
    let mut rows = Vec::new();
    for (device_id, sessions) in &by_device {
        let name = devices.get(device_id).map_or(UNREADABLE, |listing| listing.device.name());
        let is_spared = matches!(case, Case::Wrong) && *device_id == manager.device_id();
        for listing in meant(case, &services, sessions) {
            let is_chosen = !is_spared && is_ended_unasked(listing);
            rows.push(row(*device_id, name, listing, is_chosen));
        }
    }
    let tasks = tasks(core, manager, case, &services, &rows).await?;
    Ok(Drawn { rows, tasks })
}

/// Those of a device's sessions that a plan is about: of somebody who moved out theirs, and all that a device holds which nobody else
/// uses.
fn meant<'a>(
    case: &Case,
    services: &[WatchedService],
    sessions: &'a [SessionListing],
) -> Vec<&'a SessionListing> {
    let Some(gone) = case.profile_id() else { return sessions.iter().collect() };
    let whose: Vec<_> = sessions.iter().map(|listing| profile_of(services, listing)).collect();
    let users: BTreeSet<_> = whose.iter().flatten().copied().collect();
    let is_theirs_alone = users.iter().eq([&gone]);
    let theirs = sessions.iter().zip(whose).filter(|(_, whose)| is_theirs_alone || *whose == Some(gone));
    theirs.map(|(listing, _)| listing).collect()
}

/// Whose a session is here. At a service what was said of its person counts, and not what was taken over from that once.
fn profile_of(services: &[WatchedService], listing: &SessionListing) -> Option<ProfileId> {
    if let Some(at) = listing.session.source.at_service()
        && let Some(service) = services.iter().find(|service| service.id == at.service_id)
        && let Some(whose) = at.told.person_id.as_ref().and_then(|person| service.people.get(person))
    {
        return *whose;
    }
    listing.profile.as_ref().map(|profile| profile.id)
}

/// Whether a session is ended unless somebody takes it out: no program's, for what it does may be what the house runs by; and none
/// that its service does not let be ended from here.
fn is_ended_unasked(listing: &SessionListing) -> bool {
    listing.session.source.nature() != Nature::Integration && listing.session.promise != Promise::Nothing
}

fn row(device_id: DeviceId, device_name: &str, listing: &SessionListing, chosen: bool) -> PlannedEnd {
    let at = listing.session.source.at_service();
    PlannedEnd {
        session_id: listing.session.id,
        device_id,
        device_name: device_name.to_owned(),
        service_id: at.map(|at| at.service_id),
        source: listing.source_name().to_owned(),
        person: at.and_then(|at| at.told.person.clone()),
        nature: listing.session.source.nature(),
        promise: listing.session.promise,
        chosen,
    }
}

/// What only a person can do: first the services that let nothing be ended from here, then passwords and PINs, then the pages of what
/// has no API.
async fn tasks(
    core: &Core,
    manager: &Manager,
    case: &Case,
    services: &[WatchedService],
    rows: &[PlannedEnd],
) -> Result<Vec<PlannedTask>> {
    let closed: BTreeSet<ServiceId> =
        rows.iter().filter(|row| row.promise == Promise::Nothing).filter_map(|row| row.service_id).collect();
    let closed = services.iter().filter(|service| closed.contains(&service.id));
    let mut tasks: Vec<_> = closed
        .map(|service| {
            let url = Some(service.url.clone());
            task(format!("service {}", service.id), PlanTaskKind::OpenPage, &service.name, url)
        })
        .collect();
    tasks.extend(passwords(case, services));
    if let Some(gone) = case.profile_id() {
        let profiles = core.store.profiles(manager.account_id()).await?;
        // Theirs opens nothing any more once the account's password is another.
        let known = profiles
            .iter()
            .filter(|profile| profile.id != gone && profile.has_pin && profile.kind == ProfileKind::Adult);
        tasks.extend(known.map(|profile| {
            task(format!("pin {}", profile.id), PlanTaskKind::ChangePin, profile.name.as_str(), None)
        }));
    }
    let watches = core.store.card_watches(manager.account_id()).await?;
    tasks.extend(cards::cards().iter().filter(|card| watches.contains_key(&card.card)).map(|card| {
        // Of the household's own servers nobody said where they are.
        let url = card.url.clone().filter(|_| !card.own_server);
        task(format!("card {}", card.card), PlanTaskKind::OpenPage, &card.name, url)
    }));
    Ok(tasks)
}

/// The passwords to change: of somebody who moved out those that they knew, and all of them where something is wrong. A lost device
/// shows nobody a password.
fn passwords(case: &Case, services: &[WatchedService]) -> Vec<PlannedTask> {
    let is_known = |service: &&WatchedService| match case {
        Case::Lost(..) => false,
        Case::MovedOut(gone, _) => service.people.values().any(|whose| *whose == Some(*gone)),
        Case::Wrong => true,
    };
    let own = (!matches!(case, Case::Lost(..)))
        .then(|| task("password latchkey".to_owned(), PlanTaskKind::ChangePassword, "Latchkey", None));
    let theirs = services.iter().filter(is_known).map(|service| {
        let (id, url) = (format!("password {}", service.id), Some(service.url.clone()));
        task(id, PlanTaskKind::ChangePassword, &service.name, url)
    });
    own.into_iter().chain(theirs).collect()
}

fn task(task: String, kind: PlanTaskKind, name: &str, url: Option<String>) -> PlannedTask {
    PlannedTask { task, kind, name: name.to_owned(), url, done_at: None }
}
