//! Accounts and their passwords.

use std::time::Duration;

use super::Store;
use super::profiles::insert_profile;
use super::rows::Columns;
use super::sessions::{EndSession, EndedKey, end_session};
use crate::error::{Error, Result};
use crate::model::{Account, AccountId, HistoryEntry, Login, Profile, Timestamp};
use crate::store::history::insert_history;

/// An account to be made.
pub struct NewAccount {
    /// The account.
    pub account: Account,
    /// Argon2id, as a PHC string.
    pub password_hash: String,
    /// Its profiles, each with the hash of its PIN if it has one.
    pub profiles: Vec<(Profile, Option<String>)>,
    /// The line the history starts with.
    pub history: HistoryEntry,
}

/// What a password is checked against.
#[derive(Clone)]
pub struct Credentials {
    /// The account.
    pub account: Account,
    /// Argon2id, as a PHC string.
    pub password_hash: String,
}

impl Store {
    /// Whether there is any account.
    pub async fn has_account(&self) -> Result<bool> {
        let (count,): (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM (SELECT id FROM accounts LIMIT 1) AS some_account")
                .fetch_one(&self.reader)
                .await?;
        Ok(count > 0)
    }

    /// Makes the first account; refuses when there is one already.
    pub async fn create_first_account(&self, new: &NewAccount) -> Result<()> {
        let mut change = self.begin().await?;
        let (count,): (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM accounts").fetch_one(&mut *change).await?;
        if count > 0 {
            return Err(Error::AlreadySetUp);
        }
        insert_account(&mut change, new).await?;
        Ok(change.commit().await?)
    }

    /// Makes an account beside others.
    pub async fn create_account(&self, new: &NewAccount) -> Result<()> {
        let mut change = self.begin().await?;
        insert_account(&mut change, new).await?;
        Ok(change.commit().await?)
    }

    /// The account of that login name, with what its password is checked against.
    pub async fn credentials_by_login(&self, login: &Login) -> Result<Option<Credentials>> {
        let row = sqlx::query(
            "SELECT id, login, password_hash, created_at, badge_seen_at FROM accounts WHERE login_key = $1",
        )
        .bind(login.key())
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| to_credentials(&row)).transpose()
    }

    /// The account of that id, with what its password is checked against.
    pub async fn credentials(&self, id: AccountId) -> Result<Option<Credentials>> {
        let row = sqlx::query(
            "SELECT id, login, password_hash, created_at, badge_seen_at FROM accounts WHERE id = $1",
        )
        .bind(id.to_string())
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| to_credentials(&row)).transpose()
    }

    /// Notes when "Manage access and devices" was first opened.
    pub async fn mark_badge_seen(&self, id: AccountId, at: Timestamp) -> Result<()> {
        sqlx::query("UPDATE accounts SET badge_seen_at = $2 WHERE id = $1 AND badge_seen_at IS NULL")
            .bind(id.to_string())
            .bind(at.as_millis())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Replaces the password's hash, and ends sessions in the same change. Answers with those it ended.
    pub async fn change_password(
        &self,
        id: AccountId,
        hash: &str,
        history: &HistoryEntry,
        ends: &[EndSession],
    ) -> Result<Vec<EndedKey>> {
        let mut change = self.begin().await?;
        sqlx::query("UPDATE accounts SET password_hash = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(hash)
            .execute(&mut *change)
            .await?;
        insert_history(&mut change, history).await?;
        let mut ended = Vec::new();
        for end in ends {
            ended.extend(end_session(&mut change, end).await?);
        }
        change.commit().await?;
        Ok(ended)
    }
}

async fn insert_account(change: &mut sqlx::SqliteTransaction<'_>, new: &NewAccount) -> Result<()> {
    let account = &new.account;
    sqlx::query(
        "INSERT INTO accounts (id, login, login_key, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(account.id.to_string())
    .bind(account.login.as_str())
    .bind(account.login.key())
    .bind(&new.password_hash)
    .bind(account.created_at.as_millis())
    .execute(&mut **change)
    .await?;
    // A millisecond apart, so that they stay in the order they were given in.
    for ((profile, pin_hash), later) in new.profiles.iter().zip(0..) {
        let at = account.created_at.after(Duration::from_millis(later));
        insert_profile(change, profile, pin_hash.as_deref(), at).await?;
    }
    insert_history(change, &new.history).await
}

fn to_credentials(row: &sqlx::sqlite::SqliteRow) -> Result<Credentials> {
    Ok(Credentials {
        account: Account {
            id: row.word("id")?,
            login: Login::parse(row.raw("login")?).map_err(|_| Error::CorruptRecord("login"))?,
            created_at: row.moment("created_at")?,
            badge_seen_at: row.moment_if_any("badge_seen_at")?,
        },
        password_hash: row.raw("password_hash")?,
    })
}
