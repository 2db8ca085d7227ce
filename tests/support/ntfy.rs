//! A server that takes and hands out messages as ntfy does (2.13 to 2.17: docs/publish.md and docs/subscribe/api.md there), and
//! what can go wrong with a real one, on demand: it loses, repeats, reorders, replays, forges, cuts and refuses.

#![allow(clippy::result_large_err, reason = "a refusal is a whole answer, and no test is in a hurry")]

mod publish;
mod subscribe;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedSender;

/// One message as it is handed out.
pub type Message = Map<String, Value>;

/// What the server does wrong, or differently. Each holds from when it is set.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each goes wrong by itself")]
pub struct Knobs {
    /// Hands every message out twice.
    pub repeat: bool,
    /// Keeps every other message back until the next has gone out.
    pub reorder: bool,
    /// Answers that it took so many messages, and loses them.
    pub lose: usize,
    /// Answers publishing so: an HTTP status, its own code, and its words. Without Retry-After, as ntfy does.
    pub refuse: Option<(u16, u32, &'static str)>,
    /// Is older than 2.16: takes no notice of sequence ids, and knows no paths with them.
    pub is_old: bool,
    /// Asks for this access token.
    pub token: Option<String>,
    /// Keeps nothing: only who listens hears (`cache-duration: 0`).
    pub keeps_nothing: bool,
    /// Answers that it took whatever is published to this topic, and loses it.
    pub lose_at: Option<String>,
    /// Cuts every text after so many bytes.
    pub cut: Option<usize>,
}

/// The server.
#[derive(Clone)]
pub struct Ntfy {
    /// `http://127.0.0.1:port`.
    pub origin: String,
    state: Arc<State>,
}

/// Who listens: to which topics, and where it goes.
struct Listener {
    topics: Vec<String>,
    filter: subscribe::Filter,
    to: UnboundedSender<Message>,
}

struct State {
    knobs: Mutex<Knobs>,
    /// In the order they were published.
    kept: Mutex<Vec<Message>>,
    listeners: Mutex<Vec<Listener>>,
    /// What waits because of `reorder`.
    held_back: Mutex<Option<Message>>,
    /// What seconds since 1970 the server takes it to be.
    now: AtomicI64,
    numbers: AtomicI64,
    address: Mutex<String>,
    /// Everything that anybody sent here, a line each.
    seen: Mutex<String>,
}

impl Ntfy {
    /// A server that does nothing wrong.
    pub async fn start() -> Self {
        Self::listening("127.0.0.1:0").await
    }

    /// The same, at that address.
    pub async fn listening(address: &str) -> Self {
        let state = Arc::new(State {
            knobs: Mutex::default(),
            kept: Mutex::default(),
            listeners: Mutex::default(),
            held_back: Mutex::default(),
            now: AtomicI64::new(1_790_000_000),
            numbers: AtomicI64::new(0),
            address: Mutex::default(),
            seen: Mutex::default(),
        });
        let topic = get(subscribe::at_topic)
            .post(publish::to_topic)
            .put(publish::to_topic)
            .options(|| async { StatusCode::OK });
        let below = get(subscribe::below_topic)
            .post(publish::below_topic)
            .put(publish::below_topic)
            .delete(publish::delete)
            .options(|| async { StatusCode::OK });
        let app = Router::new()
            .route("/", post(publish::as_json).put(publish::as_json).options(|| async { StatusCode::OK }))
            .route("/v1/health", get(|| async { axum::Json(json!({ "healthy": true })) }))
            .route("/{topic}", topic)
            .route("/{topic}/{what}", below)
            .route("/{topic}/{what}/{verb}", axum::routing::put(publish::clear))
            // A page of anywhere may publish and subscribe.
            .layer(axum::middleware::map_response(|mut response: Response| async move {
                let headers = response.headers_mut();
                headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*".parse().expect("a value"));
                headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, "*".parse().expect("a value"));
                let methods = "GET, PUT, POST, PATCH, DELETE".parse().expect("a value");
                headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
                response
            }))
            .layer(axum::middleware::from_fn_with_state(Arc::clone(&state), see))
            .with_state(Arc::clone(&state));
        let listener = TcpListener::bind(address).await.expect("an address of its own");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        state.address.lock().expect("no holder panics").clone_from(&origin);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { origin, state }
    }

    /// Changes what it does wrong.
    pub fn turn(&self, change: impl FnOnce(&mut Knobs)) {
        change(&mut self.state.knobs.lock().expect("no holder panics"));
    }

    /// What it takes the time to be, in seconds since 1970.
    pub fn set_time(&self, seconds: i64) {
        self.state.now.store(seconds, Ordering::SeqCst);
    }

    /// Everything kept of a topic, oldest first.
    pub fn kept(&self, topic: &str) -> Vec<Message> {
        let kept = self.state.kept.lock().expect("no holder panics");
        kept.iter().filter(|message| message["topic"] == topic).cloned().collect()
    }

    /// How many listen to a topic.
    pub fn listeners(&self, topic: &str) -> usize {
        let mut listeners = self.state.listeners.lock().expect("no holder panics");
        listeners.retain(|listener| !listener.to.is_closed());
        listeners.iter().filter(|listener| listener.topics.iter().any(|heard| heard == topic)).count()
    }

