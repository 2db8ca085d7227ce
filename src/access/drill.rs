//! Try it: a fire drill. A made-up stranger signs in the real way, is told of like any other, and is signed out by whoever hears of
//! it; then it asks once more, and must be refused. Of all that nothing is left behind.
//!
//! See `docs/decisions/0023-a-fire-drill-goes-the-real-way.md`.

use std::sync::Arc;

use super::admit::{self, Admitted, Proof, Proven};
use super::asking::Asking;
use super::caller::Manager;
use super::drills::{Due, Stranger};
use super::live::LiveSession;
use super::proof::{self, Brought};
use super::vouching::{self, About};
use super::{Core, check, made_up, sign_out};
use crate::error::{Error, Result, causes};
use crate::model::{AccountId, ActedBy, AlertId, ChannelState, EndedReason, Secret, SessionId, Verdict};
use crate::store::{EndSession, Turn};
use crate::wire::{Drill, DrillChannel, DrillState, EventKind, HandOver};

/// The account's drill: the one that is under way, or the last one since the home started.
pub fn current(core: &Core, manager: &Manager) -> Drill {
    core.drills.shown(manager.account_id())
}

/// Begins a drill. It takes the proof, and the standing, that making a channel takes: whoever could have the household told of
/// strangers who are none would teach it not to listen.
///
/// # Errors
///
/// [`Error::ProofRequired`], [`Error::NotFamiliar`], [`Error::DrillUnderWay`] and [`Error::TooManyAttempts`].
pub async fn start(core: &Arc<Core>, manager: &Manager) -> Result<Drill> {
    proof::look(core, manager, None, Brought { pin: None, password: None }).await?;
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        proof::require(&core, &turn, &manager, None, None).await?;
        // Not by waiting for a day: who is alone hears of strangers on the screen that is open.
        if !vouching::speaks(&core, &manager, About::Settings).await? {
            return Err(Error::NotFamiliar);
        }
        let account_id = manager.account_id();
        if core.drills.is_under_way(account_id) {
            return Err(Error::DrillUnderWay);
        }
        core.limits.drill(account_id)?;
        let begun = begin(&core, &turn, &manager).await;
        drop(turn);
        let begun = match begun {
            Ok(stranger) => passes(&core, &stranger).await,
            Err(error) => Err(error),
        };
        if begun.is_err() {
            // What there is of it goes, now or a little later.
            core.drills.end(account_id, DrillState::Failed, core.clock.elapsed());
            go_on(&core).await;
        }
        begun?;
        changed(&core, account_id);
        Ok(core.drills.shown(account_id))
    })
    .await
}

/// Lets the stranger in, and answers with how it asks.
async fn begin(core: &Arc<Core>, turn: &Turn<'_>, manager: &Manager) -> Result<Asking> {
    let account_id = manager.account_id();
    let account = core.store.credentials(account_id).await?.ok_or(Error::NotFound("account"))?.account;
    let alert_id = AlertId::in_order(&core.order, &*core.clock, &*core.random);
    let channels = channels(core, account_id).await?;
    let proof = Proof::Drill { started_by: manager.session_id(), alert_id };
    let proven = Proven { account, proof, profile: None, expires_at: None };
    core.drills.begin(account_id, core.clock.elapsed(), alert_id, channels, core.now());
    let Admitted { answer, session, .. } =
        admit::admit_in_turn(core, turn, &made_up::asking(), proven).await?;
    let at = core.clock.elapsed();
    let asking = Asking { token: Some(Secret::received(answer.token)), ..made_up::asking() };
    let stranger =
        Stranger { device_id: answer.device_id, session_id: answer.session_id, asking: asking.clone() };
    core.drills.came_in(account_id, stranger, at);
    wait_for_sign_out(core, session);
    Ok(asking)
}

