//! Channels: how people are told where they are not looking. Whoever could make one would be told what the household does, and
//! whoever could remove one would have others not told: both take the proof, and the standing, that the alert settings take.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;

use super::Core;
use super::caller::Manager;
use super::hearing;
use super::proof::{self, Brought};
use super::vouching::{About, may_vouch};
use crate::error::{Error, Result};
use crate::model::{
    AccountId, Channel, ChannelId, ChannelKind, ChannelName, ChannelState, HistoryDetail, HistoryEntry,
    HistoryKind, Job, JobId, JobState, JobWork, QuietHours, Replies, Says, Secret, Subscription, Target,
    ZoneName,
};
use crate::outside::mail::Letter;
use crate::outside::ntfy::Place;
use crate::outside::relay::{ReplyKey, TOPICS};
use crate::outside::web_hook::Hook;
use crate::outside::web_push;
use crate::outside::{Guard, Reach};
use crate::wire::{self, ChannelAdded, ChannelChange, ChannelList, EventKind, NewChannel};

/// Most channels of an account.
const MOST_CHANNELS: usize = 50;

/// What channels the home can offer.
#[derive(Clone, Debug, Default)]
pub struct Offers {
    /// Says where messages may go.
    pub guard: Guard,
    /// The key that browsers and apps subscribe with (RFC 8292 section 3.2), base64url.
    pub push_key: String,
    /// Whether there is a server to send e-mail by.
    pub email: bool,
}

/// The account's channels, and which can be made.
pub async fn list(core: &Core, manager: &Manager) -> Result<ChannelList> {
    let mut channels = Vec::new();
    for channel in core.store.channels(manager.account_id()).await? {
        channels.push(shown(core, manager, channel).await?);
    }
    let Offers { push_key, email, .. } = core.offers.clone();
    let is_answered = |channel: &wire::Channel| channel.answers_away && channel.state != ChannelState::Gone;
    let account_id = manager.account_id();
    let relay = match core.store.relay(account_id).await? {
        Some(chosen) => {
            let is_out = chosen.token.is_some() && core.store.relay_token_is_out(account_id).await?;
            Some(hearing::shown(core, account_id, chosen, channels.iter().any(is_answered), is_out))
        }
        None => None,
    };
    let relay_url = relay.as_ref().map(|relay| relay.url.clone());
    let no_address =
        if core.reach.public_url.is_some() { None } else { core.reach.origins(&core.home_network).err() };
    Ok(ChannelList { channels, push_key, can_email: email, relay_url, relay, no_address })
}

/// Makes a channel. A browser that subscribes anew keeps the one it has: its push service gave it another address.
pub async fn add(core: &Arc<Core>, manager: &Manager, new: NewChannel) -> Result<ChannelAdded> {
    new.quiet_hours.map(QuietHours::checked).transpose()?;
    let time_zone = zone(new.time_zone.as_deref())?;
    let target = target(core, &new)?;
    let name =
        new.name.as_deref().filter(|name| !name.trim().is_empty()).map(ChannelName::parse).transpose()?;
    let key = reply_key(&new)?;
    let own = own_of_device(core, manager, target.kind()).await?;
    let proven = match &own {
        Some(own) if keeps_key(own, key.as_deref()) => None,
        _ => proof::look(core, manager, None, Brought::from(&new.proof)).await?,
    };
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        if let Some(own) = own_of_device(&core, &manager, target.kind()).await? {
            let mut renewed = Channel { target, state: ChannelState::Untried, detail: None, ..own };
            // Another key would answer in its place: that takes what making the channel took.
            if !keeps_key(&renewed, key.as_deref()) {
                proof::require(&core, &turn, &manager, None, proven.as_ref()).await?;
                may_vouch(&core, &turn, &manager, About::Settings).await?;
                renewed.replies = key.map(|key| replies(&core, key));
            }
            core.store.write_channel(&turn, &renewed, None).await?;
            changed(&core, manager.account_id());
            return Ok(ChannelAdded { channel: shown(&core, &manager, renewed).await?, secret: None });
        }
        proof::require(&core, &turn, &manager, None, proven.as_ref()).await?;
        may_vouch(&core, &turn, &manager, About::Settings).await?;
        if core.store.channels(manager.account_id()).await?.len() >= MOST_CHANNELS {
            return Err(Error::invalid("channels", "An account has at most 50 channels. Remove one first."));
        }
        let channel = Channel {
            id: ChannelId::new(&*core.clock, &*core.random),
            account_id: manager.account_id(),
            profile_id: manager.caller().session.profile().map(|profile| profile.id),
            device_id: manager.device_id(),
            name: match name {
                Some(name) => name,
                None => default_name(&core, &manager, &target).await?,
            },
            target,
            quiet_hours: new.quiet_hours,
            time_zone,
            created_at: core.now(),
            state: ChannelState::Untried,
            detail: None,
            last_delivery_at: None,
            replies: key.map(|key| replies(&core, key)),
        };
        let entry = entry(&core, &manager, &channel, HistoryKind::ChannelAdded);
        core.store.write_channel(&turn, &channel, Some(&entry)).await?;
        changed(&core, manager.account_id());
        let secret = match &channel.target {
            Target::WebHook { secret, .. } => Some(secret.clone()),
            _ => None,
        };
        Ok(ChannelAdded { channel: shown(&core, &manager, channel).await?, secret })
    })
    .await
}

