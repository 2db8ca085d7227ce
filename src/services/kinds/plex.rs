//! Plex, by plex.tv: the devices of one account. Each stands in the list with a working token of its own, which is never read.

use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use serde::Deserialize;
use url::form_urlencoded;

use super::rows::{self, said};
use crate::model::{DeclaredDevice, Nature, Promise};
use crate::services::told::{self, soft};
use crate::services::{
    About, Answer, Ask, Ending, Field, KeyHolder, Keys, Kind, Line, Link, Linking, Look, Person, Server,
    SignIn, Tells, Trouble,
};

/// The kind.
pub struct Plex;

/// The account's token for Latchkey.
const TOKEN: Field = Field { name: "token", label: "Token", secret: true, optional: false };

/// By what plex.tv knows Latchkey from the account's other devices.
const CLIENT: Field =
    Field { name: "client_id", label: "Client identifier of the token", secret: false, optional: false };

static ABOUT: About = About {
    key: "plex",
    name: "Plex",
    how_to: &[
        "Press Link: a page of Plex opens in your browser.",
        "Sign in there with the account whose devices you want to see.",
        "Say yes to “Latchkey”, and come back here.",
        "To take it back, remove “Latchkey” in Plex: Settings, Authorized Devices.",
    ],
    fields: &[TOKEN, CLIENT],
    ports: &[],
    mdns: None,
    fixed_url: Some("https://plex.tv"),
    tells: Tells {
        everybody: false,
        address: true,
        client: true,
        since: true,
        last_active: true,
        failed: false,
        pushes: false,
    },
    promise: Promise::AtOnce,
    limits: &[
        "It asks plex.tv, so it needs the internet, and does not ask your own media server.",
        "One link shows the devices of one account; everybody else in the home links their own.",
        "The address is the one the internet sees, the same for all devices at home.",
        "A Plex Media Server in the list is never signed out from here: it would no longer be yours.",
        "Plex does not tell of sign-ins that failed, nor by itself when something changed.",
    ],
    // Its limits are not published.
    every: (Duration::from_mins(1), Duration::from_mins(5)),
};

/// What plex.tv answers where it refuses. Nobody else writes it so.
#[derive(Deserialize)]
struct Refusal {
    errors: Vec<RefusalError>,
}

#[derive(Deserialize)]
struct RefusalError {
    #[expect(dead_code, reason = "that it is there, and a number, tells plex.tv from others")]
    code: i64,
}

#[derive(Deserialize)]
struct User {
    #[serde(deserialize_with = "rows::id")]
    id: String,
    #[serde(default, deserialize_with = "soft")]
    title: Option<String>,
    #[serde(default, deserialize_with = "soft")]
    username: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pin {
    #[serde(deserialize_with = "rows::id")]
    id: String,
    code: String,
    #[serde(default, deserialize_with = "soft")]
    auth_token: Option<String>,
}

/// A device, by those of its attributes that are named here. `token` is none of them.
#[derive(Default)]
#[expect(clippy::struct_field_names, reason = "they are called as the service calls them")]
struct Device {
    id: Option<String>,
    name: Option<String>,
    public_address: Option<String>,
    product: Option<String>,
    product_version: Option<String>,
    platform: Option<String>,
    platform_version: Option<String>,
    device: Option<String>,
    model: Option<String>,
    provides: Option<String>,
    client_identifier: Option<String>,
    created_at: Option<String>,
    last_seen_at: Option<String>,
}

impl Device {
    fn read(tag: &BytesStart<'_>) -> Result<Self, Trouble> {
        let mut device = Self::default();
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|_| unreadable())?;
            let field = match attribute.key.into_inner() {
                "id" => &mut device.id,
                "name" => &mut device.name,
                "publicAddress" => &mut device.public_address,
                "product" => &mut device.product,
                "productVersion" => &mut device.product_version,
                "platform" => &mut device.platform,
                "platformVersion" => &mut device.platform_version,
                "device" => &mut device.device,
                "model" => &mut device.model,
                "provides" => &mut device.provides,
                "clientIdentifier" => &mut device.client_identifier,
                "createdAt" => &mut device.created_at,
                "lastSeenAt" => &mut device.last_seen_at,
                _ => continue,
            };
            if field.is_some() {
                // Which of two counts would be a guess, and by one of them it may be a media server.
                return Err(unreadable());
            }
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| unreadable())?;
            *field = said(Some(value.into_owned()));
        }
        if device.id.is_none() {
            return Err(Trouble::odd("a device in the list has no id"));
        }
        Ok(device)
    }

    /// Whether it is Latchkey's own.
    fn is_own(&self, line: &Line) -> bool {
        self.client_identifier.as_deref() == Some(line.keys().get(CLIENT.name))
    }

    /// Whether it is a media server: with its device it would lose whose it is.
    fn is_server(&self) -> bool {
        let provides = self.provides.as_deref().is_some_and(|provides| provides.contains("server"));
        provides || self.product.as_deref() == Some("Plex Media Server")
    }

    fn sign_in(self, line: &Line, person: &Person) -> SignIn {
        let (nature, promise) = match (self.is_own(line), self.is_server()) {
            (true, _) => (Nature::Own, Promise::Nothing),
            (false, true) => (Nature::Integration, Promise::Nothing),
            (false, false) => (Nature::Person, Promise::AtOnce),
        };
        let seconds = |text: Option<String>| text?.trim().parse().ok().and_then(told::moment_of_seconds);
        let os = match (self.platform, self.platform_version) {
            (Some(platform), Some(version)) => Some(format!("{platform} {version}")),
            (platform, _) => platform,
        };
        SignIn {
            client_id: self.client_identifier,
            person: Some(person.clone()),
            says: DeclaredDevice {
                name: self.name,
                model: self.model.or(self.device),
                os,
                app: self.product,
                app_version: self.product_version,
                ..DeclaredDevice::default()
            },
            address: self.public_address.as_deref().and_then(told::address),
            signed_in_at: seconds(self.created_at),
            last_active_at: seconds(self.last_seen_at),
            nature,
            ..SignIn::of(self.id.unwrap_or_default(), promise)
        }
    }
}

