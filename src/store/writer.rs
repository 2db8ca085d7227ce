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
use futures_util::{FutureExt, StreamExt, TryFutureExt, TryStreamExt, future};
use sqlx::error::BoxDynError;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteQueryResult, SqliteRow, SqliteStatement, SqliteTypeInfo,
};
use sqlx::{
    AssertSqlSafe, Connection as _, Describe, Either, Execute, Executor, QueryBuilder, SqlSafeStr, SqlStr,
    Sqlite, SqliteConnection,
};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::health::Health;
use super::presence::Presence;
use crate::error::{Error, Result};

/// What a change begins with, at once, so that nobody else writes between what it reads and what it changes. Handed over
/// together with its first statement: a hand-over to the driver's thread takes longer than most statements do.
const BEGIN: &str = "BEGIN IMMEDIATE; ";

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
        (connection.is_to_begin, connection.was_asked) = (true, false);
        Ok(Change { connection, place, presence: Arc::clone(&self.presence) })
    }

    async fn open(&self) -> Result<Connection> {
        let opened = SqliteConnection::connect_with(&self.options).await;
        let sqlite = opened.inspect_err(|cause| self.health.note(cause))?;
        Ok(Connection { sqlite, is_to_begin: false, was_asked: false, health: Arc::clone(&self.health) })
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
        match (self.connection.is_to_begin, self.connection.was_asked) {
            // What nobody has said anything in has not even begun.
            (true, false) => {}
            // Whether that began it is not known: it may be within a change that nobody would end.
            (true, true) => {
                return Err(Error::internal("the first statement of a change did not come to its end"));
            }
            (false, _) => {
                sqlx::query("COMMIT").execute(&mut self.connection).await?;
            }
        }
        self.kept()
    }

    /// The same, with its last statements, in one hand-over. `persistent` says whether they are prepared once for all times.
    pub(super) async fn commit_with(
        mut self,
        mut last: QueryBuilder<Sqlite>,
        persistent: bool,
    ) -> Result<()> {
        last.push("; COMMIT");
        last.build().persistent(persistent).execute(&mut self.connection).await?;
        self.kept()
    }

    fn kept(mut self) -> Result<()> {
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
    /// Whether the next statement is the first of a change. It is until one has begun it: were another one handed over
    /// after a first one that failed, it would fail too, and not run by itself.
    is_to_begin: bool,
    /// Whether a first one was handed over.
    was_asked: bool,
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
        let Connection { sqlite, is_to_begin, was_asked, health } = self;
        let note = |cause: &sqlx::Error| health.note(cause);
        if !*is_to_begin {
            return sqlite.fetch_many(query).inspect_err(note).boxed();
        }
        *was_asked = true;
        let steps = sqlite.fetch_many(First(query)).try_filter_map(move |step| {
            // The first step is the change's own beginning, which says nothing that anybody asked for.
            let is_begin = std::mem::take(is_to_begin);
            future::ready(Ok(Some(step).filter(|_| !is_begin)))
        });
        steps.inspect_err(note).boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<SqliteRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        let Connection { sqlite, is_to_begin, was_asked, health } = self;
        let note = |cause: &sqlx::Error| health.note(cause);
        if !*is_to_begin {
            return sqlite.fetch_optional(query).inspect_err(note).boxed();
        }
        *was_asked = true;
        let found = sqlite.fetch_optional(First(query)).inspect_ok(|_| *is_to_begin = false);
        found.inspect_err(note).boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<SqliteStatement>>
    where
        'c: 'e,
    {
        let Connection { sqlite, health, .. } = self;
        sqlite.prepare_with(sql, parameters).inspect_err(|cause| health.note(cause)).boxed()
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Sqlite>>>
    where
        'c: 'e,
    {
        let Connection { sqlite, health, .. } = self;
        sqlite.describe(sql).inspect_err(|cause| health.note(cause)).boxed()
    }
}

/// The first statements of a change, behind its beginning.
struct First<E>(E);

impl<'q, E: Execute<'q, Sqlite>> Execute<'q, Sqlite> for First<E> {
    fn sql(self) -> SqlStr {
        // A constant before what was safe without it.
        AssertSqlSafe(format!("{BEGIN}{}", self.0.sql().as_str())).into_sql_str()
    }

    fn statement(&self) -> Option<&SqliteStatement> {
        // One that was prepared has no beginning.
        None
    }

    fn take_arguments(&mut self) -> std::result::Result<Option<SqliteArguments>, BoxDynError> {
        self.0.take_arguments()
    }

    fn persistent(&self) -> bool {
        self.0.persistent()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::*;
    use crate::error::Fault;

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
    async fn a_change_begins_with_its_first_statement_and_counts_only_what_that_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).await.expect("opens");
        write(&store, "CREATE TABLE lines (text TEXT)").await.expect("fits");
        write(&store, "INSERT INTO lines (text) VALUES ('one'), ('two'), ('three')").await.expect("fits");
        let mut change = store.begin().await.expect("begins");
        let changed = sqlx::query("UPDATE lines SET text = 'uno' WHERE text = $1").bind("one");
        assert_eq!(changed.execute(&mut *change).await.expect("runs").rows_affected(), 1);
        let other: Vec<(String,)> =
            sqlx::query_as("UPDATE lines SET text = 'dos' WHERE text = 'two' RETURNING text")
                .fetch_all(&mut *change)
                .await
                .expect("runs");
        assert_eq!(other, [("dos".to_owned(),)]);
        let all = async || {
            let lines = sqlx::query_as("SELECT text FROM lines ORDER BY text").fetch_all(&store.reader);
            lines.await.expect("reads").into_iter().map(|(text,): (String,)| text).collect::<Vec<_>>()
        };
        assert_eq!(all().await, ["one", "three", "two"], "nothing of it is there yet");
        let mut last = QueryBuilder::new("INSERT INTO lines (text) VALUES (");
        last.push_bind("quattro").push("); DELETE FROM lines WHERE text = ").push_bind("three");
        change.commit_with(last, true).await.expect("is kept");
        assert_eq!(all().await, ["dos", "quattro", "uno"]);
        // One that says nothing does nothing, and the next one can begin.
        store.begin().await.expect("begins").commit().await.expect("is kept");
        let first = sqlx::query("DELETE FROM lines WHERE text = 'uno' RETURNING text");
        let mut change = store.begin().await.expect("begins");
        assert!(first.fetch_optional(&mut *change).await.expect("runs").is_some());
        drop(change);
        assert_eq!(all().await, ["dos", "quattro", "uno"], "it was given up");
    }

    #[tokio::test]
    async fn what_could_not_begin_lets_no_statement_run_by_itself() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).await.expect("opens");
        write(&store, "CREATE TABLE lines (text TEXT)").await.expect("fits");
        let mut change = store.begin().await.expect("begins");
        let insert = "INSERT INTO lines (text) VALUES ('lost')";
        sqlx::query(insert).execute(&mut *change).await.expect("runs");
        // Within a change no other can begin.
        change.connection.is_to_begin = true;
        for _ in 0..2 {
            sqlx::query(insert).execute(&mut *change).await.expect_err("it has not begun");
            sqlx::query(insert).fetch_optional(&mut *change).await.expect_err("nor now");
        }
        drop(change);
        write(&store, "INSERT INTO lines (text) VALUES ('kept')").await.expect("runs");
        let lines: Vec<(String,)> =
            sqlx::query_as("SELECT text FROM lines").fetch_all(&store.reader).await.expect("reads");
        assert_eq!(lines, [("kept".to_owned(),)]);
    }

    #[tokio::test]
    async fn a_change_whose_first_statement_failed_cannot_be_kept_and_holds_up_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).await.expect("opens");
        write(&store, "CREATE TABLE lines (text TEXT UNIQUE)").await.expect("fits");
        write(&store, "INSERT INTO lines (text) VALUES ('once')").await.expect("fits");
        let again = "INSERT INTO lines (text) VALUES ('once') RETURNING text";
        let mut change = store.begin().await.expect("begins");
        sqlx::query(again).fetch_optional(&mut *change).await.expect_err("it is there already");
        // It has begun, and whoever asked does not know.
        assert_eq!(change.commit().await.expect_err("nothing is to be kept").code(), "internal");
        write(&store, "INSERT INTO lines (text) VALUES ('kept')").await.expect("is nobody else's trouble");
        let lines: Vec<(String,)> = sqlx::query_as("SELECT text FROM lines ORDER BY text")
            .fetch_all(&store.reader)
            .await
            .expect("reads");
        assert_eq!(lines, [("kept".to_owned(),), ("once".to_owned(),)]);
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