/// Changes what is set about a channel.
pub async fn change(
    core: &Arc<Core>,
    manager: &Manager,
    id: ChannelId,
    change: ChannelChange,
) -> Result<wire::Channel> {
    change.quiet_hours.flatten().map(QuietHours::checked).transpose()?;
    let time_zone = zone(change.time_zone.as_deref())?;
    let name = change.name.as_deref().map(ChannelName::parse).transpose()?;
    let proven = proof::look(core, manager, None, Brought::from(&change.proof)).await?;
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        proof::require(&core, &turn, &manager, None, proven.as_ref()).await?;
        may_vouch(&core, &turn, &manager, About::Settings).await?;
        let mut channel = find(&core, manager.account_id(), id).await?;
        channel.name = name.unwrap_or(channel.name);
        channel.quiet_hours = change.quiet_hours.unwrap_or(channel.quiet_hours);
        channel.time_zone = time_zone.or(channel.time_zone);
        if let (Target::Ntfy { says, .. }, Some(said)) = (&mut channel.target, change.says) {
            *says = said;
        }
        core.store.write_channel(&turn, &channel, None).await?;
        changed(&core, manager.account_id());
        shown(&core, &manager, channel).await
    })
    .await
}

/// Removes a channel: nothing more is told by it, and no button that went through it does anything. A device's own goes without
/// a proof: whoever holds it could turn its notifications off there.
pub async fn remove(core: &Arc<Core>, manager: &Manager, id: ChannelId) -> Result<()> {
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        let channel = find(&core, manager.account_id(), id).await?;
        let is_its_own = channel.target.is_of_one_device() && channel.device_id == manager.device_id();
        if !is_its_own {
            proof::require(&core, &turn, &manager, None, None).await?;
            may_vouch(&core, &turn, &manager, About::Settings).await?;
        }
        let entry = entry(&core, &manager, &channel, HistoryKind::ChannelRemoved);
        core.store.remove_channel(&turn, id, &entry).await?;
        changed(&core, manager.account_id());
        Ok(())
    })
    .await
}

/// Has a channel say that it works. What comes of it is told by the channel's state.
pub async fn test(core: &Arc<Core>, manager: &Manager, id: ChannelId) -> Result<wire::Channel> {
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        let channel = find(&core, manager.account_id(), id).await?;
        core.limits.channel_trial(id)?;
        let work = JobWork::Try { channel_id: id };
        let now = core.now();
        let job = Job {
            id: JobId::of(work),
            account_id: manager.account_id(),
            work,
            revision: 1,
            begun: 0,
            done: 0,
            state: JobState::Waiting,
            attempts: 0,
            due_at: now,
        };
        core.store.try_channel(&job).await?;
        drop(turn);
        changed(&core, manager.account_id());
        shown(&core, &manager, channel).await
    })
    .await
}

