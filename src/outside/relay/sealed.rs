//! What travels by a relay, and what only the phone and the home can read of it. Everything is made of primitives that every
//! browser has (Web Cryptography API): P-256, HKDF with SHA-256 (RFC 5869), AES-256-GCM, ECDSA with SHA-256.
//!
//! | an answer, base64url | bytes |
//! |---|---|
//! | version, 1 | 1 |
//! | the phone's ephemeral key, an uncompressed point | 65 |
//! | AES-256-GCM over: signature (64) and JSON, with spaces to 448 | 528 |
//!
//! | a receipt, base64url | bytes |
//! |---|---|
//! | nonce | 12 |
//! | AES-256-GCM over: JSON, with spaces to 512 | 528 |
//!
//! *Context* is the protocol's label, the home's key, the ephemeral key and the channel's id. HKDF's info is the context and the
//! direction; of `answer` come a key and a nonce, which are used once as the ephemeral key is, of `receipt` a key, whose nonces
//! are random. The additional data is the label, the direction and the channel's id, of a receipt also the answer's id. Signed
//! is the context, a word of its own and the JSON with its spaces, by the key that the phone's browser made with its channel
//! and cannot hand out. All of it has fixed lengths, so that no length tells one answer from another.

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::model::Secret;
use crate::outside::ntfy::Name;
use crate::random::Random;

/// What keys of this protocol are told apart by from those of any other.
pub(super) const LABEL: &[u8] = b"latchkey relay 1\0";
pub(super) const VERSION: u8 = 1;
/// An uncompressed point of P-256 (SEC 1 section 2.3.3).
const POINT_BYTES: usize = 65;
pub(super) const SIGNATURE_BYTES: usize = 64;
const TAG_BYTES: usize = 16;
pub(super) const NONCE_BYTES: usize = 12;
/// What is sealed is so long in either direction.
pub(super) const PADDED_BYTES: usize = 512;
const ANSWER_BYTES: usize = 1 + POINT_BYTES + PADDED_BYTES + TAG_BYTES;
/// An id, or a topic that nobody guesses, has 128 bits: 22 characters of base64url.
const RANDOM_CHARS: usize = 22;

/// The home's key, to which phones seal. It stays the same.
pub struct HomeKey(SecretKey);

impl HomeKey {
    /// A new one.
    pub fn new(random: &dyn Random) -> Self {
        Self(new_secret(random))
    }

    /// The key that [`Self::secret_bytes`] gave; `None` when these bytes are none.
    pub fn from_bytes(secret: &[u8]) -> Option<Self> {
        (secret.len() == 32).then(|| SecretKey::from_slice(secret).ok().map(Self))?
    }

    /// The secret key, to be kept.
    pub fn secret_bytes(&self) -> [u8; 32] {
        self.0.to_bytes().into()
    }

    /// The public key, as a phone is told it: 87 characters of base64url.
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(point(&self.0.public_key()))
    }
}

impl fmt::Debug for HomeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HomeKey(…)")
    }
}

/// What a browser signs its answers with: its public part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyKey(VerifyingKey);

impl ReplyKey {
    /// An uncompressed point of P-256, in base64url; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == POINT_BYTES)?;
        VerifyingKey::from_sec1_bytes(&bytes).ok().map(Self)
    }
}

/// What a phone answered.
#[derive(Clone, Deserialize)]
pub struct SealedAnswer {
    /// What it is about.
    pub alert_id: String,
    /// What it says.
    pub answer: String,
    /// The secret of the button that it is for.
    #[serde(deserialize_with = "received")]
    pub token: Secret,
    /// Its own id: 128 random bits, by which it counts once.
    pub id: String,
    /// When it was given, in milliseconds since 1970, by the phone's clock.
    pub issued_at: i64,
    /// The topic that the receipt is waited for at.
    pub reply_to: String,
}

fn received<'de, D: serde::Deserializer<'de>>(field: D) -> Result<Secret, D::Error> {
    String::deserialize(field).map(Secret::received)
}

impl fmt::Debug for SealedAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedAnswer(…)")
    }
}

/// What the home says to an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt<'a> {
    /// The answer's id.
    pub id: &'a str,
    /// What came of it, in a word.
    pub effect: &'a str,
    /// Who had answered before.
    pub by: Option<&'a str>,
}

/// Why something is no answer. None says more than that: whoever posts it is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// Not of the length or the version.
    #[error("it is not of the form of an answer")]
    Form,
    /// Not sealed for this home and this channel, or changed on its way.
    #[error("it is not sealed for this home and this channel")]
    Seal,
    /// What is sealed in it is none.
    #[error("what is sealed in it is no answer")]
    Contents,
}

/// An answer that was sealed for this home and one of its channels. Who sealed it is not known before
/// [`Opened::is_signed_by`] says so.
pub struct Opened {
    answer: SealedAnswer,
    reply_to: Name,
    channel: String,
    signed: Vec<u8>,
    signature: Signature,
    receipt_key: [u8; 32],
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opened(…)")
    }
}

