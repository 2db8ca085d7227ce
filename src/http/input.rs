//! What a request says, read; what cannot be read becomes an error like any other.

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::slow_body::is_cut_short;
use crate::error::Error;
use crate::home::parts::{Asked, Body, Named};

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        match Json::<Value>::from_request(request, state).await {
            // A list would be taken for an object whose fields come in order, whatever they are called.
            Ok(Json(body)) if !body.is_object() => Err(Error::invalid("body", "Send a JSON object.")),
            Ok(Json(body)) => match serde_json::from_value(body) {
                Ok(body) => Ok(Self(body)),
                Err(cause) => Err(Error::invalid("body", format!("The body does not fit: {cause}."))),
            },
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Error::TooLarge),
            Err(rejection) if is_cut_short(&rejection) => Err(Error::Busy),
            Err(rejection) => Err(Error::invalid("body", rejection.body_text())),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(query)) => Ok(Self(query)),
            Err(rejection) => Err(Error::invalid("query", rejection.body_text())),
        }
    }
}

/// What is no id names nothing.
impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Named<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(Error::NotFound("thing")),
        }
    }
}