/// The channel by which this very device is told, of a sort that ends on the device itself.
async fn own_of_device(core: &Core, manager: &Manager, kind: ChannelKind) -> Result<Option<Channel>> {
    let channels = core.store.channels(manager.account_id()).await?;
    let is_own = |channel: &Channel| {
        channel.target.is_of_one_device()
            && channel.target.kind() == kind
            && channel.device_id == manager.device_id()
    };
    Ok(channels.into_iter().find(is_own))
}

/// What the channel's device signs its answers with, of what can be asked to answer by a relay: a browser, and the app.
fn reply_key(new: &NewChannel) -> Result<Option<String>> {
    let can_seal = matches!(new.kind, ChannelKind::WebPush | ChannelKind::UnifiedPush);
    let key = new.reply_key.as_deref().filter(|_| can_seal);
    if key.is_some_and(|key| ReplyKey::parse(key).is_none()) {
        return Err(Error::invalid(
            "reply_key",
            "This is no key that a browser or the app signs with (P-256).",
        ));
    }
    Ok(key.map(str::to_owned))
}

/// Whether a channel goes on with the key that it has. A browser that says nothing of one does.
fn keeps_key(channel: &Channel, key: Option<&str>) -> bool {
    key.is_none() || key == channel.replies.as_ref().map(|replies| replies.key.as_str())
}

/// How a device answers with a key: by a topic that nobody guesses, with a beginning that a relay can give rights to.
fn replies(core: &Core, key: String) -> Replies {
    let mut topic = [0; 16];
    core.random.fill(&mut topic);
    Replies { key, inbox: format!("{TOPICS}{}", URL_SAFE_NO_PAD.encode(topic)) }
}

/// Where a new channel goes.
fn target(core: &Core, new: &NewChannel) -> Result<Target> {
    let guard = &core.offers.guard;
    let url = || new.url.as_deref().map(str::trim).filter(|url| !url.is_empty());
    Ok(match new.kind {
        ChannelKind::WebPush | ChannelKind::UnifiedPush => {
            let given = new.subscription.as_ref().ok_or_else(|| {
                Error::invalid("subscription", "Allow notifications on this device first, then try again.")
            })?;
            let subscription = Subscription {
                endpoint: given.endpoint.clone(),
                p256dh: given.keys.p256dh.clone(),
                auth: given.keys.auth.clone(),
            };
            let reach = if new.kind == ChannelKind::WebPush { Reach::Internet } else { Reach::HomeNetwork };
            web_push::Subscription::parse(&subscription.to_json(), guard, reach)
                .map_err(|why| Error::invalid("subscription", why.to_string()))?;
            match new.kind {
                ChannelKind::WebPush => Target::WebPush(subscription),
                _ => Target::UnifiedPush(subscription),
            }
        }
        ChannelKind::Ntfy => {
            let url = url().ok_or_else(|| {
                Error::invalid(
                    "url",
                    "Give the address of the topic, such as https://ntfy.sh/a-name-nobody-guesses.",
                )
            })?;
            let token = new.token.as_deref().map(str::trim).filter(|token| !token.is_empty());
            Place::parse(url, token.map(Secret::received), guard)
                .map_err(|why| Error::invalid("url", why.to_string()))?;
            Target::Ntfy {
                topic_url: url.to_owned(),
                token: token.map(str::to_owned),
                says: new.says.unwrap_or_default(),
            }
        }
        ChannelKind::Email => {
            if !core.offers.email {
                return Err(Error::invalid(
                    "kind",
                    "This home has no server to send e-mail by. Set one with --smtp-url, then try again.",
                ));
            }
            let address = new.address.as_deref().unwrap_or_default().trim();
            Letter::check_address(address)
                .map_err(|_| Error::invalid("address", "Give an address such as ana@example.org."))?;
            Target::Email { address: address.to_owned() }
        }
        ChannelKind::WebHook => {
            let url = url().ok_or_else(|| Error::invalid("url", "Give the address to send to."))?;
            let parsed = Url::parse(url)
                .map_err(|_| Error::invalid("url", "Give an address such as https://home.example/hook."))?;
            let secret = Secret::new(&*core.random);
            Hook::new(parsed, "", secret.clone(), guard)
                .map_err(|why| Error::invalid("url", why.to_string()))?;
            Target::WebHook { url: url.to_owned(), secret: secret.reveal().to_owned() }
        }
    })
}

