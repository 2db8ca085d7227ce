//! The account's profiles.

use axum::Json;
use axum::http::StatusCode;

use crate::error::{ErrorBody, Result};
use crate::home::Home;
use crate::home::here::Here;
use crate::http::input::{Body, Named};
use crate::model::ProfileId;
use crate::wire::{NewProfile, Profile, ProfileChange, ProfileList};

/// The account's profiles.
#[utoipa::path(get, path = "/api/v1/profiles", tag = "profiles", responses(
    (status = 200, body = ProfileList), (status = 401, body = ErrorBody)
))]
pub async fn list(home: Here) -> Result<Json<ProfileList>> {
    home.profiles().await.map(Json)
}

/// Makes a profile.
#[utoipa::path(post, path = "/api/v1/profiles", tag = "profiles", request_body = NewProfile, responses(
    (status = 201, body = Profile), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 422, body = ErrorBody)
))]
pub async fn create(home: Here, Body(profile): Body<NewProfile>) -> Result<(StatusCode, Json<Profile>)> {
    Ok((StatusCode::CREATED, Json(home.create_profile(profile).await?)))
}

/// Changes a profile.
#[utoipa::path(patch, path = "/api/v1/profiles/{id}", tag = "profiles", params(("id" = ProfileId, Path)),
    request_body = ProfileChange, responses(
    (status = 200, body = Profile), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)
))]
pub async fn change(
    home: Here,
    Named(id): Named<ProfileId>,
    Body(change): Body<ProfileChange>,
) -> Result<Json<Profile>> {
    home.change_profile(id, change).await.map(Json)
}

/// Deletes a profile.
#[utoipa::path(delete, path = "/api/v1/profiles/{id}", tag = "profiles", params(("id" = ProfileId, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)
))]
pub async fn delete(home: Here, Named(id): Named<ProfileId>) -> Result<StatusCode> {
    home.delete_profile(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
