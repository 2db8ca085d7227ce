//! Renews a browser's token while it is used: the answer brings the newer cookie.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Response, header};
use axum::middleware::Next;

use super::asking::asking;
use super::door::Door;
use crate::access::renewal;

/// Lets a request through, and has its answer bring a newer cookie when the one it came with is due.
///
/// Not with an answer that others may keep, nor with one that sets cookies of its own; and not for a program that sends
/// its token itself, and would not read a cookie.
pub async fn renew(State(door): State<Door>, request: Request, next: Next) -> axum::response::Response {
    let headers = request.headers();
    let token = match door.cookies.read(headers).0 {
        Some(token) if !headers.contains_key(header::AUTHORIZATION) => token.hash(),
        _ => return next.run(request).await,
    };
    if !renewal::is_due(&door.core, &token) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let who = asking(&parts, &door);
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
        Err(error) => tracing::warn!(%error, "could not renew a session's token"),
    }
    answer
}

fn may_carry<T>(answer: &Response<T>) -> bool {
    let headers = answer.headers();
    answer.status().is_success()
        && !headers.contains_key(header::SET_COOKIE)
        && headers.get(header::CACHE_CONTROL) == Some(&HeaderValue::from_static("no-store"))
}
