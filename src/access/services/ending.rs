//! Sign-outs at services, as jobs: what is to be ended where, and what came of it. That a service says "done" proves nothing; a session
//! has ended when it was read back that it is gone (decision 31).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::state::look_failed;
use super::watch::Asked;
use crate::access::Core;
use crate::access::telling::{Outcome, wait};
use crate::error::Result;
use crate::model::{
    DeviceId, DeviceListing, EndedReason, HistoryDetail, HistoryEntry, HistoryKind, Job, JobState, JobWork,
    Profile, ProfileId, Service, ServiceId, SessionId, Timestamp,
};
use crate::services::{Ending, Kind, Trouble, kind};
use crate::store::{EndedJob, GoneSession, WatchedSession};
use crate::wire::EventKind;

/// How often a service says that it ended a sign-in which is still there: then it is taken for a refusal.
const MOST_LIES: u32 = 5;

/// Ends that are asked for at one service before they are read back and others may be. The rest waits no longer for that, and whoever
/// looks sees how it goes on.
const MOST_OF_ONE: usize = 100;

/// Attempts, after which it is given up: a month of them. They are counted and not timed, as for what is told.
const MOST_ATTEMPTS: u32 = 9_000;

/// Longest wait that a service may ask for.
const LONGEST_ASKED: Duration = Duration::from_hours(1);

/// Sessions to end at one service.
pub struct DueEnds {
    /// The service.
    pub service: Service,
    /// Its kind.
    pub kind: &'static dyn Kind,
    /// What to end, each with its job.
    pub ends: Vec<(Job, SessionId, Ending)>,
}

/// Begins the ends that are due, of services that may be asked now and of which none is under way: noted before anything is asked.
pub async fn begin(core: &Arc<Core>, most: u32, under_way: &[ServiceId]) -> Result<Vec<DueEnds>> {
    let now = core.now();
    let mut due: Vec<DueEnds> = Vec::new();
    let mut passed = under_way.to_vec();
    let mut over = Vec::new();
    for job in core.store.due_ends(now, most, under_way).await? {
        let JobWork::End { service_id, session_id } = job.work else { continue };
        if passed.contains(&service_id) {
            continue;
        }
        let Some(session) = core.store.asked_end(session_id).await? else {
            over.push(EndedJob { job, state: JobState::Done, due_at: now, channel: None, detail: None });
            continue;
        };
        let ending = Ending {
            ends_with: session.told.ends_with.unwrap_or_else(|| session.external_id.clone()),
            external_id: session.external_id,
            person_id: session.told.person_id,
        };
        if let Some(of_it) = due.iter_mut().find(|due| due.service.id == service_id) {
            of_it.ends.push((job, session_id, ending));
            if of_it.ends.len() >= MOST_OF_ONE {
                passed.push(service_id);
            }
        } else if let Some((service, kind)) = known(core, service_id).await? {
            due.push(DueEnds { service, kind, ends: vec![(job, session_id, ending)] });
        } else {
            passed.push(service_id);
        }
    }
    if !over.is_empty() {
        core.store.end_jobs(&over, now).await?;
    }
    let begun = due.iter().flat_map(|due| &due.ends).map(|(job, ..)| job);
    let ids = core.store.begin_ends(&begun.collect::<Vec<_>>(), now).await?;
    for due in &mut due {
        due.ends.retain(|(job, ..)| ids.contains(&job.id));
    }
    due.retain(|due| !due.ends.is_empty());
    Ok(due)
}

/// A service whose kind is known. Its key is not read here: a locked keyring asks its owner first, and nobody else waits for that.
async fn known(core: &Arc<Core>, id: ServiceId) -> Result<Option<(Service, &'static dyn Kind)>> {
    let Some(service) = core.store.watched_service(id).await? else { return Ok(None) };
    if let Some(kind) = kind(&service.kind) {
        return Ok(Some((service, kind)));
    }
    // A later version added it. That is said, and not looked at again and again.
    let unknown = Trouble::OtherKind { expected: "kind of server that this version of Latchkey knows" };
    look_failed(core, &Asked::nobody(core, service), &unknown).await?;
    Ok(None)
}

/// When the next is due, if one waits that may be asked for, at a service where none is under way.
pub async fn next(core: &Core, under_way: &[ServiceId]) -> Result<Option<Timestamp>> {
    core.store.next_end_at(under_way).await
}

/// Writes down that sessions are gone at their service: it was read back.
pub async fn confirm(core: &Arc<Core>, service: &Service, gone: &[SessionId]) -> Result<()> {
    let (core, service, gone) = (Arc::clone(core), service.clone(), gone.to_vec());
    Core::carry_through(async move {
        let turn = core.store.turn().await;
        let profiles = core.store.profiles(service.account_id).await?;
        let mut sessions = Vec::with_capacity(gone.len());
        for id in gone {
            sessions.extend(core.store.asked_end(id).await?);
        }
        let devices: Vec<_> = sessions.iter().map(|session| session.device_id).collect();
        let devices = core.store.devices_of_ids(service.account_id, &devices).await?;
        let ended: Vec<_> =
            sessions.iter().map(|known| gone_session(&core, &service, &profiles, &devices, known)).collect();
        core.store.end_watched(&turn, &ended, core.now()).await?;
        // A look that began before may have seen them, and is not to bring them back.
        core.services.note_gone(service.id, sessions.into_iter().map(|session| session.external_id));
        announce_gone(&core, &service, &ended);
        if !ended.is_empty() {
            core.announcer.announce(&*core.clock, service.account_id, EventKind::ServicesChanged);
        }
        Ok(())
    })
    .await
}

