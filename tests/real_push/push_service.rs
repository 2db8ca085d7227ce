//! A push service as Firefox's own is (autopush): its browser's line by WebSocket, and the address that messages are posted to,
//! which takes nothing that a strict service would not (RFC 8030, RFC 8292).

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use futures_util::{SinkExt, StreamExt};
use latchkey::clock::{Clock, SystemClock};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

use crate::until;

/// The service.
pub struct PushService {
    /// What a browser connects to: `ws://127.0.0.1:port/`.
    pub socket: String,
    /// Where its subscriptions' addresses are: `http://127.0.0.1:port`.
    pub origin: String,
    state: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    origin: String,
    /// Browsers that are there, by the id that they were given.
    browsers: HashMap<String, UnboundedSender<Value>>,
    /// Subscriptions.
    channels: HashMap<String, Channel>,
    hellos: usize,
    unregistered: usize,
    /// What browsers said of each message: 100 is delivered.
    acknowledged: Vec<i64>,
    numbers: u64,
}

struct Channel {
    browser: String,
    /// The key of whoever may send, as base64url without padding.
    key: Option<String>,
    /// What the browser has not acknowledged.
    waiting: Vec<Value>,
}

type Shared = Arc<Mutex<Inner>>;

impl PushService {
    /// Starts one.
    pub async fn start() -> Self {
        let state = Shared::default();
        let posts = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!("http://{}", posts.local_addr().expect("an address"));
        lock(&state).origin.clone_from(&origin);
        let app = Router::new().route("/wpush/{channel}", post(posted)).with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(posts, app).await });
        let browsers = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let socket = format!("ws://{}/", browsers.local_addr().expect("an address"));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = browsers.accept().await {
                tokio::spawn(browser(stream, Arc::clone(&shared)));
            }
        });
        Self { socket, origin, state }
    }

    /// How often a browser said hello.
    pub fn hellos(&self) -> usize {
        lock(&self.state).hellos
    }

    /// What browsers said of each message, once they did of so many: 100 is delivered, and decrypted.
    pub async fn acknowledged(&self, messages: usize) -> Vec<i64> {
        until(&format!("a browser has {messages} messages"), async || {
            let said = lock(&self.state).acknowledged.clone();
            (said.len() >= messages).then_some(said)
        })
        .await
    }

    /// Waits until a browser has ended a subscription.
    pub async fn unregistered(&self) {
        until("the browser ends its subscription", async || {
            (lock(&self.state).unregistered > 0).then_some(())
        })
        .await;
    }
}

fn lock(state: &Shared) -> std::sync::MutexGuard<'_, Inner> {
    state.lock().expect("no holder panics")
}

/// One browser's line, until it hangs up.
async fn browser(stream: TcpStream, state: Shared) {
    #[allow(clippy::result_large_err, reason = "the library's own type")]
    let with_protocol = |_: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        // Firefox asks for this one.
        response
            .headers_mut()
            .insert("sec-websocket-protocol", "push-notification".parse().expect("a value"));
        Ok(response)
    };
    let Ok(socket) = accept_hdr_async(stream, with_protocol).await else { return };
    let (mut sends, mut incoming) = socket.split();
    let (to, mut outgoing) = unbounded_channel::<Value>();
    tokio::spawn(async move {
        while let Some(message) = outgoing.recv().await {
            if sends.send(Message::text(message.to_string())).await.is_err() {
                return;
            }
        }
    });
    while let Some(Ok(message)) = incoming.next().await {
        if let Message::Text(text) = message {
            let heard: Value = serde_json::from_str(&text).expect("JSON");
            answer(&heard, &to, &mut lock(&state));
        }
    }
    lock(&state).browsers.retain(|_, other| !other.same_channel(&to));
}

