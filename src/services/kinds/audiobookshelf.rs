//! audiobookshelf (2.36 and later): audiobooks and podcasts. A key shows and ends the sign-ins of the person for whom it was made; an
//! ended one is refused as soon as its access token runs out, which is within the hour.

use std::collections::HashSet;

use async_trait::async_trait;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{asked, rows};
use crate::model::{DeclaredDevice, DeviceKind, Nature, Promise};
use crate::services::{
    About, Ask, Ending, KEY, KeyHolder, Kind, Line, Look, Person, Server, SignIn, Tells, Trouble, USUALLY,
    told,
};

/// audiobookshelf.
pub struct Audiobookshelf;

/// How long an access token stays good after its session was ended.
const WITHIN: Promise = Promise::Within { within_s: 3_600 };

static ABOUT: About = About {
    key: "audiobookshelf",
    name: "audiobookshelf",
    how_to: &[
        "Sign in to audiobookshelf (version 2.36 or later) as an administrator.",
        "Open Settings, then API Keys, and choose Add API Key.",
        "Call it Latchkey, and choose the person whose sign-ins it should show.",
        "Save, and copy the key that is shown once.",
        "Make one for each person: a key shows the sign-ins of its own person only.",
    ],
    fields: &[KEY],
    ports: &[13_378],
    mdns: None,
    fixed_url: None,
    tells: Tells {
        everybody: false,
        address: true,
        client: true,
        since: true,
        last_active: true,
        failed: false,
        pushes: false,
    },
    promise: WITHIN,
    limits: &[
        "A sign-out ends within the hour: what the app holds already stays good until then.",
        "A key shows the sign-ins of one person.",
        "API keys, and apps that were signed in before version 2.26 and never since, are not listed and stay good.",
        "Sign-ins that failed are only in audiobookshelf's own log.",
    ],
    every: USUALLY,
};

/// How many sign-ins are asked for at once: with all on one page none can slip past between two.
const A_PAGE: usize = 1_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    server_version: String,
    #[serde(rename = "isInit")]
    _is_init: bool,
    #[serde(default, deserialize_with = "told::soft")]
    app: Option<String>,
}

#[derive(Deserialize)]
struct Me {
    #[serde(default, deserialize_with = "told::soft")]
    id: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    username: Option<String>,
    #[serde(default, rename = "type", deserialize_with = "told::soft")]
    account_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    sessions: Vec<Session>,
    #[serde(default, deserialize_with = "told::soft")]
    num_pages: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    #[serde(default, deserialize_with = "told::soft")]
    id: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    ip_address: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    user_agent: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    device_info: Option<DeviceInfo>,
    #[serde(default, deserialize_with = "told::soft")]
    created_at: Option<i64>,
    #[serde(default, deserialize_with = "told::soft")]
    updated_at: Option<i64>,
    #[serde(default, deserialize_with = "told::soft")]
    current: Option<bool>,
}

/// What audiobookshelf reads from the user agent.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeviceInfo {
    #[serde(default, deserialize_with = "told::soft")]
    browser_name: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    browser_version: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    os_name: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    os_version: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    device_type: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    model: Option<String>,
}

impl DeviceInfo {
    fn says(self) -> DeclaredDevice {
        let os_version = rows::said(self.os_version);
        let os = rows::said(self.os_name).map(|name| match os_version {
            Some(version) => format!("{name} {version}"),
            None => name,
        });
        let kind = match self.device_type.as_deref() {
            Some("mobile") => Some(DeviceKind::Phone),
            Some("tablet") => Some(DeviceKind::Tablet),
            Some("smarttv") => Some(DeviceKind::Tv),
            Some("console") => Some(DeviceKind::Console),
            _ => None,
        };
        DeclaredDevice {
            kind,
            model: rows::said(self.model),
            os,
            app: rows::said(self.browser_name),
            app_version: rows::said(self.browser_version),
            ..DeclaredDevice::default()
        }
    }
}

impl Session {
    fn sign_in(self, person: &Person) -> Result<SignIn, Trouble> {
        let mut sign_in = SignIn::of(rows::told_id(self.id)?, WITHIN);
        sign_in.person = Some(person.clone());
        sign_in.says = self.device_info.unwrap_or_default().says();
        sign_in.user_agent = rows::said(self.user_agent);
        sign_in.address = self.ip_address.as_deref().and_then(told::address);
        sign_in.signed_in_at = self.created_at.and_then(told::moment_of_millis);
        sign_in.last_active_at = self.updated_at.and_then(told::moment_of_millis);
        sign_in.nature = if self.current == Some(true) { Nature::Own } else { Nature::Person };
        Ok(sign_in)
    }
}

/// Whose key it is, remembered from one look to the next: the answer that says so holds all that the person ever listened to.
#[derive(Deserialize, Serialize)]
struct Remembered {
    /// Of which key: the beginning of its digest.
    key: String,
    id: String,
    name: String,
}

impl Remembered {
    fn person_of(line: &Line, cursor: Option<&str>) -> Option<Person> {
        let remembered: Self = serde_json::from_str(cursor?).ok()?;
        (remembered.key == digest(line)).then_some(Person { id: remembered.id, name: remembered.name })
    }

