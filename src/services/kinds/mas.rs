//! Matrix Authentication Service, as its administrator: the sessions that it gave out for a homeserver, its own browser sessions, and the
//! tokens that programs have. What a Matrix device is, is an OAuth 2.0 or a compatibility session here.

mod access;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use async_trait::async_trait;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use self::access::{ADMIN, Access};
use super::rows;
use crate::model::{DeclaredDevice, Nature, Promise};
use crate::services::{
    About, Ask, Ending, Field, KeyHolder, Kind, Line, Look, Person, Server, SignIn, Tells, Trouble, USUALLY,
    told,
};

/// Matrix Authentication Service.
pub struct Mas;

static ABOUT: About = About {
    key: "mas",
    name: "Matrix Authentication Service",
    how_to: &[
        "Open the configuration file of Matrix Authentication Service on its server.",
        "Under http, listeners, resources, add \"- name: adminapi\" beside \"- name: oauth\".",
        "Under clients, add one for Latchkey: a client_id (26 letters and digits), client_auth_method: client_secret_basic, and a long random client_secret.",
        "Under policy, data, admin_clients, add that client_id. Then restart it.",
        "Give its client_id and its client_secret here. Or leave the client empty and give a personal access token (mpt_…) called Latchkey with the scope urn:mas:admin.",
    ],
    fields: &[
        Field {
            name: "client_id",
            label: "Client id, unless it is a personal access token",
            secret: false,
            optional: true,
        },
        Field {
            name: "key",
            label: "Client secret, or personal access token",
            secret: true,
            optional: false,
        },
    ],
    ports: &[8080],
    mdns: None,
    fixed_url: None,
    tells: Tells {
        everybody: true,
        address: true,
        client: true,
        since: true,
        last_active: true,
        failed: false,
        pushes: false,
    },
    promise: WITHIN,
    limits: &[
        "The scope urn:mas:admin can do everything there; it has none that may do less.",
        "Ending a browser's sign-in to its own pages ends no Matrix device: that is a row of its own.",
        "The homeserver may take a device's token for up to two minutes more.",
        "With a device the keys of its encrypted messages are gone. Make sure that another device or a key backup has them.",
        "Programs with a secret of their own in its configuration sign in again by themselves: take them out there.",
        "It does not tell of sign-ins that failed.",
    ],
    every: USUALLY,
};

/// For so long the homeserver may remember that a token is good.
const WITHIN: Promise = Promise::Within { within_s: 120 };

/// What it has lists of, and how one of each is ended.
static LISTS: [List; 4] = [
    List { name: "oauth2-sessions", ends_by: "finish", is_always: true },
    List { name: "compat-sessions", ends_by: "finish", is_always: true },
    List { name: "user-sessions", ends_by: "finish", is_always: true },
    List { name: "personal-sessions", ends_by: "revoke", is_always: false },
];

struct List {
    name: &'static str,
    ends_by: &'static str,
    /// Older versions lack the others.
    is_always: bool,
}

/// What stands before the id of a client all of whose sessions are one row.
const CLIENT: &str = "client";

#[async_trait]
impl Kind for Mas {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    async fn identify(&self, line: &Line) -> Result<Server, Trouble> {
        // Without a token it says in its own way that one is missing.
        let answer = line.ask(Ask::get(&["api", "admin", "v1", "version"])).await?;
        if matches!(answer.status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED)
            && answer.json::<access::Faults>().is_ok_and(|faults| !faults.errors.is_empty())
        {
            return Ok(Server { version: None, name: None, id: None });
        }
        if answer.status.is_server_error() || answer.status == StatusCode::TOO_MANY_REQUESTS {
            answer.good()?;
        }
        let pages = line.ask(Ask::get(&[".well-known", "openid-configuration"])).await?;
        Err(if pages.status.is_success() && pages.json::<Discovery>().is_ok_and(|it| it.is_mas()) {
            Trouble::odd(access::NO_ADMIN_API)
        } else {
            Trouble::OtherKind { expected: ABOUT.name }
        })
    }

    async fn try_key(&self, line: &Line) -> Result<KeyHolder, Trouble> {
        let mut access = Access::anew(line).await?;
        access.prove().await?;
        Ok(KeyHolder { person: None, lacks: Vec::new() })
    }

    async fn look(&self, line: &Line, _cursor: Option<&str>) -> Result<Look, Trouble> {
        let mut access = Access::open(line).await?;
        let users: BTreeMap<String, String> = access
            .all::<User>("users", "active")
            .await?
            .unwrap_or_default()
            .into_iter()
            .map(|user| (user.id, user.attributes.username))
            .collect();
        let mut sign_ins = Vec::new();
        for list in &LISTS {
            let sessions = access.all::<Session>(list.name, "active").await?;
            if sessions.is_none() && list.is_always {
                return Err(Trouble::odd("one of its lists is not there"));
            }
            for session in sessions.unwrap_or_default() {
                if session.attributes.is_over() {
                    continue;
                }
                sign_ins.push(session.attributes.into_sign_in(list.name, &session.id, line, &users));
            }
        }
        Ok(Look { sign_ins: rows::one_of_each(sign_ins), failed: Vec::new(), cursor: None })
    }