fn answer(heard: &Value, to: &UnboundedSender<Value>, inner: &mut Inner) {
    let text = |name: &str| heard[name].as_str().unwrap_or_default().to_owned();
    let say = |message: Value| to.send(message).expect("its line is open");
    match text("messageType").as_str() {
        // Whoever says nothing asks whether it is still there.
        "" => say(json!({})),
        "hello" => {
            let said = text("uaid");
            let is_known = inner.channels.values().any(|channel| channel.browser == said);
            inner.numbers += 1;
            let browser = if is_known { said } else { format!("{:032x}", inner.numbers) };
            inner.browsers.insert(browser.clone(), to.clone());
            inner.hellos += 1;
            say(
                json!({ "messageType": "hello", "status": 200, "uaid": browser, "use_webpush": true, "broadcasts": {} }),
            );
            let waiting = inner.channels.values().filter(|channel| channel.browser == browser);
            waiting.flat_map(|channel| channel.waiting.iter().cloned()).for_each(say);
        }
        "register" => {
            let browser =
                inner.browsers.iter().find(|(_, other)| other.same_channel(to)).map(|(id, _)| id.clone());
            let channel = text("channelID");
            let key = heard["key"].as_str().map(|key| key.trim_end_matches('=').to_owned());
            let endpoint = format!("{}/wpush/{channel}", inner.origin);
            say(
                json!({ "messageType": "register", "channelID": channel, "status": 200, "pushEndpoint": endpoint }),
            );
            let browser = browser.expect("it said hello");
            inner.channels.insert(channel, Channel { browser, key, waiting: Vec::new() });
        }
        "unregister" => {
            inner.channels.remove(&text("channelID"));
            inner.unregistered += 1;
            say(json!({ "messageType": "unregister", "channelID": text("channelID"), "status": 200 }));
        }
        "ack" => {
            for update in heard["updates"].as_array().expect("a list") {
                inner.acknowledged.push(update["code"].as_i64().expect("a code"));
                if let Some(channel) = inner.channels.get_mut(update["channelID"].as_str().expect("an id")) {
                    channel.waiting.retain(|message| message["version"] != update["version"]);
                }
            }
        }
        // Said after the fact, or for what this service does not do.
        _ => {}
    }
}

/// A message from whoever may send to a subscription.
async fn posted(
    State(state): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, &'static str) {
    let mut inner = lock(&state);
    let Inner { origin, browsers, channels, numbers, .. } = &mut *inner;
    let Some(channel) = channels.get_mut(&id) else { return (StatusCode::GONE, "gone") };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(time_to_live) = header("ttl").parse::<u64>() else { return (StatusCode::BAD_REQUEST, "no TTL") };
    if body.len() > 4096 {
        return (StatusCode::PAYLOAD_TOO_LARGE, "over 4096 bytes");
    }
    if header("content-encoding") != "aes128gcm" {
        return (StatusCode::BAD_REQUEST, "not aes128gcm");
    }
    if let Some(key) = &channel.key
        && !is_from(key, header("authorization"), origin)
    {
        return (StatusCode::FORBIDDEN, "not the subscription's sender");
    }
    *numbers += 1;
    let message = json!({
        "messageType": "notification", "channelID": id, "version": format!("v{numbers}"),
        "data": URL_SAFE.encode(&body), "headers": { "encoding": "aes128gcm" },
    });
    let browser = browsers.get(&channel.browser);
    if browser.is_some() || time_to_live > 0 {
        channel.waiting.push(message.clone());
    }
    if let Some(browser) = browser {
        let _ = browser.send(message);
    }
    (StatusCode::CREATED, "")
}

/// Whether a statement is of that key, for this service, and of now (RFC 8292).
fn is_from(key: &str, authorization: &str, origin: &str) -> bool {
    claims_of(key, authorization).is_some_and(|claims| {
        let end = claims["exp"].as_i64().unwrap_or_default();
        let left = end - SystemClock.now().as_millis() / 1000;
        claims["aud"] == origin && (1..=24 * 3600).contains(&left)
    })
}

/// What a statement says, when it is signed by that key.
fn claims_of(key: &str, authorization: &str) -> Option<Value> {
    let (token, sender) = authorization.strip_prefix("vapid t=")?.split_once(", k=")?;
    if sender != key {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let verifier = VerifyingKey::from_sec1_bytes(&URL_SAFE_NO_PAD.decode(sender).ok()?).ok()?;
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    verifier.verify(signed.as_bytes(), &signature).ok()?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(signed.split('.').nth(1)?).ok()?).ok()
}
