//! Real user agents, hints and declarations, and what must be told from them.

use proptest::prelude::*;

use super::*;

/// User agents as they arrive, with "kind | name | system | app and version".
const USER_AGENTS: &[(&str, &str)] = &[
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0",
        "browser | Firefox on Windows | Windows 10 or 11 | Firefox 131.0",
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        "browser | Chrome on Windows | Windows 10 or 11 | Chrome 131.0",
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.86",
        "browser | Edge on Windows | Windows 10 or 11 | Edge 131.0",
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 OPR/116.0.0.0",
        "browser | Opera on Windows | Windows 10 or 11 | Opera 116.0",
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Vivaldi/7.0.3495.11",
        "browser | Vivaldi on Windows | Windows 10 or 11 | Vivaldi 7.0",
    ),
    (
        "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
        "browser | Internet Explorer on Windows | Windows 7 | Internet Explorer 11.0",
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
        "browser | Safari on macOS | macOS | Safari 18.1",
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:131.0) Gecko/20100101 Firefox/131.0",
        "browser | Firefox on macOS | macOS | Firefox 131.0",
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        "browser | Chrome on macOS | macOS | Chrome 131.0",
    ),
    (
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "browser | Firefox on Linux | Linux | Firefox 128.0",
    ),
    (
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0",
        "browser | Firefox on Ubuntu | Ubuntu | Firefox 131.0",
    ),
    (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
        "browser | Web browser on Linux | Linux | Web browser 18.0",
    ),
    (
        "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        "browser | Chrome on ChromeOS | ChromeOS | Chrome 131.0",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
        "phone | iPhone | iOS 17 | Safari 17.6",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
        "phone | iPhone | iOS 26 | Safari 26.0",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1",
        "phone | iPhone | iOS 18 | Chrome 131.0",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/131.0 Mobile/15E148 Safari/605.1.15",
        "phone | iPhone | iOS 18 | Firefox 131.0",
    ),
    (
        "Mozilla/5.0 (iPad; CPU OS 16_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1",
        "tablet | iPad | iPadOS 16 | Safari 16.6",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        "phone | iPhone | iOS 17 | -",
    ),
    (
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
        "phone | Chrome on Android | Android | Chrome 131.0",
    ),
    (
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        "tablet | Chrome on Android | Android | Chrome 131.0",
    ),
    (
        "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.144 Mobile Safari/537.36",
        "phone | Pixel 8 | Android 14 | Chrome 120.0",
    ),
    (
        "Mozilla/5.0 (Linux; Android 13; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36",
        "phone | Samsung phone | Android 13 | Samsung Internet 23.0",
    ),
    (
        "Mozilla/5.0 (Linux; Android 12; SM-T870) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36",
        "tablet | Samsung tablet | Android 12 | Chrome 112.0",
    ),
    (
        "Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0",
        "phone | Firefox on Android | Android 14 | Firefox 131.0",
    ),
    (
        "Mozilla/5.0 (Android 13; Tablet; rv:131.0) Gecko/131.0 Firefox/131.0",
        "tablet | Firefox on Android | Android 13 | Firefox 131.0",
    ),
    (
        "Mozilla/5.0 (Linux; Android 14; moto g84 5G Build/U1TCS34; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.6778.81 Mobile Safari/537.36",
        "phone | moto g84 5G | Android 14 | -",
    ),
    (
        "Mozilla/5.0 (Linux; Android 11; KFTRWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/120.3.1 like Chrome/120.0.6099.230 Safari/537.36",
        "tablet | Fire tablet | Fire OS | Silk 120.3",
    ),
    (
        "Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0.3809.146/6.0 TV Safari/537.36",
        "tv | Samsung TV | Tizen 6 | -",
    ),
    (
        "Mozilla/5.0 (SMART-TV; Linux; Tizen 2.4.0) AppleWebkit/538.1 (KHTML, like Gecko) SamsungBrowser/1.1 TV Safari/538.1",
        "tv | Samsung TV | Tizen 2 | Samsung Internet 1.1",
    ),
    (
        "Mozilla/5.0 (SmartHub; SMART-TV; U; Linux/SmartTV; Maple2012) AppleWebKit/534.7 (KHTML, like Gecko) SmartTV Safari/534.7",
        "tv | Samsung TV | - | -",
    ),
    (
        "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/87.0.4280.88 Safari/537.36 WebAppManager",
        "tv | LG TV | webOS 22 | -",
    ),
    (
        "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0.3945.79 Safari/537.36 DMOST/2.0.0 (; LGE; webOSTV; WEBOS6.3.2 03.34.95; W6_lm21a;)",
        "tv | LG TV | webOS 6 | -",
    ),
    (
        "Mozilla/5.0 (Unknown; Linux armv7l) AppleWebKit/537.1+ (KHTML, like Gecko) Safari/537.1+ HbbTV/1.1.1 ( ;LGE ;NetCast 4.0 ;03.20.30 ;1.0M ;)",
        "tv | LG TV | NetCast 4 | -",
    ),
    (
        "Mozilla/5.0 (Linux; Android 10; BRAVIA 4K UR2 Build/QTG3.200305.006.S292; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.6778.81 Mobile Safari/537.36",
        "tv | Sony TV | Android TV 10 | -",
    ),
    (
        "Opera/9.80 (Linux armv7l; HbbTV/1.1.1 (; Sony; KDL32W650A; PKG3.211EUA; 2013;); ) Presto/2.12.362 Version/12.11",
        "tv | Sony TV | - | Opera 12.11",
    ),
    (
        "Mozilla/5.0 (Linux armv7l) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/84.0.4147.125 Safari/537.36 OPR/46.0.2207.0 OMI/4.20.5.57 Model/Vestel-MB230 VSTVB MB230 FVC/6.0 HbbTV/1.5.1 (; Vestel; MB230; 1.0; 1.0; _TV__2020;)",
        "tv | Vestel TV | - | Opera 46.0",
    ),
    ("HbbTV/1.2.1 (;Panasonic;VIERA 2013;3.672;4101-0003 0002-0000;)", "tv | Panasonic TV | - | -"),
    (
        "Mozilla/5.0 (Linux; Android 9; PHILIPS 43PUS8505/12) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/100.0.4896.127 Safari/537.36",
        "tv | Philips TV | Android TV 9 | -",
    ),
    (
        "Mozilla/5.0 (Linux; U) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/106.0.5249.65 Safari/537.36 VIDAA/8.0(Hisense;SmartTV;43A6GTUK)",
        "tv | Hisense TV | VIDAA 8 | -",
    ),
    (
        "Mozilla/5.0 (Linux; Android 11; Smart TV Pro) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.0.0 Safari/537.36",
        "tv | Android TV | Android TV 11 | -",
    ),
    ("Roku/DVP-12.5 (12.5.0.4178-C2)", "streaming_box | Roku | Roku OS 12 | -"),
    (
        "Mozilla/5.0 (Roku) AppleWebKit/537.36 (KHTML, like Gecko) Web/1.1 Safari/537.36",
        "streaming_box | Roku | Roku OS | -",
    ),
    (
        "Mozilla/5.0 (Linux; Android 7.1.2; AFTMM Build/NS6265; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/70.0.3538.110 Mobile Safari/537.36",
        "streaming_box | Fire TV | Fire OS | -",
    ),
    ("Dalvik/2.1.0 (Linux; U; Android 9; AFTKA Build/PS7633.3445N)", "streaming_box | Fire TV | Fire OS | -"),
    (
        "AppleCoreMedia/1.0.0.21K79 (Apple TV; U; CPU OS 17_1 like Mac OS X; en_us)",
        "streaming_box | Apple TV | tvOS 17 | -",
    ),
    ("AppleTV11,1/11.1", "streaming_box | Apple TV | tvOS | -"),
    (
        "Mozilla/5.0 (X11; Linux armv7l) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430.225 Safari/537.36 CrKey/1.56.500000 DeviceType/Chromecast",
        "streaming_box | Chromecast | - | -",
    ),
    (
        "Mozilla/5.0 (Linux; Android 12.0; Build/STTL.231017.001) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 CrKey/1.56.500000 DeviceType/AndroidTV",
        "tv | Android TV | Android TV 12 | -",
    ),
    (
        "Mozilla/5.0 (Linux; Android 12; Chromecast HD Build/STTL.240508.005; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.6778.81 Mobile Safari/537.36",
        "streaming_box | Chromecast | Android TV 12 | -",
    ),
    (
        "Mozilla/5.0 (X11; Linux armv7l) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430.225 Safari/537.36 CrKey/1.56.500000 DeviceType/SmartSpeaker",
        "speaker | Google Home | - | -",
    ),
    (
        "Mozilla/5.0 (PlayStation; PlayStation 5/6.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15",
        "console | PlayStation 5 | - | -",
    ),
    (
        "Mozilla/5.0 (PlayStation 4 11.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15",
        "console | PlayStation 4 | - | -",
    ),
    (
        "Mozilla/5.0 (PLAYSTATION 3 4.91) AppleWebKit/531.22.8 (KHTML, like Gecko)",
        "console | PlayStation 3 | - | -",
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.86",
        "console | Xbox Series X | - | Edge 131.0",
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/58.0.3029.110 Safari/537.36 Edge/16.16299",
        "console | Xbox One | - | Edge 16.16299",
    ),
    (
        "Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/609.4 (KHTML, like Gecko) NF/6.0.2.21.3 NintendoBrowser/5.1.0.22474",
        "console | Nintendo Switch | - | -",
    ),
    (
        "Kodi/20.2 (Linux; Android 11; SHIELD Android TV Build/RQ1A.210105.003) Android/11.0.0 Sys_CPU/aarch64 App_Bitness/64 Version/20.2-(20.2.0)-Git:20230629",
        "streaming_box | NVIDIA Shield | Android TV 11 | Kodi 20.2",
    ),
    (
        "Kodi/21.0 (X11; Linux aarch64) LibreELEC/12.0.1 App_Bitness/64 Version/21.0-(21.0.0)-Git:20240405",
        "streaming_box | LibreELEC box | LibreELEC | Kodi 21.0",
    ),
    (
        "Kodi/20.1 (Windows NT 10.0; Win64; x64) App_Bitness/64 Version/20.1-(20.1.0)-Git:20230312",
        "computer | Kodi on Windows | Windows 10 or 11 | Kodi 20.1",
    ),
    ("Jellyfin Android TV/0.16.7", "tv | Android TV | Android TV | Jellyfin 0.16.7"),
    (
        "Jellyfin Android/2.6.0 (Linux; Android 14; Pixel 7) ExoPlayerLib/2.19",
        "phone | Pixel 7 | Android 14 | Jellyfin 2.6.0",
    ),
    (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) QtWebEngine/5.15.8 Chrome/87.0.4280.144 Safari/537.36 JellyfinMediaPlayer/1.9.1",
        "computer | Jellyfin Media Player on Linux | Linux | Jellyfin Media Player 1.9.1",
    ),
    ("Swiftfin/1 CFNetwork/1410.0.3 Darwin/22.6.0", "other | Swiftfin | - | Swiftfin 1"),
    ("Infuse-Library/7.6.2 (iPhone; iOS 17.1; Scale/3.00)", "phone | iPhone | iOS 17 | Infuse 7.6.2"),
    ("Infuse/7.5.4 (Apple TV; tvOS 17.0; Scale/2.00)", "streaming_box | Apple TV | tvOS 17 | Infuse 7.5.4"),
    (
        "Emby/3.2.32-17.41 (Linux;Android 9) ExoPlayerLib/2.9.6",
        "phone | Emby on Android | Android 9 | Emby 3.2.32",
    ),
    ("Plex/10.5.0 (Android 13; SM-A536B)", "phone | Samsung phone | Android 13 | Plex 10.5.0"),
    ("VLC/3.0.20 LibVLC/3.0.20", "other | VLC | - | VLC 3.0.20"),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Plex/1.97.2 Chrome/122.0.6261.156 Electron/29.4.6 Safari/537.36",
        "computer | Plex on Windows | Windows 10 or 11 | Plex 1.97.2",
    ),
    (
        "Home Assistant/2024.10.3-14505 (Android 14; Pixel 7)",
        "phone | Pixel 7 | Android 14 | Home Assistant 2024.10.3",
    ),
    (
        "Home Assistant/2024.10 (io.robbie.HomeAssistant; build:2024.910; iOS 18.0.1) Mobile/HomeAssistant, like Safari",
        "phone | Home Assistant on iOS | iOS 18 | Home Assistant 2024.10",
    ),
    ("Linux UPnP/1.0 Sonos/79.1-52280 (ZPS38)", "speaker | Sonos speaker | - | Sonos 79.1"),
    (
        "AppleCoreMedia/1.0.0.21K69 (HomePod; U; CPU OS 17_0 like Mac OS X; en_us)",
        "speaker | HomePod | - | -",
    ),
    ("AlexaMediaPlayer/2.1.4676.0 (Linux;Android 5.1.1) ExoPlayerLib/1.5.9", "speaker | Amazon Echo | - | -"),
    (
        "Mozilla/5.0 (Linux; Android 9; AEOBC Build/PS7320) AppleWebKit/537.36 (KHTML, like Gecko) Silk/108.2 like Chrome/108.0.5359.160 Safari/537.36",
        "speaker | Amazon Echo | Fire OS | Silk 108.2",
    ),
    (
        "Mozilla/5.0 (X11; Linux x86_64; Quest 3) AppleWebKit/537.36 (KHTML, like Gecko) OculusBrowser/35.3.0.0.49 Chrome/130.0.6723.102 VR Safari/537.36",
        "other | Meta Quest | - | Oculus Browser 35.3",
    ),
    (
        "Mozilla/5.0 (X11; GNU/Linux) AppleWebKit/537.36 (KHTML, like Gecko) Chromium/79.0.3945.130 Chrome/79.0.3945.130 Safari/537.36 Tesla/2020.16.2.1-e99c70fff409",
        "other | Tesla car | - | -",
    ),
    (
        "Mozilla/5.0 (Mobile; Nokia 8110 4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5.1",
        "phone | KaiOS phone | KaiOS 2 | Firefox 48.0",
    ),
    (
        "Mozilla/5.0 (X11; U; Linux armv7l like Android; en-us) AppleWebKit/531.2+ (KHTML, like Gecko) Version/5.0 Safari/533.2+ Kindle/3.0+",
        "tablet | Kindle | Kindle OS | Web browser 5.0",
    ),
    ("curl/8.5.0", "other | curl | - | curl 8.5.0"),
    ("Wget/1.21.3", "other | Wget | - | Wget 1.21.3"),
    ("python-requests/2.31.0", "other | Python | - | Python 2.31.0"),
    ("okhttp/4.12.0", "other | Unknown device | - | -"),
    ("stagefright/1.2 (Linux;Android 9)", "phone | Android phone | Android 9 | -"),
    ("AndroidXMedia3/1.4.1 (Linux;Android 14)", "phone | Android phone | Android 14 | -"),
    ("NSPlayer/12.00.22621.0000 WMFSDK/12.00.22621.0000", "other | Unknown device | - | -"),
    ("Feishin/0.7.1", "other | Feishin | - | Feishin 0.7.1"),
    ("Mozilla/5.0", "other | Unknown device | - | -"),
    ("totally unheard of", "other | Unknown device | - | -"),
];

