//! The phone's side of [`super::sealed`], for an app that answers by a relay: what a browser's service worker does in
//! `ui/src/sw/sealed.ts`.

use std::fmt;

use aes_gcm::Nonce;
use aes_gcm::aead::{Aead, Payload};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::{PublicKey, SecretKey};
use serde::{Deserialize, Serialize};

use super::TOPICS;
use super::sealed::{
    LABEL, NONCE_BYTES, PADDED_BYTES, SIGNATURE_BYTES, VERSION, both_ways, cipher, new_secret, nonce_of,
    point,
};
use crate::outside::ntfy::Name;
use crate::random::Random;

/// What an app signs its answers with; [`super::ReplyKey`] is its public part.
pub struct ReplySecret(SecretKey);

impl ReplySecret {
    /// A new one.
    pub fn new(random: &dyn Random) -> Self {
        Self(new_secret(random))
    }

    /// The one that [`Self::secret_bytes`] gave; `None` when these bytes are no key.
    pub fn from_bytes(secret: &[u8; 32]) -> Option<Self> {
        SecretKey::from_slice(secret).ok().map(Self)
    }

    /// The secret key, to be kept.
    pub fn secret_bytes(&self) -> [u8; 32] {
        self.0.to_bytes().into()
    }

    /// The public part, as the home is told it with the channel: an uncompressed point, base64url.
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(point(&self.0.public_key()))
    }
}

impl fmt::Debug for ReplySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReplySecret(…)")
    }
}

/// How an answer goes by a relay, as the home pushed it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// Where a sealed answer is posted.
    pub inbox_url: String,
    /// What it is sealed to, base64url.
    pub home_key: String,
    /// The channel that the push came by.
    pub channel_id: String,
    /// The secret of the button that was pushed.
    pub token: String,
    /// What the relay asks for, if it asks for something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay_token: Option<String>,
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Way(…)")
    }
}

/// What is answered.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The alert.
    pub alert_id: &'a str,
    /// What is said of it.
    pub answer: &'a str,
    /// Now, by the phone's clock, in milliseconds since 1970.
    pub issued_at: i64,
}

/// What the home says to an answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ReceiptRead {
    /// The answer's id.
    id: String,
    /// What came of it, in a word.
    pub effect: String,
    /// Who had answered before.
    #[serde(default)]
    pub by: Option<String>,
}

/// What is sealed.
#[derive(Serialize)]
struct Said<'a> {
    alert_id: &'a str,
    answer: &'a str,
    token: &'a str,
    id: &'a str,
    issued_at: i64,
    reply_to: &'a str,
}

/// An answer as it travels, and how its receipt is known.
pub(super) struct Sealed {
    /// As it is posted.
    pub text: String,
    /// The topic that the receipt is posted to.
    pub reply_to: Name,
    id: String,
    channel: String,
    receipt_key: [u8; 32],
}

/// Seals an answer for the home, signed by this app; `None` where the way leads to no home, or says more than there is room for.
pub(super) fn seal(way: &Way, signer: &ReplySecret, given: Given<'_>, random: &dyn Random) -> Option<Sealed> {
    let ids = [(); 2].map(|()| {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    });
    let [id, reply_to] = ids;
    sealed_with(way, signer, given, &new_secret(random), [id, format!("{TOPICS}{reply_to}")])
}

fn sealed_with(
    way: &Way,
    signer: &ReplySecret,
    given: Given<'_>,
    ephemeral: &SecretKey,
    [id, reply_to]: [String; 2],
) -> Option<Sealed> {
    let home = URL_SAFE_NO_PAD.decode(&way.home_key).ok()?;
    let home_point = PublicKey::from_sec1_bytes(&home).ok()?;
    let own = point(&ephemeral.public_key());
    let shared = ephemeral.diffie_hellman(&home_point);
    let channel = way.channel_id.as_bytes();
    let context = [LABEL, &home, &own, channel].concat();
    let [answer_key, receipt_key] = both_ways(shared.raw_secret_bytes(), &context);

    let Given { alert_id, answer, issued_at } = given;
    let said = Said { alert_id, answer, token: &way.token, id: &id, issued_at, reply_to: &reply_to };
    let mut json = serde_json::to_vec(&said).ok()?;
    let room = PADDED_BYTES - SIGNATURE_BYTES;
    if json.len() > room {
        return None;
    }
    json.resize(room, b' ');
    let to_sign = [context.as_slice(), b"signed", &json].concat();
    let signature: Signature = SigningKey::from(&signer.0).sign(&to_sign);
    let contents = [signature.to_bytes().as_slice(), &json].concat();

    let (key, nonce) = answer_key.split_at(32);
    let aad = [LABEL, b"answer", channel].concat();
    let text = cipher(key).encrypt(&nonce_of(nonce), Payload { msg: &contents, aad: &aad }).ok()?;
    Some(Sealed {
        text: URL_SAFE_NO_PAD.encode([[VERSION].as_slice(), &own, &text].concat()),
        reply_to: Name::new(&reply_to)?,
        id,
        channel: way.channel_id.clone(),
        receipt_key: receipt_key[..32].try_into().ok()?,
    })
}

impl Sealed {
    /// Opens what came to the topic; `None` when it is not the receipt of this answer.
    pub fn open(&self, text: &str) -> Option<ReceiptRead> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let aad = [LABEL, b"receipt", self.channel.as_bytes(), self.id.as_bytes()].concat();
        let payload = Payload { msg: sealed, aad: &aad };
        let opened = cipher(&self.receipt_key).decrypt(&Nonce::from(*nonce), payload).ok()?;
        let receipt: ReceiptRead = serde_json::from_slice(&opened).ok()?;
        (receipt.id == self.id).then_some(receipt)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::outside::relay::{HomeKey, ReplyKey, open};
    use crate::random::SeededRandom;

