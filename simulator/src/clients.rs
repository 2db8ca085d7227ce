//! What devices are: the makes that are about, how many people have each, and which version each is at on a day.

use latchkey::familiarity::Client;
use latchkey::familiarity::client::Program;
use latchkey::model::DeviceKind;

use crate::dice::{Dice, whole};

/// A make of device with the app or browser on it.
#[derive(Clone, Copy, Debug)]
pub struct Make {
    /// What sort.
    pub kind: DeviceKind,
    /// Manufacturer's model; empty where the device does not say.
    pub model: &'static str,
    /// The system.
    pub os: Release,
    /// The app or browser.
    pub app: Release,
    /// How many there are, compared with others of its kind. Chosen, of the order that browser counts publish.
    pub share: f64,
}

/// A program and how its versions go up.
#[derive(Clone, Copy, Debug)]
pub struct Release {
    /// Its name.
    pub name: &'static str,
    /// Its version on the first day.
    pub first: [u32; 2],
    /// Which of the two numbers goes up.
    pub goes_up: usize,
    /// Days between versions; 0 when they stay.
    pub every: f64,
}

impl Release {
    fn on(&self, day: f64, lag: f64) -> Program {
        let mut version = self.first.to_vec();
        if self.every > 0.0 {
            // A lag longer than a release's age means the one before; 400 days of them are in the first version.
            version[self.goes_up] += whole((day - lag + 400.0) / self.every);
        }
        if self.goes_up == 0 {
            version.truncate(1);
            version.push(0);
        }
        Program { name: self.name.to_owned(), version }
    }
}

impl Make {
    /// What a device of this make says it is, on a day, when it lags so many days behind.
    pub fn on(&self, day: f64, lag: f64) -> Client {
        Client {
            kind: self.kind,
            os: self.os.on(day, lag),
            app: self.app.on(day, lag),
            model: self.model.to_owned(),
        }
    }
}

const fn stays(name: &'static str, version: u32) -> Release {
    Release { name, first: [version, 0], goes_up: 1, every: 0.0 }
}

const fn monthly(name: &'static str, version: u32) -> Release {
    Release { name, first: [version, 0], goes_up: 0, every: 28.0 }
}

const fn minor(name: &'static str, version: u32, every: f64) -> Release {
    Release { name, first: [version, 0], goes_up: 1, every }
}

const fn make(kind: DeviceKind, model: &'static str, os: Release, app: Release, share: f64) -> Make {
    Make { kind, model, os, app, share }
}

use DeviceKind::{Browser, Console, Phone, Speaker, StreamingBox, Tablet, Tv};

/// Browsers on computers. Chrome, Edge and Firefox come out every four weeks; reduced user agents name no newer system
/// than Windows 10 and macOS 10.15.
pub const BROWSERS: &[Make] = &[
    make(Browser, "", stays("Windows", 10), monthly("Chrome", 130), 42.0),
    make(Browser, "", stays("Windows", 10), monthly("Edge", 130), 13.0),
    make(Browser, "", stays("Mac OS X", 10), minor("Safari", 26, 50.0), 13.0),
    make(Browser, "", stays("Mac OS X", 10), monthly("Chrome", 130), 12.0),
    make(Browser, "", stays("Windows", 10), monthly("Firefox", 132), 7.0),
    make(Browser, "", stays("Linux", 0), monthly("Firefox", 132), 3.0),
    make(Browser, "", stays("Linux", 0), monthly("Chrome", 130), 3.0),
    make(Browser, "", stays("Mac OS X", 10), monthly("Firefox", 132), 2.0),
    make(Browser, "", stays("Chrome OS", 14541), monthly("Chrome", 130), 2.0),
    make(Browser, "", stays("Windows", 10), monthly("Opera", 114), 3.0),
];

/// Phones whose browser is used.
pub const PHONE_BROWSERS: &[Make] = &[
    make(Phone, "", stays("Android", 10), monthly("Chrome Mobile", 130), 55.0),
    make(Phone, "iPhone", minor("iOS", 18, 50.0), minor("Mobile Safari", 26, 50.0), 32.0),
    make(Phone, "", stays("Android", 10), minor("Samsung Internet", 28, 60.0), 8.0),
    make(Phone, "", stays("Android", 15), monthly("Firefox Mobile", 132), 3.0),
];

/// Phones with the app.
pub const PHONES: &[Make] = &[
    make(Phone, "iPhone", minor("iOS", 18, 50.0), minor("Latchkey", 1, 30.0), 34.0),
    make(Phone, "SM-S921B", minor("Android", 15, 380.0), minor("Latchkey", 1, 30.0), 12.0),
    make(Phone, "SM-A546B", minor("Android", 14, 380.0), minor("Latchkey", 1, 30.0), 14.0),
    make(Phone, "SM-A156B", minor("Android", 14, 380.0), minor("Latchkey", 1, 30.0), 10.0),
    make(Phone, "Pixel 8", minor("Android", 15, 90.0), minor("Latchkey", 1, 30.0), 6.0),
    make(Phone, "Pixel 9", minor("Android", 15, 90.0), minor("Latchkey", 1, 30.0), 4.0),
    make(Phone, "23129RAA4G", minor("Android", 14, 380.0), minor("Latchkey", 1, 30.0), 9.0),
    make(Phone, "moto g54", minor("Android", 14, 380.0), minor("Latchkey", 1, 30.0), 5.0),
];

