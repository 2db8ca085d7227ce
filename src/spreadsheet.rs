//! Texts from outside, made fit for a cell of a spreadsheet.

use std::borrow::Cow;

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
        // What is not ASCII neither begins a formula nor ends a cell.
        let byte = u8::try_from(letter).unwrap_or(b'x');
        if begins_cell && begins_formula(byte) {
            out.push('\'');
        }
        out.push(letter);
        begins_cell = leaves_at_beginning(byte, begins_cell);
    }
    Cow::Owned(out)
}

fn has_formula(text: &str) -> bool {
    let mut begins_cell = true;
    text.bytes().any(|byte| {
        let found = begins_cell && begins_formula(byte);
        begins_cell = leaves_at_beginning(byte, begins_cell);
        found
    })
}

const fn begins_formula(byte: u8) -> bool {
    matches!(byte, b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r')
}

/// Whether what comes after a letter stands at the beginning of a cell.
const fn leaves_at_beginning(byte: u8, begins_cell: bool) -> bool {
    matches!(byte, b';' | b'|' | b'\t') || (begins_cell && matches!(byte, b' ' | b'"'))
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
    fn a_number_stays_a_number() {
        for number in ["-4324475583306591935", "+12.5", "0"] {
            assert_eq!(harmless(number), number);
        }
        assert_eq!(harmless("-"), "'-");
        assert_eq!(harmless("-1;=2"), "'-1;'=2");
    }
}
