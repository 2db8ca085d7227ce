//! `/sign-in`: login name and password, for browsers.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::fields::{Fields, asked};
use super::return_address::ReturnAddress;
use super::{Message, go_by, go_to, page, page_about};
use crate::error::Error;
use crate::home::Home;
use crate::home::here::Here;
use crate::http::door::Door;
use crate::wire::SignInRequest;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    going: &'a ReturnAddress,
    login: &'a str,
    problem: Option<String>,
}

/// Shows the form, unless the browser is signed in already.
pub async fn show(State(door): State<Door>, home: Here, headers: HeaderMap, uri: Uri) -> Response {
    let going = ReturnAddress::read(&asked(&uri, "return"), &door, &headers);
    if let Ok(caller) = home.caller().await {
        return if caller.session.profile().is_some() {
            go_to(going.as_str())
        } else {
            go_by("/who", &going)
        };
    }
    match home.status().await {
        Ok(status) if status.set_up => {
            page(&SignInPage { going: &going, login: "", problem: None }, Some(&going))
        }
        Ok(_) => go_to("/"),
        Err(error) => {
            let message = Message::of(&error);
            page_about(error, &message, None)
        }
    }
}

/// Signs the browser in, and asks who is using it.
pub async fn sign_in(State(door): State<Door>, home: Here, headers: HeaderMap, form: Fields) -> Response {
    let going = ReturnAddress::read(form.get("return"), &door, &headers);
    let login = form.get("login");
    let request = SignInRequest {
        login: login.to_owned(),
        password: form.get("password").to_owned(),
        device_secret: None,
        device: None,
    };
    match home.sign_in(request).await {
        Ok(signed_in) => {
            let cookies = door.cookies.give(&signed_in).map(|cookie| (header::SET_COOKIE, cookie));
            (AppendHeaders(cookies), go_by("/who", &going)).into_response()
        }
        Err(Error::SetupRequired) => go_to("/"),
        Err(error) => {
            let problem = Some(error.to_wire().message);
            page_about(error, &SignInPage { going: &going, login, problem }, Some(&going))
        }
    }
}
