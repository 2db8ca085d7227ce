//! From a request to whoever asks, and from there to the home as they see it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};

use super::client_address::client_address;
use super::door::Door;
use crate::access::asking::{Asking, HintHeaders};
use crate::error::Error;
use crate::home::here::Here;
use crate::model::Secret;

/// The address at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Longest header that is kept, in bytes; a longer one is cut.
const MOST_HEADER: usize = 512;

impl FromRequestParts<Door> for Here {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Error> {
        Ok(Self::new(Arc::clone(&door.core), asking(parts, door)))
    }
}

/// Who asks. A bearer token goes before the cookie: a program that sends one means it.
pub fn asking(parts: &Parts, door: &Door) -> Asking {
    let headers = &parts.headers;
    let (cookie_token, device_secret) = door.cookies.read(headers);
    let hint = |name: &'static str| text(headers, HeaderName::from_static(name));
    Asking {
        token: bearer(headers).or(cookie_token),
        device_secret,
        address: address(parts, door),
        user_agent: text(headers, header::USER_AGENT),
        hints: HintHeaders {
            brands: hint("sec-ch-ua"),
            mobile: hint("sec-ch-ua-mobile"),
            platform: hint("sec-ch-ua-platform"),
            platform_version: hint("sec-ch-ua-platform-version"),
            model: hint("sec-ch-ua-model"),
            full_version_list: hint("sec-ch-ua-full-version-list"),
        },
        declared: None,
        service: None,
        from_page: headers.contains_key(header::ORIGIN),
    }
}

/// Where the request comes from.
pub fn address(parts: &Parts, door: &Door) -> Option<IpAddr> {
    let Peer(peer) = *parts.extensions.get::<Peer>()?;
    let lines = parts.headers.get_all("x-forwarded-for");
    // Collected only when it counts: most homes have no proxy.
    let lines: Vec<_> = if is_proxy(parts, door) {
        // A client may put bytes before what the proxy writes that are no text. Dropping the line for them
        // would drop the proxy's word too; as they are, they end the reading like any other nonsense.
        lines.into_iter().map(|line| String::from_utf8_lossy(line.as_bytes())).collect()
    } else {
        Vec::new()
    };
    Some(client_address(peer, lines.iter().map(AsRef::as_ref), &door.trusted_proxies))
}

/// Whether the other end of the connection is a proxy whose headers count.
pub fn is_proxy(parts: &Parts, door: &Door) -> bool {
    let Some(Peer(peer)) = parts.extensions.get::<Peer>() else { return false };
    let peer = peer.to_canonical();
    door.trusted_proxies.iter().any(|network| network.contains(&peer))
}

/// The token of an `Authorization: Bearer` header (RFC 6750 section 2.1).
pub fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret::received(token.trim()))
}

/// A header as text, cut to what is worth keeping.
pub fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let mut text = String::from_utf8_lossy(headers.get(name)?.as_bytes()).into_owned();
    text.truncate(text.floor_char_boundary(MOST_HEADER));
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_header_is_cut_between_two_characters() {
        let mut headers = HeaderMap::new();
        let long = format!("x{}", "é".repeat(400));
        headers.insert(header::USER_AGENT, long.parse().expect("a header"));
        let cut = text(&headers, header::USER_AGENT).expect("it is there");
        assert_eq!(cut, long[..511], "the 512th byte is half a character");
    }
}
