//! The session store: one method is one atomic change or one question. Row structs stay private here and
//! become nouns of [`crate::model`] on their way out; a row that is not what this version writes is an error
//! of its own.
//!
//! SQL is kept to what SQLite and PostgreSQL share: `$1` placeholders, BIGINT milliseconds, TEXT ids.

mod accounts;
mod activity;
mod alerts;
mod devices;
mod familiarity;
mod history;
mod merges;
mod places;
mod profiles;
mod rows;
mod sessions;
mod tokens;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqlitePool, SqliteTransaction};

pub use accounts::{Credentials, NewAccount};
pub use activity::Touch;
pub use alerts::AnswerChange;
pub use devices::{DeviceFilter, DeviceMark};
pub use familiarity::FamiliarityRow;
pub use merges::Merge;
pub use sessions::{Admission, EndSession, EndedKey, LiveRow, Move, NewTokens};
pub use tokens::{OtherToken, RefreshFound};

use crate::error::{Error, Result};

/// The database's file in the data folder.
const FILE: &str = "latchkey.db";

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// How long a statement waits for another process that holds the file, a backup say.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The database of one home.
#[derive(Clone, Debug)]
pub struct Store {
    /// The one connection that writes. SQLite has one writer at a time anyway; queueing here is fair and
    /// never meets "database is locked".
    writer: SqlitePool,
    /// Connections that read beside it (WAL).
    reader: SqlitePool,
}

impl Store {
    /// Opens the database in `folder`, makes it if it is missing, and brings it up to date. Before an
    /// existing one is changed a copy is put beside it.
    pub async fn open(folder: &Path) -> Result<Self> {
        Self::open_with(folder, &MIGRATIONS).await
    }

    async fn open_with(folder: &Path, migrations: &Migrator) -> Result<Self> {
        let file = folder.join(FILE);
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL, because a sign-out that was answered must survive a power cut.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            // No statistics (PRAGMA optimize): those of a home that was last closed while it was small make the
            // planner scan whole tables in one another once it has grown. The indexes are made for the queries.
            .pragma("cache_size", "-1024");
        let existed = file.exists();
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        restrict_to_owner(&file)?;
        if existed {
            copy_before_migration(&writer, folder, migrations).await?;
        }
        migrations.run(&writer).await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(2)
            .min_connections(1)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await?;
        let store = Self { writer, reader };
        store.carry_activity_over().await?;
        Ok(store)
    }

    /// Writes everything out and closes the file.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }

    async fn begin(&self) -> Result<SqliteTransaction<'static>> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }
}

/// The database holds addresses and habits: only its owner reads it.
fn restrict_to_owner(file: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
            .map_err(|cause| Error::file(format!("cannot protect {}", file.display()), cause))?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// Puts a copy of the database beside it when it is about to be changed by a newer version.
async fn copy_before_migration(
    writer: &SqlitePool,
    folder: &Path,
    migrations: &Migrator,
) -> Result<Option<PathBuf>> {
    let newest = migrations.iter().map(|migration| migration.version).max().unwrap_or_default();
    let has_table: Option<(String,)> =
        sqlx::query_as("SELECT name FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'")
            .fetch_optional(writer)
            .await?;
    if has_table.is_none() {
        return Ok(None);
    }
    let (applied,): (i64,) =
        sqlx::query_as("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations").fetch_one(writer).await?;
    if applied == 0 || applied >= newest {
        return Ok(None);
    }
    let copy = folder.join(format!("latchkey-before-{newest:04}.db"));
    if copy.exists() {
        std::fs::remove_file(&copy)
            .map_err(|cause| Error::file(format!("cannot replace {}", copy.display()), cause))?;
    }
    // VACUUM INTO writes a consistent copy, whatever is in the write-ahead log.
    sqlx::query("VACUUM INTO $1").bind(copy.to_string_lossy().into_owned()).execute(writer).await?;
    restrict_to_owner(&copy)?;
    tracing::info!(copy = %copy.display(), "copied the database before bringing it up to date");
    Ok(Some(copy))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The migrations of a later version: these, and one more.
    async fn later_version() -> (tempfile::TempDir, Migrator) {
        let folder = tempfile::tempdir().expect("temporary folder");
        for migration in MIGRATIONS.iter() {
            let name = format!("{:04}_{}.sql", migration.version, migration.description.replace(' ', "_"));
            std::fs::write(folder.path().join(name), migration.sql.as_str()).expect("writes");
        }
        let next = "DELETE FROM accounts; CREATE TABLE added_later (id TEXT PRIMARY KEY);";
        std::fs::write(folder.path().join("9000_later.sql"), next).expect("writes");
        let migrator = Migrator::new(folder.path()).await.expect("reads");
        (folder, migrator)
    }

    async fn logins(file: &Path) -> Vec<String> {
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        let pool = SqlitePoolOptions::new().connect_with(options).await.expect("opens");
        let rows: Vec<(String,)> =
            sqlx::query_as("SELECT login FROM accounts").fetch_all(&pool).await.expect("reads");
        pool.close().await;
        rows.into_iter().map(|(login,)| login).collect()
    }

    #[tokio::test]
    async fn an_older_database_is_copied_whole_before_it_is_changed() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let store = Store::open(folder.path()).await.expect("opens");
        sqlx::query("INSERT INTO accounts (id, login, login_key, password_hash, created_at) VALUES ('1', 'Ana', 'ana', '', 0)")
            .execute(&store.writer)
            .await
            .expect("writes");
        store.close().await;

        let (_migrations, later) = later_version().await;
        Store::open_with(folder.path(), &later).await.expect("brings it up to date").close().await;
        assert_eq!(logins(&folder.path().join(FILE)).await, [""; 0]);
        let copy = folder.path().join("latchkey-before-9000.db");
        assert_eq!(logins(&copy).await, ["Ana"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&copy).expect("is there").permissions().mode() & 0o777, 0o600);
        }
    }

    #[tokio::test]
    async fn plans_do_not_depend_on_how_small_the_home_was_when_it_was_last_closed() {
        let folder = tempfile::tempdir().expect("temporary folder");
        Store::open(folder.path()).await.expect("opens").close().await;
        let store = Store::open(folder.path()).await.expect("opens again");
        let query = format!("EXPLAIN QUERY PLAN {}", sessions::LIVE_SESSIONS);
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sqlx::AssertSqlSafe(query)).fetch_all(&store.reader).await.expect("a plan");
        let scans = plan.iter().filter(|(.., step)| step.starts_with("SCAN")).count();
        assert_eq!((plan.len(), scans), (3, 1), "each other table is searched by its key: {plan:?}");
        let learnt: Vec<(String,)> =
            sqlx::query_as("SELECT name FROM sqlite_master WHERE name LIKE 'sqlite_stat%'")
                .fetch_all(&store.reader)
                .await
                .expect("reads");
        assert_eq!(learnt, []);
        store.close().await;
    }

    #[tokio::test]
    async fn a_database_that_is_up_to_date_is_not_copied() {
        let folder = tempfile::tempdir().expect("temporary folder");
        Store::open(folder.path()).await.expect("opens").close().await;
        Store::open(folder.path()).await.expect("opens again").close().await;
        let copies = std::fs::read_dir(folder.path()).expect("reads").filter(|entry| {
            entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().contains("before"))
        });
        assert_eq!(copies.count(), 0);
    }
}
