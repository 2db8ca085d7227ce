//! Why an answer was not given, and the home's words for what it did.

use latchkey::error::Error;
use serde::Serialize;

/// Why an answer was not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// The home is not there.
    Away,
    /// It is there, and cannot do anything now.
    Busy,
    /// It says no, in a sentence.
    Refused(String),
}

impl Failed {
    /// What a status means for whoever would try again (RFC 9110 section 15).
    pub fn of(status: u16, message: String) -> Self {
        if status >= 500 || matches!(status, 408 | 425 | 429) { Self::Busy } else { Self::Refused(message) }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        match error {
            // Whoever answers with another certificate is not the home: what was given waits for that.
            Error::HomeUnreachable(_) | Error::UnknownCertificate { .. } | Error::KeyChanged { .. } => {
                Self::Away
            }
            error => Self::of(error.status(), error.to_string()),
        }
    }
}

/// The home's word for what something did.
pub fn word(effect: impl Serialize) -> Option<String> {
    serde_json::to_value(effect).ok()?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use latchkey::model::KeyPin;

    use super::*;

    #[test]
    fn somebody_in_between_cannot_say_no_in_the_homes_name() {
        let host = || "home.example".to_owned();
        for error in [
            Error::HomeUnreachable("gone".into()),
            Error::KeyChanged { host: host() },
            Error::UnknownCertificate { host: host(), pin: KeyPin::of(b"another key") },
        ] {
            assert_eq!(Failed::from(error), Failed::Away);
        }
        assert!(matches!(Failed::from(Error::KidsProfile), Failed::Refused(_)));
    }
}
