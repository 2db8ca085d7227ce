//! The pin of a home's key: what a program that was told it knows the home by, whoever vouches for its certificate.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// The letters that people compare (RFC 4648 section 6): none looks like a digit that is among them.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// SHA-256 of a public key as it stands in a certificate (`SubjectPublicKeyInfo`, RFC 7469 section 2.4). It is no secret, and
/// travels as 43 characters of base64url.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyPin([u8; 32]);

/// Some text is no pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no SHA-256 in base64url")]
pub struct NoPin;

impl KeyPin {
    /// The pin of a key: its `SubjectPublicKeyInfo` in DER, from its first byte to its last.
    pub fn of(public_key_info: &[u8]) -> Self {
        Self(Sha256::digest(public_key_info).into())
    }

    /// What people compare of it: 24 letters in groups of four, the first 120 bits. Nobody finds another key with the same ones.
    pub fn letters(&self) -> String {
        let mut letters = String::with_capacity(29);
        for (group, five) in self.0[..15].chunks(5).enumerate() {
            let bits = five.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
            for place in 0..8 {
                if place % 4 == 0 && (group, place) != (0, 0) {
                    letters.push('-');
                }
                let index = usize::try_from((bits >> (35 - 5 * place)) & 31).unwrap_or_default();
                letters.push(char::from(LETTERS[index]));
            }
        }
        letters
    }
}

impl fmt::Display for KeyPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for KeyPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPin({self})")
    }
}

impl FromStr for KeyPin {
    type Err = NoPin;

    fn from_str(text: &str) -> Result<Self, NoPin> {
        // Longer text is not even decoded.
        let bytes = (text.len() == 43).then(|| URL_SAFE_NO_PAD.decode(text).ok()).flatten().ok_or(NoPin)?;
        bytes.try_into().map(Self).map_err(|_| NoPin)
    }
}

impl Serialize for KeyPin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyPin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_travels_as_text_and_is_read_back() {
        let pin = KeyPin::of(b"a key");
        let text = pin.to_string();
        assert_eq!((text.len(), text.parse()), (43, Ok(pin)));
        assert_eq!(serde_json::to_string(&pin).expect("JSON"), format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<KeyPin>(&format!("\"{text}\"")).expect("reads"), pin);
        for wrong in ["", "AAAA", &text[1..], &*format!("{text}A"), &*text.replace(&text[..1], "!")] {
            assert_eq!(wrong.parse::<KeyPin>(), Err(NoPin), "{wrong}");
        }
    }

    #[test]
    fn people_compare_letters_that_are_its_beginning() {
        // The vectors of RFC 4648 section 10 have no dashes: "foobar" is MZXW6YTBOI.
        let mut bytes = [0; 32];
        bytes[..6].copy_from_slice(b"foobar");
        assert_eq!(KeyPin(bytes).letters(), "MZXW-6YTB-OIAA-AAAA-AAAA-AAAA");
        let other = |at: usize| {
            let mut other = bytes;
            other[at] ^= 1;
            KeyPin(other).letters()
        };
        assert_ne!(other(14), KeyPin(bytes).letters(), "120 bits are compared");
        assert_eq!(other(15), KeyPin(bytes).letters());
    }
}
