//! Watched services: what was set about them, and how they do. Their sign-ins are sessions ([`super::watched`]), their keys are elsewhere.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;

use super::Store;
use super::history::insert_history;
use super::rows::{Columns, readable};
use super::turn::Turn;
use super::writer::Change;
use crate::error::{Error, Result};
use crate::model::{
    AccountId, EndedReason, HistoryEntry, Profile, ProfileId, Service, ServiceId, ServiceState, Timestamp,
};

/// With the conditions and the order that follow.
macro_rules! services {
    ($rest:literal) => {
        concat!(
            "SELECT id, account_id, kind, name, url, pin, server, version, state, detail, added_at, last_read_at,
             paused_at, gone_through, cursor FROM services WHERE removed_at IS NULL ",
            $rest
        )
    };
}

/// How much there is at a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceCounts {
    /// People with sign-ins.
    pub people: u32,
    /// Devices that hold any.
    pub devices: u32,
    /// Sign-outs that were asked for and are not confirmed.
    pub asked: u32,
}

/// Somebody with sign-ins at a service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServicePersonRow {
    /// The service's id of them.
    pub person_id: String,
    /// What they are called there.
    pub name: String,
    /// Whose profile that is here.
    pub profile_id: Option<ProfileId>,
    /// Whether a person said so.
    pub chosen: bool,
    /// How many sign-ins they have.
    pub sign_ins: u32,
}

impl Store {
    /// The account's services, the oldest first.
    pub async fn services(&self, account_id: AccountId) -> Result<Vec<Service>> {
        let rows = sqlx::query(services!("AND account_id = $1 ORDER BY id"))
            .bind(account_id.to_string())
            .fetch_all(&self.reader)
            .await?;
        readable(&rows, to_service)
    }

    /// Every service of every account.
    pub async fn all_services(&self) -> Result<Vec<Service>> {
        readable(&sqlx::query(services!("ORDER BY id")).fetch_all(&self.reader).await?, to_service)
    }

    /// One service, as whoever reads it needs it.
    pub async fn watched_service(&self, id: ServiceId) -> Result<Option<Service>> {
        let row = sqlx::query(services!("AND id = $1")).bind(id.to_string()).fetch_optional(&self.reader);
        row.await?.as_ref().map(to_service).transpose()
    }

    /// One service of the account.
    pub async fn service(&self, account_id: AccountId, id: ServiceId) -> Result<Option<Service>> {
        Ok(self.watched_service(id).await?.filter(|service| service.account_id == account_id))
    }

    /// Keeps a service, new or changed, with its entry in the history where it is worth one.
    pub async fn write_service(
        &self,
        _turn: &Turn<'_>,
        service: &Service,
        history: Option<&HistoryEntry>,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        write(&mut change, service).await?;
        if let Some(history) = history {
            insert_history(&mut change, history).await?;
        }
        change.commit().await
    }

    /// Notes how a service does.
    pub async fn note_service(
        &self,
        _turn: &Turn<'_>,
        id: ServiceId,
        state: ServiceState,
        detail: &str,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query("UPDATE services SET state = $2, detail = $3 WHERE id = $1 AND removed_at IS NULL")
            .bind(id.to_string())
            .bind(state.as_str())
            .bind(detail)
            .execute(&mut *change)
            .await?;
        change.commit().await
    }

