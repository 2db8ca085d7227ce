//! Taking messages: as JSON at the root, and as text with headers at the topic.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State as Shared};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{State, is_name, page_not_found, refusal};

/// A text is shorter than this, or becomes an attachment.
const MOST_BYTES: usize = 4096;
/// Names that are pages of the server.
const PAGES: [&str; 10] =
    ["docs", "static", "file", "app", "metrics", "account", "settings", "signup", "login", "v1"];

type Parameters = HashMap<String, String>;

/// What is told beside the text.
#[derive(Default)]
struct Told {
    title: Option<String>,
    priority: Option<u64>,
    tags: Vec<String>,
    click: Option<String>,
    actions: Option<Value>,
    sequence: Option<String>,
    is_for_an_app: bool,
}

/// `POST /`.
pub async fn as_json(Shared(state): Shared<Arc<State>>, headers: HeaderMap, body: Bytes) -> Response {
    if body.len() > 2 * MOST_BYTES {
        return refusal(413, 41303, "JSON body too large");
    }
    let Ok(Value::Object(asked)) = serde_json::from_slice(&body) else { return wrong_json() };
    match read(&asked) {
        Ok((topic, message, told)) => publish(&state, &headers, &topic, message.as_bytes(), told),
        Err(refused) => refused,
    }
}

fn wrong_json() -> Response {
    refusal(400, 40024, "invalid request: request body must be valid JSON")
}

/// The topic, the text, and what is told beside it.
fn read(asked: &super::Message) -> Result<(String, String, Told), Response> {
    let text = |name: &str| match asked.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(wrong_json()),
    };
    let priority = match asked.get("priority") {
        None => None,
        Some(number) => Some(number.as_u64().ok_or_else(wrong_json)?).filter(|number| *number != 0),
    };
    let tags = match asked.get("tags") {
        None => Vec::new(),
        Some(Value::Array(tags)) => tags.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(_) => return Err(wrong_json()),
    };
    let told = Told {
        title: text("title")?,
        priority,
        tags,
        click: text("click")?,
        actions: asked.get("actions").cloned(),
        sequence: text("sequence_id")?,
        is_for_an_app: false,
    };
    Ok((text("topic")?.unwrap_or_default(), text("message")?.unwrap_or_default(), told))
}

/// `POST` or `PUT /{topic}`.
pub async fn to_topic(
    Shared(state): Shared<Arc<State>>,
    Path(topic): Path<String>,
    Query(query): Query<Parameters>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    with_headers(&state, &topic, None, &query, &headers, &body)
}

/// `POST` or `PUT /{topic}/{sequence}`.
pub async fn below_topic(
    Shared(state): Shared<Arc<State>>,
    Path((topic, sequence)): Path<(String, String)>,
    Query(query): Query<Parameters>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if state.knobs().is_old {
        return page_not_found();
    }
    with_headers(&state, &topic, Some(sequence), &query, &headers, &body)
}

/// `GET /{topic}/publish?message=…`.
pub fn by_link(state: &State, topic: &str, query: &Parameters, headers: &HeaderMap) -> Response {
    with_headers(state, topic, None, query, headers, b"")
}

