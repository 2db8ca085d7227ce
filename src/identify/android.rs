//! Android's phones and tablets: the model in the user agent, what sort of device it is, and a name people would know it by.

use super::models;
use super::parts::comments;
use super::words::has_word;
use crate::model::DeviceKind::{self, Other, Phone, StreamingBox, Tablet, Tv};
use crate::model::is_android_build;

/// Makers and families whose model names are what people call the thing: "Pixel 8", "moto g84 5G".
const SPEAKING: [&str; 21] = [
    "Pixel",
    "Nexus",
    "Redmi",
    "POCO",
    "moto",
    "Motorola",
    "Nokia",
    "OnePlus",
    "HUAWEI",
    "HONOR",
    "Xiaomi",
    "Mi ",
    "realme",
    "OPPO",
    "vivo",
    "Nothing",
    "Fairphone",
    "ASUS",
    "Xperia",
    "Philips",
    "Galaxy",
];

/// Model codes that begin like these belong to one maker: "SM-S921B" is a Samsung.
const CODES: [(&str, &str); 9] = [
    ("SM-", "Samsung"),
    ("GT-", "Samsung"),
    ("XT1", "Motorola"),
    ("XT2", "Motorola"),
    ("CPH", "OPPO"),
    ("RMX", "realme"),
    ("XQ-", "Sony"),
    ("TA-", "Nokia"),
    ("Lenovo ", "Lenovo"),
];

/// The beginnings of tablets' models, in lower case: families newer than the list, and older than its words.
const TABLETS: [&str; 12] = [
    "sm-t",
    "sm-x",
    "sm-p",
    "gt-p",
    "gt-n51",
    "gt-n80",
    "pixel tablet",
    "pixel c",
    "nexus 7",
    "nexus 9",
    "nexus 10",
    "lenovo t",
];

/// Samsung's foldables are opened like tablets and carried as phones.
const FOLDABLE: &str = "sm-f";

/// Whether a user agent, in lower case, is Android's: by its word, by Opera's and UC's for it, by what Facebook's app says on it, or
/// by a build that only Android writes so.
pub(super) fn is_android(lower: &str) -> bool {
    lower.contains("android")
        || lower.contains("andr0id")
        || has_word(lower, "adr")
        || lower.contains("fban/fb4a")
        || (lower.contains(" build/") && has_word(lower, "linux"))
}

/// The model in a user agent such as "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UD1A) …".
///
/// `None` when there is none, or only the "K" that browsers put in its place.
pub(super) fn model(user_agent: &str) -> Option<&str> {
    // Facebook's apps write fields: "FBDV/SM-G960F;".
    let field = user_agent.split_once("FBDV/").and_then(|(_, rest)| rest.split([';', ']', ')']).next());
    if let Some(model) = field.map(str::trim).filter(|model| !model.is_empty()) {
        return Some(model);
    }
    let is_page = user_agent.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("mozilla/"));
    comments(user_agent).into_iter().find_map(|comment| model_in(comment, is_page))
}

fn model_in(comment: &str, is_page: bool) -> Option<&str> {
    let parts = comment.split(';').map(str::trim).collect::<Vec<_>>();
    let names_system = |part: &&str| {
        let word = part.get(..7).unwrap_or(part);
        word.eq_ignore_ascii_case("android")
            || word.eq_ignore_ascii_case("andr0id")
            || part.starts_with("Adr ")
    };
    let at = parts
        .iter()
        .position(names_system)
        .or_else(|| parts.iter().position(|part| build_at(part).is_some())?.checked_sub(1))?;
    let (before, after) = parts.split_at(at);
    // "Element/1.6 (Google Pixel 8; Android 14; AP2A.240805.005; …)": what follows the system is its build then.
    let first = before.iter().find(|part| !is_page && !is_no_model(part) && !is_system(part));
    if let Some(model) = first {
        return Some(without_maker(trimmed(model))).filter(|model| !is_no_model(model));
    }
    let part = after.iter().skip(1).find(|part| !is_no_model(part))?;
    Some(trimmed(part)).filter(|model| !is_no_model(model))
}

/// Where "Build/" stands in a part.
fn build_at(part: &str) -> Option<usize> {
    part.to_ascii_lowercase().find("build/")
}

/// A model without its build, and without what some apps write before it.
fn trimmed(part: &str) -> &str {
    let model = part[..build_at(part).unwrap_or(part.len())].trim();
    let model = ["SAMSUNG ", "samsung ", "Model "]
        .into_iter()
        .find_map(|start| model.strip_prefix(start))
        .unwrap_or(model);
    model.split('/').next().unwrap_or(model).trim()
}

/// Parts that stand before the word Android and are no model.
fn is_system(part: &str) -> bool {
    let first = part.split([' ', '/']).next().unwrap_or(part);
    matches!(
        first.to_ascii_lowercase().as_str(),
        "linux" | "x11" | "compatible" | "unknown" | "windows" | "macintosh" | "amazon"
    )
}

