//! What is told by a user agent alone.

use super::*;
use crate::model::DeviceKind;

/// User agents as they arrive, and what is told of each.
fn examples() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = include_str!("user-agents.tsv").lines().skip(1);
    lines.map(|line| line.split_once('\t').expect("a user agent and what is told"))
}

#[test]
fn real_user_agents_are_told_apart() {
    let wrong = examples().filter_map(|(user_agent, expected)| {
        let told = told_by_user_agent(user_agent);
        (told != expected).then(|| format!("{user_agent}\n  expected {expected}\n  told     {told}"))
    });
    let wrong = wrong.collect::<Vec<_>>();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(examples().count() >= 130);
}

#[test]
fn every_kind_can_be_told_from_a_user_agent() {
    for kind in DeviceKind::ALL {
        let start = format!("{} | ", kind.as_str());
        assert!(examples().any(|(_, expected)| expected.starts_with(&start)), "{kind:?}");
    }
}

#[test]
fn the_model_behind_a_code_is_kept() {
    let model =
        |user_agent| identifier().identify(&Clues { user_agent: Some(user_agent), ..Clues::default() }).model;
    let samsung = "Mozilla/5.0 (Linux; Android 13; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/115.0.0.0 Mobile Safari/537.36";
    assert_eq!(model(samsung).as_deref(), Some("SM-S911B"));
    let reduced = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";
    assert_eq!(model(reduced), None);
    let old = "Mozilla/5.0 (Linux; U; Android 4.0.3; de-de; Galaxy S II Build/GRJ22) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30";
    assert_eq!(model(old).as_deref(), Some("Galaxy S II"));
}

#[test]
fn a_build_of_android_is_no_model() {
    let model =
        |user_agent| identifier().identify(&Clues { user_agent: Some(user_agent), ..Clues::default() }).model;
    for (user_agent, expected) in [
        ("Element/1.6.20 (Google Pixel 8; Android 14; AP2A.240805.005)", Some("Pixel 8")),
        (
            "Element/1.6.20 (samsung SM-S921B; Android 14; UP1A.231005.007.S921BXXS3AXGA; Flavour GooglePlay)",
            Some("SM-S921B"),
        ),
        ("Element/1.6.20 (Fairphone FP4; Android 13; lineage_FP4-userdebug 13)", Some("Fairphone FP4")),
        ("Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/AP2A.240805.005)", Some("Pixel 8")),
        ("Feishin/0.7 (Linux; Android 14; AP2A.240805.005)", None),
        (
            "app/1.2 (Linux; U; Android 14; en_US; Pixel 8; Build/AP2A.240805.005; Cronet/132.0)",
            Some("Pixel 8"),
        ),
        ("Home Assistant/2024.10.3-14505 (Android 14; Pixel 7)", Some("Pixel 7")),
    ] {
        assert_eq!(model(user_agent).as_deref(), expected, "{user_agent}");
    }
}

#[test]
fn nothing_known_is_a_device_with_what_it_calls_itself() {
    assert_eq!(told(&Clues::default()), "other | A device | - | -");
    assert_eq!(told_by_user_agent(""), "other | A device | - | -");
    assert_eq!(
        told_by_user_agent("totally \u{201c}unheard\u{201d} of"),
        "other | A device that calls itself \u{201c}totally unheard of\u{201d} | - | -"
    );
    let long = told_by_user_agent(&"n".repeat(100_000));
    let expected = format!("A device that calls itself \u{201c}{}\u{2026}\u{201d}", "n".repeat(32));
    assert_eq!(long, format!("other | {expected} | - | -"), "what is long is cut");
}

#[test]
fn a_frozen_user_agent_claims_no_version_that_it_does_not_know() {
    for (user_agent, os) in [
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
            "Android",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36",
            "Android",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            "macOS",
        ),
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            "ChromeOS",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
            "iOS 26",
        ),
        ("Mozilla/5.0 (iOS) Nextcloud-iOS/5.4.1", "iOS"),
    ] {
        let traits = identifier().identify(&Clues { user_agent: Some(user_agent), ..Clues::default() });
        assert_eq!(traits.os.as_deref(), Some(os), "{user_agent}");
    }
}
