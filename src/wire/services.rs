//! Watched services: adding, proving, looking at and removing them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Profile, PromiseKind, Proof};
use crate::model::{ProfileId, ServiceId, ServiceLinkId, ServiceState, Timestamp};

/// Every kind of service that can be watched, and those for which there is a page to look at only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct ServiceKinds {
    /// Those that are watched.
    pub kinds: Vec<ServiceKind>,
    /// Those without an API for it: what can be done there, and where.
    pub cards: Vec<ServiceCard>,
}

/// A kind of service that can be watched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct ServiceKind {
    /// Its name in other calls: "jellyfin".
    pub kind: String,
    /// Its name for people.
    pub name: String,
    /// Where in that server the key is made, a step a line.
    pub how_to: Vec<String>,
    /// What is asked for beside the address.
    pub fields: Vec<ServiceField>,
    /// Where it is, where that is always the same: then no address is asked for.
    pub fixed_url: Option<String>,
    /// The port it usually listens on.
    pub usual_port: Option<u16>,
    /// Whether the key is made by a link that the person opens.
    pub links: bool,
    /// What it can tell of a sign-in.
    pub tells: ServiceTells,
    /// What a sign-out there means at best.
    pub promise: PromiseKind,
    /// Within how many seconds, where it is "within".
    pub within_s: Option<u32>,
    /// What else to know before one relies on it, a sentence each.
    pub limits: Vec<String>,
}

/// Something that is asked for when a service is added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct ServiceField {
    /// Its name in `keys`.
    pub name: String,
    /// What it is called on the screen.
    pub label: String,
    /// Whether it is hidden while it is typed.
    pub secret: bool,
    /// Whether it may stay empty.
    pub optional: bool,
}

/// What a kind of service can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub struct ServiceTells {
    /// Whether one key shows everybody's sign-ins; else its own person's only.
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
    /// Whether it says by itself when something changed; else it is looked at every minute.
    pub pushes: bool,
}

/// A service that has no API for it, or is too large for one: what can be done, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct ServiceCard {
    /// Its name in other calls: "google".
    pub card: String,
    /// Its name for people.
    pub name: String,
    /// The page where its devices are; `null` where there is none, or it is within its app.
    pub url: Option<String>,
    /// Whether that address has `HOST` in it, to be replaced by that of the household's own server.
    pub own_server: bool,
    /// What can be ended there.
    pub ends: CardEnds,
    /// What to do there, a step a line.
    pub steps: Vec<String>,
    /// What to run on the server, where that is the only way.
    pub command: Option<String>,
    /// The day on which the page was last checked (ISO 8601), and whether a help page names it.
    pub checked: String,
    /// Whether a help page of its maker names the address.
    pub confirmed: bool,
    /// Since when the household has it on its list; `null`: it does not.
    pub watched_since: Option<Timestamp>,
    /// When somebody last looked there.
    pub looked_at: Option<Timestamp>,
    /// When it is time to look again.
    pub due_at: Option<Timestamp>,
}

/// What can be ended at a service that has a page for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CardEnds {
    /// One device at a time.
    One,
    /// One, or all.
    OneOrAll,
    /// Only all at once.
    All,
    /// Nothing: it can be looked at.
    Nothing,
    /// It is not known.
    Unknown,
}

/// What to do with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export, optional_fields)]
pub struct CardChange {
    /// Whether the household has an account there.
    #[serde(default)]
    pub watched: Option<bool>,
    /// Whether somebody has looked there just now.
    #[serde(default)]
    pub looked: Option<bool>,
}

/// The services that the account watches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct ServiceList {
    /// The services, in the order they were added.
    pub services: Vec<Service>,
}

/// A service that the account watches. Its keys are never shown again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Its kind.
    pub kind: String,
    /// The kind's name for people.
    pub kind_name: String,
    /// What the household calls it.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// The key of its certificate, where a person compared that.
    pub certificate_sha256: Option<String>,
    /// How it does.
    pub state: ServiceState,
    /// Why it does not do better, in a sentence.
    pub detail: Option<String>,
    /// The version it last said it has.
    pub version: Option<String>,
    /// When its sign-ins were last read, whole: what is shown of it is as of then.
    pub last_read_at: Option<Timestamp>,
    /// Whether it is not asked, because somebody said so.
    pub paused: bool,
    /// Whether somebody still has to go through what was there when it was added.
    pub to_go_through: bool,
    /// How many people have sign-ins there.
    pub people: u32,
    /// How many devices hold sign-ins there.
    pub devices: u32,
    /// How many sign-outs were asked for there and are not confirmed yet.
    pub asked: u32,
    /// What it can tell of a sign-in.
    pub tells: ServiceTells,
    /// What a sign-out there means at best.
    pub promise: PromiseKind,
    /// Within how many seconds, where it is "within".
    pub within_s: Option<u32>,
    /// What else to know before one relies on it, a sentence each.
    pub limits: Vec<String>,
}

/// Everything known of a watched service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct ServiceDetail {
    /// The service.
    pub service: Service,
    /// Who has sign-ins there.
    pub people: Vec<ServicePerson>,
}

