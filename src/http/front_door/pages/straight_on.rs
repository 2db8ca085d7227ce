//! A browser that is signed in here and comes from a site behind the guard: it lacks the key for the sites, gets it and
//! goes straight back. One that does not keep the key would go round for ever; it is told so instead.

use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::return_address::ReturnAddress;
use super::{Message, go_to, page_about};
use crate::access::caller::Caller;
use crate::access::guard_key;
use crate::error::Error;
use crate::http::door::Door;

/// How often a browser is sent on within a few seconds: several tabs may open at once.
const MOST_TIMES: u8 = 3;

/// Sends the browser to where it was going, with the key for the sites if it lacks that.
pub async fn straight_on(
    door: &Door,
    headers: &HeaderMap,
    caller: &Caller,
    going: &ReturnAddress,
) -> Response {
    if !going.shares_sign_in() {
        return go_to(going.as_str());
    }
    let times = door.cookies.times_sent_on(headers);
    if times >= MOST_TIMES {
        return goes_round(door, going);
    }
    let mut cookies = vec![door.cookies.count_sent_on(times + 1)];
    let held: Vec<_> = door.cookies.guard_keys(headers).collect();
    if !guard_key::is_with(&caller.session, &held) {
        match guard_key::give(&door.core, &caller.session).await {
            Ok(key) => cookies.extend(key.map(|key| door.cookies.give_guard_key(&key))),
            Err(error) => {
                let message = Message::of(&error);
                return page_about(error, &message, None);
            }
        }
    }
    let cookies = cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie));
    (AppendHeaders(cookies), go_to(going.as_str())).into_response()
}

/// The page for a browser that was sent on and came back each time.
fn goes_round(door: &Door, going: &ReturnAddress) -> Response {
    let (site, domain) = (going.host().unwrap_or_default(), door.cookies.domain().unwrap_or_default());
    let message = Message {
        title: "This browser holds its cookie back",
        is_good: false,
        text: format!(
            "You are signed in, but {site} did not get the cookie that shows it. Allow cookies for {domain} in this \
             browser, then try again."
        ),
        link: Some((going.as_str().to_owned().into(), "Try again")),
    };
    let forgotten = (header::SET_COOKIE, door.cookies.count_sent_on(0));
    (AppendHeaders([forgotten]), page_about(Error::CookiesBlocked, &message, Some(going))).into_response()
}
