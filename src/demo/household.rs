//! Who and what the demonstration household is made of.

use super::PIN;
use crate::model::{DeclaredDevice, DeviceKind};

/// A device of the household, and its life.
pub struct Member {
    /// What the story calls it.
    pub key: &'static str,
    /// The browser or app it signs in with.
    pub user_agent: &'static str,
    /// What it declares of itself.
    pub declares: Option<(&'static str, DeviceKind, &'static str, &'static str)>,
    /// Where it signs in from.
    pub address: &'static str,
    /// Days ago that it first signed in.
    pub since_days: u32,
    /// Who uses it.
    pub profile: &'static str,
    /// Whether it shows a code instead of asking for the password.
    pub by_code: bool,
    /// Minutes ago that it was last active.
    pub idle_minutes: u32,
    /// What it last played.
    pub title: Option<&'static str>,
    /// The site behind the guard it is used at.
    pub site: Option<&'static str>,
}

impl Member {
    /// What it declares of itself.
    pub fn declared(&self) -> Option<DeclaredDevice> {
        self.declares.map(|(name, kind, model, app)| DeclaredDevice {
            name: Some(name.to_owned()),
            kind: Some(kind),
            model: (!model.is_empty()).then(|| model.to_owned()),
            app: (!app.is_empty()).then(|| app.to_owned()),
            ..DeclaredDevice::default()
        })
    }
}

/// The profiles: name, whether it is a child's, its PIN.
pub const PROFILES: [(&str, bool, Option<&str>); 3] =
    [("Ana", false, Some(PIN)), ("Rui", false, Some(PIN)), ("Leo", true, None)];

/// The browser of somebody whom nobody knows.
pub const STRANGER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";

const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;

/// The household's devices, the oldest first.
pub const MEMBERS: &[Member] = &[
    Member {
        key: "living-room",
        user_agent: "Mozilla/5.0 (SMART-TV; LINUX; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) 108.0.5359.1/8.0 TV Safari/537.36",
        declares: Some(("Living-room TV", DeviceKind::Tv, "Samsung QE55", "Jellyfin")),
        address: "192.0.2.10",
        since_days: 236,
        profile: "Ana",
        by_code: true,
        idle_minutes: 4,
        title: Some("The Lighthouse Keepers · Season 2, Episode 4"),
        site: None,
    },
    Member {
        key: "ana-phone",
        user_agent: "Mozilla/5.0 (Linux; Android 16; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
        declares: None,
        address: "192.0.2.10",
        since_days: 235,
        profile: "Ana",
        by_code: false,
        idle_minutes: 35,
        title: None,
        site: None,
    },
    Member {
        key: "old-tablet",
        user_agent: "Mozilla/5.0 (iPad; CPU OS 15_8 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.6 Mobile/15E148 Safari/604.1",
        declares: None,
        address: "192.0.2.10",
        since_days: 230,
        profile: "Rui",
        by_code: false,
        idle_minutes: 171 * DAY,
        title: Some("A Garden for All Seasons"),
        site: None,
    },
    Member {
        key: "rui-phone",
        user_agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
        declares: None,
        address: "192.0.2.10",
        since_days: 228,
        profile: "Rui",
        by_code: false,
        idle_minutes: 3 * HOUR,
        title: None,
        site: None,
    },
    Member {
        key: "console",
        user_agent: "Mozilla/5.0 (PlayStation; PlayStation 5/9.60) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15",
        declares: Some(("Leo's PlayStation", DeviceKind::Console, "PlayStation 5", "")),
        address: "192.0.2.10",
        since_days: 190,
        profile: "Leo",
        by_code: true,
        idle_minutes: 22 * HOUR,
        title: Some("Moles in Space"),
        site: None,
    },
    Member {
        key: "bedroom",
        user_agent: "Mozilla/5.0 (Linux; Android 14; Chromecast) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 CrKey/1.56.500000",
        declares: Some((
            "Bedroom Chromecast",
            DeviceKind::StreamingBox,
            "Chromecast with Google TV",
            "Jellyfin",
        )),
        address: "192.0.2.10",
        since_days: 164,
        profile: "Rui",
        by_code: true,
        idle_minutes: 2 * DAY + 5 * HOUR,
        title: Some("Night Train to Lisbon Docks"),
        site: None,
    },
    Member {
        key: "photos",
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
        declares: None,
        address: "192.0.2.10",
        since_days: 141,
        profile: "Ana",
        by_code: false,
        idle_minutes: DAY + 2 * HOUR,
        title: None,
        site: Some("photos.home.example"),
    },
    Member {
        key: "grandmother",
        user_agent: "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.5359.211 Safari/537.36 WebAppManager",
        declares: Some(("Grandma's TV", DeviceKind::Tv, "LG OLED48", "Jellyfin")),
        address: "198.51.100.12",
        since_days: 118,
        profile: "Ana",
        by_code: true,
        idle_minutes: 9 * HOUR,
        title: Some("The Ferryman's Daughters · Episode 31"),
        site: None,
    },
    Member {
        key: "speaker",
        user_agent: "Linux UPnP/1.0 Sonos/80.1-55014 (ZPS27)",
        declares: Some(("Kitchen speaker", DeviceKind::Speaker, "Sonos One", "")),
        address: "192.0.2.10",
        since_days: 96,
        profile: "Ana",
        by_code: true,
        idle_minutes: 6 * HOUR,
        title: Some("Morning news"),
        site: None,
    },
    Member {
        key: "work-laptop",
        user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
        declares: None,
        address: "198.51.100.140",
        since_days: 47,
        profile: "Rui",
        by_code: false,
        idle_minutes: 40 * DAY,
        title: None,
        site: None,
    },
    Member {
        key: "tablet",
        user_agent: "Mozilla/5.0 (iPad; CPU OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1",
        declares: Some(("Leo's iPad", DeviceKind::Tablet, "iPad", "Jellyfin")),
        address: "192.0.2.10",
        since_days: 33,
        profile: "Leo",
        by_code: false,
        idle_minutes: HOUR + 20,
        title: Some("Captain Barnacle and the Singing Whale"),
        site: None,
    },
    Member {
        key: "holiday-stick",
        user_agent: "Mozilla/5.0 (Linux; Android 9; AFTMM) AppleWebKit/537.36 (KHTML, like Gecko) Silk/120.4 like Chrome/120.0 Safari/537.36",
        declares: Some(("Beach-house Fire TV", DeviceKind::StreamingBox, "Fire TV Stick 4K", "Kodi")),
        address: "192.0.2.140",
        since_days: 104,
        profile: "Rui",
        by_code: true,
        idle_minutes: 88 * DAY,
        title: Some("Sardines: A Love Story"),
        site: None,
    },
];
