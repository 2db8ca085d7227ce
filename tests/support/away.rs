//! A home behind a proxy, so that a device can be anywhere, and what its household hears and answers.

use std::path::Path;
use std::time::Duration;

use latchkey::config::Config;
use serde_json::{Value, json};

use super::{Answer, Browser, LOGIN, PASSWORD, TestHome};

/// An address in Lisbon, by the demonstration's places, where the household is.
pub const LISBON: &str = "192.0.2.10";
/// One in Porto Alegre.
pub const PORTO_ALEGRE: &str = "198.51.100.12";
/// One in Riga.
pub const RIGA: &str = "203.0.113.201";

/// One of the household's own network.
pub const AT_HOME: &str = "192.168.1.20";

/// Settings of a home behind a proxy, with the demonstration's places.
pub fn behind_a_proxy(config: &mut Config) {
    config.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    config.geoip = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/demo/places.mmdb")];
}

/// Such a home, a minute after its owner's desktop chose the profile Ana.
pub async fn household() -> (TestHome, Browser) {
    let home = TestHome::start_with(behind_a_proxy).await;
    let owner = home.set_up().await;
    owner.choose("Ana").await;
    home.clock.advance(Duration::from_mins(1));
    (home, owner)
}

/// A device somewhere, which says what it is.
pub fn somewhere(home: &TestHome, address: &str, user_agent: &str) -> Browser {
    let browser = home.browser();
    browser.always("x-forwarded-for", address);
    browser.always("user-agent", user_agent);
    browser
}

/// A browser on the computer that the home runs on, which no proxy stands before.
pub fn on_this_computer(home: &TestHome) -> Browser {
    Browser::from_address(&home.address(), std::net::IpAddr::from([127, 0, 0, 2]))
}

/// A home behind a proxy whose account was made on its own computer, with the profile Ana.
pub async fn desktop_household() -> (TestHome, Browser) {
    let home = TestHome::start_with(behind_a_proxy).await;
    let desktop = on_this_computer(&home);
    home.set_up_on(&desktop).await;
    desktop.choose("Ana").await;
    home.clock.advance(Duration::from_mins(1));
    (home, desktop)
}

impl Browser {
    /// Signs in with the password, as a device of that name and kind; answers with what it is given.
    pub async fn signs_in(&self, home: &TestHome, name: &str, kind: &str) -> Value {
        home.clock.advance(Duration::from_mins(1));
        let device = json!({ "name": name, "kind": kind });
        let request = json!({ "login": LOGIN, "password": PASSWORD, "device": device });
        let answer = self.post_json("/api/v1/sign-in", &request).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// Answers an alert, whatever comes of it.
    pub async fn tries_to_answer(&self, alert: &Value, answer: &str) -> Answer {
        let id = alert["id"].as_str().expect("an id");
        self.post_json(&format!("/api/v1/alerts/{id}/answer"), &json!({ "answer": answer })).await
    }

    /// The alerts of a kind that wait for an answer.
    pub async fn open_alerts_of(&self, kind: &str) -> Vec<Value> {
        let alerts = self.open_alerts().await;
        alerts.into_iter().filter(|alert| alert["kind"] == kind).collect()
    }

    /// The alerts that wait for an answer.
    pub async fn open_alerts(&self) -> Vec<Value> {
        let answer = self.get("/api/v1/alerts?state=open").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["alerts"].as_array().cloned().expect("a list")
    }

    /// Answers one, with what came of it.
    pub async fn answer(&self, alert: &Value, answer: &str) -> Value {
        let id = alert["id"].as_str().expect("an id");
        let answer =
            self.post_json(&format!("/api/v1/alerts/{id}/answer"), &json!({ "answer": answer })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }
}
