//! A channel: one person's way of being told of alerts where they are not looking.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::{
    AccountId, ChannelId, DeviceId, ProfileId, QuietHours, Secret, Timestamp, ZoneName, clean_text,
};

/// One person's way of being told.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// The account whose alerts it tells.
    pub account_id: AccountId,
    /// Whose it is; `None` when nobody had been chosen where it was made.
    pub profile_id: Option<ProfileId>,
    /// The device that it was made on. A browser's own notifications come there, and stop when that is signed out.
    pub device_id: DeviceId,
    /// What it is called.
    pub name: ChannelName,
    /// Where what is told goes.
    pub target: Target,
    /// When it makes no sound, by the clock of its time zone.
    pub quiet_hours: Option<QuietHours>,
    /// The time zone of whoever reads it; that of the home unless set.
    pub time_zone: Option<ZoneName>,
    /// Since when it is there.
    pub created_at: Timestamp,
    /// How it does.
    pub state: ChannelState,
    /// Why it does not do better, for a person; nothing of it comes from outside unquoted.
    pub detail: Option<String>,
    /// When it took something last.
    pub last_delivery_at: Option<Timestamp>,
    /// How its device answers by a relay, where it can.
    pub replies: Option<Replies>,
}

/// How the device at a channel's end answers by a relay.
#[derive(Clone, PartialEq, Eq)]
pub struct Replies {
    /// What it signs with: an uncompressed point of P-256, base64url.
    pub key: String,
    /// The topic that the home listens to for it. Whoever knows it can post there.
    pub inbox: String,
}

impl fmt::Debug for Replies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Replies(…)")
    }
}

/// The relay that somebody of a household chose to carry answers.
#[derive(Clone, PartialEq, Eq)]
pub struct ChosenRelay {
    /// Its address.
    pub url: String,
    /// What it asks for, if it does.
    pub token: Option<Secret>,
}

impl fmt::Debug for ChosenRelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChosenRelay({})", self.url)
    }
}

/// Where answers for a channel are listened for.
#[derive(Clone, PartialEq, Eq)]
pub struct Inbox {
    /// Whose.
    pub account_id: AccountId,
    /// By which relay they come.
    pub relay: ChosenRelay,
    /// The topic. Whoever knows it can post there.
    pub topic: String,
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inbox({})", self.relay.url)
    }
}

/// How the home hears the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RelayState {
    /// It does not listen: no browser answers by it.
    Idle,
    /// It has begun to listen, and heard nothing yet.
    Connecting,
    /// It listens there.
    Listening,
    /// It cannot hear it, and tries again by itself.
    Unheard,
    /// The relay refuses it. It tries again by itself, and is refused until somebody changes something.
    Refused,
}

/// What a channel is called: 1 to 40 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelName(String);

impl ChannelName {
    /// Longest name, in characters.
    pub const MAX_CHARS: usize = 40;

    /// Checks and keeps a channel's name.
    pub fn parse(text: &str) -> Result<Self> {
        let name = clean_text(text, Self::MAX_CHARS + 1);
        if name.is_empty() || name.chars().count() > Self::MAX_CHARS {
            return Err(Error::invalid("name", "Give it a name of 1 to 40 characters."));
        }
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What sort of channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ChannelKind {
    /// A browser's own notifications (RFC 8030).
    WebPush,
    /// A topic on an ntfy server.
    Ntfy,
    /// An app's own notifications, by whatever push service its phone has (UnifiedPush).
    UnifiedPush,
    /// E-mail.
    Email,
    /// A request to a server of the household.
    WebHook,
}

impl ChannelKind {
    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WebPush => "web_push",
            Self::Ntfy => "ntfy",
            Self::UnifiedPush => "unified_push",
            Self::Email => "email",
            Self::WebHook => "web_hook",
        }
    }
}

