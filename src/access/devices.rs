//! Listing devices, looking at one, and renaming it.

use std::sync::Arc;
use std::time::Duration;

use super::Core;
use super::caller::Manager;
use super::history;
use crate::error::{Error, Result};
use crate::model::{
    Area, DeviceId, DeviceListing, HistoryDetail, HistoryKind, SessionListing, Timestamp, clean_text,
    page_limit,
};
use crate::store::{DeviceFilter, DeviceMark};
use crate::wire::{Device, DeviceChange, DeviceDetail, DevicePage, DeviceQuery, HistoryQuery};
use crate::words::{kind, label};

/// Longest name a person may give, in characters.
const MOST_NAME: usize = 64;

/// Entries of the history on a device's page.
const HISTORY_LINES: u32 = 50;

/// One page of the account's devices: the current one first, then by last activity.
pub async fn list(core: &Core, manager: &Manager, query: DeviceQuery) -> Result<DevicePage> {
    let limit = page_limit(query.limit, 200)?;
    let mark = query.cursor.as_deref().map(parse_cursor).transpose()?;
    let words = words_of(query.q.as_deref().unwrap_or_default());
    let current = manager.device_id();
    let filter = DeviceFilter {
        kind: query.kind,
        profile_id: query.profile_id,
        country_code: query.country_code.map(|code| code.to_ascii_uppercase()),
        service: query.service,
        idle_since: query.idle_days.map(|days| core.now().before(Duration::from_hours(24) * days)),
        signed_in: query.signed_in,
    };
    let fits = |listing: &DeviceListing| words.iter().all(|word| searchable(listing).contains(word.as_str()));
    let mut found = Vec::new();
    let begins = mark.is_none();
    let mut mark = mark;
    let mut more = true;
    let mut own = None;
    while more && found.len() <= limit as usize {
        let page = core.store.devices(manager.account_id(), &filter, mark, limit + 1).await?;
        more = page.len() > limit as usize;
        mark = page.last().map(mark_of);
        for listing in page {
            if listing.device.id == current {
                own = Some(listing);
            } else if fits(&listing) {
                found.push(listing);
            }
        }
    }
    if begins {
        // Nearly always it is among those that were active last.
        let own = match own {
            Some(own) => Some(own),
            None => core.store.device(manager.account_id(), current).await?,
        };
        if let Some(own) = own.filter(|own| passes(&filter, own) && fits(own)) {
            found.insert(0, own);
        }
    }
    let more = more || found.len() > limit as usize;
    found.truncate(limit as usize);
    // The current device stands out of order: a page that ends with it goes on from the very start.
    let next_cursor = found.last().filter(|_| more).map(|last| {
        let mark = mark_of(last);
        let start = Timestamp::from_millis(i64::MAX);
        write_cursor(if mark.id == current { DeviceMark { last_active_at: start, ..mark } } else { mark })
    });
    let devices = found.into_iter().map(|listing| shown(core, manager, listing)).collect();
    Ok(DevicePage { devices, next_cursor })
}

/// One device of the account, as the list shows it.
pub async fn listed(core: &Core, manager: &Manager, id: DeviceId) -> Result<Device> {
    let listing = core.store.device(manager.account_id(), id).await?.ok_or(Error::NotFound("device"))?;
    Ok(shown(core, manager, listing))
}

/// Everything known of one device.
pub async fn one(core: &Core, manager: &Manager, id: DeviceId) -> Result<DeviceDetail> {
    let listing = core.store.device(manager.account_id(), id).await?.ok_or(Error::NotFound("device"))?;
    let address = listing.session.address.map(|address| address.to_string());
    let query = HistoryQuery { device_id: Some(id), limit: Some(HISTORY_LINES), ..HistoryQuery::default() };
    let history = history::list(core, manager, query).await?.history;
    let mut let_in = Vec::new();
    for (_, device_id) in core.store.let_in_by(manager.account_id(), id).await? {
        let_in.push(listed(core, manager, device_id).await?);
    }
    Ok(DeviceDetail { device: shown(core, manager, listing), address, let_in, history })
}

fn shown(core: &Core, manager: &Manager, mut listing: DeviceListing) -> Device {
    let live = listing.held_at_home().and_then(|held| core.live.by_id(held.session.id));
    if let Some(live) = &live {
        // Its row may be half a minute behind.
        let active_at = live.last_active_at();
        listing.last_active_at = listing.last_active_at.max(active_at);
        for listed in listing.sessions.iter_mut().filter(|listed| listed.session.id == live.id) {
            listed.session.last_active_at = listed.session.last_active_at.max(active_at);
        }
    }
    let playing = live.is_some_and(|live| live.is_playing(core.now()));
    Device::of(listing, manager.device_id(), playing)
}

