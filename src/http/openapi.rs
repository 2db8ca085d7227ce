//! The description of everything that can be reached, generated from the handlers.

use axum::Json;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Description;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{api, events, front_door, guard};

#[derive(OpenApi)]
#[openapi(info(
    title = "Latchkey",
    description = "See every device that is signed in, and sign any of them out at once. Calls carry the \
                   session's cookie or `Authorization: Bearer TOKEN`. Errors: `{ \"error\", \"message\" }`."
))]
struct Head;

/// The description, as OpenAPI.
pub fn description() -> Description {
    OpenApiRouter::with_openapi(Head::openapi())
        .merge(api::routes())
        .merge(front_door::described())
        .routes(routes!(events::events))
        .routes(routes!(guard::guard))
        .routes(routes!(api::healthz))
        .into_openapi()
}

pub async fn show() -> Json<Description> {
    Json(description())
}
