//! Web push: RFC 8030 (the request), RFC 8291 (what only the browser can read), RFC 8292 (who sends). UnifiedPush is the same
//! with an address of another kind.

mod decryption;
mod encryption;
mod subscription;
mod vapid;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue, Method, header};
use sha2::{Digest, Sha256};

pub use decryption::{NotRead, Receiver};
pub use encryption::{Keys, MOST_BYTES, TooLong, encrypt};
pub use subscription::{NoSubscription, Subscription};
pub use vapid::Vapid;

use super::address::Reach;
use super::handed::{Handed, cause, quoted};
use super::outlet::{Message, Outlet};
use crate::clock::Clock;
use crate::random::Random;

/// How much a message is worth waking a device up for (RFC 8030 section 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// On power and Wi-Fi.
    VeryLow,
    /// On either.
    Low,
    /// On neither.
    Normal,
    /// Also with a low battery: an alert.
    High,
}

impl Urgency {
    const fn as_str(self) -> &'static str {
        match self {
            Self::VeryLow => "very-low",
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

/// By which a push service lets a newer message take the place of one that waits still (RFC 8030 section 5.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic(String);

impl Topic {
    /// The topic of whatever has this id: the same for the same, and telling nothing of it.
    pub fn of(id: &str) -> Self {
        // 24 bytes are the 32 characters that there is room for.
        Self(URL_SAFE_NO_PAD.encode(&Sha256::digest(id.as_bytes())[..24]))
    }
}

/// One message to a browser.
#[derive(Clone, Debug)]
pub struct Push<'a> {
    /// What the service worker is given; [`MOST_BYTES`] at the most.
    pub message: &'a [u8],
    /// How long the push service keeps it for a browser that is away.
    pub time_to_live: Duration,
    /// What it is worth.
    pub urgency: Urgency,
    /// What it takes the place of.
    pub topic: Option<Topic>,
}

/// Hands a message to the push service of a subscription. `reach` is [`Reach::Internet`] for what a browser brought, and
/// [`Reach::HomeNetwork`] for a UnifiedPush server that may stand in the house.
///
/// [`Handed::Done`] says that the service has it, not that the browser does.
pub async fn send(
    outlet: &Outlet,
    reach: Reach,
    to: &Subscription,
    vapid: &Vapid,
    push: &Push<'_>,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Handed {
    let body = match encrypt(to.keys(), push.message, random) {
        Ok(body) => body,
        Err(too_long) => return Handed::refused(too_long.to_string()),
    };
    let url = to.endpoint().clone();
    let mut headers = HeaderMap::new();
    headers.insert("ttl", HeaderValue::from(push.time_to_live.as_secs()));
    headers.insert("urgency", HeaderValue::from_static(push.urgency.as_str()));
    if let Some(Topic(topic)) = &push.topic {
        headers.insert("topic", topic.parse().expect("base64url"));
    }
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("aes128gcm"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    let mut authorization: HeaderValue =
        vapid.authorization(&url, clock).parse().expect("base64url and an address");
    authorization.set_sensitive(true);
    headers.insert(header::AUTHORIZATION, authorization);
    let path = url.path().to_owned();
    let answer = match outlet.send(Message { method: Method::POST, url, headers, body }, reach, clock).await {
        Ok(answer) => answer,
        Err(handed) => return handed,
    };
    if matches!(answer.status.as_u16(), 404 | 410) {
        return Handed::Gone { why: cause(answer.status) };
    }
    // The address is a capability: a service that repeats it is not quoted.
    let said = quoted(&String::from_utf8_lossy(&answer.body), &[&path]);
    Handed::of(answer.status, answer.after, &said)
}

#[cfg(test)]
mod tests {
    use p256::SecretKey;

    use super::*;
    use crate::outside::outlet::tests::{Peer, clock, outlet};
    use crate::random::SeededRandom;

    fn subscription(outlet: &Outlet, endpoint: &str) -> Subscription {
        let browser: SecretKey = encryption::new_secret(&SeededRandom::new(7));
        let json = serde_json::json!({
            "endpoint": endpoint,
            "keys": {
                "p256dh": URL_SAFE_NO_PAD.encode(encryption::point(&browser.public_key())),
                "auth": URL_SAFE_NO_PAD.encode([9; 16]),
            },
        });
        Subscription::parse(&json.to_string(), outlet.guard(), Reach::Internet).expect("a subscription")
    }

    async fn sent_to(outlet: &Outlet, endpoint: &str, message: &[u8]) -> Handed {
        let random = SeededRandom::new(1);
        let vapid = Vapid::new("mailto:ana@home.example".parse().expect("an address"), &random);
        let push = Push {
            message,
            time_to_live: Duration::from_hours(2),
            urgency: Urgency::High,
            topic: Some(Topic::of("alert 1")),
        };
        let to = subscription(outlet, endpoint);
        send(outlet, Reach::Internet, &to, &vapid, &push, &clock(), &random).await
    }

    #[tokio::test]
    async fn a_message_goes_out_as_rfc_8030_says() {
        let peer = Peer::answering(201, &[("location", "/m/1")], "").await;
        let outlet = outlet(&[&peer.origin]);
        assert_eq!(sent_to(&outlet, &format!("{}/push/secret", peer.origin), b"hush").await, Handed::Done);
        let heard = peer.only();
        assert_eq!((heard.method.as_str(), heard.path.as_str()), ("POST", "/push/secret"));
        assert_eq!((heard.header("ttl"), heard.header("urgency")), ("7200", "high"));
        assert_eq!(heard.header("content-encoding"), "aes128gcm");
        assert_eq!(heard.header("topic").len(), 32);
        assert!(heard.header("authorization").starts_with("vapid t=ey"), "{heard:?}");
        assert_eq!(heard.body.len(), 256 + 103);
        assert!(!heard.body.windows(4).any(|window| window == b"hush"));
    }

    #[tokio::test]
    async fn what_the_service_answers_says_what_to_do_with_the_subscription() {
        let none: &[(&'static str, &'static str)] = &[];
        for (status, headers, body, expected) in [
            (202, none, "", Handed::Done),
            (200, none, "{}", Handed::Done),
            (404, none, "no such", Handed::Gone { why: "the server answers 404 Not Found".into() }),
            (410, none, "", Handed::Gone { why: "the server answers 410 Gone".into() }),
            (403, none, "bad key", Handed::refused("the server answers 403 Forbidden: \"bad key\"")),
            (413, none, "", Handed::refused("the server answers 413 Payload Too Large")),
            (400, none, "no /push/secret", Handed::refused("the server answers 400 Bad Request")),
            (
                429,
                &[("retry-after", "30")],
                "",
                Handed::Later {
                    after: Some(Duration::from_secs(30)),
                    why: "the server answers 429 Too Many Requests".into(),
                },
            ),
            // A UnifiedPush server whose phone was not seen lately: the subscription stays.
            (507, none, "", Handed::later("the server answers 507 Insufficient Storage")),
        ] {
            let peer = Peer::answering(status, headers, body).await;
            let outlet = outlet(&[&peer.origin]);
            let handed = sent_to(&outlet, &format!("{}/push/secret", peer.origin), b"x").await;
            assert_eq!(handed, expected, "{status}");
        }
    }

    #[tokio::test]
    async fn what_is_too_long_is_not_sent() {
        let peer = Peer::answering(201, &[], "").await;
        let outlet = outlet(&[&peer.origin]);
        let handed = sent_to(&outlet, &peer.origin, &[b'x'; MOST_BYTES + 1]).await;
        assert!(matches!(&handed, Handed::Refused { why } if why.contains("3994")), "{handed:?}");
        assert!(peer.heard().is_empty());
    }

    #[test]
    fn a_topic_is_the_same_for_the_same_and_tells_nothing() {
        assert_eq!(Topic::of("alert 1"), Topic::of("alert 1"));
        assert_ne!(Topic::of("alert 1"), Topic::of("alert 2"));
        let Topic(text) = Topic::of("alert 1");
        assert!(
            text.len() == 32
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
    }
}
