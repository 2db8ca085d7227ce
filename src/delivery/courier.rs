//! The courier: packs a message as each kind of channel takes it, and hands it to what speaks with the servers of others.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use url::Url;

use super::Courier;
use super::message::{Kind, Message, says};
use crate::access::telling::Outcome;
use crate::clock::Clock;
use crate::model::{AlertId, Answer, Channel, ChannelId, Says, Secret, Subscription, Target, Timestamp};
use crate::outside::mail::{self, Letter, Thread};
use crate::outside::ntfy::{self, Note, Priority};
use crate::outside::web_hook::{self, Hook};
use crate::outside::web_push::{self, Push, Topic, Urgency, Vapid};
use crate::outside::{Handed, Outlet, Reach};
use crate::random::Random;

/// How long a push service keeps a message for a phone that is away: as long as the home itself would try.
const KEPT: Duration = Duration::from_hours(72);

/// What the courier works with.
pub struct Post {
    /// The way out.
    pub outlet: Outlet,
    /// By which push services know the home.
    pub vapid: Arc<Vapid>,
    /// The public part of what answers by a relay are sealed to.
    pub relay_key: String,
    /// The mail server, where there is one.
    pub mail: Option<mail::Settings>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}

/// What a service worker, and whatever app is behind UnifiedPush, is given.
#[derive(Serialize)]
struct Pushed<'a> {
    /// As Declarative Web Push has it: where there is no service worker, the browser shows `notification` by itself.
    web_push: u16,
    notification: Notification<'a>,
    kind: &'static str,
    alert_id: Option<AlertId>,
    at: Timestamp,
    again: bool,
    signs_out: bool,
    sign_out_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<PushedReply<'a>>,
}

/// How a service worker answers while the home cannot be reached (`outside/relay`).
#[derive(Serialize)]
struct PushedReply<'a> {
    inbox_url: &'a str,
    home_key: &'a str,
    channel_id: ChannelId,
    token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    relay_token: Option<&'a str>,
}

/// A notification, in the names of the Notifications API.
#[derive(Serialize)]
struct Notification<'a> {
    title: &'a str,
    body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    navigate: Option<&'a str>,
    tag: &'a str,
    silent: bool,
}

/// What a web hook receives.
#[derive(Serialize)]
struct Hooked<'a> {
    kind: &'static str,
    alert_id: Option<AlertId>,
    title: &'a str,
    text: String,
    at: Timestamp,
    quiet: bool,
    open_url: Option<&'a str>,
    actions: Vec<HookedAction<'a>>,
}

#[derive(Serialize)]
struct HookedAction<'a> {
    answer: Answer,
    label: &'static str,
    url: &'a str,
}

#[async_trait]
impl Courier for Post {
    async fn hand_over(&self, channel: &Channel, message: &Message) -> Outcome {
        let handed = match &channel.target {
            Target::WebPush(to) => self.push(channel, to, Reach::Internet, message).await,
            Target::UnifiedPush(to) => self.push(channel, to, Reach::HomeNetwork, message).await,
            Target::Ntfy { topic_url, token, .. } => {
                let message = match says(channel) {
                    Says::Everything => message.clone(),
                    Says::Nothing => message.clone().without_words(),
                };
                self.publish(topic_url, token.as_deref(), &message).await
            }
            Target::Email { address } => self.write(address, message).await,
            Target::WebHook { url, secret } => self.call(channel, url, secret, message).await,
        };
        outcome(handed)
    }
}

impl Post {
    async fn push(&self, channel: &Channel, to: &Subscription, reach: Reach, message: &Message) -> Handed {
        let to = match web_push::Subscription::parse(&to.to_json(), self.outlet.guard(), reach) {
            Ok(to) => to,
            Err(why) => return Handed::Refused { why: why.to_string() },
        };
        let pushed = Pushed {
            web_push: 8030,
            notification: Notification {
                title: &message.title,
                body: message.text(),
                navigate: message.open_url.as_deref(),
                tag: &message.tag,
                silent: message.quiet,
            },
            kind: message.kind.as_str(),
            alert_id: message.alert_id,
            at: message.at,
            again: message.again,
            signs_out: message.signs_out,
            sign_out_url: message.button.as_ref().map(|button| button.url.as_str()),
            reply: message.reply.as_ref().map(|reply| PushedReply {
                inbox_url: &reply.inbox_url,
                home_key: &self.relay_key,
                channel_id: channel.id,
                token: reply.token.reveal(),
                relay_token: reply.relay_token.as_ref().map(Secret::reveal),
            }),
        };
        let text = serde_json::to_vec(&pushed).unwrap_or_default();
        let push = Push {
            message: &text,
            time_to_live: if message.kind == Kind::Test { Duration::from_mins(5) } else { KEPT },
            urgency: if message.quiet { Urgency::Normal } else { Urgency::High },
            topic: Some(Topic::of(&message.tag)),
        };
        web_push::send(&self.outlet, reach, &to, &self.vapid, &push, &*self.clock, &*self.random).await
    }

