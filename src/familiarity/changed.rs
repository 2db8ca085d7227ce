//! Whether a session that goes on turned up as another device. Not by an update, not as the second program of its app, not
//! by asking for the desktop's site, and not for want of words, unless a browser has none.

use super::client::{Client, Likeness, are_two_models, likeness_in_words};
use crate::model::DeviceKind;

/// Programs that play what another app found, and name themselves instead of it.
const PLAYERS: [&str; 2] = ["mpv", "VLC"];

/// Browsers, which nothing but a person starts.
const BROWSERS: [&str; 11] = [
    "Chrome",
    "Chrome Mobile",
    "Chromium",
    "Safari",
    "Mobile Safari",
    "Edge",
    "Firefox",
    "Firefox Mobile",
    "Opera",
    "Brave",
    "Samsung Internet",
];

/// Whether `now` is another device than `known`. What only a handheld may do counts when the session began on one.
pub fn has_changed(known: &Client, now: &Client, began_on_handheld: bool) -> bool {
    if now.is_unnamed() {
        // A browser always says what it is. Of apps some requests say nothing, or what nobody has heard of, and so do the
        // players of appliances that have a browser.
        return is_browser(known) && !is_appliance(known.kind);
    }
    !known.is_unnamed()
        && known != now
        && likeness_in_words(known, now) < Likeness::Updated
        && !are_programs_of_one(known, now)
        && !(began_on_handheld && (asks_for_desktop_site(known, now) || asks_for_desktop_site(now, known)))
}

/// Whether a device is one that is held in the hand.
pub const fn is_handheld(kind: DeviceKind) -> bool {
    matches!(kind, DeviceKind::Phone | DeviceKind::Tablet)
}

/// Whether one device may say both, the one by an app and the other by what plays or fetches for it: Swiftfin and
/// `AppleCoreMedia`, Jellyfin and Dalvik, a television's app and its engine. What serves an app says which device it is on
/// at most, and nothing that contradicts the app.
fn are_programs_of_one(known: &Client, now: &Client) -> bool {
    let is_one = go_together(known, now) && !are_two_models(&known.model, &now.model);
    // A program that only serves others; or the app, of what only served it so far.
    is_one && ((serves(now) && may_be_served(known, now)) || (serves(known) && is_served_by(now, known)))
}

/// Whether it says nothing of an app of its own.
fn serves(client: &Client) -> bool {
    client.app.is_empty() || PLAYERS.contains(&client.app.name.as_str())
}

/// Whether a known client may have had that program come: a browser on a computer plays by itself, but for what a Mac does.
fn may_be_served(known: &Client, by: &Client) -> bool {
    match known.kind {
        DeviceKind::Browser => {
            by.kind == DeviceKind::Computer && by.app.is_empty() && known.os.family() == "macOS"
        }
        // Programs to try things with: they start no player.
        DeviceKind::Other => !known.app.is_empty() && !is_tool(known),
        _ => true,
    }
}

/// Whether an app may be the one that a known program served: on the same system or model, and no browser, which anybody has.
/// On an appliance the engine's name says nothing.
fn is_served_by(app: &Client, known: &Client) -> bool {
    let is_named =
        (!known.os.is_empty() && !app.os.is_empty()) || (!known.model.is_empty() && !app.model.is_empty());
    is_appliance(app.kind) && is_appliance(known.kind) || is_named && !is_browser(app)
}

fn is_browser(client: &Client) -> bool {
    client.kind == DeviceKind::Browser || BROWSERS.contains(&client.app.name.as_str())
}

/// Whether kinds and systems may be those of one device.
fn go_together(known: &Client, now: &Client) -> bool {
    use DeviceKind::{Browser, Computer, Other, Phone, StreamingBox, Tablet, Tv};
    let (known_os, now_os) = (known.os.family(), now.os.family());
    let systems = known_os == now_os
        || known_os.is_empty()
        || now_os.is_empty()
        || (is_android(known_os) && is_android(now_os));
    let kinds = known.kind == now.kind
        || match (known.kind, now.kind) {
            (Other, _)
            | (_, Other)
            | (Tv, StreamingBox)
            | (StreamingBox, Tv)
            | (Computer, Browser)
            | (Browser, Computer) => true,
            // A box of a make that nobody lists passes for a phone, where only its Android speaks; and so does an app that says
            // nothing of what it runs on: Swiftfin may be on an Apple TV.
            (Tv | StreamingBox, Phone | Tablet) => {
                (is_android(known_os) && is_android(now_os) && serves(now))
                    || (now.kind == Phone && names_no_device(now))
            }
            (Phone | Tablet, Tv | StreamingBox) => {
                (is_android(known_os) && is_android(now_os) && serves(known))
                    || (known.kind == Phone && names_no_device(known))
            }
            (Phone, Tablet | Computer) => names_no_device(known),
            (Tablet | Computer, Phone) => names_no_device(now),
            _ => false,
        };
    systems && kinds
}

