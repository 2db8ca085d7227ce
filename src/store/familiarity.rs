//! What is known of an account and what its people set about alerts: one row of JSON, whose inside only
//! [`crate::familiarity`] reads.

use super::Store;
use super::history::insert_history;
use super::turn::Turn;
use super::writer::Change;
use crate::error::Result;
use crate::model::{AccountId, HistoryEntry};

/// What is kept of an account for the rule, as the rule wrote it.
#[derive(Clone, Debug)]
pub struct FamiliarityRow {
    /// What is known.
    pub known: String,
    /// What its people set.
    pub settings: String,
}

/// The same as it is found: whatever it is, its bytes can be read.
#[derive(Clone, Debug)]
pub struct FamiliarityFound {
    /// What is known.
    pub known: Vec<u8>,
    /// What its people set.
    pub settings: Vec<u8>,
}

impl Store {
    /// What is kept of the account for the rule; `None` until something was written.
    pub async fn familiarity(&self, account_id: AccountId) -> Result<Option<FamiliarityFound>> {
        let row: Option<(Vec<u8>, Vec<u8>)> =
            sqlx::query_as("SELECT known, settings FROM familiarity WHERE account_id = $1")
                .bind(account_id.to_string())
                .fetch_optional(&self.reader)
                .await?;
        Ok(row.map(|(known, settings)| FamiliarityFound { known, settings }))
    }

    /// Writes what its people set, and what is known from then on.
    pub async fn set_familiarity(
        &self,
        _turn: &Turn<'_>,
        account_id: AccountId,
        row: &FamiliarityRow,
        history: &HistoryEntry,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        write_known(&mut change, account_id, &row.known).await?;
        sqlx::query("UPDATE familiarity SET settings = $2 WHERE account_id = $1")
            .bind(account_id.to_string())
            .bind(&row.settings)
            .execute(&mut *change)
            .await?;
        insert_history(&mut change, history).await?;
        change.commit().await
    }
}

/// Writes what is known of an account, within a larger change.
pub async fn write_known(change: &mut Change, account_id: AccountId, known: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO familiarity (account_id, known, settings) VALUES ($1, $2, '{}')
         ON CONFLICT (account_id) DO UPDATE SET known = excluded.known",
    )
    .bind(account_id.to_string())
    .bind(known)
    .execute(&mut **change)
    .await?;
    Ok(())
}
