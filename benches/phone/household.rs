//! The household: who makes the account, and how they are told.

use serde_json::{Value, json};

use super::common::{LOGIN, PASSWORD, client};
use super::program::Program;
use super::receiver::Receiver;
use super::{Outcome, ask};

/// An address in the home's own network.
const AT_HOME: &str = "192.168.1.20";

/// The keys of a browser's subscription: those of the example in RFC 8291 section 5.
pub const BROWSER_KEY: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
/// The other one.
pub const BROWSER_SECRET: &str = "BTBZMqHH6r4Tts7J_aSIgg";

/// The device that made the account, with a profile that manages.
pub struct Household {
    url: String,
    token: String,
    http: reqwest::Client,
}

impl Household {
    /// Makes the account. The home has learnt enough: strangers are told of from now on.
    pub async fn set_up(home: &Program) -> Outcome<Self> {
        let code = home.setup_code.as_deref().ok_or("the home has an account already")?;
        let mut household = Self { url: home.url.clone(), token: String::new(), http: client() };
        let account = json!({
            "code": code, "login": LOGIN, "password": PASSWORD,
            "device": { "name": "Ana's phone", "kind": "phone" },
            "profiles": [{ "name": "Ana", "kind": "adult" }],
        });
        let made = household.ask("making the account", "POST", "setup", &account).await?;
        made["token"].as_str().unwrap_or_default().clone_into(&mut household.token);
        let choice = json!({ "profile_id": made["profiles"][0]["id"] });
        let chosen = household.ask("choosing a profile", "PUT", "session/profile", &choice).await?;
        // With every change of what a session may do its token may change.
        if let Some(newer) = chosen["token"].as_str() {
            newer.clone_into(&mut household.token);
        }
        let taught = json!({ "settings": {}, "end_learning": true, "password": PASSWORD });
        household.ask("ending the first lesson", "PUT", "alert-settings", &taught).await?;
        Ok(household)
    }

    /// Makes two channels: this phone's own notifications, and a topic of ntfy.
    pub async fn is_told_by(&self, push: &Receiver, ntfy: &Receiver) -> Outcome {
        let browser = json!({
            "kind": "web_push", "password": PASSWORD,
            "subscription": {
                "endpoint": format!("{}/push/first", push.origin),
                "keys": { "p256dh": BROWSER_KEY, "auth": BROWSER_SECRET },
            },
        });
        self.ask("having web push tell", "POST", "channels", &browser).await?;
        let topic = json!({ "kind": "ntfy", "password": PASSWORD, "url": format!("{}/bench", ntfy.origin) });
        self.ask("having ntfy tell", "POST", "channels", &topic).await?;
        Ok(())
    }

    /// Has a relay carry answers from away.
    pub async fn chooses_relay(&self, origin: &str) -> Outcome {
        let change = json!({ "relay_url": origin, "password": PASSWORD });
        self.ask("choosing a relay", "PUT", "relay", &change).await?;
        Ok(())
    }

    /// Makes a channel; its id.
    pub async fn makes_channel(&self, new: &Value) -> Outcome<String> {
        let made = self.ask("making a channel", "POST", "channels", new).await?;
        Ok(made["id"].as_str().ok_or("a channel that was made has no id")?.to_owned())
    }

    /// Removes a channel of this device's own.
    pub async fn removes_channel(&self, id: &str) -> Outcome {
        self.ask("removing a channel", "DELETE", &format!("channels/{id}"), &json!({})).await?;
        Ok(())
    }

    async fn ask(&self, what: &str, method: &str, path: &str, body: &Value) -> Outcome<Value> {
        let method = method.parse().expect("a method");
        let request = self.http.request(method, format!("{}/api/v1/{path}", self.url));
        let request = request.header("x-forwarded-for", AT_HOME).json(body);
        ask(what, if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }).await
    }
}
