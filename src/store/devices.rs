//! Devices, with what the list says of them.

use sqlx::sqlite::SqliteRow;

use super::Store;
use super::history::insert_history;
use super::profiles::to_profile;
use super::rows::Columns;
use super::sessions::to_session;
use crate::error::Result;
use crate::model::{
    AccountId, Device, DeviceId, DeviceKind, DeviceListing, DeviceTraits, HistoryEntry, ProfileId,
    SecretHash, Timestamp,
};

/// Columns of a device with its latest session and profile. Sessions and profiles have prefixes, since
/// all three have an `id`.
macro_rules! listing {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, d.account_id, d.kind, d.name, d.given_name, d.model, d.os, d.app, d.app_version,
             d.service, d.first_seen_at, d.last_active_at, d.continued_by, d.before_merge,
             s.id AS session_id, s.account_id AS session_account_id, s.device_id, s.method, s.profile_id,
             s.created_at, s.last_active_at AS session_active_at, s.last_title, s.address, s.place,
             s.familiarity, s.held_at, s.ended_at, s.ended_reason, s.ended_by, s.refused_at,
             p.name AS profile_name, p.kind AS profile_kind, p.color AS profile_color,
             p.pin_hash IS NOT NULL AS profile_has_pin
             FROM devices d JOIN sessions s ON s.id = d.last_session_id
             LEFT JOIN profiles p ON p.id = s.profile_id ",
            $rest
        )
    };
}

/// Which devices to list. What is absent does not limit.
#[derive(Clone, Debug, Default)]
pub struct DeviceFilter {
    /// Only this kind.
    pub kind: Option<DeviceKind>,
    /// Only those last used by this profile.
    pub profile_id: Option<ProfileId>,
    /// Only those last in this country.
    pub country_code: Option<String>,
    /// Only those of this service.
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

impl Store {
    /// Devices of the account by last activity, the latest first, after `mark`.
    pub async fn devices(
        &self,
        account_id: AccountId,
        filter: &DeviceFilter,
        mark: Option<DeviceMark>,
        limit: u32,
    ) -> Result<Vec<DeviceListing>> {
        sqlx::query(listing!(
            "WHERE d.account_id = $1 AND d.continued_by IS NULL
             AND (d.last_active_at < $2 OR (d.last_active_at = $2 AND d.id < $3))
             AND ($4 IS NULL OR d.kind = $4) AND ($5 IS NULL OR s.profile_id = $5)
             AND ($6 IS NULL OR s.country_code = $6) AND ($7 IS NULL OR d.service = $7)
             AND ($8 IS NULL OR d.last_active_at < $8)
             AND ($9 IS NULL OR (s.ended_at IS NULL) = $9)
             ORDER BY d.last_active_at DESC, d.id DESC LIMIT $10"
        ))
        .bind(account_id.to_string())
        .bind(mark.map_or(i64::MAX, |mark| mark.last_active_at.as_millis()))
        .bind(mark.map_or_else(String::new, |mark| mark.id.to_string()))
        .bind(filter.kind.map(DeviceKind::as_str))
        .bind(filter.profile_id.map(|id| id.to_string()))
        .bind(filter.country_code.as_deref())
        .bind(filter.service.as_deref())
        .bind(filter.idle_since.map(Timestamp::as_millis))
        .bind(filter.signed_in)
        .bind(i64::from(limit))
        .fetch_all(&self.reader)
        .await?
        .iter()
        .map(to_listing)
        .collect()
    }

    /// One device of the account.
    pub async fn device(&self, account_id: AccountId, id: DeviceId) -> Result<Option<DeviceListing>> {
        sqlx::query(listing!("WHERE d.id = $1 AND d.account_id = $2"))
            .bind(id.to_string())
            .bind(account_id.to_string())
            .fetch_optional(&self.reader)
            .await?
            .as_ref()
            .map(to_listing)
            .transpose()
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
        Ok(change.commit().await?)
    }
}

pub fn to_device(row: &SqliteRow) -> Result<Device> {
    Ok(Device {
        id: row.word("id")?,
        account_id: row.word("account_id")?,
        traits: DeviceTraits {
            kind: row.word("kind")?,
            name: row.raw("name")?,
            model: row.raw("model")?,
            os: row.raw("os")?,
            app: row.raw("app")?,
            app_version: row.raw("app_version")?,
        },
        given_name: row.raw("given_name")?,
        service: row.raw("service")?,
        first_seen_at: row.moment("first_seen_at")?,
        continued_by: row.word_if_any("continued_by")?,
        before_merge: match row.raw::<Option<&str>>("before_merge")? {
            Some(_) => Some(row.json("before_merge")?),
            None => None,
        },
    })
}

fn to_listing(row: &SqliteRow) -> Result<DeviceListing> {
    let profile = match row.raw::<Option<&str>>("profile_name")? {
        Some(_) => Some(to_profile(
            row,
            [
                "profile_id",
                "session_account_id",
                "profile_name",
                "profile_kind",
                "profile_color",
                "profile_has_pin",
            ],
        )?),
        None => None,
    };
    Ok(DeviceListing {
        device: to_device(row)?,
        last_active_at: row.moment("last_active_at")?,
        session: to_session(row)?,
        profile,
    })
}
