//! Answers that come by a relay. It is not believed in anything: an answer counts when the browser signed it that has the channel,
//! for a button that the home sent there, within minutes, and once. What does not count changes nothing.
//!
//! *Not me* signs out and does nothing else, as a button outside does. *Me* takes a device that may vouch as far as can be judged
//! without a place; where there is any doubt the receipt says to open Latchkey (decision 24).

use std::sync::Arc;
use std::time::Duration;

use super::caller::Manager;
use super::vouching::{self, About};
use super::{Core, actions, alerts, telling};
use crate::error::{Error, Result};
use crate::model::{
    ActedBy, AlertId, AlertKind, AlertListing, AlertState, Answer, Channel, ChannelId, Inbox, Verdict,
};
use crate::outside::ntfy::Name;
use crate::outside::relay::{HomeKey, Opened, ReplyKey, open};
use crate::store::{Action, Relayed, Turn};
use crate::wire::{ActionEffect, AnswerEffect};

/// How far an answer's moment may be from now, either way: it travels for seconds, and clocks differ.
pub const GOOD_FOR: Duration = Duration::from_mins(10);

/// What the home says to an answer: sealed, and where to.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The topic.
    pub to: Name,
    /// The text.
    pub text: String,
}

/// Why an answer does not count. Whoever posted it hears nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unheard {
    NoChannel,
    TooMany,
    Sealed(crate::outside::relay::NotOpened),
    Signature,
    Time,
    Device,
    Again,
}

impl Unheard {
    /// A few words for the log.
    fn why(self) -> String {
        match self {
            Self::NoChannel => "no channel can be answered there".to_owned(),
            Self::TooMany => "too many come there".to_owned(),
            Self::Sealed(why) => why.to_string(),
            Self::Signature => "it is not signed by the channel's device".to_owned(),
            Self::Time => "it is too old, or a clock is wrong".to_owned(),
            Self::Device => "the channel's device is signed out, held, or may not manage".to_owned(),
            Self::Again => "it came before".to_owned(),
        }
    }
}

/// What came of an answer, as the receipt says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    SignedOut,
    AlreadySignedOut,
    Asked,
    Refused,
    TheirsAfterAll,
    NowFamiliar,
    AlreadyAnswered,
    OpenLatchkey,
}

impl Effect {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::AlreadySignedOut => "already_signed_out",
            Self::Asked => "asked",
            Self::Refused => "refused",
            Self::TheirsAfterAll => "theirs_after_all",
            Self::NowFamiliar => "now_familiar",
            Self::AlreadyAnswered => "already_answered",
            Self::OpenLatchkey => "open_latchkey",
        }
    }
}

/// Where the home listens for answers.
pub async fn inboxes(core: &Core) -> Result<Vec<Inbox>> {
    core.store.inboxes().await
}

/// Takes what came to a topic. Answers with the receipt; `None` for what does not count, and that is not told to anybody.
pub async fn take(core: &Arc<Core>, key: &HomeKey, topic: &str, text: &str) -> Result<Option<Reply>> {
    let Some(channel) = core.store.channel_of_inbox(topic).await? else {
        return Ok(unheard(None, Unheard::NoChannel));
    };
    let id = channel.id;
    if core.limits.relayed(id).is_err() {
        return Ok(unheard(Some(id), Unheard::TooMany));
    }
    let opened = match open(key, &id.to_string(), text) {
        Ok(opened) => opened,
        Err(why) => return Ok(unheard(Some(id), Unheard::Sealed(why))),
    };
    let core = Arc::clone(core);
    Core::carry_through(async move {
        let turn = core.store.turn().await;
        // As it is now: it may have been removed, or another key given to it.
        let Some(channel) = core.store.channel(channel.account_id, id).await? else {
            return Ok(unheard(Some(id), Unheard::NoChannel));
        };
        let sender = match heard(&core, &channel, &opened).await? {
            Ok(sender) => sender,
            Err(why) => return Ok(unheard(Some(id), why)),
        };
        let relayed = Relayed { channel_id: id, answer_id: opened.answer().id.clone(), came_at: core.now() };
        let (effect, by) = carry_out(&core, &turn, &sender, &opened, &relayed).await?;
        if !core.store.has_come(id, &relayed.answer_id).await? {
            core.store.remember_relayed(&turn, &relayed).await?;
        }
        tracing::info!(channel = %id, effect = effect.as_str(), "an answer came by the relay");
        let text = opened.receipt(effect.as_str(), by.as_deref(), &*core.random);
        Ok(Some(Reply { to: opened.reply_to().clone(), text }))
    })
    .await
}

fn unheard(channel: Option<ChannelId>, why: Unheard) -> Option<Reply> {
    let channel = channel.map(tracing::field::display);
    tracing::debug!(channel, why = why.why(), "what came by the relay does not count");
    None
}

