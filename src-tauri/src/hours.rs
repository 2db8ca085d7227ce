//! By what clock a person reads the time: "8:14 PM" or "20:14". The notifications have the one that the window has, which takes it
//! from the languages of the desktop (`ui/src/i18n/format.ts`).

/// English as it is written where a day has twenty-four hours, by region (Unicode CLDR 46, `timeFormats` of `en-*`).
const TWENTY_FOUR: [&str; 38] = [
    "150", "AT", "BE", "BI", "BW", "BZ", "CG", "CH", "CM", "DE", "DK", "FI", "FK", "GB", "GG", "GI", "IE",
    "IL", "IM", "IO", "JE", "KE", "MG", "MT", "MU", "NG", "NL", "NR", "RW", "SC", "SE", "SH", "SI", "SX",
    "TZ", "UG", "ZA", "ZW",
];

/// The variables that say what languages somebody reads, the weightiest first (`gettext`, "Setting the GETTEXT locale").
const LANGUAGES: [&str; 4] = ["LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"];

/// Whether the clock of this desktop has twelve hours.
pub fn are_twelve() -> bool {
    let said = LANGUAGES.map(|name| std::env::var(name).unwrap_or_default());
    are_twelve_in(said.iter().flat_map(|said| said.split(':')))
}

/// The words are English, so that the first language which is English decides; and where none is, English without a region, which is
/// that of the United States.
fn are_twelve_in<'a>(mut languages: impl Iterator<Item = &'a str>) -> bool {
    let region = languages.find_map(|language| {
        let name = language.split(['.', '@']).next().unwrap_or_default();
        let mut parts = name.split(['_', '-']);
        (parts.next() == Some("en")).then(|| parts.next().unwrap_or_default().to_ascii_uppercase())
    });
    region.is_none_or(|region| !TWENTY_FOUR.contains(&region.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_english_that_somebody_reads_says_how_many_hours_their_clock_has() {
        for (languages, are_twelve) in [
            (&["en_US.UTF-8"][..], true),
            (&["en_GB.UTF-8"], false),
            (&["", "en-IE"], false),
            (&["pt_PT.UTF-8", "en_GB", "en_US"], false),
            (&["en_za@euro"], false),
            (&["en"], true),
            (&["pt_PT.UTF-8"], true),
            (&["C"], true),
            (&["english_GB"], true),
            (&[], true),
        ] {
            assert_eq!(are_twelve_in(languages.iter().copied()), are_twelve, "{languages:?}");
        }
    }
}
