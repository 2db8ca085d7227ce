//! The interface for programs, `/api/v1/…`: one file a resource, one handler an operation of
//! [`crate::home::Home`].

mod account;
mod alert_settings;
mod alerts;
mod codes;
mod devices;
mod geo;
mod history;
mod profiles;
mod session;
mod sign_in;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::door::Door;

/// Every operation, with its description.
pub fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .routes(routes!(sign_in::status))
        .routes(routes!(sign_in::set_up))
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(sign_in::sign_out))
        .routes(routes!(session::session))
        .routes(routes!(session::choose_profile))
        .routes(routes!(session::report_activity))
        .routes(routes!(devices::list))
        .routes(routes!(devices::one, devices::change))
        .routes(routes!(devices::merge))
        .routes(routes!(devices::separate))
        .routes(routes!(devices::sign_out))
        .routes(routes!(devices::sign_out_many))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::one))
        .routes(routes!(alerts::answer))
        .routes(routes!(alert_settings::show, alert_settings::change))
        .routes(routes!(history::list))
        .routes(routes!(profiles::list, profiles::create))
        .routes(routes!(profiles::change, profiles::delete))
        .routes(routes!(account::change_password))
        .routes(routes!(account::mark_badge_seen))
        .routes(routes!(codes::pending))
        .routes(routes!(codes::answer))
        .routes(routes!(geo::status))
        .routes(routes!(geo::update))
}

/// The home is alive.
#[utoipa::path(get, path = "/healthz", tag = "home", responses((status = 200, body = String)))]
pub async fn healthz() -> &'static str {
    "ok"
}