    /// Everything that anybody sent here: addresses, headers and bodies.
    pub fn seen(&self) -> String {
        self.state.seen.lock().expect("no holder panics").clone()
    }

    /// Hands a kept message out once more, as it was.
    pub fn replay(&self, id: &str) {
        let kept = self.state.kept.lock().expect("no holder panics").clone();
        let message = kept.into_iter().find(|message| message["id"] == id).expect("a message of that id");
        self.state.hand_out(&message);
    }

    /// Hands something out that nobody published.
    pub fn forge(&self, topic: &str, text: &str) {
        let message = self.state.message("message", topic, json!({ "message": text }));
        self.state.keep(&message);
        self.state.hand_out(&message);
    }

    /// Hands something out as it is, whatever it is: of a version to come, say.
    pub fn hand_out(&self, message: Value) {
        let Value::Object(message) = message else { panic!("{message} is no message") };
        self.state.hand_out(&message);
    }

    /// Tells everybody that it is still there, as it does every 45 seconds.
    pub fn keep_alive(&self) {
        for listener in self.state.listeners.lock().expect("no holder panics").iter() {
            let message = self.state.message("keepalive", &listener.topics.join(","), json!({}));
            let _ = listener.to.send(message);
        }
    }

    /// Starts again with nothing kept: all connections end.
    pub fn forget(&self) {
        self.state.kept.lock().expect("no holder panics").clear();
        self.hang_up();
    }

    /// Ends all connections of who listens.
    pub fn hang_up(&self) {
        self.state.listeners.lock().expect("no holder panics").clear();
    }
}

/// Writes down what somebody sent.
async fn see(
    axum::extract::State(state): axum::extract::State<Arc<State>>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let line =
        format!("{} {} {:?} {}\n", parts.method, parts.uri, parts.headers, String::from_utf8_lossy(&body));
    state.seen.lock().expect("no holder panics").push_str(&line);
    // What stands in the query is as good as the header, which goes before it.
    if let Some(auth) = auth_of(&parts.uri) {
        parts.headers.entry(header::AUTHORIZATION).or_insert(auth);
    }
    next.run(axum::extract::Request::from_parts(parts, Body::from(body))).await
}

/// The header that `auth` of a query stands for: base64url of its value.
fn auth_of(uri: &Uri) -> Option<HeaderValue> {
    let mut query = url::form_urlencoded::parse(uri.query()?.as_bytes());
    let (_, auth) = query.find(|(name, _)| name == "auth")?;
    HeaderValue::from_bytes(&URL_SAFE_NO_PAD.decode(auth.as_bytes()).ok()?).ok()
}

impl State {
    fn knobs(&self) -> Knobs {
        self.knobs.lock().expect("no holder panics").clone()
    }

    fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    /// A message with an id, the time and an event; what is null in `more` is left out.
    fn message(&self, event: &str, topic: &str, more: Value) -> Message {
        let number = self.numbers.fetch_add(1, Ordering::SeqCst);
        let mut message = Message::new();
        message.insert("id".into(), format!("Msg{number:09}").into());
        message.insert("time".into(), self.now().into());
        message.insert("event".into(), event.into());
        message.insert("topic".into(), topic.into());
        let Value::Object(more) = more else { panic!("{more} is no object") };
        message.extend(more.into_iter().filter(|(_, value)| !value.is_null()));
        message
    }

    fn keep(&self, message: &Message) {
        if !self.knobs().keeps_nothing {
            self.kept.lock().expect("no holder panics").push(message.clone());
        }
    }

    /// To everybody who listens, with whatever goes wrong.
    fn publish(&self, message: &Message) {
        let knobs = self.knobs();
        if knobs.lose_at.is_some_and(|topic| message["topic"] == *topic) {
            return;
        }
        if knobs.lose > 0 {
            self.turn_down_losses();
            return;
        }
        self.keep(message);
        let held_back = self.held_back.lock().expect("no holder panics").take();
        if knobs.reorder && held_back.is_none() {
            *self.held_back.lock().expect("no holder panics") = Some(message.clone());
            return;
        }
        for message in [Some(message), held_back.as_ref()].into_iter().flatten() {
            self.hand_out(message);
            if knobs.repeat {
                self.hand_out(message);
            }
        }
    }

    fn turn_down_losses(&self) {
        let mut knobs = self.knobs.lock().expect("no holder panics");
        knobs.lose = knobs.lose.saturating_sub(1);
    }

    fn hand_out(&self, message: &Message) {
        let mut listeners = self.listeners.lock().expect("no holder panics");
        listeners.retain(|listener| !listener.to.is_closed());
        for listener in listeners.iter() {
            if listener.topics.iter().any(|topic| message["topic"] == *topic) && listener.filter.lets(message)
            {
                let _ = listener.to.send(message.clone());
            }
        }
    }
}

/// A refusal in ntfy's form.
fn refusal(status: u16, code: u32, error: &str) -> Response {
    let body =
        json!({ "code": code, "http": status, "error": error, "link": "https://ntfy.sh/docs/publish" });
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

fn page_not_found() -> Response {
    (StatusCode::NOT_FOUND, Body::from("404 page not found\n")).into_response()
}

/// A topic, or a sequence id.
fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
