//! Our own table of devices that say what they are: televisions, boxes, consoles, loudspeakers.
//!
//! Rows are tried from the top and the first whose marks all appear wins; marks are lower case. Sources: the
//! makers' developer pages (Samsung Tizen, LG webOS TV, Roku, Fire TV, Cast), and user agents as they arrive.

use super::{Guess, android_model, version_after};
use crate::model::DeviceKind::{self, Console, Other, Phone, Speaker, StreamingBox, Tablet, Tv};

/// One row: when all of `marks` appear, the device is a `kind` called `name`.
struct Row {
    marks: &'static [&'static str],
    kind: DeviceKind,
    name: &'static str,
    system: &'static str,
    /// The word in the user agent after which the system's version stands.
    version_mark: &'static str,
}

const fn row(marks: &'static [&'static str], kind: DeviceKind, name: &'static str) -> Row {
    Row { marks, kind, name, system: "", version_mark: "" }
}

impl Row {
    const fn runs(mut self, system: &'static str, version_mark: &'static str) -> Self {
        self.system = system;
        self.version_mark = version_mark;
        self
    }
}

static ROWS: &[Row] = &[
    // Consoles.
    row(&["playstation 5"], Console, "PlayStation 5"),
    row(&["playstation 4"], Console, "PlayStation 4"),
    row(&["playstation 3"], Console, "PlayStation 3"),
    row(&["playstation vita"], Console, "PlayStation Vita"),
    row(&["playstation"], Console, "PlayStation"),
    row(&["xbox series x"], Console, "Xbox Series X"),
    row(&["xbox one"], Console, "Xbox One"),
    row(&["xbox"], Console, "Xbox"),
    row(&["nintendo switch 2"], Console, "Nintendo Switch 2"),
    row(&["nintendo switch"], Console, "Nintendo Switch"),
    row(&["nintendo wii"], Console, "Nintendo Wii"),
    row(&["nintendo 3ds"], Console, "Nintendo 3DS"),
    row(&["steam deck"], Console, "Steam Deck"),
    // Loudspeakers, before the boxes whose words they share.
    row(&["devicetype/smartspeaker"], Speaker, "Google Home"),
    row(&["homepod"], Speaker, "HomePod"),
    row(&["audioaccessory"], Speaker, "HomePod"),
    row(&["alexamediaplayer"], Speaker, "Amazon Echo"),
    row(&["linux upnp", "sonos/"], Speaker, "Sonos speaker"),
    row(&["bose/"], Speaker, "Bose speaker"),
    // Boxes and sticks.
    row(&["roku"], StreamingBox, "Roku").runs("Roku OS", "dvp-"),
    row(&["apple tv", "cpu os "], StreamingBox, "Apple TV").runs("tvOS", "cpu os "),
    row(&["apple tv", "tvos"], StreamingBox, "Apple TV").runs("tvOS", "tvos "),
    row(&["apple tv"], StreamingBox, "Apple TV").runs("tvOS", ""),
    row(&["appletv", "tvos"], StreamingBox, "Apple TV").runs("tvOS", "tvos "),
    row(&["appletv"], StreamingBox, "Apple TV").runs("tvOS", ""),
    row(&["tvos"], StreamingBox, "Apple TV").runs("tvOS", "tvos "),
    row(&["shield android tv"], StreamingBox, "NVIDIA Shield").runs("Android TV", "android "),
    row(&["google tv streamer"], StreamingBox, "Google TV Streamer").runs("Android TV", "android "),
    row(&["chromecast", "android"], StreamingBox, "Chromecast").runs("Android TV", "android "),
    row(&["mibox"], StreamingBox, "Xiaomi TV box").runs("Android TV", "android "),
    row(&["crkey", "devicetype/androidtv"], Tv, "Android TV").runs("Android TV", "android "),
    row(&["crkey"], StreamingBox, "Chromecast"),
    row(&["chromecast"], StreamingBox, "Chromecast"),
    row(&["libreelec"], StreamingBox, "LibreELEC box").runs("LibreELEC", ""),
    row(&["coreelec"], StreamingBox, "CoreELEC box").runs("CoreELEC", ""),
    row(&["osmc"], StreamingBox, "OSMC box").runs("OSMC", ""),
    // Televisions.
    row(&["tizen", "familyhub"], Other, "Samsung fridge").runs("Tizen", "tizen "),
    row(&["tizen", "tv"], Tv, "Samsung TV").runs("Tizen", "tizen "),
    row(&["samsung", "smart-tv"], Tv, "Samsung TV"),
    row(&["samsung", "smarttv"], Tv, "Samsung TV"),
    row(&["smarthub", "smart-tv"], Tv, "Samsung TV"),
    row(&["maple", "smart-tv"], Tv, "Samsung TV"),
    row(&["web0s"], Tv, "LG TV").runs("webOS", "webos.tv-"),
    row(&["webos", "tv"], Tv, "LG TV").runs("webOS", "webos.tv-"),
    row(&["webos", "lge"], Tv, "LG TV").runs("webOS", ""),
    row(&["netcast"], Tv, "LG TV").runs("NetCast", "netcast "),
    row(&["bravia", "android"], Tv, "Sony TV").runs("Android TV", "android "),
    row(&["bravia"], Tv, "Sony TV"),
    row(&["hbbtv", "sony"], Tv, "Sony TV"),
    row(&["philips", "android"], Tv, "Philips TV").runs("Android TV", "android "),
    row(&["philipstv"], Tv, "Philips TV"),
    row(&["hbbtv", "philips"], Tv, "Philips TV"),
    row(&["viera"], Tv, "Panasonic TV"),
    row(&["hbbtv", "panasonic"], Tv, "Panasonic TV"),
    row(&["vidaa"], Tv, "Hisense TV").runs("VIDAA", "vidaa/"),
    row(&["hisense", "tv"], Tv, "Hisense TV"),
    row(&["hbbtv", "hisense"], Tv, "Hisense TV"),
    row(&["vizio"], Tv, "Vizio TV"),
    row(&["smartcast"], Tv, "Vizio TV"),
    row(&["aquos", "tv"], Tv, "Sharp TV"),
    row(&["hbbtv", "sharp"], Tv, "Sharp TV"),
    row(&["hbbtv", "toshiba"], Tv, "Toshiba TV"),
    row(&["hbbtv", "vestel"], Tv, "Vestel TV"),
    row(&["hbbtv", "tcl"], Tv, "TCL TV"),
    row(&["hbbtv", "loewe"], Tv, "Loewe TV"),
    row(&["hbbtv", "grundig"], Tv, "Grundig TV"),
    row(&["mitv"], Tv, "Xiaomi TV").runs("Android TV", "android "),
    row(&["tcl", "android", "tv"], Tv, "TCL TV").runs("Android TV", "android "),
    row(&["googletv"], Tv, "Google TV").runs("Android TV", "android "),
    row(&["google tv"], Tv, "Google TV").runs("Android TV", "android "),
    row(&["androidtv"], Tv, "Android TV").runs("Android TV", "android "),
    row(&["android tv"], Tv, "Android TV").runs("Android TV", "android "),
    row(&["android", "tv"], Tv, "Android TV").runs("Android TV", "android "),
    row(&["hbbtv"], Tv, "Smart TV"),
    row(&["smart-tv"], Tv, "Smart TV"),
    row(&["smarttv"], Tv, "Smart TV"),
    row(&["smart_tv"], Tv, "Smart TV"),
    row(&["smart tv"], Tv, "Smart TV"),
    // The rest.
    row(&["oculusbrowser"], Other, "Meta Quest"),
    row(&["qtcarbrowser"], Other, "Tesla car"),
    row(&["tesla/"], Other, "Tesla car"),
    row(&["watchos"], Other, "Apple Watch").runs("watchOS", "watchos "),
    row(&["apple watch"], Other, "Apple Watch").runs("watchOS", ""),
    row(&["kindle/"], Tablet, "Kindle").runs("Kindle OS", ""),
    row(&["kaios"], Phone, "KaiOS phone").runs("KaiOS", "kaios/"),
    row(&["windows phone"], Phone, "Windows phone").runs("Windows Phone", "windows phone "),
    row(&["ipod"], Phone, "iPod touch"),
    row(&["iphone"], Phone, "iPhone"),
    row(&["ipad"], Tablet, "iPad"),
];

