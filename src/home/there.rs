//! A home on another machine, asked over its HTTP interface: the phone's case, and a desktop's whose
//! server runs on another computer.

mod listening;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use super::operations::{answer, operations};
use super::parts::{Asked, Body, Named, Part, Question};
use super::table::each;
use super::{Home, types};
use crate::error::{Error, ErrorBody, Result};
use crate::model::{KeyPin, Secret};
use crate::tls::trust::{client_of_home, not_trusted};
use crate::wire::{Event, Fresh, SignedIn};

/// Most bytes read of an answer: a home that is not ours must not fill our memory.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// How long an answer may take, to its last byte; the event stream has no end and is not counted.
const MOST_TIME: Duration = Duration::from_mins(1);

/// A home on another machine.
#[derive(Clone, Debug)]
pub struct There {
    url: Url,
    /// Behind a lock: an answer may bring a newer one, and what is asked after it is asked with that.
    token: Arc<Mutex<Option<Secret>>>,
    http: Client,
}

impl There {
    /// The home at `url`, asked with `token` once this device is signed in. By https it is believed by what this computer trusts.
    pub fn new(url: Url, token: Option<Secret>) -> Self {
        Self::known_by(url, None, token)
    }

    /// The same, for a home that is known by its key, if it is: by https nobody else is told anything, and no name counts.
    pub fn known_by(url: Url, pin: Option<KeyPin>, token: Option<Secret>) -> Self {
        Self { url, token: Arc::new(Mutex::new(token)), http: client_of_home(pin) }
    }

    /// The same home, asked with `token`. Cheap: the connections are shared.
    #[must_use]
    pub fn with_token(&self, token: Option<Secret>) -> Self {
        Self { token: Arc::new(Mutex::new(token)), ..self.clone() }
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder> {
        let url = self.url.join(path).map_err(Error::internal)?;
        let request = self.http.request(method, url);
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(match token {
            Some(token) => request.bearer_auth(token.reveal()),
            None => request,
        })
    }

    async fn ask(&self, Question { method, path, body }: Question) -> Result<Response> {
        let request = self.request(method, &path)?.timeout(MOST_TIME);
        send(match body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body),
            None => request,
        })
        .await
    }

    async fn gives<T: DeserializeOwned>(&self, question: Question) -> Result<T> {
        read(self.ask(question).await?).await
    }

    /// The same, where the answer may bring a newer token: what is asked after it is asked with that.
    async fn renews<T: DeserializeOwned>(&self, question: Question) -> Result<Fresh<T>> {
        let fresh: Fresh<T> = self.gives(question).await?;
        if let Some(token) = fresh.token.clone() {
            *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(Secret::received(token));
        }
        Ok(fresh)
    }

    /// The keys are for whoever asks to keep.
    async fn signs_in(&self, question: Question) -> Result<SignedIn> {
        self.gives(question).await
    }

    async fn does(&self, question: Question) -> Result<()> {
        self.ask(question).await.map(drop)
    }
}

/// Sends a request; an answer that is an error becomes one.
async fn send(request: RequestBuilder) -> Result<Response> {
    let response = request.send().await.map_err(unanswered)?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    Err(refusal(status, &bytes(response).await.unwrap_or_default()))
}

/// Why there is no answer: nobody was there, or nobody who is trusted.
fn unanswered(cause: reqwest::Error) -> Error {
    let Some(refused) = not_trusted(&cause) else { return Error::HomeUnreachable(cause.into()) };
    let host = cause.url().and_then(Url::host_str).unwrap_or_default().to_owned();
    if refused.is_changed {
        Error::KeyChanged { host }
    } else {
        Error::UnknownCertificate { host, pin: refused.shown }
    }
}