/// Whether it is an app that says nothing of what it runs on: its kind is a guess then.
fn names_no_device(client: &Client) -> bool {
    !client.app.is_empty() && client.os.is_empty() && client.model.is_empty()
}

fn is_android(system: &str) -> bool {
    matches!(system, "Android" | "Android TV" | "Fire OS")
}

const fn is_appliance(kind: DeviceKind) -> bool {
    matches!(kind, DeviceKind::Tv | DeviceKind::StreamingBox | DeviceKind::Console | DeviceKind::Speaker)
}

/// Programs that people write and try things with.
fn is_tool(client: &Client) -> bool {
    matches!(
        client.app.name.as_str(),
        "curl" | "Wget" | "Python" | "Go program" | "Postman" | "HTTPie" | "Java program" | "Tautulli"
    )
}

/// Whether `desktop` is what the browser of a phone or tablet says when its user asks for the desktop's site: the same
/// browser in the same version, on the computer that such browsers say they are.
fn asks_for_desktop_site(handheld: &Client, desktop: &Client) -> bool {
    let family = |client: &Client| {
        let name = client.app.name.trim_start_matches("Mobile ").trim_end_matches(" Mobile").to_owned();
        (name, client.app.version.first().copied())
    };
    is_handheld(handheld.kind)
        && desktop.kind == DeviceKind::Browser
        && !handheld.app.is_empty()
        && family(handheld) == family(desktop)
        && poses_as(&handheld.os.name, &desktop.os.name)
}

