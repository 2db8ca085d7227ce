//! What came of handing one message to a server of others.

use std::time::Duration;

use http::StatusCode;

use crate::clock::Clock;
use crate::model::{clean_text, quotable};

/// The longest wait that a server of others can ask for.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// What came of handing one message to a server of others. Each cause is a few English words for the log and for whoever set
/// it up: it holds no secret and no address with one, and what the server said in it is cut and quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handed {
    /// The server took it. Whether it reaches somebody is the server's business.
    Done,
    /// Not now: no answer, or one that asks for patience.
    Later {
        /// How long the server wants to be left alone, when it says so; a day at the most.
        after: Option<Duration>,
        /// The cause.
        why: String,
    },
    /// Whoever was to be told there is not there any more: the subscription ended.
    Gone {
        /// The cause.
        why: String,
    },
    /// The server, or the address itself, refuses. The same again is refused again, until somebody changes something.
    Refused {
        /// The cause.
        why: String,
    },
}

impl Handed {
    /// Not now, without a wish of the server's.
    pub(super) fn later(why: impl Into<String>) -> Self {
        Self::Later { after: None, why: why.into() }
    }

    /// Not like this.
    pub(super) fn refused(why: impl Into<String>) -> Self {
        Self::Refused { why: why.into() }
    }

    /// What a status means (RFC 9110 section 15), with the wait and the words that came with it.
    pub(super) fn of(status: StatusCode, after: Option<Duration>, said: &str) -> Self {
        let why = if said.is_empty() { cause(status) } else { format!("{}: \"{said}\"", cause(status)) };
        if status.is_success() {
            Self::Done
        } else if status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429) {
            Self::Later { after, why }
        } else {
            Self::Refused { why }
        }
    }
}

/// A status in words.
pub(super) fn cause(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("the server answers {} {reason}", status.as_u16()),
        None => format!("the server answers {}", status.as_u16()),
    }
}

/// The words of a server as they may be quoted; nothing of them when they repeat one of `secrets` or a part of it.
pub(super) fn quoted(said: &str, secrets: &[&str]) -> String {
    /// So many letters of a secret in a row are no coincidence.
    const PART: usize = 8;
    let plain = clean_text(said, 4096);
    let repeats = |secret: &&str| {
        let letters = secret.as_bytes();
        let mut parts = letters.windows(PART.min(letters.len().max(1)));
        parts.any(|part| plain.as_bytes().windows(part.len()).any(|heard| heard == part))
    };
    if secrets.iter().filter(|secret| !secret.is_empty()).any(repeats) {
        return String::new();
    }
    quotable(&plain)
}

/// How long a `Retry-After` asks to wait (RFC 9110 section 10.2.3): seconds, or a date.
pub(crate) fn wait(retry_after: &str, clock: &dyn Clock) -> Option<Duration> {
    let text = retry_after.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds).min(LONGEST_WAIT));
    }
    let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_millisecond();
    let millis = until.saturating_sub(clock.now().as_millis());
    Some(Duration::from_millis(u64::try_from(millis).unwrap_or_default()).min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::model::Timestamp;

    #[test]
    fn every_status_says_whether_trying_again_helps() {
        let of = |status: u16| match Handed::of(StatusCode::from_u16(status).expect("a status"), None, "") {
            Handed::Done => "done",
            Handed::Later { .. } => "later",
            Handed::Gone { .. } => "gone",
            Handed::Refused { .. } => "refused",
        };
        for (status, expected) in [
            (200, "done"),
            (201, "done"),
            (202, "done"),
            (204, "done"),
            (301, "refused"),
            (307, "refused"),
            (400, "refused"),
            (401, "refused"),
            (403, "refused"),
            (404, "refused"),
            (408, "later"),
            (410, "refused"),
            (413, "refused"),
            (425, "later"),
            (429, "later"),
            (500, "later"),
            (502, "later"),
            (503, "later"),
            (507, "later"),
            (599, "later"),
        ] {
            assert_eq!(of(status), expected, "{status}");
        }
    }

    #[test]
    fn a_wait_is_seconds_or_a_date_and_a_day_at_the_most() {
        // 2026-09-21T14:13:20Z.
        let clock = ManualClock::at(Timestamp::from_millis(1_790_000_000_000));
        for (text, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("999999999", Some(86_400)),
            ("Mon, 21 Sep 2026 14:14:20 GMT", Some(60)),
            ("Mon, 21 Sep 2026 14:12:20 GMT", Some(0)),
            ("Fri, 21 Sep 2035 14:12:20 GMT", Some(86_400)),
            ("soon", None),
            ("-5", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(wait(text, &clock), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn what_a_server_says_is_cut_and_repeats_no_secret() {
        assert_eq!(quoted("limit reached", &["tk_0123456789"]), "limit reached");
        assert_eq!(quoted("no \"such\"\r\nInjected: x\u{202e}", &[]), "no 'such' Injected: x");
        assert_eq!(quoted(&"x".repeat(90), &[]).chars().count(), 40);
        assert_eq!(quoted("Bearer tk_0123456789 is wrong", &["tk_0123456789"]), "");
        assert_eq!(quoted("is it 23456789?", &["", "tk_0123456789"]), "");
        assert_eq!(quoted("pin 1234", &["1234"]), "");
    }
}
