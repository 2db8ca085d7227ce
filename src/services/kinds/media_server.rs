//! What Jellyfin and Emby have in common, as one grew out of the other: what they say they are, their lists, and the activity log, of
//! which the sign-ins that failed are told.

use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;
use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;

use super::rows::said;
use crate::model::Timestamp;
use crate::services::told::{self, soft};
use crate::services::{Ask, FailedSignIn, Line, Trouble};

/// What either says of itself without a key.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Public {
    #[serde(default, deserialize_with = "soft")]
    pub(super) server_name: Option<String>,
    #[serde(default, deserialize_with = "soft")]
    pub(super) version: Option<String>,
    #[serde(default, deserialize_with = "soft")]
    pub(super) id: Option<String>,
    /// Jellyfin only.
    #[serde(default, deserialize_with = "soft")]
    pub(super) product_name: Option<String>,
}

/// Asks what it is. What is neither busy nor broken and does not say so is something else.
pub(super) async fn public(line: &Line, ask: Ask, expected: &'static str) -> Result<Public, Trouble> {
    let answer = line.ask(ask).await?;
    if answer.status.is_success() {
        return answer.json().map_err(|_| Trouble::OtherKind { expected });
    }
    let says_nothing = answer.status.is_server_error() || answer.status == StatusCode::TOO_MANY_REQUESTS;
    Err(answer.good().err().filter(|_| says_nothing).unwrap_or(Trouble::OtherKind { expected }))
}

/// The id of a person, the same however a version writes it: the digits alone. Nobody's is all zeros.
pub(super) fn person_id(text: Option<&str>) -> Option<String> {
    let id: String = text?.chars().filter(char::is_ascii_alphanumeric).collect();
    id.chars().any(|digit| digit != '0').then(|| id.to_ascii_lowercase())
}

/// What is in the servers' memory of a client that is in use.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Session {
    #[serde(default, deserialize_with = "soft")]
    pub(super) device_id: Option<String>,
    /// Emby only: its own number of the device.
    #[serde(default, deserialize_with = "soft")]
    pub(super) internal_device_id: Option<i64>,
    #[serde(default, deserialize_with = "soft")]
    user_id: Option<String>,
    #[serde(default, deserialize_with = "soft")]
    remote_end_point: Option<String>,
    #[serde(default, deserialize_with = "soft")]
    last_activity_date: Option<String>,
    #[serde(default, deserialize_with = "soft")]
    now_playing_item: Option<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    #[serde(default, deserialize_with = "soft")]
    name: Option<String>,
}

impl Session {
    /// Whose it is; `None` for that of an API key.
    pub(super) fn person_id(&self) -> Option<String> {
        person_id(self.user_id.as_deref())
    }

    /// Where it is used from.
    pub(super) fn address(&self) -> Option<IpAddr> {
        self.remote_end_point.as_deref().and_then(told::address)
    }

    /// When it was last used.
    pub(super) fn last_active_at(&self) -> Option<Timestamp> {
        self.last_activity_date.as_deref().and_then(told::moment)
    }

    /// What plays on it.
    pub(super) fn playing(&self) -> Option<String> {
        self.now_playing_item.as_ref().and_then(|item| said(item.name.clone()))
    }
}

/// How many entries of the log are asked for at once.
const PAGE: usize = 500;

/// How many pages are read at most. Somebody who tries passwords by the thousand must not keep the list from being read: then the newest
/// are told.
const PAGES: usize = 10;

/// Before what was read last the log is read once more: its clock may have been set.
const BEFORE: Duration = Duration::from_mins(5);

/// A part of the log, the newest first.
pub(super) struct Part {
    /// How many entries are left out.
    pub(super) start: usize,
    /// How many it has at most.
    pub(super) limit: usize,
    /// Only what is not before this.
    pub(super) since: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entries {
    items: Vec<Entry>,
    #[serde(default, deserialize_with = "soft")]
    total_record_count: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    id: i64,
    #[serde(default, deserialize_with = "soft")]
    r#type: Option<String>,
    #[serde(default, deserialize_with = "soft")]
    name: Option<String>,
    #[serde(default, deserialize_with = "soft")]
    short_overview: Option<String>,
    #[serde(default, deserialize_with = "soft")]
    date: Option<String>,
}

impl Entry {
    fn at(&self) -> Option<Timestamp> {
        self.date.as_deref().and_then(told::moment)
    }

