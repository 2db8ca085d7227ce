//! The line to one server: where it is, whom it trusts there, and with which keys it asks. It leads to that origin and nowhere else: no
//! redirect is followed, and what is asked for is a path.

mod answer;
mod ask;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{Method, StatusCode, header};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;

pub use self::answer::Answer;
pub use self::ask::Ask;
use super::socket::{Opening, Socket};
use super::trouble::Trouble;
use crate::clock::Clock;
use crate::error::causes;
use crate::model::KeyPin;
use crate::outside::address::{Allowed, Guard, NotThere, Reach};
use crate::outside::resolver::{Guarded, LookUp, refused, system_look_up};
use crate::outside::wait;
use crate::tls;

/// How long a connection may take to come about.
const CONNECTING: Duration = Duration::from_secs(5);

/// How long a request may take, from the look-up of the name to the last byte of the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long it may take at the most, for whoever asks for more.
const MOST_PATIENCE: Duration = Duration::from_mins(10);

/// Most bytes of an answer: 3 kB for each of ten thousand devices.
const MOST_BYTES: usize = 32 << 20;

/// Most bytes that are read of an answer that is none: there are words in it, at the most.
const MOST_BYTES_OF_A_REFUSAL: usize = 64 << 10;

/// Longest address that is asked for. RFC 9110 section 4.1 has servers take 8,000 bytes; an id of 24 kB is still sent, and refused there.
const MOST_URL_BYTES: usize = 32 << 10;

/// What a service asks whoever reads it for, by the names of its fields. It prints as dots.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Keys(BTreeMap<String, String>);

impl Keys {
    /// Keys of fields with these names.
    pub fn of(fields: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(fields.into_iter().collect())
    }

