//! A stranger who has the password: a device that nobody knows, each from a network of its own, since one network may try to
//! sign in only so often.

use std::time::Instant;

use reqwest::StatusCode;
use serde_json::json;

use super::common::{LOGIN, PASSWORD, client, now};
use super::program::Program;
use super::{Outcome, ask, within};

/// Large public networks of six countries of Europe. Of each a stranger has another /24.
const NETWORKS: [&str; 6] = ["85.240", "80.58", "90.0", "87.128", "79.0", "86.128"];

/// A stranger who is signed in.
pub struct Stranger {
    /// When they were about to ask to be let in.
    pub asked: Instant,
    url: String,
    address: String,
    token: String,
    http: reqwest::Client,
}

impl Stranger {
    /// The stranger of that number signs in, on a connection of their own.
    pub async fn signs_in(home: &Program, number: usize) -> Outcome<Self> {
        let network = NETWORKS[number % NETWORKS.len()];
        let address = format!("{network}.{}.7", number / NETWORKS.len() % 256);
        let (http, url) = (client(), home.url.clone());
        let request = json!({
            "login": LOGIN, "password": PASSWORD,
            "device": { "name": format!("TV {number} of the bench"), "kind": "tv" },
        });
        let asking =
            http.post(format!("{url}/api/v1/sign-in")).header("x-forwarded-for", &address).json(&request);
        let asked = now();
        let let_in = ask("a stranger's sign-in", asking).await?;
        let token = let_in["token"].as_str().ok_or("a stranger's sign-in brings no token")?.to_owned();
        Ok(Self { asked, url, address, token, http })
    }

    /// Asks whether the session is good; what the home answers.
    pub async fn asks(&self) -> Outcome<StatusCode> {
        let request = self.http.get(format!("{}/guard", self.url)).header("x-forwarded-for", &self.address);
        let answer = within("a stranger's request", request.bearer_auth(&self.token).send()).await?;
        Ok(answer.map_err(|cause| format!("a stranger's request: {cause}"))?.status())
    }
}
