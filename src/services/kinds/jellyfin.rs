//! Jellyfin, 10.8 to 12.0: every device that holds a token, what each does at the moment, and the sign-ins that failed.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};

use super::media_server::{self, Part, Session};
use super::rows;
use crate::model::{DeclaredDevice, Nature, Promise};
use crate::services::told::{self, soft};
use crate::services::{
    About, Ask, Ending, KEY, KeyHolder, Kind, Line, Look, Person, Server, SignIn, Tells, Trouble, USUALLY,
};

/// The kind.
pub struct Jellyfin;

static ABOUT: About = About {
    key: "jellyfin",
    name: "Jellyfin",
    how_to: &[
        "Open Jellyfin in a browser and sign in as an administrator.",
        "Open the menu, then Dashboard, then API Keys (under Advanced).",
        "Press the plus sign and call the new key “Latchkey”.",
        "Copy the key from the list and paste it here. Jellyfin has no key that may do less.",
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
        pushes: true,
    },
    promise: Promise::AtOnce,
    limits: &[
        "One key shows everybody's devices.",
        "A sign-out ends everybody who is signed in on that device, not one person only.",
        "Jellyfin knows the address only while a device is in use. Behind a proxy that it was not told of, it is the proxy's.",
        "It does not say since when a device is signed in.",
        "A browser that is signed out may go on showing its last page; it gets nothing more from the server.",
        "Jellyfin 10.9 does not say by itself when something changed: it is looked at every minute.",
    ],
    every: USUALLY,
};

/// What a key is told that may not do this.
const MISSING: &str = "it is no administrator's. Make an API key under Dashboard, API Keys";

/// The server hangs up after a minute of silence.
const BEAT: Duration = Duration::from_secs(30);

/// After so many beats without a word the connection is dead: each is answered.
const BEATS_UNANSWERED: u8 = 3;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Devices {
    items: Vec<Device>,
}

/// A row of the list: one for each person on a device. `AccessToken` stands in it too and is never read.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Device {
    #[serde(deserialize_with = "rows::id")]
    id: String,
    #[serde(default, deserialize_with = "soft")]
    name: Option<String>,
    #[serde(default, deserialize_with = "soft")]
    custom_name: Option<String>,
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
}

/// By device and person.
type Sessions = HashMap<(String, String), Session>;

impl Device {
    /// Several people may be signed in on one device, each with a row.
    fn external_id(&self) -> String {
        let person = media_server::person_id(self.last_user_id.as_deref()).unwrap_or_default();
        format!("{person}/{}", self.id)
    }

    fn sign_in(self, sessions: &Sessions) -> SignIn {
        let external_id = self.external_id();
        let person_id = media_server::person_id(self.last_user_id.as_deref());
        let key = (self.id, person_id.unwrap_or_default());
        let session = sessions.get(&key);
        let (device_id, person_id) = key;
        let name = rows::said(self.last_user_name);
        let person = (!person_id.is_empty())
            .then(|| Person { name: name.unwrap_or_else(|| person_id.clone()), id: person_id });
        let date = self.date_last_activity.unwrap_or_default();
        // It notes a use only when the last is three minutes old; the session knows better.
        let last_active_at = told::moment(&date).max(session.and_then(Session::last_active_at));
        let is_unused = last_active_at.is_none() && date.starts_with("0001-01-01");
        SignIn {
            ends_with: Some(device_id.clone()),
            client_id: Some(device_id),
            person,
            says: DeclaredDevice {
                name: rows::said(self.custom_name).or_else(|| rows::said(self.name)),
                app: rows::said(self.app_name),
                app_version: rows::said(self.app_version),
                ..DeclaredDevice::default()
            },
            address: session.and_then(Session::address),
            last_active_at,
            playing: session.and_then(Session::playing),
            nature: if is_unused { Nature::Unused } else { Nature::Person },
            ..SignIn::of(external_id, Promise::AtOnce)
        }
    }
}

#[async_trait]
impl Kind for Jellyfin {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    async fn identify(&self, line: &Line) -> Result<Server, Trouble> {
        let told = media_server::public(line, Ask::get(&["System", "Info", "Public"]), ABOUT.name).await?;
        // Emby says the same without this, and what only speaks Jellyfin's language has a name of its own there.
        let is_jellyfin = told.product_name.is_some_and(|name| name.starts_with("Jellyfin"));
        is_jellyfin
            .then_some(Server { version: told.version, name: told.server_name, id: told.id })
            .ok_or(Trouble::OtherKind { expected: ABOUT.name })
    }

    async fn try_key(&self, line: &Line) -> Result<KeyHolder, Trouble> {
        let answer = line.ask(log(line, &Part { start: 0, limit: 1, since: None })).await?;
        if answer.status == StatusCode::NOT_FOUND {
            // Something that speaks Jellyfin's language to players, and has no such list.
            return Err(Trouble::OtherKind { expected: ABOUT.name });
        }
        answer.good().map_err(named)?;
        // A person's own token is on the list as a device, and nothing tells which: it could be signed out by mistake.
        let me = line.ask(with_key(line, Ask::get(&["Users", "Me"]))).await?;
        let is_refused = me.status == StatusCode::UNAUTHORIZED || me.status == StatusCode::TOO_MANY_REQUESTS;
        if me.status.is_success() {
            let missing = "it is a person's own token. Make an API key under Dashboard, API Keys".to_owned();
            return Err(Trouble::TooFewRights { missing });
        }
        if is_refused || me.status.is_server_error() {
            me.good()?;
        }
        Ok(KeyHolder { person: None, lacks: Vec::new() })
    }

