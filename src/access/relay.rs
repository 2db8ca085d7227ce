//! Which relay carries answers back to the home while nobody reaches it from outside. None unless somebody sets one: it takes the
//! proof, and the standing, that making a channel takes.

use std::sync::Arc;

use super::Core;
use super::caller::Manager;
use super::channels;
use super::proof::{self, Brought};
use super::vouching::{About, may_vouch};
use crate::error::{Error, Result};
use crate::model::HistoryKind;
use crate::outside::relay::Relay;
use crate::wire::{ChannelList, EventKind, RelayChange};

/// Sets it, or with no address none.
///
/// # Errors
///
/// [`Error::Invalid`] for what is no address of a relay, and whatever refuses to make a channel.
pub async fn set(core: &Arc<Core>, manager: &Manager, change: RelayChange) -> Result<ChannelList> {
    let address = change.relay_url.as_deref().map(str::trim).filter(|address| !address.is_empty());
    let relay = address
        .map(|address| Relay::parse(address, &core.offers.guard))
        .transpose()
        .map_err(|why| Error::invalid("relay_url", why.to_string()))?;
    let proven = proof::look(core, manager, None, Brought::from(&change.proof)).await?;
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        proof::require(&core, &turn, &manager, None, proven.as_ref()).await?;
        may_vouch(&core, &turn, &manager, About::Settings).await?;
        let mut entry = core.entry(manager.account_id(), HistoryKind::AlertSettingsChanged);
        entry.profile_name = manager.caller().session.profile().map(|profile| profile.name.clone());
        entry.by_session_id = Some(manager.session_id());
        let url = relay.as_ref().map(Relay::as_str);
        core.store.set_relay_url(&turn, manager.account_id(), url, &entry).await?;
        core.announcer.announce(&*core.clock, manager.account_id(), EventKind::ChannelsChanged);
        channels::list(&core, &manager).await
    })
    .await
}
