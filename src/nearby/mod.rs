//! The household's network: which networks this computer is on, saying on them that a home is here, and finding homes there
//! (multicast DNS, RFC 6762 and 6763).
//!
//! What is said names nobody. What is heard proves nothing: anybody on a network may say that a home is anywhere on it, so that it
//! fills in an address and does no more (decision 26).

mod announced;
mod announcing;
mod finding;
mod home_id;
mod interfaces;
mod mdns;
mod virtual_interfaces;

pub use announced::announced;
pub use announcing::Announcement;
pub use finding::{Found, Search, find};
pub use home_id::HomeId;
pub use interfaces::{Interfaces, Own, SystemInterfaces, is_private};
pub use mdns::{Mdns, SERVICE};
