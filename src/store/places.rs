//! Where an account had been before what is known of it was one row: read once, to begin that row with.

use super::Store;
use super::rows::{Columns, readable};
use crate::error::Result;
use crate::model::{AccountId, Place};

/// Most places that are compared with; the most frequented ones.
const MOST_PLACES: i64 = 500;

impl Store {
    /// The places the account has been at, the most frequented first.
    pub async fn known_places(&self, account_id: AccountId) -> Result<Vec<Place>> {
        let rows = sqlx::query(
            "SELECT place FROM known_places WHERE account_id = $1 ORDER BY times DESC, place_key LIMIT $2",
        )
        .bind(account_id.to_string())
        .bind(MOST_PLACES)
        .fetch_all(&self.reader)
        .await?;
        readable(&rows, |row| row.json("place"))
    }
}
