//! `/recover`: choosing a new password in place of a forgotten one, with a code printed on the home's own computer.

use askama::Template;
use axum::response::Response;

use super::fields::Fields;
use super::{Message, page, page_about};
use crate::home::Home;
use crate::home::here::Here;
use crate::wire::{Recovered, Recovery};

#[derive(Default, Template)]
#[template(path = "recover.html")]
struct RecoverPage<'a> {
    code: &'a str,
    problem: Option<String>,
}

/// Asks for the code and the new password.
pub async fn show() -> Response {
    page(&RecoverPage::default(), None)
}

/// Chooses the new password.
pub async fn recover(home: Here, form: Fields) -> Response {
    let code = form.get("code");
    let request = Recovery {
        code: code.to_owned(),
        new_password: form.get("new_password").to_owned(),
        sign_out_everything: !form.get("sign_out_everything").is_empty(),
    };
    match home.recover(request).await {
        Ok(Recovered { login, signed_out }) => {
            let message = Message {
                title: "The password is new",
                is_good: true,
                text: match signed_out {
                    0 => format!("Sign in as {login} with it. Devices that were signed in still are."),
                    1 => format!("One device was signed out. Sign in as {login} with the new password."),
                    many => {
                        format!("{many} devices were signed out. Sign in as {login} with the new password.")
                    }
                },
                link: Some(("/sign-in".into(), "Sign in")),
            };
            page(&message, None)
        }
        Err(error) => {
            let problem = Some(error.to_wire().message);
            page_about(error, &RecoverPage { code, problem }, None)
        }
    }
}