fn told(clues: &Clues<'_>) -> String {
    let traits = Identifier::new().identify(clues);
    let app = [traits.app, traits.app_version].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let open = |text: String| if text.is_empty() { "-".to_owned() } else { text };
    let os = open(traits.os.unwrap_or_default());
    format!("{} | {} | {os} | {}", traits.kind.as_str(), traits.name, open(app))
}

fn told_by_user_agent(user_agent: &str) -> String {
    told(&Clues { user_agent: Some(user_agent), ..Clues::default() })
}

#[test]
fn real_user_agents_are_told_apart() {
    let identifier = Identifier::new();
    let wrong = USER_AGENTS.iter().filter_map(|(user_agent, expected)| {
        let traits = identifier.identify(&Clues { user_agent: Some(user_agent), ..Clues::default() });
        let app = [traits.app, traits.app_version].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let app = if app.is_empty() { "-" } else { &app };
        let told = format!(
            "{} | {} | {} | {app}",
            traits.kind.as_str(),
            traits.name,
            traits.os.as_deref().unwrap_or("-")
        );
        (told != *expected).then(|| format!("{user_agent}\n  expected {expected}\n  told     {told}"))
    });
    let wrong = wrong.collect::<Vec<_>>();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(USER_AGENTS.len() >= 60);
}

