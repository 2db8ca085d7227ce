//! Errors as answers: a status, a stable code and a sentence. What caused it goes to the log only.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::error::{Error, causes};

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        log(&self, status);
        let body = self.to_wire();
        let retry_after = body.retry_after_s;
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            // RFC 6750 section 3: a client without a good token learns how to bring one.
            let challenge = match self {
                Self::NotSignedIn | Self::WrongCredentials => "Bearer realm=\"latchkey\"",
                _ => "Bearer realm=\"latchkey\", error=\"invalid_token\"",
            };
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// A failure of ours is written down once, with everything that led to it. What is refused, because there is too much of
/// it or because something outside does not answer, is no failure: thousands of those an hour must not bury the one.
fn log(error: &Error, status: StatusCode) {
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(code = error.code(), error = %causes(error), "a request failed");
    } else if status.is_server_error() {
        tracing::debug!(code = error.code(), error = %causes(error), "a request was refused");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    /// What was written to the log.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("not poisoned").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Log {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    fn logged(error: Error) -> String {
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
        tracing::subscriber::with_default(subscriber, || drop(error.into_response()));
        let bytes = log.0.lock().expect("not poisoned").clone();
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn a_failure_is_logged_once_with_everything_that_led_to_it() {
        let disk = std::io::Error::new(std::io::ErrorKind::StorageFull, "the disk is full");
        let text = logged(Error::Store(disk.into()));
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains("ERROR") && text.contains("storage_failed"), "{text}");
        assert!(text.contains("the disk is full"), "{text}");
    }

    #[test]
    fn what_is_refused_is_no_failure() {
        let refusals = [
            Error::Busy,
            Error::TooManyAttempts { retry_after_s: 3 },
            Error::NotSignedIn,
            Error::geo_update("There is no database at example.org. Check the address."),
        ];
        for refused in refusals {
            assert_eq!(logged(refused), "");
        }
    }
}
