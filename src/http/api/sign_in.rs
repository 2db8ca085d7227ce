//! Setting the home up, signing this device in, and signing it out.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};

use crate::error::{ErrorBody, Result};
use crate::home::Home;
use crate::home::here::Here;
use crate::http::door::Door;
use crate::http::input::Body;
use crate::wire::{HomeStatus, SetupRequest, SignInRequest, SignedIn};

/// What anybody may know of the home.
#[utoipa::path(get, path = "/api/v1/status", tag = "home", responses((status = 200, body = HomeStatus)))]
pub async fn status(home: Here) -> Result<Json<HomeStatus>> {
    home.status().await.map(Json)
}

/// Makes the first account, once, with the set-up code the server prints.
#[utoipa::path(post, path = "/api/v1/setup", tag = "session", request_body = SetupRequest, responses(
    (status = 201, body = SignedIn), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody),
    (status = 422, body = ErrorBody), (status = 429, body = ErrorBody)
))]
pub async fn set_up(
    State(door): State<Door>,
    home: Here,
    Body(request): Body<SetupRequest>,
) -> Result<impl IntoResponse> {
    let signed_in = home.set_up(request).await?;
    Ok((StatusCode::CREATED, with_cookies(&door, signed_in)))
}

/// Signs this device in with login name and password.
#[utoipa::path(post, path = "/api/v1/sign-in", tag = "session", request_body = SignInRequest, responses(
    (status = 200, body = SignedIn), (status = 401, body = ErrorBody), (status = 422, body = ErrorBody),
    (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)
))]
pub async fn sign_in(
    State(door): State<Door>,
    home: Here,
    Body(request): Body<SignInRequest>,
) -> Result<impl IntoResponse> {
    let signed_in = home.sign_in(request).await?;
    Ok(with_cookies(&door, signed_in))
}

/// Signs this device out.
#[utoipa::path(post, path = "/api/v1/sign-out", tag = "session", responses(
    (status = 204), (status = 401, body = ErrorBody)
))]
pub async fn sign_out(State(door): State<Door>, home: Here) -> Result<impl IntoResponse> {
    home.sign_out_here().await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, door.cookies.take_session())]))
}

fn with_cookies(door: &Door, signed_in: SignedIn) -> impl IntoResponse + use<> {
    let cookies = door.cookies.give(&signed_in).map(|cookie| (header::SET_COOKIE, cookie));
    (AppendHeaders(cookies), Json(signed_in))
}
