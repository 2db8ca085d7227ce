//! The connections that read, beside the one that writes (WAL). What fails of their questions is noted.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt, TryFutureExt, TryStreamExt};
use sqlx::sqlite::{SqliteConnectOptions, SqliteQueryResult, SqliteRow, SqliteStatement, SqliteTypeInfo};
use sqlx::{Connection as _, Describe, Either, Execute, Executor, SqlStr, Sqlite, SqliteConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::health::Health;

/// How many short questions are answered at the same time.
pub(super) const MOST_SHORT: u32 = 4;

/// How many long ones: lists, which may walk through all there is of an account. They have connections of their own, so that
/// a sign-in never waits for them.
pub(super) const MOST_LONG: u32 = 2;

/// Longest time that a question waits for its turn.
const PATIENCE: Duration = Duration::from_secs(30);

/// Rows that are on their way at once: a page of a list, so that whoever reads it and whoever finds it do not wait for each
/// other.
const ROWS_AT_ONCE: usize = 256;

/// The connections that read. Cheap to clone. Not the driver's own pool, which asks a connection whether it is there before and
/// after each question: each time that takes as long as a short question does.
#[derive(Clone, Debug)]
pub(super) struct Reader(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    options: SqliteConnectOptions,
    free: Mutex<Vec<SqliteConnection>>,
    most: u32,
    turns: Arc<Semaphore>,
    health: Arc<Health>,
}

/// A connection that is in use. One whose question did not come to its end is closed.
#[derive(Debug)]
pub(super) struct Taken {
    connection: SqliteConnection,
    _turn: OwnedSemaphorePermit,
}

impl Reader {
    /// At most so many connections of that sort, which cannot write.
    pub(super) async fn open(
        options: SqliteConnectOptions,
        most: u32,
        health: Arc<Health>,
    ) -> sqlx::Result<Self> {
        let options = options.read_only(true).row_buffer_size(ROWS_AT_ONCE);
        // All at once: a file that is deleted is noticed as that, and not as one that cannot be opened. They are open for as
        // long as the home is: the last one to be closed would take the log away.
        let mut free = Vec::new();
        for _ in 0..most {
            free.push(SqliteConnection::connect_with(&options).await?);
        }
        let turns = Arc::new(Semaphore::new(free.len()));
        Ok(Self(Arc::new(Shared { options, free: Mutex::new(free), most, turns, health })))
    }

    /// Takes all of them, as questions without an end do.
    #[cfg(test)]
    pub(super) async fn take_all(&self) -> Vec<Taken> {
        let mut taken = Vec::new();
        for _ in 0..self.0.most {
            taken.push(self.0.take().await.expect("one is free"));
        }
        taken
    }

    /// Closes them, after the questions that were asked.
    pub(super) async fn close(&self) {
        let all = Arc::clone(&self.0.turns).acquire_many_owned(self.0.most).await;
        self.0.turns.close();
        drop(all);
        let free = std::mem::take(&mut *self.0.free.lock().unwrap_or_else(PoisonError::into_inner));
        for connection in free {
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "the database could not be closed well");
            }
        }
    }
}

impl Shared {
    /// A connection, after those who asked before.
    async fn take(&self) -> sqlx::Result<Taken> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?;
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match free {
            Some(connection) => connection,
            None => SqliteConnection::connect_with(&self.options).await?,
        };
        Ok(Taken { connection, _turn: turn })
    }

    /// Gives it back for the next question.
    fn give_back(&self, taken: Taken) {
        let Taken { connection, _turn } = taken;
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}

// As a pool's own: what is asked borrows nothing of it, so that it may be part of any task.
impl<'c> Executor<'c> for &'_ Reader {
    type Database = Sqlite;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, sqlx::Result<Either<SqliteQueryResult, SqliteRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        let (shared, health) = (Arc::clone(&self.0), Arc::clone(&self.0.health));
        let found = async move {
            let mut taken = shared.take().await?;
            let found: Vec<_> = taken.connection.fetch_many(query).try_collect().await?;
            shared.give_back(taken);
            Ok(stream::iter(found).map(Ok))
        };
        found.try_flatten_stream().inspect_err(move |cause| health.note(cause)).boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<SqliteRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        let (shared, health) = (Arc::clone(&self.0), Arc::clone(&self.0.health));
        let found = async move {
            let mut taken = shared.take().await?;
            let found = taken.connection.fetch_optional(query).await?;
            shared.give_back(taken);
            Ok(found)
        };
        found.inspect_err(move |cause| health.note(cause)).boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<SqliteStatement>>
    where
        'c: 'e,
    {
        let (shared, health) = (Arc::clone(&self.0), Arc::clone(&self.0.health));
        let prepared = async move {
            let mut taken = shared.take().await?;
            let prepared = taken.connection.prepare_with(sql, parameters).await?;
            shared.give_back(taken);
            Ok(prepared)
        };
        prepared.inspect_err(move |cause| health.note(cause)).boxed()
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Sqlite>>>
    where
        'c: 'e,
    {
        let (shared, health) = (Arc::clone(&self.0), Arc::clone(&self.0.health));
        let described = async move {
            let mut taken = shared.take().await?;
            let described = taken.connection.describe(sql).await?;
            shared.give_back(taken);
            Ok(described)
        };
        described.inspect_err(move |cause| health.note(cause)).boxed()
    }
}
