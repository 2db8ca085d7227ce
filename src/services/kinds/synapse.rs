//! Synapse, as its administrator: everybody's devices, over its admin API. One's own are told by the client-server API as they change.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use async_trait::async_trait;
use http::StatusCode;
use serde::Deserialize;

use super::matrix::homeserver::{
    Device, Devices, answer, errcode, exists, good, is_homeserver, listen, parts, person, read, whoami,
};
use super::rows;
use crate::model::{Nature, Promise};
use crate::services::{
    About, Ask, Ending, Field, KeyHolder, Kind, Line, Look, Server, SignIn, Tells, Trouble, USUALLY, told,
};

/// Synapse.
pub struct Synapse;

static ABOUT: About = About {
    key: "synapse",
    name: "Matrix (Synapse)",
    how_to: &[
        "Use an account that is a server administrator of Synapse; register_new_matrix_user makes one that is nothing else.",
        "Open Element in a private window of your browser and sign in there with that account.",
        "In Element, open All settings, then Sessions, and rename this one to Latchkey.",
        "Open Help & About, then Advanced, and copy the access token.",
        "Close the window without signing out: signing out would end the token.",
        "Give the address that Synapse itself listens on, if your proxy keeps /_synapse/admin from the outside.",
    ],
    fields: &[Field {
        name: "key",
        label: "Access token of an administrator",
        secret: true,
        optional: false,
    }],
    ports: &[8008],
    mdns: None,
    fixed_url: None,
    tells: Tells {
        everybody: true,
        address: true,
        client: true,
        since: false,
        last_active: true,
        failed: false,
        pushes: true,
    },
    promise: Promise::AtOnce,
    limits: &[
        "The token of an administrator can do everything on the homeserver; Synapse has none that may do less.",
        "With a device the keys of its encrypted messages are gone. Make sure that another device or a key backup has them.",
        "It does not say when a device was signed in, nor of sign-ins that failed.",
        "A new device's address and app are told some minutes after its first use.",
        "It says by itself when the administrator's own devices change, and those of people in the same encrypted rooms; the others are \
         looked at every minute.",
        "Where Matrix Authentication Service signs people in, add that instead.",
    ],
    every: USUALLY,
};

/// How many users are asked for at once.
const PAGE: &str = "500";

/// How many pages there may be.
const MOST_PAGES: usize = 1000;

const NOT_EXPOSED: &str = "a Matrix homeserver answers, but not Synapse's admin API: it is another homeserver, or the proxy in front of it \
                           keeps /_synapse/admin to itself; give the address that Synapse itself listens on";

#[async_trait]
impl Kind for Synapse {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    async fn identify(&self, line: &Line) -> Result<Server, Trouble> {
        let answer = line.ask(Ask::get(&["_synapse", "admin", "v1", "server_version"])).await?;
        if answer.status.is_success()
            && let Ok(told) = answer.json::<ServerVersion>()
        {
            return Ok(Server { version: Some(told.server_version), name: None, id: None });
        }
        if answer.status.is_server_error() || answer.status == StatusCode::TOO_MANY_REQUESTS {
            good(answer)?;
        }
        Err(if is_homeserver(line).await? {
            Trouble::odd(NOT_EXPOSED)
        } else {
            Trouble::OtherKind { expected: ABOUT.name }
        })
    }

    async fn try_key(&self, line: &Line) -> Result<KeyHolder, Trouble> {
        let me = whoami(line).await?;
        let answer =
            answer(line, Ask::get(&["_synapse", "admin", "v1", "users", me.user_id.as_str(), "admin"]))
                .await?;
        let no_admin =
            || Trouble::TooFewRights { missing: "the account has to be a server administrator".to_owned() };
        match answer.status {
            StatusCode::FORBIDDEN => return Err(no_admin()),
            StatusCode::NOT_FOUND => return Err(Trouble::odd(NOT_EXPOSED)),
            _ => {}
        }
        let told: Administrator = good(answer)?.json()?;
        if !told.admin {
            return Err(no_admin());
        }
        Ok(KeyHolder { person: Some(me.person()), lacks: Vec::new() })
    }