    async fn look(&self, line: &Line, cursor: Option<&str>) -> Result<Look, Trouble> {
        let devices = devices(line).await?;
        let sessions: Vec<Session> =
            line.read(with_key(line, Ask::get(&["Sessions"]))).await.map_err(named)?;
        let sessions = by_device(sessions);
        let people: HashSet<String> =
            devices.iter().filter_map(|device| device.last_user_name.clone()).collect();
        let (failed, cursor) = media_server::failed_since(line, log, cursor, &people).await.map_err(named)?;
        let sign_ins: Vec<_> = devices.into_iter().map(|device| device.sign_in(&sessions)).collect();
        Ok(Look { sign_ins: rows::one_of_each(sign_ins), failed, cursor: Some(cursor) })
    }

    async fn end(&self, line: &Line, which: &Ending) -> Result<(), Trouble> {
        let device = which.ends_with.as_str();
        if device.is_empty() {
            // 12.0 says "done" to that and 10.8 was known to end everything.
            return Err(Trouble::odd("a device without an id cannot be signed out"));
        }
        if device.contains(',') {
            // 12.0 takes a list of ids: the rest of this one could be another device's.
            let why =
                "this device's id has a comma in it. Remove it in Jellyfin: Dashboard, Devices".to_owned();
            return Err(Trouble::Refused { why });
        }
        let answer = line.ask(with_key(line, Ask::delete(&["Devices"]).query("id", device))).await?;
        match answer.status {
            // An id that is not there (10.x, 12.0): what is there is read back.
            StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST => Ok(()),
            _ => answer.good().map(drop).map_err(named),
        }
    }

    async fn is_there(&self, line: &Line, which: &Ending) -> Result<bool, Trouble> {
        Ok(devices(line).await?.iter().any(|device| device.external_id() == which.external_id))
    }

    async fn listen(&self, line: &Line, bell: &Notify) -> Result<(), Trouble> {
        // 10.9 looks at the person only, and a key has none.
        if self.identify(line).await?.version.is_some_and(|version| version.starts_with("10.9.")) {
            return Err(Trouble::NoPush);
        }
        let mut socket = line.socket(with_key(line, Ask::get(&["socket"]))).await.map_err(named)?;
        for (what, pace) in [("SessionsStart", "0,1500"), ("ActivityLogEntryStart", "0,1000")] {
            socket.send(&json!({ "MessageType": what, "Data": pace })).await?;
        }
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut unanswered, mut seen) = (0, None);
        loop {
            tokio::select! {
                _ = beat.tick() => {
                    unanswered += 1;
                    if unanswered > BEATS_UNANSWERED {
                        return Err(Trouble::Silent);
                    }
                    socket.send(&json!({ "MessageType": "KeepAlive" })).await?;
                }
                message = socket.next() => {
                    let Some(message) = message? else { return Ok(()) };
                    unanswered = 0;
                    match message["MessageType"].as_str() {
                        Some("ActivityLogEntry") => bell.notify_one(),
                        // Told at every step of whatever plays: only who is there, and with what, is news.
                        Some("Sessions") => {
                            let now = Some(doing(&message["Data"]));
                            if seen != now {
                                seen = now;
                                bell.notify_one();
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

/// The one header that every version takes.
fn with_key(line: &Line, ask: Ask) -> Ask {
    ask.header("Authorization", &format!("MediaBrowser Token=\"{}\"", line.keys().get(KEY.name)))
}

/// Asks for a part of the activity log.
fn log(line: &Line, part: &Part) -> Ask {
    let ask = Ask::get(&["System", "ActivityLog", "Entries"])
        .query("startIndex", part.start.to_string())
        .query("limit", part.limit.to_string());
    let ask = match part.since {
        Some(since) => ask.query("minDate", since.to_string()),
        None => ask,
    };
    with_key(line, ask)
}

async fn devices(line: &Line) -> Result<Vec<Device>, Trouble> {
    // Never with `userId`: it sorts by what a person may see, not by whose a device is.
    let devices: Devices = line.read(with_key(line, Ask::get(&["Devices"]))).await.map_err(named)?;
    Ok(devices.items)
}

/// The sessions of people, the newest of each; those of API keys, Latchkey's own among them, are nobody's.
fn by_device(sessions: Vec<Session>) -> Sessions {
    let mut found = Sessions::with_capacity(sessions.len());
    for session in sessions {
        let Some(key) = session.device_id.clone().zip(session.person_id()) else { continue };
        let is_newer = |other: &Session| other.last_active_at() >= session.last_active_at();
        if !found.get(&key).is_some_and(is_newer) {
            found.insert(key, session);
        }
    }
    found
}

/// Who is there, on what, from where and with what playing.
fn doing(sessions: &Value) -> BTreeSet<[String; 4]> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let one = |session: &Value| {
        let playing = &session["NowPlayingItem"]["Name"];
        [&session["DeviceId"], &session["UserId"], &session["RemoteEndPoint"], playing].map(text)
    };
    sessions.as_array().into_iter().flatten().map(one).collect()
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
