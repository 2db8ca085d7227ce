//! Immich (2 and 3): photographs. A key shows and ends the sign-ins of its own person; an administrator's may show everybody's besides,
//! and end none of those.

use std::collections::HashSet;

use async_trait::async_trait;
use http::StatusCode;
use serde::Deserialize;
use uuid::Uuid;

use super::{asked, rows};
use crate::model::{DeclaredDevice, Nature, Promise};
use crate::services::{
    About, Ask, Ending, KEY, KeyHolder, Kind, Line, Look, Person, Server, SignIn, Tells, Trouble, USUALLY,
    told,
};

/// Immich.
pub struct Immich;

static ABOUT: About = About {
    key: "immich",
    name: "Immich",
    how_to: &[
        "Sign in to Immich in a browser as the person whose sign-ins you want to see.",
        "Open your picture at the top right, then Account Settings, then API Keys.",
        "Choose New API Key and call it Latchkey.",
        "Tick only session.read and session.delete, create it, and copy the key that is shown once.",
        "Everybody in the household makes a key of their own: only with it can their sign-ins be ended.",
        "An administrator may also tick adminSession.read and adminUser.read to see everybody's sign-ins.",
    ],
    fields: &[KEY],
    ports: &[2283],
    mdns: None,
    fixed_url: None,
    tells: Tells {
        everybody: false,
        address: false,
        client: true,
        since: true,
        last_active: true,
        failed: false,
        pushes: false,
    },
    promise: Promise::AtOnce,
    limits: &[
        "A key shows the sign-ins of the person who made it. An administrator's can show everybody's, and end only their own.",
        "Immich does not say from which address a sign-in is used, and it notes the last use once an hour at most.",
        "API keys are no sign-ins: they are not listed here and stay good.",
        "Sign-ins that failed are only in Immich's own log.",
    ],
    every: USUALLY,
};

const READ: &str = "session.read";
const END: &str = "session.delete";
const READ_ALL: [&str; 2] = ["adminSession.read", "adminUser.read"];
const READ_ME: &str = "user.read";

const ENDS_NONE: &str = "It can show sign-ins and end none: for that, each person makes a key with session.read and session.delete.";

/// Before the id of a key in a cursor: its person is no administrator. Asking again would fill Immich's log with warnings.
const NO_ADMINISTRATOR: &str = "no administrator: ";

#[derive(Deserialize)]
struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

#[derive(Deserialize)]
struct Ping {
    res: String,
}

#[derive(Deserialize)]
struct OwnKey {
    #[serde(default, deserialize_with = "told::soft")]
    id: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    permissions: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct User {
    #[serde(default, deserialize_with = "told::soft")]
    id: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    name: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    email: Option<String>,
}

impl User {
    fn person(self) -> Result<Person, Trouble> {
        let id = rows::told_id(self.id)?;
        let name = rows::said(self.name).or(rows::said(self.email)).unwrap_or_else(|| id.clone());
        Ok(Person { id, name })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    #[serde(default, deserialize_with = "told::soft")]
    id: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    created_at: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    updated_at: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    current: Option<bool>,
    #[serde(default, deserialize_with = "told::soft")]
    device_type: Option<String>,
    #[serde(default, rename = "deviceOS", deserialize_with = "told::soft")]
    device_os: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    app_version: Option<String>,
}

impl Session {
    fn sign_in(self, person: Option<&Person>, promise: Promise) -> Result<SignIn, Trouble> {
        let mut sign_in = SignIn::of(rows::told_id(self.id)?, promise);
        sign_in.person = person.cloned();
        sign_in.signed_in_at = self.created_at.as_deref().and_then(told::moment);
        sign_in.last_active_at = self.updated_at.as_deref().and_then(told::moment);
        sign_in.nature = if self.current == Some(true) { Nature::Own } else { Nature::Person };
        sign_in.says = says(self.device_type, self.device_os, self.app_version);
        Ok(sign_in)
    }
}

/// Of a browser Immich keeps which one it is as the "device type"; of its own app the model, or no more than the system.
fn says(device_type: Option<String>, os: Option<String>, app_version: Option<String>) -> DeclaredDevice {
    let device_type = rows::said(device_type);
    let app_version = rows::said(app_version);
    let is_browser = app_version.is_none() && device_type.as_deref().is_some_and(is_browser);
    let (app, model) = match device_type {
        Some(browser) if is_browser => (Some(browser), None),
        model => (app_version.is_some().then(|| ABOUT.name.to_owned()), model),
    };
    DeclaredDevice { app, model, os: rows::said(os), app_version, ..DeclaredDevice::default() }
}

fn is_browser(device_type: &str) -> bool {
    const BROWSERS: [&str; 9] =
        ["chrom", "firefox", "safari", "edge", "opera", "samsung internet", "webkit", "vivaldi", "brave"];
    let lower: String = device_type.chars().take(64).flat_map(char::to_lowercase).collect();
    BROWSERS.iter().any(|browser| lower.contains(browser))
}

/// What a key may do, where the server says it: from version 2 on, and nothing before.
struct Rights {
    key_id: Option<String>,
    told: Option<Vec<String>>,
}

impl Rights {
    async fn read(line: &Line) -> Result<Self, Trouble> {
        let answer = line.ask(with_key(line, Ask::get(&["api", "api-keys", "me"]))).await?;
        match answer.status {
            // Older ones take "me" for the id of a key.
            StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
                Ok(Self { key_id: None, told: None })
            }
            _ => {
                let key: OwnKey = answer.good()?.json()?;
                Ok(Self { key_id: rows::said(key.id), told: key.permissions })
            }
        }
    }

