//! Proving, adding, changing and removing services.

use std::sync::Arc;

use url::Url;

use super::listing::{find, shown};
use super::state::{look_failed, note};
use super::watch::{self, Asked};
use crate::access::Core;
use crate::access::caller::Manager;
use crate::access::proof::{self, Brought};
use crate::access::vouching::{About, may_vouch};
use crate::error::{Error, Result};
use crate::model::{
    HistoryDetail, HistoryEntry, HistoryKind, KeyPin, Service, ServiceId, ServiceState, clean_text,
};
use crate::services::proving::{self, Proof, Step};
use crate::services::{About as Kinds, Keys, Kind, Line, Trouble, kind};
use crate::wire::{
    self, EventKind, NewService, ServiceChange, ServiceCheck, ServiceRemoval, ServiceStep, ServiceStepKind,
    ServiceStepState,
};

/// Longest name of a service, in characters.
const MOST_NAME: usize = 64;

/// Most services of an account.
const MOST_SERVICES: usize = 50;

/// Longest value of a field, in bytes.
const MOST_KEY: usize = 8192;

/// A service that somebody wants to add, as far as what they gave can be one.
struct Candidate {
    kind: &'static dyn Kind,
    url: Url,
    pin: Option<KeyPin>,
    keys: Keys,
}

impl Candidate {
    /// What they gave. Of a service that is there already, address and certificate stay unless others are given.
    fn read(core: &Core, manager: &Manager, new: &NewService, there: Option<&Service>) -> Result<Self> {
        let key = there.map_or(new.kind.as_str(), |service| service.kind.as_str());
        let kind = kind(key).ok_or_else(|| Error::invalid("kind", "Choose one of the kinds of service."))?;
        let about = kind.about();
        let given = new.url.as_deref().map(str::trim).filter(|url| !url.is_empty());
        let url = match (about.fixed_url, given, there) {
            (Some(fixed), ..) => address(fixed)?,
            (None, Some(given), _) => address(given)?,
            (None, None, Some(service)) => address(&service.url)?,
            (None, None, None) => return Err(no_address()),
        };
        let is_elsewhere = there.is_some_and(|service| service.url != written(&url));
        let pin = match &new.certificate_sha256 {
            Some(text) => Some(text.parse().map_err(|_| {
                Error::invalid("certificate_sha256", "This is no fingerprint of a certificate's key.")
            })?),
            None if is_elsewhere => None,
            None => there.and_then(|service| service.pin),
        };
        let keys = match new.link_id {
            Some(link) => core.services.links.keys(&*core.clock, manager.account_id(), about.key, link)?,
            None => keys_of(about, new)?,
        };
        Ok(Self { kind, url, pin, keys })
    }

    fn line(&self, core: &Core) -> Line {
        Line::new(self.url.clone(), self.pin, self.keys.clone(), Arc::clone(&core.clock))
    }
}

/// Proves a service step by step, without adding it.
pub async fn prove(core: &Arc<Core>, manager: &Manager, new: NewService) -> Result<ServiceCheck> {
    let candidate = Candidate::read(core, manager, &new, None)?;
    allowed_to_try(core, manager, &new.proof).await?;
    let proof = proving::prove(candidate.kind, &candidate.line(core)).await;
    Ok(answered(candidate.kind, &proof))
}

/// Whoever has the home knock at addresses must be of the household: it stands within its network, where others do not.
async fn allowed_to_try(core: &Arc<Core>, manager: &Manager, given: &wire::Proof) -> Result<()> {
    core.limits.service_trial(manager.session_id())?;
    let proven = proof::look(core, manager, None, Brought::from(given)).await?;
    let turn = core.in_turn(manager.caller()).await?;
    proof::require(core, &turn, manager, None, proven.as_ref()).await?;
    may_vouch(core, &turn, manager, About::Settings).await
}

