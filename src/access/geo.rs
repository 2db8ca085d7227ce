//! Where devices are: the place databases and what hides it, and bringing them up to date.

use std::sync::Arc;

use super::Core;
use super::caller::Manager;
use crate::error::{Error, Result};
use crate::wire::{EventKind, GeoProgress, GeoStatus};

/// The state of the place databases.
pub fn status(core: &Core, _: &Manager) -> GeoStatus {
    let progress = core.geo_progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
    GeoStatus { progress, proxies: core.proxies.all(), ..core.locator.status() }
}

/// Starts an update, unless one is under way. Its progress comes as events and in the status.
pub fn update(core: &Arc<Core>, manager: &Manager) -> Result<GeoStatus> {
    if core.locator.status().update_url.is_none() {
        return Err(Error::geo_update("No address to update from is set. Set geoip-update-url first."));
    }
    if begins(core) {
        let core = Arc::clone(core);
        tokio::spawn(async move {
            let http = crate::tls::http_client();
            match core.locator.update(&http, &*core.clock, |progress| tell(&core, progress)).await {
                Ok(()) => tell(&core, GeoProgress::Done),
                // Logged where it failed, with its cause.
                Err(error) => tell(&core, GeoProgress::Failed { message: error.to_string() }),
            }
        });
    }
    Ok(status(core, manager))
}

/// Notes that an update begins, unless one is under way: both under one lock, so that of two at once one begins.
fn begins(core: &Core) -> bool {
    let mut kept = core.geo_progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if matches!(*kept, Some(GeoProgress::Downloading { .. } | GeoProgress::Checking)) {
        return false;
    }
    let progress = GeoProgress::Downloading { received: 0, total: None };
    *kept = Some(progress.clone());
    drop(kept);
    core.announcer.announce_to_all(&*core.clock, EventKind::GeoUpdate { progress });
    true
}

fn tell(core: &Core, progress: GeoProgress) {
    let mut kept = core.geo_progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if kept.as_ref() == Some(&progress) {
        return;
    }
    *kept = Some(progress.clone());
    drop(kept);
    core.announcer.announce_to_all(&*core.clock, EventKind::GeoUpdate { progress });
}
