//! The sessions of devices, wherever they live: what a list says of each, in one statement a page.

use std::collections::{HashMap, HashSet};

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite};

use super::Store;
use super::profiles::to_profile;
use super::reader::Reader;
use super::rows::{Columns, only_if_readable, readable};
use super::sessions::to_session;
use crate::error::{Error, Result};
use crate::model::{AccountId, DeviceId, DeviceListing, SessionId, SessionListing};

/// Ids that one statement asks for: well below the number of values that one may have.
const MOST_AT_ONCE: usize = 500;

/// Columns of a session (`s`) with its profile, its service and the device that let it in. They have prefixes, since most of these have
/// an `id`.
macro_rules! session_columns {
    () => {
        "s.id AS session_id, s.account_id AS session_account_id, s.device_id, s.method, s.profile_id,
         s.created_at, s.last_active_at AS session_active_at, s.last_title, s.address, s.place, s.familiarity,
         s.let_in_by, s.let_in_by_device, COALESCE(b.given_name, b.name) AS let_in_by_name, s.held_at,
         s.ended_at, s.ended_reason, s.ended_by, s.refused_at,
         s.site, s.service_id, s.external_id, s.client_id, s.promise, s.told, s.asked_at, s.asked_by,
         CASE WHEN s.asked_at IS NOT NULL AND s.ended_at IS NULL
         THEN (SELECT j.detail FROM jobs j WHERE j.id = 'end ' || s.service_id || ' ' || s.id) END AS not_yet, s.refusal,
         v.name AS service_name, v.state AS service_state, v.last_read_at,
         p.name AS profile_name, p.kind AS profile_kind, p.color AS profile_color,
         p.pin_hash IS NOT NULL AS profile_has_pin "
    };
}

/// What those come from, beside the session.
macro_rules! session_joins {
    () => {
        " LEFT JOIN profiles p ON p.id = s.profile_id LEFT JOIN devices b ON b.id = s.let_in_by_device
          LEFT JOIN services v ON v.id = s.service_id "
    };
}

pub(super) use {session_columns, session_joins};

/// Which devices are meant: the ids follow, and then [`SESSIONS`].
const OF_DEVICES: &str =
    "WITH RECURSIVE shown (listed_id, part_id) AS (SELECT id, id FROM devices WHERE id IN (";

/// Their sessions, and those of devices whose place they took, which are in no list of their own: at services all that have not ended
/// and, where the service is still watched, what ended within a day of its last look; and what they hold here. `CROSS JOIN`, for it is
/// to begin with the devices.
const SESSIONS: &str = concat!(
    ") UNION SELECT shown.listed_id, c.id FROM shown JOIN devices c ON c.continued_by = shown.part_id) ",
    "SELECT shown.listed_id, ",
    session_columns!(),
    "FROM shown CROSS JOIN sessions s",
    session_joins!(),
    "WHERE s.device_id = shown.part_id AND s.service_id IS NOT NULL AND (s.ended_at IS NULL
     OR (v.removed_at IS NULL AND s.ended_at >= COALESCE(v.last_read_at, s.ended_at) - 86400000))
     UNION ALL SELECT shown.listed_id, ",
    session_columns!(),
    "FROM shown CROSS JOIN sessions s",
    session_joins!(),
    "WHERE s.device_id = shown.part_id AND s.ended_at IS NULL AND s.service_id IS NULL"
);

/// The device that is listed for one: itself, unless another one took its place.
const LISTED: &str = "WITH RECURSIVE up (id, next) AS (SELECT id, continued_by FROM devices WHERE id = $1
     UNION SELECT d.id, d.continued_by FROM up JOIN devices d ON d.id = up.next) SELECT id FROM up WHERE next IS NULL";

/// A device as its row has it, and whether it may hold more sessions than the one that the row is joined to.
pub(super) struct Listed {
    pub listing: DeviceListing,
    pub may_have_more: bool,
}

