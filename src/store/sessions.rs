//! Sessions: made with their device, alert and history in one change, and ended the same way.

use std::net::IpAddr;

use sqlx::sqlite::SqliteRow;

use super::Store;
use super::activity::{carry_over, write_address};
use super::alerts::{follow_session, insert_alert};
use super::asking_ends::{AskEnd, ask_ends};
use super::ending::{EndSession, Ended, EndedKey, end_and_commit, end_sessions, to_ended_key};
use super::familiarity::write_known;
use super::history::{insert_all_history, insert_history};
use super::rows::{Columns, familiarity, hash, readable, to_json};
use super::tokens::{FreshTokens, forget_all, write_fresh};
use super::turn::Turn;
use super::vouching::{Deed, write_deed};
use super::writer::Change;
use crate::error::{Error, Result};
use crate::model::{
    AccountId, Alert, AskedEnd, AtService, Device, DeviceId, EndedReason, Ending, Familiarity, HistoryEntry,
    LetInBy, Lines, Place, ProfileId, Promise, SecretHash, Session, SessionId, SignInMethod, Source,
    Timestamp,
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
    /// The line it was judged on.
    pub lines: &'a Lines,
    /// The alert it raises, if it is unfamiliar.
    pub alert: Option<&'a Alert>,
    /// What is known of the account from now on, as the rule writes it; `None` where nothing was learnt.
    pub known: Option<&'a str>,
    /// Its entries in the history.
    pub history: &'a [HistoryEntry],
}

/// A device that chose a new password with a printed code. It is not let in by that: its session is over before it begins,
/// and its secret and token are nobody's.
#[derive(Debug)]
pub struct Visitor<'a> {
    /// The device.
    pub device: &'a Device,
    /// What stands for a session, so that the household is told of it as of any device.
    pub session: &'a Session,
    /// The hash of a secret that nobody has.
    pub device_secret: SecretHash,
    /// The hash of a token that nobody has.
    pub token: SecretHash,
}

/// A session that goes on over another line, as it was judged.
#[derive(Debug)]
pub struct Move<'a> {
    /// The session.
    pub session_id: SessionId,
    /// Its account.
    pub account_id: AccountId,
    /// Where from now on, if anybody vouches for it, and where that is approximately; `None` for one that looks stolen:
    /// the device is where it was.
    pub to: Option<(Option<IpAddr>, &'a Place)>,
    /// The lines it was judged on from now on, where they change.
    pub lines: Option<&'a Lines>,
    /// The new judgement, where it is about the session itself.
    pub familiarity: Option<&'a Familiarity>,
    /// The alert it raises.
    pub alert: Option<&'a Alert>,
    /// Since when it is held, if it is from now on.
    pub held_at: Option<Timestamp>,
    /// What is known of the account from now on, as the rule writes it.
    pub known: &'a str,
    /// Its entries in the history.
    pub history: &'a [HistoryEntry],
    /// Its end, if that is what comes of it.
    pub end: Option<&'a EndSession>,
}

impl Store {
    /// Writes a sign-in. Ends the session of this home that the device held until now, and returns its key: there is one at most, and
    /// what could not be would be ended with it. What it holds at watched services goes on.
    pub async fn admit(&self, _turn: &Turn<'_>, new: &Admission<'_>) -> Result<Vec<EndedKey>> {
        let mut change = self.begin().await?;
        let session = new.session;
        let replaced = sqlx::query(
            "UPDATE sessions SET ended_at = $2, ended_reason = $3, ended_by = $4
             WHERE device_id = $1 AND ended_at IS NULL AND service_id IS NULL
             RETURNING token_hash, id, device_id, account_id",
        )
        .bind(session.device_id.to_string())
        .bind(session.created_at.as_millis())
        .bind(EndedReason::Replaced.as_str())
        .bind(session.id.to_string())
        .fetch_all(&mut *change)
        .await?
        .iter()
        .map(to_ended_key)
        .collect::<Result<Vec<_>>>()?;
        write_device(&mut change, new).await?;
        insert_session(&mut change, session, new.tokens, new.lines).await?;
        for replaced in &replaced {
            carry_over(&mut change, replaced.session_id).await?;
            forget_all(&mut change, replaced.session_id).await?;
            follow_session(&mut change, replaced.session_id, session.id).await?;
        }
        if let Some(alert) = new.alert {
            insert_alert(&mut change, alert).await?;
        }
        if let Some(known) = new.known {
            write_known(&mut change, session.account_id, known).await?;
        }
        for entry in new.history {
            insert_history(&mut change, entry).await?;
        }
        change.commit().await?;
        Ok(replaced)
    }

