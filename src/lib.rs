//! Latchkey's core: who holds a key to the household's accounts, and taking any of them back at once.

pub mod access;
pub mod alerting;
pub mod app;
pub mod clock;
pub mod config;
pub mod demo;
pub mod error;
pub mod events;
pub mod familiarity;
pub mod geo;
pub mod home;
pub mod http;
pub mod identify;
pub mod model;
pub mod random;
pub mod store;
pub mod tls;
pub mod wire;
