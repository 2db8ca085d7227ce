//! Watched services over the public interface of a home as it is run, each kind over its stand-in: what holds for every one of them, and
//! that a server on which anything goes wrong loses nothing, ends nothing twice and hurts nobody else.
//!
//! Plex is always at the same address in the internet; its own tests cover it.

mod support;

#[path = "services/every_kind.rs"]
mod every_kind;
#[path = "services/faults.rs"]
mod faults;
#[path = "services/watched.rs"]
mod watched;

/// Every kind that a household has a server of its own for.
const KINDS: [&str; 10] = [
    "home_assistant",
    "synapse",
    "jellyfin",
    "matrix",
    "emby",
    "immich",
    "audiobookshelf",
    "mas",
    "authentik",
    "keycloak",
];
