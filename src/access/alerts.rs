//! Alerts: listing them, and answering one.

use std::sync::Arc;

use super::Core;
use super::caller::Manager;
use super::endings::{Came, Endings, endings};
use super::judging::{self, Lore};
use super::live::LiveSession;
use super::vouching::{self, About};
use super::{devices, sign_out, taking_over};
use crate::error::{Error, Result};
use crate::familiarity::{Identity, SignIn, confirmed};
use crate::model::{
    ActedBy, Alert, AlertId, AlertKind, AlertListing, AlertState, Answer, DeviceSignedOut, EndedReason,
    HistoryDetail, HistoryKind, Verdict, page_limit,
};
use crate::store::{AnswerChange, Relayed, Turn};
use crate::wire::{self, AlertDetail, AlertPage, AlertQuery, AnswerEffect, AnswerOutcome, EventKind};

/// One page of the account's alerts.
pub async fn list(core: &Core, manager: &Manager, query: AlertQuery) -> Result<AlertPage> {
    let limit = page_limit(query.limit, 200)?;
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

/// Answers an alert. "Not me" ends what its device holds here, and what that let in, and asks for the end of what it holds at watched
/// services, in the same change; answering again, or after
/// the session ended otherwise, is harmless and says so.
///
/// Whoever may not speak for the household may say "not me" all the same. It ends the session, and the alert goes on waiting
/// for somebody who may: a stranger must not clear away what tells of them.
pub async fn answer(
    core: &Arc<Core>,
    manager: &Manager,
    id: AlertId,
    answer: Answer,
) -> Result<AnswerOutcome> {
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        let found = core.store.alert(manager.account_id(), id).await?.ok_or(Error::NotFound("alert"))?;
        if found.alert.state == AlertState::from(answer) {
            let effect = AnswerEffect::AlreadyAnswered;
            return Ok(AnswerOutcome { alert: found.into(), effect, also_signed_out: Vec::new() });
        }
        let about = About::Alert(id, found.alert.device_id);
        if answer == Answer::NotMe && !vouching::speaks(&core, &manager, about).await? {
            return sign_out_only(&core, &turn, &manager, found).await;
        }
        if answer != Answer::NotMe {
            vouching::may_vouch(&core, &turn, &manager, about).await?;
        }
        answer_alone(&core, &turn, &manager, found, answer, None).await
    })
    .await
    .map_err(|error| if answer == Answer::NotMe { error.of_sign_out() } else { error })
}

/// Answers an alert for somebody who may, here or by a relay.
pub(super) async fn answer_alone(
    core: &Core,
    turn: &Turn<'_>,
    manager: &Manager,
    found: AlertListing,
    answer: Answer,
    relayed: Option<&Relayed>,
) -> Result<AnswerOutcome> {
    let alert = &found.alert;
    let is_drill = alert.familiarity.is_drill();
    let state = AlertState::from(answer);
    let mut history = core.entry(alert.account_id, HistoryKind::AlertAnswered);
    history.device_id = Some(alert.device_id);
    history.device_name = Some(found.device_name.clone());
    history.session_id = Some(alert.session_id);
    history.place = Some(alert.place.clone());
    history.detail = Some(HistoryDetail::Answered { answer });
    history.by_session_id = Some(manager.session_id());
    let endings = match ends(alert, answer) {
        Some(reason) => endings(core, Some(manager), alert, reason).await?,
        None => Endings::default(),
    };
    let lesson = lesson(core, alert, answer).await?;
    // A held session goes on by the answer to what it is held for, and by no other.
    let is_about_hold = alert.kind == AlertKind::SignIn && alert.familiarity.verdict == Verdict::Suspicious;
    let releases = alert.kind != AlertKind::WrongPins && (found.held_at.is_none() || is_about_hold);
    // The list would go on calling the device unfamiliar after somebody has said that it is not.
    let familiarity = (answer == Answer::Me && releases).then(|| confirmed(&alert.familiarity));
    let by = match &alert.acted_by {
        // A button outside signed it out before, and the first counts: whoever says the same hears who it was.
        Some(first) if alert.state == AlertState::Open && answer == Answer::NotMe && endings.are_none() => {
            first.clone()
        }
        _ => acted_by(core, manager).await?,
    };
    let change = AnswerChange {
        state,
        by: &by,
        relayed,
        history: &history,
        known: lesson.as_deref(),
        familiarity: familiarity.as_ref(),
        forgets_lines: answer == Answer::NotMe && !is_drill,
        ends: &endings.ends,
        asks: &endings.asks,
        ends_wait_of: (answer != Answer::Unsure || alert.kind == AlertKind::AsksToVouch)
            .then_some(alert.device_id),
    };
    let ended = core.store.answer_alert(turn, alert, &change).await?;
    sign_out::retire(core, turn, &ended.keys);
    sign_out::tell_asked(core, &endings.asks, &ended.asked);
    if answer == Answer::NotMe && !is_drill {
        // What waited for this answer kept others quiet, who may be the same stranger.
        core.live.each_of(alert.account_id, LiveSession::forget_lines);
    }
    if familiarity.is_some()
        && let Some(live) = core.live.by_id(alert.session_id)
    {
        live.hold(turn, false);
        // Judged by what is known now, it is familiar where it was not.
        live.forget_lines();
    }
    let came = endings.came_of(&ended, alert.device_id);
    let effect = match answer {
        Answer::NotMe => came.into(),
        Answer::Me if found.ended_at.is_some() || came == Came::SignedOut => {
            AnswerEffect::FamiliarButSignedOut
        }
        Answer::Me => AnswerEffect::NowFamiliar,
        Answer::Unsure => AnswerEffect::KeptInSight,
    };
    let answered = EventKind::AlertAnswered { alert_id: alert.id };
    core.announcer.announce(&*core.clock, alert.account_id, answered);
    outcome(core, alert, effect, endings.also(&ended, alert.device_id)).await
}

