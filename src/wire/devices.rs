//! The list of devices, one device, and signing them out.

use serde::{Deserialize, Serialize};

use super::{HistoryItem, Place, Profile};
use crate::model::{
    DeviceId, DeviceKind, DeviceListing, EndedReason, Familiarity, Nature, ProfileId, Promise, ServiceId,
    ServiceState, Session, SessionId, SessionListing, SignInMethod, Source, Timestamp,
};

/// A device as the list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// What it is called: the name a person gave it, or its own.
    pub name: String,
    /// What sort of device it is.
    pub kind: DeviceKind,
    /// Manufacturer's model.
    pub model: Option<String>,
    /// Operating system.
    pub os: Option<String>,
    /// App or browser.
    pub app: Option<String>,
    /// The app's version.
    pub app_version: Option<String>,
    /// Where it was used last: "Latchkey", the host name of a site behind the guard, or what a watched service is called.
    pub service: String,
    /// The watched service where it was used last; `null`: this home.
    pub service_id: Option<ServiceId>,
    /// Every session that it holds, here and at watched services, and those that ended last; the one used last first.
    pub sessions: Vec<DeviceSession>,
    /// Whether it is the device that asks.
    pub current: bool,
    /// Whether it holds a session.
    pub signed_in: bool,
    /// The session it holds or last held.
    pub session_id: Option<SessionId>,
    /// How it last signed in.
    pub method: Option<SignInMethod>,
    /// The device that let it in by its code, if one did.
    pub let_in_by: Option<LetInBy>,
    /// Who used it last.
    pub profile: Option<Profile>,
    /// Its most recent request.
    pub last_active_at: Timestamp,
    /// What it last said it was playing.
    pub last_title: Option<String>,
    /// Whether that plays now, as far as the app says.
    pub playing: bool,
    /// Its first sign-in.
    pub first_seen_at: Timestamp,
    /// Where it was last, approximately.
    pub place: Place,
    /// How familiar its last sign-in was, and why.
    pub familiarity: Familiarity,
    /// Since when its session is held until somebody answers, if it is.
    pub held_at: Option<Timestamp>,
    /// The device whose place it took, when somebody said that both are one.
    pub continues: Option<DeviceId>,
    /// When it was signed out, if it was.
    pub ended_at: Option<Timestamp>,
    /// Why it was signed out, if it was.
    pub ended_reason: Option<EndedReason>,
    /// The first request refused after it was signed out.
    pub refused_at: Option<Timestamp>,
}

/// A session of a device, wherever it lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct DeviceSession {
    /// Its id.
    pub id: SessionId,
    /// The service it lives at; `null`: this home.
    pub service_id: Option<ServiceId>,
    /// What that is called: "Latchkey", a site behind the guard, or the service.
    pub source: String,
    /// The service's own id for it.
    pub external_id: Option<String>,
    /// Whose it is there.
    pub person: Option<String>,
    /// Whose profile that is here.
    pub profile: Option<Profile>,
    /// What it is.
    pub nature: Nature,
    /// When it was made, where that is known.
    pub signed_in_at: Option<Timestamp>,
    /// When it was last used, where that is known.
    pub last_active_at: Option<Timestamp>,
    /// What a sign-out of it means.
    pub promise: PromiseKind,
    /// Within how many seconds, where it is "within".
    pub within_s: Option<u32>,
    /// How it stands.
    pub state: SessionState,
    /// When its end was asked for at the service.
    pub asked_at: Option<Timestamp>,
    /// When the home or the service confirmed that it has ended.
    pub confirmed_at: Option<Timestamp>,
    /// Why it has not ended yet, in a sentence.
    pub detail: Option<String>,
    /// As of when this is, where the service cannot be read now.
    pub as_of: Option<Timestamp>,
}

/// How a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SessionState {
    /// It is signed in.
    Live,
    /// Its end was asked for, and is not confirmed yet.
    Asked,
    /// The service refuses to end it.
    Refused,
    /// It has ended.
    Ended,
}

