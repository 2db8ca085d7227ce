//! The pages for browsers: sign in, "Who's using it?", TV code entry, and the devices with *sign out*. Drawn by the server, so that they work
//! without JavaScript; templates escape whatever they draw.

mod device;
mod fields;
mod kinds;
mod recover;
mod return_address;
mod sign_in;
mod signed_in;
mod straight_on;
mod who;

use std::borrow::Cow;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::error::Error;
use crate::http::door::Door;
use return_address::ReturnAddress;

/// The look, shared with the interface, and the letters, which the interface has from elsewhere.
const STYLE: &str = concat!(
    include_str!("../../../../ui/src/front-door-letters.css"),
    include_str!("../../../../ui/src/front-door.css")
);

/// Asks browsers to say with the next request which model, form and version they run on (User-Agent Client Hints).
const HINTS: &str =
    "Sec-CH-UA-Model, Sec-CH-UA-Form-Factors, Sec-CH-UA-Platform-Version, Sec-CH-UA-Full-Version-List";

/// The pages and their style.
pub fn routes() -> Router<Door> {
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/recover", get(recover::show).post(recover::recover))
        .route("/who", get(who::show).post(who::choose))
        .route("/device", get(device::show).post(device::answer))
        .route("/signed-in", get(signed_in::show).post(signed_in::sign_out))
        .route("/front-door.css", get(style))
}

/// Whether a form of these pages is sent there.
pub fn has_form(path: &str) -> bool {
    matches!(path, "/sign-in" | "/who" | "/device" | "/recover" | "/signed-in")
}

/// A page that says why a request was refused.
pub fn refusal(error: Error) -> Response {
    let message = Message::of(&error);
    page_about(error, &message, None)
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")], STYLE)
}

/// A page that says one thing.
#[derive(Template)]
#[template(path = "message.html")]
pub struct Message {
    /// What came of it.
    pub title: &'static str,
    /// Whether that is what whoever asked wanted.
    pub is_good: bool,
    /// More of it.
    pub text: String,
    /// Where to go on.
    pub link: Option<(Cow<'static, str>, &'static str)>,
}

impl Message {
    /// What went wrong, in the error's own words.
    pub fn of(error: &Error) -> Self {
        let link = Some(("/".into(), "Open Latchkey"));
        Self { title: "That did not work", is_good: false, text: error.to_wire().message, link }
    }
}

/// Shows a page. A form on it may end at `going`, and nowhere else outside this home: browsers hold redirects
/// after a form to `form-action` too (CSP level 3 section 6.4.1).
pub fn page(template: &impl Template, going: Option<&ReturnAddress>) -> Response {
    let text = match template.render() {
        Ok(text) => text,
        Err(cause) => return Error::internal(cause).into_response(),
    };
    let elsewhere = going.and_then(ReturnAddress::origin).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
         form-action 'self' {elsewhere}"
    );
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(HeaderName::from_static("accept-ch"), HeaderValue::from_static(HINTS));
    if let Ok(policy) = HeaderValue::try_from(policy.trim_end()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Shows a page about an error, with the error's own status and headers.
pub fn page_about(error: Error, template: &impl Template, going: Option<&ReturnAddress>) -> Response {
    let shown = page(template, going);
    if shown.status() != StatusCode::OK {
        return shown;
    }
    let (mut head, _) = error.into_response().into_parts();
    let (shown, body) = shown.into_parts();
    head.headers.extend(shown.headers);
    Response::from_parts(head, body)
}

/// Sends the browser on with a GET, whatever it came with.
fn go_to(address: &str) -> Response {
    let location = HeaderValue::try_from(address).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// Sends the browser to one of these pages, which sends it to `address` in the end.
fn go_by(page: &str, address: &ReturnAddress) -> Response {
    if address.is_home() {
        return go_to(page);
    }
    let encoded: String = url::form_urlencoded::byte_serialize(address.as_str().as_bytes()).collect();
    go_to(&format!("{page}?return={encoded}"))
}
