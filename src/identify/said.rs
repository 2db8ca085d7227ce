//! What a device declares of itself, and what a watched service says of its clients: the words as they came, and the kind that
//! they imply.

use super::guess::Guess;
use super::names::is_name;
use super::{MAX_NAME_CHARS, MAX_TEXT_CHARS, android, apps, hardware, models};
use crate::model::DeviceKind::{self, Browser, Computer, Phone, StreamingBox, Tablet, Tv};
use crate::model::{DeclaredDevice, clean_text};

/// Browsers, by the names that pages and services give them.
const BROWSERS: [&str; 12] = [
    "chrome",
    "chromium",
    "firefox",
    "safari",
    "edge",
    "opera",
    "vivaldi",
    "brave",
    "samsung internet",
    "webkit",
    "internet explorer",
    "browser",
];

/// What the device says of itself. It goes before every other source: people see the name their app gave.
pub(super) fn read(device: &DeclaredDevice) -> Guess {
    let text = |text: &Option<String>, max_chars| {
        text.as_deref().map(|text| clean_text(text, max_chars)).filter(|text| is_name(text))
    };
    let os = text(&device.os, MAX_TEXT_CHARS);
    Guess {
        kind: device.kind,
        name: text(&device.name, MAX_NAME_CHARS),
        model: text(&device.model, MAX_TEXT_CHARS),
        system: os.as_deref().map(without_version),
        os,
        app: text(&device.app, MAX_TEXT_CHARS),
        app_version: text_of_version(device.app_version.as_deref()),
        ..Guess::default()
    }
}

/// A version may be one digit.
fn text_of_version(version: Option<&str>) -> Option<String> {
    version.map(|text| clean_text(text, MAX_TEXT_CHARS)).filter(|text| !text.is_empty())
}

/// The kind that the words imply, for a declaration without one: services name their clients, and rarely what these run on.
/// Fills what the user agent left open, and goes after it: a name is what somebody typed.
pub(super) fn implied(said: &Guess) -> Guess {
    let words = [&said.app, &said.model, &said.os, &said.name].into_iter().flatten();
    let words = words.map(String::as_str).collect::<Vec<_>>().join("; ");
    if words.is_empty() {
        return Guess::default();
    }
    let lower = words.to_ascii_lowercase();
    let app = apps::read(&words, &lower);
    if let Some(app) = app.as_ref().filter(|app| app.kind.is_some()) {
        return Guess { kind: app.kind, ..Guess::default() };
    }
    if let Some(told) = hardware::read(&words, &lower) {
        // Its words are a name at best: nothing is called after it but the thing itself.
        return Guess {
            kind: told.kind,
            name: told.name,
            is_appliance: told.is_appliance,
            ..Guess::default()
        };
    }
    let likely = app.and_then(|app| app.likely);
    Guess { kind: by_system(said, &lower), likely: likely.or_else(|| by_model(said)), ..Guess::default() }
}

fn by_system(said: &Guess, lower: &str) -> Option<DeviceKind> {
    let system = said.system.as_deref().unwrap_or_default().to_ascii_lowercase();
    let app = said.app.as_deref().unwrap_or_default().to_ascii_lowercase();
    let is_browser = BROWSERS.iter().any(|browser| app.contains(browser)) || app.ends_with(" web");
    if android::is_android(lower) {
        let model = said.model.as_deref().or(said.name.as_deref());
        return Some(android::kind(model, lower));
    }
    match system.as_str() {
        "ios" => Some(Phone),
        "ipados" => Some(Tablet),
        "tvos" => Some(StreamingBox),
        "webos" | "tizen" => Some(Tv),
        _ if is_browser => Some(Browser),
        "windows" | "macos" | "mac os" | "mac os x" | "os x" | "linux" | "ubuntu" | "debian" | "fedora"
        | "chromeos" | "chrome os" => Some(Computer),
        _ => None,
    }
}

/// By a model of Google's list that stands alone: "SM-S911B".
fn by_model(said: &Guess) -> Option<DeviceKind> {
    let known = |text: Option<&str>| models::of(text?).map(|known| known.kind);
    known(said.model.as_deref()).or_else(|| known(said.name.as_deref()))
}

/// "Android 15" → "Android": the words before the first that starts with a digit.
fn without_version(os: &str) -> String {
    let words = os.split(' ').take_while(|word| !word.starts_with(|c: char| c.is_ascii_digit()));
    let system = words.collect::<Vec<_>>().join(" ");
    if system.is_empty() { os.to_owned() } else { system }
}
