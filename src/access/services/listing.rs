//! The services of an account, as they are shown.

use std::sync::Arc;

use crate::access::caller::Manager;
use crate::access::{Core, cards};
use crate::error::{Error, Result};
use crate::model::{Promise, Service, ServiceId, Timestamp};
use crate::services::kinds::KINDS;
use crate::services::{About, Kind, Tells, kind};
use crate::store::ServiceCounts;
use crate::wire::{
    self, PromiseKind, ServiceDetail, ServiceField, ServiceKind, ServiceKinds, ServiceList, ServicePerson,
    ServiceTells,
};

/// Every kind of service, and the cards of those without an API for it.
pub async fn kinds(core: &Core, manager: &Manager) -> Result<ServiceKinds> {
    let kinds = KINDS.iter().map(|kind| shown_kind(kind.about(), kind.linking().is_some())).collect();
    Ok(ServiceKinds { kinds, cards: cards::list(core, manager).await? })
}

/// The services that the account watches.
pub async fn list(core: &Core, manager: &Manager) -> Result<ServiceList> {
    let counts = core.store.service_counts(manager.account_id()).await?;
    let services = core.store.services(manager.account_id()).await?;
    let shown = |service: Service| {
        let counts = counts.get(&service.id).copied().unwrap_or_default();
        of(core, service, counts)
    };
    Ok(ServiceList { services: services.into_iter().map(shown).collect() })
}

/// Everything known of one.
pub async fn one(core: &Arc<Core>, manager: &Manager, id: ServiceId) -> Result<ServiceDetail> {
    let service = find(core, manager, id).await?;
    let profiles = core.store.profiles(service.account_id).await?;
    let people = core.store.service_people(id).await?.into_iter().map(|person| {
        let profile = profiles.iter().find(|profile| Some(profile.id) == person.profile_id);
        ServicePerson {
            person_id: person.person_id,
            name: person.name,
            profile: profile.map(Into::into),
            chosen: person.chosen,
            sign_ins: person.sign_ins,
        }
    });
    let people = people.collect();
    Ok(ServiceDetail { service: shown(core, service).await?, people })
}

/// One of the account's services.
pub(super) async fn find(core: &Core, manager: &Manager, id: ServiceId) -> Result<Service> {
    core.store.service(manager.account_id(), id).await?.ok_or(Error::NotFound("service"))
}

/// One service as it is shown.
pub(super) async fn shown(core: &Core, service: Service) -> Result<wire::Service> {
    let counts = core.store.service_counts(service.account_id).await?;
    let counts = counts.get(&service.id).copied().unwrap_or_default();
    Ok(of(core, service, counts))
}

fn of(core: &Core, service: Service, counts: ServiceCounts) -> wire::Service {
    let about = kind(&service.kind).map(Kind::about);
    let (promise, within_s) = about.map_or((PromiseKind::Nothing, None), |about| promised(about.promise));
    let in_memory = core.services.read_at(service.id);
    wire::Service {
        id: service.id,
        kind_name: about.map_or_else(|| service.kind.clone(), |about| about.name.to_owned()),
        kind: service.kind,
        name: service.name,
        url: service.url,
        certificate_sha256: service.pin.map(|pin| pin.to_string()),
        state: service.state,
        detail: service.detail.filter(|detail| !detail.is_empty()),
        version: service.version,
        last_read_at: latest(service.last_read_at, in_memory),
        paused: service.paused_at.is_some(),
        to_go_through: !service.is_gone_through && counts.devices > 0,
        people: counts.people,
        devices: counts.devices,
        asked: counts.asked,
        tells: about.map_or_else(nothing, |about| shown_tells(about.tells)),
        promise,
        within_s,
        limits: about.map(|about| owned(about.limits)).unwrap_or_default(),
    }
}

/// The later of two moments, where there is one.
pub(super) fn latest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).max()
}

fn shown_kind(about: &About, links: bool) -> ServiceKind {
    let (promise, within_s) = promised(about.promise);
    ServiceKind {
        kind: about.key.to_owned(),
        name: about.name.to_owned(),
        how_to: owned(about.how_to),
        fields: about
            .fields
            .iter()
            .map(|field| ServiceField {
                name: field.name.to_owned(),
                label: field.label.to_owned(),
                secret: field.secret,
                optional: field.optional,
            })
            .collect(),
        fixed_url: about.fixed_url.map(str::to_owned),
        usual_port: about.ports.first().copied(),
        links,
        tells: shown_tells(about.tells),
        promise,
        within_s,
        limits: owned(about.limits),
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

const fn shown_tells(tells: Tells) -> ServiceTells {
    let Tells { everybody, address, client, since, last_active, failed, pushes } = tells;
    ServiceTells { everybody, address, client, since, last_active, failed, pushes }
}

const fn nothing() -> ServiceTells {
    ServiceTells {
        everybody: false,
        address: false,
        client: false,
        since: false,
        last_active: false,
        failed: false,
        pushes: false,
    }
}

const fn promised(promise: Promise) -> (PromiseKind, Option<u32>) {
    match promise {
        Promise::NextRequest => (PromiseKind::NextRequest, None),
        Promise::AtOnce => (PromiseKind::AtOnce, None),
        Promise::Within { within_s } => (PromiseKind::Within, Some(within_s)),
        Promise::AllOrNothing => (PromiseKind::AllOrNothing, None),
        Promise::Nothing => (PromiseKind::Nothing, None),
    }
}
