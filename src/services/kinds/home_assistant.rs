//! Home Assistant: the sign-ins of one person, over its WebSocket API. It counts a key that it does not take as a failed sign-in, tells
//! the household so and may ban this computer's address: a key is shown to it once a connection, and never to what has not said that it
//! is Home Assistant.

mod talk;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Notify;
use url::Url;

use self::talk::{FAILED, Message, Talk, greet, refusal};
use super::rows;
use crate::model::{DeclaredDevice, Nature, Promise};
use crate::services::{
    About, Ask, Ending, FailedSignIn, Field, KeyHolder, Kind, Line, Look, Person, Server, SignIn, Tells,
    Trouble, USUALLY, told,
};

/// Home Assistant.
pub struct HomeAssistant;

static ABOUT: About = About {
    key: "home_assistant",
    name: "Home Assistant",
    how_to: &[
        "Sign in to Home Assistant as the person whose devices you want to see.",
        "Select your name at the bottom of the sidebar, then the tab \"Security\".",
        "Under \"Long-lived access tokens\", select \"Create token\" and call it Latchkey.",
        "Copy the token; it is shown only once.",
        "An account that is no administrator is enough. Add Home Assistant once more for each further person.",
    ],
    fields: &[Field { name: "key", label: "Long-lived access token", secret: true, optional: false }],
    ports: &[8123],
    mdns: Some("_home-assistant._tcp.local."),
    fixed_url: None,
    tells: Tells {
        everybody: false,
        address: true,
        client: true,
        since: true,
        last_active: true,
        failed: true,
        pushes: true,
    },
    promise: Promise::AtOnce,
    limits: &[
        "A token shows the sign-ins of its own person only: add one for each person.",
        "Home Assistant does not say which phone or computer it is, only which app or which of its addresses was used.",
        "It does not say when a long-lived token was last used: one that was stolen cannot be seen by that.",
        "Of failed sign-ins it keeps the latest only, and not which name was tried.",
        "Such a token can do all that its person can. Take it away in Home Assistant when you stop watching it.",
        "Behind a proxy the addresses are right only where `use_x_forwarded_for` and `trusted_proxies` are set.",
    ],
    every: USUALLY,
};

/// How often the list is compared while the connection is open.
const COMPARE_EVERY: Duration = Duration::from_secs(10);

/// What is remembered where there was no failed sign-in yet.
const NONE_YET: &str = "-";

#[async_trait]
impl Kind for HomeAssistant {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    async fn identify(&self, line: &Line) -> Result<Server, Trouble> {
        match greet(line).await {
            Ok((_, version)) => Ok(Server { version, name: None, id: None }),
            Err(trouble @ (Trouble::Odd { .. } | Trouble::KeyRefused)) => {
                // A server in trouble and one of another kind both decline the WebSocket. This asks without a key, for what is for all.
                let status = line.ask(Ask::get(&["auth", "providers"])).await?.status;
                Err(if status.is_server_error() {
                    trouble
                } else {
                    Trouble::OtherKind { expected: ABOUT.name }
                })
            }
            Err(trouble) => Err(trouble),
        }
    }

    async fn try_key(&self, line: &Line) -> Result<KeyHolder, Trouble> {
        let person = Talk::open(line).await?.person().await?;
        Ok(KeyHolder { person: Some(person), lacks: Vec::new() })
    }

    async fn look(&self, line: &Line, cursor: Option<&str>) -> Result<Look, Trouble> {
        let mut talk = Talk::open(line).await?;
        let person = talk.person().await?;
        let tokens = talk.tokens().await?;
        let latest = talk.latest_failure().await?;
        let sign_ins = rows::one_of_each(tokens.into_iter().map(|token| token.into_sign_in(&person)));
        let remembered = match (&latest, cursor) {
            (Some(failed), _) => failed.id.clone(),
            // The notice was put away: the same one does not come back.
            (None, Some(cursor)) => cursor.to_owned(),
            (None, None) => NONE_YET.to_owned(),
        };
        // What was there at the first look is not told as if it had just happened.
        let failed = latest
            .into_iter()
            .filter(|failed| cursor.is_some_and(|cursor| is_later(failed, cursor)))
            .collect();
        Ok(Look { sign_ins, failed, cursor: Some(remembered) })
    }

    async fn end(&self, line: &Line, which: &Ending) -> Result<(), Trouble> {
        let mut talk = Talk::open(line).await?;
        // Ending the own one would cut this connection without an answer.
        if talk.tokens().await?.iter().any(|token| token.id == which.external_id && token.is_own()) {
            return Err(Trouble::Refused {
                why: "by this one Latchkey reads Home Assistant; take the token away there, in your profile"
                    .to_owned(),
            });
        }
        let request = json!({"type": "auth/delete_refresh_token", "refresh_token_id": which.external_id});
        match talk.ask(request).await? {
            Ok(_) => Ok(()),
            // It is gone already; whether that is so is read back.
            Err(code) if code == "invalid_token_id" => Ok(()),
            Err(code) => Err(refusal(&code)),
        }
    }

    async fn is_there(&self, line: &Line, which: &Ending) -> Result<bool, Trouble> {
        Ok(Talk::open(line).await?.tokens().await?.iter().any(|token| token.id == which.external_id))
    }

