//! The events of a home elsewhere. A connection that breaks is made anew where it was: whoever listens hears what came meanwhile,
//! or that too much did, and nothing twice.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use reqwest::Method;
use reqwest::header::HeaderValue;
use sse_stream::{Sse, SseStream};

use super::{There, bounded, send};
use crate::error::{Error, Result, causes};
use crate::home::EVENTS;
use crate::model::Timestamp;
use crate::wire::{Event, EventKind};

/// By what a home is told which event was heard last (HTML, section 9.2.4).
const LAST_EVENT_ID: &str = "last-event-id";

/// The longest id of an event that is given back, in bytes. A home's takes 40.
const MOST_MARK_BYTES: usize = 200;

/// Wait before the first attempt to go on: what ended the stream may be a newer token, and the answer that brings it is on its way.
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// Longest wait between two attempts; each is twice as long as the one before.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What happens at the home, until the session that listens ends, or the home refuses to tell it more.
pub(super) async fn listen(there: There) -> Result<BoxStream<'static, Event>> {
    let connection = open(&there, None).await?;
    let listening = Listening { there, connection, mark: None, failures: 0, is_over: false };
    Ok(stream::unfold(listening, |mut listening| async move {
        let event = listening.next().await?;
        Some((event, listening))
    })
    .boxed())
}

struct Listening {
    there: There,
    connection: BoxStream<'static, Sse>,
    /// How far it is, as the home says it.
    mark: Option<HeaderValue>,
    /// Attempts since something was heard.
    failures: u32,
    is_over: bool,
}

impl Listening {
    async fn next(&mut self) -> Option<Event> {
        while !self.is_over {
            let Some(said) = self.connection.next().await else {
                if self.go_on().await {
                    continue;
                }
                return None;
            };
            if let Some(id) = &said.id {
                self.mark = mark(id);
            }
            // One of a version to come is not known here.
            let event = said.data.and_then(|data| serde_json::from_str::<Event>(&data).ok());
            if let Some(event) = event {
                self.failures = 0;
                self.is_over = event.kind == EventKind::SessionEnded;
                return Some(event);
            }
        }
        None
    }

    /// Makes the connection anew. Answers whether there is one: whoever asks for another stream then hears why not.
    async fn go_on(&mut self) -> bool {
        loop {
            tokio::time::sleep(wait(self.failures)).await;
            self.failures = self.failures.saturating_add(1);
            match open(&self.there, self.mark.as_ref()).await {
                Ok(connection) if self.mark.is_some() => {
                    self.connection = connection;
                    return true;
                }
                // It did not say where it was, and cannot say what came since.
                Ok(connection) => {
                    self.connection = stream::iter([missed()]).chain(connection).boxed();
                    return true;
                }
                Err(error) if may_pass(&error) => {
                    tracing::debug!(error = %causes(&error), "the home's events are not heard; trying again");
                }
                Err(error) => {
                    tracing::debug!(error = %causes(&error), "the home tells no more events");
                    self.is_over = true;
                    return false;
                }
            }
        }
    }
}

/// Asks for the events after `mark`. The stream ends where the connection does, however that comes.
async fn open(there: &There, mark: Option<&HeaderValue>) -> Result<BoxStream<'static, Sse>> {
    let request = there.request(Method::GET, EVENTS)?;
    let response = send(match mark {
        Some(mark) => request.header(LAST_EVENT_ID, mark.clone()),
        None => request,
    })
    .await?;
    let said = SseStream::from_bytes_stream(bounded(response.bytes_stream()));
    Ok(said
        .take_while(|said| std::future::ready(said.is_ok()))
        .filter_map(|said| std::future::ready(said.ok()))
        .boxed())
}

/// An id as it is given back; none for what is no header, or too long for one.
fn mark(id: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(id).ok().filter(|mark| !mark.is_empty() && mark.len() <= MOST_MARK_BYTES)
}

fn wait(failures: u32) -> Duration {
    FIRST_WAIT.saturating_mul(1 << failures.min(16)).min(LONGEST_WAIT)
}

/// Whether the home may tell more in a while: it cannot be reached, or has no place just now.
fn may_pass(error: &Error) -> bool {
    matches!(error.status(), 429 | 500..)
}

/// As a home says itself that some events were missed.
fn missed() -> Sse {
    let event = Event { at: Timestamp::from_millis(0), kind: EventKind::Missed };
    Sse { data: serde_json::to_string(&event).ok(), ..Sse::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::KeyPin;

    #[test]
    fn only_what_a_header_can_hold_is_given_back() {
        assert_eq!(mark("00112233445566ff.42").expect("a mark"), "00112233445566ff.42");
        for wrong in ["", "\u{7f}", "ä\n", &"1".repeat(MOST_MARK_BYTES + 1)] {
            assert_eq!(mark(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_home_is_asked_again_soon_and_then_every_five_seconds() {
        let waits: Vec<_> = (0..7).map(|failures| wait(failures).as_millis()).collect();
        assert_eq!(waits, [250, 500, 1000, 2000, 4000, 5000, 5000]);
        assert_eq!(wait(u32::MAX), LONGEST_WAIT);
    }

    #[test]
    fn what_passes_is_waited_for_and_a_refusal_is_not() {
        assert!(may_pass(&Error::HomeUnreachable("gone".into())));
        // Somebody in between for a while must not have a home forgotten for good.
        let (host, pin) = (|| "nas".to_owned(), KeyPin::of(b"another key"));
        assert!(may_pass(&Error::KeyChanged { host: host() }));
        assert!(may_pass(&Error::UnknownCertificate { host: host(), pin }));
        assert!(may_pass(&Error::Busy) && may_pass(&Error::TooManyAttempts { retry_after_s: 1 }));
        for error in [Error::SessionEnded, Error::SessionHeld, Error::TokenReplaced, Error::KidsProfile] {
            assert!(!may_pass(&error), "{error}");
        }
    }

    #[test]
    fn a_missed_event_reads_like_any() {
        let read: Event = serde_json::from_str(&missed().data.expect("data")).expect("an event");
        assert_eq!(read.kind, EventKind::Missed);
    }
}
