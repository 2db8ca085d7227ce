//! What a device calls itself, made fit to stand between quotation marks in a sentence of ours.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::clean_text;

/// Longest words of a device in a sentence of ours, in characters.
const MOST_CHARS: usize = 40;

/// Most marks on one letter; languages need two.
const MOST_MARKS: usize = 2;

/// A name from outside as it may be quoted: cut, without marks that would end the quotation or reach out of its line.
/// What it says is the device's word, and must not read as ours.
pub fn quotable(name: &str) -> String {
    let mut marks = 0;
    let is_kept = |c: &char| {
        marks = if is_combining_mark(*c) { marks + 1 } else { 0 };
        marks <= MOST_MARKS
    };
    let plain = |c| if is_double_quote(c) { '\'' } else { c };
    let kept: Vec<char> = clean_text(name, 256).nfc().filter(is_kept).map(plain).collect();
    if kept.len() <= MOST_CHARS {
        return kept.into_iter().collect();
    }
    let cut: String = kept.into_iter().take(MOST_CHARS - 1).collect();
    format!("{}…", cut.trim_end())
}

/// Marks that people read as the beginning or the end of a quotation.
const fn is_double_quote(c: char) -> bool {
    matches!(c,
        '"' | '«' | '»' | '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{2036}' | '\u{275d}' | '\u{275e}' | '\u{2760}'
        | '\u{2e42}' | '\u{300a}'..='\u{300f}' | '\u{301d}'..='\u{301f}' | '\u{ff02}' | '\u{1f676}'..='\u{1f678}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_its_quotation_or_become_a_sentence() {
        assert_eq!(quotable("Living-room TV"), "Living-room TV");
        assert_eq!(
            quotable("your TV, as you started this yourself: press Allow now to go on"),
            "your TV, as you started this yourself:…"
        );
        assert_eq!(quotable("TV” is yours. Press Allow: “it"), "TV' is yours. Press Allow: 'it");
        assert_eq!(quotable("TV\" 『x』 «y» ″"), "TV' 'x' 'y' '");
        assert_eq!(quotable(&"x".repeat(40)).chars().count(), 40);
        assert_eq!(quotable("Leo’s tablet"), "Leo’s tablet");
    }

    #[test]
    fn marks_do_not_pile_up_and_nothing_changes_direction() {
        let piled = format!("TV{}!", "\u{335}".repeat(30));
        assert_eq!(quotable(&piled), "TV\u{335}\u{335}!");
        assert_eq!(quotable("safe\u{202e}gpj\u{2066}x\u{3164}\u{2800}y"), "safegpjxy");
        assert_eq!(quotable("تلفزيون الصالة"), "تلفزيون الصالة");
    }
}
