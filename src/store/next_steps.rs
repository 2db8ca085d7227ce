//! Steps that a household skipped, and what shows which of the others are done.

use std::collections::BTreeSet;

use super::Store;
use super::rows::{Columns, to_json};
use super::turn::Turn;
use crate::error::Result;
use crate::model::{AccountId, DeviceKind, StepKind};

impl Store {
    /// The steps that the account's household skipped. A word that is not known here is of a later version, and what cannot be
    /// read stands for none: better to offer a step once more.
    pub async fn skipped_steps(&self, account_id: AccountId) -> Result<BTreeSet<StepKind>> {
        let row = sqlx::query("SELECT skipped_steps FROM accounts WHERE id = $1")
            .bind(account_id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        let words: Vec<String> = row.map_or_else(Vec::new, |row| row.json_or("skipped_steps", Vec::new));
        Ok(words.iter().filter_map(|word| word.parse().ok()).collect())
    }

    /// Keeps which steps are skipped from now on.
    pub async fn set_skipped_steps(
        &self,
        _turn: &Turn<'_>,
        account_id: AccountId,
        skipped: &BTreeSet<StepKind>,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query("UPDATE accounts SET skipped_steps = $2 WHERE id = $1")
            .bind(account_id.to_string())
            .bind(to_json(skipped)?)
            .execute(&mut *change)
            .await?;
        change.commit().await
    }

    /// The sorts of devices that are signed in to the account here, and not held: being seen at a watched service is no step of it.
    pub async fn kinds_signed_in(&self, account_id: AccountId) -> Result<Vec<DeviceKind>> {
        let rows = sqlx::query(
            "SELECT DISTINCT d.kind FROM sessions s JOIN devices d ON d.id = s.device_id
             WHERE s.account_id = $1 AND s.ended_at IS NULL AND s.held_at IS NULL
             AND s.service_id IS NULL AND d.drill = 0",
        )
        .bind(account_id.to_string())
        .fetch_all(&self.lists)
        .await?;
        Ok(rows.iter().map(|row| row.word_or("kind", DeviceKind::Other)).collect())
    }
}
