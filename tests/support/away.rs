//! A home behind a proxy, so that a device can be anywhere, and what its household hears and answers.

use std::path::Path;
use std::time::Duration;

use latchkey::config::Config;
use serde_json::{Value, json};

use super::{Browser, TestHome};

/// An address in Lisbon, by the demonstration's places, where the household is.
pub const LISBON: &str = "192.0.2.10";
/// One in Porto Alegre.
pub const PORTO_ALEGRE: &str = "198.51.100.12";
/// One in Riga.
pub const RIGA: &str = "203.0.113.201";

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

impl Browser {
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
