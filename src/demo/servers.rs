//! The servers that the demonstration household has: three that speak as Jellyfin, Immich and audiobookshelf do, as far as they are asked,
//! on this computer only. What is signed out at one is gone there.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::PASSWORD;
use crate::error::{Error, Result};
use crate::model::Timestamp;
use crate::wire::{NewService, Proof};

/// The key that all three take. Everybody may know it: nothing real is behind it.
const KEY: &str = "the-key-of-the-demonstration";

/// The servers, until this is dropped.
pub struct Servers {
    running: Vec<JoinHandle<()>>,
    /// What is given to add each.
    pub to_add: Vec<NewService>,
}

impl Drop for Servers {
    fn drop(&mut self) {
        for server in &self.running {
            server.abort();
        }
    }
}

/// What is signed in at one, as it lists that.
type List = Arc<Mutex<Vec<Value>>>;

impl Servers {
    /// Starts them, as they are at `now`.
    pub async fn start(now: Timestamp) -> Result<Self> {
        let mut servers = Self { running: Vec::new(), to_add: Vec::new() };
        servers.add("jellyfin", "Films", jellyfin(films(now))).await?;
        servers.add("immich", "Photos", immich(photos(now))).await?;
        servers.add("audiobookshelf", "Books", audiobookshelf(books(now))).await?;
        Ok(servers)
    }

    async fn add(&mut self, kind: &str, name: &str, router: Router) -> Result<()> {
        let cannot = |cause| Error::file("cannot start a server of the demonstration", cause);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        self.running.push(tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::warn!(%error, "a server of the demonstration ended");
            }
        }));
        self.to_add.push(NewService {
            kind: kind.to_owned(),
            name: Some(name.to_owned()),
            url: Some(format!("http://{address}")),
            key: Some(KEY.to_owned()),
            proof: Proof { password: Some(PASSWORD.to_owned()), ..Proof::default() },
            ..NewService::default()
        });
        Ok(())
    }
}

fn minutes_before(now: Timestamp, minutes: u64) -> Timestamp {
    now.before(Duration::from_mins(minutes))
}

fn date(now: Timestamp, minutes: u64) -> Value {
    json!(minutes_before(now, minutes))
}

fn films(now: Timestamp) -> List {
    let device = |id: &str, name: &str, app: &str, person: (&str, &str), minutes| {
        json!({
            "Id": id, "Name": name, "AppName": app, "AppVersion": "12.0.0", "LastUserName": person.0,
            "LastUserId": person.1, "DateLastActivity": date(now, minutes),
        })
    };
    let (ana, rui, leo) = (("Ana", "a1"), ("Rui", "b2"), ("Leo", "c3"));
    Arc::new(Mutex::new(vec![
        device("bedroom", "Bedroom TV", "Jellyfin for webOS", rui, 3),
        device("kids-tablet", "Leo's tablet", "Jellyfin Android", leo, 55),
        device("kids-tablet", "Leo's tablet", "Jellyfin Android", ana, 60 * 24 * 9),
        device("firefox", "Firefox", "Jellyfin Web", ana, 60 * 24 * 2),
    ]))
}

fn photos(now: Timestamp) -> List {
    let session = |id: &str, device: &str, os: &str, app: Option<&str>, minutes| {
        json!({
            "id": id, "createdAt": date(now, 60 * 24 * 120), "updatedAt": date(now, minutes), "current": false,
            "deviceType": device, "deviceOS": os, "appVersion": app,
        })
    };
    Arc::new(Mutex::new(vec![
        session("0a6c8f3e-52c1-4d0b-9d5f-6d3c1f1e0a01", "Pixel 8", "Android", Some("3.2.0"), 40),
        session("0a6c8f3e-52c1-4d0b-9d5f-6d3c1f1e0a02", "Firefox", "Windows", None, 60 * 24 * 31),
    ]))
}

fn books(now: Timestamp) -> List {
    let session = |id: &str, address: &str, browser: &str, os: &str, kind: Option<&str>, minutes| {
        json!({
            "id": id, "ipAddress": address, "userAgent": null, "current": false,
            "deviceInfo": { "browserName": browser, "osName": os, "deviceType": kind },
            "createdAt": minutes_before(now, 60 * 24 * 80).as_millis(),
            "updatedAt": minutes_before(now, minutes).as_millis(),
        })
    };
    Arc::new(Mutex::new(vec![
        session(
            "0b6c8f3e-52c1-4d0b-9d5f-6d3c1f1e0b01",
            "192.0.2.10",
            "Chrome",
            "Android",
            Some("mobile"),
            90,
        ),
        session(
            "0b6c8f3e-52c1-4d0b-9d5f-6d3c1f1e0b02",
            "203.0.113.21",
            "Safari",
            "iOS",
            Some("mobile"),
            60 * 30,
        ),
    ]))
}

