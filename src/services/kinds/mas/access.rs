//! Asking Matrix Authentication Service's admin API: by a personal access token, or by tokens that a client's secret gets, five minutes
//! each. Every such token is a session there until it is given back: one is used for as long as it is good, and then given back.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::services::{Answer, Ask, Line, Trouble, told};

/// What to do where the admin API is not to be had.
pub(super) const NO_ADMIN_API: &str = "it is Matrix Authentication Service, without its admin API: add \"- name: adminapi\" to the resources \
                                       of this listener in its configuration, and restart it";

/// The scope of an administrator.
pub(super) const ADMIN: &str = "urn:mas:admin";

/// How many sessions are asked for at once.
const PAGE: &str = "500";

/// How many pages there may be.
const MOST_PAGES: usize = 1000;

/// A token that is good for less than this is given back: by the next look it might be too late for that.
const TOO_SHORT: Duration = Duration::from_secs(90);

/// How long a token is good, where it is not said.
const USUALLY_GOOD: Duration = Duration::from_mins(5);

/// Tokens that were got by a secret, under the hash of who asked with which.
static HELD: Mutex<BTreeMap<[u8; 32], Held>> = Mutex::new(BTreeMap::new());

#[derive(Clone)]
struct Held {
    token: String,
    /// By the clock that goes on evenly.
    until: Duration,
}

/// A way in, for one errand.
pub(super) struct Access<'a> {
    line: &'a Line,
    token: String,
    /// Whether the token may have been ended meanwhile, which says nothing against the secret.
    is_held: bool,
}

impl<'a> Access<'a> {
    /// By the token that there is, if one is good for a while.
    pub(super) async fn open(line: &'a Line) -> Result<Self, Trouble> {
        let Some(held) = held(line) else { return Self::anew(line).await };
        let left = held.until.saturating_sub(line.clock().elapsed());
        if left >= TOO_SHORT {
            return Ok(Self { line, token: held.token, is_held: true });
        }
        forget(line);
        if left > Duration::ZERO {
            // What comes of it changes nothing: it ends by itself.
            let body = [("token", held.token.as_str()), ("token_type_hint", "access_token")];
            let _ = line.ask(as_client(line, Ask::post(&["oauth2", "revoke"])).form(&body)).await;
        }
        Self::anew(line).await
    }

    /// By showing the key.
    pub(super) async fn anew(line: &'a Line) -> Result<Self, Trouble> {
        let key = line.keys().get("key");
        if key.is_empty() {
            return Err(Trouble::KeyRefused);
        }
        if !is_client(line) {
            return Ok(Self { line, token: key.to_owned(), is_held: false });
        }
        let body = [("grant_type", "client_credentials"), ("scope", ADMIN)];
        let answer = line.ask(as_client(line, Ask::post(&["oauth2", "token"])).form(&body)).await?;
        let got: Got = match answer.status {
            StatusCode::FORBIDDEN => {
                return Err(Trouble::TooFewRights {
                    missing: "the client has to be among policy.data.admin_clients in the configuration"
                        .to_owned(),
                });
            }
            StatusCode::NOT_FOUND => {
                return Err(Trouble::odd(
                    "it has no oauth beside its admin API here; give the address that has both",
                ));
            }
            _ => answer.good()?.json()?,
        };
        let lasts = got.expires_in.map_or(USUALLY_GOOD, Duration::from_secs);
        remember(
            line,
            Held { token: got.access_token.clone(), until: line.clock().elapsed().saturating_add(lasts) },
        );
        Ok(Self { line, token: got.access_token, is_held: false })
    }

    async fn ask(&mut self, ask: Ask) -> Result<Answer, Trouble> {
        let answer = self.line.ask(ask.clone().bearer(&self.token)).await?;
        if answer.status != StatusCode::UNAUTHORIZED || !self.is_held {
            return Ok(answer);
        }
        forget(self.line);
        *self = Self::anew(self.line).await?;
        self.line.ask(ask.bearer(&self.token)).await
    }

