//! The answer to a call that changes what a session may do: with the session's newer token.

use serde::{Deserialize, Serialize};

/// An answer with the session's newer tokens, when the call changed what the session may do or what proves who uses it. The
/// ones before are refused from then on.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Fresh<T> {
    /// The answer itself.
    #[serde(flatten)]
    pub answer: T,
    /// Send it from now on. Absent when the session's token stays, and for a browser, whose cookie is replaced.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token: Option<String>,
    /// Refresh with it from now on. Absent where `token` does not run out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub refresh_token: Option<String>,
}

impl<T> Fresh<T> {
    /// An answer to a call that changed nothing of the kind.
    pub const fn unchanged(answer: T) -> Self {
        Self { answer, token: None, refresh_token: None }
    }

    /// The same tokens with another answer.
    pub fn with<U>(self, answer: U) -> Fresh<U> {
        Fresh { answer, token: self.token, refresh_token: self.refresh_token }
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Fresh<T> {
    /// Without the tokens.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Fresh").field(&self.answer).finish()
    }
}
