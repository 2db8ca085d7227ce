//! A subscription as a browser hands it over (`PushSubscription.toJSON()`), or a UnifiedPush app: hostile input.

use std::fmt;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use p256::PublicKey;
use serde::{Deserialize, Serialize};
use url::Url;

use super::encryption::{Keys, POINT_BYTES, point};
use crate::model::Timestamp;
use crate::outside::address::{Guard, NotThere, Reach};

/// The longest address in bytes that UnifiedPush hands out; push services of browsers stay far below.
const MOST_ENDPOINT_BYTES: usize = 1000;

/// Browsers write no padding; some libraries do.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Where a browser is reached, and what only it can read. Whoever knows the address can send there, so that it is never
/// printed: [`Self::origin`] is what a log may hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    endpoint: Url,
    expires: Option<Timestamp>,
    keys: Keys,
}

/// Why something is no subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSubscription {
    /// It is not what a browser hands over.
    #[error(
        "This is not a subscription as a browser makes it: it has an endpoint, and keys p256dh and auth."
    )]
    Form,
    /// The address is longer than any push service's.
    #[error("The subscription's address is longer than {} bytes.", MOST_ENDPOINT_BYTES)]
    LongEndpoint,
    /// The address cannot be sent to.
    #[error("The subscription's address cannot be used. {0}")]
    Endpoint(#[from] NotThere),
    /// `p256dh` is no point of the curve P-256.
    #[error("The subscription's key p256dh is not one.")]
    Key,
    /// `auth` is not 16 bytes.
    #[error("The subscription's secret auth is not 16 bytes.")]
    Auth,
}

/// As it travels and is kept.
#[derive(Deserialize, Serialize)]
struct Written {
    endpoint: String,
    #[serde(rename = "expirationTime", default)]
    expires: Option<f64>,
    keys: WrittenKeys,
}

#[derive(Deserialize, Serialize)]
struct WrittenKeys {
    p256dh: String,
    auth: String,
}

impl Subscription {
    /// What a browser handed over, or what [`Self::to_json`] wrote.
    ///
    /// # Errors
    ///
    /// [`NoSubscription`], with a sentence for whoever sent it.
    pub fn parse(json: &str, guard: &Guard, reach: Reach) -> Result<Self, NoSubscription> {
        let written: Written = serde_json::from_str(json).map_err(|_| NoSubscription::Form)?;
        if written.endpoint.len() > MOST_ENDPOINT_BYTES {
            return Err(NoSubscription::LongEndpoint);
        }
        let endpoint: Url = written.endpoint.parse().map_err(|_| NoSubscription::Form)?;
        guard.check(&endpoint, reach)?;
        let bytes = BASE64.decode(&written.keys.p256dh).map_err(|_| NoSubscription::Key)?;
        // Uncompressed, as browsers write it: other forms of a point would be another key in what is derived.
        if bytes.len() != POINT_BYTES {
            return Err(NoSubscription::Key);
        }
        let public = PublicKey::from_sec1_bytes(&bytes).map_err(|_| NoSubscription::Key)?;
        let auth = BASE64.decode(&written.keys.auth).map_err(|_| NoSubscription::Auth)?;
        let auth = auth.try_into().map_err(|_| NoSubscription::Auth)?;
        #[expect(clippy::cast_possible_truncation, reason = "a time before the year 280,000 fits")]
        let expires = written.expires.map(|millis| Timestamp::from_millis(millis as i64));
        Ok(Self { endpoint, expires, keys: Keys { public, auth } })
    }

