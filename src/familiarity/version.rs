//! The form that what is known is written in, so that one of a later version is told apart from a damaged one.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The form that this version writes, and the latest it can read. Raise it when an older version would misread what is written.
/// 2: areas as data, where 1 had labels.
const LATEST: u32 = 2;

/// The form of what is known: the latest, once it has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version;

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(LATEST)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            0..=LATEST => Ok(Self),
            later => Err(D::Error::custom(format!(
                "it is of form {later}, which a later version writes; this one reads up to {LATEST}"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Known;

    #[test]
    fn what_is_known_says_its_form_and_a_later_one_is_not_read() {
        let written = serde_json::to_string(&Known::default()).expect("serialises");
        assert!(written.starts_with(r#"{"version":2,"#), "{written}");
        assert_eq!(serde_json::from_str::<Known>(&written).expect("reads"), Known::default());
        let before_forms = r#"{"sign_ins":3}"#;
        assert_eq!(serde_json::from_str::<Known>(before_forms).expect("reads").sign_ins, 3);
        let error = serde_json::from_str::<Known>(r#"{"version":3}"#).expect_err("a later form");
        assert!(error.to_string().starts_with("it is of form 3"), "{error}");
    }
}
