//! A home whose files are gone answers nothing but that: what it would say is not kept, or not true any more.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::door::Door;

/// Lets a request through while the home's files are there. The files of the interface always: it shows the answer.
pub async fn check(State(door): State<Door>, request: Request, next: Next) -> Response {
    match door.core.store.unless_lost() {
        Err(error) if request.extensions().get::<MatchedPath>().is_some() => error.into_response(),
        _ => next.run(request).await,
    }
}
