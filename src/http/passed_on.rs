//! What in a request's head shows that a proxy passed it on, and which name it was made to.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Version, header};
use url::Url;

/// Headers that proxies write and programs do not. What follows a beginning does not matter.
const BEGINNINGS: [&str; 8] =
    ["x-forwarded", "x-original-", "x-real-", "x-envoy-", "x-proxy", "cf-", "forwarded", "proxy-"];
const NAMES: [&str; 16] = [
    "cdn-loop",
    "client-ip",
    "ali-cdn-real-ip",
    "fastly-client-ip",
    "fly-client-ip",
    "true-client-ip",
    "via",
    "x-appengine-user-ip",
    "x-arr-log-id",
    "x-arr-ssl",
    "x-azure-clientip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-nginx-proxy",
    "x-remote-addr",
    "x-remote-ip",
];

/// Whether a proxy passed a request on. `public_host` is the name of the home under https where a proxy speaks that;
/// `is_within_tls` says that this connection is within TLS, by the home's own certificate.
///
/// A proxy that says nothing is noticed where the request shows it all the same: it came by https, or it was made to
/// another name than it arrives with, or in the version of HTTP that proxies speak to the next server (nginx, unless
/// told) and devices do not.
pub fn is_passed_on(parts: &Parts, public_host: Option<&str>, is_within_tls: bool) -> bool {
    let headers = &parts.headers;
    headers.keys().any(is_of_a_proxy)
        || parts.version < Version::HTTP_11
        || was_rewritten(headers)
        || came_by_https(headers, public_host, is_within_tls)
}

fn is_of_a_proxy(name: &HeaderName) -> bool {
    let name = name.as_str();
    // Looked at by their first letters: every request of every site behind the guard passes here.
    if !name.starts_with(['a', 'c', 'f', 'p', 't', 'v', 'x']) {
        return false;
    }
    let is_any =
        |name: &str| NAMES.contains(&name) || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning));
    if name.contains('_') { is_any(&name.replace('_', "-")) } else { is_any(name) }
}

/// Whether a page of this very home sent it, by another name than the request arrives with.
fn was_rewritten(headers: &HeaderMap) -> bool {
    if headers.get("sec-fetch-site").is_none_or(|site| site != "same-origin")
        || !is_for_this_computer(headers)
    {
        return false;
    }
    [header::ORIGIN, header::REFERER].into_iter().any(|name| {
        let url = headers.get(name).and_then(|value| Url::parse(value.to_str().ok()?).ok());
        url.and_then(|url| url.host_str().map(|host| !is_loopback(host))).unwrap_or_default()
    })
}

/// Whether it was encrypted on its way, which is not the home's doing. Browsers say where a request comes from
/// (`Sec-Fetch-…`) to who is reached by https, or is on their own computer. Within the home's own TLS that is as it should be, and
/// only another name than it was made to shows a proxy: that of the page that sends it, or, where it comes from a page of this very
/// home, that of the page it comes from.
fn came_by_https(headers: &HeaderMap, public_host: Option<&str>, is_within_tls: bool) -> bool {
    let hosts = || headers.get_all(header::HOST).into_iter().filter_map(|host| host.to_str().ok());
    let is_public = |host: &str| public_host.is_some_and(|public| name_of(host).eq_ignore_ascii_case(public));
    if is_within_tls {
        let is_of_this_home = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
        let pages = [Some(header::ORIGIN), Some(header::REFERER).filter(|_| is_of_this_home)];
        let of_another = pages.into_iter().flatten().any(|name| {
            let page = headers.get(name).and_then(|page| page.to_str().ok()?.strip_prefix("https://"));
            let page = page.and_then(|page| page.split('/').next());
            page.is_some_and(|page| !hosts().any(|host| host.eq_ignore_ascii_case(page)))
        });
        return of_another || hosts().any(is_public);
    }
    hosts().any(is_public)
        || headers.get(header::ORIGIN).is_some_and(|origin| origin.as_bytes().starts_with(b"https://"))
        || (headers.contains_key("sec-fetch-site") && !is_for_this_computer(headers))
}

/// Whether a request was made to a name of this computer itself: `localhost`, or a loopback address.
pub fn is_for_this_computer(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).into_iter().peekable();
    hosts.peek().is_some() && hosts.all(|host| host.to_str().is_ok_and(|host| is_loopback(name_of(host))))
}

/// A host without its port.
pub fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

