//! A session's newer token, handed to whoever asked: to a browser as its cookie, to a program in the answer.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{AppendHeaders, IntoResponse};
use serde::Serialize;

use super::door::Door;
use crate::home::here::Here;
use crate::model::Secret;
use crate::wire::Fresh;

/// An answer with the newer token, where whoever asked keeps it.
pub fn handed<T: Serialize>(door: &Door, home: &Here, mut fresh: Fresh<T>) -> impl IntoResponse + use<T> {
    let cookie = cookie(door, home, &fresh);
    if home.asking().by_cookie {
        // No page is given what only the cookie is to hold.
        fresh.token = None;
    }
    (cookie, Json(fresh))
}

/// The cookie that brings the newer token to a browser.
pub fn cookie<T>(
    door: &Door,
    home: &Here,
    fresh: &Fresh<T>,
) -> AppendHeaders<Option<(HeaderName, HeaderValue)>> {
    let token = fresh.token.as_ref().filter(|_| home.asking().by_cookie);
    AppendHeaders(
        token.map(|token| (header::SET_COOKIE, door.cookies.renew(&Secret::received(token.as_str())))),
    )
}