/// Sees that a request of the stranger passes, as anybody's would who is in: that it is refused later is because it was signed out.
async fn passes(core: &Arc<Core>, stranger: &Asking) -> Result<()> {
    match check::check_anybody(core, stranger).await {
        // Somebody was faster than that.
        Ok(_) | Err(Error::SessionEnded) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The channels by which the account's people are told, before anything was told.
async fn channels(core: &Core, account_id: AccountId) -> Result<Vec<DrillChannel>> {
    let channels = core.store.channels(account_id).await?;
    let told = channels.into_iter().filter(|channel| channel.state != ChannelState::Gone);
    Ok(told
        .map(|channel| {
            let minute = channel.time_zone.as_ref().unwrap_or(&core.zone).minute_of_day(core.now());
            DrillChannel {
                id: channel.id,
                kind: channel.target.kind(),
                quiet: channel.quiet_hours.is_some_and(|hours| hours.silence(Verdict::NewDevice, minute)),
                name: channel.name.as_str().to_owned(),
                state: HandOver::Waiting,
                ms: None,
                detail: None,
            }
        })
        .collect())
}

/// Asks once more as soon as the stranger's session has ended, whoever ended it. Does not keep the home from closing.
fn wait_for_sign_out(core: &Arc<Core>, session: Arc<LiveSession>) {
    let core = Arc::downgrade(core);
    tokio::spawn(async move {
        while !session.has_ended() {
            let over = session.until_over();
            if !session.has_ended() {
                over.await;
            }
        }
        if let Some(core) = core.upgrade() {
            ask_again(&core, &session).await;
        }
    });
}

async fn ask_again(core: &Arc<Core>, session: &LiveSession) {
    let account_id = session.account_id();
    let Some(asking) = core.drills.signed_out(account_id, session.id, core.clock.elapsed()) else { return };
    // It was signed out when whoever asked for that has their answer, and not a moment before.
    drop(core.store.turn().await);
    let refused = check::check_anybody(core, &asking).await;
    let now = core.clock.elapsed();
    if let Err(error) = &refused
        && !matches!(error, Error::SessionEnded)
    {
        tracing::error!(error = %causes(error), "the request of a signed-out stranger was not refused as it must be");
    }
    let by = match ended_by(core, account_id, session.id).await {
        Ok(by) => by,
        Err(error) => {
            tracing::warn!(error = %causes(&error), "who signed the stranger of a drill out cannot be read");
            None
        }
    };
    core.drills.asked_again(account_id, matches!(refused, Err(Error::SessionEnded)), by, now);
    changed(core, account_id);
    go_on(core).await;
}

/// Who signed the stranger out: whose button it was, who answered, or whose device asked for it.
async fn ended_by(core: &Core, account_id: AccountId, id: SessionId) -> Result<Option<ActedBy>> {
    let Some(alert_id) = core.drills.shown(account_id).alert_id else { return Ok(None) };
    let Some(found) = core.store.alert(account_id, alert_id).await? else { return Ok(None) };
    if found.alert.acted_by.is_some() {
        return Ok(found.alert.acted_by);
    }
    let ended = core.store.device(account_id, found.alert.device_id).await?;
    let by = ended.and_then(|listing| listing.session_of(id)?.session.ending.as_ref()?.by);
    let Some(by) = by.and_then(|by| core.live.by_id(by)) else { return Ok(None) };
    let device = core.store.device(account_id, by.device_id).await?;
    Ok(Some(ActedBy {
        profile_name: by.profile().map(|profile| profile.name.clone()),
        device_name: device.map(|listing| listing.device.name().to_owned()),
        device_id: Some(by.device_id),
        channel: None,
    }))
}

/// Ends the account's drill, if one is under way. Whoever heard of the stranger hears that it is over.
pub async fn end(core: &Arc<Core>, manager: &Manager) -> Result<()> {
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        let by = Some(manager.session_id());
        end_alone(&core, &turn, manager.account_id(), DrillState::Cancelled, by).await?;
        drop(turn);
        go_on(&core).await;
        Ok(())
    })
    .await
}

async fn end_alone(
    core: &Core,
    turn: &Turn<'_>,
    account_id: AccountId,
    state: DrillState,
    by: Option<SessionId>,
) -> Result<()> {
    let Some((stranger, alert_id)) = core.drills.waiting(account_id) else { return Ok(()) };
    let (id, device_id) = (stranger.session_id, stranger.device_id);
    let reason = EndedReason::SignedOutRemotely;
    let history = sign_out::entry_of(core, account_id, device_id, id, reason, by).await?;
    let ended = core.store.end_drill(turn, alert_id, &EndSession { id, reason, by, history }).await?;
    // Before its end is known to whoever waits for it: this is no answer.
    core.drills.end(account_id, state, core.clock.elapsed());
    sign_out::retire(core, turn, &ended);
    let answered = EventKind::AlertAnswered { alert_id };
    core.announcer.announce(&*core.clock, account_id, answered);
    changed(core, account_id);
    Ok(())
}

/// Goes on with what is due: gives up a drill that nobody answered, and removes what is over and told. To be called now and then, and
/// after something was told.
pub async fn go_on(core: &Core) {
    for (account_id, due) in core.drills.due(core.clock.elapsed()) {
        if let Err(error) = go_on_with(core, account_id, due).await {
            tracing::warn!(error = %causes(&error), "a fire drill is not tidied up yet; trying again");
        }
    }
}

async fn go_on_with(core: &Core, account_id: AccountId, due: Due) -> Result<()> {
    match due {
        Due::GiveUp { alert_id } => {
            let turn = core.store.turn().await;
            // Another may have begun since.
            if core.drills.waiting(account_id).is_some_and(|(_, waiting)| waiting == alert_id) {
                end_alone(core, &turn, account_id, DrillState::TimedOut, None).await?;
            }
            Ok(())
        }
        Due::Remove { alert_id, at_once } => {
            if !at_once && core.store.is_being_told(alert_id).await? {
                return Ok(());
            }
            // After whoever signed the stranger out has their answer.
            let turn = core.store.turn().await;
            if core.drills.is_over(account_id, alert_id) {
                remove(core, &turn, account_id).await?;
                core.drills.removed(account_id, core.clock.elapsed());
                changed(core, account_id);
            }
            Ok(())
        }
    }
}

/// Removes all that is about the account's made-up stranger, on disk and then in memory.
async fn remove(core: &Core, turn: &Turn<'_>, account_id: AccountId) -> Result<()> {
    for key in core.store.remove_drills(turn, Some(account_id)).await? {
        core.live.retire(turn, key);
    }
    // What was there is not: whoever shows it asks anew.
    core.announcer.announce(&*core.clock, account_id, EventKind::Missed);
    Ok(())
}

fn changed(core: &Core, account_id: AccountId) {
    core.announcer.announce(&*core.clock, account_id, EventKind::DrillChanged);
}

#[cfg(test)]
mod tests;