#[test]
fn every_kind_can_be_told_from_a_user_agent() {
    for kind in DeviceKind::ALL {
        let start = format!("{} | ", kind.as_str());
        assert!(USER_AGENTS.iter().any(|(_, expected)| expected.starts_with(&start)), "{kind:?}");
    }
}

#[test]
fn the_model_behind_a_code_is_kept() {
    let model = |user_agent| {
        Identifier::new().identify(&Clues { user_agent: Some(user_agent), ..Clues::default() }).model
    };
    let samsung = "Mozilla/5.0 (Linux; Android 13; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/115.0.0.0 Mobile Safari/537.36";
    assert_eq!(model(samsung).as_deref(), Some("SM-S911B"));
    let reduced = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";
    assert_eq!(model(reduced), None);
    let old = "Mozilla/5.0 (Linux; U; Android 4.0.3; de-de; Galaxy S II Build/GRJ22) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30";
    assert_eq!(model(old).as_deref(), Some("Galaxy S II"));
}

#[test]
fn a_build_of_android_is_no_model() {
    let model = |user_agent| {
        Identifier::new().identify(&Clues { user_agent: Some(user_agent), ..Clues::default() }).model
    };
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
    assert_eq!(
        told(&Clues { declared: Some(&declared), ..Clues::default() }),
        "other | Unknown device | - | -"
    );
}

