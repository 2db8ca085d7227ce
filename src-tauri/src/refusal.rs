//! How a command that failed is told to the window: the same code and sentence as over HTTP.

use latchkey::error::{Error, ErrorBody, causes};
use serde::Serialize;

/// What a command answers.
pub type Answer<T> = Result<T, Refusal>;

/// A failed command, as the window hears of it.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Refusal(ErrorBody);

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        if error.status() >= 500 {
            tracing::error!(code = error.code(), error = %causes(&error), "a command failed");
        }
        Self(error.to_wire())
    }
}