/// Tablets.
pub const TABLETS: &[Make] = &[
    make(Tablet, "iPad", minor("iPadOS", 18, 50.0), minor("Latchkey", 1, 30.0), 60.0),
    make(Tablet, "SM-X210", minor("Android", 14, 380.0), minor("Latchkey", 1, 30.0), 25.0),
    make(Tablet, "TB310FU", minor("Android", 13, 380.0), minor("Latchkey", 1, 30.0), 10.0),
];

/// Television sets.
pub const TVS: &[Make] = &[
    make(Tv, "QE55Q80C", stays("Tizen", 7), minor("Jellyfin", 1, 70.0), 20.0),
    make(Tv, "UE50CU7100", stays("Tizen", 7), minor("Jellyfin", 1, 70.0), 20.0),
    make(Tv, "OLED55C3", stays("webOS", 23), minor("Jellyfin", 1, 70.0), 20.0),
    make(Tv, "50UR7800", stays("webOS", 23), minor("Jellyfin", 1, 70.0), 15.0),
    make(Tv, "BRAVIA 4K VH2", minor("Android TV", 12, 380.0), minor("Jellyfin", 1, 70.0), 15.0),
    make(Tv, "50PUS8108", stays("Titan OS", 1), minor("Jellyfin", 1, 70.0), 10.0),
];

/// Boxes and sticks.
pub const BOXES: &[Make] = &[
    make(StreamingBox, "AFTKA", minor("Fire OS", 8, 120.0), minor("Jellyfin", 1, 70.0), 30.0),
    make(StreamingBox, "Chromecast", minor("Android TV", 12, 380.0), minor("Jellyfin", 1, 70.0), 25.0),
    make(StreamingBox, "AppleTV14,1", minor("tvOS", 18, 50.0), minor("Jellyfin", 1, 70.0), 20.0),
    make(StreamingBox, "Roku Express", minor("Roku OS", 14, 120.0), minor("Jellyfin", 1, 70.0), 25.0),
];

/// Consoles.
pub const CONSOLES: &[Make] = &[
    make(Console, "PlayStation 5", minor("PlayStation", 10, 60.0), minor("Jellyfin", 1, 70.0), 55.0),
    make(Console, "Xbox Series X", minor("Xbox", 10, 30.0), minor("Jellyfin", 1, 70.0), 45.0),
];

/// Loudspeakers.
pub const SPEAKERS: &[Make] = &[
    make(Speaker, "Nest Mini", stays("Fuchsia", 1), minor("Cast", 1, 60.0), 50.0),
    make(Speaker, "Sonos One", minor("Sonos", 16, 45.0), minor("Sonos", 16, 45.0), 50.0),
];

/// What a phone's browser says it is when its user asks for the desktop's site: the same browser on a computer. Chromium and
/// Firefox on Android say Linux then, every browser on iOS macOS.
pub fn desktop_site(phone: &Client) -> Client {
    let system = if phone.os.name == "iOS" { "Mac OS X" } else { "Linux" };
    let os = BROWSERS.iter().map(|make| make.os).find(|os| os.name == system);
    let name = phone.app.name.trim_start_matches("Mobile ").trim_end_matches(" Mobile").to_owned();
    Client {
        kind: Browser,
        os: os.map(|os| os.on(0.0, 0.0)).unwrap_or_default(),
        app: Program { name, version: phone.app.version.clone() },
        model: String::new(),
    }
}

/// All makes of a sort of device.
pub const fn makes_of(kind: DeviceKind) -> &'static [Make] {
    match kind {
        Tv => TVS,
        StreamingBox => BOXES,
        Console => CONSOLES,
        Phone => PHONES,
        Tablet => TABLETS,
        Speaker => SPEAKERS,
        Browser | DeviceKind::Computer | DeviceKind::Other => BROWSERS,
    }
}

/// One of several makes, the common ones more often.
pub fn any_make(of: &'static [Make], dice: &mut Dice) -> &'static Make {
    &of[dice.weighted(of.iter().map(|make| make.share))]
}

/// The commonest make of several.
pub fn commonest(of: &'static [Make]) -> &'static Make {
    of.iter().max_by(|one, other| one.share.total_cmp(&other.share)).unwrap_or(&BROWSERS[0])
}

#[cfg(test)]
mod tests {
    use latchkey::familiarity::client::{Likeness, likeness};

    use super::*;

    #[test]
    fn versions_only_go_up() {
        let all = [BROWSERS, PHONE_BROWSERS, PHONES, TABLETS, TVS, BOXES, CONSOLES, SPEAKERS];
        for make in all.into_iter().flatten() {
            let mut before = make.on(0.0, 9.0);
            for day in 1..=365 {
                let now = make.on(f64::from(day), 9.0);
                assert!(now.app.version >= before.app.version && now.os.version >= before.os.version);
                assert!(likeness(&before, &now) >= Likeness::Updated, "{before:?} to {now:?}");
                before = now;
            }
        }
    }

    #[test]
    fn a_phone_that_asks_for_the_desktops_site_says_it_is_one_of_the_computers() {
        let says = PHONE_BROWSERS.iter().map(|make| desktop_site(&make.on(9.0, 0.0)));
        let names = says.map(|client| (client.os.name, client.app.name)).collect::<Vec<_>>();
        let is_there = |(os, app): &(String, String)| {
            BROWSERS.iter().any(|make| make.os.name == os && make.app.name == app)
        };
        assert_eq!(names.iter().map(is_there).collect::<Vec<_>>(), [true, true, false, true], "{names:?}");
    }

    #[test]
    fn a_browser_is_updated_every_month() {
        let versions: std::collections::HashSet<_> =
            (0..365).map(|day| BROWSERS[0].on(f64::from(day), 5.0).app.version).collect();
        assert!((13..=15).contains(&versions.len()), "{}", versions.len());
    }
}
