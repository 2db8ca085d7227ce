//! `/sign-in`: login name and password, for browsers.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::fields::{Fields, asked};
use super::return_address::ReturnAddress;
use super::straight_on::straight_on;
use super::{Message, go_by, go_to, page, page_about};
use crate::error::Error;
use crate::home::Home;
use crate::home::here::Here;
use crate::http::cookies::CookieNames;
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
            straight_on(&door, &headers, &caller, &going).await
        } else {
            go_by("/who", &going)
        };
    }
    match home.status().await {
        Ok(status) if status.set_up => {
            let form = page(&SignInPage { going: &going, login: "", problem: None }, Some(&going));
            with_cookies([door.cookies.probe()], form)
        }
        Ok(_) => go_to("/"),
        Err(error) => {
            let message = Message::of(&error);
            page_about(error, &message, None)
        }
    }
}

/// Signs the browser in, and asks who is using it.
///
/// Not one that sends nothing of what it was given with the form: it would be a new device at every try, and signed in at
/// none. A program, which sends no form of ours, may keep its cookies as it likes.
pub async fn sign_in(State(door): State<Door>, home: Here, headers: HeaderMap, form: Fields) -> Response {
    let going = ReturnAddress::read(form.get("return"), &door, &headers);
    let login = form.get("login");
    let again = |error: Error| {
        let problem = Some(error.to_wire().message);
        let form = page_about(error, &SignInPage { going: &going, login, problem }, Some(&going));
        with_cookies([door.cookies.probe()], form)
    };
    let from_page = home.asking().from_page || !form.get("form").is_empty();
    if from_page && !CookieNames::are_kept(&headers) {
        return again(Error::CookiesBlocked);
    }
    let request = SignInRequest {
        login: login.to_owned(),
        password: form.get("password").to_owned(),
        device_secret: None,
        device: None,
    };
    match home.sign_in(request).await {
        Ok(signed_in) => with_cookies(door.cookies.give(&signed_in), go_by("/who", &going)),
        Err(Error::SetupRequired) => go_to("/"),
        Err(error) => again(error),
    }
}

fn with_cookies(cookies: impl IntoIterator<Item = HeaderValue>, answer: Response) -> Response {
    (AppendHeaders(cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie))), answer).into_response()
}
