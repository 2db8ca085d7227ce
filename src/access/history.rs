//! Reading the history.

use super::Core;
use super::caller::Manager;
use crate::error::{Error, Result};
use crate::model::{HistoryId, page_limit};
use crate::wire::{HistoryPage, HistoryQuery};

/// One page of the account's history, newest first.
pub async fn list(core: &Core, manager: &Manager, query: HistoryQuery) -> Result<HistoryPage> {
    let limit = page_limit(query.limit, 1000)?;
    let before = query.cursor.as_deref().map(parse_cursor).transpose()?;
    let mut found =
        core.store.history(manager.account_id(), query.device_id, query.kind, before, limit + 1).await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next_cursor = found.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(HistoryPage { history: found.into_iter().map(Into::into).collect(), next_cursor })
}

fn parse_cursor(text: &str) -> Result<HistoryId> {
    text.parse().map_err(|_| Error::invalid("cursor", "That page does not exist. Start from the first."))
}
