//! Sign-ins at watched services: what a look at one found, in one change, and how their ends stand.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite};

use super::Store;
use super::alerts::insert_alert;
use super::familiarity::write_known;
use super::history::insert_all_history;
use super::jobs::AGAIN_ABOUT_SESSIONS;
use super::rows::{Columns, readable, to_json};
use super::turn::Turn;
use super::writer::Change;
use crate::error::Result;
use crate::model::{
    AccountId, Alert, Device, DeviceId, EndedReason, Familiarity, HistoryEntry, Place, ProfileId, Promise,
    SecretHash, ServiceId, Session, SessionId, Timestamp, ToldByService,
};

/// Rows that one statement adds or changes: well below the number of values that one may have.
const MOST_AT_ONCE: usize = 500;

/// A sign-in at a service, as it is on record.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchedSession {
    /// The session.
    pub session_id: SessionId,
    /// Its device.
    pub device_id: DeviceId,
    /// The service's own id for it.
    pub external_id: String,
    /// The installed client it is of.
    pub client_id: String,
    /// What the service said of it.
    pub told: ToldByService,
    /// What a sign-out of it means.
    pub promise: Option<Promise>,
    /// Whose profile it is.
    pub profile_id: Option<ProfileId>,
    /// Where it was last used from.
    pub address: Option<String>,
    /// What plays, or last played, on it.
    pub last_title: Option<String>,
    /// When it was last active, as far as lists go.
    pub last_active_at: Timestamp,
    /// Since when its end is asked for.
    pub asked_at: Option<Timestamp>,
    /// The session that asked.
    pub asked_by: Option<SessionId>,
}

/// A sign-in that was not there at the last look.
#[derive(Debug)]
pub struct FoundSession {
    /// Its device.
    pub device: Device,
    /// Whether that is new to the account.
    pub is_new: bool,
    /// The hash of a secret that nobody has.
    pub device_secret: SecretHash,
    /// The session.
    pub session: Session,
    /// The service's own id for it.
    pub external_id: String,
    /// The installed client it is of.
    pub client_id: String,
    /// What the service says of it.
    pub told: ToldByService,
    /// What a sign-out of it means.
    pub promise: Promise,
    /// The hash of a token that nobody has.
    pub token: SecretHash,
    /// The alert it raises.
    pub alert: Option<Alert>,
    /// Its entries in the history.
    pub history: Vec<HistoryEntry>,
}

/// A sign-in of which the service says something else than it did.
#[derive(Debug)]
pub struct ChangedSession {
    /// Which.
    pub session_id: SessionId,
    /// What the service says of it.
    pub told: ToldByService,
    /// What a sign-out of it means.
    pub promise: Promise,
    /// Where it was last used from, and where that is; `None`: as it was.
    pub at: Option<(String, Place)>,
    /// What plays on it; `None`: as it was.
    pub title: Option<String>,
    /// When it was last active; never goes back.
    pub last_active_at: Timestamp,
    /// How it was judged, where that is only now: nobody had used it before.
    pub judged: Option<JudgedLate>,
}

/// A sign-in that is judged when somebody first uses it.
#[derive(Debug)]
pub struct JudgedLate {
    /// How familiar it is.
    pub familiarity: Familiarity,
    /// The alert it raises.
    pub alert: Option<Alert>,
    /// Its entry in the history, with an alert.
    pub history: Option<HistoryEntry>,
}

/// A sign-in that is gone at the service.
#[derive(Debug)]
pub struct GoneSession {
    /// Which.
    pub session_id: SessionId,
    /// Why: it was asked for, or not.
    pub reason: EndedReason,
    /// The session that asked for it.
    pub by: Option<SessionId>,
    /// Its entry in the history; its time is when it was seen to be gone.
    pub history: HistoryEntry,
}

/// Somebody with sign-ins at a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenPerson {
    /// The service's id of them.
    pub person_id: String,
    /// What they are called there.
    pub name: String,
    /// Whose profile that seems to be; kept only when nobody is on record yet.
    pub profile_id: Option<ProfileId>,
}

/// What a part of a look found, against what was on record.
#[derive(Debug, Default)]
pub struct LookChange {
    /// New sign-ins.
    pub found: Vec<FoundSession>,
    /// Sign-ins that changed.
    pub changed: Vec<ChangedSession>,
    /// Sign-ins that are gone.
    pub gone: Vec<GoneSession>,
    /// What is known of the account from now on, where something was learnt.
    pub known: Option<String>,
}

