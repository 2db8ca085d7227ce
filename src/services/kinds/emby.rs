//! Emby, 4.8: every device that holds a token, by the server's own numbers, and the sign-ins that failed.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use http::StatusCode;
use serde::Deserialize;

use super::media_server::{self, Part, Session};
use super::rows;
use crate::model::{DeclaredDevice, Nature, Promise};
use crate::services::told::{self, soft};
use crate::services::{
    About, Ask, Ending, KEY, KeyHolder, Kind, Line, Look, Person, Server, SignIn, Tells, Trouble, USUALLY,
};

/// The kind.
pub struct Emby;

static ABOUT: About = About {
    key: "emby",
    name: "Emby",
    how_to: &[
        "Open Emby in a browser and sign in as an administrator.",
        "Open the gear for the dashboard, then API Keys (under Advanced; in older versions Advanced, then Security).",
        "Press New API Key and call it “Latchkey”.",
        "Copy the key and paste it here. Do not use a person's own token. Emby has no key that may do less.",
        "As the address, give the one you open Emby with, without /web or /emby behind it.",
    ],
    fields: &[KEY],
    ports: &[8096, 8920],
    mdns: None,
    fixed_url: None,
    tells: Tells {
        everybody: true,
        address: true,
        client: true,
        since: false,
        last_active: true,
        failed: true,
        pushes: false,
    },
    promise: Promise::AtOnce,
    limits: &[
        "One key shows everybody's devices, each with whoever used it last.",
        "A sign-out ends everybody who is signed in on that device, not one person only.",
        "It does not say since when a device is signed in.",
        "It does not say by itself when something changed: it is looked at every minute.",
    ],
    every: USUALLY,
};

