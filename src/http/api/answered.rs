//! How an answer of each kind is told to whoever asked over HTTP.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::home::here::Here;
use crate::http::cookies::CookieNames;
use crate::http::door::Door;
use crate::http::handed::handed;
use crate::wire::{Fresh, SignedIn};

/// As it is.
pub async fn gives(
    _: &Door,
    _: &Here,
    _: &HeaderMap,
    status: StatusCode,
    answer: impl Future<Output = Result<impl Serialize>>,
) -> Result<Response> {
    Ok((status, Json(answer.await?)).into_response())
}

/// With the newer token, where whoever asked keeps it.
pub async fn renews<T: Serialize>(
    door: &Door,
    home: &Here,
    _: &HeaderMap,
    status: StatusCode,
    answer: impl Future<Output = Result<Fresh<T>>>,
) -> Result<Response> {
    Ok((status, handed(door, home, answer.await?)).into_response())
}

/// With the keys. A program reads its token and the device's secret. A page has both in cookies that no script can read, and
/// is told neither: a script that somebody smuggled in could carry them away.
pub async fn signs_in(
    door: &Door,
    home: &Here,
    headers: &HeaderMap,
    status: StatusCode,
    answer: impl Future<Output = Result<SignedIn>>,
) -> Result<Response> {
    // Nothing for whom a sign-in is of use. A page whose browser sends back nothing of what it was given would be a new device
    // at every try, and signed in at none: cookies are blocked, or they are for https only and this is not. A program may keep
    // them as it likes.
    let from_page = home.asking().from_page;
    if from_page && !CookieNames::are_kept(headers) {
        return Err(Error::CookiesBlocked);
    }
    let signed_in = answer.await?;
    let cookies = door.cookies.give(&signed_in).into_iter().map(|cookie| (header::SET_COOKIE, cookie));
    let told = if from_page { signed_in.without_secrets() } else { signed_in };
    Ok((status, AppendHeaders(cookies), Json(told)).into_response())
}

/// Without words.
pub async fn does(
    _: &Door,
    _: &Here,
    _: &HeaderMap,
    status: StatusCode,
    done: impl Future<Output = Result<()>>,
) -> Result<Response> {
    done.await?;
    Ok(status.into_response())
}
