//! Services without an API for it, and those that are too large for one: what can be done at each, and where. All of it is
//! `data/cards.json`, one entry a service, with the day on which somebody last checked it.

use std::sync::LazyLock;

use serde::Deserialize;

/// A service without an API for it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Its name in calls and in the store.
    pub card: String,
    /// Its name for people.
    pub name: String,
    /// The page where its devices are; `None` where there is none, or it is within its app.
    pub url: Option<String>,
    /// Whether that is a page of the household's own server, with [`HOST`] in the place of its name.
    pub own_server: bool,
    /// What can be ended there.
    pub ends: Ends,
    /// What to do there, a step each, in plain English.
    pub steps: Vec<String>,
    /// What to run on the server, where that is a way.
    pub command: Option<String>,
    /// The day on which it was last checked (ISO 8601).
    pub checked: String,
    /// Whether a help page of its maker names the address.
    pub confirmed: bool,
}

/// What can be ended at a service that has a page for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ends {
    /// One device at a time.
    One,
    /// One, or all.
    OneOrAll,
    /// Only all at once.
    All,
    /// Nothing: it can be looked at.
    Nothing,
    /// It is not known.
    Unknown,
}

/// What stands for the name of the household's own server in an address.
pub const HOST: &str = "HOST";

/// Read when it is first asked for. That it can be read is shown by the tests below; if it ever could not, there are no cards, and
/// everything else goes on.
static CARDS: LazyLock<Vec<Card>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/cards.json")).unwrap_or_default());

/// Every card, the household's own servers first, in the order in which they are offered.
pub fn cards() -> &'static [Card] {
    &CARDS
}

/// The card of that name.
pub fn card(key: &str) -> Option<&'static Card> {
    cards().iter().find(|card| card.card == key)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use url::Url;

    use super::*;

    #[test]
    fn the_file_of_cards_can_be_read_whole() {
        let read: Vec<Card> =
            serde_json::from_str(include_str!("../../data/cards.json")).expect("the file can be read");
        assert_eq!(read, cards());
        assert!(read.len() > 30, "only {} cards", read.len());
    }

    #[test]
    fn every_card_has_a_name_of_its_own_and_says_what_to_do() {
        let (mut keys, mut names) = (HashSet::new(), HashSet::new());
        for card in cards() {
            let key = card.card.as_str();
            assert!(keys.insert(key), "{key} is there twice");
            assert!(names.insert(card.name.as_str()), "{} is there twice", card.name);
            let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            assert!(!key.is_empty() && key.bytes().all(is_word), "{key}");
            assert_eq!(super::card(key), Some(card));
            assert!(!card.name.trim().is_empty() && !card.steps.is_empty(), "{key}");
            for step in &card.steps {
                assert!(step.ends_with('.') && step.trim() == step, "{key}: {step:?} is no sentence");
            }
            assert!(card.command.as_ref().is_none_or(|command| !command.trim().is_empty()), "{key}");
        }
        assert_eq!(card("of_a_later_version"), None);
    }

    #[test]
    fn every_page_is_reached_safely_and_its_address_is_nobodys() {
        for card in cards() {
            let Some(address) = card.url.as_deref() else {
                assert!(!card.own_server && !card.confirmed, "{}: there is no address to confirm", card.card);
                continue;
            };
            let url = Url::parse(address).expect("an address");
            // Telegram's is of its app, and of nobody's server.
            assert!(matches!(url.scheme(), "https" | "tg"), "{address}");
            assert_eq!((url.username(), url.password()), ("", None), "{address} says who somebody is");
            assert_eq!(url.query(), None, "{address} may hold a session");
            assert_eq!(url.port(), None, "{address}");
            let longest = address.split(['/', '#']).skip(3).map(str::len).max().unwrap_or(0);
            assert!(longest < 32, "{address} may hold a session");
            assert_eq!(
                address.starts_with(&format!("https://{HOST}/")),
                card.own_server,
                "{address}: is it the household's own server?"
            );
            assert!(card.own_server || !address.contains(HOST), "{address}");
        }
    }

    #[test]
    fn every_card_says_on_which_day_it_was_checked() {
        for card in cards() {
            let day: jiff::civil::Date = card.checked.parse().expect("a day");
            assert_eq!(day.to_string(), card.checked, "{}", card.card);
            assert!(day.year() >= 2026, "{}", card.card);
        }
    }
}
