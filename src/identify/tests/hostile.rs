//! Whatever arrives, what is told of it is clean.

use proptest::prelude::*;

use super::*;
use crate::model::clean_text;

#[test]
fn a_name_from_outside_has_a_length_and_no_control_characters() {
    let declared = DeclaredDevice { name: Some("x\u{7}".repeat(500)), ..DeclaredDevice::default() };
    let traits = identifier().identify(&Clues { declared: Some(&declared), ..Clues::default() });
    assert!((60..=MAX_NAME_CHARS).contains(&traits.name.chars().count()), "{}", traits.name);
    assert!(!traits.name.contains('\u{7}'));
    let long = format!("{}/1.0", "n".repeat(100_000));
    let traits = identifier().identify(&Clues { user_agent: Some(&long), ..Clues::default() });
    assert_eq!(traits.app, None, "what lies beyond the cap is not looked at");
}

/// Pieces that make strings reach the deeper parts of the tables.
const PIECES: [&str; 22] = [
    "Mozilla/5.0 (",
    "Android ",
    "; ",
    "Build/",
    ")",
    "Tizen ",
    "Version/",
    "Chrome/",
    "é\u{202e}",
    "/",
    "K",
    "v=\"",
    "CPU OS ",
    "Electron/",
    "HbbTV/1.1.1 (",
    "VIDAA/(",
    ", wired",
    "FBDV/",
    "CFNetwork/",
    "Adr ",
    "SM-S911B",
    "(",
];

proptest! {
    #[test]
    fn any_text_gives_a_clean_name(
        user_agent in ".{0,600}",
        pieces in proptest::collection::vec(0..PIECES.len(), 0..40),
        hint in ".{0,80}",
        name in proptest::option::of(".{0,100}"),
    ) {
        let pieced = pieces.iter().map(|piece| PIECES[*piece]).collect::<String>() + &user_agent;
        let declared = DeclaredDevice { name: name.clone(), model: name.clone(), os: name, ..DeclaredDevice::default() };
        for user_agent in [user_agent.as_str(), pieced.as_str()] {
            let hint = Some(hint.as_str());
            let clues = Clues {
                user_agent: Some(user_agent),
                hints: ClientHints {
                    brands: hint, mobile: hint, platform: hint, platform_version: hint, model: hint, full_version_list: hint, form_factors: hint,
                },
                declared: Some(&declared),
            };
            let traits = identifier().identify(&clues);
            prop_assert!(!traits.name.is_empty());
            prop_assert_eq!(clean_text(&traits.name, MAX_NAME_CHARS), traits.name.as_str());
            for text in [&traits.model, &traits.os, &traits.app, &traits.app_version].into_iter().flatten() {
                prop_assert!(!text.is_empty());
                prop_assert_eq!(&clean_text(text, MAX_TEXT_CHARS), text);
            }
        }
    }
}