    /// The value of a field; empty where there is none.
    pub fn get(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    /// The names of the fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// The line to one server.
pub struct Line {
    url: Url,
    keys: Keys,
    clock: Arc<dyn Clock>,
    /// What connects there; why nothing does, where that address is not to be connected to.
    client: Result<Client, NotThere>,
    /// Whether its key was refused: servers count that, and shut out who comes with it again.
    is_refused: AtomicBool,
}

impl Line {
    /// A line to the server at `url`, whose certificate has the key `pin`, or is vouched for by this computer's own list.
    pub fn new(url: Url, pin: Option<KeyPin>, keys: Keys, clock: Arc<dyn Clock>) -> Self {
        Self::looking_up(url, pin, keys, clock, &system_look_up())
    }

    fn looking_up(
        mut url: Url,
        pin: Option<KeyPin>,
        keys: Keys,
        clock: Arc<dyn Clock>,
        look_up: &LookUp,
    ) -> Self {
        url.set_query(None);
        url.set_fragment(None);
        // No origin is trusted by name here: without a limit there is no connection.
        let allowed = Guard::default().allowed(&url, Reach::HomeNetwork);
        let allowed = allowed.and_then(|allowed| allowed.ok_or(NotThere::Forbidden));
        let client = allowed.map(|allowed| client(pin, allowed, look_up));
        Self { url, keys, clock, client, is_refused: AtomicBool::new(false) }
    }

    /// Asks nothing any more from now on: the key was refused. Another key is another line.
    pub fn refuse(&self) {
        self.is_refused.store(true, Ordering::Relaxed);
    }

    /// With which keys it asks.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The time.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Asks, and answers with whatever status came.
    pub async fn ask(&self, ask: Ask) -> Result<Answer, Trouble> {
        let secrets = self.secrets(&ask);
        let response = self.send(ask).await?;
        self.answer(response, &secrets).await
    }

    /// Asks, and reads a good answer as JSON.
    pub async fn read<T: DeserializeOwned>(&self, ask: Ask) -> Result<T, Trouble> {
        self.ask(ask).await?.good()?.json()
    }

    /// Opens a WebSocket at a path (RFC 6455). The request's headers go with its upgrade.
    pub async fn socket(&self, ask: Ask) -> Result<Socket, Trouble> {
        let secrets = self.secrets(&ask);
        let opening = Opening::new();
        let ask = Ask { method: Method::GET, body: None, ..ask };
        let ask = opening.headers().into_iter().fold(ask, |ask, (name, value)| ask.header(name, value));
        let response = self.send(ask).await?;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            return opening.agreed(response).await;
        }
        self.answer(response, &secrets).await?.good()?;
        Err(Trouble::odd("there is no WebSocket at that address"))
    }

    /// Sends a request, and waits for the head of the answer.
    async fn send(&self, ask: Ask) -> Result<Response, Trouble> {
        if self.is_refused.load(Ordering::Relaxed) {
            return Err(Trouble::KeyRefused);
        }
        let client = self.client.as_ref().map_err(|why| Trouble::NotAllowed(*why))?;
        let url = self.at(&ask)?;
        let patience = ask.patience.unwrap_or(PATIENCE).min(MOST_PATIENCE);
        let mut request = client.request(ask.method, url).headers(ask.headers).timeout(patience);
        if let Some((kind, body)) = ask.body {
            request = request.header(header::CONTENT_TYPE, kind).body(body);
        }
        request.send().await.map_err(no_answer)
    }

    /// Reads the whole of an answer, or the beginning of one that is a refusal.
    async fn answer(&self, mut response: Response, secrets: &[String]) -> Result<Answer, Trouble> {
        let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let after = retry_after.and_then(|text| wait(text, self.clock()));
        let status = response.status();
        let mut body = Vec::new();
        if !status.is_success() {
            // Whoever sends a status and then nothing has still answered.
            while let Ok(Some(chunk)) = response.chunk().await {
                body.extend_from_slice(&chunk);
                if body.len() >= MOST_BYTES_OF_A_REFUSAL {
                    break;
                }
            }
            body.truncate(MOST_BYTES_OF_A_REFUSAL);
            return Ok(Answer { status, after, body: answer::without(secrets, &body) });
        }
        let announced = response.content_length().unwrap_or_default();
        if usize::try_from(announced).unwrap_or(usize::MAX) > MOST_BYTES {
            return Err(too_much());
        }
        while let Some(chunk) = response.chunk().await.map_err(no_answer)? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(too_much());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, after, body })
    }

    /// The address of what is asked for.
    ///
    /// # Errors
    ///
    /// When a segment of its path would lead elsewhere than below the service's own. Ids of a service stand in paths.
    fn at(&self, ask: &Ask) -> Result<Url, Trouble> {
        let refused = || Trouble::odd("an id of it cannot stand in an address");
        let last = ask.path.len().saturating_sub(1);
        let leads_elsewhere = ask.path.iter().enumerate().any(|(at, segment)| {
            // Tabs and line ends fall out of a URL, and leave dots behind that were none (WHATWG URL section 4.4).
            matches!(segment.as_str(), "." | "..")
                || segment.chars().any(char::is_control)
                || (segment.is_empty() && at < last)
        });
        if leads_elsewhere {
            return Err(refused());
        }
        let mut url = self.url.clone();
        url.path_segments_mut().map_err(|()| refused())?.pop_if_empty().extend(&ask.path);
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&ask.query);
        }
        if url.as_str().len() > MOST_URL_BYTES { Err(refused()) } else { Ok(url) }
    }

    /// What must not be repeated of what is asked with.
    fn secrets(&self, ask: &Ask) -> Vec<String> {
        let authorization = ask.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = authorization.and_then(|text| text.split_once(' ')).map(|(_, token)| token.to_owned());
        self.keys.0.values().cloned().chain(token).collect()
    }
}

/// No redirects: what is asked for is with this server, and the key is for nobody else. No proxy from the environment: it would look
/// names up elsewhere, past the guard. The time that one read takes is bounded by that of the whole.
fn client(pin: Option<KeyPin>, allowed: Allowed, look_up: &LookUp) -> Client {
    let resolver = Arc::new(Guarded::new(allowed, look_up));
    let config = tls::trust::config(pin);
    tls::client_with(|settings| {
        settings
            .tls_backend_preconfigured(config.clone())
            .dns_resolver(Arc::clone(&resolver))
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECTING)
            .read_timeout(MOST_PATIENCE)
            .timeout(PATIENCE)
    })
}

fn too_much() -> Trouble {
    Trouble::odd("it answers more than 32 MB")
}

fn no_answer(error: reqwest::Error) -> Trouble {
    let error = error.without_url();
    if let Some(what) = tls::trust::not_trusted(&error) {
        Trouble::Certificate(what)
    } else if let Some(why) = refused(&error) {
        Trouble::NotAllowed(why)
    } else if error.is_timeout() {
        Trouble::Silent
    } else {
        Trouble::Unreachable { why: causes(&error).to_string() }
    }
}
