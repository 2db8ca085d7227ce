//! Links that open the app: `latchkey://alert#ID`, as a notification has it, and `latchkey://pair#home=…&code=…`, which a home's page
//! offers to the phone that opened it. Any page and any app can send the like: a link leads to a screen, and does nothing.

use latchkey::model::AlertId;
use serde::Serialize;
use tauri::Url;

use super::https::private;

/// The longest code that a home shows, with room.
const MOST_CODE_CHARS: usize = 24;

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum Link {
    /// To an alert; to all of them without one.
    Alert {
        /// Which.
        id: Option<AlertId>,
    },
    /// To where a code of a home is brought.
    Pair {
        /// The home's address.
        home: String,
        /// The code.
        code: String,
    },
}

impl Link {
    /// The link, if it is one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let mut link: Url = text.parse().ok().filter(|link: &Url| link.scheme() == "latchkey")?;
        let after = link.fragment().unwrap_or_default().to_owned();
        match link.host_str()? {
            "alert" if after.is_empty() => Some(Self::Alert { id: None }),
            "alert" => Some(Self::Alert { id: Some(after.parse().ok()?) }),
            "pair" => {
                link.set_query(Some(&after));
                let of = |name: &str| {
                    link.query_pairs().find_map(|(other, value)| (other == name).then(|| value.into_owned()))
                };
                let (home, code) = (private(&of("home")?)?, of("code")?);
                let is_code = (1..=MOST_CODE_CHARS).contains(&code.len())
                    && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
                is_code.then(|| Self::Pair { home: home.to_string(), code })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_an_alert_or_to_where_a_code_is_brought() {
        let id = "01921f3a-5c00-7000-8000-0000000000a1";
        assert_eq!(Link::parse("latchkey://alert"), Some(Link::Alert { id: None }));
        assert_eq!(Link::parse(&format!("latchkey://alert#{id}")), Some(Link::Alert { id: id.parse().ok() }));
        let pair = Link::Pair { home: "https://home.example/".into(), code: "WDJB-MJHT".into() };
        assert_eq!(Link::parse("latchkey://pair#home=https%3A%2F%2Fhome.example&code=WDJB-MJHT"), Some(pair));
    }

    #[test]
    fn what_anybody_may_send_leads_nowhere() {
        for link in [
            "",
            "latchkey:",
            "latchkey://",
            "latchkey://alert#../../settings",
            "latchkey://alert#<script>",
            "latchkey://settings",
            "latchkey://pair",
            "latchkey://pair#code=WDJB-MJHT",
            "latchkey://pair#home=https%3A%2F%2Fhome.example",
            "latchkey://pair#home=http%3A%2F%2F192.168.1.5&code=WDJB-MJHT",
            "latchkey://pair#home=javascript%3Aalert(1)&code=WDJB-MJHT",
            "latchkey://pair#home=https%3A%2F%2Fana%3Asecret%40home.example&code=WDJB-MJHT",
            "latchkey://pair#home=https%3A%2F%2Fhome.example&code=../devices",
            "latchkey://pair#home=https%3A%2F%2Fhome.example&code=AAAAAAAAAAAAAAAAAAAAAAAAA",
            "https://home.example/#/alerts/1",
            "intent://pair#Intent;scheme=latchkey;end",
        ] {
            assert_eq!(Link::parse(link), None, "{link}");
        }
    }
}
