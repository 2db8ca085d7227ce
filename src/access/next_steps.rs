//! What is left to do once a home is set up. How a step stands is seen from what is there, each time anew; only that it was
//! skipped is kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Core;
use super::caller::Manager;
use crate::error::Result;
use crate::model::{AccountId, Channel, ChannelState, DeviceKind, StepKind, StepState};
use crate::wire::{EventKind, GeoState, NextStep, NextSteps, StepSkip};

/// Every step, and how it stands.
pub async fn list(core: &Core, manager: &Manager) -> Result<NextSteps> {
    shown(core, manager.account_id()).await
}

/// Skips a step, or takes it up again. It is the household's, and so it is for everybody of it.
pub async fn skip(core: &Arc<Core>, manager: &Manager, skip: StepSkip) -> Result<NextSteps> {
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        let account_id = manager.account_id();
        let before = core.store.skipped_steps(account_id).await?;
        let mut skipped = before.clone();
        if skip.skipped {
            skipped.insert(skip.step);
        } else {
            skipped.remove(&skip.step);
        }
        if skipped != before {
            core.store.set_skipped_steps(&turn, account_id, &skipped).await?;
            core.announcer.announce(&*core.clock, account_id, EventKind::NextStepsChanged);
        }
        shown(&core, account_id).await
    })
    .await
}

async fn shown(core: &Core, account_id: AccountId) -> Result<NextSteps> {
    let skipped = core.store.skipped_steps(account_id).await?;
    let working = working(core, account_id).await?;
    let step = |kind| NextStep {
        kind,
        state: if working.contains(&kind) {
            StepState::Works
        } else if skipped.contains(&kind) {
            StepState::Skipped
        } else {
            StepState::Open
        },
    };
    Ok(NextSteps { steps: StepKind::ALL.into_iter().map(step).collect() })
}

/// The steps that are done, and work now.
async fn working(core: &Core, account_id: AccountId) -> Result<BTreeSet<StepKind>> {
    let channels = core.store.channels(account_id).await?;
    let kinds = core.store.kinds_signed_in(account_id).await?;
    let watches = core.store.watches_anything(account_id).await?;
    let is = |kind| match kind {
        StepKind::GetTold => channels.iter().any(works),
        StepKind::Phone => kinds.contains(&DeviceKind::Phone),
        StepKind::Tv => kinds.iter().any(|kind| matches!(kind, DeviceKind::Tv | DeviceKind::StreamingBox)),
        StepKind::Places => core.locator.status().state != GeoState::None,
        StepKind::WatchServers => watches,
    };
    Ok(StepKind::ALL.into_iter().filter(|kind| is(*kind)).collect())
}

/// Whether a channel has taken something, and is not known to have ended since. One that cannot be reached just now is tried
/// again by itself.
fn works(channel: &Channel) -> bool {
    channel.last_delivery_at.is_some() && !matches!(channel.state, ChannelState::Refused | ChannelState::Gone)
}
