//! `POST /introspect`: a server that was handed a token asks whether it is good (RFC 7662). It asks with a
//! session of its own, and hears of its own account's tokens only.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::oauth_error::OauthError;
use super::oauth_form::OauthForm;
use crate::access::tokens;
use crate::error::Error;
use crate::home::here::Here;
use crate::model::{Secret, SessionId};

/// The token asked about.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct IntrospectionRequest {
    token: String,
}

/// What is known of it; only `active` when it is not good (RFC 7662 section 2.2).
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub struct IntrospectionResponse {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    /// Seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
}

/// Says whether a token is good.
#[utoipa::path(post, path = "/introspect", tag = "front door",
    request_body(content = IntrospectionRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = IntrospectionResponse), (status = 400, body = OauthError), (status = 401, body = crate::error::ErrorBody)))]
pub async fn introspect(
    home: Here,
    request: Result<OauthForm<IntrospectionRequest>, OauthError>,
) -> Result<Json<IntrospectionResponse>, Response> {
    // Who asks comes first: a stranger learns nothing of what is wrong with the question.
    let caller = home.caller().await.map_err(Error::into_response)?;
    let OauthForm(request) = request.map_err(OauthError::into_response)?;
    let found = tokens::introspect(home.core(), &caller, &Secret::received(request.token)).await;
    let found = found.map_err(|error| OauthError::from(error).into_response())?;
    let answer = match found {
        None => IntrospectionResponse::default(),
        Some(session) => IntrospectionResponse {
            active: true,
            sub: Some(session.account_id().to_string()),
            username: Some(session.login().to_owned()),
            token_type: Some("Bearer"),
            exp: session.expires_at().map(|at| at.as_millis() / 1000),
            session_id: Some(session.id),
            profile: session.profile().map(|profile| profile.name.clone()),
        },
    };
    caller.unless_ended(Json(answer)).map_err(Error::into_response)
}