    /// Whether the key may do what is needed, by what is least.
    pub(super) async fn prove(&mut self) -> Result<(), Trouble> {
        let answer = self.ask(Ask::get(&["api", "admin", "v1", "version"])).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Err(Trouble::odd(NO_ADMIN_API));
        }
        good(answer)?.json::<Version>().map(drop)
    }

    /// All of a list that have a status; `None` where this version has no such list.
    pub(super) async fn all<T: DeserializeOwned>(
        &mut self,
        list: &str,
        status: &str,
    ) -> Result<Option<Vec<Resource<T>>>, Trouble> {
        let mut all: Vec<Resource<T>> = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut ask = Ask::get(&["api", "admin", "v1", list])
                .query("page[first]", PAGE)
                .query("count", "false")
                .query("filter[status]", status);
            if let Some(after) = &after {
                ask = ask.query("page[after]", after.as_str());
            }
            let answer = self.ask(ask).await?;
            if answer.status == StatusCode::NOT_FOUND {
                return if all.is_empty() { Ok(None) } else { Err(Trouble::odd("a list of it broke off")) };
            }
            let page: Page<T> = good(answer)?.json()?;
            let newest = page.data.last().map(|resource| resource.id.clone());
            all.extend(page.data);
            // The address that it gives for the next page is not followed; that there is one is believed.
            if page.links.and_then(|links| links.next).is_none() {
                return Ok(Some(all));
            }
            // Its ids are ordered, and pages follow that order.
            if newest.is_none() || newest <= after {
                return Err(Trouble::odd("a list of it comes back to where it was"));
            }
            after = newest;
        }
        Err(Trouble::odd("a list of it has no end"))
    }

    /// One of a list; `None` where it never was.
    pub(super) async fn one<T: DeserializeOwned>(
        &mut self,
        list: &str,
        id: &str,
    ) -> Result<Option<Resource<T>>, Trouble> {
        let answer = self.ask(Ask::get(&["api", "admin", "v1", list, id])).await?;
        if answer.status == StatusCode::NOT_FOUND && answer.json::<Faults>().is_ok() {
            return Ok(None);
        }
        let found: Single<T> = good(answer)?.json()?;
        if found.data.id == id {
            Ok(Some(found.data))
        } else {
            Err(Trouble::odd("it answers with another session"))
        }
    }

    /// Ends one of a list. One that is over already is none to be refused; whether it is, is read back.
    pub(super) async fn end(&mut self, list: &str, id: &str, how: &str) -> Result<(), Trouble> {
        let answer = self.ask(Ask::post(&["api", "admin", "v1", list, id, how])).await?;
        let is_over =
            matches!(answer.status, StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::CONFLICT);
        if is_over && answer.json::<Faults>().is_ok() {
            return Ok(());
        }
        good(answer).map(drop)
    }
}

/// The answer, where it is a good one. It says 401 of a token without the scope, too.
fn good(answer: Answer) -> Result<Answer, Trouble> {
    let lacks_scope = |faults: Faults| faults.errors.iter().any(|fault| fault.title.contains(ADMIN));
    if answer.status == StatusCode::UNAUTHORIZED && answer.json().is_ok_and(lacks_scope) {
        return Err(Trouble::TooFewRights {
            missing: "the token has to have the scope urn:mas:admin".to_owned(),
        });
    }
    answer.good()
}

fn is_client(line: &Line) -> bool {
    !line.keys().get("client_id").is_empty()
}

/// With the client's own secret (RFC 6749, 2.3.1).
fn as_client(line: &Line, ask: Ask) -> Ask {
    let pair = format!("{}:{}", line.keys().get("client_id"), line.keys().get("key"));
    ask.header("authorization", &format!("Basic {}", STANDARD.encode(pair)))
}

fn name_of(line: &Line) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(line.keys().get("client_id"));
    hash.update([0_u8]);
    hash.update(line.keys().get("key"));
    hash.finalize().into()
}

fn held(line: &Line) -> Option<Held> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner).get(&name_of(line)).cloned()
}

fn forget(line: &Line) {
    HELD.lock().unwrap_or_else(PoisonError::into_inner).remove(&name_of(line));
}

fn remember(line: &Line, held: Held) {
    HELD.lock().unwrap_or_else(PoisonError::into_inner).insert(name_of(line), held);
}

#[derive(Deserialize)]
struct Got {
    access_token: String,
    #[serde(default, deserialize_with = "told::soft")]
    expires_in: Option<u64>,
}

#[derive(Deserialize)]
struct Version {
    #[serde(rename = "version")]
    _version: String,
}

#[derive(Deserialize)]
struct Page<T> {
    data: Vec<Resource<T>>,
    #[serde(default, deserialize_with = "told::soft")]
    links: Option<Links>,
}

#[derive(Deserialize)]
struct Links {
    #[serde(default, deserialize_with = "told::soft")]
    next: Option<String>,
}

#[derive(Deserialize)]
struct Single<T> {
    data: Resource<T>,
}

#[derive(Deserialize)]
pub(super) struct Resource<T> {
    pub(super) id: String,
    pub(super) attributes: T,
}

/// How it says what is wrong.
#[derive(Deserialize)]
pub(super) struct Faults {
    pub(super) errors: Vec<Fault>,
}

#[derive(Deserialize)]
pub(super) struct Fault {
    title: String,
}
