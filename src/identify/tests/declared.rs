//! What a device declares, and what watched services report of their clients.

use super::*;
use crate::model::DeviceKind;

#[test]
fn what_a_device_declares_goes_first_and_the_rest_is_filled_in() {
    let declared = DeclaredDevice {
        name: Some("Living-room TV".into()),
        app: Some("Jellyfin".into()),
        ..DeclaredDevice::default()
    };
    let clues = Clues {
        user_agent: Some(
            "Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0.3809.146/6.0 TV Safari/537.36",
        ),
        declared: Some(&declared),
        ..Clues::default()
    };
    assert_eq!(told(&clues), "tv | Living-room TV | Tizen 6 | Jellyfin");
    let declared = DeclaredDevice {
        kind: Some(DeviceKind::Phone),
        model: Some("Pixel 8".into()),
        os: Some("Android 15".into()),
        app: Some("Findroid".into()),
        app_version: Some("0.15".into()),
        ..DeclaredDevice::default()
    };
    let clues = Clues { user_agent: Some("okhttp/4.12.0"), declared: Some(&declared), ..Clues::default() };
    assert_eq!(told(&clues), "phone | Pixel 8 | Android 15 | Findroid 0.15");
}

#[test]
fn an_empty_or_invisible_declaration_counts_as_none() {
    let declared = DeclaredDevice {
        name: Some(" \u{202e}\u{200b} ".into()),
        app: Some("\n".into()),
        app_version: Some("9".into()),
        ..DeclaredDevice::default()
    };
    let clues = Clues { user_agent: Some("curl/8.5.0"), declared: Some(&declared), ..Clues::default() };
    assert_eq!(told(&clues), "other | curl | - | curl 8.5.0");
    assert_eq!(told(&Clues { declared: Some(&declared), ..Clues::default() }), "other | A device | - | -");
}

fn declared(name: &str, app: &str, model: &str, os: &str) -> String {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let declared = DeclaredDevice {
        name: text(name),
        app: text(app),
        model: text(model),
        os: text(os),
        ..DeclaredDevice::default()
    };
    told(&Clues { declared: Some(&declared), ..Clues::default() })
}

#[test]
fn what_services_report_of_their_clients_has_a_kind() {
    for (name, app, model, os, expected) in [
        // Jellyfin and Emby: a device's name and an app's.
        ("LG Smart TV", "Jellyfin Web", "", "", "tv"),
        ("Samsung Smart TV", "Jellyfin Web", "", "", "tv"),
        ("Firefox", "Jellyfin Web", "", "", "browser"),
        ("Chrome Android", "Jellyfin Web", "", "", "phone"),
        ("Safari iPad", "Jellyfin Web", "", "", "tablet"),
        ("SM-S911B", "Jellyfin Android", "", "", "phone"),
        ("SM-T870", "Jellyfin Android", "", "", "tablet"),
        ("Living room", "Jellyfin Android TV", "", "", "tv"),
        ("iPhone", "Swiftfin iOS", "", "", "phone"),
        ("Bedroom", "Swiftfin tvOS", "", "", "streaming_box"),
        ("DESKTOP-1", "Jellyfin Media Player", "", "", "computer"),
        ("Ana's", "Findroid", "", "", "phone"),
        ("Ana's", "Finamp", "", "", "phone"),
        ("Kodi", "Kodi", "", "", "streaming_box"),
        ("Telly", "Emby for Samsung", "", "", "tv"),
        ("Firefox", "Emby Web", "", "", "browser"),
        // Plex: product, model, platform.
        ("Telly", "Plex for LG", "OLED55", "webOS 6.0", "tv"),
        ("Den", "Plex for Android (TV)", "BRAVIA 4K", "Android 10", "tv"),
        ("Chrome", "Plex Web", "", "Windows", "browser"),
        ("MacBook", "Plexamp", "", "macOS 14", "computer"),
        // Home Assistant: an app's client id, or the address of its pages.
        ("", "Home Assistant app", "", "iOS", "phone"),
        ("", "Home Assistant app", "", "Android", "phone"),
        ("", "Browser at homeassistant.local", "", "", "browser"),
        // Immich and audiobookshelf: a type of device and a system.
        ("", "Immich", "iPhone14,5", "iOS 17", "phone"),
        ("", "Immich", "", "Android 14", "phone"),
        ("", "Chrome", "", "Windows 10", "browser"),
        ("", "Mobile Safari", "", "iOS 17.1", "phone"),
    ] {
        let told = declared(name, app, model, os);
        assert_eq!(told.split(" | ").next(), Some(expected), "{app}, {name}, {model}, {os}: {told}");
    }
}

#[test]
fn a_name_that_says_nothing_is_left_out() {
    assert_eq!(declared("A", "Other", "unknown", "null"), "other | A device | - | -");
    assert_eq!(
        declared("", "com.google.android.youtube", "AP2A.240805.005", "Android 15"),
        "phone | Android phone | Android 15 | -"
    );
    assert_eq!(declared("", "Immich", "iPhone14,5", "iOS 17"), "phone | iPhone | iOS 17 | Immich");
}
