//! An attacker, against a home of its own or any that runs: `./dev attack URL` asks for its login name and password. Black box:
//! nothing but HTTP and sockets. It signs devices in and out and guesses, so it is for a home that may be thrown away.
//!
//! One file for each section of the promise: what is unknown is not trusted, keys, floods, and people who are locked out
//! without being strangers.

mod support;

#[path = "attacker/floods.rs"]
mod floods;
#[path = "attacker/keys.rs"]
mod keys;
#[path = "attacker/locked_out.rs"]
mod locked_out;
#[path = "attacker/target.rs"]
mod target;
#[path = "attacker/unknown.rs"]
mod unknown;
