//! Devices that show a code and wait to be allowed.

use axum::Json;
use axum::http::StatusCode;

use crate::error::{ErrorBody, Result};
use crate::home::Home;
use crate::home::here::Here;
use crate::http::input::{Body, Named};
use crate::wire::{CodeAnswer, PendingCode};

/// The device that shows this code.
#[utoipa::path(get, path = "/api/v1/codes/{user_code}", tag = "codes", params(("user_code" = String, Path)),
    responses((status = 200, body = PendingCode), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
    (status = 429, body = ErrorBody)
))]
pub async fn pending(home: Here, Named(user_code): Named<String>) -> Result<Json<PendingCode>> {
    home.pending_code(user_code).await.map(Json)
}

/// Lets a waiting device in, or not.
#[utoipa::path(post, path = "/api/v1/codes/answer", tag = "codes", request_body = CodeAnswer, responses(
    (status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 429, body = ErrorBody)
))]
pub async fn answer(home: Here, Body(answer): Body<CodeAnswer>) -> Result<StatusCode> {
    home.answer_code(answer).await?;
    Ok(StatusCode::NO_CONTENT)
}
