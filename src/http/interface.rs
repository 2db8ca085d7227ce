//! The interface for browsers, from inside the program.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, DefaultPredicate, NotForContentType, Predicate};

use super::door::Door;
use super::front_door::{Message, page_about};
use super::navigation::wants_page;
use crate::error::Error;

/// What `npm run build` made of `ui/`.
#[derive(RustEmbed)]
#[folder = "ui/dist"]
#[allow_missing = true]
struct Interface;

/// What the service worker may load and ask: this home, and the relay that somebody of the household chose, wherever that is. Nothing
/// of a page is in it.
const WORKER_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self' https: http:";

/// Sends the files packed to browsers that take them so: a phone's first look costs a third. Nothing else the home answers is packed,
/// because the length of what is packed tells of the secrets in it (BREACH), and these files have none.
pub fn packed() -> CompressionLayer<And<DefaultPredicate, NotForContentType>> {
    // Fonts are packed as they are.
    let what = DefaultPredicate::new().and(NotForContentType::const_new("font/"));
    CompressionLayer::new().quality(CompressionLevel::Default).compress_when(what)
}

/// A file of the interface, or an error for whatever is not there.
pub async fn serve(State(_): State<Door>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    match Interface::get(path) {
        Some(file) if matches!(method, Method::GET | Method::HEAD) => send(path, &file, &headers),
        _ if path == "index.html" => {
            (StatusCode::SERVICE_UNAVAILABLE, "The interface was not built into this program.")
                .into_response()
        }
        _ if wants_page(&headers) && !path.starts_with("api/") => {
            page_about(Error::NotFound("page"), &no_such_page(), None)
        }
        _ => Error::NotFound("page").into_response(),
    }
}

/// For a person who came by a mistyped address, or an old one.
fn no_such_page() -> Message {
    Message {
        title: "This page does not exist",
        is_good: false,
        text: "The address may be mistyped, or of an earlier version. Nothing was changed.".to_owned(),
        link: Some(("/".into(), "Open Latchkey")),
    }
}

fn send(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let [a, b, c, d, ..] = file.metadata.sha256_hash();
    // Weak: the file and what it is packed to have one (RFC 9110 section 8.8.1).
    let tag = format!("W/\"{a:02x}{b:02x}{c:02x}{d:02x}\"");
    // Names under assets/ carry a hash of their content; everything else is asked for anew.
    let kept = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response =
        if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            file.data.clone().into_response()
        };
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let answer = response.headers_mut();
    if let Ok(mime) = HeaderValue::from_str(mime.as_ref()) {
        answer.insert(header::CONTENT_TYPE, mime);
    }
    if let Ok(tag) = HeaderValue::try_from(tag) {
        answer.insert(header::ETAG, tag);
    }
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    if path == "sw.js" {
        answer.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(WORKER_POLICY));
    }
    response
}
