//! The kind of device where none of our rows and no hint told it: by its system, and by how it speaks.

use super::android;
use super::guess::Guess;
use super::words::has_word;
use crate::model::DeviceKind::{Browser, Computer, Phone, StreamingBox, Tablet, Tv};

/// Words of systems and programs that run on computers only. Tried after everything that could be a phone or a television.
const COMPUTERS: &[&str] = &[
    "windows",
    "winnt",
    "win98",
    "win95",
    "win32",
    "win16",
    "macintosh",
    "mac_powerpc",
    "mac_intel",
    "mac os",
    "os=mac",
    "macos",
    "darwin_i386",
    "x11",
    "ubuntu",
    "fedora",
    "gentoo",
    "debian",
    "suse",
    "linux",
    "freebsd",
    "openbsd",
    "netbsd",
    "sunos",
    "solaris",
    "hp-ux",
    "irix",
    "aix",
    "osf1",
    "unix",
    "openvms",
    "os/2",
    "beos",
    "haiku",
    "amiga",
    "morphos",
    "risc os",
    "syllable",
    "cros", // typos: meant
    "konqueror",
    "mosaic",
    "webexplorer",
    "microsoft office",
    "ms-office",
    "msoffice",
    "intellij",
];

/// What says in a program of Apple's own network library that it runs on a Mac. With Apple's own processors nothing does.
const MACS: &[&str] = &["x86_64", "i386", "ppc", "powerpc", "macos", "macintosh"];

/// What is left to tell: `guess` is what the patterns read, `known` what the sources before them told.
pub(super) fn fill(mut guess: Guess, known: &Guess, user_agent: &str, lower: &str) -> Guess {
    if known.kind.is_some() && !android::is_android(lower) {
        return guess;
    }
    if android::is_android(lower) {
        return fill_android(guess, known, user_agent, lower);
    }
    let is_page = lower.starts_with("mozilla/") || lower.starts_with("opera/");
    if lower.contains("cfnetwork/") || lower.contains("darwin/") {
        let is_mac = lower.starts_with("safari/") || MACS.iter().any(|word| has_word(lower, word));
        guess.kind = is_mac.then_some(Computer);
        if is_mac {
            (guess.system, guess.os) = (Some("macOS".into()), Some("macOS".into()));
        }
        // Far more phones than Macs.
        guess.likely = Some(Phone);
        return guess;
    }
    // "Plexamp/4.11 (macOS 14)": the patterns know browsers' word for it only.
    if guess.system.is_none() && has_word(lower, "macos") {
        (guess.system, guess.os) = (Some("macOS".into()), Some("macOS".into()));
    }
    guess.kind = if guess.system.as_deref() == Some("iOS") {
        Some(Phone)
    } else if asks_as_desktop(lower) || (has_word(lower, "tablet") && !has_word(lower, "windows")) {
        Some(Tablet)
    } else if COMPUTERS.iter().any(|word| has_word(lower, word)) {
        Some(if is_page || guess.app.is_some() { Browser } else { Computer })
    } else if is_page && guess.app.is_some() {
        Some(Browser)
    } else {
        has_word(lower, "mobile").then_some(Phone)
    };
    guess
}

/// Samsung's and Amazon's browsers on tablets ask for pages as a computer's would; there are none of them for computers.
fn asks_as_desktop(lower: &str) -> bool {
    (lower.contains("samsungbrowser") && lower.contains("x11")) || has_word(lower, "silk")
}

fn fill_android(mut guess: Guess, known: &Guess, user_agent: &str, lower: &str) -> Guess {
    // The hint goes first: the user agent says "K".
    let model = known.model.as_deref().or_else(|| android::model(user_agent));
    let kind = known.kind.unwrap_or_else(|| android::kind(model, lower));
    if known.kind.is_none() && matches!(kind, Tv | StreamingBox) {
        let name = model.and_then(|model| android::name_of_model(model, "TV"));
        let plain = if kind == Tv { "Android TV" } else { "TV box" };
        guess.name = name.or_else(|| Some(plain.into()));
        guess.is_appliance = true;
        let version = super::parts::version_after(user_agent, "Android ").map(super::parts::major);
        guess.os =
            Some(version.map_or_else(|| "Android TV".into(), |version| format!("Android TV {version}")));
        guess.system = Some("Android TV".into());
    }
    guess.kind = Some(kind);
    guess.model = model.map(str::to_owned);
    guess
}
