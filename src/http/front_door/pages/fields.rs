//! What a page's form or address says. A field that is missing counts as empty: what that means, the verb says.

use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::{Message, page_about};
use crate::error::Error;
use crate::http::slow_body::is_cut_short;

/// The fields of a form.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first field of that name, or nothing.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match Form::from_request(request, state).await {
            Ok(Form(fields)) => Ok(Self(fields)),
            Err(rejection) => {
                let (status, error) = if is_cut_short(&rejection) {
                    (StatusCode::SERVICE_UNAVAILABLE, Error::Busy)
                } else {
                    let sentence = "The form could not be read. Go back and send it again.";
                    (rejection.status(), Error::invalid("form", sentence))
                };
                let message = Message::of(&error);
                Err((status, page_about(error, &message, None)).into_response())
            }
        }
    }
}

/// What an address says behind its question mark under that name.
pub fn asked(uri: &Uri, name: &str) -> String {
    let query = uri.query().unwrap_or_default();
    let found = url::form_urlencoded::parse(query.as_bytes()).find(|(field, _)| field == name);
    found.map(|(_, value)| value.into_owned()).unwrap_or_default()
}
