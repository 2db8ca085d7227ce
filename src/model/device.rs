//! A device: one installed client, and what it says of itself.

use serde::{Deserialize, Serialize};

use crate::model::{AccountId, DeviceId, Timestamp};

/// One installed client: a TV, a phone, a browser on a computer. It outlives its sign-ins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// The account it signs in to.
    pub account_id: AccountId,
    /// What it is, and what it calls itself.
    pub traits: DeviceTraits,
    /// The name a person gave it; goes before every other.
    pub given_name: Option<String>,
    /// Its first sign-in.
    pub first_seen_at: Timestamp,
    /// The device that it turned out to be, once somebody has said so.
    pub continued_by: Option<DeviceId>,
    /// What it was before it took another one's place, so that it can be again.
    pub before_merge: Option<BeforeMerge>,
}

/// What a device was before it took another one's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeforeMerge {
    /// The device whose place it took.
    pub continues: DeviceId,
    /// The name a person had given it.
    pub given_name: Option<String>,
    /// Its own first sign-in.
    pub first_seen_at: Timestamp,
    /// The one whose place it had taken before that: a phone may be known at several services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<Box<Self>>,
}

impl BeforeMerge {
    /// How many places it has taken, one after the other.
    pub fn depth(&self) -> usize {
        1 + self.earlier.as_ref().map_or(0, |earlier| earlier.depth())
    }

    /// The same without a device that is another one again. What was given by the latest stays.
    #[must_use]
    pub fn without(self, id: DeviceId) -> Option<Self> {
        if self.continues == id {
            return self.earlier.map(|earlier| *earlier);
        }
        let earlier = self.earlier.and_then(|earlier| earlier.without(id)).map(Box::new);
        Some(Self { earlier, ..self })
    }
}

impl Device {
    /// What the device is called on the screen.
    pub fn name(&self) -> &str {
        self.given_name.as_deref().unwrap_or(&self.traits.name)
    }
}

/// What a device is, as far as it can be told from its request and its own words.
/// All texts are clean (see [`clean_text`]) but must still be escaped where they are drawn.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DeviceTraits {
    /// What sort of device it is.
    pub kind: DeviceKind,
    /// A name for people: "Samsung TV", "Firefox on Windows". Never empty.
    pub name: String,
    /// Manufacturer's model, when known: "Pixel 8".
    pub model: Option<String>,
    /// Operating system with its major version, when known: "Android 15".
    pub os: Option<String>,
    /// The app or browser: "Firefox", "Jellyfin".
    pub app: Option<String>,
    /// The app's version, as it gives it: "131.0".
    pub app_version: Option<String>,
}

/// What a device declares of itself when it signs in. Hostile input: nothing in it is believed further
/// than for drawing, and everything is cleaned before it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(default)]
#[ts(export, optional_fields)]
pub struct DeclaredDevice {
    /// A name for people.
    pub name: Option<String>,
    /// What sort of device it is; a word that is not in the list counts as absent.
    #[serde(deserialize_with = "known_kind")]
    pub kind: Option<DeviceKind>,
    /// Manufacturer's model.
    pub model: Option<String>,
    /// Operating system.
    pub os: Option<String>,
    /// The app's name.
    pub app: Option<String>,
    /// The app's version.
    pub app_version: Option<String>,
}

impl DeclaredDevice {
    /// As much of it as is worth keeping while it waits: what is longer is cut again when it is read.
    #[must_use]
    pub fn cut(&self) -> Self {
        let cut = |text: &Option<String>| text.as_deref().map(|text| text.chars().take(128).collect());
        Self {
            name: cut(&self.name),
            kind: self.kind,
            model: cut(&self.model),
            os: cut(&self.os),
            app: cut(&self.app),
            app_version: cut(&self.app_version),
        }
    }
}

fn known_kind<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<DeviceKind>, D::Error> {
    let word = Option::<String>::deserialize(deserializer)?;
    Ok(word.and_then(|word| word.parse().ok()))
}

/// What sort of device it is.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ts_rs::TS,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DeviceKind {
    /// A television set.
    Tv,
    /// A box or stick beside a television: Roku, Fire TV, Apple TV, Chromecast.
    StreamingBox,
    /// A game console.
    Console,
    /// A telephone.
    Phone,
    /// A tablet.
    Tablet,
    /// An app installed on a computer.
    Computer,
    /// A browser on a computer.
    Browser,
    /// A loudspeaker.
    Speaker,
    /// Anything else.
    #[default]
    Other,
}

