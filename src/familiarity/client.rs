//! Clients: what a device is, compared without its secret.
//!
//! A version that goes up is the same client: browsers update every month. One that goes down is another, or the
//! same one restored from an old copy, which is rare enough to ask.

use serde::{Deserialize, Serialize};

use crate::model::{DeviceKind, DeviceTraits, is_android_build};

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

/// What is left of "Windows 10 or 11" before its last number.
const UNDECIDED: &str = " 10 or";

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

    /// Its name without what is no name: of Windows a user agent says "10 or 11", and the hints say which.
    pub(super) fn family(&self) -> &str {
        self.name.strip_suffix(UNDECIDED).unwrap_or(&self.name)
    }

    /// Its version, where it says one and not two.
    fn told_version(&self) -> &[u32] {
        if self.name.ends_with(UNDECIDED) { &[] } else { &self.version }
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
    pub fn is_unnamed(&self) -> bool {
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

/// How much `now` is like `known`, where nothing else says that they are one.
pub fn likeness(known: &Client, now: &Client) -> Likeness {
    let says_little =
        |client: &Client| client.os.is_empty() && client.app.is_empty() && client.model.is_empty();
    let likeness = likeness_in_words(known, now);
    // "A TV" is like every TV.
    if says_little(now) || says_little(known) { likeness.min(Likeness::Similar) } else { likeness }
}

/// How much what `now` says is like what `known` says, however little that is: of two that say only their kind nothing
/// tells that they are two.
pub(super) fn likeness_in_words(known: &Client, now: &Client) -> Likeness {
    if known.kind != now.kind
        || known.os.family() != now.os.family()
        || are_two_models(&known.model, &now.model)
    {
        return Likeness::Different;
    }
    if known.app.name != now.app.name {
        return Likeness::Similar;
    }
    match (grown(known.os.told_version(), now.os.told_version()), grown(&known.app.version, &now.app.version))
    {
        (Growth::Down, _) | (_, Growth::Down) => Likeness::Similar,
        (Growth::Same, Growth::Same) => Likeness::Same,
        _ => Likeness::Updated,
    }
}

/// Two models of which neither is missing and that differ. One may have its maker before it ("Google Pixel 8"), and what an
/// earlier version took for a model may be a build of Android, which changes every month.
pub(super) fn are_two_models(known: &str, now: &str) -> bool {
    let is_told = |model: &str| !model.is_empty() && !is_android_build(model);
    let has_its_maker = |long: &str, short: &str| {
        long.len().checked_sub(short.len()).and_then(|at| long.split_at_checked(at)).is_some_and(
            |(maker, model)| (maker.is_empty() || maker.ends_with(' ')) && model.eq_ignore_ascii_case(short),
        )
    };
    is_told(known) && is_told(now) && !has_its_maker(known, now) && !has_its_maker(now, known)
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
    fn a_model_is_one_with_and_without_its_maker_and_a_build_is_none() {
        for (one, other) in [
            ("Google Pixel 8", "Pixel 8"),
            ("SM-S921B", "samsung SM-S921B"),
            ("AP2A.240805.005", "Pixel 8"),
            ("AP2A.240805.005", "AP3A.241005.015"),
            ("", "Pixel 8"),
        ] {
            assert!(!are_two_models(one, other) && !are_two_models(other, one), "{one} and {other}");
        }
        for (one, other) in [("Pixel 8", "Pixel 8 Pro"), ("Pixel 8", "Pixel 18"), ("QE55", "QE65")] {
            assert!(are_two_models(one, other) && are_two_models(other, one), "{one} and {other}");
        }
    }

    #[test]
    fn a_windows_that_does_not_say_which_is_the_one_that_does() {
        let says = |os: &str| Client { os: Program::parse(os, None), ..browser("131.0") };
        assert_eq!(likeness(&says("Windows 10 or 11"), &says("Windows 11")), Likeness::Same);
        assert_eq!(likeness(&says("Windows 11"), &says("Windows 10 or 11")), Likeness::Same);
        assert_eq!(likeness(&says("Windows 11"), &says("Windows 10")), Likeness::Similar);
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
