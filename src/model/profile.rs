//! A profile: one person using the account.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::{AccountId, ProfileId, clean_text};

/// One person using the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its id.
    pub id: ProfileId,
    /// The account it belongs to.
    pub account_id: AccountId,
    /// What the person is called.
    pub name: ProfileName,
    /// Adult or child.
    pub kind: ProfileKind,
    /// Which of the interface's colours its picture has, from 0.
    pub color: u8,
    /// Whether a PIN must be given to choose it.
    pub has_pin: bool,
}

/// Who uses a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ProfileKind {
    /// May manage the account.
    Adult,
    /// May not reach anything of the account's management.
    Kids,
}

impl ProfileKind {
    /// Its name in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Adult => "adult",
            Self::Kids => "kids",
        }
    }
}

impl std::str::FromStr for ProfileKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Adult, Self::Kids].into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// What a person is called: 1 to 32 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileName(String);

impl ProfileName {
    /// Longest name, in characters.
    pub const MAX_CHARS: usize = 32;

    /// Checks and keeps a profile's name.
    pub fn parse(text: &str) -> Result<Self> {
        let name = clean_text(text, Self::MAX_CHARS + 1);
        if name.is_empty() || name.chars().count() > Self::MAX_CHARS {
            return Err(Error::invalid("name", "Give the profile a name of 1 to 32 characters."));
        }
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A profile's PIN: four to eight digits. It prints as dots.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

impl Pin {
    /// Checks a PIN that somebody typed or chose.
    pub fn parse(text: &str) -> Result<Self> {
        if (4..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::invalid("pin", "A PIN has four to eight digits."))
        }
    }

    /// The bytes to hash.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}
