//! Every kind there is: a line each, and a file each.

mod asked;
mod audiobookshelf;
mod authentik;
mod emby;
mod home_assistant;
mod immich;
mod jellyfin;
mod keycloak;
mod mas;
mod matrix;
mod media_server;
mod plex;
mod rows;
#[cfg(test)]
mod stand_in;
mod synapse;

use super::Kind;

/// Every kind, in the order they are offered.
pub static KINDS: &[&dyn Kind] = &[
    &home_assistant::HomeAssistant,
    &jellyfin::Jellyfin,
    &plex::Plex,
    &immich::Immich,
    &audiobookshelf::Audiobookshelf,
    &emby::Emby,
    &synapse::Synapse,
    &matrix::Matrix,
    &mas::Mas,
    &authentik::Authentik,
    &keycloak::Keycloak,
];

/// The kind of that key.
pub fn kind(key: &str) -> Option<&'static dyn Kind> {
    KINDS.iter().copied().find(|kind| kind.about().key == key)
}
