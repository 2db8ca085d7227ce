//! Which relay carries answers back to the home while nobody reaches it from outside. None unless somebody sets one: it takes the
//! proof, and the standing, that making a channel takes.

use std::sync::Arc;

use super::Core;
use super::caller::Manager;
use super::channels;
use super::proof::{self, Brought};
use super::vouching::{About, may_vouch};
use crate::error::{Error, Result};
use crate::model::{ChosenRelay, HistoryKind, Secret};
use crate::outside::relay::{NoRelay, Relay};
use crate::wire::{ChannelList, EventKind, RelayChange};

/// Sets it, or with no address none. What it asks for is kept and not shown again: it stays while the address does, unless another is
/// given, and goes to no other server.
///
/// # Errors
///
/// [`Error::Invalid`] for what is no address of a relay, and whatever refuses to make a channel.
pub async fn set(core: &Arc<Core>, manager: &Manager, change: RelayChange) -> Result<ChannelList> {
    let address = change.relay_url.as_deref().map(str::trim).filter(|address| !address.is_empty());
    let given = change.token.as_deref().map(str::trim);
    let token = given.filter(|token| !token.is_empty()).map(Secret::received);
    let relay = address
        .map(|address| Relay::parse(address, token.clone(), &core.offers.guard))
        .transpose()
        .map_err(|why| Error::invalid(field(why), why.to_string()))?;
    let is_given = given.is_some();
    let proven = proof::look(core, manager, None, Brought::from(&change.proof)).await?;
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        proof::require(&core, &turn, &manager, None, proven.as_ref()).await?;
        may_vouch(&core, &turn, &manager, About::Settings).await?;
        let mut entry = core.entry(manager.account_id(), HistoryKind::AlertSettingsChanged);
        entry.profile_name = manager.caller().session.profile().map(|profile| profile.name.clone());
        entry.by_session_id = Some(manager.session_id());
        let before = core.store.relay(manager.account_id()).await?;
        let relay = relay.map(|relay| {
            let url = relay.as_str().to_owned();
            let kept = before.filter(|before| before.url == url).and_then(|before| before.token);
            ChosenRelay { url, token: if is_given { token } else { kept } }
        });
        core.store.set_relay(&turn, manager.account_id(), relay.as_ref(), &entry).await?;
        core.announcer.announce(&*core.clock, manager.account_id(), EventKind::ChannelsChanged);
        channels::list(&core, &manager).await
    })
    .await
}

/// The field that a refusal is about.
const fn field(why: NoRelay) -> &'static str {
    match why {
        NoRelay::Token => "token",
        NoRelay::Form | NoRelay::Server(_) => "relay_url",
    }
}
