//! The fields of a database's record: texts and numbers, as far as they are what they should be.

use serde_json::Value;

use crate::model::clean_text;

/// Characters of a name.
const MAX_CHARS: usize = 80;

/// A text that says something.
pub(super) fn text(value: &Value) -> Option<String> {
    Some(clean_text(value.as_str()?, MAX_CHARS)).filter(|text| !text.is_empty() && text != "-")
}

/// A number, also when a database keeps it as text.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number: &f64| number.is_finite())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "every caller has checked the range"
)]
pub(super) fn whole(number: f64) -> u32 {
    number.round() as u32
}