/// What a sign-out of a session means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PromiseKind {
    /// The home refuses its very next request.
    NextRequest,
    /// The service ends it at once.
    AtOnce,
    /// The service ends it within a time.
    Within,
    /// The service ends all of this person's, or none.
    AllOrNothing,
    /// It can be seen and not be ended from here.
    Nothing,
}

/// The device that let another one in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct LetInBy {
    /// Which.
    pub device_id: DeviceId,
    /// What it is called.
    pub name: String,
}

/// Which devices to list. What is absent does not limit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::IntoParams)]
#[serde(default)]
#[ts(export, optional_fields)]
#[into_params(parameter_in = Query)]
pub struct DeviceQuery {
    /// Words that must all occur in name, kind, model, app, operating system, service, profile, person there, title or place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Only this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeviceKind>,
    /// Only devices last used by this profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile_id: Option<ProfileId>,
    /// Only devices last in this country (ISO 3166-1 alpha-2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// Only devices with a session there: "Latchkey", the host name of a site behind the guard, or what a watched service is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Only devices that did nothing for this many days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_days: Option<u32>,
    /// Only devices that are (`true`) or are not (`false`) signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_in: Option<bool>,
    /// Where the last page ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(pattern = "^[0-9]{1,13}\\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
    pub cursor: Option<String>,
    /// Devices a page, 1 to 200; 50 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// One page of devices: the current one first, then by last activity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct DevicePage {
    /// The devices.
    pub devices: Vec<Device>,
    /// Give it as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// Everything known of a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct DeviceDetail {
    /// The device.
    pub device: Device,
    /// The address it was last seen at.
    pub address: Option<String>,
    /// The devices that it let in by their codes and that are signed in, and those that these let in.
    pub let_in: Vec<Device>,
    /// Its most recent history, newest first.
    pub history: Vec<HistoryItem>,
}

/// What to change of a device.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct DeviceChange {
    /// A name of one's own; an empty one brings the device's own back.
    pub name: String,
}

/// Which device this one turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct DeviceMerge {
    /// The device that the account knew before.
    pub with: DeviceId,
}

/// Which devices to sign out: some by id, or all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(default)]
#[ts(export, optional_fields)]
pub struct SignOutMany {
    /// These devices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<DeviceId>>,
    /// All devices that are signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all: Option<bool>,
    /// With `all`: the device that asks as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_current: Option<bool>,
    /// With `ids`: what these let in by its code as well, and what that let in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_let_in: Option<bool>,
    /// Or these sessions, one by one: the only way to end those of programs (`integration`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_ids: Option<Vec<SessionId>>,
}

/// What signing a device out did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SignOutEffect {
    /// It was signed in and is not any more.
    SignedOut,
    /// It was not signed in.
    AlreadySignedOut,
    /// The account has no such device.
    NotFound,
    /// Its end was asked for at the service, which has not confirmed it yet.
    Asked,
    /// The service does not let it be ended from here.
    Refused,
}

/// What signing one device out did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct SignOutResult {
    /// The device.
    pub device_id: DeviceId,
    /// What happened to it as a whole: the least that happened to one of its sessions.
    pub effect: SignOutEffect,
    /// What happened to each of its sessions that this was about.
    pub sessions: Vec<SessionSignOut>,
    /// When its session ended: just now, or earlier.
    pub ended_at: Option<Timestamp>,
}

/// What signing a device out did to one of its sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct SessionSignOut {
    /// The session.
    pub session_id: SessionId,
    /// Where it lives: "Latchkey", or what the service is called.
    pub source: String,
    /// What happened.
    pub effect: SignOutEffect,
    /// When it ended, if it has.
    pub ended_at: Option<Timestamp>,
    /// Why it has not, in a sentence.
    pub detail: Option<String>,
}

/// What signing several devices out did, one line a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct SignOutReport {
    /// One line a device.
    pub results: Vec<SignOutResult>,
}

