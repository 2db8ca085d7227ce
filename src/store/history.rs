//! The history: lines are added and read, never changed.

use sqlx::SqliteTransaction;
use sqlx::sqlite::SqliteRow;

use super::Store;
use super::rows::{Columns, to_json};
use crate::error::Result;
use crate::model::{AccountId, DeviceId, HistoryEntry, HistoryId, HistoryKind};

impl Store {
    /// Adds lines that go with no other change.
    pub async fn add_history(&self, entries: &[HistoryEntry]) -> Result<()> {
        let mut change = self.begin().await?;
        for entry in entries {
            insert_history(&mut change, entry).await?;
        }
        Ok(change.commit().await?)
    }

    /// Lines of the account, newest first, older than `before`.
    pub async fn history(
        &self,
        account_id: AccountId,
        device_id: Option<DeviceId>,
        kind: Option<HistoryKind>,
        before: Option<HistoryId>,
        limit: u32,
    ) -> Result<Vec<HistoryEntry>> {
        // Ids sort by time; every id is below this one.
        let before = before.map_or_else(|| "g".to_owned(), |id| id.to_string());
        let rows = match device_id {
            Some(device_id) => {
                sqlx::query(
                    "SELECT * FROM history WHERE device_id = $1 AND account_id = $2
                     AND ($3 IS NULL OR kind = $3) AND id < $4 ORDER BY id DESC LIMIT $5",
                )
                .bind(device_id.to_string())
                .bind(account_id.to_string())
                .bind(kind.map(HistoryKind::as_str))
                .bind(&before)
                .bind(i64::from(limit))
                .fetch_all(&self.reader)
                .await?
            }
            None => {
                sqlx::query(
                    "SELECT * FROM history WHERE account_id = $1
                     AND ($2 IS NULL OR kind = $2) AND id < $3 ORDER BY id DESC LIMIT $4",
                )
                .bind(account_id.to_string())
                .bind(kind.map(HistoryKind::as_str))
                .bind(&before)
                .bind(i64::from(limit))
                .fetch_all(&self.reader)
                .await?
            }
        };
        rows.iter().map(to_entry).collect()
    }
}

pub async fn insert_history(change: &mut SqliteTransaction<'_>, entry: &HistoryEntry) -> Result<()> {
    sqlx::query(
        "INSERT INTO history (id, account_id, at, kind, device_id, device_name, session_id, profile_name,
         address, place, detail, by_session_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(entry.id.to_string())
    .bind(entry.account_id.to_string())
    .bind(entry.at.as_millis())
    .bind(entry.kind.as_str())
    .bind(entry.device_id.map(|id| id.to_string()))
    .bind(entry.device_name.as_deref())
    .bind(entry.session_id.map(|id| id.to_string()))
    .bind(entry.profile_name.as_deref())
    .bind(entry.address.as_deref())
    .bind(entry.place.as_ref().map(to_json).transpose()?)
    .bind(entry.detail.as_deref())
    .bind(entry.by_session_id.map(|id| id.to_string()))
    .execute(&mut **change)
    .await?;
    Ok(())
}

fn to_entry(row: &SqliteRow) -> Result<HistoryEntry> {
    Ok(HistoryEntry {
        id: row.word("id")?,
        account_id: row.word("account_id")?,
        at: row.moment("at")?,
        kind: row.word("kind")?,
        device_id: row.word_if_any("device_id")?,
        device_name: row.raw("device_name")?,
        session_id: row.word_if_any("session_id")?,
        profile_name: row.raw("profile_name")?,
        address: row.raw("address")?,
        place: match row.raw::<Option<&str>>("place")? {
            Some(_) => Some(row.json("place")?),
            None => None,
        },
        detail: row.raw("detail")?,
        by_session_id: row.word_if_any("by_session_id")?,
    })
}