#[async_trait]
impl Kind for Plex {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    async fn identify(&self, line: &Line) -> Result<Server, Trouble> {
        let answer = line.ask(Ask::get(&["api", "v2", "user"]).header("Accept", "application/json")).await?;
        if answer.status.is_server_error() || answer.status == StatusCode::TOO_MANY_REQUESTS {
            return Err(answer.good().err().unwrap_or(Trouble::OtherKind { expected: ABOUT.name }));
        }
        // Without a token it says, in its own way, that it wants one.
        let is_plex = answer.status.is_client_error()
            && answer.json::<Refusal>().is_ok_and(|refusal| !refusal.errors.is_empty());
        is_plex
            .then_some(Server {
                version: None,
                name: Some(ABOUT.name.to_owned()),
                id: Some("plex.tv".to_owned()),
            })
            .ok_or(Trouble::OtherKind { expected: ABOUT.name })
    }

    async fn try_key(&self, line: &Line) -> Result<KeyHolder, Trouble> {
        Ok(KeyHolder { person: Some(account(line).await?), lacks: Vec::new() })
    }

    async fn look(&self, line: &Line, _cursor: Option<&str>) -> Result<Look, Trouble> {
        let person = account(line).await?;
        let devices = devices(line).await?;
        let sign_ins: Vec<_> = devices.into_iter().map(|device| device.sign_in(line, &person)).collect();
        Ok(Look { sign_ins: rows::one_of_each(sign_ins), failed: Vec::new(), cursor: None })
    }

    async fn end(&self, line: &Line, which: &Ending) -> Result<(), Trouble> {
        // Read once more: what must never be ended is looked at as it is now.
        let id = which.ends_with.as_str();
        let devices = devices(line).await?;
        let mut these: Vec<&Device> = devices.iter().collect();
        these.retain(|device| device.id.as_deref() == Some(id));
        if these.is_empty() {
            return Ok(());
        }
        if these.iter().any(|device| device.is_server() || device.is_own(line)) {
            let why =
                "a media server, and Latchkey itself, are only removed in Plex: Settings, Authorized Devices";
            return Err(Trouble::Refused { why: why.to_owned() });
        }
        let path = format!("{id}.xml");
        let answer = line.ask(with_token(line, Ask::delete(&["devices", path.as_str()]))?).await?;
        // One that is not there: what is there is read back.
        if answer.status == StatusCode::NOT_FOUND { Ok(()) } else { checked(answer).map(drop) }
    }

