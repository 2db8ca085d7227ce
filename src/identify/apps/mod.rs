//! The app that a user agent names: one of our own table, or one that names itself where an app's name stands.

mod table;

use std::sync::LazyLock;

use super::names::is_name;
use super::parts::version_after;
use super::words::{Words, has_word};
use crate::model::DeviceKind::{self, Computer, Other};

/// An app as the user agent names it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct App {
    pub name: String,
    pub version: Option<String>,
    /// The kind of device, where the app alone tells.
    pub kind: Option<DeviceKind>,
    /// The kind it is mostly on.
    pub likely: Option<DeviceKind>,
    /// The system it is made for, where it is made for one only.
    pub system: Option<&'static str>,
}

/// The words of the table, and the numbers of its rows' words.
static TABLE: LazyLock<(Words, Vec<usize>)> = LazyLock::new(|| {
    let words = Words::new(table::ROWS.iter().map(|row| row.word));
    let numbers = table::ROWS.iter().map(|row| words.number(row.word)).collect();
    (words, numbers)
});

/// Parts of a browser's user agent that are no app's name.
const ENGINES: &[&str] = &[
    "mozilla",
    "applewebkit",
    "chrome",
    "safari",
    "version",
    "electron",
    "gecko",
    "mobile",
    "mobilesafari",
    "cfnetwork",
    "darwin",
    "dalvik",
    "okhttp",
    "exoplayerlib",
    "applecoremedia",
    "lavf",
    "opera",
    "hbbtv",
    "roku",
    "alexamediaplayer",
    "alexaservice",
    "qtwebengine",
    // What plays or fetches for an app, and names itself where the app could stand.
    "androidxmedia3",
    "cronet",
    "dart",
    "gstreamer",
    "gw-device",
    "inettvbrowser",
    "kepler",
    "ktor-client",
    "lavc",
    "libhttp",
    "libmpv",
    "netfront",
    "nsplayer",
    "react-native",
    "souphttpsrc",
    "stagefright",
    "tbrowser",
    "webkit",
    "zeasn",
];

/// The app a user agent names; `lower` is the same text in lower case.
pub(super) fn read(user_agent: &str, lower: &str) -> Option<App> {
    listed(user_agent, lower).or_else(|| program(user_agent, lower)).or_else(|| unlisted(user_agent, lower))
}

fn listed(user_agent: &str, lower: &str) -> Option<App> {
    let (words, numbers) = &*TABLE;
    let found = words.find(lower);
    let (row, at) =
        table::ROWS.iter().zip(numbers).find_map(|(row, number)| found.at(*number).map(|at| (row, at)))?;
    // "Jellyfin-Media-Player/1.9" and "VLC media player - version 3.0": the version is after the next slash.
    let rest = &user_agent[at + row.word.trim_end_matches(['/', ' ']).len()..];
    let version = version_of(rest).map(str::to_owned);
    // An app of its own around a browser's engine, on a computer.
    let around_an_engine = lower.starts_with("mozilla/")
        && ["windows nt", "macintosh", "x11;"].iter().any(|desktop| lower.contains(desktop));
    let kind = row.only.or(around_an_engine.then_some(Computer));
    Some(App { name: row.name.into(), version, kind, likely: row.mostly, system: row.system })
}

fn program(user_agent: &str, lower: &str) -> Option<App> {
    let (word, name) = table::PROGRAMS.iter().find(|(word, _)| lower.starts_with(word))?;
    let version = version_of(&user_agent[word.trim_end_matches('/').len()..]).map(str::to_owned);
    Some(App { name: (*name).into(), version, kind: Some(Other), likely: None, system: None })
}

/// An app that is not in the table but names itself first ("Feishin/0.7") or, made with Electron, between
/// the engine's own words.
fn unlisted(user_agent: &str, lower: &str) -> Option<App> {
    let electron = has_word(lower, "electron/");
    if lower.starts_with("mozilla/") && !electron {
        return None;
    }
    let product = user_agent
        .split(['(', ')', ' '])
        .take(if electron { 40 } else { 1 })
        .filter_map(|word| word.split_once('/'))
        .find(|(name, version)| {
            name.chars().any(char::is_alphabetic)
                && !name.starts_with("AppleTV")
                && is_name(name)
                && version.starts_with(|c: char| c.is_ascii_digit() || c == 'v')
                && !ENGINES.contains(&name.to_ascii_lowercase().as_str())
        })?;
    let name = product.0.replace("%20", " ");
    let version = version_after(product.1.trim_start_matches('v'), "").map(str::to_owned);
    Some(App { name, version, kind: electron.then_some(Computer), likely: None, system: None })
}

/// The version in what follows an app's name, when it is the next thing there.
fn version_of(rest: &str) -> Option<&str> {
    let mark = rest.find(['/', ';', ')', '('])?;
    (rest.as_bytes()[mark] == b'/').then_some(())?;
    version_after(rest[mark + 1..].trim_start_matches('v'), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(user_agent: &str) -> Option<(String, Option<String>)> {
        read(user_agent, &user_agent.to_ascii_lowercase()).map(|app| (app.name, app.version))
    }

    #[test]
    fn an_app_that_names_itself_is_taken_at_its_word() {
        assert_eq!(app("Marmalade/0.7.1"), Some(("Marmalade".into(), Some("0.7.1".into()))));
        assert_eq!(
            app(
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) delfin/2.1 Chrome/120.0.0.0 Electron/28.1.0 Safari/537.36"
            ),
            Some(("delfin".into(), Some("2.1".into())))
        );
        assert_eq!(app("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"), None);
        assert_eq!(app("okhttp/4.12.0"), None);
    }

    #[test]
    fn a_package_a_letter_or_a_build_is_no_apps_name() {
        for user_agent in [
            "com.google.android.apps.searchlite/444785 (Linux; U; Android 10; nl_BE; moto g(7) power)",
            "com.ddeville.llwebkit.linkchecker/1 CFNetwork/760.2.6 Darwin/15.3.0 (x86_64)",
            "A/1.0",
            "Other/2.0",
            "AP2A.240805.005/1",
        ] {
            assert_eq!(app(user_agent), None, "{user_agent}");
        }
    }

    #[test]
    fn a_word_inside_another_is_not_an_app() {
        assert_eq!(app("Mozilla/5.0 (X11) Complex/1.0"), None);
    }

    #[test]
    fn a_program_is_one_only_at_the_start() {
        assert_eq!(app("Java/17.0.2"), Some(("Java program".into(), Some("17.0.2".into()))));
        assert_eq!(app("Mozilla/5.0 (X11) Java/17.0.2"), None);
    }

    #[test]
    fn every_row_can_be_reached() {
        for (at, row) in table::ROWS.iter().enumerate() {
            assert_eq!(row.word, row.word.to_ascii_lowercase());
            let first = table::ROWS.iter().position(|other| has_word(row.word, other.word));
            assert_eq!(first, Some(at), "{} is taken by an earlier row", row.word);
        }
    }
}