/// Opens what came for a channel.
///
/// # Errors
///
/// [`NotOpened`].
pub fn open(key: &HomeKey, channel: &str, text: &str) -> Result<Opened, NotOpened> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| NotOpened::Form)?;
    if bytes.len() != ANSWER_BYTES || bytes[0] != VERSION {
        return Err(NotOpened::Form);
    }
    let (ephemeral, sealed) = bytes[1..].split_at(POINT_BYTES);
    let theirs = PublicKey::from_sec1_bytes(ephemeral).map_err(|_| NotOpened::Form)?;
    let shared = key.0.diffie_hellman(&theirs);
    let context = [LABEL, &point(&key.0.public_key()), ephemeral, channel.as_bytes()].concat();
    let [answer_key, receipt_key] = both_ways(shared.raw_secret_bytes(), &context);
    let (answer_key, nonce) = answer_key.split_at(32);
    let aad = [LABEL, b"answer", channel.as_bytes()].concat();
    let contents = cipher(answer_key)
        .decrypt(&nonce_of(nonce), Payload { msg: sealed, aad: &aad })
        .map_err(|_| NotOpened::Seal)?;
    let (signature, json) = contents.split_at(SIGNATURE_BYTES);
    let signature = Signature::from_slice(signature).map_err(|_| NotOpened::Contents)?;
    let answer: SealedAnswer = serde_json::from_slice(json).map_err(|_| NotOpened::Contents)?;
    // Short names are pages of an ntfy server, and can be guessed.
    let is_random = |text: &str| (RANDOM_CHARS..=64).contains(&text.len());
    let reply_to = Name::new(&answer.reply_to).filter(|name| is_random(name.reveal()));
    let is_id = answer.id.len() == RANDOM_CHARS && Name::new(&answer.id).is_some();
    let reply_to = reply_to.filter(|_| is_id).ok_or(NotOpened::Contents)?;
    Ok(Opened {
        answer,
        reply_to,
        channel: channel.to_owned(),
        signed: [&context, b"signed".as_slice(), json].concat(),
        signature,
        receipt_key: receipt_key[..32].try_into().expect("32 bytes"),
    })
}

impl Opened {
    /// Whether the holder of this key made it.
    pub fn is_signed_by(&self, key: &ReplyKey) -> bool {
        key.0.verify(&self.signed, &self.signature).is_ok()
    }

    /// What it says.
    pub fn answer(&self) -> &SealedAnswer {
        &self.answer
    }

    /// Where the receipt goes.
    pub fn reply_to(&self) -> &Name {
        &self.reply_to
    }

    /// A receipt that only whoever made the answer can read.
    pub fn receipt(&self, effect: &str, by: Option<&str>, random: &dyn Random) -> String {
        let receipt = |by| {
            let receipt = Receipt { id: &self.answer.id, effect, by };
            serde_json::to_vec(&receipt).expect("texts")
        };
        let mut json = receipt(by);
        if json.len() > PADDED_BYTES {
            json = receipt(None);
        }
        json.resize(PADDED_BYTES, b' ');
        let mut nonce = [0; NONCE_BYTES];
        random.fill(&mut nonce);
        let aad = [LABEL, b"receipt", self.channel.as_bytes(), self.answer.id.as_bytes()].concat();
        let sealed = cipher(&self.receipt_key)
            .encrypt(&Nonce::from(nonce), Payload { msg: &json, aad: &aad })
            .expect("one short text");
        URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())
    }
}

/// A secret key of P-256.
pub(super) fn new_secret(random: &dyn Random) -> SecretKey {
    loop {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        // One number in 2^32 is none of the curve's order.
        if let Ok(secret) = SecretKey::from_slice(&bytes) {
            return secret;
        }
    }
}

/// What comes of a shared secret for the answer and for its receipt: a key and a nonce each.
pub(super) fn both_ways(shared: &[u8], context: &[u8]) -> [[u8; 32 + NONCE_BYTES]; 2] {
    [b"answer".as_slice(), b"receipt"].map(|direction| {
        let mut out = [0; 32 + NONCE_BYTES];
        Hkdf::<Sha256>::new(None, shared)
            .expand(&[context, direction].concat(), &mut out)
            .expect("short enough");
        out
    })
}

/// What seals and opens.
pub(super) fn cipher(key: &[u8]) -> Aes256Gcm {
    let key: [u8; 32] = key.try_into().expect("32 bytes");
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(key))
}

/// Twelve bytes as a nonce.
pub(super) fn nonce_of(bytes: &[u8]) -> Nonce<aes_gcm::aead::consts::U12> {
    let nonce: [u8; NONCE_BYTES] = bytes.try_into().expect("12 bytes");
    Nonce::from(nonce)
}

/// The bytes of a point as they travel.
pub(super) fn point(key: &PublicKey) -> [u8; POINT_BYTES] {
    key.to_sec1_point(false).as_bytes().try_into().expect("points of this curve travel uncompressed")
}

#[cfg(test)]
#[path = "sealed_tests.rs"]
mod tests;