fn lock(list: &List) -> MutexGuard<'_, Vec<Value>> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a request has the key, wherever its kind puts it.
fn may(headers: &HeaderMap) -> bool {
    ["authorization", "x-api-key"]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .any(|value| value.contains(KEY))
}

/// An answer for whoever has the key.
fn answer(headers: &HeaderMap, answer: impl IntoResponse) -> Response {
    if may(headers) { answer.into_response() } else { StatusCode::UNAUTHORIZED.into_response() }
}

/// Removes what a list has under an id.
fn remove(list: &List, field: &str, id: &str) -> bool {
    let mut list = lock(list);
    let before = list.len();
    list.retain(|entry| entry[field] != id);
    list.len() < before
}

#[derive(Deserialize)]
struct WithId {
    id: String,
}

fn jellyfin(list: List) -> Router {
    let is = json!({
        "ServerName": "Films", "Version": "12.0.0", "Id": "d3m0", "ProductName": "Jellyfin Server",
    });
    let nothing = json!({ "Items": [], "TotalRecordCount": 0 });
    Router::new()
        .route("/System/Info/Public", get(async move || Json(is)))
        .route(
            "/System/ActivityLog/Entries",
            get(async move |headers: HeaderMap| answer(&headers, Json(nothing))),
        )
        .route("/Users/Me", get(async || StatusCode::BAD_REQUEST))
        .route("/Sessions", get(async |headers: HeaderMap| answer(&headers, Json(json!([])))))
        .route(
            "/Devices",
            get(async |State(list): State<List>, headers: HeaderMap| {
                let items = lock(&list).clone();
                answer(&headers, Json(json!({ "TotalRecordCount": items.len(), "Items": items })))
            })
            .delete(
                async |State(list): State<List>, Query(which): Query<WithId>, headers: HeaderMap| {
                    let is_gone = may(&headers) && remove(&list, "Id", &which.id);
                    answer(&headers, if is_gone { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND })
                },
            ),
        )
        .with_state(list)
}

fn immich(list: List) -> Router {
    let me = json!({ "id": "k1", "permissions": ["session.read", "session.delete", "user.read"] });
    let person = json!({ "id": "a1", "name": "Ana", "email": "ana@home.example" });
    Router::new()
        .route("/api/server/version", get(async || Json(json!({ "major": 3, "minor": 2, "patch": 0 }))))
        .route("/api/server/ping", get(async || Json(json!({ "res": "pong" }))))
        .route("/api/api-keys/me", get(async move |headers: HeaderMap| answer(&headers, Json(me))))
        .route("/api/users/me", get(async move |headers: HeaderMap| answer(&headers, Json(person))))
        .route(
            "/api/sessions",
            get(async |State(list): State<List>, headers: HeaderMap| {
                let sessions = lock(&list).clone();
                answer(&headers, Json(sessions))
            }),
        )
        .route(
            "/api/sessions/{id}",
            delete(async |State(list): State<List>, Path(id): Path<String>, headers: HeaderMap| {
                let is_gone = may(&headers) && remove(&list, "id", &id);
                answer(&headers, if is_gone { StatusCode::NO_CONTENT } else { StatusCode::BAD_REQUEST })
            }),
        )
        .with_state(list)
}

fn audiobookshelf(list: List) -> Router {
    let me = json!({ "id": "a1", "username": "Ana", "type": "user" });
    let is = json!({ "app": "audiobookshelf", "serverVersion": "2.36.0", "isInit": true });
    Router::new()
        .route("/status", get(async move || Json(is)))
        .route("/api/me", get(async move |headers: HeaderMap| answer(&headers, Json(me))))
        .route(
            "/api/me/sessions",
            get(async |State(list): State<List>, headers: HeaderMap| {
                let sessions = lock(&list).clone();
                let page = json!({ "total": sessions.len(), "numPages": 1, "page": 0, "sessions": sessions });
                answer(&headers, Json(page))
            }),
        )
        .route(
            "/api/me/sessions/{id}",
            delete(async |State(list): State<List>, Path(id): Path<String>, headers: HeaderMap| {
                let is_gone = may(&headers) && remove(&list, "id", &id);
                answer(&headers, if is_gone { StatusCode::OK } else { StatusCode::NOT_FOUND })
            }),
        )
        .with_state(list)
}
