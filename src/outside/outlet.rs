//! The way out by HTTP: connects only where it may, follows nobody elsewhere, and reads no more than it needs.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method, StatusCode, header};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response};
use url::Url;

use super::address::{Allowed, Guard, Reach};
use super::handed::{Handed, wait};
use super::resolver::{Guarded, LookUp, refused, system_look_up};
use crate::clock::Clock;
use crate::error::causes;
use crate::tls;

/// From the first byte to the last of the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a stream lasts at the most: then it is asked for anew, also where a name leads elsewhere by now.
const LONGEST_STREAM: Duration = Duration::from_hours(12);

/// Most bytes that are read of an answer.
const MOST_ANSWER_BYTES: usize = 64 * 1024;

/// The way out. Made once: it keeps connections for the next message.
#[derive(Clone, Debug)]
pub struct Outlet {
    guard: Guard,
    public: Client,
    anywhere: Client,
    at_home: Client,
    trusted: Client,
}

/// One message, before it goes.
#[derive(Debug)]
pub(super) struct Message {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// What a server answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    /// How long it wants to be left alone.
    pub after: Option<Duration>,
    /// The beginning of its body.
    pub body: Vec<u8>,
}

impl Outlet {
    /// A way out that this guard watches. Says in the log what is trusted by name.
    pub fn new(guard: Guard) -> Self {
        Self::looking_up(guard, &system_look_up())
    }

    fn looking_up(guard: Guard, look_up: &LookUp) -> Self {
        for origin in guard.trusted() {
            tracing::warn!(%origin, "web push may go to this origin wherever it leads, as --push-origin says");
        }
        let guarded = |allowed| {
            let resolver = Arc::new(Guarded::new(allowed, look_up));
            tls::client_with(|client| careful(client).dns_resolver(Arc::clone(&resolver)))
        };
        Self {
            guard,
            public: guarded(Allowed::Public),
            anywhere: guarded(Allowed::Anywhere),
            at_home: guarded(Allowed::AtHome),
            trusted: tls::client_with(careful),
        }
    }

    /// What says of an address whether it may be used.
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Sends one message.
    ///
    /// # Errors
    ///
    /// The outcome, when there is no answer.
    pub(super) async fn send(
        &self,
        message: Message,
        reach: Reach,
        clock: &dyn Clock,
    ) -> Result<Answer, Handed> {
        let client = self.client(&message.url, reach)?;
        let Message { method, url, headers, body } = message;
        let mut response =
            client.request(method, url).headers(headers).body(body).send().await.map_err(no_answer)?;
        let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let after = retry_after.and_then(|text| wait(text, clock));
        let status = response.status();
        let mut body = Vec::new();
        // Whoever sends a status and then nothing has still answered.
        while let Ok(Some(chunk)) = response.chunk().await {
            body.extend_from_slice(&chunk);
            if body.len() >= MOST_ANSWER_BYTES {
                body.truncate(MOST_ANSWER_BYTES);
                break;
            }
        }
        Ok(Answer { status, after, body })
    }

    /// Asks for an answer that has no end, to be read as it comes. It is as unbounded as whoever sends it.
    ///
    /// # Errors
    ///
    /// The outcome, when there is no answer.
    pub(super) async fn stream(
        &self,
        url: Url,
        headers: HeaderMap,
        reach: Reach,
    ) -> Result<Response, Handed> {
        let asking = self.client(&url, reach)?.get(url).headers(headers).timeout(LONGEST_STREAM).send();
        match tokio::time::timeout(PATIENCE, asking).await {
            Ok(answer) => answer.map_err(no_answer),
            Err(_) => Err(Handed::later("the server does not answer in time")),
        }
    }

    /// What connects to an address, and to no other place than it may.
    fn client(&self, url: &Url, reach: Reach) -> Result<&Client, Handed> {
        let allowed = self.guard.allowed(url, reach).map_err(|why| Handed::refused(why.to_string()))?;
        Ok(match allowed {
            None => &self.trusted,
            Some(Allowed::Public) => &self.public,
            Some(Allowed::Anywhere) => &self.anywhere,
            Some(Allowed::AtHome) => &self.at_home,
        })
    }
}

/// No redirects: each would have to be checked anew, and no service that takes messages needs one. No proxy from the
/// environment: it would look names up elsewhere, past the guard.
fn careful(client: ClientBuilder) -> ClientBuilder {
    client.redirect(Policy::none()).no_proxy().timeout(PATIENCE).connect_timeout(PATIENCE).referer(false)
}

fn no_answer(error: reqwest::Error) -> Handed {
    let error = error.without_url();
    if let Some(why) = refused(&error) {
        return Handed::refused(why.to_string());
    }
    if error.is_timeout() {
        return Handed::later("the server does not answer in time");
    }
    if error.is_builder() {
        return Handed::refused(format!("the message cannot be sent: {}", causes(&error)));
    }
    Handed::later(format!("the server cannot be reached: {}", causes(&error)))
}

#[cfg(test)]
pub(super) mod tests;