#[test]
fn nothing_at_all_is_an_unknown_device() {
    assert_eq!(told(&Clues::default()), "other | Unknown device | - | -");
    assert_eq!(told_by_user_agent(""), "other | Unknown device | - | -");
}

#[test]
fn a_name_from_outside_has_a_length_and_no_control_characters() {
    let declared = DeclaredDevice { name: Some("x\u{7}".repeat(500)), ..DeclaredDevice::default() };
    let traits = Identifier::new().identify(&Clues { declared: Some(&declared), ..Clues::default() });
    assert!((60..=MAX_NAME_CHARS).contains(&traits.name.chars().count()), "{}", traits.name);
    assert!(!traits.name.contains('\u{7}'));
    let long = format!("{}/1.0", "n".repeat(100_000));
    let traits = Identifier::new().identify(&Clues { user_agent: Some(&long), ..Clues::default() });
    assert_eq!(traits.name, "Unknown device", "what lies beyond the cap is not looked at");
}

/// Pieces that make strings reach the deeper parts of the tables.
const PIECES: [&str; 14] = [
    "Mozilla/5.0 (",
    "Android ",
    "; ",
    "Build/",
    ")",
    "Tizen ",
    "Version/",
    "Chrome/",
    "é\u{202e}",
    "/",
    "K",
    "v=\"",
    "CPU OS ",
    "Electron/",
];

