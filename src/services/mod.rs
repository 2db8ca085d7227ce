//! Servers that a household has already, with sign-ins of their own: what reads them and signs out there, one file a kind behind one
//! trait. A kind speaks with its server over a [`Line`], which knows where that is, whom it trusts there and how long it waits.
//! Nothing here knows of accounts, devices or the database, and nothing is tried twice.
//!
//! What a server answers is hostile: fields are picked by name, secrets in a list are never read, no address in an answer is followed.
//! `docs/adding-a-service.md` walks through adding a kind.

pub mod cards;
pub mod keys;
pub mod kinds;
pub mod line;
pub mod proving;
pub mod socket;
mod told;
mod trouble;

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;

pub use self::kinds::kind;
pub use self::line::{Answer, Ask, Keys, Line};
pub use self::socket::Socket;
pub use self::trouble::Trouble;
use crate::model::{DeclaredDevice, Nature, Promise, Timestamp};

/// A kind of service. Everything that is particular to it is in its file.
#[async_trait]
pub trait Kind: Send + Sync {
    /// What it is, with the words for a person who adds one.
    fn about(&self) -> &'static About;

    /// What the server says it is, without a key.
    ///
    /// # Errors
    ///
    /// [`Trouble::OtherKind`] when it is another kind of server, or none.
    async fn identify(&self, line: &Line) -> Result<Server, Trouble>;

    /// Whether the key is good and what it may do. Asks for as little as shows it, and once: servers count wrong keys.
    ///
    /// # Errors
    ///
    /// [`Trouble::KeyRefused`], or [`Trouble::TooFewRights`] with what is missing.
    async fn try_key(&self, line: &Line) -> Result<KeyHolder, Trouble>;

    /// Everything that is signed in there, and which sign-ins failed since `cursor`.
    ///
    /// # Errors
    ///
    /// When any of it could not be read: half a list is none.
    async fn look(&self, line: &Line, cursor: Option<&str>) -> Result<Look, Trouble>;

    /// Asks the server to end a sign-in. That it says so proves nothing: whether it is gone is read back by the caller.
    ///
    /// # Errors
    ///
    /// [`Trouble::Refused`] when the server will never do it for this key, with why.
    async fn end(&self, line: &Line, which: &Ending) -> Result<(), Trouble>;

    /// Whether a sign-in is there still, by as little reading as proves it.
    async fn is_there(&self, line: &Line, which: &Ending) -> Result<bool, Trouble> {
        Ok(self
            .look(line, None)
            .await?
            .sign_ins
            .iter()
            .any(|sign_in| sign_in.external_id == which.external_id))
    }

    /// Keeps a connection over which the server says when something changed, and rings for each; returns when the connection is over.
    /// A kind without one never does.
    ///
    /// # Errors
    ///
    /// [`Trouble::NoPush`] when this version of the server has none: it is not tried again before the next start.
    async fn listen(&self, _line: &Line, _bell: &Notify) -> Result<(), Trouble> {
        std::future::pending().await
    }

    /// How a key is made by a link that the person opens, where the kind has that.
    fn linking(&self) -> Option<&dyn Linking> {
        None
    }
}

/// Making a key by a link that the person opens in a browser of theirs.
#[async_trait]
pub trait Linking: Send + Sync {
    /// Begins: what the person opens, and what is asked about afterwards.
    async fn begin(&self, line: &Line, client_id: &str) -> Result<Link, Trouble>;

    /// The key, once the person has said yes; `None` until then.
    async fn finish(&self, line: &Line, client_id: &str, begun: &Link) -> Result<Option<Keys>, Trouble>;
}

/// A link that makes a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What the person opens.
    pub url: String,
    /// What is asked about: the server's id of it.
    pub id: String,
    /// The code that goes with it.
    pub code: String,
}

/// What a kind is, and its words.
#[derive(Debug)]
pub struct About {
    /// Its name in JSON and in the store.
    pub key: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// Where in that server the key is made, with the least rights that do: one step a line, plain English.
    pub how_to: &'static [&'static str],
    /// What is asked for beside the address.
    pub fields: &'static [Field],
    /// Ports that it usually listens on, the likeliest first, to look for it in the home network; none: it is not looked for.
    pub ports: &'static [u16],
    /// Its name with multicast DNS, such as `_home-assistant._tcp.local.`, where it announces itself.
    pub mdns: Option<&'static str>,
    /// Where it is, where that is always the same.
    pub fixed_url: Option<&'static str>,
    /// What it can tell of a sign-in.
    pub tells: Tells,
    /// What a sign-out there means at best.
    pub promise: Promise,
    /// What else a person should know before they rely on it, a sentence each: whose sign-ins one key sees, what is not ended.
    pub limits: &'static [&'static str],
    /// How often it is looked at while somebody looks, and else.
    pub every: (Duration, Duration),
}

