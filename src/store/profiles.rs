//! Profiles.

use sqlx::sqlite::SqliteRow;

use super::Store;
use super::history::insert_history;
use super::rows::{Columns, readable};
use super::tokens::{FreshTokens, write_fresh};
use super::turn::Turn;
use super::writer::Change;
use crate::error::{Error, Result};
use crate::model::{AccountId, HistoryEntry, Profile, ProfileId, ProfileName, Timestamp};

impl Store {
    /// The account's profiles, in the order they were made.
    pub async fn profiles(&self, account_id: AccountId) -> Result<Vec<Profile>> {
        let rows = sqlx::query(
            "SELECT id, account_id, name, kind, color, pin_hash IS NOT NULL AS has_pin FROM profiles
             WHERE account_id = $1 AND deleted_at IS NULL ORDER BY created_at, id",
        )
        .bind(account_id.to_string())
        .fetch_all(&self.reader)
        .await?;
        readable(&rows, |row| to_profile(row, ["id", "account_id", "name", "kind", "color", "has_pin"]))
    }

    /// The hash of a profile's PIN, if it has one.
    pub async fn pin_hash(&self, id: ProfileId) -> Result<Option<String>> {
        let row: Option<(Option<String>,)> = sqlx::query_as("SELECT pin_hash FROM profiles WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.and_then(|(hash,)| hash))
    }

    /// The accounts in which an adult has a PIN.
    pub async fn guarded_accounts(&self) -> Result<Vec<AccountId>> {
        sqlx::query(
            "SELECT DISTINCT account_id FROM profiles
             WHERE kind = 'adult' AND pin_hash IS NOT NULL AND deleted_at IS NULL",
        )
        .fetch_all(&self.reader)
        .await?
        .iter()
        .map(|row| row.word("account_id"))
        .collect()
    }

    /// Makes a profile, and writes fresh tokens of whoever asked for it.
    pub async fn create_profile(
        &self,
        _turn: &Turn<'_>,
        profile: &Profile,
        pin_hash: Option<&str>,
        history: &HistoryEntry,
        fresh: Option<&FreshTokens>,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        insert_profile(&mut change, profile, pin_hash, history.at).await?;
        if let Some(fresh) = fresh {
            write_fresh(&mut change, fresh).await?;
        }
        insert_history(&mut change, history).await?;
        change.commit().await
    }

    /// Writes a profile's name, kind, colour and, when given, its PIN's hash, and fresh tokens of whoever asked for it. When `chooses_anew`, the sessions that
    /// used it have nobody chosen then; not the one that asked. Refuses with [`Error::LastAdultProfile`] what would
    /// leave nobody who may manage the account.
    pub async fn change_profile(
        &self,
        _turn: &Turn<'_>,
        profile: &Profile,
        pin_hash: Option<Option<&str>>,
        chooses_anew: bool,
        history: &HistoryEntry,
        fresh: Option<&FreshTokens>,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query("UPDATE profiles SET name = $2, kind = $3, color = $4 WHERE id = $1")
            .bind(profile.id.to_string())
            .bind(profile.name.as_str())
            .bind(profile.kind.as_str())
            .bind(i64::from(profile.color))
            .execute(&mut *change)
            .await?;
        if let Some(pin_hash) = pin_hash {
            sqlx::query("UPDATE profiles SET pin_hash = $2 WHERE id = $1")
                .bind(profile.id.to_string())
                .bind(pin_hash)
                .execute(&mut *change)
                .await?;
        }
        if chooses_anew {
            sqlx::query(
                "UPDATE sessions SET profile_id = NULL
                 WHERE profile_id = $1 AND ended_at IS NULL AND service_id IS NULL AND id <> $2",
            )
            .bind(profile.id.to_string())
            .bind(history.by_session_id.map(|id| id.to_string()).unwrap_or_default())
            .execute(&mut *change)
            .await?;
        }
        require_an_adult(&mut change, profile.account_id).await?;
        if let Some(fresh) = fresh {
            write_fresh(&mut change, fresh).await?;
        }
        insert_history(&mut change, history).await?;
        change.commit().await
    }

    /// Deletes a profile. It is kept for the history, and for the devices that used it.
    pub async fn delete_profile(
        &self,
        _turn: &Turn<'_>,
        profile: &Profile,
        history: &HistoryEntry,
    ) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query("UPDATE profiles SET deleted_at = $2 WHERE id = $1")
            .bind(profile.id.to_string())
            .bind(history.at.as_millis())
            .execute(&mut *change)
            .await?;
        // Whoever was taken for them at a service is nobody's again: what they sign in to must not go on in a name that is gone.
        sqlx::query("UPDATE service_people SET profile_id = NULL, chosen = 0 WHERE profile_id = $1")
            .bind(profile.id.to_string())
            .execute(&mut *change)
            .await?;
        require_an_adult(&mut change, profile.account_id).await?;
        insert_history(&mut change, history).await?;
        change.commit().await
    }
}

async fn require_an_adult(change: &mut Change, account_id: AccountId) -> Result<()> {
    let (adults,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM profiles WHERE account_id = $1 AND kind = 'adult' AND deleted_at IS NULL",
    )
    .bind(account_id.to_string())
    .fetch_one(&mut **change)
    .await?;
    if adults == 0 { Err(Error::LastAdultProfile) } else { Ok(()) }
}

pub async fn insert_profile(
    change: &mut Change,
    profile: &Profile,
    pin_hash: Option<&str>,
    at: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO profiles (id, account_id, name, kind, color, pin_hash, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(profile.id.to_string())
    .bind(profile.account_id.to_string())
    .bind(profile.name.as_str())
    .bind(profile.kind.as_str())
    .bind(i64::from(profile.color))
    .bind(pin_hash)
    .bind(at.as_millis())
    .execute(&mut **change)
    .await?;
    Ok(())
}

/// A profile from the columns of that name: id, account, name, kind, colour, whether it has a PIN.
pub fn to_profile(row: &SqliteRow, columns: [&'static str; 6]) -> Result<Profile> {
    let [id, account_id, name, kind, color, has_pin] = columns;
    Ok(Profile {
        id: row.word(id)?,
        account_id: row.word(account_id)?,
        name: ProfileName::parse(row.raw(name)?).map_err(|cause| Error::corrupt("profile name", cause))?,
        kind: row.word(kind)?,
        color: u8::try_from(row.raw::<i64>(color)?)
            .map_err(|cause| Error::corrupt("profile color", cause))?,
        has_pin: row.raw(has_pin)?,
    })
}
