//! Alerts: listing them, and answering one.

use std::sync::Arc;

use super::Core;
use super::caller::Manager;
use super::judging::{self, Lore};
use super::live::LiveSession;
use super::{devices, sign_out};
use crate::error::{Error, Result};
use crate::familiarity::{Identity, SignIn, confirmed};
use crate::model::{
    Alert, AlertId, AlertState, Answer, DeviceId, EndedReason, HistoryKind, PlaceScope, Session, SessionId,
    Timestamp, Verdict,
};
use crate::store::{AnswerChange, EndSession};
use crate::wire::{self, AlertDetail, AlertPage, AlertQuery, AnswerEffect, AnswerOutcome, EventKind};

/// One page of the account's alerts.
pub async fn list(core: &Core, manager: &Manager, query: AlertQuery) -> Result<AlertPage> {
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    let before = query.cursor.as_deref().map(parse_cursor).transpose()?;
    let mut found = core.store.alerts(manager.account_id(), query.state, before, limit + 1).await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next_cursor = found.last().filter(|_| more).map(|last| last.alert.id.to_string());
    Ok(AlertPage { alerts: found.into_iter().map(Into::into).collect(), next_cursor })
}

/// One alert with its device.
pub async fn one(core: &Core, manager: &Manager, id: AlertId) -> Result<AlertDetail> {
    let found = core.store.alert(manager.account_id(), id).await?.ok_or(Error::NotFound("alert"))?;
    let device = devices::listed(core, manager, found.alert.device_id).await?;
    Ok(AlertDetail { alert: found.into(), device })
}

/// Answers an alert. "Not me" ends the session in the same change; answering again, or after the session
/// ended otherwise, is harmless and says so.
pub async fn answer(
    core: &Arc<Core>,
    manager: &Manager,
    id: AlertId,
    answer: Answer,
) -> Result<AnswerOutcome> {
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let _turn = core.in_turn(manager.caller()).await?;
        let (account_id, by) = (manager.account_id(), manager.session_id());
        let found = core.store.alert(account_id, id).await?.ok_or(Error::NotFound("alert"))?;
        let state = AlertState::from(answer);
        if found.alert.state == state {
            return Ok(AnswerOutcome { alert: found.into(), effect: AnswerEffect::AlreadyAnswered });
        }
        if answer != Answer::NotMe {
            may_vouch(&core, &manager, Some(found.alert.device_id)).await?;
        }
        let mut history = core.line(account_id, HistoryKind::AlertAnswered);
        history.device_id = Some(found.alert.device_id);
        history.device_name = Some(found.device_name.clone());
        history.session_id = Some(found.alert.session_id);
        history.place = Some(found.alert.place.clone());
        history.detail = Some(state.as_str().to_owned());
        history.by_session_id = Some(by);
        let end = match ends(&found.alert, answer)? {
            Some(reason) => ending(&core, &found.alert, reason, by, history.at).await?,
            None => None,
        };
        let lesson = lesson(&core, &found.alert, answer).await?;
        // A held session goes on by the answer to what it is held for, and by no other.
        let releases = found.held_at.is_none() || found.alert.familiarity.verdict == Verdict::Suspicious;
        // The list would go on calling the device unfamiliar after somebody has said that it is not.
        let familiarity = (answer == Answer::Me && releases).then(|| confirmed(&found.alert.familiarity));
        let change = AnswerChange {
            state,
            history: &history,
            known: lesson.as_deref(),
            familiarity: familiarity.as_ref(),
            end: end.as_ref(),
        };
        let ended = core.store.answer_alert(&found.alert, &change).await?;
        sign_out::retire(&core, ended.as_slice());
        if answer == Answer::NotMe {
            // What waited for this answer kept others quiet, who may be the same stranger.
            core.live.each_of(account_id, LiveSession::forget_lines);
        }
        if familiarity.is_some()
            && let Some(live) = core.live.by_id(found.alert.session_id)
        {
            live.hold(false);
        }
        let effect = match answer {
            Answer::NotMe if ended.is_some() => AnswerEffect::SignedOut,
            Answer::NotMe => AnswerEffect::AlreadySignedOut,
            Answer::Me if found.ended_at.is_some() || ended.is_some() => AnswerEffect::FamiliarButSignedOut,
            Answer::Me => AnswerEffect::NowFamiliar,
            Answer::Unsure => AnswerEffect::KeptInSight,
        };
        core.announcer.announce(&*core.clock, account_id, EventKind::AlertAnswered { alert_id: id });
        let now = core.store.alert(account_id, id).await?.ok_or(Error::NotFound("alert"))?;
        Ok(AnswerOutcome { alert: wire::Alert::from(now), effect })
    })
    .await
}

