//! What a row says it was done with: its own columns, or its user agent.

use super::bounded::Bounded;
use super::columns::{Column, Columns};
use super::rows::Row;
use crate::familiarity::Client;
use crate::familiarity::client::Program;
use crate::identify::{Clues, Identifier};
use crate::model::{DeviceKind, clean_text};

/// Characters of a name that are kept.
const MAX_CHARS: usize = 64;

/// Tells the clients of rows.
pub(super) struct Clients {
    identifier: Identifier,
    told: Bounded<Client>,
    identified: Bounded<Client>,
}

impl Clients {
    pub(super) fn new() -> Self {
        Self { identifier: Identifier::new(), told: Bounded::new(), identified: Bounded::new() }
    }

    /// The client of a row: what the columns say, if they say anything; otherwise what the user agent says.
    pub(super) fn of(&mut self, columns: &Columns, row: &Row<'_>) -> Client {
        let cell = |column| columns.cell(row, column);
        let [browser, system, kind] = [Column::Browser, Column::System, Column::DeviceType].map(cell);
        if !(browser.is_empty() && system.is_empty()) {
            return self.told.answer(&[browser, system, kind], || told(browser, system, kind));
        }
        let user_agent = cell(Column::UserAgent);
        if user_agent.is_empty() {
            return Client { kind: kind_of(kind), ..Client::default() };
        }
        let identifier = &self.identifier;
        self.identified.answer(&[user_agent], || {
            let user_agent = String::from_utf8_lossy(user_agent);
            let clues = Clues { user_agent: Some(&user_agent), ..Clues::default() };
            Client::from(&identifier.identify(&clues))
        })
    }
}

fn told(browser: &[u8], system: &[u8], kind: &[u8]) -> Client {
    let program = |cell: &[u8]| Program::parse(&clean_text(&String::from_utf8_lossy(cell), MAX_CHARS), None);
    Client { kind: kind_of(kind), os: program(system), app: program(browser), model: String::new() }
}

/// The public data set's words for sorts of device. A "bot" is none of a household's.
fn kind_of(cell: &[u8]) -> DeviceKind {
    let words = [
        ("mobile", DeviceKind::Phone),
        ("desktop", DeviceKind::Browser),
        ("tablet", DeviceKind::Tablet),
        ("tv", DeviceKind::Tv),
    ];
    let found = words.into_iter().find(|(word, _)| cell.eq_ignore_ascii_case(word.as_bytes()));
    found.map(|(_, kind)| kind).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::familiarity::client::{Likeness, likeness};

    #[test]
    fn a_browser_whose_user_agent_was_frozen_is_the_same_updated() {
        let identifier = Identifier::new();
        let client = |user_agent| {
            Client::from(&identifier.identify(&Clues { user_agent: Some(user_agent), ..Clues::default() }))
        };
        for (before, after) in [
            // Chrome says "Android 10; K" on every phone since 110.
            (
                "Mozilla/5.0 (Linux; Android 13; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.5414.117 Mobile Safari/537.36",
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 12_6_1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.83 Safari/537.36",
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            ),
            // Safari says "iOS 18_6" since 26.
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.7 Mobile/15E148 Safari/604.1",
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
            ),
        ] {
            assert_eq!(likeness(&client(before), &client(after)), Likeness::Updated, "{after}");
        }
    }

    #[test]
    fn names_and_versions_of_the_columns_are_read_apart() {
        let client = told(b"Firefox 20.0.0.1618", b"Mac OS X 10.14.6", b"desktop");
        assert_eq!((client.app.name.as_str(), client.app.version), ("Firefox", vec![20, 0, 0]));
        assert_eq!((client.os.name.as_str(), client.os.version), ("Mac OS X", vec![10, 14, 6]));
        assert_eq!(client.kind, DeviceKind::Browser);
        assert_eq!(told(b"Chrome Mobile WebView", b"", b"Mobile").kind, DeviceKind::Phone);
        assert_eq!(told(b"Googlebot 2.1", b"", b"bot").kind, DeviceKind::Other);
    }
}
