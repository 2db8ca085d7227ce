//! Encryption of what a push service carries and must not read: RFC 8291 over RFC 8188 (`aes128gcm`).

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes128Gcm, Key, Nonce};
use hkdf::Hkdf;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use sha2::Sha256;

use crate::random::Random;

/// The longest message in bytes: 4,096 that every push service takes (RFC 8030 section 7.2), less the header (86), the mark at
/// the end of the text (1) and the tag (16).
pub const MOST_BYTES: usize = 4096 - HEADER_BYTES - 1 - TAG_BYTES;

/// Salt, size of a record, length of the key and the key (RFC 8188 section 2.1).
pub(super) const HEADER_BYTES: usize = 16 + 4 + 1 + POINT_BYTES;
pub(super) const TAG_BYTES: usize = 16;
/// An uncompressed point of P-256 (SEC 1 section 2.3.3).
pub(super) const POINT_BYTES: usize = 65;
/// The size of a record; there is only one (RFC 8291 section 4).
const RECORD_BYTES: u32 = 4096;
/// What ends the text of the last record, before its padding (RFC 8188 section 2).
pub(super) const LAST_RECORD: u8 = 2;

/// The sizes that messages are padded to, so that their length does not tell them apart.
const SIZES: [usize; 4] = [256, 512, 1024, 2048];

/// The browser's side of the encryption (RFC 8291 section 2).
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    pub(super) public: PublicKey,
    pub(super) auth: [u8; 16],
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// The message is longer than a push service has to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a message of {} bytes is longer than the {} that a push service takes", .0, MOST_BYTES)]
pub struct TooLong(
    /// Its length in bytes.
    pub usize,
);

/// A message that only the subscription's browser can read: the whole body of the request to its push service.
///
/// # Errors
///
/// When the message is longer than [`MOST_BYTES`].
pub fn encrypt(to: &Keys, message: &[u8], random: &dyn Random) -> Result<Vec<u8>, TooLong> {
    let length = padded_length(message.len()).ok_or(TooLong(message.len()))?;
    let mut padded = Vec::with_capacity(length + 1 + TAG_BYTES);
    padded.extend_from_slice(message);
    padded.push(LAST_RECORD);
    padded.resize(length + 1, 0);
    let mut salt = [0; 16];
    random.fill(&mut salt);
    Ok(sealed(to, &padded, &new_secret(random), salt))
}

