//! What buttons outside may do: each an answer to an alert, through a channel, once.

use super::Store;
use super::asking_ends::{AskEnd, ask_ends};
use super::ending::{EndSession, Ended, end_sessions};
use super::jobs::tell_again;
use super::relayed::{Relayed, write_relayed};
use super::rows::{Columns, to_json};
use super::turn::Turn;
use super::writer::Change;
use crate::error::Result;
use crate::model::{AccountId, ActedBy, AlertId, Answer, ChannelId, SecretHash, Timestamp};

/// What a button outside may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// The account concerned.
    pub account_id: AccountId,
    /// The alert it answers.
    pub alert_id: AlertId,
    /// The channel it went through.
    pub channel_id: ChannelId,
    /// The only answer it is good for.
    pub answer: Answer,
    /// Since when it is there.
    pub made_at: Timestamp,
    /// When it was pressed, if it was.
    pub used_at: Option<Timestamp>,
}

impl Store {
    /// What a token may do; `None` for one that nobody made, or whose channel is gone.
    pub async fn action(&self, token: SecretHash) -> Result<Option<Action>> {
        sqlx::query(
            "SELECT account_id, alert_id, channel_id, answer, made_at, used_at FROM actions WHERE token_hash = $1",
        )
        .bind(token.as_bytes().as_slice())
        .fetch_optional(&self.reader)
        .await?
        .map(|row| {
            Ok(Action {
                account_id: row.word("account_id")?,
                alert_id: row.word("alert_id")?,
                channel_id: row.word("channel_id")?,
                answer: row.word("answer")?,
                made_at: row.moment("made_at")?,
                used_at: row.moment_if_any("used_at")?,
            })
        })
        .transpose()
    }

    /// Ends what a button was pressed about, and notes who pressed it. Returns the sessions it ended, or had their services asked to.
    pub async fn sign_out_by_action(
        &self,
        _turn: &Turn<'_>,
        pressed: &Pressed<'_>,
        now: Timestamp,
    ) -> Result<Ended> {
        let mut change = self.begin().await?;
        sqlx::query("UPDATE actions SET used_at = $2 WHERE token_hash = $1")
            .bind(pressed.token.as_bytes().as_slice())
            .bind(now.as_millis())
            .execute(&mut *change)
            .await?;
        if let Some(relayed) = pressed.relayed {
            write_relayed(&mut change, relayed).await?;
        }
        write_acted_by(&mut change, pressed.alert_id, pressed.by).await?;
        let asked = ask_ends(&mut change, pressed.asks).await?;
        let keys = end_sessions(&mut change, pressed.ends).await?;
        if keys.is_empty() {
            tell_again(&mut change, pressed.alert_id, now).await?;
        }
        change.commit().await?;
        Ok(Ended { keys, asked })
    }
}

/// What a button that was pressed changes.
#[derive(Debug)]
pub struct Pressed<'a> {
    /// Its secret.
    pub token: SecretHash,
    /// The alert that it answers.
    pub alert_id: AlertId,
    /// What it ends.
    pub ends: &'a [EndSession],
    /// What it has watched services asked to end.
    pub asks: &'a [AskEnd],
    /// Who pressed it.
    pub by: &'a ActedBy,
    /// The answer that it came with, where that came by a relay.
    pub relayed: Option<&'a Relayed>,
}

/// Notes who answered an alert, or signed out what it is about, within a larger change.
pub async fn write_acted_by(change: &mut Change, alert_id: AlertId, by: &ActedBy) -> Result<()> {
    sqlx::query("UPDATE alerts SET acted_by = $2 WHERE id = $1")
        .bind(alert_id.to_string())
        .bind(to_json(by)?)
        .execute(&mut **change)
        .await?;
    Ok(())
}
