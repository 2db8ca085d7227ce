//! What Keycloak says of people, their sessions, and sign-ins that failed.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::rows;
use crate::model::{DeclaredDevice, Nature, Promise};
use crate::services::{FailedSignIn, Person, SignIn, Trouble, told};

#[derive(Deserialize)]
pub(super) struct User {
    #[serde(default, deserialize_with = "told::soft")]
    pub id: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    pub username: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    access: Option<Access>,
}

/// What the client may do with somebody.
#[derive(Default, Deserialize)]
struct Access {
    #[serde(default, deserialize_with = "told::soft")]
    manage: Option<bool>,
}

impl User {
    /// Whether the client may not end their sign-ins.
    pub fn is_out_of_reach(&self) -> bool {
        self.access.as_ref().and_then(|access| access.manage) == Some(false)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Session {
    #[serde(default, deserialize_with = "told::soft")]
    id: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    ip_address: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    start: Option<i64>,
    #[serde(default, deserialize_with = "told::soft")]
    last_access: Option<i64>,
    /// Which programs were opened with it, by Keycloak's own id of each.
    #[serde(default, deserialize_with = "told::soft")]
    clients: Option<BTreeMap<String, String>>,
}

impl Session {
    /// The sign-in that it is, under its own id with something behind it.
    pub fn sign_in(
        self,
        behind_its_id: &str,
        person: &Person,
        own_client: &str,
        promise: Promise,
    ) -> Result<SignIn, Trouble> {
        let id = rows::told_id(self.id)?;
        let mut sign_in = SignIn::of(format!("{id}{behind_its_id}"), promise);
        // A session and what stays of it while its person is away are of one device.
        sign_in.client_id = Some(id);
        sign_in.person = Some(person.clone());
        sign_in.says = DeclaredDevice { app: programs(self.clients), ..DeclaredDevice::default() };
        sign_in.address = self.ip_address.as_deref().and_then(told::address);
        sign_in.signed_in_at = self.start.and_then(told::moment_of_millis);
        sign_in.last_active_at = self.last_access.and_then(told::moment_of_millis);
        sign_in.nature = match person.name.strip_prefix("service-account-") {
            Some(client) if client == own_client.trim().to_lowercase() => Nature::Own,
            Some(_) => Nature::Integration,
            None => Nature::Person,
        };
        Ok(sign_in)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Consent {
    #[serde(default, deserialize_with = "told::soft")]
    pub additional_grants: Option<Vec<Grant>>,
}

#[derive(Deserialize)]
pub(super) struct Grant {
    #[serde(default, deserialize_with = "told::soft")]
    pub client: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    #[serde(default, deserialize_with = "told::soft")]
    id: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    time: Option<i64>,
    #[serde(default, deserialize_with = "told::soft")]
    session_id: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    ip_address: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    details: Option<Details>,
}

#[derive(Default, Deserialize)]
struct Details {
    #[serde(default, deserialize_with = "told::soft")]
    username: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    code_id: Option<String>,
}

impl Event {
    /// `None` for one without a moment.
    pub fn failed(self) -> Option<FailedSignIn> {
        let at = self.time.and_then(told::moment_of_millis)?;
        let details = self.details.unwrap_or_default();
        let person = rows::said(details.username);
        // Before version 22 an event has no id of its own.
        let attempt = self.session_id.or(details.code_id).unwrap_or_default();
        let id = rows::told_id(self.id)
            .or_else(|_| rows::told_id(Some(format!("{}/{attempt}", at.as_millis()))))
            .ok()?;
        Some(FailedSignIn { id, at, person, address: self.ip_address.as_deref().and_then(told::address) })
    }
}

/// The programs that were opened with a session, a few of them.
fn programs(clients: Option<BTreeMap<String, String>>) -> Option<String> {
    let mut names: Vec<String> = clients?.into_values().filter(|name| !name.trim().is_empty()).collect();
    names.sort();
    names.dedup();
    names.truncate(3);
    rows::said(Some(names.join(", ")))
}
