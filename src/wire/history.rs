//! The history as it is shown and exported.

use serde::{Deserialize, Serialize};

use super::Place;
use crate::model::{
    DeviceId, HistoryDetail, HistoryEntry, HistoryId, HistoryKind, SessionId, Timestamp, history_detail,
};

/// One entry of the history. Names are as they were at the time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct HistoryItem {
    /// Its id.
    pub id: HistoryId,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub kind: HistoryKind,
    /// The device concerned.
    pub device_id: Option<DeviceId>,
    /// What it was called at the time.
    pub device_name: Option<String>,
    /// The session concerned.
    pub session_id: Option<SessionId>,
    /// Who was using the device at the time.
    pub profile_name: Option<String>,
    /// The address it came from.
    pub address: Option<String>,
    /// Where that is, approximately.
    pub place: Option<Place>,
    /// More: the method of a sign-in, the reason of a sign-out, the answer to an alert.
    #[serde(default, deserialize_with = "history_detail")]
    pub detail: Option<HistoryDetail>,
    /// The session that did it, where that is another one than the one concerned.
    pub by_session_id: Option<SessionId>,
}

/// Which part of the history.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::IntoParams)]
#[serde(default)]
#[ts(export, optional_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// Only this device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<DeviceId>,
    /// Only this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<HistoryKind>,
    /// Where the last page ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(pattern = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
    pub cursor: Option<String>,
    /// Lines a page, 1 to 1,000; 50 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
}

/// One page of history, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct HistoryPage {
    /// The lines.
    pub history: Vec<HistoryItem>,
    /// Give it as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

impl From<HistoryEntry> for HistoryItem {
    fn from(entry: HistoryEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            kind: entry.kind,
            device_id: entry.device_id,
            device_name: entry.device_name,
            session_id: entry.session_id,
            profile_name: entry.profile_name,
            address: entry.address,
            place: entry.place.map(Place::from),
            detail: entry.detail,
            by_session_id: entry.by_session_id,
        }
    }
}