/// How long a message is with its padding; `None` when it is too long without.
fn padded_length(length: usize) -> Option<usize> {
    SIZES.into_iter().chain([MOST_BYTES]).find(|size| length <= *size)
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

/// The bytes of a point as they travel.
pub(super) fn point(key: &PublicKey) -> [u8; POINT_BYTES] {
    key.to_sec1_point(false).as_bytes().try_into().expect("points of this curve travel uncompressed")
}

/// RFC 8291 section 3.4.
fn sealed(to: &Keys, padded: &[u8], secret: &SecretKey, salt: [u8; 16]) -> Vec<u8> {
    let (theirs, ours) = (point(&to.public), point(&secret.public_key()));
    let shared = secret.diffie_hellman(&to.public);
    let info = [b"WebPush: info\0".as_slice(), &theirs, &ours].concat();
    let material = derived::<32>(&to.auth, shared.raw_secret_bytes(), &info);
    let key = derived::<16>(&salt, &material, b"Content-Encoding: aes128gcm\0");
    let nonce = derived::<12>(&salt, &material, b"Content-Encoding: nonce\0");
    let cipher = Aes128Gcm::new(&Key::<Aes128Gcm>::from(key));
    let text = cipher.encrypt(&Nonce::from(nonce), padded).expect("one short record");
    let id_length = u8::try_from(POINT_BYTES).expect("a point is short");
    [salt.as_slice(), &RECORD_BYTES.to_be_bytes(), &[id_length], &ours, &text].concat()
}

/// HKDF with SHA-256 (RFC 5869).
pub(super) fn derived<const LENGTH: usize>(salt: &[u8], material: &[u8], info: &[u8]) -> [u8; LENGTH] {
    let mut out = [0; LENGTH];
    Hkdf::<Sha256>::new(Some(salt), material).expand(info, &mut out).expect("short enough");
    out
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::*;
    use crate::random::SeededRandom;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).expect("base64url")
    }

    /// What the browser does with a body (RFC 8291 section 3.4, RFC 8188 section 2).
    fn opened(body: &[u8], secret: &SecretKey, auth: [u8; 16]) -> Vec<u8> {
        let (salt, rest) = body.split_at(16);
        assert_eq!(&rest[..5], [0, 0, 16, 0, 65]);
        let (theirs, text) = rest[5..].split_at(POINT_BYTES);
        let sender = PublicKey::from_sec1_bytes(theirs).expect("a point");
        let shared = secret.diffie_hellman(&sender);
        let info = [b"WebPush: info\0".as_slice(), &point(&secret.public_key()), theirs].concat();
        let material = derived::<32>(&auth, shared.raw_secret_bytes(), &info);
        let key = derived::<16>(salt, &material, b"Content-Encoding: aes128gcm\0");
        let nonce = derived::<12>(salt, &material, b"Content-Encoding: nonce\0");
        let padded = Aes128Gcm::new(&key.into()).decrypt(&nonce.into(), text).expect("ours");
        let end = padded.iter().rposition(|byte| *byte != 0).expect("an end");
        assert_eq!(padded[end], LAST_RECORD);
        padded[..end].to_vec()
    }

    #[test]
    fn the_example_of_rfc_8291_comes_out_as_printed_there() {
        let secret =
            SecretKey::from_slice(&bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).expect("a key");
        let public =
            bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        let to = Keys {
            public: PublicKey::from_sec1_bytes(&public).expect("a point"),
            auth: bytes("BTBZMqHH6r4Tts7J_aSIgg").try_into().expect("16 bytes"),
        };
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().expect("16 bytes");
        let text = b"When I grow up, I want to be a watermelon\x02";
        assert_eq!(
            URL_SAFE_NO_PAD.encode(sealed(&to, text, &secret, salt)),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6P\
             Bru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
        let theirs =
            SecretKey::from_slice(&bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")).expect("a key");
        let body = sealed(&to, text, &secret, salt);
        assert_eq!(opened(&body, &theirs, to.auth), b"When I grow up, I want to be a watermelon");
    }

    #[test]
    fn a_message_is_as_long_as_a_push_service_takes_and_no_longer() {
        let random = SeededRandom::new(1);
        let to = Keys { public: new_secret(&random).public_key(), auth: [7; 16] };
        let longest = encrypt(&to, &[b'x'; MOST_BYTES], &random).expect("fits");
        assert_eq!((MOST_BYTES, longest.len()), (3993, 4096));
        assert_eq!(encrypt(&to, &[b'x'; MOST_BYTES + 1], &random), Err(TooLong(3994)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn whatever_is_sealed_is_opened_by_its_browser_and_its_length_tells_nothing(
            message in proptest::collection::vec(any::<u8>(), 0..=MOST_BYTES), seed: u64,
        ) {
            let random = SeededRandom::new(seed);
            let browser = new_secret(&random);
            let to = Keys { public: browser.public_key(), auth: [seed.to_le_bytes(); 2].concat().try_into().expect("16") };
            let body = encrypt(&to, &message, &random).expect("fits");
            prop_assert_eq!(opened(&body, &browser, to.auth), message.as_slice());
            let lengths = SIZES.map(|size| size + 103);
            prop_assert!(lengths.contains(&body.len()) || body.len() == 4096, "{}", body.len());
            // Another salt and another key each time.
            let other = encrypt(&to, &message, &random).expect("fits");
            prop_assert_ne!(&other[..86], &body[..86]);
        }
    }
}
