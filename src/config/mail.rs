//! The mail server, from one address: `smtps://user:password@smtp.example.org`, `smtp://…` with STARTTLS, or
//! `smtp+plain://…` without encryption, which stays in the house.

use std::fmt;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use url::Url;

use crate::error::{Error, Result};
use crate::model::Secret;
use crate::outside::mail::{Encryption, Login, Settings};

/// The address of a mail server, with its password. It does not print.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct SmtpUrl(String);

impl FromStr for SmtpUrl {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmtpUrl(…)")
    }
}

impl SmtpUrl {
    /// The server, from whom its letters come.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] with a sentence that says what to write instead.
    pub fn settings(&self, from: &str) -> Result<Settings> {
        let form = || {
            Error::Config(
                "--smtp-url reads like smtps://USER:PASSWORD@smtp.example.org, or smtp:// with STARTTLS; \
                 letters that stand for something else in an address are written as %40 and the like."
                    .to_owned(),
            )
        };
        let url = Url::parse(&self.0).map_err(|_| form())?;
        let (encryption, port) = match url.scheme() {
            "smtps" => (Encryption::Implicit, 465),
            "smtp" => (Encryption::StartTls, 587),
            "smtp+plain" => (Encryption::HomeNetworkOnly, 25),
            _ => return Err(form()),
        };
        let decoded =
            |text: &str| percent_decode_str(text).decode_utf8().map(String::from).map_err(|_| form());
        let login = match url.password() {
            Some(password) => {
                Some(Login { user: decoded(url.username())?, password: Secret::received(decoded(password)?) })
            }
            None => None,
        };
        let host = url.host_str().ok_or_else(form)?;
        Settings::new(host, url.port().unwrap_or(port), encryption, login, from)
            .map_err(|why| Error::Config(format!("--smtp-url or --mail-from: {why}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_says_all_of_a_mail_server_and_is_not_printed() {
        let of = |text: &str| SmtpUrl(text.to_owned()).settings("Latchkey <latchkey@home.example>");
        for (text, server) in [
            ("smtps://ana%40home.example:hush%2Fhush@smtp.example.org", "smtp.example.org:465"),
            ("smtp://smtp.example.org", "smtp.example.org:587"),
            ("smtp+plain://127.0.0.1:2525", "127.0.0.1:2525"),
        ] {
            assert_eq!(of(text).expect("a server").server(), server);
        }
        for text in
            ["", "smtp.example.org", "https://smtp.example.org", "smtp+plain://93.184.216.34", "smtps://"]
        {
            let error = of(text).expect_err(text).to_string();
            assert!(error.contains("--smtp-url"), "{error}");
        }
        let printed = format!("{:?}", SmtpUrl("smtps://ana:hush@smtp.example.org".to_owned()));
        assert!(!printed.contains("hush"));
    }
}
