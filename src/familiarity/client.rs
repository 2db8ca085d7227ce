//! Clients: what a device is, compared without its secret.
//!
//! A version that goes up is the same client: browsers update every month. One that goes down is another, or the
//! same one restored from an old copy, which is rare enough to ask.

use serde::{Deserialize, Serialize};

use crate::model::{DeviceKind, DeviceTraits};

/// What a device is, in a form that can be compared. All empty when it does not say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Client {
    /// What sort of device.
    #[serde(skip_serializing_if = "is_other")]
    pub kind: DeviceKind,
    /// Its operating system.
    #[serde(skip_serializing_if = "Program::is_empty")]
    pub os: Program,
    /// Its app or browser.
    #[serde(skip_serializing_if = "Program::is_empty")]
    pub app: Program,
    /// Manufacturer's model; empty when it does not say.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_other(kind: &DeviceKind) -> bool {
    *kind == DeviceKind::Other
}

/// A name with its version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Program {
    /// "Firefox", "Windows"; empty when it does not say.
    pub name: String,
    /// "131.0" as [131, 0]; empty when it does not say.
    pub version: Version,
}

/// The numbers of a version, the most significant first.
pub type Version = Vec<u32>;

impl Program {
    /// A name and a version as they are written. The version may follow the name: "Windows 11".
    pub fn parse(text: &str, version: Option<&str>) -> Self {
        let (name, version) = version.map_or_else(|| at_last_number(text), |version| (text, version));
        let numbers = version.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
        // Three numbers tell releases apart; what follows are builds.
        Self {
            name: name.to_owned(),
            version: numbers.filter_map(|part| part.parse().ok()).take(3).collect(),
        }
    }

    /// Whether it does not say.
    pub fn is_empty(&self) -> bool {
        self.name.is_empty()
    }
}

/// A name and the version that follows it, if one does.
fn at_last_number(text: &str) -> (&str, &str) {
    let is_number = |at: &usize| text[at + 1..].starts_with(|c: char| c.is_ascii_digit());
    text.rfind(' ').filter(is_number).map_or((text, ""), |at| (&text[..at], &text[at + 1..]))
}

impl From<&DeviceTraits> for Client {
    fn from(traits: &DeviceTraits) -> Self {
        Self {
            kind: traits.kind,
            os: traits.os.as_deref().map(|os| Program::parse(os, None)).unwrap_or_default(),
            app: traits
                .app
                .as_deref()
                .map(|app| Program::parse(app, traits.app_version.as_deref().or(Some(""))))
                .unwrap_or_default(),
            model: traits.model.clone().unwrap_or_default(),
        }
    }
}

impl Client {
    /// Whether it says nothing of itself.
    pub fn is_untold(&self) -> bool {
        *self == Self::default()
    }

    /// Whether many people have its like: a browser or an app on the systems of most computers and phones, without a
    /// model that tells more. An attacker who guesses will guess this.
    pub fn is_common(&self) -> bool {
        matches!(
            self.kind,
            DeviceKind::Browser | DeviceKind::Phone | DeviceKind::Tablet | DeviceKind::Computer
        ) && matches!(
            self.app.name.as_str(),
            "Chrome"
                | "Chrome Mobile"
                | "Safari"
                | "Mobile Safari"
                | "Edge"
                | "Firefox"
                | "Samsung Internet"
                | ""
        )
    }
}

/// How much a client is like a known one; more is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// Nothing tells that they are one.
    Different,
    /// The same sort of device with the same system: another browser on one computer, say; or a version went down.
    Similar,
    /// The same but for versions that went up.
    Updated,
    /// The same.
    Same,
}

/// How much `now` is like `known`.
pub fn likeness(known: &Client, now: &Client) -> Likeness {
    if known.kind != now.kind || known.os.name != now.os.name || contradict(&known.model, &now.model) {
        return Likeness::Different;
    }
    let says_little =
        |client: &Client| client.os.is_empty() && client.app.is_empty() && client.model.is_empty();
    if known.app.name != now.app.name || says_little(now) || says_little(known) {
        // "A TV" is like every TV.
        return Likeness::Similar;
    }
    match (grown(&known.os.version, &now.os.version), grown(&known.app.version, &now.app.version)) {
        (Growth::Down, _) | (_, Growth::Down) => Likeness::Similar,
        (Growth::Same, Growth::Same) => Likeness::Same,
        _ => Likeness::Updated,
    }
}

/// Whether a session's client turned into another one: not by an update, and not for want of words.
pub fn has_changed(known: &Client, now: &Client) -> bool {
    !known.is_untold()
        && !now.is_untold()
        && likeness(known, now) < Likeness::Updated
        && !asks_for_desktop_site(known, now)
        && !asks_for_desktop_site(now, known)
}

