//! Buttons outside. Whoever reads a message can press its button: the server it went by, a mail scanner, a guest who picks up
//! the phone. So what a button carries may sign one device out, once, and do nothing else; to vouch for a device takes somebody
//! who is signed in.

use std::sync::Arc;
use std::time::Duration;

use super::endings::endings;
use super::{Core, sign_out};
use crate::error::{Error, Result};
use crate::model::{ActedBy, AlertListing, AlertState, Answer, EndedReason, Secret};
use crate::store::{Action, Pressed, Relayed, Turn};
use crate::wire::{ActionAnswer, ActionEffect, ActionOutcome, EventKind};

/// How long a button is good for: an alert that nobody saw for a week is answered in the app.
const GOOD_FOR: Duration = Duration::from_hours(24 * 7);

/// What a button would do, for a page that asks before it does. Changes nothing.
///
/// # Errors
///
/// [`Error::NotFound`] for a button that nobody made, that is too old, or whose channel was removed.
pub async fn look(core: &Core, token: &Secret) -> Result<AlertListing> {
    let action = find(core, token).await?;
    core.store.alert(action.account_id, action.alert_id).await?.ok_or(Error::NotFound("action"))
}

/// Presses it. Pressed again, or after the device was signed out otherwise, it says so and does nothing.
///
/// # Errors
///
/// As [`look`]; and [`Error::Invalid`] for another answer than the one it is for.
pub async fn press(core: &Arc<Core>, token: &Secret, pressed: ActionAnswer) -> Result<ActionOutcome> {
    let (core, token) = (Arc::clone(core), token.clone());
    Core::carry_through(async move {
        let turn = core.store.turn().await;
        let action = find(&core, &token).await?;
        if pressed.answer.is_some_and(|answer| answer != action.answer) {
            return Err(Error::invalid(
                "answer",
                "This button gives another answer. Open Latchkey to give that one.",
            ));
        }
        let found = core.store.alert(action.account_id, action.alert_id).await?;
        let found = found.ok_or(Error::NotFound("action"))?;
        press_alone(&core, &turn, &token, &action, found, None).await
    })
    .await
    .map_err(Error::of_sign_out)
}

/// Presses a button that was found, also for an answer that came by a relay.
pub(super) async fn press_alone(
    core: &Core,
    turn: &Turn<'_>,
    token: &Secret,
    action: &Action,
    found: AlertListing,
    relayed: Option<&Relayed>,
) -> Result<ActionOutcome> {
    let is_theirs = found.alert.state == AlertState::Me;
    let was_used = action.used_at.is_some();
    let effect = if is_theirs {
        ActionEffect::TheirsAfterAll
    } else if was_used && found.ended_at.is_none() && found.asked_at.is_some() {
        ActionEffect::Asked
    } else if was_used {
        ActionEffect::AlreadySignedOut
    } else {
        let endings = endings(core, None, &found.alert, EndedReason::NotMe).await?;
        let by = by(core, action, relayed.is_some()).await?;
        let pressed = Pressed {
            token: token.hash(),
            alert_id: action.alert_id,
            ends: &endings.ends,
            asks: &endings.asks,
            by: &by,
            relayed,
        };
        let ended = core.store.sign_out_by_action(turn, &pressed, core.now()).await?;
        sign_out::retire(core, turn, &ended.keys);
        sign_out::tell_asked(core, &endings.asks, &ended.asked);
        // Also where nothing was left to end: who pressed it is part of how the alert stands.
        let kind = EventKind::AlertAnswered { alert_id: action.alert_id };
        core.announcer.announce(&*core.clock, action.account_id, kind);
        endings.came_of(&ended, found.alert.device_id).into()
    };
    let now = core.store.alert(action.account_id, action.alert_id).await?.unwrap_or(found);
    Ok(ActionOutcome { effect, device_name: now.device_name, ended_at: now.ended_at })
}

/// What a token may do.
pub(super) async fn find(core: &Core, token: &Secret) -> Result<Action> {
    let action = core.store.action(token.hash()).await?.ok_or(Error::NotFound("action"))?;
    // Nothing makes others; one that was made otherwise would vouch.
    let is_sign_out = action.answer == Answer::NotMe;
    let is_fresh = action.made_at.after(GOOD_FOR) > core.now();
    if is_sign_out && is_fresh { Ok(action) } else { Err(Error::NotFound("action")) }
}

/// Who pressed it, as far as can be known: whose channel it came through, and the device at its end where that signed the answer.
async fn by(core: &Core, action: &Action, is_signed: bool) -> Result<ActedBy> {
    let channel = core.store.channel(action.account_id, action.channel_id).await?;
    let channel = channel.ok_or(Error::NotFound("action"))?;
    let profiles = core.store.profiles(action.account_id).await?;
    let profile = profiles.into_iter().find(|profile| Some(profile.id) == channel.profile_id);
    let device =
        if is_signed { core.store.device(action.account_id, channel.device_id).await? } else { None };
    Ok(ActedBy {
        profile_name: profile.map(|profile| profile.name.as_str().to_owned()),
        device_id: device.as_ref().map(|listing| listing.device.id),
        device_name: device.map(|listing| listing.device.name().to_owned()),
        channel: Some(channel.target.kind()),
    })
}
