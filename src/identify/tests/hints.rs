//! What Client Hints add to a user agent that says less.

use super::*;

#[test]
fn hints_tell_what_the_frozen_user_agent_does_not() {
    let windows = Clues {
        user_agent: Some(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        ),
        hints: ClientHints {
            brands: Some(r#""Brave";v="131", "Chromium";v="131", "Not_A Brand";v="24""#),
            mobile: Some("?0"),
            platform: Some("\"Windows\""),
            platform_version: Some("\"15.0.0\""),
            full_version_list: Some(
                r#""Brave";v="131.1.73.97", "Chromium";v="131.1.73.97", "Not_A Brand";v="24.0.0.0""#,
            ),
            ..ClientHints::default()
        },
        declared: None,
    };
    assert_eq!(told(&windows), "browser | Brave on Windows | Windows 11 | Brave 131.1");
    let phone = Clues {
        user_agent: Some(
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
        ),
        hints: ClientHints {
            brands: Some(r#""Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24""#),
            mobile: Some("?1"),
            platform: Some("\"Android\""),
            platform_version: Some("\"15.0.0\""),
            model: Some("\"Pixel 8\""),
            ..ClientHints::default()
        },
        declared: None,
    };
    assert_eq!(told(&phone), "phone | Pixel 8 | Android 15 | Chrome 131");
    // Chromium sends these three without being asked.
    let unasked =
        Clues { hints: ClientHints { platform_version: None, model: Some("\"\""), ..phone.hints }, ..phone };
    assert_eq!(told(&unasked), "phone | Chrome on Android | Android | Chrome 131");
}

#[test]
fn a_television_stays_one_whatever_its_engine_hints() {
    let clues = Clues {
        user_agent: Some(
            "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.5 Safari/537.36 WebAppManager",
        ),
        hints: ClientHints {
            brands: Some(r#""Chromium";v="120""#),
            mobile: Some("?0"),
            platform: Some("\"Linux\""),
            ..ClientHints::default()
        },
        declared: None,
    };
    assert_eq!(told(&clues), "tv | LG TV | webOS 25 | -");
}

/// A reduced user agent on Android, and the hints that come with it.
fn on_android(model: &'static str, mobile: &'static str) -> Clues<'static> {
    Clues {
        user_agent: Some(
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        ),
        hints: ClientHints {
            brands: Some(r#""Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24""#),
            mobile: Some(mobile),
            platform: Some("\"Android\""),
            model: Some(model),
            ..ClientHints::default()
        },
        declared: None,
    }
}

#[test]
fn a_model_in_the_hints_tells_a_television_from_a_tablet() {
    assert_eq!(
        told(&on_android("\"SM-X906B\"", "?0")),
        "tablet | Galaxy Tab S8 Ultra 5G | Android | Chrome 131"
    );
    assert!(told(&on_android("\"BeyondTV3\"", "?0")).starts_with("tv | "));
    assert_eq!(told(&on_android("\"\"", "?0")), "tablet | Chrome on Android | Android | Chrome 131");
}

#[test]
fn a_hint_goes_before_the_list_of_models() {
    assert!(told(&on_android("\"SM-X906B\"", "?1")).starts_with("phone | "));
    let hints = ClientHints { form_factors: Some("\"Tablet\""), ..on_android("\"SM-S911B\"", "?1").hints };
    let clues = Clues { hints, ..on_android("", "") };
    assert_eq!(told(&clues), "tablet | Galaxy S23 | Android | Chrome 131");
}
