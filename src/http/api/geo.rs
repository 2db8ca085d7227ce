//! The place databases.

use axum::Json;
use axum::http::StatusCode;

use crate::error::{ErrorBody, Result};
use crate::home::Home;
use crate::home::here::Here;
use crate::wire::GeoStatus;

/// The state of the place databases.
#[utoipa::path(get, path = "/api/v1/geo", tag = "home", responses((status = 200, body = GeoStatus), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub async fn status(home: Here) -> Result<Json<GeoStatus>> {
    home.geo_status().await.map(Json)
}

/// Starts an update; its progress comes as events.
#[utoipa::path(post, path = "/api/v1/geo/update", tag = "home", responses(
    (status = 202, body = GeoStatus), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 502, body = ErrorBody)
))]
pub async fn update(home: Here) -> Result<(StatusCode, Json<GeoStatus>)> {
    Ok((StatusCode::ACCEPTED, Json(home.update_geo().await?)))
}
