//! Words: what is kept and sent as data, in English sentences, for whatever is no screen of the interface: the notice on the
//! desktop, the mail, the history as a table, the verdicts of a log. The interface has a catalogue of its own
//! (`ui/src/i18n`). Pure functions, of the nouns alone.
//!
//! A name in these words may be what a device, a profile or a database calls itself: whoever draws it escapes it.

mod alert;
pub mod before;
mod history;
mod place;
mod reason;
pub mod sign_out;
#[cfg(test)]
mod tests;

pub use alert::title;
pub use history::detail;
pub use place::{label, near};
pub use reason::reason;

use crate::model::DeviceKind;

/// What a sort of device is called by itself: the word that the screens have for it, by which a search finds it.
pub const fn kind(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Tv => "TV",
        DeviceKind::StreamingBox => "Streaming box",
        DeviceKind::Console => "Game console",
        DeviceKind::Phone => "Phone",
        DeviceKind::Tablet => "Tablet",
        DeviceKind::Computer => "Computer",
        DeviceKind::Browser => "Browser",
        DeviceKind::Speaker => "Speaker",
        DeviceKind::Other => "Other device",
    }
}

/// What a sort of device is called within a sentence.
const fn noun(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Tv => "TV",
        DeviceKind::StreamingBox => "streaming box",
        DeviceKind::Console => "console",
        DeviceKind::Phone => "phone",
        DeviceKind::Tablet => "tablet",
        DeviceKind::Computer => "computer",
        DeviceKind::Browser => "browser",
        DeviceKind::Speaker => "speaker",
        DeviceKind::Other => "device",
    }
}

/// Kilometres for a sentence, to two or three figures and with a comma at the thousands: both ends are approximate, and
/// "3,151 km" would say that they are not.
fn about_km(km: u32) -> String {
    let step = if km < 1000 { 10 } else { 100 };
    let km = km.saturating_add(step / 2) / step * step;
    if km < 1000 { km.to_string() } else { format!("{},{:03}", km / 1000, km % 1000) }
}
