//! The guard: a reverse proxy asks "may this request pass?" (nginx `auth_request`, Caddy `forward_auth`,
//! Traefik `forwardAuth`). It looks at memory only, but where somebody has to judge first.

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::Url;

use super::asking::{asking, bearers, is_proxy};
use super::cookies::for_sites;
use super::door::Door;
use super::navigation::{MOST_ADDRESS, is_background, wants_page};
use crate::access::caller::Caller;
use crate::access::guard_key::check_at_guard;
use crate::access::several;
use crate::error::Error;
use crate::model::Secret;

const REMOTE_USER: HeaderName = HeaderName::from_static("remote-user");
const REMOTE_PROFILE: HeaderName = HeaderName::from_static("remote-profile");
const REMOTE_SESSION: HeaderName = HeaderName::from_static("remote-session");

/// What begins the headers by which a site is told who it is.
const REMOTE: &[u8] = b"remote";

/// The headers of that sort that the files of `docs/proxies` take from a request, where a proxy cannot take all: those that
/// sites are known to believe.
const TAKEN_BY_PROXIES: [&[u8]; 6] = [b"user", b"profile", b"session", b"groups", b"email", b"name"];

/// Longest name of a host (RFC 1035 section 2.3.4).
const MOST_HOST: usize = 253;

/// 200 with who it is; 401; or a redirect to sign-in when `?redirect=1` or the proxy's headers ask for it.
#[utoipa::path(get, path = "/guard", tag = "front door", params(
    ("redirect" = Option<String>, Query, description = "1: answer a browser that is not signed in with a redirect; 0: never")
), responses(
    (status = 200, description = "It may pass", headers(
        ("Remote-User" = String, description = "The account's login name, percent-encoded"),
        ("Remote-Profile" = String, description = "The profile's name, percent-encoded; empty until one is chosen"),
        ("Remote-Session" = String, description = "The session's id"),
        ("Cookie" = String, description = "The request's cookies as the site may see them: without those of this home; empty when none is left"),
        ("Authorization" = String, description = "The request's own, as the site may see it: empty when it was a token of this home"))),
    (status = 302, description = "To the sign-in page"),
    (status = 401, body = crate::error::ErrorBody, headers(
        ("Location" = String, description = "The sign-in page, when it was a browser that asked for a page"))),
    (status = 403, body = crate::error::ErrorBody, description = "The request says itself who it is, which only the guard may, or has its `Connection` take away what the guard says")
))]
pub async fn guard(State(door): State<Door>, request: Request) -> Response {
    // Taken, for as an argument of its own it would be a copy of every header.
    let (parts, _) = request.into_parts();
    let mut who = asking(&parts, &door);
    if parts.headers.contains_key(header::AUTHORIZATION) {
        // A browser's cookie is ours; what it authorizes itself with may be the site's own.
        let tokens = door.cookies.sessions(&parts.headers).chain(bearers(&parts.headers));
        who.token = several::which(&door.core, tokens);
    }
    let keys: Vec<_> = door.cookies.guard_keys(&parts.headers).collect();
    let site = forwarded(&parts, &door);
    who.site = site.as_ref().and_then(|site| site.host_str()).map(str::to_owned);
    match check_at_guard(&door.core, &who, &keys).await {
        Ok(_) if says_who_it_is(&parts.headers) || has_words_taken_away(&parts.headers) => {
            Error::ForgedIdentity.into_response()
        }
        Ok(caller) => passed(&door, &parts.headers, &caller, who.token.as_ref()),
        Err(error) => refused(&door, &parts, site.as_ref(), error),
    }
}

/// Whether a request names its own user to the site in a header that no file of `docs/proxies` takes from it: nginx can
/// only take those it knows by name, and a site might believe any. Whatever stands for the hyphen: CGI has one sign for all.
fn says_who_it_is(headers: &HeaderMap) -> bool {
    let names = headers.keys().map(|name| name.as_str().as_bytes());
    let mut told = names.filter_map(|name| name.strip_prefix(REMOTE)).filter_map(<[u8]>::split_first);
    told.any(|(between, what)| !between.is_ascii_alphanumeric() && !TAKEN_BY_PROXIES.contains(&what))
}