/// "Google Pixel 8" → "Pixel 8": the name that the device gives itself everywhere else.
fn without_maker(model: &str) -> &str {
    match model.split_once(' ') {
        Some((_, rest)) if starts_as_model(rest) => rest,
        _ => model,
    }
}

fn starts_as_model(text: &str) -> bool {
    is_speaking(text) || CODES.iter().any(|(start, _)| text.starts_with(start))
}

fn is_speaking(text: &str) -> bool {
    let starts = |start: &str| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    SPEAKING.iter().any(|start| starts(start))
}

/// Parts that stand where a model could: the reduced user agent's "K", a language, a word of the engine's or of the maker's.
fn is_no_model(part: &str) -> bool {
    let is_language = matches!(part.as_bytes(), [a, b] if a.is_ascii_lowercase() && b.is_ascii_lowercase())
        || matches!(part.as_bytes(), [a, b, b'-' | b'_', ..] if part.len() == 5 && a.is_ascii_lowercase() && b.is_ascii_lowercase());
    is_language
        || matches!(
            part,
            "" | "K" | "U" | "N" | "I" | "wv" | "Mobile" | "Tablet" | "LG" | "SAMSUNG" | "samsung"
        )
        || [
            "rv:",
            "Build",
            "build/",
            "Flavour",
            "Cronet/",
            "MatrixAndroidSdk",
            "SDK ",
            "API ",
            "Version/",
            "Dalvik/",
            "arm",
        ]
        .iter()
        .any(|start| part.starts_with(start))
        || part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        || is_android_build(part)
}

/// What sort of device it is: by its model, and by whether its browser says "Mobile". An app's silence says nothing.
pub(super) fn kind(model: Option<&str>, lower: &str) -> DeviceKind {
    let model = model.unwrap_or_default();
    let known = models::of(model).map_or(Phone, |known| known.kind);
    if known != Phone {
        return known;
    }
    let model = model.to_ascii_lowercase();
    if let Some(kind) = kind_in_words(&model) {
        return kind;
    }
    let is_page = lower.starts_with("mozilla/") && lower.contains("applewebkit");
    let is_tablet = lower.contains("tablet")
        || TABLETS.iter().any(|start| model.starts_with(start))
        || (is_page && !lower.contains("mobile") && !model.starts_with(FOLDABLE));
    if is_tablet { Tablet } else { Phone }
}

/// The kind that a model names: `BeyondTV3`, "Smart Box X1", "RobotPad-A1", "K8 Watch".
fn kind_in_words(model: &str) -> Option<DeviceKind> {
    let followed_by_digit = |word: &str, start: &str| {
        word.strip_prefix(start).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let is_other_thing = |word: &&str| matches!(*word, "coolpad" | "gamepad" | "chromebox");
    let mut words = model.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !is_other_thing(word));
    words.find_map(|word| match word {
        "box" | "stb" | "ott" | "stick" | "dongle" | "uhd" | "iptv" | "projector" => Some(StreamingBox),
        "tv" => Some(Tv),
        "tab" | "pad" | "transformer" | "xoom" => Some(Tablet),
        "watch" | "smartwatch" => Some(Other),
        _ if word.ends_with("box") || word.ends_with("stb") => Some(StreamingBox),
        _ if word.trim_end_matches(|c: char| c.is_ascii_digit()).ends_with("tv") => Some(Tv),
        _ if followed_by_digit(word, "tv") => Some(Tv),
        _ if word.contains("tablet")
            || word.ends_with("pad")
            || followed_by_digit(word, "tab")
            || followed_by_digit(word, "pad") =>
        {
            Some(Tablet)
        }
        _ => None,
    })
}

/// What people call a model: the name its maker gave it, its own when it is one, the maker's when it is a code; `None` when
/// none can be told. `handheld` is "phone" or "tablet".
pub(super) fn name_of_model(model: &str, handheld: &str) -> Option<String> {
    if let Some(name) = models::of(model).and_then(|known| known.name) {
        return Some(name.to_owned());
    }
    if is_speaking(model) {
        return Some(model.to_owned());
    }
    let code = CODES.iter().find(|(start, _)| model.starts_with(start));
    code.map(|(_, maker)| format!("{maker} {handheld}"))
        .or_else(|| reads_as_name(model).then(|| model.to_owned()))
}

/// "TECNO CE7", "Infinix X680": a maker's word, and what it calls the thing.
fn reads_as_name(model: &str) -> bool {
    model.split_once(' ').is_some_and(|(maker, rest)| {
        maker.len() >= 3 && maker.bytes().all(|byte| byte.is_ascii_alphabetic()) && !rest.is_empty()
    })
}