/// Whether an answer counts, and whose it is.
async fn heard(
    core: &Core,
    channel: &Channel,
    opened: &Opened,
) -> Result<std::result::Result<Manager, Unheard>> {
    let key = channel.replies.as_ref().and_then(|replies| ReplyKey::parse(&replies.key));
    if !key.is_some_and(|key| opened.is_signed_by(&key)) {
        return Ok(Err(Unheard::Signature));
    }
    let apart = core.now().as_millis().abs_diff(opened.answer().issued_at);
    if u128::from(apart) > GOOD_FOR.as_millis() {
        return Ok(Err(Unheard::Time));
    }
    if core.store.has_come(channel.id, &opened.answer().id).await? {
        return Ok(Err(Unheard::Again));
    }
    if !telling::may_hear(core, channel).await? {
        return Ok(Err(Unheard::Device));
    }
    Ok(telling::at_the_end(core, channel).await?.ok_or(Unheard::Device))
}

/// Does what is answered, and says what came of it and who was first.
async fn carry_out(
    core: &Core,
    turn: &Turn<'_>,
    sender: &Manager,
    opened: &Opened,
    relayed: &Relayed,
) -> Result<(Effect, Option<String>)> {
    let said = opened.answer();
    let Some((action, found)) = asked(core, opened, relayed.channel_id).await? else {
        return Ok((Effect::OpenLatchkey, None));
    };
    let by = found.alert.acted_by.as_ref().and_then(name);
    match said.answer.parse() {
        // Somebody said the same, and more than a button may.
        Ok(Answer::NotMe) if found.alert.state == AlertState::NotMe => {
            let is_asked = found.ended_at.is_none() && found.asked_at.is_some();
            Ok((if is_asked { Effect::Asked } else { Effect::AlreadySignedOut }, by))
        }
        Ok(Answer::NotMe) => {
            let outcome =
                actions::press_alone(core, turn, &said.token, &action, found, Some(relayed)).await?;
            Ok(match outcome.effect {
                ActionEffect::SignedOut => (Effect::SignedOut, None),
                ActionEffect::AlreadySignedOut => (Effect::AlreadySignedOut, by),
                ActionEffect::Asked => (Effect::Asked, None),
                ActionEffect::Refused => (Effect::Refused, None),
                ActionEffect::TheirsAfterAll => (Effect::TheirsAfterAll, by),
            })
        }
        Ok(Answer::Me) => vouch(core, turn, sender, found, relayed).await.map(|effect| {
            let first = if effect == Effect::AlreadyAnswered { by } else { None };
            (effect, first)
        }),
        // There is no button for it.
        Ok(Answer::Unsure) | Err(()) => Ok((Effect::OpenLatchkey, None)),
    }
}

/// The button and the alert that an answer is about; `None` unless the home sent that button through this channel.
async fn asked(
    core: &Core,
    opened: &Opened,
    channel_id: ChannelId,
) -> Result<Option<(Action, AlertListing)>> {
    let said = opened.answer();
    let action = match actions::find(core, &said.token).await {
        Ok(action) => action,
        Err(Error::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let is_its_own = action.channel_id == channel_id
        && said.alert_id.parse::<AlertId>().is_ok_and(|id| id == action.alert_id);
    if !is_its_own {
        return Ok(None);
    }
    let found = core.store.alert(action.account_id, action.alert_id).await?;
    Ok(found.map(|found| (action, found)))
}

/// "It is ours", from away: where nobody was first, about a sign-in that does not look stolen, and from a device of which nothing
/// is doubted anywhere.
async fn vouch(
    core: &Core,
    turn: &Turn<'_>,
    sender: &Manager,
    found: AlertListing,
    relayed: &Relayed,
) -> Result<Effect> {
    let alert = &found.alert;
    let waits = matches!(alert.state, AlertState::Open | AlertState::Unsure);
    if !waits || alert.acted_by.is_some() || found.ended_at.is_some() {
        return Ok(Effect::AlreadyAnswered);
    }
    // What looks stolen, and what a device did to others, is answered where one sees what happened.
    let is_plain = alert.kind == AlertKind::SignIn
        && alert.familiarity.verdict != Verdict::Suspicious
        && found.held_at.is_none();
    let about = About::Alert(alert.id, alert.device_id);
    if !is_plain || !vouching::speaks_from_away(core, sender, about).await? {
        return Ok(Effect::OpenLatchkey);
    }
    let outcome = alerts::answer_alone(core, turn, sender, found, Answer::Me, Some(relayed)).await?;
    Ok(match outcome.effect {
        AnswerEffect::NowFamiliar => Effect::NowFamiliar,
        _ => Effect::AlreadyAnswered,
    })
}

/// Somebody by a name that a person knows.
fn name(by: &ActedBy) -> Option<String> {
    by.profile_name.clone().or_else(|| by.device_name.clone())
}
