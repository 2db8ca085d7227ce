//! By which a push service knows the home again: RFC 8292. A signed statement goes with every message; nobody else's is ever
//! read here, so that all there is to signing is one fixed header and three claims (decision 20).

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::SecretKey;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde::Serialize;
use url::Url;

use super::encryption::{new_secret, point};
use crate::clock::Clock;
use crate::random::Random;

/// How long a statement is good for. A day is the most that is allowed; half of it leaves room for clocks that differ.
const GOOD_FOR: Duration = Duration::from_hours(12);

/// `{"typ":"JWT","alg":"ES256"}` (RFC 7515 section 3.1, RFC 8292 section 2).
const HEADER: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9";

/// The home's key with push services. Made once: every subscription is bound to it, and another means to subscribe anew.
pub struct Vapid {
    secret: SecretKey,
    contact: Url,
}

/// What is signed (RFC 8292 section 2).
#[derive(Serialize)]
struct Claims<'a> {
    aud: String,
    exp: i64,
    sub: &'a str,
}

impl Vapid {
    /// A new key. `contact` is where the push service's people reach whoever runs this home when it misbehaves: a `mailto:`
    /// or `https:` address. Services read it.
    pub fn new(contact: Url, random: &dyn Random) -> Self {
        Self { secret: new_secret(random), contact }
    }

    /// The key that [`Self::secret_bytes`] gave; `None` when these bytes are none.
    pub fn from_bytes(secret: &[u8], contact: Url) -> Option<Self> {
        // A shorter number would be taken as one with zeros before it: what is kept is whole, or damaged.
        let secret = (secret.len() == 32).then(|| SecretKey::from_slice(secret).ok())??;
        Some(Self { secret, contact })
    }

    /// The secret key, to be kept.
    pub fn secret_bytes(&self) -> [u8; 32] {
        self.secret.to_bytes().into()
    }

    /// The public key as `pushManager.subscribe` takes it (`applicationServerKey`): 87 characters of base64url.
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(point(&self.secret.public_key()))
    }

    /// The value of `Authorization` with a message to this address. It is good for every message to the same origin.
    pub(super) fn authorization(&self, endpoint: &Url, clock: &dyn Clock) -> String {
        let claims = Claims {
            aud: endpoint.origin().ascii_serialization(),
            exp: clock.now().after(GOOD_FOR).as_millis() / 1000,
            sub: self.contact.as_str(),
        };
        let claims = serde_json::to_vec(&claims).expect("text and a number");
        let signed = format!("{HEADER}.{}", URL_SAFE_NO_PAD.encode(claims));
        // Without randomness (RFC 6979): a nonce that is guessed, or used twice, gives the key away.
        let signature: Signature = SigningKey::from(&self.secret).sign(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("vapid t={signed}.{signature}, k={}", self.public_key())
    }
}

impl fmt::Debug for Vapid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vapid({})", self.public_key())
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier;
    use serde_json::Value;

    use super::*;
    use crate::clock::ManualClock;
    use crate::model::Timestamp;
    use crate::random::SeededRandom;

    fn contact() -> Url {
        "mailto:ana@home.example".parse().expect("an address")
    }

    #[test]
    fn a_statement_names_the_origin_the_end_and_the_contact_and_is_signed_by_the_key_beside_it() {
        let clock = ManualClock::at(Timestamp::from_millis(1_790_000_000_999));
        let vapid = Vapid::new(contact(), &SeededRandom::new(1));
        let endpoint = "https://push.example:8443/wpush/v2/secret?x=1".parse().expect("an address");
        let header = vapid.authorization(&endpoint, &clock);
        let (token, key) =
            header.strip_prefix("vapid t=").and_then(|rest| rest.split_once(", k=")).expect("its form");
        assert_eq!((key.len(), key), (87, vapid.public_key().as_str()));
        let (signed, signature) = token.rsplit_once('.').expect("three parts");
        let (head, claims) = signed.split_once('.').expect("three parts");
        let json = |part: &str| -> Value {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
        };
        assert_eq!(json(head), serde_json::json!({ "typ": "JWT", "alg": "ES256" }));
        assert_eq!(
            json(claims),
            serde_json::json!({ "aud": "https://push.example:8443", "exp": 1_790_043_200, "sub": "mailto:ana@home.example" })
        );
        let verifier =
            VerifyingKey::from_sec1_bytes(&URL_SAFE_NO_PAD.decode(key).expect("base64url")).expect("a key");
        let signature =
            Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).expect("base64url")).expect("64 bytes");
        assert!(verifier.verify(signed.as_bytes(), &signature).is_ok());
        assert!(verifier.verify(b"something else", &signature).is_err());
    }

    #[test]
    fn the_key_is_kept_whole_and_its_secret_is_not_printed() {
        let vapid = Vapid::new(contact(), &SeededRandom::new(1));
        let again = Vapid::from_bytes(&vapid.secret_bytes(), contact()).expect("the same key");
        assert_eq!(again.public_key(), vapid.public_key());
        assert_eq!(format!("{vapid:?}"), format!("Vapid({})", vapid.public_key()));
        for damaged in [&[][..], &[0; 32], &[0xff; 32], &[1; 31], &[1; 33]] {
            assert!(Vapid::from_bytes(damaged, contact()).is_none(), "{damaged:?}");
        }
    }
}
