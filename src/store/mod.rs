//! The session store: one method is one atomic change or one question. Row structs stay private here and
//! become nouns of [`crate::model`] on their way out; a row that is not what this version writes is an error
//! of its own.
//!
//! SQL is kept to what SQLite and PostgreSQL share: `$1` placeholders, BIGINT milliseconds, TEXT ids.

mod accounts;
mod actions;
mod activity;
mod alerts;
mod asking_ends;
mod buttons;
mod cards;
mod channels;
mod device_sessions;
mod devices;
mod drills;
mod ending;
mod ends;
mod familiarity;
mod fault;
mod guard_keys;
mod health;
mod history;
mod home_keys;
mod home_settings;
mod jobs;
mod live_rows;
mod lock;
mod merges;
mod next_steps;
mod opening;
mod places;
mod plans;
mod presence;
mod printed;
mod profiles;
mod pruning;
mod reader;
mod refresh;
mod relayed;
mod rows;
mod services;
mod sessions;
mod set_aside;
mod tokens;
mod turn;
mod vouching;
mod watched;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

pub use accounts::{Credentials, NewAccount, PasswordReplaced};
pub use actions::{Action, Pressed};
pub use activity::Touch;
pub use alerts::AnswerChange;
pub use asking_ends::AskEnd;
pub use cards::CardWatch;
pub use devices::{DeviceFilter, DeviceMark};
pub use ending::{EndSession, Ended, EndedKey};
pub use familiarity::{FamiliarityFound, FamiliarityRow};
pub use jobs::{BegunJob, EndedJob};
pub use live_rows::LiveRow;
pub use lock::Lock;
pub use merges::{Merge, Parted};
pub use plans::WatchedService;
pub use printed::{PrintedCodes, PrintedFor, Taken};
pub use pruning::{Keep, Old, OldSessions};
pub use refresh::{RefreshFound, RefreshState};
pub use relayed::Relayed;
pub use services::{ServiceCounts, ServicePersonRow};
pub use sessions::{Admission, Move, NewTokens, Visitor};
pub use set_aside::SetAside;
pub use tokens::{FreshTokens, OtherToken, TokenState};
pub use turn::Turn;
pub use vouching::{Deed, Ender, Manages, Wait};
pub use watched::{
    ChangedSession, FoundSession, GoneSession, JudgedLate, LookChange, LookEnd, SeenPerson, WatchedSession,
};

use self::health::Health;
use self::presence::Presence;
use self::reader::Reader;
use self::writer::{Change, Writer};
#[cfg(doc)]
use crate::error::Fault;
use crate::error::{Error, Result};

/// The database's file in the data folder.
const FILE: &str = "latchkey.db";

/// What was written and is not in it yet (SQLite's write-ahead log).
const LOG: &str = "latchkey.db-wal";

/// What keeps other Latchkeys out of the folder.
const LOCK: &str = "latchkey.lock";

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// How long a statement waits for another process that holds the file, a backup say.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The database of one home.
#[derive(Clone, Debug)]
pub struct Store {
    /// The one connection that writes.
    writer: Writer,
    /// Connections that read beside it, for questions about one thing.
    reader: Reader,
    /// Others that read, for lists.
    lists: Reader,
    /// Whether what is said to be kept is kept.
    health: Arc<Health>,
    /// The files of it all.
    presence: Arc<Presence>,
    /// One for all clones.
    turns: Arc<turn::Turns>,
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
        let first = opening::open(&options, folder, migrations).await?;
        // Never made anew by whoever comes back to it.
        let options = options.create_if_missing(false);
        let health = Arc::new(Health::default());
        let open = async |most| {
            let opened = Reader::open(options.clone(), most, Arc::clone(&health)).await;
            opened.map_err(|cause| opening::unusable(&file, cause))
        };
        let (reader, lists) = (open(reader::MOST_SHORT).await?, open(reader::MOST_LONG).await?);
        first.close().await;
        let presence = Arc::new(Presence::of(folder)?);
        let writer = Writer::new(options, Arc::clone(&health), Arc::clone(&presence));
        let store = Self { writer, reader, lists, health, presence, turns: Arc::default() };
        store.carry_activity_over().await?;
        store.respell_logins().await?;
        Ok(store)
    }

    /// An error of opening, or of reading what a home begins with, for whoever starts it.
    pub fn at_start(folder: &Path, error: Error) -> Error {
        opening::at_start(&folder.join(FILE), error)
    }

    /// Whether changes are kept, as far as is known: the last ones were.
    ///
    /// # Errors
    ///
    /// [`Error::Failing`] from one that could not be kept until one that was.
    pub fn unless_failing(&self) -> Result<()> {
        self.health.unless_failing()
    }

    /// Nothing while the home's files are there; looks at memory only. What is not kept must not be answered for.
    ///
    /// # Errors
    ///
    /// [`Error::Storage`] with [`Fault::Lost`] from when one was found deleted or replaced, until the next start.
    pub fn unless_lost(&self) -> Result<()> {
        self.health.unless_lost()
    }

    /// Waits until they are not: what was begun without an end, such as a stream of events, ends by it.
    pub fn until_lost(&self) -> impl Future<Output = ()> + Send + 'static {
        self.health.until_lost()
    }

    /// Looks whether the home's files are there, and finds out whether changes are kept again when they were not; says
    /// whether all is well. To be called once a second.
    pub async fn look_again(&self) -> bool {
        match self.presence.look(&self.health) {
            Err(_) => false,
            Ok(()) => self.health.fault().is_none() || self.writer.try_out().await,
        }
    }

    /// Writes everything out and closes the file.
    pub async fn close(&self) {
        self.lists.close().await;
        self.reader.close().await;
        self.writer.close().await;
    }

    /// As many lists without an end as are read at the same time, until they are dropped.
    #[cfg(test)]
    pub(crate) async fn read_lists_without_end(&self) -> Vec<impl Send> {
        self.lists.take_all().await
    }

    /// Begins a change. It is made whole by its `commit`, and not at all without.
    async fn begin(&self) -> Result<Change> {
        self.writer.begin().await
    }
}

/// The steps by which SQLite would find what a question asks for (<https://sqlite.org/eqp.html>).
#[cfg(test)]
async fn plan_of(reader: &Reader, query: &str) -> Vec<String> {
    let plan = sqlx::query_as(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}"))).fetch_all(reader);
    let steps: Vec<(i64, i64, i64, String)> = plan.await.expect("a plan");
    steps.into_iter().map(|(.., step)| step).collect()
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
        let pool = sqlx::SqlitePool::connect_with(options).await.expect("opens");
        let rows: Vec<(String,)> =
            sqlx::query_as("SELECT login FROM accounts").fetch_all(&pool).await.expect("reads");
        pool.close().await;
        rows.into_iter().map(|(login,)| login).collect()
    }

    #[tokio::test]
    async fn an_older_database_is_copied_whole_before_it_is_changed() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let store = Store::open(folder.path()).await.expect("opens");
        let mut change = store.begin().await.expect("begins");
        sqlx::query("INSERT INTO accounts (id, login, login_key, password_hash, created_at) VALUES ('1', 'Ana', 'ana', '', 0)")
            .execute(&mut *change)
            .await
            .expect("writes");
        change.commit().await.expect("is kept");
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
        let plan = plan_of(&store.reader, live_rows::LIVE_SESSIONS).await;
        let by_number = "SEARCH sessions USING INTEGER PRIMARY KEY (rowid>?)";
        assert!(
            plan.iter().any(|step| step == by_number),
            "a page begins where the last one ended: {plan:?}"
        );
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:?}");
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
