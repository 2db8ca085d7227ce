//! What one source tells of a device, how several are put together, and what the device is called then.

use super::{MAX_NAME_CHARS, MAX_TEXT_CHARS, android};
use crate::model::{DeviceKind, DeviceTraits, clean_text};

/// Characters of what a device calls itself that are quoted where nothing else is known of it.
const MOST_QUOTED: usize = 32;

/// What one source tells; what it does not tell is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Guess {
    pub kind: Option<DeviceKind>,
    pub name: Option<String>,
    pub model: Option<String>,
    /// The system without a version, for a name: "Windows".
    pub system: Option<String>,
    /// The system with its version: "Windows 11".
    pub os: Option<String>,
    pub app: Option<String>,
    pub app_version: Option<String>,
    /// The device is a television, console or the like by our own table. What is behind its browser's engine
    /// ("Chrome 87 on Linux") is then nothing that a person knows it by.
    pub is_appliance: bool,
    /// The kind, where no source tells it better.
    pub likely: Option<DeviceKind>,
}

impl Guess {
    /// Fills what is open from the next source. A version stays with the name it belongs to.
    pub fn or_else(mut self, next: impl FnOnce(&Self) -> Self) -> Self {
        let mut next = next(&self);
        if self.is_appliance {
            (next.system, next.os) = (None, None);
            let is_engine = |app: &str| matches!(app, "Chrome" | "Chromium" | "Safari" | "Web browser");
            next.app = next.app.filter(|app| !is_engine(app));
        }
        self.is_appliance |= next.is_appliance;
        self.kind = self.kind.or(next.kind);
        self.likely = self.likely.or(next.likely);
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

    /// All that is known, clean. `calls_itself` is the user agent.
    pub fn into_traits(self, calls_itself: Option<&str>) -> DeviceTraits {
        let clean = |text: Option<String>| {
            text.map(|text| clean_text(&text, MAX_TEXT_CHARS)).filter(|text| !text.is_empty())
        };
        let kind = self.kind.or(self.likely).unwrap_or_default();
        let (model, system, app) = (clean(self.model), clean(self.system), clean(self.app));
        let name = self
            .name
            .map(|name| clean_text(&name, MAX_NAME_CHARS))
            .filter(|name| !name.is_empty())
            .or_else(|| composed_name(kind, model.as_deref(), system.as_deref(), app.as_deref()))
            .unwrap_or_else(|| unknown(model.as_deref().or(calls_itself)));
        let os = clean(self.os).or(system);
        let app_version = clean(self.app_version).filter(|_| app.is_some());
        DeviceTraits { kind, name, model, os, app, app_version }
    }
}

/// A name for people from what is known: "Pixel 8", "Samsung phone", "Firefox on Windows", "curl"; `None` when nothing is.
fn composed_name(
    kind: DeviceKind,
    model: Option<&str>,
    system: Option<&str>,
    app: Option<&str>,
) -> Option<String> {
    let handheld = match kind {
        DeviceKind::Phone => Some("phone"),
        DeviceKind::Tablet => Some("tablet"),
        _ => None,
    };
    if let (Some(handheld), Some(model)) = (handheld, model)
        && let Some(name) = android::name_of_model(model, handheld)
    {
        return Some(name);
    }
    Some(match (app, system, handheld) {
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
            DeviceKind::Other => return None,
        }
        .to_owned(),
    })
}

/// A device of which nothing is known but what it calls itself: quoted, so that nobody takes it for our word.
fn unknown(calls_itself: Option<&str>) -> String {
    let without_quotes = |text: &str| text.replace(['"', '\u{201c}', '\u{201d}', '\u{201e}', '\u{201f}'], "");
    let said = clean_text(&without_quotes(calls_itself.unwrap_or_default()), MOST_QUOTED + 1);
    if said.is_empty() {
        return "A device".into();
    }
    let cut = said.char_indices().nth(MOST_QUOTED).map(|(at, _)| at);
    let quoted = cut.map_or_else(|| said.clone(), |at| format!("{}\u{2026}", &said[..at]));
    format!("A device that calls itself \u{201c}{quoted}\u{201d}")
}
