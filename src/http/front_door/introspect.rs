//! `POST /introspect`: a server that was handed a token asks whether it is good (RFC 7662). It asks with a
//! session of its own, and hears of its own account's tokens only.

use axum::{Form, Json};
use serde::{Deserialize, Serialize};

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
    responses((status = 200, body = IntrospectionResponse), (status = 401, body = crate::error::ErrorBody)))]
pub async fn introspect(
    home: Here,
    Form(request): Form<IntrospectionRequest>,
) -> Result<Json<IntrospectionResponse>, Error> {
    let caller = home.caller().await?;
    let found = tokens::introspect(home.core(), &caller, &Secret::received(request.token));
    let answer = match found {
        None => IntrospectionResponse::default(),
        Some(session) => IntrospectionResponse {
            active: true,
            sub: Some(session.account_id.to_string()),
            username: Some(session.login.to_string()),
            token_type: Some("Bearer"),
            exp: session.expires_at().map(|at| at.as_millis() / 1000),
            session_id: Some(session.id),
            profile: session.profile().map(|profile| profile.name.clone()),
        },
    };
    caller.unless_ended(Json(answer))
}
