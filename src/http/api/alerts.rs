//! Alerts and their answers.

use axum::Json;

use crate::error::{ErrorBody, Result};
use crate::home::Home;
use crate::home::here::Here;
use crate::http::input::{Asked, Body, Named};
use crate::model::AlertId;
use crate::wire::{AlertAnswer, AlertDetail, AlertPage, AlertQuery, AnswerOutcome};

/// The account's alerts, newest first.
#[utoipa::path(get, path = "/api/v1/alerts", tag = "alerts", params(AlertQuery), responses(
    (status = 200, body = AlertPage), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)
))]
pub async fn list(home: Here, Asked(query): Asked<AlertQuery>) -> Result<Json<AlertPage>> {
    home.alerts(query).await.map(Json)
}

/// One alert with its device.
#[utoipa::path(get, path = "/api/v1/alerts/{id}", tag = "alerts", params(("id" = AlertId, Path)), responses(
    (status = 200, body = AlertDetail), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)
))]
pub async fn one(home: Here, Named(id): Named<AlertId>) -> Result<Json<AlertDetail>> {
    home.alert(id).await.map(Json)
}

/// Answers an alert; "not me" signs the device out.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/answer", tag = "alerts", params(("id" = AlertId, Path)),
    request_body = AlertAnswer, responses(
    (status = 200, body = AnswerOutcome), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)
))]
pub async fn answer(
    home: Here,
    Named(id): Named<AlertId>,
    Body(answer): Body<AlertAnswer>,
) -> Result<Json<AnswerOutcome>> {
    home.answer_alert(id, answer).await.map(Json)
}