proptest! {
    #[test]
    fn any_text_gives_a_clean_name(
        user_agent in ".{0,600}",
        pieces in proptest::collection::vec(0..PIECES.len(), 0..40),
        hint in ".{0,80}",
        name in proptest::option::of(".{0,100}"),
    ) {
        // One identifier for all cases: compiling the patterns is the slow part.
        static IDENTIFIER: std::sync::LazyLock<Identifier> = std::sync::LazyLock::new(Identifier::new);
        let pieced = pieces.iter().map(|piece| PIECES[*piece]).collect::<String>() + &user_agent;
        let declared = DeclaredDevice { name: name.clone(), model: name.clone(), os: name, ..DeclaredDevice::default() };
        for user_agent in [user_agent.as_str(), pieced.as_str()] {
            let hint = Some(hint.as_str());
            let clues = Clues {
                user_agent: Some(user_agent),
                hints: ClientHints {
                    brands: hint, mobile: hint, platform: hint, platform_version: hint, model: hint, full_version_list: hint,
                },
                declared: Some(&declared),
            };
            let traits = IDENTIFIER.identify(&clues);
            prop_assert!(!traits.name.is_empty());
            prop_assert_eq!(clean_text(&traits.name, MAX_NAME_CHARS), traits.name.as_str());
            for text in [&traits.model, &traits.os, &traits.app, &traits.app_version].into_iter().flatten() {
                prop_assert!(!text.is_empty());
                prop_assert_eq!(&clean_text(text, MAX_TEXT_CHARS), text);
            }
        }
    }
}
