//! `/who`: "Who's using it?", once signed in or to change over.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};

use super::fields::{Fields, asked};
use super::return_address::ReturnAddress;
use super::{Message, go_by, go_to, page, page_about};
use crate::error::Error;
use crate::home::Home;
use crate::home::here::Here;
use crate::http::door::Door;
use crate::http::handed;
use crate::model::ProfileKind;
use crate::wire::{Profile, ProfileChoice};

#[derive(Template)]
#[template(path = "who.html")]
struct WhoPage<'a> {
    going: &'a ReturnAddress,
    profiles: &'a [Profile],
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "pin.html")]
struct PinPage<'a> {
    going: &'a ReturnAddress,
    profile: &'a Profile,
    problem: Option<String>,
}

impl Profile {
    /// The letter its picture shows.
    fn letter(&self) -> String {
        self.name.chars().next().map(|first| first.to_uppercase().to_string()).unwrap_or_default()
    }

    fn is_kids(&self) -> bool {
        self.kind == ProfileKind::Kids
    }
}

/// Shows the profiles.
pub async fn show(State(door): State<Door>, home: Here, headers: HeaderMap, uri: Uri) -> Response {
    let going = ReturnAddress::read(&asked(&uri, "return"), &door, &headers);
    match home.profiles().await {
        Ok(list) => {
            let who = WhoPage { going: &going, profiles: &list.profiles, problem: None };
            page(&who, Some(&going))
        }
        Err(error) => cannot_choose(error, &going),
    }
}

/// Notes who is using the browser; a profile with a PIN asks for it on a page of its own.
pub async fn choose(State(door): State<Door>, home: Here, headers: HeaderMap, form: Fields) -> Response {
    let going = ReturnAddress::read(form.get("return"), &door, &headers);
    let profiles = match home.profiles().await {
        Ok(list) => list.profiles,
        Err(error) => return cannot_choose(error, &going),
    };
    let chosen = form.get("profile_id");
    let Some(profile) = profiles.iter().find(|profile| profile.id.to_string() == chosen) else {
        let error = Error::NotFound("profile");
        let problem = Some(error.to_wire().message);
        return page_about(error, &WhoPage { going: &going, profiles: &profiles, problem }, Some(&going));
    };
    let pin = Some(form.get("pin").to_owned()).filter(|pin| !pin.is_empty());
    // Whoever has forgotten their PIN.
    let password = Some(form.get("password").to_owned()).filter(|password| !password.is_empty());
    match home.choose_profile(ProfileChoice { profile_id: profile.id, pin, password }).await {
        Ok(fresh) => (handed::cookie(&door, &home, &fresh), go_to(going.as_str())).into_response(),
        Err(Error::PinRequired) => page(&PinPage { going: &going, profile, problem: None }, Some(&going)),
        Err(error @ (Error::NotSignedIn | Error::SessionEnded | Error::TokenReplaced)) => {
            cannot_choose(error, &going)
        }
        Err(error) => {
            let problem = Some(error.to_wire().message);
            page_about(error, &PinPage { going: &going, profile, problem }, Some(&going))
        }
    }
}

fn cannot_choose(error: Error, going: &ReturnAddress) -> Response {
    match error {
        Error::NotSignedIn | Error::SessionEnded | Error::TokenReplaced | Error::TokenExpired => {
            go_by("/sign-in", going)
        }
        error => {
            let message = Message::of(&error);
            page_about(error, &message, None)
        }
    }
}
