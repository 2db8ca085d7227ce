//! The history as CSV (RFC 4180), for a spreadsheet.

use crate::error::{Error, Result};
use crate::spreadsheet::harmless;
use crate::wire::HistoryItem;
use crate::words;

const COLUMNS: [&str; 11] = [
    "at",
    "what",
    "device",
    "profile",
    "address",
    "place_approximate",
    "country_code",
    "detail",
    "device_id",
    "session_id",
    "by_session_id",
];

/// Entries of the history as CSV, with the column names before the first page.
pub fn history_csv(lines: &[HistoryItem], with_header: bool) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |cause: csv::Error| Error::internal(cause);
    if with_header {
        writer.write_record(COLUMNS).map_err(failed)?;
    }
    for line in lines {
        let place = line.place.as_ref();
        let ids = [
            line.device_id.map(|id| id.to_string()),
            line.session_id.map(|id| id.to_string()),
            line.by_session_id.map(|id| id.to_string()),
        ];
        let [device_id, session_id, by_session_id] = ids.map(Option::unwrap_or_default);
        writer
            .write_record([
                &line.at.to_string(),
                line.kind.as_str(),
                &harmless(line.device_name.as_deref().unwrap_or_default()),
                &harmless(line.profile_name.as_deref().unwrap_or_default()),
                line.address.as_deref().unwrap_or_default(),
                &harmless(place.map(|place| place.label.as_str()).unwrap_or_default()),
                place.and_then(|place| place.country_code.as_deref()).unwrap_or_default(),
                &harmless(&line.detail.as_ref().map(words::detail).unwrap_or_default()),
                &device_id,
                &session_id,
                &by_session_id,
            ])
            .map_err(failed)?;
    }
    writer.into_inner().map_err(|cause| Error::internal(cause.to_string()))
}
