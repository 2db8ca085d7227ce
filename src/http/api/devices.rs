//! "Manage access and devices": the list, one device, and signing them out.

use axum::Json;

use crate::error::{ErrorBody, Result};
use crate::home::Home;
use crate::home::here::Here;
use crate::http::input::{Asked, Body, Named};
use crate::model::DeviceId;
use crate::wire::{
    Device, DeviceChange, DeviceDetail, DeviceMerge, DevicePage, DeviceQuery, SignOutMany, SignOutReport,
    SignOutResult,
};

/// The account's devices: the current one first, then by last activity.
#[utoipa::path(get, path = "/api/v1/devices", tag = "devices", params(DeviceQuery), responses(
    (status = 200, body = DevicePage), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)
))]
pub async fn list(home: Here, Asked(query): Asked<DeviceQuery>) -> Result<Json<DevicePage>> {
    home.devices(query).await.map(Json)
}

/// Everything known of one device.
#[utoipa::path(get, path = "/api/v1/devices/{id}", tag = "devices", params(("id" = DeviceId, Path)), responses(
    (status = 200, body = DeviceDetail), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)
))]
pub async fn one(home: Here, Named(id): Named<DeviceId>) -> Result<Json<DeviceDetail>> {
    home.device(id).await.map(Json)
}

/// Renames a device.
#[utoipa::path(patch, path = "/api/v1/devices/{id}", tag = "devices", params(("id" = DeviceId, Path)),
    request_body = DeviceChange, responses(
    (status = 200, body = Device), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)
))]
pub async fn change(
    home: Here,
    Named(id): Named<DeviceId>,
    Body(change): Body<DeviceChange>,
) -> Result<Json<Device>> {
    home.change_device(id, change).await.map(Json)
}

/// Says that a device is one the account knew before: it takes that one's place in the list.
#[utoipa::path(post, path = "/api/v1/devices/{id}/merge", tag = "devices", params(("id" = DeviceId, Path)),
    request_body = DeviceMerge, responses(
    (status = 200, body = Device), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)
))]
pub async fn merge(
    home: Here,
    Named(id): Named<DeviceId>,
    Body(merge): Body<DeviceMerge>,
) -> Result<Json<Device>> {
    home.merge_device(id, merge).await.map(Json)
}

/// Takes that back: both are in the list again.
#[utoipa::path(post, path = "/api/v1/devices/{id}/separate", tag = "devices", params(("id" = DeviceId, Path)),
    responses((status = 200, body = Device), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)
))]
pub async fn separate(home: Here, Named(id): Named<DeviceId>) -> Result<Json<Device>> {
    home.separate_device(id).await.map(Json)
}

/// Signs one device out. Its very next request is refused.
#[utoipa::path(post, path = "/api/v1/devices/{id}/sign-out", tag = "devices", params(("id" = DeviceId, Path)),
    responses((status = 200, body = SignOutResult), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)
))]
pub async fn sign_out(home: Here, Named(id): Named<DeviceId>) -> Result<Json<SignOutResult>> {
    home.sign_out_device(id).await.map(Json)
}

/// Signs several devices out, or all.
#[utoipa::path(post, path = "/api/v1/devices/sign-out", tag = "devices", request_body = SignOutMany, responses(
    (status = 200, body = SignOutReport), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)
))]
pub async fn sign_out_many(home: Here, Body(request): Body<SignOutMany>) -> Result<Json<SignOutReport>> {
    home.sign_out_devices(request).await.map(Json)
}