/// Adds a service that proves good. It is read at once, and what is there then is learnt in silence.
///
/// # Errors
///
/// [`Error::ServiceNotProven`] with what is missing, and nothing is kept.
pub async fn add(core: &Arc<Core>, manager: &Manager, new: NewService) -> Result<wire::Service> {
    let candidate = Candidate::read(core, manager, &new, None)?;
    allowed_to_try(core, manager, &new.proof).await?;
    let proof = proven(core, &candidate).await?;
    let proven_here = proof::look(core, manager, None, Brought::from(&new.proof)).await?;
    let name = name_of(new.name.as_deref(), &proof, candidate.kind.about())?;
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let (server, lacks) = (proof.server.as_ref(), lacks(&proof));
        let service = Service {
            id: ServiceId::new(&*core.clock, &*core.random),
            account_id: manager.account_id(),
            kind: candidate.kind.about().key.to_owned(),
            name,
            url: written(&candidate.url),
            pin: candidate.pin,
            server: server.and_then(|server| server.id.clone()),
            version: server
                .and_then(|server| server.version.as_deref())
                .map(|version| clean_text(version, MOST_NAME)),
            state: ServiceState::Ok,
            detail: lacks,
            added_at: core.now(),
            last_read_at: None,
            paused_at: None,
            is_gone_through: false,
            cursor: None,
        };
        // Before the turn is waited for: a locked keyring asks its owner first, and no sign-out waits for that.
        core.services.keep_keys(service.id, candidate.keys).await?;
        if let Err(error) = add_alone(&core, &manager, &service, proven_here.as_ref()).await {
            // What nobody can see must not stay behind.
            if let Err(left) = core.services.forget_keys(service.id).await {
                tracing::warn!(error = %crate::error::causes(&left), "the key of a service that was not added stays behind");
            }
            return Err(error);
        }
        has_changed(&core, &service);
        shown(&core, service).await
    })
    .await
}

async fn add_alone(
    core: &Core,
    manager: &Manager,
    service: &Service,
    proven: Option<&proof::Shown>,
) -> Result<()> {
    let turn = core.in_turn(manager.caller()).await?;
    proof::require(core, &turn, manager, None, proven).await?;
    may_vouch(core, &turn, manager, About::Settings).await?;
    if core.store.services(manager.account_id()).await?.len() >= MOST_SERVICES {
        return Err(Error::invalid("services", "An account has at most 50 services. Remove one first."));
    }
    let entry = entry(core, manager, service, HistoryKind::ServiceAdded);
    core.store.write_service(&turn, service, Some(&entry)).await
}

/// What a key cannot do, in a line.
fn lacks(proof: &Proof) -> Option<String> {
    let lacks = proof.holder.as_ref().map(|holder| holder.lacks.join(" "));
    lacks.filter(|lacks| !lacks.is_empty())
}

/// Changes what is set about a service.
pub async fn change(
    core: &Arc<Core>,
    manager: &Manager,
    id: ServiceId,
    change: ServiceChange,
) -> Result<wire::Service> {
    let service = find(core, manager, id).await?;
    let given = match &change.renewed {
        Some(renewed) if renewed.proof != wire::Proof::default() => &renewed.proof,
        _ => &change.proof,
    };
    let renewed = match &change.renewed {
        Some(renewed) => {
            let candidate = Candidate::read(core, manager, renewed, Some(&service))?;
            allowed_to_try(core, manager, given).await?;
            let proof = proven(core, &candidate).await?;
            same_people(core, &service, candidate.kind, &proof).await?;
            Some((candidate, proof))
        }
        None => None,
    };
    let proven_here = proof::look(core, manager, None, Brought::from(given)).await?;
    let name = change.name.as_deref().map(checked_name).transpose()?;
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let Some((candidate, proof)) = renewed else {
            let service = change_alone(&core, &manager, id, (change, name), None).await?;
            return shown(&core, service).await;
        };
        // From here on nobody asks it until both are written down: a new key must not go to an old address, nor an old one to a new.
        let _changing = core.services.changing(id).await;
        let before = core.services.keys(id).await?;
        core.services.keep_keys(id, candidate.keys.clone()).await?;
        let renewal = (candidate, proof, proven_here.as_ref());
        match change_alone(&core, &manager, id, (change, name), Some(renewal)).await {
            Ok(service) => shown(&core, service).await,
            Err(error) => {
                let put_back = match before {
                    Some(before) => core.services.keep_keys(id, before).await,
                    None => core.services.forget_keys(id).await,
                };
                if let Err(lost) = put_back {
                    tracing::warn!(error = %crate::error::causes(&lost), "the key that a service had cannot be put back");
                }
                core.services.has_changed(id);
                Err(error)
            }
        }
    })
    .await
}

