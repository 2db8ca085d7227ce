//! Channels: where people are told.

use sqlx::sqlite::SqliteRow;

use super::Store;
use super::history::insert_history;
use super::rows::{Columns, readable, to_json};
use super::turn::Turn;
use super::writer::Change;
use crate::error::{Error, Result};
use crate::model::{
    AccountId, Channel, ChannelId, ChannelName, ChannelState, DeviceId, HistoryEntry, Replies, Timestamp,
    ZoneName,
};

/// With the conditions and the order that follow.
macro_rules! channels {
    ($rest:literal) => {
        concat!(
            "SELECT id, account_id, profile_id, device_id, name, target, quiet_hours, time_zone, created_at, state,
             detail, last_delivery_at, reply_key, inbox FROM channels ",
            $rest
        )
    };
}

impl Store {
    /// The account's channels, the oldest first.
    pub async fn channels(&self, account_id: AccountId) -> Result<Vec<Channel>> {
        let rows = sqlx::query(channels!("WHERE account_id = $1 ORDER BY id"))
            .bind(account_id.to_string())
            .fetch_all(&self.reader)
            .await?;
        readable(&rows, to_channel)
    }

    /// One channel of the account.
    pub async fn channel(&self, account_id: AccountId, id: ChannelId) -> Result<Option<Channel>> {
        sqlx::query(channels!("WHERE id = $1 AND account_id = $2"))
            .bind(id.to_string())
            .bind(account_id.to_string())
            .fetch_optional(&self.reader)
            .await?
            .as_ref()
            .map(to_channel)
            .transpose()
    }

    /// Keeps a channel, new or changed, with its entry in the history where it is worth one.
    pub async fn write_channel(
        &self,
        _turn: &Turn<'_>,
        channel: &Channel,
        history: Option<&HistoryEntry>,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        write(&mut change, channel).await?;
        if let Some(history) = history {
            insert_history(&mut change, history).await?;
        }
        change.commit().await
    }

    /// Removes a channel, with what was to go through it and what could be answered through it.
    pub async fn remove_channel(
        &self,
        _turn: &Turn<'_>,
        id: ChannelId,
        history: &HistoryEntry,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        for statement in [
            "DELETE FROM actions WHERE channel_id = $1",
            "DELETE FROM jobs WHERE target_id = $1",
            "DELETE FROM channels WHERE id = $1",
        ] {
            sqlx::query(statement).bind(id.to_string()).execute(&mut *change).await?;
        }
        insert_history(&mut change, history).await?;
        change.commit().await
    }
}

/// Removes the channels that a device made, within a larger change: somebody said that it is not the household's.
pub async fn remove_channels_of(change: &mut Change, device_id: DeviceId) -> Result<()> {
    for statement in [
        "DELETE FROM actions WHERE channel_id IN (SELECT id FROM channels WHERE device_id = $1)",
        "DELETE FROM jobs WHERE target_id IN (SELECT id FROM channels WHERE device_id = $1)",
        "DELETE FROM channels WHERE device_id = $1",
    ] {
        sqlx::query(statement).bind(device_id.to_string()).execute(&mut **change).await?;
    }
    Ok(())
}

async fn write(change: &mut Change, channel: &Channel) -> Result<()> {
    sqlx::query(
        "INSERT INTO channels (id, account_id, profile_id, device_id, name, target, quiet_hours, time_zone,
         created_at, state, detail, last_delivery_at, reply_key, inbox)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (id) DO UPDATE SET profile_id = excluded.profile_id, device_id = excluded.device_id,
         name = excluded.name, target = excluded.target, quiet_hours = excluded.quiet_hours,
         time_zone = excluded.time_zone, state = excluded.state, detail = excluded.detail,
         reply_key = excluded.reply_key, inbox = excluded.inbox",
    )
    .bind(channel.id.to_string())
    .bind(channel.account_id.to_string())
    .bind(channel.profile_id.map(|id| id.to_string()))
    .bind(channel.device_id.to_string())
    .bind(channel.name.as_str())
    .bind(to_json(&channel.target)?)
    .bind(channel.quiet_hours.as_ref().map(to_json).transpose()?)
    .bind(channel.time_zone.as_ref().map(ZoneName::as_str))
    .bind(channel.created_at.as_millis())
    .bind(channel.state.as_str())
    .bind(channel.detail.as_deref())
    .bind(channel.last_delivery_at.map(Timestamp::as_millis))
    .bind(channel.replies.as_ref().map(|replies| replies.key.as_str()))
    .bind(channel.replies.as_ref().map(|replies| replies.inbox.as_str()))
    .execute(&mut **change)
    .await?;
    Ok(())
}

fn to_channel(row: &SqliteRow) -> Result<Channel> {
    let name: &str = row.raw("name")?;
    let quiet: Option<&str> = row.raw("quiet_hours")?;
    let zone: Option<&str> = row.raw("time_zone")?;
    let (key, inbox): (Option<String>, Option<String>) = (row.raw("reply_key")?, row.raw("inbox")?);
    Ok(Channel {
        id: row.word("id")?,
        account_id: row.word("account_id")?,
        profile_id: row.word_if_any("profile_id")?,
        device_id: row.word("device_id")?,
        name: ChannelName::parse(name).map_err(|cause| Error::corrupt("name", cause))?,
        target: row.json("target")?,
        // What cannot be read of these stands for none: better a sound at night than nothing told.
        quiet_hours: quiet.and_then(|text| serde_json::from_str(text).ok()),
        time_zone: zone.and_then(ZoneName::known),
        created_at: row.moment("created_at")?,
        state: row.word_or("state", ChannelState::Untried),
        detail: row.raw("detail")?,
        last_delivery_at: row.moment_if_any("last_delivery_at")?,
        replies: key.zip(inbox).map(|(key, inbox)| Replies { key, inbox }),
    })
}