fn is_loopback(name: &str) -> bool {
    if let Some(bare) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return bare.parse::<Ipv6Addr>().is_ok_and(|address| address.to_canonical().is_loopback());
    }
    let ends_with = |end: &str| {
        name.len()
            .checked_sub(end.len())
            .and_then(|at| name.get(at..))
            .is_some_and(|it| it.eq_ignore_ascii_case(end))
    };
    name.eq_ignore_ascii_case("localhost")
        || ends_with(".localhost")
        || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn head(lines: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder();
        for (name, value) in lines {
            request = request.header(*name, *value);
        }
        request.body(()).expect("a request").into_parts().0
    }

    fn is_passed(lines: &[(&str, &str)]) -> bool {
        is_passed_on(&head(lines), Some("latchkey.home.example"), false)
    }

    #[test]
    fn every_header_of_a_proxy_is_a_sign_in_any_spelling() {
        for name in [
            "X-Forwarded-For",
            "x-forwarded-host",
            "X-Forwarded-Proto",
            "X-Forwarded",
            "X-Real-IP",
            "Forwarded",
            "Via",
            "CF-Connecting-IP",
            "CF-Ray",
            "True-Client-IP",
            "X-Client-IP",
            "X-Original-URI",
            "X-Original-Forwarded-For",
            "X_Forwarded_For",
            "Forwarded-For",
            "X-Envoy-External-Address",
            "Fly-Client-IP",
            "X-ProxyUser-Ip",
        ] {
            assert!(is_passed(&[("host", "127.0.0.1"), (name, "")]), "{name}");
        }
        let browser = [
            ("host", "127.0.0.1:8470"),
            ("accept", "*/*"),
            ("cookie", "a=b"),
            ("x-requested-with", "x"),
            ("traceparent", "0"),
            ("authorization", "Bearer x"),
            ("content-type", "text/plain"),
            ("priority", "u=1"),
        ];
        assert!(!is_passed(&browser));
    }

    #[test]
    fn a_proxy_that_says_nothing_is_noticed_by_what_it_passes_on() {
        assert!(is_passed(&[("host", "latchkey.home.example")]), "nothing here speaks https");
        assert!(is_passed(&[("host", "LATCHKEY.home.example:443")]));
        assert!(is_passed(&[("host", "192.168.1.5"), ("origin", "https://latchkey.example")]));
        assert!(is_passed(&[("host", "192.168.1.5"), ("sec-fetch-site", "none")]));
        let rewritten = [
            ("host", "127.0.0.1:8470"),
            ("sec-fetch-site", "same-origin"),
            ("referer", "http://latchkey.example/x"),
        ];
        assert!(is_passed(&rewritten));
        for host in ["127.0.0.1:8470", "192.168.1.5:8470"] {
            let mut old = head(&[("host", host)]);
            old.version = Version::HTTP_10;
            assert!(is_passed_on(&old, None, false), "{host}");
            assert!(is_passed_on(&old, None, true), "{host}");
        }
    }

    #[test]
    fn a_browser_on_this_computer_is_not_taken_for_a_proxy() {
        let here = ("host", "localhost:8470");
        assert!(!is_passed(&[here, ("sec-fetch-site", "same-origin"), ("origin", "http://localhost:8470")]));
        assert!(!is_passed(&[
            here,
            ("sec-fetch-site", "cross-site"),
            ("referer", "https://search.example/")
        ]));
    }

    #[test]
    fn within_the_homes_own_tls_https_is_no_sign_and_another_name_is() {
        let is_passed =
            |lines: &[(&str, &str)]| is_passed_on(&head(lines), Some("latchkey.home.example"), true);
        let host = ("host", "192.168.1.5:8470");
        assert!(!is_passed(&[
            host,
            ("origin", "https://192.168.1.5:8470"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(!is_passed(&[host, ("sec-fetch-site", "none")]));
        for other in ["https://latchkey.example", "https://192.168.1.5", "https://192.168.1.5:8471"] {
            assert!(is_passed(&[host, ("origin", other)]), "{other}");
            let page = format!("{other}/devices");
            assert!(
                is_passed(&[host, ("sec-fetch-site", "same-origin"), ("referer", page.as_str())]),
                "{other}"
            );
            // A link that leads here shows nothing.
            assert!(
                !is_passed(&[host, ("sec-fetch-site", "cross-site"), ("referer", page.as_str())]),
                "{other}"
            );
        }
        let page = "https://192.168.1.5:8470/devices";
        assert!(!is_passed(&[host, ("sec-fetch-site", "same-origin"), ("referer", page)]));
        assert!(is_passed(&[("host", "latchkey.home.example")]), "a proxy speaks for that name");
        assert!(is_passed(&[host, ("x-forwarded-for", "")]));
    }

    #[test]
    fn names_of_this_computer_are_told_from_others() {
        for (hosts, expected) in [
            (vec!["127.0.0.1:8470"], true),
            (vec!["127.9.9.9"], true),
            (vec!["localhost"], true),
            (vec!["[::1]:8470"], true),
            (vec!["home.LOCALHOST:80"], true),
            (vec!["[::ffff:127.0.0.1]"], true),
            (vec![], false),
            (vec![""], false),
            (vec!["127.0.0.1.example"], false),
            (vec!["localhost.example"], false),
            (vec!["notlocalhost"], false),
            (vec!["::1"], false),
            (vec!["127.1"], false),
            (vec!["0.0.0.0"], false),
            (vec!["192.168.1.5"], false),
            (vec!["localhost", "latchkey.example"], false),
        ] {
            let lines: Vec<_> = hosts.iter().map(|host| ("host", *host)).collect();
            assert_eq!(is_for_this_computer(&head(&lines).headers), expected, "{hosts:?}");
        }
    }
}
