//! The one connection that writes, and the changes that are made through it.
//!
//! A connection whose change did not come to its end is closed and never used again. After some failures (a full disk,
//! an error of the disk) SQLite has rolled the change back by itself, after others it has not
//! (<https://sqlite.org/lang_transaction.html>, section 3), and a driver that guesses wrong is left inside a
//! transaction that nobody can end: every change after it would fail, sign-outs included. Opening the file again
//! takes a millisecond.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt, TryFutureExt, TryStreamExt};
use sqlx::sqlite::{SqliteConnectOptions, SqliteQueryResult, SqliteRow, SqliteStatement, SqliteTypeInfo};
use sqlx::{Connection as _, Describe, Either, Execute, Executor, SqlStr, Sqlite, SqliteConnection};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::health::Health;
use super::presence::Presence;
use crate::error::Result;

/// The one connection that writes. SQLite has one writer at a time anyway; queueing here is fair and never meets
/// "database is locked".
#[derive(Clone, Debug)]
pub(super) struct Writer {
    options: SqliteConnectOptions,
    /// `None` while a change is under way, and after one that did not come to its end.
    connection: Arc<Mutex<Option<Connection>>>,
    health: Arc<Health>,
    presence: Arc<Presence>,
}

impl Writer {
    /// A writer that opens its connection by `options` when it is needed.
    pub(super) fn new(options: SqliteConnectOptions, health: Arc<Health>, presence: Arc<Presence>) -> Self {
        Self { options, connection: Arc::default(), health, presence }
    }

    /// Begins a change, after those that were begun before have come to their end.
    pub(super) async fn begin(&self) -> Result<Change> {
        let mut place = Arc::clone(&self.connection).lock_owned().await;
        self.presence.look(&self.health)?;
        let mut connection = match place.take() {
            Some(connection) => connection,
            None => self.open().await?,
        };
        // At once, so that nobody else writes between what it reads and what it changes.
        sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await?;
        Ok(Change { connection, place, presence: Arc::clone(&self.presence) })
    }

    async fn open(&self) -> Result<Connection> {
        let opened = SqliteConnection::connect_with(&self.options).await;
        let sqlite = opened.inspect_err(|cause| self.health.note(cause))?;
        Ok(Connection { sqlite, health: Arc::clone(&self.health) })
    }

    /// Writes as much as a large change does, and takes it back. Says whether both were kept.
    pub(super) async fn try_out(&self) -> bool {
        // A lot of sign-outs takes some dozens of pages.
        let fill = "CREATE TABLE IF NOT EXISTS trial (filler BLOB NOT NULL);
                    INSERT INTO trial (filler) VALUES (zeroblob(131072))";
        let is_kept = self.run(fill).await.is_ok() && self.run("DROP TABLE trial").await.is_ok();
        if is_kept {
            self.health.is_well();
        }
        is_kept
    }

    async fn run(&self, statements: &'static str) -> Result<()> {
        let mut change = self.begin().await?;
        sqlx::raw_sql(statements).execute(&mut *change).await?;
        change.commit().await
    }

    /// Closes the file, after the changes that were begun have come to their end.
    pub(super) async fn close(&self) {
        if let Some(connection) = self.connection.lock().await.take()
            && let Err(error) = connection.sqlite.close().await
        {
            tracing::warn!(%error, "the database could not be closed well");
        }
    }
}

/// A change that is under way: nothing of it is there until [`Change::commit`] has answered, and nothing ever when it
/// is dropped before, which closes its connection.
#[derive(Debug)]
pub struct Change {
    connection: Connection,
    /// Where the connection goes back to at the end of the change. Nobody else writes meanwhile.
    place: OwnedMutexGuard<Option<Connection>>,
    presence: Arc<Presence>,
}

impl Change {
    /// Has all of it kept: it is on disk when this has answered.
    pub(super) async fn commit(mut self) -> Result<()> {
        sqlx::query("COMMIT").execute(&mut self.connection).await?;
        // Into a file that is not found again, nothing was.
        self.presence.look(&self.connection.health)?;
        *self.place = Some(self.connection);
        Ok(())
    }
}

