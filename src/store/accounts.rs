//! Accounts and their passwords.

use std::time::Duration;

use super::Store;
use super::ending::{EndSession, EndedKey, end_sessions};
use super::profiles::insert_profile;
use super::rows::Columns;
use super::sessions::{Visitor, write_visitor};
use super::tokens::{FreshTokens, write_fresh};
use super::turn::Turn;
use super::vouching::{Deed, write_deed};
use super::writer::Change;
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

/// A password to put in another one's place.
pub struct PasswordReplaced<'a> {
    /// The account.
    pub account_id: AccountId,
    /// The hash that the current password was checked against; `None` where another proof takes its place.
    pub checked: Option<&'a str>,
    /// The new one's.
    pub hash: &'a str,
    /// Its entry in the history.
    pub history: &'a HistoryEntry,
    /// The sessions that end with it.
    pub ends: &'a [EndSession],
    /// The fresh tokens of the session that asked, if one did.
    pub fresh: Option<&'a FreshTokens>,
    /// Whoever asked, where that is no device that is signed in.
    pub visitor: Option<&'a Visitor<'a>>,
    /// What is told of whoever asked.
    pub deed: Option<&'a Deed>,
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
        change.commit().await
    }

    /// Makes an account beside others.
    pub async fn create_account(&self, new: &NewAccount) -> Result<()> {
        let mut change = self.begin().await?;
        insert_account(&mut change, new).await?;
        change.commit().await
    }

    /// The account that was made first, if there is one.
    pub async fn first_account(&self) -> Result<Option<Account>> {
        let row = sqlx::query(
            "SELECT id, login, password_hash, created_at, badge_seen_at FROM accounts ORDER BY created_at, id LIMIT 1",
        )
        .fetch_optional(&self.reader)
        .await?;
        Ok(row.map(|row| to_credentials(&row)).transpose()?.map(|found| found.account))
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
    pub async fn mark_badge_seen(&self, _turn: &Turn<'_>, id: AccountId, at: Timestamp) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query("UPDATE accounts SET badge_seen_at = $2 WHERE id = $1 AND badge_seen_at IS NULL")
            .bind(id.to_string())
            .bind(at.as_millis())
            .execute(&mut *change)
            .await?;
        change.commit().await
    }

    /// Replaces the password's hash by one of the same password in another spelling, unless it was changed meanwhile.
    pub async fn respell_password(&self, id: AccountId, before: &str, hash: &str) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::query("UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2")
            .bind(id.to_string())
            .bind(before)
            .bind(hash)
            .execute(&mut *change)
            .await?;
        change.commit().await
    }

    /// Writes login names that were kept before spellings were made one as they are written now. One that another account
    /// would share then stays as it is.
    pub(super) async fn respell_logins(&self) -> Result<()> {
        let rows = sqlx::query("SELECT id, login, login_key FROM accounts").fetch_all(&self.reader).await?;
        for row in rows {
            let (id, kept, key): (String, String, String) =
                (row.raw("id")?, row.raw("login")?, row.raw("login_key")?);
            let Ok(login) = Login::parse(&kept) else { continue };
            if login.as_str() == kept && login.key() == key {
                continue;
            }
            let mut change = self.begin().await?;
            sqlx::query(
                "UPDATE accounts SET login = $2, login_key = $3
                 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM accounts WHERE login_key = $3 AND id <> $1)",
            )
            .bind(id)
            .bind(login.as_str())
            .bind(login.key())
            .execute(&mut *change)
            .await?;
            change.commit().await?;
        }
        Ok(())
    }

    /// Replaces the password's hash, if it is still the one that was checked, and ends sessions in the same change, with what is told of whoever asked. Answers
    /// with those it ended; `None` when somebody else has replaced the hash meanwhile.
    pub async fn change_password(
        &self,
        _turn: &Turn<'_>,
        new: &PasswordReplaced<'_>,
    ) -> Result<Option<Vec<EndedKey>>> {
        let mut change = self.begin().await?;
        let replaced =
            sqlx::query("UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = COALESCE($2, password_hash)")
                .bind(new.account_id.to_string())
                .bind(new.checked)
                .bind(new.hash)
                .execute(&mut *change)
                .await?;
        if replaced.rows_affected() == 0 {
            return Ok(None);
        }
        insert_history(&mut change, new.history).await?;
        let ended = end_sessions(&mut change, new.ends).await?;
        if let Some(fresh) = new.fresh {
            write_fresh(&mut change, fresh).await?;
        }
        if let Some(visitor) = new.visitor {
            write_visitor(&mut change, visitor).await?;
        }
        write_deed(&mut change, new.deed).await?;
        change.commit().await?;
        Ok(Some(ended))
    }
}

async fn insert_account(change: &mut Change, new: &NewAccount) -> Result<()> {
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
            login: Login::parse(row.raw("login")?).map_err(|cause| Error::corrupt("login", cause))?,
            created_at: row.moment("created_at")?,
            badge_seen_at: row.moment_if_any("badge_seen_at")?,
        },
        password_hash: row.raw("password_hash")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_login_name_that_was_kept_in_another_spelling_is_found_after_the_next_start() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let store = Store::open(folder.path()).await.expect("opens");
        let random = crate::random::SeededRandom::new(1);
        let mut change = store.begin().await.expect("begins");
        for login in ["Jose\u{301}", "Ana"] {
            let id = AccountId::new(&crate::clock::SystemClock, &random);
            sqlx::query("INSERT INTO accounts (id, login, login_key, password_hash, created_at) VALUES ($1, $2, $3, '', 0)")
                .bind(id.to_string())
                .bind(login)
                .bind(login.to_lowercase())
                .execute(&mut *change)
                .await
                .expect("writes");
        }
        change.commit().await.expect("writes");
        store.close().await;
        let store = Store::open(folder.path()).await.expect("opens again");
        for (typed, kept) in [("JOSÉ", "José"), ("jose\u{301}", "José"), ("ANA", "Ana")] {
            let found =
                store.credentials_by_login(&Login::parse(typed).expect("valid")).await.expect("reads");
            assert_eq!(found.expect("an account").account.login.as_str(), kept, "{typed:?}");
        }
        store.close().await;
    }
}
