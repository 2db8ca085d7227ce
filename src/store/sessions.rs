//! Sessions: made with their device, alert and history in one change, and ended the same way.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use futures_util::TryStreamExt;
use sqlx::SqliteTransaction;
use sqlx::sqlite::SqliteRow;

use super::Store;
use super::activity::{carry_over, write_address};
use super::alerts::{follow_session, insert_alert};
use super::familiarity::write_known;
use super::history::insert_history;
use super::rows::{Columns, to_json};
use super::tokens::forget_all;
use crate::error::{Error, Result};
use crate::model::{
    AccountId, Alert, Device, DeviceId, EndedReason, Ending, Familiarity, HistoryEntry, Place, ProfileId,
    ProfileKind, SecretHash, Session, SessionId, SignInMethod, Timestamp, Verdict,
};

/// The hashes of a session's new tokens.
#[derive(Clone, Copy, Debug)]
pub struct NewTokens {
    /// Of the token that requests carry.
    pub token: SecretHash,
    /// When that token runs out; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// Of the token that gets new ones, for devices that signed in by code.
    pub refresh: Option<SecretHash>,
    /// Whether the token is renewed while it is used.
    pub renews: bool,
}

/// Everything a sign-in writes, in one change.
#[derive(Debug)]
pub struct Admission<'a> {
    /// The device as it is now.
    pub device: &'a Device,
    /// Whether it is new to the account.
    pub is_new: bool,
    /// Hash of the device's secret.
    pub device_secret: SecretHash,
    /// Its new session.
    pub session: &'a Session,
    /// The session's tokens.
    pub tokens: NewTokens,
    /// The alert it raises, if it is unfamiliar.
    pub alert: Option<&'a Alert>,
    /// What is known of the account from now on, as the rule writes it.
    pub known: &'a str,
    /// Its lines of history.
    pub history: &'a [HistoryEntry],
}

/// A session that is to end.
#[derive(Debug)]
pub struct EndSession {
    /// Which.
    pub id: SessionId,
    /// Why.
    pub reason: EndedReason,
    /// Who asked.
    pub by: Option<SessionId>,
    /// Its line of history; its time is when the session ends.
    pub history: HistoryEntry,
}

/// A session that has ended, by the token that is refused from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedKey {
    /// Hash of its token.
    pub token: SecretHash,
    /// The session.
    pub session_id: SessionId,
    /// Its device.
    pub device_id: DeviceId,
    /// Its account.
    pub account_id: AccountId,
}

/// A live session, as the server remembers it.
#[derive(Clone, Debug)]
pub struct LiveRow {
    /// Hash of its token.
    pub token: SecretHash,
    /// When the token runs out.
    pub expires_at: Option<Timestamp>,
    /// Since when it is the one in use.
    pub token_since: Timestamp,
    /// Whether it is renewed while it is used.
    pub renews: bool,
    /// The session.
    pub id: SessionId,
    /// Its account.
    pub account_id: AccountId,
    /// The account's login name, one for all its sessions.
    pub login: Arc<str>,
    /// Its device.
    pub device_id: DeviceId,
    /// How it was made.
    pub method: SignInMethod,
    /// Who is using it.
    pub profile: Option<(ProfileId, String, ProfileKind)>,
    /// Where its last request came from.
    pub address: Option<IpAddr>,
    /// When that was.
    pub last_active_at: Timestamp,
    /// Whether it is held.
    pub held: bool,
}

/// A session that goes on over another line, as it was judged.
#[derive(Debug)]
pub struct Move<'a> {
    /// The session.
    pub session_id: SessionId,
    /// Its account.
    pub account_id: AccountId,
    /// Where from now on, and where that is approximately; `None` for one that looks stolen: the device is where it
    /// was.
    pub to: Option<(IpAddr, &'a Place)>,
    /// The new judgement.
    pub familiarity: &'a Familiarity,
    /// The alert it raises.
    pub alert: Option<&'a Alert>,
    /// Since when it is held, if it is from now on.
    pub held_at: Option<Timestamp>,
    /// What is known of the account from now on, as the rule writes it.
    pub known: &'a str,
    /// Its lines of history.
    pub history: &'a [HistoryEntry],
}

