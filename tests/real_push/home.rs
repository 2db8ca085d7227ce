//! A home as it is run, which a browser on its own computer opens, and strangers who come to it from the internet.

use std::net::IpAddr;
use std::path::Path;

use latchkey::app::{App, Parts};
use latchkey::config::Config;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::push_service::PushService;
use crate::support::{Answer, Browser, LOGIN, PASSWORD};
use crate::until;

/// Where strangers come through: a proxy beside the home, which is not the address that the household's browser has.
const PROXY: [u8; 4] = [127, 0, 0, 2];

/// Somebody whom the household does not know.
#[derive(Clone, Copy)]
pub struct Stranger {
    /// Their address, one of the demonstration's places.
    pub address: &'static str,
    /// What their browser says it is.
    pub user_agent: &'static str,
}

/// A Chrome in Porto Alegre.
pub const CHROME: Stranger = Stranger {
    address: "198.51.100.12",
    user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
};
/// A Safari in Riga.
pub const SAFARI: Stranger = Stranger {
    address: "203.0.113.201",
    user_agent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
};

/// The home. Its clock and its secrets are real ones: a push service looks at both.
pub struct Home {
    app: App,
    /// The device that made the account, on the home's own computer.
    owner: Browser,
    _folder: TempDir,
}

impl Home {
    /// A home with an account and the profile Ana, which takes addresses of this push service for subscriptions.
    pub async fn start(service: &PushService) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = Config {
            listen: "127.0.0.1:0".parse().expect("an address"),
            trusted_proxies: vec![IpAddr::from(PROXY).into()],
            geoip: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/demo/places.mmdb")],
            geoip_update_url: None,
            networks_update_url: None,
            tor_exits_update_url: None,
            push_origins: vec![service.origin.parse().expect("an origin")],
            ..Config::in_folder(folder.path())
        };
        let app = App::start(config, Parts::default()).await.expect("the home starts");
        let owner = Browser::new(app.url());
        let setup = json!({
            "code": app.setup_code().expect("there is no account yet"), "login": LOGIN, "password": PASSWORD,
            "device": { "name": "Ana's laptop", "kind": "browser" },
            // With somebody else there, so that it asks who is using the browser.
            "profiles": [{ "name": "Ana", "kind": "adult" }, { "name": "Leo", "kind": "kids" }],
        });
        let made = owner.post_json("/api/v1/setup", &setup).await;
        assert_eq!(made.status, 201, "{}", made.text);
        owner.choose("Ana").await;
        Self { app, owner, _folder: folder }
    }

    /// Where people open it.
    pub fn url(&self) -> String {
        format!("{}/", self.app.url())
    }

    /// The same by the name that this computer has for itself: another origin.
    pub fn at_localhost(&self) -> String {
        format!("http://localhost:{}/", self.app.address().port())
    }

    /// Ends the first lesson, in which a home tells nothing.
    pub async fn ends_learning(&self) {
        let change = json!({ "end_learning": true, "password": PASSWORD });
        let answer = self.owner.put_json("/api/v1/alert-settings", &change).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    /// A stranger who knows the password signs in.
    pub async fn signs_in(&self, stranger: Stranger) -> Browser {
        let browser = Browser::from_address(self.app.url(), PROXY.into());
        browser.always("x-forwarded-for", stranger.address);
        browser.always("user-agent", stranger.user_agent);
        let answer =
            browser.post_json("/api/v1/sign-in", &json!({ "login": LOGIN, "password": PASSWORD })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(browser.session().await.status, 200);
        browser
    }

    /// The state of each alert, the newest first.
    pub async fn alerts(&self) -> Vec<Value> {
        let answer = self.owner.get("/api/v1/alerts").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let list = answer.json();
        list["alerts"].as_array().expect("a list").iter().map(|alert| alert["state"].clone()).collect()
    }

    /// Waits until its one channel is so.
    pub async fn channel_is(&self, state: &str) {
        until(&format!("the channel is {state}"), async || {
            let answer = self.owner.get("/api/v1/channels").await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            let channels = answer.json()["channels"].take();
            assert!(channels.as_array().is_some_and(|all| all.len() <= 1), "{channels}");
            (channels[0]["state"] == state).then_some(())
        })
        .await;
    }
}

impl Browser {
    /// Asks who is signed in here: what any request does first.
    pub async fn session(&self) -> Answer {
        self.get("/api/v1/session").await
    }
}
