//! The history as CSV (RFC 4180), for a spreadsheet.

use crate::error::{Error, Result};
use crate::wire::HistoryLine;

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

/// Lines of history as CSV, with the column names before the first page.
pub fn history_csv(lines: &[HistoryLine], with_header: bool) -> Result<Vec<u8>> {
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
                &harmless(line.device_name.as_deref()),
                &harmless(line.profile_name.as_deref()),
                line.address.as_deref().unwrap_or_default(),
                &harmless(place.map(|place| place.label.as_str())),
                place.and_then(|place| place.country_code.as_deref()).unwrap_or_default(),
                &harmless(line.detail.as_deref()),
                &device_id,
                &session_id,
                &by_session_id,
            ])
            .map_err(failed)?;
    }
    writer.into_inner().map_err(|cause| Error::internal(cause.to_string()))
}

/// A text that a spreadsheet will not take for a formula: a device may call itself `=HYPERLINK(…)` (OWASP,
/// "CSV Injection"). Where the decimal comma is used, a spreadsheet splits cells at `;`, so that a formula may
/// also begin there.
fn harmless(text: Option<&str>) -> String {
    let mut out = String::new();
    let mut begins_cell = true;
    for letter in text.unwrap_or_default().chars() {
        if begins_cell && matches!(letter, '=' | '+' | '-' | '@' | '\t' | '\r') {
            out.push('\'');
        }
        begins_cell = matches!(letter, ';' | '|' | '\t') || (begins_cell && matches!(letter, ' ' | '"'));
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_cannot_put_a_formula_into_a_spreadsheet() {
        assert_eq!(harmless(Some("=1+1")), "'=1+1");
        assert_eq!(harmless(Some("x;=1+1")), "x;'=1+1");
        assert_eq!(harmless(Some("x; \"@SUM(1)")), "x; \"'@SUM(1)");
        assert_eq!(harmless(Some("a-b = c")), "a-b = c");
        assert_eq!(harmless(Some("Living-room TV")), "Living-room TV");
    }
}