    /// What a browser made of the same (`tests/data/make-relay.mjs`).
    struct Vector(Value);

    impl Vector {
        fn new() -> Self {
            Self(serde_json::from_str(include_str!("../../../tests/data/relay.json")).expect("JSON"))
        }

        fn text(&self, path: &str) -> &str {
            self.0.pointer(path).and_then(Value::as_str).expect("a text")
        }

        fn secret(&self, path: &str) -> [u8; 32] {
            URL_SAFE_NO_PAD.decode(self.text(path)).expect("base64url").try_into().expect("32 bytes")
        }

        fn home(&self) -> HomeKey {
            HomeKey::from_bytes(&self.secret("/home_secret")).expect("a key")
        }

        fn signer(&self) -> ReplySecret {
            ReplySecret::from_bytes(&self.secret("/signer_secret")).expect("a key")
        }

        fn way(&self) -> Way {
            Way {
                inbox_url: "https://relay.example/EREREREREREREREREREREQ".into(),
                home_key: self.text("/home_key").into(),
                channel_id: self.text("/channel_id").into(),
                token: self.text("/said/token").into(),
                relay_token: None,
            }
        }

        fn given(&self) -> Given<'_> {
            Given { alert_id: self.text("/said/alert_id"), answer: "not_me", issued_at: 1_790_000_000_000 }
        }

        fn sealed(&self) -> Sealed {
            let ephemeral = SecretKey::from_slice(&self.secret("/phone_secret")).expect("a key");
            let ids = [self.text("/said/id").to_owned(), self.text("/said/reply_to").to_owned()];
            sealed_with(&self.way(), &self.signer(), self.given(), &ephemeral, ids).expect("a way")
        }
    }

    #[test]
    fn an_answer_is_what_a_browser_makes_of_it_but_for_the_signature() {
        let vector = Vector::new();
        assert_eq!(vector.signer().public_key(), vector.text("/reply_key"));
        let sealed = vector.sealed();
        assert_eq!(sealed.reply_to.reveal(), vector.text("/said/reply_to"));
        let (ours, theirs) = (&sealed.text, vector.text("/text"));
        // The key and the nonce are the same, so that what stands after the signature comes out letter by letter; the tag, at
        // the end, covers the signature as well.
        let plain = |text: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(text).expect("base64url");
            (bytes[..66].to_vec(), bytes[66 + SIGNATURE_BYTES..66 + PADDED_BYTES].to_vec())
        };
        assert_eq!((ours.len(), plain(ours)), (theirs.len(), plain(theirs)));
        let opened = open(&vector.home(), vector.text("/channel_id"), ours).expect("opens");
        assert!(opened.is_signed_by(&ReplyKey::parse(vector.text("/reply_key")).expect("a key")));
        assert_eq!(opened.answer().token.reveal(), vector.text("/said/token"));
    }

    #[test]
    fn a_receipt_of_the_home_is_read_and_no_other() {
        let vector = Vector::new();
        let sealed = vector.sealed();
        let receipt = sealed.open(vector.text("/receipt/text")).expect("a receipt");
        assert_eq!((receipt.effect.as_str(), receipt.by.as_deref()), ("already_signed_out", Some("Zoë")));
        let another =
            seal(&vector.way(), &vector.signer(), vector.given(), &SeededRandom::new(1)).expect("a way");
        assert_eq!(another.open(vector.text("/receipt/text")), None);
        for wrong in ["", "triggered", &vector.text("/receipt/text")[1..], vector.text("/text")] {
            assert_eq!(sealed.open(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_way_that_leads_to_no_home_or_has_too_much_in_it_is_none() {
        let vector = Vector::new();
        let sealed = |way: Way| seal(&way, &vector.signer(), vector.given(), &SeededRandom::new(1));
        assert!(sealed(vector.way()).is_some());
        for home_key in ["", "AA", "!", &vector.text("/home_key")[4..]] {
            assert!(sealed(Way { home_key: home_key.into(), ..vector.way() }).is_none(), "{home_key}");
        }
        assert!(sealed(Way { token: "x".repeat(400), ..vector.way() }).is_none());
        assert_eq!(format!("{:?} {:?}", vector.way(), vector.signer()), "Way(…) ReplySecret(…)");
        assert!(ReplySecret::from_bytes(&[0; 32]).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn whatever_is_sealed_the_home_opens_and_its_receipt_comes_back(seed: u64, answer in "(me|not_me)") {
            let vector = Vector::new();
            let random = SeededRandom::new(seed);
            let (home, signer) = (HomeKey::new(&random), ReplySecret::new(&random));
            let way = Way { home_key: home.public_key(), ..vector.way() };
            let given = Given { answer: &answer, ..vector.given() };
            let sealed = seal(&way, &signer, given, &random).expect("a way");
            let opened = open(&home, &way.channel_id, &sealed.text).expect("opens");
            prop_assert!(opened.is_signed_by(&ReplyKey::parse(&signer.public_key()).expect("a key")));
            prop_assert!(!opened.is_signed_by(&ReplyKey::parse(vector.text("/reply_key")).expect("a key")));
            prop_assert_eq!(&opened.answer().answer, &answer);
            prop_assert_eq!(opened.reply_to().reveal(), sealed.reply_to.reveal());
            let receipt = sealed.open(&opened.receipt("signed_out", None, &random)).expect("a receipt");
            prop_assert_eq!((receipt.effect.as_str(), receipt.by), ("signed_out", None));
        }
    }
}