/// The usual [`About::every`].
pub const USUALLY: (Duration, Duration) = (Duration::from_secs(10), Duration::from_mins(1));

/// Something that is asked for when a service is added.
#[derive(Debug)]
pub struct Field {
    /// Its name in [`Keys`].
    pub name: &'static str,
    /// What it is called on the screen.
    pub label: &'static str,
    /// Whether it is hidden while it is typed.
    pub secret: bool,
    /// Whether it may stay empty.
    pub optional: bool,
}

/// The one field that most kinds have.
pub const KEY: Field = Field { name: "key", label: "Key", secret: true, optional: false };

/// What a kind can tell of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub struct Tells {
    /// Whose sign-ins one key shows: everybody's, or its own person's only.
    pub everybody: bool,
    /// From which address.
    pub address: bool,
    /// What device or app it is.
    pub client: bool,
    /// When it was made.
    pub since: bool,
    /// When it was last used.
    pub last_active: bool,
    /// Sign-ins that failed.
    pub failed: bool,
    /// Whether it says by itself when something changed.
    pub pushes: bool,
}

/// What a server says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its version.
    pub version: Option<String>,
    /// What it is called.
    pub name: Option<String>,
    /// An id that stays its own when address and name change, where it has one.
    pub id: Option<String>,
}

/// Whose a key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHolder {
    /// The person, where the server says so.
    pub person: Option<Person>,
    /// What this key cannot do, a sentence each: the kind works, with less.
    pub lacks: Vec<String>,
}

/// Somebody with sign-ins at a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The service's id of them.
    pub id: String,
    /// What they are called there.
    pub name: String,
}

/// What was found by a look.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// Everything that is signed in.
    pub sign_ins: Vec<SignIn>,
    /// Sign-ins that failed since the last look.
    pub failed: Vec<FailedSignIn>,
    /// What is to be remembered for the next look.
    pub cursor: Option<String>,
}

/// One sign-in at a service. What it cannot tell stays empty; texts are as they came, and not clean.
#[derive(Clone, Debug, PartialEq)]
pub struct SignIn {
    /// The service's own id for it: no two that are signed in have the same.
    pub external_id: String,
    /// What ends with it, where more than this does: see [`Ending::ends_with`].
    pub ends_with: Option<String>,
    /// The service's id of the installed client, where it stays the same from one sign-in to the next.
    pub client_id: Option<String>,
    /// Whose it is.
    pub person: Option<Person>,
    /// What it says of itself.
    pub says: DeclaredDevice,
    /// Its user agent.
    pub user_agent: Option<String>,
    /// Where it was last used from. Nobody vouches for it but the service.
    pub address: Option<IpAddr>,
    /// When it was made.
    pub signed_in_at: Option<Timestamp>,
    /// When it was last used.
    pub last_active_at: Option<Timestamp>,
    /// What plays on it now.
    pub playing: Option<String>,
    /// What it is.
    pub nature: Nature,
    /// What a sign-out of it means.
    pub promise: Promise,
}

impl SignIn {
    /// One of which nothing but its id is known.
    pub fn of(external_id: impl Into<String>, promise: Promise) -> Self {
        Self {
            external_id: external_id.into(),
            ends_with: None,
            client_id: None,
            person: None,
            says: DeclaredDevice::default(),
            user_agent: None,
            address: None,
            signed_in_at: None,
            last_active_at: None,
            playing: None,
            nature: Nature::Person,
            promise,
        }
    }
}

/// A sign-in that failed at a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedSignIn {
    /// What tells it from others: the same failure is never told twice.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// The name that was tried.
    pub person: Option<String>,
    /// Where from.
    pub address: Option<IpAddr>,
}

/// What is to be ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The service's own id of the sign-in.
    pub external_id: String,
    /// What the service ends as one: its device id, say. The id above unless it said otherwise.
    pub ends_with: String,
    /// The service's id of whose it is.
    pub person_id: Option<String>,
}
