//! Who else is there to speak for a household, who let whom in, and who waits to speak for one in which nobody is left.

use sqlx::sqlite::SqliteRow;

use super::Store;
use super::alerts::insert_alert;
use super::history::insert_history;
use super::jobs::tell_again;
use super::rows::{Columns, to_json};
use super::turn::Turn;
use super::writer::Change;
use crate::error::Result;
use crate::model::{
    AccountId, Alert, AlertKind, AlertListing, DeviceId, DeviceKind, EndedReason, Familiarity, HistoryEntry,
    ProfileKind, SessionId, SignInMethod, Timestamp, Verdict,
};

/// A session of the account, and what it takes to know whether somebody who manages the account is behind it.
#[derive(Clone, Debug)]
pub struct Manages {
    /// The session.
    pub id: SessionId,
    /// What sort of device holds or held it.
    pub kind: DeviceKind,
    /// How it was made.
    pub method: SignInMethod,
    /// Who uses it, adult or child.
    pub profile: Option<ProfileKind>,
    /// What it was judged last.
    pub verdict: Verdict,
    /// Its most recent request that is written down.
    pub last_active_at: Timestamp,
    /// Why it ended, if it has.
    pub ended: Option<EndedReason>,
    /// The session that ended it.
    pub ender: Option<Ender>,
}

/// Who ended a session.
#[derive(Clone, Copy, Debug)]
pub struct Ender {
    /// The session.
    pub id: SessionId,
    /// Its device.
    pub device_id: DeviceId,
    /// What it was judged last.
    pub verdict: Verdict,
    /// Whether its device waits for an answer.
    pub is_told: bool,
}

/// Who waits to speak for a household in which nobody else is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The account.
    pub account_id: AccountId,
    /// Who waits.
    pub session_id: SessionId,
    /// What for.
    pub what: String,
    /// Since when.
    pub asked_at: Timestamp,
    /// Until when.
    pub due_at: Timestamp,
}

impl Store {
    /// The account's sessions of this home on other devices than `asking` that are alive, or ended after `since`. Whoever is signed in at
    /// a watched service manages nothing here.
    pub async fn who_manages(
        &self,
        account_id: AccountId,
        asking: DeviceId,
        since: Timestamp,
    ) -> Result<Vec<Manages>> {
        sqlx::query(
            "SELECT s.id, d.kind, s.method, p.kind AS profile_kind, s.familiarity, s.last_active_at, s.ended_reason,
             e.id AS ender_id, e.device_id AS ender_device, e.familiarity AS ender_familiarity,
             EXISTS (SELECT 1 FROM alerts a WHERE a.device_id = e.device_id AND a.state IN ('open', 'unsure')
                     AND a.kind <> 'wrong_pins') AS ender_is_told
             FROM sessions s JOIN devices d ON d.id = s.device_id LEFT JOIN profiles p ON p.id = s.profile_id
             LEFT JOIN sessions e ON e.id = s.ended_by
             WHERE s.account_id = $1 AND s.device_id <> $2 AND d.drill = 0 AND s.service_id IS NULL
             AND (s.ended_at IS NULL OR s.ended_at >= $3)",
        )
        .bind(account_id.to_string())
        .bind(asking.to_string())
        .bind(since.as_millis())
        .fetch_all(&self.reader)
        .await?
        .iter()
        .map(to_manages)
        .collect()
    }