    async fn look(&self, line: &Line, _cursor: Option<&str>) -> Result<Look, Trouble> {
        let me = whoami(line).await?;
        let mut sign_ins = Vec::new();
        for user in users(line).await? {
            let is_program = user.user_type.as_deref().is_some_and(|kind| kind == "bot");
            let person = person(&user.name, user.displayname);
            for device in devices(line, &person.id).await? {
                let mut sign_in: SignIn = device.into_sign_in(&me, &person, Promise::AtOnce);
                if is_program && sign_in.nature == Nature::Person {
                    sign_in.nature = Nature::Integration;
                }
                sign_ins.push(sign_in);
            }
        }
        Ok(Look { sign_ins: rows::one_of_each(sign_ins), failed: Vec::new(), cursor: None })
    }

    async fn end(&self, line: &Line, which: &Ending) -> Result<(), Trouble> {
        let (user, device) = parts(&which.external_id)?;
        let me = whoami(line).await?;
        if user == me.user_id && me.device_id.as_deref() == Some(device) {
            let why = "by this one Latchkey reads the homeserver; sign it out in Element".to_owned();
            return Err(Trouble::Refused { why });
        }
        let answer = answer(line, Ask::delete(&one(user, device))).await?;
        // It says so of a user that is gone. Whether the device is gone is read back.
        if is_not_found(answer.status, errcode(&answer).as_deref()) {
            return Ok(());
        }
        good(answer).map(drop)
    }

    async fn is_there(&self, line: &Line, which: &Ending) -> Result<bool, Trouble> {
        let (user, device) = parts(&which.external_id)?;
        exists(line, Ask::get(&one(user, device)), device).await
    }

    async fn listen(&self, line: &Line, bell: &tokio::sync::Notify) -> Result<(), Trouble> {
        listen(line, bell).await
    }
}

/// Where a device is, in its admin API.
fn one<'a>(user: &'a str, device: &'a str) -> [&'a str; 7] {
    ["_synapse", "admin", "v2", "users", user, "devices", device]
}

fn is_not_found(status: StatusCode, errcode: Option<&str>) -> bool {
    status == StatusCode::NOT_FOUND && errcode == Some("M_NOT_FOUND")
}

/// Every user who may sign in: those that were deactivated are not among them.
async fn users(line: &Line) -> Result<Vec<User>, Trouble> {
    let mut users = Vec::new();
    let mut from = "0".to_owned();
    let mut seen = BTreeSet::new();
    for _ in 0..MOST_PAGES {
        let ask =
            Ask::get(&["_synapse", "admin", "v2", "users"]).query("from", from.as_str()).query("limit", PAGE);
        let page: Users = read(line, ask).await?;
        users.extend(page.users);
        match page.next_token.and_then(Token::text) {
            None => return Ok(users),
            Some(next) if seen.insert(next.clone()) => from = next,
            Some(_) => return Err(Trouble::odd("its list of users comes back to where it was")),
        }
    }
    Err(Trouble::odd("its list of users has no end"))
}

async fn devices(line: &Line, user: &str) -> Result<Vec<Device>, Trouble> {
    let answer = answer(line, Ask::get(&["_synapse", "admin", "v2", "users", user, "devices"])).await?;
    // Somebody who was removed since the list of users was read.
    if is_not_found(answer.status, errcode(&answer).as_deref()) {
        return Ok(Vec::new());
    }
    let told: Devices = good(answer)?.json()?;
    Ok(told.devices)
}

#[derive(Deserialize)]
struct ServerVersion {
    server_version: String,
}

#[derive(Deserialize)]
struct Administrator {
    admin: bool,
}

#[derive(Deserialize)]
struct Users {
    users: Vec<User>,
    #[serde(default, deserialize_with = "told::soft")]
    next_token: Option<Token>,
}

/// Where the next page begins: text, and a number in older versions.
#[derive(Deserialize)]
#[serde(untagged)]
enum Token {
    Text(String),
    Number(u64),
}

impl Token {
    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text).filter(|text| !text.is_empty()),
            Self::Number(number) => Some(number.to_string()),
        }
    }
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "they are called as the service calls them")]
struct User {
    name: String,
    #[serde(default, deserialize_with = "told::soft")]
    displayname: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    user_type: Option<String>,
}