/// Who asks, by the names of now.
async fn acted_by(core: &Core, manager: &Manager) -> Result<ActedBy> {
    let device = core.store.device(manager.account_id(), manager.device_id()).await?;
    Ok(ActedBy {
        profile_name: manager.caller().session.profile().map(|profile| profile.name.clone()),
        device_name: device.map(|listing| listing.device.name().to_owned()),
        device_id: Some(manager.device_id()),
        channel: None,
    })
}

/// Ends what an alert is about, for somebody who may not answer it.
async fn sign_out_only(
    core: &Core,
    turn: &Turn<'_>,
    manager: &Manager,
    found: AlertListing,
) -> Result<AnswerOutcome> {
    let endings = endings(core, Some(manager), &found.alert, EndedReason::NotMe).await?;
    let Endings { ends, asks, .. } = &endings;
    let deed = taking_over::noticed(core, manager.caller(), ends, asks, false).await?;
    let ended = core.store.end_sessions(turn, ends, asks, None, deed.as_ref()).await?;
    sign_out::retire(core, turn, &ended.keys);
    sign_out::tell_asked(core, asks, &ended.asked);
    taking_over::tell(core, deed.as_ref());
    let device_id = found.alert.device_id;
    let effect = endings.came_of(&ended, device_id).into();
    outcome(core, &found.alert, effect, endings.also(&ended, device_id)).await
}

pub(super) async fn outcome(
    core: &Core,
    alert: &Alert,
    effect: AnswerEffect,
    also_signed_out: Vec<DeviceSignedOut>,
) -> Result<AnswerOutcome> {
    let now = core.store.alert(alert.account_id, alert.id).await?.ok_or(Error::NotFound("alert"))?;
    Ok(AnswerOutcome { alert: wire::Alert::from(now), effect, also_signed_out })
}

/// Why an answer ends the session, if it does. Of two copies of one either may be the thief's, and the answer does not say
/// whose is the newer one: both sign in again, and the device's secret tells which is the household's.
fn ends(alert: &Alert, answer: Answer) -> Option<EndedReason> {
    match answer {
        Answer::NotMe => Some(EndedReason::NotMe),
        Answer::Me => {
            let may_be_two = match judging::judged_in(alert) {
                Some(judged) => matches!(judged.identity, Identity::Spent(_) | Identity::Replayed(_)),
                // It cannot be read any more: who can say that it was one.
                None => alert.sign_in.is_some() && alert.familiarity.verdict == Verdict::Suspicious,
            };
            may_be_two.then_some(EndedReason::SignedOutRemotely)
        }
        Answer::Unsure => None,
    }
}

/// What is known of the account after an answer, as the store keeps it; `None` where it teaches nothing.
async fn lesson(core: &Core, alert: &Alert, answer: Answer) -> Result<Option<String>> {
    // Who guesses at a PIN may be a child, on a device of the household.
    // Nor does one who is made up teach anything.
    if answer == Answer::Unsure || alert.kind == AlertKind::WrongPins || alert.familiarity.is_drill() {
        return Ok(None);
    }
    let sign_in = if let Some(judged) = judging::judged_in(alert) {
        judged
    } else {
        // An alert about what the device did, or one that cannot be read: what is on record of the device must do.
        let listing = core.store.device(alert.account_id, alert.device_id).await?;
        let Some(listing) = listing else { return Ok(None) };
        // Whoever a watched service let in has proven nothing here.
        let Some(at_home) = listing.at_home() else { return Ok(None) };
        let past = judging::past_sign_in(&listing.device, &at_home.session);
        SignIn { place: alert.place.clone(), ..past }
    };
    let mut lore = Lore::of(core, alert.account_id).await?;
    match answer {
        Answer::Me => lore.known.confirm_told(&sign_in),
        Answer::NotMe | Answer::Unsure => lore.known.deny(&sign_in, alert.familiarity.verdict),
    }
    lore.to_known().map(Some)
}

fn parse_cursor(text: &str) -> Result<AlertId> {
    text.parse().map_err(|_| Error::invalid("cursor", "That page does not exist. Start from the first."))
}