/// Gives a device a name of the household's own; an empty one brings the device's own back.
pub async fn change(
    core: &Arc<Core>,
    manager: &Manager,
    id: DeviceId,
    change: DeviceChange,
) -> Result<Device> {
    let before = listed(core, manager, id).await?;
    let name = clean_text(&change.name, MOST_NAME + 1);
    if name.chars().count() > MOST_NAME {
        return Err(Error::invalid("name", "Use at most 64 characters for a device's name."));
    }
    let mut entry = core.entry(manager.account_id(), HistoryKind::DeviceRenamed);
    entry.device_id = Some(id);
    entry.device_name = Some(before.name);
    entry.session_id = before.session_id;
    entry.detail = Some(HistoryDetail::Renamed { name: Some(name.clone()).filter(|name| !name.is_empty()) });
    entry.by_session_id = Some(manager.session_id());
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        core.store.rename_device(&turn, id, (!name.is_empty()).then_some(name.as_str()), &entry).await?;
        let changed = crate::wire::EventKind::DeviceChanged { device_id: id };
        core.announcer.announce(&*core.clock, manager.account_id(), changed);
        listed(&core, &manager, id).await
    })
    .await
}

/// Whether the current device, which is fetched by itself, would be in the filtered list.
fn passes(filter: &DeviceFilter, listing: &DeviceListing) -> bool {
    let DeviceListing { device, last_active_at, session, profile, service_name, .. } = listing;
    let last_source = session.source.name(service_name.as_deref());
    let is_at = |service: &String| {
        let is_there =
            |listed: &SessionListing| listed.session.ending.is_none() && listed.source_name() == *service;
        last_source == *service || listing.sessions.iter().any(is_there)
    };
    filter.kind.is_none_or(|kind| device.traits.kind == kind)
        && filter.profile_id.is_none_or(|id| profile.as_ref().is_some_and(|profile| profile.id == id))
        && filter.country_code.as_ref().is_none_or(|code| session.place.country_code.as_ref() == Some(code))
        && filter.service.as_ref().is_none_or(is_at)
        && filter.idle_since.is_none_or(|since| *last_active_at < since)
        && filter.signed_in.is_none_or(|signed_in| listing.is_signed_in() == signed_in)
}

fn words_of(text: &str) -> Vec<String> {
    text.to_lowercase().split_whitespace().take(8).map(str::to_owned).collect()
}

/// Everything of a device that the search looks at, in lower case: what the screens show of it (`ui/src/parts/device-words.ts`).
fn searchable(listing: &DeviceListing) -> String {
    let DeviceListing { device, session, profile, sessions, .. } = listing;
    let place = label(&Area::of(&session.place)).to_string();
    let texts = [
        Some(device.name()),
        Some(device.traits.name.as_str()),
        Some(kind(device.traits.kind)),
        device.traits.model.as_deref(),
        device.traits.os.as_deref(),
        device.traits.app.as_deref(),
        profile.as_ref().map(|profile| profile.name.as_str()),
        session.last_title.as_deref(),
        Some(place.as_str()),
        session.place.region.as_deref(),
    ];
    // Wherever it is signed in, and whoever by.
    let of_sessions = sessions.iter().flat_map(|listed| {
        let at = listed.session.source.at_service();
        let person = at.and_then(|at| at.told.person.as_deref());
        let profile = listed.profile.as_ref().map(|profile| profile.name.as_str());
        [Some(listed.source_name()), person, profile]
    });
    texts.into_iter().chain(of_sessions).flatten().collect::<Vec<_>>().join("\n").to_lowercase()
}

fn mark_of(listing: &DeviceListing) -> DeviceMark {
    DeviceMark { last_active_at: listing.last_active_at, id: listing.device.id }
}

fn write_cursor(mark: DeviceMark) -> String {
    format!("{}.{}", mark.last_active_at.as_millis(), mark.id)
}

fn parse_cursor(text: &str) -> Result<DeviceMark> {
    text.split_once('.')
        .and_then(|(millis, id)| {
            Some(DeviceMark {
                last_active_at: Timestamp::from_millis(millis.parse().ok()?),
                id: id.parse().ok()?,
            })
        })
        .ok_or_else(|| Error::invalid("cursor", "That page does not exist. Start from the first."))
}
