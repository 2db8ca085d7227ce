//! What a server answered, and what its status stands for.

use std::fmt;
use std::time::Duration;

use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;

use crate::model::clean_text;
use crate::services::trouble::Trouble;

/// Most characters that are shown of what a server says.
const MOST_SAID: usize = 200;

/// What is shorter than that is no secret: a realm, a name.
const LEAST_SECRET: usize = 8;

/// An answer, whatever its status.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// How long the server wants to be left alone (`Retry-After`).
    pub after: Option<Duration>,
    /// Its body: whole with a status of 2xx, else its beginning, in which no key stands.
    pub body: Vec<u8>,
}

impl Answer {
    /// The answer, where its status is 2xx; else the trouble that its status stands for: 401 the key, 403 the rights, 429 and 503 that it
    /// is busy, another 5xx or anything else that it is odd.
    pub fn good(self) -> Result<Self, Trouble> {
        if self.status.is_success() {
            return Ok(self);
        }
        Err(match self.status.as_u16() {
            300..=399 => Trouble::odd("it sends elsewhere; give the address it is really at"),
            401 => Trouble::KeyRefused,
            403 => Trouble::TooFewRights { missing: self.said().unwrap_or_else(|| "403".to_owned()) },
            404 => Trouble::odd("there is no such address there"),
            429 | 503 => Trouble::Busy { after: self.after },
            status => Trouble::odd(format!("it answers with the status {status}")),
        })
    }

    /// Its body, read as JSON. Fields that are not asked for are passed over.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Trouble> {
        // Some servers begin with a mark of the byte order, which JSON has none of (RFC 8259 section 8.1).
        let body = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body);
        serde_json::from_slice(body).map_err(|error| {
            // The parser's own words would quote the body.
            Trouble::odd(match (body.trim_ascii().first(), error.classify()) {
                (None, _) => "it answers with nothing",
                (Some(b'<'), _) => {
                    "it answers with a web page where data should be; give the address of the server itself, \
                     not of a page in front of it"
                }
                (_, Category::Eof) => "its answer ends in the middle",
                (_, Category::Data) => "its answer is not of the shape that is known here",
                (_, Category::Syntax | Category::Io) => "its answer is no JSON",
            })
        })
    }

    /// The server's own short words, where it has some.
    fn said(&self) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        let said = ["message", "error", "detail"].iter().filter_map(|field| body.get(*field)?.as_str());
        said.map(|text| clean_text(text, MOST_SAID)).find(|text| !text.is_empty())
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({}, {} bytes)", self.status.as_u16(), self.body.len())
    }
}

/// A body without these secrets: a server may repeat the key that it refuses, and its words are shown.
pub(super) fn without(secrets: &[String], body: &[u8]) -> Vec<u8> {
    let secrets = secrets.iter().filter(|secret| secret.len() >= LEAST_SECRET);
    let text = String::from_utf8_lossy(body).into_owned();
    secrets.fold(text, |text, secret| text.replace(secret.as_str(), "…")).into_bytes()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        let status = StatusCode::from_u16(status).expect("a status");
        Answer { status, after: Some(Duration::from_secs(7)), body: body.as_bytes().to_vec() }
    }

    fn trouble(status: u16, body: &str) -> Trouble {
        answer(status, body).good().expect_err("no good answer")
    }

    #[test]
    fn every_status_stands_for_what_a_person_can_do_about_it() {
        for good in [200, 201, 204] {
            assert!(answer(good, "").good().is_ok(), "{good}");
        }
        assert_eq!(trouble(401, ""), Trouble::KeyRefused);
        for busy in [429, 503] {
            assert_eq!(trouble(busy, ""), Trouble::Busy { after: Some(Duration::from_secs(7)) });
        }
        for elsewhere in [300, 301, 302, 303, 307, 308] {
            let why = "it sends elsewhere; give the address it is really at";
            assert_eq!(trouble(elsewhere, ""), Trouble::odd(why), "{elsewhere}");
        }
        assert_eq!(trouble(404, ""), Trouble::odd("there is no such address there"));
        for other in [400, 402, 405, 418, 500, 502, 504, 599] {
            assert_eq!(trouble(other, ""), Trouble::odd(format!("it answers with the status {other}")));
        }
    }

    #[test]
    fn what_is_missing_is_said_in_the_servers_own_words_where_they_are_short_and_clean() {
        let missing = |body: &str| match trouble(403, body) {
            Trouble::TooFewRights { missing } => missing,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            missing(r#"{"message":"Missing required permission: session.read"}"#),
            "Missing required permission: session.read"
        );
        assert_eq!(
            missing(r#"{"errcode":"M_FORBIDDEN","error":"You are not a server admin"}"#),
            "You are not a server admin"
        );
        assert_eq!(
            missing(r#"{"detail":"You do\u0000 not\r\n have \u202epermission"}"#),
            "You do not have permission"
        );
        assert_eq!(missing(r#"{"message":["a","b"],"error":"Forbidden"}"#), "Forbidden");
        let long = format!(r#"{{"message":"{}"}}"#, "x".repeat(24_000));
        assert_eq!(missing(&long).chars().count(), MOST_SAID);
        for nothing in
            ["", "Forbidden", "<html>no</html>", "{}", "[]", r#"{"message":" ","error":null,"detail":7}"#]
        {
            assert_eq!(missing(nothing), "403", "{nothing}");
        }
    }

    #[test]
    fn what_is_no_such_json_is_told_without_quoting_any_of_it() {
        #[derive(Debug, Deserialize)]
        struct Wanted {
            #[expect(dead_code, reason = "it is only read")]
            id: String,
        }
        for (body, why) in [
            ("", "it answers with nothing"),
            (" \n", "it answers with nothing"),
            ("\n<!doctype html><title>hush</title>", "it answers with a web page where data should be"),
            (r#"{"id":"hush"#, "its answer ends in the middle"),
            (r#"{"id":{"hush":1}}"#, "its answer is not of the shape that is known here"),
            (r#"{"other":"hush"}"#, "its answer is not of the shape that is known here"),
            ("hush", "its answer is no JSON"),
        ] {
            let said = answer(200, body).json::<Wanted>().expect_err("cannot be read").to_string();
            assert!(said.contains(why) && !said.contains("hush"), "{body}: {said}");
        }
        answer(200, "\u{feff}{\"id\":\"x\",\"new\":[null]}").json::<Wanted>().expect("reads");
        let deep = "[".repeat(1 << 20);
        answer(200, &deep).json::<Value>().expect_err("too deep");
    }

    #[test]
    fn a_key_that_is_repeated_is_not_shown() {
        let secrets = ["0123456789abcdef".to_owned(), "short".to_owned(), String::new()];
        let body = without(&secrets, br#"{"message":"0123456789abcdef is no short key"}"#);
        assert_eq!(String::from_utf8_lossy(&body), r#"{"message":"… is no short key"}"#);
        let answer = Answer { status: StatusCode::FORBIDDEN, after: None, body: b"hush".to_vec() };
        assert_eq!(format!("{answer:?}"), "Answer(403, 4 bytes)");
    }
}
