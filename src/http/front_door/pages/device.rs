//! `/device`: typing in the code that a TV or box shows, and letting it in (RFC 8628 section 3.3).

use askama::Template;
use axum::http::Uri;
use axum::response::Response;

use super::fields::{Fields, asked};
use super::return_address::ReturnAddress;
use super::{Message, go_by, page, page_about};
use crate::error::{Error, Result};
use crate::home::Home;
use crate::home::here::Here;
use crate::model::{DeviceKind, PlaceScope, ProfileId, ProfileKind};
use crate::wire::{CodeAnswer, CodeDecision, PendingCode, Profile};

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage<'a> {
    user_code: &'a str,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage<'a> {
    waiting: &'a PendingCode,
    choice: Choice,
}

/// Who may be chosen for a device before it is let in.
struct Choice {
    profiles: Vec<Profile>,
    /// Whether somebody is left out: a PIN is asked for on the device itself.
    has_others: bool,
}

impl Choice {
    /// A profile with a PIN is handed over only by whoever uses it.
    fn among(profiles: Vec<Profile>, own: Option<ProfileId>) -> Self {
        let all = profiles.len();
        let profiles: Vec<_> =
            profiles.into_iter().filter(|profile| !profile.has_pin || Some(profile.id) == own).collect();
        Self { has_others: profiles.len() < all, profiles }
    }
}

impl PendingCode {
    /// What sort of device it is, for people.
    fn kind(&self) -> &'static str {
        match self.device_kind {
            DeviceKind::Tv => "TV",
            DeviceKind::StreamingBox => "Streaming box",
            DeviceKind::Console => "Game console",
            DeviceKind::Phone => "Phone",
            DeviceKind::Tablet => "Tablet",
            DeviceKind::Computer => "Computer",
            DeviceKind::Browser => "Browser",
            DeviceKind::Speaker => "Speaker",
            DeviceKind::Other => "Something else",
        }
    }

    /// Whether its place was looked up in a database, so that it is only near there.
    fn is_near(&self) -> bool {
        self.place.scope == PlaceScope::Located
    }
}

/// Asks for the code, or shows the device that waits with it.
pub async fn show(home: Here, uri: Uri) -> Response {
    let user_code = asked(&uri, "user_code");
    match look_up(&home, &user_code).await {
        Ok(Some((waiting, choice))) => page(&ConfirmPage { waiting: &waiting, choice }, None),
        Ok(None) => page(&CodePage { user_code: "", problem: None }, None),
        Err(error) => refuse(&home, &user_code, error).await,
    }
}

/// Lets the device in, or not.
pub async fn answer(home: Here, form: Fields) -> Response {
    let user_code = form.get("user_code");
    match decide(&home, user_code, &form).await {
        Ok(message) => page(&message, None),
        Err(error) => refuse(&home, user_code, error).await,
    }
}

async fn look_up(home: &Here, user_code: &str) -> Result<Option<(PendingCode, Choice)>> {
    home.caller().await?.manager()?;
    if user_code.trim().is_empty() {
        return Ok(None);
    }
    let waiting = home.pending_code(user_code.to_owned()).await?;
    let session = home.session().await?;
    Ok(Some((waiting, Choice::among(session.profiles, session.profile.map(|profile| profile.id)))))
}

async fn decide(home: &Here, user_code: &str, form: &Fields) -> Result<Message> {
    let decision = match form.get("decision") {
        "allow" => CodeDecision::Allow,
        "deny" => CodeDecision::Deny,
        _ => return Err(Error::invalid("decision", "Say whether to let the device in.")),
    };
    let profile_id: Option<ProfileId> = match form.get("profile_id") {
        "" => None,
        id => Some(id.parse().map_err(|_| Error::NotFound("profile"))?),
    };
    let waiting = home.pending_code(user_code.to_owned()).await?;
    home.answer_code(CodeAnswer { user_code: user_code.to_owned(), decision, profile_id }).await?;
    let name = waiting.device_name;
    let link = Some(("/", "Open Latchkey"));
    Ok(match decision {
        CodeDecision::Allow => Message {
            title: "It’s in",
            is_good: true,
            text: format!("{name} goes on by itself in a few seconds. You can close this page."),
            link,
        },
        CodeDecision::Deny => Message {
            title: "Not let in",
            is_good: false,
            text: format!(
                "{name} stays outside. If you did not expect it, nothing more needs doing: its code is used up."
            ),
            link,
        },
    })
}

/// Why not, and what to do about it.
async fn refuse(home: &Here, user_code: &str, error: Error) -> Response {
    let back = || {
        let code: String = url::form_urlencoded::byte_serialize(user_code.as_bytes()).collect();
        ReturnAddress::path(if code.is_empty() {
            "/device".to_owned()
        } else {
            format!("/device?user_code={code}")
        })
    };
    match error {
        Error::NotSignedIn | Error::SessionEnded | Error::TokenExpired => go_by("/sign-in", &back()),
        Error::ProfileRequired => go_by("/who", &back()),
        Error::KidsProfile => {
            let message = Message {
                title: "This is for grown-ups",
                is_good: false,
                text: whom_to_ask(home).await,
                link: Some(("/who?return=/device", "Somebody else is here")),
            };
            page_about(Error::KidsProfile, &message, None)
        }
        error => {
            let problem = Some(error.to_wire().message);
            page_about(error, &CodePage { user_code, problem }, None)
        }
    }
}

/// "Ask Ana or Marta to let the device in."
async fn whom_to_ask(home: &Here) -> String {
    let profiles = home.profiles().await.map(|list| list.profiles).unwrap_or_default();
    let adults = profiles.into_iter().filter(|profile| profile.kind == ProfileKind::Adult);
    let names = adults.map(|profile| profile.name).collect::<Vec<_>>();
    let whom = match names.as_slice() {
        [] => "a grown-up".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    };
    format!("Ask {whom} to let the device in.")
}
