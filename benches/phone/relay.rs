//! The smallest relay: what is posted to a topic goes to whoever listens there, and is kept for whoever asks later, as an ntfy
//! server does it (docs/publish.md and docs/subscribe/api.md there).

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use futures_util::StreamExt;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_stream::wrappers::UnboundedReceiverStream;

use super::{Outcome, within};

/// The relay.
pub struct Relay {
    /// `http://127.0.0.1:port`.
    pub origin: String,
    /// Each topic that somebody begins to listen to.
    begun: UnboundedReceiver<String>,
    listened_to: HashSet<String>,
}

/// A message: where it was posted, and the line that it is handed out as.
struct Message {
    topic: String,
    line: String,
}

/// Who listens, and where.
struct Listener {
    topics: Vec<String>,
    to: UnboundedSender<String>,
}

/// Behind one lock, so that nothing is lost between what was kept and what comes.
#[derive(Default)]
struct Topics {
    kept: Vec<Message>,
    listeners: Vec<Listener>,
}

#[derive(Clone)]
struct Shared {
    topics: Arc<Mutex<Topics>>,
    listening: UnboundedSender<String>,
}

impl Relay {
    /// Starts it.
    pub async fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener =
            listener.map_err(|cause| format!("the relay cannot listen on this computer: {cause}"))?;
        let address = listener.local_addr().map_err(|cause| format!("the relay has no address: {cause}"))?;
        let (listening, begun) = unbounded_channel();
        let server = Router::new()
            .route("/{topic}", post(publish))
            .route("/{topic}/json", get(hand_out))
            .with_state(Shared { topics: Arc::default(), listening });
        // A line goes out when it is written, as from a real one.
        let listener = listener.tap_io(|connection| {
            let _ = connection.set_nodelay(true);
        });
        tokio::spawn(async move { axum::serve(listener, server).await });
        Ok(Self { origin: format!("http://{address}"), begun, listened_to: HashSet::new() })
    }

    /// Waits until somebody listens to that topic.
    pub async fn is_listened_to(&mut self, topic: &str) -> Outcome {
        while !self.listened_to.contains(topic) {
            let begun = within("the home at the relay", self.begun.recv()).await?;
            self.listened_to.insert(begun.ok_or("the relay has ended")?);
        }
        Ok(())
    }
}

async fn publish(State(shared): State<Shared>, Path(topic): Path<String>, text: String) -> String {
    let mut line = json!({ "event": "message", "topic": topic, "message": text }).to_string();
    line.push('\n');
    let mut topics = shared.topics.lock().unwrap_or_else(PoisonError::into_inner);
    topics.listeners.retain(|listener| !listener.to.is_closed());
    for listener in topics.listeners.iter().filter(|listener| listener.topics.contains(&topic)) {
        // Whoever hung up just now hears of it when they ask again.
        let _ = listener.to.send(line.clone());
    }
    topics.kept.push(Message { topic, line: line.clone() });
    line
}

async fn hand_out(
    State(shared): State<Shared>,
    Path(names): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let names: Vec<_> = names.split(',').map(str::to_owned).collect();
    let mut topics = shared.topics.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = topics.kept.iter().filter(|message| names.contains(&message.topic));
    let kept: String = kept.map(|message| message.line.as_str()).collect();
    if query.get("poll").is_some_and(|poll| poll == "1") {
        return kept.into_response();
    }
    let (to, lines) = unbounded_channel();
    let _ = to.send(format!("{}\n{kept}", json!({ "event": "open" })));
    topics.listeners.push(Listener { topics: names.clone(), to });
    drop(topics);
    for name in names {
        // Nobody waits for it any more once the bench is over.
        let _ = shared.listening.send(name);
    }
    Body::from_stream(UnboundedReceiverStream::new(lines).map(Ok::<_, Infallible>)).into_response()
}
