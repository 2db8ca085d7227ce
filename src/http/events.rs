//! Server-sent events: what changes, as it happens, until the session ends or the home stops.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::sse::{Event as SentEvent, KeepAlive, Sse};
use axum::routing::get;
use futures_util::{Stream, StreamExt};

use super::door::Door;
use crate::error::Result;
use crate::home::Home;
use crate::home::here::Here;

/// How often a quiet stream shows that it is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub fn routes() -> Router<Door> {
    Router::new().route("/api/v1/events", get(events))
}

/// What changes on the account, as it happens.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", responses(
    (status = 200, content_type = "text/event-stream", body = crate::wire::Event),
    (status = 401, body = crate::error::ErrorBody), (status = 403, body = crate::error::ErrorBody)
))]
pub async fn events(
    State(door): State<Door>,
    home: Here,
) -> Result<Sse<impl Stream<Item = std::result::Result<SentEvent, Infallible>>>> {
    let stop = door.stop.clone();
    let events = home
        .events()
        .await?
        .filter_map(|event| async move { SentEvent::default().json_data(&event).ok().map(Ok) })
        .take_until(async move { stop.cancelled().await });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}