    /// Jellyfin's word and the one of Emby today.
    fn is_failure(&self) -> bool {
        let is = |word: &str| self.r#type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case(word));
        is("AuthenticationFailed") || is("user.authenticationfailed")
    }
}

/// How far the log was read: the highest id, and the latest date. Either may go on alone: ids begin anew with a new database, and dates go
/// back when the clock is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    id: i64,
    at: Option<Timestamp>,
}

impl Mark {
    fn read(text: &str) -> Option<Self> {
        let (id, at) = text.split_once(' ').unwrap_or((text, ""));
        Some(Self { id: id.parse().ok()?, at: at.parse().ok().map(Timestamp::from_millis) })
    }

    fn write(self) -> String {
        self.at.map_or_else(|| self.id.to_string(), |at| format!("{} {}", self.id, at.as_millis()))
    }

    /// Whether an entry came after it.
    fn is_before(self, entry: &Entry) -> bool {
        entry.id > self.id || self.at.is_some_and(|last| entry.at().is_some_and(|at| at > last))
    }

    fn and(self, entry: &Entry) -> Self {
        Self { id: self.id.max(entry.id), at: self.at.max(entry.at()) }
    }
}

/// The sign-ins that failed since the cursor, oldest first, with the next cursor. Without a cursor none: what was there before is nobody's
/// news.
pub(super) async fn failed_since(
    line: &Line,
    ask: fn(&Line, &Part) -> Ask,
    cursor: Option<&str>,
    people: &HashSet<String>,
) -> Result<(Vec<FailedSignIn>, String), Trouble> {
    let Some(last) = cursor.and_then(Mark::read) else {
        let newest: Entries = line.read(ask(line, &Part { start: 0, limit: 1, since: None })).await?;
        let mark = newest.items.iter().fold(Mark { id: 0, at: None }, Mark::and);
        return Ok((Vec::new(), mark.write()));
    };
    // A date in time to come, of a clock that was wrong, must not hide what comes meanwhile.
    let now = line.clock().now();
    let since = last.at.map(|at| at.min(now).before(BEFORE));
    let (mut mark, mut failed, mut start) = (last, BTreeMap::new(), 0);
    for _ in 0..PAGES {
        let part: Entries = line.read(ask(line, &Part { start, limit: PAGE, since })).await?;
        let size = part.items.len();
        for entry in part.items.into_iter().filter(|entry| last.is_before(entry)) {
            mark = mark.and(&entry);
            if entry.is_failure() {
                failed.insert((entry.at(), entry.id), told_of(&entry, people, now));
            }
        }
        start += size;
        let is_last = part.total_record_count.map_or(size < PAGE, |total| start >= total);
        if size == 0 || is_last {
            break;
        }
    }
    Ok((failed.into_values().collect(), mark.write()))
}

fn told_of(entry: &Entry, people: &HashSet<String>, now: Timestamp) -> FailedSignIn {
    FailedSignIn {
        id: entry.id.to_string(),
        at: entry.at().unwrap_or(now),
        person: entry.name.as_deref().and_then(|title| person_in(title, people)),
        address: entry.short_overview.as_deref().and_then(address_in),
    }
}

/// The name that was tried: it stands only in a sentence of the server's own language, most often at its end.
fn person_in(title: &str, people: &HashSet<String>) -> Option<String> {
    let english = ["Failed login try from ", "Failed login attempt from ", "Failed Login Attempt from "];
    if let Some(rest) = english.into_iter().find_map(|start| title.strip_prefix(start)) {
        return said(Some(rest.to_owned()));
    }
    let is_last = |name: &&String| {
        let before = title.strip_suffix(name.as_str());
        !name.is_empty() && before.is_some_and(|before| !before.ends_with(char::is_alphanumeric))
    };
    people.iter().filter(is_last).max_by_key(|name| name.len()).cloned()
}

/// The last word of a sentence that is an address, whatever the language.
fn address_in(sentence: &str) -> Option<IpAddr> {
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '：' | '，');
    sentence.split(between).rev().find_map(told::address)
}

#[cfg(test)]
mod tests;
