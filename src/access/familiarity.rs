//! What a person sets about alerts, and how far a new home has learnt.

use std::sync::Arc;

use super::Core;
use super::caller::Manager;
use super::judging::Lore;
use super::proof::{self, Brought};
use super::vouching::{About, may_vouch};
use crate::error::Result;
use crate::familiarity::first_request::FIRST_REQUESTS;
use crate::familiarity::thresholds::LEARN_FOR;
use crate::familiarity::{Budget, quiet};
use crate::model::{HistoryDetail, HistoryKind, QuietHours};
use crate::wire::{AlertSettings, AlertSettingsChange, BudgetChoice, Learning};

/// What is set, what each choice costs and misses, and whether the home still learns.
pub async fn settings(core: &Core, manager: &Manager) -> Result<AlertSettings> {
    Ok(shown(core, &Lore::of(core, manager.account_id()).await?))
}

/// Changes what is set, as far as the change says.
pub async fn change(
    core: &Arc<Core>,
    manager: &Manager,
    change: AlertSettingsChange,
) -> Result<AlertSettings> {
    change.settings.quiet_hours.flatten().map(QuietHours::checked).transpose()?;
    change.settings.zone()?;
    let proven = proof::look(core, manager, None, Brought::from(&change.proof)).await?;
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        proof::require(&core, &turn, &manager, None, proven.as_ref()).await?;
        // A stranger would begin by asking for silence.
        may_vouch(&core, &turn, &manager, About::Settings).await?;
        let mut lore = Lore::of(&core, manager.account_id()).await?;
        // A field each, onto what is set now: two people who change different things must not undo each other.
        lore.settings = change.settings.onto(lore.settings)?;
        lore.known.is_taught |= change.end_learning;
        let mut line = core.entry(manager.account_id(), HistoryKind::AlertSettingsChanged);
        line.detail = Some(HistoryDetail::Budget { budget: lore.settings.budget });
        line.by_session_id = Some(manager.session_id());
        core.store.set_familiarity(&turn, manager.account_id(), &lore.to_row()?, &line).await?;
        let changed = crate::wire::EventKind::AlertSettingsChanged;
        core.announcer.announce(&*core.clock, manager.account_id(), changed);
        Ok(shown(&core, &lore))
    })
    .await
}

fn shown(core: &Core, lore: &Lore) -> AlertSettings {
    let known = &lore.known;
    let now = core.now();
    let is_learning = quiet::learning(known, now) != quiet::Learning::Over;
    let learning = is_learning.then(|| Learning { until: known.first_at.unwrap_or(now).after(LEARN_FOR) });
    AlertSettings {
        settings: lore.settings.clone(),
        time_zone: lore.settings.time_zone.as_ref().unwrap_or(&core.zone).as_str().to_owned(),
        learning,
        budgets: Budget::ALL.into_iter().map(BudgetChoice::from).collect(),
        first_requests: FIRST_REQUESTS.to_vec(),
    }
}
