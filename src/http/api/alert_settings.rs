//! What a person sets about alerts: how much is told, and when.

use axum::Json;

use crate::error::{ErrorBody, Result};
use crate::home::Home;
use crate::home::here::Here;
use crate::http::input::Body;
use crate::wire::{AlertSettings, AlertSettingsChange};

/// What is set, with what each choice costs and misses.
#[utoipa::path(get, path = "/api/v1/alert-settings", tag = "alerts", responses(
    (status = 200, body = AlertSettings), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)
))]
pub async fn show(home: Here) -> Result<Json<AlertSettings>> {
    home.alert_settings().await.map(Json)
}

/// Changes it. Only a device that is familiar itself may.
#[utoipa::path(put, path = "/api/v1/alert-settings", tag = "alerts", request_body = AlertSettingsChange, responses(
    (status = 200, body = AlertSettings), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)
))]
pub async fn change(home: Here, Body(change): Body<AlertSettingsChange>) -> Result<Json<AlertSettings>> {
    home.change_alert_settings(change).await.map(Json)
}
