//! Spellings: texts that people take for one and computers write in several ways. `é` is one character or two, by the
//! keyboard; the same name is typed in wide letters where those are usual.

use unicode_normalization::UnicodeNormalization;

/// A text in its composed form (Unicode normalization form C).
pub fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// A name as it is compared: wide and narrow letters as ordinary ones, lower case, composed (RFC 8265 section 3.3.2, the
/// profile `UsernameCaseMapped`).
pub fn comparable_name(name: &str) -> String {
    let plain: String = name.chars().flat_map(without_width).collect();
    composed(&plain.to_lowercase())
}

/// A password as it is hashed: every space an ordinary one, composed (RFC 8265 section 4.2.2, the profile `OpaqueString`).
pub fn opaque(password: &str) -> String {
    password.chars().map(|c| if is_space(c) { ' ' } else { c }).nfc().collect()
}

/// The digit that a character stands for, in whatever script it was typed.
pub fn digit(c: char) -> Option<char> {
    let value = c.to_digit(10).or_else(|| {
        let past_zero = |zero: &char| u32::from(c).checked_sub(u32::from(*zero)).filter(|value| *value < 10);
        ZEROS.iter().find_map(past_zero)
    })?;
    char::from_digit(value, 10)
}

/// The zeros of the scripts that keyboards write digits in; the other nine follow each (Unicode, decimal numbers).
const ZEROS: [char; 16] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}',
    '\u{c66}', '\u{ce6}', '\u{d66}', '\u{e50}', '\u{ed0}', '\u{17e0}', '\u{ff10}',
];

/// A full-width or half-width character as the ordinary one (Unicode block FF00–FFEF); any other as it is.
fn without_width(c: char) -> impl Iterator<Item = char> {
    let is_odd = matches!(c, '\u{ff00}'..='\u{ffef}');
    let plain = is_odd.then(|| std::iter::once(c).nfkc());
    plain.into_iter().flatten().chain((!is_odd).then_some(c))
}

/// Whether it is a space and no ordinary one (Unicode category Zs).
const fn is_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_name_is_one_name_on_every_keyboard() {
        let key = comparable_name("José Ångström");
        for spelling in ["jose\u{301} a\u{30a}ngstro\u{308}m", "JOSÉ ÅNGSTRÖM", "JOSE\u{301} \u{212b}NGSTRÖM"]
        {
            assert_eq!(comparable_name(spelling), key, "{spelling:?}");
        }
        assert_eq!(comparable_name("ＡＮＡ"), "ana");
        assert_eq!(comparable_name("ｱﾅ"), comparable_name("アナ"));
        assert_ne!(comparable_name("José"), comparable_name("Jose"));
    }

    #[test]
    fn a_password_keeps_its_case_and_its_width() {
        assert_eq!(opaque("E\u{301}te\u{301}\u{a0}2026\u{3000}!"), "Été 2026 !");
        assert_eq!(opaque("ＡＮＡ Ana"), "ＡＮＡ Ana");
    }

    #[test]
    fn digits_of_other_scripts_are_digits() {
        let typed = |text: &str| text.chars().map(digit).collect::<Option<String>>();
        for pin in ["2468", "２４６８", "٢٤٦٨", "۲۴۶۸", "२४६८", "๒๔๖๘"] {
            assert_eq!(typed(pin).as_deref(), Some("2468"), "{pin}");
        }
        assert_eq!(typed("24²"), None);
        assert_eq!(typed("24a"), None);
    }

    proptest! {
        #[test]
        fn what_was_made_one_stays_so(text in "\\PC{0,40}") {
            prop_assert_eq!(opaque(&opaque(&text)), opaque(&text));
            prop_assert_eq!(composed(&composed(&text)), composed(&text));
        }

        #[test]
        fn both_forms_of_a_text_are_one(text in "\\PC{0,40}") {
            let decomposed: String = text.nfd().collect();
            prop_assert_eq!(opaque(&decomposed), opaque(&text));
            prop_assert_eq!(comparable_name(&decomposed), comparable_name(&composed(&text)));
        }
    }
}