/// The device a user agent names; `lower` is the same text in lower case.
pub(super) fn read(user_agent: &str, lower: &str) -> Option<Guess> {
    if let Some(amazon) = amazon(user_agent) {
        return Some(amazon);
    }
    let row = ROWS.iter().find(|row| row.marks.iter().all(|mark| has_word(lower, mark)))?;
    let mut guess = Guess {
        // A console's name is its model, and often all it says.
        model: (row.kind == Console).then(|| row.name.into()),
        kind: Some(row.kind),
        name: Some(row.name.into()),
        is_appliance: !matches!(row.kind, Phone | Tablet),
        ..Guess::default()
    };
    if lower.contains("android") {
        guess.model = android_model(user_agent).map(str::to_owned);
    }
    if !row.system.is_empty() {
        let version = match row.system {
            "webOS" => webos_version(lower).or_else(|| version_after(lower, row.version_mark)),
            _ => version_after(lower, row.version_mark),
        };
        let major = version.and_then(|version| version.split('.').next());
        guess.system = Some(row.system.into());
        guess.os = Some(match major {
            Some(major) => format!("{} {major}", row.system),
            None => row.system.into(),
        });
    }
    Some(guess)
}

/// Amazon's own devices by their model codes: AFT… for Fire TV, AEO… for Echo, KF… for Fire tablets
/// (developer.amazon.com, "Device specifications").
fn amazon(user_agent: &str) -> Option<Guess> {
    let model = android_model(user_agent)?;
    let code = |prefix: &str| {
        let rest = model.strip_prefix(prefix)?;
        (!rest.is_empty() && rest.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())).then_some(())
    };
    let (kind, name) = if code("AFT").is_some() {
        (StreamingBox, "Fire TV")
    } else if code("AEO").is_some() {
        (Speaker, "Amazon Echo")
    } else if code("KF").is_some() {
        (Tablet, "Fire tablet")
    } else {
        return None;
    };
    Some(Guess {
        kind: Some(kind),
        name: Some(name.into()),
        is_appliance: kind != Tablet,
        model: Some(model.to_owned()),
        system: Some("Fire OS".into()),
        os: Some("Fire OS".into()),
        ..Guess::default()
    })
}