/// What a look found beside sign-ins.
#[derive(Debug, Default)]
pub struct LookEnd<'a> {
    /// Lines of the history: sign-ins that failed.
    pub history: &'a [HistoryEntry],
    /// What the service says it is.
    pub version: Option<&'a str>,
    /// What is to be remembered for the next look.
    pub cursor: Option<&'a str>,
}

/// What is read of a sign-in that is on record.
const WATCHED: &str =
    "SELECT id, device_id, external_id, client_id, told, promise, profile_id, address, last_title,
     last_active_at, asked_at, asked_by FROM sessions WHERE ended_at IS NULL AND ";

impl Store {
    /// The sign-ins of a service that have not ended.
    pub async fn watched_sessions(&self, id: ServiceId) -> Result<Vec<WatchedSession>> {
        let mut query = QueryBuilder::<Sqlite>::new(WATCHED);
        query.push("service_id = ").push_bind(id.to_string());
        readable(&query.build().fetch_all(&self.lists).await?, to_watched)
    }

    /// Those of them that have these ids there.
    pub async fn watched_sessions_of(
        &self,
        id: ServiceId,
        external_ids: &[&str],
    ) -> Result<Vec<WatchedSession>> {
        let mut found = Vec::with_capacity(external_ids.len());
        for ids in external_ids.chunks(MOST_AT_ONCE) {
            let mut query = QueryBuilder::<Sqlite>::new(WATCHED);
            query.push("service_id = ").push_bind(id.to_string()).push(" AND external_id IN (");
            push_texts(&mut query, ids);
            found.extend(readable(
                &query.build().persistent(false).fetch_all(&self.reader).await?,
                to_watched,
            )?);
        }
        Ok(found)
    }

    /// Which devices these installed clients of a service are.
    pub async fn devices_of_clients(
        &self,
        id: ServiceId,
        client_ids: &[&str],
    ) -> Result<HashMap<String, DeviceId>> {
        let mut found = HashMap::with_capacity(client_ids.len());
        for ids in client_ids.chunks(MOST_AT_ONCE) {
            let mut query = QueryBuilder::<Sqlite>::new(
                "SELECT client_id AS id, device_id FROM service_clients WHERE service_id = ",
            );
            query.push_bind(id.to_string()).push(" AND client_id IN (");
            push_texts(&mut query, ids);
            let rows = query.build().persistent(false).fetch_all(&self.reader).await?;
            found.extend(readable(&rows, |row| Ok((row.raw::<String>("id")?, row.word("device_id")?)))?);
        }
        Ok(found)
    }

    /// Whose profile these people at a service are.
    pub async fn profiles_of_people(
        &self,
        id: ServiceId,
        person_ids: &[&str],
    ) -> Result<HashMap<String, Option<ProfileId>>> {
        let mut found = HashMap::new();
        for ids in person_ids.chunks(MOST_AT_ONCE) {
            let mut query = QueryBuilder::<Sqlite>::new(
                "SELECT person_id AS id, profile_id FROM service_people WHERE service_id = ",
            );
            query.push_bind(id.to_string()).push(" AND person_id IN (");
            push_texts(&mut query, ids);
            let rows = query.build().persistent(false).fetch_all(&self.reader).await?;
            found.extend(readable(&rows, |row| {
                Ok((row.raw::<String>("id")?, row.word_if_any("profile_id")?))
            })?);
        }
        Ok(found)
    }

    /// What the people at a service are called there.
    pub async fn names_at_service(&self, id: ServiceId) -> Result<HashMap<String, String>> {
        let rows = sqlx::query("SELECT person_id AS id, name FROM service_people WHERE service_id = $1")
            .bind(id.to_string())
            .fetch_all(&self.lists)
            .await?;
        Ok(readable(&rows, |row| Ok((row.raw("id")?, row.raw("name")?)))?.into_iter().collect())
    }

