//! Whose pages may change something here: those of this home under its own scheme, host and port; and how a person is told.

use reqwest::Method;

use crate::support::{Answer, Browser, LOGIN, TestHome};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Tries to sign in with a wrong password from a page of that origin: who is not refused for the origin is for that.
async fn tried_from(browser: &Browser, headers: &[(&str, &str)]) -> Answer {
    let body = Some(format!("login={LOGIN}&password=wrong+horse"));
    let cookie = ("cookie", "latchkey_probe=1");
    browser.send(Method::POST, "/sign-in", &[headers, &[FORM, cookie]].concat(), body).await
}

#[tokio::test]
async fn a_page_of_another_scheme_or_port_is_foreign() {
    let home = TestHome::start_with(|config| {
        config.public_url = Some("https://latchkey.home.example".parse().expect("an address"));
    })
    .await;
    home.set_up().await;
    let browser = home.browser();
    let here = home.app.address();
    let by_address = here.to_string();
    for (host, origin, status) in [
        ("latchkey.home.example", "https://latchkey.home.example", 401),
        ("latchkey.home.example", "http://latchkey.home.example", 403),
        ("latchkey.home.example", "https://latchkey.home.example:8443", 403),
        // Without a proxy, by the address that it listens on: plainly.
        (&*by_address, &*format!("http://{here}"), 401),
        (&*by_address, &*format!("https://{here}"), 403),
        (&*by_address, "http://127.0.0.1", 403),
        ("latchkey.home.example:8470", "http://latchkey.home.example:8470", 401),
        ("latchkey.home.example:8470", "https://latchkey.home.example:8470", 403),
        // A proxy that does not hand on the name.
        (&*by_address, "https://latchkey.home.example", 401),
        (&*by_address, "https://evil.example", 403),
        (&*by_address, "file://", 403),
        (&*by_address, "junk", 403),
    ] {
        home.clock.advance(std::time::Duration::from_mins(1));
        let answer = tried_from(&browser, &[("host", host), ("origin", origin)]).await;
        assert_eq!(answer.status, status, "{origin} at {host}: {answer:?}");
    }
}

#[tokio::test]
async fn an_origin_that_a_page_hides_counts_when_the_browser_vouches_for_it() {
    let (home, _owner) = TestHome::with_account().await;
    let browser = home.browser();
    for (headers, status) in [
        (&[("origin", "null"), ("sec-fetch-site", "same-origin")][..], 401),
        (&[("origin", "null")], 403),
        (&[("origin", "null"), ("sec-fetch-site", "cross-site")], 403),
        (&[("origin", "null"), ("sec-fetch-site", "same-site")], 403),
        (&[("origin", "null"), ("sec-fetch-site", "none")], 403),
        (&[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")], 403),
    ] {
        assert_eq!(tried_from(&browser, headers).await.status, status, "{headers:?}");
    }
}

#[tokio::test]
async fn only_a_proxy_that_is_trusted_says_under_which_scheme_it_was_asked() {
    for (trusted, status) in [(true, 401), (false, 403)] {
        let home = TestHome::start_with(|config| {
            if trusted {
                config.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
            }
        })
        .await;
        home.set_up().await;
        let here = home.app.address();
        let headers = [
            ("origin", &*format!("https://{here}")),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-for", "192.0.2.9"),
        ];
        assert_eq!(tried_from(&home.browser(), &headers).await.status, status, "trusted: {trusted}");
    }
}

#[tokio::test]
async fn a_person_is_told_on_a_page_and_a_program_in_json() {
    let (home, owner) = TestHome::with_account().await;
    let evil = [("origin", "https://evil.example"), FORM];
    for path in ["/sign-in", "/who", "/device"] {
        for accept in ["text/html", "*/*"] {
            let headers = [&evil[..], &[("accept", accept)]].concat();
            let answer = owner.send(Method::POST, path, &headers, Some("a=b".into())).await;
            assert_eq!(
                (answer.status, answer.header("content-type")),
                (403, "text/html; charset=utf-8"),
                "{path}"
            );
            assert!(answer.text.contains("This request came from another site"), "{}", answer.text);
        }
    }
    let shown = [("host", "evil.example"), ("sec-fetch-dest", "document"), ("accept", "text/html")];
    let answer = owner.send(Method::GET, "/", &shown, None).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (421, "text/html; charset=utf-8"),
        "{answer:?}"
    );
    assert!(answer.text.contains("This home does not answer to that name"), "{}", answer.text);
    let fetched = [("host", "evil.example"), ("sec-fetch-dest", "empty"), ("accept", "text/html")];
    for (headers, path) in [(&fetched[..], "/"), (&shown, "/api/v1/session"), (&evil, "/revoke")] {
        let method = if path == "/revoke" { Method::POST } else { Method::GET };
        let answer = owner.send(method, path, headers, None).await;
        assert_eq!(answer.header("content-type"), "application/json", "{path}: {answer:?}");
    }
    drop(home);
}
