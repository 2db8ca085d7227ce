//! The place databases: how they are, and bringing them up to date.

use std::sync::Arc;

use super::Core;
use super::caller::Manager;
use crate::error::{Error, Result};
use crate::wire::{EventKind, GeoProgress, GeoStatus};

/// The state of the place databases.
pub fn status(core: &Core, _: &Manager) -> GeoStatus {
    let progress = core.geo_progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
    GeoStatus { progress, ..core.locator.status() }
}

/// Starts an update, unless one is under way. Its progress comes as events and in the status.
pub fn update(core: &Arc<Core>, manager: &Manager) -> Result<GeoStatus> {
    if core.locator.status().update_url.is_none() {
        return Err(Error::GeoUpdate("No address to update from is set. Set geoip-update-url first.".into()));
    }
    let running = status(core, manager).progress;
    if !matches!(running, Some(GeoProgress::Downloading { .. } | GeoProgress::Checking)) {
        tell(core, GeoProgress::Downloading { received: 0, total: None });
        let core = Arc::clone(core);
        tokio::spawn(async move {
            let http = crate::tls::http_client();
            match core.locator.update(&http, &*core.clock, |progress| tell(&core, progress)).await {
                Ok(()) => tell(&core, GeoProgress::Done),
                Err(error) => {
                    tracing::warn!(%error, "the place database could not be updated");
                    tell(&core, GeoProgress::Failed { message: error.to_string() });
                }
            }
        });
    }
    Ok(status(core, manager))
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
