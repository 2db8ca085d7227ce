//! Our own table of apps: media players, household apps, and programs that are no browser at all.

use super::version_after;
use crate::model::DeviceKind::{self, Computer, Other, Tv};

/// An app as the user agent names it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct App {
    pub name: String,
    pub version: Option<String>,
    /// The kind of device, where the app alone tells.
    pub kind: Option<DeviceKind>,
}

/// Words in lower case, the app's name, and the kind of device when the app runs on one kind only.
/// Tried from the top: the longer words of a family come first.
static ROWS: &[(&str, &str, Option<DeviceKind>)] = &[
    ("latchkey/", "Latchkey", None),
    ("jellyfin android tv", "Jellyfin", Some(Tv)),
    ("jellyfin-androidtv", "Jellyfin", Some(Tv)),
    ("jellyfin media player", "Jellyfin Media Player", Some(Computer)),
    ("jellyfinmediaplayer", "Jellyfin Media Player", Some(Computer)),
    ("jellyfin-media-player", "Jellyfin Media Player", Some(Computer)),
    ("jellyfin desktop", "Jellyfin Desktop", Some(Computer)),
    ("jellyfindesktop", "Jellyfin Desktop", Some(Computer)),
    ("jellyfin-mpv-shim", "Jellyfin MPV Shim", Some(Computer)),
    ("jellyfin", "Jellyfin", None),
    ("swiftfin", "Swiftfin", None),
    ("streamyfin", "Streamyfin", None),
    ("findroid", "Findroid", None),
    ("finamp", "Finamp", None),
    ("symfonium", "Symfonium", None),
    ("plexamp", "Plexamp", None),
    ("plexmediaplayer", "Plex", None),
    ("plex media player", "Plex", None),
    ("plex htpc", "Plex HTPC", Some(Computer)),
    ("plex", "Plex", None),
    ("emby theater", "Emby Theater", Some(Computer)),
    ("embytheater", "Emby Theater", Some(Computer)),
    ("emby", "Emby", None),
    ("infuse", "Infuse", None),
    ("kodi", "Kodi", None),
    ("xbmc", "Kodi", None),
    ("vlc", "VLC", None),
    ("libvlc", "VLC", None),
    ("mpv ", "mpv", Some(Computer)),
    ("stremio", "Stremio", None),
    ("spotify/", "Spotify", None),
    ("netflix/", "Netflix", None),
    ("home assistant/", "Home Assistant", None),
    ("homeassistant/", "Home Assistant", None),
    ("nextcloud-android/", "Nextcloud", None),
    ("nextcloud-ios/", "Nextcloud", None),
    ("mirall/", "Nextcloud", Some(Computer)),
    ("immich", "Immich", None),
    ("audiobookshelf", "Audiobookshelf", None),
    ("davx5/", "DAVx\u{2075}", None),
    ("element/", "Element", None),
    ("elementx/", "Element X", None),
    ("bitwarden_mobile/", "Bitwarden", None),
    ("sonos/", "Sonos", None),
    ("tautulli", "Tautulli", Some(Other)),
    ("curl/", "curl", Some(Other)),
    ("wget/", "Wget", Some(Other)),
    ("python-requests/", "Python", Some(Other)),
    ("python-urllib/", "Python", Some(Other)),
    ("python-httpx/", "Python", Some(Other)),
    ("python/", "Python", Some(Other)),
    ("go-http-client/", "Go program", Some(Other)),
    ("postmanruntime/", "Postman", Some(Other)),
    ("httpie/", "HTTPie", Some(Other)),
    ("java/", "Java program", Some(Other)),
];

/// Parts of a browser's user agent that are no app's name.
const ENGINES: [&str; 30] = [
    "mozilla",
    "applewebkit",
    "chrome",
    "safari",
    "version",
    "electron",
    "gecko",
    "mobile",
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
    "qtwebengine",
    // What plays or fetches for an app, and names itself where the app could stand.
    "androidxmedia3",
    "cronet",
    "gstreamer",
    "ktor-client",
    "lavc",
    "libhttp",
    "libmpv",
    "nsplayer",
    "souphttpsrc",
    "stagefright",
];

/// The app a user agent names; `lower` is the same text in lower case.
pub(super) fn read(user_agent: &str, lower: &str) -> Option<App> {
    for (word, name, kind) in ROWS {
        let Some(at) = starts_a_word(lower, word) else { continue };
        // "Jellyfin-Media-Player/1.9" and "VLC media player - version 3.0": the version is after the next slash.
        let rest = &user_agent[at + word.trim_end_matches(['/', ' ']).len()..];
        let version = version_of(rest).map(str::to_owned);
        // An app of its own around a browser's engine, on a computer.
        let around_an_engine = lower.starts_with("mozilla/")
            && ["windows nt", "macintosh", "x11;"].iter().any(|desktop| lower.contains(desktop));
        let kind = kind.or(around_an_engine.then_some(Computer));
        return Some(App { name: (*name).into(), version, kind });
    }
    unlisted(user_agent, lower)
}

/// An app that is not in the table but names itself first ("Feishin/0.7") or, made with Electron, between
/// the engine's own words.
fn unlisted(user_agent: &str, lower: &str) -> Option<App> {
    let electron = lower.contains("electron/");
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
                && version.starts_with(|c: char| c.is_ascii_digit() || c == 'v')
                && !ENGINES.contains(&name.to_ascii_lowercase().as_str())
        })?;
    let name = product.0.replace("%20", " ");
    let version = version_after(product.1.trim_start_matches('v'), "").map(str::to_owned);
    Some(App { name, version, kind: electron.then_some(Computer) })
}

/// The version in what follows an app's name, when it is the next thing there.
fn version_of(rest: &str) -> Option<&str> {
    let mark = rest.find(['/', ';', ')', '('])?;
    (rest.as_bytes()[mark] == b'/').then_some(())?;
    version_after(rest[mark + 1..].trim_start_matches('v'), "")
}

fn starts_a_word(text: &str, word: &str) -> Option<usize> {
    text.match_indices(word)
        .map(|(at, _)| at)
        .find(|at| !text[..*at].ends_with(|c: char| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(user_agent: &str) -> Option<(String, Option<String>)> {
        read(user_agent, &user_agent.to_ascii_lowercase()).map(|app| (app.name, app.version))
    }

    #[test]
    fn an_app_that_names_itself_is_taken_at_its_word() {
        assert_eq!(app("Feishin/0.7.1"), Some(("Feishin".into(), Some("0.7.1".into()))));
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
    fn a_word_inside_another_is_not_an_app() {
        assert_eq!(app("Mozilla/5.0 (X11) Complex/1.0"), None);
    }
}
