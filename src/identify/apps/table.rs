//! Apps of households and programs that are no browsers, by how they name themselves.

use crate::model::DeviceKind::{self, Browser, Computer, Phone, StreamingBox, Tablet, Tv};

/// A word, in lower case, of an app's name.
pub(super) struct Row {
    pub word: &'static str,
    pub name: &'static str,
    /// The kind of device, where the app is made for one only.
    pub only: Option<DeviceKind>,
    /// The kind it is mostly on, for when nothing else tells.
    pub mostly: Option<DeviceKind>,
    pub system: Option<&'static str>,
}

const fn app(word: &'static str, name: &'static str) -> Row {
    Row { word, name, only: None, mostly: None, system: None }
}

impl Row {
    const fn only(mut self, kind: DeviceKind) -> Self {
        self.only = Some(kind);
        self
    }

    const fn mostly(mut self, kind: DeviceKind) -> Self {
        self.mostly = Some(kind);
        self
    }

    const fn on(mut self, system: &'static str) -> Self {
        self.system = Some(system);
        self
    }
}

/// Tried from the top: the longer words of a family come first.
pub(super) static ROWS: &[Row] = &[
    app("latchkey/", "Latchkey"),
    // Jellyfin, and what plays from it. "Jellyfin Web" is a page in a browser.
    app("jellyfin android tv", "Jellyfin").only(Tv).on("Android TV"),
    app("jellyfin-androidtv", "Jellyfin").only(Tv).on("Android TV"),
    app("jellyfin for android tv", "Jellyfin").only(Tv).on("Android TV"),
    app("jellyfin for webos", "Jellyfin").only(Tv),
    app("jellyfin webos", "Jellyfin").only(Tv),
    app("jellyfin for tizen", "Jellyfin").only(Tv),
    app("jellyfin tizen", "Jellyfin").only(Tv),
    app("jellyfin roku", "Jellyfin").only(StreamingBox),
    app("jellyfin android", "Jellyfin").on("Android"),
    app("jellyfin mobile", "Jellyfin").mostly(Phone),
    app("jellyfin ios", "Jellyfin").mostly(Phone).on("iOS"),
    app("jellyfin web", "Jellyfin Web").mostly(Browser),
    app("jellyfin media player", "Jellyfin Media Player").only(Computer),
    app("jellyfinmediaplayer", "Jellyfin Media Player").only(Computer),
    app("jellyfin-media-player", "Jellyfin Media Player").only(Computer),
    app("jellyfin desktop", "Jellyfin Desktop").only(Computer),
    app("jellyfindesktop", "Jellyfin Desktop").only(Computer),
    app("jellyfin-mpv-shim", "Jellyfin MPV Shim").only(Computer),
    app("jellyfin mpv shim", "Jellyfin MPV Shim").only(Computer),
    app("jellyfin theater", "Jellyfin Theater").only(Computer),
    app("jellycon", "JellyCon").mostly(StreamingBox),
    app("jellyfin", "Jellyfin"),
    app("swiftfin tvos", "Swiftfin").only(StreamingBox).on("tvOS"),
    app("swiftfin", "Swiftfin").mostly(Phone),
    app("streamyfin", "Streamyfin").mostly(Phone),
    app("findroid", "Findroid").mostly(Phone).on("Android"),
    app("finamp", "Finamp").mostly(Phone),
    app("manet", "Manet").mostly(Phone),
    app("wholphin", "Wholphin").only(Tv).on("Android TV"),
    app("feishin", "Feishin").mostly(Computer),
    app("symfonium", "Symfonium").mostly(Phone).on("Android"),
    // Plex.
    app("plexamp", "Plexamp").mostly(Phone),
    app("plex for android (tv)", "Plex").only(Tv).on("Android TV"),
    app("plex for android (mobile)", "Plex").mostly(Phone).on("Android"),
    app("plex for lg", "Plex").only(Tv),
    app("plex for samsung", "Plex").only(Tv),
    app("plex for vizio", "Plex").only(Tv),
    app("plex for sony", "Plex").only(Tv),
    app("plex for smart tv", "Plex").only(Tv),
    app("plex for ios", "Plex").mostly(Phone).on("iOS"),
    app("plex for windows", "Plex").only(Computer).on("Windows"),
    app("plex for mac", "Plex").only(Computer).on("macOS"),
    app("plex for linux", "Plex").only(Computer).on("Linux"),
    app("plex web", "Plex Web").mostly(Browser),
    app("plexmediaplayer", "Plex"),
    app("plex media player", "Plex"),
    app("plex htpc", "Plex HTPC").only(Computer),
    app("plex", "Plex"),
    // Emby.
    app("emby theater", "Emby Theater").only(Computer),
    app("embytheater", "Emby Theater").only(Computer),
    app("emby for samsung", "Emby").only(Tv),
    app("emby for lg", "Emby").only(Tv),
    app("emby for android tv", "Emby").only(Tv).on("Android TV"),
    app("emby for android", "Emby").on("Android"),
    app("emby for ios", "Emby").mostly(Phone).on("iOS"),
    app("emby for windows", "Emby").only(Computer).on("Windows"),
    app("emby for macos", "Emby").only(Computer).on("macOS"),
    app("emby web", "Emby Web").mostly(Browser),
    app("emby", "Emby"),
    // Players of several servers.
    app("infuse", "Infuse").mostly(Phone),
    app("kodi", "Kodi").mostly(StreamingBox),
    app("xbmc", "Kodi").mostly(StreamingBox),
    app("vlc", "VLC"),
    app("libvlc", "VLC"),
    app("mpv ", "mpv").only(Computer),
    app("stremio", "Stremio"),
    app("spotify/", "Spotify"),
    app("netflix/", "Netflix"),
    app("com.google.android.youtube.tv", "YouTube").only(Tv),
    app("com.google.android.youtube", "YouTube"),
    app("com.google.android.apps.youtube.music", "YouTube Music"),
    app("instagram", "Instagram").mostly(Phone),
    app("whatsapp", "WhatsApp").mostly(Phone),
    // The home itself, its pictures, files and books.
    app("home assistant", "Home Assistant").mostly(Phone),
    app("homeassistant", "Home Assistant").mostly(Phone),
    app("nextcloud-talk", "Nextcloud Talk").mostly(Phone),
    app("nextcloud talk", "Nextcloud Talk").mostly(Phone),
    app("talk-android", "Nextcloud Talk").mostly(Phone).on("Android"),
    app("nextcloud-android/", "Nextcloud").mostly(Phone).on("Android"),
    app("nextcloud-ios/", "Nextcloud").mostly(Phone).on("iOS"),
    app("mirall/", "Nextcloud").only(Computer),
    app("immich-android", "Immich").mostly(Phone).on("Android"),
    app("immich_android", "Immich").mostly(Phone).on("Android"),
    app("immich-ios", "Immich").mostly(Phone).on("iOS"),
    app("immich_ios", "Immich").mostly(Phone).on("iOS"),
    app("immich-cli", "Immich CLI").only(Computer),
    app("immich", "Immich"),
    app("audiobookshelf", "Audiobookshelf").mostly(Phone),
    app("absclient", "Audiobookshelf").mostly(Phone),
    app("shelfplayer", "ShelfPlayer").mostly(Phone).on("iOS"),
    app("plappa", "plappa").mostly(Phone).on("iOS"),
    app("davx5/", "DAVx\u{2075}").mostly(Phone).on("Android"),
    app("bitwarden_mobile/", "Bitwarden").mostly(Phone),
    app("paperless", "Paperless").mostly(Phone),
    // Matrix.
    app("element x", "Element X").mostly(Phone),
    app("elementx", "Element X").mostly(Phone),
    app("element-x", "Element X").mostly(Phone),
    app("element desktop", "Element").only(Computer),
    app("element/", "Element").mostly(Phone),
    app("schildichat", "SchildiChat").mostly(Phone),
    app("fluffychat", "FluffyChat").mostly(Phone),
    app("nheko", "nheko").only(Computer),
    app("cinny", "Cinny").mostly(Browser),
    app("sonos/", "Sonos"),
    app("sonoscontroller", "Sonos"),
    app("kobo", "Kobo").mostly(Tablet),
    app("tautulli", "Tautulli"),
];

/// Programs for which nobody is at a screen. Only at the start of a user agent: others carry their words further behind.
pub(super) static PROGRAMS: &[(&str, &str)] = &[
    ("curl/", "curl"),
    ("wget/", "Wget"),
    ("python-requests/", "Python"),
    ("python-urllib/", "Python"),
    ("python-httpx/", "Python"),
    ("python/", "Python"),
    ("aiohttp/", "Python"),
    ("go-http-client/", "Go program"),
    ("postmanruntime/", "Postman"),
    ("httpie/", "HTTPie"),
    ("java/", "Java program"),
    ("node-fetch/", "Node program"),
    ("node", "Node program"),
    ("axios/", "Node program"),
    ("ruby", "Ruby program"),
    ("perl", "Perl program"),
    ("php/", "PHP program"),
];