impl DeviceKind {
    /// Every kind, in the order the filter shows them.
    pub const ALL: [Self; 9] = [
        Self::Tv,
        Self::StreamingBox,
        Self::Console,
        Self::Phone,
        Self::Tablet,
        Self::Computer,
        Self::Browser,
        Self::Speaker,
        Self::Other,
    ];

    /// Its name in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tv => "tv",
            Self::StreamingBox => "streaming_box",
            Self::Console => "console",
            Self::Phone => "phone",
            Self::Tablet => "tablet",
            Self::Computer => "computer",
            Self::Browser => "browser",
            Self::Speaker => "speaker",
            Self::Other => "other",
        }
    }
}

impl std::str::FromStr for DeviceKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// A text from outside, made fit to keep and to draw: no control or direction-changing characters, white
/// space folded to single spaces, at most `max_chars` characters.
///
/// Direction marks go because a name such as "safe\u{202e}gpj.exe" reads differently from what it is
/// (Unicode TR 36 section 2.8).
pub fn clean_text(text: &str, max_chars: usize) -> String {
    let mut clean = String::new();
    let mut chars = 0;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        let visible = word.chars().filter(|c| !is_invisible(*c)).collect::<String>();
        if visible.is_empty() {
            continue;
        }
        if !clean.is_empty() {
            if chars + 1 >= max_chars {
                break;
            }
            clean.push(' ');
            chars += 1;
        }
        for c in visible.chars() {
            if chars == max_chars {
                return clean;
            }
            clean.push(c);
            chars += 1;
        }
    }
    clean
}

/// Whether a text is the number of a build of Android, such as "AP2A.240805.005": it changes with every monthly patch, and is no
/// model (source.android.com, "Codenames, tags, and build numbers").
pub fn is_android_build(text: &str) -> bool {
    let mut parts = text.split([' ', '-']).next().unwrap_or(text).split('.');
    let is_number = |part: Option<&str>, len: usize| {
        part.is_some_and(|part| part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_branch = |part: &str| {
        (3..=5).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    parts.next().is_some_and(is_branch) && is_number(parts.next(), 6) && is_number(parts.next(), 3)
}

/// Characters that change how others are drawn, or draw nothing though they count as letters. The zero-width joiner
/// stays: emoji use it.
const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' |
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_loses_what_would_mislead_and_keeps_what_can_be_read() {
        assert_eq!(clean_text("  Living\u{0}room\n\tTV  ", 40), "Living room TV");
        assert_eq!(clean_text("safe\u{202e}gpj.exe", 40), "safegpj.exe");
        assert_eq!(clean_text("<img src=x onerror=alert(1)>", 40), "<img src=x onerror=alert(1)>");
        assert_eq!(clean_text("\u{200b}\u{feff}", 40), "");
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        assert_eq!(clean_text("ééééé", 3), "ééé");
        assert_eq!(clean_text("ab cd", 3), "ab");
    }

    #[test]
    fn a_build_of_android_is_told_from_a_model() {
        for build in
            ["AP2A.240805.005", "UD1A.230803.022.A3", "TKQ1.221114.001 release-keys", "QTG3.200305.006.S292"]
        {
            assert!(is_android_build(build), "{build}");
        }
        for model in [
            "Pixel 8",
            "SM-S921B",
            "AFTKA",
            "QE55",
            "XT2303-2",
            "23129RAA4G",
            "TB310FU",
            "moto g54",
            "AFTKRT",
            "KFTRWI",
            "",
        ] {
            assert!(!is_android_build(model), "{model}");
        }
    }

    #[test]
    fn an_unknown_kind_counts_as_not_declared() {
        let declared: DeclaredDevice =
            serde_json::from_str(r#"{"kind":"toaster","name":"x"}"#).expect("parses");
        assert_eq!(declared.kind, None);
        let declared: DeclaredDevice = serde_json::from_str(r#"{"kind":"tv"}"#).expect("parses");
        assert_eq!(declared.kind, Some(DeviceKind::Tv));
    }
}
