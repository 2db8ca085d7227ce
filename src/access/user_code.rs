//! Codes that people read and type: how one is drawn, shown and compared.

use crate::random::Random;

/// Letters of a code: no vowels, so that no words come out, and none that look alike (RFC 8628 section 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// A new code for people to type: `XXXX-XXXX`, 34 bits of chance.
pub(super) fn new_user_code(random: &dyn Random) -> String {
    let mut code = String::with_capacity(9);
    while code.len() < 8 {
        let mut byte = [0];
        random.fill(&mut byte);
        // 240 is the largest multiple of 20 in a byte; what is above would favour the first letters.
        if byte[0] < 240 {
            code.push(char::from(LETTERS[usize::from(byte[0]) % LETTERS.len()]));
        }
    }
    shown(&code)
}

/// A code as it is compared: letters only, upper case (RFC 8628 section 6.1).
pub(super) fn normal(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).take(16).collect::<String>().to_ascii_uppercase()
}

/// A code as people are shown it.
pub(super) fn shown(normal: &str) -> String {
    match normal.split_at_checked(4) {
        Some((first, rest)) if !rest.is_empty() => format!("{first}-{rest}"),
        _ => normal.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn a_code_is_eight_letters_that_cannot_be_mistaken() {
        let random = SeededRandom::new(7);
        for _ in 0..200 {
            let code = new_user_code(&random);
            assert_eq!(code.len(), 9);
            assert_eq!(code.as_bytes()[4], b'-');
            assert!(code.bytes().all(|byte| byte == b'-' || LETTERS.contains(&byte)), "{code}");
        }
    }

    #[test]
    fn case_spaces_and_dashes_do_not_matter() {
        assert_eq!(normal(" wdjb-mjht "), normal("WDJB MJHT"));
        assert_eq!(shown("WDJBMJHT"), "WDJB-MJHT");
    }
}
