//! The guard: a reverse proxy asks "may this request pass?" (nginx `auth_request`, Caddy `forward_auth`,
//! Traefik `forwardAuth`). It looks at memory only, but where somebody has to judge first.

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::Url;

use super::asking::{asking, is_proxy};
use super::door::Door;
use crate::access::caller::Caller;
use crate::access::check::check;
use crate::error::Error;

const REMOTE_USER: HeaderName = HeaderName::from_static("remote-user");
const REMOTE_PROFILE: HeaderName = HeaderName::from_static("remote-profile");
const REMOTE_SESSION: HeaderName = HeaderName::from_static("remote-session");

/// 200 with who it is; 401; or a redirect to sign-in when `?redirect=1` or the proxy's headers ask for it.
#[utoipa::path(get, path = "/guard", tag = "front door", params(
    ("redirect" = Option<u8>, Query, description = "1: answer a browser that is not signed in with a redirect; 0: never")
), responses(
    (status = 200, description = "It may pass", headers(
        ("Remote-User" = String, description = "The account's login name, percent-encoded"),
        ("Remote-Profile" = String, description = "The profile's name, percent-encoded; absent until one is chosen"),
        ("Remote-Session" = String, description = "The session's id"))),
    (status = 302, description = "To the sign-in page"),
    (status = 401, body = crate::error::ErrorBody, headers(
        ("Location" = String, description = "The sign-in page, when it was a browser that asked for a page")))
))]
pub async fn guard(State(door): State<Door>, request: Request) -> Response {
    // Taken, for as an argument of its own it would be a copy of every header.
    let (parts, _) = request.into_parts();
    let mut who = asking(&parts, &door);
    if parts.headers.contains_key(header::AUTHORIZATION)
        && let (Some(cookie), _) = door.cookies.read(&parts.headers)
    {
        // A browser's cookie is ours; what it authorizes itself with may be the site's own.
        who.token = Some(cookie);
    }
    let site = forwarded(&parts, &door);
    who.service = site.as_ref().and_then(|site| site.host_str()).map(str::to_owned);
    match check(&door.core, &who).await {
        Ok(caller) => passed(&caller),
        Err(error) => refused(&door, &parts, site.as_ref(), error),
    }
}

fn passed(caller: &Caller) -> Response {
    let mut response = StatusCode::OK.into_response();
    let headers = response.headers_mut();
    headers.insert(REMOTE_USER, percent_encoded(&caller.session.login));
    if let Some(profile) = caller.session.profile() {
        headers.insert(REMOTE_PROFILE, percent_encoded(&profile.name));
    }
    if let Ok(session) = HeaderValue::try_from(caller.session.id.to_string()) {
        headers.insert(REMOTE_SESSION, session);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A name as a header: what is not plain ASCII would be read differently by every server behind.
fn percent_encoded(name: &str) -> HeaderValue {
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" -_.@".contains(&byte))
        && let Ok(value) = HeaderValue::from_str(name)
    {
        return value;
    }
    let encoded =
        url::form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20");
    HeaderValue::try_from(encoded).unwrap_or(HeaderValue::from_static(""))
}

/// The address the browser asked the proxy for. Only a trusted proxy's word counts, and only these headers are
/// read, which every proxy of `docs/proxies` writes itself: others would be the browser's own word.
fn forwarded(parts: &Parts, door: &Door) -> Option<Url> {
    if !is_proxy(parts, door) {
        return None;
    }
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let host = header("x-forwarded-host")?;
    let scheme = header("x-forwarded-proto").filter(|scheme| *scheme == "https").unwrap_or("http");
    // Put together, never joined: a path such as "//other" would become the host.
    let path = header("x-forwarded-uri").filter(|path| path.starts_with('/')).unwrap_or("/");
    let address = format!("{scheme}://{host}{path}");
    let names_nobody = |url: &Url| url.username().is_empty() && url.password().is_none();
    Url::parse(&address).ok().filter(|url| matches!(url.scheme(), "http" | "https") && names_nobody(url))
}

/// 401, or a redirect when it is asked for: by `?redirect=1`, or by Caddy and Traefik, which name the page
/// they were asked for and pass a redirect on. nginx cannot pass one on, but can read a header of the 401: so
/// the sign-in page's address is there too, whenever somebody could look at that page.
fn refused(door: &Door, parts: &Parts, site: Option<&Url>, error: Error) -> Response {
    let query = parts.uri.query().unwrap_or_default();
    let asked = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "redirect");
    let is_page = site.is_some() && asks_for_page(parts);
    let redirects = match asked {
        Some((_, value)) => value == "1",
        None => is_page && parts.headers.contains_key("x-forwarded-uri"),
    };
    let no_store = HeaderValue::from_static("no-store");
    if redirects {
        tracing::debug!(code = error.code(), "a browser was sent to sign in");
        let headers = [(header::LOCATION, sign_in_page(door, site)), (header::CACHE_CONTROL, no_store)];
        return (StatusCode::FOUND, headers).into_response();
    }
    let mut response = error.into_response();
    if is_page {
        response.headers_mut().insert(header::LOCATION, sign_in_page(door, site));
    }
    response
}

/// Whether it is a browser that wants to show a page, and not an app, a form or a stream that could do nothing
/// with the sign-in page.
fn asks_for_page(parts: &Parts) -> bool {
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    header("accept").is_some_and(|accept| accept.contains("text/html"))
        && header("x-forwarded-method").is_none_or(|method| matches!(method, "GET" | "HEAD"))
}

fn sign_in_page(door: &Door, site: Option<&Url>) -> HeaderValue {
    let mut url = format!("{}/sign-in", door.core.public_url);
    if let Some(site) = site {
        url.push_str("?return=");
        url.extend(url::form_urlencoded::byte_serialize(site.as_str().as_bytes()));
    }
    HeaderValue::try_from(url).unwrap_or(HeaderValue::from_static("/sign-in"))
}
