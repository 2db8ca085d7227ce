//! Texts from outside, made fit for a cell of a spreadsheet.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// A text that a spreadsheet will not take for a formula: a device may call itself `=HYPERLINK(…)` (OWASP,
/// "CSV Injection"). Where the decimal comma is used, a spreadsheet splits cells at `;`, so that a formula may
/// also begin there. A plain number stays as it is: a sign does not make it a formula.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if is_number(text) || !has_formula(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 1);
    let mut begins_cell = true;
    for letter in text.chars() {
        if begins_cell && begins_formula(letter) {
            out.push('\'');
        }
        out.push(letter);
        begins_cell = leaves_at_beginning(letter, begins_cell);
    }
    Cow::Owned(out)
}

fn has_formula(text: &str) -> bool {
    let mut begins_cell = true;
    text.chars().any(|letter| {
        let found = begins_cell && begins_formula(letter);
        begins_cell = leaves_at_beginning(letter, begins_cell);
        found
    })
}

/// A sign that begins a formula, or a letter that spreadsheets take for one: full-width, small, raised and lowered forms
/// are the same to them (`＝`, `﹣`, `⁺`), and so is the minus of mathematics.
fn begins_formula(letter: char) -> bool {
    let is_sign = |letter| matches!(letter, '=' | '+' | '-' | '@' | '\u{2212}');
    match letter {
        '\t' | '\r' | '\n' => true,
        letter if letter.is_ascii() => is_sign(letter),
        letter => std::iter::once(letter).nfkc().next().is_some_and(is_sign),
    }
}

/// Whether what comes after a letter stands at the beginning of a cell: spaces, quotation marks and what draws nothing
/// leave it there.
fn leaves_at_beginning(letter: char, begins_cell: bool) -> bool {
    let is_passed_over = |letter: char| {
        let draws_nothing = matches!(letter,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        letter == '"' || letter.is_whitespace() || letter.is_control() || draws_nothing
    };
    matches!(letter, ';' | '|' | '\t' | '\r' | '\n') || (begins_cell && is_passed_over(letter))
}

/// "-4324475583306591935", "12.5".
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_cannot_put_a_formula_into_a_spreadsheet() {
        assert_eq!(harmless("=1+1"), "'=1+1");
        assert_eq!(harmless("x;=1+1"), "x;'=1+1");
        assert_eq!(harmless("x; \"@SUM(1)"), "x; \"'@SUM(1)");
        assert_eq!(harmless("-1+1"), "'-1+1");
        assert_eq!(harmless("a-b = c"), "a-b = c");
        assert_eq!(harmless("Living-room TV"), "Living-room TV");
        assert_eq!(harmless(""), "");
    }

    #[test]
    fn what_is_like_a_sign_begins_no_formula_either() {
        for sign in [
            "＝", "＋", "－", "＠", "\u{2212}", "﹦", "﹢", "﹣", "﹫", "⁺", "₊", "⁻", "₋", "⁼", "₌", "\n",
            "\t", "\r",
        ] {
            let formula = format!("{sign}cmd|' /C calc'!A0");
            assert_eq!(harmless(&formula), format!("'{formula}"));
        }
        for before in [" ", "\u{a0}", "\u{3000}", "\u{feff}", "\u{200b}", "\u{202e}", "\0", "\" ", "x;", "x|"]
        {
            for sign in ["=", "＝", "\u{2212}"] {
                assert_eq!(harmless(&format!("{before}{sign}1")), format!("{before}'{sign}1"), "{before:?}");
            }
        }
        assert_eq!(harmless("x\n=1+1"), "x\n'=1+1");
        assert_eq!(harmless("Ana’s − and ＝"), "Ana’s − and ＝");
        assert_eq!(harmless("日本語"), "日本語");
    }

    #[test]
    fn a_number_stays_a_number() {
        for number in ["-4324475583306591935", "+12.5", "0"] {
            assert_eq!(harmless(number), number);
        }
        assert_eq!(harmless("-"), "'-");
        assert_eq!(harmless("-1;=2"), "'-1;'=2");
    }
}
