//! What is kept of an account for the rule, when it cannot be read: it is set aside as it was, and learning begins anew.

use super::Store;
use super::history::insert_history;
use crate::error::Result;
use crate::model::{AccountId, HistoryEntry, Part};

/// What is set aside, and what takes its place.
#[derive(Debug)]
pub struct SetAside<'a> {
    /// The account.
    pub account_id: AccountId,
    /// Which half.
    pub part: Part,
    /// What it was, as it was read: what has changed since stays.
    pub unreadable: &'a [u8],
    /// Why it cannot be read.
    pub cause: &'a str,
    /// What takes its place.
    pub instead: &'a str,
    /// Its entry in the history.
    pub history: &'a HistoryEntry,
}

impl Store {
    /// Sets aside what cannot be read, and has something else take its place. Says whether it was still there.
    pub async fn set_aside(&self, aside: &SetAside<'_>) -> Result<bool> {
        let mut change = self.begin().await?;
        let (read, copy, write) = match aside.part {
            Part::Known => (
                "SELECT known FROM familiarity WHERE account_id = $1",
                "INSERT INTO familiarity_set_aside (account_id, at, part, written, cause)
                 SELECT account_id, $2, $3, known, $4 FROM familiarity WHERE account_id = $1",
                "UPDATE familiarity SET known = $2 WHERE account_id = $1",
            ),
            Part::Settings => (
                "SELECT settings FROM familiarity WHERE account_id = $1",
                "INSERT INTO familiarity_set_aside (account_id, at, part, written, cause)
                 SELECT account_id, $2, $3, settings, $4 FROM familiarity WHERE account_id = $1",
                "UPDATE familiarity SET settings = $2 WHERE account_id = $1",
            ),
        };
        let id = aside.account_id.to_string();
        // A sign-in may have done the same meanwhile, and have learnt something since.
        let now: Option<(Vec<u8>,)> = sqlx::query_as(read).bind(&id).fetch_optional(&mut *change).await?;
        if now.is_none_or(|(now,)| now != aside.unreadable) {
            change.commit().await?;
            return Ok(false);
        }
        sqlx::query(copy)
            .bind(&id)
            .bind(aside.history.at.as_millis())
            .bind(aside.part.as_str())
            .bind(aside.cause)
            .execute(&mut *change)
            .await?;
        sqlx::query(write).bind(&id).bind(aside.instead).execute(&mut *change).await?;
        insert_history(&mut change, aside.history).await?;
        change.commit().await?;
        Ok(true)
    }
}
