//! An account: who the devices sign in to.

use std::fmt;

use crate::error::{Error, Result};
use crate::model::guessable::is_guessed_first;
use crate::model::{AccountId, Timestamp, clean_text, spelling};

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

/// The name people sign in with: 1 to 64 characters, compared without regard to case or to how an accent was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login(String);

impl Login {
    /// Longest login name, in characters.
    pub const MAX_CHARS: usize = 64;

    /// Checks and keeps a login name.
    pub fn parse(text: &str) -> Result<Self> {
        let name = clean_text(&spelling::composed(text), Self::MAX_CHARS + 1);
        if name.is_empty() || name.chars().count() > Self::MAX_CHARS {
            return Err(Error::invalid("login", "Choose a login name of 1 to 64 characters."));
        }
        Ok(Self(name))
    }

    /// The form that two spellings of one name share.
    pub fn key(&self) -> String {
        spelling::comparable_name(&self.0)
    }

    /// As it was written, in its composed form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A password somebody typed. It prints as dots.
///
/// It is hashed in one spelling (NIST SP 800-63B section 3.1.1.2, RFC 8265 section 4.2): an accent or a space is the same
/// on every keyboard.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    typed: String,
    spelt: String,
}

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
        Ok(Self { spelt: spelling::opaque(&text), typed: text })
    }

    /// A password to keep from now on, out of a field of that name.
    pub fn chosen(field: &'static str, text: impl Into<String>) -> Result<Self> {
        Self::chosen_by(field, text, &[])
    }

    /// The same, of people of these names, which are no secret.
    pub fn chosen_by(field: &'static str, text: impl Into<String>, names: &[&str]) -> Result<Self> {
        let password = Self::received(text)
            .map_err(|_| Error::invalid(field, "Choose a password of at most 1,024 bytes."))?;
        if password.spelt.chars().count() < Self::MIN_CHARS {
            return Err(Error::invalid(field, "Choose a password of at least 8 characters."));
        }
        if password.spelt.chars().any(char::is_control) {
            return Err(Error::invalid(
                field,
                "Choose a password without line breaks, tabs and other control characters.",
            ));
        }
        if is_guessed_first(&password.spelt, names) {
            return Err(Error::invalid(
                field,
                "That password is among the first that anybody would try. Put a few words in a row instead.",
            ));
        }
        Ok(password)
    }

    /// The bytes to hash.
    pub fn as_bytes(&self) -> &[u8] {
        self.spelt.as_bytes()
    }

    /// The bytes as they were typed, when those are others: a hash that was made before spellings were made one knows them.
    pub fn as_typed(&self) -> Option<&[u8]> {
        (self.typed != self.spelt).then_some(self.typed.as_bytes())
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
        assert!(Password::chosen("password", "seven77").is_err());
        assert_eq!(
            format!("{:?}", Password::chosen("password", "eight 888 keys").expect("valid")),
            "Password(…)"
        );
        assert!(Password::received("x".repeat(1025)).is_err());
        assert!(Password::chosen("password", "eight\t888").is_err());
        // What looks like eight characters and is seven.
        assert!(Password::chosen("password", "e\u{301}te\u{301}1234").is_err());
    }

    #[test]
    fn a_login_name_and_a_password_are_the_same_on_every_keyboard() {
        let key = |name: &str| Login::parse(name).expect("valid").key();
        assert_eq!(key("Jose\u{301}"), key("JOSÉ"));
        assert_eq!(Login::parse("Jose\u{301}").expect("valid").as_str(), "José");
        let [mac, windows] =
            ["e\u{301}te\u{301} 2026", "été\u{a0}2026"].map(|it| Password::received(it).expect("short"));
        assert_eq!(mac.as_bytes(), windows.as_bytes());
        assert_eq!(mac.as_typed(), Some("e\u{301}te\u{301} 2026".as_bytes()));
        assert_eq!(Password::received("été 2026").expect("short").as_typed(), None);
    }
}
