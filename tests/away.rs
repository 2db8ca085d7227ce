//! Away from home, with no port open: real homes and a phone in networks of their own, which reach a relay and nothing else. Cables
//! are pulled in the middle of an answer, of a pairing and of a sign-out; power fails, and a night goes by without a network.
//!
//! It needs root and Linux's namespaces. Where there are none it says `NOT TESTED`, and why.
#![cfg(target_os = "linux")]

#[path = "away/by_relay.rs"]
mod by_relay;
#[path = "away/elsewhere.rs"]
mod elsewhere;
#[path = "away/home.rs"]
mod home;
#[path = "away/network.rs"]
mod network;
#[path = "away/night.rs"]
mod night;
#[path = "away/pairing.rs"]
mod pairing;
#[path = "away/phone.rs"]
mod phone;
mod support;
#[path = "away/world.rs"]
mod world;

use std::time::Duration;

/// Longest time that anything may take before a test gives up: a home starts in a second, on a busy machine in many; and one that
/// could not be reached for a while is asked again every few seconds.
const PATIENCE: Duration = Duration::from_mins(1);

/// Asks again and again until there is an answer: for what other programs do by themselves.
async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        // The pauses leave the processor to those who are waited for; nothing depends on how long they are.
        let mut again = tokio::time::interval(Duration::from_millis(20));
        loop {
            again.tick().await;
            if let Some(found) = ask().await {
                return found;
            }
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}