/// Every session that has not ended, with what is remembered of it.
pub(super) const LIVE_SESSIONS: &str =
    "SELECT s.token_hash, s.token_expires_at, COALESCE(s.token_since, s.created_at) AS token_since, s.renews, s.id,
     s.account_id, a.login, s.device_id, s.method, s.profile_id, p.name AS profile_name, p.kind AS profile_kind, s.address, s.last_active_at, s.held_at
     FROM sessions s JOIN accounts a ON a.id = s.account_id LEFT JOIN profiles p ON p.id = s.profile_id
     WHERE s.ended_at IS NULL";

impl Store {
    /// Writes a sign-in. Ends the session the device held until now, if any, and returns its key.
    pub async fn admit(&self, new: &Admission<'_>) -> Result<Option<EndedKey>> {
        let mut change = self.begin().await?;
        let session = new.session;
        let replaced = sqlx::query(
            "UPDATE sessions SET ended_at = $2, ended_reason = $3, ended_by = $4
             WHERE device_id = $1 AND ended_at IS NULL RETURNING token_hash, id, device_id, account_id",
        )
        .bind(session.device_id.to_string())
        .bind(session.created_at.as_millis())
        .bind(EndedReason::Replaced.as_str())
        .bind(session.id.to_string())
        .fetch_optional(&mut *change)
        .await?
        .as_ref()
        .map(to_ended_key)
        .transpose()?;
        write_device(&mut change, new).await?;
        insert_session(&mut change, session, new.tokens).await?;
        if let Some(replaced) = &replaced {
            carry_over(&mut change, replaced.session_id).await?;
            forget_all(&mut change, replaced.session_id).await?;
            follow_session(&mut change, replaced.session_id, session.id).await?;
        }
        if let Some(alert) = new.alert {
            insert_alert(&mut change, alert).await?;
        }
        write_known(&mut change, session.account_id, new.known).await?;
        for entry in new.history {
            insert_history(&mut change, entry).await?;
        }
        change.commit().await?;
        Ok(replaced)
    }

    /// Ends sessions, all in one change. Those that had ended before are left out of the answer.
    pub async fn end_sessions(&self, ends: &[EndSession]) -> Result<Vec<EndedKey>> {
        let mut change = self.begin().await?;
        let mut ended = Vec::new();
        for end in ends {
            ended.extend(end_session(&mut change, end).await?);
        }
        change.commit().await?;
        Ok(ended)
    }

    /// The account's sessions that have not ended, with their devices.
    pub async fn live_sessions(&self, account_id: AccountId) -> Result<Vec<(SessionId, DeviceId)>> {
        sqlx::query("SELECT id, device_id FROM sessions WHERE account_id = $1 AND ended_at IS NULL")
            .bind(account_id.to_string())
            .fetch_all(&self.reader)
            .await?
            .iter()
            .map(|row| Ok((row.word("id")?, row.word("device_id")?)))
            .collect()
    }

