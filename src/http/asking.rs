//! From a request to whoever asks, and from there to the home as they see it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName, header};

use super::client_address::{Arrival, Whence, whence};
use super::door::Door;
use super::passed_on::{is_for_this_computer, is_passed_on};
use crate::access::asking::{Asking, HintHeaders};
use crate::access::several;
use crate::error::Error;
use crate::home::here::Here;
use crate::model::Secret;

/// A connection's two ends.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// The address at the other end.
    pub address: IpAddr,
    /// The address at this end, if the system says.
    pub own_end: Option<IpAddr>,
}

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
    let mut devices = door.cookies.devices(headers);
    let hint = |name: &'static str| text(headers, HeaderName::from_static(name));
    let in_header = bearer(headers);
    Asking {
        by_cookie: in_header.is_none(),
        token: in_header.or_else(|| cookie_token(headers, door)),
        device_secret: devices.next(),
        other_device_secrets: devices.collect(),
        address: address(parts, door),
        peer: parts.extensions.get::<Peer>().map(|peer| peer.address.to_canonical()),
        user_agent: text(headers, header::USER_AGENT),
        hints: HintHeaders {
            brands: hint("sec-ch-ua"),
            mobile: hint("sec-ch-ua-mobile"),
            platform: hint("sec-ch-ua-platform"),
            platform_version: hint("sec-ch-ua-platform-version"),
            model: hint("sec-ch-ua-model"),
            full_version_list: hint("sec-ch-ua-full-version-list"),
            form_factors: hint("sec-ch-ua-form-factors"),
        },
        declared: None,
        site: None,
        from_page: headers.contains_key(header::ORIGIN),
    }
}

/// The session's token among the cookies of a request: of several the one that is alive.
pub fn cookie_token(headers: &HeaderMap, door: &Door) -> Option<Secret> {
    several::which(&door.core, door.cookies.sessions(headers))
}

/// Where the request comes from, if anybody vouches for it. What hides it is noted.
pub fn address(parts: &Parts, door: &Door) -> Option<IpAddr> {
    let Peer { address: peer, own_end } = *parts.extensions.get::<Peer>()?;
    let is_trusted = is_proxy(parts, door);
    let lines: Vec<_> = if is_trusted {
        // A client may put bytes before what the proxy writes that are no text. Dropping the line for them
        // would drop the proxy's word too; as they are, they end the reading like any other nonsense.
        let lines = parts.headers.get_all("x-forwarded-for").into_iter();
        lines.map(|line| String::from_utf8_lossy(line.as_bytes())).collect()
    } else {
        Vec::new()
    };
    let arrival = Arrival {
        peer,
        own_end,
        forwarded_for: lines.iter().map(AsRef::as_ref),
        // Nothing hangs on it where the proxy is trusted.
        is_passed_on: !is_trusted && is_passed_on(parts, door.https_host(), door.is_within_tls),
        is_for_this_computer: is_for_this_computer(&parts.headers),
    };
    let around = door.surroundings.now(door.core.clock.elapsed());
    match whence(arrival, &door.trusted_proxies, &around) {
        Whence::Vouched(address) => Some(address),
        Whence::Unknown(through, problem) => {
            door.core.proxies.met(through, problem);
            None
        }
    }
}

/// Whether the other end of the connection is a proxy whose headers count.
pub fn is_proxy(parts: &Parts, door: &Door) -> bool {
    is_proxy_of(&parts.extensions, door)
}

/// The same, of what is known of a request besides its headers.
pub fn is_proxy_of(extensions: &Extensions, door: &Door) -> bool {
    let Some(peer) = extensions.get::<Peer>() else { return false };
    let peer = peer.address.to_canonical();
    door.trusted_proxies.iter().any(|network| network.contains(&peer))
}

/// The token of an `Authorization: Bearer` header (RFC 6750 section 2.1).
pub fn bearer(headers: &HeaderMap) -> Option<Secret> {
    bearers(headers).next()
}

/// The tokens of all such headers: a client may send one of a site's own beside ours.
pub fn bearers(headers: &HeaderMap) -> impl Iterator<Item = Secret> {
    let values = headers.get_all(header::AUTHORIZATION).into_iter().filter_map(|value| value.to_str().ok());
    values
        .filter_map(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| Secret::received(token.trim()))
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
