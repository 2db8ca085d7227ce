//! A phone's browser: what its service worker does, written from `src/outside/relay/sealed.rs`'s description and RFC 8291, and not by
//! the home's own code.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes128Gcm, Aes256Gcm};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use serde_json::{Value, json};
use sha2::Sha256;

const LABEL: &[u8] = b"latchkey relay 1\0";

/// The phone's browser.
pub struct Phone {
    /// What pushes are encrypted to.
    push: SecretKey,
    auth: [u8; 16],
    /// What answers are signed with.
    pub signer: SigningKey,
}

/// An answer that is sealed, and how its receipt is opened.
pub struct Sealed {
    /// As it is posted.
    pub text: String,
    /// The topic of the receipt.
    pub reply_to: String,
    id: String,
    key: [u8; 32],
    aad: Vec<u8>,
}

/// What a test changes about an answer.
#[derive(Clone)]
pub struct Said {
    /// `alert_id` of the push.
    pub alert_id: String,
    /// What is answered.
    pub answer: &'static str,
    /// The button's secret.
    pub token: String,
    /// Its id, a number here.
    pub id: u8,
    /// When, in milliseconds since 1970.
    pub issued_at: i64,
}

impl Phone {
    /// A browser whose keys come of a number, 1 to 100.
    pub fn new(number: u8) -> Self {
        let push = SecretKey::from_slice(&[number; 32]).expect("a key");
        let signer = SigningKey::from_slice(&[number + 100; 32]).expect("a key");
        Self { push, auth: [number; 16], signer }
    }

    /// What the page sends to make a channel, with the password.
    pub fn channel(&self, endpoint: &str, password: &str) -> Value {
        json!({
            "kind": "web_push",
            "subscription": {
                "endpoint": endpoint,
                "keys": { "p256dh": encode(&point(&self.push.public_key())), "auth": encode(&self.auth) },
            },
            "reply_key": self.reply_key(),
            "password": password,
        })
    }

    /// The public part of what it signs with.
    pub fn reply_key(&self) -> String {
        encode(self.signer.verifying_key().to_sec1_point(false).as_bytes())
    }

    /// What a push says (RFC 8291 section 3.4); `None` for another browser's.
    pub fn read(&self, body: &[u8]) -> Option<Value> {
        let (salt, rest) = body.split_at(16);
        let (theirs, text) = rest[5..].split_at(65);
        let sender = PublicKey::from_sec1_bytes(theirs).expect("a point");
        let shared = self.push.diffie_hellman(&sender);
        let info = [b"WebPush: info\0".as_slice(), &point(&self.push.public_key()), theirs].concat();
        let material: [u8; 32] = derived(Some(&self.auth), shared.raw_secret_bytes(), &info);
        let key: [u8; 16] = derived(Some(salt), &material, b"Content-Encoding: aes128gcm\0");
        let nonce: [u8; 12] = derived(Some(salt), &material, b"Content-Encoding: nonce\0");
        let padded = Aes128Gcm::new(&key.into()).decrypt(&nonce.into(), text).ok()?;
        let end = padded.iter().rposition(|byte| *byte != 0).expect("an end");
        Some(serde_json::from_slice(&padded[..end]).expect("JSON"))
    }

    /// Seals an answer by a way that was pushed.
    pub fn seal(&self, way: &Value, said: &Said) -> Sealed {
        let of = |name: &str| way[name].as_str().expect("a text").to_owned();
        let channel = of("channel_id");
        let home_point = URL_SAFE_NO_PAD.decode(of("home_key")).expect("base64url");
        let home = PublicKey::from_sec1_bytes(&home_point).expect("a point");
        // New for each answer, as its nonce is not.
        let mut secret = [said.id.max(1); 32];
        secret[0] = 7;
        let ephemeral = SecretKey::from_slice(&secret).expect("a key");
        let own = point(&ephemeral.public_key());
        let shared = ephemeral.diffie_hellman(&home);
        let context = [LABEL, &home_point, &own, channel.as_bytes()].concat();
        let direction = |word: &[u8]| -> [u8; 44] {
            derived(None, shared.raw_secret_bytes(), &[&context, word].concat())
        };
        let (id, reply_to) = (encode(&[said.id; 16]), encode(&[said.id, 0xfe].repeat(8)));
        let json = json!({
            "alert_id": said.alert_id, "answer": said.answer, "token": said.token, "id": id,
            "issued_at": said.issued_at, "reply_to": reply_to,
        });
        let json = format!("{:<448}", json.to_string());
        let signature: Signature =
            self.signer.sign(&[&context, b"signed".as_slice(), json.as_bytes()].concat());
        let contents = [signature.to_bytes().as_slice(), json.as_bytes()].concat();
        let (key, nonce) = parts(direction(b"answer"));
        let aad = [LABEL, b"answer", channel.as_bytes()].concat();
        let sealed = Aes256Gcm::new(&key.into())
            .encrypt(&nonce.into(), Payload { msg: &contents, aad: &aad })
            .expect("one short text");
        let text = encode(&[[1].as_slice(), &own, &sealed].concat());
        let aad = [LABEL, b"receipt", channel.as_bytes(), id.as_bytes()].concat();
        Sealed { text, reply_to, id, key: parts(direction(b"receipt")).0, aad }
    }
}

impl Sealed {
    /// Opens a receipt; `None` when it is none of this answer's.
    pub fn open(&self, text: &str) -> Option<Value> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, body) = bytes.split_at_checked(12)?;
        let nonce: [u8; 12] = nonce.try_into().expect("12 bytes");
        let payload = Payload { msg: body, aad: &self.aad };
        let opened = Aes256Gcm::new(&self.key.into()).decrypt(&nonce.into(), payload).ok()?;
        let receipt: Value = serde_json::from_slice(&opened).expect("JSON");
        assert_eq!(receipt["id"], self.id);
        Some(receipt)
    }
}

fn parts(derived: [u8; 44]) -> ([u8; 32], [u8; 12]) {
    let (key, nonce) = derived.split_at(32);
    (key.try_into().expect("32 bytes"), nonce.try_into().expect("12 bytes"))
}

fn derived<const LENGTH: usize>(salt: Option<&[u8]>, material: &[u8], info: &[u8]) -> [u8; LENGTH] {
    let mut out = [0; LENGTH];
    Hkdf::<Sha256>::new(salt, material).expand(info, &mut out).expect("short enough");
    out
}

fn point(key: &PublicKey) -> Vec<u8> {
    key.to_sec1_point(false).as_bytes().to_vec()
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
