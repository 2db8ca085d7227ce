//! Devices that turned out to be one: the earlier one is kept, hidden behind the one that took its place.

use super::Store;
use super::ending::{EndSession, EndedKey, end_sessions};
use super::history::insert_history;
use super::rows::to_json;
use super::turn::Turn;
use crate::error::Result;
use crate::model::{BeforeMerge, DeviceId, HistoryEntry, Timestamp};

/// One device takes another one's place.
#[derive(Debug)]
pub struct Merge<'a> {
    /// The one that stays in the list.
    pub id: DeviceId,
    /// The one whose place it takes.
    pub earlier: DeviceId,
    /// The name it has from now on, if a person gave either of them one.
    pub given_name: Option<&'a str>,
    /// The first sign-in of both.
    pub first_seen_at: Timestamp,
    /// What it was before.
    pub before: &'a BeforeMerge,
    /// The session of the earlier one that ends.
    pub end: Option<&'a EndSession>,
    /// Its entry in the history.
    pub history: &'a HistoryEntry,
}

/// Two devices that are two again.
#[derive(Debug)]
pub struct Parted<'a> {
    /// The one that had taken the other one's place.
    pub id: DeviceId,
    /// The other one.
    pub other: DeviceId,
    /// What the first is called from now on, if a person gave it a name.
    pub given_name: Option<&'a str>,
    /// Since when it is known.
    pub first_seen_at: Timestamp,
    /// Whose place it still has.
    pub left: Option<&'a BeforeMerge>,
    /// Its entry in the history.
    pub history: &'a HistoryEntry,
}

impl Store {
    /// Has one device take another one's place. Returns the key of the session that ended, if one did.
    pub async fn merge_devices(&self, _turn: &Turn<'_>, merge: &Merge<'_>) -> Result<Option<EndedKey>> {
        let mut change = self.begin().await?;
        sqlx::query(
            "UPDATE devices SET given_name = $2, first_seen_at = $3, before_merge = $4,
             relay_token_at = COALESCE(relay_token_at, (SELECT e.relay_token_at FROM devices e WHERE e.id = $5))
             WHERE id = $1",
        )
        .bind(merge.id.to_string())
        .bind(merge.given_name)
        .bind(merge.first_seen_at.as_millis())
        .bind(to_json(merge.before)?)
        .bind(merge.earlier.to_string())
        .execute(&mut *change)
        .await?;
        sqlx::query("UPDATE devices SET continued_by = $2 WHERE id = $1")
            .bind(merge.earlier.to_string())
            .bind(merge.id.to_string())
            .execute(&mut *change)
            .await?;
        let ended = end_sessions(&mut change, merge.end.map_or(&[], std::slice::from_ref)).await?;
        insert_history(&mut change, merge.history).await?;
        change.commit().await?;
        Ok(ended.first().copied())
    }

    /// Takes it back.
    pub async fn separate_devices(&self, _turn: &Turn<'_>, parted: &Parted<'_>) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query(
            "UPDATE devices SET given_name = $2, first_seen_at = $3, before_merge = $4 WHERE id = $1",
        )
        .bind(parted.id.to_string())
        .bind(parted.given_name)
        .bind(parted.first_seen_at.as_millis())
        .bind(parted.left.map(to_json).transpose()?)
        .execute(&mut *change)
        .await?;
        sqlx::query("UPDATE devices SET continued_by = NULL WHERE id = $1")
            .bind(parted.other.to_string())
            .execute(&mut *change)
            .await?;
        insert_history(&mut change, parted.history).await?;
        change.commit().await
    }
}
