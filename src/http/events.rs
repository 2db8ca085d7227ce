//! Server-sent events: what changes, as it happens, until the session ends or the home stops.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::sse::{Event as SentEvent, KeepAlive, Sse};
use axum::routing::get;
use futures_util::{Stream, StreamExt, stream};

use super::door::Door;
use crate::error::Result;
use crate::home::EVENTS;
use crate::home::here::{Heard, Here};

type Headers = [(HeaderName, HeaderValue); 2];

/// Nobody keeps it, and nginx hands every event on as it comes.
const UNBUFFERED: Headers = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
];

/// How often a quiet stream shows that it is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How long a browser waits before it comes back after an interruption.
const COMES_BACK_AFTER: Duration = Duration::from_secs(3);

/// The same after a stream that ended because the session has a newer token: the answer that brings it is on its way.
const GOES_ON_AFTER: Duration = Duration::from_millis(250);

pub fn routes() -> Router<Door> {
    Router::new().route(EVENTS, get(events))
}

/// What changes on the account, as it happens. Whoever was cut off and says so (`Last-Event-ID`) hears what came meanwhile,
/// or that too much did.
#[utoipa::path(get, path = EVENTS, tag = "events",
    params(("last-event-id" = Option<String>, Header, description = "The id of the last event that was heard")), responses(
    (status = 200, content_type = "text/event-stream", body = crate::wire::Event),
    (status = 401, body = crate::error::ErrorBody), (status = 403, body = crate::error::ErrorBody),
    (status = 503, body = crate::error::ErrorBody)
))]
pub async fn events(
    State(door): State<Door>,
    home: Here,
    headers: HeaderMap,
) -> Result<(Headers, Sse<impl Stream<Item = std::result::Result<SentEvent, Infallible>>>)> {
    let stop = door.stop.clone();
    let after = headers.get("last-event-id").map(|mark| mark.to_str().unwrap_or_default());
    let events = home.listen(after).await?.filter_map(|heard| std::future::ready(sent(heard)));
    let waits = |after| stream::once(async move { SentEvent::default().retry(after) });
    let events = waits(COMES_BACK_AFTER)
        .chain(events)
        .chain(waits(GOES_ON_AFTER))
        .map(Ok)
        .take_until(async move { stop.cancelled().await });
    Ok((UNBUFFERED, Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))))
}

/// As it is written. Without data a browser notes where it is, and its page hears nothing (HTML, section 9.2.6).
fn sent(heard: Heard) -> Option<SentEvent> {
    let mut sent = SentEvent::default();
    if let Some(mark) = heard.mark {
        sent = sent.id(mark);
    }
    match heard.event {
        Some(event) => sent.json_data(&event).ok(),
        None => Some(sent),
    }
}
