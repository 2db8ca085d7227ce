//! Secrets that stand for a session or a device, and the hashes of them that are kept.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::random::Random;

/// A random secret of 256 bits, as its holder sends it. It prints as dots, so that no log can keep it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// How long the text of one is, in bytes.
    pub const LENGTH: usize = 43;

    /// A new secret.
    pub fn new(random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The secret that somebody sent. It may be anything; only its hash is ever compared.
    pub fn received(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one answer that hands it over.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 of a secret. A plain hash is enough for 256 random bits: there is nothing to guess.
/// It cannot be printed either.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// The bytes, for the store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A hash read from the store; `None` when it is not 32 bytes long.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn neither_a_secret_nor_its_hash_can_be_printed() {
        let secret = Secret::new(&SeededRandom::new(1));
        assert_eq!(format!("{secret:?} {:?}", secret.hash()), "Secret(…) SecretHash(…)");
    }

    #[test]
    fn two_secrets_differ_and_their_hashes_too() {
        let random = SeededRandom::new(1);
        let (one, other) = (Secret::new(&random), Secret::new(&random));
        assert_ne!(one, other);
        assert_ne!(one.hash(), other.hash());
        assert_eq!(one.hash(), Secret::received(one.reveal()).hash());
        assert_eq!(one.reveal().len(), Secret::LENGTH);
    }
}
