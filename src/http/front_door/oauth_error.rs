//! Errors as OAuth clients expect them (RFC 6749 section 5.2): `error` is one of that standard's words.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::error::Error;

/// An OAuth error.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OauthError {
    #[serde(skip)]
    status: u16,
    /// The standard's word, such as `invalid_grant`.
    error: &'static str,
    /// A sentence for people.
    error_description: String,
    /// The same sentence under the name that the rest of the interface uses.
    message: String,
    #[serde(skip)]
    retry_after_s: Option<u64>,
}

impl OauthError {
    /// An error with one of the standard's words.
    pub fn new(status: StatusCode, error: &'static str, sentence: impl Into<String>) -> Self {
        let message = sentence.into();
        Self {
            status: status.as_u16(),
            error,
            error_description: message.clone(),
            message,
            retry_after_s: None,
        }
    }

    /// A request that lacks something or says it twice.
    pub fn bad_request(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", sentence)
    }
}

impl From<Error> for OauthError {
    fn from(error: Error) -> Self {
        let sentence = error.to_wire().message;
        match &error {
            Error::NotSignedIn | Error::SessionEnded | Error::TokenExpired => {
                Self::new(StatusCode::BAD_REQUEST, "invalid_grant", sentence)
            }
            Error::TooManyAttempts { .. } | Error::Busy => Self {
                retry_after_s: error.to_wire().retry_after_s,
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable", sentence)
            },
            Error::Invalid { .. } => Self::bad_request(sentence),
            _ => {
                tracing::error!(%error, "an OAuth request failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", sentence)
            }
        }
    }
}

impl IntoResponse for OauthError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let retry_after = self.retry_after_s;
        let mut response = (status, Json(self)).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
