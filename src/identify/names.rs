//! What can be a name for people, and what only stands where one could.

use crate::model::is_android_build;

/// Words that stand where a name could and tell nothing.
const NOTHING: [&str; 14] = [
    "other",
    "unknown",
    "unknown device",
    "generic",
    "generic device",
    "device",
    "null",
    "none",
    "undefined",
    "nil",
    "n/a",
    "not set",
    "-",
    "?",
];

/// What packages of apps start with: a domain, turned round.
const DOMAINS: [&str; 14] =
    ["com", "org", "net", "io", "de", "dev", "app", "me", "eu", "tv", "im", "fr", "ch", "at"];

/// Whether a text can be a name: no single letter, no "Other", no build of Android, no app's package.
pub(super) fn is_name(text: &str) -> bool {
    let text = text.trim();
    let lower = text.get(..32).unwrap_or(text).to_ascii_lowercase();
    let is_none = text.is_ascii() && text.len() < 2
        || NOTHING.contains(&lower.as_str())
        || is_android_build(text)
        || is_package(&lower)
        || text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    !is_none
}

/// "com.google.android.youtube": no name, and no host in a home's network either.
fn is_package(text: &str) -> bool {
    let mut parts = text.split('.');
    parts.next().is_some_and(|domain| DOMAINS.contains(&domain))
        && text.split('.').count() >= 3
        && !text.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_nothing_is_no_name() {
        for nothing in [
            "A",
            "Other",
            " unknown ",
            "null",
            "?",
            "",
            "AP2A.240805.005",
            "com.google.android.youtube",
            "42",
        ] {
            assert!(!is_name(nothing), "{nothing}");
        }
        for name in ["家", "TV", "Mum's phone", "living-room.home.arpa", "Pixel 8", "org", "com.pass"] {
            assert!(is_name(name), "{name}");
        }
    }
}
