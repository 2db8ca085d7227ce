//! The front of the home: what devices, browsers, reverse proxies and apps reach over HTTP.
//!
//! A handler is a door: it parses, calls one operation of [`crate::home::Home`] or one verb of
//! [`crate::access`], and shapes the answer. No rule lives here.

mod actions;
mod always_https;
mod api;
mod asking;
mod client_address;
mod cookie_header;
mod cookies;
mod door;
mod doors;
mod events;
mod failure;
mod front_door;
mod guard;
mod handed;
mod home_network;
mod input;
mod interface;
mod lost;
mod navigation;
mod open_door;
mod openapi;
mod origin;
mod passed_on;
mod places;
mod progress;
mod refusals;
mod renewing;
mod serve;
mod slow_body;
mod stream;
mod surroundings;

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler as _;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower::ServiceBuilder;
use tower::util::option_layer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::error::Error;

pub use asking::Peer;
pub use door::Door;
pub use doors::Doors;
pub use home_network::AtHome;
pub use openapi::description;
pub use serve::{Whom, serve, serve_home};
pub use surroundings::{Around, Surroundings};

/// Longest body of a request, in bytes.
const MOST_BODY: usize = 64 * 1024;

/// Longest time a request may take; the event stream has no end and is not counted.
const MOST_TIME: Duration = Duration::from_secs(30);

/// What pages may load: only what comes from here, and no script that is written into a page.
const CONTENT_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
    worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Everything that can be reached.
pub fn router(door: Door) -> Router {
    let timed = Router::new()
        .merge(Router::from(api::routes()))
        .merge(Router::from(actions::routes()))
        .merge(front_door::routes())
        .route("/api/openapi.json", get(openapi::show))
        .method_not_allowed_fallback(other_method)
        .fallback(interface::serve.layer(interface::packed()))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, MOST_TIME));
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let streams = events::routes().method_not_allowed_fallback(other_method);
    let guarded = timed.merge(streams).layer(
        ServiceBuilder::new()
            .layer(from_fn(open_door::where_it_is))
            // Outside of the headers below, which tell it whose answers these are.
            .layer(from_fn_with_state(door.clone(), renewing::renew))
            .layer(header(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY))
            .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .layer(option_layer(
                always_https::name(&door).map(|_| from_fn_with_state(door.clone(), always_https::say)),
            ))
            .layer(header(header::REFERRER_POLICY, "same-origin"))
            .layer(header(header::CACHE_CONTROL, "no-store"))
            .layer(header(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
            .layer(from_fn_with_state(door.clone(), origin::check))
            .layer(from_fn_with_state(door.clone(), lost::check))
            .layer(DefaultBodyLimit::max(MOST_BODY)),
    );
    // The guard is asked at every request of every site behind it, under the names of those sites: it changes
    // nothing and looks at no body, so that none of the layers above is for it, but what says that its answers are what they say.
    Router::new()
        .route("/guard", get(guard::guard))
        .route("/healthz", get(api::healthz))
        .method_not_allowed_fallback(other_method)
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .merge(guarded)
        .with_state(door)
}

/// What is there takes other methods; which, axum says in `Allow` (RFC 9110 section 15.5.6).
async fn other_method() -> Error {
    Error::MethodNotAllowed
}
