//! Where a browser goes once it is signed in. The address comes from whoever made the link, so that only places
//! which share this home's cookies are gone to: everything else would make the sign-in page a lure (OWASP
//! "Unvalidated Redirects and Forwards").

use axum::http::{HeaderMap, header};
use url::Url;

use crate::config::is_within;
use crate::http::door::Door;
use crate::http::navigation::MOST_ADDRESS;

/// An address that is safe to send a browser to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnAddress {
    text: String,
    elsewhere: Option<Elsewhere>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Elsewhere {
    origin: String,
    host: String,
    shares_sign_in: bool,
}

/// Whose addresses are gone to.
struct Known<'a> {
    public_host: Option<&'a str>,
    own_host: Option<&'a str>,
    domain: Option<&'a str>,
    is_secure: bool,
}

impl ReturnAddress {
    /// The address somebody asked for, if it is safe; the home's first page otherwise.
    pub fn read(asked: &str, door: &Door, headers: &HeaderMap) -> Self {
        // Checked before to be a name of this home.
        let own = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let own = own.and_then(|host| Url::parse(&format!("http://{host}/")).ok());
        let known = Known {
            public_host: door.public_url.as_ref().and_then(Url::host_str),
            own_host: own.as_ref().and_then(Url::host_str),
            domain: door.cookies.domain(),
            is_secure: door.cookies.are_secure(),
        };
        Self::judge(asked, &known).unwrap_or_else(Self::home)
    }

    /// A page of this home.
    pub fn path(path: impl Into<String>) -> Self {
        Self { text: path.into(), elsewhere: None }
    }

    fn home() -> Self {
        Self::path("/")
    }

    /// The address, for a `Location` header or a link.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is the home's first page.
    pub fn is_home(&self) -> bool {
        self.text == "/"
    }

    /// The origin of a site other than this home: `https://films.home.example`.
    pub fn origin(&self) -> Option<&str> {
        self.elsewhere.as_ref().map(|site| site.origin.as_str())
    }

    /// The site's name for people.
    pub fn host(&self) -> Option<&str> {
        self.elsewhere.as_ref().map(|site| site.host.as_str())
    }

    /// Whether it is a site that sees the guard's key, for it is of the domain that shares the sign-in.
    pub fn shares_sign_in(&self) -> bool {
        self.elsewhere.as_ref().is_some_and(|site| site.shares_sign_in)
    }

    fn judge(asked: &str, known: &Known<'_>) -> Option<Self> {
        // Browsers drop tabs and line ends before they read an address: what is looked at must be what is read.
        if asked.len() > MOST_ADDRESS || asked.chars().any(char::is_control) {
            return None;
        }
        if asked.starts_with('/') { Self::judge_path(asked) } else { Self::judge_site(asked, known) }
    }

    /// A path of this home, as a browser would read it: "//other", "/\other" and what folds to them is none.
    fn judge_path(asked: &str) -> Option<Self> {
        let home = Url::parse("http://home.invalid/").ok()?;
        let url = home.join(asked).ok()?;
        let is_ours = url.origin() == home.origin() && !url.path().starts_with("//");
        is_ours.then(|| Self::path(&url[url::Position::BeforePath..]))
    }

    /// An address with a host: only of hosts that get this home's cookies. Ports do not matter to cookies
    /// (RFC 6265 section 8.5). A cookie for https only is never sent to http: going there would lead straight
    /// back here.
    fn judge_site(asked: &str, known: &Known<'_>) -> Option<Self> {
        let url = Url::parse(asked).ok()?;
        let has_web_scheme = url.scheme() == "https" || (url.scheme() == "http" && !known.is_secure);
        let names_nobody = url.username().is_empty() && url.password().is_none();
        let host = url.host_str()?;
        let shares_sign_in = known.domain.is_some_and(|domain| is_within(host, domain));
        let is_known = shares_sign_in || known.public_host == Some(host) || known.own_host == Some(host);
        (has_web_scheme && names_nobody && is_known).then(|| Self {
            text: url.as_str().to_owned(),
            elsewhere: Some(Elsewhere {
                origin: url.origin().ascii_serialization(),
                host: url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
                shares_sign_in,
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: Known<'_> = Known {
        public_host: Some("latchkey.home.example"),
        own_host: Some("192.168.1.5"),
        domain: Some("home.example"),
        is_secure: false,
    };

    fn judged(asked: &str, known: &Known<'_>) -> Option<String> {
        ReturnAddress::judge(asked, known).map(|address| address.text)
    }

    #[test]
    fn pages_of_the_home_and_sites_that_share_its_cookies_are_gone_to() {
        for asked in [
            "/",
            "/devices?kind=tv#list",
            "/device?user_code=WDJB-MJHT",
            "/a?return=https://evil.example/",
            "http://latchkey.home.example/",
            "https://films.home.example/watch?v=1#t",
            "https://home.example:8443/",
            "http://192.168.1.5:9000/x",
        ] {
            assert_eq!(judged(asked, &KNOWN).as_deref(), Some(asked));
        }
        assert_eq!(
            judged("HTTPS://Films.Home.Example", &KNOWN).as_deref(),
            Some("https://films.home.example/")
        );
        assert_eq!(judged("/ü ", &KNOWN).as_deref(), Some("/%C3%BC"));
    }

    #[test]
    fn nothing_else_is() {
        for asked in [
            "",
            "devices",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            "/.//evil.example",
            "/a/..//evil.example",
            "/a/..\\/evil.example",
            "/%2e//evil.example",
            "/ok\r\nSet-Cookie: a=b",
            "https://evil.example/",
            "https:evil.example",
            "https:/\\evil.example",
            "https://evil.example#.home.example",
            "https://evil.example\\.home.example",
            "https://evil.example/.home.example",
            "https://home.example.evil.example/",
            "https://evilhome.example/",
            "https://films.home.example./",
            "https://films.home.example@evil.example/",
            "https://ana:secret@films.home.example/",
            "https://192.168.1.55/",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://films.home.example/",
            "file:///etc/passwd",
            "blob:https://films.home.example/x",
        ] {
            assert_eq!(judged(asked, &KNOWN), None, "{asked:?}");
        }
        assert_eq!(judged(&format!("/{}", "a".repeat(MOST_ADDRESS)), &KNOWN), None);
    }

    #[test]
    fn a_home_under_https_leads_to_https_only() {
        let known = Known { is_secure: true, ..KNOWN };
        assert_eq!(judged("http://films.home.example/", &known), None);
        assert!(judged("https://films.home.example/", &known).is_some());
    }

    #[test]
    fn without_a_shared_domain_only_the_own_hosts_are_gone_to() {
        let known = Known { domain: None, ..KNOWN };
        assert_eq!(judged("https://films.home.example/", &known), None);
        assert!(judged("https://latchkey.home.example:8443/", &known).is_some());
    }
}