impl Device {
    /// A device as `asking` sees it; `playing`: something plays on it now.
    pub fn of(listing: DeviceListing, asking: DeviceId, playing: bool) -> Self {
        let signed_in = listing.is_signed_in();
        let held = listing.held_at_home().filter(|held| held.session.held_at.is_some());
        // One that is held stands out, whichever was used last.
        let familiarity = held.map_or(&listing.session, |held| &held.session).familiarity.clone();
        let held_at = held.and_then(|held| held.session.held_at);
        let let_in_by = listing.at_home().and_then(|at_home| {
            let name = at_home.let_in_by_name.clone()?;
            Some(LetInBy { device_id: at_home.session.let_in_by?.device_id, name })
        });
        let endings = listing.sessions.iter().filter_map(|listed| listed.session.ending.as_ref());
        let ending = endings.max_by_key(|ending| ending.at).filter(|_| !signed_in).cloned();
        let DeviceListing { device, last_active_at, session, profile, service_name, sessions, .. } = listing;
        Self {
            current: device.id == asking,
            id: device.id,
            name: device.name().to_owned(),
            kind: device.traits.kind,
            model: device.traits.model,
            os: device.traits.os,
            app: device.traits.app,
            app_version: device.traits.app_version,
            service: session.source.name(service_name.as_deref()).to_owned(),
            service_id: session.source.at_service().map(|at| at.service_id),
            sessions: sessions.into_iter().map(Into::into).collect(),
            signed_in,
            session_id: Some(session.id),
            method: Some(session.method),
            let_in_by,
            profile: profile.as_ref().map(Into::into),
            last_active_at,
            last_title: session.last_title,
            playing,
            first_seen_at: device.first_seen_at,
            place: session.place.into(),
            familiarity,
            held_at,
            continues: device.before_merge.map(|before| before.continues),
            ended_at: ending.as_ref().map(|ending| ending.at),
            ended_reason: ending.as_ref().map(|ending| ending.reason),
            refused_at: ending.and_then(|ending| ending.refused_at),
        }
    }
}

impl From<SessionListing> for DeviceSession {
    fn from(listing: SessionListing) -> Self {
        let source = listing.source_name().to_owned();
        let SessionListing { session, profile, service_state, last_read_at, not_yet, .. } = listing;
        let state = SessionState::of(&session);
        let (promise, within_s) = PromiseKind::of(session.promise);
        let confirmed_at = session.ending.as_ref().map(|ending| ending.at);
        // What ended stays so, whatever becomes of the service.
        let is_old = confirmed_at.is_none() && service_state.is_some_and(|state| state != ServiceState::Ok);
        let common = Self {
            id: session.id,
            service_id: None,
            source,
            external_id: None,
            person: None,
            profile: profile.as_ref().map(Into::into),
            nature: session.source.nature(),
            signed_in_at: Some(session.created_at),
            last_active_at: Some(session.last_active_at),
            promise,
            within_s,
            state,
            asked_at: None,
            confirmed_at,
            detail: None,
            as_of: last_read_at.filter(|_| is_old),
        };
        match session.source {
            Source::Home { .. } => common,
            Source::Service(at) => Self {
                service_id: Some(at.service_id),
                external_id: Some(at.external_id),
                person: at.told.person,
                signed_in_at: at.told.signed_in_at,
                last_active_at: at.told.last_active_at,
                asked_at: at.asked.map(|asked| asked.at),
                detail: at.refusal.or(not_yet).filter(|_| confirmed_at.is_none()),
                ..common
            },
        }
    }
}

impl SessionState {
    /// How a session stands.
    pub fn of(session: &Session) -> Self {
        match session.source.at_service() {
            _ if session.ending.is_some() => Self::Ended,
            Some(at) if at.refusal.is_some() => Self::Refused,
            Some(at) if at.asked.is_some() => Self::Asked,
            _ => Self::Live,
        }
    }
}

impl PromiseKind {
    /// What a promise is, and within how many seconds, where it is "within".
    pub const fn of(promise: Promise) -> (Self, Option<u32>) {
        match promise {
            Promise::NextRequest => (Self::NextRequest, None),
            Promise::AtOnce => (Self::AtOnce, None),
            Promise::Within { within_s } => (Self::Within, Some(within_s)),
            Promise::AllOrNothing => (Self::AllOrNothing, None),
            Promise::Nothing => (Self::Nothing, None),
        }
    }
}
