//! Many words looked for at once: where each of them first stands in a text.
//!
//! A word is found where a word can start, so that "tv" is not in "cctv-9"; a short one must end there, too, so that it is not
//! in "tvr". One pass over the text serves all words: each place is compared only with those that begin as it does.

/// As many bytes as the shortest word has. Words are sorted by them.
const SHORTEST: usize = 2;
/// Up to this length a word must also end where it is found.
const SHORT: usize = 3;

/// Words in lower case, each with a number.
pub(super) struct Words(Vec<&'static str>);

/// Where words stand in a text, by their numbers.
pub(super) struct Found(Vec<Option<usize>>);

impl Words {
    pub fn new(words: impl Iterator<Item = &'static str>) -> Self {
        let mut words = words.collect::<Vec<_>>();
        words.sort_unstable();
        words.dedup();
        Self(words)
    }

    /// The number of one of the words.
    pub fn number(&self, word: &str) -> usize {
        self.0.partition_point(|known| *known < word)
    }

    /// Where they stand in a text in lower case.
    pub fn find(&self, text: &str) -> Found {
        let mut found = Found(vec![None; self.0.len()]);
        let bytes = text.as_bytes();
        let mut after_letter = false;
        for (at, byte) in bytes.iter().enumerate() {
            let is_letter = byte.is_ascii_alphanumeric();
            if !(is_letter && after_letter) {
                self.note(&bytes[at..], at, &mut found);
            }
            after_letter = is_letter;
        }
        found
    }

    /// Notes the words that `rest`, which starts at `at`, begins with.
    fn note(&self, rest: &[u8], at: usize, found: &mut Found) {
        let Some(start) = rest.get(..SHORTEST) else { return };
        let first = self.0.partition_point(|word| &word.as_bytes()[..SHORTEST] < start);
        let alike = self.0[first..].iter().take_while(|word| word.as_bytes().starts_with(start));
        for (number, word) in alike.enumerate() {
            let ends = word.len() > SHORT || !rest.get(word.len()).is_some_and(u8::is_ascii_alphanumeric);
            let place = &mut found.0[first + number];
            if ends && place.is_none() && rest.starts_with(word.as_bytes()) {
                *place = Some(at);
            }
        }
    }
}

impl Found {
    /// Where the word of that number first stands.
    pub fn at(&self, number: usize) -> Option<usize> {
        self.0[number]
    }

    pub fn has(&self, number: usize) -> bool {
        self.0[number].is_some()
    }
}

/// Whether `word` stands in `text`, as [`Words`] would find it.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let is_letter = |c: char| c.is_ascii_alphanumeric();
        let starts = !word.starts_with(is_letter) || !text[..at].ends_with(is_letter);
        let ends = word.len() > SHORT || !text[at + word.len()..].starts_with(is_letter);
        starts && ends
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SOME: [&str; 8] = ["tv", "tvos", "_tv_", "(ipad", " ;lge", "linux mips", "android", "tbrowser"];

    #[test]
    fn a_word_is_found_where_words_start() {
        let words = Words::new(["tv", "web0s", "(ipad", "_tv_"].into_iter());
        let has = |text: &str, word: &str| words.find(text).has(words.number(word));
        assert!(has("linux; tv safari", "tv"));
        assert!(!has("cctv9 tvr", "tv"));
        assert!(has("web0s; linux", "web0s"));
        assert!(has("mozilla/5.0(ipad; u", "(ipad"), "a sign of punctuation starts anywhere");
        assert_eq!(words.find("a _tv_ _tv_").at(words.number("_tv_")), Some(2), "the first counts");
    }

    proptest! {
        #[test]
        fn all_at_once_finds_what_each_alone_finds(
            text in ".{0,40}",
            pieces in proptest::collection::vec(0..SOME.len(), 0..8),
            between in proptest::sample::select(vec!["", " ", ";", "x", "é"]),
        ) {
            let words = Words::new(SOME.into_iter());
            let text = pieces.iter().map(|piece| SOME[*piece]).collect::<Vec<_>>().join(between) + &text;
            let found = words.find(&text);
            for word in SOME {
                prop_assert_eq!(found.has(words.number(word)), has_word(&text, word), "{} in {}", word, text);
            }
        }
    }
}