    /// Whether it has a permission; `None` where nobody knows.
    fn may(&self, what: &str) -> Option<bool> {
        let told = self.told.as_ref()?;
        Some(told.iter().any(|permission| permission == what || permission == "all"))
    }

    fn may_read_all(&self) -> bool {
        READ_ALL.iter().all(|what| self.may(what) == Some(true))
    }

    /// What its person's own sign-ins are promised.
    fn promise(&self) -> Promise {
        if self.may(END) == Some(false) { Promise::Nothing } else { Promise::AtOnce }
    }
}

fn with_key(line: &Line, ask: Ask) -> Ask {
    ask.header("x-api-key", line.keys().get("key"))
}

fn no_reading() -> Trouble {
    Trouble::TooFewRights { missing: "the permission session.read is missing".to_owned() }
}

/// The sign-ins of the key's own person.
async fn own_sessions(line: &Line) -> Result<Vec<Session>, Trouble> {
    let answer = line.ask(with_key(line, Ask::get(&["api", "sessions"]))).await?;
    if answer.status == StatusCode::FORBIDDEN {
        return Err(no_reading());
    }
    let sessions: Vec<Session> = answer.good()?.json()?;
    for session in &sessions {
        rows::told_id(session.id.clone())?;
    }
    Ok(sessions)
}

/// Everybody; `None` where the key's person is no administrator.
async fn everybody(line: &Line) -> Result<Option<Vec<Person>>, Trouble> {
    let answer = line.ask(with_key(line, Ask::get(&["api", "admin", "users"]))).await?;
    if answer.status == StatusCode::FORBIDDEN {
        return Ok(None);
    }
    let users: Vec<User> = answer.good()?.json()?;
    users.into_iter().map(User::person).collect::<Result<_, _>>().map(Some)
}

/// Whose key it is, where it may say that.
async fn me(line: &Line, rights: &Rights) -> Result<Option<Person>, Trouble> {
    if rights.may(READ_ME) != Some(true) {
        return Ok(None);
    }
    let user: User = line.read(with_key(line, Ask::get(&["api", "users", "me"]))).await?;
    user.person().map(Some)
}

#[async_trait]
impl Kind for Immich {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    async fn identify(&self, line: &Line) -> Result<Server, Trouble> {
        let Version { major, minor, patch } =
            asked::identity(line, Ask::get(&["api", "server", "version"]), ABOUT.name).await?;
        let ping: Ping = asked::identity(line, Ask::get(&["api", "server", "ping"]), ABOUT.name).await?;
        if ping.res != "pong" {
            return Err(Trouble::OtherKind { expected: ABOUT.name });
        }
        Ok(Server { version: Some(format!("{major}.{minor}.{patch}")), name: None, id: None })
    }

