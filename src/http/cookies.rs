//! The cookies: the session's token, the device's secret that makes it the same device again, and, where sites behind the
//! guard share the sign-in, a key that is for them. How they are written; [`super::cookie_header`] is how they are read.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite};

use super::cookie_header::{Pair, pairs};
use crate::model::Secret;
use crate::wire::SignedIn;

/// How long a browser keeps them: the longest that browsers allow.
const KEPT_SECONDS: i64 = 400 * 24 * 60 * 60;

/// Within so many seconds a browser that is sent straight on to a site again and again does not keep what it is given.
const SENT_ON_SECONDS: i64 = 20;

/// Most cookies of one name that are looked at. A browser keeps fewer of a site than would fill this with one name, unless
/// somebody set them to shut it out.
const MOST_OF_A_NAME: usize = 32;

/// How every name of ours ends, behind its prefix. Nothing with such a name is passed on to a site.
const OUR_NAMES: &[u8] = b"latchkey_";

/// What the cookies are called, and where they are sent.
#[derive(Clone, Debug)]
pub struct CookieNames {
    session: String,
    guard: String,
    device: String,
    probe: String,
    sent_on: String,
    is_secure: bool,
    domain: Option<String>,
}

impl CookieNames {
    /// Under https the names have the prefix that binds them to this host (`__Host-`), or, for the key that sites behind
    /// the guard share, to https (`__Secure-`): draft-ietf-httpbis-rfc6265bis section 4.1.3.
    ///
    /// Only that key is ever sent to another host. A site that got hold of the session's token could act as the device,
    /// and with the device's secret it could sign in as one that is familiar.
    pub fn new(is_secure: bool, domain: Option<String>) -> Self {
        let (host, secure) = if is_secure { ("__Host-", "__Secure-") } else { ("", "") };
        Self {
            session: format!("{host}latchkey_session"),
            guard: format!("{secure}latchkey_guard"),
            device: format!("{host}latchkey_device"),
            probe: format!("{host}latchkey_probe"),
            sent_on: format!("{host}latchkey_sent_on"),
            is_secure,
            domain,
        }
    }

    /// The same for https.
    #[must_use]
    pub fn for_https(&self) -> Self {
        Self::new(true, self.domain.clone())
    }

    /// Whether they are sent by https only.
    pub fn are_secure(&self) -> bool {
        self.is_secure
    }

    /// The domain whose sites share the guard's key.
    pub fn domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    /// The tokens that a request carries, in the order they are sent.
    pub fn sessions(&self, headers: &HeaderMap) -> impl Iterator<Item = Secret> {
        Self::all(headers, &self.session)
    }

    /// The guard keys that a request carries; none where no domain is shared.
    pub fn guard_keys(&self, headers: &HeaderMap) -> impl Iterator<Item = Secret> {
        Self::all(headers, &self.guard).filter(|_| self.domain.is_some())
    }

    /// The device secrets that a request carries.
    pub fn devices(&self, headers: &HeaderMap) -> impl Iterator<Item = Secret> {
        Self::all(headers, &self.device)
    }

    /// Whether the browser keeps what it is given: it sent back something of ours.
    pub fn are_kept(headers: &HeaderMap) -> bool {
        pairs(headers).any(|pair| is_ours(&pair))
    }

    /// How often the browser was sent straight on to a site within the last seconds.
    pub fn times_sent_on(&self, headers: &HeaderMap) -> u8 {
        let counts = Self::all(headers, &self.sent_on).filter_map(|count| count.reveal().parse().ok());
        counts.max().unwrap_or_default()
    }

    fn all(headers: &HeaderMap, name: &str) -> impl Iterator<Item = Secret> {
        let of_that_name = pairs(headers).filter(move |pair| pair.name == name.as_bytes());
        // What is no text was not made here.
        let texts = of_that_name.filter_map(|pair| str::from_utf8(pair.value).ok());
        texts.filter(|value| !value.is_empty()).take(MOST_OF_A_NAME).map(Secret::received)
    }

    /// The headers that give a browser what it signed in with.
    pub fn give(&self, signed_in: &SignedIn) -> Vec<HeaderValue> {
        let mut cookies: Vec<_> = self.take_earlier_session().into_iter().collect();
        cookies.push(self.write(&self.session, &signed_in.token, KEPT_SECONDS, None));
        cookies.push(self.write(&self.device, &signed_in.device_secret, KEPT_SECONDS, None));
        cookies
    }

