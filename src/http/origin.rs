//! Whose request it is: one that changes something is for a name of this home, and no other site's page sent it.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::{Host, Origin, Url};

use super::asking::{bearer, is_proxy_of};
use super::door::Door;
use super::front_door;
use super::navigation::wants_page;
use super::open_door::is_for_every_origin;
use crate::config::is_within;
use crate::error::Error;

/// Calls beside the interface that programs make, and no page.
const FOR_PROGRAMS: [&str; 4] = ["/device_authorization", "/token", "/introspect", "/revoke"];

/// Lets a request pass when its `Host` is one of ours and, if it changes something, its origin is too. A person is told why
/// not on a page.
pub async fn check(State(door): State<Door>, request: Request, next: Next) -> Response {
    match judge(&door, &request) {
        Ok(()) => next.run(request).await,
        Err(error) if is_seen(&request) => front_door::refusal(error),
        Err(error) => error.into_response(),
    }
}

/// Whether a person sees the answer: it is to one of the pages' forms, or shown in place of a page.
fn is_seen(request: &Request) -> bool {
    let path = request.uri().path();
    let is_for_programs = path.starts_with("/api/") || FOR_PROGRAMS.contains(&path);
    !is_for_programs && (front_door::has_form(path) || wants_page(request.headers()))
}

fn judge(door: &Door, request: &Request) -> Result<(), Error> {
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let url = Url::parse(&format!("http://{host}/")).map_err(|_| Error::UnknownHost)?;
    if !is_ours(door, &url) {
        return Err(Error::UnknownHost);
    }
    let changes_nothing = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes_nothing || carries_its_own_proof(headers) || is_for_every_origin(request.uri().path()) {
        return Ok(());
    }
    let by_proxy =
        is_proxy_of(request.extensions(), door).then(|| headers.get("x-forwarded-proto")).flatten();
    if is_same_site(headers, &own_origins(door, host, by_proxy)) { Ok(()) } else { Err(Error::ForeignOrigin) }
}

/// A page of another site can make a browser send cookies, but never a bearer token.
fn carries_its_own_proof(headers: &HeaderMap) -> bool {
    bearer(headers).is_some()
}

/// Whether the name a request was made to is one of this home's.
///
/// A page of `evil.example` can have its name point here (DNS rebinding) and then read what it likes, unless
/// names are checked. An address cannot be made to point elsewhere, so that every address may pass.
fn is_ours(door: &Door, url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        Some(Host::Domain(name)) => {
            name == "localhost"
                || name.ends_with(".localhost")
                || door.public_url.as_ref().is_some_and(|url| url.host_str() == Some(name))
                || door.cookies.domain().is_some_and(|domain| is_within(name, domain))
        }
        None => false,
    }
}

/// The origins of this home's own pages, as the browser that asked `host` has them: the public address, and that host. The
/// latter under https within TLS; under the scheme of the public address, when it is that one; else under the one that a proxy
/// which is trusted says it was asked under; and without such a proxy plainly. Within TLS no page that came in the clear is one of
/// ours, also where the public address is plain: anybody on the way may have written what such a page does.
fn own_origins(door: &Door, host: &str, by_proxy: Option<&HeaderValue>) -> Vec<Origin> {
    let public = door.public_url.as_ref();
    let under = |scheme: &str| Url::parse(&format!("{scheme}://{host}/")).ok();
    let is_public = public.zip(public.and_then(|url| under(url.scheme()))).is_some_and(|(one, other)| {
        (one.host(), one.port_or_known_default()) == (other.host(), other.port_or_known_default())
    });
    let asked = match by_proxy.map(HeaderValue::as_bytes) {
        _ if door.is_within_tls => under("https"),
        _ if is_public => None,
        Some(b"https") => under("https"),
        _ => under("http"),
    };
    let public = public.filter(|url| !door.is_within_tls || url.scheme() == "https");
    public.into_iter().map(Url::origin).chain(asked.iter().map(Url::origin)).collect()
}

/// Whether a request that changes something comes from a page of this home, or from no page at all. Browsers
/// send `Origin` with every such request; a program that is no browser need not.
fn is_same_site(headers: &HeaderMap, own: &[Origin]) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if site.is_some_and(|site| site != b"same-origin" && site != b"none") {
        return false;
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    if origin == "null" {
        // A page that hides its address, under a policy of a proxy say, hides its origin; the browser vouches for it.
        return site == Some(b"same-origin");
    }
    let origin = origin.to_str().ok().and_then(|origin| Url::parse(origin).ok());
    origin.is_some_and(|origin| own.contains(&origin.origin()))
}