    async fn try_key(&self, line: &Line) -> Result<KeyHolder, Trouble> {
        let rights = Rights::read(line).await?;
        let own = if rights.may(READ) == Some(false) { Err(no_reading()) } else { own_sessions(line).await };
        let lacks = match own {
            Ok(_) if rights.may(END) != Some(false) => Vec::new(),
            Ok(_) => vec![ENDS_NONE.to_owned()],
            Err(trouble @ Trouble::TooFewRights { .. }) => {
                if !rights.may_read_all() || everybody(line).await?.is_none() {
                    return Err(trouble);
                }
                vec![ENDS_NONE.to_owned()]
            }
            Err(trouble) => return Err(trouble),
        };
        Ok(KeyHolder { person: me(line, &rights).await?, lacks })
    }

    async fn look(&self, line: &Line, cursor: Option<&str>) -> Result<Look, Trouble> {
        let rights = Rights::read(line).await?;
        let no_administrator = rights.key_id.as_ref().map(|id| format!("{NO_ADMINISTRATOR}{id}"));
        let is_known_as_none = no_administrator.is_some() && no_administrator.as_deref() == cursor;
        let people = if rights.may_read_all() && !is_known_as_none { everybody(line).await? } else { None };
        let refused_all = rights.may_read_all() && people.is_none();

        let may_read_own = rights.may(READ) != Some(false) || people.is_none();
        let own = if may_read_own { own_sessions(line).await? } else { Vec::new() };
        let own_ids: HashSet<String> = own.iter().filter_map(|session| session.id.clone()).collect();
        let holder = if people.is_none() { me(line, &rights).await? } else { None };
        let mut sign_ins = Vec::with_capacity(own.len());
        for person in people.iter().flatten() {
            let ask = Ask::get(&["api", "admin", "users", &person.id, "sessions"]);
            let sessions: Vec<Session> = line.read(with_key(line, ask)).await?;
            for session in sessions {
                let is_own = session.id.as_ref().is_some_and(|id| own_ids.contains(id));
                let promise = if is_own { rights.promise() } else { Promise::Nothing };
                sign_ins.push(session.sign_in(Some(person), promise)?);
            }
        }
        let seen: HashSet<String> = sign_ins.iter().map(|sign_in| sign_in.external_id.clone()).collect();
        for session in own {
            if !session.id.as_ref().is_some_and(|id| seen.contains(id)) {
                sign_ins.push(session.sign_in(holder.as_ref(), rights.promise())?);
            }
        }
        let cursor = if refused_all { no_administrator } else { None };
        Ok(Look { sign_ins: rows::one_of_each(sign_ins), failed: Vec::new(), cursor })
    }

    async fn end(&self, line: &Line, which: &Ending) -> Result<(), Trouble> {
        // `DELETE /api/sessions` with nothing behind it ends every sign-in there is: nothing but an id may stand there.
        let Ok(id) = Uuid::try_parse(&which.ends_with) else {
            return Err(Trouble::odd("the sign-in has an id that Immich does not give"));
        };
        let ask = Ask::delete(&["api", "sessions", &id.hyphenated().to_string()]);
        let answer = line.ask(with_key(line, ask)).await?;
        match answer.status {
            StatusCode::FORBIDDEN => Err(Trouble::TooFewRights {
                missing: "the key may not end sign-ins; make one that has the permission session.delete"
                    .to_owned(),
            }),
            // It is gone, or somebody else's: Immich says the same to both.
            StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND => {
                if self.is_there(line, which).await? {
                    return Err(Trouble::Refused {
                        why: "only the person whose sign-in it is can end it".to_owned(),
                    });
                }
                Ok(())
            }
            _ => answer.good().map(drop),
        }
    }

    async fn is_there(&self, line: &Line, which: &Ending) -> Result<bool, Trouble> {
        let is_this = |id: &str| id == which.external_id;
        match own_sessions(line).await {
            Ok(own) if own.iter().any(|session| session.id.as_deref().is_some_and(is_this)) => Ok(true),
            // It may be another person's, whom an administrator's key shows.
            Ok(_) if which.person_id.is_none() => Ok(false),
            Ok(_) | Err(Trouble::TooFewRights { .. }) => {
                let all = self.look(line, None).await?.sign_ins;
                Ok(all.iter().any(|sign_in| is_this(&sign_in.external_id)))
            }
            Err(trouble) => Err(trouble),
        }
    }
}

#[cfg(test)]
mod tests;
