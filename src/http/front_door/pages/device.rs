//! `/device`: typing in the code that a TV or box shows, and letting it in (RFC 8628 section 3.3).
//!
//! What the device calls itself is quoted and never says anything by itself: the sentences are ours. A link brings up the
//! device that it names only when that is on the line of whoever follows it; the code of any other is typed (section 5.4).

use askama::Template;
use axum::http::Uri;
use axum::response::Response;

use super::fields::{Fields, asked};
use super::kinds::{kind, kind_title};
use super::return_address::ReturnAddress;
use super::{Message, go_by, page, page_about};
use crate::error::{Error, Result};
use crate::home::Home;
use crate::home::here::Here;
use crate::model::{Pin, PlaceScope, ProfileId, ProfileKind};
use crate::wire::{CodeAnswer, CodeDecision, CodeNearness, PendingCode, Profile, Proof};

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage<'a> {
    user_code: &'a str,
    problem: Option<String>,
    /// Whether a link brought a code that is to be typed.
    is_to_be_typed: bool,
}

impl<'a> CodePage<'a> {
    fn empty() -> Self {
        Self { user_code: "", problem: None, is_to_be_typed: false }
    }

    fn with_problem(user_code: &'a str, problem: String) -> Self {
        Self { user_code, problem: Some(problem), is_to_be_typed: false }
    }
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage<'a> {
    waiting: &'a PendingCode,
    choice: Choice,
    /// What is asked for besides, when nothing was proven lately.
    proof: Option<&'static str>,
    problem: Option<String>,
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
    /// What sort of device it is, in the middle of a sentence.
    fn kind(&self) -> &'static str {
        kind(self.device_kind)
    }

    /// What sort of device it is, by itself.
    fn kind_title(&self) -> String {
        kind_title(self.device_kind)
    }

    /// Where it asks from, in the middle of a sentence.
    fn asks_from(&self) -> String {
        match self.place.scope {
            PlaceScope::Located => format!("near {}", self.place.label),
            PlaceScope::HomeNetwork => "the home network".to_owned(),
            PlaceScope::ThisComputer => "the computer that Latchkey runs on".to_owned(),
            PlaceScope::Unknown => "an unknown place".to_owned(),
        }
    }

    /// Whether it is on the line of whoever decides, in a sentence.
    fn nearness(&self) -> String {
        let place = self.asks_from();
        match self.nearness {
            CodeNearness::SameLine => "It is on the same network as the device you are using.".to_owned(),
            CodeNearness::Elsewhere => format!("It is NOT on your network: it asks from {place}."),
            CodeNearness::Unknown => format!("It is not known to be on your network: it asks from {place}."),
        }
    }

    /// Whether it is on the line of whoever decides.
    fn is_near(&self) -> bool {
        self.nearness == CodeNearness::SameLine
    }

    /// Whether its place was looked up in a database, so that it is only near there.
    fn is_located(&self) -> bool {
        self.place.scope == PlaceScope::Located
    }
}

/// Asks for the code, or shows the device that waits with it, if that is near.
pub async fn show(home: Here, uri: Uri) -> Response {
    let user_code = asked(&uri, "user_code");
    match look_up(&home, &user_code).await {
        Ok(Some(Shown { waiting, choice, proof })) if waiting.is_near() => {
            page(&ConfirmPage { waiting: &waiting, choice, proof, problem: None }, None)
        }
        Ok(Some(_)) => page(&CodePage { is_to_be_typed: true, ..CodePage::empty() }, None),
        Ok(None) => page(&CodePage::empty(), None),
        // What a link brought is not put into the field, whatever it is.
        Err(error) => refuse(&home, &user_code, "", error).await,
    }
}

