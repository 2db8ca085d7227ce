//! Devices, with what the list says of them.

use std::collections::HashMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite};

use super::Store;
use super::device_sessions::{Listed, session_columns, session_joins, to_session_listing, with_sessions};
use super::history::insert_history;
use super::rows::{Columns, readable};
use super::turn::Turn;
use crate::error::{Error, Result};
use crate::model::{
    AccountId, Device, DeviceId, DeviceKind, DeviceListing, DeviceTraits, HistoryEntry, ProfileId,
    SecretHash, Timestamp,
};

/// Columns of a device with the session that was used last. `may_have_more`: others are looked for.
macro_rules! listing {
    ($($rest:tt)+) => {
        concat!(
            "SELECT d.id, d.account_id, d.kind, d.name, d.given_name, d.model, d.os, d.app, d.app_version,
             d.first_seen_at, d.last_active_at, d.continued_by, d.before_merge,
             (d.before_merge IS NOT NULL OR EXISTS (SELECT 1 FROM sessions o
              WHERE o.device_id = d.id AND o.service_id IS NOT NULL)) AS may_have_more, ",
            session_columns!(),
            "FROM devices d JOIN sessions s ON s.id = d.last_session_id",
            session_joins!(),
            $($rest)+
        )
    };
}

/// A device (`d`) and those whose place it took: what they hold is listed with it.
macro_rules! parts {
    () => {
        "WITH RECURSIVE part (id) AS (SELECT d.id
         UNION SELECT c.id FROM part CROSS JOIN devices c WHERE c.continued_by = part.id) "
    };
}

/// Devices that one statement asks for: well below the number of values that one may have.
const MOST_AT_ONCE: usize = 500;

/// Which devices to list. What is absent does not limit.
#[derive(Clone, Debug, Default)]
pub struct DeviceFilter {
    /// Only this kind.
    pub kind: Option<DeviceKind>,
    /// Only those last used by this profile.
    pub profile_id: Option<ProfileId>,
    /// Only those last in this country.
    pub country_code: Option<String>,
    /// Only those with a session there: "Latchkey", the host name of a site, or what a watched service is called.
    pub service: Option<String>,
    /// Only those whose last request is older.
    pub idle_since: Option<Timestamp>,
    /// Only those that are, or are not, signed in.
    pub signed_in: Option<bool>,
}

/// Where a page of devices ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceMark {
    /// Last activity of the last device on it.
    pub last_active_at: Timestamp,
    /// That device.
    pub id: DeviceId,
}

/// Most devices that one question looks at. A filter that few devices pass asks again and again, so that others are answered
/// in between, and that the walk ends with whoever waited for it.
const MOST_LOOKED_AT: u32 = 2000;

/// A device's last activity, in milliseconds, and its id: what the list is in the order of.
type Bound = (i64, String);

/// Where a question that began behind a mark ends: the last device that it looks at.
const END: &str = "SELECT last_active_at, id FROM devices WHERE account_id = $1 AND last_active_at <= $2
     AND (last_active_at < $2 OR id < $3) ORDER BY last_active_at DESC, id DESC LIMIT 1 OFFSET $4";

impl DeviceFilter {
    fn passes_all(&self) -> bool {
        let Self { kind, profile_id, country_code, service, idle_since: _, signed_in } = self;
        kind.is_none()
            && profile_id.is_none()
            && country_code.is_none()
            && service.is_none()
            && signed_in.is_none()
    }
}