/// Somebody with sign-ins at a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct ServicePerson {
    /// The service's id of them.
    pub person_id: String,
    /// What they are called there.
    pub name: String,
    /// Whose profile that is here.
    pub profile: Option<Profile>,
    /// Whether a person said so; else it is a guess by the name.
    pub chosen: bool,
    /// How many sign-ins they have there.
    pub sign_ins: u32,
}

/// A service to prove or to add.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export, optional_fields)]
pub struct NewService {
    /// Its kind.
    #[schema(max_length = 64)]
    pub kind: String,
    /// What to call it; what the server calls itself unless told.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub name: Option<String>,
    /// Where it is. Not needed where the kind has one address, or with `service_id`.
    #[serde(default)]
    #[schema(max_length = 2048)]
    pub url: Option<String>,
    /// The key, where there is one field.
    #[serde(default)]
    #[schema(max_length = 8192)]
    pub key: Option<String>,
    /// What is asked for, by the names of the fields.
    #[serde(default)]
    pub keys: BTreeMap<String, String>,
    /// A link that made the key.
    #[serde(default)]
    pub link_id: Option<ServiceLinkId>,
    /// The key of its certificate, once somebody compared it (43 characters of base64url).
    #[serde(default)]
    #[schema(pattern = "^[A-Za-z0-9_-]{43}$")]
    pub certificate_sha256: Option<String>,
    /// The PIN of the profile that asks, or the password.
    #[serde(flatten)]
    pub proof: Proof,
}

impl std::fmt::Debug for NewService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewService").field("kind", &self.kind).field("url", &self.url).finish_non_exhaustive()
    }
}

/// What proving a service came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct ServiceCheck {
    /// Every step, in order; after the first that failed, the others wait.
    pub steps: Vec<ServiceStep>,
    /// How the service does by that.
    pub state: ServiceState,
    /// The version it says it has.
    pub version: Option<String>,
    /// What it calls itself.
    pub server_name: Option<String>,
    /// Whose key it is, where the server says so.
    pub person: Option<String>,
    /// What the key cannot do, a sentence each: it works, with less.
    pub lacks: Vec<String>,
    /// The certificate that was shown and is not trusted: its key, to be given as `certificate_sha256` once a person compared it.
    pub shown_certificate_sha256: Option<String>,
    /// What a person compares of it: groups of letters.
    pub shown_certificate_letters: Option<String>,
}

/// A step of proving a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct ServiceStep {
    /// Which.
    pub step: ServiceStepKind,
    /// How it went.
    pub state: ServiceStepState,
    /// Why it failed, in a sentence with what to do.
    pub detail: Option<String>,
}

/// What is proven of a service, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ServiceStepKind {
    /// Something answers there.
    Reachable,
    /// Its certificate is trusted; nothing to prove with plain http.
    Certificate,
    /// It is a server of that kind.
    Kind,
    /// The key is good.
    Key,
    /// The key may do what is needed.
    Rights,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ServiceStepState {
    /// It is proven.
    Passed,
    /// It is not.
    Failed,
    /// It was not tried, for one before it failed.
    Waits,
}

/// What to change of a service; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(default)]
#[ts(export, optional_fields)]
pub struct ServiceChange {
    /// Another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 64)]
    pub name: Option<String>,
    /// Another address, with keys: they are never sent to another server than they were given for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renewed: Option<NewService>,
    /// Whether it is left alone for now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
    /// That what was there when it was added has been gone through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone_through: Option<bool>,
    /// Whose profile a person there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonChoice>,
    /// The PIN of the profile that asks, or the password: for another address or key.
    #[serde(flatten)]
    pub proof: Proof,
}

/// Whose profile somebody at a service is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export, optional_fields)]
pub struct PersonChoice {
    /// The service's id of them.
    pub person_id: String,
    /// The profile; absent for nobody's here.
    #[serde(default)]
    pub profile_id: Option<ProfileId>,
}

/// How a service is removed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::IntoParams,
)]
#[serde(default)]
#[ts(export, optional_fields)]
#[into_params(parameter_in = Query)]
pub struct ServiceRemoval {
    /// Whether what the history says of it goes as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forget: Option<bool>,
}

/// Servers that were found in the home network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct FoundServices {
    /// The servers, those that are watched already among them.
    pub found: Vec<FoundService>,
    /// Why nothing can be looked for, where that is so.
    pub problem: Option<String>,
}

/// A server that was found in the home network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct FoundService {
    /// Its kind.
    pub kind: String,
    /// Where it is.
    pub url: String,
    /// What it calls itself.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The service that it is, where it is watched already.
    pub service_id: Option<ServiceId>,
}

/// For which kind a link is to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct NewServiceLink {
    /// The kind.
    #[schema(max_length = 64)]
    pub kind: String,
}

/// A link by which a key is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct ServiceLink {
    /// Its id.
    pub id: ServiceLinkId,
    /// What the person opens.
    pub url: String,
    /// Whether the person has said yes: then a service can be added with it.
    pub ready: bool,
    /// When it stops being good.
    pub expires_at: Timestamp,
}
