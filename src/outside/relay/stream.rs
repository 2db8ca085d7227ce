//! Listening to topics of a relay: a stream of lines, each a JSON object (docs/subscribe/api.md of ntfy). The other side may send
//! anything, and may stop sending without hanging up.

use std::time::Duration;

use serde::Deserialize;

use super::Relay;
use crate::error::causes;
use crate::outside::address::Reach;
use crate::outside::handed::{Handed, cause};
use crate::outside::ntfy::Name;
use crate::outside::outlet::Outlet;

/// The longest line in bytes. An answer of ours takes 1,100 with everything around it; a message is 4,095 at the most.
const MOST_LINE_BYTES: usize = 16 * 1024;

/// What a relay said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A message to a topic.
    Message {
        /// Which.
        topic: String,
        /// What it says.
        text: String,
    },
    /// That it is there, or something that is of no interest.
    Alive,
}

/// What a relay says to who listens.
pub struct Stream {
    response: reqwest::Response,
    /// What came of a line that has not ended.
    begun: Vec<u8>,
}

/// Listens to topics: what was posted in the time before first, as the relay may have been out of hearing. What was heard already
/// comes again with it.
///
/// # Errors
///
/// Why not, when there is no stream.
pub async fn listen(
    outlet: &Outlet,
    relay: &Relay,
    topics: &[Name],
    before: Duration,
) -> Result<Stream, Handed> {
    let topics: Vec<_> = topics.iter().map(Name::reveal).collect();
    let url = relay.at(&format!("{}/json", topics.join(",")), &format!("since={}s", before.as_secs()));
    let response = outlet.stream(url, relay.headers(), Reach::HomeNetwork).await?;
    if response.status().is_success() {
        Ok(Stream { response, begun: Vec::new() })
    } else {
        Err(Handed::of(response.status(), None, ""))
    }
}

impl Stream {
    /// The next thing that it says. Nothing is lost when it is not waited for.
    ///
    /// # Errors
    ///
    /// Why there is nothing more.
    pub async fn next(&mut self) -> Result<Heard, String> {
        loop {
            if let Some(end) = self.begun.iter().position(|byte| *byte == b'\n') {
                let line: Vec<_> = self.begun.drain(..=end).collect();
                return Ok(heard(&line));
            }
            if self.begun.len() > MOST_LINE_BYTES {
                return Err("it sends a line without an end".to_owned());
            }
            match self.response.chunk().await {
                Ok(Some(chunk)) => self.begun.extend_from_slice(&chunk),
                Ok(None) => return Err("it hung up".to_owned()),
                Err(error) => return Err(causes(&error.without_url()).to_string()),
            }
        }
    }
}

/// What a line says. One that cannot be read, and one of a kind that is not known, says that the relay is there.
fn heard(line: &[u8]) -> Heard {
    #[derive(Deserialize)]
    struct Said {
        event: String,
        topic: String,
        message: String,
    }
    match serde_json::from_slice::<Said>(line) {
        Ok(Said { event, topic, message }) if event == "message" => Heard::Message { topic, text: message },
        _ => Heard::Alive,
    }
}

/// For the log: a refusal has no words of the relay in it.
impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stream({})", cause(self.response.status()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_a_message_with_a_topic_and_a_text_is_one() {
        let message = br#"{"id":"x","event":"message","topic":"t","message":"hush","priority":3}"#;
        assert_eq!(heard(message), Heard::Message { topic: "t".into(), text: "hush".into() });
        for other in [
            &br#"{"id":"x","event":"open","topic":"t"}"#[..],
            br#"{"event":"keepalive","topic":"t","message":"hush"}"#,
            br#"{"event":"message","topic":"t"}"#,
            br#"{"event":"message","topic":7,"message":"hush"}"#,
            br#"{"event":"of_tomorrow","what":[]}"#,
            b"[]",
            b"",
            b"\xff",
        ] {
            assert_eq!(heard(other), Heard::Alive, "{}", String::from_utf8_lossy(other));
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_said_stops_anything(line in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = heard(&line);
        }
    }
}
