//! The account: its password, and the New badge.

use axum::Json;
use axum::http::StatusCode;

use crate::error::{ErrorBody, Result};
use crate::home::Home;
use crate::home::here::Here;
use crate::http::input::Body;
use crate::wire::{PasswordChange, PasswordChanged};

/// Changes the password, and signs everything else out if asked to.
#[utoipa::path(put, path = "/api/v1/account/password", tag = "account", request_body = PasswordChange, responses(
    (status = 200, body = PasswordChanged), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody), (status = 429, body = ErrorBody)
))]
pub async fn change_password(
    home: Here,
    Body(change): Body<PasswordChange>,
) -> Result<Json<PasswordChanged>> {
    home.change_password(change).await.map(Json)
}

/// Notes that "Manage access and devices" was opened: the New badge goes.
#[utoipa::path(post, path = "/api/v1/account/badge-seen", tag = "account", responses(
    (status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)
))]
pub async fn mark_badge_seen(home: Here) -> Result<StatusCode> {
    home.mark_badge_seen().await?;
    Ok(StatusCode::NO_CONTENT)
}
