//! How a service does, as far as that is written down: that it could not be read, that its key is gone, that all is well again.

use std::sync::Arc;

use super::watch::Asked;
use crate::access::Core;
use crate::error::Result;
use crate::model::{Service, ServiceState};
use crate::services::Trouble;
use crate::wire::EventKind;

/// Notes that a service could not be read. What is known of it stays as it was.
pub async fn look_failed(core: &Arc<Core>, asked: &Asked, trouble: &Trouble) -> Result<()> {
    if *trouble == Trouble::KeyRefused {
        // Before anything is waited for: others may be about to come with the same key.
        asked.refuse();
    }
    note(core, asked, trouble.state(), &trouble.to_string()).await
}

/// Notes that a service has no key any more, unless somebody gave it one by now.
pub async fn key_is_gone(core: &Arc<Core>, service: Service) -> Result<()> {
    // Nobody gives it one until this is written down.
    let _changing = core.services.changing(service.id).await;
    if core.services.keys(service.id).await?.is_none() {
        look_failed(core, &Asked::nobody(core, service), &Trouble::KeyRefused).await?;
    }
    Ok(())
}

/// Notes how a service does. Nothing where it is asked otherwise by now: that the old key was refused says nothing of the new one.
pub(super) async fn note(core: &Arc<Core>, asked: &Asked, state: ServiceState, detail: &str) -> Result<()> {
    let (core, asked, detail) = (Arc::clone(core), asked.clone(), detail.to_owned());
    Core::carry_through(async move {
        // In a turn: whoever changes what is set about it writes down how it did when they read it.
        let turn = core.store.turn().await;
        let Some(now) = asked.still(&core, &turn).await? else { return Ok(()) };
        if now.state != state || now.detail.as_deref().unwrap_or_default() != detail {
            core.store.note_service(&turn, now.id, state, &detail).await?;
            core.announcer.announce(&*core.clock, now.account_id, EventKind::ServicesChanged);
        }
        Ok(())
    })
    .await
}
