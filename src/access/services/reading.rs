//! Taking in what a look at a service found, in parts that are short enough for others to be let in between: what is new is judged by the
//! same rule as at the front door, what is gone has ended, what changed is written down. What a fault leaves out, the next look finds.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::ending::announce_gone;
use super::proxies::of_proxies;
use super::taking::{MOST_CHARS, MOST_ID, Said, Taking, Whole, differs};
use super::watch::Asked;
use crate::access::Core;
use crate::error::Result;
use crate::model::{HistoryEntry, Profile, ProfileId, Service, ServiceState, Timestamp, clean_text};
use crate::services::{Look, SignIn, Trouble};
use crate::store::{FoundSession, LookChange, LookEnd, SeenPerson};
use crate::wire::EventKind;

/// Most sign-ins of one service: what tells of more is no household's.
const MOST_SIGN_INS: usize = 50_000;

/// Sign-ins up to which a service is a household's, and each of its devices may be one of the others.
const MOST_COMPARED: usize = 200;

/// Most sign-ins that failed of which one look puts lines in the history.
const MOST_FAILED: usize = 100;

/// How long a look of which nothing is new stays in memory only.
const WRITE_DOWN_AFTER: Duration = Duration::from_mins(10);

/// Sign-ins that are taken in, in one turn: a sign-out waits for no longer than they take, some tens of milliseconds.
const A_PART: usize = 250;

/// People that are written down in one turn.
const PEOPLE_AT_ONCE: usize = 1000;

/// Takes in what a look found that nobody was asked for, as [`take_in_asked`] does.
///
/// # Errors
///
/// [`Trouble::Odd`] on the inside where the list cannot be a household's: nothing of it is taken in.
pub async fn take_in(
    core: &Arc<Core>,
    service: &Service,
    look: Look,
    version: Option<String>,
) -> Result<std::result::Result<(), Trouble>> {
    take_in_asked(core, &Asked::nobody(core, service.clone()), look, version).await
}

/// Takes in what a look found. Nothing of it where the service was removed, paused or changed meanwhile, or where a look is in already
/// that began later: what this one saw is over.
///
/// # Errors
///
/// [`Trouble::Odd`] on the inside where the list cannot be a household's: nothing of it is taken in.
pub async fn take_in_asked(
    core: &Arc<Core>,
    asked: &Asked,
    look: Look,
    version: Option<String>,
) -> Result<std::result::Result<(), Trouble>> {
    if let Err(odd) = plausible(&look.sign_ins) {
        return Ok(Err(odd));
    }
    let (core, asked) = (Arc::clone(core), asked.clone());
    Core::carry_through(async move {
        let id = asked.service.id;
        let _taking = core.services.taking(id).await;
        if core.services.takes(id, asked.began()) {
            take_in_parts(&core, &asked, &look, version.as_deref()).await?;
        }
        Ok(Ok(()))
    })
    .await
}

fn plausible(sign_ins: &[SignIn]) -> Result<(), Trouble> {
    if sign_ins.len() > MOST_SIGN_INS {
        return Err(Trouble::odd(format!("it lists {} sign-ins", sign_ins.len())));
    }
    let mut seen = HashSet::with_capacity(sign_ins.len());
    for sign_in in sign_ins {
        if sign_in.external_id.is_empty() || sign_in.external_id.len() > MOST_ID {
            return Err(Trouble::odd("a sign-in in its list has no id that can be one"));
        }
        if !seen.insert(sign_in.external_id.as_str()) {
            return Err(Trouble::odd("two sign-ins in its list have the same id"));
        }
    }
    Ok(())
}

async fn take_in_parts(core: &Arc<Core>, asked: &Asked, look: &Look, version: Option<&str>) -> Result<()> {
    let id = asked.service.id;
    let Some(service) = core.store.watched_service(id).await? else { return Ok(()) };
    let whole = Whole {
        is_first: service.last_read_at.is_none(),
        is_small: look.sign_ins.len() <= MOST_COMPARED,
        proxies: of_proxies(&look.sign_ins),
        began: asked.began(),
    };
    let people = seen_people(core, &service, &look.sign_ins).await?;
    let said = not_on_record(core, &service, look, &whole).await?;
    let rest = Rest::of(core, asked, &service, look, version, &whole);
    if people.is_empty() && said.is_empty() && rest.is_old_news(&service, core.now()) {
        core.services.note_read(id, core.now());
        return Ok(());
    }
    for people in people.chunks(PEOPLE_AT_ONCE) {
        let turn = core.store.turn().await;
        if asked.still(core, &turn).await?.is_none() {
            return Ok(());
        }
        core.store.write_people(&turn, id, people).await?;
    }
    for part in said.chunks(A_PART) {
        let turn = core.store.turn().await;
        let Some(service) = asked.still(core, &turn).await? else { return Ok(()) };
        let mut taking = Taking::of(core, &service, &whole, part).await?;
        let change = taking.part(part).await?;
        core.store.write_look(&turn, (service.account_id, id), &change, taking.now).await?;
        announce(core, &service, &change, whole.is_first);
    }
    let turn = core.store.turn().await;
    let Some(service) = asked.still(core, &turn).await? else { return Ok(()) };
    let now = core.now();
    let Rest { history, version, cursor } = &rest;
    core.store.end_look(&turn, id, &LookEnd { history, version: *version, cursor: *cursor }, now).await?;
    core.services.note_read(id, now);
    if !history.is_empty() {
        core.announcer.announce(&*core.clock, service.account_id, EventKind::SignInFailed);
    }
    core.announcer.announce(&*core.clock, service.account_id, EventKind::ServicesChanged);
    Ok(())
}

