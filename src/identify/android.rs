//! Android's phones and tablets: the model in the user agent, and a name people would know it by.

use crate::model::{DeviceKind, is_android_build};

/// Makers and families whose model names are what people call the thing: "Pixel 8", "moto g84 5G".
const SPEAKING: [&str; 20] = [
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

/// The beginnings of tablets' models, for apps whose user agent has no word for it.
const TABLETS: [&str; 8] =
    ["SM-T", "SM-X", "SM-P", "Pixel Tablet", "Pixel C", "Nexus 7", "Nexus 10", "Lenovo T"];

/// The model in a user agent such as "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UD1A) …".
///
/// `None` when there is none, or only the "K" that browsers put in its place.
pub(super) fn android_model(user_agent: &str) -> Option<&str> {
    let (_, from) = user_agent.split_once('(')?;
    let inside = from.split(')').next().unwrap_or(from);
    let parts = inside.split(';').map(str::trim).collect::<Vec<_>>();
    let (before, after) = parts.split_at(parts.iter().position(|part| part.starts_with("Android"))?);
    // "Element/1.6 (Google Pixel 8; Android 14; AP2A.240805.005; …)": what follows the system is its build then.
    let is_page = user_agent.starts_with("Mozilla/");
    let first = before.iter().find(|part| !is_page && !is_no_model(part) && !is_system(part));
    if let Some(model) = first {
        return Some(without_maker(model));
    }
    let part = after.iter().skip(1).find(|part| !is_no_model(part))?;
    let model = part.split(" Build/").next().unwrap_or(part).trim();
    (!model.is_empty() && !model.starts_with("Build/")).then_some(model)
}

/// Parts that stand before the word Android and are no model.
fn is_system(part: &str) -> bool {
    let first = part.split([' ', '/']).next().unwrap_or(part);
    matches!(first.to_ascii_lowercase().as_str(), "linux" | "x11" | "compatible" | "unknown")
}

/// "Google Pixel 8" → "Pixel 8": the name that the device gives itself everywhere else.
fn without_maker(model: &str) -> &str {
    match model.split_once(' ') {
        Some((_, rest)) if starts_as_model(rest) => rest,
        _ => model,
    }
}

fn starts_as_model(text: &str) -> bool {
    let starts = |start: &str| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    SPEAKING.iter().any(|start| starts(start)) || CODES.iter().any(|(start, _)| text.starts_with(start))
}

/// Parts that stand where a model could: the reduced user agent's "K", a language, a word of the engine's.
fn is_no_model(part: &str) -> bool {
    let is_language = matches!(part.as_bytes(), [a, b] if a.is_ascii_lowercase() && b.is_ascii_lowercase())
        || matches!(part.as_bytes(), [a, b, b'-' | b'_', ..] if part.len() == 5 && a.is_ascii_lowercase() && b.is_ascii_lowercase());
    is_language
        || matches!(part, "" | "K" | "U" | "wv" | "Mobile" | "Tablet")
        || ["rv:", "Build", "Flavour", "Cronet/", "MatrixAndroidSdk"]
            .iter()
            .any(|start| part.starts_with(start))
        || is_android_build(part)
}

/// Phone or tablet. Browsers on phones say "Mobile"; an app's silence says nothing.
pub(super) fn kind(user_agent: &str, lower: &str) -> DeviceKind {
    let model = android_model(user_agent).unwrap_or_default();
    let is_page = lower.starts_with("mozilla/") && lower.contains("applewebkit");
    let is_tablet = lower.contains("tablet")
        || TABLETS.iter().any(|start| model.starts_with(start))
        || (is_page && !lower.contains("mobile"));
    if is_tablet { DeviceKind::Tablet } else { DeviceKind::Phone }
}

/// What people call a model: its own name when it is one, the maker's when it is a code; `None` when neither
/// can be told. `handheld` is "phone" or "tablet".
pub(super) fn name_of_model(model: &str, handheld: &str) -> Option<String> {
    if SPEAKING
        .iter()
        .any(|start| model.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)))
    {
        return Some(model.to_owned());
    }
    CODES.iter().find(|(start, _)| model.starts_with(start)).map(|(_, maker)| format!("{maker} {handheld}"))
}
