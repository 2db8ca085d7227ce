//! Renews a browser's token while it is used: the answer brings the newer cookie, and whichever answer brings a token
//! brings the key for the sites with it.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Response, header};
use axum::middleware::Next;

use super::asking::{asking, cookie_token};
use super::door::Door;
use crate::access::{guard_key, renewal};
use crate::error::{Error, causes};
use crate::model::Secret;

/// Lets a request through, and has its answer bring what the browser should have from then on.
pub async fn renew(State(door): State<Door>, request: Request, next: Next) -> axum::response::Response {
    let keys: Vec<_> = door.cookies.guard_keys(request.headers()).collect();
    let mut answer = renewed(&door, request, next).await;
    if door.cookies.domain().is_some()
        && let Some(token) = door.cookies.given_session(answer.headers())
    {
        accompany(&door, &mut answer, &token, &keys).await;
    }
    answer
}

/// Lets a request through, and has its answer bring a newer cookie when the one it came with is due.
///
/// Not with an answer that others may keep, nor with one that sets cookies of its own; and not for a program that sends
/// its token itself, and would not read a cookie.
async fn renewed(door: &Door, request: Request, next: Next) -> axum::response::Response {
    let headers = request.headers();
    let token = match cookie_token(headers, door) {
        Some(token) if !headers.contains_key(header::AUTHORIZATION) => token.hash(),
        _ => return next.run(request).await,
    };
    if !renewal::is_due(&door.core, &token) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let who = asking(&parts, door);
    let mut answer = next.run(Request::from_parts(parts, body)).await;
    if !may_carry(&answer) {
        return answer;
    }
    match renewal::offer(&door.core, token, &who).await {
        Ok(Some(newer)) => {
            answer.headers_mut().append(header::SET_COOKIE, door.cookies.renew(&newer));
        }
        Ok(None) => {}
        // The one in use stays good.
        Err(error) => log(&error, "could not renew a session's token"),
    }
    answer
}

/// Has an answer that gives a token bring the session's guard key too, unless the browser holds it already. After every
/// sign-in and every change of rights: with an older key the sites would send it back here first.
async fn accompany<T>(door: &Door, answer: &mut Response<T>, token: &Secret, keys: &[Secret]) {
    let Some(session) = door.core.live.find_any(&token.hash()) else { return };
    if guard_key::is_with(&session, keys) {
        return;
    }
    match guard_key::give(&door.core, &session).await {
        Ok(Some(key)) => {
            answer.headers_mut().append(header::SET_COOKIE, door.cookies.give_guard_key(&key));
        }
        Ok(None) => {}
        // It is fetched on the way to the first site.
        Err(error) => log(&error, "could not give a session its guard key"),
    }
}

/// That nothing can be kept is said once, by the store, and not at every request.
fn log(error: &Error, what: &str) {
    if matches!(error, Error::Storage { .. } | Error::Failing(_)) {
        tracing::debug!(error = %causes(error), "{what}");
    } else {
        tracing::warn!(error = %causes(error), "{what}");
    }
}

fn may_carry<T>(answer: &Response<T>) -> bool {
    let headers = answer.headers();
    answer.status().is_success()
        && !headers.contains_key(header::SET_COOKIE)
        && headers.get(header::CACHE_CONTROL) == Some(&HeaderValue::from_static("no-store"))
}