/// Where it is from now on and by which key it is asked, with what was proven of both.
type Renewal<'a> = (Candidate, Proof, Option<&'a proof::Shown>);

async fn change_alone(
    core: &Core,
    manager: &Manager,
    id: ServiceId,
    (change, name): (ServiceChange, Option<String>),
    renewal: Option<Renewal<'_>>,
) -> Result<Service> {
    let turn = core.in_turn(manager.caller()).await?;
    let mut service = find(core, manager, id).await?;
    let is_renewed = renewal.is_some();
    let was_paused = service.paused_at.is_some();
    if let Some((candidate, proof, proven)) = renewal {
        proof::require(core, &turn, manager, None, proven).await?;
        may_vouch(core, &turn, manager, About::Settings).await?;
        service.url = written(&candidate.url);
        service.pin = candidate.pin;
        service.server = proof.server.as_ref().and_then(|server| server.id.clone());
        (service.state, service.detail) = (ServiceState::Ok, lacks(&proof));
        // What was tried with the old key is no news.
        service.cursor = None;
    }
    if let Some(paused) = change.paused {
        // To leave a service alone is to hear nothing of it, which a thief would like.
        if paused && !was_paused {
            may_vouch(core, &turn, manager, About::Settings).await?;
        }
        service.paused_at = if paused { service.paused_at.or(Some(core.now())) } else { None };
    }
    service.name = name.unwrap_or(service.name);
    service.is_gone_through |= change.gone_through == Some(true);
    if let Some(person) = &change.person {
        let profiles = core.store.profiles(service.account_id).await?;
        let profile = match person.profile_id {
            Some(id) => {
                Some(profiles.iter().find(|profile| profile.id == id).ok_or(Error::NotFound("profile"))?)
            }
            None => None,
        };
        core.store.choose_person(&turn, id, &person.person_id, profile).await?;
    }
    core.store.write_service(&turn, &service, None).await?;
    if is_renewed {
        core.store.hurry_ends(id, core.now()).await?;
    }
    if is_renewed || was_paused != service.paused_at.is_some() {
        // In the turn: what a look saw that was asked for before is not taken in after it.
        core.services.has_changed(id);
    }
    core.announcer.announce(&*core.clock, service.account_id, EventKind::ServicesChanged);
    Ok(service)
}

/// Refuses another server, and another person's key where a key shows its own person only: what was on record would look ended, though
/// nothing was.
async fn same_people(core: &Core, service: &Service, kind: &dyn Kind, proof: &Proof) -> Result<()> {
    let name = kind.about().name;
    if let Some(server) = &proof.server
        && proving::the_one(service.server.as_deref(), server).is_err()
    {
        return Err(Error::ServiceNotProven(format!(
            "That is another {name} than the one that was added. Add it as a service of its own, and remove this one if it is gone."
        )));
    }
    let Some(person) = proof.holder.as_ref().and_then(|holder| holder.person.as_ref()) else { return Ok(()) };
    let known = core.store.names_at_service(service.id).await?;
    if !kind.about().tells.everybody && !known.is_empty() && !known.contains_key(&person.id) {
        return Err(Error::ServiceNotProven(format!(
            "That key is somebody else's: {}. Add {name} once more for each person, so that the sign-ins of both are seen.",
            clean_text(&person.name, MOST_NAME)
        )));
    }
    Ok(())
}

/// Removes a service. What was asked of it is dropped; nothing is ended there.
pub async fn remove(
    core: &Arc<Core>,
    manager: &Manager,
    id: ServiceId,
    removal: ServiceRemoval,
) -> Result<()> {
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        find(&core, &manager, id).await?;
        let _changing = core.services.changing(id).await;
        let turn = core.in_turn(manager.caller()).await?;
        let service = find(&core, &manager, id).await?;
        proof::require(&core, &turn, &manager, None, None).await?;
        may_vouch(&core, &turn, &manager, About::Settings).await?;
        let entry = entry(&core, &manager, &service, HistoryKind::ServiceRemoved);
        let forget = removal.forget == Some(true);
        core.store.remove_service(&turn, id, core.now(), forget, &entry).await?;
        has_changed(&core, &service);
        drop(turn);
        core.services.forget_keys(id).await
    })
    .await
}