/// Why an answer ends the session, if it does. Of two copies of one either may be the thief's, and the answer does not say
/// whose is the newer one: both sign in again, and the device's secret tells which is the household's.
fn ends(alert: &Alert, answer: Answer) -> Result<Option<EndedReason>> {
    Ok(match answer {
        Answer::NotMe => Some(EndedReason::NotMe),
        Answer::Me => {
            let judged = alert.sign_in.as_deref().map(|judged| judging::read::<SignIn>(judged, "sign_in"));
            let identity = judged.transpose()?.map(|sign_in| sign_in.identity);
            matches!(identity, Some(Identity::Spent(_))).then_some(EndedReason::SignedOutRemotely)
        }
        Answer::Unsure => None,
    })
}

/// The end of what the device holds now, which may be another session than the one that raised the alert: "not me" is
/// about the device.
async fn ending(
    core: &Core,
    alert: &Alert,
    reason: EndedReason,
    by: SessionId,
    at: Timestamp,
) -> Result<Option<EndSession>> {
    let (account_id, device_id) = (alert.account_id, alert.device_id);
    let holds = core.store.device(account_id, device_id).await?.map(|listing| listing.session);
    let is_meant = |session: &Session| reason == EndedReason::NotMe || session.id == alert.session_id;
    let Some(session) = holds.filter(|session| session.ending.is_none() && is_meant(session)) else {
        return Ok(None);
    };
    let mut history = sign_out::line(core, account_id, device_id, session.id, reason, by).await?;
    history.at = at;
    Ok(Some(EndSession { id: session.id, reason, by: Some(by), history }))
}

/// What is known of the account after an answer, as the store keeps it; `None` where it teaches nothing.
async fn lesson(core: &Core, alert: &Alert, answer: Answer) -> Result<Option<String>> {
    if answer == Answer::Unsure {
        return Ok(None);
    }
    let sign_in = match &alert.sign_in {
        Some(judged) => judging::read(judged, "sign_in")?,
        // An alert of an earlier version: what is on record of the device must do.
        None => match core.store.device(alert.account_id, alert.device_id).await? {
            Some(listing) => SignIn { place: alert.place.clone(), ..judging::past_sign_in(&listing) },
            None => return Ok(None),
        },
    };
    let mut lore = Lore::of(core, alert.account_id).await?;
    match answer {
        Answer::Me => lore.known.confirm(&sign_in),
        Answer::NotMe | Answer::Unsure => lore.known.deny(&sign_in, alert.familiarity.verdict),
    }
    lore.to_known().map(Some)
}

/// Whether the caller may say that a device is of the household, or change what the household is told. A stranger with the password could otherwise
/// answer the alert about themselves, or have a second device of theirs do it. So it takes a device that is
/// familiar itself and not the one in question, or one at home, where the household would see the stranger.
/// When nobody who may is signed in, anybody may: nobody is locked out of their own home.
pub(super) async fn may_vouch(core: &Core, manager: &Manager, about: Option<DeviceId>) -> Result<()> {
    let own = core.store.device(manager.account_id(), manager.device_id()).await?;
    let own = own.ok_or(Error::NotFound("device"))?.session;
    let is_at_home = matches!(own.place.scope, PlaceScope::HomeNetwork | PlaceScope::ThisComputer);
    let is_familiar = own.familiarity.verdict == Verdict::Familiar;
    let is_another = about != Some(manager.device_id());
    if is_at_home
        || (is_familiar && is_another)
        || !core.store.has_other_familiar_session(manager.account_id(), own.id).await?
    {
        Ok(())
    } else {
        Err(Error::NotFamiliar)
    }
}

fn parse_cursor(text: &str) -> Result<AlertId> {
    text.parse().map_err(|_| Error::invalid("cursor", "That page does not exist. Start from the first."))
}
