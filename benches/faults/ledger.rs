//! What was asked of a home and what it acknowledged, kept outside of it, to compare with what it says afterwards.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use latchkey::clock::SystemClock;
use latchkey::model::{DeviceId, Secret, SessionId};
use latchkey::random::{Random, SystemRandom};
use sqlx::{Connection, SqliteConnection};

/// How far the sign-out of a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nobody asked for it.
    Live,
    /// Asked for, and not answered: it may be either.
    Asked,
    /// Answered.
    Acknowledged,
}

/// A session of the account, with the token that a client would hold.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its device.
    pub device: String,
    /// Its token.
    pub token: String,
    /// How far its end has come.
    pub end: End,
    /// The names it was given, the last that was acknowledged first.
    pub names: Vec<String>,
    /// Whether the home has been asked about its end since it last started.
    pub is_checked: bool,
}

impl Held {
    /// A session that has just been made.
    pub fn new(device: String, token: String) -> Self {
        Self { device, token, end: End::Live, names: Vec::new(), is_checked: false }
    }
}

/// All of them. Cheap to clone; each clone is the same.
#[derive(Clone, Debug, Default)]
pub struct Ledger(Arc<Mutex<Vec<Held>>>);

impl Ledger {
    /// Works with the list while nobody else does.
    pub fn with<T>(&self, work: impl FnOnce(&mut Vec<Held>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// One of those that `which` is true of.
    pub fn pick(&self, which: impl Fn(&Held) -> bool) -> Option<(usize, Held)> {
        self.with(|all| {
            let found: Vec<usize> = (0..all.len()).filter(|index| which(&all[*index])).collect();
            let index = *found.get(below(found.len().max(1)))?;
            Some((index, all[index].clone()))
        })
    }

    /// One of those that `which` is true of, whose sign-out is asked for from now on: nobody else is given it.
    pub fn take_to_end(&self) -> Option<(usize, Held)> {
        self.with(|all| {
            let live: Vec<usize> = (0..all.len()).filter(|index| all[*index].end == End::Live).collect();
            let index = *live.get(below(live.len().max(1)))?;
            all[index].end = End::Asked;
            Some((index, all[index].clone()))
        })
    }

    /// Adds sessions to the database of a home that is not running, and to this.
    pub async fn fill(&self, folder: &Path, count: usize) {
        let mut database = open(folder).await;
        let account: (String,) = sqlx::query_as("SELECT id FROM accounts")
            .fetch_one(&mut database)
            .await
            .expect("there is an account");
        let mut change = database.begin().await.expect("begins");
        let mut new = Vec::new();
        for _ in 0..count {
            let (device, session) =
                (DeviceId::new(&SystemClock, &SystemRandom), SessionId::new(&SystemClock, &SystemRandom));
            let (token, secret) = (Secret::new(&SystemRandom), Secret::new(&SystemRandom));
            sqlx::query(
                "INSERT INTO devices (id, account_id, secret_hash, kind, name, first_seen_at, last_active_at,
                 times_signed_in, last_session_id) VALUES ($1, $2, $3, 'tv', 'TV', 1, 1, 1, $4)",
            )
            .bind(device.to_string())
            .bind(&account.0)
            .bind(secret.hash().as_bytes().as_slice())
            .bind(session.to_string())
            .execute(&mut *change)
            .await
            .expect("a device");
            sqlx::query(
                "INSERT INTO sessions (id, account_id, device_id, token_hash, method, created_at, last_active_at, place,
                 familiarity) VALUES ($1, $2, $3, $4, 'password', 1, 1,
                 '{\"scope\":\"unknown\",\"label\":\"Unknown place\"}',
                 '{\"verdict\":\"familiar\",\"score\":null,\"reasons\":[]}')",
            )
            .bind(session.to_string())
            .bind(&account.0)
            .bind(device.to_string())
            .bind(token.hash().as_bytes().as_slice())
            .execute(&mut *change)
            .await
            .expect("a session");
            new.push(Held::new(device.to_string(), token.reveal().to_owned()));
        }
        change.commit().await.expect("commits");
        database.close().await.expect("closes");
        self.with(|all| all.extend(new));
    }
}

async fn open(folder: &Path) -> SqliteConnection {
    let file = format!("sqlite://{}", folder.join("latchkey.db").display());
    SqliteConnection::connect(&file).await.expect("opens")
}

/// What SQLite says of the file: nothing when all is well.
pub async fn damage(folder: &Path, is_thorough: bool) -> Option<String> {
    let mut database = open(folder).await;
    let check = if is_thorough { "PRAGMA integrity_check(1)" } else { "PRAGMA quick_check(1)" };
    let (found,): (String,) = sqlx::query_as(check).fetch_one(&mut database).await.expect("an answer");
    database.close().await.expect("closes");
    (found != "ok").then_some(found)
}

/// A random number below `limit`.
pub fn below(limit: usize) -> usize {
    let mut bytes = [0; 8];
    SystemRandom.fill(&mut bytes);
    usize::try_from(u64::from_le_bytes(bytes) % limit as u64).unwrap_or_default()
}