    /// The same, to be kept. It is as secret as a password: whoever has it can send to this browser.
    pub fn to_json(&self) -> String {
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds since 1970 are exact in it for 280,000 years"
        )]
        let expires = self.expires.map(|at| at.as_millis() as f64);
        let keys = WrittenKeys {
            p256dh: BASE64.encode(point(&self.keys.public)),
            auth: BASE64.encode(self.keys.auth),
        };
        let written = Written { endpoint: self.endpoint.to_string(), expires, keys };
        serde_json::to_string(&written).expect("text and a number")
    }

    /// Whose server it is, as a log may say it: `https://push.example`.
    pub fn origin(&self) -> String {
        self.endpoint.origin().ascii_serialization()
    }

    /// When the push service ends it, if it says so. Hardly any does.
    pub fn expires(&self) -> Option<Timestamp> {
        self.expires
    }

    pub(super) fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("origin", &self.origin()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const KEY: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
    const ENDPOINT: &str = "https://updates.push.services.mozilla.com/wpush/v2/gAAAA";

    fn with(endpoint: &str, key: &str, auth: &str) -> Value {
        json!({ "endpoint": endpoint, "expirationTime": null, "keys": { "p256dh": key, "auth": auth } })
    }

    fn parse(json: &Value) -> Result<Subscription, NoSubscription> {
        Subscription::parse(&json.to_string(), &Guard::default(), Reach::Internet)
    }

    #[test]
    fn what_a_browser_hands_over_is_kept_as_it_was_and_printed_nowhere() {
        let mut browsers = with(ENDPOINT, KEY, AUTH);
        browsers["options"] = json!({ "userVisibleOnly": true });
        browsers["expirationTime"] = json!(1_790_000_000_000.0);
        let subscription = parse(&browsers).expect("a subscription");
        assert_eq!(subscription.origin(), "https://updates.push.services.mozilla.com");
        assert_eq!(subscription.expires(), Some(Timestamp::from_millis(1_790_000_000_000)));
        let kept = subscription.to_json();
        assert_eq!(Subscription::parse(&kept, &Guard::default(), Reach::Internet), Ok(subscription.clone()));
        let printed = format!("{subscription:?} {:?}", subscription.keys());
        assert_eq!(
            printed,
            "Subscription { origin: \"https://updates.push.services.mozilla.com\", .. } Keys(…)"
        );
        // Padding, as some libraries write it, and no time at all.
        let padded = json!({ "endpoint": ENDPOINT, "keys": { "p256dh": format!("{KEY}="), "auth": format!("{AUTH}==") } });
        assert_eq!(parse(&padded).map(|parsed| parsed.keys), Ok(subscription.keys));
    }

    #[test]
    fn what_is_no_subscription_is_refused_with_its_reason() {
        let off_the_curve = format!("{}g", &KEY[..KEY.len() - 1]).replace("BCVx", "BDVx");
        let compressed = "AiVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx";
        let infinity = "AA";
        let nothing = BASE64.encode([0; POINT_BYTES]);
        let long = format!("https://push.example/{}", "x".repeat(MOST_ENDPOINT_BYTES));
        for (json, why) in [
            (with("", KEY, AUTH), NoSubscription::Form),
            (with("nonsense", KEY, AUTH), NoSubscription::Form),
            (with(&long, KEY, AUTH), NoSubscription::LongEndpoint),
            (with("http://push.example/x", KEY, AUTH), NoSubscription::Endpoint(NotThere::NotHttps)),
            (with("javascript:alert(1)", KEY, AUTH), NoSubscription::Endpoint(NotThere::NotHttps)),
            (with("https://a:b@push.example/x", KEY, AUTH), NoSubscription::Endpoint(NotThere::NoServer)),
            (with("https://192.168.1.1/x", KEY, AUTH), NoSubscription::Endpoint(NotThere::Forbidden)),
            (with(ENDPOINT, "", AUTH), NoSubscription::Key),
            (with(ENDPOINT, "!", AUTH), NoSubscription::Key),
            (with(ENDPOINT, &off_the_curve, AUTH), NoSubscription::Key),
            (with(ENDPOINT, compressed, AUTH), NoSubscription::Key),
            (with(ENDPOINT, infinity, AUTH), NoSubscription::Key),
            (with(ENDPOINT, &nothing, AUTH), NoSubscription::Key),
            (with(ENDPOINT, &format!("{KEY}AAAA"), AUTH), NoSubscription::Key),
            (with(ENDPOINT, KEY, ""), NoSubscription::Auth),
            (with(ENDPOINT, KEY, "BTBZMqHH6r4Tts7J_aSI"), NoSubscription::Auth),
            (with(ENDPOINT, KEY, &format!("{AUTH}AAAA")), NoSubscription::Auth),
            (json!({ "endpoint": ENDPOINT }), NoSubscription::Form),
            (json!({ "endpoint": 7, "keys": {} }), NoSubscription::Form),
            (json!([]), NoSubscription::Form),
        ] {
            assert_eq!(parse(&json), Err(why), "{json}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_sent_here_stops_anything(text in ".{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = Subscription::parse(&text, &Guard::default(), Reach::Internet);
            let _ = parse(&with(ENDPOINT, &BASE64.encode(&bytes), AUTH));
            let _ = parse(&with(&text, KEY, &BASE64.encode(&bytes)));
        }
    }
}