    /// Writes a part of what a look at a service found, in one change. Sessions whose end was asked for and that are gone have ended by
    /// it.
    pub async fn write_look(
        &self,
        _turn: &Turn<'_>,
        (account_id, id): (AccountId, ServiceId),
        look: &LookChange,
        at: Timestamp,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        insert_devices(&mut change, id, &look.found).await?;
        insert_sessions(&mut change, id, &look.found).await?;
        let late = look.changed.iter().filter_map(|changed| changed.judged.as_ref());
        let alerts = look.found.iter().filter_map(|found| found.alert.as_ref());
        for alert in alerts.chain(late.clone().filter_map(|late| late.alert.as_ref())) {
            insert_alert(&mut change, alert).await?;
        }
        write_changed(&mut change, &look.changed).await?;
        end_gone(&mut change, &look.gone, at).await?;
        if let Some(known) = &look.known {
            write_known(&mut change, account_id, known).await?;
        }
        let history = look.found.iter().flat_map(|found| &found.history);
        let history = history.chain(look.gone.iter().map(|gone| &gone.history));
        let history = history.chain(late.filter_map(|late| late.history.as_ref()));
        insert_all_history(&mut change, &history.collect::<Vec<_>>()).await?;
        change.commit().await
    }

    /// Writes down that a look has come to its end, with what else it found: the service was read, whole.
    pub async fn end_look(
        &self,
        _turn: &Turn<'_>,
        id: ServiceId,
        look: &LookEnd<'_>,
        at: Timestamp,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        insert_all_history(&mut change, &look.history.iter().collect::<Vec<_>>()).await?;
        // What could not be asked for while it was away is asked for now.
        sqlx::query(
            "UPDATE jobs SET due_at = $2 WHERE kind = 'end' AND target_id = $1 AND state = 'waiting'
             AND (SELECT state FROM services WHERE id = $1) <> 'ok'",
        )
        .bind(id.to_string())
        .bind(at.as_millis())
        .execute(&mut *change)
        .await?;
        // What its key cannot do, as it was said when that was tried, goes on being said.
        sqlx::query(
            "UPDATE services SET detail = CASE WHEN state = 'ok' THEN detail END, state = 'ok', last_read_at = $2,
             version = COALESCE($3, version), cursor = COALESCE($4, cursor) WHERE id = $1 AND removed_at IS NULL",
        )
        .bind(id.to_string())
        .bind(at.as_millis())
        .bind(look.version)
        .bind(look.cursor)
        .execute(&mut *change)
        .await?;
        change.commit().await
    }

    /// Notes people with sign-ins at a service: who is new, or is called otherwise.
    pub async fn write_people(&self, _turn: &Turn<'_>, id: ServiceId, people: &[SeenPerson]) -> Result<()> {
        let mut change = self.begin().await?;
        for people in people.chunks(MOST_AT_ONCE) {
            let mut query = QueryBuilder::<Sqlite>::new(
                "INSERT INTO service_people (service_id, person_id, name, profile_id) ",
            );
            query.push_values(people, |mut row, person| {
                row.push_bind(id.to_string())
                    .push_bind(person.person_id.clone())
                    .push_bind(person.name.clone())
                    .push_bind(person.profile_id.map(|id| id.to_string()));
            });
            query.push(" ON CONFLICT (service_id, person_id) DO UPDATE SET name = excluded.name");
            query.build().persistent(false).execute(&mut *change).await?;
        }
        change.commit().await
    }

    /// Ends sessions that were seen to be gone.
    pub async fn end_watched(&self, _turn: &Turn<'_>, gone: &[GoneSession], at: Timestamp) -> Result<()> {
        if gone.is_empty() {
            return Ok(());
        }
        let mut change = self.begin().await?;
        end_gone(&mut change, gone, at).await?;
        insert_all_history(&mut change, &gone.iter().map(|gone| &gone.history).collect::<Vec<_>>()).await?;
        change.commit().await
    }

    /// Whether an alert about a device waits for its answer.
    pub async fn waits_for_answer(&self, id: DeviceId) -> Result<bool> {
        let row = sqlx::query("SELECT 1 FROM alerts WHERE device_id = $1 AND state = 'open' LIMIT 1");
        Ok(row.bind(id.to_string()).fetch_optional(&self.reader).await?.is_some())
    }

    /// Notes why the service does not end a session. It may be asked again.
    pub async fn note_refusal(&self, session_id: SessionId, why: &str) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query("UPDATE sessions SET refusal = $2, asked_at = NULL, asked_by = NULL WHERE id = $1 AND ended_at IS NULL")
            .bind(session_id.to_string())
            .bind(why)
            .execute(&mut *change)
            .await?;
        change.commit().await
    }

    /// Which session at a service is to end, of those whose end is asked for and that have not ended.
    pub async fn asked_end(&self, session_id: SessionId) -> Result<Option<WatchedSession>> {
        let mut query = QueryBuilder::<Sqlite>::new(WATCHED);
        query
            .push("service_id IS NOT NULL AND asked_at IS NOT NULL AND id = ")
            .push_bind(session_id.to_string());
        query.build().fetch_optional(&self.reader).await?.as_ref().map(to_watched).transpose()
    }
}