/// webOS TV says its version through the engine's (webostv.developer.lge.com, "Web API and web engine").
fn webos_version(lower: &str) -> Option<&'static str> {
    Some(match version_after(lower, "chrome/")?.split('.').next()? {
        "38" => "3",
        "53" => "4",
        "68" => "5",
        "79" => "6",
        "87" => "22",
        "94" => "23",
        "108" => "24",
        "120" => "25",
        _ => return None,
    })
}

/// Whether `word` appears in `text` where a word can start, so that "tv" is not found in "cctv-9".
/// A short word must also end there: "tv" is not in "tvr".
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let starts = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        let ends =
            word.len() > 3 || !text[at + word.len()..].starts_with(|c: char| c.is_ascii_alphanumeric());
        starts && ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_lower_case_and_every_row_can_be_reached() {
        for (at, row) in ROWS.iter().enumerate() {
            assert!(row.marks.iter().all(|mark| *mark == mark.to_ascii_lowercase()), "{:?}", row.marks);
            let sample = row.marks.join("; ");
            let first = ROWS.iter().position(|row| row.marks.iter().all(|mark| has_word(&sample, mark)));
            assert_eq!(first, Some(at), "{sample} is taken by an earlier row");
        }
    }

    #[test]
    fn a_word_is_found_where_words_start() {
        assert!(has_word("linux; tv safari", "tv"));
        assert!(!has_word("cctv9 tvr", "tv"));
        assert!(has_word("web0s; linux", "web0s"));
    }
}