/// Shows the device that waits with the code that was typed; lets it in, or not.
pub async fn answer(home: Here, form: Fields) -> Response {
    let user_code = form.get("user_code");
    let done = if form.get("decision") == "look" {
        look_up(&home, user_code).await.map(|found| match found {
            Some(Shown { waiting, choice, proof }) => {
                page(&ConfirmPage { waiting: &waiting, choice, proof, problem: None }, None)
            }
            None => page(&CodePage::empty(), None),
        })
    } else {
        decide(&home, user_code, &form).await.map(|message| page(&message, None))
    };
    match done {
        Ok(page) => page,
        Err(error) => refuse(&home, user_code, user_code, error).await,
    }
}

/// A device that waits, and what whoever decides chooses and proves.
struct Shown {
    waiting: PendingCode,
    choice: Choice,
    proof: Option<&'static str>,
}

async fn look_up(home: &Here, user_code: &str) -> Result<Option<Shown>> {
    home.caller().await?.manager()?;
    if user_code.trim().is_empty() {
        return Ok(None);
    }
    let waiting = home.pending_code(user_code.to_owned()).await?;
    let session = home.session().await?;
    let choice = Choice::among(session.profiles, session.profile.map(|profile| profile.id));
    let proof = home.wanted_proof().await?.map(|whose| match whose {
        Some(_) => "Your PIN, or the account’s password",
        None => "The account’s password",
    });
    Ok(Some(Shown { waiting, choice, proof }))
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
    let proof = proof_of(form.get("proof"), home.wanted_proof().await?.flatten().is_some());
    home.answer_code(CodeAnswer { user_code: user_code.to_owned(), decision, profile_id, proof }).await?;
    let kind = waiting.kind();
    let link = Some(("/".into(), "Open Latchkey"));
    Ok(match decision {
        CodeDecision::Allow => Message {
            title: "It’s in",
            is_good: true,
            text: format!("The {kind} goes on by itself in a few seconds. You can close this page."),
            link,
        },
        CodeDecision::Deny => Message {
            title: "Not let in",
            is_good: false,
            text: format!(
                "The {kind} stays outside. If you did not expect it, nothing more needs doing: its code is used up."
            ),
            link,
        },
    })
}

/// What was typed into the one field for both: a PIN has four to eight digits.
fn proof_of(typed: &str, may_be_pin: bool) -> Proof {
    let typed = Some(typed.to_owned()).filter(|typed| !typed.is_empty());
    let is_pin = |typed: &String| may_be_pin && Pin::parse(typed).is_ok();
    if typed.as_ref().is_some_and(is_pin) {
        Proof { pin: typed, password: None }
    } else {
        Proof { pin: None, password: typed }
    }
}

/// Why not, and what to do about it. Whoever has to sign in first comes back with the code; `typed` is what the field
/// shows again.
async fn refuse(home: &Here, user_code: &str, typed: &str, error: Error) -> Response {
    let back = || {
        let code: String = url::form_urlencoded::byte_serialize(user_code.as_bytes()).collect();
        ReturnAddress::path(if code.is_empty() {
            "/device".to_owned()
        } else {
            format!("/device?user_code={code}")
        })
    };
    match error {
        Error::NotSignedIn | Error::SessionEnded | Error::TokenReplaced | Error::TokenExpired => {
            go_by("/sign-in", &back())
        }
        Error::ProfileRequired | Error::PinProfileRequired => go_by("/who", &back()),
        error @ (Error::ProofRequired { .. } | Error::WrongPin | Error::WrongPassword) => {
            let problem = error.to_wire().message;
            match look_up(home, user_code).await {
                Ok(Some(Shown { waiting, choice, proof })) => {
                    let problem = Some(problem);
                    page_about(error, &ConfirmPage { waiting: &waiting, choice, proof, problem }, None)
                }
                _ => page_about(error, &CodePage::with_problem(typed, problem), None),
            }
        }
        Error::KidsProfile => {
            let message = Message {
                title: "This is for grown-ups",
                is_good: false,
                text: whom_to_ask(home).await,
                link: Some(("/who?return=/device".into(), "Somebody else is here")),
            };
            page_about(Error::KidsProfile, &message, None)
        }
        error => {
            let problem = error.to_wire().message;
            page_about(error, &CodePage::with_problem(typed, problem), None)
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
