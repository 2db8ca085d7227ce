//! What a site gets to see of a request: who it is in the guard's words only, its own cookies and authorization, and none of
//! the keys to the home.

use reqwest::Method;
use serde_json::Value;

use crate::proxy::Kind;
use crate::{House, PAGE};

/// What the site heard of a request with these headers.
async fn heard(house: &House, headers: &[(&str, &str)]) -> Value {
    let answer = house.browser.send(Method::GET, PAGE, headers, None).await;
    assert_eq!(answer.status, 200, "{headers:?}: {answer:?}");
    answer.json()["headers"].clone()
}

pub async fn nobody_says_themselves_who_they_are(house: &House) {
    for name in ["user", "profile", "session", "groups", "email", "name"] {
        for (begin, between) in
            [("remote", "-"), ("remote", "_"), ("Remote", "-"), ("REMOTE", "_"), ("Remote", ".")]
        {
            let forged = format!("{begin}{between}{name}");
            let heard = heard(house, &[(&forged, "forged")]).await;
            assert!(!heard.to_string().contains("forged"), "{forged}: {heard}");
            assert_eq!(
                (&heard["remote-user"], &heard["remote-profile"]),
                (&"ana".into(), &"Ana".into()),
                "{forged}"
            );
            assert_eq!(heard["remote-session"].as_str().map(str::len), Some(36), "{forged}: {heard}");
        }
    }
    // Of a sort that nobody knows: taken out, or the whole request is refused.
    for forged in ["remote-role", "Remote_Role", "remote.role", "remote-user-groups"] {
        let answer = house.browser.send(Method::GET, PAGE, &[(forged, "forged")], None).await;
        match answer.status {
            200 => assert!(!answer.text.contains("forged"), "{forged}: {}", answer.text),
            status => assert_eq!(status, 403, "{forged}: {answer:?}"),
        }
    }
    // Nor has anybody the guard's words taken out on the way.
    for named in ["close, Remote-User, Remote-Profile", "Remote-Session", "remote_user", "X-Forwarded-For"] {
        let answer = house.browser.send(Method::GET, PAGE, &[("connection", named)], None).await;
        if matches!(house.kind, Kind::Caddy | Kind::Readme) {
            assert_eq!(answer.status, 400, "{named}: {answer:?}");
            continue;
        }
        assert_eq!(answer.status, 200, "{named}: {answer:?}");
        let heard = answer.json()["headers"].clone();
        let told = (&heard["remote-user"], &heard["remote-profile"], &heard["x-forwarded-for"]);
        assert_eq!(told, (&"ana".into(), &"Ana".into(), &"127.0.0.7".into()), "{named}");
        assert_eq!(heard["remote-session"].as_str().map(str::len), Some(36), "{named}: {heard}");
    }
    let heard = heard(house, &[("x-forwarded-for", "203.0.113.9")]).await;
    assert!(!heard.to_string().contains("203.0.113.9"), "{heard}");
}

pub async fn none_of_ours_reaches_the_site(house: &House) {
    // The site's browser never has the home's own key, and its guard key does nothing but pass the guard.
    let sent = house.browser.cookies_at(&house.page());
    assert!(sent.contains("latchkey_guard=") && !sent.contains("latchkey_session="), "{sent}");
    let session = house.browser.cookie("latchkey_session").expect("signed in");
    let guard = house.browser.cookie("latchkey_guard").expect("given");
    assert_ne!(session, guard);

    for (cookies, kept) in [
        (format!("theme=dark; {sent}; lang=pt"), "theme=dark; lang=pt"),
        (format!("{sent}; theme=dark; lang=pt"), "theme=dark; lang=pt"),
        // Two and three of a name, of which the good one is any.
        (format!("latchkey_guard=junk; latchkey_guard={guard}; a=1"), "a=1"),
        (format!("latchkey_guard={guard}; latchkey_guard={guard}; a=1; latchkey_guard=junk"), "a=1"),
        (format!("a=1; latchkey_session=junk; latchkey_session={session}"), "a=1"),
        (format!("latchkey_session={session};latchkey_session={session};a=1"), "a=1"),
        (format!("latchkey_session={session}; latchkey_guard={guard}; a=1; latchkey_device=d"), "a=1"),
        // With the prefixes that other settings give them, in other letters, with spaces.
        (format!("__Host-latchkey_session={session}; __Secure-latchkey_guard={guard}; a=1; {sent}"), "a=1"),
        (format!("__secure-Latchkey_Session={session}; LATCHKEY_GUARD ={guard}; a=1; {sent}"), "a=1"),
        (format!("={sent}; a=1; {sent}"), "a=1"),
        // Other programs' cookies that are no ASCII, or look like ours.
        (format!("name=José; {sent}; old=ü"), "name=José; old=ü"),
        (
            format!("{sent}; a=latchkey_session; b=\"x y\"; c={{http.request.host}}"),
            "a=latchkey_session; b=\"x y\"; c={http.request.host}",
        ),
    ] {
        let heard = heard(house, &[("cookie", &cookies)]).await;
        assert_eq!(heard["cookie"], kept, "{cookies}");
        for secret in [&session, &guard] {
            assert!(!heard.to_string().contains(secret.as_str()), "{cookies}: {heard}");
        }
    }
    let nothing_left = heard(house, &[("cookie", &sent)]).await;
    assert!(nothing_left["cookie"].as_str().is_none_or(str::is_empty), "{nothing_left}");
}

pub async fn a_token_of_the_sites_own_is_its_own(house: &House) {
    for own in ["Bearer the-site's-own", "Basic YW5hOmh1c2g="] {
        assert_eq!(heard(house, &[("authorization", own)]).await["authorization"], own);
    }
    let session = house.browser.cookie("latchkey_session").expect("signed in");
    let guard = house.browser.cookie("latchkey_guard").expect("given");
    for ours in [
        format!("Bearer {session}"),
        format!("bearer  {session}"),
        format!("Bearer {guard}"),
        format!("Token token=\"{session}\""),
    ] {
        let heard = heard(house, &[("authorization", &ours)]).await;
        assert!(heard["authorization"].as_str().is_none_or(str::is_empty), "{heard}");
    }
    // Without any cookie, too: an app brings its token so.
    let app = house.home.browser();
    let address = house.page();
    let answer =
        app.send(Method::GET, &address, &[("authorization", &*format!("Bearer {session}"))], None).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(!answer.text.contains(&session), "{}", answer.text);
}