/// How a channel does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ChannelState {
    /// Nothing was sent yet.
    Untried,
    /// It took what was sent last.
    Ok,
    /// It cannot be reached, and is tried again by itself.
    Late,
    /// It refuses what is sent, until somebody changes something.
    Refused,
    /// It is no more: whoever it belongs to turned notifications off, or the push service ended it.
    Gone,
}

impl ChannelState {
    /// Its name in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Untried => "untried",
            Self::Ok => "ok",
            Self::Late => "late",
            Self::Refused => "refused",
            Self::Gone => "gone",
        }
    }
}

impl FromStr for ChannelState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Untried, Self::Ok, Self::Late, Self::Refused, Self::Gone]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(())
    }
}

/// Where what is told goes, with the keys it takes. It prints its kind and nothing else: who has an address of these may send to
/// it, or read what is sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Target {
    /// A browser's own notifications.
    WebPush(Subscription),
    /// An app's own notifications.
    UnifiedPush(Subscription),
    /// A topic on an ntfy server.
    Ntfy {
        /// The topic's address; whoever knows it reads it, unless the server asks for more.
        topic_url: String,
        /// What the server asks for, if it does.
        token: Option<String>,
        /// How much is said: the server reads it all.
        says: Says,
    },
    /// E-mail.
    Email {
        /// To whom.
        address: String,
    },
    /// A request to a server of the household.
    WebHook {
        /// Where.
        url: String,
        /// What each request is signed with.
        secret: String,
    },
}

impl Target {
    /// What sort of channel it is of.
    pub const fn kind(&self) -> ChannelKind {
        match self {
            Self::WebPush(_) => ChannelKind::WebPush,
            Self::UnifiedPush(_) => ChannelKind::UnifiedPush,
            Self::Ntfy { .. } => ChannelKind::Ntfy,
            Self::Email { .. } => ChannelKind::Email,
            Self::WebHook { .. } => ChannelKind::WebHook,
        }
    }

    /// Whether it ends on the very device that it was made on, and so with that device's sign-in.
    pub const fn is_of_one_device(&self) -> bool {
        matches!(self, Self::WebPush(_) | Self::UnifiedPush(_))
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({:?})", self.kind())
    }
}

/// Where a browser, or an app, is reached, and the keys that only it can read with (RFC 8030, RFC 8291 section 3).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The address at its push service. Who has it may send.
    pub endpoint: String,
    /// Its public key, P-256, uncompressed, base64url.
    pub p256dh: String,
    /// The secret it shares with us, 16 bytes, base64url.
    pub auth: String,
}

impl Subscription {
    /// As a browser writes it (`PushSubscription.toJSON`, W3C Push API).
    pub fn to_json(&self) -> String {
        let Self { endpoint, p256dh, auth } = self;
        serde_json::json!({ "endpoint": endpoint, "keys": { "p256dh": p256dh, "auth": auth } }).to_string()
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subscription(…)")
    }
}

/// How much is said where a server in between reads it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Says {
    /// That there is something to look at, and no more.
    #[default]
    Nothing,
    /// What happened: for a server of the household's own.
    Everything,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_channel_holds_is_not_printed() {
        let hook = Target::WebHook { url: "https://hook.example/abc".into(), secret: "s3cret".into() };
        let push = Target::WebPush(Subscription {
            endpoint: "https://push.example/abc".into(),
            p256dh: "p".into(),
            auth: "a".into(),
        });
        assert_eq!(format!("{hook:?} {push:?}"), "Target(WebHook) Target(WebPush)");
        let relay = ChosenRelay {
            url: "https://relay.example".into(),
            token: Some(Secret::received("tk_0123456789abcdefghijklmnopqrs")),
        };
        assert_eq!(format!("{relay:?}"), "ChosenRelay(https://relay.example)");
    }

    #[test]
    fn a_name_is_cleaned_and_has_its_length() {
        assert_eq!(ChannelName::parse("  Ana's\u{202e} phone\n").expect("a name").as_str(), "Ana's phone");
        assert!(ChannelName::parse(" \u{200b} ").is_err());
        assert!(ChannelName::parse(&"x".repeat(41)).is_err());
    }
}
