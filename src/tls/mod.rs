//! TLS on both sides: the client for addresses outside, in one place that says which cryptography it uses; the home's own
//! certificates ([`Certificates`]); and whom the client of a home elsewhere trusts ([`trust`], decision 25).

mod certificates;
mod key;
mod names;
pub mod trust;

#[cfg(any(target_os = "android", test))]
mod roots;

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};

pub use self::certificates::{Certificates, Keys};
use crate::error::causes;

/// Redirects that are followed.
const MOST_REDIRECTS: usize = 5;

/// A client that checks certificates against the computer's own list, gives up on a peer that is silent, and is
/// never redirected from https to http.
pub fn http_client() -> Client {
    client_with(|settings| settings)
}

/// The same, with other settings for some of it.
pub fn client_with(change: impl Fn(ClientBuilder) -> ClientBuilder) -> Client {
    // Somebody else may have chosen already; it is the same choice.
    let _ = rustls::crypto::ring::default_provider().install_default();
    change(settings()).build().unwrap_or_else(|error| {
        // A bare container has no list of certificates. Plain http still works there, and https says why not.
        tracing::warn!(error = %causes(&error), "this computer has no list of trusted certificates: https addresses will be refused");
        change(settings()).tls_certs_only([]).build().expect("fixed settings are valid")
    })
}

fn settings() -> ClientBuilder {
    let trusting = Client::builder();
    #[cfg(target_os = "android")]
    let trusting = trusting.tls_certs_only(
        roots::of_the_phone().iter().filter_map(|root| reqwest::Certificate::from_der(root).ok()),
    );
    trusting
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_mins(1))
        .redirect(Policy::custom(|attempt| {
            let was_safe = attempt.previous().last().is_some_and(|url| url.scheme() == "https");
            if was_safe && attempt.url().scheme() != "https" {
                attempt.error("redirected from https to an address that is not")
            } else if attempt.previous().len() > MOST_REDIRECTS {
                attempt.error("redirected too often")
            } else {
                attempt.follow()
            }
        }))
        .user_agent(concat!("Latchkey/", env!("CARGO_PKG_VERSION")))
}
