//! Channels: how people are told where they are not looking.

use serde::{Deserialize, Serialize};

use super::familiarity::there;
use super::{NoAddress, Proof};
use crate::model::{ChannelId, ChannelKind, ChannelState, DeviceId, QuietHours, RelayState, Says, Timestamp};

/// One person's way of being told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// What sort it is.
    pub kind: ChannelKind,
    /// What it is called.
    pub name: String,
    /// Whose it is, by name; `null` when nobody had been chosen where it was made.
    pub profile_name: Option<String>,
    /// Whether it is that of whoever asks.
    pub own: bool,
    /// The device that it was made on.
    pub device_id: DeviceId,
    /// What that device is called.
    pub device_name: Option<String>,
    /// Where it goes, as far as may be shown: a server's name, an address of e-mail.
    pub goes_to: String,
    /// How much is said; always everything where nobody in between can read it.
    pub says: Says,
    /// When it makes no sound; `null` for never.
    pub quiet_hours: Option<QuietHours>,
    /// The time zone of whoever reads it, by its IANA name; that of the home unless set.
    pub time_zone: String,
    /// How it does.
    pub state: ChannelState,
    /// When it took something last.
    pub last_delivery_at: Option<Timestamp>,
    /// Why it does not do better, in a sentence; `null` when all is well.
    pub detail: Option<String>,
    /// Whether its device can answer by a relay while the home cannot be reached.
    #[serde(default)]
    pub answers_away: bool,
}

/// The account's channels, and which can be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct ChannelList {
    /// The channels, the oldest first.
    pub channels: Vec<Channel>,
    /// The key that a browser or an app subscribes with (RFC 8292), base64url.
    pub push_key: String,
    /// Whether the home has a server to send e-mail by.
    pub can_email: bool,
    /// The relay that carries answers back while the home cannot be reached from outside; `null` for none.
    #[serde(default)]
    pub relay_url: Option<String>,
    /// How that relay does.
    #[serde(default)]
    pub relay: Option<RelayStatus>,
    /// Why what goes to phones and mailboxes has no buttons and no links, where that is so.
    #[serde(default)]
    pub no_address: Option<NoAddress>,
}

/// The relay that carries answers back, and how the home hears it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct RelayStatus {
    /// Its address.
    pub url: String,
    /// Whether it is given an access token.
    pub has_token: bool,
    /// Whether a device that was handed the token is signed out, and may have it still: it should be replaced.
    #[serde(default)]
    pub token_is_out: bool,
    /// How it is heard.
    pub state: RelayState,
    /// Since when; `null` where nobody listens.
    pub since: Option<Timestamp>,
    /// When it said something last, if it has since the home started.
    pub heard_at: Option<Timestamp>,
    /// Why it is not heard, in a few words; `null` when all is well.
    pub detail: Option<String>,
}

/// Which relay carries answers back.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(default)]
#[ts(export)]
pub struct RelayChange {
    /// An ntfy server's address; `null` for none.
    pub relay_url: Option<String>,
    /// The access token that it asks for, if it does. It goes to the home and, encrypted, to the browsers that answer by the relay, and
    /// is not shown again. Without one, or with `null`, that of the same address stays; an empty one is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub token: Option<String>,
    /// The PIN of the profile that asks, or the password.
    #[serde(flatten)]
    pub proof: Proof,
}

impl std::fmt::Debug for RelayChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RelayChange").field("relay_url", &self.relay_url).finish_non_exhaustive()
    }
}

/// A channel to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export, optional_fields)]
pub struct NewChannel {
    /// What sort.
    pub kind: ChannelKind,
    /// What to call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For `ntfy` the topic's address, for `web_hook` where to send to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// For `ntfy`: the access token that the server asks for, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// For `ntfy`: how much is said. Its server reads it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<Says>,
    /// For `web_push` and `unified_push`: what the browser or the app answered when it subscribed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<PushSubscription>,
    /// For `web_push` and `unified_push`: what the browser or the app signs answers with that go by a relay (P-256, an uncompressed
    /// point, base64url). Without one, whoever subscribes anew keeps the key they have; another takes the proof that making the
    /// channel took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_key: Option<String>,
    /// For `email`: to whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// When it makes no sound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<QuietHours>,
    /// The time zone of whoever reads it, by its IANA name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The PIN of the profile that asks, or the password.
    #[serde(flatten)]
    pub proof: Proof,
}

/// What a browser answers when it subscribes, as its `toJSON` writes it (Push API, W3C).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct PushSubscription {
    /// The address at its push service.
    pub endpoint: String,
    /// Its keys.
    pub keys: PushKeys,
}

impl std::fmt::Debug for PushSubscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PushSubscription(…)")
    }
}

/// The keys that only the browser can read with (RFC 8291 section 3), base64url.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct PushKeys {
    /// Its public key, P-256, uncompressed.
    pub p256dh: String,
    /// The secret it shares with the home.
    pub auth: String,
}

impl std::fmt::Debug for PushKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PushKeys(…)")
    }
}

/// A channel that was made.
#[derive(Clone, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct ChannelAdded {
    /// The channel.
    #[serde(flatten)]
    pub channel: Channel,
    /// For `web_hook`: what its requests are signed with. It is not shown again.
    pub secret: Option<String>,
}

impl std::fmt::Debug for ChannelAdded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChannelAdded").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// What to change about a channel; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(default)]
#[ts(export, optional_fields)]
pub struct ChannelChange {
    /// What to call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For `ntfy`: how much is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says: Option<Says>,
    /// When it makes no sound; `null` for never.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    #[ts(as = "Option<QuietHours>", optional = nullable)]
    #[schema(value_type = Option<QuietHours>)]
    pub quiet_hours: Option<Option<QuietHours>>,
    /// The time zone of whoever reads it, by its IANA name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The PIN of the profile that asks, or the password.
    #[serde(flatten)]
    pub proof: Proof,
}