/// Proves a service anew, and has it read at once.
pub async fn check(core: &Arc<Core>, manager: &Manager, id: ServiceId) -> Result<ServiceCheck> {
    core.limits.service_trial(manager.session_id())?;
    let service = find(core, manager, id).await?;
    let kind = kind(&service.kind).ok_or(Error::NotFound("kind of service"))?;
    // A key that was refused is not tried again: servers count that, and shut out who does it.
    let line = watch::line(core, id).await?;
    let proof = match &line {
        Some(line) if service.state != ServiceState::KeyRefused => {
            proving::prove_again(kind, line, service.server.as_deref()).await
        }
        _ => Proof { steps: vec![(Step::Key, Err(Trouble::KeyRefused))], server: None, holder: None },
    };
    let asked = match &line {
        Some(line) => Asked::by(core, service, line),
        None => Asked::nobody(core, service),
    };
    if let Some((_, trouble)) = proof.failed() {
        look_failed(core, &asked, trouble).await?;
    } else {
        note(core, &asked, ServiceState::Ok, lacks(&proof).as_deref().unwrap_or_default()).await?;
        core.store.hurry_ends(id, core.now()).await?;
        // By a line of its own: whatever an earlier look was told, such as to wait, is over.
        core.services.has_changed(id);
    }
    Ok(answered(kind, &proof))
}

/// What proves good.
async fn proven(core: &Core, candidate: &Candidate) -> Result<Proof> {
    let proof = proving::prove(candidate.kind, &candidate.line(core)).await;
    match proof.steps.last() {
        Some((step, Err(trouble))) => {
            Err(Error::ServiceNotProven(proving::advice(*step, trouble, candidate.kind.about())))
        }
        _ => Ok(proof),
    }
}

fn answered(kind: &dyn Kind, proof: &Proof) -> ServiceCheck {
    let mut steps = Vec::with_capacity(Step::ALL.len());
    for step in Step::ALL {
        let tried = proof.steps.iter().find(|(tried, _)| *tried == step).map(|(_, outcome)| outcome);
        let (state, detail) = match tried {
            Some(Ok(())) => (ServiceStepState::Passed, None),
            Some(Err(trouble)) => {
                (ServiceStepState::Failed, Some(proving::advice(step, trouble, kind.about())))
            }
            None => (ServiceStepState::Waits, None),
        };
        steps.push(ServiceStep { step: kind_of(step), state, detail });
    }
    let failed = proof.steps.iter().find_map(|(_, outcome)| outcome.as_ref().err());
    let shown = match failed {
        Some(Trouble::Certificate(not_trusted)) => Some(not_trusted.shown),
        _ => None,
    };
    let text = |text: &Option<String>| text.as_deref().map(|text| clean_text(text, MOST_NAME));
    ServiceCheck {
        steps,
        state: failed.map_or(ServiceState::Ok, Trouble::state),
        version: proof.server.as_ref().and_then(|server| text(&server.version)),
        server_name: proof.server.as_ref().and_then(|server| text(&server.name)),
        person: proof
            .holder
            .as_ref()
            .and_then(|holder| holder.person.as_ref())
            .map(|person| clean_text(&person.name, MOST_NAME)),
        lacks: proof.holder.as_ref().map(|holder| holder.lacks.clone()).unwrap_or_default(),
        shown_certificate_sha256: shown.map(|pin| pin.to_string()),
        shown_certificate_letters: shown.map(|pin| pin.letters()),
    }
}

const fn kind_of(step: Step) -> ServiceStepKind {
    match step {
        Step::Reachable => ServiceStepKind::Reachable,
        Step::Certificate => ServiceStepKind::Certificate,
        Step::Kind => ServiceStepKind::Kind,
        Step::Key => ServiceStepKind::Key,
        Step::Rights => ServiceStepKind::Rights,
    }
}

fn no_address() -> Error {
    Error::invalid("url", "Give the address that you open it by, such as http://192.168.1.10:8096.")
}