/// Tells of sessions that are gone.
pub(super) fn announce_gone(core: &Core, service: &Service, gone: &[GoneSession]) {
    for GoneSession { session_id, history, .. } in gone {
        if let Some(device_id) = history.device_id {
            let ended = EventKind::SignedOut { device_id, session_id: *session_id };
            core.announcer.announce(&*core.clock, service.account_id, ended);
        }
    }
}

/// A sign-in that is gone at the service: as it was asked to, or not.
pub(super) fn gone_session(
    core: &Core,
    service: &Service,
    profiles: &[Profile],
    devices: &HashMap<DeviceId, DeviceListing>,
    known: &WatchedSession,
) -> GoneSession {
    let reason =
        if known.asked_at.is_some() { EndedReason::SignedOutRemotely } else { EndedReason::EndedAtService };
    let listing = devices.get(&known.device_id);
    let history = HistoryEntry {
        device_id: Some(known.device_id),
        device_name: listing.map(|listing| listing.device.name().to_owned()),
        session_id: Some(known.session_id),
        profile_name: profile_name(profiles, known.profile_id),
        detail: Some(HistoryDetail::EndedAt { name: service.name.clone(), reason }),
        by_session_id: known.asked_by,
        ..core.entry(service.account_id, HistoryKind::SignOut)
    };
    GoneSession { session_id: known.session_id, reason, by: known.asked_by, history }
}

/// What the person of a profile is called.
pub(super) fn profile_name(profiles: &[Profile], id: Option<ProfileId>) -> Option<String> {
    let profile = profiles.iter().find(|profile| Some(profile.id) == id);
    profile.map(|profile| profile.name.as_str().to_owned())
}

/// What came of asking a service to end a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// It is gone; that is written down already.
    Gone,
    /// It says that it is done, and the sign-in is there still.
    StillThere,
    /// It cannot be asked now.
    Later(Outcome),
    /// It will not, ever, for this key.
    Refused(String),
}

/// Notes what came of asking.
pub async fn end(core: &Core, outcomes: &[(Job, Came)]) -> Result<()> {
    let now = core.now();
    let mut ended = Vec::with_capacity(outcomes.len());
    let mut refused = Vec::new();
    let mut put_off: HashMap<ServiceId, Timestamp> = HashMap::new();
    for (job, came) in outcomes {
        let JobWork::End { service_id, session_id } = job.work else { continue };
        let tried = job.attempts.saturating_add(1);
        // By how often it said so, and not by all attempts: one that was away for an hour has not lied yet.
        let lies = if *came == Came::StillThere { core.services.said_done(session_id) } else { 0 };
        let later = now.after(wait(core, job.attempts));
        let (state, due_at, detail) = match came {
            Came::Gone => (JobState::Done, now, None),
            Came::StillThere if lies < MOST_LIES => (
                JobState::Waiting,
                later,
                Some(
                    "It says that it is done, and the sign-in is still there. It is asked again.".to_owned(),
                ),
            ),
            Came::StillThere => {
                let why = "It says that it is done, and the sign-in is still there.";
                refused.push((session_id, why.to_owned()));
                (JobState::Refused, now, Some(why.to_owned()))
            }
            Came::Later(Outcome::Later { after, why }) if tried < MOST_ATTEMPTS => {
                let asked = after.map_or(later, |after| now.after(after.min(LONGEST_ASKED)));
                // The first of a service to be tried again is the first of all that wait there.
                let until = put_off.entry(service_id).or_insert_with(|| later.max(asked));
                *until = later.max(asked).min(*until);
                (
                    JobState::Waiting,
                    later.max(asked),
                    Some(format!("Not yet: {why}. It is asked again by itself.")),
                )
            }
            Came::Later(_) => {
                let why = "It could not be reached for a month.".to_owned();
                refused.push((session_id, why.clone()));
                (JobState::GivenUp, now, Some(why))
            }
            Came::Refused(why) => {
                refused.push((session_id, why.clone()));
                (JobState::Refused, now, Some(why.clone()))
            }
        };
        if state != JobState::Waiting {
            core.services.forget_said_done(session_id);
        }
        ended.push(EndedJob { job: job.clone(), state, due_at, channel: None, detail });
    }
    core.store.end_jobs(&ended, now).await?;
    for (service_id, until) in put_off {
        core.store.put_off_ends(service_id, until).await?;
    }
    for (session_id, why) in &refused {
        core.store.note_refusal(*session_id, why).await?;
    }
    let mut accounts: Vec<_> = outcomes.iter().map(|(job, _)| job.account_id).collect();
    accounts.sort_unstable();
    accounts.dedup();
    for account_id in accounts {
        core.announcer.announce(&*core.clock, account_id, EventKind::ServicesChanged);
    }
    Ok(())
}
