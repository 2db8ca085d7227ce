//! What the pages call a sort of device.

use crate::model::DeviceKind;

/// Its name in the middle of a sentence.
pub const fn kind(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Tv => "TV",
        DeviceKind::StreamingBox => "streaming box",
        DeviceKind::Console => "game console",
        DeviceKind::Phone => "phone",
        DeviceKind::Tablet => "tablet",
        DeviceKind::Computer => "computer",
        DeviceKind::Browser => "browser",
        DeviceKind::Speaker => "speaker",
        DeviceKind::Other => "device",
    }
}

/// Its name by itself.
pub fn kind_title(of: DeviceKind) -> String {
    let mut letters = kind(of).chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
