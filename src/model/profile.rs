//! A profile: one person using the account.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::{AccountId, ProfileId, clean_text, spelling};

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

/// The profile that was chosen on a session, as every request of it needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenProfile {
    /// The profile.
    pub id: ProfileId,
    /// What the person is called.
    pub name: String,
    /// Adult or child.
    pub kind: ProfileKind,
    /// Whether a PIN guards it, which whoever chose it here gave.
    pub has_pin: bool,
}

impl From<&Profile> for ChosenProfile {
    fn from(profile: &Profile) -> Self {
        let Profile { id, name, kind, has_pin, .. } = profile;
        Self { id: *id, name: name.as_str().to_owned(), kind: *kind, has_pin: *has_pin }
    }
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
    /// Checks a PIN that somebody typed or chose, with the digits of whatever keyboard.
    pub fn parse(text: &str) -> Result<Self> {
        let digits = text.chars().take(9).map(spelling::digit).collect::<Option<String>>();
        match digits.filter(|digits| (4..=8).contains(&digits.len())) {
            Some(digits) => Ok(Self(digits)),
            None => Err(Error::invalid("pin", "A PIN has four to eight digits.")),
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