/// What a home refused with, whole. What is done about some of them has a name here, too.
fn refusal(status: StatusCode, body: &[u8]) -> Error {
    let Ok(body) = serde_json::from_slice::<ErrorBody>(body) else {
        return Error::HomeUnreachable(format!("it answered {status}, which no Latchkey does").into());
    };
    match (body.error.as_str(), body.until) {
        ("not_signed_in", _) => Error::NotSignedIn,
        ("session_ended", _) => Error::SessionEnded,
        ("session_held", _) => Error::SessionHeld,
        ("token_replaced", _) => Error::TokenReplaced,
        ("token_expired", _) => Error::TokenExpired,
        ("kids_profile", _) => Error::KidsProfile,
        ("proof_required", _) => Error::ProofRequired { profile: body.profile_id },
        ("wait_started", Some(until)) => Error::WaitStarted { until },
        ("waiting", Some(until)) => Error::Waiting { until },
        _ => Error::Remote { status: status.as_u16(), body: Box::new(body) },
    }
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T> {
    serde_json::from_slice(&bytes(response).await?).map_err(|cause| Error::HomeUnreachable(cause.into()))
}

async fn bytes(mut response: Response) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|cause| Error::HomeUnreachable(cause.into()))? {
        if bytes.len() + chunk.len() > MOST_BYTES {
            return Err(Error::HomeUnreachable("its answer is too long".into()));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Ends a stream of events when one of them grows past what any event needs: a home is another machine, and
/// its answers are read with care.
fn bounded<B: AsRef<[u8]>, E>(bytes: impl Stream<Item = Result<B, E>>) -> impl Stream<Item = Result<B, E>> {
    let mut since_event = 0_usize;
    bytes.take_while(move |chunk| {
        if let Ok(chunk) = chunk {
            let chunk = chunk.as_ref();
            let ends = |end: &[u8]| chunk.windows(end.len()).any(|window| window == end);
            let is_over = ends(b"\n\n") || ends(b"\r\n\r\n");
            since_event = chunk.len() + if is_over { 0 } else { since_event };
        }
        std::future::ready(since_event <= MOST_BYTES)
    })
}

macro_rules! there {
    ($($(#[doc = $text:literal])+ $name:ident($($how:ident $arg:ident: $Type:ident),*) $kind:ident $answer:ident $asked:tt)+) => {
        #[async_trait]
        impl Home for There {
            $(async fn $name(&self $(, $arg: types::$Type)*) -> Result<answer!($kind $answer)> {
                #[allow(unused_mut, reason = "not all take something")]
                let mut question = Question::of(&each::$name);
                $($how($arg).put(stringify!($arg), &mut question)?;)*
                self.$kind(question).await
            })+

            async fn events(&self) -> Result<BoxStream<'static, Event>> {
                listening::listen(self.clone()).await
            }
        }
    };
}
operations!(there);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn what_a_home_refuses_with_arrives_whole() {
        let profile = "00000000-0000-7000-8000-000000000001".parse().ok();
        let until = Timestamp::from_millis(1_790_000_000_123);
        let refused = [
            Error::SessionEnded,
            Error::ProofRequired { profile },
            Error::ProofRequired { profile: None },
            Error::WaitStarted { until },
            Error::Waiting { until },
            Error::TooManyAttempts { retry_after_s: 150 },
            Error::Busy,
            Error::NotFound("device"),
            Error::invalid("limit", "Ask for 1 to 200."),
        ];
        for error in refused {
            let sent = serde_json::to_vec(&error.to_wire()).expect("JSON");
            let status = StatusCode::from_u16(error.status()).expect("a status");
            let arrived = refusal(status, &sent);
            assert_eq!((arrived.to_wire(), arrived.status()), (error.to_wire(), error.status()));
            assert_eq!(arrived.to_string(), error.to_string());
        }
    }

    #[test]
    fn what_no_home_says_is_said_of_none() {
        for body in ["", "<html>", "{}", "[]"] {
            assert_eq!(
                refusal(StatusCode::BAD_GATEWAY, body.as_bytes()).code(),
                "home_unreachable",
                "{body}"
            );
        }
    }
}
