//! The description of everything that can be reached, generated from the handlers; made once, for it never changes.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::header;
use axum::response::IntoResponse;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Description;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::refusals::{self, Refused};
use super::{actions, api, events, front_door, guard};

#[derive(OpenApi)]
#[openapi(info(
    title = "Latchkey",
    description = "See every device that is signed in, and sign any of them out at once. Calls carry the \
                   session's cookie or `Authorization: Bearer TOKEN`. Errors: `{ \"error\", \"message\" }`."
))]
struct Head;

/// The description, as it is sent.
static SENT: LazyLock<Bytes> = LazyLock::new(|| {
    let text = serde_json::to_vec(&description());
    text.expect("names and texts are always JSON").into()
});

/// The description, as OpenAPI.
pub fn description() -> Description {
    let within = OpenApiRouter::with_openapi(Head::openapi())
        .merge(api::routes())
        .merge(actions::routes())
        .merge(front_door::described())
        .routes(routes!(events::events))
        .into_openapi();
    let outside = OpenApiRouter::<super::Door>::new()
        .routes(routes!(guard::guard))
        .routes(routes!(api::healthz))
        .into_openapi();
    refusals::describe(within, Refused::ByAll).merge_from(refusals::describe(outside, Refused::ByItself))
}

pub async fn show() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], SENT.clone())
}
