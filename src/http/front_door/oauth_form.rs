//! The form that an OAuth client sends. Whatever else comes in is an `invalid_request` in the standard's own form
//! (RFC 6749 sections 3.2 and 5.2).

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde::de::DeserializeOwned;

use super::oauth_error::OauthError;
use crate::http::slow_body::is_cut_short;

/// What the client says. A parameter without a value is none (RFC 6749 section 3.1).
pub struct OauthForm<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for OauthForm<T> {
    type Rejection = OauthError;

    async fn from_request(request: Request, state: &S) -> Result<Self, OauthError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OauthError::bad_request(
                "Send a form: Content-Type: application/x-www-form-urlencoded.",
            ));
        }
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|rejection| {
            if is_cut_short(&rejection) {
                return OauthError::cut_short();
            }
            OauthError::bad_request("The request's body could not be read, or is too long.")
        })?;
        parse(&body).map(Self)
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, OauthError> {
    let mut parameters: Vec<(String, String)> = Vec::new();
    for part in body.split(|byte| *byte == b'&').filter(|part| !part.is_empty()) {
        let end = part.iter().position(|byte| *byte == b'=').unwrap_or(part.len());
        let (name, value) = (decoded(&part[..end])?, decoded(part.get(end + 1..).unwrap_or_default())?);
        if parameters.iter().any(|(other, _)| *other == name) {
            return Err(OauthError::bad_request("Send each parameter once."));
        }
        parameters.push((name, value));
    }
    parameters.retain(|(_, value)| !value.is_empty());
    // Written anew: what reads forms knows of values that may be absent.
    let form = serde_urlencoded::to_string(&parameters)
        .map_err(|_| OauthError::bad_request("The form could not be read."))?;
    serde_urlencoded::from_str(&form).map_err(|error| {
        let missing = error.to_string();
        let name = missing.split('`').nth(1).filter(|_| missing.starts_with("missing field"));
        OauthError::bad_request(match name {
            Some(name) => format!("Send {name}."),
            None => "The form could not be read.".to_owned(),
        })
    })
}

/// A name or a value of a form, which is UTF-8 (RFC 6749 appendix B).
fn decoded(text: &[u8]) -> Result<String, OauthError> {
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let decoded = percent_encoding::percent_decode(&spaced).decode_utf8().map(Cow::into_owned);
    decoded.map_err(|_| OauthError::bad_request("The form is not UTF-8."))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Asked {
        needed: String,
        other: Option<String>,
    }

    #[test]
    fn a_form_is_read_once_and_in_utf_8() {
        let asked = parse::<Asked>(b"needed=a+b%C3%BC&other=&unknown=1&&").expect("a form");
        assert_eq!(asked, Asked { needed: "a bü".into(), other: None });
        let asked = parse::<Asked>(b"other=c%26d&needed=a").expect("a form");
        assert_eq!(asked, Asked { needed: "a".into(), other: Some("c&d".into()) });
        for (body, sentence) in [
            (&b""[..], "Send needed."),
            (b"needed=", "Send needed."),
            (b"{\"needed\":\"a\"}", "Send needed."),
            (b"needed=a&needed=a", "Send each parameter once."),
            (b"needed=a&unknown=1&unknown=2", "Send each parameter once."),
            (b"needed=%FF", "The form is not UTF-8."),
            (b"needed=\xff", "The form is not UTF-8."),
        ] {
            let error = parse::<Asked>(body).expect_err("no such form");
            let error = serde_json::to_value(error).expect("JSON");
            assert_eq!((&error["error"], &error["message"]), (&"invalid_request".into(), &sentence.into()));
        }
    }
}