/// The rest of `IN (`.
fn push_texts(query: &mut QueryBuilder<Sqlite>, texts: &[&str]) {
    let mut list = query.separated(", ");
    for text in texts {
        list.push_bind((*text).to_owned());
    }
    list.push_unseparated(")");
}

fn to_watched(row: &SqliteRow) -> Result<WatchedSession> {
    let external_id: String = row.raw("external_id")?;
    Ok(WatchedSession {
        session_id: row.word("id")?,
        device_id: row.word("device_id")?,
        client_id: row.raw::<Option<String>>("client_id")?.unwrap_or_else(|| external_id.clone()),
        external_id,
        told: row.json_if_any("told").unwrap_or_default(),
        promise: row.json_if_any("promise"),
        profile_id: row.word_if_any("profile_id")?,
        address: row.raw("address")?,
        last_title: row.raw("last_title")?,
        last_active_at: row.moment("last_active_at")?,
        asked_at: row.moment_if_any("asked_at")?,
        asked_by: row.word_if_any("asked_by")?,
    })
}

/// New devices, the latest session of devices that are there, and which client is which.
async fn insert_devices(change: &mut Change, id: ServiceId, found: &[FoundSession]) -> Result<()> {
    let new: Vec<_> = found.iter().filter(|found| found.is_new).collect();
    for new in new.chunks(MOST_AT_ONCE) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO devices (id, account_id, secret_hash, kind, name, model, os, app, app_version, first_seen_at,
             last_active_at, times_signed_in, last_session_id) ",
        );
        query.push_values(new, |mut row, found| {
            let Device { id, account_id, traits, first_seen_at, .. } = &found.device;
            row.push_bind(id.to_string())
                .push_bind(account_id.to_string())
                .push_bind(found.device_secret.as_bytes().to_vec())
                .push_bind(traits.kind.as_str())
                .push_bind(traits.name.clone())
                .push_bind(traits.model.clone())
                .push_bind(traits.os.clone())
                .push_bind(traits.app.clone())
                .push_bind(traits.app_version.clone())
                .push_bind(first_seen_at.as_millis())
                .push_bind(found.session.last_active_at.as_millis())
                .push("1")
                .push_bind(found.session.id.to_string());
        });
        query.build().persistent(false).execute(&mut **change).await?;
    }
    for found in found.iter().filter(|found| !found.is_new) {
        // What was used last is what the list shows of a device.
        sqlx::query(
            "UPDATE devices SET times_signed_in = times_signed_in + 1,
             last_session_id = CASE WHEN last_active_at <= $3 THEN $2 ELSE last_session_id END,
             last_active_at = MAX(last_active_at, $3) WHERE id = $1",
        )
        .bind(found.device.id.to_string())
        .bind(found.session.id.to_string())
        .bind(found.session.last_active_at.as_millis())
        .execute(&mut **change)
        .await?;
    }
    for found in found.chunks(MOST_AT_ONCE) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO service_clients (service_id, client_id, device_id, own_device_id, seen_at) ",
        );
        query.push_values(found, |mut row, found| {
            row.push_bind(id.to_string())
                .push_bind(found.client_id.clone())
                .push_bind(found.device.id.to_string())
                .push_bind(found.device.id.to_string())
                .push_bind(found.session.created_at.as_millis());
        });
        query.push(" ON CONFLICT (service_id, client_id) DO UPDATE SET seen_at = excluded.seen_at");
        query.build().persistent(false).execute(&mut **change).await?;
    }
    Ok(())
}