    fn cursor(line: &Line, person: &Person) -> Option<String> {
        let remembered = Self { key: digest(line), id: person.id.clone(), name: person.name.clone() };
        serde_json::to_string(&remembered).ok()
    }
}

fn digest(line: &Line) -> String {
    let digest: [u8; 32] = Sha256::digest(line.keys().get("key").as_bytes()).into();
    hex::encode(&digest[..8])
}

fn with_key(line: &Line, ask: Ask) -> Ask {
    ask.bearer(line.keys().get("key"))
}

fn too_old() -> Trouble {
    // Nothing that a person decides about the key: it passes by itself once the server is updated.
    Trouble::odd("audiobookshelf lists its sign-ins from version 2.36 on, and this one is older")
}

async fn me(line: &Line) -> Result<Person, Trouble> {
    let me: Me = line.read(with_key(line, Ask::get(&["api", "me"]))).await?;
    if me.account_type.as_deref() == Some("guest") {
        return Err(Trouble::TooFewRights {
            missing: "audiobookshelf lists no sign-ins of a guest; take the key of a person who is none"
                .to_owned(),
        });
    }
    let id = rows::told_id(me.id)?;
    let name = rows::said(me.username).unwrap_or_else(|| id.clone());
    Ok(Person { id, name })
}

/// One page of the sign-ins of the key's person.
async fn page(line: &Line, number: u32, size: usize) -> Result<Page, Trouble> {
    let ask = Ask::get(&["api", "me", "sessions"])
        .query("page", number.to_string())
        .query("itemsPerPage", size.to_string());
    let answer = line.ask(with_key(line, ask)).await?;
    if answer.status == StatusCode::NOT_FOUND {
        return Err(too_old());
    }
    answer.good()?.json()
}

/// All sign-ins of the key's person.
async fn sessions(line: &Line) -> Result<Vec<Session>, Trouble> {
    let mut all = Vec::new();
    let mut seen = HashSet::new();
    for number in 0..asked::MOST_PAGES {
        let Page { sessions, num_pages } = page(line, number, A_PAGE).await?;
        let mut here = HashSet::new();
        for session in &sessions {
            here.insert(rows::told_id(session.id.clone())?);
        }
        // One that was used meanwhile moves to the front and pushes another behind the page on which it would have been read.
        if !seen.is_disjoint(&here) {
            return Err(Trouble::odd("its list of sign-ins changed while it was read"));
        }
        let is_empty = sessions.is_empty();
        seen.extend(here);
        all.extend(sessions);
        if is_empty || num_pages.is_some_and(|pages| number.saturating_add(1) >= pages) {
            return Ok(all);
        }
    }
    Err(Trouble::odd("its list of sign-ins has no end"))
}

#[async_trait]
impl Kind for Audiobookshelf {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    async fn identify(&self, line: &Line) -> Result<Server, Trouble> {
        let status: Status = asked::identity(line, Ask::get(&["status"]), ABOUT.name).await?;
        // Older ones do not say who they are; another program that does is not this.
        if status.app.is_some_and(|app| app != "audiobookshelf") {
            return Err(Trouble::OtherKind { expected: ABOUT.name });
        }
        Ok(Server { version: rows::said(Some(status.server_version)), name: None, id: None })
    }

    async fn try_key(&self, line: &Line) -> Result<KeyHolder, Trouble> {
        let person = me(line).await?;
        page(line, 0, 1).await?;
        Ok(KeyHolder { person: Some(person), lacks: Vec::new() })
    }

    async fn look(&self, line: &Line, cursor: Option<&str>) -> Result<Look, Trouble> {
        let person = match Remembered::person_of(line, cursor) {
            Some(person) => person,
            None => me(line).await?,
        };
        let sign_ins: Result<Vec<SignIn>, Trouble> =
            sessions(line).await?.into_iter().map(|session| session.sign_in(&person)).collect();
        Ok(Look {
            sign_ins: rows::one_of_each(sign_ins?),
            failed: Vec::new(),
            cursor: Remembered::cursor(line, &person),
        })
    }

    async fn end(&self, line: &Line, which: &Ending) -> Result<(), Trouble> {
        if which.ends_with.is_empty() {
            return Err(Trouble::odd("the sign-in has an id that audiobookshelf does not give"));
        }
        let ask = Ask::delete(&["api", "me", "sessions", &which.ends_with]);
        let answer = line.ask(with_key(line, ask)).await?;
        match answer.status {
            // It is gone already; whether that is so is read back.
            StatusCode::NOT_FOUND => Ok(()),
            StatusCode::FORBIDDEN => Err(Trouble::TooFewRights {
                missing: "audiobookshelf lets nobody end the sign-ins of a guest".to_owned(),
            }),
            _ => answer.good().map(drop),
        }
    }

    async fn is_there(&self, line: &Line, which: &Ending) -> Result<bool, Trouble> {
        // In another person's list it is not, and that proves nothing.
        if which.person_id.is_some() && which.person_id != Some(me(line).await?.id) {
            return Err(Trouble::odd("the key is another person's than the sign-in"));
        }
        let is_this = |session: &Session| session.id.as_deref() == Some(which.external_id.as_str());
        Ok(sessions(line).await?.iter().any(is_this))
    }
}

#[cfg(test)]
mod tests;
