//! Alerts and their answers.

use serde::{Deserialize, Serialize};

use super::{Device, Place};
use crate::model::{
    ActedBy, AlertId, AlertKind, AlertListing, AlertState, Answer, Deeds, DeviceId, DeviceKind,
    DeviceSignedOut, Reason, SessionId, Telling, Timestamp, Verdict, reasons,
};

/// An unfamiliar sign-in waiting for an answer, or answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// The device that turned up.
    pub device_id: DeviceId,
    /// The session it holds or held.
    pub session_id: SessionId,
    /// The account's login name.
    pub account: String,
    /// What the device is called.
    pub device_name: String,
    /// What sort of device it is.
    pub device_kind: DeviceKind,
    /// What it is about.
    pub kind: AlertKind,
    /// What the device did, where that is what it is about.
    pub did: Deeds,
    /// What is unfamiliar: the device or the place.
    pub verdict: Verdict,
    /// Why it is unfamiliar, the weightiest first.
    #[serde(deserialize_with = "reasons")]
    pub reasons: Vec<Reason>,
    /// How many times likelier a stranger makes such a sign-in than the household does.
    pub score: Option<f64>,
    /// The device of the household that it probably is, when it brought no secret.
    pub probably: Option<DeviceId>,
    /// With or without a sound.
    pub telling: Telling,
    /// Where, approximately.
    pub place: Place,
    /// When.
    pub at: Timestamp,
    /// Whether and how it was answered.
    pub state: AlertState,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// Who answered it, or signed out what it is about; `null` while nobody did, and in alerts of earlier versions.
    #[serde(default)]
    pub acted_by: Option<ActedBy>,
    /// Whether the session is still signed in.
    pub signed_in: bool,
    /// Since when the session is held until somebody answers, if it is.
    pub held_at: Option<Timestamp>,
    /// When its end was asked for at the watched service that it lives at, if it was.
    #[serde(default)]
    pub asked_at: Option<Timestamp>,
    /// When the session ended, if it has.
    pub ended_at: Option<Timestamp>,
    /// The first request refused after that.
    pub refused_at: Option<Timestamp>,
}

/// Which alerts to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::IntoParams)]
#[serde(default)]
#[ts(export, optional_fields)]
#[into_params(parameter_in = Query)]
pub struct AlertQuery {
    /// Only alerts in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<AlertState>,
    /// Where the last page ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(pattern = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
    pub cursor: Option<String>,
    /// Alerts a page, 1 to 200; 50 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// One page of alerts, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct AlertPage {
    /// The alerts.
    pub alerts: Vec<Alert>,
    /// Give it as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

/// One alert with its device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct AlertDetail {
    /// The alert.
    pub alert: Alert,
    /// The device it is about.
    pub device: Device,
}

/// What a person says to an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct AlertAnswer {
    /// `me`, `not_me` or `unsure`.
    pub answer: Answer,
}

/// What one answer to everything that waited did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct AllAnswered {
    /// How many alerts it answered.
    pub answered: u32,
    /// How many still wait: what looks stolen, what a device did, and what this device may not speak of.
    pub left: u32,
}

/// What an answer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum AnswerEffect {
    /// "Not me": the device was signed out just now.
    SignedOut,
    /// "Not me", but the session had ended before.
    AlreadySignedOut,
    /// "It was me": the device and the place are familiar from now on.
    NowFamiliar,
    /// "It was me", but the session had been signed out before; the device may sign in again.
    FamiliarButSignedOut,
    /// "Not sure": it stays in sight.
    KeptInSight,
    /// The same answer had been given before.
    AlreadyAnswered,
    /// "Not me": the end of its session was asked for at the watched service, which has not confirmed it yet.
    Asked,
    /// "Not me", but the watched service does not let the session be ended from here.
    Refused,
}

/// What an answer did, with the alert as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct AnswerOutcome {
    /// The alert as it is now.
    pub alert: Alert,
    /// What the answer did.
    pub effect: AnswerEffect,
    /// What the device had let in by code, and was signed out with it.
    pub also_signed_out: Vec<DeviceSignedOut>,
}

impl Alert {
    /// Whether it is about the made-up stranger of a fire drill.
    pub fn is_drill(&self) -> bool {
        self.reasons.contains(&Reason::Drill)
    }
}

impl From<AlertListing> for Alert {
    fn from(listing: AlertListing) -> Self {
        let AlertListing {
            alert,
            account,
            device_name,
            device_kind,
            held_at,
            asked_at,
            ended_at,
            refused_at,
        } = listing;
        Self {
            id: alert.id,
            device_id: alert.device_id,
            session_id: alert.session_id,
            account,
            device_name,
            device_kind,
            kind: alert.kind,
            did: alert.did,
            verdict: alert.familiarity.verdict,
            reasons: alert.familiarity.reasons,
            score: alert.familiarity.score,
            probably: alert.familiarity.probably,
            telling: alert.telling,
            place: alert.place.into(),
            at: alert.at,
            state: alert.state,
            answered_at: alert.answered_at,
            acted_by: alert.acted_by,
            signed_in: ended_at.is_none(),
            held_at,
            asked_at,
            ended_at,
            refused_at,
        }
    }
}
