//! One call to a Keycloak: the client signs in, and reads the realm with the token that it was given.

use std::collections::{BTreeSet, HashSet};

use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::{asked, rows};
use super::says::{Consent, Event, Session, User};
use crate::model::Promise;
use crate::services::{Answer, Ask, FailedSignIn, Line, Person, SignIn, Trouble, told};

/// How many people or events are asked for at once.
const A_PAGE: usize = 100;

/// How many people's sign-ins are read one by one at most: a household has fewer.
const MOST_PEOPLE: usize = 2_000;

/// Behind the id of a session that stays while its person is away. It has the id of the one that it was made from.
pub(super) const OFFLINE: &str = "/offline";

pub(super) const NO_READING: &str = "the role view-users of realm-management is missing";

pub(super) const NO_FAILURES: &str =
    "It may not read which sign-ins failed: the role view-events of realm-management is missing.";

#[derive(Deserialize)]
struct Issued {
    access_token: String,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default, deserialize_with = "told::soft")]
    error: Option<String>,
}

/// One call's way in: the token it was given, which goes with it.
pub(super) struct Signed<'a> {
    line: &'a Line,
    realm: &'a str,
    token: String,
}

pub(super) fn realm(line: &Line) -> &str {
    // The one that every Keycloak has: to ask whether it is one before anybody said which realm.
    Some(line.keys().get("realm").trim()).filter(|realm| !realm.is_empty()).unwrap_or("master")
}

pub(super) fn error_of(answer: &Answer) -> String {
    answer.json::<Refusal>().ok().and_then(|refusal| refusal.error).unwrap_or_default()
}

pub(super) fn no_realm() -> Trouble {
    Trouble::odd("it has no realm of that name; look at the top left of its admin console how it is written")
}

impl<'a> Signed<'a> {
    /// Signs the client in (RFC 6749, section 4.4).
    pub async fn in_at(line: &'a Line) -> Result<Self, Trouble> {
        let realm = realm(line);
        let keys = line.keys();
        let ask = Ask::post(&["realms", realm, "protocol", "openid-connect", "token"]).form(&[
            ("grant_type", "client_credentials"),
            ("client_id", keys.get("client_id")),
            ("client_secret", keys.get("client_secret")),
        ]);
        let answer = line.ask(ask).await?;
        match answer.status {
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => match error_of(&answer).as_str() {
                "invalid_client" | "unauthorized_client" => Err(Trouble::KeyRefused),
                _ => Err(answer.good().err().unwrap_or(Trouble::KeyRefused)),
            },
            StatusCode::NOT_FOUND if error_of(&answer) == "Realm does not exist" => Err(no_realm()),
            _ => {
                let Issued { access_token: token } = answer.good()?.json()?;
                Ok(Self { line, realm, token })
            }
        }
    }

    /// What is asked for below the realm, as its administrator.
    pub fn ask(&self, path: &[&str]) -> Ask {
        let whole: Vec<&str> = ["admin", "realms", self.realm].iter().chain(path).copied().collect();
        Ask::get(&whole).bearer(&self.token)
    }

    pub async fn read<T: DeserializeOwned>(&self, ask: Ask, missing: &str) -> Result<T, Trouble> {
        asked::permitted(self.line.ask(ask).await?, missing)?.json()
    }

    pub async fn users(&self, first: usize, most: usize) -> Result<Vec<User>, Trouble> {
        let ask = self
            .ask(&["users"])
            .query("first", first.to_string())
            .query("max", most.to_string())
            .query("briefRepresentation", "true");
        self.read(ask, NO_READING).await
    }

    /// Everybody in the realm. A page may be shorter than was asked for, so only an empty one is the last.
    pub async fn everybody(&self) -> Result<Vec<(Person, bool)>, Trouble> {
        let mut all = Vec::new();
        let mut seen = HashSet::new();
        let mut first = 0;
        loop {
            let users = self.users(first, A_PAGE).await?;
            if users.is_empty() {
                return Ok(all);
            }
            let mut is_known = true;
            for user in users {
                let is_out_of_reach = user.is_out_of_reach();
                let id = rows::told_id(user.id)?;
                if seen.insert(id.clone()) {
                    is_known = false;
                    let name = rows::said(user.username).unwrap_or_else(|| id.clone());
                    all.push((Person { id, name }, is_out_of_reach));
                }
            }
            if is_known {
                return Err(Trouble::odd("the pages of its list of people repeat themselves"));
            }
            if all.len() > MOST_PEOPLE {
                return Err(Trouble::odd("it has more people than a household; Latchkey reads up to 2,000"));
            }
            first += A_PAGE;
        }
    }

    /// A list about somebody; empty when they are gone.
    async fn of_person<T: DeserializeOwned>(
        &self,
        person_id: &str,
        path: &[&str],
    ) -> Result<Vec<T>, Trouble> {
        let whole: Vec<&str> = ["users", person_id].iter().chain(path).copied().collect();
        let answer = self.line.ask(self.ask(&whole)).await?;
        let is_gone = answer.status == StatusCode::NOT_FOUND
            && matches!(error_of(&answer).as_str(), "User not found" | "Client not found");
        if is_gone {
            return Ok(Vec::new());
        }
        asked::permitted(answer, NO_READING)?.json()
    }

    /// All sessions of a person.
    pub async fn sign_ins(&self, person: &Person, promise: Promise) -> Result<Vec<SignIn>, Trouble> {
        let own_client = self.line.keys().get("client_id");
        let mut sign_ins = Vec::new();
        for session in self.of_person::<Session>(&person.id, &["sessions"]).await? {
            sign_ins.push(session.sign_in("", person, own_client, promise)?);
        }
        let consents: Vec<Consent> = self.of_person(&person.id, &["consents"]).await?;
        let grants = consents.into_iter().filter_map(|consent| consent.additional_grants).flatten();
        let clients: BTreeSet<String> = grants.filter_map(|grant| rows::said(grant.client)).collect();
        for client in clients {
            for session in self.of_person::<Session>(&person.id, &["offline-sessions", &client]).await? {
                sign_ins.push(session.sign_in(OFFLINE, person, own_client, promise)?);
            }
        }
        Ok(sign_ins)
    }

    pub async fn failed_page(&self, first: usize, most: usize) -> Result<Vec<Event>, Trouble> {
        let ask = self
            .ask(&["events"])
            .query("type", "LOGIN_ERROR")
            .query("first", first.to_string())
            .query("max", most.to_string());
        self.read(ask, NO_FAILURES).await
    }

    /// What failed since the cursor, the newest first, as far as the client may read it.
    pub async fn failed(&self, cursor: Option<&str>) -> Result<Vec<FailedSignIn>, Trouble> {
        let told = asked::ToldFailures::of(cursor);
        let mut all = Vec::new();
        let mut first = 0;
        for _ in 0..asked::MOST_PAGES_OF_FAILURES {
            let events = match self.failed_page(first, A_PAGE).await {
                Ok(events) => events,
                Err(Trouble::TooFewRights { .. }) => return Ok(Vec::new()),
                Err(trouble) => return Err(trouble),
            };
            let is_last = events.len() < A_PAGE;
            let here: Vec<FailedSignIn> = events.into_iter().filter_map(Event::failed).collect();
            // At a first look nothing is told: the newest are enough to know where to go on.
            let goes_on = told.as_ref().is_some_and(|told| here.iter().all(|failed| told.is_new(failed)));
            all.extend(here);
            if is_last || !goes_on {
                break;
            }
            first += A_PAGE;
        }
        Ok(all)
    }
}
