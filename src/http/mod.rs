//! The front of the home: what devices, browsers, reverse proxies and apps reach over HTTP.
//!
//! A handler is a door: it parses, calls one operation of [`crate::home::Home`] or one verb of
//! [`crate::access`], and shapes the answer. No rule lives here.

mod api;
mod asking;
mod client_address;
mod cookies;
mod door;
mod events;
mod failure;
mod front_door;
mod guard;
mod input;
mod interface;
mod openapi;
mod origin;
mod renewing;
mod serve;

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get};
use tower::ServiceBuilder;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

pub use asking::Peer;
pub use client_address::client_address;
pub use door::Door;
pub use openapi::description;
pub use serve::serve;

/// Longest body of a request, in bytes.
const MOST_BODY: usize = 64 * 1024;

/// Longest time a request may take; the event stream has no end and is not counted.
const MOST_TIME: Duration = Duration::from_secs(30);

/// What pages may load: only what comes from here, and no script that is written into a page.
const CONTENT_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Everything that can be reached.
pub fn router(door: Door) -> Router {
    let timed = Router::new()
        .merge(Router::from(api::routes()))
        .merge(front_door::routes())
        .route("/api/openapi.json", get(openapi::show))
        .fallback(interface::serve)
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, MOST_TIME));
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let guarded = timed.merge(events::routes()).layer(
        ServiceBuilder::new()
            // Outside of the headers below, which tell it whose answers these are.
            .layer(from_fn_with_state(door.clone(), renewing::renew))
            .layer(header(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY))
            .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .layer(header(header::REFERRER_POLICY, "same-origin"))
            .layer(header(header::CACHE_CONTROL, "no-store"))
            .layer(header(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
            .layer(from_fn_with_state(door.clone(), origin::check))
            .layer(DefaultBodyLimit::max(MOST_BODY)),
    );
    // The guard is asked at every request of every site behind it, under the names of those sites: it changes
    // nothing and looks at no body, so that none of the layers above is for it.
    Router::new()
        .route("/guard", any(guard::guard))
        .route("/healthz", get(api::healthz))
        .merge(guarded)
        .with_state(door)
}
