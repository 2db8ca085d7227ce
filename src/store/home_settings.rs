//! What is set about the home itself, whichever account asks.

use ipnet::IpNet;

use super::Store;
use super::history::insert_history;
use super::rows::{Columns, to_json};
use super::turn::Turn;
use crate::error::Result;
use crate::model::HistoryEntry;

/// The networks that are the household's.
const HOME_NETWORKS: &str = "home_networks";

impl Store {
    /// The networks that somebody said are the household's: the home listens there. What cannot be read stands for none.
    pub async fn home_networks(&self) -> Result<Vec<IpNet>> {
        let row = sqlx::query("SELECT value FROM home_settings WHERE name = $1")
            .bind(HOME_NETWORKS)
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.map_or_else(Vec::new, |row| row.json_or("value", Vec::new)))
    }

    /// Keeps which they are from now on.
    pub async fn set_home_networks(
        &self,
        _turn: &Turn<'_>,
        networks: &[IpNet],
        history: &HistoryEntry,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query(
            "INSERT INTO home_settings (name, value) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(HOME_NETWORKS)
        .bind(to_json(&networks)?)
        .execute(&mut *change)
        .await?;
        insert_history(&mut change, history).await?;
        change.commit().await
    }
}