    /// The live sessions that a device let in by code, and those that these let in, and so on; not the device's own.
    pub async fn let_in_by(
        &self,
        account_id: AccountId,
        device_id: DeviceId,
    ) -> Result<Vec<(SessionId, DeviceId)>> {
        sqlx::query(
            "WITH RECURSIVE chain (device_id) AS (
                 SELECT device_id FROM sessions WHERE let_in_by_device = $2 AND account_id = $1
                 UNION SELECT s.device_id FROM sessions s JOIN chain c ON s.let_in_by_device = c.device_id)
             SELECT s.id, s.device_id FROM sessions s JOIN chain c ON c.device_id = s.device_id
             WHERE s.ended_at IS NULL AND s.let_in_by_device IS NOT NULL AND s.device_id <> $2 ORDER BY s.id",
        )
        .bind(account_id.to_string())
        .bind(device_id.to_string())
        .fetch_all(&self.reader)
        .await?
        .iter()
        .map(|row| Ok((row.word("id")?, row.word("device_id")?)))
        .collect()
    }

    /// Whether an alert about a device waits for an answer, or was answered "not sure". Wrong PINs say nothing of the
    /// device: a child may have typed them.
    pub async fn is_told(&self, device_id: DeviceId) -> Result<bool> {
        let (is_told,): (bool,) = sqlx::query_as(
            "SELECT EXISTS (SELECT 1 FROM alerts WHERE device_id = $1 AND state IN ('open', 'unsure')
             AND kind <> 'wrong_pins')",
        )
        .bind(device_id.to_string())
        .fetch_one(&self.reader)
        .await?;
        Ok(is_told)
    }

    /// The alert of a kind about a device that waits for its answer.
    pub async fn waiting_alert(
        &self,
        account_id: AccountId,
        device_id: DeviceId,
        kind: AlertKind,
    ) -> Result<Option<AlertListing>> {
        let id: Option<(String,)> = sqlx::query_as(
            "SELECT id FROM alerts WHERE device_id = $1 AND account_id = $2 AND kind = $3 AND state = 'open'
             ORDER BY id DESC LIMIT 1",
        )
        .bind(device_id.to_string())
        .bind(account_id.to_string())
        .bind(kind.as_str())
        .fetch_optional(&self.reader)
        .await?;
        match id.and_then(|(id,)| id.parse().ok()) {
            Some(id) => self.alert(account_id, id).await,
            None => Ok(None),
        }
    }

    /// Who waits, if somebody does.
    pub async fn wait(&self, account_id: AccountId) -> Result<Option<Wait>> {
        sqlx::query("SELECT * FROM waits WHERE account_id = $1")
            .bind(account_id.to_string())
            .fetch_optional(&self.reader)
            .await?
            .map(|row| {
                Ok(Wait {
                    account_id: row.word("account_id")?,
                    session_id: row.word("session_id")?,
                    what: row.raw("what")?,
                    asked_at: row.moment("asked_at")?,
                    due_at: row.moment("due_at")?,
                })
            })
            .transpose()
    }

    /// Writes that somebody waits from now on, with the alert that tells it. Takes the place of an earlier wait.
    pub async fn begin_wait(
        &self,
        _turn: &Turn<'_>,
        wait: &Wait,
        alert: &Alert,
        history: &HistoryEntry,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query("DELETE FROM waits WHERE account_id = $1")
            .bind(wait.account_id.to_string())
            .execute(&mut *change)
            .await?;
        sqlx::query(
            "INSERT INTO waits (account_id, session_id, what, asked_at, due_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(wait.account_id.to_string())
        .bind(wait.session_id.to_string())
        .bind(&wait.what)
        .bind(wait.asked_at.as_millis())
        .bind(wait.due_at.as_millis())
        .execute(&mut *change)
        .await?;
        insert_alert(&mut change, alert).await?;
        insert_history(&mut change, history).await?;
        change.commit().await
    }

    /// Writes an alert about what a device did that no other change goes with.
    pub async fn raise_alert(&self, _turn: &Turn<'_>, deed: &Deed) -> Result<()> {
        let mut change = self.begin().await?;
        write_deed(&mut change, Some(deed)).await?;
        change.commit().await
    }
}

/// An alert about what a device did: a new one, or more of what it did before anybody answered.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and written at once")]
pub enum Deed {
    /// The first, with its entry in the history.
    New(Alert, HistoryEntry),
    /// The alert that waits, with all that the device did.
    More(Alert),
}

/// Writes what a device did, with the change in which it did it.
pub async fn write_deed(change: &mut Change, what: Option<&Deed>) -> Result<()> {
    match what {
        None => Ok(()),
        Some(Deed::New(alert, history)) => {
            insert_alert(change, alert).await?;
            insert_history(change, history).await
        }
        Some(Deed::More(alert)) => {
            sqlx::query("UPDATE alerts SET did = $2, familiarity = $3 WHERE id = $1")
                .bind(alert.id.to_string())
                .bind(to_json(&alert.did)?)
                .bind(to_json(&alert.familiarity)?)
                .execute(&mut **change)
                .await?;
            tell_again(change, alert.id, alert.at).await
        }
    }
}

fn to_manages(row: &SqliteRow) -> Result<Manages> {
    let ender = match row.word_if_any("ender_id")? {
        Some(id) => Some(Ender {
            id,
            device_id: row.word("ender_device")?,
            verdict: row.json_or("ender_familiarity", Familiarity::unreadable).verdict,
            is_told: row.raw("ender_is_told")?,
        }),
        None => None,
    };
    Ok(Manages {
        id: row.word("id")?,
        kind: row.word("kind")?,
        method: row.word("method")?,
        profile: row.word_if_any("profile_kind")?,
        verdict: row.json_or("familiarity", Familiarity::unreadable).verdict,
        last_active_at: row.moment("last_active_at")?,
        ended: row.word_if_any("ended_reason")?,
        ender,
    })
}
