//! The session that asks: who it is, who uses it, what it is doing.

use axum::Json;
use axum::http::StatusCode;

use crate::error::{ErrorBody, Result};
use crate::home::Home;
use crate::home::here::Here;
use crate::http::input::Body;
use crate::wire::{ActivityReport, CurrentSession, ProfileChoice};

/// The session that asks.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", responses(
    (status = 200, body = CurrentSession), (status = 401, body = ErrorBody)
))]
pub async fn session(home: Here) -> Result<Json<CurrentSession>> {
    home.session().await.map(Json)
}

/// Says who is using this device from now on.
#[utoipa::path(put, path = "/api/v1/session/profile", tag = "session", request_body = ProfileChoice, responses(
    (status = 200, body = CurrentSession), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 429, body = ErrorBody)
))]
pub async fn choose_profile(home: Here, Body(choice): Body<ProfileChoice>) -> Result<Json<CurrentSession>> {
    home.choose_profile(choice).await.map(Json)
}

/// Says what this device is doing.
#[utoipa::path(post, path = "/api/v1/session/activity", tag = "session", request_body = ActivityReport, responses(
    (status = 204), (status = 401, body = ErrorBody)
))]
pub async fn report_activity(home: Here, Body(report): Body<ActivityReport>) -> Result<StatusCode> {
    home.report_activity(report).await?;
    Ok(StatusCode::NO_CONTENT)
}
