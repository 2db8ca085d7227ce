//! The history: lines are added and read, never changed.

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite};

use super::Store;
use super::rows::{Columns, readable, to_json};
use super::writer::Change;
use crate::error::Result;
use crate::model::{
    AccountId, AlertId, DeviceId, HistoryDetail, HistoryEntry, HistoryId, HistoryKind, Place,
};
use crate::words;

/// Entries that one statement adds, of twelve values each.
const MOST_AT_ONCE: usize = 250;

impl Store {
    /// Adds lines that go with no other change.
    pub async fn add_history(&self, entries: &[HistoryEntry]) -> Result<()> {
        let mut change = self.begin().await?;
        insert_all_history(&mut change, &entries.iter().collect::<Vec<_>>()).await?;
        change.commit().await
    }

    /// Entries of the account, newest first, older than `before`. Newest is what happened last: ids sort by that, whatever
    /// the clock was set to meanwhile.
    pub async fn history(
        &self,
        account_id: AccountId,
        device_id: Option<DeviceId>,
        kind: Option<HistoryKind>,
        before: Option<HistoryId>,
        limit: u32,
    ) -> Result<Vec<HistoryEntry>> {
        // Every id is below this one.
        let before = before.map_or_else(|| "g".to_owned(), |id| id.to_string());
        let query = match (device_id, kind) {
            (None, None) => sqlx::query(ALL),
            (None, Some(kind)) => sqlx::query(OF_KIND).bind(kind.as_str()),
            (Some(device), None) => sqlx::query(OF_DEVICE).bind(device.to_string()),
            (Some(device), Some(kind)) => {
                sqlx::query(OF_DEVICE_AND_KIND).bind(kind.as_str()).bind(device.to_string())
            }
        };
        let query = query.bind(account_id.to_string()).bind(before).bind(i64::from(limit));
        let rows = query.fetch_all(&self.lists).await?;
        let mut found = readable(&rows, to_entry)?;
        // A page that lost a line which cannot be read is filled up: a short one would be taken for the last.
        if found.len() < rows.len()
            && let Some(last) = rows.last().and_then(|row| row.word::<HistoryId>("id").ok())
        {
            let left = limit - u32::try_from(found.len()).unwrap_or(limit);
            found.extend(Box::pin(self.history(account_id, device_id, kind, Some(last), left)).await?);
        }
        Ok(found)
    }

    /// The place in their order of the newest entry in the history and the newest alert, of all accounts.
    pub async fn newest_place_in_order(&self) -> Result<u64> {
        let (line,): (Option<String>,) =
            sqlx::query_as("SELECT MAX(id) FROM history").fetch_one(&self.reader).await?;
        let (alert,): (Option<String>,) =
            sqlx::query_as("SELECT MAX(id) FROM alerts").fetch_one(&self.reader).await?;
        let line = line.and_then(|id| id.parse().ok()).map_or(0, HistoryId::place_in_order);
        let alert = alert.and_then(|id| id.parse().ok()).map_or(0, AlertId::place_in_order);
        Ok(line.max(alert))
    }
}

/// A statement for each filter, so that each is answered by walking along an index of its own: one rare line is found
/// among a million without reading them.
macro_rules! lines {
    ($which:literal, $account:literal, $before:literal, $limit:literal) => {
        concat!(
            "SELECT * FROM history WHERE ",
            $which,
            "account_id = ",
            $account,
            " AND id < ",
            $before,
            " ORDER BY id DESC LIMIT ",
            $limit
        )
    };
}

const ALL: &str = lines!("", "$1", "$2", "$3");
const OF_KIND: &str = lines!("kind = $1 AND ", "$2", "$3", "$4");
const OF_DEVICE: &str = lines!("device_id = $1 AND ", "$2", "$3", "$4");
const OF_DEVICE_AND_KIND: &str = lines!("kind = $1 AND device_id = $2 AND ", "$3", "$4", "$5");

