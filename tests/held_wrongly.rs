//! Devices of the household that look as they always did, or as their kind does, and must not be held; and the copies that
//! look almost like them, and must be.

mod support;

use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use support::away::{LISBON, RIGA, household};
use support::{Answer, Browser, LOGIN, PASSWORD, TestHome};

/// Another line of the same provider in the same city, where the household has never been: one more each time.
fn new_line() -> String {
    static LINES: AtomicU16 = AtomicU16::new(1);
    format!("2001:db8:1:{:x}::1", LINES.fetch_add(1, Ordering::Relaxed))
}

/// What devices say that stand in a living room, word for word. Most say no more than what they are.
const APPLIANCES: [&str; 14] = [
    "Mozilla/5.0 (PlayStation; PlayStation 5/6.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15",
    "Mozilla/5.0 (PlayStation 4 11.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15",
    "Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/609.4 (KHTML, like Gecko) NF/6.0.2.21.3 NintendoBrowser/5.1.0.22474",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.86",
    "Mozilla/5.0 (X11; Linux armv7l) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430.225 Safari/537.36 CrKey/1.56.500000 DeviceType/Chromecast",
    "Mozilla/5.0 (Fuchsia) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 CrKey/1.56.500000",
    "Mozilla/5.0 (X11; Linux armv7l) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430.225 Safari/537.36 CrKey/1.56.500000 DeviceType/SmartSpeaker",
    "HbbTV/1.2.1 (;Panasonic;VIERA 2013;3.672;4101-0003 0002-0000;)",
    "Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0.3809.146/6.0 TV Safari/537.36",
    "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/87.0.4280.88 Safari/537.36 WebAppManager",
    "Mozilla/5.0 (SmartHub; SMART-TV; U; Linux/SmartTV; Maple2012) AppleWebKit/534.7 (KHTML, like Gecko) SmartTV Safari/534.7",
    "Linux UPnP/1.0 Sonos/79.1-52280 (ZPS38)",
    "AlexaMediaPlayer/2.1.4676.0 (Linux;Android 5.1.1) ExoPlayerLib/1.5.9",
    "Roku/DVP-12.5 (12.5.0.4178-C2)",
];

const MAC_SAFARI: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15";
const IPHONE_SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
const IPAD_SAFARI: &str = "Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
const LINUX_CHROME: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
const ANDROID_CHROME: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";
const SWIFTFIN: &str = "Swiftfin/1 CFNetwork/1410.0.3 Darwin/22.6.0";
const PIXEL_APP: &str = "Jellyfin Android/2.6.0 (Linux; Android 14; Pixel 8) ExoPlayerLib/2.19";