    /// Ends sessions of this home and asks for the end of others at their services, all in one change, with what is told of whoever
    /// asked, who gets fresh tokens. Those that had ended, or were asked for, before are left out of the answer.
    pub async fn end_sessions(
        &self,
        _turn: &Turn<'_>,
        ends: &[EndSession],
        asks: &[AskEnd],
        fresh: Option<&FreshTokens>,
        deed: Option<&Deed>,
    ) -> Result<Ended> {
        let mut change = self.begin().await?;
        if let Some(fresh) = fresh {
            write_fresh(&mut change, fresh).await?;
        }
        write_deed(&mut change, deed).await?;
        let asked = ask_ends(&mut change, asks).await?;
        let keys = end_and_commit(change, ends).await?;
        Ok(Ended { keys, asked })
    }

    /// The account's sessions of this home that have not ended, with their devices.
    pub async fn live_sessions(&self, account_id: AccountId) -> Result<Vec<(SessionId, DeviceId)>> {
        sqlx::query(
            "SELECT id, device_id FROM sessions
             WHERE account_id = $1 AND ended_at IS NULL AND service_id IS NULL",
        )
        .bind(account_id.to_string())
        .fetch_all(&self.reader)
        .await?
        .iter()
        .map(|row| Ok((row.word("id")?, row.word("device_id")?)))
        .collect()
    }

    /// The sessions of this home that ended last, the latest first, at most `most`; with its guard key where one had one. Nobody asks
    /// with the tokens of others, which are nobody's.
    pub async fn last_ended(&self, most: u32) -> Result<Vec<(EndedKey, Option<SecretHash>)>> {
        let rows = sqlx::query(
            "SELECT token_hash, id, device_id, account_id, guard_hash FROM sessions
             WHERE ended_at IS NOT NULL AND service_id IS NULL ORDER BY ended_at DESC LIMIT $1",
        )
        .bind(i64::from(most))
        .fetch_all(&self.reader)
        .await?;
        readable(&rows, |row| Ok((to_ended_key(row)?, hash_if_any(row, "guard_hash")?)))
    }

    /// Notes the first requests that were refused because their sessions had ended, all in one change. Answers with those
    /// that were the first.
    pub async fn mark_refused(&self, refused: &[(SessionId, &HistoryEntry)]) -> Result<Vec<SessionId>> {
        if refused.is_empty() {
            return Ok(Vec::new());
        }
        let mut change = self.begin().await?;
        let (mut first, mut entries) = (Vec::new(), Vec::new());
        for (id, entry) in refused {
            let row = sqlx::query(
                "UPDATE sessions SET refused_at = $2 WHERE id = $1 AND refused_at IS NULL RETURNING
                 (SELECT COALESCE(given_name, name) FROM devices WHERE id = sessions.device_id) AS device_name",
            )
            .bind(id.to_string())
            .bind(entry.at.as_millis())
            .fetch_optional(&mut *change)
            .await?;
            if let Some(row) = row {
                first.push(*id);
                entries.push(HistoryEntry { device_name: row.raw("device_name")?, ..(*entry).clone() });
            }
        }
        insert_all_history(&mut change, &entries.iter().collect::<Vec<_>>()).await?;
        change.commit().await?;
        Ok(first)
    }

