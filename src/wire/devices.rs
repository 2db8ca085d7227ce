//! The list of devices, one device, and signing them out.

use serde::{Deserialize, Serialize};

use super::{HistoryItem, Place, Profile};
use crate::model::{
    DeviceId, DeviceKind, DeviceListing, EndedReason, Familiarity, ProfileId, SessionId, SignInMethod,
    Timestamp,
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
    /// Where it is signed in: "Latchkey", or the host name of a site behind the guard.
    pub service: String,
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
    /// Words that must all occur in name, model, app, operating system, service, profile, title or place.
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
    /// Only devices of this service.
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
}

/// What signing one device out did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct SignOutResult {
    /// The device.
    pub device_id: DeviceId,
    /// What happened.
    pub effect: SignOutEffect,
    /// When its session ended: just now, or earlier.
    pub ended_at: Option<Timestamp>,
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
        let DeviceListing { device, last_active_at, session, profile, let_in_by_name } = listing;
        let ending = session.ending;
        Self {
            current: device.id == asking,
            id: device.id,
            name: device.name().to_owned(),
            kind: device.traits.kind,
            model: device.traits.model,
            os: device.traits.os,
            app: device.traits.app,
            app_version: device.traits.app_version,
            service: device.service,
            signed_in: ending.is_none(),
            session_id: Some(session.id),
            method: Some(session.method),
            let_in_by: session
                .let_in_by
                .zip(let_in_by_name)
                .map(|(by, name)| LetInBy { device_id: by.device_id, name }),
            profile: profile.as_ref().map(Into::into),
            last_active_at,
            last_title: session.last_title,
            playing,
            first_seen_at: device.first_seen_at,
            place: session.place.into(),
            familiarity: session.familiarity,
            held_at: session.held_at.filter(|_| ending.is_none()),
            continues: device.before_merge.map(|before| before.continues),
            ended_at: ending.as_ref().map(|ending| ending.at),
            ended_reason: ending.as_ref().map(|ending| ending.reason),
            refused_at: ending.and_then(|ending| ending.refused_at),
        }
    }
}