async fn insert_sessions(change: &mut Change, id: ServiceId, found: &[FoundSession]) -> Result<()> {
    for found in found.chunks(MOST_AT_ONCE) {
        let mut written = Vec::with_capacity(found.len());
        for one in found {
            written.push((
                one,
                to_json(&one.session.place)?,
                to_json(&one.session.familiarity)?,
                to_json(&one.promise)?,
                to_json(&one.told)?,
            ));
        }
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO sessions (id, account_id, device_id, token_hash, method, profile_id, created_at, last_active_at,
             last_title, address, place, country_code, familiarity, service_id, external_id, client_id, promise, told) ",
        );
        query.push_values(written, |mut row, (found, place, familiarity, promise, told)| {
            let session = &found.session;
            row.push_bind(session.id.to_string())
                .push_bind(session.account_id.to_string())
                .push_bind(session.device_id.to_string())
                .push_bind(found.token.as_bytes().to_vec())
                .push_bind(session.method.as_str())
                .push_bind(session.profile_id.map(|id| id.to_string()))
                .push_bind(session.created_at.as_millis())
                .push_bind(session.last_active_at.as_millis())
                .push_bind(session.last_title.clone())
                .push_bind(session.address.map(|address| address.to_string()))
                .push_bind(place)
                .push_bind(session.place.country_code.clone())
                .push_bind(familiarity)
                .push_bind(id.to_string())
                .push_bind(found.external_id.clone())
                .push_bind(found.client_id.clone())
                .push_bind(promise)
                .push_bind(told);
        });
        query.build().persistent(false).execute(&mut **change).await?;
    }
    Ok(())
}

async fn write_changed(change: &mut Change, changed: &[ChangedSession]) -> Result<()> {
    for one in changed {
        let place = one.at.as_ref().map(|(_, place)| to_json(place)).transpose()?;
        sqlx::query(
            "UPDATE sessions SET told = $2, promise = $3, address = COALESCE($4, address), place = COALESCE($5, place),
             country_code = CASE WHEN $5 IS NULL THEN country_code ELSE $6 END, last_title = COALESCE($7, last_title),
             last_active_at = MAX(last_active_at, $8), familiarity = COALESCE($9, familiarity)
             WHERE id = $1 AND ended_at IS NULL",
        )
        .bind(one.session_id.to_string())
        .bind(to_json(&one.told)?)
        .bind(to_json(&one.promise)?)
        .bind(one.at.as_ref().map(|(address, _)| address.as_str()))
        .bind(place)
        .bind(one.at.as_ref().and_then(|(_, place)| place.country_code.as_deref()))
        .bind(one.title.as_deref())
        .bind(one.last_active_at.as_millis())
        .bind(one.judged.as_ref().map(|late| to_json(&late.familiarity)).transpose()?)
        .execute(&mut **change)
        .await?;
        sqlx::query(
            // And whichever is listed for its device: a phone that is used is not idle, under whatever id it is.
            "WITH RECURSIVE up (id, next) AS (
                 SELECT d.id, d.continued_by FROM sessions s JOIN devices d ON d.id = s.device_id WHERE s.id = $1
                 UNION SELECT d.id, d.continued_by FROM up JOIN devices d ON d.id = up.next)
             UPDATE devices SET last_active_at = $2, last_session_id =
                 CASE WHEN id = (SELECT device_id FROM sessions WHERE id = $1) THEN $1 ELSE last_session_id END
             WHERE id IN (SELECT id FROM up) AND last_active_at < $2",
        )
        .bind(one.session_id.to_string())
        .bind(one.last_active_at.as_millis())
        .execute(&mut **change)
        .await?;
    }
    Ok(())
}

/// Ends sessions that are gone, and what was to be done about them.
async fn end_gone(change: &mut Change, gone: &[GoneSession], at: Timestamp) -> Result<()> {
    for gone in gone {
        let id = gone.session_id.to_string();
        sqlx::query(
            "UPDATE sessions SET ended_at = $2, ended_reason = $3, ended_by = $4, refusal = NULL
             WHERE id = $1 AND ended_at IS NULL",
        )
        .bind(&id)
        .bind(at.as_millis())
        .bind(gone.reason.as_str())
        .bind(gone.by.map(|by| by.to_string()))
        .execute(&mut **change)
        .await?;
        sqlx::query("UPDATE jobs SET state = 'done', done = revision, changed_at = $2 WHERE about_id = $1 AND kind = 'end'")
            .bind(&id)
            .bind(at.as_millis())
            .execute(&mut **change)
            .await?;
        let mut again = QueryBuilder::<Sqlite>::new(AGAIN_ABOUT_SESSIONS[0].trim_start_matches(';'));
        again.push_bind(at.as_millis()).push(AGAIN_ABOUT_SESSIONS[1]).push_bind(id).push("))");
        again.build().execute(&mut **change).await?;
    }
    Ok(())
}