impl Store {
    /// Devices of the account by last activity, the latest first, after `mark`.
    pub async fn devices(
        &self,
        account_id: AccountId,
        filter: &DeviceFilter,
        mark: Option<DeviceMark>,
        limit: u32,
    ) -> Result<Vec<DeviceListing>> {
        let mark = mark.map(|mark| (mark.last_active_at.as_millis(), mark.id.to_string()));
        let idle = filter.idle_since.map(|since| (since.as_millis(), String::new()));
        let mut begin = [mark, idle].into_iter().flatten().min().unwrap_or((i64::MAX, String::new()));
        let mut found: Vec<DeviceListing> = Vec::new();
        loop {
            let end = if filter.passes_all() { None } else { self.end_of_walk(account_id, &begin).await? };
            let left = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(limit));
            found.extend(self.devices_between(account_id, filter, &begin, end.as_ref(), left).await?);
            match end {
                Some(end) if found.len() < limit as usize => begin = end,
                _ => return Ok(found),
            }
        }
    }

    /// The devices that were active last and let in here, for whoever judges a sign-in: not behind those who read lists.
    pub async fn latest_devices(&self, account_id: AccountId, limit: u32) -> Result<Vec<DeviceListing>> {
        let rows = sqlx::query(listing!(
            "WHERE d.account_id = $1 AND d.continued_by IS NULL AND d.drill = 0
             AND (s.service_id IS NULL OR EXISTS (SELECT 1 FROM sessions o
                  WHERE o.device_id = d.id AND o.ended_at IS NULL AND o.service_id IS NULL))
             ORDER BY d.last_active_at DESC, d.id DESC LIMIT $2"
        ));
        let rows = rows.bind(account_id.to_string()).bind(i64::from(limit)).fetch_all(&self.reader).await?;
        with_sessions(&self.reader, readable(&rows, to_listed)?).await
    }

    /// The last device that a question looks at which begins after `begin`; `None` when it looks at all that are left.
    async fn end_of_walk(&self, account_id: AccountId, begin: &Bound) -> Result<Option<Bound>> {
        let end = sqlx::query_as(END)
            .bind(account_id.to_string())
            .bind(begin.0)
            .bind(&begin.1)
            .bind(i64::from(MOST_LOOKED_AT) - 1)
            .fetch_optional(&self.lists);
        Ok(end.await?)
    }

    /// Devices after `begin`, up to `end` with it.
    async fn devices_between(
        &self,
        account_id: AccountId,
        filter: &DeviceFilter,
        begin: &Bound,
        end: Option<&Bound>,
        limit: u32,
    ) -> Result<Vec<DeviceListing>> {
        let rows = sqlx::query(listing!(
            "WHERE d.account_id = $1 AND d.continued_by IS NULL
             AND d.last_active_at <= $2 AND (d.last_active_at < $2 OR d.id < $3)
             AND d.last_active_at >= $8 AND (d.last_active_at > $8 OR d.id >= $9)
             AND ($4 IS NULL OR d.kind = $4) AND ($5 IS NULL OR s.profile_id = $5)
             AND ($6 IS NULL OR s.country_code = $6)
             AND ($7 IS NULL OR COALESCE(v.name, s.site, 'Latchkey') = $7
                  OR EXISTS (SELECT 1 FROM sessions o LEFT JOIN services w ON w.id = o.service_id
                             WHERE o.device_id = d.id AND o.ended_at IS NULL
                             AND COALESCE(w.name, o.site, 'Latchkey') = $7)
                  OR (d.before_merge IS NOT NULL AND EXISTS (",
            parts!(),
            "SELECT 1 FROM part CROSS JOIN sessions o LEFT JOIN services w ON w.id = o.service_id
                             WHERE o.device_id = part.id AND o.ended_at IS NULL
                             AND COALESCE(w.name, o.site, 'Latchkey') = $7)))
             AND ($10 IS NULL OR (s.ended_at IS NULL OR EXISTS (SELECT 1 FROM sessions o
                                  WHERE o.device_id = d.id AND o.ended_at IS NULL)
                  OR (d.before_merge IS NOT NULL AND EXISTS (",
            parts!(),
            "SELECT 1 FROM part CROSS JOIN sessions o
                             WHERE o.device_id = part.id AND o.ended_at IS NULL))) = $10)
             ORDER BY d.last_active_at DESC, d.id DESC LIMIT $11"
        ))
        .bind(account_id.to_string())
        .bind(begin.0)
        .bind(&begin.1)
        .bind(filter.kind.map(DeviceKind::as_str))
        .bind(filter.profile_id.map(|id| id.to_string()))
        .bind(filter.country_code.as_deref())
        .bind(filter.service.as_deref())
        .bind(end.map_or(i64::MIN, |end| end.0))
        .bind(end.map_or("", |end| end.1.as_str()))
        .bind(filter.signed_in)
        .bind(i64::from(limit))
        .fetch_all(&self.lists)
        .await?;
        with_sessions(&self.lists, readable(&rows, to_listed)?).await
    }

    /// One device of the account.
    pub async fn device(&self, account_id: AccountId, id: DeviceId) -> Result<Option<DeviceListing>> {
        let row = sqlx::query(listing!("WHERE d.id = $1 AND d.account_id = $2"))
            .bind(id.to_string())
            .bind(account_id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let listed = with_sessions(&self.reader, vec![to_listed(&row)?]).await?.pop();
        listed
            .map(Some)
            .ok_or_else(|| Error::corrupt("sessions", "the one that the device holds cannot be read"))
    }

    /// Those devices of the account that there are.
    pub async fn devices_of_ids(
        &self,
        account_id: AccountId,
        ids: &[DeviceId],
    ) -> Result<HashMap<DeviceId, DeviceListing>> {
        let mut found = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(MOST_AT_ONCE) {
            let mut query = QueryBuilder::<Sqlite>::new(listing!("WHERE d.account_id = "));
            query.push_bind(account_id.to_string()).push(" AND d.id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id.to_string());
            }
            list.push_unseparated(")");
            let rows = query.build().persistent(ids.len() <= 2).fetch_all(&self.reader).await?;
            let listings = with_sessions(&self.reader, readable(&rows, to_listed)?).await?;
            found.extend(listings.into_iter().map(|listing| (listing.device.id, listing)));
        }
        Ok(found)
    }

    /// The account's device with that secret.
    pub async fn device_by_secret(
        &self,
        account_id: AccountId,
        secret: SecretHash,
    ) -> Result<Option<Device>> {
        sqlx::query("SELECT * FROM devices WHERE account_id = $1 AND secret_hash = $2")
            .bind(account_id.to_string())
            .bind(secret.as_bytes().as_slice())
            .fetch_optional(&self.reader)
            .await?
            .as_ref()
            .map(to_device)
            .transpose()
    }

    /// Gives a device a name of the household's own, or takes it away.
    pub async fn rename_device(
        &self,
        _turn: &Turn<'_>,
        id: DeviceId,
        name: Option<&str>,
        history: &HistoryEntry,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query("UPDATE devices SET given_name = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(name)
            .execute(&mut *change)
            .await?;
        insert_history(&mut change, history).await?;
        change.commit().await
    }
}

pub fn to_device(row: &SqliteRow) -> Result<Device> {
    Ok(Device {
        id: row.word("id")?,
        account_id: row.word("account_id")?,
        traits: DeviceTraits {
            kind: row.word_or("kind", DeviceKind::Other),
            name: row.raw("name")?,
            model: row.raw("model")?,
            os: row.raw("os")?,
            app: row.raw("app")?,
            app_version: row.raw("app_version")?,
        },
        given_name: row.raw("given_name")?,
        first_seen_at: row.moment("first_seen_at")?,
        continued_by: row.word_if_any("continued_by")?,
        before_merge: match row.raw::<Option<&str>>("before_merge")? {
            Some(_) => row.json_or("before_merge", || None),
            None => None,
        },
    })
}

fn to_listed(row: &SqliteRow) -> Result<Listed> {
    let last = to_session_listing(row)?;
    let listing = DeviceListing {
        device: to_device(row)?,
        last_active_at: row.moment("last_active_at")?,
        session: last.session.clone(),
        profile: last.profile.clone(),
        let_in_by_name: last.let_in_by_name.clone(),
        service_name: last.service_name.clone(),
        sessions: vec![last],
    };
    Ok(Listed { listing, may_have_more: row.raw("may_have_more")? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::random::SeededRandom;

    #[tokio::test]
    async fn a_rare_device_is_found_among_thousands_a_few_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).await.expect("opens");
        let account_id = AccountId::new(&SystemClock, &SeededRandom::new(1));
        let id = "printf('00000000-0000-7000-8000-%012x', n)";
        let numbers = "WITH numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 5000)";
        let mut change = store.begin().await.expect("begins");
        for statement in [
            format!(
                "INSERT INTO accounts (id, login, login_key, password_hash, created_at)
                 VALUES ('{account_id}', 'Ana', 'ana', '', 0)"
            ),
            // Three in a row were active at the same moment, and every 1,700th uses the rare service.
            format!(
                "{numbers} INSERT INTO devices (id, account_id, secret_hash, kind, name, first_seen_at,
                 last_active_at, times_signed_in, last_session_id)
                 SELECT {id}, '{account_id}', CAST(n AS BLOB), 'tv', 'TV ' || n, 0, 10 + n / 3, 1, {id} FROM numbers"
            ),
            format!(
                "{numbers} INSERT INTO sessions (id, account_id, device_id, token_hash, method, created_at,
                 last_active_at, place, familiarity, site)
                 SELECT {id}, '{account_id}', {id}, CAST(n AS BLOB), 'password', 0, 10, '{{}}', '{{}}',
                 CASE WHEN n % 1700 = 1 THEN 'rare' END FROM numbers"
            ),
        ] {
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut *change).await.expect("writes");
        }
        change.commit().await.expect("is kept");

        let filter = DeviceFilter { service: Some("rare".into()), ..DeviceFilter::default() };
        let names = async |filter: &DeviceFilter, mark, limit| -> Vec<String> {
            let found = store.devices(account_id, filter, mark, limit).await.expect("a list");
            found.iter().map(|listing| listing.device.name().to_owned()).collect()
        };
        assert_eq!(names(&filter, None, 10).await, ["TV 3401", "TV 1701", "TV 1"]);
        assert_eq!(names(&filter, None, 2).await, ["TV 3401", "TV 1701"]);
        let first = store.devices(account_id, &filter, None, 1).await.expect("a list").remove(0);
        let mark = DeviceMark { last_active_at: first.last_active_at, id: first.device.id };
        assert_eq!(names(&filter, Some(mark), 10).await, ["TV 1701", "TV 1"]);
        let idle = DeviceFilter { idle_since: Some(first.last_active_at), ..filter.clone() };
        assert_eq!(names(&idle, None, 10).await, ["TV 1701", "TV 1"]);
        // All of them, by a filter that all pass, are each there once.
        let tv = DeviceFilter { kind: Some(DeviceKind::Tv), ..DeviceFilter::default() };
        let all = names(&tv, None, 6000).await;
        assert_eq!((all.len(), &*all[0], &*all[4999]), (5000, "TV 5000", "TV 1"));

        let plan = super::super::plan_of(&store.lists, END).await;
        let [step] = &plan[..] else { panic!("{plan:?}") };
        assert!(step.contains("devices_by_activity (account_id=? AND last_active_at<?)"), "{step}");
        store.close().await;
    }
}