    async fn end(&self, line: &Line, which: &Ending) -> Result<(), Trouble> {
        let (list, id) = parts(&which.external_id)?;
        let Some(list) = list else {
            let why =
                "it is a program with a secret of its own; take it out of the configuration there".to_owned();
            return Err(Trouble::Refused { why });
        };
        let mut access = Access::open(line).await?;
        if list.name == "personal-sessions" {
            let found = access.one::<Session>(list.name, id).await?;
            if found.is_some_and(|session| session.attributes.is_own_token(line)) {
                let why = "by this one Latchkey reads the service; take it away there".to_owned();
                return Err(Trouble::Refused { why });
            }
        }
        access.end(list.name, id, list.ends_by).await
    }

    async fn is_there(&self, line: &Line, which: &Ending) -> Result<bool, Trouble> {
        let (list, id) = parts(&which.external_id)?;
        let Some(list) = list else {
            return Ok(self
                .look(line, None)
                .await?
                .sign_ins
                .iter()
                .any(|it| it.external_id == which.external_id));
        };
        let found = Access::open(line).await?.one::<Session>(list.name, id).await?;
        Ok(found.is_some_and(|session| !session.attributes.is_over()))
    }
}

/// The list and the id there that an external id names; no list for a client's.
fn parts(external_id: &str) -> Result<(Option<&'static List>, &str), Trouble> {
    let unknown = || Trouble::odd("this is the id of no session");
    let (name, id) = external_id.split_once('/').ok_or_else(unknown)?;
    if name == CLIENT {
        return Ok((None, id));
    }
    let list = LISTS.iter().find(|list| list.name == name).ok_or_else(unknown)?;
    Ok((Some(list), id))
}

#[derive(Deserialize)]
struct User {
    username: String,
}

/// What its pages say of themselves to those who sign people in by them.
#[derive(Deserialize)]
struct Discovery {
    #[serde(default, deserialize_with = "told::soft")]
    account_management_actions_supported: Option<Vec<Value>>,
}

impl Discovery {
    fn is_mas(&self) -> bool {
        let actions = self.account_management_actions_supported.as_deref().unwrap_or_default();
        actions.iter().any(|action| action.as_str().is_some_and(|action| action.starts_with("org.matrix.")))
    }
}

/// A session of any of the lists: each has some of these.
#[derive(Deserialize)]
struct Session {
    #[serde(default, deserialize_with = "told::soft")]
    user_id: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    actor_user_id: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    client_id: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    device_id: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    scope: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    human_name: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    user_agent: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    created_at: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    last_active_at: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    last_active_ip: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    finished_at: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    revoked_at: Option<String>,
}

impl Session {
    fn is_over(&self) -> bool {
        self.finished_at.is_some() || self.revoked_at.is_some()
    }

    /// The Matrix device that it is.
    fn device(&self) -> Option<&str> {
        let of_scope = || {
            self.scope.as_deref()?.split_whitespace().find_map(|scope| {
                scope
                    .strip_prefix("urn:matrix:client:device:")
                    .or_else(|| scope.strip_prefix("urn:matrix:org.matrix.msc2967.client:device:"))
            })
        };
        self.device_id.as_deref().or_else(of_scope).filter(|device| !device.is_empty())
    }

    fn is_admin(&self) -> bool {
        self.scope.as_deref().is_some_and(|scope| scope.split_whitespace().any(|one| one == ADMIN))
    }

    /// Whether it is the personal access token that is the key. It does not say which one that is: an administrator's called Latchkey.
    fn is_own_token(&self, line: &Line) -> bool {
        let is_called_so =
            self.human_name.as_deref().is_some_and(|name| name.trim().eq_ignore_ascii_case("latchkey"));
        line.keys().get("client_id").is_empty() && is_called_so && self.is_admin()
    }

    fn into_sign_in(self, list: &str, id: &str, line: &Line, users: &BTreeMap<String, String>) -> SignIn {
        let user = if list == "personal-sessions" { &self.actor_user_id } else { &self.user_id };
        let person =
            user.as_ref().map(|id| Person { id: id.clone(), name: users.get(id).unwrap_or(id).clone() });
        let own_client = line.keys().get("client_id");
        // A client with a secret makes a session of its own each time it needs a token: all of them are one row.
        let client = self.client_id.as_deref().filter(|_| list == "oauth2-sessions" && person.is_none());
        let (nature, promise) = match (list, client) {
            (_, Some(client)) if client == own_client => (Nature::Own, Promise::Nothing),
            (_, Some(_)) => (Nature::Integration, Promise::Nothing),
            ("personal-sessions", _) if self.is_own_token(line) => (Nature::Own, Promise::Nothing),
            ("personal-sessions", _) => (Nature::Integration, WITHIN),
            ("user-sessions", _) => (Nature::Person, Promise::AtOnce),
            _ => (Nature::Person, WITHIN),
        };
        let external_id =
            client.map_or_else(|| format!("{list}/{id}"), |client| format!("{CLIENT}/{client}"));
        let owner = person.as_ref().map_or("", |person| person.id.as_str());
        let client_id = self.device().map(|device| format!("{owner}/{device}"));
        let is_pages = list == "user-sessions";
        SignIn {
            client_id,
            says: DeclaredDevice {
                name: self.human_name.filter(|name| !name.trim().is_empty()),
                app: is_pages.then(|| "Account pages".to_owned()),
                ..DeclaredDevice::default()
            },
            address: self.last_active_ip.as_deref().and_then(told::address),
            signed_in_at: self.created_at.as_deref().and_then(told::moment),
            last_active_at: self.last_active_at.as_deref().and_then(told::moment),
            user_agent: self.user_agent,
            person,
            nature,
            ..SignIn::of(external_id, promise)
        }
    }
}
