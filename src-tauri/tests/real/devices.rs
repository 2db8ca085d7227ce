//! Other devices of the household, and strangers: they sign in over HTTP as every device does.

use latchkey::error::Error;
use latchkey::home::Home;
use latchkey::home::there::There;
use latchkey::model::Secret;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::window::{LOGIN, PASSWORD};

/// A device that signed in.
pub struct SignedInDevice {
    home: There,
}

impl SignedInDevice {
    /// Signs in at a home with the household's password, as seen from `address` by the proxy in front.
    pub async fn sign_in(home: &str, name: &str, address: Option<&str>) -> Self {
        let device = json!({"name": name, "kind": "tablet", "app": "Jellyfin", "app_version": "10.9"});
        let body = json!({"login": LOGIN, "password": PASSWORD, "device": device});
        let mut request = latchkey::tls::http_client().post(format!("{home}/api/v1/sign-in")).json(&body);
        if let Some(address) = address {
            request = request.header("X-Forwarded-For", address);
        }
        let answer = request.send().await.unwrap();
        let (status, body) = (answer.status(), answer.json::<Value>().await.unwrap());
        assert_eq!(status, StatusCode::OK, "{body}");
        let token = Secret::received(body["token"].as_str().unwrap());
        Self { home: There::new(home.parse().unwrap(), Some(token)) }
    }

    /// Makes a request that must be let through.
    pub async fn is_let_in(&self) {
        self.home.session().await.unwrap();
    }

    /// Makes its next request, which must be refused.
    pub async fn is_refused(&self) {
        let refused = self.home.session().await;
        assert!(matches!(refused, Err(Error::SessionEnded)), "{refused:?}");
    }
}
