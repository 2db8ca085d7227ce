//! The handlers that do with cookies what the others do not.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};

use crate::error::Result;
use crate::home::Home;
use crate::home::here::Here;
use crate::http::cookies::CookieNames;
use crate::http::door::Door;

/// A browser that sends back no cookie of ours is given one, by which it shows at its sign-in that it keeps them.
pub async fn status(State(door): State<Door>, home: Here, headers: HeaderMap) -> Result<impl IntoResponse> {
    let status = home.status().await?;
    let probe = (!CookieNames::are_kept(&headers)).then(|| (header::SET_COOKIE, door.cookies.probe()));
    Ok((AppendHeaders(probe), Json(status)))
}

/// Takes a browser's session's cookies.
pub async fn sign_out_here(State(door): State<Door>, home: Here) -> Result<impl IntoResponse> {
    home.sign_out_here().await?;
    let cookies = door.cookies.take_session().into_iter().map(|cookie| (header::SET_COOKIE, cookie));
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cookies)))
}
