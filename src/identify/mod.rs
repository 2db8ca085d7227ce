//! What a device is, told from its request: user agent, Client Hints and its own words → [`DeviceTraits`].
//!
//! Four sources, each filling what the ones before it left open: what the device declares, our own tables of
//! devices and apps, the Client Hints, and the patterns of uap-core. All of it is hostile input and good for
//! drawing only: no decision rests on it.

mod android;
mod apps;
mod hardware;
mod hints;
mod patterns;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use android::android_model;
pub use hints::ClientHints;
use patterns::Patterns;

use crate::error::causes;
use crate::model::{DeclaredDevice, DeviceKind, DeviceTraits, clean_text};

/// Bytes of a header that are looked at. Real user agents stay below; more would only cost time.
const MAX_HEADER_BYTES: usize = 512;
/// Characters a name may have.
const MAX_NAME_CHARS: usize = 64;
/// Characters any other text may have.
const MAX_TEXT_CHARS: usize = 48;

/// What a request tells of the device that sent it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clues<'a> {
    /// The `User-Agent` header.
    pub user_agent: Option<&'a str>,
    /// The `Sec-CH-UA…` headers.
    pub hints: ClientHints<'a>,
    /// What the device says of itself in the request's body.
    pub declared: Option<&'a DeclaredDevice>,
}

/// Tells devices apart. Cheap to make; the patterns are compiled when the first user agent needs them.
#[derive(Default)]
pub struct Identifier {
    patterns: OnceLock<Option<Patterns>>,
}

impl std::fmt::Debug for Identifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identifier").finish_non_exhaustive()
    }
}

impl Identifier {
    /// An identifier that has not looked at anything yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the device is. Never fails and never takes long: what cannot be told stays open, and the name is
    /// "Unknown device" at worst.
    pub fn identify(&self, clues: &Clues<'_>) -> DeviceTraits {
        let guess = clues
            .declared
            .map(declared)
            .unwrap_or_default()
            .or_else(|| clues.user_agent.map(from_tables).unwrap_or_default())
            .or_else(|| hints::read(&clues.hints))
            .or_else(|| {
                clues.user_agent.map(|user_agent| self.read_patterns(user_agent)).unwrap_or_default()
            });
        guess.into_traits()
    }

    fn read_patterns(&self, user_agent: &str) -> Guess {
        let patterns = self.patterns.get_or_init(|| {
            Patterns::compile()
                .inspect_err(|error| tracing::error!(error = %causes(&**error), "the patterns of browsers do not compile"))
                .ok()
        });
        let user_agent = capped(user_agent);
        let mut guess = patterns.as_ref().map(|patterns| patterns.read(user_agent)).unwrap_or_default();
        let lower = user_agent.to_ascii_lowercase();
        let is_page = lower.starts_with("mozilla/") || lower.starts_with("opera/");
        guess.kind = match guess.system.as_deref() {
            Some("Android") => Some(android::kind(user_agent, &lower)),
            Some("iOS") => Some(DeviceKind::Phone),
            Some("Windows" | "macOS" | "Linux" | "ChromeOS") if is_page => Some(DeviceKind::Browser),
            Some(_) if is_page && guess.app.is_some() => Some(DeviceKind::Browser),
            // A program of its own, that says which computer it runs on.
            Some("Windows" | "macOS") => Some(DeviceKind::Computer),
            _ => None,
        };
        if guess.system.as_deref() == Some("Android") {
            guess.model = android_model(user_agent).map(str::to_owned);
        }
        guess
    }
}

/// What one source tells; what it does not tell is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Guess {
    kind: Option<DeviceKind>,
    name: Option<String>,
    model: Option<String>,
    /// The system without a version, for a name: "Windows".
    system: Option<String>,
    /// The system with its version: "Windows 11".
    os: Option<String>,
    app: Option<String>,
    app_version: Option<String>,
    /// The device is a television, console or the like by our own table. What is behind its browser's engine
    /// ("Chrome 87 on Linux") is then nothing that a person knows it by.
    is_appliance: bool,
}

impl Guess {
    /// Fills what is open from the next source. A version stays with the name it belongs to.
    fn or_else(mut self, next: impl FnOnce() -> Self) -> Self {
        let mut next = next();
        if self.is_appliance {
            (next.system, next.os) = (None, None);
            let is_engine = |app: &str| matches!(app, "Chrome" | "Chromium" | "Safari" | "Web browser");
            next.app = next.app.filter(|app| !is_engine(app));
        }
        self.is_appliance |= next.is_appliance;
        self.kind = self.kind.or(next.kind);
        self.name = self.name.or(next.name);
        self.model = self.model.or(next.model);
        match &self.system {
            None => (self.system, self.os) = (next.system, next.os),
            Some(system) if self.os.is_none() && next.system.as_ref() == Some(system) => self.os = next.os,
            Some(_) => {}
        }
        match &self.app {
            None => (self.app, self.app_version) = (next.app, next.app_version),
            Some(app) if self.app_version.is_none() && next.app.as_ref() == Some(app) => {
                self.app_version = next.app_version;
            }
            Some(_) => {}
        }
        self
    }