    /// Removes a service: its sessions end here, what was to be asked of it is dropped, and with `forget` so is what the history says
    /// of it. Nothing is ended there.
    pub async fn remove_service(
        &self,
        _turn: &Turn<'_>,
        id: ServiceId,
        at: Timestamp,
        forget: bool,
        history: &HistoryEntry,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query(
            "UPDATE sessions SET ended_at = $2, ended_reason = $3 WHERE service_id = $1 AND ended_at IS NULL",
        )
        .bind(id.to_string())
        .bind(at.as_millis())
        .bind(EndedReason::ServiceRemoved.as_str())
        .execute(&mut *change)
        .await?;
        // What refers to one another goes together.
        sqlx::query("PRAGMA defer_foreign_keys = ON").execute(&mut *change).await?;
        let forgotten: &[&'static str] = if forget { &FORGET } else { &[] };
        for statement in forgotten.iter().chain(&REMOVE).copied() {
            sqlx::query(statement).bind(id.to_string()).execute(&mut *change).await?;
        }
        sqlx::query("UPDATE services SET removed_at = $2, cursor = NULL WHERE id = $1")
            .bind(id.to_string())
            .bind(at.as_millis())
            .execute(&mut *change)
            .await?;
        insert_history(&mut change, history).await?;
        change.commit().await
    }

    /// How much there is at each service of the account.
    pub async fn service_counts(&self, account_id: AccountId) -> Result<HashMap<ServiceId, ServiceCounts>> {
        let rows = sqlx::query(
            "SELECT v.id, (SELECT COUNT(*) FROM service_people p WHERE p.service_id = v.id) AS people,
             (SELECT COUNT(DISTINCT device_id) FROM sessions s WHERE s.service_id = v.id AND s.ended_at IS NULL) AS devices,
             (SELECT COUNT(*) FROM sessions s WHERE s.service_id = v.id AND s.asked_at IS NOT NULL
              AND s.ended_at IS NULL) AS asked FROM services v WHERE v.account_id = $1 AND v.removed_at IS NULL",
        )
        .bind(account_id.to_string())
        .fetch_all(&self.lists)
        .await?;
        let count = |row: &SqliteRow, column| {
            row.raw::<i64>(column).map(|count| u32::try_from(count).unwrap_or(u32::MAX))
        };
        let counts = readable(&rows, |row| {
            let counts = ServiceCounts {
                people: count(row, "people")?,
                devices: count(row, "devices")?,
                asked: count(row, "asked")?,
            };
            Ok((row.word("id")?, counts))
        })?;
        Ok(counts.into_iter().collect())
    }

    /// Who has sign-ins at a service.
    pub async fn service_people(&self, id: ServiceId) -> Result<Vec<ServicePersonRow>> {
        // Counted once for all of them, and not for each: a service may tell of ten thousand people.
        let rows = sqlx::query(
            "SELECT json_extract(told, '$.person_id') AS id, COUNT(*) AS sign_ins FROM sessions
             WHERE service_id = $1 AND ended_at IS NULL GROUP BY 1",
        )
        .bind(id.to_string())
        .fetch_all(&self.lists)
        .await?;
        let counts = readable(&rows, |row| {
            let sign_ins = u32::try_from(row.raw::<i64>("sign_ins")?).unwrap_or(u32::MAX);
            Ok((row.raw::<Option<String>>("id")?.unwrap_or_default(), sign_ins))
        })?;
        let counts: HashMap<_, _> = counts.into_iter().collect();
        let rows = sqlx::query(
            "SELECT person_id AS id, name, profile_id, chosen FROM service_people WHERE service_id = $1
             ORDER BY name, person_id",
        )
        .bind(id.to_string())
        .fetch_all(&self.lists)
        .await?;
        readable(&rows, |row| {
            let person_id: String = row.raw("id")?;
            Ok(ServicePersonRow {
                name: row.raw("name")?,
                profile_id: row.word_if_any("profile_id")?,
                chosen: row.raw::<i64>("chosen")? != 0,
                sign_ins: counts.get(&person_id).copied().unwrap_or_default(),
                person_id,
            })
        })
    }

    /// Says whose profile somebody at a service is; for their sign-ins, too.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] where nobody there is called so.
    pub async fn choose_person(
        &self,
        _turn: &Turn<'_>,
        id: ServiceId,
        person_id: &str,
        profile: Option<&Profile>,
    ) -> Result<()> {
        let profile = profile.map(|profile| profile.id.to_string());
        let mut change = self.begin().await?;
        let written = sqlx::query(
            "UPDATE service_people SET profile_id = $3, chosen = 1 WHERE service_id = $1 AND person_id = $2",
        )
        .bind(id.to_string())
        .bind(person_id)
        .bind(profile.as_deref())
        .execute(&mut *change)
        .await?;
        if written.rows_affected() == 0 {
            return Err(Error::NotFound("person"));
        }
        sqlx::query(
            "UPDATE sessions SET profile_id = $3 WHERE service_id = $1 AND ended_at IS NULL
             AND json_extract(told, '$.person_id') = $2",
        )
        .bind(id.to_string())
        .bind(person_id)
        .bind(profile.as_deref())
        .execute(&mut *change)
        .await?;
        change.commit().await
    }
}

/// What goes with a service.
const REMOVE: [&str; 3] = [
    "DELETE FROM jobs WHERE kind = 'end' AND target_id = $1",
    "DELETE FROM service_clients WHERE service_id = $1",
    "DELETE FROM service_people WHERE service_id = $1",
];

/// What goes with it when a person says so: what the history says of its sessions, their alerts, and what the devices were called that
/// held nothing else.
const FORGET: [&str; 7] = [
    // By the devices that a line may be of, along their index: the history is long.
    "DELETE FROM history WHERE account_id = (SELECT account_id FROM services WHERE id = $1) AND device_id IN (
     WITH RECURSIVE listed (id) AS (SELECT device_id FROM sessions WHERE service_id = $1
     UNION SELECT d.continued_by FROM listed JOIN devices d ON d.id = listed.id WHERE d.continued_by IS NOT NULL)
     SELECT id FROM listed) AND session_id IN (SELECT id FROM sessions WHERE service_id = $1)",
    "DELETE FROM jobs WHERE about_id IN (SELECT id FROM alerts WHERE session_id IN (SELECT id FROM sessions WHERE service_id = $1))",
    "DELETE FROM actions WHERE alert_id IN (SELECT id FROM alerts WHERE session_id IN (SELECT id FROM sessions WHERE service_id = $1))",
    "DELETE FROM alerts WHERE session_id IN (SELECT id FROM sessions WHERE service_id = $1)",
    // What a device with other sessions shows as its last one is one of those. Only a device that was not made for a sign-in here may
    // have had sessions of this home, and those that ended are in no index by their devices.
    "UPDATE devices SET last_session_id = COALESCE(
     (SELECT s.id FROM sessions s WHERE s.device_id = devices.id AND s.ended_at IS NULL AND s.service_id IS NOT $1
      ORDER BY s.last_active_at DESC LIMIT 1),
     (SELECT s.id FROM sessions s WHERE s.device_id = devices.id AND s.service_id IS NOT NULL AND s.service_id <> $1
      ORDER BY s.last_active_at DESC LIMIT 1),
     CASE WHEN NOT EXISTS (SELECT 1 FROM service_clients c WHERE c.device_id = devices.id AND c.own_device_id = devices.id)
     THEN (SELECT s.id FROM sessions s WHERE s.device_id = devices.id AND s.service_id IS NULL
           ORDER BY s.last_active_at DESC LIMIT 1) END,
     last_session_id)
     WHERE id IN (SELECT device_id FROM sessions WHERE service_id = $1)
     AND last_session_id IN (SELECT id FROM sessions WHERE service_id = $1)",
    // Their rows stay, empty and in no list: plans and other devices may name them.
    "UPDATE devices SET name = '', given_name = NULL, model = NULL, os = NULL, app = NULL, app_version = NULL
     WHERE id IN (SELECT own_device_id FROM service_clients WHERE service_id = $1)
     AND last_session_id IN (SELECT id FROM sessions WHERE service_id = $1)",
    "DELETE FROM sessions WHERE service_id = $1",
];