/// Adds the other sessions of each. Devices that were never seen at a service cost nothing. A device is left out whose session of this
/// home cannot be read: to go on without it would be to say that there is none.
pub(super) async fn with_sessions(reader: &Reader, found: Vec<Listed>) -> Result<Vec<DeviceListing>> {
    let ids: Vec<_> =
        found.iter().filter(|listed| listed.may_have_more).map(|listed| listed.listing.device.id).collect();
    let mut listings: Vec<_> = found.into_iter().map(|listed| listed.listing).collect();
    if ids.is_empty() {
        return Ok(listings);
    }
    let mut of_devices: HashMap<DeviceId, Vec<SessionListing>> = HashMap::new();
    let mut unreadable = HashSet::new();
    for ids in ids.chunks(MOST_AT_ONCE) {
        let mut query = QueryBuilder::<Sqlite>::new(OF_DEVICES);
        push_ids(&mut query, ids.iter().map(DeviceId::to_string));
        query.push(SESSIONS);
        for row in query.build().persistent(ids.len() == 1).fetch_all(reader).await? {
            let device_id = row.word("listed_id")?;
            match only_if_readable(&row, to_session_listing(&row))? {
                Some(session) => of_devices.entry(device_id).or_default().push(session),
                None if row.raw::<Option<&str>>("service_id")?.is_none() => {
                    unreadable.insert(device_id);
                }
                None => {}
            }
        }
    }
    listings.retain(|listing| !unreadable.contains(&listing.device.id));
    for listing in &mut listings {
        let mut others = of_devices.remove(&listing.device.id).unwrap_or_default();
        others.retain(|other| other.session.id != listing.session.id);
        others.sort_by_key(|other| std::cmp::Reverse((other.session.last_active_at, other.session.id)));
        listing.sessions.extend(others);
    }
    Ok(listings)
}

/// A session as a list shows it.
pub(super) fn to_session_listing(row: &SqliteRow) -> Result<SessionListing> {
    let profile = match row.raw::<Option<&str>>("profile_name")? {
        Some(_) => only_if_readable(
            row,
            to_profile(
                row,
                [
                    "profile_id",
                    "session_account_id",
                    "profile_name",
                    "profile_kind",
                    "profile_color",
                    "profile_has_pin",
                ],
            ),
        )?,
        None => None,
    };
    Ok(SessionListing {
        session: to_session(row)?,
        profile,
        let_in_by_name: row.raw("let_in_by_name")?,
        service_name: row.raw("service_name")?,
        service_state: only_if_readable(row, row.word_if_any("service_state"))?.flatten(),
        last_read_at: row.moment_if_any("last_read_at")?,
        not_yet: row.raw("not_yet")?,
    })
}

fn push_ids(query: &mut QueryBuilder<Sqlite>, ids: impl Iterator<Item = String>) {
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(id);
    }
}

impl Store {
    /// The devices of the account, as they are listed, that hold sessions at watched services.
    pub async fn devices_at_services(&self, account_id: AccountId) -> Result<Vec<DeviceId>> {
        let rows = sqlx::query(
            "SELECT DISTINCT d.id, d.continued_by FROM sessions s JOIN devices d ON d.id = s.device_id
             WHERE s.account_id = $1 AND s.ended_at IS NULL AND s.service_id IS NOT NULL",
        )
        .bind(account_id.to_string())
        .fetch_all(&self.reader)
        .await?;
        let found =
            readable(&rows, |row| Ok((row.word("id")?, row.raw::<Option<&str>>("continued_by")?.is_some())))?;
        let mut listed = Vec::with_capacity(found.len());
        for (id, is_continued) in found {
            listed.push(if is_continued { self.listed_device(id).await? } else { id });
        }
        Ok(listed)
    }

    /// Those sessions of the account that there are, wherever they live, with the devices that are listed for them.
    pub async fn sessions_of_ids(
        &self,
        account_id: AccountId,
        ids: &[SessionId],
    ) -> Result<Vec<(DeviceId, SessionListing)>> {
        let mut found = Vec::with_capacity(ids.len());
        for ids in ids.chunks(MOST_AT_ONCE) {
            let mut query = QueryBuilder::<Sqlite>::new(concat!(
                "SELECT ",
                session_columns!(),
                ", d.continued_by FROM sessions s JOIN devices d ON d.id = s.device_id",
                session_joins!(),
                "WHERE s.account_id = "
            ));
            query.push_bind(account_id.to_string()).push(" AND s.id IN (");
            push_ids(&mut query, ids.iter().map(SessionId::to_string));
            query.push(") ORDER BY s.id");
            for row in query.build().persistent(ids.len() == 1).fetch_all(&self.reader).await? {
                // One that is there and cannot be read must not be answered for as one that is not.
                let session = to_session_listing(&row)?;
                let device_id = session.session.device_id;
                let is_continued = row.raw::<Option<&str>>("continued_by")?.is_some();
                found.push((
                    if is_continued { self.listed_device(device_id).await? } else { device_id },
                    session,
                ));
            }
        }
        Ok(found)
    }

    async fn listed_device(&self, id: DeviceId) -> Result<DeviceId> {
        let row = sqlx::query(LISTED).bind(id.to_string()).fetch_optional(&self.reader).await?;
        row.ok_or_else(|| Error::corrupt("continued_by", "it leads nowhere"))?.word("id")
    }
}

#[cfg(test)]
#[path = "device_sessions_tests.rs"]
mod tests;