    fn into_traits(self) -> DeviceTraits {
        let clean = |text: Option<String>| {
            text.map(|text| clean_text(&text, MAX_TEXT_CHARS)).filter(|text| !text.is_empty())
        };
        let kind = self.kind.unwrap_or_default();
        let (model, system, app) = (clean(self.model), clean(self.system), clean(self.app));
        let name = self
            .name
            .map(|name| clean_text(&name, MAX_NAME_CHARS))
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| composed_name(kind, model.as_deref(), system.as_deref(), app.as_deref()));
        let os = clean(self.os).or(system);
        let app_version = clean(self.app_version).filter(|_| app.is_some());
        DeviceTraits { kind, name, model, os, app, app_version }
    }
}

/// A name for people from what is known: "Pixel 8", "Samsung phone", "Firefox on Windows", "curl".
fn composed_name(kind: DeviceKind, model: Option<&str>, system: Option<&str>, app: Option<&str>) -> String {
    let handheld = match kind {
        DeviceKind::Phone => Some("phone"),
        DeviceKind::Tablet => Some("tablet"),
        _ => None,
    };
    if let (Some(handheld), Some(model)) = (handheld, model)
        && let Some(name) = android::name_of_model(model, handheld)
    {
        return name;
    }
    match (app, system, handheld) {
        (Some(app), Some(system), _) => clean_text(&format!("{app} on {system}"), MAX_NAME_CHARS),
        (Some(app), None, _) => app.to_owned(),
        (None, Some(system), Some(handheld)) => format!("{system} {handheld}"),
        (None, Some(system), None) => format!("{system} device"),
        (None, None, _) => match kind {
            DeviceKind::Tv => "TV",
            DeviceKind::StreamingBox => "Streaming box",
            DeviceKind::Console => "Game console",
            DeviceKind::Phone => "Phone",
            DeviceKind::Tablet => "Tablet",
            DeviceKind::Computer => "Computer",
            DeviceKind::Browser => "Browser",
            DeviceKind::Speaker => "Speaker",
            DeviceKind::Other => "Unknown device",
        }
        .to_owned(),
    }
}

/// What the device says of itself. It goes before every other source: people see the name their app gave.
fn declared(device: &DeclaredDevice) -> Guess {
    let text = |text: &Option<String>, max_chars| {
        text.as_deref().map(|text| clean_text(text, max_chars)).filter(|text| !text.is_empty())
    };
    let os = text(&device.os, MAX_TEXT_CHARS);
    Guess {
        kind: device.kind,
        name: text(&device.name, MAX_NAME_CHARS),
        model: text(&device.model, MAX_TEXT_CHARS),
        system: os.as_deref().map(without_version),
        os,
        app: text(&device.app, MAX_TEXT_CHARS),
        app_version: text(&device.app_version, MAX_TEXT_CHARS),
        is_appliance: false,
    }
}

/// What our own tables know of a user agent.
fn from_tables(user_agent: &str) -> Guess {
    let user_agent = capped(user_agent);
    let lower = user_agent.to_ascii_lowercase();
    let mut guess = hardware::read(user_agent, &lower).unwrap_or_default();
    if let Some(app) = apps::read(user_agent, &lower) {
        // A television's own user agent often carries the name of its browser's shell; an app in our table or
        // one that names itself first is worth more than the engine it draws with.
        guess.kind = guess.kind.or(app.kind);
        guess.app = Some(app.name);
        guess.app_version = app.version;
    }
    guess
}

/// "Android 15" → "Android": the words before the first that starts with a digit.
fn without_version(os: &str) -> String {
    let words = os.split(' ').take_while(|word| !word.starts_with(|c: char| c.is_ascii_digit()));
    let system = words.collect::<Vec<_>>().join(" ");
    if system.is_empty() { os.to_owned() } else { system }
}

/// The first [`MAX_HEADER_BYTES`] bytes, cut between characters.
fn capped(header: &str) -> &str {
    &header[..header.floor_char_boundary(MAX_HEADER_BYTES)]
}

/// "17.6.1" → "17".
fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

/// "131.0.6778.86" → "131.0".
fn major_minor(version: &str) -> String {
    version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
}

/// The digits and dots right after `mark`; with an empty mark, at the start. Apple writes `_` for a dot.
fn version_after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let at = text.find(mark)? + mark.len();
    let rest = &text[at..];
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let version = rest[..end].trim_end_matches('.');
    (version.starts_with(|c: char| c.is_ascii_digit())).then_some(version)
}
