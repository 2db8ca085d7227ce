//! What a Matrix homeserver's kinds have in common: asking with the key, its errors, its devices, and its bell (client-server API v3).

use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Notify;

use crate::model::{DeclaredDevice, Nature, Promise};
use crate::services::{Answer, Ask, Line, Person, SignIn, Trouble, told};

/// How long the homeserver may wait with its answer until something happens.
const LONG_POLL: Duration = Duration::from_secs(30);

/// What is left out of what it tells when something happens: everything but whose devices changed.
const NOTHING_ELSE: &str = r#"{"presence":{"types":[]},"account_data":{"types":[]},"room":{"rooms":[]}}"#;

/// The least time between two such questions, for one that answers at once each time.
const PAUSE: Duration = Duration::from_secs(1);

/// Asks with the key.
pub async fn answer(line: &Line, ask: Ask) -> Result<Answer, Trouble> {
    let key = line.keys().get("key");
    if key.is_empty() {
        return Err(Trouble::KeyRefused);
    }
    line.ask(ask.bearer(key)).await
}

/// Asks with the key, and reads a good answer.
pub async fn read<T: DeserializeOwned>(line: &Line, ask: Ask) -> Result<T, Trouble> {
    good(answer(line, ask).await?)?.json()
}

/// The answer, where it is a good one. How long it wants to be left alone, older homeservers say in the body only.
pub fn good(answer: Answer) -> Result<Answer, Trouble> {
    if answer.status == StatusCode::TOO_MANY_REQUESTS && answer.after.is_none() {
        let after =
            answer.json::<Fault>().ok().and_then(|fault| fault.retry_after_ms).map(Duration::from_millis);
        return Err(Trouble::Busy { after });
    }
    answer.good()
}

/// Its own word for what is wrong.
pub fn errcode(answer: &Answer) -> Option<String> {
    answer.json::<Fault>().ok()?.errcode
}

/// Whether a homeserver answers there. What it says to everybody shows it.
pub async fn is_homeserver(line: &Line) -> Result<bool, Trouble> {
    let answer = line.ask(Ask::get(&["_matrix", "client", "versions"])).await?;
    if answer.status.is_server_error() || answer.status == StatusCode::TOO_MANY_REQUESTS {
        return good(answer).map(|_| false);
    }
    let is_good = answer.status.is_success();
    Ok(is_good && answer.json::<Versions>().is_ok_and(|it| !it.versions.is_empty()))
}

/// Whether a device is there, by what is read of it alone.
pub async fn exists(line: &Line, ask: Ask, device: &str) -> Result<bool, Trouble> {
    let answer = answer(line, ask).await?;
    if answer.status == StatusCode::NOT_FOUND && errcode(&answer).as_deref() == Some("M_NOT_FOUND") {
        return Ok(false);
    }
    let found: Device = good(answer)?.json()?;
    if found.device_id == device { Ok(true) } else { Err(Trouble::odd("it answers with another device")) }
}

/// Whose the key is.
pub async fn whoami(line: &Line) -> Result<Me, Trouble> {
    read(line, Ask::get(&["_matrix", "client", "v3", "account", "whoami"])).await
}

/// Waits until the homeserver tells that the devices of somebody of its own users changed, again and again. Whose keys change is told to
/// those who share an encrypted room, and to oneself.
pub async fn listen(line: &Line, bell: &Notify) -> Result<(), Trouble> {
    let me = whoami(line).await?;
    let home = home_of(&me.user_id);
    let mut since = sync(line, None).await?.next_batch;
    // Something may have happened while nobody listened.
    bell.notify_one();
    loop {
        let news = sync(line, Some(&since)).await?;
        let changed = news.device_lists.and_then(|lists| lists.changed).unwrap_or_default();
        if changed.iter().any(|user| home_of(user) == home) {
            bell.notify_one();
        }
        since = news.next_batch;
        tokio::time::sleep(PAUSE).await;
    }
}

