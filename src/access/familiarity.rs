//! What a person sets about alerts, and how far a new home has learnt.

use std::sync::Arc;

use super::Core;
use super::alerts::may_vouch;
use super::caller::Manager;
use super::judging::Lore;
use crate::error::{Error, Result};
use crate::familiarity::thresholds::{LEARN_FOR, LEARN_SIGN_INS};
use crate::familiarity::{Budget, quiet};
use crate::model::HistoryKind;
use crate::wire::{AlertSettings, AlertSettingsChange, BudgetChoice, Learning};

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// What is set, what each choice costs and misses, and whether the home still learns.
pub async fn settings(core: &Core, manager: &Manager) -> Result<AlertSettings> {
    Ok(shown(core, &Lore::of(core, manager.account_id()).await?))
}

/// Changes what is set.
pub async fn change(
    core: &Arc<Core>,
    manager: &Manager,
    change: AlertSettingsChange,
) -> Result<AlertSettings> {
    if let Some(hours) = change.settings.quiet_hours
        && (hours.from_minute >= DAY || hours.to_minute >= DAY)
    {
        return Err(Error::invalid("quiet_hours", "Give the quiet hours as times of one day."));
    }
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let _turn = core.in_turn(manager.caller()).await?;
        // A stranger would begin by asking for silence.
        may_vouch(&core, &manager, None).await?;
        let mut lore = Lore::of(&core, manager.account_id()).await?;
        lore.settings = change.settings;
        lore.known.is_taught |= change.end_learning;
        let mut line = core.line(manager.account_id(), HistoryKind::AlertSettingsChanged);
        line.detail = Some(lore.settings.budget.as_str().to_owned());
        line.by_session_id = Some(manager.session_id());
        core.store.set_familiarity(manager.account_id(), &lore.to_row()?, &line).await?;
        let changed = crate::wire::EventKind::AlertSettingsChanged;
        core.announcer.announce(&*core.clock, manager.account_id(), changed);
        Ok(shown(&core, &lore))
    })
    .await
}

fn shown(core: &Core, lore: &Lore) -> AlertSettings {
    let known = &lore.known;
    let learning = quiet::is_learning(known, core.now()).then(|| Learning {
        until: known.first_at.unwrap_or_else(|| core.now()).after(LEARN_FOR),
        sign_ins_left: LEARN_SIGN_INS.saturating_sub(known.sign_ins),
    });
    AlertSettings {
        settings: lore.settings,
        learning,
        budgets: Budget::ALL.into_iter().map(BudgetChoice::from).collect(),
    }
}
