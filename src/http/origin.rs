//! Two checks before anything else: the request is for a name of this home, and no other site's page sent it.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::{Host, Url};

use super::asking::bearer;
use super::door::Door;
use crate::error::Error;

/// Lets a request pass when its `Host` is one of ours and, if it changes something, its origin is too.
pub async fn check(State(door): State<Door>, request: Request, next: Next) -> Response {
    match judge(&door, &request) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

fn judge(door: &Door, request: &Request) -> Result<(), Error> {
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !is_ours(door, host) {
        return Err(Error::UnknownHost);
    }
    let changes_nothing = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes_nothing || carries_its_own_proof(headers) {
        return Ok(());
    }
    if is_same_site(door, headers, host) { Ok(()) } else { Err(Error::ForeignOrigin) }
}

/// A page of another site can make a browser send cookies, but never a bearer token.
fn carries_its_own_proof(headers: &HeaderMap) -> bool {
    bearer(headers).is_some()
}

/// Whether the name a request was made to is one of this home's.
///
/// A page of `evil.example` can have its name point here (DNS rebinding) and then read what it likes, unless
/// names are checked. An address cannot be made to point elsewhere, so that every address may pass.
fn is_ours(door: &Door, host: &str) -> bool {
    let Ok(url) = Url::parse(&format!("http://{host}/")) else { return false };
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

/// Whether `name` is `domain` or below it.
pub fn is_within(name: &str, domain: &str) -> bool {
    name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// Whether a request that changes something comes from a page of this home, or from no page at all. Browsers
/// send `Origin` with every such request; a program that is no browser need not.
fn is_same_site(door: &Door, headers: &HeaderMap, host: &str) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if site.is_some_and(|site| site != b"same-origin" && site != b"none") {
        return false;
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Some(origin) = origin.to_str().ok().and_then(|origin| Url::parse(origin).ok()) else { return false };
    let same_as = |other: &Url| origin.origin() == other.origin();
    door.public_url.as_ref().is_some_and(same_as)
        || Url::parse(&format!("{}://{host}/", origin.scheme())).is_ok_and(|ours| same_as(&ours))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_holds_itself_and_what_is_below_it() {
        assert!(is_within("home.example", "home.example"));
        assert!(is_within("photos.home.example", "home.example"));
        assert!(!is_within("evilhome.example", "home.example"));
    }
}