/// What a key is told that may not do this.
const MISSING: &str = "it is no administrator's. Make an API key in Emby's dashboard, under API Keys";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Devices {
    items: Vec<Device>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Device {
    /// The server's own number.
    #[serde(deserialize_with = "rows::id")]
    id: String,
    #[serde(default, deserialize_with = "soft")]
    internal_id: Option<i64>,
    /// What the client calls itself by.
    #[serde(default, deserialize_with = "soft")]
    reported_device_id: Option<String>,
    #[serde(default, deserialize_with = "soft")]
    name: Option<String>,
    #[serde(default, deserialize_with = "soft")]
    last_user_name: Option<String>,
    #[serde(default, deserialize_with = "soft")]
    last_user_id: Option<String>,
    #[serde(default, deserialize_with = "soft")]
    app_name: Option<String>,
    #[serde(default, deserialize_with = "soft")]
    app_version: Option<String>,
    #[serde(default, deserialize_with = "soft")]
    date_last_activity: Option<String>,
    #[serde(default, deserialize_with = "soft")]
    ip_address: Option<String>,
}

/// The sessions of people, by the server's number of the device, and by what the client calls itself where that is not told.
#[derive(Default)]
struct Sessions {
    by_number: HashMap<i64, Session>,
    by_device: HashMap<String, Session>,
}

impl Sessions {
    fn of(sessions: Vec<Session>) -> Self {
        let mut found = Self::default();
        // An API key's session is nobody's.
        for session in sessions.into_iter().filter(|session| session.person_id().is_some()) {
            let is_newer = |other: &Session| other.last_active_at() >= session.last_active_at();
            match (session.internal_device_id, session.device_id.clone()) {
                (Some(number), _) if !found.by_number.get(&number).is_some_and(is_newer) => {
                    found.by_number.insert(number, session);
                }
                (None, Some(device)) if !found.by_device.get(&device).is_some_and(is_newer) => {
                    found.by_device.insert(device, session);
                }
                _ => {}
            }
        }
        found
    }

    fn get(&self, device: &Device) -> Option<&Session> {
        let by_number = device.internal_id.and_then(|number| self.by_number.get(&number));
        by_number.or_else(|| self.by_device.get(device.reported_device_id.as_deref()?))
    }
}

impl Device {
    fn sign_in(self, sessions: &Sessions) -> SignIn {
        let session = sessions.get(&self);
        let name = rows::said(self.last_user_name);
        let person = media_server::person_id(self.last_user_id.as_deref())
            .map(|id| Person { name: name.unwrap_or_else(|| id.clone()), id });
        let last_active_at = self.date_last_activity.as_deref().and_then(told::moment);
        let last_active_at = last_active_at.max(session.and_then(Session::last_active_at));
        let is_unused = person.is_none() && last_active_at.is_none();
        let address = session.and_then(Session::address);
        SignIn {
            client_id: rows::said(self.reported_device_id),
            person,
            says: DeclaredDevice {
                name: rows::said(self.name),
                app: rows::said(self.app_name),
                app_version: rows::said(self.app_version),
                ..DeclaredDevice::default()
            },
            address: address.or_else(|| self.ip_address.as_deref().and_then(told::address)),
            last_active_at,
            playing: session.and_then(Session::playing),
            nature: if is_unused { Nature::Unused } else { Nature::Person },
            ..SignIn::of(self.id, Promise::AtOnce)
        }
    }
}

#[async_trait]
impl Kind for Emby {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    async fn identify(&self, line: &Line) -> Result<Server, Trouble> {
        let ask = Ask::get(&["emby", "System", "Info", "Public"]);
        let told = media_server::public(line, ask, ABOUT.name).await?;
        // Jellyfin answers here too, and says what it is; its numbers begin with 10.
        let major =
            told.version.as_deref().and_then(|version| version.split('.').next()?.parse::<u32>().ok());
        let is_emby = told.product_name.is_none()
            && rows::said(told.id.clone()).is_some()
            && major.is_some_and(|major| (3..10).contains(&major));
        is_emby
            .then_some(Server { version: told.version, name: told.server_name, id: told.id })
            .ok_or(Trouble::OtherKind { expected: ABOUT.name })
    }

    async fn try_key(&self, line: &Line) -> Result<KeyHolder, Trouble> {
        let answer = line.ask(log(line, &Part { start: 0, limit: 1, since: None })).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Err(Trouble::OtherKind { expected: ABOUT.name });
        }
        answer.good().map_err(named)?;
        Ok(KeyHolder { person: None, lacks: Vec::new() })
    }

    async fn look(&self, line: &Line, cursor: Option<&str>) -> Result<Look, Trouble> {
        let devices = devices(line).await?;
        let sessions: Vec<Session> =
            line.read(with_key(line, Ask::get(&["emby", "Sessions"]))).await.map_err(named)?;
        let sessions = Sessions::of(sessions);
        let people: HashSet<String> =
            devices.iter().filter_map(|device| device.last_user_name.clone()).collect();
        let (failed, cursor) = media_server::failed_since(line, log, cursor, &people).await.map_err(named)?;
        let sign_ins: Vec<_> = devices.into_iter().map(|device| device.sign_in(&sessions)).collect();
        Ok(Look { sign_ins: rows::one_of_each(sign_ins), failed, cursor: Some(cursor) })
    }

    async fn end(&self, line: &Line, which: &Ending) -> Result<(), Trouble> {
        if which.ends_with.is_empty() {
            return Err(Trouble::odd("a device without an id cannot be signed out"));
        }
        let ask = Ask::delete(&["emby", "Devices"]).query("Id", which.ends_with.as_str());
        let answer = line.ask(with_key(line, ask)).await?;
        match answer.status {
            // An id that is not there: what is there is read back.
            StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST => Ok(()),
            _ => answer.good().map(drop).map_err(named),
        }
    }

    async fn is_there(&self, line: &Line, which: &Ending) -> Result<bool, Trouble> {
        Ok(devices(line).await?.iter().any(|device| device.id == which.external_id))
    }
}

/// In a header: an address with a key in it ends up in logs.
fn with_key(line: &Line, ask: Ask) -> Ask {
    ask.header("X-Emby-Token", line.keys().get(KEY.name))
}

/// Asks for a part of the activity log.
fn log(line: &Line, part: &Part) -> Ask {
    let ask = Ask::get(&["emby", "System", "ActivityLog", "Entries"])
        .query("StartIndex", part.start.to_string())
        .query("Limit", part.limit.to_string());
    let ask = match part.since {
        Some(since) => ask.query("MinDate", since.to_string()),
        None => ask,
    };
    with_key(line, ask)
}

async fn devices(line: &Line) -> Result<Vec<Device>, Trouble> {
    let devices: Devices = line.read(with_key(line, Ask::get(&["emby", "Devices"]))).await.map_err(named)?;
    Ok(devices.items)
}

/// Names the rights that are missing.
fn named(trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::TooFewRights { .. } => Trouble::TooFewRights { missing: MISSING.to_owned() },
        other => other,
    }
}

#[cfg(test)]
mod tests;
