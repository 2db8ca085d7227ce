//! What authentik says of people, their sessions, and sign-ins that failed.

use std::collections::HashMap;

use serde::Deserialize;

use super::super::rows;
use crate::model::{DeclaredDevice, Nature, Promise};
use crate::services::{FailedSignIn, Person, SignIn, Trouble, told};

/// How an agent begins that is one of authentik's own outposts, which signs people in for a program that only speaks LDAP, say.
const OUTPOST: &str = "goauthentik.io/outpost";

#[derive(Deserialize)]
pub(super) struct User {
    pk: i64,
    #[serde(default, deserialize_with = "told::soft")]
    username: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    name: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    pub is_superuser: Option<bool>,
}

impl User {
    pub fn person(self) -> Person {
        let name = rows::said(self.name).or(rows::said(self.username));
        Person { id: self.pk.to_string(), name: name.unwrap_or_else(|| nameless(self.pk)) }
    }
}

/// What somebody is called whose name the token may not read.
fn nameless(pk: i64) -> String {
    format!("authentik user {pk}")
}

#[derive(Deserialize)]
pub(super) struct Session {
    #[serde(default, deserialize_with = "told::soft")]
    pub uuid: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    current: Option<bool>,
    #[serde(default, deserialize_with = "told::soft")]
    user: Option<i64>,
    #[serde(default, deserialize_with = "told::soft")]
    user_agent: Option<UserAgent>,
    #[serde(default, deserialize_with = "told::soft")]
    last_ip: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    last_user_agent: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    last_used: Option<String>,
}

/// What authentik reads from the user agent.
#[derive(Default, Deserialize)]
#[expect(clippy::struct_field_names, reason = "they are called as the service calls them")]
struct UserAgent {
    #[serde(default, deserialize_with = "told::soft")]
    device: Option<Part>,
    #[serde(default, deserialize_with = "told::soft")]
    os: Option<Part>,
    #[serde(default, deserialize_with = "told::soft")]
    user_agent: Option<Part>,
}

#[derive(Default, Deserialize)]
struct Part {
    #[serde(default, deserialize_with = "told::soft")]
    family: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    major: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    model: Option<String>,
}

impl UserAgent {
    fn says(self) -> DeclaredDevice {
        // Its parser's word for what it does not know.
        let known = |text: Option<String>| rows::said(text).filter(|text| text != "Other");
        let (device, os, app) = (
            self.device.unwrap_or_default(),
            self.os.unwrap_or_default(),
            self.user_agent.unwrap_or_default(),
        );
        let os_version = known(os.major);
        DeclaredDevice {
            model: known(device.model),
            os: known(os.family).map(|family| match os_version {
                Some(major) => format!("{family} {major}"),
                None => family,
            }),
            app: known(app.family),
            app_version: known(app.major),
            ..DeclaredDevice::default()
        }
    }
}

impl Session {
    /// The sign-in that it is, with what people are called.
    pub fn sign_in(self, names: &HashMap<String, String>) -> Result<SignIn, Trouble> {
        let mut sign_in = SignIn::of(rows::told_id(self.uuid)?, Promise::AtOnce);
        sign_in.person = self.user.map(|pk| {
            let id = pk.to_string();
            let name = names.get(&id).cloned().unwrap_or_else(|| nameless(pk));
            Person { id, name }
        });
        sign_in.user_agent = rows::said(self.last_user_agent);
        sign_in.address = self.last_ip.as_deref().and_then(told::address);
        sign_in.last_active_at = self.last_used.as_deref().and_then(told::moment);
        sign_in.says = self.user_agent.unwrap_or_default().says();
        let is_outpost = sign_in.user_agent.as_deref().is_some_and(|agent| agent.starts_with(OUTPOST));
        sign_in.nature = match (self.current, is_outpost) {
            (Some(true), _) => Nature::Own,
            (_, true) => Nature::Integration,
            (_, false) => Nature::Person,
        };
        Ok(sign_in)
    }
}

#[derive(Deserialize)]
pub(super) struct Event {
    #[serde(default, deserialize_with = "told::soft")]
    pk: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    context: Option<Context>,
    #[serde(default, deserialize_with = "told::soft")]
    client_ip: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    created: Option<String>,
}

#[derive(Deserialize)]
struct Context {
    #[serde(default, deserialize_with = "told::soft")]
    username: Option<String>,
}

impl Event {
    /// `None` for one without an id or a moment: what cannot be told from others would be told again and again.
    pub fn failed(self) -> Option<FailedSignIn> {
        Some(FailedSignIn {
            id: rows::told_id(self.pk).ok()?,
            at: self.created.as_deref().and_then(told::moment)?,
            person: self.context.and_then(|context| rows::said(context.username)),
            address: self.client_ip.as_deref().and_then(told::address),
        })
    }
}