/// A device in Lisbon that signed in and that the household said yes to; three hours later.
async fn device(home: &TestHome, owner: &Browser, user_agent: &str) -> Browser {
    home.clock.advance(Duration::from_mins(10));
    let device = home.browser();
    device.always("user-agent", user_agent);
    device.always("x-forwarded-for", LISBON);
    let answer = device.post_json("/api/v1/sign-in", &json!({ "login": LOGIN, "password": PASSWORD })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    for alert in owner.open_alerts().await {
        owner.answer(&alert, "me").await;
    }
    assert_eq!(device.get("/api/v1/session").await.status, 200);
    home.clock.advance(Duration::from_hours(3));
    device
}

/// A request of it from there, as that program.
async fn from(device: &Browser, address: &str, user_agent: &str) -> Answer {
    device.always("x-forwarded-for", address);
    device.always("user-agent", user_agent);
    device.get("/api/v1/session").await
}

async fn goes_on_untold(owner: &Browser, device: &Browser, address: &str, user_agent: &str) {
    let answer = from(device, address, user_agent).await;
    assert_eq!(answer.status, 200, "{user_agent} from {address}: {}", answer.text);
    assert_eq!(owner.open_alerts().await, Vec::<Value>::new(), "{user_agent} from {address}");
}

#[tokio::test]
async fn what_stands_in_the_living_room_is_not_held_on_a_new_line_of_its_provider_nor_back_at_home() {
    let (home, owner) = household().await;
    for user_agent in APPLIANCES {
        let device = device(&home, &owner, user_agent).await;
        for address in [new_line(), LISBON.to_owned(), new_line()] {
            goes_on_untold(&owner, &device, &address, user_agent).await;
            home.clock.advance(Duration::from_hours(3));
        }
        // At once, too: a router that fails over changes the line between two requests.
        goes_on_untold(&owner, &device, LISBON, user_agent).await;
        goes_on_untold(&owner, &device, &new_line(), user_agent).await;
    }
}

#[tokio::test]
async fn a_monthly_patch_is_an_update_and_no_other_device() {
    let (home, owner) = household().await;
    let element = |build: &str| {
        format!(
            "Element/1.6.20 (Google Pixel 8; Android 14; {build}; Flavour GooglePlay; MatrixAndroidSdk2 1.6.20)"
        )
    };
    let short = |build: &str| format!("Element/1.6.20 (Google Pixel 8; Android 14; {build})");
    let dalvik = |build: &str| format!("Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/{build})");
    let view = |build: &str| {
        format!(
            "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/{build}; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.6778.81 Mobile Safari/537.36 Home Assistant/2024.10.3-14505 (Android 14; Pixel 8)"
        )
    };
    let cronet =
        |build: &str| format!("app/1.2 (Linux; U; Android 14; en_US; Pixel 8; Build/{build}; Cronet/132.0)");
    let bare = |build: &str| format!("Feishin/0.7 (Linux; Android 14; {build})");
    let agents: [&dyn Fn(&str) -> String; 6] = [&element, &short, &dalvik, &view, &cronet, &bare];
    for agent in agents {
        let (before, after) = (agent("AP2A.240805.005"), agent("AP3A.241005.015"));
        let device = device(&home, &owner, &before).await;
        home.clock.advance(Duration::from_hours(24 * 30));
        goes_on_untold(&owner, &device, &new_line(), &after).await;
        // Another phone is another device.
        let another = after.replace("Pixel 8", "SM-S921B");
        if another != after {
            let answer = from(&device, &new_line(), &another).await;
            assert_eq!((answer.status, &answer.json()["error"]), (401, &json!("session_held")), "{another}");
            let alert = owner.open_alerts().await.pop().expect("it is told");
            owner.answer(&alert, "not_me").await;
        }
    }
}

#[tokio::test]
async fn the_second_program_of_an_app_is_that_app() {
    let (home, owner) = household().await;
    let pairs = [
        (SWIFTFIN, "AppleCoreMedia/1.0.0.21K79 (Apple TV; U; CPU OS 17_1 like Mac OS X; en_us)"),
        (SWIFTFIN, "AppleCoreMedia/1.0.0.22A3354 (iPhone; U; CPU OS 18_0 like Mac OS X; en_us)"),
        (SWIFTFIN, "VLC/3.0.21 LibVLC/3.0.21"),
        (PIXEL_APP, "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/AP2A.240805.005)"),
        (PIXEL_APP, "okhttp/4.12.0"),
        (PIXEL_APP, "ExoPlayerLib/2.19.1 (Linux;Android 14)"),
        (PIXEL_APP, "AndroidXMedia3/1.4.1 (Linux;Android 14)"),
        (PIXEL_APP, "stagefright/1.2 (Linux;Android 14)"),
        (PIXEL_APP, "libmpv"),
        (PIXEL_APP, "Lavf/60.3.100"),
        ("Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/AP2A.240805.005)", PIXEL_APP),
        ("Jellyfin Android TV/0.16.7", "Dalvik/2.1.0 (Linux; U; Android 9; AFTKA Build/PS7633.3445N)"),
        (
            "Jellyfin Android TV/0.16.7",
            "Dalvik/2.1.0 (Linux; U; Android 12; Chromecast HD Build/STTL.240508.005)",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.86",
            "NSPlayer/12.00.22621.0000 WMFSDK/12.00.22621.0000",
        ),
        (
            "HbbTV/1.2.1 (;Panasonic;VIERA 2013;3.672;4101-0003 0002-0000;)",
            "Mozilla/5.0 (Viera; rv:34.0) Gecko/20100101 Firefox/34.0",
        ),
    ];
    for (app, player) in pairs {
        // On its line, on a new one, and on a new one right after the app.
        let device = device(&home, &owner, app).await;
        goes_on_untold(&owner, &device, LISBON, player).await;
        let device = self::device(&home, &owner, app).await;
        goes_on_untold(&owner, &device, &new_line(), player).await;
        home.clock.advance(Duration::from_hours(3));
        let line = new_line();
        goes_on_untold(&owner, &device, &line, app).await;
        goes_on_untold(&owner, &device, &line, player).await;
    }
}

#[tokio::test]
async fn a_handheld_that_asks_for_the_desktops_site_is_the_same_one_there_and_back() {
    let (home, owner) = household().await;
    for (handheld, desktop) in
        [(IPHONE_SAFARI, MAC_SAFARI), (IPAD_SAFARI, MAC_SAFARI), (ANDROID_CHROME, LINUX_CHROME)]
    {
        let device = device(&home, &owner, handheld).await;
        goes_on_untold(&owner, &device, &new_line(), desktop).await;
        home.clock.advance(Duration::from_hours(3));
        goes_on_untold(&owner, &device, &new_line(), handheld).await;
    }
}

#[tokio::test]
async fn a_session_in_the_hands_of_another_device_is_held_also_by_the_same_provider() {
    let (home, owner) = household().await;
    let playstation = APPLIANCES[0];
    let pairs = [
        (MAC_SAFARI, IPHONE_SAFARI),
        (MAC_SAFARI, IPAD_SAFARI),
        (LINUX_CHROME, ANDROID_CHROME),
        (playstation, APPLIANCES[2]),
        (playstation, ANDROID_CHROME),
        (SWIFTFIN, "curl/8.5.0"),
        (PIXEL_APP, "Dalvik/2.1.0 (Linux; U; Android 14; SM-S921B Build/UP1A.231005.007)"),
        (PIXEL_APP, ANDROID_CHROME),
        (LINUX_CHROME, "VLC/3.0.21 LibVLC/3.0.21"),
    ];
    for (whose, thiefs) in pairs {
        let device = device(&home, &owner, whose).await;
        let answer = from(&device, &new_line(), thiefs).await;
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (401, &json!("session_held")),
            "{whose}\n{thiefs}"
        );
        // Held for every holder, until somebody answers.
        let answer = from(&device, LISBON, whose).await;
        assert_eq!((answer.status, &answer.json()["error"]), (401, &json!("session_held")));
        let alert = owner.open_alerts().await.pop().expect("it is told");
        assert_eq!(alert["reasons"][0]["kind"], "changed_hands", "three hours lie between the two");
        owner.answer(&alert, "not_me").await;
    }
}