/// Whether `desktop` is what the browser of a phone or tablet says when its user asks for the desktop's site: the same
/// browser in the same version, on the computer that such browsers say they are.
fn asks_for_desktop_site(handheld: &Client, desktop: &Client) -> bool {
    let family = |client: &Client| {
        let name = client.app.name.trim_start_matches("Mobile ").trim_end_matches(" Mobile").to_owned();
        (name, client.app.version.first().copied())
    };
    matches!(handheld.kind, DeviceKind::Phone | DeviceKind::Tablet)
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

/// Two models of which neither is missing and that differ.
fn contradict(known: &str, now: &str) -> bool {
    !known.is_empty() && !now.is_empty() && known != now
}

#[derive(PartialEq)]
enum Growth {
    Down,
    Same,
    Up,
}

/// How a version changed. Compared as far as both are told: "131" and "131.0.2" are the same.
fn grown(known: &[u32], now: &[u32]) -> Growth {
    for (known, now) in known.iter().zip(now) {
        match now.cmp(known) {
            std::cmp::Ordering::Less => return Growth::Down,
            std::cmp::Ordering::Greater => return Growth::Up,
            std::cmp::Ordering::Equal => {}
        }
    }
    Growth::Same
}

#[cfg(test)]
mod tests {
    use super::*;

    fn browser(version: &str) -> Client {
        Client {
            kind: DeviceKind::Browser,
            os: Program::parse("Windows 11", None),
            app: Program::parse("Firefox", Some(version)),
            model: String::new(),
        }
    }

    #[test]
    fn versions_only_go_up() {
        assert_eq!(likeness(&browser("131.0"), &browser("131.0.2")), Likeness::Same);
        assert_eq!(likeness(&browser("131.0"), &browser("144.0")), Likeness::Updated);
        assert_eq!(likeness(&browser("9.0"), &browser("10.0")), Likeness::Updated);
        assert_eq!(likeness(&browser("131.0"), &browser("130.0")), Likeness::Similar);
        assert!(!has_changed(&browser("131.0"), &browser("144.0")));
        assert!(has_changed(&browser("131.0"), &browser("128.0")));
    }

    #[test]
    fn another_model_or_system_is_another_device() {
        let tv = |model: &str| Client {
            kind: DeviceKind::Tv,
            os: Program::parse("Tizen 7", None),
            model: model.into(),
            ..Client::default()
        };
        assert_eq!(likeness(&tv("QE55"), &tv("QE65")), Likeness::Different);
        assert_eq!(likeness(&tv("QE55"), &tv("")), Likeness::Same);
        let bare = Client { kind: DeviceKind::Tv, ..Client::default() };
        assert_eq!(likeness(&bare, &bare), Likeness::Similar, "nothing but its kind is known");
        let phone = Client { kind: DeviceKind::Phone, ..browser("131.0") };
        assert_eq!(likeness(&browser("131.0"), &phone), Likeness::Different);
    }

    #[test]
    fn asking_for_the_desktops_site_is_no_change() {
        let phone = Client {
            kind: DeviceKind::Phone,
            os: Program::parse("Android 15", None),
            app: Program::parse("Chrome Mobile", Some("131.0")),
            model: "Pixel 8".into(),
        };
        let chrome = |version: &str| Client {
            kind: DeviceKind::Browser,
            os: Program::parse("Linux", None),
            app: Program::parse("Chrome", Some(version)),
            model: String::new(),
        };
        assert!(!has_changed(&phone, &chrome("131.0")) && !has_changed(&chrome("131.0"), &phone));
        assert!(has_changed(&phone, &chrome("120.0")), "another browser");
        let on_windows = Client { os: Program::parse("Windows 10", None), ..chrome("131.0") };
        assert!(has_changed(&phone, &on_windows), "no phone says that");
        assert!(has_changed(&phone, &browser("131.0")));
    }

    #[test]
    fn a_missing_user_agent_is_no_change() {
        assert!(!has_changed(&browser("131.0"), &Client::default()));
        assert!(!has_changed(&Client::default(), &browser("131.0")));
    }

    #[test]
    fn a_system_and_its_version_are_read_apart() {
        let program = Program::parse("Windows 11", None);
        assert_eq!((program.name.as_str(), program.version), ("Windows", vec![11]));
        assert_eq!(Program::parse("macOS", None).version, [0; 0]);
        assert_eq!(Program::parse("Firefox", Some("131.0.6778.86")).version, [131, 0, 6778]);
        assert_eq!(Program::parse("tvOS 17.5", None).version, [17, 5]);
    }
}