    /// The header that gives a browser a newer token for its session.
    pub fn renew(&self, token: &Secret) -> HeaderValue {
        self.write(&self.session, token.reveal(), KEPT_SECONDS, None)
    }

    /// The header that gives a browser the key that sites see.
    pub fn give_guard_key(&self, key: &Secret) -> HeaderValue {
        self.write(&self.guard, key.reveal(), KEPT_SECONDS, self.domain())
    }

    /// The headers that take the session away. The device's secret stays: it will be the same device again.
    pub fn take_session(&self) -> Vec<HeaderValue> {
        let mut cookies = vec![self.write(&self.session, "", 0, None)];
        if self.domain.is_some() {
            cookies.push(self.write(&self.guard, "", 0, self.domain()));
        }
        cookies.extend(self.take_earlier_session());
        cookies
    }

    /// The header that shows with the next request whether the browser keeps cookies at all.
    pub fn probe(&self) -> HeaderValue {
        self.write(&self.probe, "1", KEPT_SECONDS, None)
    }

    /// The header that counts how often the browser was sent straight on; nothing of it is left in a moment.
    pub fn count_sent_on(&self, times: u8) -> HeaderValue {
        let seconds = if times == 0 { 0 } else { SENT_ON_SECONDS };
        self.write(&self.sent_on, &times.to_string(), seconds, None)
    }

    /// The token that the answer gives to the browser, if it does.
    pub fn given_session(&self, answer: &HeaderMap) -> Option<Secret> {
        let given = answer.get_all(header::SET_COOKIE).into_iter();
        let given = given.filter_map(|line| line.to_str().ok()).filter_map(|line| line.split(';').next());
        let mut given = given.filter_map(|pair| pair.split_once('='));
        given
            .find(|(name, value)| *name == self.session && !value.is_empty())
            .map(|(_, value)| Secret::received(value))
    }