    async fn publish(&self, topic_url: &str, token: Option<&str>, message: &Message) -> Handed {
        let place = match ntfy::Place::parse(topic_url, token.map(Secret::received), self.outlet.guard()) {
            Ok(place) => place,
            Err(why) => return Handed::Refused { why: why.to_string() },
        };
        let button = message.button.as_ref().and_then(|button| {
            let url = Url::parse(&button.url).ok()?;
            let body = format!("{{\"answer\":\"{}\"}}", button.answer.as_str());
            Some(ntfy::Action::Post { label: button.label.to_owned(), url, body })
        });
        let opens = message.open_url.as_deref().and_then(|url| Url::parse(url).ok());
        let open = opens.clone().map(|url| ntfy::Action::Open { label: "Open Latchkey".to_owned(), url });
        let note = Note {
            title: message.title.clone(),
            text: message.text(),
            priority: match (message.kind, message.quiet) {
                (Kind::Settled, _) | (_, true) => Priority::Low,
                (Kind::Test, false) => Priority::Default,
                (Kind::Alert | Kind::Drill, false) => Priority::High,
            },
            tags: match message.kind {
                Kind::Alert | Kind::Drill => vec!["key".to_owned()],
                Kind::Settled | Kind::Test => Vec::new(),
            },
            opens,
            actions: button.into_iter().chain(open).collect(),
            in_place_of: ntfy::Name::new(&message.tag),
        };
        ntfy::publish(&self.outlet, &place, &note, &*self.clock).await
    }

    async fn write(&self, address: &str, message: &Message) -> Handed {
        let Some(settings) = &self.mail else {
            return Handed::Refused { why: "this home has no server to send e-mail by".to_owned() };
        };
        let links = message.button.iter().filter_map(|button| {
            Some(mail::Button { label: button.label.to_owned(), url: Url::parse(&button.url).ok()? })
        });
        let open = message.open_url.as_deref().and_then(|url| Url::parse(url).ok());
        let open = open.map(|url| mail::Button { label: "Open Latchkey".to_owned(), url });
        let presses = if message.button.is_some() {
            " The button opens a page that asks once more; opening it does nothing."
        } else {
            ""
        };
        let letter = Letter {
            to: address.to_owned(),
            subject: message.title.clone(),
            paragraphs: message.paragraphs(),
            buttons: links.chain(open).collect(),
            footer: format!(
                "Your home's Latchkey sent this, because this address is one of its channels.{presses}"
            ),
            thread: Thread { about: message.tag.clone(), update: message.update },
        };
        mail::send(settings, &letter, &*self.clock).await
    }

    async fn call(&self, channel: &Channel, url: &str, secret: &str, message: &Message) -> Handed {
        let parsed = Url::parse(url).map_err(|_| "the address to send to is none".to_owned());
        let key_id = channel.id.to_string();
        let hook = parsed.and_then(|url| {
            Hook::new(url, &key_id, Secret::received(secret), self.outlet.guard())
                .map_err(|why| why.to_string())
        });
        let hook = match hook {
            Ok(hook) => hook,
            Err(why) => return Handed::Refused { why },
        };
        let body = Hooked {
            kind: message.kind.as_str(),
            alert_id: message.alert_id,
            title: &message.title,
            text: message.text(),
            at: message.at,
            quiet: message.quiet,
            open_url: message.open_url.as_deref(),
            actions: message
                .button
                .iter()
                .map(|button| HookedAction { answer: button.answer, label: button.label, url: &button.url })
                .collect(),
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        web_hook::send(&self.outlet, &hook, body, &*self.clock, &*self.random).await
    }
}

fn outcome(handed: Handed) -> Outcome {
    match handed {
        Handed::Done => Outcome::Taken,
        Handed::Later { after, why } => Outcome::Later { after, why },
        Handed::Gone { why } => Outcome::Gone { why },
        Handed::Refused { why } => Outcome::Refused { why },
    }
}
