//! Answering everything that waits at once: a household that brings in fifteen devices says it once of all of them.

use std::sync::Arc;

use super::Core;
use super::alerts::answer_alone;
use super::caller::Manager;
use super::vouching::{self, About};
use crate::error::{Error, Result};
use crate::model::{Alert, AlertId, AlertKind, AlertListing, AlertState, Answer, Verdict};
use crate::wire::AllAnswered;

/// How many are looked at between two looks at the list.
const PAGE: u32 = 200;

/// What became of one of them.
enum Became {
    /// It is answered.
    Answered,
    /// It is of those that are answered one by one.
    Left,
    /// The caller may not speak of it.
    Refused,
    /// It was answered meanwhile.
    Gone,
}

/// Says of everything that waits that it is the household's, as if each had been answered so. What looks stolen and what a device
/// did is left: whoever says "these are all ours" means devices, and has looked at none of that.
///
/// # Errors
///
/// [`Error::Invalid`] for another answer, and [`Error::NotFamiliar`] where the caller may speak of none of them.
pub async fn answer_all(core: &Arc<Core>, manager: &Manager, answer: Answer) -> Result<AllAnswered> {
    if answer != Answer::Me {
        return Err(Error::invalid(
            "answer",
            "Only “me” can be said of all at once. Answer the others one by one.",
        ));
    }
    let (mut all, mut refused, mut before) = (AllAnswered::default(), 0, None);
    loop {
        let open = Some(AlertState::Open);
        let page = core.store.alerts(manager.account_id(), open, before, PAGE).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.alert.id);
        for AlertListing { alert, .. } in &page {
            match one_of_all(core, manager, alert.id).await? {
                Became::Answered => all.answered += 1,
                Became::Left => all.left += 1,
                Became::Refused => refused += 1,
                Became::Gone => {}
            }
        }
    }
    if refused > 0 && all.answered == 0 {
        return Err(Error::NotFamiliar);
    }
    all.left += refused;
    Ok(all)
}

/// Answers one, in a turn of its own: others need not wait for all of them.
async fn one_of_all(core: &Arc<Core>, manager: &Manager, id: AlertId) -> Result<Became> {
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        let found = core.store.alert(manager.account_id(), id).await?;
        let Some(found) = found.filter(|found| found.alert.state == AlertState::Open) else {
            return Ok(Became::Gone);
        };
        if found.held_at.is_some() || !is_about_a_device(&found.alert) {
            return Ok(Became::Left);
        }
        if !vouching::speaks(&core, &manager, About::Alert(id, found.alert.device_id)).await? {
            return Ok(Became::Refused);
        }
        answer_alone(&core, &turn, &manager, found, Answer::Me, None).await?;
        Ok(Became::Answered)
    })
    .await
}

/// Whether an alert only asks whose a device is, or who is at a place.
fn is_about_a_device(alert: &Alert) -> bool {
    let is_new = match alert.familiarity.verdict {
        Verdict::NewDevice | Verdict::NewPlace => true,
        Verdict::Familiar | Verdict::Suspicious => false,
    };
    alert.kind == AlertKind::SignIn && is_new && !alert.familiarity.is_drill()
}
