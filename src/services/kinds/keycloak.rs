//! Keycloak (24 and later): sign-in for other programs. A client with a service account shows and ends everybody's sessions in its realm,
//! those that stay while their person is away ("offline") among them.

mod says;
mod signed;

use async_trait::async_trait;
use http::{Method, StatusCode};
use serde::Deserialize;

use self::signed::{NO_FAILURES, NO_READING, OFFLINE, Signed, error_of, no_realm, realm};
use super::{asked, rows};
use crate::model::Promise;
use crate::services::{
    About, Ask, Ending, Field, KeyHolder, Kind, Line, Look, Person, Server, Tells, Trouble, USUALLY, told,
};

/// Keycloak.
pub struct Keycloak;

/// How long an access token stays good after its session was ended, unless the realm says otherwise.
const WITHIN: Promise = Promise::Within { within_s: 300 };

static ABOUT: About = About {
    key: "keycloak",
    name: "Keycloak",
    how_to: &[
        "Sign in to Keycloak's admin console and choose the realm at the top left.",
        "Open Clients and choose Create client: the client ID is latchkey.",
        "Switch Client authentication on, tick Service accounts roles, take away every other flow, and save.",
        "Open its tab Service account roles, choose Assign role, and give it view-users and manage-users of realm-management.",
        "To be told of sign-ins that failed, give it view-events too, and switch on Save events in Realm settings, Events.",
        "Open its tab Credentials and copy the client secret.",
    ],
    fields: &[
        Field { name: "realm", label: "Realm", secret: false, optional: false },
        Field { name: "client_id", label: "Client ID", secret: false, optional: false },
        Field { name: "client_secret", label: "Client secret", secret: true, optional: false },
    ],
    ports: &[8080, 8443],
    mdns: None,
    fixed_url: None,
    tells: Tells {
        everybody: true,
        address: true,
        client: false,
        since: true,
        last_active: true,
        failed: true,
        pushes: false,
    },
    promise: WITHIN,
    limits: &[
        "A program that holds an access token keeps it until that runs out: five minutes, unless the realm says otherwise.",
        "Keycloak does not say which device or browser a session is on, only which programs were opened with it.",
        "Programs that keep a sign-in of their own ask Keycloak again only when they want to.",
        "Each look is a sign-in of Latchkey's client, which Keycloak may write into its events.",
    ],
    every: USUALLY,
};

const ENDS_NONE: &str = "It can show sign-ins and end none: for that, give the client's service account the role manage-users of realm-management.";
const NOTHING_SAVED: &str =
    "Keycloak does not note sign-ins that fail: switch on Save events in the realm's settings, under Events.";
const NOBODY: &str =
    "It sees nobody in this realm. If there is somebody, the role view-users of realm-management is missing.";

const fn promise(is_out_of_reach: bool) -> Promise {
    if is_out_of_reach { Promise::Nothing } else { WITHIN }
}

/// What everybody may read of a realm.
#[derive(Deserialize)]
struct PublicRealm {
    #[serde(rename = "realm")]
    _realm: String,
    #[serde(rename = "token-service")]
    _token_service: String,
    #[serde(rename = "account-service")]
    _account_service: String,
}

/// What the service account may read of it.
#[derive(Deserialize)]
struct Realm {
    #[serde(default, rename = "eventsEnabled", deserialize_with = "told::soft")]
    events_enabled: Option<bool>,
}

#[async_trait]
impl Kind for Keycloak {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    async fn identify(&self, line: &Line) -> Result<Server, Trouble> {
        let answer = line.ask(Ask::get(&["realms", realm(line)])).await?;
        if answer.status == StatusCode::NOT_FOUND && error_of(&answer) == "Realm does not exist" {
            return Err(no_realm());
        }
        let _: PublicRealm = asked::recognised(answer, ABOUT.name)?;
        Ok(Server { version: None, name: None, id: None })
    }

    async fn try_key(&self, line: &Line) -> Result<KeyHolder, Trouble> {
        let signed = Signed::in_at(line).await?;
        let realm: Realm = signed.read(signed.ask(&[]), NO_READING).await?;
        let users = signed.users(0, 1).await?;
        let mut lacks = Vec::new();
        match users.first() {
            Some(user) if user.is_out_of_reach() => lacks.push(ENDS_NONE.to_owned()),
            Some(_) => {}
            None => lacks.push(NOBODY.to_owned()),
        }
        match signed.failed_page(0, 1).await {
            Ok(_) if realm.events_enabled == Some(false) => lacks.push(NOTHING_SAVED.to_owned()),
            Ok(_) => {}
            Err(Trouble::TooFewRights { .. }) => lacks.push(NO_FAILURES.to_owned()),
            Err(trouble) => return Err(trouble),
        }
        Ok(KeyHolder { person: None, lacks })
    }

    async fn look(&self, line: &Line, cursor: Option<&str>) -> Result<Look, Trouble> {
        let signed = Signed::in_at(line).await?;
        let mut sign_ins = Vec::new();
        for (person, is_out_of_reach) in signed.everybody().await? {
            sign_ins.extend(signed.sign_ins(&person, promise(is_out_of_reach)).await?);
        }
        let (failed, cursor) = asked::new_failures(cursor, signed.failed(cursor).await?);
        Ok(Look { sign_ins: rows::one_of_each(sign_ins), failed, cursor })
    }

    async fn end(&self, line: &Line, which: &Ending) -> Result<(), Trouble> {
        let (id, is_offline) = match which.ends_with.strip_suffix(OFFLINE) {
            Some(id) => (id, true),
            None => (which.ends_with.as_str(), false),
        };
        if id.is_empty() {
            return Err(Trouble::odd("the sign-in has an id that Keycloak does not give"));
        }
        let signed = Signed::in_at(line).await?;
        let mut ask = signed.ask(&["sessions", id]);
        ask.method = Method::DELETE;
        let ask = if is_offline { ask.query("isOffline", "true") } else { ask };
        let answer = line.ask(ask).await?;
        match answer.status {
            // It is gone already; whether that is so is read back.
            StatusCode::NOT_FOUND => Ok(()),
            StatusCode::FORBIDDEN => Err(Trouble::TooFewRights {
                missing: "the client may not end sign-ins; its service account needs the role manage-users"
                    .to_owned(),
            }),
            _ => answer.good().map(drop),
        }
    }

    async fn is_there(&self, line: &Line, which: &Ending) -> Result<bool, Trouble> {
        let sign_ins = match &which.person_id {
            Some(id) => {
                let person = Person { id: id.clone(), name: String::new() };
                Signed::in_at(line).await?.sign_ins(&person, WITHIN).await?
            }
            None => self.look(line, None).await?.sign_ins,
        };
        Ok(sign_ins.iter().any(|sign_in| sign_in.external_id == which.external_id))
    }
}

#[cfg(test)]
mod tests;