/// `DELETE /{topic}/{sequence}`.
pub async fn delete(
    Shared(state): Shared<Arc<State>>,
    Path((topic, sequence)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    of_sequence(&state, &headers, "message_delete", &topic, &sequence)
}

/// `PUT /{topic}/{sequence}/clear`.
pub async fn clear(
    Shared(state): Shared<Arc<State>>,
    Path((topic, sequence, verb)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    if !matches!(verb.as_str(), "clear" | "read") {
        return page_not_found();
    }
    of_sequence(&state, &headers, "message_clear", &topic, &sequence)
}

fn of_sequence(state: &State, headers: &HeaderMap, event: &str, topic: &str, sequence: &str) -> Response {
    if state.knobs().is_old {
        return page_not_found();
    }
    if let Err(refused) = allowed(state, headers, topic) {
        return refused;
    }
    if !is_name(sequence) {
        return refusal(400, 40049, "invalid request: sequence ID invalid");
    }
    let message = state.message(event, topic, json!({ "sequence_id": sequence }));
    state.publish(&message);
    axum::Json(Value::Object(message)).into_response()
}

/// The parameters by their headers and in the query; a header wins.
fn with_headers(
    state: &State,
    topic: &str,
    sequence: Option<String>,
    query: &Parameters,
    headers: &HeaderMap,
    body: &[u8],
) -> Response {
    let parameter = |names: &[&str]| {
        let in_header = names.iter().find_map(|name| {
            let value = headers.get(format!("x-{name}")).or_else(|| headers.get(*name))?;
            value.to_str().ok().map(str::to_owned)
        });
        in_header.or_else(|| names.iter().find_map(|name| query.get(*name).cloned()))
    };
    let is_set = |names: &[&str]| {
        parameter(names).is_some_and(|value| matches!(value.to_lowercase().as_str(), "1" | "yes" | "true"))
    };
    let priority = match parameter(&["priority", "prio", "p"]).as_deref() {
        None | Some("") => None,
        Some("1" | "min") => Some(1),
        Some("2" | "low") => Some(2),
        Some("3" | "default") => Some(3),
        Some("4" | "high") => Some(4),
        Some("5" | "max" | "urgent") => Some(5),
        // A proxy's own header (RFC 9218).
        Some(other) if other.starts_with("u=") => None,
        Some(_) => return refusal(400, 40007, "invalid priority parameter"),
    };
    let actions = match parameter(&["actions", "action"]) {
        None => None,
        Some(text) => match serde_json::from_str(&text) {
            Ok(actions) => Some(actions),
            Err(_) => return refusal(400, 40018, "invalid request: actions invalid"),
        },
    };
    let is_encrypted = headers.get("content-encoding").is_some_and(|value| value == "aes128gcm");
    let tags = parameter(&["tags", "tag", "ta"]).unwrap_or_default();
    let told = Told {
        title: parameter(&["title", "t"]),
        priority,
        tags: tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
        click: parameter(&["click"]),
        actions,
        sequence: sequence.or_else(|| parameter(&["sequence-id", "sid"])),
        is_for_an_app: is_encrypted || is_set(&["unifiedpush", "up"]),
    };
    let text = parameter(&["message", "m"]).map(|text| text.replace("\\n", "\n").into_bytes());
    publish(state, headers, topic, &text.unwrap_or_else(|| body.to_vec()), told)
}

/// Whether somebody with these headers may write, and there is such a topic.
fn allowed(state: &State, headers: &HeaderMap, topic: &str) -> Result<(), Response> {
    if let Some((status, code, error)) = state.knobs().refuse {
        return Err(refusal(status, code, error));
    }
    if !is_name(topic) {
        return Err(refusal(400, 40009, "invalid request: topic invalid"));
    }
    if PAGES.contains(&topic) {
        return Err(refusal(400, 40010, "invalid request: topic name is not allowed"));
    }
    may_enter(state, headers)
}

/// Whether the token that the server asks for is there.
pub fn may_enter(state: &State, headers: &HeaderMap) -> Result<(), Response> {
    let Some(token) = state.knobs().token else { return Ok(()) };
    match headers.get("authorization").and_then(|value| value.to_str().ok()) {
        Some(sent) if sent == format!("Bearer {token}") => Ok(()),
        Some(_) => Err(refusal(401, 40101, "unauthorized")),
        None => Err(refusal(403, 40301, "forbidden")),
    }
}

fn publish(state: &State, headers: &HeaderMap, topic: &str, body: &[u8], told: Told) -> Response {
    if let Err(refused) = allowed(state, headers, topic) {
        return refused;
    }
    let actions = match told.actions.map(|actions| with_ids(&actions)) {
        None => None,
        Some(Some(actions)) => Some(actions),
        Some(None) => return refusal(400, 40018, "invalid request: actions invalid"),
    };
    if told.priority.is_some_and(|priority| priority > 5) {
        return refusal(400, 40007, "invalid priority parameter");
    }
    let is_old = state.knobs().is_old;
    let sequence = told.sequence.filter(|_| !is_old);
    if sequence.as_ref().is_some_and(|sequence| !is_name(sequence)) {
        return refusal(400, 40049, "invalid request: sequence ID invalid");
    }
    let body = &body[..state.knobs().cut.unwrap_or(body.len()).min(body.len())];
    let (text, more) = text_of(state, body, told.is_for_an_app);
    let mut message = state.message(
        "message",
        topic,
        json!({
            "sequence_id": sequence,
            "expires": state.now() + 12 * 3600,
            "title": told.title,
            "message": text,
            "priority": told.priority,
            "tags": (!told.tags.is_empty()).then_some(told.tags),
            "click": told.click,
            "actions": actions,
        }),
    );
    message.extend(more);
    state.publish(&message);
    axum::Json(Value::Object(message)).into_response()
}

/// What becomes of a body: the text, and what stands beside it.
fn text_of(state: &State, body: &[u8], is_for_an_app: bool) -> (String, super::Message) {
    let mut more = super::Message::new();
    if is_for_an_app {
        let cut = &body[..body.len().min(MOST_BYTES)];
        if let Ok(text) = std::str::from_utf8(cut) {
            return (text.to_owned(), more);
        }
        more.insert("encoding".into(), "base64".into());
        return (STANDARD.encode(cut), more);
    }
    match std::str::from_utf8(body) {
        Ok(text) if body.len() < MOST_BYTES => {
            let text = text.trim();
            (if text.is_empty() { "triggered" } else { text }.to_owned(), more)
        }
        _ => {
            let origin = state.address.lock().expect("no holder panics").clone();
            let file = json!({ "name": "attachment.txt", "type": "text/plain; charset=utf-8", "size": body.len(),
                "expires": state.now() + 3 * 3600, "url": format!("{origin}/file/attachment.txt") });
            more.insert("attachment".into(), file);
            ("You received a file: attachment.txt".to_owned(), more)
        }
    }
}

/// The actions with an id each, as they are handed out; `None` when they are none.
fn with_ids(actions: &Value) -> Option<Value> {
    let actions = actions.as_array().filter(|actions| actions.len() <= 3)?;
    let given = actions.iter().enumerate().map(|(number, action)| {
        let mut action = action.as_object()?.clone();
        let text = |action: &super::Message, name: &str| {
            action.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let has = |name: &str| !text(&action, name).is_empty();
        match text(&action, "action").as_str() {
            "view" if has("label") && has("url") => {}
            "broadcast" if has("label") => {}
            "copy" if has("label") && has("value") => {}
            "http" if has("label") && has("url") => {
                let method = text(&action, "method").to_uppercase();
                if matches!(method.as_str(), "GET" | "HEAD") && has("body") {
                    return None;
                }
                if !method.is_empty() {
                    action.insert("method".into(), method.into());
                }
            }
            _ => return None,
        }
        action.insert("id".into(), format!("Action{number:04}").into());
        action.entry("clear").or_insert(false.into());
        Some(Value::Object(action))
    });
    given.collect::<Option<Vec<_>>>().map(Value::Array)
}