/// An address as people write it: without the scheme a name of the house is asked by http, and any other by https.
fn address(text: &str) -> Result<Url> {
    let has_scheme =
        ["http://", "https://"].iter().any(|scheme| text.to_ascii_lowercase().starts_with(scheme));
    let url = if has_scheme {
        Url::parse(text)
    } else {
        let secure = Url::parse(&format!("https://{text}"));
        match secure.as_ref().ok().and_then(Url::host_str) {
            Some(host) if is_of_the_house(host) => Url::parse(&format!("http://{text}")),
            _ => secure,
        }
    };
    let mut url = url.map_err(|_| no_address())?;
    if !url.username().is_empty() || url.password().is_some() || url.host().is_none() {
        return Err(no_address());
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

fn is_of_the_house(host: &str) -> bool {
    let is_near = |ip: std::net::IpAddr| crate::nearby::is_private(ip) || ip.is_loopback();
    host.trim_matches(['[', ']']).parse().map_or_else(
        |_| {
            !host.contains('.')
                || [".local", ".lan", ".home", ".home.arpa", ".internal"]
                    .iter()
                    .any(|end| host.ends_with(end))
        },
        is_near,
    )
}

/// An address as it is kept.
fn written(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

fn keys_of(about: &Kinds, new: &NewService) -> Result<Keys> {
    let only = about.fields.iter().find(|field| field.secret).map(|field| field.name);
    let mut keys = Vec::with_capacity(about.fields.len());
    for field in about.fields {
        let given =
            new.keys.get(field.name).or(if only == Some(field.name) { new.key.as_ref() } else { None });
        let given = given.map(|value| value.trim()).filter(|value| !value.is_empty());
        match given {
            Some(value) if value.len() > MOST_KEY => {
                return Err(Error::invalid("keys", format!("{} is longer than any is.", field.label)));
            }
            Some(value) => keys.push((field.name.to_owned(), value.to_owned())),
            None if field.optional => {}
            None => return Err(Error::invalid("keys", format!("Fill in: {}.", field.label))),
        }
    }
    Ok(Keys::of(keys))
}

fn name_of(given: Option<&str>, proof: &Proof, about: &Kinds) -> Result<String> {
    if let Some(given) = given.filter(|name| !name.trim().is_empty()) {
        return checked_name(given);
    }
    let own = proof
        .server
        .as_ref()
        .and_then(|server| server.name.as_deref())
        .map(|name| clean_text(name, MOST_NAME));
    Ok(own.filter(|name| !name.is_empty()).unwrap_or_else(|| about.name.to_owned()))
}

fn checked_name(name: &str) -> Result<String> {
    let clean = clean_text(name, MOST_NAME + 1);
    if clean.is_empty() || clean.chars().count() > MOST_NAME {
        return Err(Error::invalid("name", "Use 1 to 64 characters for a service's name."));
    }
    Ok(clean)
}

fn entry(core: &Core, manager: &Manager, service: &Service, kind: HistoryKind) -> HistoryEntry {
    let mut entry = core.entry(manager.account_id(), kind);
    entry.detail = Some(HistoryDetail::AtService { name: service.name.clone() });
    entry.profile_name = manager.caller().session.profile().map(|profile| profile.name.clone());
    entry.by_session_id = Some(manager.session_id());
    entry
}

fn has_changed(core: &Core, service: &Service) {
    core.services.has_changed(service.id);
    core.announcer.announce(&*core.clock, service.account_id, EventKind::ServicesChanged);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_people_write_it() {
        for (given, read) in [
            ("192.168.1.10:8096", "http://192.168.1.10:8096"),
            ("jellyfin.local:8096/jellyfin/", "http://jellyfin.local:8096/jellyfin"),
            ("nas:8123", "http://nas:8123"),
            ("[fd00::5]:8096", "http://[fd00::5]:8096"),
            ("media.example.org", "https://media.example.org"),
            ("HTTP://media.example.org/?x=1#y", "http://media.example.org"),
        ] {
            assert_eq!(written(&address(given).expect(given)), read, "{given}");
        }
        for wrong in ["", "https://", "https://ana:hush@media.example.org", "http://[", "a b"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
