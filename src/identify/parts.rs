//! The parts of a user agent (RFC 9110 section 10.1.5): products with versions, and comments in parentheses.

/// What stands in parentheses. One inside another belongs to it: a model may be "moto g(7) power".
pub(super) fn comments(user_agent: &str) -> Vec<&str> {
    let mut comments = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in user_agent.char_indices() {
        match c {
            '(' => {
                if depth == 0 {
                    start = at + 1;
                }
                depth += 1;
            }
            ')' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    comments.push(&user_agent[start..at]);
                }
            }
            _ => {}
        }
    }
    if depth > 0 {
        comments.push(&user_agent[start..]);
    }
    comments
}

/// The digits and dots right after `mark`; with an empty mark, at the start.
pub(super) fn version_after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let at = text.find(mark)? + mark.len();
    let rest = &text[at..];
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let version = rest[..end].trim_end_matches('.');
    version.starts_with(|c: char| c.is_ascii_digit()).then_some(version)
}

/// "17.6.1" → "17".
pub(super) fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

/// "131.0.6778.86" → "131.0".
pub(super) fn major_minor(version: &str) -> String {
    version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_may_hold_another() {
        assert_eq!(
            comments("a/1 (Linux; moto g(7) power) b (KHTML, like Gecko"),
            ["Linux; moto g(7) power", "KHTML, like Gecko"]
        );
        assert_eq!(comments(")a("), [""]);
        assert!(comments("curl/8.5.0").is_empty());
    }
}
