//! The history as it is shown and exported.

use serde::{Deserialize, Serialize};

use crate::model::{DeviceId, HistoryEntry, HistoryId, HistoryKind, Place, SessionId, Timestamp};

/// One line of the history. Names are as they were at the time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct HistoryLine {
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
    /// More in a word: the method of a sign-in, the reason of a sign-out, the answer to an alert.
    pub detail: Option<String>,
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
    pub cursor: Option<String>,
    /// Lines a page, 1 to 1,000; 50 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// One page of history, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct HistoryPage {
    /// The lines.
    pub history: Vec<HistoryLine>,
    /// Give it as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

impl From<HistoryEntry> for HistoryLine {
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
            place: entry.place,
            detail: entry.detail,
            by_session_id: entry.by_session_id,
        }
    }
}
