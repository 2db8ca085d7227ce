//! By what a home is known on the household's network: a number by chance, which says nothing of anybody and opens nothing.

use std::fmt;
use std::str::FromStr;

use crate::random::Random;

/// Its length, in bytes.
const BYTES: usize = 16;

/// By what a home is known on the household's network. As text it is 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HomeId([u8; BYTES]);

impl HomeId {
    /// A new one.
    pub fn new(random: &dyn Random) -> Self {
        let mut bytes = [0; BYTES];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// One that was kept; `None` for what is none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// To be kept.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The beginning of it, for a name that must not be another home's.
    pub(super) fn short(self) -> String {
        hex::encode(&self.0[..4])
    }
}

impl fmt::Display for HomeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for HomeId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut bytes = [0; BYTES];
        hex::decode_to_slice(text, &mut bytes).map_err(drop)?;
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn it_is_the_same_as_text_and_as_bytes_and_nothing_else_is_one() {
        let id = HomeId::new(&SeededRandom::new(3));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(HomeId::from_bytes(id.as_bytes()), Some(id));
        for nonsense in ["", "0", "g0", &"0".repeat(31), &"0".repeat(33), &"ä".repeat(16)] {
            assert_eq!(nonsense.parse::<HomeId>(), Err(()), "{nonsense}");
        }
        assert_eq!(HomeId::from_bytes(&[0; 15]), None);
    }
}
