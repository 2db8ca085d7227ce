//! `/api/v1/actions/{token}`: buttons outside, in a notification of somebody else's app or in a mail. Looking at one does nothing: a
//! mail scanner opens whatever it finds. Who presses it is not asked who they are, so that it answers no cookie and to every origin.

use askama::Template;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::options;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::door::Door;
use super::front_door::{Message, page, page_about};
use super::navigation::wants_page;
use super::open_door::preflight;
use crate::access::actions;
use crate::error::{Error, ErrorBody, Result};
use crate::model::{AlertListing, Answer, PlaceScope, Secret};
use crate::wire::{self, ActionAnswer, ActionEffect, ActionOutcome};

/// Where they are.
const PATH: &str = "/api/v1/actions/{token}";

/// Both of them, with what browsers ask before.
pub fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new().routes(routes!(show, press)).route(PATH, options(preflight))
}

#[derive(Template)]
#[template(path = "action.html")]
struct ActionPage<'a> {
    is_in: bool,
    device_name: &'a str,
    account: &'a str,
    place: String,
    is_located: bool,
    open_url: String,
}

/// Shows what a button would do, and a button to do it. Does nothing.
#[utoipa::path(get, path = "/api/v1/actions/{token}", tag = "alerts",
    params(("token" = String, Path, description = "The button's own secret")), responses(
    (status = 200, content_type = "text/html", body = String), (status = 404, content_type = "text/html", body = String)
))]
pub async fn show(State(door): State<Door>, Path(token): Path<String>) -> Response {
    match actions::look(&door.core, &Secret::received(token)).await {
        Ok(found) => page(&asked(&found), None),
        Err(error) => page_about(error, &gone(), None),
    }
}

/// Presses a button: signs the device out that its alert is about, once, and can do nothing else.
#[utoipa::path(post, path = "/api/v1/actions/{token}", tag = "alerts",
    params(("token" = String, Path, description = "The button's own secret")), request_body = ActionAnswer, responses(
    (status = 200, body = ActionOutcome), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody),
    (status = 503, body = ErrorBody), (status = 507, body = ErrorBody)
))]
pub async fn press(
    State(door): State<Door>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let token = Secret::received(token);
    let pressed = match read(&headers, &body) {
        Ok(answer) => actions::press(&door.core, &token, answer).await,
        Err(error) => Err(error),
    };
    match (pressed, wants_page(&headers)) {
        (Ok(outcome), false) => Json(outcome).into_response(),
        (Err(error), false) => error.into_response(),
        (Ok(outcome), true) => page(&told(&outcome), None),
        (Err(error @ Error::NotFound(_)), true) => page_about(error, &gone(), None),
        (Err(error), true) => {
            let message = Message::of(&error);
            page_about(error, &message, None)
        }
    }
}

/// What was pressed, as a form says it, or JSON, or nothing at all.
fn read(headers: &HeaderMap, body: &[u8]) -> Result<ActionAnswer> {
    let is_form = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let unread = |cause: String| Error::invalid("body", format!("The body does not fit: {cause}."));
    if body.is_empty() {
        Ok(ActionAnswer::default())
    } else if is_form {
        let field = url::form_urlencoded::parse(body).find(|(name, _)| name == "answer");
        let answer = field.map(|(_, value)| value.parse::<Answer>()).transpose();
        Ok(ActionAnswer { answer: answer.map_err(|()| unread("no such answer".to_owned()))? })
    } else {
        serde_json::from_slice(body).map_err(|cause| unread(cause.to_string()))
    }
}

fn asked(found: &AlertListing) -> ActionPage<'_> {
    ActionPage {
        is_in: found.ended_at.is_none(),
        device_name: &found.device_name,
        account: &found.account,
        place: wire::Place::from(found.alert.place.clone()).label,
        is_located: found.alert.place.scope == PlaceScope::Located,
        // At the address that this page is open at: whoever reads it can open that.
        open_url: format!("/#/alerts/{}", found.alert.id),
    }
}

fn told(outcome: &ActionOutcome) -> Message {
    let name = &outcome.device_name;
    let (title, is_good, text) = match outcome.effect {
        ActionEffect::SignedOut => {
            ("Signed out", true, format!("“{name}” is signed out. Its next request will be refused."))
        }
        ActionEffect::AlreadySignedOut => (
            "Already signed out",
            true,
            format!("“{name}” had been signed out before. Nothing is left to do."),
        ),
        ActionEffect::Asked => (
            "Asked to sign it out",
            true,
            format!(
                "The service that “{name}” is signed in at was asked to end it. Latchkey goes on until that has confirmed it."
            ),
        ),
        ActionEffect::Refused => (
            "Not signed out",
            false,
            format!(
                "The service that “{name}” is signed in at does not let it be ended from here. Open Latchkey to see what can be done."
            ),
        ),
        ActionEffect::TheirsAfterAll => (
            "Nothing was done",
            false,
            format!(
                "Somebody of the household has said since that “{name}” is theirs. Open Latchkey to sign it out all the same."
            ),
        ),
    };
    Message { title, is_good, text, link: Some(("/".into(), "Open Latchkey")) }
}

fn gone() -> Message {
    Message {
        title: "This button does nothing any more",
        is_good: false,
        text: "It is more than a week old, or was never one of this home. Open Latchkey to see what waits."
            .into(),
        link: Some(("/".into(), "Open Latchkey")),
    }
}
