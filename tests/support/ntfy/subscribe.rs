//! Handing messages out: as lines of JSON, as server-sent events and as bare text; what is kept first, then what comes.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;

use super::publish::{by_link, may_enter};
use super::{Listener, Message, State, is_name, page_not_found, refusal};

type Parameters = HashMap<String, String>;

/// Which messages somebody wants to hear of.
pub struct Filter(Vec<(&'static str, String)>);

impl Filter {
    fn new(query: &Parameters) -> Self {
        let names =
            [("id", "id"), ("message", "message"), ("m", "message"), ("title", "title"), ("t", "title")];
        Self(names.into_iter().filter_map(|(name, field)| Some((field, query.get(name)?.clone()))).collect())
    }

    /// Whether a message is one of them. What is no message always is.
    pub fn lets(&self, message: &Message) -> bool {
        message.get("event").is_none_or(|event| event != "message")
            || self.0.iter().all(|(field, value)| message.get(*field).is_some_and(|field| field == value))
    }
}

/// `GET /{topic}`: the web app, or what a distributor of UnifiedPush asks.
pub async fn at_topic(Path(topic): Path<String>, Query(query): Query<Parameters>) -> Response {
    if !is_name(&topic) {
        return page_not_found();
    }
    if query.get("up").is_some_and(|up| up == "1") {
        return axum::Json(json!({ "unifiedpush": { "version": 1 } })).into_response();
    }
    axum::response::Html("the web app").into_response()
}

/// `GET /{topics}/json` and the like.
pub async fn below_topic(
    Shared(state): Shared<Arc<State>>,
    Path((topics, what)): Path<(String, String)>,
    Query(query): Query<Parameters>,
    headers: HeaderMap,
) -> Response {
    match what.as_str() {
        "publish" | "send" | "trigger" => by_link(&state, &topics, &query, &headers),
        "auth" => may_enter(&state, &headers)
            .map_or_else(|refused| refused, |()| axum::Json(json!({ "success": true })).into_response()),
        "json" => listen(&state, &topics, &query, &headers, "application/x-ndjson; charset=utf-8", as_line),
        "sse" => listen(&state, &topics, &query, &headers, "text/event-stream; charset=utf-8", as_event),
        "raw" => listen(&state, &topics, &query, &headers, "text/plain; charset=utf-8", as_text),
        _ => page_not_found(),
    }
}

fn listen(
    state: &State,
    topics: &str,
    query: &Parameters,
    headers: &HeaderMap,
    kind: &'static str,
    written: fn(&Message) -> String,
) -> Response {
    if let Err(refused) = may_enter(state, headers) {
        return refused;
    }
    let topics = topics.split(',').map(str::to_owned).collect::<Vec<_>>();
    if !topics.iter().all(|topic| is_name(topic)) {
        return page_not_found();
    }
    let of_header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let parameter = |name: &str| {
        of_header(&format!("x-{name}")).or_else(|| of_header(name)).or_else(|| query.get(name).cloned())
    };
    let polls = parameter("poll").is_some_and(|poll| matches!(poll.as_str(), "1" | "yes" | "true"));
    let since = parameter("since").unwrap_or_else(|| if polls { "all" } else { "none" }.to_owned());
    let Some(kept) = kept_since(state, &topics, &since) else {
        return refusal(400, 40008, "invalid since parameter");
    };
    let filter = Filter::new(query);
    let (to, from) = mpsc::unbounded_channel();
    if !polls {
        let _ = to.send(state.message("open", &topics.join(","), json!({})));
    }
    for message in kept.iter().filter(|message| filter.lets(message)) {
        let _ = to.send(message.clone());
    }
    if !polls {
        state.listeners.lock().expect("no holder panics").push(Listener { topics, filter, to });
    }
    let lines = UnboundedReceiverStream::new(from).map(move |message| Ok::<_, Infallible>(written(&message)));
    ([(header::CONTENT_TYPE, kind)], Body::from_stream(lines)).into_response()
}

/// What is kept of these topics from a moment or a message on; `None` when the word is not known.
fn kept_since(state: &State, topics: &[String], since: &str) -> Option<Vec<Message>> {
    let kept = state.kept.lock().expect("no holder panics").clone();
    let ours = |message: &Message| topics.iter().any(|topic| message["topic"] == *topic);
    let kept = kept.into_iter().filter(ours).collect::<Vec<_>>();
    let from = |seconds: i64| -> Vec<Message> {
        kept.iter()
            .filter(|message| message["time"].as_i64().is_some_and(|time| time >= seconds))
            .cloned()
            .collect()
    };
    Some(match since {
        "all" => kept,
        "none" => Vec::new(),
        "latest" => kept.last().cloned().into_iter().collect(),
        _ => {
            if since.len() == 12 && is_name(since) && since.parse::<i64>().is_err() {
                // What it does not know it has all of after.
                let place = kept.iter().position(|message| message["id"] == since);
                return Some(kept.into_iter().skip(place.map_or(0, |place| place + 1)).collect());
            }
            let seconds = since.parse::<i64>().ok().or_else(|| Some(state.now() - duration(since)?));
            from(seconds?)
        }
    })
}

/// `10m`, as Go reads it.
fn duration(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number = number.parse::<i64>().ok()?;
    match unit {
        "s" => Some(number),
        "m" => Some(number * 60),
        "h" => Some(number * 3600),
        _ => None,
    }
}

fn as_line(message: &Message) -> String {
    format!("{}\n", Value::Object(message.clone()))
}

fn as_event(message: &Message) -> String {
    let data = Value::Object(message.clone());
    match message.get("event").and_then(Value::as_str) {
        Some("message") | None => format!("data: {data}\n\n"),
        Some(event) => format!("event: {event}\ndata: {data}\n\n"),
    }
}

fn as_text(message: &Message) -> String {
    let text = message.get("message").and_then(Value::as_str).unwrap_or_default();
    format!("{}\n", text.replace('\n', " "))
}