fn zone(name: Option<&str>) -> Result<Option<ZoneName>> {
    let unknown = || Error::invalid("time_zone", "Choose a time zone by its name, such as Europe/Riga.");
    name.map(|name| ZoneName::known(name).ok_or_else(unknown)).transpose()
}

async fn find(core: &Core, account_id: AccountId, id: ChannelId) -> Result<Channel> {
    core.store.channel(account_id, id).await?.ok_or(Error::NotFound("channel"))
}

/// What a channel is called unless somebody says: the device it ends on, or where it goes.
async fn default_name(core: &Core, manager: &Manager, target: &Target) -> Result<ChannelName> {
    let name = if target.is_of_one_device() {
        let device = core.store.device(manager.account_id(), manager.device_id()).await?;
        device.map(|listing| listing.device.name().to_owned()).unwrap_or_default()
    } else {
        goes_to(target)
    };
    let short: String = name.chars().take(ChannelName::MAX_CHARS).collect();
    ChannelName::parse(&short).or_else(|_| ChannelName::parse("This device"))
}

/// Where a channel goes, as far as may be shown: who has the whole address may send to it, or read what is sent.
fn goes_to(target: &Target) -> String {
    match target {
        Target::WebPush(subscription) | Target::UnifiedPush(subscription) => host(&subscription.endpoint),
        // Whoever knows a topic's name reads what is said there.
        Target::Ntfy { topic_url, .. } => host(topic_url),
        Target::Email { address } => address.clone(),
        Target::WebHook { url, .. } => host(url),
    }
}

/// The server that an address names.
fn host(address: &str) -> String {
    Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

async fn shown(core: &Core, manager: &Manager, channel: Channel) -> Result<wire::Channel> {
    let profiles = core.store.profiles(channel.account_id).await?;
    let profile = profiles.into_iter().find(|profile| Some(profile.id) == channel.profile_id);
    let device = core.store.device(channel.account_id, channel.device_id).await?;
    let asks = manager.caller().session.profile().map(|profile| profile.id);
    Ok(wire::Channel {
        id: channel.id,
        kind: channel.target.kind(),
        profile_name: profile.map(|profile| profile.name.as_str().to_owned()),
        own: channel.profile_id == asks,
        device_id: channel.device_id,
        device_name: device.map(|listing| listing.device.name().to_owned()),
        goes_to: goes_to(&channel.target),
        says: match channel.target {
            Target::Ntfy { says, .. } => says,
            _ => Says::Everything,
        },
        quiet_hours: channel.quiet_hours,
        time_zone: channel.time_zone.as_ref().unwrap_or(&core.zone).as_str().to_owned(),
        state: channel.state,
        last_delivery_at: channel.last_delivery_at,
        detail: channel.detail,
        answers_away: channel.replies.is_some(),
        name: channel.name.as_str().to_owned(),
    })
}

fn entry(core: &Core, manager: &Manager, channel: &Channel, kind: HistoryKind) -> HistoryEntry {
    let mut entry = core.entry(manager.account_id(), kind);
    entry.detail = Some(HistoryDetail::Channel {
        channel: channel.target.kind(),
        name: channel.name.as_str().to_owned(),
    });
    entry.profile_name = manager.caller().session.profile().map(|profile| profile.name.clone());
    entry.by_session_id = Some(manager.session_id());
    entry
}

fn changed(core: &Core, account_id: AccountId) {
    core.announcer.announce(&*core.clock, account_id, EventKind::ChannelsChanged);
}
