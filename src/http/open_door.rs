//! What pages of every origin may ask: an app for televisions is a page too, of a file (`Origin: null`, `file://`) or of
//! wherever its maker keeps it, and signs in by code (RFC 8628). Without cookies, so that what answers is never the
//! browser's own session; nothing else of this home answers to another origin (CORS, the Fetch standard).

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// The endpoints that pages of every origin may ask.
pub const FOR_EVERY_ORIGIN: [&str; 2] = ["/device_authorization", "/token"];

/// Buttons outside, which bring a secret of their own: the app of an ntfy server is a page of another origin.
const ACTIONS: &str = "/api/v1/actions/";

/// Whether pages of every origin may ask what is there.
pub fn is_for_every_origin(path: &str) -> bool {
    FOR_EVERY_ORIGIN.contains(&path) || path.starts_with(ACTIONS)
}

/// For how long a browser remembers what it may ask, in seconds.
const REMEMBERED: &str = "600";

/// Where pages of every origin may ask, lets a request through without the cookies it brings, with an answer that its page
/// may read and that sets none. What is elsewhere stays as it is.
pub async fn where_it_is(mut request: Request, next: Next) -> Response {
    if !is_for_every_origin(request.uri().path()) {
        return next.run(request).await;
    }
    request.headers_mut().remove(header::COOKIE);
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    headers.remove(header::SET_COOKIE);
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After"));
    answer
}

/// What a browser asks before it lets a page ask (the Fetch standard, section 3.3.3).
pub async fn preflight() -> Response {
    let headers: [(HeaderName, &'static str); 3] = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Content-Type, Accept"),
        (header::ACCESS_CONTROL_MAX_AGE, REMEMBERED),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}
