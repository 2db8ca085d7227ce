//! Answers that come by a relay: where they are listened for, and which came already.

use std::time::Duration;

use super::Store;
use super::history::insert_history;
use super::rows::{Columns, readable};
use super::turn::Turn;
use super::writer::Change;
use crate::error::Result;
use crate::model::{AccountId, Channel, ChannelId, ChosenRelay, HistoryEntry, Inbox, Secret, Timestamp};

/// How long an answer that counted is remembered. It is good for minutes; but the clock on the wall may be set back.
const REMEMBERED: Duration = Duration::from_hours(24 * 30);

/// An answer that came by a relay, as it is remembered.
#[derive(Clone, Debug)]
pub struct Relayed {
    /// Whose.
    pub channel_id: ChannelId,
    /// Its own id.
    pub answer_id: String,
    /// When it came.
    pub came_at: Timestamp,
}

impl Store {
    /// The relay that carries answers to an account, if there is one.
    pub async fn relay(&self, account_id: AccountId) -> Result<Option<ChosenRelay>> {
        let found: Option<(Option<String>, Option<String>)> =
            sqlx::query_as("SELECT relay_url, relay_token FROM accounts WHERE id = $1")
                .bind(account_id.to_string())
                .fetch_optional(&self.reader)
                .await?;
        Ok(found.and_then(|(url, token)| Some(chosen(url?, token))))
    }

    /// Keeps which relay carries answers to an account; `None` for none.
    pub async fn set_relay(
        &self,
        _turn: &Turn<'_>,
        account_id: AccountId,
        relay: Option<&ChosenRelay>,
        history: &HistoryEntry,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        let token = relay.and_then(|relay| relay.token.as_ref()).map(Secret::reveal);
        // Nobody has been handed another one yet.
        sqlx::query(
            "UPDATE devices SET relay_token_at = NULL WHERE account_id = $1 AND relay_token_at IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = $1 AND a.relay_token = $2)",
        )
        .bind(account_id.to_string())
        .bind(token)
        .execute(&mut *change)
        .await?;
        sqlx::query("UPDATE accounts SET relay_url = $2, relay_token = $3 WHERE id = $1")
            .bind(account_id.to_string())
            .bind(relay.map(|relay| relay.url.as_str()))
            .bind(token)
            .execute(&mut *change)
            .await?;
        insert_history(&mut change, history).await?;
        change.commit().await
    }

    /// Whether a device was handed the relay's token that is signed out now.
    pub async fn relay_token_is_out(&self, account_id: AccountId) -> Result<bool> {
        let (out,): (i64,) = sqlx::query_as(
            "SELECT COUNT(*) FROM devices d
             WHERE d.account_id = $1 AND d.relay_token_at IS NOT NULL AND d.continued_by IS NULL
             AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.device_id = d.id AND s.ended_at IS NULL
                             AND s.service_id IS NULL)",
        )
        .bind(account_id.to_string())
        .fetch_one(&self.reader)
        .await?;
        Ok(out > 0)
    }

    /// Where answers are listened for.
    pub async fn inboxes(&self) -> Result<Vec<Inbox>> {
        let rows = sqlx::query(
            "SELECT c.account_id, a.relay_url, a.relay_token, c.inbox FROM channels c JOIN accounts a ON a.id = c.account_id
             WHERE a.relay_url IS NOT NULL AND c.inbox IS NOT NULL AND c.state <> 'gone' ORDER BY c.id",
        )
        .fetch_all(&self.reader)
        .await?;
        readable(&rows, |row| {
            Ok(Inbox {
                account_id: row.word("account_id")?,
                relay: chosen(row.raw("relay_url")?, row.raw("relay_token")?),
                topic: row.raw("inbox")?,
            })
        })
    }

    /// The channel that a topic is listened to for.
    pub async fn channel_of_inbox(&self, topic: &str) -> Result<Option<Channel>> {
        let found: Option<(String, String)> =
            sqlx::query_as("SELECT account_id, id FROM channels WHERE inbox = $1")
                .bind(topic)
                .fetch_optional(&self.reader)
                .await?;
        let ids = found.and_then(|(account, id)| Some((account.parse().ok()?, id.parse().ok()?)));
        match ids {
            Some((account_id, id)) => self.channel(account_id, id).await,
            None => Ok(None),
        }
    }

    /// Whether an answer came before and counted.
    pub async fn has_come(&self, channel_id: ChannelId, answer_id: &str) -> Result<bool> {
        let found: Option<(i64,)> =
            sqlx::query_as("SELECT came_at FROM relayed WHERE channel_id = $1 AND answer_id = $2")
                .bind(channel_id.to_string())
                .bind(answer_id)
                .fetch_optional(&self.reader)
                .await?;
        Ok(found.is_some())
    }

    /// Remembers an answer that changed nothing else.
    pub async fn remember_relayed(&self, _turn: &Turn<'_>, relayed: &Relayed) -> Result<()> {
        let mut change = self.begin().await?;
        write_relayed(&mut change, relayed).await?;
        change.commit().await
    }
}

/// Notes that the device at a channel's end is handed the relay's token, within the change that begins to tell it.
pub async fn note_token(change: &mut Change, channel: ChannelId, at: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE devices SET relay_token_at = $2
         WHERE relay_token_at IS NULL AND id = (SELECT device_id FROM channels WHERE id = $1)",
    )
    .bind(channel.to_string())
    .bind(at.as_millis())
    .execute(&mut **change)
    .await?;
    Ok(())
}

fn chosen(url: String, token: Option<String>) -> ChosenRelay {
    ChosenRelay { url, token: token.map(Secret::received) }
}

/// Remembers an answer within the change that it makes. Fails when it came before: then nothing is changed.
pub async fn write_relayed(change: &mut Change, relayed: &Relayed) -> Result<()> {
    sqlx::query("DELETE FROM relayed WHERE came_at < $1")
        .bind(relayed.came_at.before(REMEMBERED).as_millis())
        .execute(&mut **change)
        .await?;
    sqlx::query("INSERT INTO relayed (channel_id, answer_id, came_at) VALUES ($1, $2, $3)")
        .bind(relayed.channel_id.to_string())
        .bind(&relayed.answer_id)
        .bind(relayed.came_at.as_millis())
        .execute(&mut **change)
        .await?;
    Ok(())
}
