//! Errors as OAuth clients expect them (RFC 6749 section 5.2): `error` is one of that standard's words.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::error::{Error, causes};

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

impl OauthError {
    /// A request that had not come whole when the home stopped: the client may send it again.
    pub fn cut_short() -> Self {
        let wire = Error::Busy.to_wire();
        let retry_after_s = wire.retry_after_s;
        let unavailable = StatusCode::SERVICE_UNAVAILABLE;
        Self { retry_after_s, ..Self::new(unavailable, "temporarily_unavailable", wire.message) }
    }
}

impl From<Error> for OauthError {
    /// Every error is named here, so that none which is the client's becomes the server's by being forgotten.
    fn from(error: Error) -> Self {
        let wire = error.to_wire();
        let sentence = wire.message;
        match &error {
            Error::NotSignedIn
            | Error::SessionEnded
            | Error::TokenExpired
            | Error::TokenReplaced
            | Error::WrongCredentials
            | Error::NotFound(_)
            | Error::CodeNotValid
            | Error::PairingNotValid
            | Error::WrongSetupCode
            | Error::WrongRecoveryCode => Self::new(StatusCode::BAD_REQUEST, "invalid_grant", sentence),
            // What it has stays good: the household may still say that it is theirs.
            Error::SessionHeld
            | Error::KidsProfile
            | Error::NotFamiliar
            | Error::ProfileRequired
            | Error::PinProfileRequired
            | Error::PinRequired
            | Error::WrongPin
            | Error::ProofRequired { .. }
            | Error::WrongPassword
            | Error::WaitStarted { .. }
            | Error::Waiting { .. }
            | Error::ForeignOrigin
            | Error::ForgedIdentity
            | Error::CookiesBlocked
            | Error::SetupRequired
            | Error::AlreadySetUp
            | Error::LastAdultProfile
            | Error::PairingWaits
            | Error::PairingDenied
            | Error::PairingSpoiled
            | Error::DrillUnderWay => Self::new(StatusCode::BAD_REQUEST, "access_denied", sentence),
            Error::Invalid { .. } | Error::MethodNotAllowed | Error::TooLarge | Error::UnknownHost => {
                Self::bad_request(sentence)
            }
            Error::TooManyAttempts { .. } | Error::Busy => Self {
                retry_after_s: wire.retry_after_s,
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable", sentence)
            },
            // RFC 7009 section 2.2.1: the token is still good, and the client may ask again.
            Error::Storage { .. } | Error::NotSignedOut { .. } | Error::Failing(_) => Self {
                retry_after_s: wire.retry_after_s,
                ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", sentence)
            },
            Error::GeoUpdate { .. }
            | Error::DataInUse(_)
            | Error::Config(_)
            | Error::HomeUnreachable(_)
            | Error::InTheClear(_)
            | Error::UnknownCertificate { .. }
            | Error::KeyChanged { .. }
            | Error::HomeNetworkFixed(_)
            | Error::NoHomeNetwork
            | Error::ServiceNotProven(_)
            | Error::ServiceFailed { .. }
            | Error::CannotListen { .. }
            | Error::CannotLookAround(_)
            | Error::Remote { .. }
            | Error::Store(_)
            | Error::Migrate { .. }
            | Error::Unusable { .. }
            | Error::CorruptRecord { .. }
            | Error::NotKept(_)
            | Error::File { .. }
            | Error::Internal(_) => {
                tracing::error!(error = %causes(&error), "an OAuth request failed");
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
        // RFC 6749 section 5.2.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
