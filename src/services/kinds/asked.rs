//! What several kinds ask alike: what a server is, what a key may do, and which failures are new.

use http::StatusCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::services::{Answer, Ask, FailedSignIn, Line, Trouble};

/// How many pages of a list are read at most: what goes on behind them has no end.
pub const MOST_PAGES: u32 = 1_000;

/// How many pages of failures are read at one look at most. Who tries more often than that between two looks is told of all the same.
pub const MOST_PAGES_OF_FAILURES: u32 = 10;

/// How many ids of failures of one moment are remembered.
const MOST_IDS: usize = 100;

/// What a server says at a path for which it wants no key, in a shape that no other kind of server answers with.
pub async fn identity<T: DeserializeOwned>(
    line: &Line,
    ask: Ask,
    expected: &'static str,
) -> Result<T, Trouble> {
    recognised(line.ask(ask).await?, expected)
}

/// An answer to a question without a key, when it has the shape that only the expected kind gives it.
pub fn recognised<T: DeserializeOwned>(answer: Answer, expected: &'static str) -> Result<T, Trouble> {
    let status = answer.status;
    // Of one that is starting, broken or elsewhere nothing is known yet.
    let tells_nothing =
        status.is_server_error() || status.is_redirection() || status == StatusCode::TOO_MANY_REQUESTS;
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return Err(Trouble::Refused {
            why: "it wants a sign-in where the server itself wants none".to_owned(),
        });
    }
    if !tells_nothing && !status.is_success() {
        return Err(Trouble::OtherKind { expected });
    }
    answer.good()?.json().map_err(|_| Trouble::OtherKind { expected })
}

/// A good answer; where the server refuses the key the right to it, what is missing in words of ours.
pub fn permitted(answer: Answer, missing: &str) -> Result<Answer, Trouble> {
    if answer.status == StatusCode::FORBIDDEN {
        return Err(Trouble::TooFewRights { missing: missing.to_owned() });
    }
    answer.good()
}

/// Up to which failure everything was told: what the cursor of a kind holds. The moments in it are the server's own, so that a clock that
/// is wrong hides nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldFailures {
    /// The moment of the newest, in milliseconds.
    at: i64,
    /// The ids of those of that moment.
    ids: Vec<String>,
}

impl ToldFailures {
    /// What a cursor says; `None` where nothing was told yet, or it is damaged and nobody knows what was.
    pub fn of(cursor: Option<&str>) -> Option<Self> {
        serde_json::from_str(cursor?).ok()
    }

    /// Whether this one was not told yet.
    pub fn is_new(&self, failed: &FailedSignIn) -> bool {
        let at = failed.at.as_millis();
        at > self.at || (at == self.at && !self.ids.contains(&failed.id))
    }

    /// The same with these told as well.
    #[must_use]
    pub fn and(mut self, told: &[FailedSignIn]) -> Self {
        let newest = told.iter().map(|failed| failed.at.as_millis()).max().unwrap_or(self.at).max(self.at);
        if newest > self.at {
            self = Self { at: newest, ids: Vec::new() };
        }
        let of_then = told.iter().filter(|failed| failed.at.as_millis() == newest).map(|failed| &failed.id);
        for id in of_then.take(MOST_IDS) {
            if !self.ids.contains(id) {
                self.ids.push(id.clone());
            }
        }
        self
    }

    /// As a cursor.
    pub fn cursor(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }
}

/// Of what a server says failed, newest first or not: what is new since the cursor, and the next cursor. A first look tells of none, since
/// nobody waits for what failed before the service was watched.
pub fn new_failures(cursor: Option<&str>, read: Vec<FailedSignIn>) -> (Vec<FailedSignIn>, Option<String>) {
    let told = ToldFailures::of(cursor);
    let next = told.clone().unwrap_or_default().and(&read).cursor();
    let new = match told {
        Some(told) => read.into_iter().filter(|failed| told.is_new(failed)).collect(),
        None => Vec::new(),
    };
    (new, next)
}

#[cfg(test)]
pub mod trials;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn failed(id: &str, at: i64) -> FailedSignIn {
        FailedSignIn { id: id.to_owned(), at: Timestamp::from_millis(at), person: None, address: None }
    }

    #[test]
    fn an_answer_is_told_apart_from_another_servers_a_sign_in_page_and_one_that_starts() {
        let said = |status: u16, body: &str| {
            let status = StatusCode::from_u16(status).expect("a status");
            recognised::<Vec<u8>>(Answer { status, after: None, body: body.as_bytes().to_vec() }, "Example")
        };
        let other = Err(Trouble::OtherKind { expected: "Example" });
        assert_eq!(said(200, "[1]"), Ok(vec![1]));
        assert_eq!(said(200, "<html>"), other);
        assert_eq!(said(404, "[1]"), other);
        assert!(matches!(said(401, "[1]"), Err(Trouble::Refused { .. })));
        assert!(matches!(said(302, "[1]"), Err(Trouble::Odd { .. })));
        assert_eq!(said(503, "[1]"), Err(Trouble::Busy { after: None }));
    }

    #[test]
    fn a_first_look_tells_of_no_failure_and_the_next_of_the_new_ones_once() {
        let (told, cursor) = new_failures(None, vec![failed("old", 10)]);
        assert_eq!(told, Vec::new());
        // Two of one moment, of which one came later.
        let now = vec![failed("same moment", 10), failed("old", 10), failed("new", 11)];
        let (told, cursor) = new_failures(cursor.as_deref(), now.clone());
        assert_eq!(told, vec![failed("same moment", 10), failed("new", 11)]);
        let (told, _) = new_failures(cursor.as_deref(), now);
        assert_eq!(told, Vec::new());
    }

    #[test]
    fn a_server_without_failures_loses_none_of_those_that_come() {
        let (_, cursor) = new_failures(None, Vec::new());
        let (told, _) = new_failures(cursor.as_deref(), vec![failed("first", 1)]);
        assert_eq!(told, vec![failed("first", 1)]);
    }

    #[test]
    fn a_damaged_cursor_tells_of_nothing_twice() {
        let (told, cursor) = new_failures(Some("{"), vec![failed("old", 10)]);
        assert_eq!(told, Vec::new());
        assert_eq!(
            ToldFailures::of(cursor.as_deref()),
            Some(ToldFailures { at: 10, ids: vec!["old".to_owned()] })
        );
    }
}
