//! Game consoles, and the hand-held ones.

use super::row::{Row, row};
use crate::model::DeviceKind::Console;

/// The newer ones of a family come first: the older ones' words are in theirs.
pub(super) static ROWS: &[Row] = &[
    row(&["playstation 5"], Console, "PlayStation 5").unless(APPS_ON_PHONES),
    row(&["playstation 4"], Console, "PlayStation 4").unless(APPS_ON_PHONES),
    row(&["playstation 3"], Console, "PlayStation 3").unless(APPS_ON_PHONES),
    row(&["playstation vita"], Console, "PlayStation Vita"),
    row(&["playstation portable"], Console, "PlayStation Portable"),
    row(&["playstation"], Console, "PlayStation").unless(APPS_ON_PHONES),
    row(&["ps5"], Console, "PlayStation 5").unless(APPS_ON_PHONES),
    row(&["ps4"], Console, "PlayStation 4").unless(APPS_ON_PHONES),
    row(&["ps3"], Console, "PlayStation 3").unless(APPS_ON_PHONES),
    row(&["ps3application"], Console, "PlayStation 3"),
    row(&["psp"], Console, "PlayStation Portable").unless(APPS_ON_PHONES),
    row(&["sps jp"], Console, "PlayStation 2"),
    row(&["category=game"], Console, "PlayStation 2"),
    row(&["xbox series x"], Console, "Xbox Series X").unless(APPS_ON_PHONES),
    row(&["xbox one"], Console, "Xbox One").unless(APPS_ON_PHONES),
    row(&["xbox"], Console, "Xbox").unless(APPS_ON_PHONES),
    row(&["nintendo switch 2"], Console, "Nintendo Switch 2"),
    row(&["nintendo switch"], Console, "Nintendo Switch"),
    row(&["nintendo wiiu"], Console, "Nintendo Wii U"),
    row(&["nintendo wii u"], Console, "Nintendo Wii U"),
    row(&["nintendo wii"], Console, "Nintendo Wii"),
    row(&["nintendo 3ds"], Console, "Nintendo 3DS"),
    row(&["nintendo dsi"], Console, "Nintendo DSi"),
    row(&["nitro", "opera"], Console, "Nintendo DS").unless(&["windows", "macintosh", "android"]),
    row(&["nintendo"], Console, "Nintendo console").unless(APPS_ON_PHONES),
    row(&["steam deck"], Console, "Steam Deck"),
    row(&["steamdeck"], Console, "Steam Deck"),
    row(&["dreamcast"], Console, "Sega Dreamcast"),
    row(&["dreampassport"], Console, "Sega Dreamcast"),
    row(&["dreamkey"], Console, "Sega Dreamcast"),
    row(&["segasaturn"], Console, "Sega Saturn"),
    row(&["ouya"], Console, "OUYA"),
    row(&["gamepad", "archos"], Console, "Archos GamePad"),
    row(&["shield", "android"], Console, "NVIDIA Shield").unless(&["tablet", "tv"]),
    row(&["retroid"], Console, "Retroid Pocket"),
    row(&["anbernic"], Console, "Anbernic"),
    row(&["odin2"], Console, "AYN Odin"),
    row(&["_game_"], Console, "Game console"),
];

/// The makers' apps on phones carry the names of their consoles.
const APPS_ON_PHONES: &[&str] =
    &["iphone", "ipad", "ios", "android", "cfnetwork", "playstation app", "xbox app"];
