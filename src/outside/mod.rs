//! What speaks with servers of others: push services, ntfy, mail servers, web hooks, relays. Data comes in, an outcome goes out;
//! nothing here knows of accounts, sessions or alerts, and nothing is tried twice.
//!
//! Every address that a person gives or a browser brings passes [`address`], once as it is written and once more as it is
//! resolved, right before the connection (decision 20).

pub mod address;
mod handed;
pub mod mail;
pub mod ntfy;
mod outlet;
pub mod relay;
pub(crate) mod resolver;
pub mod web_hook;
pub mod web_push;

pub use address::{Guard, NotThere, Reach, TrustedOrigin};
pub use handed::Handed;
pub(crate) use handed::wait;
pub use outlet::Outlet;