/// Whether a request names a header in its `Connection` that tells a site who it is, or that the guard chooses: a proxy
/// takes out what is named there (RFC 9110 section 7.6.1), the guard's own words too. Most proxies keep the header to
/// themselves, and the files of `docs/proxies` see to it.
fn has_words_taken_away(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::CONNECTION).into_iter();
    let mut named = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    named.any(|name| {
        let name = name.trim_ascii().to_ascii_lowercase();
        let is_remote = name.strip_prefix(REMOTE).and_then(<[u8]>::first);
        is_remote.is_some_and(|between| !between.is_ascii_alphanumeric())
            || [&b"x-forwarded"[..], b"forwarded"].iter().any(|begin| name.starts_with(begin))
            || [&b"cookie"[..], b"authorization"].contains(&&*name)
    })
}

fn passed(door: &Door, asked: &HeaderMap, caller: &Caller, token: Option<&Secret>) -> Response {
    let mut response = StatusCode::OK.into_response();
    let headers = response.headers_mut();
    let profile = caller.session.profile();
    let profile = profile.map_or(HeaderValue::from_static(""), |profile| percent_encoded(&profile.name));
    headers.insert(REMOTE_USER, percent_encoded(caller.session.login()));
    headers.insert(REMOTE_PROFILE, profile);
    if let Ok(session) = HeaderValue::try_from(caller.session.id.to_string()) {
        headers.insert(REMOTE_SESSION, session);
    }
    // Always, also when they are empty: what the answer does not name a proxy would leave as the request has it, and Caddy
    // before 2.9 would hand on its own words for it.
    headers.insert(header::COOKIE, for_sites(asked));
    headers.insert(header::AUTHORIZATION, authorization_for_sites(door, asked, token));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What a request authorizes itself with as the site may see it: nothing that is a token of this home, as the one is that let
/// it in.
fn authorization_for_sites(door: &Door, asked: &HeaderMap, token: Option<&Secret>) -> HeaderValue {
    let own = asked.get_all(header::AUTHORIZATION).into_iter().find(|value| {
        let words = value.as_bytes().split(|byte| byte.is_ascii_whitespace() || b",\"=".contains(byte));
        let mut words =
            words.filter(|word| word.len() == Secret::LENGTH).filter_map(|word| str::from_utf8(word).ok());
        let is_it = |word: &str| token.is_some_and(|token| token.reveal() == word);
        !words.any(|word| is_it(word) || several::is_ours(&door.core, &Secret::received(word)))
    });
    own.cloned().unwrap_or(HeaderValue::from_static(""))
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
    // The host is the browser's own word all the same, and is kept as the name of the site.
    let is_host = |url: &Url| url.host_str().is_some_and(|host| host.len() <= MOST_HOST);
    Url::parse(&address)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && names_nobody(url) && is_host(url))
}

/// 401, or a redirect when it is asked for: by `?redirect=1`, or by Caddy and Traefik, which name the page
/// they were asked for and pass a redirect on. nginx cannot pass one on, but can read a header of the 401: so
/// the sign-in page's address is there too, whenever somebody could look at that page.
fn refused(door: &Door, parts: &Parts, site: Option<&Url>, error: Error) -> Response {
    let query = parts.uri.query().unwrap_or_default();
    let asked = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "redirect");
    if error.status() >= 500 {
        // Signing in would not help.
        return error.into_response();
    }
    let method = parts.headers.get("x-forwarded-method").map(HeaderValue::as_bytes);
    let wants_page =
        wants_page(&parts.headers) && method.is_none_or(|method| matches!(method, b"GET" | b"HEAD"));
    let is_page = site.is_some() && wants_page;
    let redirects = match asked {
        Some((_, value)) => value == "1" && !is_background(&parts.headers),
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

fn sign_in_page(door: &Door, site: Option<&Url>) -> HeaderValue {
    let mut url = format!("{}/sign-in", door.core.public_url);
    if let Some(site) = site {
        let is_short = site.as_str().len() <= MOST_ADDRESS;
        let going = if is_short { site.as_str().to_owned() } else { site.origin().ascii_serialization() };
        url.push_str("?return=");
        url.extend(url::form_urlencoded::byte_serialize(going.as_bytes()));
    }
    HeaderValue::try_from(url).unwrap_or(HeaderValue::from_static("/sign-in"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_header_that_every_server_reads_alike() {
        for (name, header) in [
            ("Ana Maria", "Ana Maria"),
            ("ana@home.example", "ana@home.example"),
            ("José", "Jos%C3%A9"),
            ("{env.HOME}", "%7Benv.HOME%7D"),
            ("a\r\nRemote-User: root", "a%0D%0ARemote-User%3A%20root"),
            ("a,b;c=\"d\"", "a%2Cb%3Bc%3D%22d%22"),
            ("100%", "100%25"),
        ] {
            assert_eq!(percent_encoded(name), header);
        }
    }
}
