//! The front door: where devices sign in. OAuth endpoints for TVs and boxes, pages for browsers; the pages
//! work without JavaScript.

mod device_authorization;
mod introspect;
mod oauth_error;
mod oauth_form;
mod pages;
mod revoke;
mod token;

use axum::Router;
use axum::routing::options;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::door::Door;
use super::open_door::{FOR_EVERY_ORIGIN, preflight};

pub use pages::{Message, has_form, page, page_about, refusal};

/// The endpoints for programs, with their description.
pub fn described() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .routes(routes!(device_authorization::start))
        .routes(routes!(token::token))
        .routes(routes!(introspect::introspect))
        .routes(routes!(revoke::revoke))
}

/// Everything at the front door.
pub fn routes() -> Router<Door> {
    let described = FOR_EVERY_ORIGIN
        .into_iter()
        .fold(Router::from(described()), |router, path| router.route(path, options(preflight)));
    described.merge(pages::routes())
}
