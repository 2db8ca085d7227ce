//! `POST /revoke`: a device gives its own token back (RFC 7009).

use axum::http::StatusCode;
use serde::Deserialize;

use super::oauth_error::OauthError;
use super::oauth_form::OauthForm;
use crate::access::revoke::revoke as give_back;
use crate::home::here::Here;
use crate::model::Secret;

/// The token, of either kind.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct RevocationRequest {
    token: String,
}

/// Ends the token's session. A token that is good no more is no error, and ends nothing.
#[utoipa::path(post, path = "/revoke", tag = "front door",
    request_body(content = RevocationRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200)))]
pub async fn revoke(
    home: Here,
    OauthForm(request): OauthForm<RevocationRequest>,
) -> Result<StatusCode, OauthError> {
    give_back(home.core(), home.asking().clone(), &Secret::received(request.token)).await?;
    Ok(StatusCode::OK)
}
