//! Matrix, as one of its users: the own devices, over the client-server API that every homeserver has.

pub(super) mod homeserver;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Notify;

use self::homeserver::{
    Devices, Me, answer, errcode, exists, good, is_homeserver, listen, parts, read, whoami,
};
use super::rows;
use crate::model::Promise;
use crate::services::{
    About, Ask, Ending, Field, KeyHolder, Kind, Line, Look, Server, Tells, Trouble, USUALLY, told,
};

/// A user of a Matrix homeserver.
pub struct Matrix;

static ABOUT: About = About {
    key: "matrix",
    name: "Matrix",
    how_to: &[
        "Make a sign-in of its own for Latchkey: open Element in a private window of your browser and sign in there.",
        "In Element, open All settings, then Sessions, and rename this one to Latchkey.",
        "Open Help & About, then Advanced, and copy the access token.",
        "Close the window without signing out: signing out would end the token.",
        "Give your password as well if Latchkey shall be able to sign out your devices: the homeserver asks for it each time.",
    ],
    fields: &[
        Field { name: "key", label: "Access token", secret: true, optional: false },
        Field { name: "password", label: "Password, to sign out devices", secret: true, optional: true },
    ],
    ports: &[8008],
    mdns: None,
    fixed_url: None,
    tells: Tells {
        everybody: false,
        address: true,
        client: true,
        since: false,
        last_active: true,
        failed: false,
        pushes: true,
    },
    promise: Promise::AtOnce,
    limits: &[
        "A token shows the devices of its own user only. Whoever runs the homeserver adds it as \"Matrix (Synapse)\" and sees all.",
        "Without the password devices are shown, and none is signed out from here.",
        "A homeserver that signs people in on a page of its own (such as matrix.org) takes no password here: sign out on that page.",
        "With a device the keys of its encrypted messages are gone. Make sure that another device or a key backup has them.",
        "It does not say when a device was signed in, nor of sign-ins that failed.",
    ],
    every: USUALLY,
};

#[async_trait]
impl Kind for Matrix {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    async fn identify(&self, line: &Line) -> Result<Server, Trouble> {
        if !is_homeserver(line).await? {
            return Err(Trouble::OtherKind { expected: ABOUT.name });
        }
        // Servers tell one another which software they are. It is not needed, and often cannot be reached where people can.
        let answer = line.ask(Ask::get(&["_matrix", "federation", "v1", "version"])).await?;
        let software =
            answer.good().ok().and_then(|answer| answer.json::<Software>().ok()).and_then(|it| it.server);
        Ok(Server { version: software.and_then(Version::text), name: None, id: None })
    }

    async fn try_key(&self, line: &Line) -> Result<KeyHolder, Trouble> {
        let me = whoami(line).await?;
        read::<Devices>(line, Ask::get(&["_matrix", "client", "v3", "devices"])).await?;
        let lacks = if has_password(line) {
            Vec::new()
        } else {
            vec![
                "Your devices are shown, and cannot be signed out from here: that needs your password, too."
                    .to_owned(),
            ]
        };
        Ok(KeyHolder { person: Some(me.person()), lacks })
    }

    async fn look(&self, line: &Line, _cursor: Option<&str>) -> Result<Look, Trouble> {
        let me = whoami(line).await?;
        let devices: Devices = read(line, Ask::get(&["_matrix", "client", "v3", "devices"])).await?;
        let promise = if has_password(line) { Promise::AtOnce } else { Promise::Nothing };
        let sign_ins =
            devices.devices.into_iter().map(|device| device.into_sign_in(&me, &me.person(), promise));
        Ok(Look { sign_ins: rows::one_of_each(sign_ins), failed: Vec::new(), cursor: None })
    }

    async fn end(&self, line: &Line, which: &Ending) -> Result<(), Trouble> {
        let me = whoami(line).await?;
        let (user, device) = parts(&which.external_id)?;
        if user != me.user_id {
            return refused("it is the device of somebody else; their own token and password are needed");
        }
        if me.device_id.as_deref() == Some(device) {
            return refused("by this one Latchkey reads the homeserver; sign it out in Element");
        }
        if !has_password(line) {
            return refused("the homeserver asks for your password for that, and Latchkey does not have it");
        }
        let asked = answer(line, delete_devices(&json!({"devices": [device]}))).await?;
        if asked.status.is_success() {
            return Ok(());
        }
        // Only somebody with the password may go on: user-interactive authentication (client-server API, 5.5).
        let doubt: Doubt = asked.json().unwrap_or_default();
        match (asked.status, doubt.session) {
            (StatusCode::UNAUTHORIZED, Some(session)) if takes_password(doubt.flows.as_deref()) => {
                confirm(line, &me, device, &session).await
            }
            (StatusCode::UNAUTHORIZED, Some(_)) | (StatusCode::NOT_FOUND, _) => refused(
                "the homeserver signs people in on a page of its own; sign the device out there, in your account",
            ),
            _ => good(asked).map(drop),
        }
    }

    async fn is_there(&self, line: &Line, which: &Ending) -> Result<bool, Trouble> {
        let (_, device) = parts(&which.external_id)?;
        exists(line, Ask::get(&["_matrix", "client", "v3", "devices", device]), device).await
    }

    async fn listen(&self, line: &Line, bell: &Notify) -> Result<(), Trouble> {
        listen(line, bell).await
    }
}

fn has_password(line: &Line) -> bool {
    !line.keys().get("password").is_empty()
}

fn refused(why: &str) -> Result<(), Trouble> {
    Err(Trouble::Refused { why: why.to_owned() })
}

fn delete_devices(body: &Value) -> Ask {
    Ask::post(&["_matrix", "client", "v3", "delete_devices"]).json(body)
}

/// Whether the password alone is enough for one of the ways that it offers.
fn takes_password(flows: Option<&[Flow]>) -> bool {
    flows.unwrap_or_default().iter().any(|flow| flow.stages == ["m.login.password"])
}

async fn confirm(line: &Line, me: &Me, device: &str, session: &str) -> Result<(), Trouble> {
    let body = json!({
        "devices": [device],
        "auth": {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": me.user_id},
            "password": line.keys().get("password"),
            "session": session,
        },
    });
    let answer = answer(line, delete_devices(&body)).await?;
    let is_unknown_token = errcode(&answer).as_deref() == Some("M_UNKNOWN_TOKEN");
    if answer.status == StatusCode::UNAUTHORIZED && !is_unknown_token {
        return refused("the password is not right; give it anew in the settings of this service");
    }
    good(answer).map(drop)
}

#[derive(Deserialize)]
struct Software {
    #[serde(default, deserialize_with = "told::soft")]
    server: Option<Version>,
}

#[derive(Deserialize)]
struct Version {
    #[serde(default, deserialize_with = "told::soft")]
    name: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    version: Option<String>,
}

impl Version {
    fn text(self) -> Option<String> {
        Some(format!("{} {}", self.name?, self.version?))
    }
}

/// What it asks for before it goes on.
#[derive(Default, Deserialize)]
struct Doubt {
    #[serde(default, deserialize_with = "told::soft")]
    session: Option<String>,
    #[serde(default, deserialize_with = "told::soft")]
    flows: Option<Vec<Flow>>,
}

#[derive(Deserialize)]
struct Flow {
    stages: Vec<String>,
}
