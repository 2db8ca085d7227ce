//! User-Agent Client Hints: what a Chromium browser says of itself in headers of their own.
//!
//! Their values are structured fields (RFC 9651): quoted strings, `?0` or `?1`, and lists of brands such as
//! `"Chromium";v="131", "Not_A Brand";v="24"`. They are more exact than the user agent, which Chromium froze.

use super::guess::Guess;
use super::names::is_name;
use super::parts::major_minor;
use crate::model::DeviceKind;

/// The Client Hints of a request, as they came. A browser sends the first three by itself and the others when
/// the page asked for them (`Accept-CH`).
#[derive(Clone, Copy, Debug, Default)]
pub struct ClientHints<'a> {
    /// `Sec-CH-UA`: brands with their major versions.
    pub brands: Option<&'a str>,
    /// `Sec-CH-UA-Mobile`: `?1` on a phone.
    pub mobile: Option<&'a str>,
    /// `Sec-CH-UA-Platform`: `"Windows"`.
    pub platform: Option<&'a str>,
    /// `Sec-CH-UA-Platform-Version`: `"15.0.0"`.
    pub platform_version: Option<&'a str>,
    /// `Sec-CH-UA-Model`: `"Pixel 8"`.
    pub model: Option<&'a str>,
    /// `Sec-CH-UA-Full-Version-List`: brands with their full versions.
    pub full_version_list: Option<&'a str>,
    /// `Sec-CH-UA-Form-Factors`: `"Tablet"`.
    pub form_factors: Option<&'a str>,
}

/// What the hints tell.
pub(super) fn read(hints: &ClientHints<'_>) -> Guess {
    let brand = hints.full_version_list.and_then(browser_of).or_else(|| hints.brands.and_then(browser_of));
    let (app, app_version) = brand.map_or((None, None), |(name, version)| {
        (shown_brand(&name), Some(major_minor(&version)).filter(|text| !text.is_empty()))
    });
    let platform = hints.platform.and_then(quoted);
    let system = platform.as_deref().and_then(shown_platform);
    let version = hints.platform_version.and_then(quoted).unwrap_or_default();
    let mobile = hints.mobile.map(str::trim).map(|value| value == "?1");
    Guess {
        kind: hints
            .form_factors
            .and_then(|list| kind_of_form(list, system))
            .or_else(|| kind_of(system, mobile)),
        model: hints.model.and_then(quoted),
        system: system.map(str::to_owned),
        os: system.and_then(|system| os_of(system, &version)),
        app,
        app_version,
        // A television's browser says so, too: its model tells better.
        likely: matches!((system, mobile), (Some("Android"), Some(false))).then_some(DeviceKind::Tablet),
        ..Guess::default()
    }
}

/// The first form of a list that is one of our kinds. There is none for televisions; the others are headsets, cars and the like.
fn kind_of_form(list: &str, system: Option<&str>) -> Option<DeviceKind> {
    brands_in(list).into_iter().find_map(|(form, _)| match form.as_str() {
        "Tablet" | "EInk" => Some(DeviceKind::Tablet),
        "Mobile" => Some(DeviceKind::Phone),
        // What Android says of a television it says as of a computer.
        "Desktop" if system != Some("Android") => Some(DeviceKind::Browser),
        "Automotive" | "XR" | "Watch" => Some(DeviceKind::Other),
        _ => None,
    })
}

fn kind_of(system: Option<&str>, mobile: Option<bool>) -> Option<DeviceKind> {
    match (system?, mobile) {
        ("Android", Some(false)) => None,
        ("iOS", Some(false)) => Some(DeviceKind::Tablet),
        (_, Some(true)) | ("Android" | "iOS", None) => Some(DeviceKind::Phone),
        _ => Some(DeviceKind::Browser),
    }
}

/// The system with its version. On Windows the hint counts in releases of an API: 13 and above is Windows 11.
fn os_of(system: &str, version: &str) -> Option<String> {
    let major = version.split('.').next()?.parse::<u32>().ok()?;
    match (system, major) {
        ("Windows", 13..) => Some("Windows 11".into()),
        ("Windows", 1..) => Some("Windows 10".into()),
        // Linux gives its kernel's version or nothing: neither says which system it is.
        ("Windows" | "Linux" | "ChromeOS", _) | (_, 0) => None,
        _ => Some(format!("{system} {major}")),
    }
}

fn shown_platform(platform: &str) -> Option<&'static str> {
    match platform {
        "Windows" => Some("Windows"),
        "macOS" | "Mac OS X" => Some("macOS"),
        "Android" => Some("Android"),
        "Linux" => Some("Linux"),
        "Chrome OS" | "Chromium OS" => Some("ChromeOS"),
        "iOS" => Some("iOS"),
        _ => None,
    }
}

