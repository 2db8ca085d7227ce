//! A P-256 key of the home: made of the home's own randomness, kept as 32 bytes, and the same in a certificate and in a handshake.

use std::fmt;
use std::sync::Arc;

use p256::SecretKey;
use p256::ecdsa::DerSignature;
use p256::ecdsa::signature::Signer;
use p256::elliptic_curve::sec1::ToSec1Point;
use rcgen::{PKCS_ECDSA_P256_SHA256, PublicKeyData, SignatureAlgorithm};
use rustls::crypto::ring::sign::any_ecdsa_type;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::SigningKey;

use crate::error::{Error, Result};
use crate::model::KeyPin;
use crate::random::Random;

/// What stands before the secret in PKCS #8 (RFC 5958, with an `ECPrivateKey` of RFC 5915 in it): P-256, and the lengths.
const BEFORE_SECRET: [u8; 36] = [
    0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01,
    0x04, 0x20,
];

/// What stands between the secret and the public point.
const BEFORE_POINT: [u8; 5] = [0xa1, 0x44, 0x03, 0x42, 0x00];

/// A key. Its secret is not printed.
pub struct Key {
    secret: SecretKey,
    /// The public key as it travels, uncompressed.
    point: [u8; 65],
}

impl Key {
    /// How long what is kept of one is, in bytes.
    pub const KEPT: usize = 32;

    /// A new key.
    pub fn new(random: &dyn Random) -> Self {
        loop {
            let mut bytes = [0; Self::KEPT];
            random.fill(&mut bytes);
            // One number in 2^32 is none of the curve's order.
            if let Some(key) = Self::from_bytes(&bytes) {
                return key;
            }
        }
    }

    /// The key that [`Self::secret_bytes`] gave; `None` when these bytes are none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        // A shorter number would be taken as one with zeros before it: what is kept is whole, or damaged.
        let secret = (bytes.len() == Self::KEPT).then(|| SecretKey::from_slice(bytes).ok())??;
        let point = secret.public_key().to_sec1_point(false).as_bytes().try_into().ok()?;
        Some(Self { secret, point })
    }

    /// The secret, to be kept.
    pub fn secret_bytes(&self) -> [u8; Self::KEPT] {
        self.secret.to_bytes().into()
    }

    /// By what whoever was told it knows the key.
    pub fn pin(&self) -> KeyPin {
        KeyPin::of(&self.subject_public_key_info())
    }

    /// The same key, to answer handshakes with.
    pub fn for_handshakes(&self) -> Result<Arc<dyn SigningKey>> {
        let pkcs8 = [&BEFORE_SECRET[..], &self.secret_bytes(), &BEFORE_POINT, &self.point].concat();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(pkcs8));
        any_ecdsa_type(&key).map_err(Error::internal)
    }
}

impl PublicKeyData for Key {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        // Without randomness (RFC 6979): the same certificate has the same signature, to the last byte.
        let signature: DerSignature = p256::ecdsa::SigningKey::from(&self.secret).sign(message);
        Ok(signature.as_bytes().to_vec())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.pin())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn a_key_is_the_same_for_certificates_and_for_handshakes_and_its_secret_is_not_printed() {
        let key = Key::new(&SeededRandom::new(1));
        let again = Key::from_bytes(&key.secret_bytes()).expect("a key");
        assert_eq!(again.pin(), key.pin());
        let spoken = key.for_handshakes().expect("the handshake's library takes it");
        let public = spoken.public_key().expect("it says its public key");
        assert_eq!(KeyPin::of(&public), key.pin());
        assert_ne!(Key::new(&SeededRandom::new(2)).pin(), key.pin());
        assert_eq!(format!("{key:?}"), format!("Key({})", key.pin()));
    }

    #[test]
    fn what_is_damaged_is_no_key() {
        for damaged in [&[][..], &[0; 32], &[0xff; 32], &[1; 31], &[1; 33]] {
            assert!(Key::from_bytes(damaged).is_none(), "{damaged:?}");
        }
    }
}