async fn write(change: &mut Change, service: &Service) -> Result<()> {
    sqlx::query(
        "INSERT INTO services (id, account_id, kind, name, url, pin, server, version, state, detail, added_at,
         last_read_at, paused_at, gone_through, cursor)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url, pin = excluded.pin,
         server = excluded.server, version = excluded.version, state = excluded.state, detail = excluded.detail,
         paused_at = excluded.paused_at, gone_through = excluded.gone_through, cursor = excluded.cursor",
    )
    .bind(service.id.to_string())
    .bind(service.account_id.to_string())
    .bind(&service.kind)
    .bind(&service.name)
    .bind(&service.url)
    .bind(service.pin.map(|pin| pin.to_string()))
    .bind(service.server.as_deref())
    .bind(service.version.as_deref())
    .bind(service.state.as_str())
    .bind(service.detail.as_deref())
    .bind(service.added_at.as_millis())
    .bind(service.last_read_at.map(Timestamp::as_millis))
    .bind(service.paused_at.map(Timestamp::as_millis))
    .bind(i64::from(service.is_gone_through))
    .bind(service.cursor.as_deref())
    .execute(&mut **change)
    .await?;
    Ok(())
}

fn to_service(row: &SqliteRow) -> Result<Service> {
    Ok(Service {
        id: row.word("id")?,
        account_id: row.word("account_id")?,
        kind: row.raw("kind")?,
        name: row.raw("name")?,
        url: row.raw("url")?,
        pin: row.word_if_any("pin")?,
        server: row.raw("server")?,
        version: row.raw("version")?,
        state: row.word_or("state", ServiceState::Unreadable),
        detail: row.raw("detail")?,
        added_at: row.moment("added_at")?,
        last_read_at: row.moment_if_any("last_read_at")?,
        paused_at: row.moment_if_any("paused_at")?,
        is_gone_through: row.raw::<i64>("gone_through")? != 0,
        cursor: row.raw("cursor")?,
    })
}
