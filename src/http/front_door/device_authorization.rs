//! `POST /device_authorization`: a TV or box asks for a code to show (RFC 8628 section 3.1).

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::oauth_error::OauthError;
use super::oauth_form::OauthForm;
use crate::access::codes;
use crate::home::here::Here;
use crate::http::door::Door;
use crate::model::DeclaredDevice;

/// What the device says. `client_id` is any name the app goes by; clients need not be registered.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct AuthorizationRequest {
    #[schema(value_type = String, required = true, min_length = 1)]
    client_id: Option<String>,
    device_name: Option<String>,
    device_kind: Option<String>,
    device_model: Option<String>,
    device_os: Option<String>,
    app_version: Option<String>,
}

impl AuthorizationRequest {
    /// What the device declares of itself.
    pub fn declared(self) -> DeclaredDevice {
        DeclaredDevice {
            name: self.device_name,
            kind: self.device_kind.and_then(|kind| kind.parse().ok()),
            model: self.device_model,
            os: self.device_os,
            app: self.client_id,
            app_version: self.app_version,
        }
    }
}

/// The codes (RFC 8628 section 3.2).
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AuthorizationResponse {
    device_code: String,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: String,
    expires_in: u64,
    interval: u64,
}

/// Gives a device a code to show.
#[utoipa::path(post, path = "/device_authorization", tag = "front door",
    request_body(content = AuthorizationRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = AuthorizationResponse), (status = 400, body = OauthError), (status = 429, body = OauthError)))]
pub async fn start(
    State(door): State<Door>,
    home: Here,
    OauthForm(request): OauthForm<AuthorizationRequest>,
) -> Result<Json<AuthorizationResponse>, OauthError> {
    if request.client_id.is_none() {
        return Err(OauthError::bad_request("Say which app this is in client_id."));
    }
    let mut asking = home.asking().clone();
    asking.declared = Some(request.declared());
    let started = codes::start(home.core(), &asking)?;
    let verification_uri = format!("{}/device", door.core.address());
    Ok(Json(AuthorizationResponse {
        verification_uri_complete: format!("{verification_uri}?user_code={}", started.user_code),
        device_code: started.device_code.reveal().to_owned(),
        user_code: started.user_code,
        verification_uri,
        expires_in: codes::LIFETIME.as_secs(),
        interval: codes::INTERVAL.as_secs(),
    }))
}