pub async fn insert_history(change: &mut Change, entry: &HistoryEntry) -> Result<()> {
    insert_all_history(change, &[entry]).await
}

/// Adds entries, many in one statement.
pub async fn insert_all_history(change: &mut Change, entries: &[&HistoryEntry]) -> Result<()> {
    for entries in entries.chunks(MOST_AT_ONCE) {
        let mut query = QueryBuilder::new("");
        push_history(&mut query, entries)?;
        query.build().persistent(entries.len() == 1).execute(&mut **change).await?;
    }
    Ok(())
}

/// A statement that adds entries.
pub fn push_history(query: &mut QueryBuilder<Sqlite>, entries: &[&HistoryEntry]) -> Result<()> {
    let places = entries.iter().map(|entry| entry.place.as_ref().map(to_json).transpose());
    let places = places.collect::<Result<Vec<_>>>()?;
    let details = entries.iter().map(|entry| entry.detail.as_ref().map(to_json).transpose());
    let details = details.collect::<Result<Vec<_>>>()?;
    query.push(
        "INSERT INTO history (id, account_id, at, kind, device_id, device_name, session_id, profile_name,
         address, place, detail_data, by_session_id) ",
    );
    query.push_values(entries.iter().zip(places).zip(details), |mut row, ((entry, place), detail)| {
        row.push_bind(entry.id.to_string())
            .push_bind(entry.account_id.to_string())
            .push_bind(entry.at.as_millis())
            .push_bind(entry.kind.as_str())
            .push_bind(entry.device_id.map(|id| id.to_string()))
            .push_bind(entry.device_name.clone())
            .push_bind(entry.session_id.map(|id| id.to_string()))
            .push_bind(entry.profile_name.clone())
            .push_bind(entry.address.clone())
            .push_bind(place)
            .push_bind(detail)
            .push_bind(entry.by_session_id.map(|id| id.to_string()));
    });
    Ok(())
}

fn to_entry(row: &SqliteRow) -> Result<HistoryEntry> {
    let kind = row.word("kind")?;
    Ok(HistoryEntry {
        id: row.word("id")?,
        account_id: row.word("account_id")?,
        at: row.moment("at")?,
        kind,
        device_id: row.word_if_any("device_id")?,
        device_name: row.raw("device_name")?,
        session_id: row.word_if_any("session_id")?,
        profile_name: row.raw("profile_name")?,
        address: row.raw("address")?,
        place: row.raw::<Option<&str>>("place")?.map(|_| row.json_or("place", Place::unknown)),
        detail: to_detail(row, kind)?,
        by_session_id: row.word_if_any("by_session_id")?,
    })
}

/// What an entry says beyond its kind; of one that an earlier version wrote, what it said in a word or by a name.
fn to_detail(row: &SqliteRow, kind: HistoryKind) -> Result<Option<HistoryDetail>> {
    if row.raw::<Option<&str>>("detail_data")?.is_some() {
        return Ok(Some(row.json_or("detail_data", || HistoryDetail::Unknown)));
    }
    let said: Option<&str> = row.raw("detail")?;
    Ok(said.map(|said| words::before::detail(kind, said)))
}

#[cfg(test)]
mod tests {
    use super::super::plan_of;
    use super::*;

    #[tokio::test]
    async fn each_filter_walks_along_an_index_and_sorts_nothing() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let store = Store::open(folder.path()).await.expect("opens");
        for (query, index) in [
            (ALL, "history_of_account"),
            (OF_KIND, "history_of_kind"),
            (OF_DEVICE, "history_of_device"),
            (OF_DEVICE_AND_KIND, "history_of_device_and_kind"),
        ] {
            let plan = plan_of(&store.reader, query).await;
            let [step] = &plan[..] else { panic!("{query}: {plan:?}") };
            assert!(step.starts_with(&format!("SEARCH history USING INDEX {index} (")), "{query}: {step}");
            assert!(step.contains("id<?"), "{query}: {step}");
        }
        store.close().await;
    }
}
