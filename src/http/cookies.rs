//! The two cookies: the session's token, and the device's secret that makes it the same device again.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite};

use crate::model::Secret;
use crate::wire::SignedIn;

/// How long a browser keeps them: the longest that browsers allow.
const KEPT_SECONDS: i64 = 400 * 24 * 60 * 60;

/// What the cookies are called, and where they are sent.
#[derive(Clone, Debug)]
pub struct CookieNames {
    session: String,
    device: String,
    is_secure: bool,
    domain: Option<String>,
}

impl CookieNames {
    /// Under https the names have the prefix that binds them to this host (`__Host-`), or, for the session's when
    /// sites behind the guard share it, to https (`__Secure-`): draft-ietf-httpbis-rfc6265bis section 4.1.3.
    ///
    /// The device's secret is for this host in any case: a site that got hold of it could sign in as a device
    /// that is familiar.
    pub fn new(is_secure: bool, domain: Option<String>) -> Self {
        let prefix = match (is_secure, &domain) {
            (true, None) => "__Host-",
            (true, Some(_)) => "__Secure-",
            (false, _) => "",
        };
        let host = if is_secure { "__Host-" } else { "" };
        Self {
            session: format!("{prefix}latchkey_session"),
            device: format!("{host}latchkey_device"),
            is_secure,
            domain,
        }
    }

    /// The domain whose sites share the cookies.
    pub fn domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    /// The token and the device secret that a request carries.
    pub fn read(&self, headers: &HeaderMap) -> (Option<Secret>, Option<Secret>) {
        let (mut session, mut device) = (None, None);
        let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
        for (name, value) in lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('=')) {
            let (name, value) = (name.trim(), value.trim());
            if name == self.session && session.is_none() {
                session = Some(Secret::received(value));
            } else if name == self.device && device.is_none() {
                device = Some(Secret::received(value));
            }
        }
        (session, device)
    }

    /// The headers that give a browser both.
    pub fn give(&self, signed_in: &SignedIn) -> [HeaderValue; 2] {
        [
            self.write(&self.session, &signed_in.token, KEPT_SECONDS, self.domain()),
            self.write(&self.device, &signed_in.device_secret, KEPT_SECONDS, None),
        ]
    }

    /// The header that gives a browser a newer token for its session.
    pub fn renew(&self, token: &Secret) -> HeaderValue {
        self.write(&self.session, token.reveal(), KEPT_SECONDS, self.domain())
    }

    /// The header that takes the session's away. The device's stays: it will be the same device again.
    pub fn take_session(&self) -> HeaderValue {
        self.write(&self.session, "", 0, self.domain())
    }

    fn write(&self, name: &str, value: &str, seconds: i64, domain: Option<&str>) -> HeaderValue {
        let mut cookie = Cookie::new(name, value);
        cookie.set_http_only(true);
        cookie.set_same_site(SameSite::Lax);
        cookie.set_secure(self.is_secure);
        cookie.set_path("/");
        cookie.set_max_age(cookie::time::Duration::seconds(seconds));
        if let Some(domain) = domain {
            cookie.set_domain(domain);
        }
        HeaderValue::try_from(cookie.to_string()).expect("tokens are base64")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn under_https_the_cookie_is_bound_to_its_host() {
        let names = CookieNames::new(true, None);
        let cookie = names.write(&names.session, "abc", 60, names.domain());
        assert_eq!(cookie, "__Host-latchkey_session=abc; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60");
    }

    #[test]
    fn sites_that_share_the_session_do_not_get_the_secret_of_the_device() {
        let names = CookieNames::new(true, Some("home.example".to_owned()));
        let session = names.write(&names.session, "abc", 60, names.domain());
        assert!(session.to_str().expect("text").contains("Domain=home.example"), "{session:?}");
        let device = names.write(&names.device, "def", 60, None);
        assert_eq!(device, "__Host-latchkey_device=def; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60");
    }

    #[test]
    fn the_first_cookie_of_a_name_counts_and_strange_ones_are_passed_over() {
        let names = CookieNames::new(false, None);
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("junk; a=b=c; latchkey_session=one"));
        headers.append(header::COOKIE, HeaderValue::from_static("latchkey_session=two; latchkey_device=d"));
        let (session, device) = names.read(&headers);
        assert_eq!(session, Some(Secret::received("one")));
        assert_eq!(device, Some(Secret::received("d")));
    }
}