/// Whether a handheld's system calls itself that one for a desktop's site. Chromium and Firefox on Android say
/// `X11; Linux x86_64`, every browser on iOS `Macintosh`; of other systems nothing is known.
fn poses_as(handheld: &str, desktop: &str) -> bool {
    match handheld {
        "Android" => desktop == "Linux",
        "iOS" | "iPadOS" => matches!(desktop, "Mac OS X" | "macOS"),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::client::Program;
    use super::*;

    fn client(kind: DeviceKind, os: &str, app: &str, version: &str, model: &str) -> Client {
        Client {
            kind,
            os: Program::parse(os, None),
            app: Program::parse(app, Some(version)),
            model: model.into(),
        }
    }

    fn chrome(os: &str, version: &str) -> Client {
        client(DeviceKind::Browser, os, "Chrome", version, "")
    }

    #[test]
    fn an_update_is_no_other_device_and_an_older_version_is() {
        assert!(!has_changed(&chrome("Windows", "131.0"), &chrome("Windows", "144.0"), false));
        assert!(has_changed(&chrome("Windows", "131.0"), &chrome("Windows", "128.0"), false));
        assert!(!has_changed(&chrome("Windows 10 or 11", "131.0"), &chrome("Windows 11", "131.0"), false));
    }

    #[test]
    fn a_browser_that_says_nothing_is_no_browser_and_an_app_may_say_nothing() {
        let silent = Client::default();
        for browser in [
            chrome("Windows", "131.0"),
            client(DeviceKind::Phone, "Android", "Chrome Mobile", "131.0", "Pixel 8"),
            client(DeviceKind::Tablet, "iPadOS", "Mobile Safari", "17.0", "iPad"),
        ] {
            assert!(has_changed(&browser, &silent, is_handheld(browser.kind)), "{browser:?}");
        }
        let app = client(DeviceKind::Phone, "Android", "Jellyfin", "2.6", "Pixel 8");
        assert!(!has_changed(&app, &silent, true));
        let console = client(DeviceKind::Console, "Windows", "Edge", "131.0", "Xbox Series X");
        assert!(!has_changed(&console, &silent, false));
        assert!(!has_changed(&silent, &silent, false));
    }

    #[test]
    fn two_equal_clients_that_say_only_their_kind_are_the_same() {
        for kind in DeviceKind::ALL {
            let bare = Client { kind, ..Client::default() };
            assert!(!has_changed(&bare, &bare, false), "{kind:?}");
        }
        let bare = Client { kind: DeviceKind::Console, ..Client::default() };
        let says_more = Client { model: "PlayStation 5".into(), ..bare.clone() };
        assert!(!has_changed(&bare, &says_more, false) && !has_changed(&says_more, &bare, false));
        let another = Client { model: "Nintendo Switch".into(), ..bare };
        assert!(has_changed(&says_more, &another, false));
    }

    #[test]
    fn only_a_session_that_began_on_a_handheld_asks_for_the_desktops_site() {
        let phone = client(DeviceKind::Phone, "Android 15", "Chrome Mobile", "131.0", "Pixel 8");
        let desktop = chrome("Linux", "131.0");
        for (known, now) in [(&phone, &desktop), (&desktop, &phone)] {
            assert!(!has_changed(known, now, true));
            assert!(
                has_changed(known, now, false),
                "a computer's session in the hands of a phone, or the other way"
            );
        }
        assert!(has_changed(&phone, &chrome("Linux", "120.0"), true), "another browser");
        assert!(has_changed(&phone, &chrome("Windows 10", "131.0"), true), "no phone says that");
    }

    #[test]
    fn what_comes_after_a_missing_user_agent_is_no_change() {
        assert!(!has_changed(&Client::default(), &chrome("Linux", "131.0"), false));
    }

    #[test]
    fn what_plays_for_an_app_is_that_app() {
        use DeviceKind::{Browser, Computer, Other, Phone, StreamingBox, Tv};
        let swiftfin = client(Other, "", "Swiftfin", "1", "");
        let jellyfin = client(Phone, "Android 14", "Jellyfin", "2.6", "Pixel 8");
        let on_tv = client(Tv, "Android TV", "Jellyfin", "0.16", "");
        let safari = client(Browser, "macOS", "Safari", "18.1", "");
        for (app, player) in [
            (&swiftfin, client(StreamingBox, "tvOS 17", "", "", "")),
            (&swiftfin, client(Phone, "iOS 17", "", "", "")),
            (&jellyfin, client(Phone, "Android 14", "", "", "Pixel 8")),
            (&jellyfin, client(Other, "", "VLC", "3.0", "")),
            (&on_tv, client(StreamingBox, "Fire OS", "", "", "AFTKA")),
            (&on_tv, client(Phone, "Android 12", "", "", "Some box")),
            (&safari, client(Computer, "macOS", "", "", "")),
        ] {
            assert!(!has_changed(app, &player, false), "{app:?} and {player:?}");
        }
        // The library signed in, and the app comes after it.
        let fetches = client(Phone, "Android 14", "", "", "Pixel 8");
        assert!(!has_changed(&fetches, &jellyfin, false));
    }

    #[test]
    fn what_contradicts_an_app_does_not_play_for_it() {
        use DeviceKind::{Browser, Computer, Other, Phone, StreamingBox, Tv};
        let jellyfin = client(Phone, "Android 14", "Jellyfin", "2.6", "Pixel 8");
        let firefox = client(Browser, "Windows 11", "Firefox", "131.0", "");
        let on_tv = client(Tv, "Tizen 6", "Jellyfin", "10.9", "");
        for (known, now) in [
            (&jellyfin, client(Phone, "Android 14", "", "", "SM-S921B")),
            (&jellyfin, client(Phone, "iOS 17", "", "", "")),
            (&jellyfin, client(Other, "", "curl", "8.5", "")),
            (&jellyfin, client(Phone, "Android 14", "Chrome", "131.0", "Pixel 8")),
            (&firefox, client(Other, "", "VLC", "3.0", "")),
            (&firefox, client(Computer, "Windows 11", "", "", "")),
            (&on_tv, client(Phone, "Android 14", "", "", "Pixel 8")),
            (&on_tv, client(StreamingBox, "tvOS 17", "", "", "")),
            (
                &client(Phone, "Android 14", "", "", "Pixel 8"),
                client(Phone, "Android", "Chrome", "131.0", ""),
            ),
            (&client(Other, "", "curl", "8.5", ""), client(Phone, "iOS 17", "", "", "")),
        ] {
            assert!(has_changed(known, &now, false), "{known:?} and {now:?}");
        }
    }
}