async fn sync(line: &Line, since: Option<&str>) -> Result<News, Trouble> {
    let wait = if since.is_some() { LONG_POLL } else { Duration::ZERO };
    let ask = Ask::get(&["_matrix", "client", "v3", "sync"])
        .query("filter", NOTHING_ELSE)
        .query("set_presence", "offline")
        .query("timeout", wait.as_millis().to_string())
        .patience(LONG_POLL + Duration::from_secs(15));
    let ask = if let Some(since) = since { ask.query("since", since) } else { ask };
    read(line, ask).await
}

/// The homeserver in a user's id.
fn home_of(user_id: &str) -> &str {
    user_id.split_once(':').map_or("", |(_, home)| home)
}

/// The id of a device that no other user's device has: anybody may give theirs any id.
pub fn device_of(user_id: &str, device_id: &str) -> String {
    format!("{user_id}/{device_id}")
}

/// The user's and the device's id in that. A name may have a `/` in it; behind its colon, a homeserver's has none.
pub fn parts(external_id: &str) -> Result<(&str, &str), Trouble> {
    let split = external_id.find(':').and_then(|colon| Some(colon + external_id.get(colon..)?.find('/')?));
    let parts = split.and_then(|at| external_id.get(..at).zip(external_id.get(at + 1..)));
    parts.ok_or_else(|| Trouble::odd("this is the id of no device"))
}

/// Whose a key is.
#[derive(Deserialize)]
pub struct Me {
    pub user_id: String,
    /// Absent where the key is no device's, such as one that an administrator made.
    #[serde(default, deserialize_with = "told::soft")]
    pub device_id: Option<String>,
}

impl Me {
    pub fn person(&self) -> Person {
        person(&self.user_id, None)
    }
}

/// A user, by the name that they gave themselves, else by that in their id.
pub fn person(user_id: &str, name: Option<String>) -> Person {
    let own = || user_id.trim_start_matches('@').split(':').next().unwrap_or(user_id).to_owned();
    Person { id: user_id.to_owned(), name: name.filter(|name| !name.trim().is_empty()).unwrap_or_else(own) }
}

#[derive(Deserialize)]
pub struct Devices {
    pub devices: Vec<Device>,
}

/// A device, as the client-server and Synapse's admin API describe it.
#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "they are called as the service calls them")]
pub struct Device {
    device_id: String,
    #[serde(default, deserialize_with = "told::soft")]
    display_name: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    last_seen_ip: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    last_seen_user_agent: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    last_seen_ts: Option<i64>,
    #[serde(default, deserialize_with = "told::soft")]
    dehydrated: Option<bool>,
}

impl Device {
    pub fn into_sign_in(self, me: &Me, person: &Person, promise: Promise) -> SignIn {
        let external_id = device_of(&person.id, &self.device_id);
        let is_own = person.id == me.user_id && me.device_id.as_ref() == Some(&self.device_id);
        let name = self.display_name.filter(|name| !name.trim().is_empty());
        let last_active_at = self.last_seen_ts.and_then(told::moment_of_millis);
        // Every app names its device when it signs in, and is first seen minutes later. What has neither is what registering leaves
        // behind; a dehydrated device takes keys while none is there.
        let is_nobodys = self.dehydrated == Some(true) || (last_active_at.is_none() && name.is_none());
        let nature = match (is_own, is_nobodys) {
            (true, _) => Nature::Own,
            (false, true) => Nature::Unused,
            (false, false) => Nature::Person,
        };
        SignIn {
            person: Some(person.clone()),
            says: DeclaredDevice { name, ..DeclaredDevice::default() },
            user_agent: self.last_seen_user_agent,
            address: self.last_seen_ip.as_deref().and_then(told::address),
            last_active_at,
            nature,
            ..SignIn::of(external_id, if is_own { Promise::Nothing } else { promise })
        }
    }
}

#[derive(Deserialize)]
struct Fault {
    #[serde(default, deserialize_with = "told::soft")]
    errcode: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    retry_after_ms: Option<u64>,
}

#[derive(Deserialize)]
struct Versions {
    versions: Vec<String>,
}

#[derive(Deserialize)]
struct News {
    next_batch: String,
    #[serde(default, deserialize_with = "told::soft")]
    device_lists: Option<DeviceLists>,
}

#[derive(Deserialize)]
struct DeviceLists {
    #[serde(default, deserialize_with = "told::soft")]
    changed: Option<Vec<String>>,
}