impl Deref for Change {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Change {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

/// What the statements of a change run on. What fails of them is noted.
#[derive(Debug)]
pub struct Connection {
    sqlite: SqliteConnection,
    health: Arc<Health>,
}

impl<'c> Executor<'c> for &'c mut Connection {
    type Database = Sqlite;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, sqlx::Result<Either<SqliteQueryResult, SqliteRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        let Connection { sqlite, health } = self;
        sqlite.fetch_many(query).inspect_err(|cause| health.note(cause)).boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<SqliteRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        let Connection { sqlite, health } = self;
        sqlite.fetch_optional(query).inspect_err(|cause| health.note(cause)).boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<SqliteStatement>>
    where
        'c: 'e,
    {
        let Connection { sqlite, health } = self;
        sqlite.prepare_with(sql, parameters).inspect_err(|cause| health.note(cause)).boxed()
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Sqlite>>>
    where
        'c: 'e,
    {
        let Connection { sqlite, health } = self;
        sqlite.describe(sql).inspect_err(|cause| health.note(cause)).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::*;
    use crate::error::{Error, Fault};

    async fn write(store: &Store, statement: &'static str) -> Result<()> {
        let mut change = store.begin().await?;
        sqlx::raw_sql(statement).execute(&mut *change).await?;
        change.commit().await
    }

    #[tokio::test]
    async fn what_did_not_fit_leaves_nothing_behind_that_spoils_the_next_change() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).await.expect("opens");
        write(&store, "CREATE TABLE lines (text TEXT)").await.expect("fits");
        // Of this connection alone: no page more than there are.
        write(&store, "PRAGMA max_page_count = 1").await.expect("is set");
        let too_much = write(&store, "INSERT INTO lines (text) VALUES (zeroblob(1000000))").await;
        assert!(matches!(too_much, Err(Error::Storage { fault: Fault::DiskFull, .. })), "{too_much:?}");
        assert_eq!(store.unless_failing().expect_err("it is said").code(), "disk_full");
        // The limit went with the connection.
        write(&store, "INSERT INTO lines (text) VALUES ('kept')").await.expect("fits");
        assert!(store.look_again().await);
        store.unless_failing().expect("all is well");
        let lines: Vec<(String,)> =
            sqlx::query_as("SELECT text FROM lines").fetch_all(&store.reader).await.expect("reads");
        assert_eq!(lines, [("kept".to_owned(),)]);
    }

    #[tokio::test]
    async fn a_change_that_is_given_up_is_not_there_and_keeps_nobody_waiting() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).await.expect("opens");
        write(&store, "CREATE TABLE lines (text TEXT)").await.expect("fits");
        let mut change = store.begin().await.expect("begins");
        sqlx::raw_sql("INSERT INTO lines (text) VALUES ('lost')").execute(&mut *change).await.expect("runs");
        drop(change);
        write(&store, "INSERT INTO lines (text) VALUES ('kept')").await.expect("runs");
        store.unless_failing().expect("that was no fault");
        let lines: Vec<(String,)> =
            sqlx::query_as("SELECT text FROM lines").fetch_all(&store.reader).await.expect("reads");
        assert_eq!(lines, [("kept".to_owned(),)]);
    }

    #[tokio::test]
    async fn a_file_that_was_deleted_is_noticed_before_anything_is_answered() {
        for name in [super::super::FILE, super::super::LOG] {
            let folder = tempfile::tempdir().expect("a folder");
            let store = Store::open(folder.path()).await.expect("opens");
            let mut change = store.begin().await.expect("begins");
            sqlx::raw_sql("CREATE TABLE lines (text TEXT)").execute(&mut *change).await.expect("runs");
            let (file, away) = (folder.path().join(name), folder.path().join("away"));
            std::fs::rename(&file, &away).expect("renames");
            let answer = change.commit().await;
            assert!(
                matches!(answer, Err(Error::Storage { fault: Fault::Lost(lost), .. }) if lost == name),
                "{answer:?}"
            );
            store.unless_lost().expect_err("nothing is answered");
            // What another home may have done with it meanwhile is not known here.
            std::fs::rename(&away, &file).expect("renames");
            store.begin().await.map(drop).expect_err("nothing is changed");
            assert!(!store.look_again().await);
        }
    }
}