    /// Writes what came of judging a session that goes on: where it is, whether it is held, what is told, or that it ends.
    /// Answers with its key when this ended it.
    pub async fn move_session(&self, _turn: &Turn<'_>, moved: &Move<'_>) -> Result<Option<EndedKey>> {
        let mut change = self.begin().await?;
        let familiarity = moved.familiarity.map(to_json).transpose()?;
        sqlx::query(
            "UPDATE sessions SET familiarity = COALESCE($2, familiarity), held_at = COALESCE($3, held_at),
             judged_lines = COALESCE($4, judged_lines) WHERE id = $1",
        )
        .bind(moved.session_id.to_string())
        .bind(familiarity)
        .bind(moved.held_at.map(Timestamp::as_millis))
        .bind(moved.lines.map(Lines::to_bytes))
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
        let ended = end_sessions(&mut change, moved.end.map_or(&[], std::slice::from_ref)).await?;
        change.commit().await?;
        Ok(ended.first().copied())
    }

    /// Writes the lines that live sessions were judged on.
    pub async fn write_lines(&self, _turn: &Turn<'_>, judged: &[(SessionId, Lines)]) -> Result<()> {
        let mut change = self.begin().await?;
        for (id, lines) in judged {
            sqlx::query("UPDATE sessions SET judged_lines = $2 WHERE id = $1 AND ended_at IS NULL")
                .bind(id.to_string())
                .bind(lines.to_bytes())
                .execute(&mut *change)
                .await?;
        }
        change.commit().await
    }

    /// Writes who uses a session from now on, and its fresh tokens. Says whether the session was still there.
    pub async fn choose_profile(
        &self,
        _turn: &Turn<'_>,
        profile_id: ProfileId,
        fresh: &FreshTokens,
    ) -> Result<bool> {
        let mut change = self.begin().await?;
        let is_there = write_fresh(&mut change, fresh).await?;
        if is_there {
            sqlx::query("UPDATE sessions SET profile_id = $2 WHERE id = $1")
                .bind(fresh.session_id.to_string())
                .bind(profile_id.to_string())
                .execute(&mut *change)
                .await?;
        }
        change.commit().await?;
        Ok(is_there)
    }
}

/// Writes a device that was here for one thing and holds nothing: it is there to be told of.
pub async fn write_visitor(change: &mut Change, visitor: &Visitor<'_>) -> Result<()> {
    let Visitor { device, session, device_secret, token } = *visitor;
    let tokens = NewTokens { token, expires_at: None, refresh: None, renews: false };
    let admission = Admission {
        device,
        is_new: true,
        device_secret,
        session,
        tokens,
        lines: &Lines::default(),
        alert: None,
        known: None,
        history: &[],
    };
    write_device(change, &admission).await?;
    insert_session(change, session, tokens, admission.lines).await?;
    sqlx::query("UPDATE sessions SET ended_at = $2, ended_reason = $3 WHERE id = $1")
        .bind(session.id.to_string())
        .bind(session.created_at.as_millis())
        .bind(EndedReason::PasswordChanged.as_str())
        .execute(&mut **change)
        .await?;
    Ok(())
}

async fn write_device(change: &mut Change, new: &Admission<'_>) -> Result<()> {
    let Device { id, account_id, traits, first_seen_at, .. } = new.device;
    let write = if new.is_new {
        sqlx::query(
            "INSERT INTO devices (id, kind, name, model, os, app, app_version, last_active_at, last_session_id,
             account_id, secret_hash, first_seen_at, drill, times_signed_in)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)",
        )
    } else {
        sqlx::query(
            "UPDATE devices SET kind = $2, name = $3, model = $4, os = $5, app = $6, app_version = $7,
             last_active_at = $8, last_session_id = $9, times_signed_in = times_signed_in + 1
             WHERE id = $1 AND account_id = $10 AND secret_hash = $11 AND first_seen_at = $12 AND drill = $13",
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
        .bind(account_id.to_string())
        .bind(new.device_secret.as_bytes().as_slice())
        .bind(first_seen_at.as_millis())
        .bind(i64::from(new.session.method == SignInMethod::Drill))
        .execute(&mut **change)
        .await?;
    if written.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::corrupt("device", "it is not there any more"))
    }
}

