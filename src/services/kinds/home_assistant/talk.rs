//! What is said with Home Assistant over its WebSocket: a greeting, the key, then questions by number and events in between.

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::services::{Ask, Line, Socket, Trouble, told};

/// How long an answer may take. It has all of it in memory.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many messages may come before an answer.
const MOST_MESSAGES: usize = 1000;

/// The notice by which it tells of a failed sign-in.
pub(super) const FAILED: &str = "http-login";

/// Opens its WebSocket: the version by which it greets shows that it is Home Assistant.
pub(super) async fn greet(line: &Line) -> Result<(Socket, Option<String>), Trouble> {
    let mut socket = line.socket(Ask::get(&["api", "websocket"])).await.map_err(|trouble| match trouble {
        Trouble::TooFewRights { .. } => Trouble::TooFewRights {
            missing: "Home Assistant has banned this computer's address; take it out of ip_bans.yaml there and restart it"
                .to_owned(),
        },
        trouble => trouble,
    })?;
    let greeting = next(&mut socket).await?;
    if greeting.kind != "auth_required" {
        return Err(Trouble::odd("it does not greet as Home Assistant does"));
    }
    Ok((socket, greeting.ha_version))
}

async fn next(socket: &mut Socket) -> Result<Message, Trouble> {
    let closed = || Trouble::Unreachable { why: "it closed the connection".to_owned() };
    Message::of(socket.next_within(PATIENCE).await?.ok_or_else(closed)?)
}

/// Why it does not do what it was asked for.
pub(super) fn refusal(code: &str) -> Trouble {
    match code {
        "unauthorized" => Trouble::TooFewRights { missing: "reading and ending the own sign-ins".to_owned() },
        "unknown_command" => {
            Trouble::odd("this version of Home Assistant cannot do what it was asked for; update it")
        }
        _ => Trouble::odd("it answers with an error"),
    }
}

/// A conversation with it, after it took the key.
pub(super) struct Talk {
    pub(super) socket: Socket,
    asked: u64,
    /// Whether it told of a failed sign-in while an answer was waited for.
    pub(super) heard_of_failure: bool,
}

impl Talk {
    /// Opens it, and shows the key: once.
    pub(super) async fn open(line: &Line) -> Result<Self, Trouble> {
        let key = line.keys().get("key");
        if key.is_empty() {
            return Err(Trouble::KeyRefused);
        }
        let (mut socket, _) = greet(line).await?;
        socket.send(&json!({"type": "auth", "access_token": key})).await?;
        let answer = next(&mut socket).await?;
        match answer.kind.as_str() {
            "auth_ok" => Ok(Self { socket, asked: 0, heard_of_failure: false }),
            "auth_invalid" => Err(Trouble::KeyRefused),
            _ => Err(Trouble::odd("it says neither yes nor no to the key")),
        }
    }

    /// Asks, and waits for the answer to that: what it answers, or its code for why it does not.
    pub(super) async fn ask(&mut self, mut request: Value) -> Result<Result<Value, String>, Trouble> {
        self.asked += 1;
        request["id"] = json!(self.asked);
        self.socket.send(&request).await?;
        for _ in 0..MOST_MESSAGES {
            let message = next(&mut self.socket).await?;
            if message.kind == "result" && message.id == Some(self.asked) {
                return Ok(match message.success {
                    Some(true) => Ok(message.result.unwrap_or_default()),
                    _ => Err(message.error.and_then(|error| error.code).unwrap_or_default()),
                });
            }
            self.heard_of_failure |= message.tells_of_failure();
        }
        Err(Trouble::odd("it says much, and does not answer"))
    }

    /// Asks for what is as it should be.
    pub(super) async fn read<T: DeserializeOwned>(&mut self, kind: &str) -> Result<T, Trouble> {
        let answer = self.ask(json!({"type": kind})).await?.map_err(|code| refusal(&code))?;
        serde_json::from_value(answer).map_err(|_| Trouble::odd("an answer of it is not as it should be"))
    }
}

/// Any message of it.
#[derive(Deserialize)]
pub(super) struct Message {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, deserialize_with = "told::soft")]
    id: Option<u64>,
    #[serde(default, deserialize_with = "told::soft")]
    ha_version: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    success: Option<bool>,
    #[serde(default, deserialize_with = "told::soft")]
    result: Option<Value>,
    #[serde(default, deserialize_with = "told::soft")]
    error: Option<Fault>,
    #[serde(default, deserialize_with = "told::soft")]
    event: Option<Event>,
}

impl Message {
    pub(super) fn of(message: Value) -> Result<Self, Trouble> {
        serde_json::from_value(message).map_err(|_| Trouble::odd("a message of it has no type"))
    }

    /// Whether it says that a sign-in failed just now.
    pub(super) fn tells_of_failure(&self) -> bool {
        let Some(event) = &self.event else { return false };
        matches!(event.kind.as_deref(), Some("added" | "updated"))
            && event.notifications.as_ref().is_some_and(|notices| notices.get(FAILED).is_some())
    }
}

#[derive(Deserialize)]
struct Fault {
    #[serde(default, deserialize_with = "told::soft")]
    code: Option<String>,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type", default, deserialize_with = "told::soft")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    notifications: Option<Value>,
}