    async fn listen(&self, line: &Line, bell: &Notify) -> Result<(), Trouble> {
        let mut talk = Talk::open(line).await?;
        talk.ask(json!({"type": "persistent_notification/subscribe"}))
            .await?
            .map_err(|code| refusal(&code))?;
        let mut known: BTreeSet<String> = talk.tokens().await?.into_iter().map(|token| token.id).collect();
        // Something may have happened while nobody listened.
        bell.notify_one();
        let mut compared = line.clock().elapsed();
        loop {
            match talk.socket.next_within(COMPARE_EVERY).await {
                Ok(None) => return Ok(()),
                Ok(Some(message)) => {
                    if Message::of(message)?.tells_of_failure() {
                        bell.notify_one();
                    }
                    // However much it tells, the list is compared.
                    if line.clock().elapsed().saturating_sub(compared) < COMPARE_EVERY {
                        continue;
                    }
                }
                Err(Trouble::Silent) => {}
                Err(trouble) => return Err(trouble),
            }
            talk.heard_of_failure = false;
            let now: BTreeSet<String> = talk.tokens().await?.into_iter().map(|token| token.id).collect();
            compared = line.clock().elapsed();
            if now != known || talk.heard_of_failure {
                bell.notify_one();
            }
            known = now;
        }
    }
}

impl Talk {
    async fn person(&mut self) -> Result<Person, Trouble> {
        let user: User = self.read("auth/current_user").await?;
        Ok(Person { name: user.name.unwrap_or_else(|| user.id.clone()), id: user.id })
    }

    async fn tokens(&mut self) -> Result<Vec<Token>, Trouble> {
        self.read("auth/refresh_tokens").await
    }

    /// The latest failed sign-in: there is one notice, which each failure makes anew.
    async fn latest_failure(&mut self) -> Result<Option<FailedSignIn>, Trouble> {
        let notices: Vec<Notice> = self.read("persistent_notification/get").await?;
        Ok(notices.into_iter().filter_map(Notice::into_failure).max_by_key(|failed| failed.at))
    }
}

/// Whether a failure came after the one that is remembered. Two in the same millisecond are told apart by their texts.
fn is_later(failed: &FailedSignIn, cursor: &str) -> bool {
    failed.id != cursor && told::moment(cursor).is_none_or(|remembered| failed.at >= remembered)
}

#[derive(Deserialize)]
struct User {
    id: String,
    #[serde(default, deserialize_with = "told::soft")]
    name: Option<String>,
}

/// A notice that it shows to everybody.
#[derive(Deserialize)]
struct Notice {
    #[serde(default, deserialize_with = "told::soft")]
    notification_id: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    message: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    created_at: Option<String>,
}

impl Notice {
    fn into_failure(self) -> Option<FailedSignIn> {
        if self.notification_id.as_deref() != Some(FAILED) {
            return None;
        }
        let id = self.created_at?;
        let at = told::moment(&id)?;
        Some(FailedSignIn { id, at, person: None, address: self.message.as_deref().and_then(last_address) })
    }
}

/// The address at the end of "… from HOST (IP). See …". What stands before it is the name that the address itself has in the DNS.
fn last_address(message: &str) -> Option<IpAddr> {
    message.split_whitespace().rev().find_map(|word| {
        let bare = word.trim_matches(['(', ')', '[', ']', '.', ',', ';', '"', '\'']);
        told::address(bare.split('%').next().unwrap_or(bare))
    })
}

/// A refresh token: what it calls a sign-in.
#[derive(Deserialize)]
struct Token {
    id: String,
    #[serde(rename = "type", default, deserialize_with = "told::soft")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    client_id: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    client_name: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    created_at: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    is_current: Option<bool>,
    #[serde(default, deserialize_with = "told::soft")]
    last_used_at: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    last_used_ip: Option<String>,
}

impl Token {
    fn is_own(&self) -> bool {
        self.is_current == Some(true)
    }

    fn into_sign_in(self, person: &Person) -> SignIn {
        let is_person = self.kind.as_deref() == Some("normal");
        let client = self.client_id.as_deref().unwrap_or_default();
        let (nature, promise) = match (self.is_own(), is_person && !is_linked_account(client)) {
            (true, _) => (Nature::Own, Promise::Nothing),
            (false, true) => (Nature::Person, Promise::AtOnce),
            (false, false) => (Nature::Integration, Promise::AtOnce),
        };
        let mut says = app_of(client);
        says.name = self.client_name.filter(|name| !name.is_empty());
        SignIn {
            person: Some(person.clone()),
            says,
            address: self.last_used_ip.as_deref().and_then(told::address),
            signed_in_at: self.created_at.as_deref().and_then(told::moment),
            // Of a token that a program has it says the moment when it was made.
            last_active_at: self.last_used_at.filter(|_| is_person).as_deref().and_then(told::moment),
            nature,
            ..SignIn::of(self.id, promise)
        }
    }
}

/// What the client id tells: the phone apps have one each, a browser that of the address at which it opened Home Assistant.
fn app_of(client_id: &str) -> DeclaredDevice {
    let app = |name: &str, os: Option<&str>| DeclaredDevice {
        app: Some(name.to_owned()),
        os: os.map(str::to_owned),
        ..DeclaredDevice::default()
    };
    if client_id.starts_with("https://home-assistant.io/iOS") {
        return app("Home Assistant app", Some("iOS"));
    }
    if client_id.starts_with("https://home-assistant.io/android") {
        return app("Home Assistant app", Some("Android"));
    }
    let host = Url::parse(client_id).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.map_or_else(DeclaredDevice::default, |host| app(&format!("Browser at {host}"), None))
}

/// Whether a sign-in is the link to a voice assistant's cloud: a program's, though a person made it.
fn is_linked_account(client_id: &str) -> bool {
    let host =
        Url::parse(client_id).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    host == "oauth-redirect.googleusercontent.com"
        || host == "oauth-redirect-sandbox.googleusercontent.com"
        || matches!(host.as_str(), "pitangui.amazon.com" | "layla.amazon.com" | "alexa.amazon.co.jp")
}