#[tokio::test]
async fn two_devices_at_once_are_said_to_be_two_only_when_they_are() {
    let (home, owner) = household().await;
    let first = device(&home, &owner, LINUX_CHROME).await;
    assert_eq!(from(&first, LISBON, LINUX_CHROME).await.status, 200);
    home.clock.advance(Duration::from_mins(3));
    let answer = from(&first, RIGA, "curl/8.5.0").await;
    assert_eq!(answer.status, 401, "{}", answer.text);
    let alert = owner.open_alerts().await.pop().expect("it is told");
    assert_eq!(alert["reasons"][0]["kind"], "two_holders");
    owner.answer(&alert, "not_me").await;

    // Told and let go on: the thief who moves on is one and the same.
    let settings = json!({ "settings": { "hold_suspicious": false }, "password": PASSWORD });
    assert_eq!(owner.put_json("/api/v1/alert-settings", &settings).await.status, 200);
    let second = device(&home, &owner, LINUX_CHROME).await;
    assert_eq!(from(&second, RIGA, "curl/8.5.0").await.status, 200);
    home.clock.advance(Duration::from_mins(3));
    assert_eq!(from(&second, "198.51.100.12", "curl/8.5.0").await.status, 200);
    for alert in owner.open_alerts().await {
        assert_eq!(alert["reasons"][0]["kind"], "changed_hands");
    }
}
