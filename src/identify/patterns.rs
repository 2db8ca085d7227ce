//! Browsers and systems by the patterns of uap-core, for what neither our own table nor a hint tells.
//!
//! The patterns are compiled at the first user agent and kept: 8 ms and about 2.5 MB (see `patterns/README.md`).

use serde::Deserialize;
use ua_parser::{os, user_agent};

use super::guess::Guess;
use super::parts::{major, version_after};

const SELECTION: &str = include_str!("patterns/uap-core.json");

#[derive(Deserialize)]
struct Selection {
    user_agent_parsers: Vec<user_agent::Parser<'static>>,
    os_parsers: Vec<os::Parser<'static>>,
}

/// The compiled patterns.
pub(super) struct Patterns {
    browsers: user_agent::Extractor<'static>,
    systems: os::Extractor<'static>,
}

impl Patterns {
    /// Compiles the embedded selection. Fails only when the selection itself is wrong, which a test rules out.
    pub(super) fn compile() -> Result<Self, Box<dyn std::error::Error>> {
        let selection = serde_json::from_str::<Selection>(SELECTION)?;
        Ok(Self {
            browsers: user_agent::Builder::new()
                .push_all(selection.user_agent_parsers)?
                .build()
                .map_err(ua_parser::Error::from)?,
            systems: os::Builder::new()
                .push_all(selection.os_parsers)
                .map_err(ua_parser::Error::from)?
                .build()
                .map_err(ua_parser::Error::from)?,
        })
    }

    /// The browser and the system a user agent names.
    pub(super) fn read(&self, user_agent: &str) -> Guess {
        let mut guess = Guess::default();
        if let Some(found) = self.systems.extract(user_agent) {
            let (system, os) = shown_system(&found.os, found.major.as_deref(), user_agent);
            guess.system = Some(system);
            guess.os = os;
        }
        if let Some(found) = self.browsers.extract(user_agent) {
            guess.app = shown_browser(&found.family, guess.system.as_deref());
            guess.app_version = found.major.filter(|_| guess.app.is_some()).map(|major| match found.minor {
                Some(minor) => format!("{major}.{minor}"),
                None => major.to_owned(),
            });
        }
        guess
    }
}

/// The name people know a browser by; `None` for a web page inside an app that does not say which it is.
fn shown_browser(family: &str, system: Option<&str>) -> Option<String> {
    let name = match family {
        "Chrome Mobile" | "Chrome Mobile iOS" => "Chrome",
        "Chrome Mobile WebView" | "Mobile Safari UI/WKWebView" => return None,
        "HeadlessChrome" => "Headless Chrome",
        "Firefox Mobile" | "Firefox iOS" | "Firefox Alpha" | "Firefox Beta" => "Firefox",
        "Edge Mobile" => "Edge",
        "Opera Mobile" => "Opera",
        "Amazon Silk" => "Silk",
        "DuckDuckGo Mobile" => "DuckDuckGo",
        "QQ Browser Mobile" => "QQ Browser",
        "MiuiBrowser" => "Mi Browser",
        "IE" => "Internet Explorer",
        // Safari exists on Apple's systems only; elsewhere it is another program around the same engine.
        "Safari" | "Mobile Safari" if matches!(system, Some("macOS" | "iOS" | "iPadOS" | "Windows")) => {
            "Safari"
        }
        "Safari" | "Mobile Safari" => "Web browser",
        other => other,
    };
    Some(name.to_owned())
}

/// The system's name, and its name with the major version as far as the user agent still tells the truth:
/// browsers froze macOS at 10.15, Windows at 10, Android at "10; K" and iOS at 18.
fn shown_system(family: &str, told: Option<&str>, user_agent: &str) -> (String, Option<String>) {
    let (system, version) = match family {
        "Mac OS X" => ("macOS", None),
        "Windows" if told == Some("10") => return ("Windows".into(), Some("Windows 10 or 11".into())),
        "Android"
            if ["Android 10; K)", "Android 10; K;"].iter().any(|frozen| user_agent.contains(frozen)) =>
        {
            ("Android", None)
        }
        // Not the pattern's version: "Jellyfin Android/2.6" is version 2.6 of an app.
        "Android" => ("Android", version_after(user_agent, "Android ").map(major)),
        // Nor here: "Nextcloud-iOS/5.4.1" is version 5 of an app.
        "iOS" if user_agent.contains("-iOS/") => ("iOS", None),
        "iOS" if user_agent.contains("iPad") => ("iPadOS", apple_version(told, user_agent)),
        "iOS" => ("iOS", apple_version(told, user_agent)),
        "Chrome OS" => ("ChromeOS", None),
        "WatchOS" => ("watchOS", told),
        "Web0S" => ("webOS", None),
        // The version is the kernel's.
        "Linux" => ("Linux", None),
        other => (other, told),
    };
    let os = version.map_or_else(|| system.to_owned(), |version| format!("{system} {version}"));
    (system.to_owned(), Some(os))
}

/// From 26 on, Safari's own version is the system's, and the one in the system's place stands still.
fn apple_version<'a>(told: Option<&'a str>, user_agent: &'a str) -> Option<&'a str> {
    let safari = user_agent.split_once("Version/").map(|(_, rest)| rest.split('.').next().unwrap_or(rest));
    match safari.and_then(|version| version.parse::<u32>().ok()) {
        Some(26..) => safari,
        _ => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_selection_compiles() {
        Patterns::compile().map(|_| ()).expect("compiles");
    }
}
