//! Latchkey's core: who holds a key to the household's accounts, and taking any of them back at once.
//!
//! This is the map; `ARCHITECTURE.md` says why it is drawn so, and `tests/architecture.rs` that it stays so.
//!
//! A request comes in at [`http`] (a front door for devices, the guard for proxies, an interface for programs),
//! becomes one operation of [`home::Home`], and that is one verb of [`access`]:
//!
//! ```text
//! device ─→ http ─→ home ─→ access ─→ familiarity, model
//!                              │
//!                              └──→ store
//! access ─→ events ─→ home ─→ http::events, alerting, the window
//! ```
//!
//! A verb looks up, decides by the pure functions of [`familiarity`] and [`model`], makes one change in [`store`],
//! and announces it by [`events`]. What it keeps is data, and [`words`] are made of it where somebody reads them. [`access::live`] keeps the promise that a signed-out session is refused at its
//! very next request. [`geo`] and [`identify`] say where and what a device is; [`alerting`] listens to a home and
//! tells a person; [`nearby`] says on the household's network that a home is here; [`outside`] hands what it is given to servers of others; [`wire`] is what travels. [`app`] puts the parts together, [`demo`] lives a made-up past through
//! the verbs, and [`replay`] judges the sign-ins of a file by the same rule.
//!
//! What the parts do not ask for themselves comes in as an argument: the time ([`clock`]), randomness ([`random`]),
//! settings ([`config`]). What goes wrong is an [`error::Error`] with a stable code and a sentence.

// The nouns, and what is decided about them: no input or output.
pub mod familiarity;
pub mod model;
pub mod words;

// What is done with them, and where they are kept.
pub mod access;
pub mod events;
pub mod store;

// Where and what a device is.
pub mod geo;
pub mod identify;

// The doors, and what travels through them.
pub mod alerting;
pub mod delivery;
pub mod home;
pub mod http;
pub mod services;
pub mod watching;
pub mod wire;

// Putting it together.
pub mod app;
pub mod config;
pub mod demo;
pub mod replay;

// What everything stands on.
pub mod clock;
pub mod error;
pub mod files;
pub mod memory;
pub mod nearby;
pub mod outside;
pub mod random;
pub mod spreadsheet;
pub mod tls;
