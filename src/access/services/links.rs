//! Links by which a key is made: the person opens one in a browser of theirs and says yes there. They are kept in memory, for as long as
//! such a link is good.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use url::Url;

use crate::access::Core;
use crate::access::caller::Manager;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::model::{AccountId, ServiceLinkId, Timestamp};
use crate::services::{Keys, Kind, Line, Link, kind};
use crate::wire::{NewServiceLink, ServiceLink};

/// How long a link is good.
const GOOD_FOR: Duration = Duration::from_mins(30);

/// Most links at once.
const MOST: usize = 16;

/// The links that are open.
#[derive(Default)]
pub(super) struct Links(Mutex<HashMap<ServiceLinkId, Open>>);

#[derive(Clone)]
struct Open {
    account_id: AccountId,
    kind: &'static dyn Kind,
    client_id: String,
    link: Link,
    /// The key, once the person has said yes.
    keys: Option<Keys>,
    expires_at: Timestamp,
}

impl Links {
    /// The keys that a link of the account made, for the kind that it was made for: they go to nobody else's server.
    pub(super) fn keys(
        &self,
        clock: &dyn Clock,
        account_id: AccountId,
        kind: &str,
        id: ServiceLinkId,
    ) -> Result<Keys> {
        let is_theirs = |open: &Open| open.account_id == account_id && open.kind.about().key == kind;
        let open = self.get(clock, id).filter(is_theirs).ok_or(Error::NotFound("link"))?;
        open.keys.ok_or_else(|| Error::invalid("link_id", "Say yes on the page that the link opens first."))
    }

    fn get(&self, clock: &dyn Clock, id: ServiceLinkId) -> Option<Open> {
        let links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        links.get(&id).filter(|open| clock.now() < open.expires_at).cloned()
    }

    fn put(&self, clock: &dyn Clock, id: ServiceLinkId, open: Open) {
        let mut links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        links.retain(|_, open| clock.now() < open.expires_at);
        if links.len() >= MOST
            && let Some(oldest) = links.iter().min_by_key(|(_, open)| open.expires_at).map(|(id, _)| *id)
        {
            links.remove(&oldest);
        }
        links.insert(id, open);
    }
}

/// Makes a link.
pub async fn begin_link(core: &Arc<Core>, manager: &Manager, new: NewServiceLink) -> Result<ServiceLink> {
    core.limits.service_trial(manager.session_id())?;
    let no_links = || Error::invalid("kind", "The key of this kind is not made by a link.");
    let kind = kind(&new.kind).ok_or_else(no_links)?;
    let linking = kind.linking().ok_or_else(no_links)?;
    let id = ServiceLinkId::new(&*core.clock, &*core.random);
    // By this the service knows the home from then on: the device that it is in its list.
    let client_id = id.to_string();
    let link = linking
        .begin(&line(core, kind)?, &client_id)
        .await
        .map_err(|trouble| Error::service(kind.about().name, trouble))?;
    let open = Open {
        account_id: manager.account_id(),
        kind,
        client_id,
        link,
        keys: None,
        expires_at: core.now().after(GOOD_FOR),
    };
    let answer = shown(id, &open);
    core.services.links.put(&*core.clock, id, open);
    Ok(answer)
}

/// What has become of a link.
pub async fn link(core: &Arc<Core>, manager: &Manager, id: ServiceLinkId) -> Result<ServiceLink> {
    let open =
        core.services.links.get(&*core.clock, id).filter(|open| open.account_id == manager.account_id());
    let mut open = open.ok_or(Error::NotFound("link"))?;
    if open.keys.is_none()
        && let Some(linking) = open.kind.linking()
    {
        let finished = linking.finish(&line(core, open.kind)?, &open.client_id, &open.link).await;
        open.keys = finished.map_err(|trouble| Error::service(open.kind.about().name, trouble))?;
        if open.keys.is_some() {
            core.services.links.put(&*core.clock, id, open.clone());
        }
    }
    Ok(shown(id, &open))
}

fn line(core: &Core, kind: &dyn Kind) -> Result<Line> {
    let url = kind.about().fixed_url.and_then(|url| Url::parse(url).ok());
    let url = url.ok_or_else(|| Error::internal("a kind with links has no address of its own"))?;
    Ok(Line::new(url, None, Keys::default(), Arc::clone(&core.clock)))
}

fn shown(id: ServiceLinkId, open: &Open) -> ServiceLink {
    ServiceLink { id, url: open.link.url.clone(), ready: open.keys.is_some(), expires_at: open.expires_at }
}
