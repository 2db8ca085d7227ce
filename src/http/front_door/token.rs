//! `POST /token`: a device that waits asks for its token (RFC 8628 section 3.4), or a device refreshes it
//! (RFC 6749 section 6).

use axum::Json;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::oauth_error::OauthError;
use super::oauth_form::OauthForm;
use crate::access::codes::{self, NotYet};
use crate::access::tokens;
use crate::home::here::Here;
use crate::model::{DeviceId, Secret, SessionId, Timestamp};

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What the device asks.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct TokenRequest {
    #[schema(pattern = "^(refresh_token|urn:ietf:params:oauth:grant-type:device_code)$")]
    grant_type: String,
    device_code: Option<String>,
    refresh_token: Option<String>,
    /// The secret from an earlier sign-in; makes it the same device again.
    device_secret: Option<String>,
}

/// The tokens (RFC 6749 section 5.1), and what makes it the same device next time.
#[derive(Serialize, utoipa::ToSchema)]
pub struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    refresh_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_id: Option<DeviceId>,
}

/// Gives a device its tokens.
#[utoipa::path(post, path = "/token", tag = "front door",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = TokenResponse), (status = 400, body = OauthError)))]
pub async fn token(
    home: Here,
    OauthForm(request): OauthForm<TokenRequest>,
) -> Result<Json<TokenResponse>, OauthError> {
    match request.grant_type.as_str() {
        DEVICE_CODE => by_code(home, request).await,
        "refresh_token" => by_refresh(home, request).await,
        _ => Err(OauthError::new(
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            "Ask with a device code or a refresh token.",
        )),
    }
}

async fn by_code(home: Here, request: TokenRequest) -> Result<Json<TokenResponse>, OauthError> {
    let code = Secret::received(required(request.device_code, "device_code")?);
    let mut asking = home.asking().clone();
    asking.device_secret = request.device_secret.map(Secret::received);
    let admitted = codes::poll(home.core(), asking, &code).await.map_err(not_yet)?;
    let refresh = admitted.refresh.as_ref().map(Secret::reveal).unwrap_or_default();
    Ok(Json(TokenResponse {
        access_token: admitted.answer.token,
        token_type: "Bearer",
        expires_in: left(admitted.session.expires_at(), home.core().now()),
        refresh_token: refresh.to_owned(),
        device_secret: Some(admitted.answer.device_secret),
        session_id: Some(admitted.answer.session_id),
        device_id: Some(admitted.answer.device_id),
    }))
}

/// Seconds that a token is good for: fewer, where it is given again.
fn left(expires_at: Option<Timestamp>, now: Timestamp) -> u64 {
    let millis = expires_at.map_or(0, |at| at.as_millis().saturating_sub(now.as_millis()));
    // In whole seconds, as it is at first; a clock that was set back makes it last no longer.
    u64::try_from(millis).unwrap_or(0).div_ceil(1000).min(codes::TOKEN_LIFETIME.as_secs())
}

async fn by_refresh(home: Here, request: TokenRequest) -> Result<Json<TokenResponse>, OauthError> {
    let presented = Secret::received(required(request.refresh_token, "refresh_token")?);
    let new = tokens::refresh(home.core(), home.asking().clone(), &presented).await?;
    Ok(Json(TokenResponse {
        access_token: new.token.reveal().to_owned(),
        token_type: "Bearer",
        expires_in: codes::TOKEN_LIFETIME.as_secs(),
        refresh_token: new.refresh.reveal().to_owned(),
        device_secret: None,
        session_id: None,
        device_id: None,
    }))
}

fn required(value: Option<String>, name: &str) -> Result<String, OauthError> {
    value.ok_or_else(|| OauthError::bad_request(format!("Send {name}.")))
}

/// RFC 8628 section 3.5.
fn not_yet(reason: NotYet) -> OauthError {
    let (error, sentence) = match reason {
        NotYet::Pending => {
            ("authorization_pending", "Nobody has allowed this device yet. Ask again shortly.")
        }
        NotYet::SlowDown => ("slow_down", "Ask less often: five seconds more between requests."),
        NotYet::Denied => ("access_denied", "Somebody did not allow this device to sign in."),
        NotYet::Expired => ("expired_token", "The code is not valid any more. Ask for a new one."),
        NotYet::Failed(error) => return error.into(),
    };
    OauthError::new(StatusCode::BAD_REQUEST, error, sentence)
}