/// Writes a new session. One at a service has a token that nobody has, and no end is asked for yet.
pub async fn insert_session(
    change: &mut Change,
    session: &Session,
    tokens: NewTokens,
    lines: &Lines,
) -> Result<()> {
    let (site, at_service) = match &session.source {
        Source::Home { site } => (site.as_deref(), None),
        Source::Service(at) => (None, Some(at)),
    };
    let promise = at_service.map(|_| to_json(&session.promise)).transpose()?;
    sqlx::query(
        "INSERT INTO sessions (id, account_id, device_id, token_hash, token_expires_at, refresh_hash, method,
         profile_id, created_at, last_active_at, address, place, country_code, familiarity, renews,
         let_in_by, let_in_by_device, judged_lines, site, service_id, external_id, client_id, promise,
         told)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
         $21, $22, $23, $24)",
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
    .bind(session.let_in_by.map(|by| by.session_id.to_string()))
    .bind(session.let_in_by.map(|by| by.device_id.to_string()))
    .bind(lines.to_bytes())
    .bind(site)
    .bind(at_service.map(|at| at.service_id.to_string()))
    .bind(at_service.map(|at| at.external_id.as_str()))
    .bind(at_service.and_then(|at| at.client_id.as_deref()))
    .bind(promise)
    .bind(at_service.map(|at| to_json(&at.told)).transpose()?)
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
            reason: row.word_or("ended_reason", EndedReason::SignedOutRemotely),
            by: row.word_if_any("ended_by")?,
            refused_at: row.moment_if_any("refused_at")?,
        }),
        None => None,
    };
    Ok(Session {
        id: row.word("session_id")?,
        account_id: row.word("session_account_id")?,
        device_id: row.word("device_id")?,
        source: to_source(row)?,
        promise: to_promise(row)?,
        method: row.word_or("method", SignInMethod::Password),
        let_in_by: match (row.word_if_any("let_in_by")?, row.word_if_any("let_in_by_device")?) {
            (Some(session_id), Some(device_id)) => Some(LetInBy { session_id, device_id }),
            _ => None,
        },
        profile_id: row.word_if_any("profile_id")?,
        created_at: row.moment("created_at")?,
        last_active_at: row.moment("session_active_at")?,
        last_title: row.raw("last_title")?,
        address: row.address("address")?,
        place: row.json_or("place", Place::unknown),
        familiarity: familiarity(row, "familiarity"),
        held_at: row.moment_if_any("held_at")?,
        ending,
    })
}

fn to_source(row: &SqliteRow) -> Result<Source> {
    let Some(service_id) = row.word_if_any("service_id")? else {
        return Ok(Source::Home { site: row.raw("site")? });
    };
    let asked = match row.moment_if_any("asked_at")? {
        Some(at) => Some(AskedEnd { at, by: row.word_if_any("asked_by")? }),
        None => None,
    };
    Ok(Source::Service(Box::new(AtService {
        service_id,
        external_id: row.raw::<Option<String>>("external_id")?.unwrap_or_default(),
        client_id: row.raw("client_id")?,
        told: row.json_if_any("told").unwrap_or_default(),
        asked,
        refusal: row.raw("refusal")?,
    })))
}

/// What a sign-out means; of one at a service of which that cannot be read nothing is promised.
fn to_promise(row: &SqliteRow) -> Result<Promise> {
    if row.raw::<Option<&str>>("service_id")?.is_none() {
        return Ok(Promise::NextRequest);
    }
    Ok(row.json_if_any("promise").unwrap_or(Promise::Nothing))
}

fn hash_if_any(row: &SqliteRow, column: &'static str) -> Result<Option<SecretHash>> {
    let bytes: Option<&[u8]> = row.raw(column)?;
    bytes.is_some().then(|| hash(row, column)).transpose()
}
