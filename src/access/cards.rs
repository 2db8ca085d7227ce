//! Cards: services without an API for it, which a household can only look at. It says at which of them it has an account, and is
//! reminded to look there every few months.

use std::sync::Arc;
use std::time::Duration;

use super::Core;
use super::caller::Manager;
use crate::error::{Error, Result};
use crate::services::cards::{self, Card, Ends};
use crate::store::CardWatch;
use crate::wire::{CardChange, CardEnds, EventKind, ServiceCard};

/// How long after somebody looked it is time to look again: four times a year.
const LOOK_AGAIN: Duration = Duration::from_hours(24 * 90);

/// Every card there is, with what the household said of it.
pub async fn list(core: &Core, manager: &Manager) -> Result<Vec<ServiceCard>> {
    let watches = core.store.card_watches(manager.account_id()).await?;
    Ok(cards::cards().iter().map(|card| shown(card, watches.get(&card.card).copied())).collect())
}

/// Puts a card on the household's list, takes it off, or notes that somebody looked there just now. Who looks at one has an account
/// there.
pub async fn change(
    core: &Arc<Core>,
    manager: &Manager,
    key: &str,
    change: CardChange,
) -> Result<ServiceCard> {
    let card = cards::card(key).ok_or(Error::NotFound("card"))?;
    let looked = change.looked == Some(true);
    if looked && change.watched == Some(false) {
        return Err(Error::invalid("looked", "Look there, or take it off the list, one at a time."));
    }
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        let account_id = manager.account_id();
        let before = core.store.card_watches(account_id).await?.get(&card.card).copied();
        let now = core.now();
        let begun = before.unwrap_or(CardWatch { since: now, looked_at: None });
        let after = match change.watched {
            _ if looked => Some(CardWatch { looked_at: Some(now), ..begun }),
            Some(true) => Some(begun),
            Some(false) => None,
            None => before,
        };
        if after != before {
            core.store.set_card_watch(&turn, account_id, &card.card, after).await?;
            core.announcer.announce(&*core.clock, account_id, EventKind::ServicesChanged);
        }
        Ok(shown(card, after))
    })
    .await
}

fn shown(card: &Card, watch: Option<CardWatch>) -> ServiceCard {
    ServiceCard {
        card: card.card.clone(),
        name: card.name.clone(),
        url: card.url.clone(),
        own_server: card.own_server,
        ends: match card.ends {
            Ends::One => CardEnds::One,
            Ends::OneOrAll => CardEnds::OneOrAll,
            Ends::All => CardEnds::All,
            Ends::Nothing => CardEnds::Nothing,
            Ends::Unknown => CardEnds::Unknown,
        },
        steps: card.steps.clone(),
        command: card.command.clone(),
        checked: card.checked.clone(),
        confirmed: card.confirmed,
        watched_since: watch.map(|watch| watch.since),
        looked_at: watch.and_then(|watch| watch.looked_at),
        due_at: watch.map(|watch| watch.looked_at.unwrap_or(watch.since).after(LOOK_AGAIN)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn it_is_time_to_look_again_ninety_days_after_somebody_looked_or_put_it_on_the_list() {
        let card = cards::card("google").expect("a card");
        let at = |days: u64| Timestamp::from_millis(1_800_000_000_000).after(Duration::from_hours(24 * days));
        assert_eq!(shown(card, None).due_at, None);
        let begun = CardWatch { since: at(0), looked_at: None };
        assert_eq!(shown(card, Some(begun)).due_at, Some(at(90)));
        let looked = CardWatch { looked_at: Some(at(5)), ..begun };
        assert_eq!(shown(card, Some(looked)).due_at, Some(at(95)));
    }
}