    /// Until the key for the sites had a cookie of its own, they were sent the session's: that one goes.
    fn take_earlier_session(&self) -> Option<HeaderValue> {
        let name = if self.is_secure { "__Secure-latchkey_session" } else { "latchkey_session" };
        self.domain().map(|domain| self.write(name, "", 0, Some(domain)))
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

/// The cookies of a request as a site may see them: all but ours, whatever prefix or case their names have. Byte for byte,
/// for what other programs put there need not be text.
pub fn for_sites(headers: &HeaderMap) -> HeaderValue {
    let mut kept: Vec<u8> = Vec::new();
    for pair in pairs(headers).filter(|pair| !pair.raw.is_empty() && !is_ours(pair)) {
        if !kept.is_empty() {
            kept.extend_from_slice(b"; ");
        }
        kept.extend_from_slice(pair.raw);
    }
    HeaderValue::from_bytes(&kept).unwrap_or(HeaderValue::from_static(""))
}

/// Whether a cookie has one of our names, with whatever prefix, in whatever case.
fn is_ours(pair: &Pair<'_>) -> bool {
    let prefixes = [&b"__host-"[..], b"__secure-"];
    let bare = prefixes.into_iter().find_map(|prefix| without(pair.name, prefix)).unwrap_or(pair.name);
    without(bare, OUR_NAMES).is_some()
}

/// What of a name stands behind `start`, if it begins so.
fn without<'a>(name: &'a [u8], start: &[u8]) -> Option<&'a [u8]> {
    let (begin, rest) = name.split_at_checked(start.len())?;
    begin.eq_ignore_ascii_case(start).then_some(rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(is_secure: bool, domain: Option<&str>) -> CookieNames {
        CookieNames::new(is_secure, domain.map(str::to_owned))
    }

    fn sent(lines: &[&[u8]]) -> HeaderMap {
        let lines = lines.iter().map(|line| HeaderValue::from_bytes(line).expect("a header's value"));
        lines.map(|line| (header::COOKIE, line)).collect()
    }

    #[test]
    fn under_https_the_cookie_is_bound_to_its_host_also_where_sites_share_the_sign_in() {
        for domain in [None, Some("home.example")] {
            assert_eq!(
                names(true, domain).renew(&Secret::received("abc")),
                "__Host-latchkey_session=abc; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=34560000"
            );
        }
    }

    #[test]
    fn only_the_guard_key_is_sent_to_sites() {
        let names = names(true, Some("home.example"));
        assert_eq!(
            names.give_guard_key(&Secret::received("abc")),
            "__Secure-latchkey_guard=abc; HttpOnly; SameSite=Lax; Secure; Path=/; Domain=home.example; Max-Age=34560000"
        );
        let signed_in = SignedIn {
            token: "t".into(),
            device_secret: "d".into(),
            session_id: uuid::Uuid::nil().to_string().parse().expect("an id"),
            device_id: uuid::Uuid::nil().to_string().parse().expect("an id"),
            profiles: Vec::new(),
        };
        for cookie in names.give(&signed_in).into_iter().chain([names.probe(), names.count_sent_on(1)]) {
            let cookie = cookie.to_str().expect("text");
            assert_eq!(cookie.contains("Domain="), cookie.contains("Max-Age=0"), "{cookie}");
        }
    }

    #[test]
    fn every_cookie_of_a_name_is_tried_and_strange_ones_are_passed_over() {
        let names = names(false, Some("home.example"));
        let headers = sent(&[
            b"junk; a=b=c; latchkey_session=one; name=Jos\xe9; latchkey_session=",
            b"latchkey_session=two;latchkey_device=d ; latchkey_session=\xff; latchkey_guard=g",
        ]);
        let read = |secrets: &mut dyn Iterator<Item = Secret>| {
            secrets.map(|secret| secret.reveal().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(read(&mut names.sessions(&headers)), ["one", "two"]);
        assert_eq!(read(&mut names.devices(&headers)), ["d"]);
        assert_eq!(read(&mut names.guard_keys(&headers)), ["g"]);
        assert_eq!(read(&mut CookieNames::new(false, None).guard_keys(&headers)), [""; 0]);
    }

    #[test]
    fn a_site_sees_the_cookies_of_others_byte_for_byte_and_none_of_ours() {
        for (sent_as, seen) in [
            (&[&b"theme=dark; latchkey_session=a; lang=pt"[..]][..], &b"theme=dark; lang=pt"[..]),
            (&[b"latchkey_session=a; latchkey_session=b; x=1; latchkey_session=c"], b"x=1"),
            (&[b"latchkey_session=a", b"x=1", b"__Secure-latchkey_guard=b; y=2"], b"x=1; y=2"),
            (&[b"__HOST-Latchkey_Session=a; __secure-latchkey_session=b; LATCHKEY_GUARD =c; x=1"], b"x=1"),
            (&[b"=latchkey_session=a; latchkey_device; \tlatchkey_device\t=b; latchkey_other=c"], b""),
            (&[b"name=Jos\xc3\xa9; latchkey_guard=a; old=Jos\xe9"], b"name=Jos\xc3\xa9; old=Jos\xe9"),
            (&[b"a=latchkey_session=1; b=\"x y\"; c; d=;; "], b"a=latchkey_session=1; b=\"x y\"; c; d="),
            (&[], b""),
        ] {
            let lines: Vec<&[u8]> = sent_as.to_vec();
            assert_eq!(for_sites(&sent(&lines)).as_bytes(), seen, "{sent_as:?}");
        }
    }

    #[test]
    fn an_answer_shows_which_token_it_gives() {
        let names = names(true, Some("home.example"));
        let mut answer = HeaderMap::new();
        assert_eq!(names.given_session(&answer), None);
        for cookie in names.take_session() {
            answer.append(header::SET_COOKIE, cookie);
        }
        assert_eq!(names.given_session(&answer), None);
        answer.append(header::SET_COOKIE, names.renew(&Secret::received("abc")));
        assert_eq!(names.given_session(&answer), Some(Secret::received("abc")));
    }

    proptest! {
        #[test]
        fn whatever_stands_around_it_ours_goes_and_others_stay(
            before in "[ -:<-~]{0,12}", after in "[ -:<-~]{0,12}", name in "(__host-|__HOST-|__Secure-|__sECURE-)?[Ll][Aa][Tt]chkey_[a-zA-Z]{0,8}",
        ) {
            let line = format!("{before}; {name}=secret; {after}");
            let seen = for_sites(&sent(&[line.as_bytes()]));
            prop_assert!(!seen.to_str().expect("text").contains("=secret"));
            if !before.to_lowercase().contains("latchkey_") {
                prop_assert!(seen.to_str().expect("text").starts_with(before.trim()));
            }
        }
    }
}
