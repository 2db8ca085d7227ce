//! A WebSocket to a service (RFC 6455), spoken in JSON.
//!
//! It is opened by the same client that asks for everything else, so that the same is trusted, reached and refused. The library that
//! speaks it writes what it sends and hears into the log at the level `trace`: `tungstenite` is off in every log.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use http::{HeaderName, header};
use reqwest::{Response, Upgraded};
use serde::Serialize;
use serde_json::Value;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as SocketError, Message, error::ProtocolError};

use super::trouble::Trouble;
use crate::error::causes;

/// Most bytes of a message.
const MOST_BYTES: usize = 16 << 20;

/// What is set aside for reading and for writing: most messages are small, and every service may have a connection.
const BUFFER_BYTES: usize = 16 << 10;

/// How long a message may take to be taken.
const PATIENCE: Duration = Duration::from_secs(10);

/// The asking for a WebSocket (RFC 6455 section 4.1).
pub(super) struct Opening {
    key: String,
}

impl Opening {
    /// A new one.
    pub(super) fn new() -> Self {
        Self { key: generate_key() }
    }

    /// What has to be asked with.
    pub(super) fn headers(&self) -> [(&'static str, &str); 4] {
        [
            ("connection", "Upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", self.key.as_str()),
        ]
    }

    /// The WebSocket that a server agreed to by its answer, a 101.
    pub(super) async fn agreed(self, response: Response) -> Result<Socket, Trouble> {
        let says = |name: HeaderName| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
        };
        let is_agreed = says(header::UPGRADE).eq_ignore_ascii_case("websocket")
            && says(header::SEC_WEBSOCKET_ACCEPT) == derive_accept_key(self.key.as_bytes());
        if !is_agreed {
            return Err(no_websocket());
        }
        let upgraded = response
            .upgrade()
            .await
            .map_err(|error| Trouble::Unreachable { why: causes(&error.without_url()).to_string() })?;
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER_BYTES)
            .write_buffer_size(BUFFER_BYTES)
            .max_message_size(Some(MOST_BYTES))
            .max_frame_size(Some(MOST_BYTES));
        Ok(Socket { stream: WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await })
    }
}

/// An open WebSocket. Messages are bounded in size.
pub struct Socket {
    stream: WebSocketStream<Upgraded>,
}

impl Socket {
    /// Sends one message.
    pub async fn send(&mut self, message: &impl Serialize) -> Result<(), Trouble> {
        let text = serde_json::to_string(message).map_err(|_| Trouble::odd("a message cannot be written"))?;
        match timeout(PATIENCE, self.stream.send(Message::text(text))).await {
            Ok(sent) => sent.map_err(|error| broken(&error)),
            Err(_) => Err(Trouble::Silent),
        }
    }

    /// The next message; `None` when the server closed the connection in good order. What is no JSON is [`Trouble::Odd`]. Answers the
    /// server's pings meanwhile. Nothing is lost when it is not waited for.
    pub async fn next(&mut self) -> Result<Option<Value>, Trouble> {
        let message = loop {
            match self.stream.next().await {
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                other => break other,
            }
        };
        match message {
            None => Ok(None),
            Some(Err(error)) => Err(broken(&error)),
            // The parser's own words would quote it.
            Some(Ok(Message::Text(text))) => serde_json::from_str(text.as_str())
                .map(Some)
                .map_err(|_| Trouble::odd("a message of it is no JSON")),
            Some(Ok(Message::Close(_))) => {
                // Says goodbye, and does not wait until the server hangs up. Who is gone need not hear it.
                let _ = timeout(PATIENCE, self.stream.flush()).await;
                Ok(None)
            }
            Some(Ok(_)) => Err(Trouble::odd("a message of it is no text")),
        }
    }

    /// The next message, if one comes in time: `Ok(None)` on the inside is the end, [`Trouble::Silent`] that none came.
    pub async fn next_within(&mut self, patience: Duration) -> Result<Option<Value>, Trouble> {
        timeout(patience, self.next()).await.unwrap_or(Err(Trouble::Silent))
    }
}

fn no_websocket() -> Trouble {
    Trouble::odd("what it speaks there is no WebSocket")
}

/// What an error of the library stands for. Its words are not quoted: there may be some of the server's in them.
fn broken(error: &SocketError) -> Trouble {
    match error {
        SocketError::Io(error) => Trouble::Unreachable { why: causes(error).to_string() },
        SocketError::ConnectionClosed
        | SocketError::AlreadyClosed
        | SocketError::Protocol(
            ProtocolError::ResetWithoutClosingHandshake | ProtocolError::SendAfterClosing,
        ) => Trouble::Unreachable { why: "the connection ended".to_owned() },
        SocketError::Capacity(_) => Trouble::odd("a message of it has more than 16 MB"),
        _ => no_websocket(),
    }
}
