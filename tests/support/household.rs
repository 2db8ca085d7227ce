//! A household around the headless program as it is run: its account, and the device that made it, which hears what happens as it
//! happens.

use std::path::Path;
use std::time::Duration;

use futures_util::stream::{BoxStream, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use sse_stream::SseByteStream;
use tempfile::TempDir;

use super::browser::FIREFOX;
use super::server::Server;
use super::{Browser, LOGIN, PASSWORD};

/// Longest time that anything may take before a test gives up: others' servers are asked every ten seconds, and start slowly on a busy
/// machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// The household. Its clock and its secrets are real ones.
pub struct Household {
    server: Server,
    url: String,
    /// The device that made the account, on the home's own computer: Ana's.
    pub owner: Browser,
    events: BoxStream<'static, Value>,
    /// What was told since it began to listen.
    told: Vec<Value>,
    _folder: TempDir,
}

impl Household {
    /// A home with an account, past its first lesson, and the profiles Ana and Leo.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let places = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/demo/places.mmdb");
        let mut server =
            Server::start(folder.path(), &["--geoip", places.to_str().expect("a path in UTF-8")]);
        let ready = server.ready();
        let url = ready["url"].as_str().expect("an address").to_owned();
        let owner = Browser::new(&url);
        let setup = json!({
            "code": ready["setup_code"], "login": LOGIN, "password": PASSWORD,
            "device": { "name": "Ana's laptop", "kind": "browser" },
            "profiles": [{ "name": "Ana", "kind": "adult" }, { "name": "Leo", "kind": "kids" }],
        });
        let made = owner.post_json("/api/v1/setup", &setup).await;
        assert_eq!(made.status, 201, "{}", made.text);
        owner.choose("Ana").await;
        let settings = json!({ "end_learning": true, "password": PASSWORD });
        let learnt = owner.put_json("/api/v1/alert-settings", &settings).await;
        assert_eq!(learnt.status, 200, "{}", learnt.text);
        let events = events(&url, &owner.cookie("latchkey_session").expect("signed in")).await;
        Self { server, url, owner, events, told: Vec::new(), _folder: folder }
    }

    /// Asks, and again after everything that the home tells, until there is an answer: as a screen does, which fetches anew what it is
    /// told of.
    pub async fn until<T>(&mut self, what: &str, mut ask: impl AsyncFnMut(&Browser) -> Option<T>) -> T {
        let (owner, events, told) = (&self.owner, &mut self.events, &mut self.told);
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(found) = ask(owner).await {
                    return found;
                }
                told.push(events.next().await.expect("it goes on telling"));
            }
        })
        .await;
        found.unwrap_or_else(|_| panic!("waited in vain: {what}; told so far: {:#?}", self.told))
    }

    /// Waits until the home tells something of that kind.
    pub async fn hears(&mut self, kind: &str) -> Value {
        let (events, told) = (&mut self.events, &mut self.told);
        let heard = tokio::time::timeout(PATIENCE, async {
            loop {
                let event = events.next().await.expect("it goes on telling");
                told.push(event.clone());
                if event["type"] == kind {
                    return event;
                }
            }
        })
        .await;
        heard.unwrap_or_else(|_| panic!("waited in vain for {kind}; told so far: {:#?}", self.told))
    }

    /// Listens anew, with the token that it has now: what it was given before is over once there is a newer one.
    pub async fn listens_anew(&mut self) {
        self.events = events(&self.url, &self.owner.cookie("latchkey_session").expect("signed in")).await;
    }

    /// Stops the home as a service manager does; answers with all it printed.
    pub fn stop(self) -> String {
        let Self { server, events, .. } = self;
        drop(events);
        let (printed, code) = server.stop();
        assert_eq!(code, Some(0), "{printed}");
        printed
    }
}

/// What the home tells the session of that token, from now on.
async fn events(url: &str, token: &str) -> BoxStream<'static, Value> {
    let request = latchkey::tls::http_client()
        .get(format!("{url}/api/v1/events"))
        // The session's own: another one would be somebody else's.
        .header("user-agent", FIREFOX)
        .bearer_auth(token);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let said = SseByteStream::new(answer.bytes_stream());
    let data = said.filter_map(|said| std::future::ready(said.ok().and_then(|said| said.data)));
    data.map(|data| serde_json::from_str(&data).expect("JSON")).boxed()
}

impl Browser {
    /// What proves a service, for `body` without its password.
    pub async fn proves(&self, body: &Value) -> Value {
        let answer = self.post_json("/api/v1/services/prove", &with_the_password(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// Adds a service; answers with it.
    pub async fn adds(&self, body: &Value) -> Value {
        let answer = self.post_json("/api/v1/services", &with_the_password(body)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }

    /// A service as it stands.
    pub async fn service(&self, id: &str) -> Value {
        let answer = self.get(&format!("/api/v1/services/{id}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["service"].take()
    }

    /// Changes a service.
    pub async fn changes_service(&self, id: &str, change: &Value) -> Value {
        let change = with_the_password(change);
        let answer = self.send_json(Method::PATCH, &format!("/api/v1/services/{id}"), &change).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// Every device of the account, page by page.
    pub async fn all_devices(&self) -> Vec<Value> {
        let (mut all, mut cursor) = (Vec::new(), None);
        loop {
            let after = cursor.map(|cursor: String| format!("&cursor={cursor}")).unwrap_or_default();
            let answer = self.get(&format!("/api/v1/devices?limit=200{after}")).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            let page = answer.json();
            all.extend(page["devices"].as_array().expect("a list").iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return all,
            }
        }
    }

    /// A session at a service by the service's own id of it, with the device that holds it.
    pub async fn session_at(&self, service_id: &str, external_id: &str) -> Option<(Value, Value)> {
        let devices = self.all_devices().await;
        let (device, session) = session_in(&devices, service_id, external_id)?;
        Some((device.clone(), session.clone()))
    }

    /// How often a session was signed out, by the history.
    pub async fn sign_outs_of(&self, session_id: &Value) -> usize {
        let answer = self.get("/api/v1/history?kind=sign_out&limit=1000").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let history = answer.json();
        let entries = history["history"].as_array().expect("a list");
        entries.iter().filter(|entry| entry["session_id"] == *session_id).count()
    }
}

/// A session at a service among devices, by the service's own id of it, with the device that holds it.
pub fn session_in<'a>(
    devices: &'a [Value],
    service_id: &str,
    external_id: &str,
) -> Option<(&'a Value, &'a Value)> {
    devices.iter().find_map(|device| {
        let sessions = device["sessions"].as_array().expect("a list");
        let is_it = |session: &&Value| {
            session["service_id"] == service_id && is_of(&session["external_id"], external_id)
        };
        Some((device, sessions.iter().find(is_it)?))
    })
}

/// Whether that is the id, alone or with whose it is before it.
fn is_of(told: &Value, id: &str) -> bool {
    told.as_str().is_some_and(|told| told == id || told.strip_suffix(id).is_some_and(|of| of.ends_with('/')))
}

fn with_the_password(body: &Value) -> Value {
    let mut body = body.clone();
    body["password"] = PASSWORD.into();
    body
}
