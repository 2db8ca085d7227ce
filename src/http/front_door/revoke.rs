//! `POST /revoke`: a device gives its own token back (RFC 7009).

use axum::Form;
use axum::http::StatusCode;
use serde::Deserialize;

use super::oauth_error::OauthError;
use crate::access::tokens;
use crate::home::here::Here;
use crate::model::Secret;

/// The token, of either kind.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct RevocationRequest {
    token: String,
}

/// Ends the token's session. A token that is not good any more is no error.
#[utoipa::path(post, path = "/revoke", tag = "front door",
    request_body(content = RevocationRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200)))]
pub async fn revoke(home: Here, Form(request): Form<RevocationRequest>) -> Result<StatusCode, OauthError> {
    tokens::revoke(home.core(), &Secret::received(request.token)).await?;
    Ok(StatusCode::OK)
}
