//! `/signed-in`: what whoever is in can do without JavaScript: see the devices of the account and sign them out, or sign out here.
//! Everything else is the interface's.

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::fields::Fields;
use super::kinds::kind_title;
use super::{Message, go_to, page, page_about};
use crate::error::{Error, Result};
use crate::home::Home;
use crate::home::here::Here;
use crate::http::door::Door;
use crate::model::{DeviceId, PlaceScope, Verdict};
use crate::wire::{CurrentSession, Device, DeviceQuery, SignOutEffect};

/// Most devices on the page. Who has more sees those that were used last.
const MOST: u32 = 200;

#[derive(Template)]
#[template(path = "signed_in.html")]
struct SignedInPage<'a> {
    session: &'a CurrentSession,
    /// The devices that are signed in, the one that asks first; none for whom they are no business of.
    devices: &'a [Device],
    /// Whether there are more than are shown.
    has_more: bool,
    /// What came of the last click.
    outcome: Option<Outcome>,
}

/// What came of a click.
struct Outcome {
    is_good: bool,
    text: String,
}

impl Device {
    /// What it is and where, in a line: "Phone, near Lisbon, Portugal".
    fn facts(&self) -> String {
        let place = match self.place.scope {
            PlaceScope::Located => format!("near {}", self.place.label),
            PlaceScope::HomeNetwork => "on the home network".to_owned(),
            PlaceScope::ThisComputer => "on the computer that Latchkey runs on".to_owned(),
            PlaceScope::Unknown => "at an unknown place".to_owned(),
        };
        let who =
            self.profile.as_ref().map(|profile| format!(", used by {}", profile.name)).unwrap_or_default();
        format!("{}, {place}{who}", kind_title(self.kind))
    }

    /// Whether it waits for somebody to say whose it is.
    fn is_new(&self) -> bool {
        self.familiarity.verdict != Verdict::Familiar
    }
}

/// Shows the page.
pub async fn show(home: Here) -> Response {
    shown(&home, None).await
}

/// Signs a device out, or this one. Whatever it comes to is said on the same page.
pub async fn sign_out(State(door): State<Door>, home: Here, form: Fields) -> Response {
    if form.get("sign_out") == "here" {
        return match home.sign_out_here().await {
            Ok(()) => {
                let cookies =
                    door.cookies.take_session().into_iter().map(|cookie| (header::SET_COOKIE, cookie));
                (AppendHeaders(cookies), go_to("/sign-in")).into_response()
            }
            Err(error) => instead(&home, error).await,
        };
    }
    let outcome = match sign_one_out(&home, form.get("device_id")).await {
        Ok(outcome) => outcome,
        Err(error @ (Error::NotFound(_) | Error::TooManyAttempts { .. } | Error::Busy)) => {
            Outcome { is_good: false, text: error.to_wire().message }
        }
        Err(error) => return instead(&home, error).await,
    };
    shown(&home, Some(outcome)).await
}

async fn sign_one_out(home: &Here, id: &str) -> Result<Outcome> {
    let id: DeviceId = id.parse().map_err(|_| Error::NotFound("device"))?;
    let name = home.device(id).await?.device.name;
    let result = home.sign_out_device(id).await?;
    // Why a service has not ended it, in its own sentence.
    let why = result.sessions.iter().find_map(|session| session.detail.clone()).unwrap_or_default();
    let (is_good, text) = match result.effect {
        SignOutEffect::SignedOut => (true, format!("{name} is signed out. Its next request is refused.")),
        SignOutEffect::AlreadySignedOut => (true, format!("{name} was signed out before.")),
        SignOutEffect::NotFound => return Err(Error::NotFound("device")),
        SignOutEffect::Asked => (true, format!("{name}: {why}")),
        SignOutEffect::Refused => (false, format!("{name} is not signed out. {why}")),
    };
    Ok(Outcome { is_good, text })
}

async fn shown(home: &Here, outcome: Option<Outcome>) -> Response {
    let session = match home.session().await {
        Ok(session) => session,
        Err(error) => return instead(home, error).await,
    };
    // A child, or whoever has chosen no profile where that is needed, sees what they may: themselves.
    if !session.may_manage {
        return page(&SignedInPage { session: &session, devices: &[], has_more: false, outcome }, None);
    }
    let query = DeviceQuery { signed_in: Some(true), limit: Some(MOST), ..DeviceQuery::default() };
    match home.devices(query).await {
        Ok(found) => {
            let has_more = found.next_cursor.is_some();
            page(&SignedInPage { session: &session, devices: &found.devices, has_more, outcome }, None)
        }
        Err(error) => instead(home, error).await,
    }
}

/// What is shown in place of the page. Whoever is not in signs in, where there is an account: the interface, which makes it, leads
/// here where it cannot run.
async fn instead(home: &Here, error: Error) -> Response {
    match error {
        Error::NotSignedIn | Error::SessionEnded | Error::TokenReplaced | Error::TokenExpired => {
            if home.status().await.is_ok_and(|status| !status.set_up) {
                let message = Message {
                    title: "This home has no account yet",
                    is_good: false,
                    text: "To make it, open this address in a browser with JavaScript.".to_owned(),
                    link: None,
                };
                return page(&message, None);
            }
            go_to("/sign-in?return=/signed-in")
        }
        error => {
            let message = Message::of(&error);
            page_about(error, &message, None)
        }
    }
}