    /// Whether a session of the account other than `id` is signed in and familiar.
    pub async fn has_other_familiar_session(&self, account_id: AccountId, id: SessionId) -> Result<bool> {
        let mut rows = sqlx::query(
            "SELECT familiarity FROM sessions WHERE account_id = $1 AND ended_at IS NULL AND id <> $2",
        )
        .bind(account_id.to_string())
        .bind(id.to_string())
        .fetch(&self.reader);
        while let Some(row) = rows.try_next().await? {
            let familiarity: Familiarity = row.json("familiarity")?;
            if familiarity.verdict == Verdict::Familiar {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Hands every session that has not ended to `each`.
    pub async fn each_live_session(&self, mut each: impl FnMut(LiveRow)) -> Result<()> {
        let mut rows = sqlx::query(LIVE_SESSIONS).fetch(&self.reader);
        let mut logins: HashMap<String, Arc<str>> = HashMap::new();
        while let Some(row) = rows.try_next().await? {
            let login: &str = row.raw("login")?;
            let login = match logins.get(login) {
                Some(known) => Arc::clone(known),
                None => Arc::clone(logins.entry(login.to_owned()).or_insert_with(|| login.into())),
            };
            each(LiveRow {
                token: hash(&row, "token_hash")?,
                expires_at: row.moment_if_any("token_expires_at")?,
                token_since: row.moment("token_since")?,
                renews: row.raw::<i64>("renews")? != 0,
                id: row.word("id")?,
                account_id: row.word("account_id")?,
                login,
                device_id: row.word("device_id")?,
                method: row.word("method")?,
                profile: match row.word_if_any("profile_id")? {
                    Some(id) => Some((id, row.raw("profile_name")?, row.word("profile_kind")?)),
                    None => None,
                },
                address: row.address("address")?,
                last_active_at: row.moment("last_active_at")?,
                held: row.moment_if_any("held_at")?.is_some(),
            });
        }
        Ok(())
    }

    /// The sessions that ended last, the latest first, at most `most`.
    pub async fn last_ended(&self, most: u32) -> Result<Vec<EndedKey>> {
        sqlx::query(
            "SELECT token_hash, id, device_id, account_id FROM sessions
             WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT $1",
        )
        .bind(i64::from(most))
        .fetch_all(&self.reader)
        .await?
        .iter()
        .map(to_ended_key)
        .collect()
    }

    /// Notes the first request that was refused because its session had ended. Says whether it was the first.
    pub async fn mark_refused(&self, id: SessionId, history: &HistoryEntry) -> Result<bool> {
        let mut change = self.begin().await?;
        let first = sqlx::query("UPDATE sessions SET refused_at = $2 WHERE id = $1 AND refused_at IS NULL")
            .bind(id.to_string())
            .bind(history.at.as_millis())
            .execute(&mut *change)
            .await?
            .rows_affected()
            > 0;
        if first {
            insert_history(&mut change, history).await?;
        }
        change.commit().await?;
        Ok(first)
    }

    /// Writes that a session goes on from another address.
    pub async fn move_session(&self, moved: &Move<'_>) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query("UPDATE sessions SET familiarity = $2, held_at = COALESCE($3, held_at) WHERE id = $1")
            .bind(moved.session_id.to_string())
            .bind(to_json(moved.familiarity)?)
            .bind(moved.held_at.map(Timestamp::as_millis))
            .execute(&mut *change)
            .await?;
        if let Some((address, place)) = moved.to {
            write_address(&mut change, moved.session_id, address, place).await?;
        }
        if let Some(alert) = moved.alert {
            insert_alert(&mut change, alert).await?;
        }
        write_known(&mut change, moved.account_id, moved.known).await?;
        for entry in moved.history {
            insert_history(&mut change, entry).await?;
        }
        Ok(change.commit().await?)
    }

    /// Writes who uses a session from now on. Says whether the session was still there.
    pub async fn choose_profile(&self, id: SessionId, profile_id: ProfileId) -> Result<bool> {
        let chosen = sqlx::query("UPDATE sessions SET profile_id = $2 WHERE id = $1 AND ended_at IS NULL")
            .bind(id.to_string())
            .bind(profile_id.to_string())
            .execute(&self.writer)
            .await?;
        Ok(chosen.rows_affected() > 0)
    }
}

/// Ends a session within a larger change; `None` when it had ended before.
pub async fn end_session(change: &mut SqliteTransaction<'_>, end: &EndSession) -> Result<Option<EndedKey>> {
    let row = sqlx::query(
        "UPDATE sessions SET ended_at = $2, ended_reason = $3, ended_by = $4
         WHERE id = $1 AND ended_at IS NULL RETURNING token_hash, id, device_id, account_id",
    )
    .bind(end.id.to_string())
    .bind(end.history.at.as_millis())
    .bind(end.reason.as_str())
    .bind(end.by.map(|id| id.to_string()))
    .fetch_optional(&mut **change)
    .await?;
    let Some(row) = row else { return Ok(None) };
    carry_over(change, end.id).await?;
    forget_all(change, end.id).await?;
    insert_history(change, &end.history).await?;
    to_ended_key(&row).map(Some)
}

async fn write_device(change: &mut SqliteTransaction<'_>, new: &Admission<'_>) -> Result<()> {
    let Device { id, account_id, traits, service, first_seen_at, .. } = new.device;
    let write = if new.is_new {
        sqlx::query(
            "INSERT INTO devices (id, kind, name, model, os, app, app_version, last_active_at, last_session_id,
             service, account_id, secret_hash, first_seen_at, times_signed_in)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)",
        )
    } else {
        sqlx::query(
            "UPDATE devices SET kind = $2, name = $3, model = $4, os = $5, app = $6, app_version = $7,
             last_active_at = $8, last_session_id = $9, service = $10, times_signed_in = times_signed_in + 1
             WHERE id = $1 AND account_id = $11 AND secret_hash = $12 AND first_seen_at = $13",
        )
    };
    let written = write
        .bind(id.to_string())
        .bind(traits.kind.as_str())
        .bind(&traits.name)
        .bind(traits.model.as_deref())
        .bind(traits.os.as_deref())
        .bind(traits.app.as_deref())
        .bind(traits.app_version.as_deref())
        .bind(new.session.created_at.as_millis())
        .bind(new.session.id.to_string())
        .bind(service)
        .bind(account_id.to_string())
        .bind(new.device_secret.as_bytes().as_slice())
        .bind(first_seen_at.as_millis())
        .execute(&mut **change)
        .await?;
    if written.rows_affected() == 1 { Ok(()) } else { Err(Error::CorruptRecord("device")) }
}

async fn insert_session(
    change: &mut SqliteTransaction<'_>,
    session: &Session,
    tokens: NewTokens,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO sessions (id, account_id, device_id, token_hash, token_expires_at, refresh_hash, method,
         profile_id, created_at, last_active_at, address, place, country_code, familiarity, renews)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(session.id.to_string())
    .bind(session.account_id.to_string())
    .bind(session.device_id.to_string())
    .bind(tokens.token.as_bytes().as_slice())
    .bind(tokens.expires_at.map(Timestamp::as_millis))
    .bind(tokens.refresh.as_ref().map(|hash| hash.as_bytes().as_slice()))
    .bind(session.method.as_str())
    .bind(session.profile_id.map(|id| id.to_string()))
    .bind(session.created_at.as_millis())
    .bind(session.last_active_at.as_millis())
    .bind(session.address.map(|address| address.to_string()))
    .bind(to_json(&session.place)?)
    .bind(session.place.country_code.as_deref())
    .bind(to_json(&session.familiarity)?)
    .bind(i64::from(tokens.renews))
    .execute(&mut **change)
    .await?;
    Ok(())
}

/// A session from a row that also has a device's columns: its own `id`, account and last activity come
/// under other names.
pub fn to_session(row: &SqliteRow) -> Result<Session> {
    let ending = match row.moment_if_any("ended_at")? {
        Some(at) => Some(Ending {
            at,
            reason: row.word("ended_reason")?,
            by: row.word_if_any("ended_by")?,
            refused_at: row.moment_if_any("refused_at")?,
        }),
        None => None,
    };
    Ok(Session {
        id: row.word("session_id")?,
        account_id: row.word("session_account_id")?,
        device_id: row.word("device_id")?,
        method: row.word("method")?,
        profile_id: row.word_if_any("profile_id")?,
        created_at: row.moment("created_at")?,
        last_active_at: row.moment("session_active_at")?,
        last_title: row.raw("last_title")?,
        address: row.address("address")?,
        place: row.json("place")?,
        familiarity: row.json("familiarity")?,
        held_at: row.moment_if_any("held_at")?,
        ending,
    })
}

pub(super) fn hash(row: &SqliteRow, column: &'static str) -> Result<SecretHash> {
    SecretHash::from_bytes(row.raw(column)?).ok_or(Error::CorruptRecord(column))
}

fn to_ended_key(row: &SqliteRow) -> Result<EndedKey> {
    Ok(EndedKey {
        token: hash(row, "token_hash")?,
        session_id: row.word("id")?,
        device_id: row.word("device_id")?,
        account_id: row.word("account_id")?,
    })
}
