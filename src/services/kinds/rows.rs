//! Rows of a server's list: their ids, their texts, and what to do about several with one id.

use std::collections::HashMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::services::{SignIn, Trouble};

/// The longest id that is taken, in bytes. None of the servers has one half as long.
const LONGEST_ID: usize = 255;

/// An id, written as text or as a number. An entry without one cannot be told from others.
pub(super) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(id) if !id.is_empty() => Ok(id),
        Value::Number(id) => Ok(id.to_string()),
        _ => Err(D::Error::custom("an entry has no id")),
    }
}

/// The id of an entry that was told softly. One without would be a sign-in that nobody can end and nobody sees: then the list cannot be
/// read.
pub(super) fn told_id(told: Option<String>) -> Result<String, Trouble> {
    match told {
        Some(id) if !id.is_empty() && id.len() <= LONGEST_ID => Ok(id),
        Some(id) if !id.is_empty() => Err(Trouble::odd("an entry of its list has an endless id")),
        _ => Err(Trouble::odd("an entry of its list has no id")),
    }
}

/// A text that says something.
pub(super) fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// The same sign-ins, each once: of several with one id the one that was active last.
pub(super) fn one_of_each(found: impl IntoIterator<Item = SignIn>) -> Vec<SignIn> {
    let found = found.into_iter();
    let mut places: HashMap<String, usize> = HashMap::with_capacity(found.size_hint().0);
    let mut kept: Vec<SignIn> = Vec::with_capacity(found.size_hint().0);
    for sign_in in found {
        match places.get(&sign_in.external_id) {
            Some(&place) if kept[place].last_active_at >= sign_in.last_active_at => {}
            Some(&place) => kept[place] = sign_in,
            None => {
                places.insert(sign_in.external_id.clone(), kept.len());
                kept.push(sign_in);
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Promise, Timestamp};

    #[test]
    fn of_several_with_one_id_the_one_active_last_is_kept() {
        let at = |id: &str, millis: Option<i64>| SignIn {
            last_active_at: millis.map(Timestamp::from_millis),
            ..SignIn::of(id, Promise::AtOnce)
        };
        let kept = one_of_each([
            at("b", None),
            at("a", Some(5)),
            at("b", Some(1)),
            at("a", Some(9)),
            at("a", Some(7)),
            at("a", None),
        ]);
        assert_eq!(kept, [at("b", Some(1)), at("a", Some(9))]);
    }

    #[test]
    fn an_id_is_text_or_a_number_and_nothing_else() {
        let read = |json: &str| id(&mut serde_json::Deserializer::from_str(json));
        assert_eq!(read("\"a/b\"").expect("an id"), "a/b");
        assert_eq!(read("17").expect("an id"), "17");
        for none in ["null", "\"\"", "[]", "{}", "true"] {
            read(none).expect_err(none);
        }
    }

    #[test]
    fn an_entry_without_an_id_or_with_an_endless_one_is_none() {
        assert_eq!(told_id(Some("a".to_owned())), Ok("a".to_owned()));
        for told in [None, Some(String::new()), Some("a".repeat(256))] {
            assert!(matches!(told_id(told), Err(Trouble::Odd { .. })));
        }
    }
}