/// What a look says beside who is signed in.
struct Rest<'a> {
    history: Vec<HistoryEntry>,
    version: Option<&'a str>,
    cursor: Option<&'a str>,
}

impl<'a> Rest<'a> {
    fn of(
        core: &Core,
        asked: &Asked,
        service: &Service,
        look: &'a Look,
        version: Option<&'a str>,
        whole: &Whole,
    ) -> Self {
        // Another look that was taken in meanwhile told of these, or will, by the cursor that it left.
        let is_next = asked.service.cursor == service.cursor;
        let failed = look.failed.iter().take(MOST_FAILED).filter(|_| is_next && !whole.is_first);
        Self {
            history: failed
                .map(|failed| super::taking::failed(core, service, &whole.proxies, failed))
                .collect(),
            version: version.filter(|version| service.version.as_deref() != Some(version)),
            cursor: look
                .cursor
                .as_deref()
                .filter(|cursor| is_next && service.cursor.as_deref() != Some(cursor)),
        }
    }

    /// Whether a look of which nothing else is new says nothing that is to be written down now.
    fn is_old_news(&self, service: &Service, now: Timestamp) -> bool {
        service.last_read_at.is_some_and(|at| now.before(WRITE_DOWN_AFTER) < at)
            && service.state == ServiceState::Ok
            && self.history.is_empty()
            && self.version.is_none()
            && self.cursor.is_none()
    }
}

/// What is not on record as a look says it. Each is looked at once more in its turn.
async fn not_on_record<'a>(
    core: &Core,
    service: &Service,
    look: &'a Look,
    whole: &Whole,
) -> Result<Vec<Said<'a>>> {
    let on_record = core.store.watched_sessions(service.id).await?;
    let mut left: HashMap<_, _> =
        on_record.into_iter().map(|known| (known.external_id.clone(), known)).collect();
    let gone_since = core.services.gone_since(service.id, whole.began);
    let mut said = Vec::new();
    for sign_in in &look.sign_ins {
        let is_as_known = match left.remove(&sign_in.external_id) {
            Some(known) => !differs(&known, sign_in, &whole.proxies, core.now()),
            None => gone_since.contains(&sign_in.external_id),
        };
        if !is_as_known {
            said.push(Said::There(sign_in));
        }
    }
    said.extend(left.into_keys().map(Said::Gone));
    Ok(said)
}

fn announce(core: &Core, service: &Service, change: &LookChange, is_first: bool) {
    let tell = |event| core.announcer.announce(&*core.clock, service.account_id, event);
    // Of what was there when it was added nobody is told one by one.
    if !is_first {
        for alert in change.changed.iter().filter_map(|changed| changed.judged.as_ref()?.alert.as_ref()) {
            tell(EventKind::AlertRaised { alert_id: alert.id, device_id: alert.device_id });
        }
        for FoundSession { session, alert, .. } in &change.found {
            let (device_id, session_id) = (session.device_id, session.id);
            tell(EventKind::SignedIn { device_id, session_id });
            if let Some(alert) = alert {
                tell(EventKind::AlertRaised { alert_id: alert.id, device_id });
            }
        }
    }
    announce_gone(core, service, &change.gone);
    tell(EventKind::ServicesChanged);
}

/// People who are new here, or are called otherwise. Whose profile one is is guessed by the name, until a person says.
async fn seen_people(core: &Core, service: &Service, sign_ins: &[SignIn]) -> Result<Vec<SeenPerson>> {
    let mut names = core.store.names_at_service(service.id).await?;
    let profiles = core.store.profiles(service.account_id).await?;
    let mut seen = Vec::new();
    for person in sign_ins.iter().filter_map(|sign_in| sign_in.person.as_ref()) {
        let name = clean_text(&person.name, MOST_CHARS);
        if person.id.len() > MOST_ID || names.get(&person.id).is_some_and(|known| *known == name) {
            continue;
        }
        names.insert(person.id.clone(), name.clone());
        let profile_id = called(&profiles, &name);
        seen.push(SeenPerson { person_id: person.id.clone(), name, profile_id });
    }
    Ok(seen)
}

fn called(profiles: &[Profile], name: &str) -> Option<ProfileId> {
    let name = name.to_lowercase();
    profiles.iter().find(|profile| profile.name.as_str().to_lowercase() == name).map(|profile| profile.id)
}