    async fn is_there(&self, line: &Line, which: &Ending) -> Result<bool, Trouble> {
        Ok(devices(line).await?.iter().any(|device| device.id.as_deref() == Some(which.external_id.as_str())))
    }

    fn linking(&self) -> Option<&dyn Linking> {
        Some(self)
    }
}

#[async_trait]
impl Linking for Plex {
    async fn begin(&self, line: &Line, client_id: &str) -> Result<Link, Trouble> {
        let ask = Ask::post(&["api", "v2", "pins"]).query("strong", "true");
        let pin: Pin = line.read(as_client(ask, client_id)).await?;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("clientID", client_id)
            .append_pair("code", &pin.code)
            .append_pair("context[device][product]", "Latchkey")
            .finish();
        Ok(Link { url: format!("https://app.plex.tv/auth#?{query}"), id: pin.id, code: pin.code })
    }

    async fn finish(&self, line: &Line, client_id: &str, begun: &Link) -> Result<Option<Keys>, Trouble> {
        let ask = Ask::get(&["api", "v2", "pins", begun.id.as_str()]);
        let answer = line.ask(as_client(ask, client_id)).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Err(Trouble::Refused { why: "the link is no longer good. Begin again".to_owned() });
        }
        let pin: Pin = answer.good()?.json()?;
        let keys = |token| {
            let client_id = (CLIENT.name.to_owned(), client_id.to_owned());
            Keys::of([(TOKEN.name.to_owned(), token), client_id])
        };
        Ok(said(pin.auth_token).map(keys))
    }
}

/// As the client that the token is, or will be, for.
fn as_client(ask: Ask, client_id: &str) -> Ask {
    ask.header("Accept", "application/json")
        .header("X-Plex-Client-Identifier", client_id)
        .header("X-Plex-Product", "Latchkey")
}

/// With the token, as the client it is for: without that Latchkey's own device could not be told from the others.
fn with_token(line: &Line, ask: Ask) -> Result<Ask, Trouble> {
    let (token, client_id) = (line.keys().get(TOKEN.name), line.keys().get(CLIENT.name));
    if client_id.trim().is_empty() {
        let missing = "the client identifier that belongs to the token. Link Plex again".to_owned();
        return Err(Trouble::TooFewRights { missing });
    }
    Ok(as_client(ask, client_id).header("X-Plex-Token", token))
}

/// A good answer. Beside 401 it refuses a token with 422, and an expired one with 498.
fn checked(answer: Answer) -> Result<Answer, Trouble> {
    match answer.status.as_u16() {
        422 | 498 => Err(Trouble::KeyRefused),
        403 => {
            let missing = "Plex keeps the account's devices from it. Link Plex again".to_owned();
            Err(Trouble::TooFewRights { missing })
        }
        _ => answer.good(),
    }
}

async fn account(line: &Line) -> Result<Person, Trouble> {
    let user: User = checked(line.ask(with_token(line, Ask::get(&["api", "v2", "user"]))?).await?)?.json()?;
    let name = said(user.title).or_else(|| said(user.username)).unwrap_or_else(|| user.id.clone());
    Ok(Person { id: user.id, name })
}

async fn devices(line: &Line) -> Result<Vec<Device>, Trouble> {
    let answer = checked(line.ask(with_token(line, Ask::get(&["devices.xml"]))?).await?)?;
    listed(&answer.body)
}

/// The devices of a list, if it is one and whole.
fn listed(body: &[u8]) -> Result<Vec<Device>, Trouble> {
    let mut reader = Reader::from_str(std::str::from_utf8(body).map_err(|_| unreadable())?);
    let mut devices = Vec::new();
    let (mut is_begun, mut is_whole) = (false, false);
    loop {
        match reader.read_event().map_err(|_| unreadable())? {
            Event::Start(tag) if tag.name().into_inner() == "MediaContainer" => is_begun = true,
            Event::Empty(tag) if tag.name().into_inner() == "MediaContainer" => is_whole = true,
            Event::End(tag) if tag.name().into_inner() == "MediaContainer" => is_whole = is_begun,
            Event::Start(tag) | Event::Empty(tag) if is_begun && tag.name().into_inner() == "Device" => {
                devices.push(Device::read(&tag)?);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    is_whole.then_some(devices).ok_or_else(unreadable)
}

fn unreadable() -> Trouble {
    Trouble::odd("plex.tv's list of devices cannot be read")
}

#[cfg(test)]
mod tests;