/// The name people know a browser by; `None` for a web page inside an app that does not say which it is.
fn shown_brand(brand: &str) -> Option<String> {
    let name = match brand {
        "Google Chrome" => "Chrome",
        "Microsoft Edge" => "Edge",
        "Android WebView" | "Microsoft Edge WebView2" => return None,
        "YaBrowser" => "Yandex Browser",
        "HeadlessChrome" => "Headless Chrome",
        other if !is_name(other) => return None,
        other => other,
    };
    Some(name.to_owned())
}

/// The brand that is the browser, with its version: neither the engine's nor the made-up one that Chromium
/// mixes in so that nobody matches on the list as a whole.
fn browser_of(list: &str) -> Option<(String, String)> {
    let mut brands = brands_in(list);
    brands.retain(|(name, _)| !is_made_up(name));
    let engine = brands.iter().position(|(name, _)| name == "Chromium");
    match engine {
        Some(at) if brands.len() > 1 => {
            brands.remove(at);
            brands.into_iter().next()
        }
        _ => brands.into_iter().next(),
    }
}

fn is_made_up(name: &str) -> bool {
    let letters = name.chars().filter(char::is_ascii_alphabetic).collect::<String>();
    letters.eq_ignore_ascii_case("NotABrand")
}

/// Every `"name";v="version"` of a list.
fn brands_in(list: &str) -> Vec<(String, String)> {
    let mut brands: Vec<(String, String)> = Vec::new();
    let mut rest = super::capped(list);
    while let Some(start) = rest.find('"') {
        let is_version = rest[..start].ends_with("v=");
        let Some((text, after)) = string_at(&rest[start..]) else { break };
        match brands.last_mut() {
            Some((_, version)) if is_version => *version = text,
            _ => brands.push((text, String::new())),
        }
        rest = after;
    }
    brands
}

/// The text of a value that is one quoted string; `None` when it is not, or is empty.
fn quoted(value: &str) -> Option<String> {
    let (text, _) = string_at(super::capped(value).trim())?;
    Some(text).filter(|text| !text.is_empty())
}

/// Reads the quoted string that `input` starts with, and gives what follows it.
fn string_at(input: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut chars = input.strip_prefix('"')?.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((text, &input[at + 2..])),
            '\\' => text.push(chars.next()?.1),
            c => text.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_is_neither_the_engine_nor_the_made_up_brand() {
        for (list, expected) in [
            (
                r#""Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24""#,
                ("Google Chrome", "131"),
            ),
            (r#""Not A(Brand";v="8", "Chromium";v="132", "Brave";v="132""#, ("Brave", "132")),
            (r#"" Not;A Brand";v="99", "Chromium";v="96""#, ("Chromium", "96")),
            (
                r#""Not)A;\"Brand";v="99.0.0.0", "Microsoft Edge";v="120.0.2210.91""#,
                ("Microsoft Edge", "120.0.2210.91"),
            ),
        ] {
            let (name, version) = browser_of(list).expect("there is a browser");
            assert_eq!((name.as_str(), version.as_str()), expected, "{list}");
        }
    }

    #[test]
    fn a_broken_list_gives_what_could_be_read_of_it() {
        assert_eq!(browser_of(""), None);
        assert_eq!(browser_of("\"never closed"), None);
        assert_eq!(browser_of(r#""Opera";v="#), Some(("Opera".into(), String::new())));
        assert_eq!(browser_of("\"ends in a backslash\\"), None);
    }

    #[test]
    fn a_form_factor_goes_before_the_word_mobile() {
        let kind = |form_factors: &str, mobile, platform| {
            let form_factors = Some(form_factors);
            read(&ClientHints {
                form_factors,
                mobile: Some(mobile),
                platform: Some(platform),
                ..ClientHints::default()
            })
            .kind
        };
        assert_eq!(kind("\"Tablet\"", "?1", "\"Android\""), Some(DeviceKind::Tablet));
        assert_eq!(kind("\"Mobile\"", "?0", "\"Android\""), Some(DeviceKind::Phone));
        assert_eq!(kind("\"Desktop\", \"XR\"", "?0", "\"Windows\""), Some(DeviceKind::Browser));
        assert_eq!(kind("\"Automotive\"", "?0", "\"Android\""), Some(DeviceKind::Other));
        assert_eq!(kind("\"Fridge\"", "?1", "\"Android\""), Some(DeviceKind::Phone));
        assert_eq!(kind("", "?0", "\"Android\""), None, "a television says so, too");
    }

    #[test]
    fn windows_counts_its_releases_differently() {
        for (version, expected) in
            [("\"15.0.0\"", Some("Windows 11")), ("\"10.0.0\"", Some("Windows 10")), ("\"0.3\"", None)]
        {
            let hints = ClientHints {
                platform: Some("\"Windows\""),
                platform_version: Some(version),
                ..ClientHints::default()
            };
            assert_eq!(read(&hints).os.as_deref(), expected, "{version}");
        }
    }
}
