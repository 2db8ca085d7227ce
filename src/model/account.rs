//! An account: who the devices sign in to.

use std::fmt;

use crate::error::{Error, Result};
use crate::model::{AccountId, Timestamp, clean_text};

/// An account of this home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The name its people sign in with.
    pub login: Login,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody first opened "Manage access and devices"; until then the entry carries a New badge.
    pub badge_seen_at: Option<Timestamp>,
}

/// The name people sign in with: 1 to 64 characters, compared without regard to case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login(String);

impl Login {
    /// Longest login name, in characters.
    pub const MAX_CHARS: usize = 64;

    /// Checks and keeps a login name.
    pub fn parse(text: &str) -> Result<Self> {
        let name = clean_text(text, Self::MAX_CHARS + 1);
        if name.is_empty() || name.chars().count() > Self::MAX_CHARS {
            return Err(Error::invalid("login", "Choose a login name of 1 to 64 characters."));
        }
        Ok(Self(name))
    }

    /// The form that two spellings of one name share.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A password somebody typed. It prints as dots.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Fewest characters of a new password (NIST SP 800-63B section 3.1.1.2 asks for eight).
    pub const MIN_CHARS: usize = 8;
    /// Most bytes read of one, so that nobody makes the server hash a book.
    pub const MAX_BYTES: usize = 1024;

    /// A password to check against the kept one.
    pub fn received(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        if text.len() > Self::MAX_BYTES {
            return Err(Error::invalid("password", "That password is too long; use at most 1,024 bytes."));
        }
        Ok(Self(text))
    }

    /// A password to keep from now on.
    pub fn chosen(text: impl Into<String>) -> Result<Self> {
        let password = Self::received(text)?;
        if password.0.chars().count() < Self::MIN_CHARS {
            return Err(Error::invalid("password", "Choose a password of at least 8 characters."));
        }
        Ok(password)
    }

    /// The bytes to hash.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_name_is_trimmed_and_compared_without_case() {
        let login = Login::parse("  Ana ").expect("valid");
        assert_eq!(login.as_str(), "Ana");
        assert_eq!(login.key(), Login::parse("ANA").expect("valid").key());
        assert!(Login::parse(" \u{202e} ").is_err());
        assert!(Login::parse(&"a".repeat(65)).is_err());
    }

    #[test]
    fn a_new_password_has_eight_characters_and_is_never_printed() {
        assert!(Password::chosen("seven77").is_err());
        assert_eq!(format!("{:?}", Password::chosen("eight888").expect("valid")), "Password(…)");
        assert!(Password::received("x".repeat(1025)).is_err());
    }
}
